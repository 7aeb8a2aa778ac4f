//! When the thread wakes, and that slicing time changes nothing.

use super::*;

#[test]
fn the_thread_wakes_by_its_own_settings() {
    let mut w = World::new(false);
    w.m.advance(SECOND);
    assert_eq!(w.m.next_wake_ns(), None, "nobody is queued");
    w.small_pages(20);
    w.m.advance(10 * SECOND);
    assert_eq!(w.counters(), (8, 0));
    w.m.advance(9 * SECOND);
    assert_eq!(w.counters(), (16, 0));
    w.set("pages_to_scan", 512);
    w.set("max_ptes_none", 0);
    w.m.advance(SECOND);
    assert_eq!(w.counters(), (16, 0), "neither ends a sleep");
    w.set("scan_sleep_millisecs", 1000);
    w.m.advance(1);
    assert_eq!(w.counters(), (17, 0), "a write of the sleep does");
    w.m.advance(SECOND);
    assert_eq!(w.counters(), (18, 0));
    w.set("scan_sleep_millisecs", 0);
    w.m.advance(SECOND);
    let (collapsed, scans) = w.counters();
    assert_eq!(collapsed, 20);
    assert!(scans > 100, "without a sleep pass follows pass: {scans}");
    w.set("scan_sleep_millisecs", u32::MAX.into());
    w.m.advance(SECOND);
    assert_eq!(
        w.m.next_wake_ns(),
        None,
        "a sleep beyond 2^31 ms never ends"
    );
    w.check();
}

/// A machine without a free 2 MiB block, and the process that holds the rest.
fn without_huge_pages() -> (World, Pid) {
    let mut w = World::new(false);
    w.small_pages(4);
    let hog = w.m.spawn("hog").unwrap();
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    w.m.mmap(hog, BASE, 1 << 30, PROT_READ | PROT_WRITE, flags)
        .unwrap();
    let touched =
        w.m.access_each(hog, BASE, 0..1 << 18, Access::Write, |_, _, _| {})
            .unwrap();
    assert!(touched.is_err(), "memory is exhausted");
    (w, hog)
}

#[test]
fn a_failed_allocation_sleeps_once_and_then_ends_the_run() {
    let failed = |w: &World| w.m.stats().thp_collapse_alloc_failed;
    let (mut w, _) = without_huge_pages();
    w.m.advance(59 * SECOND);
    assert_eq!(failed(&w), 1);
    w.m.advance(2 * SECOND);
    assert_eq!(failed(&w), 2, "the second failure ends the run");
    assert_eq!(
        w.m.khugepaged_cursor(),
        Some((w.mm(), BASE + 2 * HPAGE_PMD_SIZE))
    );
    w.m.advance(10 * SECOND);
    assert_eq!(failed(&w), 3, "the next run begins after the scan sleep");
    w.set("alloc_sleep_millisecs", 60_000);
    w.m.advance(SECOND);
    assert_eq!(failed(&w), 4, "a write ends the alloc sleep");

    let (mut w, hog) = without_huge_pages();
    w.m.advance(SECOND);
    w.m.exit(hog).unwrap();
    w.m.thp_store("enabled", "always").unwrap().unwrap();
    w.m.advance(SECOND);
    assert_eq!(
        w.ranges(4),
        ".TTT",
        "so does a write of enabled; the failed range waits for the next pass"
    );
    w.check();
}

#[test]
fn slices_of_time_change_nothing() {
    let prepare = || {
        let mut w = World::new(false);
        w.small_pages(6);
        let first = w.p;
        w.p = w.m.spawn("p2").unwrap();
        w.map(0, 2048);
        w.write((0..2048).step_by(7));
        w.advise(0, 2048, Advice::HugePage).unwrap();
        w.m.fork(first, "p3").unwrap();
        w.m.madvise(first, BASE, 2 * HPAGE_PMD_SIZE, Advice::Mergeable as i32)
            .unwrap();
        w.m.write_file("/sys/kernel/mm/ksm/run", "1\n").unwrap();
        w.set("pages_to_scan", 1500);
        w.set("scan_sleep_millisecs", 30);
        w
    };
    let total = SECOND;
    let mut whole = prepare();
    whole.m.advance(total);
    for seed in 0..6 {
        let mut w = prepare();
        let (mut left, mut random) = (total, seed);
        while left > 0 {
            random = mix(random);
            let slice = (random % (total / 9)).min(left);
            let units = if random.is_multiple_of(3) {
                1
            } else {
                random >> 32 & 63
            };
            left -= w.m.advance_bounded(slice, units);
            if seed == 0 {
                // Being copied in the middle changes nothing either.
                w.m = w.m.clone();
            }
        }
        assert_eq!(w.m.now_ns(), whole.m.now_ns());
        assert_eq!(w.m.state_hash(), whole.m.state_hash(), "seed {seed}");
        w.check();
    }
    assert_eq!(whole.counters(), (4, 5), "there was something to do");
    assert!(
        whole.m.events().since(0).any(|e| e.actor == Actor::Ksmd),
        "for both"
    );
}
