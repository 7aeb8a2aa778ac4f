//! Counters of KSM, of the system and of a process.

use crate::machine::Machine;
use crate::vm::addr::{MmId, PAGE_SIZE};
use crate::vm::vma::VmFlags;

/// Bytes of an rmap item in the kernel, for the profit.
const RMAP_ITEM_SIZE: i64 = 64;

/// The read-only files of `/sys/kernel/mm/ksm`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KsmGauges {
    /// KSM pages with at least one item.
    pub pages_shared: i64,
    /// Further items of those pages: frames saved.
    pub pages_sharing: i64,
    /// Items that wait in the unstable tree.
    pub pages_unshared: i64,
    /// Items in no tree.
    pub pages_volatile: i64,
    /// Visits since boot.
    pub pages_scanned: i64,
    /// Visits that smart scan saved, since boot.
    pub pages_skipped: i64,
    /// Zero pages that ksmd placed.
    pub ksm_zero_pages: i64,
    /// Full scans since boot or `run` = 2.
    pub full_scans: i64,
    /// Heads of chains.
    pub stable_node_chains: i64,
    /// KSM pages in chains.
    pub stable_node_dups: i64,
    /// Bytes saved less bytes of items.
    pub general_profit: i64,
}

impl KsmGauges {
    /// Each with the name of its file.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, i64)> {
        [
            ("pages_shared", self.pages_shared),
            ("pages_sharing", self.pages_sharing),
            ("pages_unshared", self.pages_unshared),
            ("pages_volatile", self.pages_volatile),
            ("pages_scanned", self.pages_scanned),
            ("pages_skipped", self.pages_skipped),
            ("ksm_zero_pages", self.ksm_zero_pages),
            ("full_scans", self.full_scans),
            ("stable_node_chains", self.stable_node_chains),
            ("stable_node_dups", self.stable_node_dups),
            ("general_profit", self.general_profit),
        ]
        .into_iter()
    }
}

impl Machine {
    /// All gauges now.
    pub fn ksm_gauges(&self) -> KsmGauges {
        let k = &self.ksm;
        let items = k.items.nr_live() as i64;
        KsmGauges {
            pages_shared: k.pages_shared,
            pages_sharing: k.pages_sharing,
            pages_unshared: k.pages_unshared,
            pages_volatile: (items - k.pages_shared - k.pages_sharing - k.pages_unshared).max(0),
            pages_scanned: k.pages_scanned as i64,
            pages_skipped: k.pages_skipped as i64,
            ksm_zero_pages: k.zero_pages,
            full_scans: k.seqnr as i64,
            stable_node_chains: k.stable_node_chains,
            stable_node_dups: k.stable_node_dups,
            general_profit: (k.pages_sharing + k.zero_pages) * PAGE_SIZE as i64
                - items * RMAP_ITEM_SIZE,
        }
    }

    /// `ksm_process_profit`: bytes. Counts every mapping, so the sum over processes exceeds `general_profit`.
    pub fn ksm_process_profit(&self, mm: MmId) -> i64 {
        let m = self.mm(mm);
        (m.ksm_merging_pages + m.ksm_zero_pages) * PAGE_SIZE as i64
            - m.ksm_rmap_items * RMAP_ITEM_SIZE
    }

    /// Whether an area of the process can be merged now.
    pub fn ksm_mergeable(&self, mm: MmId) -> bool {
        self.mm(mm)
            .vmas
            .values()
            .any(|v| self.vma(*v).flags.has(VmFlags::MERGEABLE))
    }

    /// Text of `/proc/PID/ksm_stat`.
    pub fn ksm_stat(&self, mm: MmId) -> String {
        let m = self.mm(mm);
        let yes = |b| if b { "yes" } else { "no" };
        format!(
            "ksm_rmap_items {}\nksm_zero_pages {}\nksm_merging_pages {}\nksm_process_profit {}\nksm_merge_any: {}\n\
             ksm_mergeable: {}\n",
            m.ksm_rmap_items,
            m.ksm_zero_pages,
            m.ksm_merging_pages,
            self.ksm_process_profit(mm),
            yes(m.vm_merge_any),
            yes(self.ksm_mergeable(mm)),
        )
    }
}
