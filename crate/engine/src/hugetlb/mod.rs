//! hugetlb: pools of huge pages set aside, reservations, and the areas that use them.
//!
//! Counterparts: `mm/hugetlb.c`, `fs/hugetlbfs/inode.c`.
//!
//! | file | holds |
//! |---|---|
//! | `pool` | pages of one size: free lists by node, surplus, resizing, demotion |
//! | `reserve` | promises: the global count, and who holds which offset |
//! | `folio` | taking a page for a fault or a file, and giving it back |
//! | `entry` | one PMD, one PUD, or several entries that are one page |
//! | `fault` | faults, copy on write, taking a page away from a child |
//! | `range` | unmapping, fork, mprotect, advice, mremap |
//! | `file` | inodes: mmap, memfd, truncate, fallocate |
//! | `subpool` | mounts with `size=`, `min_size=`, `nr_inodes=` |
//! | `files` | what the virtual files show and accept |
//! | `boot` | `hugepages=` and its kin |
//! | `cma` | memory kept for gigantic pages |
//! | `dissolve` | free pages in memory that goes off-line |
//! | `view` | the pool as tiles |
//!
//! Deviation: cgroup charges and shared PMD tables are not modelled.

pub mod boot;
mod check;
mod cma;
mod dissolve;
mod entry;
mod fault;
mod file;
pub(crate) mod files;
mod folio;
mod pool;
mod range;
mod reserve;
pub mod subpool;
#[cfg(test)]
mod tests;
pub mod view;
mod vmemmap;

pub(crate) use files::HUGETLB_FILES;

use crate::machine::Machine;
use crate::vm::addr::{FileId, HPAGE_PMD_ORDER, PAGE_SHIFT, PAGE_SIZE, Pfn, VmaId};
use crate::vm::vma::{VmFlags, Vma};
use pool::Hstate;

/// Orders of the sizes: 2 MiB and 1 GiB, which x86-64 has, then 64 KiB (cont-pte) and 32 MiB (cont-pmd), which arm64 has
/// besides and a machine can be given.
pub const HSTATE_ORDERS: [u8; 4] = [HPAGE_PMD_ORDER, 18, 4, 13];
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
    /// Index of the size of its pages.
    hstate: u8,
    /// `i_size` in bytes.
    size: u64,
    /// Areas that map it; the last one takes an unnamed file with it.
    vmas: u32,
    /// A memfd somebody holds open.
    open: bool,
    resv: ResvMap,
    /// The mount it is in, one more than its index; 0 is the kernel's own, without limits.
    mount: u8,
    /// Page cache: offset in huge pages and head, ascending.
    pages: Vec<(u64, Pfn)>,
}

/// Pools, reserve maps and files of a machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hugetlb {
    hstates: Vec<Hstate>,
    /// Index of the size that `/proc/sys/vm` and `HugePages_*` describe.
    default_hstate: usize,
    maps: Vec<Option<ResvMap>>,
    files: Vec<Option<Box<HugetlbFile>>>,
    vmemmap: vmemmap::Vmemmap,
    mounts: Vec<subpool::Mount>,
    cma: cma::Cma,
}

impl Hugetlb {
    pub(crate) fn new(nodes: u8, boot: &boot::HugetlbBoot) -> Self {
        let orders = &HSTATE_ORDERS[..if boot.cont { 4 } else { 2 }];
        let hstate = |&order: &u8| Hstate {
            order,
            nodes: vec![Default::default(); nodes.into()],
            // The next smaller one, from 2 MiB on.
            demote_to: (0..orders.len())
                .filter(|s| (HPAGE_PMD_ORDER..order).contains(&orders[*s]))
                .max_by_key(|s| orders[*s]),
            ..Hstate::default()
        };
        Hugetlb {
            hstates: orders.iter().map(hstate).collect(),
            vmemmap: vmemmap::Vmemmap::new(boot.free_vmemmap),
            ..Hugetlb::default()
        }
    }

    /// Index of a size in bytes; 0 is the default size.
    fn size_to_hstate(&self, bytes: u64) -> Option<usize> {
        match bytes {
            0 => Some(self.default_hstate),
            _ => self
                .hstates
                .iter()
                .position(|h| bytes == PAGE_SIZE << h.order),
        }
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

impl Machine {
    /// Index of the size of a file's pages.
    fn file_hstate(&self, file: FileId) -> usize {
        self.hugetlb.file(file).hstate.into()
    }

    /// Index and order of the size of an area's pages (`hstate_vma`).
    #[inline(never)]
    fn vma_hstate(&self, v: &Vma) -> (usize, u8) {
        let size = v.file.map_or(0, |f| self.file_hstate(f));
        (size, self.hugetlb.hstates[size].order)
    }

    /// Bytes of a page of an area, huge or not (`vma_kernel_pagesize`).
    pub(crate) fn vma_pagesize(&self, vma: VmaId) -> u64 {
        let v = self.vma(vma);
        match v.flags.has(VmFlags::HUGETLB) {
            true => PAGE_SIZE << self.vma_hstate(v).1,
            false => PAGE_SIZE,
        }
    }

    /// Offset of an address in its file, in huge pages (`vma_hugecache_offset`).
    fn hugecache_offset(&self, v: &Vma, addr: u64) -> u64 {
        v.page_index(addr) >> self.vma_hstate(v).1
    }
}

/// log2 of the bytes of a page of an order.
fn shift(order: u8) -> u32 {
    PAGE_SHIFT + u32::from(order)
}

/// Marks in a field that page 4 of other large folios leaves unused.
const HUGETLB_PAGE: u32 = 1;
/// Freeing the page gives a reservation back (`HPageRestoreReserve`).
const RESTORE_RESERVE: u32 = 2;
/// 2 MiB of a gigantic page, but not its first.
const GIGANTIC_PART: u32 = 4;
/// Most of its memory map was given away.
const OPTIMIZED: u32 = 8;
/// The size, as an index.
const SIZE_SHIFT: u32 = 4;
/// The mount the page is charged to, from here on; 0 is none.
const SUBPOOL_SHIFT: u32 = 8;

/// The size a mark tells, as an index.
fn mark_size(mark: u32) -> usize {
    (mark >> SIZE_SHIFT & 3) as usize
}

impl Machine {
    /// Whether a folio head is a hugetlb page, or 2 MiB of a gigantic one (`folio_test_hugetlb`).
    #[inline]
    pub fn folio_hugetlb(&self, head: Pfn) -> bool {
        self.frames.order(head) >= 4
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
        (mark & GIGANTIC_PART == 0).then_some(mark_size(mark))
    }

    /// Order of the huge page that begins at a frame.
    fn huge_page_order(&self, head: Pfn) -> u8 {
        self.hugetlb.hstates[mark_size(self.hugetlb_mark(head))].order
    }

    /// First frames of the 2 MiB a huge page is made of, or its own.
    fn huge_page_parts(&self, head: Pfn) -> impl Iterator<Item = Pfn> + use<> {
        (0..1usize << self.huge_page_order(head))
            .step_by(512)
            .map(move |i| head.add(i))
    }

    fn restore_reserve(&self, head: Pfn) -> bool {
        self.hugetlb_mark(head) & RESTORE_RESERVE != 0
    }

    fn set_restore_reserve(&mut self, head: Pfn, on: bool) {
        let mark = self.hugetlb_mark(head) & !RESTORE_RESERVE;
        self.set_hugetlb_mark(head, mark | if on { RESTORE_RESERVE } else { 0 });
    }
}
