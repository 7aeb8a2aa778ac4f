//! Batches, sleep, and the files.

use super::*;

const MS: u64 = 1_000_000;

/// Pages of which none equals another.
fn distinct(rig: &mut Rig, n: u64) -> Pid {
    let pid = rig.spawn(&".".repeat(n as usize));
    for i in 0..n {
        rig.store(pid, i, Pattern::Word(i + 1));
    }
    pid
}

#[test]
fn e86_batches_of_a_full_scan() {
    for (candidates, batches) in [(99, 1), (100, 2), (200, 3), (250, 3)] {
        let mut rig = Rig::new("smart_scan=0");
        distinct(&mut rig, candidates);
        let mut n = 0;
        while rig.get("full_scans") == 0 {
            rig.m.ksmd_wake();
            n += 1;
        }
        assert_eq!(
            (n, rig.get("pages_scanned")),
            (batches, candidates as i64),
            "{candidates} candidates"
        );
    }
}

#[test]
fn e13_without_anybody_registered_it_sleeps() {
    let mut rig = Rig::new("");
    rig.m.advance(1000 * MS);
    assert_eq!(
        (rig.get("full_scans"), rig.m.ksmd_next_wake_ns()),
        (0, None)
    );
    let p = rig.spawn("AB");
    rig.m.advance(1000 * MS);
    assert_eq!(rig.get("full_scans"), 50);
    rig.unmap(p, 0, 2);
    rig.m.advance(1000 * MS);
    let scans = rig.get("full_scans");
    assert!((50..53).contains(&scans), "{scans}");
    assert_eq!(rig.m.ksmd_next_wake_ns(), None);
}

#[test]
fn e87_no_pages_to_scan() {
    let mut rig = Rig::new("pages_to_scan=0");
    rig.spawn("AA");
    rig.m.advance(1000 * MS);
    assert_eq!((rig.get("full_scans"), rig.get("pages_scanned")), (0, 0));
}

#[test]
fn e88_a_changed_sleep_ends_the_sleep() {
    let mut rig = Rig::new("sleep_millisecs=100000");
    rig.spawn("AA");
    rig.m.advance(1000 * MS);
    assert_eq!(rig.get("full_scans"), 1);
    rig.set("sleep_millisecs", "100000").unwrap();
    rig.m.advance(100 * MS);
    assert_eq!(rig.get("full_scans"), 1);
    rig.set("sleep_millisecs", "20").unwrap();
    rig.m.advance(100 * MS);
    assert_eq!(rig.get("full_scans"), 6);
}

#[test]
fn e89_without_sleep_it_runs_all_the_time() {
    let mut rig = Rig::new("sleep_millisecs=0 pages_to_scan=1000000");
    distinct(&mut rig, 100);
    rig.m.advance(10 * MS);
    let scans = rig.get("full_scans");
    assert!(scans > 20, "{scans}");
}

#[test]
fn a_suspended_system_ends_the_batch_and_keeps_the_cursor() {
    let mut rig = Rig::new("pages_to_scan=5");
    let p = distinct(&mut rig, 10);
    rig.steps(4);
    assert_eq!(rig.get("pages_scanned"), 3);
    assert_eq!(
        rig.m.write_file("/sys/power/state", "off"),
        Err(Errno::EINVAL)
    );
    rig.m.write_file("/sys/power/state", "freeze").unwrap();
    // The two pages left of the batch are not made up for: the next one goes on behind the third page.
    let mm = rig.m.process(p).unwrap().mm;
    assert_eq!(rig.m.ksm_cursor(), Some((mm, BASE + 3 * PAGE_SIZE)));
    rig.m.advance(25_000_000);
    assert_eq!(rig.get("pages_scanned"), 8);
    // Asleep, nothing changes.
    let wake = rig.m.ksmd_next_wake_ns();
    rig.m.write_file("/sys/power/state", "mem\n").unwrap();
    assert_eq!(rig.m.ksmd_next_wake_ns(), wake);
    rig.check();
}

#[test]
fn time_may_be_cut_anywhere() {
    let run = |slice: u64| {
        let mut rig = Rig::new("");
        distinct(&mut rig, 250);
        rig.spawn("AAAB");
        let mut left = 200 * MS;
        while left > 0 {
            let dt = slice.min(left);
            rig.m.advance(dt);
            left -= dt;
        }
        rig.check();
        rig.m.state_hash()
    };
    assert_eq!(run(200 * MS), run(7_777));
    let mut rig = Rig::new("");
    distinct(&mut rig, 250);
    rig.spawn("AAAB");
    let mut left = 200 * MS;
    while left > 0 {
        left -= rig.m.advance_bounded(left, 3);
    }
    assert_eq!(rig.m.state_hash(), run(200 * MS));
}

#[test]
fn a_parked_thread_moves_only_when_told() {
    let config = MachineConfig {
        mem: 64 << 20,
        parked: true,
        ..MachineConfig::default()
    };
    let mut rig = Rig {
        m: Machine::new(config).unwrap(),
    };
    assert_eq!(
        ["run", "full_scans", "pages_to_scan", "sleep_millisecs"].map(|f| rig.get(f)),
        [1, 2, 1 << 30, 86_400_001]
    );
    rig.spawn("AA");
    rig.m.advance(60_000 * MS);
    assert_eq!(rig.get("full_scans"), 2);
    rig.scan(1);
    assert_eq!(
        (rig.get("full_scans"), rig.get("sleep_millisecs")),
        (3, 86_400_000)
    );
    // Stopped in its timed sleep, and woken to find that: then run = 1 starts it at once.
    rig.set("run", "0").unwrap();
    rig.set("run", "1").unwrap();
    assert_eq!(rig.get("full_scans"), 3);
    rig.set("run", "0").unwrap();
    rig.m.ksmd_wake();
    assert_eq!(rig.get("full_scans"), 3);
    rig.set("run", "1").unwrap();
    assert_eq!((rig.get("full_scans"), rig.pages()), (4, [1, 1, 0, 0]));
}

#[test]
fn a_commanded_scan_of_nobody_counts() {
    let mut rig = Rig::new("");
    let from = rig.m.events().next_seq();
    rig.scan(2);
    assert_eq!(
        (rig.trace(from).as_str(), rig.get("full_scans")),
        ("start0 stop0 start1 stop1", 2)
    );
}

#[test]
fn e90_to_e96_what_files_accept() {
    let mut rig = Rig::new("");
    let bad = Err(Errno::EINVAL);
    let cases = [
        ("run", "3", bad, "1"),
        ("run", "-1", bad, "1"),
        ("run", "x", bad, "1"),
        ("pages_to_scan", "99999999999", bad, "100"),
        ("pages_to_scan", "+0007", Ok(()), "7"),
        ("pages_to_scan", "0x10", bad, "7"),
        ("use_zero_pages", "2", bad, "0"),
        ("use_zero_pages", "on", Ok(()), "1"),
        ("smart_scan", "No", Ok(()), "0"),
        ("advisor_target_scan_time", "0", bad, "200"),
        ("advisor_max_cpu", "4294967297", Ok(()), "1"),
        ("advisor_mode", "scan-time", Ok(()), "none [scan-time]"),
        ("pages_to_scan", "50", bad, "500"),
        ("advisor_min_pages_to_scan", "900", Ok(()), "900"),
        ("pages_to_scan", "50", bad, "500"),
        ("advisor_mode", "Scan-time", bad, "none [scan-time]"),
        ("advisor_mode", "none", Ok(()), "[none] scan-time"),
        ("pages_to_scan", "100", Ok(()), "100"),
        ("full_scans", "1", Err(Errno::EACCES), "0"),
    ];
    for (name, text, result, value) in cases {
        assert_eq!(
            (rig.set(name, text), rig.m.ksm_show(name).unwrap()),
            (result, format!("{value}\n")),
            "{name} {text}"
        );
    }
    assert_eq!(rig.m.ksm_store("nothing", "1"), None);
}

#[test]
fn every_file_shows_its_default() {
    let rig = Rig {
        m: Machine::new(MachineConfig {
            mem: 64 << 20,
            ..MachineConfig::default()
        })
        .unwrap(),
    };
    for file in super::super::KSM_FILES {
        let text = rig.m.ksm_show(file.name).expect(file.name);
        let chosen = text
            .trim()
            .split(' ')
            .find_map(|w| w.strip_prefix('[')?.strip_suffix(']'))
            .unwrap_or(text.trim());
        assert_eq!(chosen, file.default, "{}", file.name);
    }
}

#[test]
fn the_advisor_sets_pages_to_scan() {
    let mut rig = Rig::new("advisor_mode=scan-time advisor_target_scan_time=1");
    distinct(&mut rig, 6000);
    let before = rig.get("pages_to_scan");
    rig.m.advance(2000 * MS);
    let events = rig
        .m
        .events()
        .since(0)
        .filter(|e| matches!(e.kind, EventKind::KsmAdvisor { .. }))
        .count();
    assert_eq!((before, events as i64), (500, rig.get("full_scans")));
    assert_ne!(rig.get("pages_to_scan"), 500);
}
