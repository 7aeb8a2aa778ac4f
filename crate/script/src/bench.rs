//! Benchmarks: the workloads that were measured on a real kernel, on the engine.
//!
//! Each is a script: what is prepared, and then the lines whose time is taken. The clock is the caller's, so that the
//! command line and the browser measure the same. Names are those of the recorded figures.

use crate::language::{self, MACHINE_MEM_BYTES};
use crate::session::Session;

/// What a benchmark counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Page faults.
    Faults,
    /// 2 MiB ranges that khugepaged looks at.
    Windows,
    /// Pages that ksmd visits.
    Pages,
    /// Pages of a hugetlb pool.
    HugePages,
}

impl Unit {
    /// As rates are printed: `faults/s`.
    pub fn per_second(self) -> &'static str {
        match self {
            Unit::Faults => "faults/s",
            Unit::Windows => "windows/s",
            Unit::Pages => "pages/s",
            Unit::HugePages => "hugetlb pages/s",
        }
    }
}

/// A workload.
#[derive(Clone, Copy, Debug)]
pub struct Benchmark {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Pages of one unit: 1, 16 or 512.
    pages_of_unit: u64,
    /// Times the region is larger than asked for: where one page in 512 is touched, the work would be over too soon to
    /// be measured; and where the size is what matters.
    spread: u64,
    /// Lines before the clock runs, then those that are timed.
    setup: &'static [&'static str],
    timed: &'static [&'static str],
}

/// How fast one run of a benchmark was.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    /// Name of the benchmark.
    pub name: &'static str,
    /// What was counted.
    pub unit: Unit,
    /// How many.
    pub units: u64,
    /// In so many seconds.
    pub seconds: f64,
    /// Units a second.
    pub rate: f64,
}

/// Times more memory than asked for, where one page of each 2 MiB is touched.
pub const SPREAD: u64 = 16;

/// Times more memory, where the size is the point: 256 MiB become a heap of 62 GiB.
pub const HEAP_SPREAD: u64 = 248;
/// Windows of khugepaged's default `pages_to_scan`, and the seconds of its default sleep.
const WINDOWS_OF_WAKE: u64 = 8;
const SLEEP_S: u64 = 10;

const HUGEPAGE: &str = "p madvise a hugepage";
const MERGEABLE: &str = "p madvise a mergeable";
const SCAN: &[&str] = &["khugepaged scan"];
const KSM_SCAN: &[&str] = &["ksmd scan"];
const RUN_KSM: &str = "echo 1 > /sys/kernel/mm/ksm/run";
const NO_SMART_SCAN: &str = "echo 0 > /sys/kernel/mm/ksm/smart_scan";
const NONE_IS_ZERO: &str = "echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none";
const MTHP_64K: &str = "echo always > /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled";

/// All benchmarks, in the order of the recorded figures.
pub const BENCHMARKS: &[Benchmark] = &[
    faults("fault_4k_write", &[], &["p write a"]),
    faults("fault_4k_read", &[], &["p read a"]),
    faults("fault_4k_write_after_read", &["p read a"], &["p write a"]),
    faults(
        "fault_4k_cow",
        &["p write a", "p fork q"],
        &["p write a byte=2"],
    ),
    Benchmark {
        pages_of_unit: 512,
        spread: SPREAD,
        ..faults("fault_2m_write", &[HUGEPAGE], &["p write a[0..:512]"])
    },
    Benchmark {
        pages_of_unit: 512,
        spread: SPREAD,
        ..faults("fault_2m_read", &[HUGEPAGE], &["p read a[0..:512]"])
    },
    Benchmark {
        pages_of_unit: 16,
        ..faults("fault_64k_write", &[MTHP_64K], &["p write a[0..:16]"])
    },
    windows("khugepaged_full", &["p write a seed=1", HUGEPAGE], SCAN),
    Benchmark {
        spread: SPREAD,
        ..windows("khugepaged_sparse", &["p write a[0..:512]", HUGEPAGE], SCAN)
    },
    Benchmark {
        spread: SPREAD,
        ..windows(
            "khugepaged_refused",
            &[NONE_IS_ZERO, "p write a[0..:512]", HUGEPAGE],
            SCAN,
        )
    },
    Benchmark {
        spread: SPREAD,
        ..windows("khugepaged_huge", &[HUGEPAGE, "p write a[0..:512]"], SCAN)
    },
    // Every wake-up looks at 4096 pages and sleeps 10 s: hours of virtual time.
    Benchmark {
        spread: HEAP_SPREAD,
        ..windows("khugepaged_heap", &["p write a", HUGEPAGE], &["run SWEEPs"])
    },
    // A pool of huge pages grows and shrinks.
    Benchmark {
        spread: SPREAD,
        ..windows(
            "hugetlb_pool",
            &[],
            &[
                "echo UNITS > /proc/sys/vm/nr_hugepages",
                "echo 0 > /proc/sys/vm/nr_hugepages",
            ],
        )
    },
    // As many as fit: 100,000 pages of 2 MiB would be more memory than a machine may have.
    Benchmark {
        unit: Unit::HugePages,
        pages_of_unit: 16,
        spread: 25,
        ..windows(
            "hugetlb_pool_64k",
            &[],
            &[
                "echo UNITS > /sys/kernel/mm/hugepages/hugepages-64kB/nr_hugepages",
                "echo 0 > /sys/kernel/mm/hugepages/hugepages-64kB/nr_hugepages",
            ],
        )
    },
    pages(
        "ksmd_distinct_first",
        &["p write a seed=1", MERGEABLE],
        KSM_SCAN,
    ),
    pages(
        "ksmd_distinct_unstable",
        &["p write a seed=1", MERGEABLE, "ksmd scan"],
        KSM_SCAN,
    ),
    pages(
        "ksmd_distinct_steady",
        &[NO_SMART_SCAN, "p write a seed=1", MERGEABLE, "ksmd scan 2"],
        KSM_SCAN,
    ),
    // 1 GiB: the tree no longer fits the processor's caches.
    Benchmark {
        spread: 4,
        ..pages(
            "ksmd_distinct_steady_1g",
            &[NO_SMART_SCAN, "p write a seed=1", MERGEABLE, "ksmd scan 2"],
            KSM_SCAN,
        )
    },
    pages(
        "ksmd_volatile",
        &[
            "p write a seed=1",
            MERGEABLE,
            "ksmd scan",
            "p write a seed=2",
        ],
        KSM_SCAN,
    ),
    // Smart scan looks at pages that never merge four times, then passes them over once.
    pages(
        "ksmd_skipped",
        &["p write a seed=1", MERGEABLE, "ksmd scan 4"],
        KSM_SCAN,
    ),
    pages(
        "ksmd_identical_first",
        &["p write a fill=7", MERGEABLE],
        KSM_SCAN,
    ),
    pages(
        "ksmd_identical_merge",
        &["p write a fill=7", MERGEABLE, "ksmd scan"],
        KSM_SCAN,
    ),
    pages(
        "ksmd_identical_merged",
        &["p write a fill=7", MERGEABLE, "ksmd scan 2"],
        KSM_SCAN,
    ),
    pages("ksmd_pairs_first", PAIRS, KSM_SCAN),
    pages("ksmd_pairs_merge", PAIRS_SEEN, KSM_SCAN),
    pages("ksmd_pairs_merged", PAIRS_MERGED, KSM_SCAN),
];

const PAIRS: &[&str] = &[
    "p write a[0..HALF] seed=1",
    MERGEABLE,
    "proc q",
    "q mmap a SIZE",
    "q write a seed=1",
    "q madvise a mergeable",
];
const PAIRS_SEEN: &[&str] = &[
    PAIRS[0],
    PAIRS[1],
    PAIRS[2],
    PAIRS[3],
    PAIRS[4],
    PAIRS[5],
    "ksmd scan",
];
const PAIRS_MERGED: &[&str] = &[
    PAIRS[0],
    PAIRS[1],
    PAIRS[2],
    PAIRS[3],
    PAIRS[4],
    PAIRS[5],
    "ksmd scan 2",
];

const fn faults(
    name: &'static str,
    setup: &'static [&'static str],
    timed: &'static [&'static str],
) -> Benchmark {
    Benchmark {
        name,
        unit: Unit::Faults,
        pages_of_unit: 1,
        spread: 1,
        setup,
        timed,
    }
}

const fn windows(
    name: &'static str,
    setup: &'static [&'static str],
    timed: &'static [&'static str],
) -> Benchmark {
    Benchmark {
        name,
        unit: Unit::Windows,
        pages_of_unit: 512,
        spread: 1,
        setup,
        timed,
    }
}

const fn pages(
    name: &'static str,
    setup: &'static [&'static str],
    timed: &'static [&'static str],
) -> Benchmark {
    Benchmark {
        name,
        unit: Unit::Pages,
        pages_of_unit: 1,
        spread: 1,
        setup,
        timed,
    }
}

/// Least pages of a benchmark: one 2 MiB range of each half.
pub const MIN_PAGES: u64 = 1024;

/// Runs a benchmark once on a region of `pages` pages (16 times as many where 2 MiB are the unit and one page of them is
/// touched, 25 times for a pool of 64 KiB pages, 4 times where the name ends in `1g`, 248 times for the heap), rounded up
/// to whole 4 MiB, at least [`MIN_PAGES`]. `now_s` is a
/// clock in seconds. `None` for a name that is not one of [`BENCHMARKS`].
///
/// # Panics
/// If the region needs a machine beyond its bounds, from 1 GiB on.
pub fn run(name: &str, pages: u64, now_s: &mut dyn FnMut() -> f64) -> Option<Rate> {
    let bench = BENCHMARKS.iter().find(|b| b.name == name)?;
    let pages = bench.spread * pages.max(1).next_multiple_of(MIN_PAGES);
    let mut script = vec![
        // Room for a second copy of everything and for the tables.
        format!(
            "machine hugetlb_cont mem={}M",
            (pages * 3 / 256)
                .next_multiple_of(2)
                .clamp(512, MACHINE_MEM_BYTES.end() >> 20)
        ),
        "proc p".into(),
        format!("p mmap a {}M", pages / 256),
        RUN_KSM.into(),
    ];
    let (half, size) = ((pages / 2).to_string(), format!("{}M", pages / 512));
    script.extend(
        bench
            .setup
            .iter()
            .map(|line| line.replace("HALF", &half).replace("SIZE", &size)),
    );
    let prepared = script.len() - 1;
    let units = (pages / bench.pages_of_unit).to_string();
    let sweep = ((pages / 512).div_ceil(WINDOWS_OF_WAKE) * SLEEP_S).to_string();
    let sized = |line: &&str| line.replace("UNITS", &units).replace("SWEEP", &sweep);
    script.extend(bench.timed.iter().map(sized));
    let Ok(script) = language::parse(&script.join("\n")) else {
        unreachable!("the scripts of this file parse")
    };
    let Ok(mut session) = Session::new(script.machine.as_ref()) else {
        panic!("the machine is beyond its bounds")
    };
    let mut start = now_s();
    for (i, line) in script.lines.iter().enumerate() {
        if i == prepared {
            start = now_s();
        }
        assert!(session.exec(line).is_ok(), "the scripts of this file run");
    }
    let seconds = (now_s() - start).max(1e-9);
    let units = pages / bench.pages_of_unit;
    Some(Rate {
        name: bench.name,
        unit: bench.unit,
        units,
        seconds,
        rate: units as f64 / seconds,
    })
}
