//! Taking a page of the pool for a fault or a file, and giving it back.
//!
//! Counterparts in `mm/hugetlb.c`: `alloc_hugetlb_folio`, `dequeue_hugetlb_folio_vma`, `free_huge_folio`.

use super::PAGES_PER_HUGE_PAGE;
use super::reserve::Holder;
use crate::machine::Machine;
use crate::phys::content;
use crate::phys::frame::FrameFlags;
use crate::trace::PoolStep;
use crate::vm::addr::{HPAGE_PMD_NR, Pfn};

impl Machine {
    /// A zeroed page for offset `index`: a promised one if the holder has a promise, else one that is promised to
    /// nobody, else a surplus page. One reference, mapped nowhere. `cow_from_owner`: the offset's promise is used up
    /// already, so none is looked for nor noted. `None`: no page (ENOSPC in the kernel).
    ///
    /// Deviation: nodes are tried from the lowest up; policies are not looked at.
    pub(super) fn alloc_hugetlb_folio(
        &mut self,
        holder: Holder,
        index: u64,
        cow_from_owner: bool,
    ) -> Option<Pfn> {
        let unpromised = cow_from_owner || self.needs_reservation(holder, index);
        let h = &mut self.hugetlb.hstates[0];
        let mut page = None;
        if !unpromised || h.free() as i64 != h.resv {
            page = h.nodes.iter_mut().find_map(|n| n.free.pop());
        }
        let head = match page {
            Some(head) => head,
            None => self.alloc_surplus(0)?,
        };
        if !unpromised {
            self.hugetlb.hstates[0].resv -= 1;
        }
        self.set_restore_reserve(head, !unpromised);
        if !cow_from_owner {
            self.commit_reservation(holder, index);
        }
        self.frames.set(head, FrameFlags::UPTODATE);
        *self.frames.refcount_mut(head) = 1;
        self.stat.nr_hugetlb += PAGES_PER_HUGE_PAGE;
        Some(head)
    }

    /// The last reference of a page in use is gone (`free_huge_folio`).
    pub(crate) fn hugetlb_folio_put_last(&mut self, head: Pfn) {
        self.stat.nr_hugetlb -= PAGES_PER_HUGE_PAGE;
        self.free_huge_folio(head);
    }

    /// A page goes back to the free list, or to the buddy allocator if its node has surplus pages.
    pub(super) fn free_huge_folio(&mut self, head: Pfn) {
        let nid = self.page_to_nid(head);
        if self.restore_reserve(head) {
            self.hugetlb.hstates[0].resv += 1;
        }
        self.clear_huge_page(head);
        let n = &mut self.hugetlb.hstates[0].nodes[nid];
        if n.surplus > 0 {
            n.surplus -= 1;
            n.nr -= 1;
            self.release_huge_page(0, head);
            self.pool_step(0, nid, PoolStep::Shrink);
        } else {
            n.free.push(head);
        }
    }

    /// Contents and all marks of use go.
    fn clear_huge_page(&mut self, head: Pfn) {
        for i in 0..HPAGE_PMD_NR {
            let id = self.frames.content(head.add(i));
            if id != content::ZERO {
                self.contents.put(id);
                self.frames.set_content(head.add(i), content::ZERO);
            }
        }
        let mark = self.hugetlb_mark(head) & !super::RESTORE_RESERVE;
        let flags = |f: FrameFlags| FrameFlags::ALLOCATED.and(f);
        self.frames
            .format(head, 9, flags(FrameFlags::HEAD), flags(FrameFlags::TAIL));
        self.set_hugetlb_mark(head, mark);
    }

    /// A mapping more or less, by a PMD (`hugetlb_add_file_rmap`, `hugetlb_remove_rmap`).
    pub(super) fn hugetlb_rmap(&mut self, head: Pfn, n: i32) {
        let entire = self.folio_entire_mapcount(head) + n;
        self.set_folio_entire_mapcount(head, entire);
        *self.frames.refcount_mut(head.add(1)) += n;
    }
}
