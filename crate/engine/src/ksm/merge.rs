//! One frame instead of two.
//!
//! Counterparts: `try_to_merge_two_pages`, `try_to_merge_with_ksm_page`, `try_to_merge_one_page`,
//! `write_protect_page`, `replace_page`.

use super::cost;
use super::rmap_item::ItemId;
use super::visit::Candidate;
use crate::explain::Explain;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::EventKind;
use crate::vm::addr::{Pfn, TableId, VmaId, pte_index};
use crate::vm::pte::Pte;
use crate::vm::rmap::Exclusive;

/// What a page is merged into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// Itself: it becomes a KSM page.
    Itself,
    /// A KSM page.
    Ksm(Pfn),
    /// The zero page.
    Zero,
}

/// `-EFAULT`, as the tracepoints print every failure.
pub(super) fn err(merged: bool) -> i32 {
    if merged { 0 } else { -14 }
}

impl Machine {
    /// The candidate's page becomes a KSM page, then `tree_page` is replaced by it. If only the first works it is
    /// undone by a copy.
    pub(super) fn try_to_merge_two_pages(
        &mut self,
        at: &Candidate,
        tree_item: ItemId,
        tree_page: Pfn,
        e: &mut impl Explain,
    ) -> bool {
        if !self.try_to_merge_with_ksm_page(at.item, at.page, Target::Itself, e) {
            return false;
        }
        let merged = self.try_to_merge_with_ksm_page(tree_item, tree_page, Target::Ksm(at.page), e);
        if !merged {
            self.break_cow(at.item);
        }
        merged
    }

    /// Merges the page of an item; on success the item leaves the unstable tree and holds the anchor of its area.
    pub(super) fn try_to_merge_with_ksm_page(
        &mut self,
        id: ItemId,
        page: Pfn,
        target: Target,
        e: &mut impl Explain,
    ) -> bool {
        let (mm, addr) = (self.item(id).mm, self.item(id).addr);
        let vma = self.find_mergeable_vma(mm, addr);
        let merged = vma.is_some_and(|vma| self.try_to_merge_one_page(vma, addr, page, target, e));
        if merged && let Some(anon_vma) = vma.and_then(|v| self.vma(v).anon_vma) {
            self.remove_rmap_item_from_tree(id);
            self.item_mut(id).set_anon_vma(anon_vma);
            self.get_anon_vma(anon_vma);
        }
        let (stable, pfn) = match target {
            Target::Ksm(kpfn) => (true, kpfn),
            Target::Itself | Target::Zero => (false, page),
        };
        self.emit(EventKind::KsmMergeWithKsmPage {
            mm,
            addr,
            stable,
            pfn,
            err: err(merged),
        });
        merged
    }

    /// Write-protects the page at `addr` and turns or replaces it. The caller holds one reference of it.
    pub(super) fn try_to_merge_one_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        page: Pfn,
        target: Target,
        e: &mut impl Explain,
    ) -> bool {
        if target == Target::Ksm(page) {
            return true;
        }
        self.ksm.cpu_ns += cost::MERGE_NS;
        let head = self.frames.head(page);
        if !self.frames.has(head, FrameFlags::ANON) {
            return false;
        }
        if e.fails(
            "page_unlocked",
            self.frames.has(head, FrameFlags::LOCKED),
            "page locked",
            || format!("frame {}", head.0),
        ) {
            return false;
        }
        if self.folio_large(head) && !self.split_for_merge(head, page, e) {
            return false;
        }
        let Some((table, pte)) = self.write_protect_page(vma, addr, page, e) else {
            return false;
        };
        match target {
            Target::Itself => {
                self.frames
                    .set(page, FrameFlags::KSM.and(FrameFlags::DIRTY));
                self.frames.set_anchor(page, 0);
                self.ksm_mark_accessed(page);
                true
            }
            Target::Ksm(kpfn) => {
                let same = self
                    .contents
                    .same(self.frames.content(page), self.frames.content(kpfn));
                same && self.replace_page(vma, addr, table, pte, Some(kpfn))
            }
            // Another content with the checksum of zeros stays write-protected; the next write just allows it again.
            Target::Zero => {
                self.page_is_zero(page) && self.replace_page(vma, addr, table, pte, None)
            }
        }
    }

    fn split_for_merge(&mut self, head: Pfn, page: Pfn, e: &mut impl Explain) -> bool {
        let order = self.frames.order(head);
        let pages = 1u32 << order;
        let result = self.ksm_split_folio(page);
        !e.fails("split_folio", !result, "huge page not split", || {
            if result {
                format!("the folio of {pages} pages was split")
            } else {
                format!("the folio of {pages} pages has references beside its mappings: a pin, or both pages are in it")
            }
        }) && result
    }

    /// Splits the folio of `page`, of which ksmd holds one reference, into single pages.
    pub(super) fn ksm_split_folio(&mut self, page: Pfn) -> bool {
        self.ksm.cpu_ns += cost::SPLIT_NS;
        let split = self.split_folio(page, 1).is_ok();
        if split {
            // Zero-filled subpages may be mapped no more, and what was a huge entry is a table now.
            self.ksm_disturbed();
        }
        split
    }

    /// Makes the entry read-only and clean, if nobody but page tables and ksmd uses the page. Returns the entry.
    fn write_protect_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        page: Pfn,
        e: &mut impl Explain,
    ) -> Option<(TableId, Pte)> {
        let mm = self.vma(vma).mm;
        let table = match self.walked(mm, addr) {
            Some((_, Some(table))) => table,
            _ => self.pte_table(mm, addr)?,
        };
        let pte = self.tables.get(table, pte_index(addr));
        if !pte.present() || pte.special() || pte.pfn() != page {
            return None;
        }
        let exclusive = self.frames.has(page, FrameFlags::ANON_EXCLUSIVE);
        if !pte.writable() && !pte.dirty() && !exclusive {
            return Some((table, pte));
        }
        let (refs, expected) = (
            self.frames.refcount(page),
            self.folio_expected_refs(page) + 1,
        );
        let pinned = refs != expected || exclusive && self.frames.has(page, FrameFlags::PINNED);
        if e.fails("page_references", pinned, "page pinned", || {
            format!(
                "{} references beside the page tables and ksmd",
                refs - expected
            )
        }) || pinned
        {
            return None;
        }
        self.frames.clear(page, FrameFlags::ANON_EXCLUSIVE);
        if pte.dirty() {
            self.frames.set(page, FrameFlags::DIRTY);
        }
        let pte = pte.with_dirty(false).with_write(false);
        self.tables.set(table, pte_index(addr), pte);
        Some((table, pte))
    }

    /// Maps the KSM page, or the zero page, instead of the page of `pte`. The dirty bit tells a zero page placed
    /// here from one that a read fault mapped.
    fn replace_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        pte: Pte,
        kpfn: Option<Pfn>,
    ) -> bool {
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        let old = pte.pfn();
        let new = match kpfn {
            Some(kpfn) => {
                *self.frames.refcount_mut(kpfn) += 1;
                self.add_anon_rmap_ptes(kpfn, 1, vma, Exclusive::No);
                Pte::for_area(kpfn, flags)
            }
            None => {
                self.ksm_map_zero_page(mm);
                self.mm_mut(mm).rss.anon -= 1;
                Pte::for_area(self.zero_pfn, flags)
                    .with_special(true)
                    .with_dirty(true)
            }
        };
        self.tables.set(table, pte_index(addr), new);
        self.remove_rmap_ptes(old, 1, vma);
        if self.folio_mapcount(old) == 0 {
            self.folio_free_swap(old);
        }
        self.put_page(old);
        true
    }

    /// A page used once is referenced, used again it is active (`folio_mark_accessed`).
    fn ksm_mark_accessed(&mut self, page: Pfn) {
        let flags = self.frames.flags(page);
        if !flags.has(FrameFlags::REFERENCED) {
            self.frames.set(page, FrameFlags::REFERENCED);
        } else if !flags.any(FrameFlags::UNEVICTABLE.and(FrameFlags::ACTIVE)) {
            self.lru_change(page, FrameFlags::ACTIVE, FrameFlags::REFERENCED);
        }
    }
}
