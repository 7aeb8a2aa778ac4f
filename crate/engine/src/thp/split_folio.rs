//! A large folio becomes smaller ones.
//!
//! Counterparts: `__folio_split`, `unmap_folio`, `remap_page`, `try_to_map_unused_to_zeropage`.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::EventKind;
use crate::vm::addr::{
    HPAGE_PMD_NR, HPAGE_PMD_ORDER, HPAGE_PMD_SIZE, PAGE_SIZE, Pfn, TableId, VmaId, pmd_down,
    pte_index,
};
use crate::vm::pte::Pte;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;

/// Into what a folio is split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Order of the pieces, or of the smallest.
    pub order: u8,
    /// The page that gets a piece of that order, everything else staying as large as it can; `None`: all pieces are of
    /// that order.
    pub at: Option<usize>,
}

impl Cut {
    /// Single pages.
    pub(crate) const PAGES: Cut = Cut { order: 0, at: None };

    /// Pieces of a folio of `order` as offset and order. Anonymous ones have no order 1: two single pages instead.
    pub(crate) fn pieces(self, order: u8, anon: bool) -> Vec<(usize, u8)> {
        let Some(at) = self.at else {
            let n = 1usize << (order - self.order);
            return (0..n).map(|i| (i << self.order, self.order)).collect();
        };
        let mut out = Vec::new();
        let mut put = |offset: usize, order: u8| {
            let place = out.partition_point(|piece: &(usize, u8)| piece.0 < offset);
            if anon && order == 1 {
                out.insert(place, (offset + 1, 0));
                out.insert(place, (offset, 0));
            } else {
                out.insert(place, (offset, order));
            }
        };
        let (mut base, mut order) = (0, order);
        while order > self.order {
            order -= 1;
            let upper = base + (1 << order);
            if at < upper {
                put(upper, order);
            } else {
                put(base, order);
                base = upper;
            }
        }
        put(base, order);
        out
    }
}

/// An entry taken out while the folio is split.
struct Unmapped {
    vma: VmaId,
    table: TableId,
    index: usize,
    pte: Pte,
    exclusive: bool,
}

/// Flags that every page inherits from the folio.
pub(crate) const INHERITED: FrameFlags = FrameFlags(
    FrameFlags::REFERENCED.0
        | FrameFlags::UPTODATE.0
        | FrameFlags::DIRTY.0
        | FrameFlags::ACTIVE.0
        | FrameFlags::SWAPBACKED.0
        | FrameFlags::SWAPCACHE.0
        | FrameFlags::UNEVICTABLE.0
        | FrameFlags::MLOCKED.0
        | FrameFlags::ANON.0
        | FrameFlags::ALLOCATED.0
        | FrameFlags::LRU.0,
);

impl Machine {
    /// Splits the folio of `page` to order 0, see [`split_folio_to`](Self::split_folio_to).
    pub(crate) fn split_folio(&mut self, page: Pfn, extra_refs: i32) -> Result<(), Errno> {
        self.split_folio_to(page, Cut::PAGES, extra_refs)
    }

    /// Splits the folio of `page`. The caller holds `extra_refs` references of it; they move to the piece of `page`.
    /// Zero-filled single pages of unlocked areas become the zero page, unmapped pieces are freed.
    ///
    /// # Errors
    /// EINVAL for a folio not larger than the pieces, for anonymous pieces of order 1, and for anything but single pages in
    /// the swap cache; EBUSY for the huge zero page; EAGAIN if anybody else holds a reference.
    pub(crate) fn split_folio_to(
        &mut self,
        page: Pfn,
        cut: Cut,
        extra_refs: i32,
    ) -> Result<(), Errno> {
        let head = self.frames.head(page);
        let order = self.frames.order(head);
        if order <= cut.order || cut.at.is_some_and(|at| at >> order > 0) {
            return Err(Errno::EINVAL);
        }
        if self.frames.has(head, FrameFlags::ZERO) {
            return Err(Errno::EBUSY);
        }
        if self.folio_in_file(head) {
            return self.split_file_folio(page, cut, extra_refs);
        }
        let whole = cut.at.is_some() || cut.order > 0;
        if cut.order == 1 || whole && self.frames.has(head, FrameFlags::SWAPCACHE) {
            return Err(Errno::EINVAL);
        }
        if self.frames.refcount(head) != self.folio_expected_refs(head) + extra_refs {
            self.count_split(head, order, true);
            return Err(Errno::EAGAIN);
        }
        let unmapped = self.unmap_folio(head);
        self.deferred_split_unqueue(head);
        self.count_split(head, order, false);
        let pieces = cut.pieces(order, true);
        self.format_pieces(head, &pieces);
        let keep = self.frames.head(page);
        *self.frames.refcount_mut(keep) += extra_refs;
        for u in unmapped {
            self.remap_page(u);
        }
        for (offset, _) in pieces {
            *self.frames.refcount_mut(head.add(offset)) += 1;
            self.free_swap_cache(head.add(offset));
            self.folio_put(head.add(offset), 1);
        }
        Ok(())
    }

    pub(crate) fn count_split(&mut self, head: Pfn, order: u8, failed: bool) {
        let anon = self.frames.has(head, FrameFlags::ANON);
        let s = self.stat.mthp_mut(order);
        if failed {
            s.split_failed += 1;
        } else {
            s.split += 1;
            s.nr_anon -= i64::from(anon);
        }
        if order == HPAGE_PMD_ORDER {
            *if failed {
                &mut self.stat.thp_split_page_failed
            } else {
                &mut self.stat.thp_split_page
            } += 1;
        }
        self.emit(EventKind::SplitFolio {
            pfn: head,
            order,
            failed,
        });
    }

    /// Takes out every entry that maps the folio. PMDs become empty tables; the mapping counts of entries go
    /// one by one, as in the kernel, so that a folio mapped by entries counts as partially mapped on the way.
    fn unmap_folio(&mut self, head: Pfn) -> Vec<Unmapped> {
        let n = self.folio_nr_pages(head) as u64;
        let index = self.frames.index(head);
        let anchor = self.frames.anchor(head) as usize;
        let vmas = self
            .anon_vmas
            .get(anchor)
            .and_then(Option::as_ref)
            .map(|a| a.vmas.clone())
            .unwrap_or_default();
        let mut out = Vec::new();
        for vma in vmas {
            let v = self.vma(vma);
            let (first, last) = (index.max(v.pgoff), (index + n).min(v.pgoff + v.pages()));
            if first >= last {
                continue;
            }
            let (mut addr, end) = (
                v.start + (first - v.pgoff) * PAGE_SIZE,
                v.start + (last - v.pgoff) * PAGE_SIZE,
            );
            while addr < end {
                let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
                let offset = ((addr - self.vma(vma).start) / PAGE_SIZE + self.vma(vma).pgoff
                    - index) as usize;
                self.unmap_folio_in_table(head.add(offset), vma, addr, stop, &mut out);
                addr = stop;
            }
        }
        out
    }

    fn unmap_folio_in_table(
        &mut self,
        page: Pfn,
        vma: VmaId,
        addr: u64,
        end: u64,
        out: &mut Vec<Unmapped>,
    ) {
        let mm = self.vma(vma).mm;
        let head = self.frames.head(page);
        let Some(slot) = self.pmd_slot(mm, addr) else {
            return;
        };
        match self.pmd_at(slot) {
            Pmd::Huge(pmd) if !pmd.special() && pmd.pfn() == head => {
                self.stat.thp_split_pmd += 1;
                self.transfer_dirty(head, pmd);
                let exclusive = self.frames.has(head, FrameFlags::ANON_EXCLUSIVE);
                let table = self.withdraw_table(mm);
                self.pmd_populate(slot, table);
                self.remove_rmap_pmd(head, vma);
                *self.frames.refcount_mut(head) -= 1;
                self.emit(EventKind::SplitPmd {
                    mm,
                    addr: pmd_down(addr),
                });
                for index in 0..HPAGE_PMD_NR {
                    let pte = pmd.with_huge(false).with_pfn(head.add(index));
                    out.push(Unmapped {
                        vma,
                        table,
                        index,
                        pte,
                        exclusive,
                    });
                }
            }
            Pmd::Table(table) => {
                let first = pte_index(addr);
                for i in 0..((end - addr) / PAGE_SIZE) as usize {
                    let (index, page) = (first + i, page.add(i));
                    let pte = self.tables.get(table, index);
                    if !pte.present() || pte.special() || pte.pfn() != page {
                        continue;
                    }
                    let exclusive = self.frames.has(page, FrameFlags::ANON_EXCLUSIVE);
                    self.tables.set(table, index, Pte::NONE);
                    self.transfer_dirty(head, pte);
                    self.remove_rmap_ptes(page, 1, vma);
                    *self.frames.refcount_mut(head) -= 1;
                    out.push(Unmapped {
                        vma,
                        table,
                        index,
                        pte,
                        exclusive,
                    });
                }
            }
            _ => {}
        }
    }

    /// The dirty bit of an entry taken out becomes the folio's.
    fn transfer_dirty(&mut self, head: Pfn, entry: Pte) {
        if entry.dirty() {
            self.frames.set(head, FrameFlags::DIRTY);
        }
    }

    /// Every piece becomes a folio of its own with what it inherits.
    pub(crate) fn format_pieces(&mut self, head: Pfn, pieces: &[(usize, u8)]) {
        let flags = FrameFlags(self.frames.flags(head).0 & INHERITED.0);
        let (anchor, index) = (self.frames.anchor(head), self.frames.index(head));
        let cached = flags.has(FrameFlags::SWAPCACHE);
        for &(offset, order) in pieces {
            let (piece, n) = (head.add(offset), 1i32 << order);
            let own = if order > 0 {
                flags.and(FrameFlags::HEAD)
            } else {
                flags
            };
            let tail = FrameFlags::ALLOCATED.and(FrameFlags::TAIL);
            self.frames.format(piece, order, own, tail);
            self.frames.set_anchor(piece, anchor);
            self.frames.set_index(piece, index + offset as u64);
            *self.frames.refcount_mut(piece) = if cached { n } else { 0 };
            if order >= 2 && flags.has(FrameFlags::ANON) {
                self.stat.mthp_mut(order).nr_anon += 1;
            }
            if offset > 0 {
                self.mlock_count_lost(piece);
            }
        }
    }

    fn remap_page(&mut self, u: Unmapped) {
        let (mm, flags) = (self.vma(u.vma).mm, self.vma(u.vma).flags);
        let page = u.pte.pfn();
        let head = self.frames.head(page);
        let locked = flags.has(VmFlags::LOCKED) || self.frames.has(head, FrameFlags::MLOCKED);
        if !locked && !self.folio_large(head) && self.page_is_zero(page) {
            let zero = Pte::for_area(self.zero_pfn, flags)
                .with_special(true)
                .with_uffd_wp(u.pte.uffd_wp());
            self.tables.set(u.table, u.index, zero);
            self.mm_mut(mm).rss.anon -= 1;
            return;
        }
        self.tables.set(u.table, u.index, u.pte);
        *self.frames.refcount_mut(head) += 1;
        let exclusive = if u.exclusive {
            crate::vm::rmap::Exclusive::Yes
        } else {
            crate::vm::rmap::Exclusive::No
        };
        self.add_anon_rmap_ptes(page, 1, u.vma, exclusive);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_with_the_cut_keeps_halving() {
        let orders = |order, at, anon| {
            let cut = Cut {
                order,
                at: Some(at),
            };
            cut.pieces(3, anon).iter().map(|p| p.1).collect::<Vec<_>>()
        };
        assert_eq!(orders(0, 0, false), [0, 0, 1, 2]);
        assert_eq!(orders(0, 2, false), [1, 0, 0, 2]);
        assert_eq!(orders(0, 7, false), [2, 1, 0, 0]);
        assert_eq!(orders(0, 7, true), [2, 0, 0, 0, 0]);
        assert_eq!(orders(2, 7, true), [2, 2]);
        assert_eq!(
            Cut {
                order: 0,
                at: Some(2)
            }
            .pieces(9, false)[..4],
            [(0, 1), (2, 0), (3, 0), (4, 2)]
        );
        assert_eq!(
            Cut { order: 7, at: None }.pieces(9, true),
            [(0, 7), (128, 7), (256, 7), (384, 7)]
        );
    }
}
