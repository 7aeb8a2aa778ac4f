//! Huge pages for files: the look at one 2 MiB block of shared memory, its collapse, and mapping what came of it.
//!
//! Counterparts: `hpage_collapse_scan_file`, `collapse_file`, `retract_page_tables`, `collapse_pte_mapped_thp`.
//!
//! The block is collapsed in the file; processes see it at their next fault. Only MADV_COLLAPSE maps it at once.

use super::meanwhile::Event;
use super::scan_pmd::Attempt;
use super::{CollapseControl, ScanResult};
use crate::explain::{Explain, Silent};
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::thp::TvaType;
use crate::trace::EventKind;
use crate::vm::addr::{
    FileId, HPAGE_PMD_NR, HPAGE_PMD_ORDER, HPAGE_PMD_SIZE, MmId, Pfn, VmaId, pmd_aligned,
};
use crate::vm::pte::Pte;
use crate::vm::table::Pmd;

const NR: u64 = HPAGE_PMD_NR as u64;

impl Machine {
    /// Scans the block that `vma`, an area of a file, maps at `addr`, collapses it if it may be, and maps it if the
    /// caller does that.
    pub(super) fn hpage_collapse_file<E: Explain>(
        &mut self,
        vma: VmaId,
        addr: u64,
        cc: CollapseControl,
        x: &mut E,
    ) -> Attempt {
        let (mm, start) = (self.vma(vma).mm, self.vma(vma).page_index(addr));
        let Some(id) = self.vma(vma).cached_file() else {
            unreachable!("the caller asks for areas of files only")
        };
        let (mut result, (present, swap), last) = self.scan_file(id, start, cc, x);
        self.count_exceeded(result);
        let (mut copied, mut cleared) = (0, 0);
        if result == ScanResult::Succeed {
            match self.collapse_file(mm, addr, id, start, cc, x) {
                Ok(pages) => {
                    (copied, cleared) = (pages, HPAGE_PMD_NR as u32 - pages);
                    if !cc.is_khugepaged {
                        result = ScanResult::PteMappedHugepage;
                    }
                }
                Err(refused) => result = refused,
            }
        }
        self.emit(EventKind::KhugepagedScanFile {
            mm,
            addr,
            pfn: last,
            file: id,
            present: present as i32,
            swap: swap as i32,
            result,
        });
        if result == ScanResult::PteMappedHugepage {
            result = self.collapse_pte_mapped_thp(mm, addr, !cc.is_khugepaged);
            if cc.is_khugepaged && result == ScanResult::PmdMapped {
                result = ScanResult::Succeed;
            }
        }
        Attempt {
            result,
            lock_dropped: true,
            scanned: present,
            copied,
            cleared,
        }
    }

    /// The tests on the pages of a block: the result, the pages present and those in swap, and the folio that was
    /// refused.
    pub(super) fn scan_file<E: Explain>(
        &self,
        id: FileId,
        start: u64,
        cc: CollapseControl,
        x: &mut E,
    ) -> (ScanResult, (u32, u32), Option<Pfn>) {
        let (mut present, mut swap, mut index) = (0, 0, start);
        let mut load = 0;
        let max = self.khugepaged.settings.max_ptes_swap;
        loop {
            let folio = self.next_folio(id, index, start + NR);
            let to = folio.map_or(start + NR, |h| self.frames.index(h));
            while let Some((at, _)) = self.next_swapped(id, index, to) {
                index = at + 1;
                swap += 1;
                if cc.is_khugepaged && swap > max {
                    let result = ScanResult::ExceedSwapPte;
                    x.fails("max_ptes_swap", true, result.as_str(), || {
                        format!("{swap} pages of the file in swap, limit {max}")
                    });
                    return (result, (present, swap), None);
                }
            }
            let Some(head) = folio else { break };
            index = self.folio_next_index(head);
            let refs = self.frames.refcount(head) != self.folio_expected_refs(head);
            let far = self.scan_abort(&mut load, head);
            let refused = [
                (
                    self.frames.order(head) == HPAGE_PMD_ORDER,
                    ScanResult::PteMappedHugepage,
                ),
                (far, ScanResult::ScanAbort),
                (!self.frames.has(head, FrameFlags::LRU), ScanResult::PageLru),
                (refs, ScanResult::PageCount),
            ];
            if let Some((_, result)) = refused.into_iter().find(|r| r.0) {
                x.fails("file_page", true, result.as_str(), || {
                    format!("page {} of the file", self.frames.index(head))
                });
                return (result, (present, swap), Some(head));
            }
            present += self.folio_nr_pages(head) as u32;
        }
        let (none, max) = (NR as u32 - present, self.khugepaged.settings.max_ptes_none);
        let over = cc.is_khugepaged && none > max;
        let result = ScanResult::ExceedNonePte;
        let over = x.fails("max_ptes_none", over, result.as_str(), || {
            format!("{none} pages missing in the file, limit {max}")
        });
        let result = if over { result } else { ScanResult::Succeed };
        (result, (present, swap), None)
    }

    /// Puts a huge folio in place of the block's pages; holes become zeroes. Gives the pages copied.
    fn collapse_file<E: Explain>(
        &mut self,
        mm: MmId,
        addr: u64,
        id: FileId,
        start: u64,
        cc: CollapseControl,
        x: &mut E,
    ) -> Result<u32, ScanResult> {
        let mut index = start;
        // Held as long as the collapse takes, whoever lets go of it meanwhile.
        self.inode_mut(id).opens += 1;
        let done = self.alloc_charge_folio(cc, x).and_then(|new| {
            self.collapse_unlocked(mm, addr);
            let taken = self.take_file_pages(mm, addr, id, start, &mut index);
            match taken.and_then(|old| self.file_copy_meets(mm, addr, old)) {
                Ok(old) => Ok((new, self.replace_file_pages(id, start, new, &old))),
                Err(result) => {
                    self.folio_put(new, 1);
                    Err(result)
                }
            }
        });
        let status = match done {
            Ok(_) if cc.is_khugepaged => ScanResult::Succeed,
            Ok(_) => ScanResult::PteMappedHugepage,
            Err(result) => result,
        };
        if done.is_ok() {
            self.retract_page_tables(id, start);
        }
        self.emit(EventKind::KhugepagedCollapseFile {
            mm,
            addr,
            hpfn: done.ok().map(|d| d.0),
            index,
            is_shmem: self.inode(id).shmem,
            file: id,
            nr: HPAGE_PMD_NR as i32,
            result: status,
        });
        self.fput(id);
        done.map(|d| d.1)
    }

    /// What stops the copying of the pages `old`, and the filling of the holes between them.
    #[inline(never)]
    fn file_copy_meets(
        &mut self,
        mm: MmId,
        addr: u64,
        old: Vec<Pfn>,
    ) -> Result<Vec<Pfn>, ScanResult> {
        let pages: usize = old.iter().map(|h| self.folio_nr_pages(*h)).sum();
        let holes = pages < HPAGE_PMD_NR;
        let stops = [
            (true, Event::Poison, ScanResult::CopyMc),
            (holes, Event::NoMem, ScanResult::StoreFailed),
            (holes, Event::Fill, ScanResult::PageFilled),
        ];
        for (may, event, result) in stops {
            if may && self.collapse_meets(mm, addr, event) {
                return Err(result);
            }
        }
        Ok(old)
    }

    /// Unmaps and tests every folio of the block, in order; `index` tells how far it came.
    fn take_file_pages(
        &mut self,
        mm: MmId,
        addr: u64,
        id: FileId,
        start: u64,
        index: &mut u64,
    ) -> Result<Vec<Pfn>, ScanResult> {
        let end = start + NR;
        let shmem = self.inode(id).shmem;
        if shmem
            && self.next_folio(id, start, end).is_none()
            && self.next_swapped(id, start, end).is_none()
        {
            return Err(ScanResult::Truncated);
        }
        let mut old = Vec::new();
        loop {
            let folio = self.next_folio(id, *index, end);
            let to = folio.map_or(end, |h| self.frames.index(h));
            if let Some((at, _)) = self.next_swapped(id, *index, to) {
                *index = at;
                if let Some(Err(_)) = self.shmem_swapin_folio(id, at) {
                    return Err(ScanResult::Fail);
                }
                continue;
            }
            if !shmem && *index < end && folio.is_none_or(|h| self.frames.index(h) > *index) {
                // A hole of the cache is read; behind the end there is nothing to read.
                self.page_cache_sync_ra(id, *index, end - *index);
                if self.file_folio(id, *index).is_none() {
                    return Err(ScanResult::Fail);
                }
                continue;
            }
            let Some(head) = folio else { break };
            *index = self.frames.index(head).max(*index);
            if shmem {
                self.frames.set(head, FrameFlags::UPTODATE);
            }
            let flags = self.frames.flags(head);
            if flags.has(FrameFlags::LOCKED) {
                return Err(ScanResult::PageLock);
            }
            if !shmem && self.frames.order(head) == HPAGE_PMD_ORDER {
                return Err(ScanResult::PteMappedHugepage);
            }
            if !shmem && flags.has(FrameFlags::DIRTY) {
                // Written back for the next time.
                self.write_back(id, start, end);
                return Err(ScanResult::Fail);
            }
            if !flags.has(FrameFlags::LRU) {
                return Err(ScanResult::DelPageLru);
            }
            if !shmem && self.collapse_meets(mm, addr, Event::Private) {
                return Err(ScanResult::PageHasPrivate);
            }
            self.unmap_mapping_folio(head);
            if self.frames.refcount(head) != self.folio_nr_pages(head) as i32 {
                return Err(ScanResult::PageCount);
            }
            old.push(head);
            *index = self.folio_next_index(head);
        }
        *index = end;
        Ok(old)
    }

    fn replace_file_pages(&mut self, id: FileId, start: u64, new: Pfn, old: &[Pfn]) -> u32 {
        let mut copied = 0;
        for &head in old {
            let at = (self.frames.index(head) - start) as usize;
            let n = self.folio_nr_pages(head);
            for i in 0..n {
                self.copy_content(new.add(at + i), head.add(i));
            }
            copied += n as u32;
            self.file_remove_folio(head);
        }
        self.file_add_folio(id, start, new);
        if self.inode(id).shmem {
            self.frames.set(new, FrameFlags::DIRTY);
        }
        copied
    }

    /// Frees the page tables, empty now, of every area without private pages that maps the whole block.
    fn retract_page_tables(&mut self, id: FileId, start: u64) {
        for vma in self.inode(id).vmas.clone() {
            let v = self.vma(vma);
            let (mm, end) = (v.mm, v.end);
            let Some(addr) = v.address_of(start).filter(|a| pmd_aligned(*a)) else {
                continue;
            };
            if v.anon_vma.is_some() || end < addr + HPAGE_PMD_SIZE || self.mm(mm).users == 0 {
                continue;
            }
            if let Some(slot) = self.pmd_slot(mm, addr)
                && let Pmd::Table(table) = self.pmd_at(slot)
            {
                self.tables.set(slot.table, slot.index, Pte::NONE);
                self.free_table(mm, table, false);
            }
        }
    }

    /// A block that is huge in its file but mapped by entries loses those; with `install` it is mapped by a PMD.
    pub(super) fn collapse_pte_mapped_thp(
        &mut self,
        mm: MmId,
        addr: u64,
        install: bool,
    ) -> ScanResult {
        let Some(vma) = self.vma_lookup(mm, addr) else {
            return ScanResult::VmaCheck;
        };
        let v = self.vma(vma);
        let Some(id) = v.cached_file().filter(|_| addr + HPAGE_PMD_SIZE <= v.end) else {
            return ScanResult::VmaCheck;
        };
        if matches!(self.pmd(mm, addr), Pmd::Huge(_)) {
            return ScanResult::PmdMapped;
        }
        if !self.thp_vma_allowable(vma, v.flags, TvaType::ForcedCollapse, HPAGE_PMD_ORDER) {
            return ScanResult::VmaCheck;
        }
        let Some(head) = self.file_folio(id, v.page_index(addr)) else {
            return ScanResult::PageNull;
        };
        if self.frames.order(head) != HPAGE_PMD_ORDER {
            return ScanResult::PageCompound;
        }
        let Some(slot) = self.pmd_slot_alloc(mm, addr) else {
            return ScanResult::Fail;
        };
        match self.find_pmd_or_thp_or_none(mm, addr, &mut Silent) {
            Ok(table) => {
                for (i, pte) in self.tables.all(table).iter().enumerate() {
                    if pte.is_none() {
                        continue;
                    }
                    if !pte.present() {
                        return ScanResult::PteNonPresent;
                    }
                    if pte.pfn() != head.add(i) {
                        return ScanResult::Fail;
                    }
                }
                self.zap_range(
                    vma,
                    addr,
                    addr + HPAGE_PMD_SIZE,
                    crate::vm::zap::Zap::FileOnly,
                );
                self.tables.set(slot.table, slot.index, Pte::NONE);
                self.free_table(mm, table, false);
            }
            Err(ScanResult::PmdNone | ScanResult::PmdNull) => {}
            Err(result) => return result,
        }
        if install && !self.do_set_pmd(vma, addr, slot, head, false) {
            return ScanResult::Fail;
        }
        ScanResult::Succeed
    }
}
