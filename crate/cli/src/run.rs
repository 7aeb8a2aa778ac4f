//! `mm run` and `mm why`.

use crate::output::Output;
use crate::scenario::{EXPECT_FAILED, Failure, SCRIPT_ERROR, from_script, parse};
use mm_script::language;
use mm_script::output::compact;
use mm_script::session::{self, Outcome, RunError};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Runs a scenario and prints what it gave.
pub fn run(file: &Path, json: bool, trace: bool, timeline: bool) -> Result<ExitCode, Failure> {
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
    let mut out = Output::open(None)?;
    let mut written = if json {
        writeln!(out, "{}", compact(&outcome.to_json(&name)))
    } else {
        print_for_people(&outcome, &mut out)
    };
    if trace || timeline {
        written = written.and_then(|()| print_events(&outcome, timeline, &mut out));
    }
    written.map_err(|e| out.failed(e))?;
    out.finish()?;
    for e in outcome.error.iter().chain(&others) {
        eprintln!("{}:{}:{}: {}", file.display(), e.line, e.column, e.message);
    }
    for e in &outcome.expect_failed {
        eprintln!("{}: expect failed: {e}", file.display());
    }
    Ok(if outcome.error.is_some() {
        ExitCode::from(SCRIPT_ERROR)
    } else if outcome.expect_failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXPECT_FAILED)
    })
}

fn print_for_people(outcome: &Outcome, out: &mut Output) -> io::Result<()> {
    for step in &outcome.steps {
        writeln!(out, "mm> {}", step.cmd)?;
        for line in step.lines() {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

fn print_events(outcome: &Outcome, all: bool, out: &mut Output) -> io::Result<()> {
    let Some(session) = &outcome.session else {
        return Ok(());
    };
    let machine = session.machine();
    for e in machine.events().since(0) {
        if all {
            writeln!(out, "{:>15} {:?} {:?}", e.now_ns, e.actor, e.kind)?;
        } else if let Some(line) = machine.trace_line(e) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Runs a scenario, then prints the check lists of one page.
pub fn why(file: &Path, page: &str) -> Result<ExitCode, Failure> {
    let fail = |e: &RunError| Err(Failure::of_line(file, e));
    let script = match parse(file) {
        Ok(s) => s,
        Err(errors) => return fail(&errors[0]),
    };
    let outcome = session::run(&script);
    if let Some(e) = &outcome.error {
        return fail(e);
    }
    let Some(mut session) = outcome.session else {
        return Ok(ExitCode::from(SCRIPT_ERROR));
    };
    let lines = match language::parse_line(&format!("why {page}")) {
        Ok(lines) => lines,
        Err(errors) => return fail(&from_script(&errors[0])),
    };
    let mut out = Output::open(None)?;
    for line in &lines {
        match session.exec(line) {
            Ok(step) => {
                let mut lines = step.lines().into_iter();
                let written = lines.try_for_each(|line| writeln!(out, "{line}"));
                written.map_err(|e| out.failed(e))?;
            }
            Err(e) => return fail(&e),
        }
    }
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}
