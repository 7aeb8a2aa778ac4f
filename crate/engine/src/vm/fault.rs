//! The page fault: from an address that cannot be used to one that can.
//!
//! Counterparts in `mm/memory.c`: `handle_mm_fault`, `do_anonymous_page`, `alloc_anon_folio`, `do_wp_page`.

use super::addr::{HPAGE_PMD_NR, MmId, PAGE_SIZE, TableId, VmaId, page_down, pte_index};
use super::pte::{Pte, SwapKind};
use super::table::Pmd;
use super::uffd::ARMED;
use super::vma::VmFlags;
use crate::machine::Machine;
use crate::phys::pressure::NoFolio;
use crate::thp::TvaType;
use crate::trace::FaultKind;

/// What the faulting access wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// A load.
    Read,
    /// A store.
    Write,
    /// A private copy without write rights (`FAULT_FLAG_UNSHARE`): KSM breaking, read-only long-term pins.
    Unshare,
}

/// How a fault ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultResult {
    /// The access can be made.
    Done(FaultKind),
    /// As `Done`, after reading from a swap area or a file.
    Major(FaultKind),
    /// No area, no right, or a guard region.
    Sigsegv,
    /// Poisoned, or beyond the end of a file.
    Sigbus,
    /// No memory.
    Oom,
}

impl FaultResult {
    /// The access can be made.
    pub fn ok(self) -> bool {
        matches!(self, FaultResult::Done(_) | FaultResult::Major(_))
    }
}

impl Machine {
    /// Resolves a fault at `addr` and counts it for the process (`handle_mm_fault`).
    pub(crate) fn handle_mm_fault(&mut self, mm: MmId, addr: u64, access: Access) -> FaultResult {
        let addr = page_down(addr);
        let Some(vma) = self.vma_lookup(mm, addr) else {
            return FaultResult::Sigsegv;
        };
        let flags = self.vma(vma).flags;
        let allowed = match access {
            Access::Read => flags.any(VmFlags::ACCESS),
            Access::Write => flags.has(VmFlags::WRITE),
            Access::Unshare => true,
        };
        if !allowed {
            return FaultResult::Sigsegv;
        }
        self.stat.pgfault += 1;
        let result = self.with_policy(vma, addr, |m| m.fault_in_vma(vma, addr, access));
        match result {
            FaultResult::Done(_) => self.minflt += 1,
            FaultResult::Major(_) => self.majflt += 1,
            _ => {}
        }
        result
    }

    fn fault_in_vma(&mut self, vma: VmaId, addr: u64, access: Access) -> FaultResult {
        if self.vma(vma).flags.has(VmFlags::HUGETLB) {
            return self.hugetlb_fault(vma, addr, access);
        }
        let mm = self.vma(vma).mm;
        let Some(slot) = self.pmd_slot_alloc(mm, addr) else {
            return FaultResult::Oom;
        };
        match self.pmd_at(slot) {
            Pmd::None if self.vma(vma).file.is_some() => return self.do_fault(vma, addr, access),
            Pmd::None => {
                if let Some(result) = self.do_huge_pmd_anonymous_page(vma, addr, access) {
                    return result;
                }
            }
            Pmd::Huge(pmd) => {
                if access == Access::Read || pmd.writable() && access == Access::Write {
                    let pmd = pmd
                        .with_young(true)
                        .with_dirty(pmd.dirty() || access == Access::Write);
                    self.tables.set(slot.table, slot.index, pmd);
                    return FaultResult::Done(FaultKind::Spurious);
                }
                if let Some(result) = self.wp_huge_pmd(vma, addr, slot, pmd, access) {
                    return result;
                }
                // A huge page of a file may be mapped whole again, now for writing.
                if self.pmd_at(slot) == Pmd::None && self.vma(vma).file.is_some() {
                    return self.do_fault(vma, addr, access);
                }
            }
            Pmd::NonPresent(_) => return FaultResult::Done(FaultKind::Spurious),
            Pmd::Table(table) => return self.handle_pte_fault(vma, addr, table, access),
            Pmd::Missing => {}
        }
        match self.pte_alloc(mm, addr) {
            Some(table) => self.handle_pte_fault(vma, addr, table, access),
            None => FaultResult::Oom,
        }
    }

    fn handle_pte_fault(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        access: Access,
    ) -> FaultResult {
        let index = pte_index(addr);
        let pte = self.tables.get(table, index);
        if pte.is_none() && self.vma(vma).file.is_some() {
            return self.do_fault(vma, addr, access);
        }
        if pte.is_none() {
            return self.do_anonymous_page(vma, addr, table, access);
        }
        match pte.swap_kind() {
            Some(SwapKind::Guard) => return FaultResult::Sigsegv,
            Some(SwapKind::Poison) => return FaultResult::Sigbus,
            Some(SwapKind::Swap) => return self.swap_fault(vma, addr, table, access),
            Some(SwapKind::Migration | SwapKind::UffdWp) => {
                unreachable!("nothing is migrated, and empty entries are not write-protected")
            }
            None => {}
        }
        if access != Access::Read && !pte.writable() {
            return self.do_wp_page(vma, addr, table, access);
        }
        let pte = pte
            .with_young(true)
            .with_dirty(pte.dirty() || access == Access::Write);
        self.tables.set(table, index, pte);
        FaultResult::Done(FaultKind::Spurious)
    }

    /// An empty entry of private anonymous memory (`do_anonymous_page`).
    fn do_anonymous_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        access: Access,
    ) -> FaultResult {
        let mm = self.vma(vma).mm;
        if self.vma(vma).flags.has(VmFlags::UFFD_MISSING) {
            return FaultResult::Sigbus;
        }
        if access != Access::Write {
            let pte = Pte::page(self.zero_pfn).with_special(true).with_young(true);
            self.tables.set(table, pte_index(addr), pte);
            return FaultResult::Done(FaultKind::ZeroPage);
        }
        self.anon_vma_prepare(vma);
        let Some((head, base, order)) = self.alloc_anon_folio(vma, addr, table) else {
            return FaultResult::Oom;
        };
        let nr = 1usize << order;
        *self.frames.refcount_mut(head) = nr as i32;
        let writable = self.vma(vma).flags.has(VmFlags::WRITE);
        for i in 0..nr {
            let pte = Pte::page(head.add(i))
                .with_young(true)
                .with_dirty(true)
                .with_write(writable);
            self.tables.set(table, pte_index(base) + i, pte);
        }
        self.add_new_anon_rmap(head, vma, base, false);
        self.lru_add_new_anon(head, vma);
        self.mm_mut(mm).rss.anon += nr as i64;
        if order > 0 {
            self.stat.mthp_mut(order).anon_fault_alloc += 1;
        }
        FaultResult::Done(FaultKind::Anon(order))
    }

    /// The largest folio that is allowed, fits the area and finds its whole block empty; then smaller ones
    /// (`alloc_anon_folio`). Returns its head, the address of its first page and its order.
    fn alloc_anon_folio(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
    ) -> Option<(super::addr::Pfn, u64, u8)> {
        const BELOW_PMD: u32 = 0b1_1111_1100;
        let flags = self.vma(vma).flags;
        // No large folio where userfaultfd minds single pages.
        let mut fits = if flags.any(ARMED) {
            0
        } else {
            self.thp_vma_allowable_orders(vma, flags, TvaType::Pagefault, BELOW_PMD)
        };
        while fits != 0
            && self
                .block_in_vma(vma, addr, 31 - fits.leading_zeros() as u8)
                .is_none()
        {
            fits &= !(1 << (31 - fits.leading_zeros()));
        }
        let empty = |m: &Machine, order: u8| {
            let first = pte_index(addr) & !((1 << order) - 1);
            m.tables.all(table)[first..first + (1 << order)]
                .iter()
                .all(|e| e.is_none())
        };
        let gfp = self.vma_thp_gfp_mask(flags);
        while fits != 0 {
            let order = 31 - fits.leading_zeros() as u8;
            fits &= !(1 << order);
            // Blocks of a smaller order lie inside: once one is empty, all smaller ones are.
            if !empty(self, order) {
                continue;
            }
            match self.alloc_folio_gfp(order, gfp) {
                Ok(head) => return Some((head, addr & !((PAGE_SIZE << order) - 1), order)),
                Err(why) => {
                    let s = self.stat.mthp_mut(order);
                    s.anon_fault_fallback += 1;
                    s.anon_fault_fallback_charge += i64::from(why == NoFolio::Charge);
                }
            }
        }
        self.alloc_user_folio(0).map(|head| (head, addr, 0))
    }

    /// A new anonymous folio goes to its list: unevictable in a locked area (`folio_add_lru_vma`).
    pub(crate) fn lru_add_new_anon(&mut self, head: super::addr::Pfn, vma: VmaId) {
        let flags = self.vma(vma).flags;
        if flags.has(VmFlags::LOCKED) && !flags.any(VmFlags::SPECIAL) {
            self.mlock_new_folio(head);
        }
        self.lru_add(head);
    }

    /// Entries of one table, for loops over a range: how many from `addr` to `end` lie in the same 2 MiB.
    pub(crate) fn ptes_to(addr: u64, end: u64) -> usize {
        (HPAGE_PMD_NR - pte_index(addr)).min(((end - addr) / PAGE_SIZE) as usize)
    }
}
