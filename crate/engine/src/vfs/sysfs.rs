//! Names below `/sys/kernel/mm/transparent_hugepage/hugepages-<N>kB`.
//!
//! What the files read and write belongs to the subsystems: `thp/settings`, `khugepaged/files`, `ksm/files`.

use super::tunable::FileSpec;
use crate::vm::addr::PAGE_SIZE;

/// The settings of one size, for the table of tunables; 8kB has no `enabled`.
pub(crate) const THP_SIZE_FILES: &[FileSpec] = &[
    FileSpec::words(
        "enabled",
        "never",
        &["always", "inherit", "madvise", "never"],
        "areas that may have anonymous folios of this size; inherit: as the top-level file says",
    ),
    FileSpec::words(
        "shmem_enabled",
        "never",
        &["always", "inherit", "within_size", "advise", "never"],
        "shared memory that may have folios of this size",
    ),
];

/// `hugepages-64kB` for order 4.
pub(super) fn size_dir(order: u8) -> String {
    format!("hugepages-{}kB", (PAGE_SIZE >> 10) << order)
}

/// `hugepages-64kB/enabled`.
pub(super) fn size_file(order: u8, name: &str) -> String {
    format!("{}/{name}", size_dir(order))
}

/// `hugepages-64kB/stats/nr_anon`.
pub(super) fn stat_file(order: u8, name: &str) -> String {
    format!("{}/stats/{name}", size_dir(order))
}
