//! What a person can look at: the cursor, the round, the trees and the record of one page.

use super::rbtree::{RbNodes, Side};
use super::rmap_item::{ItemId, Standing};
use super::stable_node::NodeId;
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pfn, page_down};

/// Place of a node in a tree: a path of at most 64 turns fits any red-black tree of 32-bit ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreePlace {
    /// Steps from the root.
    pub depth: u8,
    /// The turns from the root, first turn in bit 0; 1 is right, to the greater.
    pub path: u64,
}

/// A KSM page in the stable tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StableView {
    /// Where its node, or its chain, stands.
    pub place: TreePlace,
    /// Frame; a stale one until a search passes.
    pub pfn: Pfn,
    /// Items that share it.
    pub sharers: u32,
    /// One of several pages of this content.
    pub chained: bool,
    /// The frame still is this page.
    pub alive: bool,
}

/// A page that waits in the unstable tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnstableView {
    /// Where it stands.
    pub place: TreePlace,
    /// Its address space.
    pub mm: MmId,
    /// Its address.
    pub addr: u64,
}

/// Where a page stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemPlace {
    /// In no tree: `pages_volatile`.
    Volatile,
    /// `pages_unshared`.
    Unstable,
    /// Shares this frame.
    Stable(Pfn),
}

/// ksmd's record of one page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemView {
    /// Where it stands.
    pub place: ItemPlace,
    /// Checksum at the last visit when it was no KSM page; 0 before the first.
    pub checksum: u32,
    /// Visits so far.
    pub age: u8,
    /// Visits smart scan still passes over.
    pub remaining_skips: u8,
}

/// Nodes of a tree with their places, parents before children.
fn walk(nodes: &impl RbNodes, root: u32) -> Vec<(u32, TreePlace)> {
    let (mut out, mut stack) = (Vec::new(), vec![(root, TreePlace { depth: 0, path: 0 })]);
    while let Some((id, place)) = stack.pop() {
        if id == 0 {
            continue;
        }
        out.push((id, place));
        let depth = place.depth + 1;
        for (side, bit) in [(Side::Right, 1), (Side::Left, 0)] {
            let path = place.path | bit << place.depth;
            stack.push((nodes.link(id).child(side), TreePlace { depth, path }));
        }
    }
    out
}

impl Machine {
    /// Where ksmd looks next; `None` between two scans.
    pub fn ksm_cursor(&self) -> Option<(MmId, u64)> {
        let slot = self.ksm.cursor.slot?;
        Some((self.ksm.slots[slot].mm, self.ksm.cursor.address))
    }

    /// Registered address spaces in the order of the round.
    pub fn ksm_slots(&self) -> impl Iterator<Item = MmId> {
        self.ksm.slots.iter().map(|s| s.mm)
    }

    /// The stable tree of NUMA node `nid` (0 unless `merge_across_nodes` is 0), parents before children.
    pub fn ksm_stable_tree(&self, nid: usize) -> Vec<StableView> {
        let root = self.ksm.stable_roots.get(nid).copied().unwrap_or(0);
        let mut out = Vec::new();
        for (id, place) in walk(&self.ksm.nodes, root) {
            let chained = self.node(NodeId(id)).is_chain();
            let mut at = if chained {
                self.node(NodeId(id)).hlist
            } else {
                id
            };
            while at != 0 {
                let n = self.node(NodeId(at));
                let (sharers, alive) =
                    (n.rmap_hlist_len as u32, self.stable_node_alive(NodeId(at)));
                out.push(StableView {
                    place,
                    pfn: n.kpfn,
                    sharers,
                    chained,
                    alive,
                });
                at = if chained { n.link.next() } else { 0 };
            }
        }
        out
    }

    /// The unstable tree of NUMA node `nid`: of the scan in progress, or of the last one.
    pub fn ksm_unstable_tree(&self, nid: usize) -> Vec<UnstableView> {
        let root = self.ksm.unstable_roots.get(nid).copied().unwrap_or(0);
        let view = |(id, place)| {
            let item = self.item(ItemId(id));
            UnstableView {
                place,
                mm: item.mm,
                addr: item.addr,
            }
        };
        walk(&self.ksm.item_links, root)
            .into_iter()
            .map(view)
            .collect()
    }

    /// ksmd's record of the page at `addr`; `None` if it never saw it. Walks the list of the address space.
    pub fn ksm_item(&self, mm: MmId, addr: u64) -> Option<ItemView> {
        let addr = page_down(addr);
        let mut at = self.ksm.slots[self.slot_of(mm)?].rmap_list;
        while !at.is_none() && self.item(at).addr < addr {
            at = self.item(at).next;
        }
        let item = Some(self.item(at)).filter(|i| !at.is_none() && i.addr == addr)?;
        let place = match item.standing {
            Standing::None => ItemPlace::Volatile,
            Standing::Unstable { .. } => ItemPlace::Unstable,
            Standing::Stable => ItemPlace::Stable(self.node(self.item_head(at)?).kpfn),
        };
        let (checksum, age, remaining_skips) = (item.oldchecksum, item.age, item.remaining_skips);
        Some(ItemView {
            place,
            checksum,
            age,
            remaining_skips,
        })
    }
}
