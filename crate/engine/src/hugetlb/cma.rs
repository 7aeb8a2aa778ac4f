//! `hugetlb_cma=`: memory kept at boot for pages of 1 GiB.
//!
//! Counterparts in `mm/hugetlb_cma.c`: `hugetlb_cma_reserve`, `hugetlb_cma_alloc_folio`, `hugetlb_cma_free_folio`.
//!
//! Deviation: nobody else uses the area, and MemFree leaves it out; the kernel lets movable pages in and moves them away.
//! A page that is demoted leaves the area for good.

use super::boot::memparse;
use crate::config::MAX_NODES;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{HPAGE_PMD_ORDER, PAGE_SHIFT, Pfn};

/// Order of the pages the area is for.
const ORDER: u8 = 18;

/// What the command line asks for, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct CmaBoot {
    total: u64,
    /// All 0: equal shares.
    by_node: [u64; MAX_NODES as usize],
    pub only: bool,
}

impl CmaBoot {
    /// `hugetlb_cma=`: a size, or `NODE:SIZE,…`. Whatever is malformed counts for nothing.
    pub fn parse(value: &str, nodes: u8) -> Self {
        let gigantic = 1 << (PAGE_SHIFT + u32::from(ORDER));
        let mut boot = CmaBoot::default();
        for pair in value.split(',') {
            let asked = pair.split_once(':').and_then(|(nid, size)| {
                let nid = nid.parse::<u8>().ok().filter(|n| *n < nodes)?;
                Some((nid, memparse(size).filter(|s| *s >= gigantic)?))
            });
            if let Some((nid, size)) = asked {
                boot.by_node[usize::from(nid)] = size;
            }
        }
        boot.total = memparse(value).unwrap_or(boot.by_node.iter().sum());
        boot
    }
}

/// The area.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Cma {
    /// First pages of the 1 GiB pieces of it.
    pieces: Vec<Pfn>,
    /// Those that are free; the last one is the next to be used.
    free: Vec<Pfn>,
    /// `hugetlb_cma_only`: no gigantic page comes from elsewhere.
    pub only: bool,
}

impl Cma {
    /// Whether a huge page lies in the area.
    pub fn holds(&self, head: Pfn) -> bool {
        self.pieces.contains(&head)
    }

    /// Whether there is one.
    pub fn exists(&self) -> bool {
        !self.pieces.is_empty()
    }
}

impl Machine {
    /// Keeps the area, as far as memory goes: each node its share, or what was asked for it.
    pub(super) fn hugetlb_cma_reserve(&mut self, boot: &CmaBoot) {
        let gigantic = 1u64 << (PAGE_SHIFT + u32::from(ORDER));
        if boot.total < gigantic {
            return;
        }
        let (mut left, nodes) = (boot.total, u64::from(self.config.nodes));
        let share = boot.total.div_ceil(nodes);
        for nid in 0..self.config.nodes {
            let size = match boot.by_node.iter().all(|s| *s == 0) {
                true => share.min(left),
                false => boot.by_node[usize::from(nid)],
            };
            for _ in 0..size.div_ceil(gigantic) {
                if let Some(head) = self.alloc_contig_pages(nid, ORDER) {
                    self.cma_give(head);
                    self.hugetlb.cma.pieces.push(head);
                }
            }
            left = left.saturating_sub(size.next_multiple_of(gigantic));
        }
        self.hugetlb.cma.only = boot.only && self.hugetlb.cma.exists();
    }

    /// A piece is free.
    fn cma_give(&mut self, head: Pfn) {
        for part in (0..1 << ORDER).step_by(1 << HPAGE_PMD_ORDER) {
            let kept = FrameFlags::RESERVED;
            self.frames
                .format(head.add(part), HPAGE_PMD_ORDER, kept, kept);
        }
        self.hugetlb.cma.free.push(head);
    }

    #[inline(never)]
    pub(super) fn cma_alloc(&mut self, nid: u8, order: u8) -> Option<Pfn> {
        let free = self.hugetlb.cma.free.iter();
        let at = free
            .clone()
            .rposition(|p| self.page_to_nid(*p) == nid.into());
        at.filter(|_| order == ORDER)
            .map(|at| self.hugetlb.cma.free.remove(at))
    }

    /// A page is split.
    pub(super) fn cma_demote(&mut self, head: Pfn) {
        self.hugetlb.cma.pieces.retain(|p| *p != head);
    }

    /// Takes a page back, if it came from the area.
    #[inline(never)]
    pub(super) fn cma_release(&mut self, head: Pfn) -> bool {
        let held = self.hugetlb.cma.holds(head);
        if held {
            self.cma_give(head);
        }
        held
    }

    /// Pages of the area, and those of them that are free; `None` without one.
    pub(crate) fn cma_pages(&self) -> Option<[u64; 2]> {
        let cma = &self.hugetlb.cma;
        let pages = |pieces: &[Pfn]| (pieces.len() as u64) << ORDER;
        cma.exists().then(|| [pages(&cma.pieces), pages(&cma.free)])
    }
}
