//! Bringing the swapped-out pages of a range back before it is collapsed.
//!
//! Counterpart: `__collapse_huge_page_swapin`.

use super::ScanResult;
use crate::machine::Machine;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_NR, PAGE_SIZE, VmaId};
use crate::vm::pte::{Pte, SwapKind};

/// How the swap fault of one entry ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum SwapIn {
    /// It can never be brought in: a guard or poison marker, an I/O error.
    Error,
}

impl Machine {
    /// Calls the swap fault for every entry that is neither none nor present. Emits
    /// `mm_collapse_huge_page_swapin`.
    pub(super) fn collapse_huge_page_swapin(
        &mut self,
        vma: VmaId,
        addr: u64,
        referenced: u32,
    ) -> Result<(), ScanResult> {
        let mm = self.vma(vma).mm;
        let mut ret = ScanResult::Succeed;
        let mut swapped_in = 0;
        for i in 0..HPAGE_PMD_NR as u64 {
            let pte = self.pte(mm, addr + i * PAGE_SIZE);
            if pte.is_none() || pte.present() {
                continue;
            }
            match self.swap_in_for_collapse(pte) {
                Ok(()) => swapped_in += 1,
                Err(SwapIn::Error) => {
                    ret = ScanResult::Fail;
                    break;
                }
            }
        }
        let referenced = referenced as i32;
        self.emit(EventKind::CollapseHugePageSwapin {
            mm,
            addr,
            swapped_in,
            referenced,
            ret,
        });
        if ret == ScanResult::Succeed {
            Ok(())
        } else {
            Err(ret)
        }
    }

    /// The swap fault of one entry. **The room for swap**: `do_swap_page` answers [`SwapKind::Swap`] here once there
    /// are swap areas; a page locked meanwhile is then [`ScanResult::PageLock`].
    fn swap_in_for_collapse(&mut self, pte: Pte) -> Result<(), SwapIn> {
        match pte.swap_kind() {
            Some(SwapKind::Guard | SwapKind::Poison) => Err(SwapIn::Error),
            Some(SwapKind::Swap | SwapKind::Migration | SwapKind::UffdWp) => {
                unreachable!("no swap areas, migration or userfaultfd exist yet")
            }
            None => Ok(()),
        }
    }
}
