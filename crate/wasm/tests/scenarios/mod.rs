//! Scenarios whose answers must be the same natively and in a browser, byte by byte.

use mm_script::language;
use mm_script::session;
use xxhash_rust::xxh64::xxh64;

macro_rules! recorded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../tests/conformance/", $name, ".mm")))),*]
    };
}

/// Some of the recorded scenarios, from every part of the engine.
const RECORDED: &[(&str, &str)] = recorded![
    "collapse_range",
    "fork_cow_thp",
    "khp_fork_child",
    "khp_none_255",
    "khp_shared_fork",
    "ksm_max_sharing_256",
    "ksm_smart_scan",
    "ksm_thp_within",
    "mremap_part",
    "mthp_choice",
    "rand_007",
    "split_underused",
    "thp_zero_page",
    "vma_merge_anon",
];

/// Virtual time, in which both daemons wake by themselves.
const TIMED: &str = "machine mem=512M nodes=2 cpus=4 seed=9 enabled=always
proc a
a mmap heap 64M
a write heap[0..16384:3] seed=1
proc b cpu=1
b mmap ram 32M
b madvise ram mergeable
b write ram[0..4096] seed=5
b write ram[4096..] fill=5
echo 1 > /sys/kernel/mm/ksm/run
echo 700 > /sys/kernel/mm/ksm/pages_to_scan
run 2s
a madvise heap[0..16384:7] dontneed
b fork c
c write ram[0..8192:9] byte=3
run 40s
step khugepaged 3
step ksmd 100
a write heap[5000..9000] zero
run 90s
observe
cat /proc/meminfo
cat /proc/vmstat
cat /proc/a/smaps
why a.heap[700]
why b.ram[3]
";

/// One line for each scenario: its name, the XXH64 of its output and the hash of the machine's state.
pub fn all() -> String {
    let timed = ("timed", TIMED);
    RECORDED
        .iter()
        .chain(std::iter::once(&timed))
        .map(|(name, text)| outcome(name, text))
        .collect()
}

fn outcome(name: &str, text: &str) -> String {
    let script = language::parse(text).unwrap_or_else(|errors| panic!("{name}: {}", errors[0]));
    let outcome = session::run(&script);
    assert_eq!(outcome.error, None, "{name}");
    let output = outcome.to_json(name).to_string();
    let state = outcome.session.expect("it ran").machine().state_hash();
    format!("{name} {:016x} {state:016x}\n", xxh64(output.as_bytes(), 0))
}
