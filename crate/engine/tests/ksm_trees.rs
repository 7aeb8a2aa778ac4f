//! The trees of KSM against a naive model: a map from the bytes of a page to the pages that hold them.

use mm_engine::MachineConfig;
use mm_engine::machine::Machine;
use mm_engine::phys::content::{Pattern, seed_start};
use mm_engine::vm::addr::{PAGE_SIZE, Pfn, Pid};
use mm_engine::vm::uapi::{self, Advice};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const BASE: u64 = 1 << 44;
const FIELD: u64 = 24;

/// A page: process and number.
type Page = (Pid, u64);

#[derive(Clone, Debug)]
enum Op {
    Write { first: u64, n: u64, what: Pattern },
    Discard { first: u64, n: u64 },
    Unmap { first: u64, n: u64 },
    Mergeable { first: u64, n: u64, on: bool },
    Move { first: u64, n: u64, to: u64 },
    Fork,
    Exit,
    Scan,
    Visits(u32),
    UnmergeAll,
}

fn op() -> impl Strategy<Value = Op> {
    let range = || (0..FIELD, 1..9u64).prop_map(|(first, n)| (first, n.min(FIELD - first)));
    let what = prop_oneof![
        4 => (0..3u8).prop_map(Pattern::Fill),
        2 => (0..3u8).prop_map(Pattern::Byte),
        1 => (0..3u8).prop_map(|v| Pattern::ByteAt(4095, v)),
        1 => (0..2u64).prop_map(|i| Pattern::Stream(seed_start(7, i))),
        1 => (0..2u64).prop_map(Pattern::Word),
    ];
    prop_oneof![
        8 => (range(), what).prop_map(|((first, n), what)| Op::Write { first, n, what }),
        2 => range().prop_map(|(first, n)| Op::Discard { first, n }),
        1 => range().prop_map(|(first, n)| Op::Unmap { first, n }),
        2 => (range(), prop::bool::weighted(0.7)).prop_map(|((first, n), on)| Op::Mergeable { first, n, on }),
        1 => (range(), 0..FIELD).prop_map(|((first, n), to)| Op::Move { first, n, to }),
        1 => Just(Op::Fork),
        1 => Just(Op::Exit),
        4 => Just(Op::Scan),
        3 => (1..40u32).prop_map(Op::Visits),
        1 => Just(Op::UnmergeAll),
    ]
}

struct World {
    m: Machine,
    live: Vec<Pid>,
    /// What each mapped page holds.
    bytes: BTreeMap<Page, Vec<u8>>,
    forked: bool,
}

fn addr(page: u64) -> u64 {
    BASE + page * PAGE_SIZE
}

impl World {
    fn new(limit: u32) -> World {
        let config = MachineConfig {
            mem: 64 << 20,
            ..MachineConfig::default()
        };
        let mut w = World {
            m: Machine::new(config).unwrap(),
            live: Vec::new(),
            bytes: BTreeMap::new(),
            forked: false,
        };
        for (name, value) in [
            ("run", "1"),
            ("smart_scan", "0"),
            ("max_page_sharing", &limit.to_string()),
        ] {
            w.m.ksm_store(name, value).unwrap().unwrap();
        }
        for _ in 0..2 {
            let p = w.m.spawn("p").unwrap();
            w.map(p, 0, FIELD);
            w.live.push(p);
            w.apply(
                w.live.len() - 1,
                &Op::Mergeable {
                    first: 0,
                    n: FIELD,
                    on: true,
                },
            );
        }
        w
    }

    fn map(&mut self, p: Pid, first: u64, n: u64) {
        let flags = uapi::MAP_PRIVATE | uapi::MAP_ANONYMOUS | uapi::MAP_FIXED;
        let prot = uapi::PROT_READ | uapi::PROT_WRITE;
        self.m
            .mmap(p, addr(first), n * PAGE_SIZE, prot, flags)
            .unwrap();
        self.forget(p, first, n);
    }

    /// These pages are gone, or read as zeros.
    fn forget(&mut self, p: Pid, first: u64, n: u64) {
        self.bytes
            .retain(|(q, i), _| *q != p || !(first..first + n).contains(i));
    }

    fn apply(&mut self, who: usize, op: &Op) {
        let p = self.live[who % self.live.len()];
        match *op {
            Op::Write { first, n, what } => {
                for i in first..first + n {
                    // Fails where nothing is mapped.
                    if let Ok(Ok(_)) = self.m.store(p, addr(i), what) {
                        let page = self.bytes.entry((p, i)).or_insert_with(|| vec![0; 4096]);
                        overwrite(page, what);
                    }
                }
            }
            Op::Discard { first, n } => {
                let _ = self
                    .m
                    .madvise(p, addr(first), n * PAGE_SIZE, Advice::DontNeed as i32);
                self.forget(p, first, n);
            }
            Op::Unmap { first, n } => {
                self.m.munmap(p, addr(first), n * PAGE_SIZE).unwrap();
                self.forget(p, first, n);
                if first % 2 == 0 {
                    self.map(p, first, n);
                }
            }
            Op::Mergeable { first, n, on } => {
                let advice = if on {
                    Advice::Mergeable
                } else {
                    Advice::Unmergeable
                };
                let _ = self.m.madvise(p, addr(first), n * PAGE_SIZE, advice as i32);
            }
            Op::Move { first, n, to } => {
                let (len, flags) = (n * PAGE_SIZE, uapi::MREMAP_MAYMOVE | uapi::MREMAP_FIXED);
                let to = to.min(FIELD - n);
                if self
                    .m
                    .mremap(p, addr(first), len, len, flags, addr(to))
                    .is_ok()
                {
                    let moved: Vec<_> = (0..n)
                        .map(|i| self.bytes.get(&(p, first + i)).cloned())
                        .collect();
                    self.forget(p, first, n);
                    self.forget(p, to, n);
                    for (i, page) in (to..).zip(moved) {
                        page.map(|page| self.bytes.insert((p, i), page));
                    }
                }
            }
            Op::Fork if self.live.len() < 4 => {
                let child = self.m.fork(p, "child").unwrap();
                self.live.push(child);
                self.forked = true;
                let copied: Vec<_> = self
                    .bytes
                    .range((p, 0)..(p, FIELD))
                    .map(|(at, page)| (at.1, page.clone()))
                    .collect();
                for (i, page) in copied {
                    self.bytes.insert((child, i), page);
                }
            }
            Op::Exit if self.live.len() > 1 => {
                self.m.exit(p).unwrap();
                self.live.retain(|q| *q != p);
                self.forget(p, 0, FIELD);
            }
            Op::Fork | Op::Exit => {}
            Op::Scan => self.m.ksmd_full_scans(1).unwrap(),
            Op::Visits(n) => (0..n).for_each(|_| {
                self.m.ksmd_step();
            }),
            Op::UnmergeAll => {
                for run in ["2", "1"] {
                    self.m.ksm_store("run", run).unwrap().unwrap();
                }
            }
        }
    }

    /// Nobody's memory changes by merging.
    fn check_bytes(&self) {
        for ((p, i), page) in &self.bytes {
            let have = self.m.peek(*p, addr(*i)).unwrap();
            assert!(have[..] == page[..], "page {i} of {p:?} has changed");
        }
    }

    /// Pages in mergeable areas, by what they hold.
    fn groups(&self) -> BTreeMap<&[u8], Vec<Page>> {
        let mut groups = BTreeMap::<&[u8], Vec<Page>>::new();
        for (at, page) in &self.bytes {
            let mm = self.m.process(at.0).unwrap().mm;
            if self.m.ksm_item(mm, addr(at.1)).is_some() {
                groups.entry(page).or_default().push(*at);
            }
        }
        groups
    }

    fn frame(&self, at: Page) -> Pfn {
        self.m.mapped_frame(at.0, addr(at.1)).unwrap()
    }

    /// After scans in which nobody writes every pair of equal pages has met.
    fn check_settled(&self, limit: u32) {
        let tree = self.m.ksm_stable_tree(0);
        let waiting = self.m.ksm_unstable_tree(0);
        let (mut shared, mut sharing, mut unshared, mut all) = (0, 0, 0, 0);
        for (bytes, pages) in self.groups() {
            all += pages.len();
            let frames: BTreeSet<Pfn> = pages.iter().map(|p| self.frame(*p)).collect();
            let merged: Vec<_> = tree.iter().filter(|n| frames.contains(&n.pfn)).collect();
            let waits: Vec<_> = waiting
                .iter()
                .filter(|u| {
                    pages
                        .iter()
                        .any(|p| self.m.process(p.0).unwrap().mm == u.mm && addr(p.1) == u.addr)
                })
                .collect();
            // Every frame is a KSM page or the one that waits.
            assert_eq!(frames.len(), merged.len() + waits.len(), "{:?}", bytes[0]);
            assert!(waits.len() <= 1);
            if !waits.is_empty() {
                assert!(
                    merged.iter().all(|n| n.sharers >= limit),
                    "room for a page that waits"
                );
            }
            for node in &merged {
                let mapped = pages.iter().filter(|p| self.frame(**p) == node.pfn).count();
                assert_eq!(mapped, node.sharers as usize);
                assert!(self.forked || node.sharers <= limit);
                assert!(node.chained || merged.len() == 1);
            }
            if !self.forked && limit as usize >= self.bytes.len() {
                assert_eq!(frames.len(), 1, "one frame for equal pages");
            }
            shared += merged.len() as i64;
            sharing += merged.iter().map(|n| i64::from(n.sharers) - 1).sum::<i64>();
            unshared += waits.len() as i64;
        }
        let g = self.m.ksm_gauges();
        assert_eq!(
            (g.pages_shared, g.pages_sharing, g.pages_unshared),
            (shared, sharing, unshared)
        );
        assert_eq!(g.pages_volatile, all as i64 - shared - sharing - unshared);
        assert!(self.forked || g.pages_volatile == 0);
    }

    /// In order of the tree contents ascend, and only the dups of a chain are equal.
    fn check_order(&self) {
        let mut nodes = self.m.ksm_stable_tree(0);
        nodes.retain(|n| n.alive);
        for (i, a) in nodes.iter().enumerate() {
            for b in &nodes[i + 1..] {
                let content = |pfn| self.m.frames().content(pfn);
                let order = self.m.contents().compare(content(a.pfn), content(b.pfn));
                assert_eq!(order.is_eq(), a.place == b.place && a.chained && b.chained);
                if order.is_ne() {
                    // The first turn that differs decides; a place that ends earlier turns away from its subtree.
                    let at = (a.place.path ^ b.place.path).trailing_zeros();
                    let least = u32::from(a.place.depth.min(b.place.depth));
                    let left = if at < least {
                        a.place.path >> at & 1 == 0
                    } else if a.place.depth > b.place.depth {
                        a.place.path >> least & 1 == 0
                    } else {
                        b.place.path >> least & 1 == 1
                    };
                    assert_eq!(order.is_lt(), left, "{a:?} {b:?}");
                }
            }
        }
    }
}

fn overwrite(page: &mut [u8], what: Pattern) {
    match what {
        Pattern::Byte(v) => page[0] = v,
        Pattern::ByteAt(at, v) => page[usize::from(at)] = v,
        Pattern::Fill(v) => page.fill(v),
        Pattern::Word(_) | Pattern::Stream(_) => {
            for (w, eight) in (0u64..).zip(page.chunks_exact_mut(8)) {
                let word = match what {
                    Pattern::Stream(start) => mm_engine::phys::content::mix(start.wrapping_add(w)),
                    Pattern::Word(word) => word,
                    _ => 0,
                };
                eight.copy_from_slice(&word.to_le_bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn trees_hold_what_a_map_from_contents_to_pages_holds(
        limit in prop_oneof![Just(2u32), Just(3), Just(256)],
        ops in prop::collection::vec((0..4usize, op()), 1..50),
    ) {
        let mut w = World::new(limit);
        for (who, op) in &ops {
            w.apply(*who, op);
            if let Err(e) = w.m.check() {
                panic!("after {op:?}: {e}");
            }
            w.check_bytes();
            w.check_order();
        }
        w.m.ksmd_full_scans(5).unwrap();
        prop_assert_eq!(w.m.check(), Ok(()));
        w.check_bytes();
        w.check_order();
        w.check_settled(limit);
    }
}
