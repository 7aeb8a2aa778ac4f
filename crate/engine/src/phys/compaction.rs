//! Compaction: movable pages are moved out of the way until a large block is free.
//!
//! Counterparts in `mm/compaction.c`: `compact_zone`, `isolate_migratepages_block`, `isolate_freepages`,
//! `compaction_suit_allocation_order`, `defer_compaction`. Who starts it is in `direct_compact`
//! and `kcompactd`.
//!
//! Two scanners walk through a zone: one from its start looks for pages to move, one from its end for free pages to
//! move them to. They stop when they meet, or at a pageblock where a block of the size asked for has become free.
//!
//! Deviation: every run starts at the ends of the zone, where the kernel goes on where the last one stopped and guesses
//! good places from the free lists; blocks where nothing could be done are passed over by the same hint as there.

use super::buddy::{MAX_PAGE_ORDER, MigrateType, PAGEBLOCK_ORDER};
use super::frame::FrameFlags;
use super::zone::Zone;
use crate::machine::Machine;
use crate::trace::EventKind;
use crate::vm::addr::Pfn;

const PAGEBLOCK_NR: u32 = 1 << PAGEBLOCK_ORDER;
/// Pages taken before they are moved (`COMPACT_CLUSTER_MAX`).
const CLUSTER_MAX: u32 = 32;
/// Most attempts passed over are 2^6 (`COMPACT_MAX_DEFER_SHIFT`).
const MAX_DEFER_SHIFT: u8 = 6;

/// How a run over a zone ended; the better, the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CompactResult {
    /// Not tried: too little is free, or it would not help (`COMPACT_SKIPPED`).
    Skipped,
    /// Not tried: it has failed lately (`COMPACT_DEFERRED`).
    Deferred,
    /// The scanners met (`COMPACT_COMPLETE`).
    Complete,
    /// A block is free (`COMPACT_SUCCESS`).
    Success,
}

impl CompactResult {
    /// For the log.
    pub fn as_str(self) -> &'static str {
        ["skipped", "deferred", "complete", "success"][self as usize]
    }
}

/// How hard a run tries (`enum migrate_mode`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// Only in movable pageblocks, and gives up a block at the first page that stays.
    Async,
    /// In all pageblocks.
    SyncLight,
    /// Also where lately nothing could be done.
    Sync,
}

/// What a zone remembers of its runs.
#[derive(Clone, Debug, Default)]
pub struct CompactState {
    considered: u32,
    defer_shift: u8,
    order_failed: u8,
    /// A run has failed: the hints are forgotten when a daemon takes over (`compact_blockskip_flush`).
    blockskip_flush: bool,
    /// A bit for each pageblock where lately nothing could be isolated (`PB_compact_skip`).
    skip: Vec<u64>,
}

impl CompactState {
    /// Whether this attempt is passed over because earlier ones failed (`compaction_deferred`).
    pub(super) fn deferred(&mut self, order: u8) -> bool {
        if order < self.order_failed {
            return false;
        }
        let limit = 1 << self.defer_shift;
        self.considered = (self.considered + 1).min(limit);
        self.considered < limit
    }

    /// A whole run has not helped (`defer_compaction`).
    pub(super) fn defer(&mut self, order: u8) {
        self.considered = 0;
        self.defer_shift = (self.defer_shift + 1).min(MAX_DEFER_SHIFT);
        self.order_failed = self.order_failed.min(order);
    }

    /// It helps again (`compaction_defer_reset`).
    pub(super) fn defer_reset(&mut self, order: u8, allocated: bool) {
        if allocated {
            (self.considered, self.defer_shift) = (0, 0);
        }
        self.order_failed = self.order_failed.max(order + 1);
    }

    /// The first attempt after the longest wait (`compaction_restarting`).
    fn restarting(&self, order: u8) -> bool {
        order >= self.order_failed
            && self.defer_shift == MAX_DEFER_SHIFT
            && self.considered >= 1 << MAX_DEFER_SHIFT
    }

    /// Forgets the hints after a failed run (`reset_isolation_suitable`).
    pub(super) fn reset_isolation_suitable(&mut self) {
        if std::mem::take(&mut self.blockskip_flush) {
            self.skip.clear();
        }
    }

    fn skipped(&self, block: usize) -> bool {
        self.skip
            .get(block / 64)
            .is_some_and(|w| w >> (block % 64) & 1 != 0)
    }

    fn set_skip(&mut self, block: usize) {
        if self.skip.len() <= block / 64 {
            self.skip.resize(block / 64 + 1, 0);
        }
        self.skip[block / 64] |= 1 << (block % 64);
    }

    /// Gives every pageblock of a zone of `pages` pages the hint, or none.
    pub(super) fn hint_all(&mut self, pages: u64, skip: bool) {
        self.skip.clear();
        if skip {
            self.skip
                .resize(pages.div_ceil(64 << PAGEBLOCK_ORDER) as usize, u64::MAX);
        }
    }
}

/// One run (`struct compact_control`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub zone: usize,
    /// `None`: the whole zone, by command.
    pub order: Option<u8>,
    pub mode: Mode,
    /// For somebody who waits, not by kcompactd.
    pub direct: bool,
    pub mt: MigrateType,
    /// Next page to look at for moving.
    migrate: u32,
    /// Pageblock to look at for free pages, and the place in it.
    free_block: u32,
    free_at: u32,
    migrate_scanned: u32,
    free_scanned: u32,
    migrated: u32,
}

impl Control {
    pub fn new(z: &Zone, zone: usize, order: Option<u8>, mode: Mode) -> Self {
        let last = (z.start.0 + z.spanned as u32 - 1) & !(PAGEBLOCK_NR - 1);
        Control {
            zone,
            order,
            mode,
            direct: true,
            mt: MigrateType::Movable,
            migrate: z.start.0,
            free_block: last,
            free_at: last,
            migrate_scanned: 0,
            free_scanned: 0,
            migrated: 0,
        }
    }

    fn ignore_skip_hint(&self) -> bool {
        self.mode == Mode::Sync
    }

    /// End of the block of the size asked for that `page` lies in: where one page stays, the others may as well.
    fn block_end(&self, page: u32) -> u32 {
        (page | ((1 << self.order.unwrap_or(PAGEBLOCK_ORDER)) - 1)) + 1
    }
}

impl Zone {
    /// Whether a free block of at least `order` is there, of any type: all can serve (`__compact_finished`).
    fn has_free_block(&self, order: u8) -> bool {
        (order..=MAX_PAGE_ORDER).any(|o| self.free.nr_free(o.into()) > 0)
    }
}

impl Machine {
    /// Why a run for `order` is not needed or cannot help; `None`: it may (`compaction_suit_allocation_order`).
    pub(super) fn compaction_suit(&self, zone: usize, order: u8) -> Option<CompactResult> {
        let z = &self.zones[zone];
        let (w, reserve, pages) = (z.watermarks, z.lowmem_reserve[2], 1u64 << order);
        if z.has_free_block(order) && z.nr_free > w.min + reserve + pages - 1 {
            return Some(CompactResult::Success);
        }
        let costly = if order > super::direct_compact::COSTLY_ORDER {
            w.low - w.min
        } else {
            0
        };
        if z.nr_free <= w.min + costly + reserve + 2 * pages {
            return Some(CompactResult::Skipped);
        }
        let index = crate::vfs::fragmentation_index(z, order.into());
        let for_lack_of_memory = (0..=self.sysctl.extfrag_threshold()).contains(&index);
        (costly > 0 && for_lack_of_memory).then_some(CompactResult::Skipped)
    }

    /// One run over a zone (`compact_zone`).
    #[inline(never)]
    pub(super) fn compact_zone(&mut self, mut cc: Control) -> CompactResult {
        if let Some(order) = cc.order {
            if let Some(result) = self.compaction_suit(cc.zone, order) {
                return result;
            }
            let state = &mut self.zones[cc.zone].compact;
            if state.restarting(order) {
                state.skip.clear();
            }
        }
        self.ksm_disturbed();
        let result = loop {
            if cc.migrate >> PAGEBLOCK_ORDER >= cc.free_block >> PAGEBLOCK_ORDER {
                self.zones[cc.zone].compact.blockskip_flush |= cc.direct;
                break CompactResult::Complete;
            }
            if cc
                .order
                .is_some_and(|order| self.zones[cc.zone].has_free_block(order))
            {
                break CompactResult::Success;
            }
            self.compact_pageblock(&mut cc);
        };
        let (migrate, free) = (i64::from(cc.migrate_scanned), i64::from(cc.free_scanned));
        self.stat.compact_migrate_scanned += migrate;
        self.stat.compact_free_scanned += free;
        if !cc.direct {
            self.stat.compact_daemon_migrate_scanned += migrate;
            self.stat.compact_daemon_free_scanned += free;
        }
        self.emit(EventKind::CompactZone {
            nid: self.zones[cc.zone].nid,
            order: cc.order,
            migrated: cc.migrated,
            result,
        });
        result
    }

    /// The migrate scanner goes through the pageblock it stands in (`isolate_migratepages`).
    fn compact_pageblock(&mut self, cc: &mut Control) {
        let z = &self.zones[cc.zone];
        let block = (cc.migrate - z.start.0) as usize >> PAGEBLOCK_ORDER;
        let first = cc.migrate;
        let end = ((first | (PAGEBLOCK_NR - 1)) + 1).min(z.start.0 + z.spanned as u32);
        let source =
            !(cc.direct && cc.mode == Mode::Async) || z.pageblock_type(Pfn(first)) == cc.mt;
        let hinted = !cc.ignore_skip_hint() && z.compact.skipped(block);
        let nothing = z.free.is_untouched(Pfn(first)) || self.frame_offline(Pfn(first));
        if !source || hinted || nothing {
            cc.migrate = end;
            return;
        }
        let mut batch: Vec<Pfn> = Vec::new();
        let (mut at, mut taken, mut any) = (first, 0, false);
        while at < end {
            let page = Pfn(at);
            let frame = self.frames.frame(page);
            let whole = frame.has(FrameFlags::BUDDY) || frame.has(FrameFlags::HEAD);
            let n = if whole { 1u32 << frame.order() } else { 1 };
            // A frame that says nothing lies in a free block whose start is behind.
            let free = frame.has(FrameFlags::BUDDY) || frame.flags() == FrameFlags::NONE;
            cc.migrate_scanned += 1;
            if !free && self.isolate_migratepage(page, cc) {
                batch.push(page);
                taken += n;
            } else if !free && cc.direct && cc.mode == Mode::Async {
                // One page that stays spoils the block: what was taken of it goes back.
                let end_of_block = cc.block_end(at);
                batch.clear();
                taken = 0;
                at = end_of_block.min(end);
                continue;
            }
            at += n;
            if taken >= CLUSTER_MAX || at >= end || at >= cc.block_end(page.0) {
                taken = 0;
                any |= !batch.is_empty();
                if !self.migrate_batch(cc, std::mem::take(&mut batch))
                    && cc.direct
                    && cc.mode != Mode::Sync
                {
                    at = cc.block_end(at - 1).min(end);
                }
            }
        }
        if !any {
            self.zones[cc.zone].compact.set_skip(block);
        }
        cc.migrate = end;
    }

    /// Whether a page can be taken off its list to be moved (`isolate_migratepages_block`).
    fn isolate_migratepage(&self, page: Pfn, cc: &Control) -> bool {
        let frame = self.frames.frame(page);
        let order = frame.order();
        if order > 0 && (order >= PAGEBLOCK_ORDER || cc.order.is_some_and(|o| order >= o)) {
            return false;
        }
        if !frame.has(FrameFlags::LRU) {
            return self.pressure.holds_movable(page);
        }
        if frame.has(FrameFlags::UNEVICTABLE) && !self.sysctl.compact_unevictable_allowed() {
            return false;
        }
        // An anonymous page with more references than mappings is pinned.
        let anon = frame.has(FrameFlags::ANON) && !frame.has(FrameFlags::SWAPCACHE);
        !anon || frame.refcount <= self.folio_mapcount(page)
    }

    /// Moves what was taken. False: a page stayed.
    fn migrate_batch(&mut self, cc: &mut Control, mut batch: Vec<Pfn>) -> bool {
        let mut all = true;
        let mut i = 0;
        while i < batch.len() {
            let head = batch[i];
            i += 1;
            let order = self.frames.order(head);
            self.stat.compact_isolated += 1 << order;
            // A folio partly unmapped is split rather than moved, then its pages are.
            if order > 0 && self.frames.has(head, FrameFlags::PARTIALLY_MAPPED) {
                if self.split_folio(head, 0).is_ok() {
                    let left = (0..1 << order).map(|i| head.add(i));
                    batch.extend(left.filter(|p| self.frames.has(*p, FrameFlags::LRU)));
                } else {
                    all = false;
                }
                continue;
            }
            let held = self.pressure.holds_movable(head);
            let target = if held || self.folio_can_migrate(head) {
                self.take_free_block(cc, order)
            } else {
                None
            };
            let Some(to) = target else {
                self.stat.pgmigrate_fail += 1 << order;
                all = false;
                continue;
            };
            if held {
                self.pressure.moved(head, to);
                self.move_content(to, head);
            } else {
                self.migrate_folio(head, to);
            }
            self.free_pages(head, order);
            self.stat.compact_isolated += 1 << order;
            self.stat.pgmigrate_success += 1 << order;
            cc.migrated += 1 << order;
            self.emit_migrated(head, to, 1 << order);
        }
        all
    }

    /// Tells of a move; moves of neighbours to neighbours are one event.
    #[inline(never)]
    pub(crate) fn emit_migrated(&mut self, from: Pfn, to: Pfn, pages: u32) {
        if let Some(last) = self.events.last_mut()
            && let EventKind::MigratePages {
                from: f,
                to: t,
                pages: n,
            } = &mut last.kind
            && f.0 + *n == from.0
            && t.0 + *n == to.0
        {
            *n += pages;
            return;
        }
        self.emit(EventKind::MigratePages { from, to, pages });
    }

    /// The free scanner finds a block of `order`, still above the migrate scanner (`isolate_freepages`).
    fn take_free_block(&mut self, cc: &mut Control, order: u8) -> Option<Pfn> {
        let low = cc.migrate | (PAGEBLOCK_NR - 1);
        while cc.free_block > low {
            let z = &self.zones[cc.zone];
            let block = (cc.free_block - z.start.0) as usize >> PAGEBLOCK_ORDER;
            let end = (cc.free_block + PAGEBLOCK_NR).min(z.start.0 + z.spanned as u32);
            let head = self.frames.frame(Pfn(cc.free_block));
            let whole = head.has(FrameFlags::BUDDY) && head.order() >= PAGEBLOCK_ORDER;
            let target = z.pageblock_type(Pfn(cc.free_block)) == MigrateType::Movable;
            let hinted = !cc.ignore_skip_hint() && z.compact.skipped(block);
            // The watermark keeps the last pages from being used up.
            if z.nr_free <= z.watermarks.min + (1 << order) {
                return None;
            }
            let nothing =
                z.free.is_untouched(Pfn(cc.free_block)) || self.frame_offline(Pfn(cc.free_block));
            let suits = target && !hinted && !whole && !nothing;
            while suits && cc.free_at < end {
                let page = Pfn(cc.free_at);
                let frame = self.frames.frame(page);
                cc.free_scanned += 1;
                let n = if frame.has(FrameFlags::BUDDY) {
                    1 << frame.order()
                } else {
                    1
                };
                if frame.has(FrameFlags::BUDDY) && frame.order() >= order {
                    cc.free_at += 1 << order;
                    return Some(self.zones[cc.zone].isolate_free_block(
                        &mut self.frames,
                        page,
                        order,
                    ));
                }
                cc.free_at += n;
            }
            cc.free_block = cc.free_block.saturating_sub(PAGEBLOCK_NR);
            cc.free_at = cc.free_block;
        }
        None
    }
}
