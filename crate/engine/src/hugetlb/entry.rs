//! Page-table entries of huge pages: one PMD or PUD, or sixteen entries in a row that are one page.
//!
//! Counterparts: `huge_pte_alloc`, `hugetlb_walk`, `set_huge_pte_at`, `huge_ptep_get`.

use crate::machine::Machine;
use crate::vm::addr::{HPAGE_PMD_ORDER, MmId, PAGE_SIZE, Pfn, pte_index};
use crate::vm::fault::Access;
use crate::vm::pte::Pte;
use crate::vm::table::PmdSlot;

/// Order a PUD maps.
const PUD_ORDER: u8 = 18;

/// Entries that map a page of an order, and the order of each.
fn entries(order: u8) -> (usize, u8) {
    match order {
        HPAGE_PMD_ORDER | PUD_ORDER => (1, order),
        o if o > HPAGE_PMD_ORDER => (1 << (o - HPAGE_PMD_ORDER), HPAGE_PMD_ORDER),
        o => (1 << o, 0),
    }
}

impl Machine {
    /// First entry of the page of an order at an address, a multiple of its size; `None` if a table is missing.
    pub(super) fn huge_slot(&self, mm: MmId, addr: u64, order: u8) -> Option<PmdSlot> {
        match entries(order).1 {
            PUD_ORDER => self.pud_slot(mm, addr),
            0 => Some(PmdSlot {
                table: self.pte_table(mm, addr)?,
                index: pte_index(addr),
            }),
            _ => self.pmd_slot(mm, addr),
        }
    }

    /// The same, making tables. `None` without memory.
    pub(super) fn huge_slot_alloc(&mut self, mm: MmId, addr: u64, order: u8) -> Option<PmdSlot> {
        match entries(order).1 {
            PUD_ORDER => self.pud_slot_alloc(mm, addr),
            0 => Some(PmdSlot {
                table: self.pte_alloc(mm, addr)?,
                index: pte_index(addr),
            }),
            _ => self.pmd_slot_alloc(mm, addr),
        }
    }

    /// The entry of a page, none if nothing maps one there.
    pub(super) fn huge_pte(&self, mm: MmId, addr: u64, order: u8) -> Pte {
        let slot = self.huge_slot(mm, addr, order);
        let pte = slot.map_or(Pte::NONE, |s| self.tables.get(s.table, s.index));
        // A table below is no page.
        if entries(order).1 > 0 && !pte.huge() {
            return Pte::NONE;
        }
        pte
    }

    /// Writes all entries of a page.
    pub(super) fn set_huge_pte(&mut self, slot: PmdSlot, order: u8, pte: Pte) {
        let (n, each) = entries(order);
        for i in 0..n {
            let pte = match pte.is_none() {
                true => pte,
                false => pte
                    .with_pfn(pte.pfn().add(i << each))
                    .with_huge(each >= HPAGE_PMD_ORDER),
            };
            self.tables.set(slot.table, slot.index + i, pte);
        }
    }

    /// The page walk of the hardware where no PMD table is: a PUD that maps 1 GiB.
    #[cold]
    pub(crate) fn translate_pud(&mut self, mm: MmId, addr: u64, access: Access) -> Option<Pfn> {
        let slot = self.pud_slot(mm, addr)?;
        let pte = self.tables.get(slot.table, slot.index);
        let write = access == Access::Write;
        if !pte.huge() || pte.protnone() || write && !pte.writable() {
            return None;
        }
        let used = pte.with_young(true).with_dirty(pte.dirty() || write);
        self.tables.set(slot.table, slot.index, used);
        let offset = (addr / PAGE_SIZE) & ((1 << PUD_ORDER) - 1);
        Some(pte.pfn().add(offset as usize))
    }
}
