//! Huge pages when memory is in pieces: the modes of `defrag`, what compaction moves and what it leaves.

use super::{cat, classes, run, then, vmstat};

const DEFRAG: &str = "/sys/kernel/mm/transparent_hugepage/defrag";

/// What one fault at 2 MiB comes to when only compaction could give them.
struct Mode {
    word: &'static str,
    advised: bool,
    compacts: bool,
    wakes: bool,
}

const fn mode(word: &'static str, advised: bool, compacts: bool, wakes: bool) -> Mode {
    Mode {
        word,
        advised,
        compacts,
        wakes,
    }
}

const MODES: [Mode; 10] = [
    mode("always", true, true, false),
    mode("always", false, true, false),
    mode("defer", true, false, true),
    mode("defer", false, false, true),
    mode("defer+madvise", true, true, false),
    mode("defer+madvise", false, false, true),
    mode("madvise", true, true, false),
    mode("madvise", false, false, false),
    mode("never", true, false, false),
    mode("never", false, false, false),
];

#[test]
fn each_mode_of_defrag() {
    for m in MODES {
        let advice = if m.advised { "hugepage" } else { "normal" };
        let (mut session, _) = run(&format!(
            "machine mem=256M enabled=always\nproc p1\nfragment 100% movable\necho {} > {DEFRAG}\np1 mmap a 2M\np1 madvise a {advice}\n",
            m.word
        ));
        let case = format!("{} {advice}", m.word);
        let why = then(&mut session, "why p1.a[0]").why.expect("lists");
        let check = why[0].checks.last().expect("checks");
        assert_eq!(
            (check.rule, check.passed),
            ("free_block", m.compacts),
            "{case}"
        );
        assert!(
            check.detail.contains(&format!("defrag={},", m.word)),
            "{}",
            check.detail
        );
        assert_eq!(
            check.detail.contains("wakes kcompactd"),
            m.wakes,
            "{}",
            check.detail
        );
        then(&mut session, "p1 write a[0]");
        let huge = if m.compacts { "T*512" } else { "a .*511" };
        assert_eq!(classes(&session, "p1", "a"), huge, "{case}");
        let n = i64::from(m.compacts);
        for (name, want) in [
            ("compact_stall", n),
            ("compact_success", n),
            ("compact_fail", 0),
            ("thp_fault_alloc", n),
            ("thp_fault_fallback", 1 - n),
            ("compact_daemon_wake", 0),
        ] {
            assert_eq!(vmstat(&session, name), want, "{case}: {name}");
        }
        // kcompactd works as soon as time passes.
        then(&mut session, "run 1ms");
        assert_eq!(
            vmstat(&session, "compact_daemon_wake"),
            i64::from(m.wakes),
            "{case}"
        );
        assert_eq!(
            vmstat(&session, "compact_daemon_migrate_scanned") > 0,
            m.wakes,
            "{case}"
        );
    }
}

#[test]
fn what_cannot_be_moved_makes_attempts_rarer() {
    let (mut session, _) =
        run("machine mem=256M\nproc p1\nfragment 100%\np1 mmap a 64M\np1 madvise a hugepage\n");
    let counts = |s: &super::Session| {
        ["compact_stall", "compact_success", "compact_fail"].map(|n| vmstat(s, n))
    };
    then(&mut session, "p1 write a[0]");
    // One try on the node alone, then one that waits for nothing and one that does.
    assert_eq!(counts(&session), [3, 0, 3]);
    assert_eq!(vmstat(&session, "thp_fault_fallback"), 1);
    for page in (512..512 * 16).step_by(512) {
        then(&mut session, &format!("p1 write a[{page}]"));
    }
    assert_eq!(vmstat(&session, "thp_fault_fallback"), 16);
    assert_eq!(counts(&session), [48, 0, 48]);
    // Most of them were put off: hardly any page was looked at.
    assert_eq!(vmstat(&session, "pgmigrate_success"), 0);
    // Without the right to compact nothing is tried.
    then(&mut session, &format!("echo never > {DEFRAG}"));
    then(&mut session, "p1 write a[9000]");
    assert_eq!(counts(&session), [48, 0, 48]);
}

#[test]
fn khugepaged_compacts_by_its_own_switch() {
    for (defrag, want) in [(0, "a*512"), (1, "T*512")] {
        let (mut session, _) = run(&format!(
            "machine mem=256M\nproc p1\nfragment 100% movable\nsys transparent_hugepage/khugepaged/defrag {defrag}\np1 mmap a 2M\np1 write a seed=1\np1 madvise a hugepage\n"
        ));
        then(&mut session, "khugepaged scan");
        assert_eq!(classes(&session, "p1", "a"), want, "{defrag}");
        assert_eq!(
            vmstat(&session, "thp_collapse_alloc_failed") > 0,
            defrag == 0
        );
        // MADV_COLLAPSE works for it always.
        assert_eq!(then(&mut session, "p1 madvise a collapse").errno, None);
        assert_eq!(classes(&session, "p1", "a"), "T*512");
        assert_eq!(
            then(&mut session, "p1 check a seed=1").differ,
            Some((0, None))
        );
    }
}

/// Every second page of an area freed; nothing larger is free then.
const HOLES: &str = "machine mem=64M\nproc p1\nsys ksm/run 1\np1 mmap a 40M\np1 write a seed=1\np1 mmap k 64K\np1 write k fill=1\np1 mmap j 64K\np1 write j fill=1\np1 madvise k mergeable\np1 madvise j mergeable\nksmd scan 2\nmemfd m 256K\np1 mmap s 256K shared memfd=m\np1 write s seed=2\np1 mlock a[0..64] onfault\np1 fork p2\np2 mlock a[0..16] onfault\np2 write a[100..200] seed=3\np1 madvise a[64..10240:2] dontneed\np2 madvise a[64..10240:2] dontneed\n";

#[test]
fn pages_move_and_nobody_notices() {
    for command in [
        "vm compact_memory 1",
        "echo 1 > /sys/devices/system/node/node0/compact",
    ] {
        let (mut session, _) = run(HOLES);
        let seen = |s: &super::Session| {
            ["a", "k", "j", "s"].map(|r| ["p1", "p2"].map(|p| classes(s, p, r)))
        };
        let before = seen(&session);
        let rss = cat(
            &session,
            "/proc/p1/smaps_rollup"
                .replace("p1", &session.processes()[0].pid.0.to_string())
                .as_str(),
        );
        then(&mut session, command);
        assert!(vmstat(&session, "pgmigrate_success") > 1000);
        assert!(seen(&session) == before, "classes have changed");
        let path = format!("/proc/{}/smaps_rollup", session.processes()[0].pid.0);
        assert_eq!(cat(&session, &path), rss);
        for line in [
            "p1 check a[65..10240:2] seed=1",
            "p2 check a[101..200:2] seed=3",
            "p1 check k fill=1",
            "p2 check j fill=1",
            "p1 check s seed=2",
        ] {
            assert_eq!(then(&mut session, line).differ, Some((0, None)), "{line}");
        }
        then(&mut session, "ksmd scan 1");
        assert!(seen(&session) == before);
        // Compacting again finds nothing more to gain.
        let moved = vmstat(&session, "pgmigrate_success");
        then(&mut session, command);
        assert!(vmstat(&session, "pgmigrate_success") - moved < moved / 4);
    }
}

#[test]
fn a_fault_makes_room_among_the_pages_of_others() {
    let (mut session, _) = run(HOLES);
    // Whatever is free in one piece goes; what is left are the holes.
    let blocks = |order: usize| -> u64 {
        let text = cat(&session, "/proc/buddyinfo");
        let column = |l: &str| l.split_whitespace().nth(4 + order).map(str::parse::<u64>);
        text.lines()
            .filter_map(column)
            .map(|n| n.expect("a count"))
            .sum()
    };
    let whole = 2 * (blocks(9) + 2 * blocks(10));
    then(&mut session, &format!("hog {whole}M"));
    then(&mut session, "p1 mmap b 2M");
    then(&mut session, "p1 madvise b hugepage");
    then(&mut session, "p1 write b seed=9");
    assert_eq!(classes(&session, "p1", "b"), "T*512");
    assert!(vmstat(&session, "compact_success") >= 1 && vmstat(&session, "compact_isolated") > 0);
    assert_eq!(
        then(&mut session, "p1 check a[65..10240:2] seed=1").differ,
        Some((0, None))
    );
}

#[test]
fn pins_locks_and_the_switch_for_mlocked_pages_hold_pages() {
    let (mut session, _) = run("machine mem=64M\nproc p1\np1 mmap a 4M\np1 write a seed=1\np1 pin a[5]\np1 lock a[6]\np1 mlock a[8..16]\nvm compact_unevictable_allowed 0\n".replace("vm compact_unevictable_allowed 0", "echo 0 > /proc/sys/vm/compact_unevictable_allowed").as_str());
    let pid = session.processes()[0].pid;
    let base = session.processes()[0].regions[0].base;
    let frames = |s: &super::Session| {
        (0..16)
            .map(|i| s.machine().page_state(pid, base + i * 4096).key)
            .collect::<Vec<_>>()
    };
    let before = frames(&session);
    then(&mut session, "vm compact_memory 1");
    let after = frames(&session);
    let moved: Vec<bool> = before.iter().zip(&after).map(|(a, b)| a != b).collect();
    let held = |i: usize| i == 5 || i == 6 || i >= 8;
    assert_eq!(moved, (0..16).map(|i| !held(i)).collect::<Vec<_>>());
    assert!(vmstat(&session, "pgmigrate_fail") >= 1);
}
