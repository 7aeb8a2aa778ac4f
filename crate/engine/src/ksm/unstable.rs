//! The unstable tree: the pages of this scan that wait for an equal one.
//!
//! Counterparts: `unstable_tree_search_insert`, `get_mergeable_page`, `find_mergeable_vma`. The pages are not
//! protected, so the order of the tree may be wrong by the time it is searched; every search compares with what the
//! pages hold now.
//!
//! The page of an item is looked up once in a wake-up and remembered with its first bytes: nobody but ksmd runs in
//! between, and ksmd raises the epoch when it changes page tables of pages it does not visit.

use super::cost;
use super::path::SearchPath;
use super::rbtree::{self, Side};
use super::rmap_item::{ItemId, Standing};
use super::visit::Candidate;
use crate::explain::Silent;
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pfn, VmaId};
use crate::vm::vma::VmFlags;
use std::cmp::Ordering;

/// What a search of the unstable tree came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UnstableHit {
    /// No equal page: the searching one now waits in the tree.
    Inserted,
    /// The search passed an item without page: the searching page is in no tree.
    Gone(ItemId),
    /// The search passed the same frame, which a fork shares: in no tree.
    SameFrame(ItemId),
    /// An equal page.
    Partner(ItemId, Pfn),
}

impl Machine {
    /// The area of a page while it may be merged (`find_mergeable_vma`).
    pub(super) fn find_mergeable_vma(&self, mm: MmId, addr: u64) -> Option<VmaId> {
        if let Some((vma, _)) = self.walked(mm, addr) {
            debug_assert!(!self.ksm_test_exit(mm) && self.vma_lookup(mm, addr) == Some(vma));
            return Some(vma);
        }
        if self.ksm_test_exit(mm) {
            return None;
        }
        let vma = self.vma_lookup(mm, addr)?;
        let v = self.vma(vma);
        (v.flags.has(VmFlags::MERGEABLE) && v.anon_vma.is_some()).then_some(vma)
    }

    /// The item's page now (`get_mergeable_page`), with its first bytes.
    fn get_mergeable_page(&mut self, id: ItemId) -> Option<(Pfn, u32)> {
        let (item, epoch) = (self.item(id), self.ksm.epoch);
        let link = self.ksm.item_links.at(id.0 as usize);
        if link.epoch == epoch {
            return Some((item.pfn, link.key));
        }
        self.find_mergeable_vma(item.mm, item.addr)?;
        let page = self.ksm_anon_page(self.pte(item.mm, item.addr), &mut Silent)?;
        let key = (self.page_key(page) >> 32) as u32;
        self.item_mut(id).pfn = page;
        let link = self.ksm.item_links.get_mut(id.0 as usize);
        (link.key, link.epoch) = (key, epoch);
        Some((page, key))
    }

    /// Looks for a waiting page equal to the candidate's, whose first bytes are `key`, else makes it wait.
    pub(super) fn unstable_tree_search_insert(
        &mut self,
        at: &Candidate,
        key: u32,
        path: &mut SearchPath,
    ) -> UnstableHit {
        let nid = self.ksm_nid(at.page);
        let (mut parent, mut side) = (0, Side::Left);
        let mut next = self.ksm.unstable_roots[nid];
        let mut levels = 0;
        while next != 0 {
            levels += 1;
            let id = ItemId(next);
            let passed = *self.ksm.item_links.at(next as usize);
            let known = passed.epoch == self.ksm.epoch && !path.wanted;
            let order = if known && passed.key != key {
                key.cmp(&passed.key)
            } else {
                match self.compare_with_item(at, key, id, path) {
                    Ok(order) => order,
                    Err(hit) => {
                        self.ksm.cpu_ns += levels * cost::COMPARE_NS;
                        return hit;
                    }
                }
            };
            (parent, side) = (next, Side::of(order));
            next = passed.link.child(side);
        }
        self.ksm.cpu_ns += levels * cost::COMPARE_NS;
        let seq = self.ksm.seqnr as u8;
        let item = self.item_mut(at.item);
        item.standing = Standing::Unstable { seq };
        item.pfn = at.page;
        item.set_nid(nid);
        let ksm = &mut self.ksm;
        let link = ksm.item_links.get_mut(at.item.0 as usize);
        (link.key, link.epoch) = (key, at.epoch);
        rbtree::insert(
            &mut ksm.item_links,
            &mut ksm.unstable_roots[nid],
            at.item.0,
            parent,
            side,
        );
        ksm.pages_unshared += 1;
        UnstableHit::Inserted
    }

    /// Whether the candidate's page comes before or after the page of a waiting item; the end of the search if that
    /// is gone, the same frame, or equal.
    fn compare_with_item(
        &mut self,
        at: &Candidate,
        key: u32,
        id: ItemId,
        path: &mut SearchPath,
    ) -> Result<Ordering, UnstableHit> {
        let (page, page_key) = self.get_mergeable_page(id).ok_or(UnstableHit::Gone(id))?;
        if page == at.page {
            return Err(UnstableHit::SameFrame(id));
        }
        path.note(self, at.page, page, Some(id));
        let contents = (self.frames.content(at.page), self.frames.content(page));
        let order = key
            .cmp(&page_key)
            .then_with(|| self.contents.compare(contents.0, contents.1));
        if order == Ordering::Equal {
            return Err(UnstableHit::Partner(id, page));
        }
        Ok(order)
    }
}
