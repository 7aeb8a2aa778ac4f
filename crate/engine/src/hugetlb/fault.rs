//! Faults in hugetlb areas: a whole page, or a signal.
//!
//! Counterparts in `mm/hugetlb.c`: `hugetlb_fault`, `hugetlb_no_page`, `hugetlb_wp`, `unmap_ref_private`.

use super::reserve::Holder;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::FaultKind;
use crate::vm::addr::{PAGE_SIZE, Pfn, VmaId};
use crate::vm::fault::{Access, FaultResult};
use crate::vm::pte::Pte;
use crate::vm::table::PmdSlot;
use crate::vm::vma::VmFlags;

impl Machine {
    /// A fault in a hugetlb area; the access is allowed. SIGBUS: beyond the end of the file, no page left, or the page
    /// was taken away (`hugetlb_fault`).
    pub(crate) fn hugetlb_fault(&mut self, vma: VmaId, addr: u64, access: Access) -> FaultResult {
        let addr = addr & !(self.vma_pagesize(vma) - 1);
        let (mm, order) = (self.vma(vma).mm, self.vma_hstate(self.vma(vma)).1);
        let Some(slot) = self.huge_slot_alloc(mm, addr, order) else {
            return FaultResult::Oom;
        };
        let pmd = self.huge_pte(mm, addr, order);
        if pmd.is_none() {
            return self.hugetlb_no_page(vma, addr, slot, access);
        }
        if access != Access::Read && !pmd.writable() {
            return self.hugetlb_wp(vma, addr, slot, access);
        }
        let pmd = pmd
            .with_young(true)
            .with_dirty(pmd.dirty() || access == Access::Write);
        self.set_huge_pte(slot, order, pmd);
        FaultResult::Done(FaultKind::Spurious)
    }

    /// An empty entry: the file's page, or a new one (`hugetlb_no_page`).
    fn hugetlb_no_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        slot: PmdSlot,
        access: Access,
    ) -> FaultResult {
        let v = self.vma(vma);
        let (flags, index, mm) = (v.flags, self.hugecache_offset(v, addr), v.mm);
        let (size, order) = self.vma_hstate(v);
        let Some(file) = v.file.filter(|_| !v.hugetlb.unmapped) else {
            return FaultResult::Sigbus;
        };
        let shared = flags.has(VmFlags::MAYSHARE);
        let head = match self.hugetlb.file(file).page(index) {
            Some(head) => {
                *self.frames.refcount_mut(head) += 1;
                head
            }
            None => {
                if index >= self.hugetlb.file(file).size >> super::shift(order) {
                    return FaultResult::Sigbus;
                }
                let (mount, holder) = (self.subpool_vma(vma), self.holder(vma));
                let Some(head) = self.alloc_hugetlb_folio(size, mount, holder, index, false) else {
                    return FaultResult::Sigbus;
                };
                if shared {
                    self.hugetlb_add_to_page_cache(file, index, head);
                    *self.frames.refcount_mut(head) += 1;
                } else {
                    self.hugetlb_new_anon(vma, addr, head);
                }
                head
            }
        };
        self.hugetlb_rmap(head, 1);
        let writable = flags.has(VmFlags::SHARED.with(VmFlags::WRITE));
        let pmd = Pte::page(head)
            .with_young(true)
            .with_write(writable)
            .with_dirty(writable)
            .with_protnone(!flags.any(VmFlags::ACCESS));
        self.set_huge_pte(slot, order, pmd);
        debug_assert!(self.mm(mm).users > 0);
        // The copy is made in the same fault.
        if access == Access::Write && !shared {
            match self.hugetlb_wp(vma, addr, slot, access) {
                FaultResult::Done(_) => {}
                failed => return failed,
            }
        }
        FaultResult::Done(FaultKind::Hugetlb)
    }

    /// A new page becomes the area's own (`hugetlb_add_new_anon_rmap`). It gives no reservation back when freed.
    pub(super) fn hugetlb_new_anon(&mut self, vma: VmaId, addr: u64, head: Pfn) {
        let anchor = self.anon_vma_prepare(vma).0;
        let index = self.vma(vma).page_index(addr);
        self.frames.set_anchor(head, anchor);
        self.frames.set_index(head, index);
        for part in self.huge_page_parts(head) {
            self.frames
                .set(part, FrameFlags::ANON.and(FrameFlags::ANON_EXCLUSIVE));
        }
        self.set_restore_reserve(head, false);
    }

    /// A store to a read-only entry: made writable, or a copy, for which a child's page may have to go (`hugetlb_wp`).
    fn hugetlb_wp(&mut self, vma: VmaId, addr: u64, slot: PmdSlot, access: Access) -> FaultResult {
        let v = self.vma(vma);
        let (flags, index, mm) = (v.flags, self.hugecache_offset(v, addr), v.mm);
        let (size, order) = self.vma_hstate(v);
        let (mount, holder) = (self.subpool_vma(vma), self.holder(vma));
        let pmd = self.huge_pte(mm, addr, order);
        let old = pmd.pfn();
        let write = access == Access::Write && flags.has(VmFlags::WRITE);
        let written = |pmd: Pte| {
            let dirty = write || pmd.dirty();
            pmd.with_young(true).with_write(write).with_dirty(dirty)
        };
        let anon = self.frames.has(old, FrameFlags::ANON);
        let reusable = |m: &Machine| anon && m.folio_mapcount(old) == 1;
        let owner = anon && matches!(holder, Holder::Owner(_));
        if !flags.has(VmFlags::MAYSHARE) && !reusable(self) {
            if let Some(new) = self.alloc_hugetlb_folio(size, mount, holder, index, owner) {
                self.copy_huge_page(new, old);
                self.hugetlb_new_anon(vma, addr, new);
                self.hugetlb_rmap(old, -1);
                self.hugetlb_rmap(new, 1);
                self.set_huge_pte(slot, order, written(Pte::page(new)));
                self.folio_put(old, 1);
                return FaultResult::Done(FaultKind::Cow);
            }
            if !owner {
                return FaultResult::Sigbus;
            }
            self.unmap_ref_private(vma, addr, old);
            // Deviation: a child that moved the page elsewhere keeps it, and the owner gets SIGBUS instead of trying
            // again for ever.
            if !reusable(self) {
                return FaultResult::Sigbus;
            }
        }
        if anon && !flags.has(VmFlags::MAYSHARE) {
            self.frames.set(old, FrameFlags::ANON_EXCLUSIVE);
            if let Some(anchor) = self.vma(vma).anon_vma {
                self.frames.set_anchor(old, anchor.0);
            }
        }
        // Deviation: no TLB model, so no faults by stale read-only entries, which nothing flushes here.
        if access != Access::Unshare {
            self.set_huge_pte(slot, order, written(pmd));
        }
        FaultResult::Done(FaultKind::Reuse)
    }

    /// Takes a page away from every private area of the file that owns no reservation, at the same address; they get
    /// SIGBUS where they have nothing from then on (`unmap_ref_private`).
    fn unmap_ref_private(&mut self, vma: VmaId, addr: u64, page: Pfn) {
        let v = self.vma(vma);
        let (file, index, order) = (v.file, v.page_index(addr), self.vma_hstate(v).1);
        for other in self.hugetlb_areas(file) {
            let o = self.vma(other);
            let spared = other == vma
                || o.flags.has(VmFlags::MAYSHARE)
                || o.hugetlb.resv_map > 0
                || o.address_of(index).is_none()
                || addr < o.start
                || addr >= o.end
                || self.huge_pte(o.mm, addr, order).pfn() != page;
            if !spared {
                self.hugetlb_unmap_range(other, addr, addr + (PAGE_SIZE << order));
                self.vma_mut(other).hugetlb.unmapped = true;
            }
        }
    }
}
