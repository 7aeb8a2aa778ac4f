//! `mm run` and `mm why`.

use crate::scenario::{EXPECT_FAILED, SCRIPT_ERROR, from_script, parse};
use mm_script::language;
use mm_script::output::compact;
use mm_script::session::{self, Outcome, RunError};
use std::path::Path;
use std::process::ExitCode;

/// Runs a scenario and prints what it gave.
pub fn run(file: &Path, json: bool, trace: bool, timeline: bool) -> ExitCode {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let (outcome, others) = match parse(file) {
        Ok(script) => (session::run(&script), Vec::new()),
        Err(mut errors) => {
            let first = errors.remove(0);
            (
                Outcome {
                    steps: Vec::new(),
                    error: Some(first),
                    expect_failed: Vec::new(),
                    session: None,
                },
                errors,
            )
        }
    };
    if json {
        println!("{}", compact(&outcome.to_json(&name)));
    } else {
        print_for_people(&outcome);
    }
    if trace || timeline {
        print_events(&outcome, timeline);
    }
    for e in outcome.error.iter().chain(&others) {
        eprintln!("{}:{}:{}: {}", file.display(), e.line, e.column, e.message);
    }
    for e in &outcome.expect_failed {
        eprintln!("{}: expect failed: {e}", file.display());
    }
    if outcome.error.is_some() {
        ExitCode::from(SCRIPT_ERROR)
    } else if outcome.expect_failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXPECT_FAILED)
    }
}

fn print_for_people(outcome: &Outcome) {
    for step in &outcome.steps {
        println!("mm> {}", step.cmd);
        for line in step.lines() {
            println!("    {line}");
        }
    }
}

fn print_events(outcome: &Outcome, all: bool) {
    let Some(session) = &outcome.session else {
        return;
    };
    let machine = session.machine();
    for e in machine.events().since(0) {
        if all {
            println!("{:>15} {:?} {:?}", e.now_ns, e.actor, e.kind);
        } else if let Some(line) = machine.trace_line(e) {
            println!("{line}");
        }
    }
}

/// Runs a scenario, then prints the check lists of one page.
pub fn why(file: &Path, page: &str) -> ExitCode {
    let fail = |e: &RunError| {
        eprintln!("{}:{}:{}: {}", file.display(), e.line, e.column, e.message);
        ExitCode::from(SCRIPT_ERROR)
    };
    let script = match parse(file) {
        Ok(s) => s,
        Err(errors) => return fail(&errors[0]),
    };
    let outcome = session::run(&script);
    if let Some(e) = &outcome.error {
        return fail(e);
    }
    let Some(mut session) = outcome.session else {
        return ExitCode::from(SCRIPT_ERROR);
    };
    let lines = match language::parse_line(&format!("why {page}")) {
        Ok(lines) => lines,
        Err(errors) => return fail(&from_script(&errors[0])),
    };
    for line in &lines {
        match session.exec(line) {
            Ok(step) => step.lines().iter().for_each(|l| println!("{l}")),
            Err(e) => return fail(&e),
        }
    }
    ExitCode::SUCCESS
}
