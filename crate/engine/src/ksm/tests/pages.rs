//! Zero pages, huge pages, pins and protections.

use super::*;
use crate::phys::content::seed_start;

#[test]
fn e59_e61_zero_pages_live_and_die() {
    let mut rig = Rig::new("use_zero_pages=1");
    let p = rig.spawn("0000");
    let rss = |rig: &Rig| rig.m.mm(rig.m.process(p).unwrap().mm).rss.anon;
    let from = rig.m.events().next_seq();
    rig.scan(2);
    assert_eq!(
        rig.trace(from),
        "start0 stop0 start1 zero0 zero0 zero0 zero0 stop1"
    );
    assert_eq!(
        (rig.get("ksm_zero_pages"), rig.pages(), rss(&rig)),
        (4, [0, 0, 0, 4], 0)
    );
    assert_eq!(rig.get("general_profit"), 16128);
    rig.scan(1);
    assert_eq!((rig.pages(), rig.get("general_profit")), ([0; 4], 16384));
    rig.write(p, 0, "A");
    assert_eq!((rig.get("ksm_zero_pages"), rig.cow(), rss(&rig)), (3, 0, 1));
    rig.scan(1);
    assert_eq!(rig.pages(), [0, 0, 0, 1]);
    rig.advise(p, 0, 4, Advice::Unmergeable).unwrap();
    assert_eq!((rig.get("ksm_zero_pages"), rig.cow()), (0, 0));
}

#[test]
fn e60_e62_only_new_and_written_zero_pages() {
    let mut rig = Rig::new("");
    let p = rig.spawn("0000");
    rig.scan(2);
    rig.set("use_zero_pages", "1").unwrap();
    rig.map(p, 8, 2);
    rig.m
        .access_pages(
            p,
            BASE,
            &[8, 9],
            crate::vm::fault::Access::Read,
            |_, _, _| {},
        )
        .unwrap()
        .unwrap();
    rig.advise(p, 8, 2, Advice::Mergeable).unwrap();
    rig.scan(3);
    assert_eq!((rig.pages(), rig.get("ksm_zero_pages")), ([1, 3, 0, 0], 0));
}

/// A mergeable huge page, its subpages written by `pattern`.
fn huge(rig: &mut Rig, pattern: impl Fn(u64) -> Pattern) -> Pid {
    let pid = rig.m.spawn("h").unwrap();
    rig.map(pid, 0, 512);
    rig.advise(pid, 0, 512, Advice::HugePage).unwrap();
    for i in 0..512 {
        rig.store(pid, i, pattern(i));
    }
    rig.advise(pid, 0, 512, Advice::Mergeable).unwrap();
    assert_eq!(rig.m.page_state(pid, BASE).class, 'T');
    pid
}

fn seeded(i: u64) -> Pattern {
    Pattern::Stream(seed_start(1, i))
}

#[test]
fn e66_a_huge_page_of_equal_pages() {
    let mut rig = Rig::new("");
    huge(&mut rig, |_| Pattern::Fill(1));
    rig.scan(1);
    let from = rig.m.events().next_seq();
    rig.scan(1);
    assert_eq!((rig.pages(), rig.chains()), ([2, 509, 0, 1], [1, 2]));
    assert!(
        rig.trace(from)
            .starts_with("start1 new-14 new0 into0 into0")
    );
    let s = rig.m.stats();
    assert_eq!(
        (s.thp_split_page, s.thp_split_page_failed, s.thp_split_pmd),
        (1, 1, 1)
    );
    rig.scan(1);
    assert_eq!(rig.pages(), [2, 510, 0, 0]);
}

#[test]
fn e67_e68_huge_pages_are_split_only_to_merge() {
    let mut rig = Rig::new("");
    huge(&mut rig, seeded);
    rig.scan(2);
    assert_eq!(
        (rig.pages(), rig.m.stats().thp_split_page),
        ([0, 0, 512, 0], 0)
    );
    huge(&mut rig, seeded);
    rig.scan(2);
    assert_eq!(
        (rig.pages(), rig.m.stats().thp_split_page),
        ([512, 512, 0, 0], 2)
    );
}

#[test]
fn e69_a_zero_page_inside_a_huge_page() {
    let mut rig = Rig::new("use_zero_pages=1");
    huge(
        &mut rig,
        |i| if i == 77 { Pattern::Fill(0) } else { seeded(i) },
    );
    rig.scan(1);
    let from = rig.m.events().next_seq();
    rig.scan(1);
    assert_eq!(rig.trace(from), "start1 zero-14 stop1");
    assert_eq!(rig.pages(), [0, 0, 507, 5]);
    assert_eq!(
        (rig.get("ksm_zero_pages"), rig.m.stats().thp_split_page),
        (0, 1)
    );
    rig.scan(1);
    assert_eq!(rig.pages(), [0, 0, 511, 0]);
}

#[test]
fn e77_e78_pins() {
    let mut rig = Rig::new("smart_scan=0");
    let p = rig.spawn("AA");
    rig.m.pin_page(p, BASE + PAGE_SIZE).unwrap();
    rig.scan(4);
    assert_eq!((rig.pages(), rig.cow()), ([0, 0, 1, 1], 0));
    rig.m.unpin_page(p, BASE + PAGE_SIZE).unwrap();
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);

    let mut rig = Rig::new("smart_scan=0");
    let p = rig.spawn("AA");
    rig.m.pin_page(p, BASE).unwrap();
    rig.scan(1);
    let from = rig.m.events().next_seq();
    rig.scan(2);
    assert_eq!(
        rig.trace(from),
        "start1 new0 into-14 stop1 start2 new0 into-14 stop2"
    );
    assert_eq!((rig.pages(), rig.cow()), ([0, 0, 1, 1], 2));
    rig.m.unpin_page(p, BASE).unwrap();
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
}

#[test]
fn a_locked_page_merges_later() {
    let mut rig = Rig::new("smart_scan=0");
    let p = rig.spawn("AA");
    rig.scan(1);
    rig.m.lock_page(p, BASE + PAGE_SIZE, true).unwrap();
    let from = rig.m.events().next_seq();
    rig.scan(1);
    assert_eq!(
        (rig.trace(from).as_str(), rig.pages()),
        ("start1 new-14 stop1", [0, 0, 1, 1])
    );
    rig.m.lock_page(p, BASE + PAGE_SIZE, false).unwrap();
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
}

#[test]
fn e76_protection_and_locks_do_not_matter() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAAA");
    rig.m.mprotect(p, BASE, 2 * PAGE_SIZE, 0).unwrap();
    rig.m
        .mlock(p, BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, 0)
        .unwrap();
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 3, 0, 0]);
    rig.advise(p, 0, 2, Advice::Unmergeable).unwrap();
    assert_eq!(rig.cow(), 2);
}
