//! Random commands against the invariants of the machine and a naive model of memory contents.

use mm_engine::errno::Errno;
use mm_engine::machine::Machine;
use mm_engine::phys::content::Pattern;
use mm_engine::phys::swap::Backing;
use mm_engine::vm::addr::{PAGE_SIZE, Pid};
use mm_engine::vm::fault::Access;
use mm_engine::vm::uapi::{self, Advice};
use mm_engine::{MachineConfig, thp::Enabled};
use proptest::prelude::*;
use std::collections::BTreeMap;

const BASE: u64 = 1 << 44;
/// Pages of the playing field: three 2 MiB windows, the first starting in the middle of one.
const FIELD: u64 = 512 * 3;

#[derive(Clone, Debug)]
enum Op {
    Mmap {
        first: u64,
        n: u64,
        prot: u32,
        locked: bool,
    },
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
    Fork,
    Exit,
    KhugepagedScan,
    KsmdScan,
    DropCaches,
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

fn op() -> impl Strategy<Value = Op> {
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
    ];
    prop_oneof![
        3 => (range(), prot.clone(), prop::bool::weighted(0.1))
            .prop_map(|((first, n), prot, locked)| Op::Mmap { first, n, prot, locked }),
        1 => range().prop_map(|(first, n)| Op::Munmap { first, n }),
        2 => (range(), prot).prop_map(|((first, n), prot)| Op::Mprotect { first, n, prot }),
        6 => (range(), advice).prop_map(|((first, n), advice)| Op::Madvise { first, n, advice }),
        1 => (range(), 0..FIELD).prop_map(|((first, n), to)| Op::Mremap { first, n, to }),
        1 => (range(), any::<bool>()).prop_map(|((first, n), lock)| Op::Mlock { first, n, lock }),
        8 => (range(), 0..4u8).prop_map(|((first, n), value)| Op::Write { first, n, value }),
        3 => range().prop_map(|(first, n)| Op::Read { first, n }),
        1 => Just(Op::Fork),
        1 => Just(Op::Exit),
        3 => Just(Op::KhugepagedScan),
        3 => Just(Op::KsmdScan),
        1 => Just(Op::DropCaches),
        1 => (prop_oneof![Just(16u64), Just(600), Just(2048), Just(8192)], any::<bool>())
            .prop_map(|(slots, whole)| Op::SwapOn { slots, whole }),
        1 => Just(Op::SwapOff),
        1 => prop_oneof![Just(0u32), Just(100), Just(511)].prop_map(Op::MaxPtesNone),
    ]
}

/// What each process should read, by page; pages whose content an advice left open are not in it.
type Model = BTreeMap<Pid, BTreeMap<u64, u8>>;

struct World {
    machine: Machine,
    live: Vec<Pid>,
    model: Model,
}

impl World {
    fn new() -> World {
        let config = MachineConfig {
            mem: 256 << 20,
            parked: true,
            thp_enabled: Enabled::Madvise,
            ..Default::default()
        };
        let mut machine = Machine::new(config).unwrap();
        let p = machine.spawn("p0").unwrap();
        World {
            machine,
            live: vec![p],
            model: BTreeMap::from([(p, BTreeMap::new())]),
        }
    }

    fn addr(page: u64) -> u64 {
        BASE + page * PAGE_SIZE
    }

    fn forget(&mut self, p: Pid, first: u64, n: u64) {
        let pages = self.model.get_mut(&p).unwrap();
        (first..first + n).for_each(|i| {
            pages.remove(&i);
        });
    }

    fn apply(&mut self, who: usize, op: &Op) {
        let p = self.live[who % self.live.len()];
        let m = &mut self.machine;
        match *op {
            Op::Mmap {
                first,
                n,
                prot,
                locked,
            } => {
                let mut flags = uapi::MAP_PRIVATE | uapi::MAP_ANONYMOUS | uapi::MAP_FIXED;
                if locked {
                    flags |= uapi::MAP_LOCKED;
                }
                m.mmap(p, Self::addr(first), n * PAGE_SIZE, prot, flags)
                    .unwrap();
                let pages = self.model.get_mut(&p).unwrap();
                (first..first + n).for_each(|i| {
                    pages.insert(i, 0);
                });
            }
            Op::Munmap { first, n } => {
                m.munmap(p, Self::addr(first), n * PAGE_SIZE).unwrap();
                self.forget(p, first, n);
            }
            Op::Mprotect { first, n, prot } => {
                let _ = m.mprotect(p, Self::addr(first), n * PAGE_SIZE, prot);
            }
            Op::Madvise { first, n, advice } => {
                let result = m.madvise(p, Self::addr(first), n * PAGE_SIZE, advice as i32);
                match advice {
                    // These may change contents for a part even when they fail.
                    Advice::DontNeed | Advice::Free | Advice::GuardInstall => {
                        self.forget(p, first, n)
                    }
                    _ => assert!(result.is_ok() || result != Err(Errno::ESRCH)),
                }
            }
            Op::Mremap { first, n, to } => {
                let len = n * PAGE_SIZE;
                let flags = uapi::MREMAP_MAYMOVE | uapi::MREMAP_FIXED;
                let _ = m.mremap(p, Self::addr(first), len, len, flags, Self::addr(to));
                self.forget(p, first, n);
                self.forget(p, to, n);
            }
            Op::Mlock { first, n, lock } => {
                let _ = if lock {
                    m.mlock(p, Self::addr(first), n * PAGE_SIZE, 0)
                } else {
                    m.munlock(p, Self::addr(first), n * PAGE_SIZE)
                };
            }
            Op::Write { first, n, value } => {
                let pages = self.model.get_mut(&p).unwrap();
                let mut written = Vec::new();
                let result =
                    m.access_each(p, BASE, first..first + n, Access::Write, |m, frame, i| {
                        m.store_to_frame(frame, Pattern::Fill(value));
                        written.push(i);
                    });
                assert!(result.is_ok());
                for i in written {
                    pages.insert(i, value);
                }
            }
            Op::Read { first, n } => {
                let _ = m
                    .access_each(p, BASE, first..first + n, Access::Read, |_, _, _| {})
                    .unwrap();
            }
            Op::Fork => {
                if self.live.len() < 4 {
                    let c = m.fork(p, "child").unwrap();
                    self.live.push(c);
                    // DONTFORK and WIPEONFORK areas differ: only what is mapped alike is compared.
                    self.model.insert(c, BTreeMap::new());
                }
            }
            Op::Exit => {
                if self.live.len() > 1 {
                    m.exit(p).unwrap();
                    self.live.retain(|q| *q != p);
                    self.model.remove(&p);
                }
            }
            Op::KhugepagedScan => {
                let _ = m.khugepaged_full_scans(1);
            }
            Op::KsmdScan => {
                let _ = m.ksmd_full_scans(1);
            }
            Op::DropCaches => m.write_file("/proc/sys/vm/drop_caches", "2\n").unwrap(),
            Op::SwapOn { slots, whole } => {
                let backing = if whole {
                    Backing::BlockDevice
                } else {
                    Backing::File
                };
                let _ = m.swapon(slots * PAGE_SIZE, backing);
            }
            Op::SwapOff => m.swapoff().unwrap(),
            Op::MaxPtesNone(n) => m
                .write_file(
                    "/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none",
                    &format!("{n}\n"),
                )
                .unwrap(),
        }
    }

    /// What is known to have been written is what is there.
    fn check_contents(&self) {
        for (p, pages) in &self.model {
            for (i, value) in pages {
                let state = self.machine.page_state(*p, Self::addr(*i));
                let page = self.machine.peek(*p, Self::addr(*i)).unwrap();
                if state.class != '.' {
                    assert!(
                        page.iter().all(|b| b == value),
                        "{p:?} page {i} reads {} not {value}",
                        page[0]
                    );
                } else {
                    assert_eq!(*value, 0, "{p:?} page {i} was written and is gone");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn random_commands_keep_every_count_right(ops in prop::collection::vec((0..4usize, op()), 1..60)) {
        let mut w = World::new();
        for (who, op) in &ops {
            w.apply(*who, op);
            if let Err(e) = w.machine.check() {
                panic!("after {op:?}: {e}");
            }
        }
        w.check_contents();
        for p in std::mem::take(&mut w.live) {
            w.machine.exit(p).unwrap();
        }
        prop_assert_eq!(w.machine.check(), Ok(()));
    }

    #[test]
    fn the_same_commands_give_the_same_machine(ops in prop::collection::vec((0..4usize, op()), 1..40)) {
        let (mut a, mut b) = (World::new(), World::new());
        for (who, op) in &ops {
            a.apply(*who, op);
        }
        let copy = a.machine.clone();
        for (who, op) in &ops {
            b.apply(*who, op);
        }
        prop_assert_eq!(a.machine.state_hash(), b.machine.state_hash());
        // A clone is not changed by what happens to the original.
        let before = copy.state_hash();
        for (who, op) in &ops {
            a.apply(*who, op);
        }
        prop_assert_eq!(copy.state_hash(), before);
    }
}
