//! mmap, munmap and where a mapping goes.
//!
//! Counterparts: `do_mmap`, `mmap_region`, `vm_unmapped_area`, `thp_get_unmapped_area`, `do_vmi_munmap`.

use super::addr::{
    FileId, HPAGE_PMD_SIZE, MmId, PAGE_SHIFT, PAGE_SIZE, Pid, TASK_SIZE, VmaId, page_aligned,
    pmd_up,
};
use super::mm::{MAX_MAP_COUNT, VDSO};
use super::uapi::{
    MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_HUGETLB, MAP_LOCKED,
    MAP_NORESERVE, MAP_POPULATE, MAP_PRIVATE, MAP_SHARED, PROT_EXEC, PROT_READ, PROT_WRITE,
};
use super::vma::{VmFlags, Vma};
use super::zap::Zap;
use crate::errno::Errno;
use crate::file::MAX_FILE_BYTES;
use crate::machine::Machine;
use crate::trace::{Actor, Call, EventKind};

/// Lowest address a mapping may have: `vm.mmap_min_addr`.
pub(crate) const MMAP_MIN_ADDR: u64 = 4096;

/// Flags of a new area for a protection.
pub(crate) fn prot_flags(prot: u32) -> VmFlags {
    let mut f = VmFlags::default();
    for (bit, flag) in [
        (PROT_READ, VmFlags::READ),
        (PROT_WRITE, VmFlags::WRITE),
        (PROT_EXEC, VmFlags::EXEC),
    ] {
        if prot & bit != 0 {
            f = f.with(flag);
        }
    }
    f
}

impl Machine {
    /// Runs a call of a process: its events are the process's.
    ///
    /// # Errors
    /// ESRCH for a process that does not exist, else those of `f`.
    pub(crate) fn syscall<T>(
        &mut self,
        pid: Pid,
        f: impl FnOnce(&mut Machine, MmId) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let mm = self.mm_of(pid)?;
        self.acting(Actor::Process(pid), |m| f(m, mm))
    }

    /// Maps anonymous memory, private or shared, of small or hugetlb pages; returns its address.
    ///
    /// # Errors
    /// EINVAL: length 0, misaligned MAP_FIXED, neither or both of MAP_SHARED and MAP_PRIVATE. ENOMEM: too long, beyond
    /// user space, too many areas. EEXIST: MAP_FIXED_NOREPLACE over a mapping. EPERM: below `mmap_min_addr`.
    pub fn mmap(
        &mut self,
        pid: Pid,
        addr: u64,
        len: u64,
        prot: u32,
        flags: u32,
    ) -> Result<u64, Errno> {
        self.mmap_file(pid, addr, len, prot, flags, None)
    }

    /// [`mmap`](Self::mmap) of a file from a byte offset on; `None` is anonymous memory.
    ///
    /// # Errors
    /// As there; EINVAL for a misaligned offset, EOVERFLOW for one too large.
    pub fn mmap_file(
        &mut self,
        pid: Pid,
        addr: u64,
        len: u64,
        prot: u32,
        flags: u32,
        file: Option<(FileId, u64)>,
    ) -> Result<u64, Errno> {
        let huge = match file {
            Some((id, _)) => Machine::is_file_hugepages(id),
            None => flags & (MAP_HUGETLB | MAP_ANONYMOUS) == MAP_HUGETLB | MAP_ANONYMOUS,
        };
        if huge {
            return self.mmap_hugetlb(pid, addr, len, prot, flags, file);
        }
        if file.is_some_and(|f| !page_aligned(f.1)) {
            return Err(Errno::EINVAL);
        }
        self.syscall(pid, |m, mm| {
            let addr = m.do_mmap(mm, addr, len, prot, flags, file)?;
            let pages = len.div_ceil(PAGE_SIZE);
            m.mmapped(mm, addr, pages, flags);
            Ok(addr)
        })
    }

    /// After a successful mmap of `pages`: the event, and the pages at once if the flags ask for them.
    pub(crate) fn mmapped(&mut self, mm: MmId, addr: u64, pages: u64, flags: u32) {
        self.emit(EventKind::Call {
            mm,
            addr,
            pages,
            call: Call::Mmap,
        });
        if flags & (MAP_POPULATE | MAP_LOCKED) != 0 {
            self.mm_populate(mm, addr, pages * PAGE_SIZE);
        }
    }

    fn do_mmap(
        &mut self,
        mm: MmId,
        addr: u64,
        len: u64,
        prot: u32,
        flags: u32,
        file: Option<(FileId, u64)>,
    ) -> Result<u64, Errno> {
        if len == 0 {
            return Err(Errno::EINVAL);
        }
        let fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) != 0;
        let len = len
            .checked_next_multiple_of(PAGE_SIZE)
            .filter(|l| *l <= TASK_SIZE)
            .ok_or(Errno::ENOMEM)?;
        if self.mm(mm).vmas.len() > MAX_MAP_COUNT {
            return Err(Errno::ENOMEM);
        }
        if file.is_some_and(|f| f.1 > MAX_FILE_BYTES - len) {
            return Err(Errno::EOVERFLOW);
        }
        if flags & MAP_HUGETLB != 0 || (flags & MAP_ANONYMOUS == 0) != file.is_some() {
            return Err(Errno::ENODEV);
        }
        let shared = flags & 3 == MAP_SHARED;
        let addr = if fixed {
            self.fixed_area(mm, addr, len, flags)?
        } else {
            self.get_file_area(mm, addr, len, shared, file)?
        };
        if flags & 3 != MAP_PRIVATE && !shared {
            return Err(Errno::EINVAL);
        }
        let mut vm = prot_flags(prot)
            .with(VmFlags::MAYREAD)
            .with(VmFlags::MAYWRITE)
            .with(VmFlags::MAYEXEC);
        for (bit, flag) in [
            (MAP_SHARED, VmFlags::SHARED.with(VmFlags::MAYSHARE)),
            (MAP_LOCKED, VmFlags::LOCKED),
            (MAP_GROWSDOWN, VmFlags::GROWSDOWN),
        ] {
            if flags & bit != 0 {
                vm = vm.with(flag);
            }
        }
        if flags & MAP_NORESERVE != 0 && self.sysctl.overcommit_memory != 2 {
            vm = vm.with(VmFlags::NORESERVE);
        }
        if let Some((id, _)) = file.filter(|_| shared && vm.has(VmFlags::WRITE)) {
            self.open_for_write(id);
        }
        self.unmap_overlap(mm, addr, addr + len)?;
        let reserve = !vm.has(VmFlags::NORESERVE);
        if reserve && (vm.has(VmFlags::WRITE) && !shared || shared && file.is_none()) {
            self.check_commit(len >> PAGE_SHIFT)?;
            if !shared {
                vm = vm.with(VmFlags::ACCOUNT);
            }
        }
        let zero = (shared && file.is_none()).then(|| self.shmem_zero_setup(len, !reserve));
        let mapped = file.map(|f| f.0).or(zero);
        vm = self.ksm_vma_flags(mm, vm, false);
        let new = Vma {
            mm,
            start: addr,
            end: addr + len,
            pgoff: match (file, zero) {
                (Some((_, offset)), _) => offset >> PAGE_SHIFT,
                (None, Some(_)) => 0,
                (None, None) => addr >> PAGE_SHIFT,
            },
            flags: vm,
            file: mapped,
            anon_vma: None,
            chain: Vec::new(),
            policy: Default::default(),
            hugetlb: Default::default(),
        };
        if self.vma_merge_new_range(&new).is_none() {
            let vma = self.insert_vma(new);
            if mapped.is_some() {
                self.khugepaged_enter_vma(vma, vm);
            }
        }
        if let Some(id) = zero {
            self.fput(id);
        }
        let total = self.total_vm(mm);
        let m = self.mm_mut(mm);
        m.hiwater_vm = m.hiwater_vm.max(total);
        Ok(addr)
    }

    pub(crate) fn fixed_area(
        &self,
        mm: MmId,
        addr: u64,
        len: u64,
        flags: u32,
    ) -> Result<u64, Errno> {
        if len > TASK_SIZE || addr > TASK_SIZE - len {
            return Err(Errno::ENOMEM);
        }
        if !page_aligned(addr) {
            return Err(Errno::EINVAL);
        }
        if addr < MMAP_MIN_ADDR {
            return Err(Errno::EPERM);
        }
        if flags & MAP_FIXED_NOREPLACE != 0 && !self.is_unmapped(mm, addr, addr + len) {
            return Err(Errno::EEXIST);
        }
        Ok(addr)
    }

    /// Whether nothing is mapped in `[start, end)`.
    pub(crate) fn is_unmapped(&self, mm: MmId, start: u64, end: u64) -> bool {
        self.vmas_in(mm, start, end).is_empty() && (end <= VDSO.start || start >= VDSO.end)
    }

    /// Where the kernel would put `len` bytes: at the hint if it is free, else top down; lengths of whole 2 MiB
    /// are aligned to 2 MiB.
    pub(crate) fn get_unmapped_area(&self, mm: MmId, hint: u64, len: u64) -> Result<u64, Errno> {
        if hint != 0 {
            let addr = hint & !(PAGE_SIZE - 1);
            if addr >= MMAP_MIN_ADDR
                && addr <= TASK_SIZE - len
                && self.is_unmapped(mm, addr, addr + len)
            {
                return Ok(addr);
            }
        }
        if hint == 0
            && len.is_multiple_of(HPAGE_PMD_SIZE)
            && let Some(gap) = self.topdown_gap(mm, len + HPAGE_PMD_SIZE)
        {
            // The kernel aligns upward, and leaves an aligned gap one step.
            return Ok(pmd_up(gap + u64::from(gap.is_multiple_of(HPAGE_PMD_SIZE))));
        }
        self.topdown_gap(mm, len).ok_or(Errno::ENOMEM)
    }

    /// [`get_unmapped_area`](Self::get_unmapped_area) for a file or shared memory: aligned as its offset is, where
    /// huge pages may come of it and a whole one fits.
    pub(crate) fn get_file_area(
        &self,
        mm: MmId,
        hint: u64,
        len: u64,
        shared: bool,
        file: Option<(FileId, u64)>,
    ) -> Result<u64, Errno> {
        let (offset, align) = match file {
            None if !shared => return self.get_unmapped_area(mm, hint, len),
            None => (0, self.shared_area_wants_alignment(len)),
            Some((id, offset)) => (offset, self.file_area_wants_alignment(id, len)),
        };
        if hint != 0 {
            return self.get_unmapped_area(mm, hint, len);
        }
        let plain = self.topdown_gap(mm, len).ok_or(Errno::ENOMEM)?;
        let offset = offset % HPAGE_PMD_SIZE;
        let holds_huge = offset == 0 || offset + len >= 2 * HPAGE_PMD_SIZE;
        if !align || !holds_huge || plain % HPAGE_PMD_SIZE == offset {
            return Ok(plain);
        }
        match self.topdown_gap(mm, len + HPAGE_PMD_SIZE - PAGE_SIZE) {
            Some(gap) => {
                let shift = offset.wrapping_sub(gap) % HPAGE_PMD_SIZE;
                Ok(gap + shift)
            }
            None => Ok(plain),
        }
    }

    /// Start of the highest free range of `len` bytes below the mmap base.
    pub(crate) fn topdown_gap(&self, mm: MmId, len: u64) -> Option<u64> {
        let mut top = self.mm(mm).mmap_base;
        for (&start, &vma) in self.mm(mm).vmas.iter().rev() {
            let end = self.vma(vma).end;
            if start >= top {
                continue;
            }
            if top.saturating_sub(len) >= end && top >= len {
                return Some(top - len);
            }
            top = start.min(top);
        }
        (top >= MMAP_MIN_ADDR + len).then(|| top - len)
    }

    /// `vm.overcommit_memory`: refuses what could never be backed.
    fn check_commit(&self, pages: u64) -> Result<(), Errno> {
        let total = self.nr_managed_pages();
        let limit = match self.sysctl.overcommit_memory {
            0 => total,
            2 => self
                .commit_limit_pages()
                .saturating_sub(self.committed_pages()),
            _ => return Ok(()),
        };
        if pages > limit {
            Err(Errno::ENOMEM)
        } else {
            Ok(())
        }
    }

    /// Pages that could be asked for by writing (`Committed_AS`).
    pub fn committed_pages(&self) -> u64 {
        let areas = self.vmas.iter().flatten();
        let private: u64 = areas
            .filter(|v| v.flags.has(VmFlags::ACCOUNT))
            .map(Vma::pages)
            .sum();
        private + self.shmem_committed_pages()
    }

    /// Removes the mappings of `[addr, addr + len)`.
    ///
    /// # Errors
    /// EINVAL: misaligned, length 0, beyond user space. ENOMEM: a split at the limit of areas.
    pub fn munmap(&mut self, pid: Pid, addr: u64, len: u64) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            if !page_aligned(addr) || addr > TASK_SIZE || len == 0 || len > TASK_SIZE - addr {
                return Err(Errno::EINVAL);
            }
            let len = len.next_multiple_of(PAGE_SIZE);
            m.unmap_overlap(mm, addr, addr + len)?;
            m.emit(EventKind::Call {
                mm,
                addr,
                pages: len >> PAGE_SHIFT,
                call: Call::Munmap,
            });
            Ok(())
        })
    }

    /// Splits at the borders, zaps and removes every area in `[start, end)` (`do_vmi_align_munmap`).
    pub(crate) fn unmap_overlap(&mut self, mm: MmId, start: u64, end: u64) -> Result<(), Errno> {
        let mut vmas = self.vmas_in(mm, start, end);
        let (Some(&first), Some(&last)) = (vmas.first(), vmas.last()) else {
            return Ok(());
        };
        if self.vma(first).start < start {
            if self.vma(first).end > end && self.mm(mm).vmas.len() >= MAX_MAP_COUNT {
                return Err(Errno::ENOMEM);
            }
            vmas[0] = self.split_vma(first, start)?;
        }
        let last = if vmas.len() == 1 { vmas[0] } else { last };
        if self.vma(last).end > end {
            self.split_vma(last, end)?;
        }
        self.unmap_areas(mm, &vmas);
        Ok(())
    }

    /// Zaps whole areas, which are consecutive, frees their page tables and removes them (`unmap_region`).
    fn unmap_areas(&mut self, mm: MmId, vmas: &[VmaId]) {
        let (Some(&first), Some(&last)) = (vmas.first(), vmas.last()) else {
            return;
        };
        let (start, end) = (self.vma(first).start, self.vma(last).end);
        let floor = self.vma_before(mm, start).map_or(0, |p| self.vma(p).end);
        let ceiling = self
            .vma_after(mm, end)
            .map_or(1 << 47, |n| self.vma(n).start);
        for &vma in vmas {
            let (start, end) = (self.vma(vma).start, self.vma(vma).end);
            self.zap_range(vma, start, end, Zap::Unmap);
        }
        self.free_pgtables(mm, start, end, floor, ceiling);
        for &vma in vmas {
            self.remove_vma(vma);
        }
    }

    /// Everything an address space maps goes (`exit_mmap`).
    pub(crate) fn unmap_all(&mut self, mm: MmId) {
        let vmas: Vec<VmaId> = self.mm(mm).vmas.values().copied().collect();
        for &vma in &vmas {
            let (start, end) = (self.vma(vma).start, self.vma(vma).end);
            self.zap_range(vma, start, end, Zap::Unmap);
        }
        let areas: Vec<(u64, u64)> = vmas
            .iter()
            .map(|v| (self.vma(*v).start, self.vma(*v).end))
            .collect();
        self.free_all_pgtables(mm, &areas);
        for vma in vmas {
            self.remove_vma(vma);
        }
    }
}
