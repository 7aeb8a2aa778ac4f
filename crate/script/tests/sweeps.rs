//! What a setting does, as tables: each cell is a whole run of the engine.

use mm_script::language;
use mm_script::session::Session;

/// Runs a script and returns the session.
fn run(script: &str) -> Session {
    let script = language::parse(script).expect("the script parses");
    let mut session =
        Session::new(script.machine.as_ref()).expect("the machine is within the bounds");
    for line in &script.lines {
        session.exec(line).expect("the line runs");
    }
    session
}

fn number(session: &Session, path: &str) -> i64 {
    session
        .machine()
        .read_file(path)
        .expect("the file exists")
        .trim()
        .parse()
        .expect("a number")
}

/// Aligned columns: a corner, the column heads, then rows.
fn table(corner: &str, heads: &[i64], rows: &[(i64, Vec<i64>)]) -> String {
    let row = |first: String, cells: &[i64]| {
        let cells: String = cells.iter().map(|c| format!("{c:>8}")).collect();
        format!("{first:>12}{cells}\n")
    };
    let mut out = row(corner.into(), heads);
    for (head, cells) in rows {
        out += &row(head.to_string(), cells);
    }
    out
}

/// 16 MiB of which every n-th page was written: RSS in kB after khugepaged has been round.
#[test]
fn density_by_max_ptes_none() {
    let limits = [0, 64, 255, 384, 511];
    let rows: Vec<(i64, Vec<i64>)> = [1, 2, 4, 8, 33, 512]
        .into_iter()
        .map(|every| {
            let rss = |limit| {
                let session = run(&format!(
                    "proc p\np mmap a 16M\np write a[0..4096:{every}]\np madvise a hugepage\n\
                     sys transparent_hugepage/khugepaged/max_ptes_none {limit}\nkhugepaged scan\n"
                ));
                let pid = session.processes()[0].pid;
                session
                    .machine()
                    .smaps(pid)
                    .iter()
                    .map(|v| v.rss as i64)
                    .sum()
            };
            (every, limits.iter().map(rss).collect())
        })
        .collect();
    insta::assert_snapshot!(table("every/none", &limits, &rows), @r"
    every/none       0      64     255     384     511
             1   16384   16384   16384   16384   16384
             2    8192    8192    8192   16384   16384
             4    4096    4096    4096   16384   16384
             8    2048    2048    2048    2048   16384
            33     500     500     500     500   16384
           512      32      32      32      32   16384
    ");
}

/// 512 pages of which n are equal, twenty wake-ups of ksmd: pages saved.
#[test]
fn duplicates_by_pages_to_scan() {
    let budgets = [25, 100, 400, 1600];
    let rows: Vec<(i64, Vec<i64>)> = [2, 64, 256, 512]
        .into_iter()
        .map(|equal| {
            let saved = |budget| {
                let session = run(&format!(
                    "proc p\np mmap a 2M\np write a seed=1\np write a[0..{equal}] fill=7\np madvise a mergeable\n\
                     sys ksm/pages_to_scan {budget}\nksmd wake 20\n"
                ));
                number(&session, "/sys/kernel/mm/ksm/pages_sharing")
            };
            (equal, budgets.iter().map(saved).collect())
        })
        .collect();
    insta::assert_snapshot!(table("equal/scan", &budgets, &rows), @r"
    equal/scan      25     100     400    1600
             2       0       1       1       1
            64       0      63      63      63
           256       0     255     255     255
           512       0     510     510     510
    ");
}

/// 20 full ranges, one wake-up after the other: huge pages so far.
#[test]
fn wake_ups_by_pages_to_scan() {
    let budgets = [512, 1024, 4096, 8192];
    let rows: Vec<(i64, Vec<i64>)> = [1, 2, 3, 5, 20]
        .into_iter()
        .map(|wakes| {
            let collapsed = |budget| {
                let session = run(&format!(
                    "proc p\np mmap a 40M\np write a\np madvise a hugepage\n\
                     sys transparent_hugepage/khugepaged/pages_to_scan {budget}\nkhugepaged wake {wakes}\n"
                ));
                number(&session, "/sys/kernel/mm/transparent_hugepage/khugepaged/pages_collapsed")
            };
            (wakes, budgets.iter().map(collapsed).collect())
        })
        .collect();
    insta::assert_snapshot!(table("wakes/scan", &budgets, &rows), @r"
    wakes/scan     512    1024    4096    8192
             1       1       2       8      16
             2       2       4      16      20
             3       3       6      20      20
             5       5      10      20      20
            20      20      20      20      20
    ");
}
