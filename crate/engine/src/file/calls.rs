//! System calls on files.
//!
//! Counterparts: `memfd_create`, `ftruncate`, `fallocate` (`shmem_fallocate`), `posix_fadvise`, `msync`,
//! `madvise_remove`, `shmem_zero_setup`.

use super::{END_OF_FILES, MAX_FILE_BYTES};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, HPAGE_PMD_SIZE, PAGE_SHIFT, PAGE_SIZE, Pid, VmaId, page_aligned};
use crate::vm::uapi::{
    FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, POSIX_FADV_DONTNEED, POSIX_FADV_WILLNEED,
};
use crate::vm::vma::VmFlags;

impl Machine {
    /// A memory file of `size` bytes (`memfd_create`, `ftruncate`). It lives while it is open or mapped.
    ///
    /// # Errors
    /// EFBIG beyond 2^47 bytes.
    pub fn memfd_create(&mut self, name: &str, size: u64) -> Result<FileId, Errno> {
        self.new_file(format!("/memfd:{name} (deleted)"), true, size)
    }

    /// A file of `size` bytes on disk, none of it in the cache. Every 64-bit word of page `i` is `i + 1`.
    ///
    /// # Errors
    /// EFBIG beyond 2^47 bytes.
    pub fn create_disk_file(&mut self, path: &str, size: u64) -> Result<FileId, Errno> {
        self.new_file(path.to_owned(), false, size)
    }

    pub(super) fn new_file(
        &mut self,
        name: String,
        shmem: bool,
        size: u64,
    ) -> Result<FileId, Errno> {
        if size > MAX_FILE_BYTES {
            return Err(Errno::EFBIG);
        }
        Ok(self.new_inode(name, shmem, size))
    }

    /// The file behind MAP_SHARED|MAP_ANONYMOUS (`shmem_zero_setup`): an area must map it before the caller closes it.
    pub(crate) fn shmem_zero_setup(&mut self, len: u64, noreserve: bool) -> FileId {
        let id = self.new_inode("/dev/zero (deleted)".into(), true, len);
        if !noreserve {
            self.inode_mut(id).reserved_pages = len >> PAGE_SHIFT;
        }
        id
    }

    /// Sets the size of a file. Pages behind the new end go, private copies of them too.
    ///
    /// # Errors
    /// ESRCH; EFBIG beyond 2^47 bytes.
    pub fn ftruncate(&mut self, pid: Pid, id: FileId, size: u64) -> Result<(), Errno> {
        if Machine::is_file_hugepages(id) {
            return self.hugetlb_truncate(pid, id, size);
        }
        self.syscall(pid, |m, _| {
            m.open_for_write(id);
            if size > MAX_FILE_BYTES {
                return Err(Errno::EFBIG);
            }
            let old = m.inode(id).size;
            let pages = m.inode(id).size_pages();
            m.inode_mut(id).size = size;
            if size >= old {
                return Ok(());
            }
            m.inode_mut(id).fallocend = 0;
            let first = m.inode(id).size_pages();
            m.unmap_mapping_range(id, first, u64::MAX >> PAGE_SHIFT, true);
            m.remove_bytes(id, size, END_OF_FILES);
            // A file that grows again reads zeroes there.
            if !m.inode(id).shmem {
                for index in first..pages {
                    m.set_disk(id, index, Some(crate::phys::content::ZERO));
                }
            }
            Ok(())
        })
    }

    /// Allocates the pages of a range, growing the file unless told to keep its size, or punches a hole.
    ///
    /// # Errors
    /// ESRCH. EINVAL: length 0. EOPNOTSUPP: a hole without KEEP_SIZE, other modes. EFBIG. ENOSPC without memory.
    pub fn fallocate(
        &mut self,
        pid: Pid,
        id: FileId,
        mode: u32,
        offset: u64,
        len: u64,
    ) -> Result<(), Errno> {
        if Machine::is_file_hugepages(id) {
            return self.hugetlb_fallocate(pid, id, mode, offset, len);
        }
        self.syscall(pid, |m, _| {
            m.open_for_write(id);
            m.do_fallocate(id, mode, offset, len)
        })
    }

    fn do_fallocate(&mut self, id: FileId, mode: u32, offset: u64, len: u64) -> Result<(), Errno> {
        if len == 0 {
            return Err(Errno::EINVAL);
        }
        let punch = mode & FALLOC_FL_PUNCH_HOLE != 0;
        let keep = mode & FALLOC_FL_KEEP_SIZE != 0;
        if mode & !(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE) != 0 || punch && !keep {
            return Err(Errno::EOPNOTSUPP);
        }
        let end = offset
            .checked_add(len)
            .filter(|e| *e <= MAX_FILE_BYTES)
            .ok_or(Errno::EFBIG)?;
        if punch {
            let (first, last) = (offset.div_ceil(PAGE_SIZE), end >> PAGE_SHIFT);
            if first < last {
                self.unmap_mapping_range(id, first, last, false);
            }
            self.remove_bytes(id, offset, end);
            self.punch_disk(id, first, last);
            return Ok(());
        }
        let old = self.inode(id).size_pages();
        if self.inode(id).shmem {
            self.shmem_fallocate(id, offset >> PAGE_SHIFT, end, keep)?;
        }
        if !keep && end > self.inode(id).size {
            self.inode_mut(id).size = end;
            self.punch_disk(id, old, end.div_ceil(PAGE_SIZE));
        }
        Ok(())
    }

    /// Allocates what is not there, as a write up to `end_byte` would; it is not zeroed before its first use.
    fn shmem_fallocate(
        &mut self,
        id: FileId,
        first: u64,
        end_byte: u64,
        keep: bool,
    ) -> Result<(), Errno> {
        let end = end_byte.div_ceil(PAGE_SIZE);
        if end - first > self.nr_managed_pages() {
            return Err(Errno::ENOSPC);
        }
        if keep && end > self.inode(id).size_pages() {
            let i = self.inode_mut(id);
            i.fallocend = i.fallocend.max(end);
        }
        let mut index = first;
        while index < end {
            let known = self.file_folio(id, index).is_some();
            let (page, _) = self
                .shmem_get_page(id, index, None, end_byte)
                .map_err(|_| Errno::ENOSPC)?;
            let head = self.frames.head(page);
            if !known {
                self.frames.clear(head, FrameFlags::UPTODATE);
            }
            self.frames.set(head, FrameFlags::DIRTY);
            index = self.folio_next_index(head);
        }
        Ok(())
    }

    /// Advice about a whole file: WILLNEED reads it, DONTNEED writes and drops what nobody uses. Shared memory keeps
    /// everything.
    ///
    /// # Errors
    /// ESRCH; EINVAL for other advice.
    pub fn posix_fadvise(&mut self, pid: Pid, id: FileId, advice: u32) -> Result<(), Errno> {
        self.syscall(pid, |m, _| {
            // Without a disk behind it there is nothing to advise.
            if Machine::is_file_hugepages(id) || m.inode(id).shmem {
                return Ok(());
            }
            match advice {
                POSIX_FADV_WILLNEED => m.read_pages(id, 0, u64::MAX),
                POSIX_FADV_DONTNEED => {
                    // Pages under writeback are not dropped: only those that were clean before.
                    m.invalidate_pages(id);
                    m.write_back(id, 0, u64::MAX);
                }
                _ => return Err(Errno::EINVAL),
            }
            Ok(())
        })
    }

    /// Writes the mapped files of `[addr, addr + len)` to disk (MS_SYNC).
    ///
    /// # Errors
    /// ESRCH. EINVAL: misaligned. ENOMEM: overflow, or a hole, after the rest was written.
    pub fn msync(&mut self, pid: Pid, addr: u64, len: u64) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            if !page_aligned(addr) {
                return Err(Errno::EINVAL);
            }
            let end = len
                .checked_next_multiple_of(PAGE_SIZE)
                .and_then(|l| addr.checked_add(l))
                .ok_or(Errno::ENOMEM)?;
            let (mut at, mut hole) = (addr, false);
            for vma in m.vmas_in(mm, addr, end) {
                let v = m.vma(vma);
                let (start, stop) = (v.start.max(addr), v.end.min(end));
                hole |= start > at;
                at = stop;
                let shared = v.flags.has(VmFlags::SHARED);
                if let Some(id) = v.cached_file().filter(|_| shared) {
                    let first = v.page_index(start);
                    m.write_back(id, first, first + ((stop - start) >> PAGE_SHIFT));
                }
            }
            if hole || at < end {
                return Err(Errno::ENOMEM);
            }
            Ok(())
        })
    }

    /// Punches a hole where the area maps its file (`madvise_remove`).
    ///
    /// # Errors
    /// EINVAL: locked, or no file. EACCES: not a shared writable mapping.
    pub(crate) fn madvise_remove(&mut self, vma: VmaId, start: u64, end: u64) -> Result<(), Errno> {
        let v = self.vma(vma);
        if v.flags.has(VmFlags::LOCKED) {
            return Err(Errno::EINVAL);
        }
        let id = v.cached_file().ok_or(Errno::EINVAL)?;
        if !v.flags.has(VmFlags::SHARED.with(VmFlags::WRITE)) {
            return Err(Errno::EACCES);
        }
        let offset = v.page_index(start) << PAGE_SHIFT;
        let mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        self.do_fallocate(id, mode, offset, end - start)
    }

    /// Reads ahead what an area maps (`madvise_willneed`).
    pub(crate) fn willneed_file(&mut self, vma: VmaId, start: u64, end: u64) {
        let v = self.vma(vma);
        if let Some(id) = v.cached_file() {
            let first = v.page_index(start);
            let end = first + ((end - start) >> PAGE_SHIFT);
            if self.inode(id).shmem {
                self.shmem_swapin_range(id, first, end);
            } else {
                self.read_pages(id, first, end);
            }
        }
    }

    /// Whether the kernel looks for a place where address and offset of a mapping are aligned alike
    /// (`shmem_get_unmapped_area`, `thp_get_unmapped_area`).
    pub(crate) fn file_area_wants_alignment(&self, id: FileId, len: u64) -> bool {
        use crate::thp::ShmemEnabled as E;
        if self.inode(id).mount > 0 {
            let top = self.thp.shmem_enabled;
            len >= HPAGE_PMD_SIZE
                && top != E::Deny
                && (top == E::Force || self.mount_huge(id) != E::Never)
        } else if self.inode(id).shmem {
            self.shared_area_wants_alignment(len)
        } else {
            len >= HPAGE_PMD_SIZE
        }
    }

    /// The same for shared memory.
    ///
    /// Deviation: shared anonymous memory aligns to 2 MiB where the kernel takes the largest size enabled.
    pub(crate) fn shared_area_wants_alignment(&self, len: u64) -> bool {
        use crate::thp::{ShmemEnabled as E, ShmemSizeEnabled as S};
        let t = &self.thp;
        let by_size = |o: usize| match t.shmem_size_enabled[o] {
            S::Inherit => t.shmem_mount != E::Never,
            S::Never => false,
            _ => true,
        };
        len >= HPAGE_PMD_SIZE
            && t.shmem_enabled != E::Deny
            && (t.shmem_enabled == E::Force || t.shmem_mount != E::Never || (1..=9).any(by_size))
    }
}
