//! Removing a range from a file: truncation and holes.
//!
//! Counterparts: `shmem_undo_range`, `truncate_inode_pages_range`, `truncate_inode_partial_folio`.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::phys::frame::FrameFlags;
use crate::thp::Cut;
use crate::vm::addr::{FileId, PAGE_SHIFT, PAGE_SIZE, Pfn};

impl Machine {
    /// Removes the bytes `start..end` from the cache: whole pages go, what remains of others is zeroed. Large folios
    /// that stick out are split at both ends. The range must not be mapped any more where whole pages go.
    pub(super) fn remove_bytes(&mut self, id: FileId, start: u64, end: u64) {
        let (first, last) = (start.div_ceil(PAGE_SIZE), end >> PAGE_SHIFT);
        for edge in [start, end] {
            let in_page = edge % PAGE_SIZE;
            let page_start = edge - in_page;
            if in_page == 0 || edge == end && page_start < start {
                continue;
            }
            let (from, to) = (page_start.max(start), (page_start + PAGE_SIZE).min(end));
            self.zero_in_page(id, from, to);
        }
        self.remove_range(id, first, last);
    }

    /// Zeroes bytes within one page.
    fn zero_in_page(&mut self, id: FileId, from: u64, to: u64) {
        let index = from >> PAGE_SHIFT;
        if self.inode(id).shmem || self.file_page(id, index).is_some() {
            if let Some(page) = self.file_page(id, index) {
                self.zero_bytes(page, (from % PAGE_SIZE) as usize, (to - from) as usize);
                let head = self.frames.head(page);
                self.frames.set(head, FrameFlags::DIRTY);
            }
        } else if self.inode(id).size_pages() > index {
            self.read_pages(id, index, index + 1);
            if self.file_page(id, index).is_some() {
                self.zero_in_page(id, from, to);
            }
        }
    }

    fn zero_bytes(&mut self, page: Pfn, at: usize, len: usize) {
        for i in at..at + len {
            self.write_content(page, Pattern::ByteAt(i as u16, 0));
        }
    }

    /// Removes the pages `first..end`, none of which is mapped, splitting folios that stick out.
    pub(super) fn remove_range(&mut self, id: FileId, first: u64, end: u64) {
        let mut index = first;
        while index < end {
            let Some(head) = self.next_folio(id, index, end) else {
                return;
            };
            let (start, next) = (self.frames.index(head), self.folio_next_index(head));
            if start >= first && next <= end {
                self.unmap_mapping_folio(head);
                self.file_remove_folio(head);
                index = next;
                continue;
            }
            let (from, to) = (first.max(start), end.min(next));
            if !self.split_partial_folio(head, from, to) {
                index = next;
            }
        }
    }

    /// The part `from..to` of a folio is to go: zeroed, then the folio is split around both ends so that it can.
    /// False: the split was refused, and the zeroes stay (`truncate_inode_partial_folio`).
    fn split_partial_folio(&mut self, head: Pfn, from: u64, to: u64) -> bool {
        let (start, next) = (self.frames.index(head), self.folio_next_index(head));
        for i in from..to {
            let page = head.add((i - start) as usize);
            if !self.page_is_zero(page) {
                self.write_content(page, Pattern::Fill(0));
            }
        }
        self.frames.set(head, FrameFlags::DIRTY);
        let page = |i: u64| head.add((i - start) as usize);
        if self.split_file_around(page(from)).is_err() {
            return false;
        }
        // The other end is in a piece of its own, unless that went with the end of the file.
        if to < next && self.folio_in_file(self.frames.head(page(to))) {
            let _ = self.split_file_around(page(to));
        }
        true
    }

    fn split_file_around(&mut self, page: Pfn) -> Result<(), Errno> {
        let at = (page.0 - self.frames.head(page).0) as usize;
        let cut = Cut {
            order: 0,
            at: Some(at),
        };
        self.split_file_folio(page, cut, 0)
    }
}
