//! `mm trace`: the lines are those of `mm run --trace`, and the file for Perfetto has all of them.

use super::Folder;
use serde_json::Value;

const SCRIPT: &str = "machine mem=256M
echo 1000 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
echo 1 > /sys/kernel/mm/ksm/run
proc app
app mmap a 16M
app write a[0..4096:2] seed=1
app madvise a hugepage
app mmap k 1M
app write k fill=7
app madvise k mergeable
run 30s
";

#[test]
fn lines_are_those_of_the_run() {
    let folder = Folder::new("trace");
    folder.write("s.mm", SCRIPT);
    let trace = folder.mm(&["trace", "s.mm"]).printed();
    let (head, lines): (Vec<&str>, Vec<&str>) = trace.lines().partition(|l| l.starts_with('#'));
    assert_eq!((head[0], head.len()), ("# tracer: nop", 4));
    let run = folder.mm(&["run", "--trace", "s.mm"]).printed();
    let of_run: Vec<&str> = run.lines().filter(|l| l.contains("] ..... ")).collect();
    assert!(
        lines.len() > 20 && lines.iter().any(|l| l.contains("ksm_")),
        "{trace}"
    );
    assert_eq!(lines, of_run);

    folder
        .mm(&["trace", "s.mm", "--format", "perfetto", "--out", "s.json"])
        .printed();
    let json: Value = serde_json::from_str(&folder.read("s.json")).expect("JSON");
    let events = json["traceEvents"].as_array().expect("a list");
    let of = |ph: &str| events.iter().filter(|e| e["ph"] == ph).collect::<Vec<_>>();
    assert_eq!(of("i").len(), lines.len());
    let slices = of("X");
    assert_eq!(slices.len(), SCRIPT.lines().count() - 1);
    let run = slices.last().expect("a slice");
    assert_eq!(
        (run["name"].as_str(), run["dur"].as_u64()),
        (Some("run 30s"), Some(30_000_000))
    );
    let huge: Vec<u64> = of("C")
        .iter()
        .filter(|e| e["name"] == "anonHuge")
        .map(|e| e["args"]["value"].as_u64().expect("kB"))
        .collect();
    assert!(huge.is_sorted() && huge.last() == Some(&16384), "{huge:?}");
    let threads: Vec<_> = of("M")
        .iter()
        .filter_map(|e| e["args"]["name"].as_str())
        .collect();
    assert!(
        threads.contains(&"khugepaged") && threads.contains(&"ksmd"),
        "{threads:?}"
    );
}

#[test]
fn more_events_than_are_remembered_are_all_there() {
    let folder = Folder::new("long");
    let sleep = "echo 1 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs";
    let script = format!(
        "machine mem=256M\n{sleep}\nproc p\np mmap a 64M\np write a[0..16384:2]\np madvise a hugepage\n\
         echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none\nrun 40s\n"
    );
    folder.write("s.mm", &script);
    let trace = folder.mm(&["trace", "s.mm"]);
    let lines = trace.printed().lines().count();
    assert!(lines > mm_engine::trace::RING_EVENTS, "{lines}");
    assert_eq!(trace.stderr(), "");
}
