//! For every recorded scenario: what `why` says of a range just before khugepaged comes to it is what khugepaged says.

use super::{Session, language};
use mm_engine::machine::Machine;
use mm_engine::trace::EventKind;

/// Units of one commanded scan; more would not end.
const MAX_UNITS: usize = 10_000;

/// Lets khugepaged do a full scan on a copy of the machine, one range at a time. Gives the ranges it reported.
fn scan_and_ask(machine: &Machine, place: &str) -> usize {
    let mut m = machine.clone();
    let mut reported = 0;
    for _ in 0..MAX_UNITS {
        let before = m.clone();
        let step = m.khugepaged_step();
        for e in m.events().since(before.events().next_seq()) {
            let EventKind::KhugepagedScanPmd {
                mm, addr, status, ..
            } = e.kind
            else {
                continue;
            };
            let pid = before.owner_of(mm).expect("a live process is scanned");
            let lists = before.why(pid, addr).expect("it lives");
            let list = lists
                .iter()
                .find(|l| l.who == "khugepaged")
                .expect("its list");
            let word = status.as_str();
            let want = (word != "succeeded").then_some(word);
            assert_eq!(list.refused, want, "{place}, {addr:#x}: {:?}", list.checks);
            let failed = list.checks.iter().rfind(|c| c.reached && !c.passed);
            assert_eq!(
                failed.is_some(),
                want.is_some(),
                "{place}: {:?}",
                list.checks
            );
            reported += 1;
        }
        if step.full_scan || step.run_over && step.progress == 0 {
            break;
        }
    }
    reported
}

#[test]
fn why_says_beforehand_what_khugepaged_will_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of scenarios")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "mm"))
        .collect();
    names.sort();
    let (mut scenarios, mut ranges) = (0, 0);
    for path in names {
        let text = std::fs::read_to_string(&path).expect("a script");
        if !text.contains("\nkhugepaged ") {
            continue;
        }
        let parsed =
            language::parse(&text).unwrap_or_else(|e| panic!("{}: {}", path.display(), e[0]));
        let mut session = Session::new(parsed.machine.as_ref()).expect("a machine");
        let mut here = 0;
        for line in &parsed.lines {
            if line.cmd.starts_with("khugepaged ") {
                here += scan_and_ask(
                    session.machine(),
                    &format!("{}: {}", path.display(), line.cmd),
                );
            }
            // A region that was never made ends a script, as it ended the recording.
            if session.exec(line).is_err() {
                break;
            }
        }
        scenarios += usize::from(here > 0);
        ranges += here;
    }
    assert!(
        scenarios > 60 && ranges > 200,
        "{scenarios} scenarios, {ranges} ranges"
    );
}
