//! Faults in areas of files.
//!
//! Counterparts in `mm/memory.c`: `do_fault`, `do_read_fault`, `do_cow_fault`, `do_shared_fault`, `do_fault_around`,
//! `finish_fault`; in `mm/filemap.c`: `filemap_map_pages`, `filemap_fault`.

use super::shmem::NoPage;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::FaultKind;
use crate::vm::addr::{
    FileId, HPAGE_PMD_NR, PAGE_SHIFT, PAGE_SIZE, Pfn, TableId, VmaId, pte_index,
};
use crate::vm::fault::{Access, FaultResult};
use crate::vm::pte::Pte;
use crate::vm::table::{PTRS_PER_TABLE, Pmd};
use crate::vm::vma::VmFlags;

/// Pages around a read fault that are mapped with it (`fault_around_bytes`, 64 KiB).
const FAULT_AROUND_PAGES: usize = 16;

impl Machine {
    /// A fault at an empty entry of an area with a file (`do_fault`).
    pub(crate) fn do_fault(&mut self, vma: VmaId, addr: u64, access: Access) -> FaultResult {
        let write = access == Access::Write;
        let cow = write && !self.vma(vma).flags.has(VmFlags::SHARED);
        let Some(id) = self.vma(vma).cached_file() else {
            return FaultResult::Sigbus;
        };
        if !write && self.do_fault_around(vma, addr) {
            return FaultResult::Done(FaultKind::File);
        }
        let (page, major, again) = match self.fault_page(vma, id, addr) {
            Ok(found) => found,
            Err(NoPage::BeyondEnd | NoPage::MountFull) => return FaultResult::Sigbus,
            Err(NoPage::NoMemory) => return FaultResult::Oom,
        };
        let done = |kind| {
            if major {
                FaultResult::Major(kind)
            } else {
                FaultResult::Done(kind)
            }
        };
        // A fault that had to wait for the disk starts over.
        if again && !write && self.do_fault_around(vma, addr) {
            return done(FaultKind::File);
        }
        if cow {
            return match self.map_private_copy(vma, addr, page) {
                Some(()) => done(FaultKind::Cow),
                None => FaultResult::Oom,
            };
        }
        if self.finish_fault(vma, id, addr, page, write).is_none() {
            return FaultResult::Oom;
        }
        if write {
            let head = self.frames.head(page);
            self.frames.set(head, FrameFlags::DIRTY);
        }
        done(FaultKind::File)
    }

    /// The page of the file, whether the disk was read for it, and whether the fault starts over (`__do_fault`).
    fn fault_page(
        &mut self,
        vma: VmaId,
        id: FileId,
        addr: u64,
    ) -> Result<(Pfn, bool, bool), NoPage> {
        let index = self.vma(vma).page_index(addr);
        if self.inode(id).shmem {
            let (page, read) = self.shmem_get_page(id, index, Some((vma, addr)), 0)?;
            self.stat.pgmajfault += i64::from(read);
            return Ok((page, read, false));
        }
        if index >= self.inode(id).size_pages() {
            return Err(NoPage::BeyondEnd);
        }
        if let Some(page) = self.file_page(id, index) {
            let head = self.frames.head(page);
            let marked = self.frames.has(head, FrameFlags::READAHEAD);
            if marked {
                self.page_cache_async_ra(id, head, index, super::readahead::RA_PAGES);
            }
            return Ok((page, false, marked));
        }
        self.sync_mmap_readahead(id, vma, index);
        let page = self.file_page(id, index).ok_or(NoPage::NoMemory)?;
        Ok((page, true, true))
    }

    /// A store to a private area gets a copy at once (`do_cow_fault`).
    fn map_private_copy(&mut self, vma: VmaId, addr: u64, page: Pfn) -> Option<()> {
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        self.anon_vma_prepare(vma);
        let copy = self.alloc_user_folio(0)?;
        let Some(table) = self.pte_alloc(mm, addr) else {
            self.folio_put(copy, 1);
            return None;
        };
        self.copy_content(copy, page);
        let pte = Pte::for_area(copy, flags)
            .with_dirty(true)
            .with_write(flags.has(VmFlags::WRITE));
        self.tables.set(table, pte_index(addr), pte);
        self.add_new_anon_rmap(copy, vma, addr, false);
        self.lru_add_new_anon(copy, vma);
        self.mm_mut(mm).rss.anon += 1;
        Some(())
    }

    /// Maps the page that was found: its huge folio by the PMD, else its whole folio if that fits, else it alone
    /// (`finish_fault`). `None` without memory for a table.
    fn finish_fault(
        &mut self,
        vma: VmaId,
        id: FileId,
        addr: u64,
        page: Pfn,
        write: bool,
    ) -> Option<()> {
        let mm = self.vma(vma).mm;
        let head = self.frames.head(page);
        // Only tmpfs may show pages behind the end of the file.
        let whole =
            self.inode(id).shmem || self.folio_next_index(head) <= self.inode(id).size_pages();
        let slot = self.pmd_slot_alloc(mm, addr)?;
        if whole && self.pmd_at(slot) == Pmd::None && self.do_set_pmd(vma, addr, slot, head, write)
        {
            return Some(());
        }
        let table = self.pte_alloc(mm, addr)?;
        let (at, before) = (pte_index(addr), (page.0 - head.0) as usize);
        let n = self.folio_nr_pages(head);
        let v = self.vma(vma);
        let vma_off = ((addr - v.start) >> PAGE_SHIFT) as usize;
        let fits = whole
            && vma_off >= before
            && (vma_off + n - before) as u64 <= v.pages()
            && at >= before
            && at + n - before <= PTRS_PER_TABLE
            && self.tables.all(table)[at - before..at - before + n]
                .iter()
                .all(|e| e.is_none());
        if fits {
            self.set_file_ptes(vma, table, at - before, head, n, write);
        } else {
            self.set_file_ptes(vma, table, at, page, 1, write);
        }
        Some(())
    }

    /// Maps what the cache has around a read fault. True if that resolved it (`do_fault_around`).
    fn do_fault_around(&mut self, vma: VmaId, addr: u64) -> bool {
        let v = self.vma(vma);
        let Some(id) = v.cached_file() else {
            return false;
        };
        let at = pte_index(addr);
        let vma_off = ((addr - v.start) >> PAGE_SHIFT) as usize;
        let rest = (v.pages() as usize).saturating_sub(vma_off);
        let from = (at & !(FAULT_AROUND_PAGES - 1)).max(at - at.min(vma_off));
        let to = (from + FAULT_AROUND_PAGES).min(HPAGE_PMD_NR).min(at + rest);
        let first = v.page_index(addr) - (at - from) as u64;
        let base = addr - (at - from) as u64 * PAGE_SIZE;
        self.filemap_map_pages(vma, id, base, first, first + (to - from) as u64);
        self.pte(self.vma(vma).mm, addr).present()
    }

    /// Maps the cached pages `first..end`, whose first is at `base`, into empty entries; large folios that fit are
    /// mapped whole, even outside the range.
    fn filemap_map_pages(&mut self, vma: VmaId, id: FileId, base: u64, first: u64, end: u64) {
        let mm = self.vma(vma).mm;
        let (size, shmem) = (self.inode(id).size_pages(), self.inode(id).shmem);
        let end = end.min(size);
        let mut index = first;
        let Some(head) = self.next_uptodate_folio(id, &mut index, end) else {
            return;
        };
        // The last page of the file, not their number: a folio that ends with the file does not pass.
        let can_map_large = shmem || size > self.folio_next_index(head);
        let Some(slot) = self.pmd_slot(mm, base) else {
            return;
        };
        if self.pmd_at(slot) == Pmd::None {
            if !can_map_large || self.do_set_pmd(vma, base, slot, head, false) {
                return;
            }
            if self.pte_alloc(mm, base).is_none() {
                return;
            }
        }
        let Some(table) = self.pte_table(mm, base) else {
            return;
        };
        while let Some(head) = self.next_uptodate_folio(id, &mut index, end) {
            let start = self.frames.index(head);
            let next = self.folio_next_index(head);
            let mut at = pte_index(base) as u64 + (index - first);
            let mut range = index..next.min(end);
            let before = index - start;
            let v = self.vma(vma);
            let whole = can_map_large
                && start >= v.pgoff
                && next <= v.pgoff + v.pages()
                && at >= before
                && at - before + (next - start) <= PTRS_PER_TABLE as u64;
            if whole {
                range = start..next;
                at -= before;
            }
            let page = head.add((range.start - start) as usize);
            self.map_folio_range(
                vma,
                table,
                at as usize,
                page,
                (range.end - range.start) as usize,
            );
            index = next;
        }
    }

    /// The folio of the first usable page of `index..end`; `index` moves to it.
    fn next_uptodate_folio(&self, id: FileId, index: &mut u64, end: u64) -> Option<Pfn> {
        while *index < end {
            let head = self.next_folio(id, *index, end)?;
            *index = self.frames.index(head).max(*index);
            let flags = self.frames.flags(head);
            let busy = FrameFlags::LOCKED.and(FrameFlags::READAHEAD);
            if flags.has(FrameFlags::UPTODATE) && !flags.any(busy) {
                return Some(head);
            }
            *index = self.folio_next_index(head);
        }
        None
    }

    /// Maps those of `n` pages whose entries are empty (`filemap_map_folio_range`).
    fn map_folio_range(&mut self, vma: VmaId, table: TableId, at: usize, page: Pfn, n: usize) {
        let mut i = 0;
        while i < n {
            let run = self.tables.all(table)[at + i..at + n]
                .iter()
                .take_while(|e| e.is_none())
                .count();
            if run > 0 {
                self.set_file_ptes(vma, table, at + i, page.add(i), run, false);
            }
            i += run + 1;
        }
    }
}
