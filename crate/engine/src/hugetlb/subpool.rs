//! Mounts of hugetlbfs: their sizes are limits and reservations of a pool within the pool.
//!
//! Counterparts: `hugetlbfs_parse_param`, `hugetlbfs_validate`, `hugetlbfs_fill_super` (`fs/hugetlbfs/inode.c`);
//! `hugepage_new_subpool`, `hugepage_subpool_get_pages`, `hugepage_subpool_put_pages` (`mm/hugetlb.c`).

use super::boot::memparse;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::{FileId, VmaId};

/// Most mounts of hugetlbfs of a machine: what the mark of a huge page has room for.
pub const MAX_HUGETLBFS_MOUNTS: usize = 64;

/// A mount, and its subpool (`struct hugepage_subpool`), counts in huge pages. Without a limit or a minimum it passes
/// everything on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Mount {
    name: String,
    hstate: u8,
    /// `max_hpages`
    max: Option<u64>,
    /// `min_hpages`
    min: Option<u64>,
    /// `used_hpages`: promised or in use; kept only where there is a limit.
    used: u64,
    /// `rsv_hpages`: of the minimum, what nobody was promised yet.
    rsv: u64,
    /// Counted in `used` for good: for faults that then found no page, and by `mremap` of a part of an area.
    lost: u64,
    /// Files there is room for (`free_inodes`).
    inodes: Option<u64>,
}

impl Mount {
    /// Takes `n` pages; returns how many of them the pool has still to promise (`hugepage_subpool_get_pages`).
    fn get(&mut self, n: u64) -> Option<u64> {
        if let Some(max) = self.max {
            self.used = Some(self.used + n).filter(|used| *used <= max)?;
        }
        let own = n.min(self.rsv);
        self.rsv -= own;
        Some(n - own)
    }

    /// Gives `n` pages back; returns how many promises of the pool go with them (`hugepage_subpool_put_pages`).
    fn put(&mut self, n: u64) -> u64 {
        if self.max.is_some() {
            self.used -= n;
        }
        let min = self.min.filter(|min| self.used < *min).unwrap_or(self.rsv);
        let own = n.min(min.saturating_sub(self.rsv));
        self.rsv += own;
        n - own
    }

    /// Whether `used` pages promised and in use are what is counted. The minimum is only bounded: pages given back
    /// together fill it up whatever else is in use.
    pub(super) fn is_right(&self, used: u64) -> bool {
        let used = if self.max.is_some() {
            used + self.lost
        } else {
            0
        };
        used == self.used && self.rsv <= self.min.unwrap_or(0)
    }

    /// What of its minimum nobody was promised yet, in pages of a size.
    pub(super) fn reserved(&self, size: usize) -> u64 {
        if usize::from(self.hstate) == size {
            self.rsv
        } else {
            0
        }
    }
}

/// What `mount -t hugetlbfs -o …` says.
#[derive(Clone, Copy, Debug, Default)]
struct Options<'a> {
    pagesize: u64,
    size: Option<&'a str>,
    min_size: Option<&'a str>,
    inodes: Option<u64>,
}

impl<'a> Options<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut o = Options::default();
        for word in text.split(',').filter(|w| !w.is_empty()) {
            let (key, value) = word.split_once('=')?;
            let digit = value.starts_with(|c: char| c.is_ascii_digit());
            match key {
                "pagesize" => o.pagesize = memparse(value).filter(|n| *n > 0)?,
                "size" => o.size = Some(value).filter(|_| digit),
                "min_size" => o.min_size = Some(value).filter(|_| digit),
                "nr_inodes" => o.inodes = Some(memparse(value)?),
                // Everything runs as root: these change nothing.
                "uid" | "gid" => drop(value.parse::<u32>().ok()?),
                "mode" => drop(u32::from_str_radix(value, 8).ok()?),
                _ => return None,
            }
            if !digit {
                return None;
            }
        }
        Some(o)
    }
}

impl Machine {
    /// Bytes or per cent of a pool in huge pages (`hugetlbfs_size_to_hpages`).
    fn size_to_hpages(&self, size: usize, text: &str) -> Option<u64> {
        let h = &self.hugetlb.hstates[size];
        match text.strip_suffix('%') {
            Some(n) => Some(n.parse::<u64>().ok()?.checked_mul(h.max)? / 100),
            None => Some(memparse(text)? >> super::shift(h.order)),
        }
    }

    /// Mounts a hugetlbfs at `/name`. `options` are those of `mount -o`, separated by commas: `pagesize=`, `size=` and
    /// `min_size=` in bytes or per cent of the pool, `nr_inodes=` (the root is one of them), `mode=`, `uid=`, `gid=`.
    ///
    /// # Errors
    /// EINVAL: an unknown option or value, a size of pages that does not exist, a minimum above the limit. ENOMEM: the
    /// pool cannot promise the minimum, no inode for the root, or beyond [`MAX_HUGETLBFS_MOUNTS`]. EBUSY: the name is
    /// taken.
    #[inline(never)]
    pub fn mount_hugetlbfs(&mut self, name: &str, options: &str) -> Result<(), Errno> {
        let o = Options::parse(options).ok_or(Errno::EINVAL)?;
        let size = self.hugetlb.size_to_hstate(o.pagesize);
        let size = size.ok_or(Errno::EINVAL)?;
        let pages = |m: &Machine, text: Option<&str>| match text {
            Some(t) => m.size_to_hpages(size, t).map(Some).ok_or(Errno::EINVAL),
            None => Ok(None),
        };
        let (max, min) = (pages(self, o.size)?, pages(self, o.min_size)?);
        if max.is_some_and(|max| min > Some(max)) {
            return Err(Errno::EINVAL);
        }
        if self.mount_named(name).is_some() || self.hugetlbfs_named(name).is_some() {
            return Err(Errno::EBUSY);
        }
        if o.inodes == Some(0) || self.hugetlb.mounts.len() == MAX_HUGETLBFS_MOUNTS {
            return Err(Errno::ENOMEM);
        }
        self.reserve(size, min.unwrap_or(0))?;
        self.hugetlb.mounts.push(Mount {
            name: name.to_owned(),
            hstate: size as u8,
            max,
            min,
            rsv: min.unwrap_or(0),
            inodes: o.inodes.map(|n| n - 1),
            ..Mount::default()
        });
        Ok(())
    }

    /// Place of a mount, one more than its index.
    #[inline(never)]
    pub(crate) fn hugetlbfs_named(&self, name: &str) -> Option<u8> {
        let at = self.hugetlb.mounts.iter().position(|m| m.name == name)?;
        Some(at as u8 + 1)
    }

    /// An empty file of `len` bytes in a [mounted](Self::mount_hugetlbfs) hugetlbfs. It has a name and stays.
    ///
    /// # Errors
    /// ENOENT: no such mount. ENOSPC: no inode left. EINVAL: `len` is no multiple of a huge page, or beyond 2^63.
    pub fn create_hugetlbfs_file(
        &mut self,
        mount: &str,
        name: &str,
        len: u64,
    ) -> Result<FileId, Errno> {
        let at = self.hugetlbfs_named(mount).ok_or(Errno::ENOENT)?;
        let m = &mut self.hugetlb.mounts[usize::from(at) - 1];
        if m.inodes == Some(0) {
            return Err(Errno::ENOSPC);
        }
        let hstate = m.hstate.into();
        self.check_file_size(hstate, len)?;
        let m = &mut self.hugetlb.mounts[usize::from(at) - 1];
        m.inodes = m.inodes.map(|n| n - 1);
        let id = self.hugetlb_file_setup(format!("/{mount}/{name}"), hstate, len, true);
        self.hugetlb.file_mut(id).mount = at;
        Ok(id)
    }

    /// The mount an area's file is in (`subpool_vma`); 0 is none.
    pub(super) fn subpool_vma(&self, vma: VmaId) -> u8 {
        let file = self.vma(vma).file;
        file.map_or(0, |f| self.hugetlb.file(f).mount)
    }

    /// Takes `n` pages of a mount; returns how many the pool has to promise, `None` beyond the limit.
    #[inline(never)]
    pub(super) fn subpool_get(&mut self, mount: u8, n: u64) -> Option<u64> {
        match mount {
            0 => Some(n),
            m => self.hugetlb.mounts[usize::from(m) - 1].get(n),
        }
    }

    /// Gives `n` pages back to a mount; returns how many promises of the pool go with them.
    #[inline(never)]
    pub(super) fn subpool_put(&mut self, mount: u8, n: u64) -> u64 {
        match mount {
            0 => n,
            m => self.hugetlb.mounts[usize::from(m) - 1].put(n),
        }
    }

    /// A reservation failed for want of `n` pages of the pool: they are not used after all.
    pub(super) fn subpool_unuse(&mut self, mount: u8, n: u64) {
        if mount > 0 {
            let m = &mut self.hugetlb.mounts[usize::from(mount) - 1];
            m.used -= if m.max.is_some() { n } else { 0 };
        }
    }

    /// `n` pages of the limit stay taken, as after a fault that took one and found none: 6.18 does not give it back
    /// (`alloc_hugetlb_folio`).
    #[inline(never)]
    pub(super) fn subpool_lose(&mut self, mount: u8, n: u64) {
        if mount > 0 {
            self.hugetlb.mounts[usize::from(mount) - 1].lost += n;
        }
    }
}
