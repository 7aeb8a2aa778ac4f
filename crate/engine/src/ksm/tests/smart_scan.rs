//! Which visits smart scan saves, and what that does to pages that become equal.

use super::*;

#[test]
fn e14_pages_that_never_merge() {
    let mut rig = Rig::new("");
    rig.spawn("ABCD");
    let mut scanned = String::new();
    let mut after = Vec::new();
    for scan in 1..=41 {
        let before = rig.get("pages_skipped");
        rig.scan(1);
        let skipped = rig.get("pages_skipped") - before;
        assert_eq!(
            rig.pages(),
            if skipped > 0 || scan == 1 {
                [0, 0, 0, 4]
            } else {
                [0, 0, 4, 0]
            },
            "scan {scan}"
        );
        scanned.push(if skipped > 0 { '-' } else { 'S' });
        if [5, 9, 14, 23].contains(&scan) {
            after.push(rig.get("pages_skipped"));
        }
    }
    assert_eq!(scanned, "SSSS-S--S----S--------S--------S--------S");
    assert_eq!(after, [4, 12, 28, 60]);
}

/// Scan in which a page that exists from the start merges with a twin first visited in scan `s`; 0 if not by 60.
fn merges_in(settings: &str, s: u32) -> u32 {
    let mut rig = Rig::new(settings);
    rig.spawn("A");
    rig.scan(s - 1);
    rig.spawn("A");
    for scan in s..60 {
        rig.scan(1);
        if rig.get("pages_sharing") > 0 {
            return scan;
        }
    }
    0
}

#[test]
fn e15_twins_meet_only_when_both_are_looked_at() {
    let table = [
        (2, 3),
        (3, 4),
        (4, 6),
        (5, 6),
        (6, 9),
        (7, 9),
        (8, 9),
        (9, 14),
        (10, 23),
        (11, 14),
        (12, 14),
        (13, 14),
        (15, 23),
        (18, 23),
        (19, 32),
        (20, 23),
    ];
    assert_eq!(table.map(|(s, _)| (s, merges_in("", s))), table);
}

#[test]
fn e16_e18_some_never_meet() {
    for s in [14, 16, 17, 23, 25, 26] {
        assert_eq!(merges_in("", s), 0, "twin of scan {s}");
        assert_eq!(merges_in("smart_scan=0", s), s + 1);
    }
}

#[test]
fn e17_a_third_copy_brings_them_together() {
    let mut rig = Rig::new("");
    rig.spawn("A");
    rig.scan(13);
    rig.spawn("A");
    rig.scan(1);
    rig.spawn("A");
    rig.scan(2);
    assert_eq!(rig.pages()[..2], [1, 1]);
    rig.scan(6);
    assert_eq!(rig.pages()[..2], [1, 1]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 2, 0, 0]);
}

#[test]
fn e2_pages_that_change_age_as_well() {
    let mut rig = Rig::new("");
    let p = rig.spawn("VA");
    let mut seen = Vec::new();
    for letter in ["a", "b", "c", "d", "e"] {
        rig.write(p, 0, letter);
        rig.scan(1);
        seen.push((rig.pages()[2], rig.pages()[3], rig.get("pages_skipped")));
    }
    assert_eq!(
        seen,
        [(0, 2, 0), (1, 1, 0), (1, 1, 0), (1, 1, 0), (0, 2, 2)]
    );
}

#[test]
fn e19_e20_merged_pages_do_not_age() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(20);
    assert_eq!(
        (rig.get("pages_scanned"), rig.get("pages_skipped")),
        (40, 0)
    );
    rig.scan(9);
    rig.write(p, 0, "B");
    // Two visits so far count: the next three are scans 30, 31 and, the fourth being skipped, 33.
    let skipped: Vec<i64> = (0..5)
        .map(|_| {
            rig.scan(1);
            rig.get("pages_skipped")
        })
        .collect();
    assert_eq!(skipped, [0, 0, 1, 1, 2]);
}
