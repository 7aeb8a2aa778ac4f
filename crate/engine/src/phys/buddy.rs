//! The buddy allocator: free lists by order and migrate type, fallback between types, merging on free.
//!
//! Counterparts in `mm/page_alloc.c`: `__rmqueue_smallest`, `__rmqueue_claim`, `__rmqueue_steal`,
//! `expand`, `__free_one_page`.
//!
//! Free blocks are linked through the frame table: the head's anchor holds the
//! previous block and its link the next, each one more than the frame number so
//! that 0 means none.

use super::frame::{FrameFlags, FrameTable};
use super::zone::Zone;
use crate::vm::addr::Pfn;
use std::ops::Range;

/// Highest order.
pub const MAX_PAGE_ORDER: u8 = 10;
/// Orders 0..=10.
pub const NR_PAGE_ORDERS: usize = MAX_PAGE_ORDER as usize + 1;
/// log2 of the pages of a pageblock.
pub const PAGEBLOCK_ORDER: u8 = 9;

/// Who may use a pageblock. Printed in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum MigrateType {
    /// Page tables, kernel memory.
    Unmovable,
    /// User pages.
    #[default]
    Movable,
    /// Caches that can be dropped.
    Reclaimable,
}

/// Migrate types that have free lists.
pub const NR_MIGRATETYPES: usize = 3;

impl MigrateType {
    /// All, in printed order.
    pub const ALL: [MigrateType; NR_MIGRATETYPES] = [
        MigrateType::Unmovable,
        MigrateType::Movable,
        MigrateType::Reclaimable,
    ];

    /// As printed in `/proc/pagetypeinfo`.
    pub fn name(self) -> &'static str {
        ["Unmovable", "Movable", "Reclaimable"][self as usize]
    }

    /// Types to take from when its own lists are empty, best first.
    fn fallbacks(self) -> [MigrateType; 2] {
        use MigrateType::{Movable, Reclaimable, Unmovable};
        match self {
            Unmovable => [Reclaimable, Movable],
            Movable => [Reclaimable, Unmovable],
            Reclaimable => [Unmovable, Movable],
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct List {
    first: u32,
    last: u32,
    count: u32,
}

/// Free lists of one zone and the types of its pageblocks.
#[derive(Clone, Debug, Default)]
pub struct FreeArea {
    /// Frames never used so far, or as good as that: ranges of whole blocks of the highest order, the end of that order's
    /// movable list, without links, so that untouched memory costs nothing. One block at a time joins the list.
    pub(super) untouched: Vec<Range<u32>>,
    lists: [[List; NR_MIGRATETYPES]; NR_PAGE_ORDERS],
    blocks: Vec<MigrateType>,
}

impl FreeArea {
    /// Lists for a zone of `pages` pages, all pageblocks movable.
    pub fn new(pages: u64) -> Self {
        FreeArea {
            untouched: Vec::new(),
            lists: Default::default(),
            blocks: vec![MigrateType::Movable; pages.div_ceil(512) as usize],
        }
    }

    /// Free blocks of an order, all types.
    #[inline(never)]
    pub fn nr_free(&self, order: usize) -> u64 {
        MigrateType::ALL
            .iter()
            .map(|mt| self.nr_free_type(order, *mt))
            .sum()
    }

    /// Free blocks of an order and a type.
    #[inline(never)]
    pub fn nr_free_type(&self, order: usize, mt: MigrateType) -> u64 {
        u64::from(self.lists[order][mt as usize].count) + self.nr_untouched(order, mt)
    }

    /// Those of them that were never used and are not linked.
    pub fn nr_untouched(&self, order: usize, mt: MigrateType) -> u64 {
        let here = order == MAX_PAGE_ORDER as usize && mt == MigrateType::Movable;
        if here { self.untouched_blocks() } else { 0 }
    }

    #[inline(never)]
    fn untouched_blocks(&self) -> u64 {
        let mut pages = 0;
        for range in &self.untouched {
            pages += range.end - range.start;
        }
        u64::from(pages >> MAX_PAGE_ORDER)
    }

    /// True for a frame of memory never used.
    #[inline(never)]
    pub fn is_untouched(&self, pfn: Pfn) -> bool {
        self.untouched.iter().any(|r| r.contains(&pfn.0))
    }

    /// Heads of the free blocks of a list, first to last.
    pub fn blocks_of<'a>(
        &'a self,
        frames: &'a FrameTable,
        order: usize,
        mt: MigrateType,
    ) -> impl Iterator<Item = Pfn> + 'a {
        let mut next = self.lists[order][mt as usize].first;
        std::iter::from_fn(move || {
            let pfn = Pfn(next.checked_sub(1)?);
            next = frames.link(pfn);
            Some(pfn)
        })
    }

    /// Pageblocks of a type.
    pub fn nr_pageblocks(&self, mt: MigrateType) -> u64 {
        self.blocks.iter().filter(|b| **b == mt).count() as u64
    }

    /// Bytes of the pageblock types, for the state hash.
    pub fn pageblock_types(&self) -> impl Iterator<Item = u8> + '_ {
        self.blocks.iter().map(|b| *b as u8)
    }

    pub(super) fn link(
        &mut self,
        frames: &mut FrameTable,
        pfn: Pfn,
        order: u8,
        mt: MigrateType,
        at_tail: bool,
    ) {
        let list = &mut self.lists[order as usize][mt as usize];
        let me = pfn.0 + 1;
        let (prev, next) = if at_tail {
            (list.last, 0)
        } else {
            (0, list.first)
        };
        // Only the head is written: a block of untouched memory costs nothing.
        let head = frames.frame_mut(pfn);
        head.set(FrameFlags::BUDDY);
        head.set_order(order);
        (head.anchor, head.link) = (prev, next);
        if prev != 0 {
            frames.set_link(Pfn(prev - 1), me);
        } else {
            list.first = me;
        }
        if next != 0 {
            frames.set_anchor(Pfn(next - 1), me);
        } else {
            list.last = me;
        }
        list.count += 1;
    }

    pub(super) fn unlink(&mut self, frames: &mut FrameTable, pfn: Pfn, order: u8, mt: MigrateType) {
        let list = &mut self.lists[order as usize][mt as usize];
        let head = frames.frame_mut(pfn);
        let (prev, next) = (head.anchor, head.link);
        head.clear(FrameFlags::BUDDY);
        (head.anchor, head.link) = (0, 0);
        if prev != 0 {
            frames.set_link(Pfn(prev - 1), next);
        } else {
            list.first = next;
        }
        if next != 0 {
            frames.set_anchor(Pfn(next - 1), prev);
        } else {
            list.last = prev;
        }
        list.count -= 1;
    }
}

impl Zone {
    fn pageblock(&self, pfn: Pfn) -> usize {
        (pfn.0 - self.start.0) as usize >> PAGEBLOCK_ORDER
    }

    /// Type of the pageblock of a frame of this zone.
    pub fn pageblock_type(&self, pfn: Pfn) -> MigrateType {
        self.free.blocks[self.pageblock(pfn)]
    }

    pub(super) fn set_pageblock_types(&mut self, pfn: Pfn, order: u8, mt: MigrateType) {
        let first = self.pageblock(pfn);
        let n = 1usize << order.saturating_sub(PAGEBLOCK_ORDER);
        self.free.blocks[first..first + n].fill(mt);
    }

    /// Takes a block of `2^order` pages off the free lists (`__rmqueue`). Its frames are formatted as one
    /// allocated block without references. `None` if no list can serve.
    pub fn rmqueue(&mut self, frames: &mut FrameTable, order: u8, mt: MigrateType) -> Option<Pfn> {
        self.link_untouched(frames);
        self.rmqueue_smallest(frames, order, mt)
            .or_else(|| self.rmqueue_claim(frames, order, mt))
            .or_else(|| self.rmqueue_steal(frames, order, mt))
    }

    /// Takes the first `2^order` pages of the free block at `pfn`, whose type it keeps (`__isolate_free_page`).
    pub fn isolate_free_block(&mut self, frames: &mut FrameTable, pfn: Pfn, order: u8) -> Pfn {
        let (high, mt) = (frames.order(pfn), self.pageblock_type(pfn));
        self.free.unlink(frames, pfn, high, mt);
        self.expand(frames, pfn, order, high, mt)
    }

    /// Gives the range `[start, start + pages)` of this zone to the free lists, lowest block first in line.
    pub fn free_at_boot(&mut self, frames: &mut FrameTable, start: u64, pages: u64) {
        const BLOCK: u64 = 1 << MAX_PAGE_ORDER;
        let end = start + pages;
        let (whole_start, whole_end) = (
            start.next_multiple_of(BLOCK).min(end),
            (end & !(BLOCK - 1)).max(start),
        );
        let mut parts = vec![(start, end)];
        if whole_start < whole_end {
            self.free
                .untouched
                .push(whole_start as u32..whole_end as u32);
            self.nr_free += whole_end - whole_start;
            parts = vec![(whole_end, end), (start, whole_start)];
        }
        for (first, mut end) in parts {
            while end > first {
                let fits = |o: &u8| end.is_multiple_of(1 << o) && end - (1 << o) >= first;
                let order = (0..=MAX_PAGE_ORDER).rev().find(fits).unwrap_or(0);
                end -= 1 << order;
                self.free_block(frames, Pfn(end as u32), order);
            }
        }
    }

    /// Keeps one block of untouched memory in line as long as there is any.
    fn link_untouched(&mut self, frames: &mut FrameTable) {
        if self.free.untouched.is_empty()
            || self.first(MAX_PAGE_ORDER, MigrateType::Movable).is_some()
        {
            return;
        }
        let range = &mut self.free.untouched[0];
        let pfn = Pfn(range.start);
        range.start += 1 << MAX_PAGE_ORDER;
        if range.start == range.end {
            self.free.untouched.remove(0);
        }
        self.free
            .link(frames, pfn, MAX_PAGE_ORDER, MigrateType::Movable, false);
    }

    fn first(&self, order: u8, mt: MigrateType) -> Option<Pfn> {
        self.free.lists[order as usize][mt as usize]
            .first
            .checked_sub(1)
            .map(Pfn)
    }

    /// Splits a block of order `high` down to `low`: the low half is kept, upper halves go to the list heads.
    fn expand(
        &mut self,
        frames: &mut FrameTable,
        pfn: Pfn,
        low: u8,
        high: u8,
        mt: MigrateType,
    ) -> Pfn {
        for order in (low..high).rev() {
            self.free
                .link(frames, pfn.add(1 << order), order, mt, false);
        }
        let (head, tail) = if low == 0 {
            (FrameFlags::ALLOCATED, FrameFlags::ALLOCATED)
        } else {
            (
                FrameFlags::ALLOCATED.and(FrameFlags::HEAD),
                FrameFlags::ALLOCATED.and(FrameFlags::TAIL),
            )
        };
        frames.format(pfn, low, head, tail);
        self.nr_free -= 1 << low;
        pfn
    }

    fn rmqueue_smallest(
        &mut self,
        frames: &mut FrameTable,
        order: u8,
        mt: MigrateType,
    ) -> Option<Pfn> {
        let high = (order..NR_PAGE_ORDERS as u8).find(|&o| self.first(o, mt).is_some())?;
        let pfn = self.first(high, mt)?;
        self.free.unlink(frames, pfn, high, mt);
        Some(self.expand(frames, pfn, order, high, mt))
    }

    /// Largest fallback block first; whole pageblocks change their type (`__rmqueue_claim`).
    fn rmqueue_claim(
        &mut self,
        frames: &mut FrameTable,
        order: u8,
        mt: MigrateType,
    ) -> Option<Pfn> {
        for high in (order..NR_PAGE_ORDERS as u8).rev() {
            let Some(from) = mt
                .fallbacks()
                .into_iter()
                .find(|&f| self.first(high, f).is_some())
            else {
                continue;
            };
            if high < PAGEBLOCK_ORDER / 2 && mt == MigrateType::Movable {
                return None;
            }
            let pfn = self.first(high, from)?;
            if high >= PAGEBLOCK_ORDER {
                self.free.unlink(frames, pfn, high, from);
                self.set_pageblock_types(pfn, high, mt);
                return Some(self.expand(frames, pfn, order, high, mt));
            }
            if self.claim_pageblock(frames, pfn, from, mt) {
                return self.rmqueue_smallest(frames, order, mt);
            }
        }
        None
    }

    /// Gives the whole pageblock of `pfn` to `mt` if enough of it is free or alike.
    fn claim_pageblock(
        &mut self,
        frames: &mut FrameTable,
        pfn: Pfn,
        from: MigrateType,
        mt: MigrateType,
    ) -> bool {
        let base = Pfn(pfn.0 & !511);
        let (mut free, mut movable, mut blocks) = (0, 0, Vec::new());
        let mut i = 0;
        while i < 512 {
            let p = base.add(i);
            if frames.has(p, FrameFlags::BUDDY) {
                let order = frames.order(p);
                blocks.push((p, order));
                free += 1 << order;
                i += 1 << order;
            } else {
                movable += usize::from(frames.flags(frames.head(p)).any(FrameFlags::LRU));
                i += 1;
            }
        }
        let alike = match (mt, from) {
            (MigrateType::Movable, _) => movable,
            (_, MigrateType::Movable) => 512 - free - movable,
            _ => 0,
        };
        if free + alike < 256 {
            return false;
        }
        for (p, order) in blocks {
            self.free.unlink(frames, p, order, from);
            self.free.link(frames, p, order, mt, false);
        }
        self.set_pageblock_types(base, PAGEBLOCK_ORDER, mt);
        true
    }

    /// Smallest fallback block; the pageblock keeps its type (`__rmqueue_steal`).
    fn rmqueue_steal(
        &mut self,
        frames: &mut FrameTable,
        order: u8,
        mt: MigrateType,
    ) -> Option<Pfn> {
        for high in order..NR_PAGE_ORDERS as u8 {
            if let Some(from) = mt
                .fallbacks()
                .into_iter()
                .find(|&f| self.first(high, f).is_some())
            {
                let pfn = self.first(high, from)?;
                self.free.unlink(frames, pfn, high, from);
                return Some(self.expand(frames, pfn, order, high, from));
            }
        }
        None
    }

    /// Gives a block back, merging it with free buddies (`__free_one_page`).
    pub fn free_block(&mut self, frames: &mut FrameTable, pfn: Pfn, order: u8) {
        debug_assert!(self.contains(pfn) && pfn.0 & ((1 << order) - 1) == 0);
        self.nr_free += 1 << order;
        let mt = self.pageblock_type(pfn);
        let (mut pfn, mut high) = (pfn, order);
        while usize::from(high) < NR_PAGE_ORDERS - 1 {
            let Some(buddy) = self.free_buddy(frames, pfn, high) else {
                break;
            };
            // Below its order a pageblock has one type.
            if high < PAGEBLOCK_ORDER {
                self.free.unlink(frames, buddy, high, mt);
            } else {
                let buddy_mt = self.pageblock_type(buddy);
                self.free.unlink(frames, buddy, high, buddy_mt);
                if buddy_mt != mt {
                    self.set_pageblock_types(buddy, high, mt);
                }
            }
            pfn = Pfn(pfn.0 & buddy.0);
            high += 1;
        }
        // A block whose next merge waits only for its buddy goes to the tail, to be left alone longer.
        let at_tail = high < PAGEBLOCK_ORDER && {
            let merged = Pfn(pfn.0 & !((1 << (high + 1)) - 1));
            self.free_buddy(frames, merged, high + 1).is_some()
        };
        self.free.link(frames, pfn, high, mt, at_tail);
    }

    fn free_buddy(&self, frames: &FrameTable, pfn: Pfn, order: u8) -> Option<Pfn> {
        let buddy = Pfn(pfn.0 ^ 1 << order);
        // A free block never crosses the border of a zone: one check of a frame that there is.
        if !self.contains(buddy) {
            return None;
        }
        frames.frame(buddy).is_buddy(order).then_some(buddy)
    }
}
