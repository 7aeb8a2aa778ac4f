//! The pages of one size: free lists by node, surplus pages, and changing how many there are.
//!
//! Counterparts in `mm/hugetlb.c`: `set_max_huge_pages`, `adjust_pool_surplus`, `alloc_pool_huge_folio`,
//! `remove_pool_hugetlb_folio`, `alloc_surplus_hugetlb_folio`, `demote_pool_huge_page`.

use super::{GIGANTIC_PART, HUGETLB_PAGE, SIZE_SHIFT, shift};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::buddy::{MAX_PAGE_ORDER, MigrateType};
use crate::phys::frame::FrameFlags;
use crate::trace::{EventKind, PoolStep};
use crate::vm::addr::{HPAGE_PMD_ORDER, Pfn};

/// Pages of one size on one node, in huge pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct NodePool {
    /// All of them, surplus included.
    pub nr: u64,
    pub surplus: u64,
    /// Free pages; the last one is the next to be used.
    pub free: Vec<Pfn>,
}

/// One size (`struct hstate`), counts in huge pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Hstate {
    /// log2 of the base pages of one.
    pub order: u8,
    /// Index of the size that pages are split into on demand.
    pub demote_to: Option<usize>,
    pub nodes: Vec<NodePool>,
    /// Promised and not yet used. Below zero after the owner of a page left before its child.
    pub resv: i64,
    /// Of those, promised to nobody: `mremap` of a part of an area loses them.
    pub lost: u64,
    /// Most surplus pages made on demand (`nr_overcommit_huge_pages`).
    pub overcommit: u64,
    /// Persistent pages after the last resize (`max_huge_pages`).
    pub max: u64,
    /// Where the next page is made, and where the next one is taken away.
    pub next_alloc: usize,
    pub next_free: usize,
}

impl Hstate {
    /// Larger than the buddy allocator gives (`hstate_is_gigantic`).
    pub fn gigantic(&self) -> bool {
        self.order > MAX_PAGE_ORDER
    }

    /// As in the names of directories and in meminfo.
    pub fn size_kb(&self) -> u64 {
        1 << (shift(self.order) - 10)
    }

    pub fn nr(&self) -> u64 {
        self.nodes.iter().map(|n| n.nr).sum()
    }

    pub fn free(&self) -> u64 {
        self.nodes.iter().map(|n| n.free.len() as u64).sum()
    }

    pub fn surplus(&self) -> u64 {
        self.nodes.iter().map(|n| n.surplus).sum()
    }

    /// `persistent_huge_pages`
    pub fn persistent(&self) -> u64 {
        self.nr() - self.surplus()
    }

    /// Next node round robin, among all or only `nid`; moves the cursor.
    fn turn(cursor: &mut usize, nodes: usize, nid: Option<u8>) -> usize {
        if let Some(n) = nid {
            *cursor = n.into();
            return n.into();
        }
        let node = *cursor % nodes;
        *cursor = (node + 1) % nodes;
        node
    }

    /// Tries allowed nodes once each, beginning at a cursor, until one fits.
    fn find_node(
        &mut self,
        nid: Option<u8>,
        to_free: bool,
        fits: impl Fn(&NodePool) -> bool,
    ) -> Option<usize> {
        let nodes = self.nodes.len();
        let cursor = if to_free {
            &mut self.next_free
        } else {
            &mut self.next_alloc
        };
        let tries = if nid.is_some() { 1 } else { nodes };
        for _ in 0..tries {
            let node = Self::turn(cursor, nodes, nid);
            if fits(&self.nodes[node]) {
                return Some(node);
            }
        }
        None
    }

    /// Turns a page into a surplus one or back (`adjust_pool_surplus`).
    #[inline(never)]
    fn adjust_surplus(&mut self, nid: Option<u8>, more: bool) -> Option<usize> {
        let node = if more {
            self.find_node(nid, true, |n| n.surplus < n.nr)
        } else {
            self.find_node(nid, false, |n| n.surplus > 0)
        };
        let n = &mut self.nodes[node?].surplus;
        *n = if more { *n + 1 } else { *n - 1 };
        node
    }

    /// Takes a free page out of the pool (`remove_pool_hugetlb_folio`).
    #[inline(never)]
    fn remove_page(&mut self, nid: Option<u8>, surplus: bool) -> Option<(usize, Pfn)> {
        let node = self.find_node(nid, true, |n| {
            (!surplus || n.surplus > 0) && !n.free.is_empty()
        })?;
        let n = &mut self.nodes[node];
        n.nr -= 1;
        n.surplus -= u64::from(surplus);
        n.free.pop().map(|head| (node, head))
    }
}

impl Machine {
    /// NUMA node of a frame.
    #[inline(never)]
    pub(crate) fn page_to_nid(&self, pfn: Pfn) -> usize {
        self.zones
            .iter()
            .find(|z| z.contains(pfn))
            .map_or(0, |z| z.nid.into())
    }

    /// One event for each step of a pool.
    #[inline(never)]
    pub(super) fn pool_step(&mut self, size: usize, node: usize, step: PoolStep) {
        self.emit(EventKind::HugetlbPool {
            order: self.hugetlb.hstates[size].order,
            nid: node as u8,
            step,
        });
    }

    /// A fresh page of a node, in no pool yet (`only_alloc_fresh_hugetlb_folio`). A gigantic one comes from the area
    /// reserved at boot, or else of memory in a row that is made free (`alloc_gigantic_folio`).
    #[inline(never)]
    fn alloc_fresh(&mut self, size: usize, nid: u8) -> Option<Pfn> {
        let order = self.hugetlb.hstates[size].order;
        if order > MAX_PAGE_ORDER {
            let head = match self.cma_alloc(nid, order) {
                Some(head) => head,
                None if self.hugetlb.cma.only => return None,
                None => self.alloc_contig_pages(nid, order)?,
            };
            self.claim_gigantic(size, head, 1 << order);
            return Some(head);
        }
        let page = self.alloc_pages_node(nid, order, MigrateType::Movable);
        match page {
            Some(head) => {
                self.stat.htlb_buddy_alloc_success += 1;
                self.set_hugetlb_mark(head, HUGETLB_PAGE | (size as u32) << SIZE_SHIFT);
            }
            None => self.stat.htlb_buddy_alloc_fail += 1,
        }
        page
    }

    /// Formats `pages` raw frames as pages of a size of at least 2 MiB.
    #[inline(never)]
    fn claim_gigantic(&mut self, size: usize, head: Pfn, pages: usize) {
        let each = 1usize << self.hugetlb.hstates[size].order;
        let flags = |f: FrameFlags| FrameFlags::ALLOCATED.and(f);
        for i in (0..pages).step_by(512) {
            self.frames.format(
                head.add(i),
                HPAGE_PMD_ORDER,
                flags(FrameFlags::HEAD),
                flags(FrameFlags::TAIL),
            );
            let first = i.is_multiple_of(each);
            let part = if first { 0 } else { GIGANTIC_PART };
            let mark = HUGETLB_PAGE | part | (size as u32) << SIZE_SHIFT;
            self.set_hugetlb_mark(head.add(i), mark);
        }
    }

    /// Gives a page, which the pool no longer counts, back to the buddy allocator (`update_and_free_hugetlb_folio`).
    /// Without memory for its memory map it becomes a surplus page.
    #[inline(never)]
    pub(super) fn release_huge_page(&mut self, size: usize, head: Pfn) {
        if !self.vmemmap_restore(head) {
            let nid = self.page_to_nid(head);
            let n = &mut self.hugetlb.hstates[size].nodes[nid];
            n.nr += 1;
            n.surplus += 1;
            n.free.push(head);
            return;
        }
        if self.cma_release(head) {
            return;
        }
        // Pages of a pool hold nothing: what was in them went when they were freed.
        let order = self.hugetlb.hstates[size].order.min(HPAGE_PMD_ORDER);
        for part in self.huge_page_parts(head) {
            self.free_block(part, order);
        }
    }

    /// A surplus page, if the limit allows one; in the pool, but not free (`alloc_surplus_hugetlb_folio`). The local
    /// node is tried first.
    pub(super) fn alloc_surplus(&mut self, size: usize) -> Option<Pfn> {
        if self.hugetlb.hstates[size].gigantic() {
            return None;
        }
        for nid in self.place_nodes(self.hugetlb.hstates[size].order) {
            let h = &self.hugetlb.hstates[size];
            if h.surplus() >= h.overcommit {
                return None;
            }
            if let Some(head) = self.alloc_fresh(size, nid) {
                let n = &mut self.hugetlb.hstates[size].nodes[usize::from(nid)];
                n.nr += 1;
                n.surplus += 1;
                self.vmemmap_optimize(head);
                self.pool_step(size, nid.into(), PoolStep::GrowSurplus);
                return Some(head);
            }
        }
        None
    }

    /// Frees up to `n` free surplus pages (`return_unused_surplus_pages`, without the count of reservations).
    pub(super) fn free_unused_surplus(&mut self, size: usize, n: u64) {
        for _ in 0..n.min(self.hugetlb.hstates[size].surplus()) {
            let Some((node, head)) = self.hugetlb.hstates[size].remove_page(None, true) else {
                break;
            };
            self.pool_step(size, node, PoolStep::Shrink);
            self.release_huge_page(size, head);
        }
    }

    /// Makes `count` the number of persistent pages, of all nodes or of `nid`, as far as that goes
    /// (`set_max_huge_pages`). What memory cannot give is missing, what is in use becomes surplus.
    pub(super) fn set_max_huge_pages(&mut self, size: usize, mut count: u64, nid: Option<u8>) {
        let h = &self.hugetlb.hstates[size];
        if let Some(n) = nid {
            let here = &h.nodes[usize::from(n)];
            count = count.saturating_add(h.persistent() - (here.nr - here.surplus));
        }
        while self.hugetlb.hstates[size].surplus() > 0
            && count > self.hugetlb.hstates[size].persistent()
            && let Some(node) = self.hugetlb.hstates[size].adjust_surplus(nid, false)
        {
            self.pool_step(size, node, PoolStep::FromSurplus);
        }
        if !self.grow_pool(size, count, nid) {
            let h = &mut self.hugetlb.hstates[size];
            h.max = h.persistent();
            return;
        }
        let h = &mut self.hugetlb.hstates[size];
        let (free, surplus, persistent) = (h.free(), h.surplus(), h.persistent());
        let persistent_free = if free > persistent {
            free.saturating_sub(surplus)
        } else {
            free
        };
        let floor = count.max((h.resv as u64).wrapping_add(persistent - persistent_free));
        let mut out = Vec::new();
        while floor < h.persistent() {
            let Some(page) = h.remove_page(nid, false) else {
                break;
            };
            out.push(page);
        }
        let mut surplus = Vec::new();
        while count < h.persistent()
            && let Some(node) = h.adjust_surplus(nid, true)
        {
            surplus.push(node);
        }
        h.max = h.persistent();
        for (node, page) in out {
            self.pool_step(size, node, PoolStep::Shrink);
            self.release_huge_page(size, page);
        }
        for node in surplus {
            self.pool_step(size, node, PoolStep::ToSurplus);
        }
    }

    /// Adds pages until there are `count`; false if memory ran out before.
    fn grow_pool(&mut self, size: usize, count: u64, nid: Option<u8>) -> bool {
        let mut made = Vec::new();
        let persistent = self.hugetlb.hstates[size].persistent();
        let nodes = self.hugetlb.hstates[size].nodes.len();
        let mut complete = true;
        while count > persistent + made.len() as u64 {
            let tries = if nid.is_some() { 1 } else { nodes };
            let page = (0..tries).find_map(|_| {
                let cursor = &mut self.hugetlb.hstates[size].next_alloc;
                let node = Hstate::turn(cursor, nodes, nid);
                self.alloc_fresh(size, node as u8).map(|head| (node, head))
            });
            match page {
                Some(page) => made.push(page),
                None => {
                    complete = false;
                    break;
                }
            }
        }
        // Added as a batch, so that the first one made is the first one used.
        for (node, head) in made.into_iter().rev() {
            let n = &mut self.hugetlb.hstates[size].nodes[node];
            n.nr += 1;
            n.free.push(head);
            self.vmemmap_optimize(head);
            let step = match self.hugetlb.hstates[size].gigantic() {
                true if self.hugetlb.cma.holds(head) => PoolStep::GrowCma,
                true => PoolStep::GrowContig,
                false => PoolStep::Grow,
            };
            self.pool_step(size, node, step);
        }
        complete
    }

    /// Splits `count` free pages into those of the next smaller size (`demote_store`). Reserved pages stop it only once
    /// no other page is free; those of one node are compared with the reservations of all, unsigned.
    ///
    /// # Errors
    /// EBUSY: nothing free on the node though more is free than reserved. EINVAL: there is no smaller size.
    pub(super) fn demote(
        &mut self,
        size: usize,
        mut count: u64,
        nid: Option<u8>,
    ) -> Result<(), Errno> {
        let to = self.hugetlb.hstates[size].demote_to.ok_or(Errno::EINVAL)?;
        let parts = 1u64 << (self.hugetlb.hstates[size].order - self.hugetlb.hstates[to].order);
        while count > 0 {
            let h = &mut self.hugetlb.hstates[size];
            let free = nid.map_or(h.free(), |n| h.nodes[usize::from(n)].free.len() as u64);
            let available = free.wrapping_sub(h.resv as u64);
            if available == 0 {
                break;
            }
            let take = count.min(available);
            for _ in 0..take {
                let h = &mut self.hugetlb.hstates[size];
                let Some((node, head)) = h.remove_page(nid, false) else {
                    return Err(Errno::EBUSY);
                };
                if !self.vmemmap_restore(head) {
                    let n = &mut self.hugetlb.hstates[size].nodes[node];
                    n.nr += 1;
                    n.free.push(head);
                    return Err(Errno::ENOMEM);
                }
                let order = self.hugetlb.hstates[size].order;
                self.hugetlb.hstates[size].max = self.hugetlb.hstates[size].max.saturating_sub(1);
                self.cma_demote(head);
                self.claim_gigantic(to, head, 1 << order);
                let each = 1usize << self.hugetlb.hstates[to].order;
                self.hugetlb.hstates[to].max += parts;
                for i in 0..parts as usize {
                    let n = &mut self.hugetlb.hstates[to].nodes[node];
                    n.nr += 1;
                    n.free.push(head.add(i * each));
                    self.vmemmap_optimize(head.add(i * each));
                }
                self.pool_step(size, node, PoolStep::Demote);
            }
            count -= take;
        }
        Ok(())
    }
}
