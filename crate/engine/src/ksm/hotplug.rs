//! Memory that has gone off-line: no node of the stable trees may name it any more.
//!
//! Counterparts: `ksm_memory_callback`, `ksm_check_stable_tree`. KSM pages in use have moved before; what is left are nodes
//! whose pages are gone and that no search has met since.

use super::rbtree;
use super::stable_node::NodeId;
use crate::machine::Machine;
use std::ops::Range;

impl Machine {
    /// Takes down every node whose page lay in the frames that are off-line now.
    #[inline(never)]
    pub(crate) fn ksm_memory_offline(&mut self, frames: Range<u32>) {
        for nid in 0..self.ksm.nr_trees() {
            for id in rbtree::in_order(&self.ksm.nodes, self.ksm.stable_roots[nid]) {
                let id = NodeId(id);
                if !self.node(id).is_chain() {
                    self.remove_node_in(id, &frames);
                    continue;
                }
                let mut at = self.node(id).hlist;
                while at != 0 {
                    let dup = NodeId(at);
                    at = self.node(dup).link.next();
                    self.remove_node_in(dup, &frames);
                }
                if self.node(id).hlist == 0 {
                    self.free_stable_node_chain(id);
                }
            }
        }
        for id in self.ksm.migrate_nodes.clone() {
            self.remove_node_in(NodeId(id), &frames);
        }
    }

    fn remove_node_in(&mut self, id: NodeId, frames: &Range<u32>) {
        let kpfn = self.node(id).kpfn;
        if frames.contains(&kpfn.0) {
            debug_assert!(!self.stable_node_alive(id), "{kpfn:?} has not moved");
            self.remove_node_from_stable_tree(id);
        }
    }
}
