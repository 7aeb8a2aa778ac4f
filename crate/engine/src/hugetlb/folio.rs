//! Taking a page of the pool for a fault or a file, and giving it back.
//!
//! Counterparts in `mm/hugetlb.c`: `alloc_hugetlb_folio`, `dequeue_hugetlb_folio_vma`, `free_huge_folio`.

use super::reserve::Holder;
use super::{RESTORE_RESERVE, SUBPOOL_SHIFT};
use crate::machine::Machine;
use crate::phys::content;
use crate::phys::frame::FrameFlags;
use crate::trace::PoolStep;
use crate::vm::addr::{HPAGE_PMD_ORDER, Pfn};

impl Machine {
    /// A zeroed page for offset `index`, charged to `mount`: a promised one if the holder or the mount has a promise, else
    /// one that is promised to nobody, else a surplus page. One reference, mapped nowhere. `cow_from_owner`: the offset's
    /// promise is used up already, so none is looked for nor noted. `None`: no page (ENOSPC in the kernel).
    pub(super) fn alloc_hugetlb_folio(
        &mut self,
        size: usize,
        mount: u8,
        holder: Holder,
        index: u64,
        cow_from_owner: bool,
    ) -> Option<Pfn> {
        let map_chg = cow_from_owner || self.needs_reservation(holder, index);
        // A mount may have promised what the holder was not.
        let unpromised = map_chg && self.subpool_get(mount, 1)? > 0;
        let order = self.hugetlb.hstates[size].order;
        let mut nodes = self.place_nodes(order);
        let h = &mut self.hugetlb.hstates[size];
        let mut page = None;
        if !unpromised || h.free() as i64 != h.resv {
            page = nodes.find_map(|nid| h.nodes[usize::from(nid)].free.pop());
        }
        let head = match page {
            Some(head) => head,
            None => match self.alloc_surplus(size) {
                Some(head) => head,
                None => {
                    if unpromised {
                        self.subpool_lose(mount, 1);
                    } else if map_chg {
                        let n = self.subpool_put(mount, 1);
                        self.unreserve(size, n);
                    }
                    return None;
                }
            },
        };
        if !unpromised {
            self.hugetlb.hstates[size].resv -= 1;
        }
        self.set_restore_reserve(head, !unpromised);
        let mark = self.hugetlb_mark(head) | u32::from(mount) << SUBPOOL_SHIFT;
        self.set_hugetlb_mark(head, mark);
        if !cow_from_owner {
            self.commit_reservation(holder, index);
        }
        self.frames.set(head, FrameFlags::UPTODATE);
        *self.frames.refcount_mut(head) = 1;
        self.stat.nr_hugetlb += 1 << order;
        Some(head)
    }

    /// The last reference of a page in use is gone (`free_huge_folio`).
    pub(crate) fn hugetlb_folio_put_last(&mut self, head: Pfn) {
        self.stat.nr_hugetlb -= 1 << self.huge_page_order(head);
        self.free_huge_folio(head);
    }

    /// A page goes back to the free list, or to the buddy allocator if its node has surplus pages.
    pub(super) fn free_huge_folio(&mut self, head: Pfn) {
        let nid = self.page_to_nid(head);
        let mark = self.hugetlb_mark(head);
        let size = super::mark_size(mark);
        // A page of a mount that is below its minimum stays promised to it.
        let restore =
            self.restore_reserve(head) || self.subpool_put((mark >> SUBPOOL_SHIFT) as u8, 1) == 0;
        if restore {
            self.hugetlb.hstates[size].resv += 1;
        }
        self.clear_huge_page(head);
        let n = &mut self.hugetlb.hstates[size].nodes[nid];
        if n.surplus > 0 {
            n.surplus -= 1;
            n.nr -= 1;
            self.release_huge_page(size, head);
            self.pool_step(size, nid, PoolStep::Shrink);
        } else {
            n.free.push(head);
        }
    }

    /// Contents and all marks of use go.
    fn clear_huge_page(&mut self, head: Pfn) {
        let order = self.huge_page_order(head).min(HPAGE_PMD_ORDER);
        for part in self.huge_page_parts(head) {
            let n = 1usize << order;
            for i in (0..n).map(|i| part.add(i)) {
                let id = self.frames.content(i);
                if id != content::ZERO {
                    self.contents.put(id);
                    self.frames.set_content(i, content::ZERO);
                }
            }
            let mark = self.hugetlb_mark(part) & ((1 << SUBPOOL_SHIFT) - 1) & !RESTORE_RESERVE;
            let flags = |f: FrameFlags| FrameFlags::ALLOCATED.and(f);
            self.frames.format(
                part,
                order,
                flags(FrameFlags::HEAD),
                flags(FrameFlags::TAIL),
            );
            self.set_hugetlb_mark(part, mark);
        }
    }

    /// A mapping more or less (`hugetlb_add_file_rmap`, `hugetlb_remove_rmap`). Each part of a gigantic page has the
    /// counts of the whole.
    pub(super) fn hugetlb_rmap(&mut self, head: Pfn, n: i32) {
        for part in self.huge_page_parts(head) {
            let entire = self.folio_entire_mapcount(part) + n;
            self.set_folio_entire_mapcount(part, entire);
            *self.frames.refcount_mut(part.add(1)) += n;
        }
    }

    /// Copies the contents of a huge page.
    pub(super) fn copy_huge_page(&mut self, to: Pfn, from: Pfn) {
        for i in 0..1usize << self.huge_page_order(from) {
            if self.frames.content(from.add(i)) != self.frames.content(to.add(i)) {
                self.copy_content(to.add(i), from.add(i));
            }
        }
    }
}
