//! KSM: the thread that merges equal pages.
//!
//! Counterpart: `mm/ksm.c`. ksmd goes round all registered address spaces, page by page. A page that has kept its
//! checksum since the last visit is looked for among the KSM pages (stable tree), then among the other pages of this
//! scan (unstable tree); equal pages are mapped to one write-protected frame.
//!
//! | file | holds |
//! |---|---|
//! | `slot` | registered address spaces and the cursor |
//! | `register` | what may be registered: madvise, prctl, fork, exit |
//! | `scan` | the cursor's way from page to page, smart scan |
//! | `visit` | what is done with one page |
//! | `merge`, `unmerge` | two frames become one, and back |
//! | `stable`, `chain`, `unstable`, `migrate` | the two trees, and pages that move to another node's |
//! | `stable_node`, `rmap_item` | their objects; `slab` and `rbtree` carry them |
//! | `daemon` | batches, sleep, steps |
//! | `hotplug` | memory that goes off-line |
//! | `advisor`, `cost` | `pages_to_scan` by itself; CPU time |
//! | `settings`, `files`, `stat` | `/sys/kernel/mm/ksm`, `/proc/PID/ksm_stat` |
//! | `mappings`, `view`, `path`, `why`, `check` | who maps a KSM page; what can be looked at; searches and explanations; invariants |

mod advisor;
mod chain;
mod check;
mod cost;
mod daemon;
mod files;
mod hotplug;
mod mappings;
mod merge;
mod migrate;
mod path;
mod rbtree;
mod register;
mod rmap_item;
mod scan;
mod settings;
mod slab;
mod slot;
mod stable;
mod stable_node;
mod stat;
#[cfg(test)]
mod tests;
mod unmerge;
mod unstable;
mod view;
mod visit;
mod why;

pub use daemon::{KsmStep, KsmdStopped};
pub use files::KSM_FILES;
pub use path::SearchStep;
pub use settings::{AdvisorMode, KsmSettings, Run};
pub use stat::KsmGauges;
pub use view::{ItemPlace, ItemView, StableView, TreePlace, UnstableView};

use crate::chunked::ChunkedVec;
use crate::config::MAX_NODES;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::Pfn;
use advisor::Advisor;
use daemon::Thread;
use rmap_item::{ItemLink, RmapItem};
use scan::Walk;
use slab::Slab;
use slot::{Cursor, MmSlot};
use stable_node::StableNode;

/// State of KSM.
#[derive(Clone, Debug)]
pub struct Ksm {
    pub(crate) settings: KsmSettings,
    /// The list of address spaces is never empty, as on the recording machine.
    anchored: bool,
    slots: Vec<MmSlot>,
    cursor: Cursor,
    walk: Walk,
    /// Full scans done; `full_scans`.
    seqnr: u64,
    items: Slab<RmapItem>,
    item_links: ChunkedVec<ItemLink>,
    nodes: Slab<StableNode>,
    stable_roots: [u32; MAX_NODES as usize],
    /// Nodes whose pages moved to another NUMA node and that are in no tree for now, last found first.
    migrate_nodes: Vec<u32>,
    unstable_roots: [u32; MAX_NODES as usize],
    /// Grows when page tables or contents may have changed since an item or node was last looked up: when anybody
    /// else acts, and when ksmd itself splits a page.
    epoch: u32,
    pages_shared: i64,
    pages_sharing: i64,
    pages_unshared: i64,
    pages_scanned: u64,
    pages_skipped: u64,
    zero_pages: i64,
    stable_node_chains: i64,
    stable_node_dups: i64,
    advisor: Advisor,
    thread: Thread,
    /// CPU time of ksmd so far.
    cpu_ns: u64,
    /// Visits are told together with earlier ones from this event on.
    visits_from: u64,
    /// Events there were when ksmd last ended a unit.
    seen_events: u64,
    /// Comparisons of the visit that was asked about; empty but on the copies that explain.
    searched: Vec<SearchStep>,
}

impl Ksm {
    /// CPU time of ksmd since boot, by the cost table, in ns.
    pub fn cpu_ns(&self) -> u64 {
        self.cpu_ns
    }

    /// Bytes that `before` does not share.
    pub(crate) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        self.items.unshared_bytes(before.map(|b| &b.items))
            + self.nodes.unshared_bytes(before.map(|b| &b.nodes))
    }

    /// At boot. `parked`: as on the machine that recorded the conformance scenarios, where ksmd runs but sleeps for
    /// a day, has been round twice and has no limit to a wake-up.
    pub fn new(parked: bool) -> Self {
        Ksm {
            settings: if parked {
                KsmSettings::parked()
            } else {
                KsmSettings::default()
            },
            anchored: parked,
            slots: Vec::new(),
            cursor: Cursor::default(),
            walk: Walk::default(),
            seqnr: if parked { 2 } else { 0 },
            items: Slab::default(),
            item_links: ChunkedVec::new(1),
            nodes: Slab::default(),
            stable_roots: [0; MAX_NODES as usize],
            migrate_nodes: Vec::new(),
            unstable_roots: [0; MAX_NODES as usize],
            epoch: 1,
            pages_shared: 0,
            pages_sharing: 0,
            pages_unshared: 0,
            pages_scanned: 0,
            pages_skipped: 0,
            zero_pages: 0,
            stable_node_chains: 0,
            stable_node_dups: 0,
            advisor: Advisor::default(),
            thread: if parked {
                Thread::parked()
            } else {
                Thread::Idle
            },
            cpu_ns: 0,
            visits_from: 0,
            seen_events: 0,
            searched: Vec::new(),
        }
    }

    /// The tunables.
    pub fn settings(&self) -> &KsmSettings {
        &self.settings
    }

    /// Roots of all trees of the current setting of `merge_across_nodes`.
    fn nr_trees(&self) -> usize {
        if self.settings.merge_across_nodes {
            1
        } else {
            MAX_NODES as usize
        }
    }
}

impl Machine {
    /// The trees a frame belongs to: those of its NUMA node, or the only ones (`get_kpfn_nid`).
    pub(crate) fn ksm_nid(&self, page: Pfn) -> usize {
        if self.ksm.settings.merge_across_nodes {
            return 0;
        }
        self.zones
            .iter()
            .find(|z| z.contains(page))
            .map_or(0, |z| z.nid as usize)
    }

    /// First eight bytes of a page, as `memcmp` orders them.
    #[inline]
    fn page_key(&self, page: Pfn) -> u64 {
        self.contents
            .load(self.frames.content(page), 0)
            .swap_bytes()
    }

    /// Anonymous, as its head says (`folio_test_anon`).
    #[inline]
    fn page_anon(&self, page: Pfn) -> bool {
        let frame = self.frames.frame(page);
        match frame.has(FrameFlags::TAIL) {
            true => self.frames.has(self.frames.head(page), FrameFlags::ANON),
            false => frame.has(FrameFlags::ANON),
        }
    }

    /// A reference of the folio of `page`.
    #[inline]
    fn get_page(&mut self, page: Pfn) {
        let head = self.frames.head(page);
        *self.frames.refcount_mut(head) += 1;
    }

    /// Drops it; after a split the page is a folio of its own.
    #[inline]
    fn put_page(&mut self, page: Pfn) {
        let head = self.frames.head(page);
        match self.frames.refcount_mut(head) {
            refs if *refs > 1 => *refs -= 1,
            _ => self.folio_put(head, 1),
        }
    }
}
