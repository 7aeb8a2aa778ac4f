//! Scripts about huge pages: every reason khugepaged gives, and the conditions a script can make.

mod compaction;
mod conditions;
mod file_reasons;
mod memory_blocks;
mod reasons;
mod scenarios;

use mm_script::language;
use mm_script::session::{Session, Step};

/// Runs a script and returns the session and its steps.
fn run(script: &str) -> (Session, Vec<Step>) {
    let parsed = language::parse(script).unwrap_or_else(|e| panic!("{}: {script}", e[0]));
    let mut session =
        Session::new(parsed.machine.as_ref()).expect("the machine is within the bounds");
    let mut steps = Vec::new();
    for line in &parsed.lines {
        let step = session.exec(line);
        steps.push(step.unwrap_or_else(|e| panic!("{}: {e}", line.cmd)));
        session
            .machine()
            .check()
            .unwrap_or_else(|e| panic!("after {}: {e}", line.cmd));
    }
    (session, steps)
}

/// Runs one more line.
fn then(session: &mut Session, text: &str) -> Step {
    let lines = language::parse_line(text).unwrap_or_else(|e| panic!("{}", e[0]));
    let step = session.exec(&lines[0]);
    let step = step.unwrap_or_else(|e| panic!("{text}: {e}"));
    session
        .machine()
        .check()
        .unwrap_or_else(|e| panic!("after {text}: {e}"));
    step
}

fn cat(session: &Session, path: &str) -> String {
    let text = session.machine().read_file(path);
    text.unwrap_or_else(|e| panic!("{path}: {e:?}"))
}

/// A counter of `/proc/vmstat`.
fn vmstat(session: &Session, name: &str) -> i64 {
    let text = cat(session, "/proc/vmstat");
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} in vmstat"))
        .parse()
        .expect("a number")
}

/// A counter of one size.
fn mthp(session: &Session, kb: u32, name: &str) -> i64 {
    let path = format!("/sys/kernel/mm/transparent_hugepage/hugepages-{kb}kB/stats/{name}");
    cat(session, &path).trim().parse().expect("a number")
}

/// Class letters of a region's pages as runs: `T*512 a`.
fn classes(session: &Session, process: &str, region: &str) -> String {
    let p = session
        .processes()
        .iter()
        .find(|p| p.name == process)
        .expect("a process");
    let r = p
        .regions
        .iter()
        .find(|r| &*r.name == region)
        .expect("a region");
    let mut runs: Vec<(char, usize)> = Vec::new();
    for page in 0..r.len / 4096 {
        let class = session
            .machine()
            .page_state(p.pid, r.base + page * 4096)
            .class;
        match runs.last_mut() {
            Some(run) if run.0 == class => run.1 += 1,
            _ => runs.push((class, 1)),
        }
    }
    let text = runs.iter().map(|(c, n)| {
        if *n == 1 {
            c.to_string()
        } else {
            format!("{c}*{n}")
        }
    });
    text.collect::<Vec<_>>().join(" ")
}
