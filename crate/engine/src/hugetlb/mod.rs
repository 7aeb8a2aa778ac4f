//! hugetlb: pools of huge pages set aside, reservations, and the areas that use them.
//!
//! Counterparts: `mm/hugetlb.c`, `fs/hugetlbfs/inode.c`.
//!
//! | file | holds |
//! |---|---|
//! | `pool` | pages of one size: free lists by node, surplus, resizing, demotion |
//! | `reserve` | promises: the global count, and who holds which offset |
//! | `folio` | taking a page for a fault or a file, and giving it back |
//! | `fault` | faults, copy on write, taking a page away from a child |
//! | `range` | unmapping, fork, mprotect, advice, mremap |
//! | `file` | inodes: mmap, memfd, truncate, fallocate |
//! | `files` | what the virtual files show and accept |
//! | `boot` | `hugepages=` and its kin |
//! | `view` | the pool as tiles |
//!
//! Deviation: 1 GiB pages have a pool and can be demoted, but no area maps them. Subpools (mount options), cgroup charges,
//! shared PMD tables and the vmemmap optimisation are not modelled.

pub mod boot;
mod check;
mod fault;
mod file;
pub(crate) mod files;
mod folio;
mod pool;
mod range;
mod reserve;
#[cfg(test)]
mod tests;
pub mod view;

pub(crate) use files::HUGETLB_FILES;

use crate::machine::Machine;
use crate::vm::addr::{FileId, HPAGE_PMD_ORDER, HPAGE_PMD_SIZE, Pfn};
use pool::Hstate;

/// Orders of the sizes x86-64 has: 2 MiB, 1 GiB.
pub const HSTATE_ORDERS: [u8; 2] = [HPAGE_PMD_ORDER, 18];
/// Base pages of a huge page that areas map.
const PAGES_PER_HUGE_PAGE: i64 = 1 << HPAGE_PMD_ORDER;
/// Files of hugetlbfs have this bit in their id, so that other file systems can number theirs from 0.
const HUGETLBFS: u32 = 1 << 31;

/// What an area keeps about its reservation (`vm_private_data`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HugetlbVma {
    /// Reserve map of a private mapping that owns its reservation (`HPAGE_RESV_OWNER`), one more than its index.
    pub(crate) resv_map: u32,
    /// A page was taken away from it: faults on empty entries are SIGBUS (`HPAGE_RESV_UNMAPPED`).
    pub(crate) unmapped: bool,
}

/// Offsets in huge pages, ascending (`struct resv_map`): of a file those reserved, of a private owner those used up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct ResvMap {
    offsets: Vec<u64>,
    /// Areas that hold it.
    refs: u32,
}

/// An inode of hugetlbfs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct HugetlbFile {
    /// What `maps` shows.
    name: String,
    /// `i_size` in bytes.
    size: u64,
    /// Areas that map it; the last one takes an unnamed file with it.
    vmas: u32,
    /// A memfd somebody holds open.
    open: bool,
    resv: ResvMap,
    /// Page cache: offset in huge pages and head, ascending.
    pages: Vec<(u64, Pfn)>,
}

/// Pools, reserve maps and files of a machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hugetlb {
    hstates: [Hstate; 2],
    /// Index of the size that `/proc/sys/vm` and `HugePages_*` describe.
    default_hstate: usize,
    maps: Vec<Option<ResvMap>>,
    files: Vec<Option<Box<HugetlbFile>>>,
}

impl Hugetlb {
    pub(crate) fn new(nodes: u8) -> Self {
        let mut h = Hugetlb::default();
        for state in &mut h.hstates {
            state.nodes = vec![Default::default(); nodes.into()];
        }
        h
    }

    fn file(&self, id: FileId) -> &HugetlbFile {
        self.files[(id.0 & !HUGETLBFS) as usize]
            .as_deref()
            .expect("a hugetlbfs file lives as long as it is mapped or open")
    }

    fn file_mut(&mut self, id: FileId) -> &mut HugetlbFile {
        self.files[(id.0 & !HUGETLBFS) as usize]
            .as_deref_mut()
            .expect("a hugetlbfs file lives as long as it is mapped or open")
    }
}

/// Offset of an address in its file, in huge pages (`vma_hugecache_offset`).
fn hugecache_offset(v: &crate::vm::vma::Vma, addr: u64) -> u64 {
    v.page_index(addr) >> HPAGE_PMD_ORDER
}

/// `len` rounded up to huge pages; `None` beyond 2^64.
fn huge_up(len: u64) -> Option<u64> {
    len.checked_next_multiple_of(HPAGE_PMD_SIZE)
}

/// Marks in a field that page 4 of other large folios leaves unused.
const HUGETLB_PAGE: u32 = 1;
/// Freeing the page gives a reservation back (`HPageRestoreReserve`).
const RESTORE_RESERVE: u32 = 2;
/// 2 MiB of a gigantic page, but not its first.
const GIGANTIC_PART: u32 = 4;
/// The size, as an index, from here on.
const SIZE_SHIFT: u32 = 4;

impl Machine {
    /// Whether a folio head is a hugetlb page, or 2 MiB of a gigantic one (`folio_test_hugetlb`).
    #[inline]
    pub fn folio_hugetlb(&self, head: Pfn) -> bool {
        self.frames.order(head) == HPAGE_PMD_ORDER
            && self
                .frames
                .has(head, crate::phys::frame::FrameFlags::ALLOCATED)
            && self.hugetlb_mark(head) != 0
    }

    fn hugetlb_mark(&self, head: Pfn) -> u32 {
        self.frames.link(head.add(4))
    }

    fn set_hugetlb_mark(&mut self, head: Pfn, mark: u32) {
        self.frames.set_link(head.add(4), mark);
    }

    /// Size of the huge page that begins at a frame, as an index.
    fn hugetlb_size(&self, head: Pfn) -> Option<usize> {
        let mark = if self.folio_hugetlb(head) {
            self.hugetlb_mark(head)
        } else {
            GIGANTIC_PART
        };
        (mark & GIGANTIC_PART == 0).then_some((mark >> SIZE_SHIFT) as usize)
    }

    fn restore_reserve(&self, head: Pfn) -> bool {
        self.hugetlb_mark(head) & RESTORE_RESERVE != 0
    }

    fn set_restore_reserve(&mut self, head: Pfn, on: bool) {
        let mark = self.hugetlb_mark(head) & !RESTORE_RESERVE;
        self.set_hugetlb_mark(head, mark | if on { RESTORE_RESERVE } else { 0 });
    }
}
