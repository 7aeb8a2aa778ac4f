//! Many pages in a row, more than the buddy allocator gives: what is in the way is moved elsewhere.
//!
//! Counterparts: `alloc_contig_pages`, `alloc_contig_range`, `has_unmovable_pages` (`mm/page_alloc.c`,
//! `mm/page_isolation.c`).

use super::buddy::{MAX_PAGE_ORDER, MigrateType, PAGEBLOCK_ORDER};
use super::frame::FrameFlags;
use crate::machine::Machine;
use crate::vm::addr::Pfn;

impl Machine {
    /// `2^order` pages of a node in a row, aligned to their number: the first range of its zones, high to low, that is
    /// free or can be made so. Their frames are to be formatted by the caller.
    pub(crate) fn alloc_contig_pages(&mut self, nid: u8, order: u8) -> Option<Pfn> {
        let pages = 1u32 << order;
        for zone in (0..self.zones.len()).rev() {
            let z = &self.zones[zone];
            if z.nid != nid {
                continue;
            }
            let end = z.start.0 + z.spanned as u32;
            let mut at = z.start.0.next_multiple_of(pages);
            while at < end && end - at >= pages {
                if let Some(moved) = self.movable_range(zone, at, pages)
                    && self.alloc_contig_range(zone, at, pages, moved)
                {
                    return Some(Pfn(at));
                }
                at += pages;
            }
        }
        None
    }

    /// The folios that are in the way in a range, if all of them can be moved and fit elsewhere.
    #[inline(never)]
    pub(super) fn movable_range(&self, zone: usize, start: u32, pages: u32) -> Option<Vec<Pfn>> {
        let (mut folios, mut used) = (Vec::new(), 0u64);
        for page in self.in_use(zone, start, pages) {
            let held = self.pressure.holds_movable(page);
            if !held && (self.folio_hugetlb(page) || !self.folio_can_migrate(page)) {
                return None;
            }
            folios.push(page);
            used += 1 << self.frames.order(page);
        }
        let free_here = u64::from(pages) - used;
        let marks: u64 = self.zones.iter().map(|z| z.watermarks.min).sum();
        (self.nr_free_pages() > free_here + used + marks).then_some(folios)
    }

    /// First pages of all that is in use in a range.
    pub(super) fn in_use(
        &self,
        zone: usize,
        start: u32,
        pages: u32,
    ) -> impl Iterator<Item = Pfn> + '_ {
        let mut at = start;
        std::iter::from_fn(move || {
            while at < start + pages {
                let page = Pfn(at);
                if self.zones[zone].free.is_untouched(page) {
                    at += 1 << MAX_PAGE_ORDER;
                    continue;
                }
                let frame = self.frames.frame(page);
                at += 1 << frame.order();
                if !frame.has(FrameFlags::BUDDY) {
                    return Some(page);
                }
            }
            None
        })
    }

    /// Empties a range and takes it. False: some page stayed, and the range goes back.
    #[inline(never)]
    pub(super) fn alloc_contig_range(
        &mut self,
        zone: usize,
        start: u32,
        pages: u32,
        folios: Vec<Pfn>,
    ) -> bool {
        self.zones[zone].isolate_range(&mut self.frames, start, pages);
        let (mut stays, mut left) = (false, folios);
        while let Some(head) = left.pop() {
            if !self.move_out((zone, start, pages), head, &mut left) {
                stays = true;
                break;
            }
        }
        if !stays {
            return true;
        }
        // What is not a folio any more was free or has been emptied.
        self.zones[zone].undo_isolate_range(&mut self.frames, start, pages);
        false
    }

    /// Moves a folio out of an isolated range - zone, start, pages -; its frames say nothing any more. One that fits nowhere
    /// as a whole is split, and its pages join `left`. False: it stays (`migrate_pages`).
    #[inline(never)]
    pub(super) fn move_out(
        &mut self,
        (zone, start, n): (usize, u32, u32),
        head: Pfn,
        left: &mut Vec<Pfn>,
    ) -> bool {
        let order = self.frames.order(head);
        let pages = 1i64 << order;
        let thp = i64::from(order == PAGEBLOCK_ORDER);
        let held = self.pressure.holds_movable(head);
        let free = held || self.folio_can_migrate(head);
        let to = free.then(|| self.alloc_pages(order, MigrateType::Movable));
        let Some(to) = to.flatten() else {
            if free && order > 0 && self.split_folio(head, 0).is_ok() {
                self.stat.thp_migration_split += thp;
                let small = (0..1 << order).map(|i| head.add(i));
                left.extend(small.filter(|p| self.frames.has(*p, FrameFlags::LRU)));
                // Pages nobody maps any more are free now.
                self.zones[zone].isolate_range(&mut self.frames, start, n);
                return true;
            }
            self.stat.pgmigrate_fail += pages;
            self.stat.thp_migration_fail += thp;
            return false;
        };
        if held {
            self.pressure.moved(head, to);
            self.move_content(to, head);
        } else {
            self.migrate_folio(head, to);
        }
        self.frames
            .format(head, order, FrameFlags::NONE, FrameFlags::NONE);
        self.stat.pgmigrate_success += pages;
        self.stat.thp_migration_success += thp;
        self.emit_migrated(head, to, pages as u32);
        true
    }
}
