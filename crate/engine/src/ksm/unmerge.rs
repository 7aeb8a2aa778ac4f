//! Copies instead of merged pages.
//!
//! Counterparts: `break_ksm`, `break_cow`, `unmerge_ksm_pages`, `unmerge_and_remove_all_rmap_items`.

use super::rmap_item::{ItemId, Standing};
use super::slot::Cursor;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{HPAGE_PMD_SIZE, PAGE_SIZE, Pfn, VmaId, pmd_down, pte_index};
use crate::vm::fault::{Access, FaultResult};
use crate::vm::pte::Pte;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;

/// Pages of a per-CPU batch (`PAGEVEC_SIZE`).
const LOCK_BATCH: usize = 31;

impl Machine {
    /// A KSM page, or a zero page that ksmd put there.
    fn is_merged_pte(&self, pte: Pte) -> bool {
        if pte.special() {
            pte.dirty()
        } else {
            pte.present() && self.frames.has(pte.pfn(), FrameFlags::KSM)
        }
    }

    /// Gives the address a private copy, read-only until it is written (`break_ksm`).
    ///
    /// # Errors
    /// ENOMEM.
    fn break_ksm(&mut self, vma: VmaId, addr: u64) -> Result<(), Errno> {
        let mm = self.vma(vma).mm;
        while self.is_merged_pte(self.pte(mm, addr)) {
            match self.handle_mm_fault(mm, addr, Access::Unshare) {
                FaultResult::Done(_) | FaultResult::Major(_) => {}
                FaultResult::Oom => return Err(Errno::ENOMEM),
                FaultResult::Sigsegv | FaultResult::Sigbus => return Ok(()),
            }
        }
        Ok(())
    }

    /// Undoes the first step of a merge whose second failed (`break_cow`).
    pub(super) fn break_cow(&mut self, id: ItemId) {
        let item = self.item(id);
        self.put_anon_vma(item.anon_vma());
        if let Some(vma) = self.find_mergeable_vma(item.mm, item.addr) {
            // Without memory for the copy the page stays, as a KSM page without node.
            let _ = self.break_ksm(vma, item.addr);
        }
    }

    /// Copies every merged page of `[start, end)`, in order: MADV_UNMERGEABLE, mremap, `run` = 2. Items and
    /// counters follow with the next scan.
    ///
    /// # Errors
    /// ENOMEM at the first page that cannot be copied; those before it stay private. (madvise says EAGAIN then.)
    pub(crate) fn unmerge_ksm_pages(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
    ) -> Result<(), Errno> {
        self.unmerge_ksm_range(vma, start, end, None)
    }

    fn unmerge_ksm_range(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        mut held: Option<&mut Vec<Pfn>>,
    ) -> Result<(), Errno> {
        let mm = self.vma(vma).mm;
        if self.vma(vma).anon_vma.is_none() || self.ksm_test_exit(mm) {
            return Ok(());
        }
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            if let Pmd::Table(table) = self.pmd(mm, addr) {
                while addr < stop {
                    let pte = self.tables.get(table, pte_index(addr));
                    if self.is_merged_pte(pte) {
                        if let Some(held) = &mut held {
                            self.hold_in_lock_batch(vma, pte, held);
                        }
                        self.break_ksm(vma, addr)?;
                    }
                    addr += PAGE_SIZE;
                }
            }
            addr = stop;
        }
        Ok(())
    }

    /// `run` = 2: copies everything, frees all items, takes down the stable tree, and counts scans from 0.
    ///
    /// # Errors
    /// ENOMEM; address spaces before the failing one stay unmerged, and the scan in progress is given up.
    pub(super) fn unmerge_and_remove_all_rmap_items(&mut self) -> Result<(), Errno> {
        self.ksm_disturbed();
        let mut held = Vec::new();
        let result = self.unmerge_all_slots(&mut held);
        self.ksm.cursor = Cursor::default();
        self.ksm.unstable_roots.fill(0);
        if result.is_ok() {
            // Pages that a child still maps stay behind, with their nodes.
            let _ = self.remove_all_stable_nodes();
            self.ksm.seqnr = 0;
        } else {
            self.forget_unstable_tree();
        }
        self.drop_lock_batch(&mut held);
        result
    }

    /// The scan in progress was given up, but keeps its number: its items are in the tree no more.
    ///
    /// Deviation: the kernel leaves them marked as if they were, and erases them from a tree they are not in.
    fn forget_unstable_tree(&mut self) {
        let left_over = Standing::Unstable {
            seq: (self.ksm.seqnr as u8).wrapping_sub(1),
        };
        for i in 0..self.ksm.slots.len() {
            let mut at = self.ksm.slots[i].rmap_list;
            while !at.is_none() {
                let item = self.item_mut(at);
                if matches!(item.standing, Standing::Unstable { .. }) {
                    item.standing = left_over;
                }
                at = item.next;
            }
        }
    }

    /// Takes the reference that the lock batch has of a page unmapped from a locked area, until it is full or the
    /// writer of `run` goes: a KSM page with its last mapping there is still alive when its items are freed, which then
    /// go one by one. The copy is in the batch as well, before the page (`mlock_new_folio`, `munlock_folio`).
    fn hold_in_lock_batch(&mut self, vma: VmaId, old: Pte, held: &mut Vec<Pfn>) {
        if !self.vma(vma).flags.has(VmFlags::LOCKED) || old.special() {
            return;
        }
        for page in [None, Some(old.pfn())] {
            if let Some(page) = page {
                self.get_page(page);
            }
            held.push(page.unwrap_or_default());
            if held.len() == LOCK_BATCH {
                self.drop_lock_batch(held);
            }
        }
    }

    fn drop_lock_batch(&mut self, held: &mut Vec<Pfn>) {
        for page in held.drain(..).filter(|p| *p != Pfn::default()) {
            self.put_page(page);
        }
    }

    fn unmerge_all_slots(&mut self, held: &mut Vec<Pfn>) -> Result<(), Errno> {
        let mut i = 0;
        while i < self.ksm.slots.len() {
            let mm = self.ksm.slots[i].mm;
            self.ksm.cursor.slot = Some(i);
            if !self.ksm_test_exit(mm) {
                let vmas: Vec<VmaId> = self.mm(mm).vmas.values().copied().collect();
                for vma in vmas {
                    let v = self.vma(vma);
                    let (start, end) = (v.start, v.end);
                    if v.flags.has(VmFlags::MERGEABLE) {
                        self.unmerge_ksm_range(vma, start, end, Some(held))?;
                    }
                }
            }
            let first = std::mem::take(&mut self.ksm.slots[i].rmap_list);
            self.free_rmap_items(first);
            if self.ksm_test_exit(mm) {
                self.free_mm_slot(i);
            } else {
                i += 1;
            }
        }
        Ok(())
    }
}
