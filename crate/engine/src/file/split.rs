//! Splitting large folios of files.
//!
//! Counterparts in `mm/huge_memory.c`: `__folio_split`, `folio_split`. Mappings go; faults bring the pieces back.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::thp::INHERITED;
use crate::vm::addr::{FileId, Pfn};
use std::rc::Rc;

/// Pieces of a folio of `order` cut at its page `at`, as offset and order: the piece with the cut keeps halving.
fn pieces(order: u8, at: usize) -> Vec<(usize, u8)> {
    let mut out = Vec::with_capacity(usize::from(order) + 1);
    let (mut base, mut order) = (0, order);
    while order > 0 {
        order -= 1;
        let upper = base + (1 << order);
        if at < upper {
            out.push((upper, order));
        } else {
            out.push((base, order));
            base = upper;
        }
    }
    out.push((base, 0));
    out.sort_unstable();
    out
}

impl Machine {
    /// Splits the folio of `page`: buddy-like around `page` if `around`, else into single pages. The caller holds
    /// `extra_refs` references, which move to the piece of `page`. Pieces behind the end of the file are freed.
    ///
    /// # Errors
    /// EINVAL for a small page, EBUSY outside a file, EAGAIN if anybody else holds a reference. EBUSY for a dirty folio of a file on disk, which
    /// loses its mappings all the same.
    pub(crate) fn split_file_folio(
        &mut self,
        page: Pfn,
        around: bool,
        extra_refs: i32,
    ) -> Result<(), Errno> {
        let head = self.frames.head(page);
        let order = self.frames.order(head);
        if order == 0 {
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
        let cut = if around {
            pieces(order, at)
        } else {
            (0..1 << order).map(|i| (i, 0)).collect()
        };
        let (id, index) = (FileId(self.frames.anchor(head)), self.frames.index(head));
        let flags = FrameFlags(self.frames.flags(head).0 & INHERITED.0);
        for &(offset, order) in &cut {
            let (piece, n) = (head.add(offset), 1usize << order);
            let own = if order > 0 {
                flags.and(FrameFlags::HEAD)
            } else {
                flags
            };
            let tail = FrameFlags::ALLOCATED.and(FrameFlags::TAIL);
            self.frames.format(piece, order, own, tail);
            self.frames.set_anchor(piece, id.0);
            self.frames.set_index(piece, index + offset as u64);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_with_the_cut_keeps_halving() {
        let orders = |at| pieces(3, at).iter().map(|p| p.1).collect::<Vec<_>>();
        assert_eq!(orders(0), [0, 0, 1, 2]);
        assert_eq!(orders(2), [1, 0, 0, 2]);
        assert_eq!(orders(7), [2, 1, 0, 0]);
        assert_eq!(pieces(9, 2)[..4], [(0, 1), (2, 0), (3, 0), (4, 2)]);
    }
}
