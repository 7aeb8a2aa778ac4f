//! Explanations agree with what ksmd then does.

use super::*;
use crate::explain::CheckList;

fn why(rig: &Rig, pid: Pid, at: u64) -> CheckList {
    rig.m
        .ksm_why(rig.m.process(pid).unwrap().mm, BASE + at * PAGE_SIZE)
}

fn detail(list: &CheckList, rule: &str) -> String {
    list.checks
        .iter()
        .find(|c| c.rule == rule)
        .map(|c| c.detail.clone())
        .unwrap_or_default()
}

#[test]
fn reasons_in_order() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AABC.");
    rig.map(p, 100, 1);
    rig.write(p, 100, "A");
    assert_eq!(why(&rig, p, 0).refused, Some("checksum changed"));
    assert_eq!(why(&rig, p, 4).refused, Some("no anonymous page"));
    assert_eq!(why(&rig, p, 100).refused, Some("area not mergeable"));
    assert_eq!(why(&rig, p, 200).refused, Some("no area"));
    let q = rig.m.spawn("q").unwrap();
    assert_eq!(why(&rig, q, 0).refused, Some("not registered"));
    let before = rig.m.state_hash();
    rig.scan(1);
    assert_eq!(why(&rig, p, 0).refused, Some("no equal page"));
    rig.scan(1);
    assert_eq!(why(&rig, p, 0).refused, Some("already merged"));
    let list = why(&rig, p, 2);
    assert_eq!(list.refused, Some("no equal page"));
    assert!(
        detail(&list, "equal_page").contains("byte 0 is 0x43, here 0x42"),
        "{list:?}"
    );
    assert_ne!(rig.m.state_hash(), before);
    let before = rig.m.state_hash();
    rig.scan(2);
    assert_eq!(why(&rig, p, 2).refused, Some("skipped by smart scan"));
    rig.set("run", "0").unwrap();
    let list = why(&rig, p, 2);
    assert_eq!(
        (list.refused, list.checks[1].remedy.as_str()),
        (Some("ksmd is stopped"), "echo 1 > /sys/kernel/mm/ksm/run")
    );
    assert_ne!(rig.m.state_hash(), before);
    rig.check();
}

#[test]
fn asking_changes_nothing() {
    let mut rig = Rig::new("max_page_sharing=2");
    let p = rig.spawn("AAAB");
    rig.scan(2);
    let before = rig.m.state_hash();
    let list = why(&rig, p, 2);
    assert_eq!(list.refused, Some("sharing limit reached"));
    assert!(
        detail(&list, "max_page_sharing").contains("mapped 2 times, allowed 2"),
        "{list:?}"
    );
    assert_eq!(rig.m.state_hash(), before);
}

#[test]
fn a_page_about_to_merge_is_refused_by_nothing_but_a_pin() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(2);
    let q = rig.spawn("A");
    rig.scan(1);
    assert_eq!(why(&rig, q, 0).refused, None);
    rig.m.pin_page(q, BASE).unwrap();
    assert_eq!(why(&rig, q, 0).refused, Some("page pinned"));
    rig.m.unpin_page(q, BASE).unwrap();
    rig.scan(1);
    assert_eq!(rig.frame(p, 0), rig.frame(q, 0));
}

#[test]
fn neighbours_and_the_way_to_them() {
    let mut rig = Rig::new("smart_scan=0");
    let p = rig.spawn("BBDDFF");
    let q = rig.spawn("CEG");
    let mm = rig.m.process(q).unwrap().mm;
    rig.scan(2);
    let text = detail(&why(&rig, q, 1), "equal_page");
    for part in [
        "among 3 KSM pages: after frame",
        "(byte 0 is 0x44, here 0x45), before frame",
        "(byte 0 is 0x46, here 0x45); none among the pages that wait: after p 0x100000000000 (byte 0 is 0x43",
        "before p 0x100000002000 (byte 0 is 0x47, here 0x45)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // The letters met on the way, and the turns.
    let way: Vec<(u8, bool, i32)> = rig
        .m
        .ksm_search_path(mm, BASE + PAGE_SIZE)
        .iter()
        .map(|s| (s.byte.2, s.waits.is_some(), s.order as i32))
        .collect();
    assert_eq!(
        way,
        [
            (b'D', false, 1),
            (b'F', false, -1),
            (b'G', true, -1),
            (b'C', true, 1)
        ]
    );
    // Merged pages are not searched for; neither are those that nobody knows.
    let p = rig.m.process(p).unwrap().mm;
    assert!(rig.m.ksm_search_path(p, BASE).is_empty());
    assert!(rig.m.ksm_search_path(p, BASE + (1 << 30)).is_empty());
    rig.write(q, 1, "F");
    assert!(
        rig.m
            .ksm_search_path(mm, BASE + PAGE_SIZE)
            .last()
            .unwrap()
            .waits
            .is_none()
    );
}

#[test]
fn smart_scan_says_until_when() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AB");
    rig.scan(1);
    let mut looked_at = Vec::new();
    for _ in 0..22 {
        let list = why(&rig, p, 0);
        let text = detail(&list, "smart_scan");
        let next = rig.m.ksm_gauges().full_scans + 1;
        if text.contains("again in scan") {
            let until: i64 = text.rsplit(' ').next().unwrap().parse().unwrap();
            looked_at.push(until);
            assert!(until > next);
        } else {
            looked_at.push(next);
        }
        rig.scan(1);
    }
    looked_at.dedup();
    assert_eq!(looked_at, [2, 3, 4, 6, 9, 14, 23]);
}

#[test]
fn what_hinders_a_merge_is_named() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAB");
    rig.scan(1);
    rig.m.pin_page(p, BASE + PAGE_SIZE).unwrap();
    rig.scan(1);
    let list = why(&rig, p, 1);
    assert_eq!(list.refused, Some("page pinned"));
    assert!(
        detail(&list, "page_references").contains("references beside"),
        "{list:?}"
    );
    rig.m.unpin_page(p, BASE + PAGE_SIZE).unwrap();
    // A child has the very frame that waits.
    let c = rig.m.fork(p, "c").unwrap();
    rig.scan(1);
    assert_eq!(why(&rig, c, 2).refused, Some("search aborted"));
    assert!(detail(&why(&rig, c, 2), "equal_page").contains("since a fork"));
    rig.write(p, 2, "X");
    let text = detail(&why(&rig, p, 2), "checksum_unchanged");
    assert!(text.contains("at the last visit 0x"), "{text}");
}

/// `refused`, the rule that says so and a part of its numbers.
fn refusal(rig: &Rig, pid: Pid, at: u64, refused: &str, rule: &str, part: &str) {
    let list = why(rig, pid, at);
    assert_eq!(list.refused, Some(refused), "{list:?}");
    let check = list.checks.iter().find(|c| !c.passed && c.reached);
    assert_eq!(check.map(|c| c.rule), Some(rule), "{list:?}");
    assert!(detail(&list, rule).contains(part), "{list:?}");
}

#[test]
fn areas_that_cannot_merge() {
    let mut rig = Rig::new("");
    let p = rig.spawn("A");
    let at = BASE + 100 * PAGE_SIZE;
    let shared = crate::vm::uapi::MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
    rig.m
        .mmap(p, at, PAGE_SIZE, PROT_READ | PROT_WRITE, shared)
        .unwrap();
    rig.write(p, 100, "A");
    refusal(&rig, p, 100, "area can never merge", "vma_kind", "shared");
    rig.map(p, 200, 1);
    rig.advise(p, 200, 1, Advice::Mergeable).unwrap();
    refusal(&rig, p, 200, "area never written", "anon_vma", "anchor");
}

#[test]
fn locked_pages_and_pages_that_went() {
    let mut rig = Rig::new("smart_scan=0");
    let p = rig.spawn("AABB");
    rig.scan(1);
    rig.m.lock_page(p, BASE + PAGE_SIZE, true).unwrap();
    rig.scan(1);
    refusal(&rig, p, 1, "page locked", "page_unlocked", "frame");
    // The KSM page itself is locked.
    let q = rig.spawn("B");
    rig.scan(1);
    rig.m.lock_page(p, BASE + 2 * PAGE_SIZE, true).unwrap();
    refusal(&rig, q, 0, "page locked", "ksm_page_unlocked", "is locked");
    // The page that waits is discarded before its twin is visited.
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(1);
    rig.steps(2);
    rig.advise(p, 0, 1, Advice::DontNeed).unwrap();
    refusal(&rig, p, 1, "search aborted", "equal_page", "page is gone");
}

#[test]
fn a_pinned_huge_page_is_not_split() {
    let mut rig = Rig::new("");
    let p = rig.m.spawn("h").unwrap();
    rig.map(p, 0, 512);
    rig.advise(p, 0, 512, Advice::HugePage).unwrap();
    (0..512).for_each(|i| rig.store(p, i, Pattern::Fill(7)));
    rig.advise(p, 0, 512, Advice::Mergeable).unwrap();
    rig.scan(1);
    rig.m.pin_page(p, BASE).unwrap();
    rig.scan(1);
    let (refused, rule) = ("huge page not split", "split_folio");
    refusal(&rig, p, 1, refused, rule, "512 pages has references");
}
