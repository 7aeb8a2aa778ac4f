//! One PMD mapping becomes 512 entries; the folio stays whole.
//!
//! Counterparts: `__split_huge_pmd`, `__split_huge_zero_page_pmd`, `vma_adjust_trans_huge`.

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_NR, VmaId, pmd_aligned, pmd_down};
use crate::vm::pte::Pte;
use crate::vm::rmap::Exclusive;
use crate::vm::table::{Pmd, PmdSlot};

impl Machine {
    /// Splits the huge PMD for `addr`, if there is one. Never fails.
    pub(crate) fn split_huge_pmd(&mut self, vma: VmaId, addr: u64) {
        let (mm, base) = (self.vma(vma).mm, pmd_down(addr));
        let Some(slot) = self.pmd_slot(mm, base) else {
            return;
        };
        let Pmd::Huge(pmd) = self.pmd_at(slot) else {
            return;
        };
        self.stat.thp_split_pmd += 1;
        if !pmd.special() && !self.frames.has(pmd.pfn(), FrameFlags::ANON) {
            self.drop_file_pmd(vma, slot, pmd);
            self.emit(EventKind::SplitPmd { mm, addr: base });
            return;
        }
        let table = self.withdraw_table(mm);
        if pmd.special() {
            let zero = Pte::page(self.zero_pfn)
                .with_special(true)
                .with_young(pmd.young())
                .with_uffd_wp(pmd.uffd_wp())
                .with_protnone(pmd.protnone());
            for i in 0..HPAGE_PMD_NR {
                self.tables.set(table, i, zero);
            }
        } else {
            let head = pmd.pfn();
            let exclusive = self.frames.has(head, FrameFlags::ANON_EXCLUSIVE);
            if pmd.dirty() {
                self.frames.set(head, FrameFlags::DIRTY);
            }
            *self.frames.refcount_mut(head) += HPAGE_PMD_NR as i32 - 1;
            for i in 0..HPAGE_PMD_NR {
                let pte = pmd.with_huge(false).with_pfn(head.add(i));
                self.tables.set(table, i, pte);
            }
            let exclusive = if exclusive {
                Exclusive::Yes
            } else {
                Exclusive::No
            };
            self.add_anon_rmap_ptes(head, HPAGE_PMD_NR, vma, exclusive);
            self.remove_rmap_pmd(head, vma);
        }
        self.pmd_populate(slot, table);
        self.emit(EventKind::SplitPmd { mm, addr: base });
    }

    /// The huge PMD of a file goes and nothing takes its place: the page cache knows the pages.
    fn drop_file_pmd(&mut self, vma: VmaId, slot: PmdSlot, pmd: Pte) {
        let (mm, head) = (self.vma(vma).mm, pmd.pfn());
        self.tables.set(slot.table, slot.index, Pte::NONE);
        for (bit, flag) in [
            (pmd.dirty(), FrameFlags::DIRTY),
            (pmd.young(), FrameFlags::REFERENCED),
        ] {
            if bit {
                self.frames.set(head, flag);
            }
        }
        self.remove_rmap_pmd(head, vma);
        *self.mm_counter(mm, head) -= HPAGE_PMD_NR as i64;
        self.folio_put(head, 1);
    }

    /// Before the bounds of areas move to `addr`: a huge PMD that would straddle it is split
    /// (`vma_adjust_trans_huge`).
    pub(crate) fn split_huge_pmd_at(&mut self, vma: VmaId, addr: u64) {
        if !pmd_aligned(addr) && self.pmd_block_in_vma(vma, addr).is_some() {
            self.split_huge_pmd(vma, addr);
        }
    }
}
