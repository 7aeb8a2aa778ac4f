//! Advice about how much pages matter: MADV_FREE, MADV_COLD, MADV_PAGEOUT.
//!
//! Counterparts in `mm/madvise.c`: `madvise_free_pte_range`, `madvise_cold_or_pageout_pte_range`, `madvise_free_huge_pmd`.

use super::addr::{
    HPAGE_PMD_NR, HPAGE_PMD_SIZE, PAGE_SIZE, Pfn, TableId, VmaId, pmd_down, pte_index,
};
use super::pte::{Pte, SwapKind};
use super::table::{Pmd, PmdSlot};
use super::vma::VmFlags;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;

impl Machine {
    /// Pages may be dropped instead of swapped until they are written again (MADV_FREE).
    ///
    /// # Errors
    /// EINVAL for anything but unlocked anonymous memory.
    pub(crate) fn madvise_free(&mut self, vma: VmaId, start: u64, end: u64) -> Result<(), Errno> {
        let v = self.vma(vma);
        let refused = VmFlags::LOCKED.with(VmFlags::PFNMAP).with(VmFlags::HUGETLB);
        if v.flags.any(refused) || !v.is_anonymous() {
            return Err(Errno::EINVAL);
        }
        self.each_table(vma, start, end, |m, slot, addr, stop| {
            if let Pmd::Huge(pmd) = m.pmd_at(slot) {
                m.free_huge_pmd(slot, pmd, addr, stop);
            }
            if let Pmd::Table(table) = m.pmd_at(slot) {
                m.free_ptes(vma, table, addr, stop);
            }
        });
        Ok(())
    }

    /// Calls `f` with the PMD slot of each 2 MiB of a range that has page tables.
    fn each_table(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        mut f: impl FnMut(&mut Self, PmdSlot, u64, u64),
    ) {
        let mm = self.vma(vma).mm;
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            if let Some(slot) = self.pmd_slot(mm, addr) {
                f(self, slot, addr, stop);
            }
            addr = stop;
        }
    }

    fn free_huge_pmd(&mut self, slot: PmdSlot, pmd: Pte, addr: u64, end: u64) {
        if pmd.special() {
            return;
        }
        let head = pmd.pfn();
        if self.folio_maybe_mapped_shared(head) || self.frames.has(head, FrameFlags::LOCKED) {
            return;
        }
        if end - addr < HPAGE_PMD_SIZE {
            let _ = self.split_folio(head, 0);
            return;
        }
        self.frames.clear(head, FrameFlags::DIRTY);
        self.tables.set(
            slot.table,
            slot.index,
            pmd.with_young(false).with_dirty(false),
        );
        self.mark_lazyfree(head);
    }

    /// The folio needs no swap space any more (`folio_mark_lazyfree`).
    fn mark_lazyfree(&mut self, head: Pfn) {
        let f = self.frames.flags(head);
        if f.has(FrameFlags::ANON)
            && f.has(FrameFlags::SWAPBACKED)
            && !f.any(FrameFlags::SWAPCACHE.and(FrameFlags::UNEVICTABLE))
        {
            self.stat.pglazyfree += self.folio_nr_pages(head) as i64;
            self.lru_change(
                head,
                FrameFlags::NONE,
                FrameFlags(
                    FrameFlags::SWAPBACKED.0 | FrameFlags::ACTIVE.0 | FrameFlags::REFERENCED.0,
                ),
            );
        }
    }

    fn free_ptes(&mut self, vma: VmaId, table: TableId, addr: u64, end: u64) {
        let mm = self.vma(vma).mm;
        let first = pte_index(addr);
        let last = first + Self::ptes_to(addr, end);
        let mut i = first;
        while i < last {
            let pte = self.tables.get(table, i);
            if !pte.present() {
                if pte.swap_kind() == Some(SwapKind::Swap) {
                    self.mm_mut(mm).rss.swap -= 1;
                    self.tables.set(table, i, Pte::NONE);
                    self.free_swap_and_cache(SwapEntry::from_value(pte.swap_value()));
                }
                i += 1;
                continue;
            }
            if pte.special() {
                i += 1;
                continue;
            }
            let head = self.frames.head(pte.pfn());
            let n = self.folio_pte_batch(table, i, last, pte.pfn());
            if self.folio_large(head) && n < self.folio_nr_pages(head) {
                // A part of a large folio: split it and look again; a shared or pinned one is passed over.
                if self.folio_maybe_mapped_shared(head) || self.split_folio(head, 0).is_err() {
                    i += n;
                }
                continue;
            }
            let flags = self.frames.flags(head);
            let dirty = flags.any(FrameFlags::DIRTY.and(FrameFlags::SWAPCACHE));
            // The dirty flag of a page that others map too is theirs.
            let usable = !dirty
                || self.folio_mapcount(head) == n as i32
                    && !flags.has(FrameFlags::LOCKED)
                    && (!flags.has(FrameFlags::SWAPCACHE) || self.folio_free_swap(head));
            if usable {
                self.frames.clear(head, FrameFlags::DIRTY);
                for k in i..i + n {
                    let pte = self.tables.get(table, k);
                    self.tables
                        .set(table, k, pte.with_young(false).with_dirty(false));
                }
                self.mark_lazyfree(head);
            }
            i += n;
        }
    }

    /// Pages become the first candidates for reclaim (MADV_COLD).
    ///
    /// # Errors
    /// EINVAL for locked, hugetlb and PFN areas.
    pub(crate) fn madvise_cold(&mut self, vma: VmaId, start: u64, end: u64) -> Result<(), Errno> {
        self.cold_or_pageout(vma, start, end, false)
    }

    /// Pages are reclaimed now (MADV_PAGEOUT), 2 MiB after 2 MiB. Without swap space large folios are split on the attempt and stay.
    ///
    /// # Errors
    /// As MADV_COLD.
    pub(crate) fn madvise_pageout(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
    ) -> Result<(), Errno> {
        self.cold_or_pageout(vma, start, end, true)
    }

    /// Ages every page that belongs to this process alone; PAGEOUT then reclaims their folios in order. Only COLD
    /// clears the accessed bits: PAGEOUT does not ask for them.
    fn cold_or_pageout(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        pageout: bool,
    ) -> Result<(), Errno> {
        let refused = VmFlags::LOCKED.with(VmFlags::PFNMAP).with(VmFlags::HUGETLB);
        if self.vma(vma).flags.any(refused) {
            return Err(Errno::EINVAL);
        }
        self.each_table(vma, start, end, |m, slot, addr, stop| {
            let mut folios = Vec::new();
            if let Pmd::Huge(pmd) = m.pmd_at(slot) {
                if pmd.special() || m.folio_maybe_mapped_shared(pmd.pfn()) {
                    return;
                }
                if stop - addr < HPAGE_PMD_SIZE {
                    if m.split_folio(pmd.pfn(), 0).is_err() {
                        return;
                    }
                } else {
                    m.tables.set(
                        slot.table,
                        slot.index,
                        pmd.with_young(pmd.young() && pageout),
                    );
                    m.make_cold(pmd.pfn());
                    folios.push(pmd.pfn());
                }
            }
            if let Pmd::Table(table) = m.pmd_at(slot) {
                m.cold_ptes(table, addr, stop, pageout, &mut folios);
            }
            if pageout {
                m.shrink_folio_list(folios);
            }
        });
        Ok(())
    }

    fn cold_ptes(
        &mut self,
        table: TableId,
        addr: u64,
        end: u64,
        pageout: bool,
        folios: &mut Vec<Pfn>,
    ) {
        let first = pte_index(addr);
        let last = first + ((end - addr) / PAGE_SIZE) as usize;
        debug_assert!(last <= HPAGE_PMD_NR);
        let mut i = first;
        while i < last {
            let pte = self.tables.get(table, i);
            if !pte.present() || pte.special() {
                i += 1;
                continue;
            }
            let head = self.frames.head(pte.pfn());
            let n = self.folio_pte_batch(table, i, last, pte.pfn());
            if self.folio_large(head) && n < self.folio_nr_pages(head) {
                if self.folio_maybe_mapped_shared(head) || self.split_folio(head, 0).is_err() {
                    i += n;
                }
                continue;
            }
            if self.folio_mapcount(head) == n as i32 {
                for k in i..i + n {
                    let pte = self.tables.get(table, k);
                    self.tables
                        .set(table, k, pte.with_young(pte.young() && pageout));
                }
                self.make_cold(head);
                folios.push(head);
            }
            i += n;
        }
    }

    fn make_cold(&mut self, head: Pfn) {
        self.lru_change(
            head,
            FrameFlags::NONE,
            FrameFlags::ACTIVE.and(FrameFlags::REFERENCED),
        );
    }
}
