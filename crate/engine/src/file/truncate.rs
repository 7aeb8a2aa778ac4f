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
    /// Removes the bytes `start..end` from the cache: whole folios go, others are split at both ends so that whole
    /// pages can; what remains of pages is zeroed. The range must not be mapped any more where whole pages go.
    pub(super) fn remove_bytes(&mut self, id: FileId, start: u64, end: u64) {
        let last = end.div_ceil(PAGE_SIZE);
        self.shmem_free_swap(id, start.div_ceil(PAGE_SIZE), end >> PAGE_SHIFT);
        let mut index = start >> PAGE_SHIFT;
        while let Some(head) = self.next_folio(id, index, last) {
            let next = self.folio_next_index(head);
            let (from, to) = (self.frames.index(head) << PAGE_SHIFT, next << PAGE_SHIFT);
            if from >= start && to <= end {
                self.unmap_mapping_folio(head);
                self.file_remove_folio(head);
                index = next;
            } else if !self.split_partial_folio(head, start.max(from), end.min(to)) {
                index = next;
            }
        }
        for edge in [start, end] {
            let page = edge & !(PAGE_SIZE - 1);
            if edge != page && (edge == start || page >= start) {
                self.zero_in_page(id, page.max(start), (page + PAGE_SIZE).min(end));
            }
        }
    }

    /// Zeroes bytes within one page.
    fn zero_in_page(&mut self, id: FileId, from: u64, to: u64) {
        let index = from >> PAGE_SHIFT;
        let _ = self.shmem_swapin_folio(id, index);
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

    /// The bytes `from..to` of a folio are to go: its pages in between are zeroed, then it is split around both ends.
    /// False: it is as it was, small or refused, and the zeroes stay (`truncate_inode_partial_folio`).
    fn split_partial_folio(&mut self, head: Pfn, from: u64, to: u64) -> bool {
        if !self.folio_large(head) {
            return false;
        }
        let (start, next) = (self.frames.index(head), self.folio_next_index(head));
        let page = |i: u64| head.add((i - start) as usize);
        for i in from.div_ceil(PAGE_SIZE)..to >> PAGE_SHIFT {
            if !self.page_is_zero(page(i)) {
                self.write_content(page(i), Pattern::Fill(0));
            }
        }
        if self.frames.has(head, FrameFlags::SWAPBACKED) {
            self.frames.set(head, FrameFlags::DIRTY);
        }
        if self.split_file_around(page(from >> PAGE_SHIFT)).is_err() {
            // What cannot be split goes whole, unless there is something to write.
            let clean = !self.frames.has(head, FrameFlags::DIRTY);
            if clean && self.folio_in_file(head) {
                self.unmap_mapping_folio(head);
                self.file_remove_folio(head);
            }
            return clean;
        }
        // The other end is in a piece of its own, unless that went with the end of the file.
        let to = to >> PAGE_SHIFT;
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
