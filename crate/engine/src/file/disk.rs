//! Files on disk: writing pages back, dropping them.
//!
//! Counterparts: `filemap_fdatawrite`, `invalidate_mapping_pages`, `drop_pagecache_sb`.
//!
//! Deviation: the disk takes no time; reading and writing back are over at once.

use crate::machine::Machine;
use crate::phys::content;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, Pfn};
use std::collections::btree_map::Entry;

impl Machine {
    /// Writes the dirty pages of `first..end` to the disk; their entries lose dirty bit and write right
    /// (`folio_clear_dirty_for_io`).
    pub(crate) fn write_back(&mut self, id: FileId, first: u64, end: u64) {
        if self.inode(id).shmem {
            return;
        }
        let mut index = first;
        while let Some(head) = self.next_folio(id, index, end) {
            index = self.folio_next_index(head);
            let mut dirty = self.frames.has(head, FrameFlags::DIRTY);
            for i in 0..self.folio_nr_pages(head) {
                for m in self.rmap_walk_file(head.add(i)) {
                    let place = if m.huge {
                        self.pmd_slot(m.mm, m.addr).map(|s| (s.table, s.index))
                    } else {
                        let table = self.pte_table(m.mm, m.addr);
                        table.map(|t| (t, crate::vm::addr::pte_index(m.addr)))
                    };
                    let Some((table, at)) = place else { continue };
                    let pte = self.tables.get(table, at);
                    dirty |= pte.dirty();
                    let clean = pte.with_dirty(false).with_write(false);
                    self.tables.set(table, at, clean);
                }
            }
            if dirty {
                self.frames.clear(head, FrameFlags::DIRTY);
                for i in 0..self.folio_nr_pages(head) {
                    self.store_to_disk(id, head.add(i));
                }
            }
        }
    }

    fn store_to_disk(&mut self, id: FileId, page: Pfn) {
        let head = self.frames.head(page);
        let index = self.frames.index(head) + u64::from(page.0 - head.0);
        let content = self.contents.get(self.frames.content(page));
        self.set_disk(id, index, Some(content));
    }

    /// All who had a file on disk open for writing close it.
    pub fn close_writers(&mut self, id: FileId) {
        if !Machine::is_file_hugepages(id) {
            self.inode_mut(id).open_for_write = false;
        }
    }

    /// Somebody opens a file for writing. Where the filesystem has no large folios, those khugepaged made could not be
    /// written: the whole cache of the file goes (`do_dentry_open`).
    pub(crate) fn open_for_write(&mut self, id: FileId) {
        if std::mem::replace(&mut self.inode_mut(id).open_for_write, true) {
            return;
        }
        let huge = |m: &Machine| {
            let mut heads = m.inode(id).folios.values();
            heads.any(|h| m.folio_large(*h))
        };
        if self.config.fs.max_order() == 0 && huge(self) {
            self.unmap_mapping_range(id, 0, u64::MAX >> crate::vm::addr::PAGE_SHIFT, true);
            self.remove_bytes(id, 0, super::END_OF_FILES);
        }
    }

    /// A page on disk becomes `content`, or what it was made with.
    pub(super) fn set_disk(&mut self, id: FileId, index: u64, content: Option<u32>) {
        let disk = &mut self.inode_mut(id).stored;
        let old = match (content, disk.entry(index)) {
            (Some(new), Entry::Occupied(mut e)) => Some(e.insert(new)),
            (Some(new), Entry::Vacant(e)) => {
                e.insert(new);
                None
            }
            (None, Entry::Occupied(e)) => Some(e.remove()),
            (None, Entry::Vacant(_)) => None,
        };
        if let Some(old) = old {
            self.contents.put(old);
        }
    }

    /// The pages `first..end` on disk become a hole.
    pub(super) fn punch_disk(&mut self, id: FileId, first: u64, end: u64) {
        if !self.inode(id).shmem {
            for index in first..end.min(self.inode(id).size_pages()) {
                self.set_disk(id, index, Some(content::ZERO));
            }
        }
    }

    /// Drops the clean folios of a file on disk that nobody uses (`invalidate_mapping_pages`).
    pub(super) fn invalidate_pages(&mut self, id: FileId) {
        if self.inode(id).shmem {
            return;
        }
        let folios: Vec<Pfn> = self.inode(id).folios.values().copied().collect();
        for head in folios {
            self.drop_clean_folio(head);
        }
    }

    /// Drops a folio that is clean, unlocked and held by its file alone. False: it stays.
    pub(crate) fn drop_clean_folio(&mut self, head: Pfn) -> bool {
        let busy = FrameFlags::DIRTY.and(FrameFlags::LOCKED);
        let gone = !self.frames.flags(head).any(busy)
            && self.frames.refcount(head) == self.folio_nr_pages(head) as i32;
        if gone {
            self.file_remove_folio(head);
        }
        gone
    }

    /// Writing 1 to `drop_caches`: every file drops what it can (`drop_pagecache_sb`).
    pub(crate) fn drop_pagecache(&mut self) {
        for i in 0..self.files.len() {
            if self.files[i].is_some() {
                self.invalidate_pages(FileId(i as u32));
            }
        }
    }

    /// MADV_PAGEOUT of a folio of a file: unmapped, dropped if clean. Shared memory goes to swap; what cannot goes on the
    /// active list. Files on disk are not written here: `PG_reclaim`, the same bit as `PG_readahead`, is set instead. `rest` gets the other pages of one that had to be split.
    pub(crate) fn reclaim_file_folio(&mut self, head: Pfn, rest: &mut Vec<Pfn>) {
        let flags = self.frames.flags(head);
        if flags.any(FrameFlags::LOCKED.and(FrameFlags::UNEVICTABLE)) {
            return;
        }
        self.try_to_unmap_file(head);
        if !self.frames.has(head, FrameFlags::DIRTY) {
            self.drop_clean_folio(head);
            return;
        }
        let shmem = flags.has(FrameFlags::SWAPBACKED);
        if !shmem {
            self.frames.set(head, FrameFlags::READAHEAD);
        }
        let held = self.frames.refcount(head) != self.folio_expected_refs(head);
        if (!shmem || held || !self.shmem_writeout(head, rest)) && flags.has(FrameFlags::LRU) {
            self.lru_change(head, FrameFlags::ACTIVE, FrameFlags::NONE);
        }
    }
}
