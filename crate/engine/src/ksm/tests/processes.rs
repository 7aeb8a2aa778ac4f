//! Fork, exit, and the order of the slots.

use super::*;
use crate::vm::uapi::{PR_GET_MEMORY_MERGE, PR_SET_MEMORY_MERGE};

fn merging(rig: &Rig, pid: Pid) -> i64 {
    rig.m.mm(rig.m.process(pid).unwrap().mm).ksm_merging_pages
}

#[test]
fn e31_e32_a_child_joins_and_stays() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AAB");
    rig.scan(2);
    let c = rig.m.fork(p, "c").unwrap();
    assert_eq!((rig.pages(), merging(&rig, c)), ([1, 1, 1, 0], 0));
    rig.scan(1);
    assert_eq!((rig.pages(), merging(&rig, c)), ([1, 3, 1, 1], 2));
    rig.m.exit(p).unwrap();
    assert_eq!(rig.pages(), [1, 3, 1, 1]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 1, 0]);
}

#[test]
fn e33_an_unmerged_page_shared_by_fork() {
    let mut rig = Rig::new("");
    let p = rig.spawn("A");
    let c = rig.m.fork(p, "c").unwrap();
    let r = rig.spawn("A");
    let survivor = rig.frame(r, 0);
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 1, 0, 1]);
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 2, 0, 0]);
    assert_eq!([p, c, r].map(|p| rig.frame(p, 0)), [survivor; 3]);
}

#[test]
fn e34_the_parent_goes_before_the_child_was_scanned() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    rig.scan(2);
    rig.m.fork(p, "c").unwrap();
    rig.m.exit(p).unwrap();
    rig.scan(1);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
}

#[test]
fn e35_counters_of_a_gone_process_stay_while_ksmd_is_stopped() {
    let mut rig = Rig::new("");
    rig.spawn("AB");
    let q = rig.spawn("AB");
    rig.scan(2);
    rig.set("run", "0").unwrap();
    rig.m.exit(q).unwrap();
    rig.m.advance(1_000_000_000);
    assert_eq!(rig.pages(), [2, 2, 0, 0]);
    rig.set("run", "1").unwrap();
    rig.scan(1);
    assert_eq!(rig.pages(), [2, 0, 0, 0]);
}

#[test]
fn e37_all_sharers_go() {
    let mut rig = Rig::new("");
    let (p, q) = (rig.spawn("AA"), rig.spawn("A"));
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 2, 0, 0]);
    rig.m.exit(p).unwrap();
    rig.m.exit(q).unwrap();
    let from = rig.m.events().next_seq();
    rig.scan(1);
    assert_eq!(
        rig.trace(from),
        "start2 remove_item remove_item remove_page stop2"
    );
    assert_eq!((rig.pages(), rig.m.ksm.slots.len()), ([0; 4], 0));
    assert_eq!(rig.m.mms.iter().flatten().count(), 0);
}

/// Processes in slot order, as letters of their order of birth.
fn order(rig: &Rig) -> String {
    rig.m
        .ksm
        .slots
        .iter()
        .map(|s| char::from(b'A' + s.mm.0 as u8))
        .collect()
}

#[test]
fn e40_e41_where_slots_stand() {
    let mut rig = Rig::new("");
    let procs = ["ab", "cd", "ef"].map(|pages| rig.spawn(pages));
    rig.scan(1);
    assert_eq!(order(&rig), "ABC");
    // Into B: begin, two of A, one of B.
    rig.steps(4);
    rig.spawn("gh");
    assert_eq!(order(&rig), "ADBC");
    rig.finish();
    // Into A.
    rig.steps(2);
    rig.m.exit(procs[2]).unwrap();
    assert_eq!(order(&rig), "ACDB");
    rig.finish();
    assert_eq!(order(&rig), "ADB");
}

#[test]
fn e38_e39_what_survives_exec() {
    let mut rig = Rig::new("");
    let p = rig.spawn("AA");
    let q = rig.m.spawn("q").unwrap();
    rig.m.prctl(q, 67, [1, 0, 0, 0]).unwrap();
    rig.map(q, 0, 2);
    rig.write(q, 0, "AA");
    rig.scan(2);
    assert_eq!((merging(&rig, p), merging(&rig, q)), (2, 2));
    for pid in [p, q] {
        rig.m.exec(pid).unwrap();
        assert_eq!(merging(&rig, pid), 0);
    }
    // Advice is gone with the areas; what was said for the whole process holds for new ones.
    let stat = |rig: &Rig, pid: Pid| {
        rig.m
            .read_file(&format!("/proc/{}/ksm_stat", pid.0))
            .unwrap()
    };
    assert!(stat(&rig, p).contains("ksm_merge_any: no\nksm_mergeable: no"));
    assert_eq!(rig.m.prctl(q, 68, [0; 4]), Ok(1));
    assert!(stat(&rig, q).contains("ksm_merge_any: yes\nksm_mergeable: no"));
    // The old address spaces are cleaned up like those of the gone.
    assert_eq!(rig.pages()[..2], [1, 3]);
    rig.scan(1);
    assert_eq!(rig.pages()[..2], [0, 0]);
    for pid in [p, q] {
        rig.map(pid, 0, 2);
        rig.write(pid, 0, "BB");
    }
    rig.scan(2);
    assert_eq!((merging(&rig, p), merging(&rig, q)), (0, 2));
    assert_eq!(rig.m.exec(Pid(4000)), Err(Errno::ESRCH));
    rig.check();
}

#[test]
fn e42_zero_pages_of_a_child_count() {
    let mut rig = Rig::new("use_zero_pages=1");
    let p = rig.spawn("0000");
    rig.scan(2);
    assert_eq!(rig.get("ksm_zero_pages"), 4);
    let c = rig.m.fork(p, "c").unwrap();
    assert_eq!(rig.get("ksm_zero_pages"), 8);
    rig.m.exit(c).unwrap();
    assert_eq!(rig.get("ksm_zero_pages"), 4);
}

#[test]
fn e73_e75_a_slot_goes_when_no_area_can_merge() {
    let mut rig = Rig::new("");
    let p = rig.spawn("...");
    rig.scan(3);
    assert_eq!((order(&rig).as_str(), rig.get("full_scans")), ("A", 3));
    rig.unmap(p, 0, 3);
    rig.scan(1);
    assert_eq!(order(&rig), "");
    assert!(!rig.m.mm(rig.m.process(p).unwrap().mm).vm_mergeable);
}

#[test]
fn e98_e100_prctl() {
    let mut rig = Rig::new("");
    let set = |rig: &mut Rig, p, on| rig.m.prctl(p, PR_SET_MEMORY_MERGE, [on, 0, 0, 0]);
    let p = rig.spawn("AA");
    rig.map(p, 100, 2);
    rig.write(p, 100, "AA");
    assert_eq!(set(&mut rig, p, 0), Ok(0));
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 1, 0, 0]);
    set(&mut rig, p, 1).unwrap();
    assert_eq!(rig.m.prctl(p, PR_GET_MEMORY_MERGE, [0; 4]), Ok(1));
    rig.scan(2);
    assert_eq!(rig.pages(), [1, 3, 0, 0]);
    rig.advise(p, 100, 2, Advice::Unmergeable).unwrap();
    rig.map(p, 200, 1);
    rig.write(p, 200, "A");
    rig.scan(2);
    assert_eq!((rig.pages(), rig.cow()), ([1, 2, 0, 0], 2));
    // The flag that madvise had set goes too.
    set(&mut rig, p, 0).unwrap();
    rig.scan(1);
    assert_eq!(
        (rig.pages(), rig.cow(), order(&rig).as_str()),
        ([0; 4], 5, "")
    );
}
