//! `/proc/meminfo`.
//!
//! Counterpart: `fs/proc/meminfo.c`, `si_mem_available`. What has no model (caches, slabs, kernel stacks) is 0.

use crate::machine::Machine;
use crate::phys::zone::Zone;
use crate::vm::addr::{HPAGE_PMD_SIZE, PAGE_SIZE};
use std::fmt::Write;

const PAGE_KB: u64 = PAGE_SIZE >> 10;
const HPAGE_KB: u64 = HPAGE_PMD_SIZE >> 10;
/// Size of the kernel's vmalloc area.
const VMALLOC_TOTAL_KB: u64 = (1 << 45) / 1024 - 1;

/// A page count as kB; gauges are never negative.
pub(super) fn kb(pages: i64) -> u64 {
    pages.max(0) as u64 * PAGE_KB
}

/// Huge pages as kB.
pub(super) fn huge_kb(n: i64) -> u64 {
    n.max(0) as u64 * HPAGE_KB
}

#[inline(never)]
fn line(out: &mut String, label: &str, kb: u64) {
    let _ = writeln!(out, "{label:<16}{kb:>8} kB");
}

impl Machine {
    /// `MemAvailable` in pages: what could be had without swapping (`si_mem_available`).
    pub fn mem_available_pages(&self) -> u64 {
        let low: u64 = self.zones.iter().map(|z| z.watermarks.low).sum();
        let cache = (self.stat.nr_active_file + self.stat.nr_inactive_file).max(0) as u64;
        let free = self.nr_free_pages() + (cache - low.min(cache / 2));
        free.saturating_sub(self.zones.iter().map(totalreserve).sum())
    }

    /// Text of `/proc/meminfo`.
    pub(super) fn meminfo_show(&self) -> String {
        let s = &self.stat;
        let (active, inactive) = (
            s.nr_active_anon + s.nr_active_file,
            s.nr_inactive_anon + s.nr_inactive_file,
        );
        let dram = self.config.mem;
        let lines: &[(&str, u64)] = &[
            ("MemTotal", self.nr_managed_pages() * PAGE_KB),
            ("MemFree", self.nr_free_pages() * PAGE_KB),
            ("MemAvailable", self.mem_available_pages() * PAGE_KB),
            ("Buffers", 0),
            ("Cached", kb(s.nr_file_pages - s.nr_swapcached)),
            ("SwapCached", kb(s.nr_swapcached)),
            ("Active", kb(active)),
            ("Inactive", kb(inactive)),
            ("Active(anon)", kb(s.nr_active_anon)),
            ("Inactive(anon)", kb(s.nr_inactive_anon)),
            ("Active(file)", kb(s.nr_active_file)),
            ("Inactive(file)", kb(s.nr_inactive_file)),
            ("Unevictable", kb(s.nr_unevictable)),
            ("Mlocked", kb(s.nr_mlock)),
            ("SwapTotal", self.swap.total_pages() * PAGE_KB),
            ("SwapFree", self.swap.free_pages() * PAGE_KB),
            ("Zswap", 0),
            ("Zswapped", 0),
            ("Dirty", 0),
            ("Writeback", 0),
            ("AnonPages", kb(s.nr_anon_pages)),
            ("Mapped", kb(s.nr_mapped)),
            ("Shmem", kb(s.nr_shmem)),
            ("KReclaimable", 0),
            ("Slab", 0),
            ("SReclaimable", 0),
            ("SUnreclaim", 0),
            ("KernelStack", 0),
            ("PageTables", kb(s.nr_page_table_pages)),
            ("SecPageTables", 0),
            ("NFS_Unstable", 0),
            ("Bounce", 0),
            ("WritebackTmp", 0),
            ("CommitLimit", self.commit_limit_pages() * PAGE_KB),
            ("Committed_AS", self.committed_pages() * PAGE_KB),
            ("VmallocTotal", VMALLOC_TOTAL_KB),
            ("VmallocUsed", 0),
            ("VmallocChunk", 0),
            ("Percpu", 0),
            ("AnonHugePages", huge_kb(s.nr_anon_transparent_hugepages)),
            ("ShmemHugePages", huge_kb(s.nr_shmem_hugepages)),
            ("ShmemPmdMapped", huge_kb(s.nr_shmem_pmdmapped)),
            ("FileHugePages", huge_kb(s.nr_file_hugepages)),
            ("FilePmdMapped", huge_kb(s.nr_file_pmdmapped)),
            ("Balloon", 0),
        ];
        let mut out = String::with_capacity(1800);
        for (label, kb) in lines {
            if let ("Balloon", Some([total, free])) = (*label, self.cma_pages()) {
                line(&mut out, "CmaTotal:", total * PAGE_KB);
                line(&mut out, "CmaFree:", free * PAGE_KB);
            }
            line(&mut out, &format!("{label}:"), *kb);
        }
        for (label, n) in self.hugetlb_meminfo() {
            let _ = writeln!(out, "{label:<19}{n:>5}");
        }
        line(&mut out, "Hugepagesize:", self.default_hugepage_kb());
        line(&mut out, "Hugetlb:", self.hugetlb_total_pages() * PAGE_KB);
        // The direct map uses 1 GiB pages as far as whole ones go.
        line(&mut out, "DirectMap4k:", 0);
        line(&mut out, "DirectMap2M:", dram % (1 << 30) / 1024);
        line(&mut out, "DirectMap1G:", (dram >> 30) << 20);
        out
    }
}

/// What a zone never gives to user memory (`calculate_totalreserve_pages`).
fn totalreserve(z: &Zone) -> u64 {
    let reserve = z.lowmem_reserve.iter().copied().max().unwrap_or(0);
    (reserve + z.watermarks.high).min(z.managed)
}
