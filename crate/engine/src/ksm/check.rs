//! Invariants of KSM, found out by looking at everything.

use super::rbtree;
use super::rmap_item::{ItemId, Standing};
use super::stable_node::NodeId;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use std::cmp::Ordering;
use std::fmt::Write;

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, have: T, counted: T) -> Result<(), String> {
    if have == counted {
        Ok(())
    } else {
        Err(format!("ksm {what}: {have:?}, counted {counted:?}"))
    }
}

/// Sums over all items.
#[derive(Default)]
struct Sums {
    items: i64,
    unstable: i64,
    waiting: i64,
    stable: i64,
}

impl Machine {
    /// Checks counters, lists and trees of KSM.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_ksm(&self) -> Result<(), String> {
        let sums = self.check_items()?;
        let k = &self.ksm;
        equal("rmap items", k.items.nr_live() as i64, sums.items)?;
        equal("pages_unshared", k.pages_unshared, sums.unstable)?;
        equal(
            "pages_shared + pages_sharing",
            k.pages_shared + k.pages_sharing,
            sums.stable,
        )?;
        let mut waiting = 0;
        for root in k.unstable_roots {
            rbtree::check(&k.item_links, root).map_err(|e| format!("ksm unstable tree: {e}"))?;
            waiting += rbtree::in_order(&k.item_links, root).len() as i64;
        }
        // Between two scans the tree of the last one is still there, unless that was given up.
        if waiting > 0 || k.cursor.slot.is_some() {
            equal("items in the unstable tree", waiting, sums.waiting)?;
        }
        self.check_stable_trees()
    }

    fn check_items(&self) -> Result<Sums, String> {
        let mut all = Sums::default();
        let tree_of = self
            .ksm
            .seqnr
            .wrapping_sub(u64::from(self.ksm.cursor.slot.is_none())) as u8;
        for slot in &self.ksm.slots {
            let m = self
                .mm_get(slot.mm)
                .ok_or_else(|| format!("ksm slot of {:?}, which is gone", slot.mm))?;
            if !m.vm_mergeable {
                return Err(format!(
                    "ksm slot of {:?}, which is not registered",
                    slot.mm
                ));
            }
            let (before, mut last, mut at) = ((all.items, all.stable), 0, slot.rmap_list);
            while !at.is_none() {
                let item = self.item(at);
                if item.mm != slot.mm || item.addr <= last {
                    return Err(format!(
                        "ksm item {:#x} of {:?} after {last:#x} of {:?}",
                        item.addr, item.mm, slot.mm
                    ));
                }
                last = item.addr;
                all.items += 1;
                match item.standing {
                    Standing::None => {}
                    Standing::Unstable { seq } => {
                        all.unstable += 1;
                        all.waiting += i64::from(seq == tree_of);
                    }
                    Standing::Stable => all.stable += 1,
                }
                at = item.next;
            }
            equal("ksm_rmap_items", m.ksm_rmap_items, all.items - before.0)?;
            equal(
                "ksm_merging_pages",
                m.ksm_merging_pages,
                all.stable - before.1,
            )?;
        }
        Ok(all)
    }

    fn check_stable_trees(&self) -> Result<(), String> {
        let k = &self.ksm;
        let (mut shared, mut items, mut chains, mut dups, mut nodes) = (0, 0, 0, 0, 0);
        for root in k.stable_roots {
            rbtree::check(&k.nodes, root).map_err(|e| format!("ksm stable tree: {e}"))?;
            let mut last = None;
            for id in rbtree::in_order(&k.nodes, root).into_iter().map(NodeId) {
                let n = self.node(id);
                nodes += 1;
                let mut pages = vec![id];
                if n.is_chain() {
                    chains += 1;
                    pages = self.chain_dups(id)?;
                    dups += pages.len() as i64;
                    nodes += pages.len();
                }
                for page in pages {
                    let len = self.check_stable_list(page)?;
                    shared += i64::from(len > 0);
                    items += len;
                    self.check_order(&mut last, page)?;
                }
            }
        }
        for id in k.migrate_nodes.iter().copied().map(NodeId) {
            nodes += 1;
            let len = self.check_stable_list(id)?;
            shared += i64::from(len > 0);
            items += len;
        }
        equal("stable nodes", k.nodes.nr_live(), nodes)?;
        equal("pages_shared", k.pages_shared, shared)?;
        equal("pages_sharing", k.pages_sharing, items - shared)?;
        equal("stable_node_chains", k.stable_node_chains, chains)?;
        equal("stable_node_dups", k.stable_node_dups, dups)
    }

    fn chain_dups(&self, chain: NodeId) -> Result<Vec<NodeId>, String> {
        let (mut out, mut prev, mut at) = (Vec::new(), 0, self.node(chain).hlist);
        while at != 0 {
            let n = self.node(NodeId(at));
            if !n.dup || n.link.owner() != chain.0 || n.link.prev() != prev {
                return Err(format!(
                    "ksm dup {at} does not belong to chain {chain:?} after {prev}"
                ));
            }
            out.push(NodeId(at));
            (prev, at) = (at, n.link.next());
        }
        Ok(out)
    }

    /// Length of the list of a node, checked against its count and links.
    fn check_stable_list(&self, id: NodeId) -> Result<i64, String> {
        let n = self.node(id);
        let (mut len, mut prev, mut at) = (0, 0, ItemId(n.hlist));
        while !at.is_none() {
            let item = self.item(at);
            let link = self.item_link(at);
            if self.item_head(at) != Some(id) || link.prev() != prev {
                return Err(format!(
                    "ksm item {:#x} is on the list of {id:?} but says {:?}",
                    item.addr,
                    self.item_head(at)
                ));
            }
            if self.anon_vma(item.anon_vma()).extra_refs == 0 {
                return Err(format!("ksm item {:#x} holds no anchor", item.addr));
            }
            len += 1;
            (prev, at) = (at.0, ItemId(link.next()));
        }
        equal("rmap_hlist_len", i64::from(n.rmap_hlist_len), len)?;
        if self.stable_node_alive(id) && !self.frames.has(n.kpfn, FrameFlags::ANON) {
            return Err(format!("ksm page {:?} is not anonymous", n.kpfn));
        }
        Ok(len)
    }

    /// Living pages ascend; those of one chain are equal.
    fn check_order(&self, last: &mut Option<NodeId>, id: NodeId) -> Result<(), String> {
        if !self.stable_node_alive(id) {
            return Ok(());
        }
        let page = self.node(id);
        if self.page_key(page.kpfn) != page.key {
            return Err(format!("ksm page {:?} has changed", page.kpfn));
        }
        if let Some(before) = last.replace(id) {
            let other = self.node(before);
            let content = |n: &super::StableNode| self.frames.content(n.kpfn);
            let one_chain = page.dup && other.dup && page.link.owner() == other.link.owner();
            let want = if one_chain {
                Ordering::Equal
            } else {
                Ordering::Less
            };
            equal(
                "stable order",
                self.contents.compare(content(&other), content(&page)),
                want,
            )?;
        }
        Ok(())
    }

    /// Feeds all state of KSM but what is only remembered for speed.
    pub(crate) fn hash_ksm(&self, h: &mut impl Write) {
        let k = &self.ksm;
        // What the hash is made of takes any text.
        let _ = write!(
            h,
            "{:?}{:?}{}{:?}{:?}",
            k.settings, k.cursor, k.seqnr, k.advisor, k.thread
        );
        let _ = write!(h, "{:?}{:?}{}", k.stable_roots, k.unstable_roots, k.cpu_ns);
        let _ = write!(h, "{:?}", self.ksm_gauges());
        for slot in &k.slots {
            let mut at = slot.rmap_list;
            let _ = write!(h, "{:?}", slot.mm);
            while !at.is_none() {
                let i = self.item(at);
                let (sum, age, skips) = (i.oldchecksum, i.age, i.remaining_skips);
                let _ = write!(
                    h,
                    "{:x} {sum:x} {age} {skips} {:?}{:?}",
                    i.addr,
                    i.standing,
                    self.item_link(at)
                );
                at = i.next;
            }
        }
        for node in k
            .stable_roots
            .iter()
            .flat_map(|root| rbtree::in_order(&k.nodes, *root))
            .chain(k.migrate_nodes.iter().copied())
        {
            let n = self.node(NodeId(node));
            let _ = write!(
                h,
                "{:?}{} {:?}{} {}",
                n.link, n.hlist, n.kpfn, n.rmap_hlist_len, n.chain_prune_time
            );
        }
    }
}
