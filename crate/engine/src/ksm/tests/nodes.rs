//! NUMA nodes: one pair of trees, or one for each.

use super::*;
use crate::vm::mempolicy::{Mode, Policy};

/// Two nodes, and a process with a page of each letter: those of `pages.0` on node 0, the others on node 1.
fn two_nodes(across: &str, pages: (&str, &str)) -> Rig {
    let config = MachineConfig {
        mem: 128 << 20,
        nodes: 2,
        ..MachineConfig::default()
    };
    let mut rig = Rig {
        m: Machine::new(config).unwrap(),
    };
    rig.set("run", "1").unwrap();
    rig.set("merge_across_nodes", across).unwrap();
    let p = rig.m.spawn("p").unwrap();
    for (nid, letters) in [(0, pages.0), (1, pages.1)] {
        let (at, n) = (nid * 100, letters.len() as u64);
        rig.map(p, at, n);
        let policy = Policy {
            mode: Mode::Bind,
            nodes: 1 << nid,
        };
        rig.m
            .mbind(p, BASE + at * PAGE_SIZE, n * PAGE_SIZE, policy)
            .unwrap();
        rig.write(p, at, letters);
        rig.advise(p, at, n, Advice::Mergeable).unwrap();
    }
    rig
}

#[test]
fn t7_t8_equal_pages_of_two_nodes() {
    for (across, pages) in [("1", [1, 1, 0, 0]), ("0", [0, 0, 2, 0])] {
        let mut rig = two_nodes(across, ("A", "A"));
        rig.scan(2);
        assert_eq!(rig.pages(), pages, "merge_across_nodes {across}");
    }
}

#[test]
fn e83_e84_each_node_has_trees_of_its_own() {
    let mut rig = two_nodes("0", ("AAB", "AAC"));
    rig.scan(2);
    assert_eq!((rig.pages(), rig.chains()), ([2, 2, 2, 0], [0, 0]));
    for nid in 0..2 {
        assert_eq!(rig.m.ksm_stable_tree(nid).len(), 1);
        assert_eq!(rig.m.ksm_unstable_tree(nid).len(), 1);
    }
    assert_eq!(rig.set("merge_across_nodes", "1"), Err(Errno::EBUSY));
    rig.set("run", "2").unwrap();
    rig.set("merge_across_nodes", "1").unwrap();
    rig.set("run", "1").unwrap();
    rig.scan(2);
    assert_eq!((rig.pages(), rig.chains()), ([1, 3, 2, 0], [0, 0]));
    assert_eq!(rig.m.ksm_stable_tree(1).len(), 0);
}
