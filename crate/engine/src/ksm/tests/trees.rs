//! The worked example, the checksum gate and the two trees.

use super::*;

/// One line a scan: shared sharing unshared volatile zero skipped scanned rmap profit.
fn worked_example(settings: &str, scans: usize) -> Vec<String> {
    let mut rig = Rig::new(settings);
    for pages in ["AA", "BA", "00"] {
        rig.spawn(pages);
    }
    let line = |rig: &Rig| {
        let g = rig.m.ksm_gauges();
        let rmap = g.pages_shared + g.pages_sharing + g.pages_unshared + g.pages_volatile;
        let [a, b, c, d] = rig.pages();
        let (z, sk, sc, gp) = (
            g.ksm_zero_pages,
            g.pages_skipped,
            g.pages_scanned,
            g.general_profit,
        );
        format!("{a} {b} {c} {d} {z} {sk} {sc} {rmap} {gp}")
    };
    (0..scans)
        .map(|_| {
            rig.scan(1);
            line(&rig)
        })
        .collect()
}

#[test]
fn worked_example_by_default() {
    let smart = [
        "0 0 0 6 0 0 6 6 -384",
        "2 3 1 0 0 0 12 6 11904",
        "2 3 1 0 0 0 18 6 11904",
        "2 3 1 0 0 0 24 6 11904",
        "2 3 0 1 0 1 29 6 11904",
        "2 3 1 0 0 1 35 6 11904",
        "2 3 0 1 0 2 40 6 11904",
        "2 3 0 1 0 3 45 6 11904",
        "2 3 1 0 0 3 51 6 11904",
        "2 3 0 1 0 4 56 6 11904",
    ];
    assert_eq!(worked_example("", 10), smart);
    let off = worked_example("smart_scan=0", 10);
    assert_eq!(off[0], smart[0]);
    for (i, line) in off.iter().enumerate().skip(1) {
        assert_eq!(*line, format!("2 3 1 0 0 0 {} 6 11904", 6 * (i + 1)));
    }
}

#[test]
fn worked_example_with_zero_pages() {
    let smart = [
        "0 0 0 6 0 0 6 6 -384",
        "1 2 1 2 2 0 12 6 16000",
        "1 2 1 0 2 0 16 4 16128",
        "1 2 1 0 2 0 20 4 16128",
        "1 2 0 1 2 1 23 4 16128",
        "1 2 1 0 2 1 27 4 16128",
        "1 2 0 1 2 2 30 4 16128",
        "1 2 0 1 2 3 33 4 16128",
        "1 2 1 0 2 3 37 4 16128",
    ];
    assert_eq!(worked_example("use_zero_pages=1", 9), smart);
    let off = worked_example("use_zero_pages=1 smart_scan=0", 9);
    assert_eq!(off[..2], smart[..2]);
    for (i, line) in off.iter().enumerate().skip(2) {
        assert_eq!(*line, format!("1 2 1 0 2 0 {} 4 16128", 12 + 4 * (i - 1)));
    }
}

#[test]
fn profits_count_every_mapping() {
    let mut rig = Rig::new("");
    let procs = ["AA", "BA", "00"].map(|pages| rig.spawn(pages));
    rig.scan(2);
    let profit = procs.map(|p| rig.m.ksm_process_profit(rig.m.process(p).unwrap().mm));
    assert_eq!(profit, [8064, 3968, 8064]);
    let mm = rig.m.process(procs[1]).unwrap().mm;
    assert_eq!(
        rig.m.ksm_stat(mm),
        "ksm_rmap_items 2\nksm_zero_pages 0\nksm_merging_pages 1\nksm_process_profit 3968\nksm_merge_any: no\n\
         ksm_mergeable: yes\n"
    );
}

#[test]
fn variants_of_the_example() {
    for (settings, pages, profit) in [
        ("", [3, 15, 0, 0], 60_288),
        ("use_zero_pages=1", [2, 10, 0, 6], 64_384),
    ] {
        let mut rig = Rig::new(settings);
        (0..3).for_each(|_| {
            rig.spawn("AABA00");
        });
        rig.scan(2);
        assert_eq!((rig.pages(), rig.get("general_profit")), (pages, profit));
    }
}

#[test]
fn e1_the_gate_wants_two_equal_checksums() {
    let mut rig = Rig::new("");
    rig.spawn("AA");
    rig.scan(1);
    assert_eq!(rig.pages(), [0, 0, 0, 2]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
}

#[test]
fn e3_changed_and_changed_back_is_unchanged() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(1);
    rig.write(p, 0, "B");
    rig.write(p, 0, "A");
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
}

#[test]
fn e7_the_frame_of_the_second_page_survives() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAA");
    let second = rig.frame(p, 1);
    rig.scan(2);
    assert_eq!([0, 1, 2].map(|i| rig.frame(p, i)), [second; 3]);
    assert_eq!(rig.pages(), [1, 2, 0, 0]);
    let mm = rig.m.process(p).unwrap().mm;
    let frame = second.unwrap();
    assert_eq!(
        rig.m.ksm_mappings(frame),
        [2, 1, 0].map(|i| (mm, BASE + i * PAGE_SIZE))
    );
}

#[test]
fn e8_a_newcomer_joins_the_ksm_page() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(2);
    let q = rig.spawn("A");
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 1]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 2, 0, 0]);
    assert_eq!(rig.frame(p, 0), rig.frame(q, 0));
}

#[test]
fn e11_the_unstable_tree_is_not_sorted_again() {
    let mut rig = Rig::new("");
    let p = rig.spawn("mdd");
    rig.scan(1);
    // The scan begins, then visits the first two.
    rig.steps(3);
    rig.write(p, 0, "a");
    rig.finish();
    assert_eq!(rig.pages(), [0, 0, 3, 0]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 1]);
}

#[test]
fn e12_a_search_that_meets_a_gone_page_is_given_up() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(1);
    rig.steps(2);
    rig.advise(p, 0, 1, Advice::DontNeed).unwrap();
    rig.finish();
    assert_eq!(rig.pages(), [0, 0, 1, 1]);
    rig.scan(1);
    assert_eq!(rig.pages(), [0, 0, 1, 0]);
}

#[test]
fn e103_trace_of_a_pair() {
    let mut rig = Rig::new("");
    rig.spawn("AA");
    rig.scan(1);
    let from = rig.m.events().next_seq();
    rig.scan(1);
    assert_eq!(rig.trace(from), "start1 new0 into0 stop1");
}

#[test]
fn visits_in_a_row_are_one_event() {
    let mut rig = Rig::new("");
    rig.spawn("ABCDDE");
    rig.scan(1);
    let from = rig.m.events().next_seq();
    rig.scan(1);
    let counts: Vec<u32> = rig
        .m
        .events()
        .since(from)
        .filter_map(|e| {
            if let EventKind::KsmVisit { count, .. } = e.kind {
                Some(count)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(counts, [4, 1, 1]);
}

#[test]
fn many_contents_keep_both_trees_in_order() {
    let mut rig = Rig::new("smart_scan=0");
    let (p, q) = (rig.spawn(&".".repeat(400)), rig.spawn(&".".repeat(400)));
    for i in 0..400 {
        let word = crate::phys::content::mix(i % 350);
        rig.store(p, i, Pattern::Word(word));
        rig.store(q, 399 - i, Pattern::Stream(word));
    }
    rig.scan(3);
    assert_eq!(rig.pages(), [100, 100, 600, 0]);
    for i in 0..350 {
        rig.store(q, i, Pattern::Word(crate::phys::content::mix(i)));
    }
    rig.scan(2);
    // The streams that were left of a pair stay KSM pages.
    assert_eq!(rig.pages(), [400, 400, 0, 0]);
}

#[test]
fn the_trees_can_be_looked_at() {
    let mut rig = Rig::new("max_page_sharing=2");
    let p = rig.spawn("DBACEAAAAB");
    rig.scan(1);
    rig.steps(4);
    let mm = rig.m.process(p).unwrap().mm;
    let unstable = |rig: &Rig| -> Vec<(u8, u64, u64)> {
        rig.m
            .ksm_unstable_tree(0)
            .iter()
            .map(|v| (v.place.depth, v.place.path, (v.addr - BASE) / PAGE_SIZE))
            .collect()
    };
    // D, B and A are in: B stands at the root.
    assert_eq!(unstable(&rig), [(0, 0, 1), (1, 0, 2), (1, 1, 0)]);
    assert_eq!(rig.m.ksm_cursor(), Some((mm, BASE + 3 * PAGE_SIZE)));
    rig.finish();
    assert_eq!(
        (rig.m.ksm_cursor(), rig.m.ksm_slots().collect::<Vec<_>>()),
        (None, vec![mm])
    );
    let stable: Vec<(u8, u32, bool, bool)> = rig
        .m
        .ksm_stable_tree(0)
        .iter()
        .map(|v| (v.place.depth, v.sharers, v.chained, v.alive))
        .collect();
    assert_eq!(
        stable,
        [(0, 2, true, true), (0, 2, true, true), (1, 2, false, true)]
    );
    let page = rig.m.ksm_item(mm, BASE).unwrap();
    assert_eq!(
        (page.place, page.age, page.remaining_skips),
        (crate::ksm::ItemPlace::Unstable, 2, 0)
    );
    let merged = rig.m.ksm_item(mm, BASE + PAGE_SIZE).unwrap();
    assert_eq!(
        Some(merged.place),
        rig.frame(p, 9).map(crate::ksm::ItemPlace::Stable)
    );
    assert_eq!(rig.m.ksm_item(mm, BASE + 64 * PAGE_SIZE), None);
}
