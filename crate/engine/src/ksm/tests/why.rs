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
