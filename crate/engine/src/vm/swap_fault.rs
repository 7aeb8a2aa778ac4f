//! The fault on a swap entry: the page comes back from the swap cache or the disk.
//!
//! Counterparts in `mm/memory.c`: `do_swap_page`, `should_try_to_free_swap`; `swapin_walk_pmd_entry`.
//!
//! Deviation: no device is synchronous (zram), so pages always pass through the swap cache and are read one by one.

use super::addr::{HPAGE_PMD_NR, PAGE_SIZE, Pfn, TableId, VmaId, pte_index};
use super::fault::{Access, FaultResult};
use super::pte::{Pte, SwapKind};
use super::rmap::Exclusive;
use super::table::Pmd;
use super::vma::VmFlags;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;
use crate::trace::FaultKind;

/// How a swap fault ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SwapIn {
    /// The page is mapped. It was in memory still.
    Minor,
    /// The page is mapped. It was read.
    Major,
    /// The page is being read, and the caller does not wait (`VM_FAULT_RETRY`).
    Locked,
    /// No memory.
    Oom,
}

impl Machine {
    /// Resolves a fault on a swap entry for a process.
    pub(crate) fn swap_fault(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        access: Access,
    ) -> FaultResult {
        match self.do_swap_page(vma, addr, table, access, true) {
            SwapIn::Minor => FaultResult::Done(FaultKind::SwapIn),
            SwapIn::Major => FaultResult::Major(FaultKind::SwapIn),
            SwapIn::Locked => unreachable!("a process waits for the disk"),
            SwapIn::Oom => FaultResult::Oom,
        }
    }

    /// Brings the page of the swap entry at `addr` back and maps it, with it the rest of its folio if all of that is
    /// swapped in a row (`do_swap_page`). Without `wait` a page that the disk is busy with stays unmapped.
    pub(crate) fn do_swap_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        access: Access,
        wait: bool,
    ) -> SwapIn {
        let entry = SwapEntry::from_value(self.tables.get(table, pte_index(addr)).swap_value());
        let cached = self.swap_cache_lookup(entry);
        let page = match cached {
            Some(page) => page,
            None => {
                let Some(read) = self.swap_cluster_readahead(entry) else {
                    return SwapIn::Oom;
                };
                self.stat.pgmajfault += 1;
                if read.under_way && !wait {
                    return SwapIn::Locked;
                }
                read.page
            }
        };
        let result = if cached.is_some() {
            SwapIn::Minor
        } else {
            SwapIn::Major
        };
        let copied = self.ksm_might_need_to_copy(page, vma, addr);
        let written = if copied {
            self.map_swap_copy(vma, addr, table, page, access)
        } else {
            let head = self.frames.head(page);
            // Taken for as long as this goes on: the swap cache may let go of the folio.
            *self.frames.refcount_mut(head) += 1;
            Some(self.map_swap_folio(vma, addr, table, page, access))
        };
        match written {
            None => return SwapIn::Oom,
            Some(false) if access == Access::Write => {
                if self.do_wp_page(vma, addr, table, access) == FaultResult::Oom {
                    return SwapIn::Oom;
                }
            }
            Some(_) => {}
        }
        result
    }

    /// Maps a page of the swap cache, of which the caller holds a reference that becomes the mapping's. True: a write
    /// can go on.
    fn map_swap_folio(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        page: Pfn,
        access: Access,
    ) -> bool {
        let mm = self.vma(vma).mm;
        let head = self.frames.head(page);
        let ksm = self.frames.has(head, FrameFlags::KSM);
        let swap_pte = self.tables.get(table, pte_index(addr));
        let (first, start, n) = self.swapped_run(vma, addr, table, page, swap_pte);
        let entry = self.swap.entry_of(first);
        for i in 0..n {
            self.swap_free(entry.add(i));
        }
        if self.should_try_to_free_swap(head, vma, access) {
            self.folio_free_swap(head);
        }
        self.mm_mut(mm).rss.anon += n as i64;
        self.mm_mut(mm).rss.swap -= n as i64;
        let exclusive = !ksm && (swap_pte.swap_exclusive() || self.frames.refcount(head) == 1);
        let flags = self.vma(vma).flags;
        let uffd_wp = swap_pte.uffd_wp();
        let writable = exclusive && flags.has(VmFlags::WRITE) && !uffd_wp;
        let written = writable && access == Access::Write;
        *self.frames.refcount_mut(head) += n as i32 - 1;
        self.add_swapped_in_rmap(
            first,
            n,
            vma,
            start,
            if exclusive {
                Exclusive::Yes
            } else {
                Exclusive::No
            },
        );
        for i in 0..n {
            let pte = Pte::for_area(first.add(i), flags)
                .with_write(writable)
                .with_dirty(written)
                .with_uffd_wp(uffd_wp);
            self.tables.set(table, pte_index(start) + i, pte);
        }
        written
    }

    /// Maps a private copy, because the page belongs to another anchor (`ksm_might_need_to_copy`). `None`: no memory.
    fn map_swap_copy(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        page: Pfn,
        access: Access,
    ) -> Option<bool> {
        let mm = self.vma(vma).mm;
        let entry = self.swap.entry_of(page);
        let copy = self.ksm_swapin_copy(page)?;
        self.swap_free(entry);
        self.mm_mut(mm).rss.anon += 1;
        self.mm_mut(mm).rss.swap -= 1;
        let flags = self.vma(vma).flags;
        let uffd_wp = self.tables.get(table, pte_index(addr)).uffd_wp();
        let writable = flags.has(VmFlags::WRITE) && !uffd_wp;
        let written = writable && access == Access::Write;
        self.add_new_anon_rmap(copy, vma, addr, false);
        self.lru_add_new_anon(copy, vma);
        let pte = Pte::for_area(copy, flags)
            .with_write(writable)
            .with_dirty(written)
            .with_uffd_wp(uffd_wp);
        self.tables.set(table, pte_index(addr), pte);
        Some(written)
    }

    /// A copy of a page of the swap cache, dirty from the start.
    pub(crate) fn ksm_swapin_copy(&mut self, page: Pfn) -> Option<Pfn> {
        let copy = self.alloc_user_folio(0)?;
        self.copy_content(copy, page);
        self.frames.set(copy, FrameFlags::DIRTY);
        self.stat.ksm_swpin_copy += 1;
        Some(copy)
    }

    /// What is mapped with `page`: all of its folio, if that lies in the area and its entries are still the folio's
    /// slots in order, all marked alike; else the page alone. First page, its address, number.
    fn swapped_run(
        &self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        page: Pfn,
        pte: Pte,
    ) -> (Pfn, u64, usize) {
        let head = self.frames.head(page);
        let (n, at) = (self.folio_nr_pages(head), (page.0 - head.0) as usize);
        let v = self.vma(vma);
        let (i, before) = (pte_index(addr), at as u64 * PAGE_SIZE);
        let inside = i >= at
            && i - at + n <= HPAGE_PMD_NR
            && addr - v.start >= before
            && v.end - addr >= (n - at) as u64 * PAGE_SIZE;
        let first = self.swap.entry_of(head);
        let same = |k: usize| {
            Pte::swap(SwapKind::Swap, first.add(k).value())
                .with_swap_exclusive(pte.swap_exclusive())
                .with_uffd_wp(pte.uffd_wp())
                == self.tables.get(table, i - at + k)
        };
        if n > 1 && inside && (0..n).all(same) {
            (head, addr - before, n)
        } else {
            (page, addr, 1)
        }
    }

    /// Whether the slot is better given up now: swap is short, the page must stay in memory, or a write could find
    /// itself the only user. The caller holds one reference.
    fn should_try_to_free_swap(&self, head: Pfn, vma: VmaId, access: Access) -> bool {
        let flags = self.frames.flags(head);
        let locked = self.vma(vma).flags.has(VmFlags::LOCKED) || flags.has(FrameFlags::MLOCKED);
        self.swap.is_full()
            || locked
            || access == Access::Write
                && !flags.has(FrameFlags::KSM)
                && self.frames.refcount(head) == 1 + self.folio_nr_pages(head) as i32
    }

    /// Reads all swapped pages of a range into the swap cache (`madvise_willneed`).
    pub(crate) fn swapin_range(&mut self, vma: VmaId, start: u64, end: u64) {
        let mm = self.vma(vma).mm;
        let mut addr = start;
        while addr < end {
            let n = Self::ptes_to(addr, end);
            if let Pmd::Table(table) = self.pmd(mm, addr) {
                for i in pte_index(addr)..pte_index(addr) + n {
                    let pte = self.tables.get(table, i);
                    if pte.swap_kind() == Some(SwapKind::Swap) {
                        self.read_swap_cache(SwapEntry::from_value(pte.swap_value()));
                    }
                }
            }
            addr += n as u64 * PAGE_SIZE;
        }
    }
}
