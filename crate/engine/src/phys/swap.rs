//! Swap areas: where anonymous pages go when they leave memory.
//!
//! Counterparts: `mm/swapfile.c` (`struct swap_info_struct`, `swap_map`), `mm/page_io.c` (the zero map). A slot holds
//! one page. It is in use while page-table entries name it or the swap cache holds its page.

use super::content::{self, ContentId};
use super::swap_cluster::Clusters;
use crate::chunked::ChunkedVec;
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pfn};

/// Areas that can be on at once.
pub const MAX_SWAPFILES: usize = 8;
/// Largest area in slots.
pub const MAX_SWAP_SLOTS: u64 = 1 << OFFSET_BITS;
/// Smallest area in slots, its header included: what `mkswap` asks for.
pub const MIN_SWAP_SLOTS: u64 = 10;
const OFFSET_BITS: u32 = 28;

/// A slot of an area (`swp_entry_t`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub struct SwapEntry(u32);

impl SwapEntry {
    /// Slot `offset` of area `area`.
    pub const fn new(area: usize, offset: u32) -> SwapEntry {
        SwapEntry((area as u32) << OFFSET_BITS | offset)
    }

    /// From the value of a page-table entry.
    pub const fn from_value(value: u64) -> SwapEntry {
        SwapEntry(value as u32)
    }

    /// As the value of a page-table entry.
    pub const fn value(self) -> u64 {
        self.0 as u64
    }

    /// Number of the area (`swp_type`).
    pub const fn area(self) -> usize {
        (self.0 >> OFFSET_BITS) as usize
    }

    /// Slot in the area (`swp_offset`).
    pub const fn offset(self) -> u32 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }

    /// The slot `n` further.
    #[must_use]
    pub const fn add(self, n: usize) -> SwapEntry {
        SwapEntry(self.0 + n as u32)
    }
}

/// What an area lies on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backing {
    /// A file: large folios must be split.
    File,
    /// A partition: a large folio can go whole (`SWP_BLKDEV`).
    BlockDevice,
}

/// One slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    /// Page-table entries that name it.
    pub users: u32,
    /// What was written to it.
    pub content: ContentId,
    /// 1 + the frame that the swap cache holds for it.
    cache: u32,
    /// Its page was all zeroes and not written (`zeromap`).
    pub zero: bool,
    /// Its page was read ahead and not asked for yet (`PG_readahead`).
    pub readahead: bool,
}

impl Slot {
    /// Page of the swap cache.
    pub fn cached(self) -> Option<Pfn> {
        self.cache.checked_sub(1).map(Pfn)
    }

    /// Nobody needs it.
    pub fn is_free(self) -> bool {
        self.users == 0 && self.cache == 0
    }

    pub(super) fn set_cached(&mut self, page: Option<Pfn>) {
        self.cache = page.map_or(0, |p| p.0 + 1);
    }
}

/// One area.
#[derive(Clone, Debug)]
pub struct SwapArea {
    /// What it lies on.
    pub backing: Backing,
    /// Its place in the list of files (`/proc/swaps`).
    pub name: String,
    /// Usable slots: all but the header.
    pub pages: u64,
    /// Slots in use.
    pub in_use: u64,
    pub(crate) slots: ChunkedVec<Slot>,
    pub(crate) clusters: Clusters,
}

impl SwapArea {
    /// Slots in use, with their offsets.
    pub fn used_slots(&self) -> impl Iterator<Item = (u32, Slot)> + '_ {
        (1..=self.pages as u32)
            .map(|at| (at, self.slots.get(at as usize)))
            .filter(|(_, s)| !s.is_free())
    }
}

/// How far the last reads from swap make the next one reach (`swapin_nr_pages`).
#[derive(Clone, Copy, Debug)]
pub struct Readahead {
    /// Pages read ahead that were asked for since.
    pub hits: u32,
    /// Slot of the last fault without hits.
    pub prev_offset: u32,
    /// Pages of the last window.
    pub last_pages: u32,
}

/// All areas and the swap cache's index.
#[derive(Clone, Debug)]
pub struct Swap {
    pub(crate) areas: Vec<Option<SwapArea>>,
    /// Slot of each page of the swap cache (`folio->swap`).
    pub(super) entry_of: ChunkedVec<u32>,
    /// Address spaces that may have swap entries, in the order swapoff visits them (`init_mm.mmlist`).
    pub(crate) mmlist: Vec<MmId>,
    pub(super) readahead: Readahead,
}

impl Swap {
    /// No area, for a machine of `nr_frames` frames.
    pub fn new(nr_frames: usize) -> Swap {
        let readahead = Readahead {
            hits: 4,
            prev_offset: 0,
            last_pages: 0,
        };
        Swap {
            areas: Vec::new(),
            entry_of: ChunkedVec::new(nr_frames),
            mmlist: Vec::new(),
            readahead,
        }
    }

    /// Bytes that `before` does not share.
    pub(crate) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        let slots = self.areas.iter().enumerate().filter_map(|(i, area)| {
            let old = before.and_then(|b| b.areas.get(i)?.as_ref());
            Some(area.as_ref()?.slots.unshared_bytes(old.map(|a| &a.slots)))
        });
        slots.sum::<u64>() + self.entry_of.unshared_bytes(before.map(|b| &b.entry_of))
    }

    /// Areas that are on, with their numbers, highest priority first.
    pub fn areas(&self) -> impl Iterator<Item = (usize, &SwapArea)> {
        self.areas
            .iter()
            .enumerate()
            .filter_map(|(i, a)| a.as_ref().map(|a| (i, a)))
    }

    /// Usable slots of all areas (`total_swap_pages`).
    pub fn total_pages(&self) -> u64 {
        self.areas().map(|(_, a)| a.pages).sum()
    }

    /// Free slots of all areas (`nr_swap_pages`).
    pub fn free_pages(&self) -> u64 {
        self.areas().map(|(_, a)| a.pages - a.in_use).sum()
    }

    /// Slots not worth keeping for pages that are in memory too: more than half is used (`vm_swap_full`).
    pub fn is_full(&self) -> bool {
        self.free_pages() * 2 < self.total_pages()
    }

    /// A slot of an area that is on.
    pub fn slot(&self, e: SwapEntry) -> Slot {
        self.areas[e.area()]
            .as_ref()
            .map_or(Slot::default(), |a| a.slots.get(e.offset() as usize))
    }

    pub(super) fn slot_mut(&mut self, e: SwapEntry) -> &mut Slot {
        let area = self.areas[e.area()]
            .as_mut()
            .expect("an entry names an area that is on");
        area.slots.get_mut(e.offset() as usize)
    }

    /// What decides how far the next read reaches.
    pub fn readahead(&self) -> Readahead {
        self.readahead
    }

    /// Slot of a page of the swap cache.
    pub fn entry_of(&self, page: Pfn) -> SwapEntry {
        SwapEntry(self.entry_of.get(page.index()))
    }
}

impl Machine {
    /// Swap areas and the swap cache.
    pub fn swap(&self) -> &Swap {
        &self.swap
    }

    /// `2^order` slots in a row, of the first area that has them; they hold nothing yet.
    pub(super) fn alloc_slots(&mut self, order: u8) -> Option<SwapEntry> {
        let full = self.swap.is_full();
        for i in 0..self.swap.areas.len() {
            let Some(area) = &mut self.swap.areas[i] else {
                continue;
            };
            if order > 0 && area.backing == Backing::File {
                continue;
            }
            let (slots, pages, frames) = (&area.slots, area.pages as u32, &self.frames);
            let usable = |at: u32| {
                let s = slots.get(at as usize);
                at > 0
                    && at <= pages
                    && s.users == 0
                    && s.cached().is_none_or(|p| full && frames.order(p) == 0)
            };
            let Some(at) = area.clusters.find(order, usable) else {
                continue;
            };
            let entry = SwapEntry::new(i, at);
            for k in 0..1usize << order {
                // Only a page of the cache that nobody has swapped out holds it.
                if let Some(page) = self.swap.slot(entry.add(k)).cached()
                    && !self.folio_free_swap(self.frames.head(page))
                {
                    return None;
                }
            }
            let area = self.swap.areas[i].as_mut().expect("it was on a moment ago");
            area.clusters.take(at, order);
            area.in_use += 1 << order;
            return Some(entry);
        }
        None
    }

    /// A slot that nobody needs any more is empty again.
    pub(super) fn free_slot(&mut self, e: SwapEntry) {
        let old = std::mem::take(self.swap.slot_mut(e));
        if old.content != content::ZERO {
            self.contents.put(old.content);
        }
        let area = self.swap.areas[e.area()]
            .as_mut()
            .expect("an entry names an area that is on");
        area.clusters.put(e.offset());
        area.in_use -= 1;
    }

    /// An entry more names the slot (`swap_duplicate`).
    pub(crate) fn swap_duplicate(&mut self, e: SwapEntry) {
        self.swap.slot_mut(e).users += 1;
    }

    /// An entry less (`swap_free`).
    pub(crate) fn swap_free(&mut self, e: SwapEntry) {
        let slot = self.swap.slot_mut(e);
        slot.users -= 1;
        if slot.is_free() {
            self.free_slot(e);
        }
    }

    /// The address space has swap entries now: swapoff must visit it. A forked one is visited after its parent.
    pub(crate) fn add_to_mmlist(&mut self, mm: MmId, after: Option<MmId>) {
        let list = &mut self.swap.mmlist;
        if !list.contains(&mm) {
            let at = after
                .and_then(|p| list.iter().position(|m| *m == p))
                .map_or(0, |i| i + 1);
            list.insert(at, mm);
        }
    }
}
