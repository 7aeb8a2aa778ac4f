//! The pool as tiles: every huge page with what it is, and the four numbers of meminfo counted from the tiles.
//!
//! A reservation and a surplus are counts in the kernel, not marks on pages. So that a person sees both, the view lays
//! them on pages by one rule: reserved are the free pages handed out next, surplus the reserved ones first, then those
//! in use, then free ones, each from the highest frame down.

use crate::machine::Machine;
use crate::vm::addr::Pfn;

/// What a huge page is doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HugePageState {
    /// Free, promised to nobody.
    Free,
    /// Free, and promised to an area or a file.
    Reserved,
    /// Mapped, or in a file.
    InUse,
}

/// One tile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HugePageView {
    /// First frame.
    pub pfn: Pfn,
    /// What it is doing.
    pub state: HugePageState,
    /// Counted in `surplus_hugepages`: beyond the pages that stay.
    pub surplus: bool,
}

/// The pages of one size on one node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HugetlbPoolView {
    /// log2 of the base pages of one: 9 for 2 MiB, 18 for 1 GiB, 4 and 13 for the sizes of arm64.
    pub order: u8,
    /// NUMA node.
    pub nid: u8,
    /// The tiles, by frame.
    pub pages: Vec<HugePageView>,
}

impl HugetlbPoolView {
    /// Total, free, reserved, surplus, counted from the tiles. Over all nodes they are `HugePages_Total` … `_Surp`, but
    /// for promises below zero (an owner left before its child) and beyond the free pages, which no tile can show.
    pub fn counts(&self) -> [u64; 4] {
        let n = |f: fn(&HugePageView) -> bool| self.pages.iter().filter(|p| f(p)).count() as u64;
        [
            n(|_| true),
            n(|p| p.state != HugePageState::InUse),
            n(|p| p.state == HugePageState::Reserved),
            n(|p| p.surplus),
        ]
    }
}

impl Machine {
    /// Orders of the huge page sizes this machine has, in the order of [`hugetlb_pool_view`](Self::hugetlb_pool_view).
    pub fn hugetlb_orders(&self) -> impl Iterator<Item = u8> + '_ {
        self.hugetlb.hstates.iter().map(|h| h.order)
    }

    /// Every huge page of a size (its place in [`hugetlb_orders`](Self::hugetlb_orders)) on a node; `None` if there is
    /// no such size or node. Changes nothing. Costs a look at each possible place of a page.
    pub fn hugetlb_pool_view(&self, size: usize, nid: u8) -> Option<HugetlbPoolView> {
        let h = self.hugetlb.hstates.get(size)?;
        let order = h.order;
        let node = h.nodes.get(usize::from(nid))?;
        // Lower nodes are asked first, so their pages go out first.
        let before = h.nodes[..usize::from(nid)].iter().map(|n| n.free.len());
        let promised = h.resv.max(0) as usize;
        let reserved = promised.saturating_sub(before.sum());
        let mut pages: Vec<HugePageView> = Vec::with_capacity(node.nr as usize);
        for z in self.zones.iter().filter(|z| z.nid == nid) {
            let first = u64::from(z.start.0).next_multiple_of(1 << order);
            let end = u64::from(z.start.0) + z.spanned;
            for at in (first..end).step_by(1 << order) {
                let pfn = Pfn(at as u32);
                if pages.len() as u64 == node.nr {
                    break;
                }
                if self.hugetlb_size(pfn) == Some(size) {
                    let state = match self.frames.refcount(pfn) {
                        0 => HugePageState::Free,
                        _ => HugePageState::InUse,
                    };
                    pages.push(HugePageView {
                        pfn,
                        state,
                        surplus: false,
                    });
                }
            }
        }
        for pfn in node.free.iter().rev().take(reserved) {
            let at = pages.partition_point(|p| p.pfn < *pfn);
            pages[at].state = HugePageState::Reserved;
        }
        let mut surplus = node.surplus;
        for state in [
            HugePageState::Reserved,
            HugePageState::InUse,
            HugePageState::Free,
        ] {
            for p in pages.iter_mut().rev().filter(|p| p.state == state) {
                p.surplus = surplus > 0;
                surplus -= u64::from(p.surplus);
            }
        }
        Some(HugetlbPoolView { order, nid, pages })
    }
}
