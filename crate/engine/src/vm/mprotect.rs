//! mprotect: other rights for a range.
//!
//! Counterparts in `mm/mprotect.c`: `do_mprotect_pkey`, `change_pte_range`; `change_huge_pmd`.

use super::addr::{
    HPAGE_PMD_SIZE, PAGE_SHIFT, PAGE_SIZE, Pid, TableId, VmaId, page_aligned, pmd_down, pte_index,
};
use super::mmap::prot_flags;
use super::pte::{Pte, SwapKind};
use super::table::Pmd;
use super::vma::VmFlags;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::{Call, EventKind};

impl Machine {
    /// Changes the rights of `[addr, addr + len)`, area by area; what was done before an error stays.
    ///
    /// # Errors
    /// EINVAL: misaligned, or rights that do not exist. ENOMEM: a hole, or too many areas. EACCES: more than the
    /// area may ever have.
    pub fn mprotect(&mut self, pid: Pid, addr: u64, len: u64, prot: u32) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            if !page_aligned(addr) || prot & !7 != 0 {
                return Err(Errno::EINVAL);
            }
            if len == 0 {
                return Ok(());
            }
            let len = len
                .checked_next_multiple_of(PAGE_SIZE)
                .ok_or(Errno::ENOMEM)?;
            let end = addr
                .checked_add(len)
                .filter(|e| *e > addr)
                .ok_or(Errno::ENOMEM)?;
            m.emit(EventKind::Call {
                mm,
                addr,
                pages: len >> PAGE_SHIFT,
                call: Call::Mprotect,
            });
            let mut at = addr;
            while at < end {
                let vma = m.vma_lookup(mm, at).ok_or(Errno::ENOMEM)?;
                let flags = m
                    .vma(vma)
                    .flags
                    .without(VmFlags::ACCESS)
                    .with(prot_flags(prot));
                // The MAY bits stand four places above the rights they permit.
                if flags.0 & !(flags.0 >> 4) & VmFlags::ACCESS.0 != 0 {
                    return Err(Errno::EACCES);
                }
                let stop = m.vma(vma).end.min(end);
                m.mprotect_fixup(vma, at, stop, flags)?;
                at = stop;
            }
            Ok(())
        })
    }

    fn mprotect_fixup(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        flags: VmFlags,
    ) -> Result<(), Errno> {
        let old = self.vma(vma).flags;
        if old == flags {
            return Ok(());
        }
        let mut flags = flags;
        if flags.has(VmFlags::WRITE)
            && !old.any(
                VmFlags::ACCOUNT
                    .with(VmFlags::WRITE)
                    .with(VmFlags::SHARED)
                    .with(VmFlags::NORESERVE)
                    .with(VmFlags::HUGETLB),
            )
        {
            flags = flags.with(VmFlags::ACCOUNT);
        } else if !flags.has(VmFlags::WRITE)
            && self.vma(vma).is_anonymous()
            && self.vma(vma).anon_vma.is_none()
        {
            // Never written and no longer writable: nothing to reserve for.
            flags = flags.without(VmFlags::ACCOUNT);
        }
        let vma = self.vma_modify_flags(vma, start, end, flags)?;
        self.change_protection(vma, start, end, None);
        // A locked private area that became writable gets pages of its own at once, unless it is locked on fault.
        let kinds = VmFlags::WRITE
            .with(VmFlags::SHARED)
            .with(VmFlags::LOCKONFAULT);
        if old.has(VmFlags::LOCKED) && !old.any(kinds) && flags.has(VmFlags::WRITE) {
            let _ = self.populate_range(vma, start, end, true);
        }
        Ok(())
    }

    /// Makes the entries of a range fit the flags of their area. Write rights come back at once only for pages
    /// known to be exclusive; the others get them by a fault. Sets or takes away userfaultfd's write protection if
    /// `uffd_wp` says so.
    pub(super) fn change_protection(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        uffd_wp: Option<bool>,
    ) {
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        if flags.has(VmFlags::HUGETLB) {
            return self.hugetlb_change_protection(vma, start, end);
        }
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            let slot = self.pmd_slot(mm, addr);
            if let Some(slot) = slot {
                if let Pmd::Huge(pmd) = self.pmd_at(slot) {
                    if stop - addr == HPAGE_PMD_SIZE {
                        let pmd = pmd.with_uffd_wp(uffd_wp.unwrap_or(pmd.uffd_wp()));
                        let pmd = self.reprotected(vma, pmd, flags);
                        self.tables.set(slot.table, slot.index, pmd);
                    } else {
                        self.split_huge_pmd(vma, addr);
                    }
                }
                if let Pmd::Table(table) = self.pmd_at(slot) {
                    let mut i = pte_index(addr);
                    let last = i + Self::ptes_to(addr, stop);
                    while i < last {
                        i += self.change_ptes(vma, table, i, last, uffd_wp);
                    }
                }
            }
            addr = stop;
        }
    }

    /// Changes the entries from `i` on that map one folio alike, all at once: if one of them was accessed or written,
    /// all were from here on (`mprotect_folio_pte_batch`, `modify_prot_start_ptes`). Returns how many.
    fn change_ptes(
        &mut self,
        vma: VmaId,
        table: TableId,
        i: usize,
        last: usize,
        uffd_wp: Option<bool>,
    ) -> usize {
        let protected = |pte: Pte| pte.with_uffd_wp(uffd_wp.unwrap_or(pte.uffd_wp()));
        let pte = self.tables.get(table, i);
        if !pte.present() {
            if pte.swap_kind() == Some(SwapKind::Swap) {
                self.tables.set(table, i, protected(pte));
            }
            return 1;
        }
        let mut n = 1;
        if !pte.special() {
            let alike = |e: &&Pte| e.writable() == pte.writable();
            let folio = self.folio_pte_batch(table, i, last, pte.pfn());
            n = self.tables.all(table)[i..i + folio]
                .iter()
                .take_while(alike)
                .count();
        }
        let batch = &self.tables.all(table)[i..i + n];
        let (young, dirty) = (
            batch.iter().any(|e| e.young()),
            batch.iter().any(|e| e.dirty()),
        );
        for k in i..i + n {
            let merged = self
                .tables
                .get(table, k)
                .with_young(young)
                .with_dirty(dirty);
            let pte = self.reprotected(vma, protected(merged), self.vma(vma).flags);
            self.tables.set(table, k, pte);
        }
        n
    }

    fn reprotected(&self, vma: VmaId, pte: Pte, flags: VmFlags) -> Pte {
        let exclusive = !pte.special() && self.frames.has(pte.pfn(), FrameFlags::ANON_EXCLUSIVE);
        let shared = flags.has(VmFlags::SHARED) && (pte.dirty() || self.file_prot_write(vma));
        let writable = flags.has(VmFlags::WRITE) && (pte.writable() || exclusive || shared);
        pte.with_write(writable && !pte.uffd_wp())
            .with_protnone(!flags.any(VmFlags::ACCESS))
    }
}
