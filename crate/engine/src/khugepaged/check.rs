//! Invariants of khugepaged, for `check()`, and its part of the state hash.

use super::thread::ThreadState;
use crate::machine::Machine;
use crate::vm::addr::pmd_aligned;
use std::fmt::Write;

impl Machine {
    /// Verifies the queue, the cursor and the thread against the address spaces.
    ///
    /// # Errors
    /// What does not hold, in words.
    pub(crate) fn check_khugepaged(&self) -> Result<(), String> {
        let k = &self.khugepaged;
        for (place, &mm) in k.queue.iter().enumerate() {
            let Some(m) = self.mm_get(mm) else {
                return Err(format!("{mm:?} is queued but gone"));
            };
            if !m.vm_hugepage {
                return Err(format!("{mm:?} is queued without its flag"));
            }
            if k.queue[..place].contains(&mm) {
                return Err(format!("{mm:?} is queued twice"));
            }
            if m.users == 0 && k.cursor.is_none_or(|c| c.mm != mm) {
                return Err(format!(
                    "{mm:?} is dead and queued, but not under the cursor"
                ));
            }
        }
        let registered = self.mms.iter().flatten().filter(|m| m.vm_hugepage).count();
        if registered != k.queue.len() {
            return Err(format!(
                "{registered} address spaces have the flag, {} are queued",
                k.queue.len()
            ));
        }
        if let Some(c) = k.cursor {
            if !k.queue.contains(&c.mm) || !pmd_aligned(c.addr) {
                return Err(format!(
                    "cursor {c:?} is not on a 2 MiB border of a queued address space"
                ));
            }
            if k.thread.is_none() {
                return Err("a cursor without a thread".into());
            }
        }
        if self.hugepage_pmd_enabled() != k.thread.is_some() {
            return Err(format!("thread {:?} against the settings", k.thread));
        }
        if k.thread == Some(ThreadState::QueueEmpty) && !k.queue.is_empty() {
            return Err(format!("the thread waits for a queue of {}", k.queue.len()));
        }
        self.check_khugepaged_limits()
    }

    fn check_khugepaged_limits(&self) -> Result<(), String> {
        let s = &self.khugepaged.settings;
        let over = [s.max_ptes_none, s.max_ptes_swap, s.max_ptes_shared]
            .iter()
            .any(|n| *n > 511);
        if over || s.pages_to_scan == 0 {
            Err(format!("settings out of range: {s:?}"))
        } else {
            Ok(())
        }
    }

    /// Everything of khugepaged, for the state hash.
    pub(crate) fn hash_khugepaged(&self, h: &mut impl Write) {
        // What the hash is made of takes any text.
        let _ = write!(h, "{:?}", self.khugepaged);
    }
}
