//! Bringing the swapped-out pages of a range back before it is collapsed.
//!
//! Counterpart: `__collapse_huge_page_swapin`.

use super::ScanResult;
use crate::machine::Machine;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_NR, PAGE_SIZE, VmaId};
use crate::vm::fault::Access;
use crate::vm::pte::{Pte, SwapKind};
use crate::vm::swap_fault::SwapIn;

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
            if let Err(refused) = self.swap_in_for_collapse(vma, addr + i * PAGE_SIZE, pte) {
                ret = refused;
                break;
            }
            swapped_in += 1;
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

    /// The swap fault of one entry. A page that must be read from disk is locked until it is there, and nobody waits
    /// for it: the next scan finds it in the swap cache.
    fn swap_in_for_collapse(&mut self, vma: VmaId, addr: u64, pte: Pte) -> Result<(), ScanResult> {
        match pte.swap_kind() {
            Some(SwapKind::Guard | SwapKind::Poison) => Err(ScanResult::Fail),
            Some(SwapKind::Migration | SwapKind::UffdWp) => {
                unreachable!("nothing is migrated, and empty entries are not write-protected")
            }
            Some(SwapKind::Swap) => {
                let mm = self.vma(vma).mm;
                let table = self.pte_table(mm, addr).ok_or(ScanResult::PmdNull)?;
                match self.do_swap_page(vma, addr, table, Access::Read, false) {
                    SwapIn::Minor | SwapIn::Major => Ok(()),
                    SwapIn::Locked => Err(ScanResult::PageLock),
                    SwapIn::Oom => Err(ScanResult::Fail),
                }
            }
            None => Ok(()),
        }
    }
}
