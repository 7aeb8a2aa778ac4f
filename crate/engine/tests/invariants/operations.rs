//! The commands: system calls of a process, what the machine is told to do, and how they are drawn.

use crate::{FIELD, FILES};
use mm_engine::khugepaged::meanwhile::Event;
use mm_engine::vm::uapi::Advice;
use proptest::prelude::*;

pub const POOL: &str = "/proc/sys/vm/nr_hugepages";
pub const MEMORY_BLOCK: &str = "/sys/devices/system/memory/memory2/state";
const COMPACT: &str = "/proc/sys/vm/compact_memory";
const OVERCOMMIT: &str = "/proc/sys/vm/nr_overcommit_hugepages";
const OPTIMIZE: &str = "/proc/sys/vm/hugetlb_optimize_vmemmap";
const CONT_PTE: &str = "/sys/kernel/mm/hugepages/hugepages-64kB/nr_hugepages";
const CONT_PMD: &str = "/sys/kernel/mm/hugepages/hugepages-32768kB/nr_hugepages";
const DEMOTE: &str = "/sys/kernel/mm/hugepages/hugepages-32768kB/demote";

/// One command.
#[derive(Clone, Debug)]
pub enum Op {
    Mmap {
        first: u64,
        n: u64,
        prot: u32,
        locked: bool,
    },
    MmapFile {
        first: u64,
        n: u64,
        /// Shared anonymous memory beyond the last.
        file: usize,
        at: u64,
        shared: bool,
    },
    /// Private or shared memory of huge pages.
    MmapHuge {
        window: u64,
        shared: bool,
    },
    Fallocate {
        file: usize,
        first: u64,
        n: u64,
        mode: u32,
    },
    Pwrite {
        file: usize,
        first: u64,
        n: u64,
        /// Bytes from the start of the first page.
        skip: u64,
        value: u8,
    },
    Pread {
        file: usize,
        first: u64,
        n: u64,
    },
    /// Nobody has it open for writing.
    Close {
        file: usize,
    },
    Truncate {
        file: usize,
        pages: u64,
    },
    Fadvise {
        file: usize,
        willneed: bool,
    },
    Msync {
        first: u64,
        n: u64,
    },
    Set(&'static str, &'static str),
    Munmap {
        first: u64,
        n: u64,
    },
    Mprotect {
        first: u64,
        n: u64,
        prot: u32,
    },
    Madvise {
        first: u64,
        n: u64,
        advice: Advice,
    },
    Mremap {
        first: u64,
        n: u64,
        to: u64,
    },
    Mlock {
        first: u64,
        n: u64,
        lock: bool,
    },
    Write {
        first: u64,
        n: u64,
        value: u8,
    },
    Read {
        first: u64,
        n: u64,
    },
    Mbind {
        first: u64,
        n: u64,
        node: u8,
        all: bool,
    },
    /// What another thread does during the next collapse there.
    Meanwhile {
        first: u64,
        n: u64,
        event: Event,
    },
    Fork,
    Exit,
    KhugepagedScan,
    KsmdScan,
    DropCaches(&'static str),
    SwapOn {
        slots: u64,
        whole: bool,
    },
    SwapOff,
    MaxPtesNone(u32),
}

fn range() -> impl Strategy<Value = (u64, u64)> {
    let whole = (0..3u64).prop_map(|w| (w * 512, 512));
    let any = (0..FIELD, 1..600u64).prop_map(|(a, n)| (a, n.min(FIELD - a)));
    let few = (0..FIELD - 8, 1..8u64);
    prop_oneof![whole, any, few]
}

pub fn op() -> impl Strategy<Value = Op> {
    let prot = prop_oneof![4 => Just(3u32), 1 => Just(1u32), 1 => Just(0u32)];
    let advice = prop_oneof![
        3 => Just(Advice::HugePage),
        1 => Just(Advice::NoHugePage),
        3 => Just(Advice::DontNeed),
        1 => Just(Advice::Free),
        1 => Just(Advice::Cold),
        4 => Just(Advice::PageOut),
        1 => Just(Advice::WillNeed),
        2 => Just(Advice::Mergeable),
        1 => Just(Advice::Unmergeable),
        2 => Just(Advice::Collapse),
        1 => Just(Advice::GuardInstall),
        1 => Just(Advice::GuardRemove),
        1 => Just(Advice::DontFork),
        1 => Just(Advice::WipeOnFork),
        1 => Just(Advice::PopulateRead),
        1 => Just(Advice::PopulateWrite),
        1 => Just(Advice::Remove),
    ];
    let set = prop_oneof![
        Just(("shmem_enabled", "always")),
        Just(("shmem_enabled", "within_size")),
        Just(("shmem_enabled", "advise")),
        Just(("shmem_enabled", "deny")),
        Just(("hugepages-64kB/shmem_enabled", "always")),
        Just(("hugepages-16kB/shmem_enabled", "within_size")),
        Just(("hugepages-64kB/enabled", "madvise")),
        Just(("khugepaged/max_ptes_swap", "511")),
        Just((POOL, "0")),
        Just((POOL, "3")),
        Just((POOL, "5")),
        Just((OVERCOMMIT, "2")),
        Just(("defrag", "always")),
        Just(("defrag", "defer")),
        Just(("khugepaged/defrag", "0")),
        Just(("enabled", "always")),
        Just((OPTIMIZE, "0")),
        Just((OPTIMIZE, "1")),
        Just((CONT_PTE, "0")),
        Just((CONT_PTE, "40")),
        Just((CONT_PMD, "1")),
        Just((DEMOTE, "1")),
    ];
    let meanwhile = prop_oneof![
        Just(Event::Advice(Advice::PageOut)),
        Just(Event::Advice(Advice::NoHugePage)),
        Just(Event::Poison),
        Just(Event::Fill),
        Just(Event::NoMem),
        Just(Event::Private),
    ];
    let file = 0..FILES.len();
    let files = prop_oneof![
        4 => (range(), 0..=FILES.len(), prop_oneof![Just(0u64), Just(512), 0..600u64], any::<bool>())
            .prop_map(|((first, n), file, at, shared)| Op::MmapFile { first, n, file, at, shared }),
        2 => (0..3u64, any::<bool>()).prop_map(|(window, shared)| Op::MmapHuge { window, shared }),
        2 => (file.clone(), range(), prop_oneof![2 => Just(3u32), 1 => Just(0), 1 => Just(1)])
            .prop_map(|(file, (first, n), mode)| Op::Fallocate { file, first, n, mode }),
        1 => (file.clone(), prop_oneof![Just(512u64), 0..1300u64])
            .prop_map(|(file, pages)| Op::Truncate { file, pages }),
        3 => (file.clone(), range(), prop_oneof![3 => Just(0u64), 1 => Just(100)], 1..5u8)
            .prop_map(|(file, (first, n), skip, value)| Op::Pwrite { file, first, n, skip, value }),
        1 => (file.clone(), range()).prop_map(|(file, (first, n))| Op::Pread { file, first, n }),
        1 => file.clone().prop_map(|file| Op::Close { file }),
        1 => (file, any::<bool>()).prop_map(|(file, willneed)| Op::Fadvise { file, willneed }),
        1 => range().prop_map(|(first, n)| Op::Msync { first, n }),
        2 => set.prop_map(|(name, value)| Op::Set(name, value)),
    ];
    prop_oneof![
        12 => files,
        3 => (range(), prot.clone(), prop::bool::weighted(0.1))
            .prop_map(|((first, n), prot, locked)| Op::Mmap { first, n, prot, locked }),
        1 => range().prop_map(|(first, n)| Op::Munmap { first, n }),
        2 => (range(), prot).prop_map(|((first, n), prot)| Op::Mprotect { first, n, prot }),
        6 => (range(), advice).prop_map(|((first, n), advice)| Op::Madvise { first, n, advice }),
        1 => (range(), 0..FIELD).prop_map(|((first, n), to)| Op::Mremap { first, n, to }),
        1 => (range(), any::<bool>()).prop_map(|((first, n), lock)| Op::Mlock { first, n, lock }),
        8 => (range(), 0..4u8).prop_map(|((first, n), value)| Op::Write { first, n, value }),
        3 => range().prop_map(|(first, n)| Op::Read { first, n }),
        2 => (range(), 0..2u8, any::<bool>())
            .prop_map(|((first, n), node, all)| Op::Mbind { first, n, node, all }),
        1 => (range(), meanwhile)
            .prop_map(|((first, n), event)| Op::Meanwhile { first, n, event }),
        1 => Just(Op::Fork),
        1 => Just(Op::Exit),
        3 => Just(Op::KhugepagedScan),
        3 => Just(Op::KsmdScan),
        1 => prop_oneof![Just("1"), Just("2"), Just("3")].prop_map(Op::DropCaches),
        1 => (prop_oneof![Just(16u64), Just(600), Just(2048), Just(8192)], any::<bool>())
            .prop_map(|(slots, whole)| Op::SwapOn { slots, whole }),
        2 => Just(Op::Set(COMPACT, "1")),
        1 => Just(Op::Set(MEMORY_BLOCK, "offline")),
        1 => Just(Op::Set(MEMORY_BLOCK, "online")),
        1 => Just(Op::SwapOff),
        1 => prop_oneof![Just(0u32), Just(100), Just(511)].prop_map(Op::MaxPtesNone),
    ]
}
