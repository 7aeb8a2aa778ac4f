//! A large folio becomes single pages.
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
    /// Splits the folio of `page` to order 0. The caller holds `extra_refs` references of it; they move to
    /// `page`. Zero-filled pages of unlocked areas become the zero page, unmapped ones are freed.
    ///
    /// # Errors
    /// EINVAL for a small page, EBUSY for the huge zero page or without anchor, EAGAIN if anybody else holds a
    /// reference.
    pub(crate) fn split_folio(&mut self, page: Pfn, extra_refs: i32) -> Result<(), Errno> {
        let head = self.frames.head(page);
        let order = self.frames.order(head);
        if order == 0 {
            return Err(Errno::EINVAL);
        }
        if self.frames.has(head, FrameFlags::ZERO) {
            return Err(Errno::EBUSY);
        }
        if self.folio_in_file(head) {
            return self.split_file_folio(page, false, extra_refs);
        }
        if self.frames.refcount(head) != self.folio_expected_refs(head) + extra_refs {
            self.count_split(head, order, true);
            return Err(Errno::EAGAIN);
        }
        let unmapped = self.unmap_folio(head);
        self.deferred_split_unqueue(head);
        self.count_split(head, order, false);
        self.format_pages(head, order, page, extra_refs);
        for u in unmapped {
            self.remap_page(u);
        }
        for i in 0..1usize << order {
            *self.frames.refcount_mut(head.add(i)) += 1;
            self.free_swap_cache(head.add(i));
            self.folio_put(head.add(i), 1);
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

    /// Every page becomes a folio of its own with what it inherits.
    fn format_pages(&mut self, head: Pfn, order: u8, keep: Pfn, extra_refs: i32) {
        let flags = FrameFlags(self.frames.flags(head).0 & INHERITED.0);
        let (anchor, index) = (self.frames.anchor(head), self.frames.index(head));
        let cache_refs = i32::from(flags.has(FrameFlags::SWAPCACHE));
        for i in 0..1usize << order {
            let page = head.add(i);
            self.frames.format(page, 0, flags, FrameFlags::NONE);
            self.frames.set_anchor(page, anchor);
            self.frames.set_index(page, index + i as u64);
            *self.frames.refcount_mut(page) =
                cache_refs + if page == keep { extra_refs } else { 0 };
        }
    }

    fn remap_page(&mut self, u: Unmapped) {
        let (mm, flags) = (self.vma(u.vma).mm, self.vma(u.vma).flags);
        let page = u.pte.pfn();
        let locked = flags.has(VmFlags::LOCKED) || self.frames.has(page, FrameFlags::MLOCKED);
        if !locked && self.page_is_zero(page) {
            let zero = Pte::for_area(self.zero_pfn, flags).with_special(true);
            self.tables.set(u.table, u.index, zero);
            self.mm_mut(mm).rss.anon -= 1;
            return;
        }
        self.tables.set(u.table, u.index, u.pte);
        *self.frames.refcount_mut(page) += 1;
        let exclusive = if u.exclusive {
            crate::vm::rmap::Exclusive::Yes
        } else {
            crate::vm::rmap::Exclusive::No
        };
        self.add_anon_rmap_ptes(page, 1, u.vma, exclusive);
    }
}
