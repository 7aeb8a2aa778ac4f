//! How long the thread works, in virtual time.
//!
//! Medians of the measurements on Linux 6.18 beside the recorded scenarios, solved for their parts: 2,364 full ranges,
//! 9,922 ranges of one page, 1,876,929 ranges refused at their second entry and 7,801,790 already huge ranges in a
//! second of CPU time. The numbers marked as estimates were not measured; they only keep time moving.
//!
//! Deviation: a cost does not depend on the machine below, on caches or on what else runs. System calls and commanded
//! scans take no time at all.

use super::scan_pmd::Attempt;

/// A range that is already huge, empty or without tables.
const PMD_NS: u64 = 128;
/// Mapping the table and reporting the result, beyond [`PMD_NS`].
const TABLE_NS: u64 = 385;
/// One entry looked at. Estimate.
const PTE_NS: u64 = 10;
/// One page copied into the huge page and freed.
const COPY_NS: u64 = 815;
/// One page of the huge page cleared.
const CLEAR_NS: u64 = 185;
/// One visit of an address space. Estimate.
pub(super) const VISIT_NS: u64 = 200;
/// One area passed over. Estimate.
pub(super) const AREA_NS: u64 = 40;
/// Waking, draining the LRU batches of every CPU, and going to sleep again. Estimate. Above 0, so that a scan sleep
/// of 0 lets time pass.
pub(super) const WAKE_NS: u64 = 20_000;

/// Time of one attempt at a range.
pub(super) fn attempt_ns(a: &Attempt) -> u64 {
    let looked_at = if a.scanned == 0 {
        0
    } else {
        TABLE_NS + PTE_NS * u64::from(a.scanned)
    };
    PMD_NS + looked_at + COPY_NS * u64::from(a.copied) + CLEAR_NS * u64::from(a.cleared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::khugepaged::ScanResult;

    #[test]
    fn the_parts_add_up_to_the_measured_rates() {
        let a = |scanned, copied, cleared| Attempt {
            result: ScanResult::Succeed,
            lock_dropped: false,
            scanned,
            copied,
            cleared,
        };
        for (attempt, per_second) in [
            (a(512, 512, 0), 2_364),
            (a(512, 1, 511), 9_922),
            (a(2, 0, 0), 1_876_929),
            (a(0, 0, 0), 7_801_790),
        ] {
            let modelled = 1_000_000_000 / attempt_ns(&attempt);
            let off = modelled.abs_diff(per_second) * 100 / per_second;
            assert!(
                off <= 1,
                "{attempt:?}: {modelled}/s, measured {per_second}/s"
            );
        }
    }
}
