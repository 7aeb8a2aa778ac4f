//! Guard regions: pages whose touch is SIGSEGV, without an area of their own.
//!
//! Counterparts in `mm/madvise.c`: `madvise_guard_install`, `madvise_guard_remove`.

use super::addr::{HPAGE_PMD_SIZE, VmaId, pmd_down, pte_index};
use super::pte::{Pte, SwapKind};
use super::table::Pmd;
use super::vma::VmFlags;
use super::zap::Zap;
use crate::errno::Errno;
use crate::machine::Machine;

impl Machine {
    fn guard_allowed(&self, vma: VmaId, allow_locked: bool) -> bool {
        let refused = VmFlags::SPECIAL.with(VmFlags::HUGETLB);
        let flags = self.vma(vma).flags;
        !flags.any(refused) && (allow_locked || !flags.has(VmFlags::LOCKED))
    }

    /// Replaces every page of the range by a guard marker.
    ///
    /// # Errors
    /// EINVAL for locked, special and hugetlb areas, ENOMEM without memory for tables.
    pub(crate) fn madvise_guard_install(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
    ) -> Result<(), Errno> {
        if !self.guard_allowed(vma, false) {
            return Err(Errno::EINVAL);
        }
        let flags = self.vma(vma).flags.with(VmFlags::MAYBE_GUARD);
        self.vma_mut(vma).flags = flags;
        // Tables of anonymous memory must be copied at fork now.
        self.anon_vma_prepare(vma);
        self.zap_range(vma, start, end, Zap::Keep);
        let mm = self.vma(vma).mm;
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            let table = self.pte_alloc(mm, addr).ok_or(Errno::ENOMEM)?;
            let first = pte_index(addr);
            for i in first..first + Self::ptes_to(addr, stop) {
                self.tables.set(table, i, Pte::swap(SwapKind::Guard, 0));
            }
            addr = stop;
        }
        Ok(())
    }

    /// Takes the guard markers out of the range; everything else stays.
    ///
    /// # Errors
    /// EINVAL for special and hugetlb areas.
    pub(crate) fn madvise_guard_remove(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
    ) -> Result<(), Errno> {
        if !self.guard_allowed(vma, true) {
            return Err(Errno::EINVAL);
        }
        let mm = self.vma(vma).mm;
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            if let Pmd::Table(table) = self.pmd(mm, addr) {
                let first = pte_index(addr);
                for i in first..first + Self::ptes_to(addr, stop) {
                    if self.tables.get(table, i).swap_kind() == Some(SwapKind::Guard) {
                        self.tables.set(table, i, Pte::NONE);
                    }
                }
            }
            addr = stop;
        }
        Ok(())
    }
}
