//! Writes to merged pages, advice, `run` = 2.

use super::*;
use crate::ksm::KsmdStopped;
use crate::vm::uapi::{MREMAP_FIXED, MREMAP_MAYMOVE};

#[test]
fn e43_a_written_page_leaves_at_its_next_visit() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAA");
    rig.scan(2);
    rig.write(p, 1, "X");
    assert_eq!((rig.cow(), rig.pages()), (1, [1, 2, 0, 0]));
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 1]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 1, 0]);
}

#[test]
fn e44_written_with_the_same_bytes_it_merges_at_once() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAA");
    rig.scan(2);
    rig.write(p, 0, "B");
    rig.write(p, 0, "A");
    rig.scan(1);
    assert_eq!((rig.cow(), rig.pages()), (1, [1, 2, 0, 0]));
}

#[test]
fn e45_a_ksm_page_is_never_reused() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAA");
    rig.scan(2);
    rig.write(p, 0, "XY");
    rig.scan(1);
    assert_eq!(rig.pages()[..2], [1, 0]);
    rig.write(p, 2, "Z");
    assert_eq!(rig.cow(), 3);
    rig.scan(1);
    assert_eq!(rig.pages()[..2], [0, 0]);
}

#[test]
fn e46_e47_e48_unmergeable() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAAA");
    rig.scan(2);
    rig.advise(p, 0, 2, Advice::Unmergeable).unwrap();
    assert_eq!((rig.cow(), rig.pages()), (2, [1, 3, 0, 0]));
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
    for (scans_between, pages) in [(0, [1, 2, 0, 0]), (1, [0, 0, 0, 3])] {
        let mut rig = Rig::new("");
        let p = rig.spawn("AAA");
        rig.scan(2);
        rig.advise(p, 0, 3, Advice::Unmergeable).unwrap();
        rig.scan(scans_between);
        rig.advise(p, 0, 3, Advice::Mergeable).unwrap();
        rig.scan(1);
        assert_eq!(rig.pages(), pages);
    }
}

#[test]
fn e49_e50_unmapped_and_discarded() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAAA");
    rig.scan(2);
    rig.unmap(p, 0, 2);
    assert_eq!(rig.pages(), [1, 3, 0, 0]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
    rig.advise(p, 2, 1, Advice::DontNeed).unwrap();
    rig.write(p, 2, "0");
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 0, 0, 1]);
}

#[test]
fn e51_e52_e53_run_two() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAABB");
    rig.scan(2);
    assert_eq!(rig.pages(), [2, 3, 0, 0]);
    let (scanned, from) = (rig.get("pages_scanned"), rig.m.events().next_seq());
    rig.set("run", "2").unwrap();
    rig.check();
    assert_eq!(
        (rig.pages(), rig.cow(), rig.get("full_scans")),
        ([0; 4], 5, 0)
    );
    assert_eq!((rig.chains(), rig.get("pages_scanned")), ([0, 0], scanned));
    assert_eq!(
        rig.trace(from),
        "remove_item remove_item remove_page remove_item remove_page"
    );
    rig.set("run", "2").unwrap();
    assert_eq!(rig.cow(), 5);
    rig.set("run", "1").unwrap();
    rig.scan(2);
    assert_eq!((rig.pages(), rig.get("full_scans")), ([2, 3, 0, 0], 2));
    assert_eq!(
        rig.m.ksm_stat(rig.m.process(p).unwrap().mm).lines().next(),
        Some("ksm_rmap_items 5")
    );
}

#[test]
fn run_two_in_the_middle_of_a_scan() {
    let mut rig = Rig::new("");
    rig.spawn("AAAB");
    rig.spawn("AC");
    rig.scan(2);
    rig.set("pages_to_scan", "5").unwrap();
    rig.steps(2);
    rig.set("run", "2").unwrap();
    rig.check();
    assert_eq!(
        (rig.pages(), rig.cow(), rig.get("pages_scanned")),
        ([0; 4], 4, 17)
    );
    rig.set("run", "1").unwrap();
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 3, 2, 0]);
}

#[test]
fn e55_run_two_without_memory() {
    let mut rig = Rig::new("");
    rig.spawn("AAAA");
    rig.scan(2);
    while rig.m.alloc_user_folio(0).is_some() {}
    assert_eq!(rig.set("run", "2"), Err(Errno::ENOMEM));
    assert_eq!(
        (rig.get("run"), rig.get("full_scans"), rig.pages()),
        (0, 2, [1, 3, 0, 0])
    );
}

#[test]
fn e57_unmergeable_without_memory() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAAA");
    rig.scan(2);
    let mut last = None;
    while let Some(page) = rig.m.alloc_user_folio(0) {
        last = Some(page);
    }
    rig.m.folio_put(last.unwrap(), 1);
    let result = rig
        .m
        .madvise(p, BASE, 4 * PAGE_SIZE, Advice::Unmergeable as i32);
    assert_eq!((result, rig.cow()), (Err(Errno::EAGAIN), 1));
    assert!(rig.m.ksm_mergeable(rig.m.process(p).unwrap().mm));
}

#[test]
fn e56_stopped_in_mid_scan_it_resumes_at_the_cursor() {
    let mut rig = Rig::new("pages_to_scan=3");
    rig.spawn("ABCD");
    rig.scan(1);
    rig.steps(3);
    // The store waits for the end of the batch.
    rig.set("run", "0").unwrap();
    assert_eq!(
        (rig.get("pages_scanned"), rig.m.ksmd_full_scans(1)),
        (7, Err(KsmdStopped))
    );
    rig.m.advance(1_000_000_000);
    rig.set("run", "1").unwrap();
    rig.scan(1);
    assert_eq!((rig.get("pages_scanned"), rig.get("full_scans")), (8, 2));
}

#[test]
fn e58_a_moved_range_is_unmerged_first() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAAA");
    rig.scan(2);
    let len = 4 * PAGE_SIZE;
    rig.m
        .mremap(
            p,
            BASE,
            len,
            len,
            MREMAP_MAYMOVE | MREMAP_FIXED,
            BASE + 64 * PAGE_SIZE,
        )
        .unwrap();
    rig.check();
    assert_eq!(rig.cow(), 4);
    rig.scan(1);
    assert_eq!(rig.pages(), [0, 0, 0, 4]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 3, 0, 0]);
}

#[test]
fn f4_write_protection_of_userfaultfd_does_not_hinder() {
    use crate::vm::uffd::Uffd;
    let mut rig = Rig::new("");
    let p = rig.spawn("AAAA");
    rig.scan(2);
    for to in [Uffd::Wp, Uffd::Protect] {
        rig.m.userfaultfd(p, BASE, 4 * PAGE_SIZE, to).unwrap();
    }
    rig.advise(p, 0, 4, Advice::Unmergeable).unwrap();
    let frames: std::collections::BTreeSet<_> = (0..4).map(|i| rig.frame(p, i)).collect();
    assert_eq!((frames.len(), rig.cow()), (4, 4));
}

#[test]
fn f6_what_prctl_sets_it_gets() {
    let mut rig = Rig::new("");
    let p = rig.spawn("A");
    for on in [1, 0] {
        assert_eq!(rig.m.prctl(p, 67, [on, 0, 0, 0]), Ok(0));
        assert_eq!(rig.m.prctl(p, 68, [0; 4]), Ok(on as i64));
    }
    assert_eq!(rig.m.prctl(p, 67, [1, 1, 0, 0]), Err(Errno::EINVAL));
    assert_eq!(rig.m.prctl(p, 68, [1, 0, 0, 0]), Err(Errno::EINVAL));
}
