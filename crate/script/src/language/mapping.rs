//! What `mmap` and `mremap` make: where a region goes, and what it shows.

use super::process::Protection;
use super::region::{Name, RegionRange};

/// `mmap`: length, place, backing and flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mmap {
    /// The new region's name.
    pub name: Name,
    /// Length asked for, in bytes, any value.
    pub len_bytes: u64,
    /// Where.
    pub place: Place,
    /// What; `None` is anonymous memory.
    pub backing: Option<Backing>,
    /// Offset in the file, in bytes.
    pub file_offset_bytes: u64,
    /// The protection.
    pub protection: Protection,
    /// `MAP_SHARED` instead of `MAP_PRIVATE`.
    pub shared: bool,
    /// `MAP_HUGETLB`.
    pub hugetlb: bool,
    /// Bytes of a huge page (`MAP_HUGE_*`); 0 is the default size.
    pub pagesize: u64,
    /// `MAP_POPULATE`.
    pub populate: bool,
    /// `MAP_NORESERVE`.
    pub noreserve: bool,
    /// `MAP_LOCKED`.
    pub locked: bool,
    /// `MAP_GROWSDOWN`.
    pub growsdown: bool,
}

/// Where a region goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A slot of its own, 1 GiB apart from all others, `offset_bytes` past its 2 MiB-aligned start. `MAP_FIXED_NOREPLACE`.
    Slot {
        /// `off=`, in bytes.
        offset_bytes: u64,
    },
    /// `after=`: right behind these pages. `MAP_FIXED_NOREPLACE`.
    After(RegionRange),
    /// `at=`: over these pages. `MAP_FIXED`.
    At(RegionRange),
    /// `where=kernel`: the kernel chooses.
    Kernel,
}

/// What a region shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backing {
    /// `memfd=`: made by `memfd`.
    Memfd(Name),
    /// `file=`: made by `file`.
    File(Name),
}

impl Backing {
    /// The name; both kinds share one space of names.
    pub fn name(&self) -> &Name {
        match self {
            Backing::Memfd(name) | Backing::File(name) => name,
        }
    }
}

/// `mremap`, moving or resizing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mremap {
    /// `a to b`: `MREMAP_MAYMOVE | MREMAP_FIXED`.
    Move {
        /// What is moved.
        from: RegionRange,
        /// The region made there, or an existing one that is moved over.
        to: Name,
        /// Where, if `to` is new: [`Place::Slot`] or [`Place::After`].
        place: Place,
        /// `MREMAP_DONTUNMAP`.
        dontunmap: bool,
    },
    /// `a 8M`: another length.
    Resize {
        /// The region, all of it.
        region: Name,
        /// New length, in bytes, any value.
        len_bytes: u64,
        /// `MREMAP_MAYMOVE`.
        maymove: bool,
    },
}
