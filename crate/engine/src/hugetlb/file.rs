//! Inodes of hugetlbfs: mapping them, memfds, truncation, holes and preallocation.
//!
//! Counterparts in `fs/hugetlbfs/inode.c`: `hugetlb_file_setup`, `hugetlbfs_file_mmap`, `hugetlb_vmtruncate`,
//! `hugetlbfs_fallocate`, `remove_inode_hugepages`, `hugetlb_get_unmapped_area`.

use super::reserve::Holder;
use super::{HUGETLBFS, HugetlbFile, shift};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, MmId, PAGE_SHIFT, PAGE_SIZE, Pfn, Pid, TASK_SIZE};
use crate::vm::mm::MAX_MAP_COUNT;
use crate::vm::mmap::prot_flags;
use crate::vm::uapi::{
    MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_HUGE_SHIFT, MAP_NORESERVE, MAP_PRIVATE,
    MAP_SHARED,
};
use crate::vm::vma::{VmFlags, Vma};

/// Largest file size.
const MAX_LFS: u64 = i64::MAX as u64;

impl HugetlbFile {
    /// The page at an offset in huge pages.
    pub(super) fn page(&self, index: u64) -> Option<Pfn> {
        let at = self.pages.binary_search_by_key(&index, |p| p.0).ok()?;
        Some(self.pages[at].1)
    }
}

impl Machine {
    #[inline(never)]
    pub(super) fn hugetlb_file_setup(
        &mut self,
        name: String,
        hstate: usize,
        size: u64,
        open: bool,
    ) -> FileId {
        let file = HugetlbFile {
            name,
            hstate: hstate as u8,
            size,
            open,
            ..HugetlbFile::default()
        };
        let files = &mut self.hugetlb.files;
        let free = files.iter().position(Option::is_none);
        let at = free.unwrap_or(files.len());
        if free.is_none() {
            files.push(None);
        }
        files[at] = Some(Box::new(file));
        FileId(at as u32 | HUGETLBFS)
    }

    /// A file without name, held open: `memfd_create(MFD_HUGETLB)` and `ftruncate`. Nothing is reserved.
    ///
    /// # Errors
    /// ENODEV: there are no huge pages of `pagesize` bytes (0: the default size). EINVAL: `size` is no multiple of it, or
    /// beyond 2^63.
    pub fn memfd_hugetlb(&mut self, name: &str, size: u64, pagesize: u64) -> Result<FileId, Errno> {
        let hstate = self.hugetlb.size_to_hstate(pagesize);
        let hstate = hstate.ok_or(Errno::ENODEV)?;
        self.check_file_size(hstate, size)?;
        let name = format!("/memfd:{name} (deleted)");
        Ok(self.hugetlb_file_setup(name, hstate, size, true))
    }

    /// Whether a file may have `size` bytes.
    #[inline(never)]
    pub(super) fn check_file_size(&self, hstate: usize, size: u64) -> Result<(), Errno> {
        let page = 1 << shift(self.hugetlb.hstates[hstate].order);
        if !size.is_multiple_of(page) || size > MAX_LFS {
            return Err(Errno::EINVAL);
        }
        Ok(())
    }

    /// Whether an id names a file of hugetlbfs.
    pub(crate) fn is_file_hugepages(file: FileId) -> bool {
        file.0 & HUGETLBFS != 0
    }

    /// Name and inode number of a file of hugetlbfs, as `maps` shows them.
    pub(crate) fn hugetlb_file_name(&self, file: FileId) -> (&str, u32) {
        (&self.hugetlb.file(file).name, file.0 & !HUGETLBFS)
    }

    /// `i_size`.
    pub(crate) fn hugetlb_file_size(&self, file: FileId) -> u64 {
        self.hugetlb.file(file).size
    }

    /// Drops a file nobody maps or holds open.
    pub(super) fn hugetlb_file_put(&mut self, file: FileId) {
        let f = self.hugetlb.file(file);
        if f.vmas == 0 && !f.open {
            self.remove_inode_hugepages(file, 0, u64::MAX, true);
            self.hugetlb.files[(file.0 & !HUGETLBFS) as usize] = None;
        }
    }

    /// Maps `len` bytes of a file of hugetlbfs from `offset` on, or with no file memory of its own (MAP_ANONYMOUS and
    /// MAP_HUGETLB); returns the address. `len` is rounded up to huge pages.
    ///
    /// # Errors
    /// As [`mmap`](Machine::mmap); EINVAL also: a misaligned offset or fixed place, MAP_GROWSDOWN, a size of pages that
    /// does not exist. ENOMEM also: the pool cannot promise the pages.
    pub(crate) fn mmap_hugetlb(
        &mut self,
        pid: Pid,
        addr: u64,
        len: u64,
        prot: u32,
        flags: u32,
        file: Option<(FileId, u64)>,
    ) -> Result<u64, Errno> {
        self.syscall(pid, |m, mm| {
            let own = file.is_none();
            let hstate = match file {
                Some((f, _)) => m.file_hstate(f),
                None => {
                    let code = flags >> MAP_HUGE_SHIFT & 63;
                    let bytes = if code == 0 { 0 } else { 1 << code };
                    let hstate = m.hugetlb.size_to_hstate(bytes);
                    hstate.ok_or(Errno::EINVAL)?
                }
            };
            let page = 1 << shift(m.hugetlb.hstates[hstate].order);
            let len = len.checked_next_multiple_of(page).unwrap_or(!(page - 1));
            let (file, offset) = file.unwrap_or_else(|| {
                let name = "/anon_hugepage (deleted)".into();
                (m.hugetlb_file_setup(name, hstate, len, false), 0)
            });
            let done = m.do_mmap_hugetlb(mm, addr, len, prot, flags, file, offset);
            if done.is_err() && own {
                m.hugetlb_file_put(file);
            }
            let addr = done?;
            m.mmapped(mm, addr, len >> PAGE_SHIFT, flags);
            Ok(addr)
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the arguments of the call")]
    fn do_mmap_hugetlb(
        &mut self,
        mm: MmId,
        addr: u64,
        len: u64,
        prot: u32,
        flags: u32,
        file: FileId,
        offset: u64,
    ) -> Result<u64, Errno> {
        if len == 0 || !offset.is_multiple_of(PAGE_SIZE) {
            return Err(Errno::EINVAL);
        }
        if len > TASK_SIZE || self.mm(mm).vmas.len() > MAX_MAP_COUNT {
            return Err(Errno::ENOMEM);
        }
        let hpage_shift = shift(self.hugetlb.hstates[self.file_hstate(file)].order);
        let page = 1u64 << hpage_shift;
        let end = offset.checked_add(len).filter(|e| *e <= MAX_LFS);
        let end = end.ok_or(Errno::EOVERFLOW)?;
        let addr = if flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) != 0 {
            if !addr.is_multiple_of(page) {
                return Err(Errno::EINVAL);
            }
            self.fixed_area(mm, addr, len, flags)?
        } else {
            self.hugetlb_get_unmapped_area(mm, addr, len, page)?
        };
        let mut vm = prot_flags(prot)
            .with(VmFlags::MAYREAD)
            .with(VmFlags::MAYWRITE)
            .with(VmFlags::MAYEXEC);
        match flags & 3 {
            MAP_SHARED => vm = vm.with(VmFlags::SHARED).with(VmFlags::MAYSHARE),
            MAP_PRIVATE => {}
            _ => return Err(Errno::EINVAL),
        }
        if flags & MAP_GROWSDOWN != 0 {
            return Err(Errno::EINVAL);
        }
        if flags & MAP_NORESERVE != 0 {
            vm = vm.with(VmFlags::NORESERVE);
        }
        self.unmap_overlap(mm, addr, addr + len)?;
        if !offset.is_multiple_of(page) {
            return Err(Errno::EINVAL);
        }
        vm = vm.with(VmFlags::HUGETLB).with(VmFlags::DONTEXPAND);
        let kept =
            self.hugetlb_reserve_pages(file, offset >> hpage_shift, end >> hpage_shift, vm)?;
        let f = self.hugetlb.file_mut(file);
        if vm.has(VmFlags::WRITE) && f.size < end {
            f.size = end;
        }
        self.insert_vma(Vma {
            mm,
            start: addr,
            end: addr + len,
            pgoff: offset >> PAGE_SHIFT,
            flags: vm,
            file: Some(file),
            anon_vma: None,
            chain: Vec::new(),
            policy: Default::default(),
            hugetlb: kept,
        });
        let total = self.total_vm(mm);
        let m = self.mm_mut(mm);
        m.hiwater_vm = m.hiwater_vm.max(total);
        Ok(addr)
    }

    /// The hint, rounded up, if it is free; else top down on a boundary of huge pages (`hugetlb_get_unmapped_area`).
    fn hugetlb_get_unmapped_area(
        &self,
        mm: MmId,
        hint: u64,
        len: u64,
        page: u64,
    ) -> Result<u64, Errno> {
        let room = page - PAGE_SIZE;
        let hint = hint.checked_next_multiple_of(page);
        if let Some(addr) = hint.filter(|a| *a > 0 && *a <= TASK_SIZE - len)
            && self.is_unmapped(mm, addr, addr + len)
        {
            return Ok(addr);
        }
        let gap = self.topdown_gap(mm, len + room).ok_or(Errno::ENOMEM)?;
        Ok((gap + room) & !(page - 1))
    }

    /// A page becomes part of a file (`hugetlb_add_to_page_cache`), which takes over its reference.
    pub(super) fn hugetlb_add_to_page_cache(&mut self, file: FileId, index: u64, head: Pfn) {
        self.set_restore_reserve(head, false);
        self.frames.set(head, FrameFlags::DIRTY);
        let pages = &mut self.hugetlb.file_mut(file).pages;
        let at = pages.partition_point(|p| p.0 < index);
        pages.insert(at, (index, head));
    }

    /// Sets the size of a file; pages beyond go, private copies too, and so do the reservations (`hugetlb_vmtruncate`).
    ///
    /// # Errors
    /// EINVAL: no multiple of a huge page, or beyond 2^63.
    pub(crate) fn hugetlb_truncate(
        &mut self,
        pid: Pid,
        file: FileId,
        size: u64,
    ) -> Result<(), Errno> {
        self.syscall(pid, |m, _| {
            let hpage_shift = m.file_hpage_shift(file);
            if size & ((1 << hpage_shift) - 1) != 0 || size > MAX_LFS {
                return Err(Errno::EINVAL);
            }
            m.hugetlb.file_mut(file).size = size;
            m.hugetlb_unmap_file(file, size >> hpage_shift, u64::MAX);
            m.remove_inode_hugepages(file, size >> hpage_shift, u64::MAX, true);
            Ok(())
        })
    }

    /// `fallocate`: mode 0 fills the range with pages and grows the file, 1 keeps its size, 3 punches a hole.
    ///
    /// # Errors
    /// EINVAL: nothing to do. EFBIG: beyond 2^63. EOPNOTSUPP: another mode. ENOSPC: no page left; those before stay.
    /// EINTR is not given.
    pub(crate) fn hugetlb_fallocate(
        &mut self,
        pid: Pid,
        file: FileId,
        mode: u32,
        offset: u64,
        len: u64,
    ) -> Result<(), Errno> {
        self.syscall(pid, |m, _| {
            if len == 0 || len > MAX_LFS || offset > MAX_LFS {
                return Err(Errno::EINVAL);
            }
            if !matches!(mode, 0 | 1 | 3) {
                return Err(Errno::EOPNOTSUPP);
            }
            if offset + len > MAX_LFS {
                return Err(Errno::EFBIG);
            }
            if mode == 3 {
                m.hugetlb_punch_hole(file, offset, len);
                return Ok(());
            }
            let end = offset + len;
            let (size, hpage_shift) = (m.file_hstate(file), m.file_hpage_shift(file));
            for index in offset >> hpage_shift..end.div_ceil(1 << hpage_shift) {
                if m.hugetlb.file(file).page(index).is_none() {
                    let mount = m.hugetlb.file(file).mount;
                    let holder = Holder::File(file);
                    let page = m.alloc_hugetlb_folio(size, mount, holder, index, false);
                    m.hugetlb_add_to_page_cache(file, index, page.ok_or(Errno::ENOSPC)?);
                }
            }
            let f = m.hugetlb.file_mut(file);
            if mode == 0 {
                f.size = f.size.max(end);
            }
            Ok(())
        })
    }

    /// Whole pages of the range go, parts of pages become zero (`hugetlbfs_punch_hole`).
    ///
    /// Deviation: a part of a 4 KiB page keeps its contents.
    pub(super) fn hugetlb_punch_hole(&mut self, file: FileId, offset: u64, len: u64) {
        let end = offset + len;
        let hpage_shift = self.file_hpage_shift(file);
        let (from, to) = (offset.div_ceil(1 << hpage_shift), end >> hpage_shift);
        if from < to {
            self.hugetlb_unmap_file(file, from, to);
            self.remove_inode_hugepages(file, from, to, false);
        }
        let (whole, whole_end) = (from << hpage_shift, to << hpage_shift);
        self.hugetlb_zero_part(file, offset, end.min(whole));
        if whole_end >= whole {
            self.hugetlb_zero_part(file, whole_end, end);
        }
    }

    fn hugetlb_zero_part(&mut self, file: FileId, start: u64, end: u64) {
        let order = self.file_hpage_shift(file) - PAGE_SHIFT;
        for at in start.div_ceil(PAGE_SIZE)..end / PAGE_SIZE {
            if let Some(head) = self.hugetlb.file(file).page(at >> order) {
                let page = head.add((at & ((1 << order) - 1)) as usize);
                self.write_content(page, Pattern::Fill(0));
            }
        }
    }

    fn file_hpage_shift(&self, file: FileId) -> u32 {
        shift(self.hugetlb.hstates[self.file_hstate(file)].order)
    }

    /// Unmaps offsets `[from, to)` in all areas of a file (`hugetlb_vmdelete_list`).
    fn hugetlb_unmap_file(&mut self, file: FileId, from: u64, to: u64) {
        for vma in self.hugetlb_areas(Some(file)) {
            let v = self.vma(vma);
            let order = self.vma_hstate(v).1;
            let first = v.pgoff >> order;
            let clamp = |index: u64| {
                let pages = index.saturating_sub(first).min(v.pages() >> order);
                v.start + (pages << shift(order))
            };
            let (start, end) = (clamp(from), clamp(to));
            self.hugetlb_unmap_range(vma, start, end);
        }
    }

    /// Takes pages `[from, to)` out of the cache. A truncation also drops the reservations; a hole only those of the
    /// pages that were there (`remove_inode_hugepages`).
    fn remove_inode_hugepages(&mut self, file: FileId, from: u64, to: u64, truncate: bool) {
        let size = self.file_hstate(file);
        let f = self.hugetlb.file_mut(file);
        let at = |x| f.pages.partition_point(|p| p.0 < x);
        let part = at(from)..at(to);
        let gone: Vec<_> = f.pages.drain(part).collect();
        let freed = gone.len() as u64;
        let mut promised = 0;
        if truncate {
            promised = f.resv.del(from, to).saturating_sub(freed);
        } else {
            for (index, _) in &gone {
                f.resv.del(*index, *index + 1);
            }
        }
        let mount = f.mount;
        for (_, head) in gone {
            self.folio_put(head, 1);
        }
        let promised = self.subpool_put(mount, promised);
        self.unreserve(size, promised);
    }
}
