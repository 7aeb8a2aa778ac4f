//! KSM pages that moved to another NUMA node, while each node has a tree of its own.
//!
//! Counterparts: `migrate_nodes`, and what `stable_tree_search` does with a page on that list.
//!
//! A node found in the wrong tree is taken out of it and put on a list. When its page is next visited it is placed in
//! the right tree: alone, in the chain of its content, or, mapped once, merged into the page that is there.
//!
//! Deviation: a page that cannot be shared further is placed and then left, where the kernel lets its visitor wait in
//! the unstable tree.

use super::path::SearchPath;
use super::rbtree::{self, RbLink};
use super::stable::{Place, StableHit};
use super::stable_node::NodeId;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::Pfn;

impl Machine {
    /// Whether a node waits for its place.
    pub(super) fn node_migrates(&self, id: NodeId) -> bool {
        self.ksm.migrate_nodes.contains(&id.0)
    }

    /// Whether a node is in another tree than its page belongs to.
    pub(super) fn in_wrong_tree(&self, id: NodeId) -> bool {
        let n = self.node(id);
        self.ksm_nid(n.kpfn) != usize::from(n.nid)
    }

    /// Out of its tree or chain, onto the list.
    #[inline(never)]
    pub(super) fn start_node_migration(&mut self, id: NodeId) {
        self.unlink_stable_node(id);
        self.node_mut(id).link = RbLink::default();
        self.ksm.migrate_nodes.insert(0, id.0);
    }

    /// Nodes on the list whose pages are gone are taken down, as a scan begins.
    #[inline(never)]
    pub(super) fn prune_migrating(&mut self) {
        for id in self.ksm.migrate_nodes.clone() {
            if !self.stable_node_alive(NodeId(id)) {
                self.remove_node_from_stable_tree(NodeId(id));
            }
        }
    }

    /// Off the list, into the tree of a NUMA node.
    fn end_node_migration(&mut self, id: NodeId, nid: usize) {
        self.ksm.migrate_nodes.retain(|n| *n != id.0);
        self.node_mut(id).nid = nid as u8;
    }

    /// Places the node of a page that has moved (`stable_tree_search`).
    #[inline(never)]
    pub(super) fn place_migrated(
        &mut self,
        page: Pfn,
        key: u64,
        node: NodeId,
        path: &mut SearchPath,
    ) -> StableHit {
        let nid = self.ksm_nid(page);
        let hit = |m: &Machine| match m.is_page_sharing_candidate(node, 0) {
            true => StableHit::Page(page),
            false => StableHit::Busy(page),
        };
        let found = match self.stable_tree_descend(nid, page, key, true, path) {
            Place::Equal(found) => found,
            Place::Below(parent, side) => {
                self.end_node_migration(node, nid);
                let ksm = &mut self.ksm;
                let root = &mut ksm.stable_roots[nid];
                rbtree::insert(&mut ksm.nodes, root, node.0, parent, side);
                return hit(self);
            }
        };
        if self.folio_mapcount(page) > 1 {
            let chain = self.chain_of(found.tree_node);
            self.end_node_migration(node, nid);
            self.stable_node_chain_add_dup(node, chain);
            return hit(self);
        }
        let kpfn = self.node(found.dup).kpfn;
        if !self.is_page_sharing_candidate(found.dup, 0)
            || self.frames.has(kpfn, FrameFlags::LOCKED)
        {
            return StableHit::Busy(kpfn);
        }
        if !self.in_wrong_tree(found.dup) {
            return StableHit::Page(kpfn);
        }
        // The page that is here has moved away: this one takes its place.
        self.end_node_migration(node, nid);
        if found.dup == found.tree_node {
            let ksm = &mut self.ksm;
            let root = &mut ksm.stable_roots[nid];
            rbtree::replace(&mut ksm.nodes, root, found.dup.0, node.0);
            self.node_mut(found.dup).link = RbLink::default();
            self.ksm.migrate_nodes.insert(0, found.dup.0);
        } else {
            self.start_node_migration(found.dup);
            self.stable_node_chain_add_dup(node, found.tree_node);
        }
        hit(self)
    }
}
