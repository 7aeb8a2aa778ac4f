//! What calls do to ranges of hugetlb areas: unmapping, fork, mprotect, advice, mremap.
//!
//! Counterparts in `mm/hugetlb.c`: `__unmap_hugepage_range`, `copy_hugetlb_page_range`, `hugetlb_change_protection`; in
//! `mm/mremap.c`: `align_hugetlb`.

use super::hugecache_offset;
use super::reserve::Holder;
use super::{HugetlbVma, huge_up};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, HPAGE_PMD_NR, MmId, PAGE_SHIFT, VmaId, pmd_aligned, pmd_down};
use crate::vm::pte::Pte;
use crate::vm::table::{Pmd, PmdSlot};
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

    /// Every huge page mapped in a range of a hugetlb area; what no table covers is passed over by PUD.
    fn huge_entries(&self, vma: VmaId, start: u64, end: u64) -> Vec<(u64, PmdSlot, Pte)> {
        let mm = self.vma(vma).mm;
        self.pmd_spans(mm, start, end)
            .filter_map(|span| match span.pmd {
                Pmd::Huge(pmd) => Some((span.addr, span.slot, pmd)),
                _ => None,
            })
            .collect()
    }

    /// Base pages a process has mapped in hugetlb areas (`HugetlbPages`).
    pub(crate) fn hugetlb_usage(&self, mm: MmId) -> u64 {
        let areas = self.mm(mm).vmas.values().map(|v| (*v, self.vma(*v)));
        areas
            .filter(|(_, v)| v.flags.has(VmFlags::HUGETLB))
            .map(|(id, v)| self.huge_entries(id, v.start, v.end).len() as u64)
            .sum::<u64>()
            * HPAGE_PMD_NR as u64
    }

    /// Unmaps `[start, end)`. An owner's page is promised again, unless surplus pages are about
    /// (`__unmap_hugepage_range`).
    pub(crate) fn hugetlb_unmap_range(&mut self, vma: VmaId, start: u64, end: u64) {
        for (addr, slot, pmd) in self.huge_entries(vma, start, end) {
            let head = pmd.pfn();
            self.tables.set(slot.table, slot.index, Pte::NONE);
            self.hugetlb_rmap(head, -1);
            if let Holder::Owner(map) = self.holder(vma)
                && self.hugetlb.hstates[0].surplus() == 0
                && self.frames.has(head, FrameFlags::ANON)
            {
                self.set_restore_reserve(head, true);
                let index = hugecache_offset(self.vma(vma), addr);
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
        for (addr, from, pmd) in self.huge_entries(parent, start, end) {
            let to = self.pmd_slot_alloc(new, addr)?;
            let mut head = pmd.pfn();
            let exclusive = FrameFlags::ANON_EXCLUSIVE;
            if self.frames.has(
                head,
                exclusive.and(FrameFlags::PINNED).and(FrameFlags::ANON),
            ) {
                let index = hugecache_offset(self.vma(child), addr);
                let copy = self.alloc_hugetlb_folio(Holder::Nobody, index, false)?;
                for i in 0..HPAGE_PMD_NR {
                    self.copy_content(copy.add(i), head.add(i));
                }
                self.hugetlb_new_anon(child, addr, copy);
                head = copy;
            } else {
                *self.frames.refcount_mut(head) += 1;
                self.frames.clear(head, exclusive);
                self.tables
                    .set(from.table, from.index, pmd.with_write(false));
            }
            self.hugetlb_rmap(head, 1);
            self.tables
                .set(to.table, to.index, pmd.with_pfn(head).with_write(false));
        }
        Some(())
    }

    /// Entries get the rights of their area; private ones become read-only until the next store
    /// (`hugetlb_change_protection`).
    pub(crate) fn hugetlb_change_protection(&mut self, vma: VmaId, start: u64, end: u64) {
        let flags = self.vma(vma).flags;
        let writable = flags.has(VmFlags::SHARED.with(VmFlags::WRITE));
        for (_, slot, pmd) in self.huge_entries(vma, start, end) {
            let pmd = pmd
                .with_write(writable)
                .with_protnone(!flags.any(VmFlags::ACCESS));
            self.tables.set(slot.table, slot.index, pmd);
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
        let v = self.vma(vma);
        Some(match advice {
            Advice::DontNeed | Advice::DontNeedLocked if !pmd_aligned(start) => Err(Errno::EINVAL),
            // Rounded down: nobody loses more than was named.
            Advice::DontNeed | Advice::DontNeedLocked => {
                self.hugetlb_unmap_range(vma, start, pmd_down(end));
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
        let (old, new) = (
            huge_up(old).ok_or(Errno::EINVAL)?,
            huge_up(new).ok_or(Errno::EINVAL)?,
        );
        if !pmd_aligned(addr) || !pmd_aligned(to) || new > old {
            return Err(Errno::EINVAL);
        }
        Ok((old, new))
    }
}
