//! Reading ahead of faults: which pages come into the cache, and in folios of what size.
//!
//! Counterparts: `mm/readahead.c` (`page_cache_ra_order`, `page_cache_async_ra`, `page_cache_ra_unbounded`);
//! `do_sync_mmap_readahead`, `do_async_mmap_readahead`.
//!
//! Deviation: one window for each file, not for each open descriptor; misses are not counted, so readahead never
//! gives up.

use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, HPAGE_PMD_NR, HPAGE_PMD_ORDER, Pfn, VmaId};
use crate::vm::vma::VmFlags;

/// Most pages of a window (`read_ahead_kb` 8192, as on the machine that recorded the answers). A power of two.
pub(super) const RA_PAGES: u64 = 2048;

/// The last window (`struct file_ra_state`), in pages.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Readahead {
    start: u64,
    size: u64,
    /// A page so far before the end asks for the next window.
    async_size: u64,
    order: u8,
    /// Where the last `read(2)` ended.
    pub(super) prev: u64,
}

/// First window of a read of `n` pages (`get_init_ra_size`).
fn init_size(n: u64) -> u64 {
    let n = n.next_power_of_two();
    match n {
        0..=64 => n * 4,
        65..=512 => n * 2,
        _ => RA_PAGES,
    }
}

/// Size of the window after one of `cur` pages (`get_next_ra_size`).
fn next_size(cur: u64) -> u64 {
    match cur {
        0..128 => 4 * cur,
        128..=1024 => 2 * cur,
        _ => RA_PAGES,
    }
}

impl Machine {
    /// A fault missed page `index` (`do_sync_mmap_readahead`).
    pub(super) fn sync_mmap_readahead(&mut self, id: FileId, vma: VmaId, index: u64) {
        let (v, mut ra) = (self.vma(vma), self.inode(id).ra);
        let mut from = index.saturating_sub(RA_PAGES / 2);
        if v.flags.has(VmFlags::HUGEPAGE) {
            from = index & !(HPAGE_PMD_NR as u64 - 1);
            (ra.size, ra.async_size) = (2 * HPAGE_PMD_NR as u64, HPAGE_PMD_NR as u64);
            ra.order = HPAGE_PMD_ORDER;
        } else if v.flags.has(VmFlags::EXEC) {
            from = index;
            let end = (index + RA_PAGES).min(v.pgoff + v.pages());
            ra = Readahead {
                start: from,
                size: end - from,
                async_size: 0,
                order: 0,
                ..ra
            };
        } else {
            ra = Readahead {
                start: from,
                size: RA_PAGES,
                async_size: RA_PAGES / 4,
                order: 0,
                ..ra
            };
        }
        self.inode_mut(id).ra = ra;
        self.page_cache_ra_order(id, from);
        if self.file_page(id, index).is_none() {
            self.read_pages(id, index, index + 1);
        }
    }

    /// `read(2)` of `n` pages missed page `index` (`page_cache_sync_ra`).
    pub(crate) fn page_cache_sync_ra(&mut self, id: FileId, index: u64, n: u64) {
        let mut ra = self.inode(id).ra;
        ra.start = index;
        ra.order = 0;
        if index == 0 || n > RA_PAGES || index.wrapping_sub(ra.prev) <= 1 {
            ra.size = init_size(n);
            ra.async_size = if ra.size > n {
                ra.size - n
            } else {
                ra.size / 2
            };
        } else {
            // What a sequential reader would have left in the cache before.
            let mut first = index;
            while first > 0
                && index - first < RA_PAGES
                && let Some(head) = self.file_folio(id, first - 1)
            {
                first = self.frames.index(head);
            }
            let before = (index - first).min(RA_PAGES);
            if before <= n {
                return self.read_pages(id, index, index + n);
            }
            let before = if first == 0 { 2 * before } else { before };
            ra.size = (before + n).min(RA_PAGES);
            ra.async_size = 1;
        }
        self.inode_mut(id).ra = ra;
        self.page_cache_ra_order(id, index);
    }

    /// A fault or read found the page that asks for the next window; `n` pages are wanted (`page_cache_async_ra`).
    pub(super) fn page_cache_async_ra(&mut self, id: FileId, head: Pfn, index: u64, n: u64) {
        self.frames.clear(head, FrameFlags::READAHEAD);
        let mut ra = self.inode(id).ra;
        let pages = self.folio_nr_pages(head) as u64;
        let expected = (ra.start + ra.size).saturating_sub(ra.async_size) & !(pages - 1);
        if index == expected {
            ra.start += ra.size;
            ra.size = ra.size.max(next_size(ra.size));
        } else {
            let mut start = index + 1;
            while let Some(head) = self.file_folio(id, start) {
                start = self.folio_next_index(head);
                if start > index + RA_PAGES {
                    return;
                }
            }
            ra.start = start;
            ra.size = next_size(start - index + n);
        }
        ra.order += 2;
        let align = 1 << ra.order.min(RA_PAGES.trailing_zeros() as u8);
        let (end, aligned) = (ra.start + ra.size, (ra.start + ra.size) & !(align - 1));
        if aligned > ra.start {
            ra.size -= end - aligned;
        }
        ra.async_size = ra.size;
        self.inode_mut(id).ra = ra;
        self.page_cache_ra_order(id, ra.start);
    }

    /// Reads the window that begins at `start` in folios as large as asked for, as aligned and as the file has room
    /// for; behind the first that was there before, in single pages.
    fn page_cache_ra_order(&mut self, id: FileId, start: u64) {
        let ra = self.inode(id).ra;
        let Some(last) = self.inode(id).size_pages().checked_sub(1) else {
            return;
        };
        let last = last.min(start + ra.size - 1);
        let most = (ra.size.ilog2() as u8).min(self.config.fs.max_order());
        let min = self.config.fs_min_order();
        let order = ra.order.min(most).max(min);
        let start = start & !((1 << min) - 1);
        self.inode_mut(id).ra.order = order;
        let mark = start + ra.size - ra.async_size;
        let mut index = start;
        while index <= last {
            let mut order = order.min(index.trailing_zeros() as u8);
            while order > min && index + (1 << order) - 1 > last {
                order -= 1;
            }
            let end = index + (1 << order);
            if self.next_folio(id, index, end).is_some() {
                break;
            }
            let Some(head) = self.alloc_user_folio(order) else {
                break;
            };
            self.add_read_folio(id, index, head);
            if mark & !((1 << order) - 1) == index {
                self.frames.set(head, FrameFlags::READAHEAD);
            }
            index = end;
        }
        if index <= last {
            // The file's end shortens what is read, and with it moves the mark.
            let mark = (last + 1).saturating_sub(ra.async_size);
            let marked = self.file_folio(id, mark).is_none();
            self.read_pages(id, index, last + 1);
            if marked
                && mark >= index
                && let Some(page) = self.file_page(id, mark)
            {
                self.frames.set(page, FrameFlags::READAHEAD);
            }
        }
    }

    /// Reads those of the pages `first..end` that are in the file and not in the cache, as single pages
    /// (`page_cache_ra_unbounded`).
    pub(super) fn read_pages(&mut self, id: FileId, first: u64, end: u64) {
        let min = self.config.fs_min_order();
        for index in first..end.min(self.inode(id).size_pages()) {
            if self.file_folio(id, index).is_some() {
                continue;
            }
            let Some(page) = self.alloc_user_folio(min) else {
                return;
            };
            self.add_read_folio(id, index & !((1 << min) - 1), page);
        }
    }

    /// A new folio gets what the disk has and goes into the cache.
    pub(super) fn add_read_folio(&mut self, id: FileId, first: u64, head: Pfn) {
        for i in 0..self.folio_nr_pages(head) {
            let (page, index) = (head.add(i), first + i as u64);
            if index >= self.inode(id).size_pages() {
                break;
            }
            match self.inode(id).stored.get(&index) {
                Some(&written) => {
                    let content = self.contents.get(written);
                    self.frames.set_content(page, content);
                }
                // What the file was made with: every word tells the page.
                None => self.write_content(page, Pattern::Word(index + 1)),
            }
        }
        self.file_add_folio(id, first, head);
    }
}
