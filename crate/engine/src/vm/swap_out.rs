//! Taking folios out of memory: slots, swap entries in place of mappings, writing, freeing.
//!
//! Counterparts: `shrink_folio_list`, `pageout`, `try_to_unmap_one`, `__remove_mapping`.

use super::addr::{HPAGE_PMD_ORDER, PAGE_SIZE, Pfn, pmd_aligned, pte_index};
use super::pte::{Pte, SwapKind};
use super::rmap::Mapping;
use super::vma::VmFlags;
use super::zap::Zap;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;

/// What became of a folio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reclaim {
    /// It left memory, or waits for the disk to be done with it.
    Done,
    /// It stays as it is.
    Keep,
    /// It stays, and on the active list (`activate_locked`).
    Activate,
}

impl Machine {
    /// Reclaims folios in order (`shrink_folio_list`). The pages of one that has to be split come next, last page first.
    pub(crate) fn shrink_folio_list(&mut self, mut folios: Vec<Pfn>) {
        folios.reverse();
        while let Some(head) = folios.pop() {
            if self.folio_in_file(head) {
                self.reclaim_file_folio(head, &mut folios);
                continue;
            }
            if !self
                .frames
                .flags(head)
                .has(FrameFlags::ALLOCATED.and(FrameFlags::ANON))
            {
                // A page that a split left unmapped: it gets a slot and gives it back on its way.
                self.pass_by_slot();
                continue;
            }
            if self.shrink_folio(head, &mut folios) == Reclaim::Activate {
                self.activate_locked(head);
            }
        }
    }

    fn activate_locked(&mut self, head: Pfn) {
        let flags = self.frames.flags(head);
        let mlocked = flags.has(FrameFlags::MLOCKED);
        if flags.has(FrameFlags::SWAPCACHE) && (mlocked || self.swap.is_full()) {
            self.folio_free_swap(head);
        }
        if !mlocked && self.frames.has(head, FrameFlags::LRU) {
            self.lru_change(head, FrameFlags::ACTIVE, FrameFlags::NONE);
        }
    }

    fn shrink_folio(&mut self, head: Pfn, rest: &mut Vec<Pfn>) -> Reclaim {
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::LOCKED) {
            return Reclaim::Keep;
        }
        if flags.any(FrameFlags::UNEVICTABLE.and(FrameFlags::MLOCKED)) {
            return Reclaim::Activate;
        }
        if !flags.has(FrameFlags::SWAPBACKED) {
            return self.discard_lazyfree(head);
        }
        if !flags.has(FrameFlags::SWAPCACHE) {
            match self.add_to_swap(head, rest) {
                Reclaim::Done => {}
                refused => return refused,
            }
            if !self.frames.has(head, FrameFlags::SWAPCACHE) {
                return Reclaim::Done;
            }
        }
        if self.folio_mapcount(head) > 0 && !self.try_to_unmap(head)
            || self.frames.has(head, FrameFlags::PINNED)
        {
            return Reclaim::Activate;
        }
        // Only the swap cache may hold it now.
        if self.frames.refcount(head) != self.folio_expected_refs(head) {
            return Reclaim::Keep;
        }
        if self.frames.has(head, FrameFlags::DIRTY) {
            self.frames.clear(head, FrameFlags::DIRTY);
            if self.folio_free_swap(head) {
                return Reclaim::Done;
            }
            if self.swap_writeout(head) {
                // The disk is busy with it: it stays in the swap cache until somebody looks again.
                return Reclaim::Keep;
            }
        }
        self.swap_cache_del_folio(head);
        Reclaim::Done
    }

    /// Finds slots for a folio, split if there is none for all of it. `Done` with the head out of the cache: the split
    /// freed it.
    fn add_to_swap(&mut self, head: Pfn, rest: &mut Vec<Pfn>) -> Reclaim {
        if self.frames.has(head, FrameFlags::PINNED) {
            return Reclaim::Keep;
        }
        let order = self.frames.order(head);
        if order > 0 {
            if self.frames.refcount(head) != self.folio_expected_refs(head) {
                return Reclaim::Activate;
            }
            let partially = FrameFlags::DEFERRED.and(FrameFlags::PARTIALLY_MAPPED);
            if self.frames.has(head, partially) && !self.split_for_swap(head, rest) {
                return Reclaim::Activate;
            }
        }
        if !self.is_anon(head) {
            self.pass_by_slot();
            return Reclaim::Done;
        }
        if !self.folio_alloc_swap(head) {
            let order = self.frames.order(head);
            if order == 0 || !self.split_for_swap(head, rest) {
                return Reclaim::Activate;
            }
            if order == HPAGE_PMD_ORDER {
                self.stat.thp_swpout_fallback += 1;
            }
            self.stat.mthp_mut(order).swpout_fallback += 1;
            if !self.is_anon(head) {
                self.pass_by_slot();
                return Reclaim::Done;
            }
            if !self.folio_alloc_swap(head) {
                return Reclaim::Activate;
            }
        }
        self.frames.set(head, FrameFlags::DIRTY);
        Reclaim::Done
    }

    /// Still an anonymous page: a split frees what nobody maps.
    fn is_anon(&self, head: Pfn) -> bool {
        self.frames
            .flags(head)
            .has(FrameFlags::ALLOCATED.and(FrameFlags::ANON))
    }

    fn split_for_swap(&mut self, head: Pfn, rest: &mut Vec<Pfn>) -> bool {
        let n = self.folio_nr_pages(head);
        let split = self.split_folio(head, 0).is_ok();
        if split {
            rest.extend((1..n).map(|i| head.add(i)));
        }
        split
    }

    /// Every place that maps any page of a folio, and which page.
    pub(crate) fn folio_mappings(&self, head: Pfn) -> Vec<(Pfn, Mapping)> {
        if self.frames.has(head, FrameFlags::KSM) {
            let place = |(mm, addr)| {
                Some(Mapping {
                    vma: self.vma_lookup(mm, addr)?,
                    mm,
                    addr,
                    huge: false,
                })
            };
            return self
                .ksm_mappings(head)
                .into_iter()
                .filter_map(place)
                .map(|m| (head, m))
                .collect();
        }
        let pages = (0..self.folio_nr_pages(head)).map(|i| head.add(i));
        pages
            .flat_map(|page| self.rmap_walk(page).into_iter().map(move |m| (page, m)))
            .collect()
    }

    /// Puts swap entries in place of all mappings of a folio of the swap cache (`try_to_unmap`). False: some stay,
    /// because their area is locked or the page is pinned.
    fn try_to_unmap(&mut self, head: Pfn) -> bool {
        for (page, m) in self.folio_mappings(head) {
            if self.vma(m.vma).flags.has(VmFlags::LOCKED) {
                if !self.folio_large(head) {
                    self.mlock_folio(head);
                }
                break;
            }
            self.split_huge_pmd(m.vma, m.addr);
            let exclusive = self.frames.has(page, FrameFlags::ANON_EXCLUSIVE);
            if exclusive && self.frames.has(head, FrameFlags::PINNED) {
                break;
            }
            let Some(table) = self.pte_table(m.mm, m.addr) else {
                break;
            };
            let pte = self.tables.get(table, pte_index(m.addr));
            if pte.dirty() {
                self.frames.set(head, FrameFlags::DIRTY);
            }
            let entry = self.swap.entry_of(page);
            self.swap_duplicate(entry);
            self.add_to_mmlist(m.mm, None);
            self.frames.clear(page, FrameFlags::ANON_EXCLUSIVE);
            let swapped = Pte::swap(SwapKind::Swap, entry.value())
                .with_swap_exclusive(exclusive)
                .with_uffd_wp(pte.uffd_wp());
            self.update_hiwater_rss(m.mm);
            self.tables.set(table, pte_index(m.addr), swapped);
            let rss = &mut self.mm_mut(m.mm).rss;
            rss.anon -= 1;
            rss.swap += 1;
            self.remove_rmap_ptes(page, 1, m.vma);
            self.folio_put(head, 1);
        }
        self.folio_mapcount(head) == 0
    }

    /// Unmaps and frees a clean lazyfree folio; one that was written to becomes swap-backed again (the lazyfree
    /// branch of `try_to_unmap_one`).
    fn discard_lazyfree(&mut self, head: Pfn) -> Reclaim {
        let n = self.folio_nr_pages(head);
        // A huge one goes by its entries too, and leaves their table behind.
        if self.folio_entire_mapcount(head) > 0 {
            for m in self.rmap_walk_anon(head) {
                self.split_huge_pmd(m.vma, m.addr);
            }
        }
        let mappings = self.folio_mappings(head).into_iter().map(|(_, m)| m);
        let mappings: Vec<_> = mappings.collect();
        let written = self.frames.has(head, FrameFlags::DIRTY)
            || mappings.iter().any(|m| self.pte(m.mm, m.addr).dirty());
        if written || self.frames.refcount(head) != self.folio_expected_refs(head) {
            if written {
                self.lru_change(head, FrameFlags::SWAPBACKED, FrameFlags::NONE);
            }
            return Reclaim::Activate;
        }
        self.stat.pglazyfreed += n as i64;
        // A run of entries of one table goes at once (`folio_unmap_pte_batch`), so that a folio never counts as partially
        // mapped on the way.
        let mut i = 0;
        while i < mappings.len() {
            let first = mappings[i];
            let mut end = first.addr;
            while let Some(m) = mappings.get(i).filter(|m| {
                let same_table = end == first.addr || !pmd_aligned(end);
                m.vma == first.vma && m.addr == end && same_table
            }) {
                end = m.addr + PAGE_SIZE;
                i += 1;
            }
            self.zap_range(first.vma, first.addr, end, Zap::Keep);
        }
        Reclaim::Done
    }
}
