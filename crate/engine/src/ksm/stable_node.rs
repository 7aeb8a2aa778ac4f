//! One record for every KSM page, and the list of virtual pages that share it.
//!
//! Counterparts: `struct ksm_stable_node`, `ksm_get_folio`, `stable_tree_append`, `remove_node_from_stable_tree`.
//! A node holds no reference of its page: the frame names the node in its anchor, and a frame that was freed does
//! so no longer. Such a stale node is found, and taken down, only when somebody passes it.

use super::rbtree::{self, RbLink, RbNodes};
use super::rmap_item::{ItemId, Standing};
use super::slab::{Slab, SlabObject};
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::EventKind;
use crate::vm::addr::Pfn;

/// A stable node; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct NodeId(pub(super) u32);

/// `rmap_hlist_len` of the head of a chain.
pub(super) const STABLE_NODE_CHAIN: i32 = -1024;

/// A KSM page, or the head of a chain of KSM pages with the same content. 56 bytes; the kernel's has 64.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StableNode {
    /// In the tree; of a dup: its chain, previous and next dup.
    pub link: RbLink,
    /// First item that shares the page; of a chain the first dup.
    pub hlist: u32,
    /// Frame of the page.
    pub kpfn: Pfn,
    /// Items on the list, or [`STABLE_NODE_CHAIN`].
    pub rmap_hlist_len: i32,
    /// Tree it is in.
    pub nid: u8,
    /// In a chain rather than in the tree.
    pub dup: bool,
    /// Wake-up during which the page was last seen to be alive.
    pub epoch: u32,
    /// First eight bytes of the page, as `memcmp` orders them. The content of a KSM page never changes.
    pub key: u64,
    /// Of a chain: jiffies of the last look at all its dups.
    pub chain_prune_time: u64,
}

impl StableNode {
    pub(super) fn is_chain(&self) -> bool {
        self.rmap_hlist_len == STABLE_NODE_CHAIN
    }
}

impl SlabObject for StableNode {
    fn next_free(&self) -> u32 {
        self.hlist
    }
    fn set_next_free(&mut self, id: u32) {
        self.hlist = id;
    }
}

impl RbNodes for Slab<StableNode> {
    #[inline]
    fn link(&self, id: u32) -> RbLink {
        self.get(id).link
    }
    #[inline]
    fn link_mut(&mut self, id: u32) -> &mut RbLink {
        &mut self.get_mut(id).link
    }
}

impl Machine {
    #[inline]
    pub(super) fn node(&self, id: NodeId) -> StableNode {
        self.ksm.nodes.get(id.0)
    }

    #[inline]
    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut StableNode {
        self.ksm.nodes.get_mut(id.0)
    }

    /// The stable node of a KSM page; none for other pages and for a KSM page that has no node yet
    /// (`folio_stable_node`).
    pub(super) fn stable_node_of(&self, page: Pfn) -> Option<NodeId> {
        let id = if self.frames.has(page, FrameFlags::KSM) {
            self.frames.anchor(page)
        } else {
            0
        };
        (id != 0).then_some(NodeId(id))
    }

    /// Whether the node's page still exists (`ksm_get_folio` without its side effect).
    pub(super) fn stable_node_alive(&self, id: NodeId) -> bool {
        self.stable_node_of(self.node(id).kpfn) == Some(id)
    }

    /// As [`stable_node_alive`](Self::stable_node_alive), remembered for the rest of the wake-up: ksmd frees no KSM
    /// page that has a node.
    #[inline]
    pub(super) fn stable_node_alive_cached(&mut self, id: NodeId) -> bool {
        let epoch = self.ksm.epoch;
        if self.node(id).epoch == epoch {
            return true;
        }
        let alive = self.stable_node_alive(id);
        if alive {
            self.node_mut(id).epoch = epoch;
        }
        alive
    }

    /// Puts `item` on the node's list (`stable_tree_append`). More than `max_page_sharing` is legal only for the
    /// child of a fork: `bypass`.
    pub(super) fn stable_tree_append(&mut self, id: ItemId, node: NodeId, bypass: bool) {
        let n = self.node_mut(node);
        let first = n.hlist;
        n.hlist = id.0;
        n.rmap_hlist_len += 1;
        let len = n.rmap_hlist_len;
        debug_assert!(bypass || len <= self.ksm.settings.max_page_sharing);
        let item = self.item_mut(id);
        item.standing = Standing::Stable;
        let mm = item.mm;
        *self.item_link_mut(id) = RbLink::list(node.0, 0, first);
        if first == 0 {
            self.ksm.pages_shared += 1;
        } else {
            self.item_link_mut(ItemId(first)).set_prev(id.0);
            self.ksm.pages_sharing += 1;
        }
        self.mm_mut(mm).ksm_merging_pages += 1;
    }

    /// Takes one item off the list of a living node. A node left without items stays until its page dies.
    pub(super) fn unlink_stable_item(&mut self, id: ItemId, node: NodeId) {
        let item = self.item(id);
        let link = self.item_link(id);
        let (prev, next) = (link.prev(), link.next());
        if prev == 0 {
            self.node_mut(node).hlist = next;
        } else {
            self.item_link_mut(ItemId(prev)).set_next(next);
        }
        if next != 0 {
            self.item_link_mut(ItemId(next)).set_prev(prev);
        }
        let n = self.node_mut(node);
        debug_assert!(n.rmap_hlist_len > 0);
        n.rmap_hlist_len -= 1;
        if n.hlist == 0 {
            self.ksm.pages_shared -= 1;
        } else {
            self.ksm.pages_sharing -= 1;
        }
        self.mm_mut(item.mm).ksm_merging_pages -= 1;
        self.put_anon_vma(item.anon_vma());
        self.item_mut(id).standing = Standing::None;
    }

    /// Takes down a node whose page is gone, with all its items (`remove_node_from_stable_tree`).
    #[inline(never)]
    pub(super) fn remove_node_from_stable_tree(&mut self, id: NodeId) {
        let node = self.node(id);
        debug_assert!(!node.is_chain());
        let mut at = ItemId(node.hlist);
        while !at.is_none() {
            let item = self.item(at);
            let next = ItemId(self.item_link(at).next());
            if next.is_none() {
                self.ksm.pages_shared -= 1;
            } else {
                self.ksm.pages_sharing -= 1;
                self.emit(EventKind::KsmRemoveRmapItem {
                    mm: item.mm,
                    addr: item.addr,
                    pfn: node.kpfn,
                });
            }
            self.mm_mut(item.mm).ksm_merging_pages -= 1;
            self.put_anon_vma(item.anon_vma());
            self.item_mut(at).standing = Standing::None;
            at = next;
        }
        self.emit(EventKind::KsmRemoveKsmPage { pfn: node.kpfn });
        self.unlink_stable_node(id);
        self.ksm.nodes.remove(id.0);
    }

    /// Out of its tree or chain (`stable_node_dup_del`).
    pub(super) fn unlink_stable_node(&mut self, id: NodeId) {
        let node = self.node(id);
        if self.node_migrates(id) {
            self.ksm.migrate_nodes.retain(|n| *n != id.0);
        } else if node.dup {
            self.stable_node_dup_del(id);
        } else {
            let ksm = &mut self.ksm;
            rbtree::erase(
                &mut ksm.nodes,
                &mut ksm.stable_roots[node.nid as usize],
                id.0,
            );
        }
    }
}

const _: () = assert!(size_of::<StableNode>() <= 64);
