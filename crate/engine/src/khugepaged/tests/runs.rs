//! Budget, passes and the cursor.

use super::*;

#[test]
fn a_run_ends_when_its_budget_is_used() {
    for (budget, ranges, after) in [
        // Twenty ranges in the only queued process: 8, 16, 20, and the end of the pass in the third run.
        (4096, 20, vec![(8, 0), (16, 0), (20, 1)]),
        // The pass ends in the run after the one that did the last range.
        (512, 3, vec![(1, 0), (2, 0), (3, 0), (3, 1)]),
        (1, 2, vec![(1, 0), (2, 0), (2, 1)]),
        (1024, 4, vec![(2, 0), (4, 0), (4, 1)]),
    ] {
        let mut w = World::new(true);
        w.small_pages(ranges);
        w.set("pages_to_scan", budget);
        let base = w.counters().1;
        for (n, want) in after.into_iter().enumerate() {
            assert!(w.m.khugepaged_wakes(1));
            let (collapsed, scans) = w.counters();
            assert_eq!(
                (collapsed, scans - base),
                want,
                "budget {budget}, wake {}",
                n + 1
            );
        }
        w.check();
    }
}

#[test]
fn passed_over_areas_cost_one_and_are_not_walked_again() {
    let mut w = World::new(true);
    w.map(0, 2048);
    w.write(0..2048);
    w.advise(0, 2048, Advice::HugePage).unwrap();
    // 5000 areas of a page below the region, none like its neighbours.
    for i in 0..5000 {
        let prot = if i % 2 == 0 {
            PROT_READ
        } else {
            PROT_READ | PROT_WRITE
        };
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        w.m.mmap(w.p, (1 << 30) + i * PAGE_SIZE, PAGE_SIZE, prot, flags)
            .unwrap();
    }
    w.set("pages_to_scan", 4096);
    let step = w.m.khugepaged_step();
    assert_eq!(step.progress, 1 + 5000 + 512);
    assert!(step.run_over && !step.full_scan);
    w.m.khugepaged_wakes(1);
    assert_eq!(w.ranges(4), "TTTT");
}

/// Recorded on Linux: the cursor's process exits between two wake-ups of one range each.
#[test]
fn a_dead_process_is_taken_out_when_the_thread_comes_by() {
    let mut w = World::new(true);
    let first = w.p;
    w.small_pages(3);
    w.p = w.m.spawn("p2").unwrap();
    w.small_pages(2);
    w.set("pages_to_scan", 512);
    let mut seen = vec![];
    let base = w.counters();
    let mut wake = |w: &mut World| {
        w.m.khugepaged_wakes(1);
        let (collapsed, scans) = w.counters();
        seen.push((collapsed - base.0, scans - base.1));
        w.check();
    };
    wake(&mut w);
    w.m.exit(first).unwrap();
    wake(&mut w);
    wake(&mut w);
    w.m.exit(w.p).unwrap();
    wake(&mut w);
    wake(&mut w);
    assert_eq!(seen, [(1, 0), (2, 0), (3, 0), (3, 2), (3, 3)]);
    assert!(w.m.khugepaged_queue().is_empty());
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!(w.counters().1 - base.1, 4);
}

/// Recorded on Linux: without a budget, a scan from the middle ends that pass and makes another.
#[test]
fn a_scan_from_the_middle_makes_two_passes() {
    let mut w = World::new(true);
    w.small_pages(3);
    w.set("pages_to_scan", 512);
    w.m.khugepaged_wakes(1);
    let (from, base) = (w.m.events().next_seq(), w.counters().1);
    w.m.khugepaged_full_scans(1).unwrap();
    use ScanResult::{PmdMapped as Huge, Succeed};
    assert_eq!(w.results(from), [Succeed, Succeed, Huge, Huge, Huge]);
    assert_eq!(w.counters().1, base + 2);
    assert_eq!(w.m.khugepaged_settings().pages_to_scan, 512);
}

#[test]
fn a_held_mmap_lock_ends_the_visit_and_still_counts_the_pass() {
    let mut w = World::new(true);
    w.small_pages(1);
    let (mm, base) = (w.mm(), w.counters().1);
    w.m.mm_mut(mm).mmap_locked = true;
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!((w.ranges(1).as_str(), w.counters().1), (".", base + 1));
    let last = w.m.khugepaged_last().unwrap();
    assert_eq!((last.work, last.progress), (KhugepagedWork::Left { mm }, 0));
    w.m.mm_mut(mm).mmap_locked = false;
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!(w.ranges(1), "T");
}

#[test]
fn a_step_is_one_range_and_takes_no_time() {
    let mut w = World::new(false);
    w.small_pages(2);
    let mm = w.mm();
    let steps: Vec<_> = (0..3).map(|_| w.m.khugepaged_step()).collect();
    let range = |i| KhugepagedWork::Range {
        mm,
        addr: BASE + i * HPAGE_PMD_SIZE,
        result: ScanResult::Succeed,
    };
    let works: Vec<_> = steps
        .iter()
        .map(|s| (s.work, s.progress, s.full_scan, s.run_over))
        .collect();
    let left = KhugepagedWork::Left { mm };
    assert_eq!(
        works,
        [
            (range(0), 513, false, false),
            (range(1), 513, false, false),
            (left, 1, true, true)
        ]
    );
    assert_eq!((w.m.now_ns(), w.m.khugepaged_cursor()), (0, None));
}
