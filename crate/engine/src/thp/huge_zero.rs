//! The huge zero folio: one read-only 2 MiB of zeroes for all who only read.
//!
//! Counterparts: `mm_get_huge_zero_folio`, `get_huge_zero_folio`, the huge zero page shrinker.

use crate::machine::Machine;
use crate::phys::buddy::MigrateType;
use crate::phys::direct_compact::Gfp;
use crate::phys::frame::FrameFlags;
use crate::trace::FaultKind;
use crate::vm::addr::{HPAGE_PMD_NR, HPAGE_PMD_ORDER, MmId, Pfn};
use crate::vm::fault::FaultResult;
use crate::vm::pte::Pte;
use crate::vm::table::PmdSlot;

impl Machine {
    /// Maps the huge zero page at an empty PMD, with a deposited table. `None`: it cannot be had, fall back.
    pub(crate) fn map_huge_zero_page(&mut self, mm: MmId, slot: PmdSlot) -> Option<FaultResult> {
        let Some(head) = self.mm_get_huge_zero_folio(mm) else {
            self.stat.thp_fault_fallback += 1;
            return None;
        };
        let Some(table) = self.alloc_table(mm, false) else {
            return Some(FaultResult::Oom);
        };
        self.deposit_table(mm, table);
        self.set_huge_zero_pmd(head, slot);
        Some(FaultResult::Done(FaultKind::HugeZeroPage))
    }

    pub(crate) fn set_huge_zero_pmd(&mut self, head: Pfn, slot: PmdSlot) {
        let pmd = Pte::page(head)
            .with_huge(true)
            .with_special(true)
            .with_young(true);
        self.tables.set(slot.table, slot.index, pmd);
    }

    /// The folio, with one reference for each address space until it exits.
    pub(crate) fn mm_get_huge_zero_folio(&mut self, mm: MmId) -> Option<Pfn> {
        if self.mm(mm).huge_zero_folio {
            return self.thp.huge_zero;
        }
        if self.thp.huge_zero.is_none() {
            let (order, mt) = (HPAGE_PMD_ORDER, MigrateType::Unmovable);
            let free = self.alloc_pages(order, mt);
            let Some(head) =
                free.or_else(|| self.alloc_pages_slowpath(order, mt, Gfp::DIRECT_RECLAIM))
            else {
                self.stat.thp_zero_page_alloc_failed += 1;
                return None;
            };
            for i in 0..HPAGE_PMD_NR {
                self.frames.set(head.add(i), FrameFlags::ZERO);
            }
            *self.frames.refcount_mut(head) = 1;
            self.thp.huge_zero = Some(head);
            self.thp.huge_zero_refs = 1;
            self.stat.thp_zero_page_alloc += 1;
        }
        self.thp.huge_zero_refs += 1;
        self.mm_mut(mm).huge_zero_folio = true;
        self.thp.huge_zero
    }

    /// An address space exits.
    pub(crate) fn mm_put_huge_zero_folio(&mut self, mm: MmId) {
        if std::mem::take(&mut self.mm_mut(mm).huge_zero_folio) {
            self.thp.huge_zero_refs -= 1;
        }
    }

    /// Memory is short or slabs are dropped: the folio goes if only the shrinker holds it.
    pub(crate) fn shrink_huge_zero_page(&mut self) {
        if self.thp.huge_zero_refs == 1
            && let Some(head) = self.thp.huge_zero.take()
        {
            self.thp.huge_zero_refs = 0;
            self.free_pages(head, HPAGE_PMD_ORDER);
        }
    }
}
