//! Folios: taking pages from the zones, giving them back, and the counts a large folio keeps as a whole.
//!
//! Counterparts: `__alloc_pages`, `__folio_put`, `include/linux/rmap.h` (`folio_add_return_large_mapcount` and the
//! mm ids). A large folio keeps its counts in fields its tails do not need:
//!
//! | page | refcount | anchor | link |
//! |---|---|---|---|
//! | 1 | `_large_mapcount` | `_entire_mapcount` | `_nr_pages_mapped` |
//! | 2 | mappings by mm id 0 | mm id 0 | maybe mapped shared |
//! | 3 | mappings by mm id 1 | mm id 1 | |
//!
//! Folios of two pages, which only files have, keep no mm ids: whether they are shared is read off their pages.
//!
//! Deviation: the kernel has room for the ids there too, and would not call them shared while one process maps a page twice.
//!
//! All counts are true counts here; the kernel stores most of them less one.

use super::buddy::{MigrateType, PAGEBLOCK_ORDER};
use super::content::{self, ContentId, Pattern};
use super::frame::{Frame, FrameFlags};
use super::pressure::NoFolio;
use super::zone::ZoneKind;
use crate::machine::Machine;
use crate::vm::addr::{HPAGE_PMD_NR, MmId, Pfn};

/// Flag in `_nr_pages_mapped` while any PMD maps the folio.
pub const ENTIRELY_MAPPED: u32 = 0x80_0000;

/// Small folios freed one after another whose frames lie side by side, on their way to the free lists.
#[derive(Debug, Default)]
pub(crate) struct FreeRun {
    start: Pfn,
    pages: u32,
}

impl Machine {
    /// `2^order` free pages: the first zone, high to low, that stays above its low mark, else above its min
    /// mark. `None` if there is none.
    ///
    /// What is done when there is none is in [`direct_compact`](super::direct_compact).
    ///
    /// Deviation: no reclaim or OOM killer stands behind a failure, and pages are not parked in per-CPU lists, so
    /// MemFree is exact.
    pub(crate) fn alloc_pages(&mut self, order: u8, mt: MigrateType) -> Option<Pfn> {
        self.alloc_pages_from(order, mt, None)
    }

    /// [`alloc_pages`](Self::alloc_pages) of one node (`__GFP_THISNODE`).
    pub(crate) fn alloc_pages_node(&mut self, nid: u8, order: u8, mt: MigrateType) -> Option<Pfn> {
        self.alloc_pages_from(order, mt, Some(nid))
    }

    fn alloc_pages_from(&mut self, order: u8, mt: MigrateType, nid: Option<u8>) -> Option<Pfn> {
        let first = self.place.first_of(order);
        for use_min in [false, true] {
            for turn in 0..self.config.nodes {
                let node = (first + turn) % self.config.nodes;
                if nid.is_some_and(|n| n != node) || self.place.allowed >> node & 1 == 0 {
                    continue;
                }
                for zone in (0..self.zones.len()).rev() {
                    if self.zones[zone].nid == node
                        && let Some(pfn) = self.alloc_pages_zone(zone, order, mt, use_min)
                    {
                        return Some(pfn);
                    }
                }
            }
        }
        None
    }

    /// The zones an allocation looks at, best first.
    pub(super) fn zonelist(&self, order: u8) -> Vec<usize> {
        let mut zones = Vec::with_capacity(self.zones.len());
        for node in self.place_nodes(order) {
            let here = |z: &usize| self.zones[*z].nid == node;
            zones.extend((0..self.zones.len()).rev().filter(here));
        }
        zones
    }

    /// The nodes an allocation looks at, best first.
    pub(crate) fn place_nodes(&self, order: u8) -> impl Iterator<Item = u8> + use<> {
        let (nodes, place) = (self.config.nodes, self.place);
        let first = place.first_of(order);
        let all = (0..nodes).map(move |turn| (first + turn) % nodes);
        all.filter(move |n| place.allowed >> n & 1 != 0)
    }

    /// Pages of one zone if it stays above its low mark, or min mark.
    fn alloc_pages_zone(
        &mut self,
        zone: usize,
        order: u8,
        mt: MigrateType,
        use_min: bool,
    ) -> Option<Pfn> {
        let (z, nr) = (&mut self.zones[zone], 1u64 << order);
        let mark = if use_min {
            z.watermarks.min
        } else {
            z.watermarks.low
        };
        if z.nr_free < nr || z.nr_free - (nr - 1) <= mark + z.lowmem_reserve[2] {
            return None;
        }
        let pfn = z.rmqueue(&mut self.frames, order, mt)?;
        *match z.kind {
            ZoneKind::Dma => &mut self.stat.pgalloc_dma,
            ZoneKind::Dma32 => &mut self.stat.pgalloc_dma32,
            ZoneKind::Normal => &mut self.stat.pgalloc_normal,
        } += nr as i64;
        self.stat.numa_hit += 1;
        self.stat.numa_local += 1;
        Some(pfn)
    }

    /// Gives `2^order` pages back; their contents go.
    pub(crate) fn free_pages(&mut self, head: Pfn, order: u8) {
        self.drop_contents(head, 1 << order);
        self.free_block(head, order);
    }

    fn drop_contents(&mut self, first: Pfn, n: usize) {
        // A huge page mostly holds nothing but zeroes.
        if n == HPAGE_PMD_NR && self.frames.content_untouched(first) {
            return;
        }
        for i in 0..n {
            let page = first.add(i);
            let id = self.frames.content(page);
            if id != content::ZERO {
                self.contents.put(id);
                self.frames.set_content(page, content::ZERO);
            }
        }
    }

    pub(crate) fn free_block(&mut self, head: Pfn, order: u8) {
        self.frames
            .format(head, order, FrameFlags::NONE, FrameFlags::NONE);
        let zone = self
            .zones
            .iter_mut()
            .find(|z| z.contains(head))
            .expect("every frame has a zone");
        zone.free_block(&mut self.frames, head, order);
        self.stat.pgfree += 1 << order;
    }

    /// A zeroed movable folio with one reference, on no list and mapped nowhere (`vma_alloc_folio`).
    pub(crate) fn alloc_user_folio(&mut self, order: u8) -> Option<Pfn> {
        self.alloc_charged_folio(order).ok()
    }

    /// [`alloc_user_folio`](Self::alloc_user_folio) that tells memory short from the cgroup at its limit.
    pub(crate) fn alloc_charged_folio(&mut self, order: u8) -> Result<Pfn, NoFolio> {
        let head = self
            .alloc_pages(order, MigrateType::Movable)
            .ok_or(NoFolio::Memory)?;
        self.charge_folio(head, order)
    }

    /// Charges new pages and makes them a folio.
    pub(super) fn charge_folio(&mut self, head: Pfn, order: u8) -> Result<Pfn, NoFolio> {
        if !self.charge(1 << order) {
            self.free_pages(head, order);
            return Err(NoFolio::Charge);
        }
        let frame = self.frames.frame_mut(head);
        frame.set(FrameFlags::UPTODATE);
        frame.refcount = 1;
        Ok(head)
    }

    /// Drops `n` references of a folio; the last one frees it.
    pub(crate) fn folio_put(&mut self, head: Pfn, n: i32) {
        let r = self.frames.refcount_mut(head);
        *r -= n;
        debug_assert!(*r >= 0, "reference count of {head:?} below 0");
        if *r == 0 {
            self.free_folio(head);
        }
    }

    /// As [`folio_put`](Self::folio_put), but a small folio that is freed waits in `run` for its neighbours: what is
    /// unmapped in order was mostly allocated in order, and goes back as large blocks (`free_unref_folios`).
    pub(crate) fn folio_put_batched(&mut self, head: Pfn, n: i32, run: &mut FreeRun) {
        let frame = self.frames.frame(head);
        if frame.refcount != n || frame.order() > 0 {
            self.folio_put(head, n);
            return;
        }
        self.release_folio(head);
        self.free_in_run(head, run);
    }

    /// Whether `page` is of the commonest kind: small and anonymous, on its list, and held by its one mapping alone.
    #[inline]
    pub(crate) fn sole_anon(&self, page: Pfn) -> bool {
        const KIND: FrameFlags = FrameFlags::ANON.and(FrameFlags::LRU);
        const OTHERS: FrameFlags = FrameFlags::KSM
            .and(FrameFlags::SWAPCACHE)
            .and(FrameFlags::MLOCKED)
            .and(FrameFlags::LOCKED)
            .and(FrameFlags::PINNED);
        let f = self.frames.frame(page);
        let alone = f.refcount == 1 && f.mapcount == 1 && f.order() == 0;
        alone && f.has(KIND) && !f.flags().any(OTHERS)
    }

    /// Frees a [`sole_anon`](Self::sole_anon) page, whose entry the caller has cut: all at once what removing its
    /// mapping and dropping its last reference come to.
    pub(crate) fn free_sole_anon(&mut self, page: Pfn, run: &mut FreeRun) {
        self.uncharge(1);
        self.stat.nr_anon_pages -= 1;
        self.lru_account(*self.frames.frame(page), -1);
        self.free_in_run(page, run);
    }

    fn free_in_run(&mut self, page: Pfn, run: &mut FreeRun) {
        self.drop_contents(page, 1);
        if run.start.0 + run.pages != page.0 {
            self.free_run(run);
            run.start = page;
        }
        run.pages += 1;
    }

    /// Frees the pages that wait in `run`, as the largest blocks of one pageblock that they make up.
    pub(crate) fn free_run(&mut self, run: &mut FreeRun) {
        let end = run.start.0 + run.pages;
        while run.start.0 < end {
            let aligned = run.start.0.trailing_zeros().min(PAGEBLOCK_ORDER.into());
            let order = aligned.min((end - run.start.0).ilog2());
            self.free_block(run.start, order as u8);
            run.start.0 += 1 << order;
        }
        run.pages = 0;
    }

    fn free_folio(&mut self, head: Pfn) {
        if self.folio_hugetlb(head) {
            return self.hugetlb_folio_put_last(head);
        }
        let order = self.frames.order(head);
        self.release_folio(head);
        self.free_pages(head, order);
    }

    /// Takes a folio without references off every list and count (`__folio_put`). Its frames are formatted next.
    fn release_folio(&mut self, head: Pfn) {
        let frame = *self.frames.frame(head);
        let (order, flags) = (frame.order(), frame.flags());
        if flags.has(FrameFlags::DEFERRED) {
            self.deferred_split_unqueue(head);
        }
        if flags.has(FrameFlags::LRU) {
            self.lru_account(frame, -1);
        }
        self.uncharge(1 << order);
        if flags.has(FrameFlags::MLOCKED) {
            self.stat.nr_mlock -= 1 << order;
            self.mlock_counts.remove(&head);
        }
        if flags.has(FrameFlags::ANON) && order >= 2 {
            self.stat.mthp_mut(order).nr_anon -= 1;
        }
    }

    /// Puts a folio on the list its flags ask for: unevictable if mlocked, else inactive (`folio_add_lru`).
    ///
    /// Deviation: at once, where the kernel first collects 31 small folios per CPU; and lists are counted, not ordered.
    pub(crate) fn lru_add(&mut self, head: Pfn) {
        let frame = self.frames.frame_mut(head);
        debug_assert!(!frame.has(FrameFlags::LRU));
        frame.set(FrameFlags::LRU);
        let frame = *frame;
        self.lru_account(frame, 1);
    }

    /// Takes a folio off its list; nothing if it is on none.
    pub(crate) fn lru_remove(&mut self, head: Pfn) {
        let frame = *self.frames.frame(head);
        if frame.has(FrameFlags::LRU) {
            self.lru_account(frame, -1);
            self.frames.clear(head, FrameFlags::LRU);
        }
    }

    fn lru_account(&mut self, frame: Frame, sign: i64) {
        let (flags, n) = (frame.flags(), sign << frame.order());
        *match (
            flags.has(FrameFlags::SWAPBACKED),
            flags.has(FrameFlags::ACTIVE),
        ) {
            _ if flags.has(FrameFlags::UNEVICTABLE) => &mut self.stat.nr_unevictable,
            (false, true) => &mut self.stat.nr_active_file,
            (false, false) => &mut self.stat.nr_inactive_file,
            (true, true) => &mut self.stat.nr_active_anon,
            (true, false) => &mut self.stat.nr_inactive_anon,
        } += n;
    }

    /// Changes flags that decide the list a folio is on, keeping the list counts right.
    pub(crate) fn lru_change(&mut self, head: Pfn, set: FrameFlags, clear: FrameFlags) {
        let frame = self.frames.frame_mut(head);
        let before = *frame;
        frame.set(set);
        frame.clear(clear);
        let after = *frame;
        if before.has(FrameFlags::LRU) {
            self.lru_account(before, -1);
            self.lru_account(after, 1);
        }
    }

    /// Content of the page becomes `pattern` written over it.
    #[inline]
    pub(crate) fn write_content(&mut self, page: Pfn, pattern: Pattern) {
        let new = self.contents.write(self.frames.content(page), pattern);
        self.frames.set_content(page, new);
    }

    /// `to` gets a copy of the content of `from`; `to` must be zero (`copy_user_highpage`).
    pub(crate) fn copy_content(&mut self, to: Pfn, from: Pfn) {
        debug_assert_eq!(self.frames.content(to), content::ZERO);
        let id: ContentId = self.contents.get(self.frames.content(from));
        self.frames.set_content(to, id);
    }

    /// As [`copy_content`](Self::copy_content) where `from` is about to be freed: nothing is counted up and down.
    pub(crate) fn move_content(&mut self, to: Pfn, from: Pfn) {
        debug_assert_eq!(self.frames.content(to), content::ZERO);
        let id = self.frames.content(from);
        self.frames.set_content(to, id);
        self.frames.set_content(from, content::ZERO);
    }

    /// True if every byte of the page is 0.
    pub(crate) fn page_is_zero(&self, page: Pfn) -> bool {
        self.contents.is_zero(self.frames.content(page))
    }

    /// True for a folio of more than one page.
    #[inline]
    pub(crate) fn folio_large(&self, head: Pfn) -> bool {
        self.frames.order(head) > 0
    }

    /// All mappings of a folio: each PTE and each PMD counts one (`folio_mapcount`).
    #[inline]
    pub fn folio_mapcount(&self, head: Pfn) -> i32 {
        let frame = self.frames.frame(head);
        if frame.order() == 0 {
            frame.mapcount
        } else {
            self.frames.refcount(head.add(1))
        }
    }

    /// PMD mappings of a large folio (`_entire_mapcount`, plus one).
    #[inline]
    pub fn folio_entire_mapcount(&self, head: Pfn) -> i32 {
        if self.frames.order(head) == 0 {
            0
        } else {
            self.frames.anchor(head.add(1)) as i32
        }
    }

    /// `_nr_pages_mapped` of a large folio.
    pub fn folio_nr_pages_mapped(&self, head: Pfn) -> u32 {
        self.frames.link(head.add(1))
    }

    pub(crate) fn set_folio_entire_mapcount(&mut self, head: Pfn, n: i32) {
        self.frames.set_anchor(head.add(1), n as u32);
    }

    pub(crate) fn set_folio_nr_pages_mapped(&mut self, head: Pfn, n: u32) {
        self.frames.set_link(head.add(1), n);
    }

    /// Mappings of this very page: its PTEs plus the PMDs of its folio.
    pub fn page_mapcount(&self, page: Pfn) -> i32 {
        self.frames.mapcount(page) + self.folio_entire_mapcount(self.frames.head(page))
    }

    /// The two address spaces a large folio remembers, with their mappings, and whether it is marked shared.
    pub fn folio_mm_ids(&self, head: Pfn) -> ([(Option<MmId>, i32); 2], bool) {
        if self.frames.order(head) < 2 {
            return ([(None, 0); 2], self.folio_maybe_mapped_shared(head));
        }
        let id = |p: Pfn| {
            (
                self.frames.anchor(p).checked_sub(1).map(MmId),
                self.frames.refcount(p),
            )
        };
        (
            [id(head.add(2)), id(head.add(3))],
            self.frames.link(head.add(2)) != 0,
        )
    }

    /// `n` more mappings of a large folio by `mm` (`folio_add_return_large_mapcount`).
    pub(crate) fn add_large_mapcount(&mut self, head: Pfn, n: i32, mm: MmId) {
        let total = self.frames.refcount_mut(head.add(1));
        *total += n;
        let total = *total;
        if self.frames.order(head) == 1 {
            return;
        }
        let id = mm.0 + 1;
        let (s0, s1) = (head.add(2), head.add(3));
        if self.frames.anchor(s0) == id {
            *self.frames.refcount_mut(s0) += n;
        } else if self.frames.anchor(s1) == id {
            *self.frames.refcount_mut(s1) += n;
        } else if self.frames.anchor(s0) == 0 {
            self.frames.set_anchor(s0, id);
            *self.frames.refcount_mut(s0) = n;
            if total != n {
                self.frames.set_link(s0, 1);
            }
        } else if self.frames.anchor(s1) == 0 {
            self.frames.set_anchor(s1, id);
            *self.frames.refcount_mut(s1) = n;
            self.frames.set_link(s0, 1);
        }
    }

    /// `n` mappings of a large folio by `mm` less (`folio_sub_return_large_mapcount`).
    pub(crate) fn sub_large_mapcount(&mut self, head: Pfn, n: i32, mm: MmId) {
        let total = self.frames.refcount_mut(head.add(1));
        *total -= n;
        let total = *total;
        if self.frames.order(head) == 1 {
            return;
        }
        let id = mm.0 + 1;
        for slot in [head.add(2), head.add(3)] {
            if self.frames.anchor(slot) == id {
                let left = self.frames.refcount(slot) - n;
                *self.frames.refcount_mut(slot) = left.max(0);
                if left <= 0 {
                    self.frames.set_anchor(slot, 0);
                }
                break;
            }
        }
        if self.frames.refcount(head.add(2)) == total || self.frames.refcount(head.add(3)) == total
        {
            self.frames.set_link(head.add(2), 0);
        }
    }

    /// Whether more than one address space may map the folio; for large folios it can stay true after a third
    /// one has come and gone (`folio_maybe_mapped_shared`).
    #[inline]
    pub(crate) fn folio_maybe_mapped_shared(&self, head: Pfn) -> bool {
        let frame = self.frames.frame(head);
        if frame.order() == 0 {
            return frame.mapcount > 1;
        }
        self.folio_mapcount(head) > 1
            && match frame.order() {
                1 => (0..2).any(|i| self.frames.mapcount(head.add(i)) > 1),
                _ => self.frames.link(head.add(2)) != 0,
            }
    }

    /// References a folio should have if nobody but page tables and the swap cache uses it
    /// (`folio_expected_ref_count`).
    #[inline]
    pub(crate) fn folio_expected_refs(&self, head: Pfn) -> i32 {
        let frame = self.frames.frame(head);
        let cached = frame.has(FrameFlags::SWAPCACHE)
            || !frame.has(FrameFlags::ANON) && self.folio_in_file(head);
        (i32::from(cached) << frame.order()) + self.folio_mapcount(head)
    }

    /// Pages of a folio as a count.
    #[inline]
    pub(crate) fn folio_nr_pages(&self, head: Pfn) -> usize {
        1 << self.frames.order(head)
    }
}
