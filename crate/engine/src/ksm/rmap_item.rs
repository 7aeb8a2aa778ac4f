//! One record for every page ksmd has seen: its checksum, its age, and where it stands.
//!
//! Counterparts: `struct ksm_rmap_item`, `get_next_rmap_item`, `remove_trailing_rmap_items`,
//! `remove_rmap_item_from_tree`. The records of one address space form a list sorted by address.

use super::rbtree::{self, RbLink, RbNodes};
use super::slab::SlabObject;
use super::stable_node::NodeId;
use crate::chunked::ChunkedVec;
use crate::machine::Machine;
use crate::vm::addr::{AnonVmaId, MmId, Pfn};

/// An rmap item; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ItemId(pub(super) u32);

impl ItemId {
    pub(super) const NONE: ItemId = ItemId(0);

    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Where an item stands: the flag bits the kernel keeps in its address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Standing {
    /// In no tree: volatile.
    #[default]
    None,
    /// In the unstable tree of the scan whose number ends in `seq`; gone from it with the next scan, but counted
    /// until the next visit.
    Unstable { seq: u8 },
    /// On the list of a stable node.
    Stable,
}

/// One virtual page. With its [`ItemLink`] 52 bytes; the kernel's has 64.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RmapItem {
    /// Page address; 0 while the record is free.
    pub addr: u64,
    /// Address space.
    pub mm: MmId,
    /// Next of the same address space, by address.
    pub next: ItemId,
    /// Checksum at the last visit when it was no KSM page. Stays over merging and unmerging.
    pub oldchecksum: u32,
    /// Visits so far, up to 255.
    pub age: u8,
    /// Visits that smart scan still passes over.
    pub remaining_skips: u8,
    pub standing: Standing,
    /// Stable: the anchor that is held. Unstable: the index of the tree.
    anon_vma_or_nid: u32,
    /// The page's frame, while its link's `epoch` is the present one.
    pub pfn: Pfn,
}

/// What a search of the unstable tree reads of every item it passes, by the item's id: apart from the rest, so that
/// three of them share a cache line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ItemLink {
    /// First four bytes of the page, as `memcmp` orders them.
    pub key: u32,
    /// Wake-up for which `key` and the item's frame are known to be true: see `unstable`.
    pub epoch: u32,
    /// Unstable: place in the tree. Stable: node, previous and next item of its list.
    pub link: RbLink,
}

impl RmapItem {
    /// The anchor a stable item holds.
    pub(super) fn anon_vma(&self) -> AnonVmaId {
        AnonVmaId(self.anon_vma_or_nid)
    }

    pub(super) fn set_anon_vma(&mut self, a: AnonVmaId) {
        self.anon_vma_or_nid = a.0;
    }

    pub(super) fn nid(&self) -> usize {
        self.anon_vma_or_nid as usize
    }

    pub(super) fn set_nid(&mut self, nid: usize) {
        self.anon_vma_or_nid = nid as u32;
    }
}

impl SlabObject for RmapItem {
    fn next_free(&self) -> u32 {
        self.next.0
    }
    fn set_next_free(&mut self, id: u32) {
        self.next = ItemId(id);
    }
}

impl RbNodes for ChunkedVec<ItemLink> {
    #[inline]
    fn link(&self, id: u32) -> RbLink {
        self.at(id as usize).link
    }
    #[inline]
    fn link_mut(&mut self, id: u32) -> &mut RbLink {
        &mut self.get_mut(id as usize).link
    }
}

impl Machine {
    #[inline]
    pub(super) fn item(&self, id: ItemId) -> RmapItem {
        self.ksm.items.get(id.0)
    }

    #[inline]
    pub(super) fn item_mut(&mut self, id: ItemId) -> &mut RmapItem {
        self.ksm.items.get_mut(id.0)
    }

    /// The item's place in the unstable tree or in the list of its stable node.
    #[inline]
    pub(super) fn item_link(&self, id: ItemId) -> RbLink {
        self.ksm.item_links.link(id.0)
    }

    #[inline]
    pub(super) fn item_link_mut(&mut self, id: ItemId) -> &mut RbLink {
        self.ksm.item_links.link_mut(id.0)
    }

    /// The stable node whose list the item is on.
    pub(super) fn item_head(&self, id: ItemId) -> Option<NodeId> {
        let stable = self.ksm.items.at(id.0).standing == Standing::Stable;
        stable.then(|| NodeId(self.item_link(id).owner()))
    }

    /// The item for `addr` of the slot under the cursor, and the cursor's link moves past it. Items passed on the
    /// way belong to addresses that are no candidates any more and go (`get_next_rmap_item`).
    pub(super) fn get_next_rmap_item(&mut self, mm: MmId, addr: u64) -> ItemId {
        let prev = self.ksm.cursor.link;
        loop {
            let next = self.cursor_next();
            if next.is_none() {
                break;
            }
            let at = self.item(next).addr;
            if at == addr {
                self.ksm.cursor.link = next;
                return next;
            }
            if at > addr {
                break;
            }
            let after = self.item(next).next;
            self.set_cursor_next(after);
            self.free_rmap_item(next);
        }
        debug_assert!(prev == self.ksm.cursor.link);
        let next = self.cursor_next();
        let id = ItemId(self.ksm.items.insert(RmapItem {
            addr,
            mm,
            next,
            ..RmapItem::default()
        }));
        match self.ksm.item_links.len() == id.0 as usize {
            true => self.ksm.item_links.push(ItemLink::default()),
            false => self.ksm.item_links.set(id.0 as usize, ItemLink::default()),
        }
        self.mm_mut(mm).ksm_rmap_items += 1;
        self.set_cursor_next(id);
        self.ksm.cursor.link = id;
        id
    }

    /// The item after the cursor's link.
    fn cursor_next(&self) -> ItemId {
        let link = self.ksm.cursor.link;
        match self.ksm.cursor.slot {
            Some(slot) if link.is_none() => self.ksm.slots[slot].rmap_list,
            _ => self.item(link).next,
        }
    }

    fn set_cursor_next(&mut self, id: ItemId) {
        let link = self.ksm.cursor.link;
        match self.ksm.cursor.slot {
            Some(slot) if link.is_none() => self.ksm.slots[slot].rmap_list = id,
            _ => self.item_mut(link).next = id,
        }
    }

    /// Frees all items after the cursor's link (`remove_trailing_rmap_items`).
    pub(super) fn remove_trailing_rmap_items(&mut self) {
        let first = self.cursor_next();
        self.set_cursor_next(ItemId::NONE);
        self.free_rmap_items(first);
    }

    /// Frees a list of items from `first` on.
    pub(super) fn free_rmap_items(&mut self, first: ItemId) {
        let mut id = first;
        while !id.is_none() {
            let next = self.item(id).next;
            self.free_rmap_item(id);
            id = next;
        }
    }

    fn free_rmap_item(&mut self, id: ItemId) {
        self.remove_rmap_item_from_tree(id);
        let mm = self.item(id).mm;
        self.mm_mut(mm).ksm_rmap_items -= 1;
        self.ksm.items.remove(id.0);
    }

    /// Takes the item out of whatever tree it is in (`remove_rmap_item_from_tree`). The counters notice only here
    /// that a page was copied, unmapped or freed.
    #[inline(always)]
    pub(super) fn remove_rmap_item_from_tree(&mut self, id: ItemId) {
        if self.ksm.items.at(id.0).standing != Standing::None {
            self.take_out_of_tree(id);
        }
    }

    fn take_out_of_tree(&mut self, id: ItemId) {
        let item = self.item(id);
        match item.standing {
            Standing::None => {}
            Standing::Stable => {
                let node = NodeId(self.item_link(id).owner());
                if !self.stable_node_alive(node) {
                    self.remove_node_from_stable_tree(node);
                    return;
                }
                self.unlink_stable_item(id, node);
            }
            Standing::Unstable { seq } => {
                let age = (self.ksm.seqnr as u8).wrapping_sub(seq);
                debug_assert!(age <= 1, "an unstable item is passed in every scan");
                if age == 0 {
                    let ksm = &mut self.ksm;
                    rbtree::erase(
                        &mut ksm.item_links,
                        &mut ksm.unstable_roots[item.nid()],
                        id.0,
                    );
                }
                self.ksm.pages_unshared -= 1;
                self.item_mut(id).standing = Standing::None;
            }
        }
    }
}

const _: () = assert!(size_of::<RmapItem>() + size_of::<ItemLink>() == 52);
