//! The binary files with one 64-bit word a page: `/proc/PID/pagemap`, `/proc/kpageflags`, `/proc/kpagecount`.
//!
//! Counterparts: `pte_to_pagemap_entry`, `pagemap_pmd_range` (`fs/proc/task_mmu.c`), `stable_page_flags`
//! (`fs/proc/page.c`).

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;
use crate::vm::addr::{MmId, PAGE_SHIFT, Pfn, Pid, TASK_SIZE, pte_index};
use crate::vm::pte::{Pte, SwapKind};
use crate::vm::table::Pmd;

const PM_MMAP_EXCLUSIVE: u64 = 1 << 56;
const PM_UFFD_WP: u64 = 1 << 57;
const PM_GUARD_REGION: u64 = 1 << 58;
const PM_FILE: u64 = 1 << 61;
const PM_SWAP: u64 = 1 << 62;
const PM_PRESENT: u64 = 1 << 63;

/// Bits of a swap entry that name its area; the offset follows.
const SWAP_TYPE_BITS: u32 = 5;
/// Type of markers: entries without a page.
const SWP_PTE_MARKER: u64 = 31;
/// Type of a page being migrated.
const SWP_MIGRATION_READ: u64 = 28;

const KPF_NOPAGE: u64 = 1 << 20;

impl Machine {
    /// Words of `/proc/PID/pagemap` for `n` pages from page number `first_page` on; 0 where nothing is mapped. Read
    /// as root, so frame numbers show. Shorter at the end of user space; empty for a process that does not exist.
    pub fn pagemap(&self, pid: Pid, first_page: u64, n: usize) -> Vec<u64> {
        let Ok(mm) = self.mm_of(pid) else {
            return Vec::new();
        };
        let last = (TASK_SIZE >> PAGE_SHIFT).min(first_page.saturating_add(n as u64));
        let mut out = vec![0; last.saturating_sub(first_page) as usize];
        self.fill_pagemap(mm, first_page, &mut out);
        out
    }

    fn fill_pagemap(&self, mm: MmId, first_page: u64, out: &mut [u64]) {
        let end = (first_page + out.len() as u64) << PAGE_SHIFT;
        for span in self.pmd_spans(mm, first_page << PAGE_SHIFT, end) {
            let at = ((span.addr >> PAGE_SHIFT) - first_page) as usize;
            let first = pte_index(span.addr);
            let words = out[at..at + Self::ptes_to(span.addr, span.end)].iter_mut();
            match span.pmd {
                Pmd::Huge(pmd) => {
                    let head = pmd.pfn();
                    // The answer of the head page stands for all.
                    let flags = self.pagemap_page(pmd, true);
                    for (i, word) in words.enumerate() {
                        *word = flags | u64::from(head.add(first + i).0);
                    }
                }
                Pmd::Table(table) => {
                    for (pte, word) in self.tables.all(table)[first..].iter().zip(words) {
                        *word = self.pagemap_entry(*pte);
                    }
                }
                Pmd::NonPresent(entry) => words.for_each(|word| *word = self.pagemap_entry(entry)),
                Pmd::Missing | Pmd::None => {}
            }
        }
    }

    fn pagemap_entry(&self, pte: Pte) -> u64 {
        if pte.present() {
            return self.pagemap_page(pte, false) | u64::from(pte.pfn().0);
        }
        let entry = |kind: u64, offset: u64| kind | offset << SWAP_TYPE_BITS;
        match pte.swap_kind() {
            None => 0,
            Some(SwapKind::Swap) => {
                let e = SwapEntry::from_value(pte.swap_value());
                PM_SWAP | entry(e.area() as u64, u64::from(e.offset()))
            }
            Some(SwapKind::Migration) => PM_SWAP | entry(SWP_MIGRATION_READ, pte.swap_value()),
            Some(SwapKind::Guard) => PM_SWAP | PM_GUARD_REGION | entry(SWP_PTE_MARKER, 4),
            Some(SwapKind::Poison) => PM_SWAP | entry(SWP_PTE_MARKER, 2),
            Some(SwapKind::UffdWp) => PM_SWAP | PM_UFFD_WP | entry(SWP_PTE_MARKER, 1),
        }
    }

    /// Bits of a present entry. The small zero page is no page to this file; the huge one is, and not anonymous.
    fn pagemap_page(&self, entry: Pte, huge: bool) -> u64 {
        let page = entry.pfn();
        let ordinary = !entry.special();
        let anon = ordinary && self.frames.has(self.frames.head(page), FrameFlags::ANON);
        let bits = [
            (entry.uffd_wp(), PM_UFFD_WP),
            ((ordinary || huge) && !anon, PM_FILE),
            (ordinary && self.page_mapcount(page) == 1, PM_MMAP_EXCLUSIVE),
        ];
        bits.iter()
            .filter(|b| b.0)
            .fold(PM_PRESENT, |all, b| all | b.1)
    }

    /// Word of `/proc/kpageflags` for a frame; only NOPAGE (bit 20) where there is no memory.
    pub fn kpageflags(&self, pfn: Pfn) -> u64 {
        if self.frame_offline(pfn) || !self.zones.iter().any(|z| z.contains(pfn)) {
            return KPF_NOPAGE;
        }
        let own = self.frames.flags(pfn);
        if !own.has(FrameFlags::ALLOCATED) {
            // A free block is marked at its first frame only.
            let pairs = [(FrameFlags::BUDDY, 10), (FrameFlags::RESERVED, 32)];
            return pairs
                .iter()
                .filter(|p| own.has(p.0))
                .fold(0, |bits, p| bits | 1 << p.1);
        }
        let head = self.frames.head(pfn);
        let folio = self.frames.flags(head);
        let large = self.frames.order(head) > 0;
        // Flags of the folio show on every page of it.
        let copied = [
            (FrameFlags::LOCKED, 0),
            (FrameFlags::REFERENCED, 2),
            (FrameFlags::UPTODATE, 3),
            (FrameFlags::DIRTY, 4),
            (FrameFlags::LRU, 5),
            (FrameFlags::ACTIVE, 6),
            (FrameFlags::ANON, 12),
            (FrameFlags::SWAPCACHE, 13),
            (FrameFlags::SWAPBACKED, 14),
            (FrameFlags::UNEVICTABLE, 18),
            (FrameFlags::KSM, 21),
            (FrameFlags::ZERO, 24),
            (FrameFlags::PGTABLE, 26),
            (FrameFlags::RESERVED, 32),
            (FrameFlags::MLOCKED, 33),
        ];
        let derived = [
            (self.folio_mapcount(head) > 0, 11),
            (large && pfn == head, 15),
            (large && pfn != head, 16),
            (self.folio_hugetlb(head), 17),
            (large && !self.folio_hugetlb(head), 22),
        ];
        let copied = copied
            .iter()
            .filter(|p| folio.has(p.0))
            .fold(0, |bits, p| bits | 1 << p.1);
        derived
            .iter()
            .filter(|p| p.0)
            .fold(copied, |bits, p| bits | 1 << p.1)
    }

    /// Word of `/proc/kpagecount` for a frame: how often this very page is mapped, huge mappings included.
    pub fn kpagecount(&self, pfn: Pfn) -> u64 {
        let in_use = pfn.index() < self.frames.len() && self.frames.has(pfn, FrameFlags::ALLOCATED);
        if in_use {
            self.page_mapcount(pfn).max(0) as u64
        } else {
            0
        }
    }
}
