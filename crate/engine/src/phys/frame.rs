//! The frame table: what the kernel keeps in `struct page` and `struct folio`.
//!
//! 24 bytes a frame, taken only where memory was touched. Head and tail pages
//! share the layout, and like the kernel's the tails of a large folio lend
//! their unused fields to the counts of the whole (see `folio`).

use super::frame_vec::{BLOCK, FrameVec};
use crate::vm::addr::Pfn;

/// Flags of one frame. Bits 0..24 of the packed word; the order and the high bits of the index fill the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FrameFlags(pub u32);

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl FrameFlags { $($(#[$doc])* pub const $name: FrameFlags = FrameFlags(1 << $bit);)* }
    };
}

flags! {
    /// `PG_locked`: somebody works on the folio; a trylock fails.
    LOCKED = 0;
    /// `PG_referenced`.
    REFERENCED = 1;
    /// `PG_uptodate`.
    UPTODATE = 2;
    /// `PG_dirty`.
    DIRTY = 3;
    /// `PG_lru`: on one of the reclaim lists.
    LRU = 4;
    /// `PG_active`.
    ACTIVE = 5;
    /// `PG_readahead`: of the page cache; a fault on it reads the next window.
    READAHEAD = 6;
    /// `PG_swapbacked`: cleared by MADV_FREE.
    SWAPBACKED = 7;
    /// `PG_swapcache`.
    SWAPCACHE = 8;
    /// `PG_unevictable`.
    UNEVICTABLE = 9;
    /// `PG_mlocked`.
    MLOCKED = 10;
    /// Anonymous: `FOLIO_MAPPING_ANON`.
    ANON = 11;
    /// Merged by KSM: `FOLIO_MAPPING_KSM`; the anchor is then a stable node.
    KSM = 12;
    /// `PG_anon_exclusive`, of one page; of the head only while PMD-mapped.
    ANON_EXCLUSIVE = 13;
    /// First page of a large folio.
    HEAD = 14;
    /// Any other page of a large folio.
    TAIL = 15;
    /// `PG_partially_mapped`: on the deferred split queue because part of it was unmapped.
    PARTIALLY_MAPPED = 16;
    /// On the deferred split queue.
    DEFERRED = 17;
    /// A page table.
    PGTABLE = 18;
    /// First frame of a free block of the buddy allocator (`PageBuddy`).
    BUDDY = 19;
    /// Kernel image, memory map: never allocated (`PG_reserved`).
    RESERVED = 20;
    /// The zero page or a page of the huge zero folio.
    ZERO = 21;
    /// Allocated (not in the buddy allocator).
    ALLOCATED = 22;
    /// A long-term pin was taken (`FOLL_PIN`); the count is in the references.
    PINNED = 23;
}

impl FrameFlags {
    /// Neither flag set.
    pub const NONE: FrameFlags = FrameFlags(0);

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: FrameFlags) -> FrameFlags {
        FrameFlags(self.0 | other.0)
    }

    /// True if all of `other` is set.
    #[inline]
    pub const fn has(self, other: FrameFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if any of `other` is set.
    #[inline]
    pub const fn any(self, other: FrameFlags) -> bool {
        self.0 & other.0 != 0
    }
}

const FLAG_BITS: u32 = (1 << 24) - 1;
const ORDER_SHIFT: u32 = 24;
const INDEX_HIGH_SHIFT: u32 = 28;

/// One frame without its content. Fields of tails that are 0 in the kernel lend themselves to their folio.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Flags, order, high bits of the index.
    packed: u32,
    /// `_refcount`, of a head page.
    pub refcount: i32,
    /// Page-table entries that map this very page (the kernel stores one less).
    pub mapcount: i32,
    /// Reverse-map anchor of a head page: anon_vma, stable node or file id; of a page table its [`TableId`].
    /// Free blocks keep their list link here, tails a count of their folio.
    ///
    /// [`TableId`]: crate::vm::addr::TableId
    pub anchor: u32,
    /// Low word of the index: list link of a free block, or a count in a tail.
    pub link: u32,
}

impl Frame {
    #[inline]
    fn new(flags: FrameFlags, order: u8) -> Self {
        Frame {
            packed: flags.0 | u32::from(order) << ORDER_SHIFT,
            ..Frame::default()
        }
    }

    /// Flags of this very page (not of its head).
    #[inline]
    pub fn flags(&self) -> FrameFlags {
        FrameFlags(self.packed & FLAG_BITS)
    }

    /// True if this page has all of `flags`.
    #[inline]
    pub fn has(&self, flags: FrameFlags) -> bool {
        self.packed & flags.0 == flags.0
    }

    /// Sets `flags`.
    #[inline]
    pub fn set(&mut self, flags: FrameFlags) {
        self.packed |= flags.0;
    }

    /// Clears `flags`.
    #[inline]
    pub fn clear(&mut self, flags: FrameFlags) {
        self.packed &= !flags.0;
    }

    /// Order of the folio or free block this page belongs to. All pages of a folio carry it.
    #[inline]
    pub fn order(&self) -> u8 {
        (self.packed >> ORDER_SHIFT & 15) as u8
    }

    /// First frame of a free block of this order (`page_is_buddy`).
    #[inline]
    pub fn is_buddy(&self, order: u8) -> bool {
        self.has(FrameFlags::BUDDY) && self.order() == order
    }

    /// Rewrites only the order; the flags stay.
    #[inline]
    pub fn set_order(&mut self, order: u8) {
        self.packed = self.packed & !(15 << ORDER_SHIFT) | u32::from(order) << ORDER_SHIFT;
    }

    /// Page offset in the area or file (`folio->index`), 36 bits.
    #[inline]
    pub fn index(&self) -> u64 {
        u64::from(self.packed >> INDEX_HIGH_SHIFT) << 32 | u64::from(self.link)
    }

    /// Stores the page offset; `index` must be below 2^36.
    #[inline]
    pub fn set_index(&mut self, index: u64) {
        debug_assert!(index < 1 << 36);
        self.link = index as u32;
        let low = self.packed & ((1 << INDEX_HIGH_SHIFT) - 1);
        self.packed = low | ((index >> 32) as u32) << INDEX_HIGH_SHIFT;
    }
}

/// The frame table. Indexed by [`Pfn`]; every frame of the machine has an entry.
#[derive(Clone, Debug)]
pub struct FrameTable {
    frames: FrameVec<Frame>,
    content: FrameVec<u32>,
}

impl FrameTable {
    /// A table of `nr_frames` frames, all fields 0.
    pub fn new(nr_frames: usize) -> Self {
        FrameTable {
            frames: FrameVec::new(nr_frames),
            content: FrameVec::new(nr_frames),
        }
    }

    /// Bytes that `before` does not share.
    pub(crate) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        let (frames, content) = (before.map(|b| &b.frames), before.map(|b| &b.content));
        self.frames.unshared_bytes(frames) + self.content.unshared_bytes(content)
    }

    /// One frame.
    #[inline]
    pub fn frame(&self, pfn: Pfn) -> &Frame {
        self.frames.get(pfn.index())
    }

    /// One frame, to be changed: cheaper than several calls that each find it.
    #[inline]
    pub fn frame_mut(&mut self, pfn: Pfn) -> &mut Frame {
        self.frames.get_mut(pfn.index())
    }

    /// Frames in the table.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// True for a machine without memory.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Flags of this very page (not of its head).
    #[inline]
    pub fn flags(&self, pfn: Pfn) -> FrameFlags {
        self.frame(pfn).flags()
    }

    /// True if this page has all of `flags`.
    #[inline]
    pub fn has(&self, pfn: Pfn, flags: FrameFlags) -> bool {
        self.frame(pfn).has(flags)
    }

    /// Sets `flags` on this page.
    #[inline]
    pub fn set(&mut self, pfn: Pfn, flags: FrameFlags) {
        self.frame_mut(pfn).set(flags);
    }

    /// Clears `flags` on this page.
    #[inline]
    pub fn clear(&mut self, pfn: Pfn, flags: FrameFlags) {
        self.frame_mut(pfn).clear(flags);
    }

    /// Order of the folio or free block this page belongs to. All pages of a folio carry it.
    #[inline]
    pub fn order(&self, pfn: Pfn) -> u8 {
        self.frame(pfn).order()
    }

    /// Gives the `2^order` pages from `head` this order and these flags alone; counts and anchors become 0.
    pub fn format(&mut self, head: Pfn, order: u8, head_flags: FrameFlags, tail_flags: FrameFlags) {
        let tail = Frame::new(tail_flags, order);
        if order > 0 {
            self.frames.fill(head.index(), 1 << order, tail);
        }
        *self.frame_mut(head) = Frame::new(head_flags, order);
    }

    /// Gives `n` frames from `start` on these flags alone, as single pages; counts and anchors become 0.
    #[inline(never)]
    pub(super) fn fill(&mut self, start: Pfn, n: usize, flags: FrameFlags) {
        self.frames.fill(start.index(), n, Frame::new(flags, 0));
    }

    /// Head of the folio or free block this page belongs to. Blocks are naturally aligned.
    #[inline]
    pub fn head(&self, pfn: Pfn) -> Pfn {
        Pfn(pfn.0 & !((1 << self.order(pfn)) - 1))
    }

    /// `_refcount`, of a head page.
    #[inline]
    pub fn refcount(&self, head: Pfn) -> i32 {
        self.frame(head).refcount
    }

    /// `_refcount`, to be changed.
    #[inline]
    pub fn refcount_mut(&mut self, head: Pfn) -> &mut i32 {
        &mut self.frame_mut(head).refcount
    }

    /// Page-table entries that map this very page (the kernel stores one less).
    #[inline]
    pub fn mapcount(&self, pfn: Pfn) -> i32 {
        self.frame(pfn).mapcount
    }

    /// The count of [`mapcount`](Self::mapcount), to be changed.
    #[inline]
    pub fn mapcount_mut(&mut self, pfn: Pfn) -> &mut i32 {
        &mut self.frame_mut(pfn).mapcount
    }

    /// [`Frame::anchor`].
    #[inline]
    pub fn anchor(&self, pfn: Pfn) -> u32 {
        self.frame(pfn).anchor
    }

    /// Stores the anchor.
    #[inline]
    pub fn set_anchor(&mut self, pfn: Pfn, anchor: u32) {
        self.frame_mut(pfn).anchor = anchor;
    }

    /// Page offset in the area or file (`folio->index`), 36 bits.
    #[inline]
    pub fn index(&self, pfn: Pfn) -> u64 {
        self.frame(pfn).index()
    }

    /// Stores the page offset; `index` must be below 2^36.
    #[inline]
    pub fn set_index(&mut self, pfn: Pfn, index: u64) {
        self.frame_mut(pfn).set_index(index);
    }

    /// Raw low word of the index: list link of a free block, or a count in a tail.
    #[inline]
    pub fn link(&self, pfn: Pfn) -> u32 {
        self.frame(pfn).link
    }

    /// Stores the raw low word.
    #[inline]
    pub fn set_link(&mut self, pfn: Pfn, link: u32) {
        self.frame_mut(pfn).link = link;
    }

    /// Content id of this page; the store counts the reference.
    #[inline]
    pub fn content(&self, pfn: Pfn) -> u32 {
        *self.content.get(pfn.index())
    }

    /// Stores a content id without counting.
    #[inline]
    pub fn set_content(&mut self, pfn: Pfn, id: u32) {
        *self.content.get_mut(pfn.index()) = id;
    }

    /// True if no page of the block of this one has content.
    pub fn content_untouched(&self, pfn: Pfn) -> bool {
        self.content.is_untouched(pfn.index())
    }

    /// Frames that ever said something of themselves, in order: for walks over memory in use.
    pub fn touched(&self) -> impl Iterator<Item = Pfn> + '_ {
        (0..self.len())
            .step_by(BLOCK)
            .filter(|&i| !self.frames.is_untouched(i))
            .flat_map(|i| (i..self.len().min(i + BLOCK)).map(|i| Pfn(i as u32)))
    }
}
