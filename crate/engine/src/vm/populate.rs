//! Faulting pages in on behalf of a call: MAP_POPULATE, mlock, MADV_POPULATE_*.
//!
//! Counterparts in `mm/gup.c`: `__mm_populate`, `populate_vma_page_range`, `faultin_page_range`.

use super::addr::{HPAGE_PMD_SIZE, MmId, PAGE_SIZE, VmaId, pmd_down};
use super::fault::{Access, FaultResult};
use super::pte::Pte;
use super::table::Pmd;
use super::vma::VmFlags;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;

impl Machine {
    /// Faults in every page of the areas in `[start, start + len)`, as far as it goes; errors are ignored.
    pub(crate) fn mm_populate(&mut self, mm: MmId, start: u64, len: u64) {
        for vma in self.vmas_in(mm, start, start + len) {
            let v = self.vma(vma);
            if v.flags.any(VmFlags::IO.with(VmFlags::PFNMAP)) || v.flags.has(VmFlags::LOCKONFAULT) {
                continue;
            }
            let (from, to) = (v.start.max(start), v.end.min(start + len));
            // A shared or read-only area is only read; a private writable one is broken away from its zero pages.
            let write = v.flags.has(VmFlags::WRITE) && !v.flags.has(VmFlags::SHARED);
            if v.flags.any(VmFlags::ACCESS) {
                let _ = self.populate_range(vma, from, to, write);
            }
        }
    }

    /// Faults in `[start, end)` of one area.
    ///
    /// # Errors
    /// EFAULT at a guard region or beyond the end of a file, ENOMEM without memory.
    pub(crate) fn populate_range(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        write: bool,
    ) -> Result<(), Errno> {
        let mm = self.vma(vma).mm;
        let access = if write { Access::Write } else { Access::Read };
        let mut addr = start;
        while addr < end {
            let pte = self.pte(mm, addr);
            let usable = pte.present() && !pte.protnone() && (!write || pte.writable());
            if usable {
                if write && !pte.dirty() {
                    self.populate_touch(mm, addr, pte);
                }
                addr = if pte.huge() {
                    pmd_down(addr) + HPAGE_PMD_SIZE
                } else {
                    addr + PAGE_SIZE
                };
                continue;
            }
            match self.handle_mm_fault(mm, addr, access) {
                FaultResult::Done(_) | FaultResult::Major(_) => {}
                FaultResult::Sigsegv | FaultResult::Sigbus => return Err(Errno::EFAULT),
                FaultResult::Oom => return Err(Errno::ENOMEM),
            }
        }
        Ok(())
    }
    /// A page that is populated for writing and needs no fault is dirty from now on, as one that MADV_FREE had made
    /// clean (`FOLL_TOUCH`): a small one by its folio, a huge one by its entry.
    fn populate_touch(&mut self, mm: MmId, addr: u64, pte: Pte) {
        if !pte.huge() {
            let head = self.frames.head(pte.pfn());
            self.frames.set(head, FrameFlags::DIRTY);
        } else if let Some(slot) = self.pmd_slot(mm, addr)
            && let Pmd::Huge(pmd) = self.pmd_at(slot)
        {
            // `pte` is of the page at `addr`, the entry of the first one.
            let pmd = pmd.with_young(true).with_dirty(true);
            self.tables.set(slot.table, slot.index, pmd);
        }
    }
}
