//! Splitting large folios of files.
//!
//! Counterparts in `mm/huge_memory.c`: `__folio_split`, `folio_split`. Mappings go; faults bring the pieces back.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::thp::Cut;
use crate::vm::addr::{FileId, Pfn};
use std::rc::Rc;

impl Machine {
    /// Splits the folio of `page`. The caller holds `extra_refs` references, which move to the piece of `page`. Pieces behind the end of the file are freed.
    ///
    /// # Errors
    /// EINVAL for a folio not larger than the pieces, EBUSY outside a file, EAGAIN if anybody else holds a reference. EBUSY
    /// for a dirty folio of a file on disk, which loses its mappings all the same.
    pub(crate) fn split_file_folio(
        &mut self,
        page: Pfn,
        cut: Cut,
        extra_refs: i32,
    ) -> Result<(), Errno> {
        let head = self.frames.head(page);
        let order = self.frames.order(head);
        let mut cut = cut;
        if !self.frames.has(head, FrameFlags::SWAPBACKED) {
            cut.order = cut.order.max(self.config.fs_min_order());
        }
        if order <= cut.order {
            return Err(Errno::EINVAL);
        }
        if !self.folio_in_file(head) {
            return Err(Errno::EBUSY);
        }
        if self.frames.refcount(head) != self.folio_expected_refs(head) + extra_refs {
            self.count_split(head, order, true);
            return Err(Errno::EAGAIN);
        }
        self.try_to_unmap_file(head);
        let disk = !self.frames.has(head, FrameFlags::SWAPBACKED);
        if disk && self.frames.has(head, FrameFlags::DIRTY) {
            // Its buffers are dirty: the filesystem does not let them go.
            self.count_split(head, order, true);
            return Err(Errno::EBUSY);
        }
        self.count_split(head, order, false);
        self.account_file_folio(head, -1);
        let at = (page.0 - head.0) as usize;
        let cut = cut.pieces(order, false);
        let (id, index) = (FileId(self.frames.anchor(head)), self.frames.index(head));
        self.format_pieces(head, &cut);
        for &(offset, order) in &cut {
            let (piece, n) = (head.add(offset), 1usize << order);
            let kept = (offset..offset + n).contains(&at);
            *self.frames.refcount_mut(piece) = n as i32 + if kept { extra_refs } else { 0 };
            Rc::make_mut(&mut self.inode_mut(id).folios).insert(index + offset as u64, piece);
            self.account_file_folio(piece, 1);
        }
        let i = self.inode(id);
        let end = i.size_pages().max(if i.shmem { i.fallocend } else { 0 });
        for (offset, _) in cut {
            if index + offset as u64 >= end {
                self.file_remove_folio(head.add(offset));
            }
        }
        Ok(())
    }
}
