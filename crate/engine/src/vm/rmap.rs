//! Who maps a page: mapping counts as page-table entries come and go, and the walk back from a page to them.
//!
//! Counterparts in `mm/rmap.c`: `folio_add_new_anon_rmap`, `__folio_add_rmap`, `__folio_remove_rmap`, `rmap_walk_anon`.

use super::addr::{
    HPAGE_PMD_NR, HPAGE_PMD_SIZE, MmId, PAGE_SHIFT, Pfn, VmaId, pmd_down, pte_index,
};
use super::table::Pmd;
use super::vma::VmFlags;
use crate::machine::Machine;
use crate::phys::folio::ENTIRELY_MAPPED;
use crate::phys::frame::FrameFlags;

/// Whether a mapping belongs to one process alone (`RMAP_EXCLUSIVE`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exclusive {
    Yes,
    No,
}

/// A place that maps a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mapping {
    pub vma: VmaId,
    pub mm: MmId,
    /// Address of the page.
    pub addr: u64,
    /// By a huge PMD.
    pub huge: bool,
}

impl Machine {
    /// First mapping of a new anonymous folio, all of it and exclusive, at `addr` by PTEs or a PMD
    /// (`folio_add_new_anon_rmap`). The area must have its anchor.
    pub(crate) fn add_new_anon_rmap(&mut self, head: Pfn, vma: VmaId, addr: u64, by_pmd: bool) {
        let v = self.vma(vma);
        let (mm, index) = (v.mm, v.page_index(addr));
        let anchor = v
            .anon_vma
            .expect("anon_vma_prepare comes before the first page")
            .0;
        let frame = self.frames.frame_mut(head);
        frame.anchor = anchor;
        frame.set_index(index);
        frame.set(FrameFlags::ANON.and(FrameFlags::SWAPBACKED));
        let order = frame.order();
        if order == 0 {
            frame.mapcount = 1;
            frame.set(FrameFlags::ANON_EXCLUSIVE);
            self.stat.nr_anon_pages += 1;
            return;
        }
        if order >= 2 {
            self.stat.mthp_mut(order).nr_anon += 1;
        }
        if by_pmd {
            self.add_rmap_pmd(head, mm, Exclusive::Yes);
        } else {
            self.add_rmap_ptes(head, 1 << order, mm, Exclusive::Yes);
        }
    }

    /// `n` PTE mappings more, of the pages from `page` on, all of one folio (`folio_add_anon_rmap_ptes`). A locked area
    /// locks a folio of which they are all pages.
    pub(crate) fn add_anon_rmap_ptes(
        &mut self,
        page: Pfn,
        n: usize,
        vma: VmaId,
        exclusive: Exclusive,
    ) {
        let v = self.vma(vma);
        let (mm, locked) = (
            v.mm,
            v.flags.has(VmFlags::LOCKED) && !v.flags.any(VmFlags::SPECIAL),
        );
        self.add_rmap_ptes(page, n, mm, exclusive);
        let head = self.frames.head(page);
        if locked && n == self.folio_nr_pages(head) {
            self.mlock_folio(head);
        }
    }

    /// As [`add_anon_rmap_ptes`](Self::add_anon_rmap_ptes) for pages of the swap cache. One that was read from the
    /// disk has no anchor yet; if others have its slot too, that is the root of all who may (`__folio_set_anon`), and it
    /// is not locked even in a locked area (`folio_add_new_anon_rmap`).
    pub(crate) fn add_swapped_in_rmap(
        &mut self,
        page: Pfn,
        n: usize,
        vma: VmaId,
        addr: u64,
        exclusive: Exclusive,
    ) {
        if self.frames.has(self.frames.head(page), FrameFlags::ANON) {
            self.add_anon_rmap_ptes(page, n, vma, exclusive);
            return;
        }
        let v = self.vma(vma);
        let (mm, index) = (v.mm, v.page_index(addr));
        let own = v
            .anon_vma
            .expect("an area with swap entries has its anchor");
        let anchor = if exclusive == Exclusive::Yes {
            own
        } else {
            self.anon_vma(own).root
        };
        self.frames.set_anchor(page, anchor.0);
        self.frames.set_index(page, index);
        self.frames.set(page, FrameFlags::ANON);
        self.add_rmap_ptes(page, n, mm, exclusive);
    }

    /// As [`add_anon_rmap_ptes`](Self::add_anon_rmap_ptes) for pages of a file (`folio_add_file_rmap_ptes`): a
    /// locked area locks a folio that it maps whole, by entries or a PMD.
    pub(crate) fn add_file_rmap_ptes(&mut self, page: Pfn, n: usize, vma: VmaId) {
        self.add_rmap_ptes(page, n, self.vma(vma).mm, Exclusive::No);
        self.mlock_file_folio(self.frames.head(page), n, vma);
    }

    /// The count of mapped pages a page belongs to: anonymous ones or those of files (`__folio_mod_stat`).
    fn mapped_pages(&mut self, page: Pfn) -> &mut i64 {
        self.nr_mapped_pages(self.frames.has(self.frames.head(page), FrameFlags::ANON))
    }

    fn nr_mapped_pages(&mut self, anon: bool) -> &mut i64 {
        if anon {
            &mut self.stat.nr_anon_pages
        } else {
            &mut self.stat.nr_mapped
        }
    }

    /// The count of folios mapped by a PMD that a folio belongs to.
    fn pmdmapped_folios(&mut self, head: Pfn) -> &mut i64 {
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::ANON) {
            &mut self.stat.nr_anon_transparent_hugepages
        } else if flags.has(FrameFlags::SWAPBACKED) {
            &mut self.stat.nr_shmem_pmdmapped
        } else {
            &mut self.stat.nr_file_pmdmapped
        }
    }

    fn add_rmap_ptes(&mut self, page: Pfn, n: usize, mm: MmId, exclusive: Exclusive) {
        let exclusive = match exclusive {
            Exclusive::Yes => FrameFlags::ANON_EXCLUSIVE,
            Exclusive::No => FrameFlags::NONE,
        };
        let nr = self.count_rmap_ptes(page, n, mm, exclusive);
        if nr > 0 {
            *self.mapped_pages(page) += nr;
        }
    }

    /// Counts `n` PTE mappings and gives the pages `flags`; returns how many of them were not mapped before.
    fn count_rmap_ptes(&mut self, page: Pfn, n: usize, mm: MmId, flags: FrameFlags) -> i64 {
        let mut first = 0;
        if n == 1 {
            let frame = self.frames.frame_mut(page);
            if frame.order() == 0 {
                frame.set(flags);
                frame.mapcount += 1;
                return i64::from(frame.mapcount == 1);
            }
        }
        for i in 0..n {
            let frame = self.frames.frame_mut(page.add(i));
            frame.set(flags);
            frame.mapcount += 1;
            first += u32::from(frame.mapcount == 1);
        }
        let head = self.frames.head(page);
        if !self.folio_large(head) {
            return i64::from(first);
        }
        self.add_large_mapcount(head, n as i32, mm);
        let mapped = self.folio_nr_pages_mapped(head) + first;
        self.set_folio_nr_pages_mapped(head, mapped);
        if mapped < ENTIRELY_MAPPED {
            i64::from(first)
        } else {
            0
        }
    }

    /// A PMD mapping more (`folio_add_anon_rmap_pmd`).
    pub(crate) fn add_rmap_pmd(&mut self, head: Pfn, mm: MmId, exclusive: Exclusive) {
        let entire = self.folio_entire_mapcount(head) + 1;
        self.set_folio_entire_mapcount(head, entire);
        self.add_large_mapcount(head, 1, mm);
        if entire == 1 {
            let mapped = self.folio_nr_pages_mapped(head);
            self.set_folio_nr_pages_mapped(head, mapped + ENTIRELY_MAPPED);
            *self.mapped_pages(head) += HPAGE_PMD_NR as i64 - i64::from(mapped);
            *self.pmdmapped_folios(head) += 1;
        }
        if exclusive == Exclusive::Yes {
            self.frames.set(head, FrameFlags::ANON_EXCLUSIVE);
        }
    }

    /// `n` PTE mappings less; an anonymous large folio of which a part is now unmapped goes to the deferred
    /// split queue (`folio_remove_rmap_ptes`).
    pub(crate) fn remove_rmap_ptes(&mut self, page: Pfn, n: usize, vma: VmaId) {
        let frame = self.frames.frame_mut(page);
        // The commonest kind: a small folio that is not locked.
        if frame.order() == 0 && !frame.has(FrameFlags::MLOCKED) {
            frame.mapcount -= 1;
            debug_assert!(frame.mapcount >= 0);
            let (unmapped, anon) = (frame.mapcount == 0, frame.has(FrameFlags::ANON));
            if unmapped {
                *self.nr_mapped_pages(anon) -= 1;
            }
            return;
        }
        let mm = self.vma(vma).mm;
        self.munlock_vma_folio(self.frames.head(page), vma);
        let mut last = 0;
        for i in 0..n {
            let c = self.frames.mapcount_mut(page.add(i));
            *c -= 1;
            debug_assert!(*c >= 0);
            last += u32::from(*c == 0);
        }
        let head = self.frames.head(page);
        if !self.folio_large(head) {
            *self.mapped_pages(head) -= i64::from(last);
            return;
        }
        self.sub_large_mapcount(head, n as i32, mm);
        let mapped = self.folio_nr_pages_mapped(head) - last;
        self.set_folio_nr_pages_mapped(head, mapped);
        if last > 0 && mapped < ENTIRELY_MAPPED {
            *self.mapped_pages(head) -= i64::from(last);
            if mapped > 0 && self.frames.has(head, FrameFlags::ANON) {
                self.deferred_split_folio(head, true);
            }
        }
    }

    /// A PMD mapping less (`folio_remove_rmap_pmd`).
    pub(crate) fn remove_rmap_pmd(&mut self, head: Pfn, vma: VmaId) {
        let mm = self.vma(vma).mm;
        self.munlock_vma_folio(head, vma);
        let entire = self.folio_entire_mapcount(head) - 1;
        self.set_folio_entire_mapcount(head, entire);
        self.sub_large_mapcount(head, 1, mm);
        if entire > 0 {
            return;
        }
        let mapped = self.folio_nr_pages_mapped(head) - ENTIRELY_MAPPED;
        self.set_folio_nr_pages_mapped(head, mapped);
        *self.pmdmapped_folios(head) -= 1;
        let unmapped = HPAGE_PMD_NR as u32 - mapped;
        *self.mapped_pages(head) -= i64::from(unmapped);
        let part = unmapped > 0 && unmapped < HPAGE_PMD_NR as u32;
        if part && self.frames.has(head, FrameFlags::ANON) {
            self.deferred_split_folio(head, true);
        }
    }

    /// Every place that maps `page`, an anonymous page with its anchor (`rmap_walk_anon`). KSM pages have their
    /// own walk.
    pub(crate) fn rmap_walk_anon(&self, page: Pfn) -> Vec<Mapping> {
        let head = self.frames.head(page);
        let index = self.frames.index(head) + u64::from(page.0 - head.0);
        let Some(anon_vma) = self
            .anon_vmas
            .get(self.frames.anchor(head) as usize)
            .and_then(Option::as_ref)
        else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for &vma in &anon_vma.vmas {
            let v = self.vma(vma);
            if let Some(addr) = v.address_of(index)
                && let Some(huge) = self.maps_page(v.mm, addr, page)
            {
                out.push(Mapping {
                    vma,
                    mm: v.mm,
                    addr,
                    huge,
                });
            }
        }
        out
    }

    /// Whether the entry for `addr` maps `page`: by a huge PMD (`Some(true)`), by a PTE, or not.
    pub(crate) fn maps_page(&self, mm: MmId, addr: u64, page: Pfn) -> Option<bool> {
        match self.pmd(mm, addr) {
            Pmd::Huge(e) => (!e.special() && e.pfn().add(pte_index(addr)) == page).then_some(true),
            Pmd::Table(t) => {
                let e = self.tables.get(t, pte_index(addr));
                (e.present() && !e.special() && e.pfn() == page).then_some(false)
            }
            _ => None,
        }
    }

    /// Address of the 2 MiB block around `addr` if it lies inside the area (`thp_vma_suitable_order`, order 9).
    pub(crate) fn pmd_block_in_vma(&self, vma: VmaId, addr: u64) -> Option<u64> {
        let (v, base) = (self.vma(vma), pmd_down(addr));
        (base >= v.start && base + HPAGE_PMD_SIZE <= v.end).then_some(base)
    }

    /// Whether the naturally aligned block of `order` around `addr` lies inside the area.
    pub(crate) fn block_in_vma(&self, vma: VmaId, addr: u64, order: u8) -> Option<u64> {
        let size = 1u64 << (PAGE_SHIFT + u32::from(order));
        let (v, base) = (self.vma(vma), addr & !(size - 1));
        (base >= v.start && base + size <= v.end).then_some(base)
    }
}
