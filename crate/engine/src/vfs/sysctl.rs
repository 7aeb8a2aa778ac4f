//! `/proc/sys/vm`.
//!
//! Counterparts: `kernel/sysctl.c`, `mm/page_alloc.c` (`min_free_kbytes_sysctl_handler`), `fs/drop_caches.c`,
//! `mm/util.c` (`overcommit_*_handler`). All refuse with EINVAL, also what is too large.

use super::parse::parse_sysctl;
use super::tunable::{Accepts, FileSpec};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::zone::set_watermarks;
use crate::vm::mm::MAX_MAP_COUNT;
use crate::vm::mmap::MMAP_MIN_ADDR;
use std::collections::BTreeMap;

/// `/proc/sys/vm`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sysctl {
    /// `overcommit_memory`: 0 heuristic, 1 always, 2 never beyond the limit.
    pub overcommit_memory: u8,
    /// `overcommit_ratio` in percent.
    pub overcommit_ratio: u32,
    /// `overcommit_kbytes`: if not 0, the limit in place of the ratio.
    pub overcommit_kbytes: u64,
    /// `min_free_kbytes`.
    pub min_free_kbytes: u64,
    /// Written by the user: recomputation does not go below it.
    pub user_min_free_kbytes: Option<u64>,
    /// `watermark_scale_factor`.
    pub watermark_scale_factor: u64,
    /// Values written to files that nothing reads yet.
    pub stored: BTreeMap<&'static str, u64>,
}

impl Default for Sysctl {
    fn default() -> Self {
        Sysctl {
            overcommit_memory: 0,
            overcommit_ratio: 50,
            overcommit_kbytes: 0,
            min_free_kbytes: 0,
            user_min_free_kbytes: None,
            watermark_scale_factor: 10,
            stored: BTreeMap::new(),
        }
    }
}

impl Sysctl {
    /// `page-cluster`: log2 of the most pages one readahead from swap reads.
    pub fn page_cluster(&self) -> u32 {
        self.stored.get("page-cluster").map_or(3, |v| *v as u32)
    }

    /// `extfrag_threshold`: up to this fragmentation index an allocation fails for lack of memory, and compaction would
    /// not help.
    pub fn extfrag_threshold(&self) -> i64 {
        let stored = self.stored.get("extfrag_threshold");
        stored.map_or(500, |v| *v as i64)
    }

    /// `compact_unevictable_allowed`: whether mlocked pages are moved.
    pub fn compact_unevictable_allowed(&self) -> bool {
        let stored = self.stored.get("compact_unevictable_allowed");
        stored.is_none_or(|v| *v != 0)
    }
}

const INT_MAX: u64 = i32::MAX as u64;

const fn with_mode(mut spec: FileSpec, mode: u16) -> FileSpec {
    spec.mode = mode;
    spec
}

const HELP_NR: &str = "persistent hugetlb pages of the default size";

/// The files. Those with an effect here say what it is; the others keep what is written for the subsystem that will
/// read it.
///
/// Deviation: `max_map_count` and `mmap_min_addr` cannot be written: they are bounds of the engine.
pub(crate) const VM_FILES: &[FileSpec] = &[
    with_mode(
        FileSpec::range("compact_memory", "", 1, 1, "write 1: compact all zones"),
        0o200,
    ),
    FileSpec::range(
        "compact_unevictable_allowed",
        "1",
        0,
        1,
        "compaction may move mlocked pages",
    ),
    FileSpec::range(
        "compaction_proactiveness",
        "20",
        0,
        100,
        "how eagerly kcompactd compacts (no effect yet)",
    ),
    FileSpec::range(
        "defrag_mode",
        "0",
        0,
        1,
        "avoid mixing page types in a pageblock (no effect yet)",
    ),
    with_mode(
        FileSpec::range(
            "drop_caches",
            "",
            1,
            4,
            "1: page cache, 2: slab, which runs the shrinkers of huge pages, 3: both",
        ),
        0o200,
    ),
    FileSpec::range(
        "extfrag_threshold",
        "500",
        0,
        1000,
        "fragmentation index that makes compaction worthwhile",
    ),
    FileSpec::range(
        "hugetlb_shm_group",
        "0",
        0,
        INT_MAX,
        "group that may use SHM_HUGETLB (no effect yet)",
    ),
    FileSpec::range(
        "hugetlb_optimize_vmemmap",
        "0",
        0,
        1,
        "give away the memory map of hugetlb pages that join a pool (HVO)",
    ),
    FileSpec::read_only("max_map_count", "65530", "most areas of a process"),
    FileSpec::range(
        "min_free_kbytes",
        "",
        0,
        INT_MAX,
        "memory kept free: the watermarks of the zones follow it",
    ),
    FileSpec::read_only("mmap_min_addr", "4096", "lowest address of a mapping"),
    FileSpec::range("nr_hugepages", "0", 0, u64::MAX, HELP_NR),
    FileSpec::range("nr_hugepages_mempolicy", "0", 0, u64::MAX, HELP_NR),
    FileSpec::range(
        "nr_overcommit_hugepages",
        "0",
        0,
        u64::MAX,
        "most surplus pages of the default size made on demand",
    ),
    FileSpec::range(
        "overcommit_kbytes",
        "0",
        0,
        i64::MAX as u64,
        "commit limit in kB in place of overcommit_ratio",
    ),
    FileSpec::range(
        "overcommit_memory",
        "0",
        0,
        2,
        "0: refuse the absurd, 1: refuse nothing, 2: refuse beyond CommitLimit",
    ),
    FileSpec::range(
        "overcommit_ratio",
        "50",
        0,
        INT_MAX,
        "percent of memory that CommitLimit counts",
    ),
    FileSpec::range(
        "page-cluster",
        "3",
        0,
        31,
        "log2 of the most pages one swap readahead reads",
    ),
    FileSpec::range(
        "swappiness",
        "60",
        0,
        200,
        "weight of anonymous pages in reclaim (no effect yet)",
    ),
    FileSpec::range(
        "watermark_boost_factor",
        "15000",
        0,
        INT_MAX,
        "boost after mixing page types, in 1/10000 (no effect yet)",
    ),
    FileSpec::range(
        "watermark_scale_factor",
        "10",
        1,
        3000,
        "distance of the watermarks in 1/10000 of a zone",
    ),
    FileSpec::range(
        "zone_reclaim_mode",
        "0",
        0,
        INT_MAX,
        "reclaim before using another node (khugepaged keeps to near nodes; no other effect yet)",
    ),
];

impl Machine {
    /// `vm.zone_reclaim_mode`.
    pub(crate) fn zone_reclaim_mode(&self) -> u64 {
        self.sysctl
            .stored
            .get("zone_reclaim_mode")
            .copied()
            .unwrap_or(0)
    }

    /// Text of a file.
    pub(super) fn sysctl_show(&self, spec: &FileSpec) -> String {
        if let Some(n) = self.hugetlb_sysctl(spec.name) {
            return format!("{n}\n");
        }
        let s = &self.sysctl;
        let value = match spec.name {
            "max_map_count" => MAX_MAP_COUNT as u64,
            "min_free_kbytes" => s.min_free_kbytes,
            "mmap_min_addr" => MMAP_MIN_ADDR,
            "overcommit_kbytes" => s.overcommit_kbytes,
            "overcommit_memory" => s.overcommit_memory.into(),
            "overcommit_ratio" => s.overcommit_ratio.into(),
            "watermark_scale_factor" => s.watermark_scale_factor,
            name => {
                return s
                    .stored
                    .get(name)
                    .map_or_else(|| format!("{}\n", spec.default), |v| format!("{v}\n"));
            }
        };
        format!("{value}\n")
    }

    /// Writes a file: EINVAL for text that is no number or out of range.
    #[inline(never)]
    pub(super) fn sysctl_store(
        &mut self,
        spec: &'static FileSpec,
        text: &str,
    ) -> Result<(), Errno> {
        let Accepts::Range(min, max) = spec.accepts else {
            return Err(Errno::EACCES);
        };
        let value = parse_sysctl(text)
            .filter(|v| (min..=max).contains(v))
            .ok_or(Errno::EINVAL)?;
        match spec.name {
            "nr_hugepages"
            | "nr_hugepages_mempolicy"
            | "nr_overcommit_hugepages"
            | "hugetlb_optimize_vmemmap" => {
                return self.hugetlb_sysctl_store(spec.name, value);
            }
            "compact_memory" => self.compact_nodes(None),
            "drop_caches" => self.drop_caches(value),
            "min_free_kbytes" => {
                self.sysctl.user_min_free_kbytes = Some(value);
                self.sysctl.min_free_kbytes = value;
                self.apply_watermarks();
            }
            "overcommit_kbytes" => {
                self.sysctl.overcommit_kbytes = value;
                self.sysctl.overcommit_ratio = 0;
            }
            "overcommit_memory" => self.sysctl.overcommit_memory = value as u8,
            "overcommit_ratio" => {
                self.sysctl.overcommit_ratio = value as u32;
                self.sysctl.overcommit_kbytes = 0;
            }
            "watermark_scale_factor" => {
                self.sysctl.watermark_scale_factor = value;
                self.apply_watermarks();
            }
            name => {
                self.sysctl.stored.insert(name, value);
            }
        }
        Ok(())
    }

    pub(crate) fn apply_watermarks(&mut self) {
        set_watermarks(
            &mut self.zones,
            self.sysctl.min_free_kbytes,
            self.sysctl.watermark_scale_factor,
        );
    }

    /// Bit 0: clean page cache. Bit 1: every shrinker runs, in the order they were
    /// registered.
    ///
    /// Deviation: once, where the kernel goes on while much is being freed.
    #[inline(never)]
    fn drop_caches(&mut self, what: u64) {
        if what & 1 != 0 {
            self.drop_pagecache();
            self.stat.drop_pagecache += 1;
        }
        if what & 2 != 0 {
            self.shmem_unused_huge_scan();
            self.deferred_split_scan();
            self.shrink_huge_zero_page();
            self.stat.drop_slab += 1;
        }
    }

    /// `CommitLimit` in pages: what `overcommit_memory` 2 allows in all.
    pub(crate) fn commit_limit_pages(&self) -> u64 {
        match self.sysctl.overcommit_kbytes {
            0 => {
                (u128::from(self.nr_managed_pages() - self.hugetlb_total_pages())
                    * u128::from(self.sysctl.overcommit_ratio)
                    / 100) as u64
            }
            kbytes => kbytes / 4,
        }
    }
}
