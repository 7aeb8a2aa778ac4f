//! `/sys/devices/system/node`, and what is counted by zone.
//!
//! Counterpart: `drivers/base/node.c`. The machine keeps its gauges as a whole; those of one zone are counted from
//! its frames when somebody asks.

use super::meminfo::{huge_kb, kb};
use super::vmstat::{self, Items, NODE_ITEMS, NUMA_ITEMS, ZONE_ITEMS, item_lines, zone_items};
use crate::machine::Machine;
use crate::phys::folio::ENTIRELY_MAPPED;
use crate::phys::frame::FrameFlags;
use crate::phys::zone::Zone;
use std::fmt::Write;

/// Files beside the directories of the nodes.
pub(super) const SYSTEM_FILES: &[(&str, u16)] = &[
    ("has_cpu", 0o444),
    ("has_memory", 0o444),
    ("has_normal_memory", 0o444),
    ("online", 0o444),
    ("possible", 0o444),
];

/// Files of one node. `compact` accepts anything.
pub(super) const FILES: &[(&str, u16)] = &[
    ("compact", 0o200),
    ("cpulist", 0o444),
    ("cpumap", 0o444),
    ("distance", 0o444),
    ("meminfo", 0o444),
    ("numastat", 0o444),
    ("vmstat", 0o444),
];

/// Pages of a part of memory, by what they are used for; `huge_mapped` in huge pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Gauges {
    pub swap_cached: i64,
    pub inactive_anon: i64,
    pub active_anon: i64,
    pub inactive_file: i64,
    pub active_file: i64,
    pub unevictable: i64,
    pub mlock: i64,
    pub anon_pages: i64,
    pub huge_mapped: i64,
    pub page_tables: i64,
}

impl Gauges {
    fn add(&mut self, o: &Gauges) {
        self.swap_cached += o.swap_cached;
        self.inactive_anon += o.inactive_anon;
        self.active_anon += o.active_anon;
        self.inactive_file += o.inactive_file;
        self.active_file += o.active_file;
        self.unevictable += o.unevictable;
        self.mlock += o.mlock;
        self.anon_pages += o.anon_pages;
        self.huge_mapped += o.huge_mapped;
        self.page_tables += o.page_tables;
    }

    #[inline(never)]
    pub(super) fn zone_items(&self) -> Items {
        Items::from([
            ("nr_zone_inactive_anon", self.inactive_anon),
            ("nr_zone_active_anon", self.active_anon),
            ("nr_zone_inactive_file", self.inactive_file),
            ("nr_zone_active_file", self.active_file),
            ("nr_zone_unevictable", self.unevictable),
            ("nr_mlock", self.mlock),
        ])
    }

    #[inline(never)]
    pub(super) fn node_items(&self) -> Items {
        Items::from([
            ("nr_file_pages", self.swap_cached),
            ("nr_swapcached", self.swap_cached),
            ("nr_inactive_anon", self.inactive_anon),
            ("nr_active_anon", self.active_anon),
            ("nr_inactive_file", self.inactive_file),
            ("nr_active_file", self.active_file),
            ("nr_unevictable", self.unevictable),
            ("nr_anon_pages", self.anon_pages),
            ("nr_anon_transparent_hugepages", self.huge_mapped),
            ("nr_page_table_pages", self.page_tables),
        ])
    }
}

/// Sum over the zones of a node.
#[inline(never)]
pub(super) fn node_of(zones: &[Zone], gauges: &[Gauges], nid: u8) -> Gauges {
    let mut sum = Gauges::default();
    zones
        .iter()
        .zip(gauges)
        .filter(|(z, _)| z.nid == nid)
        .for_each(|(_, g)| sum.add(g));
    sum
}

/// Bits as the kernel prints a mask: hexadecimal words of 32 bits, highest first, separated by commas.
pub(super) fn mask_text(nr_bits: u32, bit: impl Fn(u32) -> bool) -> String {
    let words = nr_bits.div_ceil(32).max(1);
    let word = |w: u32| {
        let bits = (nr_bits - 32 * w).min(32);
        let value = (0..bits)
            .filter(|b| bit(32 * w + b))
            .fold(0u32, |v, b| v | 1 << b);
        format!("{value:0width$x}", width = bits.div_ceil(4) as usize)
    };
    (0..words).rev().map(word).collect::<Vec<_>>().join(",")
}

/// `0-3`, `0`, or nothing: consecutive numbers as the kernel prints a list.
pub(super) fn list_text(first: u32, n: u32) -> String {
    match n {
        0 => String::new(),
        1 => first.to_string(),
        _ => format!("{first}-{}", first + n - 1),
    }
}

impl Machine {
    /// CPUs of a node: first and number. They are dealt out in blocks.
    fn node_cpus(&self, nid: u8) -> (u32, u32) {
        let (nid, nodes, cpus) = (
            u32::from(nid),
            u32::from(self.config.nodes),
            self.config.cpus,
        );
        let first = cpus * nid / nodes;
        (first, cpus * (nid + 1) / nodes - first)
    }

    /// Gauges of every zone, in the order of `zones`, by one pass over the frames in use.
    #[inline(never)]
    pub(super) fn zone_gauges(&self) -> Vec<Gauges> {
        let mut out = vec![Gauges::default(); self.zones.len()];
        let mut at = 0;
        for pfn in self.frames.touched() {
            let flags = self.frames.flags(pfn);
            if !flags.has(FrameFlags::ALLOCATED) || flags.has(FrameFlags::TAIL) {
                continue;
            }
            if !self.zones[at].contains(pfn) {
                let Some(zone) = self.zones.iter().position(|z| z.contains(pfn)) else {
                    continue;
                };
                at = zone;
            }
            let g = &mut out[at];
            let n = 1i64 << self.frames.order(pfn);
            g.page_tables += i64::from(flags.has(FrameFlags::PGTABLE));
            if flags.has(FrameFlags::LRU) {
                let anon = flags.has(FrameFlags::SWAPBACKED);
                *match (
                    flags.has(FrameFlags::UNEVICTABLE),
                    anon,
                    flags.has(FrameFlags::ACTIVE),
                ) {
                    (true, _, _) => &mut g.unevictable,
                    (_, true, true) => &mut g.active_anon,
                    (_, true, false) => &mut g.inactive_anon,
                    (_, false, true) => &mut g.active_file,
                    (_, false, false) => &mut g.inactive_file,
                } += n;
            }
            if flags.has(FrameFlags::SWAPCACHE) {
                g.swap_cached += n;
            }
            if flags.has(FrameFlags::MLOCKED) {
                g.mlock += n;
            }
            if flags.has(FrameFlags::ANON) {
                let mapped = if n == 1 {
                    (self.frames.mapcount(pfn) > 0).into()
                } else {
                    self.folio_nr_pages_mapped(pfn)
                };
                g.anon_pages += if mapped >= ENTIRELY_MAPPED {
                    n
                } else {
                    i64::from(mapped)
                };
                g.huge_mapped += i64::from(mapped >= ENTIRELY_MAPPED);
            }
        }
        out
    }

    /// A file that lists nodes.
    #[inline(never)]
    pub(super) fn nodes_show(&self, name: &str) -> String {
        let nodes = u32::from(self.config.nodes);
        // CPUs are dealt out from the last node up when there are fewer of them than nodes.
        if name == "has_cpu" && self.config.cpus < nodes {
            let with = (0..self.config.nodes).filter(|n| self.node_cpus(*n).1 > 0);
            return with.map(|n| n.to_string()).collect::<Vec<_>>().join(",") + "\n";
        }
        list_text(0, nodes) + "\n"
    }

    /// A file of one node.
    #[inline(never)]
    pub(super) fn node_show(&self, nid: u8, name: &str) -> String {
        let (first, n) = self.node_cpus(nid);
        match name {
            "cpulist" => list_text(first, n) + "\n",
            "cpumap" => mask_text(self.config.cpus, |cpu| (first..first + n).contains(&cpu)) + "\n",
            "distance" => {
                let far = |other| {
                    if other == nid {
                        10
                    } else {
                        self.config.distance
                    }
                };
                let distances = (0..self.config.nodes).map(|other| far(other).to_string());
                distances.collect::<Vec<_>>().join(" ") + "\n"
            }
            "meminfo" => self.node_meminfo(nid),
            "numastat" => {
                let items = self.node_numa_items(nid);
                // The same counters as in vmstat, under older names.
                let names = [
                    "numa_hit",
                    "numa_miss",
                    "numa_foreign",
                    "interleave_hit",
                    "local_node",
                    "other_node",
                ];
                NUMA_ITEMS
                    .iter()
                    .zip(names)
                    .fold(String::new(), |mut out, (item, name)| {
                        let _ = writeln!(out, "{name} {}", vmstat::item(&items, item));
                        out
                    })
            }
            _ => {
                let gauges = node_of(&self.zones, &self.zone_gauges(), nid);
                let mut items = zone_items(&mut self.zones.iter().filter(|z| z.nid == nid));
                items.extend(gauges.zone_items());
                items.extend(gauges.node_items());
                items.push(("nr_hugetlb", self.node_nr_hugetlb(nid)));
                items.extend(self.node_numa_items(nid));
                [ZONE_ITEMS, NUMA_ITEMS, NODE_ITEMS]
                    .map(|names| item_lines(names, &items))
                    .concat()
            }
        }
    }

    /// Deviation: calls of the allocator are not counted by node yet; all of them show on node 0.
    #[inline(never)]
    fn node_numa_items(&self, nid: u8) -> Items {
        self.stat
            .vm
            .entries()
            .filter(|(name, _)| nid == 0 && NUMA_ITEMS.contains(name))
            .collect()
    }

    fn node_meminfo(&self, nid: u8) -> String {
        let g = node_of(&self.zones, &self.zone_gauges(), nid);
        let zones = || self.zones.iter().filter(|z| z.nid == nid);
        let total: u64 = zones().map(|z| z.managed).sum();
        let free: u64 = zones().map(|z| z.nr_free).sum();
        let lines: &[(&str, u64)] = &[
            ("MemTotal", kb(total as i64)),
            ("MemFree", kb(free as i64)),
            ("MemUsed", kb((total - free) as i64)),
            ("SwapCached", kb(g.swap_cached)),
            ("Active", kb(g.active_anon + g.active_file)),
            ("Inactive", kb(g.inactive_anon + g.inactive_file)),
            ("Active(anon)", kb(g.active_anon)),
            ("Inactive(anon)", kb(g.inactive_anon)),
            ("Active(file)", kb(g.active_file)),
            ("Inactive(file)", kb(g.inactive_file)),
            ("Unevictable", kb(g.unevictable)),
            ("Mlocked", kb(g.mlock)),
            ("Dirty", 0),
            ("Writeback", 0),
            ("FilePages", kb(g.swap_cached)),
            ("Mapped", 0),
            ("AnonPages", kb(g.anon_pages)),
            ("Shmem", 0),
            ("KernelStack", 0),
            ("PageTables", kb(g.page_tables)),
            ("SecPageTables", 0),
            ("NFS_Unstable", 0),
            ("Bounce", 0),
            ("WritebackTmp", 0),
            ("KReclaimable", 0),
            ("Slab", 0),
            ("SReclaimable", 0),
            ("SUnreclaim", 0),
            ("AnonHugePages", huge_kb(g.huge_mapped)),
            ("ShmemHugePages", 0),
            ("ShmemPmdMapped", 0),
            ("FileHugePages", 0),
            ("FilePmdMapped", 0),
        ];
        let mut out = String::new();
        for (label, kb) in lines {
            let _ = writeln!(out, "Node {nid} {:<15} {kb:>8} kB", format!("{label}:"));
        }
        let labels = ["HugePages_Total:", "HugePages_Free: ", "HugePages_Surp: "];
        for (label, n) in labels.iter().zip(self.hugetlb_node_meminfo(nid)) {
            let _ = writeln!(out, "Node {nid} {label} {n:>5}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{list_text, mask_text};

    #[test]
    fn masks_and_lists_as_the_kernel_prints_them() {
        assert_eq!(mask_text(2, |_| true), "3");
        assert_eq!(mask_text(6, |_| true), "3f");
        assert_eq!(mask_text(36, |b| b == 0 || b == 35), "8,00000001");
        assert_eq!(mask_text(64, |b| b < 2), "00000000,00000003");
        assert_eq!(
            [list_text(0, 0), list_text(2, 1), list_text(0, 4)],
            ["", "2", "0-3"]
        );
    }
}
