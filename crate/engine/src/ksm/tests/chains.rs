//! `max_page_sharing` and the chains it makes.

use super::*;

fn equal(n: usize) -> String {
    "A".repeat(n)
}

#[test]
fn e21_to_e23_groups() {
    for (limit, n, pages, chains) in [
        (2, 2, [1, 1, 0, 0], [0, 0]),
        (2, 3, [1, 1, 1, 0], [0, 0]),
        (2, 4, [2, 2, 0, 0], [1, 2]),
        (2, 5, [2, 2, 1, 0], [1, 2]),
        (2, 6, [3, 3, 0, 0], [1, 3]),
        (3, 7, [2, 4, 1, 0], [1, 2]),
        (256, 256, [1, 255, 0, 0], [0, 0]),
        (256, 257, [1, 255, 1, 0], [0, 0]),
        (256, 258, [2, 256, 0, 0], [1, 2]),
        (256, 513, [2, 510, 1, 0], [1, 2]),
    ] {
        let mut rig = Rig::new(&format!("max_page_sharing={limit}"));
        rig.spawn(&equal(n));
        rig.scan(2);
        assert_eq!(
            (rig.pages(), rig.chains()),
            (pages, chains),
            "{n} pages, limit {limit}"
        );
    }
}

#[test]
fn e24_e25_a_chain_collapses_when_a_search_passes() {
    let mut rig = Rig::new("max_page_sharing=2");
    let p = rig.spawn(&equal(6));
    rig.scan(2);
    assert_eq!(rig.chains(), [1, 3]);
    for left in [2, 1] {
        rig.unmap(p, 6 - 2 * left - 2, 2);
        rig.scan(1);
        assert_eq!(rig.chains(), [1, left as i64]);
    }
    rig.spawn("A");
    rig.scan(1);
    assert_eq!(rig.chains(), [1, 1]);
    rig.scan(1);
    assert_eq!((rig.chains(), rig.pages()), ([0, 0], [1, 1, 1, 0]));
}

#[test]
fn e26_an_empty_chain_goes_when_a_search_meets_it() {
    let mut rig = Rig::new("max_page_sharing=2");
    let p = rig.spawn(&equal(6));
    rig.scan(2);
    rig.unmap(p, 0, 6);
    rig.scan(1);
    assert_eq!((rig.chains(), rig.pages()), ([1, 0], [0; 4]));
    rig.spawn("A");
    rig.scan(2);
    assert_eq!((rig.chains(), rig.pages()), ([0, 0], [0, 0, 1, 0]));
}

#[test]
fn e27_the_child_of_a_fork_may_exceed_the_limit() {
    let mut rig = Rig::new("max_page_sharing=2");
    let p = rig.spawn("AA");
    rig.scan(2);
    rig.m.fork(p, "c").unwrap();
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 3, 0, 0]);
    rig.spawn("A");
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 3, 1, 0]);
}

#[test]
fn e28_e29_the_limit_changes_only_while_nothing_is_merged() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(2);
    let cases = [
        ("max_page_sharing", "10", Err(Errno::EBUSY)),
        ("max_page_sharing", "256", Ok(())),
        ("max_page_sharing", "1", Err(Errno::EINVAL)),
        ("max_page_sharing", "99999999999", Err(Errno::ERANGE)),
        ("merge_across_nodes", "0", Err(Errno::EBUSY)),
        ("merge_across_nodes", "1", Ok(())),
        ("merge_across_nodes", "2", Err(Errno::EINVAL)),
        (
            "merge_across_nodes",
            "99999999999999999999",
            Err(Errno::ERANGE),
        ),
    ];
    assert_eq!(
        cases.map(|(name, value, _)| (name, value, rig.set(name, value))),
        cases
    );
    // A child still maps the page; its items are gone with the parent.
    rig.m.fork(p, "c").unwrap();
    rig.set("run", "0").unwrap();
    rig.m.exit(p).unwrap();
    rig.set("run", "1").unwrap();
    rig.m.ksmd_step();
    rig.m.ksmd_step();
    assert_eq!(rig.pages(), [1, 0, 0, 0]);
    rig.set("run", "2").unwrap();
    rig.set("max_page_sharing", "10").unwrap();
    assert_eq!((rig.get("max_page_sharing"), rig.cow()), (10, 2));
}

/// The newest dup stands first; a newcomer takes the first with room, or with pruning due the fullest with room.
#[test]
fn e30_which_page_of_a_chain_a_newcomer_takes() {
    for (prune, joined) in [("2000", 2), ("0", 1)] {
        let mut rig = Rig::new("max_page_sharing=4");
        let p = rig.spawn(&equal(12));
        rig.scan(2);
        rig.unmap(p, 3, 1);
        rig.unmap(p, 9, 2);
        rig.scan(1);
        rig.set("stable_node_chains_prune_millisecs", prune)
            .unwrap();
        let q = rig.spawn("A");
        rig.scan(2);
        // Groups of 3, 4 and 2 pages at 0, 4 and 11.
        let group = match joined {
            1 => 0,
            _ => 11,
        };
        assert_eq!(rig.frame(q, 0), rig.frame(p, group), "prune {prune}");
    }
}

#[test]
fn a_page_over_the_limit_waits_until_a_second_comes() {
    let mut rig = Rig::new("max_page_sharing=2");
    rig.spawn("AAA");
    rig.scan(2);
    rig.spawn("A");
    rig.scan(2);
    assert_eq!((rig.pages(), rig.chains()), ([2, 2, 0, 0], [1, 2]));
}
