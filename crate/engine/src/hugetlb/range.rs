//! What calls do to ranges of hugetlb areas: unmapping, fork, mprotect, advice, mremap.
//!
//! Counterparts in `mm/hugetlb.c`: `__unmap_hugepage_range`, `copy_hugetlb_page_range`, `hugetlb_change_protection`; in
//! `mm/mremap.c`: `align_hugetlb`.

use super::reserve::Holder;
use super::{HugetlbVma, shift};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, HPAGE_PMD_SIZE, MmId, PAGE_SHIFT, VmaId};
use crate::vm::pte::Pte;
use crate::vm::table::PmdSlot;
use crate::vm::uapi::Advice;
use crate::vm::vma::VmFlags;

impl Machine {
    /// Areas that map a file, by id.
    pub(super) fn hugetlb_areas(&self, file: Option<FileId>) -> Vec<VmaId> {
        let areas = self.vmas.iter().enumerate();
        areas
            .filter(|(_, v)| {
                v.as_ref()
                    .is_some_and(|v| v.file == file && v.flags.has(VmFlags::HUGETLB))
            })
            .map(|(i, _)| VmaId(i as u32))
            .collect()
    }

    /// Every huge page mapped in a range of a hugetlb area; what no table covers is passed over.
    fn huge_entries(&self, vma: VmaId, start: u64, end: u64) -> Vec<(u64, PmdSlot, Pte)> {
        let v = self.vma(vma);
        let (mm, order) = (v.mm, self.vma_hstate(v).1);
        let size = 1u64 << shift(order);
        let mut out = Vec::new();
        if size < HPAGE_PMD_SIZE {
            for span in self.pmd_spans(mm, start, end) {
                for addr in (span.addr..span.end).step_by(size as usize) {
                    self.push_huge_entry(&mut out, mm, addr, order);
                }
            }
        } else {
            // A page of several entries is met at its first; 1 GiB is walked in parts.
            for span in self.pmd_spans(mm, start, end) {
                if span.addr.is_multiple_of(size) {
                    self.push_huge_entry(&mut out, mm, span.addr, order);
                }
            }
        }
        out
    }

    fn push_huge_entry(&self, out: &mut Vec<(u64, PmdSlot, Pte)>, mm: MmId, addr: u64, order: u8) {
        let pte = self.huge_pte(mm, addr, order);
        if !pte.is_none()
            && let Some(slot) = self.huge_slot(mm, addr, order)
        {
            out.push((addr, slot, pte));
        }
    }

    /// Moves the pages of an area, whose entries go along (`move_hugetlb_page_tables`).
    pub(crate) fn move_hugetlb_page_tables(&mut self, vma: VmaId, from: u64, to: u64, len: u64) {
        let (mm, order) = (self.vma(vma).mm, self.vma_hstate(self.vma(vma)).1);
        for (addr, slot, pte) in self.huge_entries(vma, from, from + len) {
            if let Some(dst) = self.huge_slot_alloc(mm, to + (addr - from), order) {
                self.set_huge_pte(slot, order, Pte::NONE);
                self.set_huge_pte(dst, order, pte);
            }
        }
    }

    /// Base pages a process has mapped in hugetlb areas (`HugetlbPages`).
    pub(crate) fn hugetlb_usage(&self, mm: MmId) -> u64 {
        let areas = self.mm(mm).vmas.values().map(|v| (*v, self.vma(*v)));
        areas
            .filter(|(_, v)| v.flags.has(VmFlags::HUGETLB))
            .map(|(id, v)| {
                let pages = self.huge_entries(id, v.start, v.end).len() as u64;
                pages << self.vma_hstate(v).1
            })
            .sum::<u64>()
    }

    /// Unmaps `[start, end)`. An owner's page is promised again, unless surplus pages are about
    /// (`__unmap_hugepage_range`).
    pub(crate) fn hugetlb_unmap_range(&mut self, vma: VmaId, start: u64, end: u64) {
        let (size, order) = self.vma_hstate(self.vma(vma));
        for (addr, slot, pmd) in self.huge_entries(vma, start, end) {
            let head = pmd.pfn();
            self.set_huge_pte(slot, order, Pte::NONE);
            self.hugetlb_rmap(head, -1);
            if let Holder::Owner(map) = self.holder(vma)
                && self.hugetlb.hstates[size].surplus() == 0
                && self.frames.has(head, FrameFlags::ANON)
            {
                self.set_restore_reserve(head, true);
                let index = self.hugecache_offset(self.vma(vma), addr);
                self.restore_reservation(map, index);
            }
            self.folio_put(head, 1);
        }
    }

    /// A child's area begins without reservation (`hugetlb_dup_vma_private`).
    pub(crate) fn hugetlb_of_child(flags: VmFlags, of_parent: HugetlbVma) -> HugetlbVma {
        if flags.has(VmFlags::HUGETLB) {
            HugetlbVma::default()
        } else {
            of_parent
        }
    }

    /// Shares the pages of a private area with a child; a pinned page is copied, from what nobody was promised
    /// (`copy_hugetlb_page_range`). `None` without memory.
    pub(crate) fn copy_hugetlb_page_range(&mut self, child: VmaId, parent: VmaId) -> Option<()> {
        let (start, end) = (self.vma(parent).start, self.vma(parent).end);
        let new = self.vma(child).mm;
        let (size, order) = self.vma_hstate(self.vma(parent));
        for (addr, from, pmd) in self.huge_entries(parent, start, end) {
            let to = self.huge_slot_alloc(new, addr, order)?;
            let mut head = pmd.pfn();
            let exclusive = FrameFlags::ANON_EXCLUSIVE;
            if self.frames.has(
                head,
                exclusive.and(FrameFlags::PINNED).and(FrameFlags::ANON),
            ) {
                let index = self.hugecache_offset(self.vma(child), addr);
                let mount = self.subpool_vma(child);
                let copy = self.alloc_hugetlb_folio(size, mount, Holder::Nobody, index, false)?;
                self.copy_huge_page(copy, head);
                self.hugetlb_new_anon(child, addr, copy);
                head = copy;
            } else {
                *self.frames.refcount_mut(head) += 1;
                self.frames.clear(head, exclusive);
                self.set_huge_pte(from, order, pmd.with_write(false));
            }
            self.hugetlb_rmap(head, 1);
            self.set_huge_pte(to, order, pmd.with_pfn(head).with_write(false));
        }
        Some(())
    }

    /// Entries get the rights of their area; private ones become read-only until the next store
    /// (`hugetlb_change_protection`).
    pub(crate) fn hugetlb_change_protection(&mut self, vma: VmaId, start: u64, end: u64) {
        let (flags, order) = (self.vma(vma).flags, self.vma_hstate(self.vma(vma)).1);
        let writable = flags.has(VmFlags::SHARED.with(VmFlags::WRITE));
        for (_, slot, pmd) in self.huge_entries(vma, start, end) {
            let pmd = pmd
                .with_write(writable)
                .with_protnone(!flags.any(VmFlags::ACCESS));
            self.set_huge_pte(slot, order, pmd);
        }
    }

    /// Advice that hugetlb takes in its own way; `None` leaves it to the rules of all areas.
    pub(crate) fn hugetlb_madvise(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        advice: Advice,
    ) -> Option<Result<(), Errno>> {
        let (v, size) = (self.vma(vma), self.vma_pagesize(vma));
        Some(match advice {
            Advice::DontNeed | Advice::DontNeedLocked if !start.is_multiple_of(size) => {
                Err(Errno::EINVAL)
            }
            // Rounded down: nobody loses more than was named.
            Advice::DontNeed | Advice::DontNeedLocked => {
                self.hugetlb_unmap_range(vma, start, end & !(size - 1));
                Ok(())
            }
            Advice::WillNeed => Ok(()),
            Advice::Remove => {
                let file = v.file?;
                if !v.flags.has(VmFlags::SHARED.with(VmFlags::MAYWRITE)) {
                    return Some(Err(Errno::EACCES));
                }
                let offset = v.page_index(start) << PAGE_SHIFT;
                self.hugetlb_punch_hole(file, offset, end - start);
                Ok(())
            }
            _ => return None,
        })
    }

    /// Lengths of an mremap in an area: those of hugetlb are rounded up (`align_hugetlb`).
    ///
    /// # Errors
    /// EINVAL: hugetlb, and a misaligned place or growth.
    pub(crate) fn align_hugetlb(
        &self,
        vma: VmaId,
        addr: u64,
        to: u64,
        old: u64,
        new: u64,
    ) -> Result<(u64, u64), Errno> {
        if !self.vma(vma).flags.has(VmFlags::HUGETLB) {
            return Ok((old, new));
        }
        let size = self.vma_pagesize(vma);
        let up = |len: u64| len.checked_next_multiple_of(size).ok_or(Errno::EINVAL);
        let (old, new) = (up(old)?, up(new)?);
        if !addr.is_multiple_of(size) || !to.is_multiple_of(size) || new > old {
            return Err(Errno::EINVAL);
        }
        Ok((old, new))
    }
}
