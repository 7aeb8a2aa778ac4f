//! What ksmd does with one page.
//!
//! Counterpart: `cmp_and_merge_page`.

use super::cost;
use super::merge::Target;
use super::path::SearchPath;
use super::rmap_item::ItemId;
use super::stable::StableHit;
use super::unstable::UnstableHit;
use crate::explain::Explain;
use crate::machine::Machine;
use crate::phys::content;
use crate::phys::frame::FrameFlags;
use crate::trace::{EventKind, KsmOutcome};
use crate::vm::addr::{MmId, Pfn};

/// Checksum of a zero-filled page (`zero_checksum`).
const ZERO_CHECKSUM: u32 = 0x32d8_bbdb;

/// A page under the cursor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub mm: MmId,
    pub addr: u64,
    pub page: Pfn,
    pub item: ItemId,
    /// When the page was found there.
    pub epoch: u32,
}

impl Machine {
    /// Process and address of an item, for explanations.
    pub(super) fn item_name(&self, id: ItemId) -> String {
        self.page_name(self.item(id).mm, self.item(id).addr)
    }

    /// Process and address, for explanations.
    pub(super) fn page_name(&self, mm: MmId, addr: u64) -> String {
        let name = self
            .owner_of(mm)
            .and_then(|pid| self.process(pid))
            .map_or("a gone process", |p| &p.name);
        format!("{name} {addr:#x}")
    }

    /// Looks at one page and merges it if it can.
    pub(super) fn cmp_and_merge_page(
        &mut self,
        at: &Candidate,
        e: &mut impl Explain,
    ) -> KsmOutcome {
        let mut bypass = false;
        if let Some(node) = self.stable_node_of(at.page) {
            if !self.node_migrates(node) && self.in_wrong_tree(node) {
                self.start_node_migration(node);
            }
            let merged = self.item_head(at.item) == Some(node) && !self.node_migrates(node);
            e.fails("not_merged_yet", merged, "already merged", || {
                format!(
                    "a KSM page that {} addresses share",
                    self.folio_mapcount(at.page)
                )
            });
            if merged {
                return KsmOutcome::AlreadyMerged;
            }
            // The child of a fork joins a full page.
            bypass = !self.is_page_sharing_candidate(node, 0);
        } else {
            self.remove_rmap_item_from_tree(at.item);
            if self.checksum_changed(at, e) {
                return KsmOutcome::ChecksumChanged;
            }
        }
        self.get_page(at.page);
        let outcome = self.find_equal_and_merge(at, bypass, e);
        self.put_page(at.page);
        outcome
    }

    /// The checksum gate: a page that changes is not worth a search.
    fn checksum_changed(&mut self, at: &Candidate, e: &mut impl Explain) -> bool {
        self.ksm.cpu_ns += cost::HASH_NS;
        let checksum = self.contents.checksum(self.frames.content(at.page));
        let item = self.item_mut(at.item);
        let old = item.oldchecksum;
        let changed = old != checksum;
        if changed {
            item.oldchecksum = checksum;
        }
        e.fails(
            "checksum_unchanged",
            changed,
            "checksum changed",
            || match (changed, old) {
                (true, 0) => format!(
                    "first visit: checksum {checksum:#010x} is stored, the next visit compares"
                ),
                (true, _) => format!("checksum {checksum:#010x}, at the last visit {old:#010x}"),
                (false, _) => format!("checksum {checksum:#010x} as at the last visit"),
            },
        )
    }

    /// Zero page, stable tree, unstable tree. The caller holds a reference of the page.
    fn find_equal_and_merge(
        &mut self,
        at: &Candidate,
        bypass: bool,
        e: &mut impl Explain,
    ) -> KsmOutcome {
        if !self.frames.has(at.page, FrameFlags::KSM)
            && let Some(outcome) = self.try_to_merge_with_zero_page(at, e)
        {
            return outcome;
        }
        let mut path = SearchPath {
            wanted: e.records(),
            steps: Vec::new(),
        };
        let key = self.page_key(at.page);
        let hit = self.stable_tree_search(at.page, key, &mut path);
        if path.wanted {
            self.ksm.searched.clone_from(&path.steps);
        }
        // A page that moved and is in the right tree again.
        if hit == StableHit::Page(at.page)
            && self.stable_node_of(at.page) == self.item_head(at.item)
            && self.item_head(at.item).is_some()
        {
            return KsmOutcome::AlreadyMerged;
        }
        self.remove_rmap_item_from_tree(at.item);
        match hit {
            StableHit::Busy(kpfn) => {
                e.fails("ksm_page_unlocked", true, "page locked", || {
                    format!("frame {} is locked", kpfn.0)
                });
                KsmOutcome::MergeFailed
            }
            StableHit::Page(kpfn) => {
                e.fails("equal_page", false, "", || {
                    format!("the KSM page in frame {} is equal", kpfn.0)
                });
                if !self.try_to_merge_with_ksm_page(at.item, at.page, Target::Ksm(kpfn), e) {
                    return KsmOutcome::MergeFailed;
                }
                let node = self
                    .stable_node_of(kpfn)
                    .expect("a page found in the stable tree has a node");
                self.stable_tree_append(at.item, node, bypass);
                KsmOutcome::Merged
            }
            StableHit::Nothing | StableHit::Full(_) => self.wait_or_pair(at, key, hit, path, e),
        }
    }

    /// `try_to_merge_with_zero_page`: `None` to go on as with any other page.
    fn try_to_merge_with_zero_page(
        &mut self,
        at: &Candidate,
        e: &mut impl Explain,
    ) -> Option<KsmOutcome> {
        let on = self.ksm.settings.use_zero_pages;
        let zero = self.item(at.item).oldchecksum == ZERO_CHECKSUM;
        e.fails("use_zero_pages", false, "", || match (on, zero) {
            (true, true) => "on, and the page is zero-filled: the zero page is tried first".into(),
            (false, true) => "off: a zero-filled page merges like any other".into(),
            (_, false) => "the page is not zero-filled".into(),
        });
        if !on || !zero {
            return None;
        }
        let Some(vma) = self.find_mergeable_vma(at.mm, at.addr) else {
            return Some(KsmOutcome::MergeFailed);
        };
        let merged = self.try_to_merge_one_page(vma, at.addr, at.page, Target::Zero, e);
        let (err, pfn) = (super::merge::err(merged), self.zero_pfn);
        self.emit(EventKind::KsmMergeOnePage {
            mm: at.mm,
            addr: at.addr,
            pfn,
            err,
        });
        debug_assert!(!merged || self.frames.content(pfn) == content::ZERO);
        merged.then_some(KsmOutcome::ZeroMerged)
    }

    /// No KSM page will do: pairs with a waiting page, or waits.
    fn wait_or_pair(
        &mut self,
        at: &Candidate,
        key: u64,
        stable: StableHit,
        mut path: SearchPath,
        e: &mut impl Explain,
    ) -> KsmOutcome {
        let hit = self.unstable_tree_search_insert(at, (key >> 32) as u32, &mut path);
        if path.wanted {
            self.ksm.searched.clone_from(&path.steps);
        }
        let paired = matches!(hit, UnstableHit::Partner(..));
        if let StableHit::Full(kpfn) = stable {
            e.fails("max_page_sharing", !paired, "sharing limit reached", || {
                let limit = self.ksm.settings.max_page_sharing;
                let (nr, rest) = (
                    self.folio_mapcount(kpfn),
                    if paired {
                        ""
                    } else {
                        "; a second equal page is needed"
                    },
                );
                format!(
                    "the KSM page in frame {} is equal, mapped {nr} times, allowed {limit}{rest}",
                    kpfn.0
                )
            });
        }
        match hit {
            UnstableHit::Inserted => {
                e.fails("equal_page", true, "no equal page", || {
                    format!(
                        "none among {} KSM pages: {}; none among the pages that wait: {}",
                        self.ksm.pages_shared,
                        path.neighbours(self, true),
                        path.neighbours(self, false)
                    )
                });
                KsmOutcome::Unstable
            }
            UnstableHit::Gone(id) => {
                e.fails("equal_page", true, "search aborted", || {
                    format!("the search met {}, whose page is gone", self.item_name(id))
                });
                KsmOutcome::SearchAborted
            }
            UnstableHit::SameFrame(id) => {
                e.fails("equal_page", true, "search aborted", || {
                    format!(
                        "the same frame waits already, mapped by {} since a fork",
                        self.item_name(id)
                    )
                });
                KsmOutcome::SearchAborted
            }
            UnstableHit::Partner(tree_item, tree_page) => {
                e.fails("equal_page", false, "", || {
                    format!("{} is equal", self.item_name(tree_item))
                });
                self.pair(at, tree_item, tree_page, e)
            }
        }
    }

    /// Two equal pages become one KSM page: the frame of the later visited one stays.
    fn pair(
        &mut self,
        at: &Candidate,
        tree_item: ItemId,
        tree_page: Pfn,
        e: &mut impl Explain,
    ) -> KsmOutcome {
        self.get_page(tree_page);
        let merged = self.try_to_merge_two_pages(at, tree_item, tree_page, e);
        let head = self.frames.head(at.page);
        let same_folio = self.folio_large(head) && head == self.frames.head(tree_page);
        self.put_page(tree_page);
        if merged {
            let node = self.stable_tree_insert(at.page);
            self.stable_tree_append(tree_item, node, false);
            self.stable_tree_append(at.item, node, false);
            return KsmOutcome::Merged;
        }
        if same_folio && !self.frames.has(head, FrameFlags::LOCKED) {
            // Each side's reference kept the other from splitting; now it works, and the next visit merges.
            self.ksm_split_folio(at.page);
        }
        KsmOutcome::MergeFailed
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn zero_checksum_is_that_of_zeros() {
        let mut c = crate::phys::content::ContentStore::default();
        assert_eq!(c.checksum(crate::phys::content::ZERO), super::ZERO_CHECKSUM);
    }
}
