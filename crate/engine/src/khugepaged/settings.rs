//! The tunables of `/sys/kernel/mm/transparent_hugepage/khugepaged`.

use crate::vm::addr::HPAGE_PMD_NR;

/// Budget that no pass exhausts: what the recording machine sets.
pub(super) const PAGES_TO_SCAN_UNLIMITED: u32 = 1 << 30;
/// A day in ms: the scan sleep of the recording machine.
pub(super) const SCAN_SLEEP_DAY_MILLISECS: u32 = 86_400_000;

/// Values of the eight writable files. New limits count from the next entry looked at, `pages_to_scan` from the
/// next run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KhugepagedSettings {
    /// Reclaim and compact for a huge page.
    pub defrag: bool,
    /// Empty and zero-page entries a range may have, 0..=511.
    pub max_ptes_none: u32,
    /// Swap entries a range may have, 0..=511.
    pub max_ptes_swap: u32,
    /// Shared pages a range may have, 0..=511.
    pub max_ptes_shared: u32,
    /// Budget of a run; a range costs 512, a visit or a passed-over area 1. At least 1.
    pub pages_to_scan: u32,
    /// Sleep between two runs.
    pub scan_sleep_millisecs: u32,
    /// Sleep after the first failed allocation of a run.
    pub alloc_sleep_millisecs: u32,
}

impl Default for KhugepagedSettings {
    fn default() -> Self {
        KhugepagedSettings {
            defrag: true,
            max_ptes_none: HPAGE_PMD_NR as u32 - 1,
            max_ptes_swap: HPAGE_PMD_NR as u32 / 8,
            max_ptes_shared: HPAGE_PMD_NR as u32 / 2,
            pages_to_scan: HPAGE_PMD_NR as u32 * 8,
            scan_sleep_millisecs: 10_000,
            alloc_sleep_millisecs: 60_000,
        }
    }
}

impl KhugepagedSettings {
    /// Settings of a parked thread: a wake-up has no budget, and none comes by itself.
    pub(super) fn parked() -> Self {
        KhugepagedSettings {
            pages_to_scan: PAGES_TO_SCAN_UNLIMITED,
            scan_sleep_millisecs: SCAN_SLEEP_DAY_MILLISECS,
            ..KhugepagedSettings::default()
        }
    }
}
