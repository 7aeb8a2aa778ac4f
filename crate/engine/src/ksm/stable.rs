//! The stable tree: all KSM pages by content.
//!
//! Counterparts: `stable_tree_search`, `stable_tree_insert`, `remove_all_stable_nodes`.

use super::chain::Representative;
use super::cost;
use super::path::SearchPath;
use super::rbtree::{self, RbNodes, Side};
use super::stable_node::{NodeId, StableNode};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::Pfn;
use std::cmp::Ordering;

/// What a search of the stable tree found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StableHit {
    /// No KSM page of this content.
    Nothing,
    /// There is one, but it, and every other of its chain, is mapped as often as allowed.
    Full(Pfn),
    /// There is one, but somebody has it locked.
    Busy(Pfn),
    /// Merge into this page; for a KSM page (a forked child's) it is the page itself.
    Page(Pfn),
}

/// Where the content of a page belongs in a stable tree.
pub(super) enum Place {
    /// A page of this content is there.
    Equal(Representative),
    /// On a side of this node, which has no child there; 0 is an empty tree.
    Below(u32, Side),
}

impl Machine {
    /// Looks for a KSM page with the content of `page`, whose first bytes are `key`.
    pub(super) fn stable_tree_search(
        &mut self,
        page: Pfn,
        key: u64,
        path: &mut SearchPath,
    ) -> StableHit {
        match self.stable_node_of(page) {
            Some(node) if self.node_migrates(node) => {
                return self.place_migrated(page, key, node, path);
            }
            Some(_) => return StableHit::Page(page),
            None => {}
        }
        let nid = self.ksm_nid(page);
        let Place::Equal(found) = self.stable_tree_descend(nid, page, key, true, path) else {
            return StableHit::Nothing;
        };
        let kpfn = self.node(found.dup).kpfn;
        if !self.is_page_sharing_candidate(found.dup, 0) {
            StableHit::Full(kpfn)
        } else if self.frames.has(kpfn, FrameFlags::LOCKED) {
            StableHit::Busy(kpfn)
        } else if self.in_wrong_tree(found.dup) {
            self.start_node_migration(found.dup);
            StableHit::Nothing
        } else {
            StableHit::Page(kpfn)
        }
    }

    /// Goes down the tree of a node to the content of `page`, from the root again whenever a stale node is met.
    /// `prune`: chains may be put in order on the way.
    #[inline(always)]
    pub(super) fn stable_tree_descend(
        &mut self,
        nid: usize,
        page: Pfn,
        key: u64,
        prune: bool,
        path: &mut SearchPath,
    ) -> Place {
        'restart: loop {
            path.steps.clear();
            let (mut parent, mut side) = (0, Side::Left);
            let mut at = self.ksm.stable_roots[nid];
            while at != 0 {
                let Some(found) = self.stable_representative(NodeId(at), prune) else {
                    continue 'restart;
                };
                let order = self.compare_with_node(page, key, found.dup, path);
                if order == Ordering::Equal {
                    return Place::Equal(found);
                }
                (parent, side) = (found.tree_node.0, Side::of(order));
                at = self.ksm.nodes.link(parent).child(side);
            }
            return Place::Below(parent, side);
        }
    }

    pub(super) fn compare_with_node(
        &mut self,
        page: Pfn,
        key: u64,
        node: NodeId,
        path: &mut SearchPath,
    ) -> Ordering {
        self.ksm.cpu_ns += cost::COMPARE_NS;
        let n = self.node(node);
        path.note(self, page, n.kpfn, None);
        key.cmp(&n.key).then_with(|| {
            self.contents
                .compare(self.frames.content(page), self.frames.content(n.kpfn))
        })
    }

    /// A node for the new KSM page: in the tree, or in the chain of its content (`stable_tree_insert`).
    pub(super) fn stable_tree_insert(&mut self, kpfn: Pfn) -> NodeId {
        let nid = self.ksm_nid(kpfn);
        let key = self.page_key(kpfn);
        let place = self.stable_tree_descend(nid, kpfn, key, false, &mut SearchPath::default());
        let node = StableNode {
            kpfn,
            nid: nid as u8,
            key,
            epoch: self.ksm.epoch,
            ..StableNode::default()
        };
        let id = NodeId(self.ksm.nodes.insert(node));
        match place {
            Place::Equal(found) => {
                let chain = self.chain_of(found.tree_node);
                self.stable_node_chain_add_dup(id, chain);
            }
            Place::Below(parent, side) => {
                let ksm = &mut self.ksm;
                let root = &mut ksm.stable_roots[nid];
                rbtree::insert(&mut ksm.nodes, root, id.0, parent, side);
            }
        }
        self.frames.set_anchor(kpfn, id.0);
        id
    }

    /// Takes down every node whose page is unmapped, from the roots, until one is found that is still mapped
    /// (`remove_all_stable_nodes`).
    ///
    /// # Errors
    /// EBUSY if a page is still mapped.
    pub(super) fn remove_all_stable_nodes(&mut self) -> Result<(), Errno> {
        let mut result = Ok(());
        for nid in 0..self.ksm.nr_trees() {
            while self.ksm.stable_roots[nid] != 0 {
                let root = NodeId(self.ksm.stable_roots[nid]);
                if self.remove_stable_node_chain(root).is_err() {
                    result = Err(Errno::EBUSY);
                    break;
                }
            }
        }
        for id in self.ksm.migrate_nodes.clone() {
            if self.remove_stable_node(NodeId(id)).is_err() {
                result = Err(Errno::EBUSY);
            }
        }
        result
    }

    fn remove_stable_node_chain(&mut self, root: NodeId) -> Result<(), Errno> {
        if !self.node(root).is_chain() {
            return self.remove_stable_node(root);
        }
        while self.node(root).hlist != 0 {
            self.remove_stable_node(NodeId(self.node(root).hlist))?;
        }
        self.free_stable_node_chain(root);
        Ok(())
    }

    fn remove_stable_node(&mut self, id: NodeId) -> Result<(), Errno> {
        if self.stable_node_alive(id) {
            let page = self.node(id).kpfn;
            if self.folio_mapcount(page) > 0 {
                return Err(Errno::EBUSY);
            }
            self.frames.set_anchor(page, 0);
        }
        self.remove_node_from_stable_tree(id);
        Ok(())
    }
}
