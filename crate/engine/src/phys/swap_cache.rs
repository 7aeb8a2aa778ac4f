//! The swap cache: pages that are in memory and have a slot as well; and reading pages back into it.
//!
//! Counterparts: `mm/swap_state.c` (`swap_cache_add_folio`, `__read_swap_cache_async`, `swap_cluster_readahead`),
//! `folio_free_swap`, `free_swap_and_cache`, `folio_alloc_swap`, `swap_read_folio`.
//!
//! Deviation: what is written or read is so by the next command; only the caller that started a read sees it under way.
//! The kernel's shadow entries (workingset detection) are not kept.

use super::content;
use super::frame::FrameFlags;
use super::swap::SwapEntry;
use crate::machine::Machine;
use crate::vm::addr::Pfn;

/// A page for a fault on a swap entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SwapRead {
    pub page: Pfn,
    /// The disk is still busy with it: it is locked.
    pub under_way: bool,
}

impl Machine {
    /// Gives every page of a folio a slot and puts it into the cache (`folio_alloc_swap`). False: no room.
    pub(crate) fn folio_alloc_swap(&mut self, head: Pfn) -> bool {
        let Some(entry) = self.alloc_slots(self.frames.order(head)) else {
            return false;
        };
        self.swap_cache_add_folio(head, entry);
        true
    }

    /// A slot is taken and given back at once: what reclaim does for a page that nobody maps any more.
    pub(crate) fn pass_by_slot(&mut self) {
        if let Some(entry) = self.alloc_slots(0) {
            self.free_slot(entry);
        }
    }

    fn swap_cache_add_folio(&mut self, head: Pfn, entry: SwapEntry) {
        let n = self.folio_nr_pages(head);
        for i in 0..n {
            self.swap
                .slot_mut(entry.add(i))
                .set_cached(Some(head.add(i)));
            self.swap
                .entry_of
                .set(head.add(i).index(), entry.add(i).value() as u32);
        }
        self.frames.set(head, FrameFlags::SWAPCACHE);
        *self.frames.refcount_mut(head) += n as i32;
        self.stat.nr_swapcached += n as i64;
        self.stat.nr_file_pages += n as i64;
    }

    /// Takes a folio out; slots that no entry names are free then, and so is the folio if nobody else holds it.
    pub(crate) fn swap_cache_del_folio(&mut self, head: Pfn) {
        let n = self.folio_nr_pages(head);
        for i in 0..n {
            let entry = self.swap.entry_of(head.add(i));
            let slot = self.swap.slot_mut(entry);
            slot.set_cached(None);
            slot.readahead = false;
            if slot.is_free() {
                self.free_slot(entry);
            }
        }
        self.frames.clear(head, FrameFlags::SWAPCACHE);
        self.stat.nr_swapcached -= n as i64;
        self.stat.nr_file_pages -= n as i64;
        self.folio_put(head, n as i32);
    }

    /// The pages of a folio are in other frames now.
    pub(crate) fn swap_cache_moved(&mut self, from: Pfn, to: Pfn) {
        for i in 0..self.folio_nr_pages(from) {
            let entry = self.swap.entry_of(from.add(i));
            self.swap.slot_mut(entry).set_cached(Some(to.add(i)));
            self.swap
                .entry_of
                .set(to.add(i).index(), entry.value() as u32);
        }
    }

    fn folio_swapped(&self, head: Pfn) -> bool {
        (0..self.folio_nr_pages(head))
            .any(|i| self.swap.slot(self.swap.entry_of(head.add(i))).users > 0)
    }

    /// Gives up the slots of a folio that no entry names any more; memory has the only copy then
    /// (`folio_free_swap`). False: it is not in the cache, or slots are still needed.
    pub(crate) fn folio_free_swap(&mut self, head: Pfn) -> bool {
        if !self.frames.has(head, FrameFlags::SWAPCACHE) || self.folio_swapped(head) {
            return false;
        }
        self.frames.set(head, FrameFlags::DIRTY);
        self.swap_cache_del_folio(head);
        true
    }

    /// The caller drops a mapping: a folio that nobody maps any more needs no slots (`free_swap_cache`).
    pub(crate) fn free_swap_cache(&mut self, head: Pfn) {
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::SWAPCACHE)
            && !flags.has(FrameFlags::LOCKED)
            && self.folio_mapcount(head) == 0
        {
            self.folio_free_swap(head);
        }
    }

    /// An entry is cut off without being read; a page only the cache still holds goes with the last one
    /// (`free_swap_and_cache`).
    pub(crate) fn free_swap_and_cache(&mut self, e: SwapEntry) {
        self.swap_free(e);
        let slot = self.swap.slot(e);
        if slot.users == 0
            && let Some(page) = slot.cached()
        {
            let head = self.frames.head(page);
            let unneeded = self.folio_mapcount(head) == 0 || self.swap.is_full();
            if unneeded && !self.frames.has(head, FrameFlags::LOCKED) {
                self.folio_free_swap(head);
            }
        }
    }

    /// Puts a folio's pages on the disk, or only remembers that they are all zeroes. True: it was written, and
    /// the disk is busy with it for the rest of this call (`swap_writeout`, `__swap_writepage`).
    pub(crate) fn swap_writeout(&mut self, head: Pfn) -> bool {
        let n = self.folio_nr_pages(head);
        let zero = (0..n).all(|i| self.page_is_zero(head.add(i)));
        for i in 0..n {
            let id = if zero {
                content::ZERO
            } else {
                self.contents.get(self.frames.content(head.add(i)))
            };
            let slot = self.swap.slot_mut(self.swap.entry_of(head.add(i)));
            let old = std::mem::replace(&mut slot.content, id);
            slot.zero = zero;
            if old != content::ZERO {
                self.contents.put(old);
            }
        }
        if zero {
            self.stat.swpout_zero += n as i64;
            return false;
        }
        let order = self.frames.order(head);
        if order == crate::vm::addr::HPAGE_PMD_ORDER {
            self.stat.thp_swpout += 1;
        }
        if order > 0 {
            self.stat.mthp_mut(order).swpout += 1;
        }
        self.stat.pswpout += n as i64;
        true
    }

    /// Page of the cache for a fault; notes that reading ahead was worth it (`swap_update_readahead`).
    pub(crate) fn swap_cache_lookup(&mut self, e: SwapEntry) -> Option<Pfn> {
        let page = self.swap.slot(e).cached()?;
        let slot = self.swap.slot_mut(e);
        if std::mem::take(&mut slot.readahead) {
            self.swap.readahead.hits += 1;
            self.stat.swap_ra_hit += 1;
        }
        Some(page)
    }

    /// The page of a slot, read if it is not in the cache; the flag says that it was. `None`: nobody needs the
    /// slot, or there is no memory (`__read_swap_cache_async`, `swap_read_folio`).
    pub(crate) fn read_swap_cache(&mut self, e: SwapEntry) -> Option<(Pfn, bool)> {
        let slot = self.swap.slot(e);
        if let Some(page) = slot.cached() {
            return Some((page, false));
        }
        if slot.users == 0 {
            return None;
        }
        let page = self.alloc_user_folio(0)?;
        self.frames.set(page, FrameFlags::SWAPBACKED);
        self.swap_cache_add_folio(page, e);
        self.lru_add(page);
        let id = self.contents.get(slot.content);
        self.frames.set_content(page, id);
        if slot.zero {
            self.stat.swpin_zero += 1;
        } else {
            self.stat.pswpin += 1;
        }
        // The cache holds it from here on.
        *self.frames.refcount_mut(page) -= 1;
        Some((page, true))
    }

    /// Reads a slot and its neighbours (`swap_cluster_readahead`).
    ///
    /// Deviation: an area on a solid-state disk is read by addresses of the area (`swap_vma_readahead`); here all are
    /// read by slots, as on a rotating disk.
    pub(crate) fn swap_cluster_readahead(&mut self, e: SwapEntry) -> Option<SwapRead> {
        let mask = self.swapin_nr_pages(e.offset()) - 1;
        let cached = self.swap.slot(e).cached().is_some();
        if mask > 0 {
            let pages = self.swap.areas[e.area()].as_ref().map_or(0, |a| a.pages) as u32;
            let (start, end) = ((e.offset() & !mask).max(1), (e.offset() | mask).min(pages));
            for offset in start..=end {
                let other = SwapEntry::new(e.area(), offset);
                if let Some((_, true)) = self.read_swap_cache(other)
                    && other != e
                {
                    self.swap.slot_mut(other).readahead = true;
                    self.stat.swap_ra += 1;
                }
            }
        }
        let (page, _) = self.read_swap_cache(e)?;
        Some(SwapRead {
            page,
            under_way: !cached && !self.swap.slot(e).zero,
        })
    }

    /// Pages of the next window: more the more of the last ones were asked for, at most `2^page-cluster`
    /// (`swapin_nr_pages`). A power of two.
    fn swapin_nr_pages(&mut self, offset: u32) -> u32 {
        let max = 1u32 << self.sysctl.page_cluster().min(9);
        if max == 1 {
            return 1;
        }
        let ra = &mut self.swap.readahead;
        let hits = std::mem::take(&mut ra.hits);
        let mut pages = (hits + 2).next_power_of_two().max(4);
        if hits == 0 {
            let adjacent = offset == ra.prev_offset + 1 || offset + 1 == ra.prev_offset;
            pages = if adjacent { 2 } else { 1 };
            ra.prev_offset = offset;
        }
        pages = pages.min(max).max(ra.last_pages / 2);
        ra.last_pages = pages;
        pages
    }
}
