//! How long a fault takes, for the charts.
//!
//! Medians of Linux 6.18.44 for one process that faults page after page (beside the recorded scenarios): 667,752 first
//! writes of 4 KiB a second, 135,554 of 64 KiB, 5,785 of 2 MiB, 1,587,808 zero pages, 646,533 huge zero pages and
//! 500,299 copies. What is marked as an estimate was not measured.
//!
//! Deviation: system calls, and with them faults, take no virtual time; these figures are told, not spent.

use crate::trace::FaultKind;

/// A fault that maps one new page.
const BASE_NS: u64 = 1_500;
/// Each further page of a folio below 2 MiB: cleared, and its entry set.
const PAGE_NS: u64 = 392;
const HUGE_NS: u64 = 172_860;

impl FaultKind {
    /// Time of one such fault in ns.
    pub fn cost_ns(self) -> u64 {
        match self {
            FaultKind::ZeroPage => 630,
            FaultKind::HugeZeroPage => 1_547,
            FaultKind::Anon(9) | FaultKind::Hugetlb => HUGE_NS,
            FaultKind::Anon(order) => BASE_NS + PAGE_NS * ((1 << order) - 1),
            FaultKind::Cow | FaultKind::CowKsm => 2_000,
            // Estimates: the entry alone, a page of the cache, a page read back from a file.
            FaultKind::Reuse | FaultKind::Spurious => 500,
            FaultKind::File => 800,
            FaultKind::SwapIn => 12_000,
        }
    }
}
