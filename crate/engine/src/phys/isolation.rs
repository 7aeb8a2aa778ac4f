//! Ranges of memory that are kept from being allocated: their free blocks leave the lists, and come back.
//!
//! Counterparts: `start_isolate_page_range`, `undo_isolate_page_range` (`mm/page_isolation.c`). Ranges are whole blocks of
//! the highest order.

use super::buddy::{MAX_PAGE_ORDER, MigrateType};
use super::frame::{FrameFlags, FrameTable};
use super::zone::Zone;
use crate::vm::addr::Pfn;

impl Zone {
    /// Takes every free block of a range off the lists; what is in use stays. Their frames say nothing any more.
    #[inline(never)]
    pub fn isolate_range(&mut self, frames: &mut FrameTable, start: u32, pages: u32) {
        let (mut at, end) = (start, start + pages);
        while at < end {
            if let Some(untouched) = self.isolate_untouched(at, end) {
                self.nr_free -= u64::from(untouched);
                at += untouched;
                continue;
            }
            let frame = *frames.frame(Pfn(at));
            let n = 1 << frame.order();
            if frame.has(FrameFlags::BUDDY) {
                let mt = self.pageblock_type(Pfn(at));
                self.free.unlink(frames, Pfn(at), frame.order(), mt);
                self.nr_free -= u64::from(n);
            }
            at += n;
        }
    }

    /// Takes what was never used from `at` on, up to `end`; pages taken.
    fn isolate_untouched(&mut self, at: u32, end: u32) -> Option<u32> {
        let ranges = &mut self.free.untouched;
        let i = ranges.iter().position(|r| r.contains(&at))?;
        let stop = std::mem::replace(&mut ranges[i].end, at);
        let to = stop.min(end);
        if to < stop {
            ranges.insert(i + 1, to..stop);
        }
        if ranges[i].start == at {
            ranges.remove(i);
        }
        Some(to - at)
    }

    /// Puts all frames of an isolated range that nobody has back on the lists, behind what is there.
    #[inline(never)]
    pub(super) fn undo_isolate_range(&mut self, frames: &mut FrameTable, start: u32, pages: u32) {
        let (mut at, end) = (start, start + pages);
        let allocated = |frames: &FrameTable, at| frames.has(Pfn(at), FrameFlags::ALLOCATED);
        while at < end {
            if allocated(frames, at) {
                at += 1 << frames.order(Pfn(at));
                continue;
            }
            let first = at;
            while at < end && !allocated(frames, at) {
                at += 1;
            }
            frames.fill(Pfn(first), (at - first) as usize, FrameFlags::NONE);
            self.nr_free += u64::from(at - first);
            let mut block = first;
            while block < at {
                let aligned = block.trailing_zeros().min(MAX_PAGE_ORDER.into());
                let order = aligned.min((at - block).ilog2()) as u8;
                let mt = self.pageblock_type(Pfn(block));
                self.set_pageblock_types(Pfn(block), order, mt);
                self.free.link(frames, Pfn(block), order, mt, true);
                block += 1 << order;
            }
        }
    }

    /// A range that was in no list joins the movable one as its last blocks, as memory never used.
    pub(super) fn append_untouched(&mut self, start: u32, pages: u32) {
        self.set_range_types(start, pages);
        self.free.untouched.push(start..start + pages);
        self.nr_free += u64::from(pages);
    }

    /// All pageblocks of a range become movable.
    pub(super) fn set_range_types(&mut self, start: u32, pages: u32) {
        for block in (start..start + pages).step_by(1 << MAX_PAGE_ORDER) {
            self.set_pageblock_types(Pfn(block), MAX_PAGE_ORDER, MigrateType::Movable);
        }
    }
}
