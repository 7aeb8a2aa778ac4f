//! Event counters and gauges: the raw numbers behind `/proc/vmstat`, `/proc/meminfo` and the per-size statistics.
//!
//! Counterparts: `enum vm_event_item`, `enum node_stat_item`, `enum mthp_stat_item`.

use crate::vm::addr::HPAGE_PMD_ORDER;

macro_rules! stats {
    ($(#[$doc:meta])* $name:ident { $($field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $field: i64,)* }

        impl $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field),)*];

            #[inline(never)]
            fn values(&self) -> [i64; Self::NAMES.len()] {
                [$(self.$field,)*]
            }

            /// Every counter with its name in the kernel's file.
            pub fn entries(&self) -> impl Iterator<Item = (&'static str, i64)> {
                Self::NAMES.iter().copied().zip(self.values())
            }
        }
    };
}

stats! {
    /// Node gauges and events since boot, named as in `/proc/vmstat`. Gauges in base pages, except
    /// `nr_anon_transparent_hugepages` and its kin, in huge pages.
    VmStat {
        numa_hit, numa_miss, numa_foreign, numa_local, numa_other,
        nr_inactive_anon, nr_active_anon, nr_inactive_file, nr_active_file, nr_unevictable, nr_mlock,
        nr_isolated_anon, nr_isolated_file,
        nr_anon_pages, nr_mapped, nr_file_pages, nr_shmem, nr_shmem_hugepages, nr_shmem_pmdmapped,
        nr_file_hugepages, nr_file_pmdmapped, nr_anon_transparent_hugepages,
        nr_foll_pin_acquired, nr_foll_pin_released, nr_page_table_pages, nr_swapcached, nr_hugetlb,
        pswpin, pswpout, pgalloc_dma, pgalloc_dma32, pgalloc_normal, pgfree, pgfault, pgmajfault, pgreuse,
        pglazyfree, pglazyfreed, drop_pagecache, drop_slab,
        compact_migrate_scanned, compact_free_scanned, compact_isolated,
        compact_stall, compact_fail, compact_success,
        compact_daemon_wake, compact_daemon_migrate_scanned, compact_daemon_free_scanned,
        pgmigrate_success, pgmigrate_fail,
        htlb_buddy_alloc_success, htlb_buddy_alloc_fail,
        thp_fault_alloc, thp_fault_fallback, thp_fault_fallback_charge,
        thp_collapse_alloc, thp_collapse_alloc_failed,
        thp_file_alloc, thp_file_fallback, thp_file_fallback_charge, thp_file_mapped,
        thp_split_page, thp_split_page_failed, thp_deferred_split_page, thp_underused_split_page, thp_split_pmd,
        thp_scan_exceed_none_pte, thp_scan_exceed_swap_pte, thp_scan_exceed_share_pte, thp_split_pud,
        thp_zero_page_alloc, thp_zero_page_alloc_failed, thp_swpout, thp_swpout_fallback,
        thp_migration_success, thp_migration_fail, thp_migration_split,
        swap_ra, swap_ra_hit, swpin_zero, swpout_zero, ksm_swpin_copy, cow_ksm,
    }
}

stats! {
    /// Counters of one size under `hugepages-<N>kB/stats`, in folios of that size.
    MthpStat {
        anon_fault_alloc, anon_fault_fallback, anon_fault_fallback_charge,
        nr_anon, nr_anon_partially_mapped,
        shmem_alloc, shmem_fallback, shmem_fallback_charge,
        split, split_deferred, split_failed,
        swpin, swpin_fallback, swpin_fallback_charge, swpout, swpout_fallback, zswpout,
    }
}

/// All statistics of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Gauges and events.
    pub vm: VmStat,
    mthp: [MthpStat; HPAGE_PMD_ORDER as usize + 1],
}

impl Default for Stats {
    fn default() -> Self {
        Stats {
            vm: VmStat::default(),
            mthp: [MthpStat::default(); HPAGE_PMD_ORDER as usize + 1],
        }
    }
}

impl Stats {
    /// Statistics of the size of order 1..=9.
    pub fn mthp(&self, order: u8) -> &MthpStat {
        &self.mthp[order as usize]
    }

    /// The same, to be changed.
    pub fn mthp_mut(&mut self, order: u8) -> &mut MthpStat {
        &mut self.mthp[order as usize]
    }
}

impl std::ops::Deref for Stats {
    type Target = VmStat;
    fn deref(&self) -> &VmStat {
        &self.vm
    }
}

impl std::ops::DerefMut for Stats {
    fn deref_mut(&mut self) -> &mut VmStat {
        &mut self.vm
    }
}
