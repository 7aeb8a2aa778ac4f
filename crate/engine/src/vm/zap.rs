//! Taking pages out of page tables: munmap, exit and MADV_DONTNEED.
//!
//! Counterparts in `mm/memory.c`: `unmap_vmas`, `zap_pmd_range`, `zap_pte_range`; `zap_huge_pmd`; `mm/pt_reclaim.c`.

use super::addr::{
    HPAGE_PMD_NR, HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pfn, TableId, VmaId, pmd_down, pte_index,
};
use super::pte::{Pte, SwapKind};
use super::table::{Pmd, PmdSlot};
use super::vma::VmFlags;
use crate::machine::Machine;
use crate::phys::folio::FreeRun;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;

/// Who zaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Zap {
    /// munmap, exit: guard markers go too.
    Unmap,
    /// MADV_DONTNEED: markers stay; tables emptied by one call are freed (PT_RECLAIM).
    DontNeed,
    /// Guard installation and the like: markers and tables stay.
    Keep,
    /// A hole in a file: only its own pages go, private copies stay as well (`even_cows` 0).
    FileOnly,
}

impl Machine {
    /// Unmaps the pages of `[start, end)` of one area.
    pub(crate) fn zap_range(&mut self, vma: VmaId, start: u64, end: u64, how: Zap) {
        let mm = self.vma(vma).mm;
        if self.vma(vma).flags.has(VmFlags::HUGETLB) {
            return self.hugetlb_unmap_range(vma, start, end);
        }
        self.update_hiwater_rss(mm);
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            if let Some(slot) = self.pmd_slot(mm, addr) {
                self.zap_pmd(vma, slot, addr, stop, how);
            }
            addr = stop;
        }
    }

    fn zap_pmd(&mut self, vma: VmaId, slot: PmdSlot, addr: u64, end: u64, how: Zap) {
        let whole = end - addr == HPAGE_PMD_SIZE;
        let mm = self.vma(vma).mm;
        if let Pmd::Huge(pmd) = self.pmd_at(slot) {
            if whole {
                self.zap_huge_pmd(vma, slot, pmd);
                return;
            }
            self.split_huge_pmd(vma, addr);
        }
        let Pmd::Table(table) = self.pmd_at(slot) else {
            return;
        };
        self.zap_ptes(vma, table, addr, end, how);
        if whole && how == Zap::DontNeed && self.tables.all(table).iter().all(|e| e.is_none()) {
            self.tables.set(slot.table, slot.index, Pte::NONE);
            self.free_table(mm, table, false);
        }
    }

    fn zap_huge_pmd(&mut self, vma: VmaId, slot: PmdSlot, pmd: Pte) {
        let mm = self.vma(vma).mm;
        self.tables.set(slot.table, slot.index, Pte::NONE);
        let head = pmd.pfn();
        let file = !pmd.special() && !self.frames.has(head, FrameFlags::ANON);
        if !file {
            let table = self.withdraw_table(mm);
            self.free_table(mm, table, false);
        } else if pmd.young() {
            self.folio_mark_accessed(head);
        }
        if pmd.special() {
            return;
        }
        self.remove_rmap_pmd(head, vma);
        *self.mm_counter(mm, head) -= HPAGE_PMD_NR as i64;
        self.folio_put(head, 1);
    }

    fn zap_ptes(&mut self, vma: VmaId, table: TableId, addr: u64, end: u64, how: Zap) {
        let mm = self.vma(vma).mm;
        let first = pte_index(addr);
        let last = first + ((end - addr) / PAGE_SIZE) as usize;
        let mut freed = FreeRun::default();
        let mut i = first;
        while i < last {
            let pte = self.tables.get(table, i);
            if pte.is_none() {
                i += 1;
                continue;
            }
            if !pte.present() {
                self.zap_nonpresent(mm, table, i, pte, how);
                i += 1;
                continue;
            }
            if pte.special() {
                self.tables.set(table, i, Pte::NONE);
                if pte.dirty() {
                    self.ksm_zero_page_unmapped(mm);
                }
                i += 1;
                continue;
            }
            if how != Zap::FileOnly && self.sole_anon(pte.pfn()) {
                self.tables.set(table, i, Pte::NONE);
                self.mm_mut(mm).rss.anon -= 1;
                self.free_sole_anon(pte.pfn(), &mut freed);
                i += 1;
                continue;
            }
            let n = self.folio_pte_batch(table, i, last, pte.pfn());
            let head = self.frames.head(pte.pfn());
            let anon = self.frames.has(head, FrameFlags::ANON);
            if anon && how == Zap::FileOnly {
                i += n;
                continue;
            }
            let entries = &self.tables.all(table)[i..i + n];
            if !anon && entries.iter().any(|e| e.dirty()) {
                self.frames.set(head, FrameFlags::DIRTY);
            }
            self.tables.clear(table, i, n);
            if !anon && pte.young() {
                self.folio_mark_accessed(head);
            }
            *self.mm_counter(mm, head) -= n as i64;
            self.remove_rmap_ptes(pte.pfn(), n, vma);
            self.free_swap_cache(head);
            self.folio_put_batched(head, n as i32, &mut freed);
            i += n;
        }
        self.free_run(&mut freed);
    }

    fn zap_nonpresent(&mut self, mm: MmId, table: TableId, i: usize, pte: Pte, how: Zap) {
        match pte.swap_kind() {
            Some(SwapKind::Guard | SwapKind::Poison | SwapKind::UffdWp) if how != Zap::Unmap => {
                return;
            }
            Some(SwapKind::Swap) if how == Zap::FileOnly => return,
            Some(SwapKind::Swap) => {
                self.mm_mut(mm).rss.swap -= 1;
                self.free_swap_and_cache(SwapEntry::from_value(pte.swap_value()));
            }
            _ => {}
        }
        self.tables.set(table, i, Pte::NONE);
    }

    /// How many entries from `i` on map consecutive pages of one folio, at most up to `last`
    /// (`folio_pte_batch`). At least 1.
    pub(crate) fn folio_pte_batch(
        &self,
        table: TableId,
        i: usize,
        last: usize,
        page: Pfn,
    ) -> usize {
        let head = self.frames.head(page);
        let folio_end = head.0 + self.folio_nr_pages(head) as u32;
        let max = (last - i).min((folio_end - page.0) as usize);
        (1..max)
            .find(|&k| {
                let e = self.tables.get(table, i + k);
                !e.present() || e.special() || e.pfn() != page.add(k)
            })
            .unwrap_or(max)
            .max(1)
    }

    /// Remembers the highest RSS before it shrinks (`update_hiwater_rss`).
    pub(crate) fn update_hiwater_rss(&mut self, mm: MmId) {
        let m = self.mm_mut(mm);
        m.hiwater_rss = m.hiwater_rss.max(m.rss.anon + m.rss.file + m.rss.shmem);
    }
}
