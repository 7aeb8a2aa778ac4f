//! mlock: pages that reclaim must leave alone.
//!
//! Counterpart: `mm/mlock.c`.

use super::addr::{HPAGE_PMD_SIZE, PAGE_SHIFT, PAGE_SIZE, Pfn, Pid, VmaId, pmd_down, pte_index};
use super::table::Pmd;
use super::uapi::MLOCK_ONFAULT;
use super::vma::VmFlags;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::{Call, EventKind};

impl Machine {
    /// Locks `[addr, addr + len)` and faults it in, or with [`MLOCK_ONFAULT`] locks what is and will be there.
    ///
    /// # Errors
    /// EINVAL: unknown flags, overflow. ENOMEM: a hole (what lies before it is locked), or a page that cannot be
    /// faulted in.
    pub fn mlock(&mut self, pid: Pid, addr: u64, len: u64, flags: u32) -> Result<(), Errno> {
        if flags & !MLOCK_ONFAULT != 0 {
            return Err(Errno::EINVAL);
        }
        let on_fault = flags & MLOCK_ONFAULT != 0;
        let set = if on_fault {
            VmFlags::LOCKED.with(VmFlags::LOCKONFAULT)
        } else {
            VmFlags::LOCKED
        };
        self.syscall(pid, |m, mm| {
            let (start, end) = lock_range(addr, len)?;
            m.emit(EventKind::Call {
                mm,
                addr: start,
                pages: (end - start) >> PAGE_SHIFT,
                call: Call::Mlock,
            });
            m.apply_mlock(mm, start, end, set)?;
            if on_fault {
                return Ok(());
            }
            for vma in m.vmas_in(mm, start, end) {
                let v = m.vma(vma);
                if v.flags.has(VmFlags::IO) || v.flags.has(VmFlags::PFNMAP) {
                    continue;
                }
                let (from, to) = (v.start.max(start), v.end.min(end));
                let write = v.flags.has(VmFlags::WRITE) && !v.flags.has(VmFlags::SHARED);
                if !v.flags.any(VmFlags::ACCESS) {
                    return Err(Errno::ENOMEM);
                }
                m.populate_range(vma, from, to, write).map_err(|e| {
                    if e == Errno::EFAULT {
                        Errno::ENOMEM
                    } else {
                        Errno::EAGAIN
                    }
                })?;
            }
            Ok(())
        })
    }

    /// Unlocks a range.
    ///
    /// # Errors
    /// EINVAL: overflow. ENOMEM: a hole (what lies before it is unlocked).
    pub fn munlock(&mut self, pid: Pid, addr: u64, len: u64) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let (start, end) = lock_range(addr, len)?;
            m.emit(EventKind::Call {
                mm,
                addr: start,
                pages: (end - start) >> PAGE_SHIFT,
                call: Call::Munlock,
            });
            m.apply_mlock(mm, start, end, VmFlags::default())
        })
    }

    fn apply_mlock(
        &mut self,
        mm: super::addr::MmId,
        start: u64,
        end: u64,
        set: VmFlags,
    ) -> Result<(), Errno> {
        let mut at = start;
        while at < end {
            let vma = self.vma_lookup(mm, at).ok_or(Errno::ENOMEM)?;
            let old = self.vma(vma).flags;
            let new = old
                .without(VmFlags::LOCKED)
                .without(VmFlags::LOCKONFAULT)
                .with(set);
            let stop = self.vma(vma).end.min(end);
            if new != old && !old.any(VmFlags::SPECIAL.with(VmFlags::HUGETLB)) {
                let vma = self.vma_modify_flags(vma, at, stop, new)?;
                if old.has(VmFlags::LOCKED) != new.has(VmFlags::LOCKED) {
                    self.mlock_vma_pages(vma, at, stop);
                }
            }
            at = stop;
        }
        Ok(())
    }

    /// Locks or unlocks the pages already mapped in a range, as the flags of their area now say
    /// (`mlock_vma_pages_range`). A large folio mapped by entries is locked only when it lies in the range whole, but
    /// unlocked by any part of it.
    fn mlock_vma_pages(&mut self, vma: VmaId, start: u64, end: u64) {
        let mm = self.vma(vma).mm;
        let lock = self.vma(vma).flags.has(VmFlags::LOCKED);
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            match self.pmd(mm, addr) {
                Pmd::Huge(pmd) if !pmd.special() => self.set_mlocked(pmd.pfn(), lock),
                Pmd::Table(table) => {
                    let (mut i, last) =
                        (pte_index(addr), pte_index(addr) + Self::ptes_to(addr, stop));
                    while i < last {
                        let pte = self.tables.get(table, i);
                        if !pte.present() || pte.special() {
                            i += 1;
                            continue;
                        }
                        let n = self.folio_pte_batch(table, i, last, pte.pfn());
                        let head = self.frames.head(pte.pfn());
                        if !lock || n == self.folio_nr_pages(head) {
                            self.set_mlocked(head, lock);
                        }
                        i += n;
                    }
                }
                _ => {}
            }
            addr = stop;
        }
    }

    /// `n` pages of a file's folio got mapped by an area: all of it in a locked one locks it (`mlock_vma_folio`).
    pub(crate) fn mlock_file_folio(&mut self, head: Pfn, n: usize, vma: VmaId) {
        let flags = self.vma(vma).flags;
        let locked = flags.has(VmFlags::LOCKED) && !flags.any(VmFlags::SPECIAL);
        if locked && n == self.folio_nr_pages(head) {
            self.mlock_folio(head);
        }
    }

    fn set_mlocked(&mut self, head: Pfn, lock: bool) {
        if lock {
            self.mlock_folio(head);
        } else {
            self.munlock_folio(head);
        }
    }

    /// How often locked areas have locked a folio (`mlock_count`); the kernel loses the count where it takes the folio
    /// off its list, and then goes on from 0.
    fn mlock_count(&self, head: Pfn) -> i32 {
        self.mlock_counts.get(&head).copied().unwrap_or(1)
    }

    /// Nearly all locked folios are locked once: only other counts are kept.
    pub(crate) fn set_mlock_count(&mut self, head: Pfn, n: i32) {
        if n == 1 {
            self.mlock_counts.remove(&head);
        } else {
            self.mlock_counts.insert(head, n);
        }
    }

    /// A folio was taken off its list and put back: how often it was locked is forgotten (`lru_add`).
    pub(crate) fn mlock_count_lost(&mut self, head: Pfn) {
        if self.frames.has(head, FrameFlags::MLOCKED) {
            self.set_mlock_count(head, 0);
        }
    }

    /// Locks a folio once more (`mlock_folio`).
    pub(crate) fn mlock_folio(&mut self, head: Pfn) {
        if self.frames.has(head, FrameFlags::MLOCKED) {
            self.set_mlock_count(head, self.mlock_count(head) + 1);
        } else {
            self.mlock_new_folio(head);
        }
    }

    /// Marks a folio that is on no list yet, or moves it to the unevictable one (`mlock_new_folio`).
    pub(crate) fn mlock_new_folio(&mut self, head: Pfn) {
        self.frames.set(head, FrameFlags::MLOCKED);
        self.stat.nr_mlock += self.folio_nr_pages(head) as i64;
        self.lru_change(head, FrameFlags::UNEVICTABLE, FrameFlags::NONE);
    }

    /// Entries of a locked area that map a folio were cut: counts as one unlocking, whether the folio was locked when
    /// they were made or not; reclaim corrects that where it is wrong (`munlock_vma_folio`).
    pub(crate) fn munlock_vma_folio(&mut self, head: Pfn, vma: VmaId) {
        if self.vma(vma).flags.has(VmFlags::LOCKED) {
            self.munlock_folio(head);
        }
    }

    /// Back to the evictable lists when nobody locks it any more (`munlock_folio`).
    pub(crate) fn munlock_folio(&mut self, head: Pfn) {
        if !self.frames.has(head, FrameFlags::MLOCKED) {
            return;
        }
        let left = self.mlock_count(head) - 1;
        if left > 0 {
            return self.set_mlock_count(head, left);
        }
        self.mlock_counts.remove(&head);
        self.frames.clear(head, FrameFlags::MLOCKED);
        self.stat.nr_mlock -= self.folio_nr_pages(head) as i64;
        self.lru_change(head, FrameFlags::NONE, FrameFlags::UNEVICTABLE);
    }
}

/// The pages a lock touches: start rounded down, end rounded up.
fn lock_range(addr: u64, len: u64) -> Result<(u64, u64), Errno> {
    let start = addr & !(PAGE_SIZE - 1);
    let end = addr
        .checked_add(len)
        .and_then(|e| e.checked_next_multiple_of(PAGE_SIZE))
        .ok_or(Errno::EINVAL)?;
    Ok((start, end))
}
