//! madvise: hints that change flags of areas, and orders that act on their pages.
//!
//! Counterpart: `mm/madvise.c`.

use super::addr::{MmId, PAGE_SHIFT, PAGE_SIZE, Pid, VmaId, page_aligned};
use super::uapi::Advice;
use super::vma::VmFlags;
use super::zap::Zap;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::{Call, EventKind};

impl Machine {
    /// Gives advice about `[addr, addr + len)`. Areas are treated one by one; a hole does not stop it but is
    /// reported at the end.
    ///
    /// # Errors
    /// EINVAL: unknown advice, misaligned start, advice the area cannot take. ENOMEM: a hole. EAGAIN: no memory to
    /// split areas. EACCES, EBUSY, EFAULT: see each advice. EPERM: `hwpoison`, which needs a kernel with
    /// memory failure handling.
    pub fn madvise(&mut self, pid: Pid, addr: u64, len: u64, advice: i32) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let advice = Advice::from_raw(advice).ok_or(Errno::EINVAL)?;
            if advice == Advice::HwPoison {
                return Err(Errno::EINVAL);
            }
            if !page_aligned(addr) {
                return Err(Errno::EINVAL);
            }
            let len_up = len
                .checked_next_multiple_of(PAGE_SIZE)
                .ok_or(Errno::EINVAL)?;
            let end = addr.checked_add(len_up).ok_or(Errno::EINVAL)?;
            if len_up == 0 {
                return Ok(());
            }
            m.emit(EventKind::Call {
                mm,
                addr,
                pages: len_up >> PAGE_SHIFT,
                call: Call::Madvise(advice as i32),
            });
            match advice {
                Advice::PopulateRead => m.madvise_populate(mm, addr, end, false),
                Advice::PopulateWrite => m.madvise_populate(mm, addr, end, true),
                _ => m.madvise_walk(mm, addr, end, advice),
            }
        })
    }

    fn madvise_walk(
        &mut self,
        mm: MmId,
        start: u64,
        end: u64,
        advice: Advice,
    ) -> Result<(), Errno> {
        let mut at = start;
        let mut hole = false;
        while at < end {
            let Some(vma) = self.find_vma(mm, at).filter(|v| self.vma(*v).start < end) else {
                return Err(Errno::ENOMEM);
            };
            if self.vma(vma).start > at {
                hole = true;
                at = self.vma(vma).start;
            }
            let stop = self.vma(vma).end.min(end);
            self.madvise_vma(vma, at, stop, advice)?;
            at = stop;
        }
        if hole { Err(Errno::ENOMEM) } else { Ok(()) }
    }

    fn madvise_vma(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        advice: Advice,
    ) -> Result<(), Errno> {
        if self.vma(vma).flags.has(VmFlags::HUGETLB)
            && let Some(done) = self.hugetlb_madvise(vma, start, end, advice)
        {
            return done;
        }
        match advice {
            Advice::DontNeed | Advice::DontNeedLocked => {
                self.madvise_dontneed(vma, start, end, advice)
            }
            Advice::Free => self.madvise_free(vma, start, end),
            Advice::Cold => self.madvise_cold(vma, start, end),
            Advice::PageOut => self.madvise_pageout(vma, start, end),
            Advice::Collapse => self.madvise_collapse(vma, start, end),
            Advice::GuardInstall => self.madvise_guard_install(vma, start, end),
            Advice::GuardRemove => self.madvise_guard_remove(vma, start, end),
            Advice::WillNeed => self.madvise_willneed(vma, start, end),
            Advice::Remove => self.madvise_remove(vma, start, end),
            _ => self.madvise_behavior(vma, start, end, advice),
        }
    }

    /// Advice that changes flags (`madvise_vma_behavior`).
    fn madvise_behavior(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        advice: Advice,
    ) -> Result<(), Errno> {
        use VmFlags as F;
        let old = self.vma(vma).flags;
        let new = match advice {
            Advice::Normal => old.without(F::RAND_READ).without(F::SEQ_READ),
            Advice::Sequential => old.without(F::RAND_READ).with(F::SEQ_READ),
            Advice::Random => old.with(F::RAND_READ).without(F::SEQ_READ),
            Advice::DontFork => old.with(F::DONTCOPY),
            Advice::DoFork if old.has(F::IO) => return Err(Errno::EINVAL),
            Advice::DoFork => old.without(F::DONTCOPY),
            Advice::WipeOnFork if !self.vma(vma).is_anonymous() || old.has(F::SHARED) => {
                return Err(Errno::EINVAL);
            }
            Advice::WipeOnFork => old.with(F::WIPEONFORK),
            Advice::KeepOnFork => old.without(F::WIPEONFORK),
            Advice::DontDump => old.with(F::DONTDUMP),
            Advice::DoDump if !old.has(F::HUGETLB) && old.any(F::SPECIAL) => {
                return Err(Errno::EINVAL);
            }
            Advice::DoDump => old.without(F::DONTDUMP),
            Advice::HugePage => {
                let new = old.without(F::NOHUGEPAGE).with(F::HUGEPAGE);
                self.khugepaged_enter_vma(vma, new);
                new
            }
            Advice::NoHugePage => old.without(F::HUGEPAGE).with(F::NOHUGEPAGE),
            Advice::Mergeable => {
                if old.has(F::MERGEABLE) || !self.ksm_madvise_mergeable(vma)? {
                    return Ok(());
                }
                old.with(F::MERGEABLE)
            }
            Advice::Unmergeable => {
                if !old.has(F::MERGEABLE) {
                    return Ok(());
                }
                if self.vma(vma).anon_vma.is_some() {
                    self.unmerge_ksm_pages(vma, start, end)
                        .map_err(|e| match e {
                            Errno::ENOMEM => Errno::EAGAIN,
                            e => e,
                        })?;
                }
                old.without(F::MERGEABLE)
            }
            _ => return Err(Errno::EINVAL),
        };
        if new == old {
            return Ok(());
        }
        self.vma_modify_flags(vma, start, end, new)
            .map(|_| ())
            .map_err(|e| if e == Errno::ENOMEM { Errno::EAGAIN } else { e })
    }

    fn madvise_dontneed(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        advice: Advice,
    ) -> Result<(), Errno> {
        let mut refused = VmFlags::PFNMAP;
        if advice == Advice::DontNeed {
            refused = refused.with(VmFlags::LOCKED);
        }
        if self.vma(vma).flags.any(refused) {
            return Err(Errno::EINVAL);
        }
        self.zap_range(vma, start, end, Zap::DontNeed);
        Ok(())
    }

    /// Starts reading swapped pages (`madvise_willneed`).
    fn madvise_willneed(&mut self, vma: VmaId, start: u64, end: u64) -> Result<(), Errno> {
        if self.vma(vma).flags.any(VmFlags::PFNMAP) {
            return Err(Errno::EINVAL);
        }
        self.willneed_file(vma, start, end);
        self.swapin_range(vma, start, end);
        Ok(())
    }

    /// Faults every page in and reports the first that cannot be (`madvise_populate`).
    fn madvise_populate(
        &mut self,
        mm: MmId,
        start: u64,
        end: u64,
        write: bool,
    ) -> Result<(), Errno> {
        let mut addr = start;
        while addr < end {
            let vma = self.vma_lookup(mm, addr).ok_or(Errno::ENOMEM)?;
            let flags = self.vma(vma).flags;
            let right = if write { VmFlags::WRITE } else { VmFlags::READ };
            if flags.any(VmFlags(VmFlags::IO.0 | VmFlags::PFNMAP.0)) || !flags.has(right) {
                return Err(Errno::EINVAL);
            }
            let stop = self.vma(vma).end.min(end);
            self.populate_range(vma, addr, stop, write)?;
            addr = stop;
        }
        Ok(())
    }
}
