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
use super::rbtree::{self, RbNodes, Side};
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
        if self.ksm_test_exit(mm) {
            return None;
        }
        let vma = self.vma_lookup(mm, addr)?;
        let v = self.vma(vma);
        (v.flags.has(VmFlags::MERGEABLE) && v.anon_vma.is_some()).then_some(vma)
    }

    /// The item's page now (`get_mergeable_page`), with its first bytes.
    fn get_mergeable_page(&mut self, id: ItemId) -> Option<(Pfn, u64)> {
        let item = self.item(id);
        let epoch = self.ksm.epoch;
        if item.epoch == epoch {
            return Some((item.pfn, item.key));
        }
        self.find_mergeable_vma(item.mm, item.addr)?;
        let page = self.ksm_anon_page(self.pte(item.mm, item.addr), &mut Silent)?;
        let key = self.page_key(page);
        let item = self.item_mut(id);
        (item.pfn, item.key, item.epoch) = (page, key, epoch);
        Some((page, key))
    }

    /// Looks for a waiting page equal to the candidate's, else makes it wait.
    pub(super) fn unstable_tree_search_insert(
        &mut self,
        at: &Candidate,
        key: u64,
        path: &mut SearchPath,
    ) -> UnstableHit {
        let nid = self.ksm_nid(at.page);
        let content = self.frames.content(at.page);
        let (mut parent, mut side) = (0, Side::Left);
        let mut next = self.ksm.unstable_roots[nid];
        while next != 0 {
            let id = ItemId(next);
            self.ksm.cpu_ns += cost::COMPARE_NS;
            let Some((page, page_key)) = self.get_mergeable_page(id) else {
                return UnstableHit::Gone(id);
            };
            if page == at.page {
                return UnstableHit::SameFrame(id);
            }
            path.note(self, at.page, page, Some(id));
            let order = key
                .cmp(&page_key)
                .then_with(|| self.contents.compare(content, self.frames.content(page)));
            if order == Ordering::Equal {
                return UnstableHit::Partner(id, page);
            }
            (parent, side) = (next, Side::of(order));
            next = self.ksm.items.link(parent).child(side);
        }
        let seq = self.ksm.seqnr as u8;
        let item = self.item_mut(at.item);
        item.standing = Standing::Unstable { seq };
        (item.pfn, item.key, item.epoch) = (at.page, key, at.epoch);
        item.set_nid(nid);
        let ksm = &mut self.ksm;
        rbtree::insert(
            &mut ksm.items,
            &mut ksm.unstable_roots[nid],
            at.item.0,
            parent,
            side,
        );
        ksm.pages_unshared += 1;
        UnstableHit::Inserted
    }
}
