//! Files of the whole system in `/proc`; those about zones have their text here.
//!
//! Counterparts in `mm/vmstat.c`: `frag_show`, `pagetypeinfo_show`, `zoneinfo_show_print`.

use super::node::node_of;
use super::vmstat::{self, NODE_ITEMS, NUMA_ITEMS, ZONE_ITEMS, zone_items};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::buddy::{MigrateType, NR_PAGE_ORDERS, PAGEBLOCK_ORDER};
use crate::phys::swap::Backing;
use crate::phys::zone::Zone;
use std::fmt::Write;

/// Files of `/proc`. Those of raw frames are binary.
pub(super) const PROC_FILES: &[(&str, u16)] = &[
    ("buddyinfo", 0o444),
    ("kpagecount", 0o400),
    ("kpageflags", 0o400),
    ("meminfo", 0o444),
    ("pagetypeinfo", 0o400),
    ("swaps", 0o444),
    ("vmstat", 0o444),
    ("zoneinfo", 0o444),
];

/// Types without free blocks here: reserves for atomic requests, isolated blocks.
const EMPTY_TYPES: [&str; 2] = ["HighAtomic", "Isolate"];

/// A line of free blocks of one type.
#[inline(never)]
fn free_row(out: &mut String, z: &Zone, name: &str, count: &dyn Fn(usize) -> u64) {
    let _ = write!(
        out,
        "Node {:>4}, zone {:>8}, type {name:>12} ",
        z.nid,
        z.kind.name()
    );
    for order in 0..NR_PAGE_ORDERS {
        // The kernel stops counting there.
        let _ = match count(order) {
            n @ 0..100_000 => write!(out, "{n:>6} "),
            _ => write!(out, ">100000 "),
        };
    }
    out.push('\n');
}

/// A size in kB, and the tabs behind it (`swap_show`).
#[inline(never)]
fn swap_column(pages: u64) -> String {
    let tab = if pages * 4 < 10_000_000 { "\t" } else { "" };
    format!("{}{tab}", pages * 4)
}

#[inline(never)]
fn item(out: &mut String, name: &str, value: i64) {
    let _ = writeln!(out, "      {name:<12} {value}");
}

/// `Node 0, zone   Normal`: how every line about a zone begins.
#[inline(never)]
pub(super) fn zone_label(z: &Zone) -> String {
    format!("Node {}, zone {:>8}", z.nid, z.kind.name())
}

impl Machine {
    /// A file of `/proc`; EINVAL for the binary ones, of which a text is no multiple of 8 bytes.
    #[inline(never)]
    pub(super) fn proc_show(&self, name: &str) -> Result<String, Errno> {
        Ok(match name {
            "buddyinfo" => self.buddyinfo_show(),
            "meminfo" => self.meminfo_show(),
            "pagetypeinfo" => self.pagetypeinfo_show(),
            "swaps" => self.swaps_show(),
            "vmstat" => self.vmstat_show(),
            "zoneinfo" => self.zoneinfo_show(),
            _ => return Err(Errno::EINVAL),
        })
    }

    /// One line an area (`swap_show`). The first added has the highest priority.
    fn swaps_show(&self) -> String {
        let mut out = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n".to_owned();
        for (nth, (_, a)) in self.swap.areas().enumerate() {
            let kind = match a.backing {
                Backing::File => "file\t",
                Backing::BlockDevice => "partition",
            };
            let (size, used) = (swap_column(a.pages), swap_column(a.in_use));
            let _ = writeln!(out, "{:<39} {kind}\t{size}\t{used}\t-{}", a.name, nth + 2);
        }
        out
    }

    fn buddyinfo_show(&self) -> String {
        let mut out = String::new();
        for z in &self.zones {
            let _ = write!(out, "{} ", zone_label(z));
            for order in 0..NR_PAGE_ORDERS {
                let _ = write!(out, "{:>6} ", z.free.nr_free(order));
            }
            out.push('\n');
        }
        out
    }

    fn pagetypeinfo_show(&self) -> String {
        let mut out = format!(
            "Page block order: {PAGEBLOCK_ORDER}\nPages per block:  {}\n\n",
            1 << PAGEBLOCK_ORDER
        );
        let _ = write!(out, "{:<44}", "Free pages count per migrate type at order");
        (0..NR_PAGE_ORDERS).for_each(|order| out.push_str(&format!("{order:>6} ")));
        out.push('\n');
        for z in &self.zones {
            for mt in MigrateType::ALL {
                free_row(&mut out, z, mt.name(), &|order| {
                    z.free.nr_free_type(order, mt)
                });
            }
            for name in EMPTY_TYPES {
                free_row(&mut out, z, name, &|_| 0);
            }
        }
        let _ = write!(out, "\n{:<23}", "Number of blocks type");
        let names = MigrateType::ALL.map(MigrateType::name);
        names
            .iter()
            .chain(&EMPTY_TYPES)
            .for_each(|name| out.push_str(&format!("{name:>12} ")));
        out.push('\n');
        for z in &self.zones {
            let _ = write!(out, "{} ", zone_label(z));
            let mut counts = MigrateType::ALL.map(|mt| z.free.nr_pageblocks(mt));
            // Blocks off-line are not counted.
            counts[MigrateType::Movable as usize] -= (z.spanned - z.present) >> PAGEBLOCK_ORDER;
            counts
                .iter()
                .chain(&[0, 0])
                .for_each(|n| out.push_str(&format!("{n:>12} ")));
            out.push('\n');
        }
        out
    }

    /// Deviation: the empty zones Movable and Device are left out, and no CPU keeps pages of its own.
    fn zoneinfo_show(&self) -> String {
        let gauges = self.zone_gauges();
        let mut out = String::new();
        for (i, z) in self.zones.iter().enumerate() {
            let _ = writeln!(out, "{}", zone_label(z));
            if i == 0 || self.zones[i - 1].nid != z.nid {
                out.push_str("  per-node stats\n");
                let items = node_of(&self.zones, &gauges, z.nid).node_items();
                NODE_ITEMS
                    .iter()
                    .for_each(|name| item(&mut out, name, vmstat::item(&items, name)));
            }
            let w = z.watermarks;
            let _ = writeln!(out, "  pages free     {}", z.nr_free);
            for (name, value) in [
                ("boost", 0),
                ("min", w.min),
                ("low", w.low),
                ("high", w.high),
                ("promo", w.promo),
                ("spanned", self.zone_spanned(z)),
                ("present", z.present),
                ("managed", z.managed),
                ("cma", 0),
            ] {
                let _ = writeln!(out, "        {name:<8} {value}");
            }
            let [dma, dma32, normal] = z.lowmem_reserve;
            let _ = writeln!(
                out,
                "        protection: ({dma}, {dma32}, {normal}, {normal}, {normal})"
            );
            let mut items = zone_items(&mut std::iter::once(z));
            items.extend(gauges[i].zone_items());
            for name in ZONE_ITEMS.iter().chain(NUMA_ITEMS) {
                item(&mut out, name, vmstat::item(&items, name));
            }
            out.push_str("  pagesets\n");
            for cpu in 0..self.config.cpus {
                let _ = writeln!(out, "    cpu: {cpu}");
                for name in ["count:", "high:", "batch:", "high_min:", "high_max:"] {
                    let _ = writeln!(out, "              {name:<9} 0");
                }
                out.push_str("  vm stats threshold: 0\n");
            }
            let _ = writeln!(
                out,
                "  node_unreclaimable:  0\n  start_pfn:           {}",
                z.start.0
            );
        }
        out
    }
}
