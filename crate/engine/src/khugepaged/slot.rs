//! The queue of registered address spaces: who enters it and when one leaves.
//!
//! Counterparts: `khugepaged_enter_vma`, `__khugepaged_enter`, `khugepaged_fork`, `__khugepaged_exit`,
//! `collect_mm_slot`. Only the death of an address space unregisters it; neither MADV_NOHUGEPAGE nor `enabled=never`
//! does.

use crate::machine::Machine;
use crate::thp::TvaType;
use crate::vm::addr::{HPAGE_PMD_ORDER, MmId, VmaId};
use crate::vm::vma::VmFlags;

impl Machine {
    /// Queues the address space of `vma` if the area, were its flags `flags`, could be collapsed
    /// (`khugepaged_enter_vma`).
    pub(crate) fn khugepaged_enter_vma(&mut self, vma: VmaId, flags: VmFlags) {
        let mm = self.vma(vma).mm;
        if !self.mm(mm).vm_hugepage
            && self.hugepage_pmd_enabled()
            && self.thp_vma_allowable(vma, flags, TvaType::Khugepaged, HPAGE_PMD_ORDER)
        {
            self.khugepaged_enter(mm);
        }
    }

    /// Queues an address space behind all others (`__khugepaged_enter`). The first one wakes the thread.
    fn khugepaged_enter(&mut self, mm: MmId) {
        if std::mem::replace(&mut self.mm_mut(mm).vm_hugepage, true) {
            return;
        }
        let first = self.khugepaged.queue.is_empty();
        self.khugepaged.queue.push(mm);
        if first {
            self.khugepaged_wake_for_queue();
        }
    }

    /// A child is queued like its parent, whatever its areas allow (`khugepaged_fork`).
    pub(crate) fn khugepaged_fork(&mut self, child: MmId, parent: MmId) {
        if self.mm(parent).vm_hugepage {
            self.khugepaged_enter(child);
        }
    }

    /// An address space dies: it leaves the queue, unless the cursor stands on it; the thread takes it out
    /// when it comes by (`__khugepaged_exit`).
    pub(crate) fn khugepaged_exit(&mut self, mm: MmId) {
        if self.mm(mm).vm_hugepage && self.khugepaged.cursor.is_none_or(|c| c.mm != mm) {
            self.khugepaged_unlink(mm);
        }
    }

    fn khugepaged_unlink(&mut self, mm: MmId) {
        self.khugepaged.queue.retain(|q| *q != mm);
        self.mm_mut(mm).vm_hugepage = false;
    }

    /// Takes a dead address space out of the queue; one that lives stays (`collect_mm_slot`).
    pub(super) fn khugepaged_collect(&mut self, mm: MmId) {
        if self.mm(mm).users == 0 {
            self.khugepaged_unlink(mm);
            self.mmdrop(mm);
        }
    }
}
