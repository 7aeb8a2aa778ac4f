//! What is collapsed, what it changes, and MADV_COLLAPSE.

use super::*;

#[test]
fn collapsed_exactly_when_none_within_the_limit() {
    for limit in [0, 1, 100, 255, 511] {
        for none in [0, 1, 100, 101, 255, 256, 511] {
            let mut w = World::new(true);
            w.set("max_ptes_none", limit);
            w.map(0, 512);
            w.write(none..512);
            w.advise(0, 512, Advice::HugePage).unwrap();
            let before = w.m.stats().vm;
            let rss = w.m.mm(w.mm()).rss.anon;
            w.m.khugepaged_full_scans(1).unwrap();
            let huge = none <= limit;
            assert_eq!(
                w.ranges(1),
                if huge { "T" } else { "." },
                "{none} none, limit {limit}"
            );
            let after = w.m.stats().vm;
            assert_eq!(
                after.thp_collapse_alloc - before.thp_collapse_alloc,
                i64::from(huge)
            );
            assert_eq!(
                after.thp_scan_exceed_none_pte - before.thp_scan_exceed_none_pte,
                i64::from(!huge)
            );
            assert_eq!(
                w.m.mm(w.mm()).rss.anon - rss,
                if huge { none as i64 } else { 0 }
            );
            w.check();
        }
    }
}

#[test]
fn collapsing_keeps_contents_and_charges() {
    let mut w = World::new(true);
    w.map(0, 512);
    w.write((0..512).step_by(3));
    let (tables, free) = (w.m.mm(w.mm()).nr_tables, w.m.nr_free_pages());
    w.advise(0, 512, Advice::HugePage).unwrap();
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!(w.ranges(1), "T");
    for i in 0..512 {
        let word = if i % 3 == 0 { i + 1 } else { 0 };
        let got = w.m.peek(w.p, World::at(i)).unwrap();
        assert_eq!(&got[..8], &word.to_le_bytes(), "page {i}");
    }
    assert_eq!(
        w.m.mm(w.mm()).nr_tables,
        tables,
        "the table is deposited, not freed"
    );
    assert_eq!(w.m.nr_free_pages(), free + 171 - 512);
    assert_eq!(w.m.stats().mthp(9).nr_anon, 1);
    w.check();
}

#[test]
fn a_guard_fails_every_time_and_frees_the_huge_page() {
    let mut w = World::new(true);
    w.small_pages(1);
    w.advise(7, 1, Advice::GuardInstall).unwrap();
    for n in 1..=3 {
        let (from, free) = (w.m.events().next_seq(), w.m.nr_free_pages());
        w.m.khugepaged_full_scans(1).unwrap();
        assert_eq!(w.results(from), [ScanResult::Fail]);
        assert_eq!(
            (w.m.stats().thp_collapse_alloc, w.m.nr_free_pages()),
            (n, free)
        );
        w.check();
    }
    w.advise(7, 1, Advice::GuardRemove).unwrap();
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!(w.ranges(1), "T");
}

#[test]
fn madv_collapse_and_its_errors() {
    let errno = |prepare: &dyn Fn(&mut World), from: u64, to: u64| {
        let mut w = World::new(true);
        w.map(0, 1536);
        w.write(0..1536);
        prepare(&mut w);
        let result = w.advise(from, to - from, Advice::Collapse);
        w.check();
        (result.err(), w.ranges(3))
    };
    let none = |_: &mut World| {};
    let is = |e: Option<Errno>, ranges: &str| (e, ranges.to_owned());
    assert_eq!(errno(&none, 0, 1536), is(None, "TTT"));
    assert_eq!(
        errno(&none, 256, 512),
        is(None, "..."),
        "touches a border only"
    );
    assert_eq!(
        errno(&none, 64, 128),
        is(Some(Errno::EINVAL), "..."),
        "strictly inside a range"
    );
    assert_eq!(errno(&none, 100, 1024), is(None, ".T."));
    let forbid = |w: &mut World| w.advise(0, 1536, Advice::NoHugePage).unwrap();
    assert_eq!(errno(&forbid, 0, 1536), is(Some(Errno::EINVAL), "..."));
    let empty = |w: &mut World| w.advise(512, 512, Advice::DontNeed).unwrap();
    assert_eq!(
        errno(&empty, 0, 1536),
        is(Some(Errno::EINVAL), "T.."),
        "stops at an empty range"
    );
    let emptied = |w: &mut World| {
        w.advise(512, 256, Advice::DontNeed).unwrap();
        w.advise(768, 256, Advice::DontNeed).unwrap();
        w.m.thp_store("enabled", "never").unwrap().unwrap();
        w.set("max_ptes_none", 0);
    };
    assert_eq!(
        errno(&emptied, 0, 1536),
        is(None, "TTT"),
        "neither settings nor limits count"
    );
    let pinned = |w: &mut World| w.m.pin_page(w.p, World::at(700)).unwrap();
    assert_eq!(
        errno(&pinned, 0, 1536),
        is(Some(Errno::EAGAIN), "T.T"),
        "a pin does not stop the rest"
    );
}

#[test]
fn the_caller_owns_the_events_of_madv_collapse() {
    let mut w = World::new(true);
    w.map(0, 512);
    w.write(0..1);
    let from = w.m.events().next_seq();
    w.advise(0, 512, Advice::Collapse).unwrap();
    let scans: Vec<_> =
        w.m.events()
            .since(from)
            .filter(|e| e.kind.tracepoint().is_some())
            .collect();
    let names: Vec<_> = scans.iter().filter_map(|e| e.kind.tracepoint()).collect();
    assert_eq!(
        names,
        [
            "mm_collapse_huge_page_isolate",
            "mm_collapse_huge_page",
            "mm_khugepaged_scan_pmd"
        ]
    );
    for e in scans {
        assert_eq!(e.actor, Actor::Process(w.p));
        if let EventKind::KhugepagedScanPmd {
            referenced,
            none_or_zero,
            status,
            ..
        } = e.kind
        {
            assert_eq!(
                (referenced, none_or_zero, status),
                (0, 511, ScanResult::Succeed)
            );
        }
    }
    assert_eq!(w.counters().0, 0);
}
