//! Copy on write: what a store to a read-only entry of a writable area does.
//!
//! Counterparts in `mm/memory.c`: `do_wp_page`, `wp_can_reuse_anon_folio`, `wp_page_reuse`, `wp_page_copy`.

use super::addr::{Pfn, TableId, VmaId, pte_index};
use super::fault::{Access, FaultResult};
use super::pte::Pte;
use super::vma::VmFlags;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::FaultKind;

impl Machine {
    /// Reuses the page in place or maps a copy of it (`do_wp_page`).
    pub(crate) fn do_wp_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        access: Access,
    ) -> FaultResult {
        let pte = self.tables.get(table, pte_index(addr));
        if pte.uffd_wp() && access == Access::Write {
            return FaultResult::Sigbus;
        }
        if pte.special() {
            return self.wp_page_copy(vma, addr, table, access);
        }
        let page = pte.pfn();
        if self.vma(vma).flags.has(VmFlags::SHARED) {
            return self.wp_page_shared(addr, table, access);
        }
        let exclusive = self.frames.has(page, FrameFlags::ANON_EXCLUSIVE);
        if exclusive || self.wp_can_reuse_anon_folio(page) {
            self.frames.set(page, FrameFlags::ANON_EXCLUSIVE);
            if access == Access::Unshare {
                return FaultResult::Done(FaultKind::Spurious);
            }
            let pte = pte.with_write(true).with_dirty(true).with_young(true);
            self.tables.set(table, pte_index(addr), pte);
            self.stat.pgreuse += 1;
            return FaultResult::Done(FaultKind::Reuse);
        }
        self.wp_page_copy(vma, addr, table, access)
    }

    /// A store to a shared page that its file wanted to know of (`wp_page_shared`).
    fn wp_page_shared(&mut self, addr: u64, table: TableId, access: Access) -> FaultResult {
        let index = pte_index(addr);
        let pte = self.tables.get(table, index);
        if access == Access::Unshare {
            return FaultResult::Done(FaultKind::Spurious);
        }
        let head = self.frames.head(pte.pfn());
        self.frames.set(head, FrameFlags::DIRTY);
        let pte = pte.with_write(true).with_dirty(true).with_young(true);
        self.tables.set(table, index, pte);
        self.stat.pgreuse += 1;
        FaultResult::Done(FaultKind::Reuse)
    }

    /// Whether nobody else can see the page (`wp_can_reuse_anon_folio`, `__wp_can_reuse_large_anon_folio`). A
    /// large folio of which one page is left mapped is copied on purpose, to let the rest go.
    fn wp_can_reuse_anon_folio(&mut self, page: Pfn) -> bool {
        let head = self.frames.head(page);
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::KSM) || !flags.has(FrameFlags::ANON) {
            return false;
        }
        if self.folio_large(head) {
            let n = self.folio_mapcount(head);
            if n <= 1 || self.folio_maybe_mapped_shared(head) {
                return false;
            }
            if !flags.has(FrameFlags::LOCKED) {
                self.folio_free_swap(head);
            }
            return self.frames.refcount(head) == n;
        }
        let refs = self.frames.refcount(head);
        if refs > 1 + i32::from(flags.has(FrameFlags::SWAPCACHE)) || flags.has(FrameFlags::LOCKED) {
            return false;
        }
        self.folio_free_swap(head);
        if self.frames.refcount(head) != 1 {
            return false;
        }
        self.folio_move_anon_rmap(head, page);
        true
    }

    /// A page that became exclusive is anchored in the area that owns it (`folio_move_anon_rmap`).
    fn folio_move_anon_rmap(&mut self, head: Pfn, page: Pfn) {
        let owner = self
            .rmap_walk_anon(page)
            .first()
            .and_then(|m| self.vma(m.vma).anon_vma);
        if let Some(a) = owner {
            self.frames.set_anchor(head, a.0);
        }
    }

    /// Maps a private copy of the page, or a zeroed page for the zero page (`wp_page_copy`).
    fn wp_page_copy(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        access: Access,
    ) -> FaultResult {
        let mm = self.vma(vma).mm;
        let old = self.tables.get(table, pte_index(addr));
        self.anon_vma_prepare(vma);
        let Some(new) = self.alloc_user_folio(0) else {
            return FaultResult::Oom;
        };
        let mut kind = FaultKind::Cow;
        if old.special() {
            kind = FaultKind::Anon(0);
            self.mm_mut(mm).rss.anon += 1;
            if old.dirty() {
                self.ksm_zero_page_unmapped(mm);
            }
        } else {
            self.copy_content(new, old.pfn());
            let head = self.frames.head(old.pfn());
            *self.mm_counter(mm, head) -= 1;
            self.mm_mut(mm).rss.anon += 1;
            if self
                .frames
                .has(self.frames.head(old.pfn()), FrameFlags::KSM)
            {
                self.stat.cow_ksm += 1;
                kind = FaultKind::CowKsm;
            }
        }
        let flags = self.vma(vma).flags;
        let write = access == Access::Write && flags.has(VmFlags::WRITE);
        // A copy made without writing, as for unmerging, is clean: nobody has stored to it yet, and perhaps nobody may.
        let pte = Pte::for_area(new, flags)
            .with_dirty(write)
            .with_write(write)
            .with_uffd_wp(old.uffd_wp() && access == Access::Unshare);
        self.tables.set(table, pte_index(addr), pte);
        self.add_new_anon_rmap(new, vma, addr, false);
        self.lru_add_new_anon(new, vma);
        if !old.special() {
            let head = self.frames.head(old.pfn());
            self.remove_rmap_ptes(old.pfn(), 1, vma);
            self.free_swap_cache(head);
            self.folio_put(head, 1);
        }
        FaultResult::Done(kind)
    }
}
