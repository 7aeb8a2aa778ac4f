//! tmpfs mounts: `huge=`, `size=`, `noswap`, and the tails of large folios that lie behind the end of their files.
//!
//! Counterparts in `mm/shmem.c`: `shmem_fill_super`, `shmem_reconfigure`, `shmem_inode_acct_blocks`,
//! `shmem_unused_huge_shrink`. Mount 0 is the kernel's own, of memfds and shared anonymous memory: its `huge=` is
//! `shmem_enabled`, and it has no limit.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::thp::{Cut, ShmemEnabled};
use crate::vm::addr::{FileId, HPAGE_PMD_NR, PAGE_SIZE, Pfn};

/// Most tmpfs mounts of a machine, the kernel's own included.
pub const MAX_MOUNTS: usize = 64;
/// Inodes one pass looks at when nobody says how many.
const SHRINK_BATCH: usize = 128;

/// What `mount -t tmpfs -o …` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TmpfsOptions {
    /// `huge=`: never, always, within_size or advise; `None` is `transparent_hugepage_tmpfs=`.
    pub huge: Option<ShmemEnabled>,
    /// `size=` in bytes, rounded up to pages; 0 is no limit; `None` is half of memory.
    pub size: Option<u64>,
    /// `noswap`.
    pub noswap: bool,
}

/// A superblock of tmpfs (`struct shmem_sb_info`).
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    name: String,
    pub(super) huge: ShmemEnabled,
    /// `max_blocks`; 0 is no limit.
    pub(super) max_pages: u64,
    pub(super) noswap: bool,
    /// Files that got a large folio reaching behind their end, oldest first (`shrinklist`).
    shrinklist: Vec<FileId>,
}

impl Machine {
    /// The kernel's own mount, there from the start.
    pub(crate) fn internal_mount() -> Vec<Mount> {
        vec![Mount {
            name: String::new(),
            huge: ShmemEnabled::Never,
            max_pages: 0,
            noswap: false,
            shrinklist: Vec::new(),
        }]
    }

    /// Mounts a tmpfs at `/name`, or with the name of one that is there changes it (`-o remount`).
    ///
    /// # Errors
    /// EINVAL: `huge=deny` or `force`; a remount with a limit below what is used, a limit where there was none, or that
    /// switches `noswap`. EBUSY: a hugetlbfs has the name. ENOMEM beyond [`MAX_MOUNTS`].
    pub fn mount_tmpfs(&mut self, name: &str, o: TmpfsOptions) -> Result<(), Errno> {
        if matches!(o.huge, Some(ShmemEnabled::Deny | ShmemEnabled::Force)) {
            return Err(Errno::EINVAL);
        }
        let pages = o.size.map(|s| s.div_ceil(PAGE_SIZE));
        if self.hugetlbfs_named(name).is_some() {
            return Err(Errno::EBUSY);
        }
        if let Some(at) = self.mount_named(name) {
            let used = self.mount_used(at);
            let m = &mut self.mounts[at];
            if o.noswap && !m.noswap
                || pages.is_some_and(|p| p > 0 && (p < used || m.max_pages == 0))
            {
                return Err(Errno::EINVAL);
            }
            m.huge = o.huge.unwrap_or(m.huge);
            m.max_pages = pages.unwrap_or(m.max_pages);
            return Ok(());
        }
        if self.mounts.len() == MAX_MOUNTS {
            return Err(Errno::ENOMEM);
        }
        self.mounts.push(Mount {
            name: name.to_owned(),
            huge: o.huge.unwrap_or(self.config.tmpfs_huge),
            max_pages: pages.unwrap_or(self.nr_managed_pages() / 2),
            noswap: o.noswap,
            shrinklist: Vec::new(),
        });
        Ok(())
    }

    pub(crate) fn mount_named(&self, name: &str) -> Option<usize> {
        (1..self.mounts.len()).find(|i| self.mounts[*i].name == name)
    }

    /// An empty file of `size` bytes in the tmpfs mounted as `mount`; in a hugetlbfs as
    /// [`create_hugetlbfs_file`](Self::create_hugetlbfs_file).
    ///
    /// # Errors
    /// ENOENT: no such mount. EFBIG beyond 2^47 bytes.
    pub fn create_tmpfs_file(
        &mut self,
        mount: &str,
        name: &str,
        size: u64,
    ) -> Result<FileId, Errno> {
        if self.hugetlbfs_named(mount).is_some() {
            return self.create_hugetlbfs_file(mount, name, size);
        }
        let at = self.mount_named(mount).ok_or(Errno::ENOENT)?;
        let id = self.new_file(format!("/{mount}/{name}"), true, size)?;
        let huge = self.mounts[at].huge;
        let i = self.inode_mut(id);
        i.mount = at as u8;
        i.large_folios = huge != ShmemEnabled::Never;
        Ok(id)
    }

    /// `huge=` of the mount of a file (`sbinfo->huge`).
    pub(super) fn mount_huge(&self, id: FileId) -> ShmemEnabled {
        match self.inode(id).mount {
            0 => self.thp.shmem_mount,
            n => self.mounts[usize::from(n)].huge,
        }
    }

    /// Whether pages of a file never go to swap.
    pub(super) fn mount_noswap(&self, id: FileId) -> bool {
        self.mounts[usize::from(self.inode(id).mount)].noswap
    }

    fn mount_used(&self, mount: usize) -> u64 {
        let files = self.files.iter().flatten();
        let here = files.filter(|i| i.shmem && usize::from(i.mount) == mount);
        here.map(|i| i.nr_cached + i.stored.len() as u64).sum()
    }

    /// Whether `pages` more fit the mount of a file (`shmem_inode_acct_blocks`). If not, tails behind the ends of files
    /// go first.
    pub(super) fn shmem_acct_blocks(&mut self, id: FileId, pages: u64) -> bool {
        let mount = usize::from(self.inode(id).mount);
        let max = self.mounts[mount].max_pages;
        if max == 0 {
            return true;
        }
        if self.mount_used(mount) + pages > max {
            self.shmem_unused_huge_shrink(mount, SHRINK_BATCH, Some(pages));
        }
        self.mount_used(mount) + pages <= max
    }

    /// A new folio of a file: one that reaches behind its end puts the file on the list.
    pub(super) fn shmem_note_tail(&mut self, id: FileId, head: Pfn) {
        let i = self.inode(id);
        let mount = usize::from(i.mount);
        if self.folio_large(head) && i.size_pages() < self.folio_next_index(head) {
            let list = &mut self.mounts[mount].shrinklist;
            if !list.contains(&id) {
                list.push(id);
            }
        }
    }

    /// A file is gone.
    pub(super) fn shmem_forget_tail(&mut self, id: FileId) {
        let mount = usize::from(self.inode(id).mount);
        self.mounts[mount].shrinklist.retain(|f| *f != id);
    }

    /// Splits the large folios at the ends of up to `scan` files of the list, so that what lies behind is freed; stops
    /// once `wanted` pages are (`shmem_unused_huge_shrink`).
    fn shmem_unused_huge_shrink(&mut self, mount: usize, scan: usize, wanted: Option<u64>) {
        let list = &mut self.mounts[mount].shrinklist;
        let taken: Vec<FileId> = list.drain(..scan.min(list.len())).collect();
        let mut freed = 0;
        for id in taken {
            let inode = self.inode(id);
            let (pages, size) = (inode.size_pages(), inode.size);
            // A file that fills its last 2 MiB has nothing behind.
            if pages.is_multiple_of(HPAGE_PMD_NR as u64) {
                continue;
            }
            if wanted.is_some_and(|n| freed >= n) {
                self.mounts[mount].shrinklist.push(id);
                continue;
            }
            let end = pages.max(inode.fallocend);
            let Some(head) = self.file_folio(id, size / PAGE_SIZE) else {
                continue;
            };
            let next = self.folio_next_index(head);
            if !self.folio_large(head) || end <= self.frames.index(head) || end >= next {
                continue;
            }
            let locked = crate::phys::frame::FrameFlags::LOCKED;
            if self.frames.has(head, locked) || self.split_file_folio(head, Cut::PAGES, 0).is_err()
            {
                self.mounts[mount].shrinklist.push(id);
                continue;
            }
            freed += next - end;
        }
    }

    /// The shrinkers of all mounts, as for `drop_caches` 2 (`super_cache_scan`).
    pub(crate) fn shmem_unused_huge_scan(&mut self) {
        for mount in 0..self.mounts.len() {
            let all = self.mounts[mount].shrinklist.len();
            self.shmem_unused_huge_shrink(mount, all, None);
        }
    }
}
