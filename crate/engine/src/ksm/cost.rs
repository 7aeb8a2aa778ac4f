//! What ksmd's work costs in CPU time, in ns.
//!
//! Only the advisor and the time of the next wake-up depend on it. Fitted to rates of 6.18.44 measured on an AMD
//! EPYC guest: 1.0 us for a first visit, 0.2 us for a skipped or merged page, 4.5 us for an
//! unshared page among 65,536 and 5.6 us among 262,144, 2.4 us for a page merged into one of a few.

/// A wake-up, however little there is to do.
pub(super) const WAKE_NS: u64 = 3_000;
/// Finding the next page and its rmap item.
pub(super) const STEP_NS: u64 = 200;
/// XXH64 over a page.
pub(super) const HASH_NS: u64 = 800;
/// One level of a tree walked: reaching the page there and comparing.
pub(super) const COMPARE_NS: u64 = 220;
/// One merge: write protection, full comparison, the new entry, two TLB flushes.
pub(super) const MERGE_NS: u64 = 1_200;
/// Splitting a huge page.
pub(super) const SPLIT_NS: u64 = 60_000;
