//! fork and exit: a second process with the same pages, and the end of one.
//!
//! Counterparts: `dup_mmap`, `copy_page_range`, `copy_huge_pmd`, `exit_mmap`.

use super::addr::{HPAGE_PMD_NR, HPAGE_PMD_SIZE, MmId, Pid, TableId, VmaId, pmd_down, pte_index};
use super::pte::{Pte, SwapKind};
use super::rmap::Exclusive;
use super::table::Pmd;
use super::vma::{VmFlags, Vma};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;
use crate::trace::EventKind;

impl Machine {
    /// A child with a copy of the address space, sharing its pages.
    ///
    /// # Errors
    /// ESRCH; EAGAIN beyond the limit of processes; ENOMEM without memory for its page tables.
    #[inline(never)]
    pub fn fork(&mut self, parent: Pid, name: &str) -> Result<Pid, Errno> {
        self.syscall(parent, |m, old| {
            if m.procs.len() >= super::mm::MAX_PROCESSES {
                return Err(Errno::EAGAIN);
            }
            let new = m.new_mm().ok_or(Errno::ENOMEM)?;
            let pid = m.add_process(name.to_owned(), new);
            let cpu = m.procs[&parent].cpu;
            if let Some(p) = m.procs.get_mut(&pid) {
                p.cpu = cpu;
            }
            m.copy_mm_flags(new, old);
            if m.dup_mmap(new, old).is_none() {
                m.exit_mm(new);
                m.procs.remove(&pid);
                return Err(Errno::ENOMEM);
            }
            m.ksm_fork(new, old);
            m.khugepaged_fork(new, old);
            m.emit(EventKind::ProcessStart {
                pid,
                parent: Some(parent),
            });
            Ok(pid)
        })
    }

    fn copy_mm_flags(&mut self, new: MmId, old: MmId) {
        let o = self.mm(old);
        let (completely, except, any) = (
            o.disable_thp_completely,
            o.disable_thp_except_advised,
            o.vm_merge_any,
        );
        let (zero_pages, base) = (o.ksm_zero_pages, o.mmap_base);
        let n = self.mm_mut(new);
        n.disable_thp_completely = completely;
        n.disable_thp_except_advised = except;
        n.vm_merge_any = any;
        n.ksm_zero_pages = zero_pages;
        n.mmap_base = base;
    }

    fn dup_mmap(&mut self, new: MmId, old: MmId) -> Option<()> {
        let vmas: Vec<VmaId> = self.mm(old).vmas.values().copied().collect();
        for parent in vmas {
            let v = self.vma(parent);
            if v.flags.has(VmFlags::DONTCOPY) {
                continue;
            }
            let wipe = v.flags.has(VmFlags::WIPEONFORK);
            let flags = v
                .flags
                .without(VmFlags::LOCKED)
                .without(super::uffd::ARMED)
                .without(VmFlags::LOCKONFAULT);
            let copy = Vma {
                mm: new,
                flags,
                anon_vma: None,
                chain: Vec::new(),
                hugetlb: Self::hugetlb_of_child(v.flags, v.hugetlb),
                ..v.clone()
            };
            let child = self.insert_vma(copy);
            if !wipe && self.vma(parent).anon_vma.is_some() {
                self.anon_vma_fork(child, parent);
                self.copy_page_range(child, parent)?;
            }
        }
        Some(())
    }

    fn copy_page_range(&mut self, child: VmaId, parent: VmaId) -> Option<()> {
        let (old, start, end) = (
            self.vma(parent).mm,
            self.vma(parent).start,
            self.vma(parent).end,
        );
        if self.vma(parent).flags.has(VmFlags::HUGETLB) {
            return self.copy_hugetlb_page_range(child, parent);
        }
        let mut addr = start;
        while addr < end {
            let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            match self.pmd(old, addr) {
                // Pages of files are found again by faults.
                Pmd::Huge(_) if self.vma(parent).file.is_some() => {}
                Pmd::Huge(pmd) => self.copy_huge_pmd(child, parent, addr, pmd)?,
                Pmd::Table(table) => self.copy_ptes(child, old, table, addr, stop)?,
                _ => {}
            }
            addr = stop;
        }
        Some(())
    }

    fn copy_huge_pmd(&mut self, child: VmaId, parent: VmaId, addr: u64, pmd: Pte) -> Option<()> {
        let (new, old) = (self.vma(child).mm, self.vma(parent).mm);
        if !pmd.special()
            && self.frames.has(pmd.pfn(), FrameFlags::ANON_EXCLUSIVE)
            && self.frames.has(pmd.pfn(), FrameFlags::PINNED)
        {
            // A pinned page must stay the parent's own: split, and copy what is exclusive page by page.
            self.split_huge_pmd(parent, addr);
            let table = self.pte_table(old, addr)?;
            return self.copy_ptes(child, old, table, addr, addr + HPAGE_PMD_SIZE);
        }
        let slot = self.pmd_slot_alloc(new, addr)?;
        let table = self.alloc_table(new, false)?;
        self.deposit_table(new, table);
        if pmd.special() {
            let head = self.mm_get_huge_zero_folio(new)?;
            self.set_huge_zero_pmd(head, slot);
            return Some(());
        }
        let head = pmd.pfn();
        *self.frames.refcount_mut(head) += 1;
        self.frames.clear(head, FrameFlags::ANON_EXCLUSIVE);
        self.add_rmap_pmd(head, new, Exclusive::No);
        self.mm_mut(new).rss.anon += HPAGE_PMD_NR as i64;
        let shared = pmd.with_write(false);
        let from = self.pmd_slot(old, addr)?;
        self.tables.set(from.table, from.index, shared);
        self.tables.set(
            slot.table,
            slot.index,
            shared.with_young(false).with_uffd_wp(false),
        );
        Some(())
    }

    fn copy_ptes(
        &mut self,
        child: VmaId,
        old: MmId,
        from: TableId,
        addr: u64,
        end: u64,
    ) -> Option<()> {
        let (new, first) = (self.vma(child).mm, pte_index(addr));
        let last = first + Self::ptes_to(addr, end);
        if self.tables.all(from)[first..last]
            .iter()
            .all(|e| e.is_none())
        {
            return Some(());
        }
        let to = self.pte_alloc(new, addr)?;
        let mut i = first;
        while i < last {
            let pte = self.tables.get(from, i);
            if pte.is_none() {
                i += 1;
            } else if pte.swap_kind() == Some(SwapKind::Swap) {
                let shared = pte.with_swap_exclusive(false);
                self.swap_duplicate(SwapEntry::from_value(pte.swap_value()));
                self.tables.set(from, i, shared);
                self.tables.set(to, i, shared.with_uffd_wp(false));
                if self.mm(new).rss.swap == 0 {
                    self.add_to_mmlist(new, Some(old));
                }
                self.mm_mut(new).rss.swap += 1;
                i += 1;
            } else if !pte.present() || pte.special() {
                self.tables
                    .set(to, i, pte.with_young(false).with_uffd_wp(false));
                i += 1;
            } else {
                i += self.copy_present_ptes(child, from, to, i, last, pte)?;
            }
        }
        Some(())
    }

    /// Shares a run of pages of one folio, or copies a pinned page. Returns how many entries were done.
    fn copy_present_ptes(
        &mut self,
        child: VmaId,
        from: TableId,
        to: TableId,
        i: usize,
        last: usize,
        pte: Pte,
    ) -> Option<usize> {
        let new = self.vma(child).mm;
        let page = pte.pfn();
        let head = self.frames.head(page);
        if self.frames.has(head, FrameFlags::PINNED)
            && self.frames.has(page, FrameFlags::ANON_EXCLUSIVE)
        {
            return self.copy_pinned_page(child, to, i, pte).map(|()| 1);
        }
        let n = self.folio_pte_batch(from, i, last, page);
        let shared = self.vma(child).flags.has(VmFlags::SHARED);
        *self.frames.refcount_mut(head) += n as i32;
        for k in 0..n {
            self.frames.clear(page.add(k), FrameFlags::ANON_EXCLUSIVE);
            let pte = self.tables.get(from, i + k);
            let pte = pte.with_write(shared && pte.writable());
            self.tables.set(from, i + k, pte);
            let copy = pte.with_young(false);
            self.tables
                .set(to, i + k, copy.with_dirty(!shared && pte.dirty()));
        }
        self.add_anon_rmap_ptes(page, n, child, Exclusive::No);
        *self.mm_counter(new, head) += n as i64;
        Some(n)
    }

    fn copy_pinned_page(&mut self, child: VmaId, to: TableId, i: usize, pte: Pte) -> Option<()> {
        let (mm, flags) = (self.vma(child).mm, self.vma(child).flags);
        let copy = self.alloc_user_folio(0)?;
        self.copy_content(copy, pte.pfn());
        let index = self.frames.index(self.frames.head(pte.pfn()));
        let offset = u64::from(pte.pfn().0 - self.frames.head(pte.pfn()).0);
        let addr = self.vma(child).address_of(index + offset)?;
        self.add_new_anon_rmap(copy, child, addr, false);
        self.lru_add_new_anon(copy, child);
        self.mm_mut(mm).rss.anon += 1;
        let entry = Pte::for_area(copy, flags)
            .with_dirty(true)
            .with_write(flags.has(VmFlags::WRITE));
        self.tables.set(to, i, entry);
        Some(())
    }

    /// The process ends; its memory is given back.
    ///
    /// # Errors
    /// ESRCH.
    #[inline(never)]
    pub fn exit(&mut self, pid: Pid) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            m.exit_mm(mm);
            m.procs.remove(&pid);
            m.emit(EventKind::ProcessExit { pid });
            Ok(())
        })
    }

    /// The process starts another program: an empty address space instead of its own. What was said for the whole
    /// process stays - merging, no huge pages (`MMF_INIT_LEGACY_MASK`) - and advice goes with its areas. A process that
    /// merges is registered with KSM before the old space goes (`exec_mmap`, `ksm_execve`).
    ///
    /// # Errors
    /// ESRCH; ENOMEM without memory for its page table, and nothing has changed.
    pub fn exec(&mut self, pid: Pid) -> Result<(), Errno> {
        self.syscall(pid, |m, old| {
            let new = m.new_mm().ok_or(Errno::ENOMEM)?;
            let base = m.mm(new).mmap_base;
            m.copy_mm_flags(new, old);
            let space = m.mm_mut(new);
            (space.ksm_zero_pages, space.mmap_base) = (0, base);
            space.owner = Some(pid);
            if space.vm_merge_any {
                m.ksm_enter(new);
            }
            if let Some(p) = m.procs.get_mut(&pid) {
                p.mm = new;
            }
            m.mm_mut(old).owner = None;
            m.exit_mm(old);
            m.emit(EventKind::ProcessStart { pid, parent: None });
            Ok(())
        })
    }

    /// Last user of an address space gone (`__mmput`). What a daemon still holds of it stays until it lets go.
    fn exit_mm(&mut self, mm: MmId) {
        self.mm_mut(mm).users = 0;
        self.ksm_exit(mm);
        self.khugepaged_exit(mm);
        self.unmap_all(mm);
        self.swap.mmlist.retain(|m| *m != mm);
        self.mm_put_huge_zero_folio(mm);
        let pgd = self.mm(mm).pgd;
        self.free_table(mm, pgd, true);
        self.mmdrop(mm);
    }

    /// Forgets an address space that has no user left once neither daemon holds a slot of it.
    pub(crate) fn mmdrop(&mut self, mm: MmId) {
        if self
            .mm_get(mm)
            .is_some_and(|m| m.users == 0 && !m.vm_hugepage && !m.vm_mergeable)
        {
            self.mms[mm.index()] = None;
        }
    }
}
