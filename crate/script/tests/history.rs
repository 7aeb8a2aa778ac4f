//! Rewind: wherever one goes in a log, the machine is the one that running the log leads to.

use mm_script::history::{CHECKPOINT_BYTES, Done, History, MAX_CHECKPOINTS, Next};
use mm_script::language::{self, Line};
use proptest::prelude::*;

/// Both daemons have something to do in it.
const SETUP: &str = "machine mem=256M
proc a
a mmap heap 16M
a madvise heap hugepage
a write heap[0..4096:3] seed=1
a mmap ram 8M
a madvise ram mergeable
a write ram fill=9
echo 1 > /sys/kernel/mm/ksm/run
echo 20 > /sys/kernel/mm/ksm/sleep_millisecs
echo 200 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
";

fn lines(text: &str) -> Vec<Line> {
    language::parse_line(text).unwrap_or_else(|e| panic!("{}", e[0]))
}

fn history() -> History {
    let script = language::parse(SETUP).unwrap_or_else(|e| panic!("{}", e[0]));
    let mut h = History::new(script.machine.as_ref()).expect("a machine");
    run(&mut h, &script.lines);
    h
}

fn run(h: &mut History, lines: &[Line]) {
    for line in lines {
        h.exec(line).unwrap_or_else(|e| panic!("{}: {e}", line.cmd));
    }
}

fn hash(h: &History) -> u64 {
    h.session().machine().state_hash()
}

/// The machine at every position, by running the script of the log from the beginning.
fn straight(h: &History) -> Vec<u64> {
    let script = language::parse(SETUP).expect("parses");
    let mut fresh = History::new(script.machine.as_ref()).expect("a machine");
    let mut hashes = vec![hash(&fresh)];
    for entry in h.entries() {
        match &entry.done {
            Done::Line(line) => {
                fresh.exec(line).expect("ran before");
            }
            Done::Time { ns } => {
                assert_eq!(fresh.advance(*ns, u64::MAX), *ns);
                fresh.cut();
            }
        }
        hashes.push(hash(&fresh));
    }
    hashes
}

#[derive(Clone, Debug)]
enum Action {
    Line(usize),
    /// ns, units a slice, slices.
    Time(u64, u64, u32),
    Cut,
    Seek(f64),
    SeekSlowly(f64, u64),
    Replay(u64, u64),
    Moment(f64),
    Back(u64),
}

const LINES: [&str; 8] = [
    "a write ram[0..512:5] seed=3",
    "a madvise heap[0..4096:33] dontneed",
    "a write heap[100..1700] seed=4",
    "a read ram",
    "step ksmd 7",
    "step khugepaged",
    "echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none",
    "cat /proc/vmstat",
];

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0..LINES.len()).prop_map(Action::Line),
        4 => (1..400_000_000u64, 1..60u64, 1..8u32).prop_map(|(ns, units, n)| Action::Time(ns, units, n)),
        1 => Just(Action::Cut),
        2 => (0.0..1.0).prop_map(Action::Seek),
        1 => (0.0..1.0, 1..500u64).prop_map(|(to, units)| Action::SeekSlowly(to, units)),
        1 => (0.0..1.0).prop_map(Action::Moment),
        1 => (1..300_000_000u64).prop_map(Action::Back),
        2 => (1..300_000_000u64, 1..80u64).prop_map(|(ns, units)| Action::Replay(ns, units)),
    ]
}

fn act(h: &mut History, action: &Action) {
    let place = |h: &History, to: f64| (to * (h.length() + 1) as f64) as usize;
    match *action {
        // Before its process exists a line is refused, and nothing is logged.
        Action::Line(i) => {
            let before = (h.position(), h.length());
            let looks = LINES[i].starts_with("cat");
            match h.exec(&lines(LINES[i])[0]) {
                Ok(_) if looks && before.0 < before.1 => {
                    assert_eq!((h.position(), h.length()), before)
                }
                Ok(_) => assert_eq!(h.position(), h.length()),
                Err(_) => assert_eq!((h.position(), h.length()), before),
            }
        }
        Action::Time(ns, units, slices) => {
            let mut left = ns;
            for _ in 0..slices {
                left -= h.advance(left, units);
            }
        }
        Action::Cut => h.cut(),
        Action::Seek(to) => {
            let to = place(h, to);
            h.seek(to);
            assert_eq!(h.position(), to.min(h.length()));
        }
        Action::SeekSlowly(to, units) => {
            let to = place(h, to);
            h.seek_begin(to);
            while !h.seek_on(units) {}
            assert_eq!(h.position(), to.min(h.length()));
        }
        Action::Moment(to) => {
            let end = h.session().machine().now_ns();
            let at = (to * end as f64) as u64;
            h.seek_time(at);
            while !h.seek_on(50) {}
            let now = h.session().machine().now_ns();
            assert!(now >= at && now <= at.max(end));
        }
        Action::Back(ns) => {
            let (place, now) = (h.position(), h.session().machine().now_ns());
            if h.back_begin(now.saturating_sub(ns)) {
                while !h.seek_on(50) {}
                let back = (h.position(), h.session().machine().now_ns());
                assert!(
                    back < (place, now) || back.1 < now,
                    "{back:?} {place} {now}"
                );
            } else {
                assert_eq!(place, 0);
            }
        }
        Action::Replay(ns, units) => match h.next() {
            Next::End => {}
            Next::Line(_) => assert!(h.replay_line().is_some()),
            Next::Time { .. } => {
                h.replay_time(ns, units);
            }
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_position_is_the_machine_that_the_log_leads_to(
        actions in prop::collection::vec(action(), 1..25),
        looks in prop::collection::vec(0.0..1.0f64, 4),
    ) {
        let mut h = history();
        for a in &actions {
            act(&mut h, a);
        }
        // The end of the log as a seek finds it; a stretch under way is finished by going to it.
        h.seek(h.length());
        let hashes = straight(&h);
        prop_assert_eq!(hash(&h), hashes[h.length()]);
        for to in looks {
            let to = (to * (h.length() + 1) as f64) as usize;
            h.seek(to);
            prop_assert_eq!(hash(&h), hashes[to], "position {} of {}", to, h.length());
        }
    }
}

#[test]
fn the_script_makes_the_same_machine_again() {
    let mut h = history();
    for line in &LINES[..5] {
        h.advance(300_000_007, u64::MAX);
        h.cut();
        h.advance(60_000_000_000, 40);
        run(&mut h, &lines(line));
    }
    let script = language::parse(&h.script()).expect("parses");
    let outcome = mm_script::session::run(&script);
    assert_eq!(outcome.error, None);
    let again = outcome.session.expect("no error");
    assert_eq!(again.machine().state_hash(), hash(&h));
    assert_eq!(again.machine().now_ns(), h.session().machine().now_ns());
}

#[test]
fn what_changes_the_machine_after_a_seek_back_drops_the_future_and_looking_does_not() {
    let mut h = history();
    let n = h.length();
    h.seek(n - 3);
    for look in ["cat /proc/meminfo", "ls /sys", "why a.heap[3]", "help"] {
        run(&mut h, &lines(look));
    }
    assert_eq!((h.position(), h.length()), (n - 3, n));
    let wrong = h.exec(&lines("b read heap")[0]);
    assert!(wrong.is_err(), "there is no process b");
    assert_eq!(
        (h.position(), h.length()),
        (n - 3, n),
        "a line that cannot run changes nothing"
    );
    run(&mut h, &lines("a read ram[0]"));
    assert_eq!((h.position(), h.length()), (n - 2, n - 2));
    h.seek(n - 4);
    h.advance(5, u64::MAX);
    assert_eq!((h.position(), h.length()), (n - 3, n - 3));
}

#[test]
fn a_stretch_can_be_left_in_its_middle() {
    let mut h = history();
    let start = h.length();
    h.advance(10_000_000_000, u64::MAX);
    h.cut();
    h.seek(start);
    assert_eq!(h.replay_time(4_000_000_000, u64::MAX), 4_000_000_000);
    assert_eq!(
        (h.position(), h.next()),
        (start, Next::Time { ns: 6_000_000_000 })
    );
    run(&mut h, &lines("a read ram[0]"));
    assert!(
        h.script().ends_with("run 4s\na read ram[0]\n"),
        "{}",
        h.script()
    );
    assert_eq!(straight(&h).last(), Some(&hash(&h)));
}

#[test]
fn checkpoints_are_bounded() {
    let mut h = history();
    for _ in 0..40 * MAX_CHECKPOINTS {
        run(&mut h, &lines("a read ram[0]"));
    }
    let hashes = straight(&h);
    for to in [0, 1, 700, h.length() - 1, 1500, h.length()] {
        h.seek(to);
        assert_eq!(hash(&h), hashes[to]);
    }
}

#[test]
fn any_moment_is_the_machine_that_time_leads_to() {
    let mut h = history();
    let start = h.session().machine().now_ns();
    while h.session().machine().now_ns() < start + 3_000_000_000 {
        h.advance(3_000_000_000, 300);
    }
    for at in [2_900_000_001, 7, 1_500_000_000, 1_499_999_999, 200_000_000] {
        h.seek_time(start + at);
        while !h.seek_on(40) {}
        assert_eq!(h.session().machine().now_ns(), start + at);
        let mut fresh = history();
        fresh.advance(at, u64::MAX);
        assert_eq!(hash(&h), hash(&fresh), "{at} ns");
    }
    h.seek_time(u64::MAX);
    while !h.seek_on(u64::MAX) {}
    assert_eq!(h.position(), h.length());
}

#[test]
fn going_back_goes_through_every_line_to_the_beginning() {
    let mut h = history();
    let lines = h.length();
    h.advance(100_000_000, u64::MAX);
    h.cut();
    h.advance(100_000_000, u64::MAX);
    h.cut();
    let now = h.session().machine().now_ns();
    assert!(h.back_begin(now - 150_000_000));
    while !h.seek_on(u64::MAX) {}
    let here = (h.position(), h.session().machine().now_ns());
    assert_eq!(
        here,
        (lines, now - 150_000_000),
        "stretches in a row are one"
    );
    let mut steps = 0;
    while h.back_begin(0) {
        while !h.seek_on(u64::MAX) {}
        steps += 1;
    }
    assert_eq!((h.position(), steps), (0, lines + 1));
}

#[test]
fn what_checkpoints_take_is_told_and_bounded() {
    let mut h = history();
    let first = h.checkpoints();
    assert_eq!(first.0, 1);
    for i in 0..60 {
        run(&mut h, &lines(&format!("a write ram seed={i}")));
        run(&mut h, &lines("a madvise heap dontneed"));
        run(&mut h, &lines("a write heap"));
        assert!(h.checkpoints().0 <= MAX_CHECKPOINTS && h.checkpoints().1 <= CHECKPOINT_BYTES);
    }
    let (n, bytes) = h.checkpoints();
    assert!(n > 3 && bytes > first.1, "{n} checkpoints, {bytes} bytes");
    h.seek(0);
    run(&mut h, &lines("help"));
    assert_eq!(h.checkpoints().0, n, "looking forgets nothing");
}
