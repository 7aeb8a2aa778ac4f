//! Random commands against the invariants of the machine and a naive model of memory and file contents.

mod operations;
mod world;

use operations::op;
use proptest::prelude::*;
use world::World;

const BASE: u64 = 1 << 44;
/// Pages of the playing field: three 2 MiB windows, the first starting in the middle of one.
const FIELD: u64 = 512 * 3;
/// The files of a world: two of shared memory, one on disk, one in a small tmpfs, one in a hugetlbfs with a limit and a minimum, one more of huge pages; their pages.
const FILES: [u64; 6] = [1300, 60, 900, 700, 1024, 64];
/// Pages of a huge page of the last two.
const HUGE: [u64; 6] = [1, 1, 1, 1, 512, 16];

/// Cases of each test; `PROPTEST_CASES` asks for another number.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(128)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4000, ..ProptestConfig::default() })]

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
