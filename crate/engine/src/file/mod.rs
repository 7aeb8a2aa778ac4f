//! Files: the page cache, shared memory and tmpfs.
//!
//! Counterparts: `mm/filemap.c`, `mm/shmem.c`, `mm/truncate.c`. An inode keeps its folios by page index (`struct
//! address_space`) and the areas that map it (`i_mmap`). A folio of the cache has one reference a page for it, its
//! anchor is the [`FileId`] and its index the page offset of its head; `SWAPBACKED` tells shared memory from a file
//! on disk.
//!
//! Architecture invariant: only `cache` puts folios into an inode or takes them out; counters change there.

mod cache;
mod calls;
mod check;
mod disk;
mod fault;
mod map;
mod readahead;
mod shmem;
mod split;
mod swap;
#[cfg(test)]
mod tests;
pub mod tmpfs;
mod truncate;
mod write;

pub(crate) use cache::MAX_FILE_BYTES;

use crate::machine::Machine;
use crate::phys::content::ContentId;
use crate::vm::addr::{FileId, PAGE_SIZE, Pfn, VmaId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// No byte of a file lies behind.
pub(crate) const END_OF_FILES: u64 = !(PAGE_SIZE - 1);

/// A file with its cached pages (`struct inode`, `struct address_space`).
#[derive(Clone, Debug)]
pub struct Inode {
    /// As `/proc/PID/maps` shows it.
    pub name: String,
    /// Shared memory: lives in the cache alone (`shmem_mapping`).
    pub shmem: bool,
    /// Bytes (`i_size`).
    pub size: u64,
    /// Open descriptors; areas hold it as well.
    pub opens: u32,
    /// Pages promised at creation, counted as committed whether allocated or not.
    pub reserved_pages: u64,
    /// First page behind what `fallocate` has allocated beyond the end (`fallocend`).
    pub fallocend: u64,
    /// Heads of the cached folios by their first index (`i_pages`).
    pub(crate) folios: Rc<BTreeMap<u64, Pfn>>,
    /// Areas that map it (`i_mmap`), in the order they came.
    pub(crate) vmas: Vec<VmaId>,
    /// What lies outside of memory. On disk: contents where they differ from what the file was made with, each
    /// holding a reference. Shared memory: the swap entries of pages that are out.
    pub(crate) stored: BTreeMap<u64, ContentId>,
    /// The last readahead.
    pub(crate) ra: readahead::Readahead,
    /// Pages in the cache.
    pub(crate) nr_cached: u64,
    /// The tmpfs mount it is in; 0 is the kernel's own.
    pub(super) mount: u8,
    /// Somebody has it open for writing (`inode_is_open_for_write`).
    pub(crate) open_for_write: bool,
    /// The mount allowed large folios when it was made (`mapping_set_large_folios`).
    pub(super) large_folios: bool,
}

impl Inode {
    /// Pages up to the end of the file, the last perhaps in part.
    pub fn size_pages(&self) -> u64 {
        self.size.div_ceil(PAGE_SIZE)
    }

    /// Pages of the cache, by head.
    pub fn cached(&self) -> impl Iterator<Item = (u64, Pfn)> + '_ {
        self.folios.iter().map(|(i, p)| (*i, *p))
    }
}

impl Machine {
    /// A file; ids are given out only while it lives.
    pub fn inode(&self, id: FileId) -> &Inode {
        self.files[id.index()]
            .as_ref()
            .expect("a file id is given out only while it lives")
    }

    pub(crate) fn inode_mut(&mut self, id: FileId) -> &mut Inode {
        self.files[id.index()]
            .as_mut()
            .expect("a file id is given out only while it lives")
    }

    /// A new inode with one open descriptor.
    pub(crate) fn new_inode(&mut self, name: String, shmem: bool, size: u64) -> FileId {
        let inode = Inode {
            name,
            shmem,
            size,
            opens: 1,
            reserved_pages: 0,
            fallocend: 0,
            folios: Rc::default(),
            vmas: Vec::new(),
            stored: BTreeMap::new(),
            ra: Default::default(),
            nr_cached: 0,
            mount: 0,
            open_for_write: true,
            large_folios: self.thp.shmem_mount != crate::thp::ShmemEnabled::Never,
        };
        // Id 0 is nobody's: an anchor of 0 means no mapping.
        if self.files.is_empty() {
            self.files.push(None);
        }
        self.files.push(Some(inode));
        FileId(self.files.len() as u32 - 1)
    }

    /// A descriptor is closed.
    pub(crate) fn fput(&mut self, id: FileId) {
        self.inode_mut(id).opens -= 1;
        self.iput(id);
    }

    /// The last user of a file is gone: its pages go, in memory, in swap and on disk (`shmem_evict_inode`).
    fn iput(&mut self, id: FileId) {
        let i = self.inode(id);
        if i.opens > 0 || !i.vmas.is_empty() {
            return;
        }
        self.shmem_forget_tail(id);
        self.remove_bytes(id, 0, END_OF_FILES);
        while let Some(index) = self.inode(id).stored.keys().next().copied() {
            self.set_disk(id, index, None);
        }
        self.files[id.index()] = None;
    }

    /// An area begins to map its file (`vma_link_file`).
    pub(crate) fn vma_link_file(&mut self, vma: VmaId) {
        if let Some(id) = self.vma(vma).cached_file() {
            self.inode_mut(id).vmas.push(vma);
        }
    }

    /// An area that is gone maps its file no more (`unlink_file_vma`, `fput`).
    pub(crate) fn unlink_file_vma(&mut self, vma: VmaId, file: Option<FileId>) {
        if let Some(id) = file {
            self.inode_mut(id).vmas.retain(|v| *v != vma);
            self.iput(id);
        }
    }

    /// Whether pages of an area are shared memory (`vma_is_shmem`).
    pub(crate) fn vma_is_shmem(&self, vma: VmaId) -> bool {
        let file = self.vma(vma).cached_file();
        file.is_some_and(|id| self.inode(id).shmem)
    }

    /// Pages of shared memory that count as committed.
    pub(crate) fn shmem_committed_pages(&self) -> u64 {
        let shmem = self.files.iter().flatten().filter(|i| i.shmem);
        shmem
            .map(|i| match i.reserved_pages {
                0 => i.nr_cached + i.stored.len() as u64,
                n => n,
            })
            .sum()
    }
}
