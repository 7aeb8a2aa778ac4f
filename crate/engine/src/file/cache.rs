//! Folios in a file and out of it, with their counters.
//!
//! Counterparts: `shmem_add_to_page_cache`, `__filemap_add_folio`, `filemap_remove_folio`, `folio_mark_accessed`.

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, HPAGE_PMD_ORDER, Pfn};
use std::rc::Rc;

/// Largest file: page offsets have 36 bits, and the last 2 MiB block must end below.
pub(crate) const MAX_FILE_BYTES: u64 = 1 << 47;

impl Machine {
    /// Head of the folio that holds page `index` of a file.
    #[inline]
    pub(crate) fn file_folio(&self, id: FileId, index: u64) -> Option<Pfn> {
        let (&first, &head) = self.inode(id).folios.range(..=index).next_back()?;
        (index - first < self.folio_nr_pages(head) as u64).then_some(head)
    }

    /// Page `index` of a file, if it is cached.
    #[inline]
    pub(crate) fn file_page(&self, id: FileId, index: u64) -> Option<Pfn> {
        let head = self.file_folio(id, index)?;
        Some(head.add((index - self.frames.index(head)) as usize))
    }

    /// First folio with a page in `first..end`.
    pub(crate) fn next_folio(&self, id: FileId, first: u64, end: u64) -> Option<Pfn> {
        if first >= end {
            return None;
        }
        self.file_folio(id, first).or_else(|| {
            let mut later = self.inode(id).folios.range(first..end);
            later.next().map(|e| *e.1)
        })
    }

    /// First page index behind a folio of a file (`folio_next_index`).
    pub(crate) fn folio_next_index(&self, head: Pfn) -> u64 {
        self.frames.index(head) + self.folio_nr_pages(head) as u64
    }

    /// True for a folio that is in a file.
    #[inline]
    pub(crate) fn folio_in_file(&self, head: Pfn) -> bool {
        const OTHERS: FrameFlags = FrameFlags(
            FrameFlags::ANON.0
                | FrameFlags::PGTABLE.0
                | FrameFlags::RESERVED.0
                | FrameFlags::ZERO.0
                | FrameFlags::SWAPCACHE.0,
        );
        let flags = self.frames.flags(head);
        flags.has(FrameFlags::ALLOCATED) && !flags.any(OTHERS) && self.frames.anchor(head) != 0
    }

    /// Puts a new folio, whose only reference is the caller's, into a file at `index`, a multiple of its size. The
    /// cache has the references then.
    pub(crate) fn file_add_folio(&mut self, id: FileId, index: u64, head: Pfn) {
        let n = self.folio_nr_pages(head) as i64;
        let shmem = self.inode(id).shmem;
        self.frames.set_anchor(head, id.0);
        self.frames.set_index(head, index);
        *self.frames.refcount_mut(head) = n as i32;
        if shmem {
            self.frames.set(head, FrameFlags::SWAPBACKED);
            if self.mount_noswap(id) {
                self.frames.set(head, FrameFlags::UNEVICTABLE);
            }
        }
        self.account_file_folio(head, 1);
        let inode = self.inode_mut(id);
        inode.nr_cached += n as u64;
        Rc::make_mut(&mut inode.folios).insert(index, head);
        self.lru_add(head);
    }

    /// Counts a folio of a file, in or out.
    pub(super) fn account_file_folio(&mut self, head: Pfn, sign: i64) {
        let n = sign * self.folio_nr_pages(head) as i64;
        let huge = i64::from(self.frames.order(head) == HPAGE_PMD_ORDER) * sign;
        self.stat.nr_file_pages += n;
        if self.frames.has(head, FrameFlags::SWAPBACKED) {
            self.stat.nr_shmem += n;
            self.stat.nr_shmem_hugepages += huge;
        } else {
            self.stat.nr_file_hugepages += huge;
        }
    }

    /// Takes a folio, which nobody maps, out of its file; it is freed unless somebody else holds it
    /// (`filemap_remove_folio`).
    pub(crate) fn file_remove_folio(&mut self, head: Pfn) {
        let (id, index) = (FileId(self.frames.anchor(head)), self.frames.index(head));
        debug_assert_eq!(self.folio_mapcount(head), 0);
        self.account_file_folio(head, -1);
        let n = self.folio_nr_pages(head) as i32;
        let inode = self.inode_mut(id);
        inode.nr_cached -= n as u64;
        Rc::make_mut(&mut inode.folios).remove(&index);
        self.frames.set_anchor(head, 0);
        self.frames.clear(head, FrameFlags::DIRTY);
        self.folio_put(head, n);
    }

    /// A page that was used is let go: referenced, and at the second time active (`folio_mark_accessed`).
    pub(crate) fn folio_mark_accessed(&mut self, head: Pfn) {
        let flags = self.frames.flags(head);
        if !flags.has(FrameFlags::REFERENCED) {
            self.frames.set(head, FrameFlags::REFERENCED);
        } else if !flags.any(FrameFlags::UNEVICTABLE.and(FrameFlags::ACTIVE)) {
            self.lru_change(head, FrameFlags::ACTIVE, FrameFlags::REFERENCED);
        }
    }
}
