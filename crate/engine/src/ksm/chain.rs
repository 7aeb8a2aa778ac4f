//! Chains: several KSM pages of one content, because each may be mapped `max_page_sharing` times only.
//!
//! Counterparts: `__stable_node_chain`, `stable_node_dup`, `alloc_stable_node_chain`, `is_page_sharing_candidate`.

use super::rbtree::{self, RbLink};
use super::stable_node::{NodeId, STABLE_NODE_CHAIN, StableNode};
use crate::machine::Machine;

/// What stands for a place of the stable tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Representative {
    /// The KSM page to compare with.
    pub dup: NodeId,
    /// The node of the tree: the page's own, or its chain.
    pub tree_node: NodeId,
}

impl Machine {
    /// Room for another item, with `offset` to spare. A page whose items are all gone does not count, though
    /// somebody still maps it (`__is_page_sharing_candidate`).
    pub(super) fn is_page_sharing_candidate(&self, id: NodeId, offset: i32) -> bool {
        let len = self.node(id).rmap_hlist_len;
        len > 0 && len + offset < self.ksm.settings.max_page_sharing
    }

    /// The page that stands for a node of the tree. `None` if it was stale: it has been taken down, and the tree
    /// may have been rebalanced (`chain`, `chain_prune`).
    pub(super) fn stable_representative(
        &mut self,
        id: NodeId,
        prune: bool,
    ) -> Option<Representative> {
        if self.node(id).is_chain() {
            return self.stable_node_dup(id, prune);
        }
        if self.stable_node_alive_cached(id) {
            return Some(Representative {
                dup: id,
                tree_node: id,
            });
        }
        self.remove_node_from_stable_tree(id);
        None
    }

    /// Chooses among the pages of a chain: the first with room, or when pruning is due the fullest with room. A
    /// chain with one page left becomes that page; an empty one goes (`stable_node_dup`).
    fn stable_node_dup(&mut self, chain: NodeId, prune: bool) -> Option<Representative> {
        let now = self.jiffies();
        let interval = Self::msecs_to_jiffies(self.ksm.settings.stable_node_chains_prune_millisecs);
        let prune = prune && now >= self.node(chain).chain_prune_time + interval;
        if prune {
            self.node_mut(chain).chain_prune_time = now;
        }
        let mut found: Option<NodeId> = None;
        let mut at = self.node(chain).hlist;
        while at != 0 {
            let dup = NodeId(at);
            at = self.node(dup).link.next();
            if !self.stable_node_alive_cached(dup) {
                self.remove_node_from_stable_tree(dup);
                continue;
            }
            let candidate = self.is_page_sharing_candidate(dup, 0);
            let better = found.is_none_or(|f| {
                candidate
                    && (!self.is_page_sharing_candidate(f, 0)
                        || self.node(dup).rmap_hlist_len > self.node(f).rmap_hlist_len)
            });
            if better {
                found = Some(dup);
                if !prune && candidate {
                    break;
                }
            }
        }
        let Some(found) = found else {
            self.free_stable_node_chain(chain);
            return None;
        };
        if self.collapse_chain(chain, found) {
            return Some(Representative {
                dup: found,
                tree_node: found,
            });
        }
        if self.node(chain).hlist != found.0 && self.is_page_sharing_candidate(found, 1) {
            self.unlink_dup(found);
            self.link_dup(found, chain);
        }
        Some(Representative {
            dup: found,
            tree_node: chain,
        })
    }

    /// The last dup of a chain takes the chain's place in the tree.
    fn collapse_chain(&mut self, chain: NodeId, found: NodeId) -> bool {
        let link = self.node(found).link;
        if link.prev() != 0 || link.next() != 0 {
            return false;
        }
        let nid = self.node(chain).nid;
        let ksm = &mut self.ksm;
        rbtree::replace(
            &mut ksm.nodes,
            &mut ksm.stable_roots[nid as usize],
            chain.0,
            found.0,
        );
        ksm.nodes.get_mut(found.0).dup = false;
        ksm.nodes.remove(chain.0);
        ksm.stable_node_chains -= 1;
        ksm.stable_node_dups -= 1;
        true
    }

    /// The chain at a place of the tree, made if a single page stands there.
    pub(super) fn chain_of(&mut self, tree_node: NodeId) -> NodeId {
        match self.node(tree_node).is_chain() {
            true => tree_node,
            false => self.alloc_stable_node_chain(tree_node),
        }
    }

    /// A chain takes the place of a node in the tree, which becomes its first dup (`alloc_stable_node_chain`).
    fn alloc_stable_node_chain(&mut self, dup: NodeId) -> NodeId {
        let old = self.node(dup);
        debug_assert!(!old.dup && !old.is_chain());
        let chain_prune_time = self.jiffies();
        let ksm = &mut self.ksm;
        let chain = ksm.nodes.insert(StableNode {
            rmap_hlist_len: STABLE_NODE_CHAIN,
            nid: old.nid,
            key: old.key,
            chain_prune_time,
            ..StableNode::default()
        });
        rbtree::replace(
            &mut ksm.nodes,
            &mut ksm.stable_roots[old.nid as usize],
            dup.0,
            chain,
        );
        ksm.stable_node_chains += 1;
        self.stable_node_chain_add_dup(dup, NodeId(chain));
        NodeId(chain)
    }

    /// At the front of the chain (`stable_node_chain_add_dup`).
    pub(super) fn stable_node_chain_add_dup(&mut self, dup: NodeId, chain: NodeId) {
        self.link_dup(dup, chain);
        self.node_mut(dup).dup = true;
        self.ksm.stable_node_dups += 1;
    }

    /// Out of its chain (`__stable_node_dup_del`).
    pub(super) fn stable_node_dup_del(&mut self, dup: NodeId) {
        self.unlink_dup(dup);
        self.node_mut(dup).dup = false;
        self.ksm.stable_node_dups -= 1;
    }

    fn link_dup(&mut self, dup: NodeId, chain: NodeId) {
        let first = std::mem::replace(&mut self.node_mut(chain).hlist, dup.0);
        self.node_mut(dup).link = RbLink::list(chain.0, 0, first);
        if first != 0 {
            self.node_mut(NodeId(first)).link.set_prev(dup.0);
        }
    }

    fn unlink_dup(&mut self, dup: NodeId) {
        let link = self.node(dup).link;
        if link.prev() == 0 {
            self.node_mut(NodeId(link.owner())).hlist = link.next();
        } else {
            self.node_mut(NodeId(link.prev()))
                .link
                .set_next(link.next());
        }
        if link.next() != 0 {
            self.node_mut(NodeId(link.next()))
                .link
                .set_prev(link.prev());
        }
    }

    /// A chain without dups leaves the tree (`free_stable_node_chain`).
    #[inline(never)]
    pub(super) fn free_stable_node_chain(&mut self, chain: NodeId) {
        debug_assert_eq!(self.node(chain).hlist, 0);
        let nid = self.node(chain).nid as usize;
        let ksm = &mut self.ksm;
        rbtree::erase(&mut ksm.nodes, &mut ksm.stable_roots[nid], chain.0);
        ksm.nodes.remove(chain.0);
        ksm.stable_node_chains -= 1;
    }
}
