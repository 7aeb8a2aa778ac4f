//! Conditions a script can create: long-term pins, locked pages, a busy mmap lock.
//!
//! Counterparts: `pin_user_pages(FOLL_LONGTERM)`, `folio_lock`. In a machine without races they are how every refusal of
//! khugepaged and ksmd can be seen.

use super::addr::Pid;
use super::fault::{Access, FaultResult};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::Pfn;

/// References one pin adds to a small folio (`GUP_PIN_COUNTING_BIAS`).
const PIN_BIAS: i32 = 1024;

impl Machine {
    /// Minor and major faults since boot, of all processes.
    pub fn fault_counts(&self) -> (u64, u64) {
        (self.minflt, self.majflt)
    }

    /// Writes `pattern` to a frame a process has just been given access to.
    pub fn store_to_frame(&mut self, page: Pfn, pattern: Pattern) {
        self.write_content(page, pattern);
    }

    /// Takes a long-term pin for writing of the page at `addr`, faulting it in first.
    ///
    /// # Errors
    /// ESRCH, EFAULT where the process could not write.
    pub fn pin_page(&mut self, pid: Pid, addr: u64) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let pte = m.pte(mm, addr);
            if !pte.present() || !pte.writable() {
                match m.handle_mm_fault(mm, addr, Access::Write) {
                    FaultResult::Done(_) | FaultResult::Major(_) => {}
                    _ => return Err(Errno::EFAULT),
                }
            }
            let head = m.frames.head(m.pte(mm, addr).pfn());
            let refs = m.pin_refs(head);
            *m.frames.refcount_mut(head) += refs;
            m.frames.set(head, FrameFlags::PINNED);
            m.stat.nr_foll_pin_acquired += 1;
            Ok(())
        })
    }

    /// Gives a pin of the page at `addr` back.
    ///
    /// # Errors
    /// ESRCH, EINVAL if the page is not pinned.
    pub fn unpin_page(&mut self, pid: Pid, addr: u64) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let head = m.present_head(mm, addr).ok_or(Errno::EINVAL)?;
            if !m.frames.has(head, FrameFlags::PINNED) {
                return Err(Errno::EINVAL);
            }
            let refs = m.pin_refs(head);
            m.stat.nr_foll_pin_released += 1;
            if m.frames.refcount(head) - refs <= m.folio_expected_refs(head) {
                m.frames.clear(head, FrameFlags::PINNED);
            }
            m.folio_put(head, refs);
            Ok(())
        })
    }

    fn pin_refs(&self, head: Pfn) -> i32 {
        if self.folio_large(head) { 1 } else { PIN_BIAS }
    }

    fn present_head(&self, mm: super::addr::MmId, addr: u64) -> Option<Pfn> {
        let pte = self.pte(mm, addr);
        (pte.present() && !pte.special()).then(|| self.frames.head(pte.pfn()))
    }

    /// Takes the page at `addr` off the reclaim lists, as reclaim and compaction do for a while, or puts it back.
    ///
    /// # Errors
    /// ESRCH, EINVAL where there is no page, or it is on no list (on one).
    pub fn isolate_page(&mut self, pid: Pid, addr: u64, isolate: bool) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let head = m.present_head(mm, addr).ok_or(Errno::EINVAL)?;
            if m.frames.has(head, FrameFlags::LRU) != isolate {
                return Err(Errno::EINVAL);
            }
            if isolate {
                m.lru_remove(head);
                *m.frames.refcount_mut(head) += 1;
            } else {
                m.lru_add(head);
                m.folio_put(head, 1);
            }
            Ok(())
        })
    }

    /// Holds or releases the lock of the page at `addr`: trylocks of the daemons fail meanwhile.
    ///
    /// # Errors
    /// ESRCH, EINVAL where there is no page, or it is locked (not locked) already.
    pub fn lock_page(&mut self, pid: Pid, addr: u64, lock: bool) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let head = m.present_head(mm, addr).ok_or(Errno::EINVAL)?;
            if m.frames.has(head, FrameFlags::LOCKED) == lock {
                return Err(Errno::EINVAL);
            }
            if lock {
                m.frames.set(head, FrameFlags::LOCKED);
            } else {
                m.frames.clear(head, FrameFlags::LOCKED);
            }
            Ok(())
        })
    }
}
