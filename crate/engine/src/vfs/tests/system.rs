//! Files of the whole machine.

use super::*;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::Pfn;

const HUGE: u64 = 512;

#[test]
fn meminfo_counts_what_is_mapped() {
    let mut w = World::new();
    let field = |w: &World, name: &str| w.number("/proc/meminfo", name);
    let total = field(&w, "MemTotal");
    w.map(0, 4 * HUGE, Some(Advice::HugePage));
    w.write(w.p, 0, HUGE + 1);
    assert_eq!(
        (field(&w, "AnonHugePages"), field(&w, "AnonPages")),
        (4096, 4096)
    );
    assert_eq!(
        (field(&w, "Active"), field(&w, "Inactive(anon)")),
        (0, 4096)
    );
    assert_eq!(field(&w, "Committed_AS"), 4 * 2048);
    assert_eq!(field(&w, "MemFree"), 4 * w.m.nr_free_pages() as i64);
    assert_eq!(field(&w, "PageTables"), 4 * w.m.stats().nr_page_table_pages);
    w.m.mlock(w.p, BASE, 2 << 20, 0).unwrap();
    assert_eq!(
        (field(&w, "Mlocked"), field(&w, "Unevictable")),
        (2048, 2048)
    );
    assert_eq!(field(&w, "MemTotal"), total);
    w.check();
}

#[test]
fn every_counter_of_vmstat() {
    let mut w = World::new();
    w.map(0, 2 * HUGE, Some(Advice::HugePage));
    w.write(w.p, 0, HUGE + 1);
    w.read(HUGE, HUGE + 1);
    for (name, value) in w.m.stats().vm.entries() {
        assert_eq!(w.number("/proc/vmstat", name), value, "{name}");
    }
    assert_eq!(w.number("/proc/vmstat", "thp_fault_alloc"), 2);
    assert_eq!(
        w.number("/proc/vmstat", "nr_free_pages"),
        w.m.nr_free_pages() as i64
    );
    assert_eq!(w.number("/proc/vmstat", "nr_zone_inactive_anon"), 1024);
    assert_eq!(w.number("/proc/vmstat", "nr_unstable"), 0);
    assert_eq!(
        w.cat(&format!("{THP}/hugepages-2048kB/stats/anon_fault_alloc")),
        "2\n"
    );
}

#[test]
fn free_blocks_add_up() {
    let mut w = World::with(MachineConfig {
        mem: 512 << 20,
        nodes: 2,
        cpus: 4,
        ..MachineConfig::default()
    });
    w.map(0, 100, None);
    w.write(w.p, 0, 100);
    let sum = |text: &str, rows: &str| -> u64 {
        let lines = text
            .lines()
            .filter(|l| l.starts_with("Node") && l.contains(rows));
        let row = |l: &str| {
            let counts: Vec<u64> = l
                .split_whitespace()
                .rev()
                .take(11)
                .map(|n| n.parse().unwrap())
                .collect();
            counts
                .iter()
                .rev()
                .enumerate()
                .map(|(order, n)| n << order)
                .sum::<u64>()
        };
        lines.map(row).sum()
    };
    assert_eq!(sum(&w.cat("/proc/buddyinfo"), "zone"), w.m.nr_free_pages());
    assert_eq!(
        sum(&w.cat("/proc/pagetypeinfo"), "type"),
        w.m.nr_free_pages()
    );
    let blocks = w.m.zones().iter().map(|z| z.spanned / 512).sum::<u64>();
    let text = w.cat("/proc/pagetypeinfo");
    let rows = text
        .split("Number of blocks")
        .nth(1)
        .unwrap()
        .lines()
        .skip(1);
    let counts = rows.flat_map(|l| {
        l.split_whitespace()
            .skip(4)
            .map(|n| n.parse::<u64>().unwrap())
    });
    assert_eq!(counts.sum::<u64>(), blocks);
}

/// Gauges counted from the frames of each node against those kept for the machine.
#[test]
fn nodes_add_up_to_the_machine() {
    let mut w = World::with(MachineConfig {
        mem: 512 << 20,
        nodes: 2,
        cpus: 4,
        ..MachineConfig::default()
    });
    w.map(0, 4 * HUGE, Some(Advice::HugePage));
    w.write(w.p, 0, 2 * HUGE);
    w.advise(10, 20, Advice::DontNeed);
    w.m.mlock(w.p, BASE + (2 << 20), 2 << 20, 0).unwrap();
    w.m.fork(w.p, "p2").unwrap();
    w.write(w.p, 0, 5);
    w.echo("/sys/kernel/debug/split_huge_pages", "1");
    let node = |nid: u8, file: &str| w.cat(&format!("/sys/devices/system/node/node{nid}/{file}"));
    let value = |text: &str, name: &str| -> i64 {
        let line = text.lines().find(|l| {
            l.split_whitespace()
                .any(|word| word.trim_end_matches(':') == name)
        });
        let words: Vec<_> = line
            .unwrap_or_else(|| panic!("{name}"))
            .split_whitespace()
            .collect();
        words.iter().rev().find_map(|n| n.parse().ok()).unwrap()
    };
    for name in [
        "MemTotal",
        "MemFree",
        "AnonPages",
        "AnonHugePages",
        "Unevictable",
        "Mlocked",
        "PageTables",
        "Inactive",
    ] {
        let both = value(&node(0, "meminfo"), name) + value(&node(1, "meminfo"), name);
        assert_eq!(both, w.number("/proc/meminfo", name), "{name}");
    }
    for name in [
        "nr_free_pages",
        "nr_zone_unevictable",
        "nr_anon_pages",
        "nr_anon_transparent_hugepages",
        "numa_hit",
    ] {
        let both = value(&node(0, "vmstat"), name) + value(&node(1, "vmstat"), name);
        assert_eq!(both, w.number("/proc/vmstat", name), "{name}");
    }
    let list = ["cpulist", "cpumap", "distance"].map(|f| node(1, f));
    assert_eq!(list, ["2-3\n", "c\n", "20 10\n"]);
    assert_eq!(w.cat("/sys/devices/system/node/online"), "0-1\n");
    assert!(w.cat("/proc/zoneinfo").contains("\n        min      "));
}

#[test]
fn fragmentation_of_free_memory() {
    let w = World::new();
    let rows = w.cat("/sys/kernel/debug/extfrag/extfrag_index");
    for row in rows.lines() {
        assert!(
            row.ends_with(&format!("{} ", " -1.000".repeat(11))),
            "{row:?}"
        );
    }
    assert!(
        w.cat("/sys/kernel/debug/extfrag/unusable_index")
            .starts_with("Node 0, zone      DMA 0.000 ")
    );
}

#[test]
fn flags_of_frames() {
    let mut w = World::new();
    w.map(0, 2 * HUGE, Some(Advice::HugePage));
    w.write(w.p, 0, 1);
    w.m.mlock(w.p, BASE, 4096, 0).unwrap();
    let words = w.m.pagemap(w.p, BASE >> 12, 3);
    let pfn = |i: usize| Pfn((words[i] & ((1 << 40) - 1)) as u32);
    let bits = |word: u64| (0..64).filter(|b| word >> b & 1 != 0).collect::<Vec<_>>();
    // uptodate, dirty, lru, mmap, anon, swapbacked, tail, THP: mlock of a part leaves the folio evictable.
    assert_eq!(bits(w.m.kpageflags(pfn(1))), [3, 4, 5, 11, 12, 14, 16, 22]);
    assert_eq!(w.m.kpagecount(pfn(1)), 1);
    let zero = w.m.zero_pfn;
    assert_eq!(bits(w.m.kpageflags(zero)), [24, 32]);
    let free = (0..w.m.frames.len() as u32)
        .map(Pfn)
        .find(|p| w.m.frames.has(*p, FrameFlags::BUDDY))
        .unwrap();
    assert_eq!(
        (bits(w.m.kpageflags(free)), w.m.kpagecount(free)),
        (vec![10], 0)
    );
    assert_eq!(bits(w.m.kpageflags(free.add(1))), [0; 0]);
    assert_eq!(bits(w.m.kpageflags(Pfn(u32::MAX))), [20]);
    let table = (0..w.m.frames.len() as u32)
        .map(Pfn)
        .find(|p| w.m.frames.has(*p, FrameFlags::PGTABLE))
        .unwrap();
    assert_eq!(bits(w.m.kpageflags(table)), [26]);
}

#[test]
fn dropping_slab_runs_the_shrinkers() {
    let mut w = World::new();
    w.echo(&format!("{THP}/khugepaged/max_ptes_none"), "100");
    w.map(0, 2 * HUGE, Some(Advice::HugePage));
    w.write(w.p, 0, 10);
    w.read(HUGE, HUGE + 1);
    let second = w.m.fork(w.p, "p2").unwrap();
    w.m.exit(second).unwrap();
    let free = w.m.nr_free_pages();
    w.echo("/proc/sys/vm/drop_caches", "1");
    assert_eq!(
        (
            w.m.nr_free_pages(),
            w.number("/proc/vmstat", "drop_pagecache")
        ),
        (free, 1)
    );
    w.echo("/proc/sys/vm/drop_caches", "3\n");
    let vmstat = |w: &World, name: &str| w.number("/proc/vmstat", name);
    assert_eq!(
        (vmstat(&w, "drop_pagecache"), vmstat(&w, "drop_slab")),
        (2, 1)
    );
    assert_eq!(
        (
            vmstat(&w, "thp_split_page"),
            vmstat(&w, "thp_underused_split_page")
        ),
        (1, 1)
    );
    assert_eq!(w.m.nr_free_pages(), free + 502);
    // The huge zero page stays while its user lives.
    assert!(w.m.thp.huge_zero.is_some());
    w.m.exit(w.p).unwrap();
    w.echo("/proc/sys/vm/drop_caches", "2");
    assert!(w.m.thp.huge_zero.is_none());
    w.check();
}

#[test]
fn splitting_by_hand() {
    let mut w = World::new();
    let path = "/sys/kernel/debug/split_huge_pages";
    w.map(0, 4 * HUGE, Some(Advice::HugePage));
    for i in 0..3 {
        for page in 0..HUGE {
            w.write(w.p, i * HUGE + page, i * HUGE + page + 1);
        }
    }
    let split = |w: &World| w.m.stats().thp_split_page;
    w.echo(
        path,
        &format!("{},{:#x},{:#x}", w.p.0, BASE + 0x1000, BASE + 0x2000),
    );
    assert_eq!(
        (
            split(&w),
            w.number("/proc/p1/smaps_rollup", "AnonHugePages")
        ),
        (1, 4096)
    );
    // Beyond the last area nothing happens, nor at empty places.
    w.echo(
        path,
        &format!("{},{:#x},{:#x}", w.p.0, BASE + (6 << 20), BASE + (64 << 20)),
    );
    assert_eq!(split(&w), 1);
    w.refuses(path, "99,0x1000,0x2000", Errno::ESRCH);
    w.refuses(path, "", Errno::EINVAL);
    w.echo(path, "1\n");
    assert_eq!(
        (
            split(&w),
            w.number("/proc/p1/smaps_rollup", "AnonHugePages")
        ),
        (3, 0)
    );
    assert_eq!(w.number("/proc/p1/smaps_rollup", "Rss"), 3 * 2048);
    w.check();
}
