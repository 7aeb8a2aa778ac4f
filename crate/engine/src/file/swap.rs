//! Shared memory in swap: out by reclaim, back at its next use or when the area is switched off.
//!
//! Counterparts in `mm/shmem.c`: `shmem_writeout`, `shmem_swapin_folio`, `shmem_free_swap`, `shmem_unuse`,
//! `shmem_swap_usage`. A page that is out has its entry in the file; page tables know nothing of it.

use super::shmem::NoPage;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;
use crate::thp::Cut;
use crate::vm::addr::{FileId, PAGE_SHIFT, Pfn, VmaId};

fn entry(value: u32) -> SwapEntry {
    SwapEntry::from_value(u64::from(value))
}

impl Machine {
    /// First page of `first..end` that is swapped out, with its entry.
    pub(crate) fn next_swapped(
        &self,
        id: FileId,
        first: u64,
        end: u64,
    ) -> Option<(u64, SwapEntry)> {
        let inode = self.inode(id);
        if !inode.shmem || first >= end {
            return None;
        }
        let mut later = inode.stored.range(first..end);
        later.next().map(|(i, e)| (*i, entry(*e)))
    }

    /// Moves a folio that nobody maps from its file to swap, split first if it has to be; the other pages of a split
    /// come into `rest`. False: it stays, dirty (`shmem_writeout`).
    pub(super) fn shmem_writeout(&mut self, head: Pfn, rest: &mut Vec<Pfn>) -> bool {
        let id = FileId(self.frames.anchor(head));
        if self.swap.total_pages() == 0 || self.mount_noswap(id) {
            return false;
        }
        let (index, next) = (self.frames.index(head), self.folio_next_index(head));
        let inode = self.inode(id);
        let end = inode.size_pages().max(inode.fallocend);
        let mut order = self.frames.order(head);
        // What sticks out of the file must not take slots.
        let crosses = order > 0 && (index + 1..next).contains(&end);
        self.frames.set(head, FrameFlags::UPTODATE);
        if crosses || !self.folio_alloc_swap(head) {
            if order == 0 || self.split_file_folio(head, Cut::PAGES, 0).is_err() {
                return false;
            }
            let pages = (1..1usize << order).map(|i| head.add(i));
            rest.extend(pages.filter(|p| self.folio_in_file(*p)));
            order = 0;
            if !self.folio_alloc_swap(head) {
                return false;
            }
        }
        // The entry goes where the folio was.
        self.frames.clear(head, FrameFlags::SWAPCACHE);
        self.file_remove_folio(head);
        self.frames.set(head, FrameFlags::SWAPCACHE);
        for i in 0..1usize << order {
            let slot = self.swap.entry_of(head.add(i));
            self.swap_duplicate(slot);
            let stored = &mut self.inode_mut(id).stored;
            stored.insert(index + i as u64, slot.value() as u32);
        }
        if !self.swap_writeout(head) {
            self.swap_cache_del_folio(head);
        }
        true
    }

    /// Brings page `index` back if it is in swap; the flag tells whether it had to be read. `None`: it is not
    /// (`shmem_swapin_folio`).
    pub(crate) fn shmem_swapin_folio(
        &mut self,
        id: FileId,
        index: u64,
    ) -> Option<Result<(Pfn, bool), NoPage>> {
        let slot = self.next_swapped(id, index, index + 1)?.1;
        let (page, read) = match self.swap_cache_lookup(slot) {
            Some(page) => (page, false),
            None => match self.swap_cluster_readahead(slot) {
                Some(read) => (read.page, true),
                None => return Some(Err(NoPage::NoMemory)),
            },
        };
        let head = self.frames.head(page);
        let n = self.folio_nr_pages(head);
        let first = index.wrapping_sub(u64::from(page.0 - head.0));
        let whole = (0..n).all(|i| {
            let known = self.inode(id).stored.get(&first.wrapping_add(i as u64));
            known.is_some_and(|e| entry(*e) == self.swap.entry_of(head.add(i)))
        });
        let (mut kept, mut at, mut count) = (head, first, n);
        if whole {
            // Held meanwhile: the cache is about to let go.
            *self.frames.refcount_mut(head) += 1;
        } else {
            // A hole was punched into what went out as one: only this page comes back.
            let Some(copy) = self.alloc_user_folio(0) else {
                return Some(Err(NoPage::NoMemory));
            };
            self.copy_content(copy, page);
            (kept, at, count) = (copy, index, 1);
        }
        for i in 0..count as u64 {
            if let Some(old) = self.inode_mut(id).stored.remove(&(at + i)) {
                self.swap_free(entry(old));
            }
        }
        if whole {
            self.swap_cache_del_folio(head);
        } else if self.swap.slot(slot).users == 0 {
            self.folio_free_swap(head);
        }
        self.lru_remove(kept);
        let flags = FrameFlags::DIRTY.and(FrameFlags::UPTODATE);
        self.frames.set(kept, flags);
        self.file_add_folio(id, at, kept);
        Some(Ok((kept.add((index - at) as usize), read)))
    }

    /// The entries of `first..end` are given up unread (`shmem_free_swap`).
    pub(super) fn shmem_free_swap(&mut self, id: FileId, first: u64, end: u64) {
        while let Some((index, slot)) = self.next_swapped(id, first, end) {
            self.inode_mut(id).stored.remove(&index);
            self.free_swap_and_cache(slot);
        }
    }

    /// Brings back all that is in one area (`shmem_unuse`).
    ///
    /// # Errors
    /// ENOMEM.
    pub(crate) fn shmem_unuse(&mut self, area: usize) -> Result<(), Errno> {
        for i in 0..self.files.len() {
            let id = FileId(i as u32);
            let mut from = 0;
            while self.files[i].is_some()
                && let Some((index, slot)) = self.next_swapped(id, from, u64::MAX)
            {
                from = index + 1;
                if slot.area() == area
                    && let Some(Err(_)) = self.shmem_swapin_folio(id, index)
                {
                    return Err(Errno::ENOMEM);
                }
            }
        }
        Ok(())
    }

    /// MADV_WILLNEED of shared memory: swapped pages come into the swap cache (`force_shm_swapin_readahead`).
    pub(super) fn shmem_swapin_range(&mut self, id: FileId, first: u64, end: u64) {
        let mut from = first;
        while let Some((index, slot)) = self.next_swapped(id, from, end) {
            self.read_swap_cache(slot);
            from = index + 1;
        }
    }

    /// Pages of the file that lie in swap, of those that `start..end` of an area maps (`shmem_partial_swap_usage`).
    pub(crate) fn shmem_swap_usage(&self, vma: VmaId, start: u64, end: u64) -> u64 {
        let v = self.vma(vma);
        match v.cached_file() {
            Some(id) if self.inode(id).shmem => {
                let first = v.page_index(start);
                let end = first + ((end - start) >> PAGE_SHIFT);
                self.inode(id).stored.range(first..end).count() as u64
            }
            _ => 0,
        }
    }
}
