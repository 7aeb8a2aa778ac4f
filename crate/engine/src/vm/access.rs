//! Loads and stores of a process: what the hardware does with each, and the faults they take.

use super::addr::{MmId, PAGE_SIZE, Pfn, Pid, pte_index};
use super::fault::{Access, FaultResult};
use super::pte::SwapKind;
use super::table::Pmd;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::content::{self, Pattern};
use crate::phys::swap::SwapEntry;
use crate::trace::{Actor, EventKind, FaultKind};

/// A signal that ends an access.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// No mapping, no right, or a guard region.
    Sigsegv,
    /// Poisoned memory, beyond the end of a file, or no huge page left.
    Sigbus,
    /// No memory: the OOM killer would act.
    Sigkill,
}

impl Signal {
    /// As `SIGSEGV`.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Sigsegv => "SIGSEGV",
            Signal::Sigbus => "SIGBUS",
            Signal::Sigkill => "SIGKILL",
        }
    }
}

/// A run of faults of one kind, for one event.
struct Run {
    addr: u64,
    next: u64,
    kind: FaultKind,
    count: u32,
}

impl Machine {
    /// Stores `pattern` at the page of `addr`.
    ///
    /// # Errors
    /// The outer one ESRCH, the inner one the signal.
    pub fn store(
        &mut self,
        pid: Pid,
        addr: u64,
        pattern: Pattern,
    ) -> Result<Result<(), Signal>, Errno> {
        self.access_pages(pid, addr, &[0], Access::Write, |m, page, _| {
            m.write_content(page, pattern)
        })
        .map(|r| r.map_err(|(_, s)| s))
    }

    /// Accesses the pages `addr + offset * 4096` in order, calling `f` with each frame and its offset. Stops at a
    /// signal.
    ///
    /// # Errors
    /// The outer one ESRCH, the inner one the offset of the page where the signal hit.
    pub fn access_pages(
        &mut self,
        pid: Pid,
        addr: u64,
        offsets: &[u64],
        access: Access,
        f: impl FnMut(&mut Machine, Pfn, u64),
    ) -> Result<Result<(), (u64, Signal)>, Errno> {
        self.access_each(pid, addr, offsets.iter().copied(), access, f)
    }

    /// [`access_pages`](Self::access_pages) for any sequence of offsets.
    ///
    /// # Errors
    /// As there.
    pub fn access_each(
        &mut self,
        pid: Pid,
        addr: u64,
        offsets: impl Iterator<Item = u64>,
        access: Access,
        mut f: impl FnMut(&mut Machine, Pfn, u64),
    ) -> Result<Result<(), (u64, Signal)>, Errno> {
        let mm = self.mm_of(pid)?;
        Ok(self.acting(Actor::Process(pid), |m| {
            let mut run: Option<Run> = None;
            let mut result = Ok(());
            let (mut first, mut last, mut count) = (u64::MAX, 0, 0u32);
            for offset in offsets {
                (first, last, count) =
                    (first.min(offset), last.max(offset), count.saturating_add(1));
                let at = addr.wrapping_add(offset.wrapping_mul(PAGE_SIZE));
                match m.touch(mm, at, access, &mut run) {
                    Ok(page) => f(m, page, offset),
                    Err(signal) => {
                        m.emit(EventKind::Signal {
                            mm,
                            addr: at,
                            sigbus: signal == Signal::Sigbus,
                        });
                        result = Err((offset, signal));
                        break;
                    }
                }
            }
            m.emit_faults(mm, run);
            if count > 0 {
                m.emit(EventKind::Access {
                    mm,
                    addr: addr.wrapping_add(first.wrapping_mul(PAGE_SIZE)),
                    pages: u32::try_from(last - first + 1).unwrap_or(u32::MAX),
                    count,
                    write: access == Access::Write,
                });
            }
            result
        }))
    }

    fn emit_faults(&mut self, mm: MmId, run: Option<Run>) {
        if let Some(r) = run {
            self.emit(EventKind::Fault {
                mm,
                addr: r.addr,
                kind: r.kind,
                count: r.count,
            });
        }
    }

    /// One access: uses the entry if it allows it, else faults and tries again.
    fn touch(
        &mut self,
        mm: MmId,
        addr: u64,
        access: Access,
        run: &mut Option<Run>,
    ) -> Result<Pfn, Signal> {
        for _ in 0..4 {
            if let Some(page) = self.translate(mm, addr, access) {
                return Ok(page);
            }
            match self.handle_mm_fault(mm, addr, access) {
                FaultResult::Done(kind) | FaultResult::Major(kind) => match run {
                    Some(r) if r.kind == kind && r.next == addr => {
                        r.count += 1;
                        r.next = addr + PAGE_SIZE;
                    }
                    _ => {
                        let old = run.replace(Run {
                            addr,
                            next: addr + PAGE_SIZE,
                            kind,
                            count: 1,
                        });
                        self.emit_faults(mm, old);
                    }
                },
                FaultResult::Sigsegv => return Err(Signal::Sigsegv),
                FaultResult::Sigbus => return Err(Signal::Sigbus),
                FaultResult::Oom => return Err(Signal::Sigkill),
            }
        }
        unreachable!("a resolved fault leaves an entry that allows the access")
    }

    /// The page walk of the hardware: sets accessed and dirty bits. `None`: it would fault.
    #[inline]
    fn translate(&mut self, mm: MmId, addr: u64, access: Access) -> Option<Pfn> {
        let Some(slot) = self.pmd_slot(mm, addr) else {
            return self.translate_pud(mm, addr, access);
        };
        let write = access == Access::Write;
        let (table, index, pte, offset) = match self.pmd_at(slot) {
            Pmd::Huge(pmd) => (slot.table, slot.index, pmd, pte_index(addr)),
            Pmd::Table(t) => (t, pte_index(addr), self.tables.get(t, pte_index(addr)), 0),
            _ => return None,
        };
        if !pte.present() || pte.protnone() || write && !pte.writable() {
            return None;
        }
        if !pte.young() || write && !pte.dirty() {
            self.tables.set(
                table,
                index,
                pte.with_young(true).with_dirty(pte.dirty() || write),
            );
        }
        Some(pte.pfn().add(offset))
    }

    /// The 4096 bytes a process would read at `addr`, without touching anything. Zeroes where nothing is.
    pub fn peek(&self, pid: Pid, addr: u64) -> Result<[u8; 4096], Errno> {
        let pte = self.pte(self.mm_of(pid)?, addr);
        let id = if pte.present() {
            self.frames.content(pte.pfn())
        } else if pte.swap_kind() == Some(SwapKind::Swap) {
            let slot = self.swap.slot(SwapEntry::from_value(pte.swap_value()));
            slot.cached()
                .map_or(slot.content, |page| self.frames.content(page))
        } else {
            content::ZERO
        };
        Ok(self.contents.read(id))
    }
}
