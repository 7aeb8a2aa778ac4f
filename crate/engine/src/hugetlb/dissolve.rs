//! Free huge pages in memory that goes off-line leave their pools.
//!
//! Counterparts: `dissolve_free_hugetlb_folios`, `dissolve_free_hugetlb_folio`.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::PoolStep;
use crate::vm::addr::Pfn;

impl Machine {
    /// Size and head of the free huge page that a frame lies in.
    #[inline(never)]
    fn free_huge_page_of(&self, page: Pfn) -> Option<(usize, Pfn)> {
        for (size, h) in self.hugetlb.hstates.iter().enumerate() {
            let head = Pfn(page.0 & !((1 << h.order) - 1));
            if h.nodes.iter().any(|n| n.free.contains(&head)) {
                return Some((size, head));
            }
        }
        None
    }

    /// Whether the huge page of a frame is free and may go: the area kept for gigantic pages stays what it is.
    pub(crate) fn hugetlb_can_dissolve(&self, page: Pfn) -> bool {
        let free = self.free_huge_page_of(page);
        free.is_some_and(|(_, head)| !self.hugetlb.cma.holds(head))
    }

    /// Gives the free huge pages that lie in an isolated range - zone, start, pages -, if only in part, back to the buddy
    /// allocator.
    ///
    /// # Errors
    /// EBUSY: all free pages of a size are promised. ENOMEM: none for the memory map of one. Those before it are gone.
    pub(crate) fn dissolve_free_hugetlb_folios(
        &mut self,
        (zone, start, pages): (usize, u32, u32),
    ) -> Result<(), Errno> {
        let mut at = start;
        while at < start + pages {
            let page = Pfn(at);
            at += 1 << self.frames.order(page);
            if self.folio_hugetlb(page)
                && let Some((size, head)) = self.free_huge_page_of(page)
            {
                self.dissolve(size, head)?;
                self.zones[zone].isolate_range(&mut self.frames, start, pages);
            }
        }
        Ok(())
    }

    fn dissolve(&mut self, size: usize, head: Pfn) -> Result<(), Errno> {
        let h = &self.hugetlb.hstates[size];
        if h.free() as i64 == h.resv {
            return Err(Errno::EBUSY);
        }
        if !self.vmemmap_restore(head) {
            return Err(Errno::ENOMEM);
        }
        let nid = self.page_to_nid(head);
        let h = &mut self.hugetlb.hstates[size];
        h.max = h.max.saturating_sub(1);
        let n = &mut h.nodes[nid];
        n.free.retain(|p| *p != head);
        n.nr -= 1;
        n.surplus = n.surplus.saturating_sub(1);
        self.pool_step(size, nid, PoolStep::Shrink);
        self.release_huge_page(size, head);
        Ok(())
    }
}
