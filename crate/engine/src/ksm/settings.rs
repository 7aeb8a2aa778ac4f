//! What `/sys/kernel/mm/ksm` sets.

/// `run`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Run {
    /// 0: the thread sleeps; merged pages stay.
    Stop,
    /// 1: merge.
    Merge,
    /// 2: everything was unmerged; the thread sleeps.
    Unmerge,
}

/// `advisor_mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdvisorMode {
    /// `pages_to_scan` is what was written.
    None,
    /// `pages_to_scan` follows the time that full scans take.
    ScanTime,
}

/// Pages of one wake-up, unless written (`DEFAULT_PAGES_TO_SCAN`).
pub const DEFAULT_PAGES_TO_SCAN: u64 = 100;

/// The tunables, with their defaults of 6.18.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KsmSettings {
    /// `run`.
    pub run: Run,
    /// `pages_to_scan`: pages of one wake-up; the advisor may store more than 32 bits.
    pub pages_to_scan: u64,
    /// `sleep_millisecs` between wake-ups.
    pub sleep_millisecs: u32,
    /// `merge_across_nodes`: one tree for all NUMA nodes.
    pub merge_across_nodes: bool,
    /// `max_page_sharing`: page-table entries of one KSM page, at least 2.
    pub max_page_sharing: i32,
    /// `use_zero_pages`: zero-filled pages become the zero page.
    pub use_zero_pages: bool,
    /// `smart_scan`: pages that never merge are looked at less often.
    pub smart_scan: bool,
    /// `stable_node_chains_prune_millisecs`: how often a search looks at a whole chain.
    pub stable_node_chains_prune_millisecs: u32,
    /// `advisor_mode`.
    pub advisor_mode: AdvisorMode,
    /// `advisor_max_cpu` in percent of one CPU.
    pub advisor_max_cpu: u32,
    /// `advisor_min_pages_to_scan`: where the advisor starts.
    pub advisor_min_pages_to_scan: u64,
    /// `advisor_max_pages_to_scan`.
    pub advisor_max_pages_to_scan: u64,
    /// `advisor_target_scan_time` in seconds.
    pub advisor_target_scan_time: u64,
}

impl Default for KsmSettings {
    fn default() -> Self {
        KsmSettings {
            run: Run::Stop,
            pages_to_scan: DEFAULT_PAGES_TO_SCAN,
            sleep_millisecs: 20,
            merge_across_nodes: true,
            max_page_sharing: 256,
            use_zero_pages: false,
            smart_scan: true,
            stable_node_chains_prune_millisecs: 2000,
            advisor_mode: AdvisorMode::None,
            advisor_max_cpu: 70,
            advisor_min_pages_to_scan: 500,
            advisor_max_pages_to_scan: 30_000,
            advisor_target_scan_time: 200,
        }
    }
}

/// Sleep of a parked daemon: a day, and the millisecond that each command to wake takes off or adds, because only a
/// changed value wakes the thread.
pub(super) const PARKED_SLEEP_MS: u32 = 86_400_000;

impl KsmSettings {
    /// As on the machine that recorded the conformance scenarios.
    pub(super) fn parked() -> Self {
        KsmSettings {
            run: Run::Merge,
            pages_to_scan: 1 << 30,
            sleep_millisecs: PARKED_SLEEP_MS + 1,
            ..KsmSettings::default()
        }
    }
}
