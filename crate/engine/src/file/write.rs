//! `write(2)` and `read(2)`: pages come into the cache in folios as large as a write is long.
//!
//! Counterparts: `generic_perform_write`, `iomap_write_iter`, `__filemap_get_folio`, `shmem_write_begin`,
//! `filemap_read`.

use super::MAX_FILE_BYTES;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, HPAGE_PMD_SIZE, PAGE_SHIFT, PAGE_SIZE, Pfn, Pid};

/// What page `index` of the file would hold if it were written whole.
pub type Source<'a> = &'a mut dyn FnMut(u64) -> Pattern;

impl Machine {
    /// Writes `len` bytes at `offset`; returns how many were written (`pwrite64`).
    ///
    /// # Errors
    /// ESRCH. EINVAL: a hugetlb file, or beyond 2^63. EFBIG beyond 2^47 bytes. ENOSPC: the mount is full. ENOMEM. The
    /// latter two only if nothing could be written.
    pub fn pwrite(
        &mut self,
        pid: Pid,
        id: FileId,
        offset: u64,
        len: u64,
        source: Source<'_>,
    ) -> Result<u64, Errno> {
        if Machine::is_file_hugepages(id) || offset.checked_add(len).is_none_or(|e| e >> 63 != 0) {
            return Err(Errno::EINVAL);
        }
        self.syscall(pid, |m, _| {
            m.open_for_write(id);
            m.perform_write(id, offset, len, source)
        })
    }

    fn perform_write(
        &mut self,
        id: FileId,
        offset: u64,
        len: u64,
        source: Source<'_>,
    ) -> Result<u64, Errno> {
        let end = (offset + len).min(MAX_FILE_BYTES);
        if offset >= end {
            return if len == 0 { Ok(0) } else { Err(Errno::EFBIG) };
        }
        let shmem = self.inode(id).shmem;
        let chunk = match shmem {
            true if self.inode(id).large_folios => HPAGE_PMD_SIZE,
            true => PAGE_SIZE,
            false => PAGE_SIZE << self.config.fs.max_order(),
        };
        let mut at = offset;
        while at < end {
            let bytes = (end - at).min(chunk - at % chunk);
            let head = if shmem {
                self.shmem_write_begin(id, at, bytes)
            } else {
                self.get_write_folio(id, at, bytes).ok_or(Errno::ENOMEM)
            };
            let head = match head {
                Ok(head) => head,
                Err(e) if at == offset => return Err(e),
                Err(_) => break,
            };
            let to = (at + bytes).min(self.folio_next_index(head) << PAGE_SHIFT);
            self.write_pages(head, at, to, source);
            self.frames
                .set(head, FrameFlags::DIRTY.and(FrameFlags::UPTODATE));
            let i = self.inode_mut(id);
            let old = i.size_pages();
            i.size = i.size.max(to);
            // What the file grew over reads as zeroes until it is written back.
            self.punch_disk(id, old, to.div_ceil(PAGE_SIZE));
            at = to;
        }
        Ok(at - offset)
    }

    /// Bytes `from..to` of the file, in one folio.
    fn write_pages(&mut self, head: Pfn, from: u64, to: u64, source: Source<'_>) {
        let first = self.frames.index(head);
        for index in from >> PAGE_SHIFT..to.div_ceil(PAGE_SIZE) {
            let start = index << PAGE_SHIFT;
            let (page, pattern) = (head.add((index - first) as usize), source(index));
            if from <= start && start + PAGE_SIZE <= to {
                self.write_content(page, pattern.of_all_bytes());
                continue;
            }
            for i in from.max(start)..to.min(start + PAGE_SIZE) {
                let i = (i - start) as u16;
                self.write_content(page, Pattern::ByteAt(i, pattern.byte(i)));
            }
        }
    }

    /// The folio of shared memory that a write of `bytes` goes to (`shmem_write_begin`).
    fn shmem_write_begin(&mut self, id: FileId, at: u64, bytes: u64) -> Result<Pfn, Errno> {
        let known = self.file_folio(id, at >> PAGE_SHIFT).is_some();
        let (page, _) = self
            .shmem_get_page(id, at >> PAGE_SHIFT, None, at + bytes)
            .map_err(|_| Errno::ENOSPC)?;
        let head = self.frames.head(page);
        if known {
            self.folio_mark_accessed(head);
        } else {
            self.frames.set(head, FrameFlags::REFERENCED);
        }
        Ok(head)
    }

    /// The folio at a place in a file on disk: the one that is there, or a new one by the length of the write
    /// (`__filemap_get_folio` with `fgf_set_order`), with what the disk has around. `None` without memory.
    fn get_write_folio(&mut self, id: FileId, at: u64, bytes: u64) -> Option<Pfn> {
        let index = at >> PAGE_SHIFT;
        if let Some(head) = self.file_folio(id, index) {
            return Some(head);
        }
        let (min, max) = (self.config.fs_min_order(), self.config.fs.max_order());
        let index = index & !((1 << min) - 1);
        let mut order = (bytes.ilog2().saturating_sub(PAGE_SHIFT) as u8).clamp(min, max);
        if !index.is_multiple_of(1 << order) {
            order = index.trailing_zeros() as u8;
        }
        loop {
            let taken = self.next_folio(id, index, index + (1 << order)).is_some();
            let head = if taken {
                None
            } else {
                self.alloc_user_folio(order)
            };
            if let Some(head) = head {
                self.add_read_folio(id, index, head);
                return Some(head);
            }
            if order == min {
                return None;
            }
            order -= 1;
        }
    }

    /// Reads `len` bytes at `offset` into the cache; returns how many there are (`pread64`).
    ///
    /// # Errors
    /// ESRCH. EINVAL beyond 2^63. ENOMEM.
    pub fn pread(&mut self, pid: Pid, id: FileId, offset: u64, len: u64) -> Result<u64, Errno> {
        let end = offset.checked_add(len).filter(|e| e >> 63 == 0);
        let end = end.ok_or(Errno::EINVAL)?;
        self.syscall(pid, |m, _| {
            if Machine::is_file_hugepages(id) {
                return Ok(m.hugetlb_file_size(id).min(end).saturating_sub(offset));
            }
            let end = m.inode(id).size.min(end);
            let last = end.div_ceil(PAGE_SIZE);
            let mut index = offset >> PAGE_SHIFT;
            while index < last {
                if m.inode(id).shmem {
                    // A hole is read as zeroes and stays one; what is in swap comes back.
                    if let Some(Err(_)) = m.shmem_swapin_folio(id, index) {
                        return Err(Errno::ENOMEM);
                    }
                } else if m.file_folio(id, index).is_none() {
                    m.page_cache_sync_ra(id, index, last - index);
                    if m.file_folio(id, index).is_none() {
                        m.read_pages(id, index, index + 1);
                    }
                }
                match m.file_folio(id, index) {
                    Some(head) => {
                        if m.frames.has(head, FrameFlags::READAHEAD) && !m.inode(id).shmem {
                            m.page_cache_async_ra(id, head, index, last - index);
                        }
                        m.folio_mark_accessed(head);
                        index = m.folio_next_index(head);
                    }
                    None if m.inode(id).shmem => index += 1,
                    None => return Err(Errno::ENOMEM),
                }
            }
            m.inode_mut(id).ra.prev = last.saturating_sub(1);
            Ok(end.saturating_sub(offset))
        })
    }
}
