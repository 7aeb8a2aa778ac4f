//! Pages of files in page tables: counting them in, and finding and taking them out from the file's side.
//!
//! Counterparts: `folio_add_file_rmap_ptes`, `do_set_pmd`, `mm_counter`, `rmap_walk_file`, `unmap_mapping_range`.

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{
    FileId, HPAGE_PMD_NR, HPAGE_PMD_ORDER, MmId, PAGE_SIZE, Pfn, TableId, VmaId,
};
use crate::vm::pte::Pte;
use crate::vm::rmap::{Exclusive, Mapping};
use crate::vm::table::PmdSlot;
use crate::vm::vma::VmFlags;
use crate::vm::zap::Zap;

impl Machine {
    /// The resident-set counter a folio belongs to (`mm_counter`).
    #[inline]
    pub(crate) fn mm_counter(&mut self, mm: MmId, head: Pfn) -> &mut i64 {
        let flags = self.frames.flags(head);
        let rss = &mut self.mm_mut(mm).rss;
        if flags.has(FrameFlags::ANON) {
            &mut rss.anon
        } else if flags.has(FrameFlags::SWAPBACKED) {
            &mut rss.shmem
        } else {
            &mut rss.file
        }
    }

    /// Whether an entry of an area may be written without asking the file first: shared memory keeps no book of
    /// what is dirty (`vm_page_prot`, `vma_wants_writenotify`).
    pub(crate) fn file_prot_write(&self, vma: VmaId) -> bool {
        let shared = VmFlags::SHARED.with(VmFlags::WRITE);
        self.vma(vma).flags.has(shared) && self.vma_is_shmem(vma)
    }

    /// Maps `n` pages of one folio from `page` on into entries `index..` of a table (`set_pte_range`). References are
    /// taken here.
    pub(super) fn set_file_ptes(
        &mut self,
        vma: VmaId,
        table: TableId,
        index: usize,
        page: Pfn,
        n: usize,
        write: bool,
    ) {
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        let may_write = self.file_prot_write(vma) || write && flags.has(VmFlags::WRITE);
        for i in 0..n {
            let pte = Pte::for_area(page.add(i), flags)
                .with_dirty(write)
                .with_write(may_write);
            self.tables.set(table, index + i, pte);
        }
        let head = self.frames.head(page);
        *self.frames.refcount_mut(head) += n as i32;
        self.add_file_rmap_ptes(page, n, vma);
        *self.mm_counter(mm, head) += n as i64;
    }

    /// Maps the huge folio of `head` by the empty PMD of `addr`, if the area allows it (`do_set_pmd`).
    pub(crate) fn do_set_pmd(
        &mut self,
        vma: VmaId,
        addr: u64,
        slot: PmdSlot,
        head: Pfn,
        write: bool,
    ) -> bool {
        if self.frames.order(head) != HPAGE_PMD_ORDER
            || self.vma_thp_disabled(vma, false)
            || self.file_block_in_vma(vma, addr, HPAGE_PMD_ORDER).is_none()
        {
            return false;
        }
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        let may_write = self.file_prot_write(vma) || write && flags.has(VmFlags::WRITE);
        let pmd = Pte::for_area(head, flags)
            .with_huge(true)
            .with_dirty(write)
            .with_write(may_write);
        self.tables.set(slot.table, slot.index, pmd);
        *self.frames.refcount_mut(head) += 1;
        self.add_rmap_pmd(head, mm, Exclusive::No);
        self.mlock_file_folio(head, HPAGE_PMD_NR, vma);
        *self.mm_counter(mm, head) += HPAGE_PMD_NR as i64;
        self.stat.thp_file_mapped += 1;
        true
    }

    /// Every place that maps a page of a file as a page of the file (`rmap_walk_file`).
    pub(crate) fn rmap_walk_file(&self, page: Pfn) -> Vec<Mapping> {
        let head = self.frames.head(page);
        let index = self.frames.index(head) + u64::from(page.0 - head.0);
        let mut out = Vec::new();
        for &vma in &self.inode(FileId(self.frames.anchor(head))).vmas {
            let v = self.vma(vma);
            if let Some(addr) = v.address_of(index)
                && let Some(huge) = self.maps_page(v.mm, addr, page)
            {
                out.push(Mapping {
                    vma,
                    mm: v.mm,
                    addr,
                    huge,
                });
            }
        }
        out
    }

    /// Every place that maps a page, by its kind.
    pub(crate) fn rmap_walk(&self, page: Pfn) -> Vec<Mapping> {
        if self.folio_in_file(self.frames.head(page)) {
            self.rmap_walk_file(page)
        } else {
            self.rmap_walk_anon(page)
        }
    }

    /// Address spaces and addresses that map a page; none for the zero pages, which have no reverse map.
    pub fn mapped_at(&self, page: Pfn) -> Vec<(MmId, u64)> {
        let head = self.frames.head(page);
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::KSM) {
            return self.ksm_mappings(page);
        }
        if !flags.has(FrameFlags::ALLOCATED)
            || flags.any(
                FrameFlags::PGTABLE
                    .and(FrameFlags::ZERO)
                    .and(FrameFlags::RESERVED),
            )
            || self.page_mapcount(page) == 0
        {
            return Vec::new();
        }
        let places = self.rmap_walk(page).into_iter();
        places.map(|p| (p.mm, p.addr)).collect()
    }

    /// Unmaps the pages `first..end` of a file wherever they are mapped; `even_cows`: private copies of them too
    /// (`unmap_mapping_range`).
    pub(crate) fn unmap_mapping_range(
        &mut self,
        id: FileId,
        first: u64,
        end: u64,
        even_cows: bool,
    ) {
        let how = if even_cows { Zap::Keep } else { Zap::FileOnly };
        for vma in self.inode(id).vmas.clone() {
            let v = self.vma(vma);
            let (from, to) = (first.max(v.pgoff), end.min(v.pgoff + v.pages()));
            if from < to {
                let start = v.start + (from - v.pgoff) * PAGE_SIZE;
                self.zap_range(vma, start, start + (to - from) * PAGE_SIZE, how);
            }
        }
    }

    /// As [`unmap_mapping_folio`](Self::unmap_mapping_folio) for reclaim and splits, which split huge PMDs first
    /// (`try_to_unmap`).
    pub(crate) fn try_to_unmap_file(&mut self, head: Pfn) {
        if self.folio_entire_mapcount(head) > 0 {
            for m in self.rmap_walk_file(head) {
                if m.huge {
                    self.split_huge_pmd(m.vma, m.addr);
                }
            }
        }
        self.unmap_mapping_folio(head);
    }

    /// Takes a folio of a file out of all page tables; faults bring it back (`unmap_mapping_folio`).
    pub(crate) fn unmap_mapping_folio(&mut self, head: Pfn) {
        if self.folio_mapcount(head) > 0 {
            let id = FileId(self.frames.anchor(head));
            let (first, end) = (self.frames.index(head), self.folio_next_index(head));
            self.unmap_mapping_range(id, first, end, false);
        }
    }
}
