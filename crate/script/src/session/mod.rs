//! Running a scenario: a machine, and the names its lines use.
//!
//! ```text
//! Line --exec--> calls of the engine --> Step (what the call gave, as data and as text)
//! ```
//!
//! A [`Session`] is a value like the machine in it: cheap to clone, equal inputs give equal sessions. Errors of a
//! *call* are results of the step; only what a script may not say at all (a region that does not exist, a command the
//! machine does not have) is a [`RunError`], and then nothing has changed.

mod expect;
mod files;
mod hugetlb;
mod mremap;
mod observe;
mod process;
mod regions;
mod step;
mod system;
mod touch;
mod trace_log;
mod why;

pub use regions::{ProcessNames, Region};
pub use step::Step;
pub use why::{check_lines, check_title};

use crate::language::{self, Line, MachineLine, Name, Script};
use crate::object;
use crate::output::Value;
use mm_engine::machine::Machine;
use mm_engine::vm::addr::{FileId, Pid};
use mm_engine::{Errno, MachineConfig};
use observe::Baseline;
use std::fmt;
use trace_log::TraceLog;

/// A line that cannot be run. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    /// 1-based source line.
    pub line: u32,
    /// 1-based column in characters of the expanded line.
    pub column: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for RunError {}

/// Why a command cannot be run: the word it is about and the message.
pub(crate) struct Bad(Box<(String, String)>);

impl Bad {
    pub(crate) fn new(word: &str, message: impl Into<String>) -> Self {
        Bad(Box::new((word.to_owned(), message.into())))
    }

    /// A command or option whose subsystem this machine does not have.
    pub(crate) fn unsupported(word: &str, what: &str) -> Self {
        Bad::new(word, format!("`{word}` is not supported: {what}"))
    }
}

/// A machine being driven by a script.
#[derive(Clone, Debug)]
pub struct Session {
    machine: Machine,
    names: Vec<ProcessNames>,
    files: Vec<(Name, FileId)>,
    next_slot: u64,
    last: Step,
    observed: Value,
    baseline: Baseline,
    trace: TraceLog,
    failed: Vec<String>,
}

impl Session {
    /// A session on the machine that a `machine` line describes; without one, on a machine like the recording one:
    /// its daemons are parked and move only when told.
    ///
    /// # Errors
    /// The option that is out of bounds or not supported.
    pub fn new(machine: Option<&MachineLine>) -> Result<Session, RunError> {
        let config = match machine {
            Some(m) => system::configuration(m),
            None => MachineConfig {
                parked: true,
                ..MachineConfig::default()
            },
        };
        let at = |message: String| RunError {
            line: machine.map_or(1, |m| m.line),
            column: 1,
            message,
        };
        let machine = Machine::new(config).map_err(|e| at(e.to_string()))?;
        let baseline = Baseline::of(&machine);
        Ok(Session {
            machine,
            names: Vec::new(),
            files: Vec::new(),
            next_slot: 0,
            last: Step::default(),
            observed: Value::Null,
            baseline,
            trace: TraceLog::default(),
            failed: Vec::new(),
        })
    }

    /// Names the pages in trace events for `observe`, at the price of a look at all page tables before each scan.
    pub fn name_traced_pages(&mut self, on: bool) {
        self.trace.enabled = on;
    }

    /// Runs one line.
    ///
    /// # Errors
    /// The line asks for something that does not exist here; the session is as before.
    pub fn exec(&mut self, line: &Line) -> Result<Step, RunError> {
        let mut step = Step::default();
        self.command(&line.command, &mut step).map_err(|bad| {
            let (word, message) = *bad.0;
            let column = line
                .cmd
                .find(&word)
                .map_or(1, |at| line.cmd[..at].chars().count() as u32 + 1);
            RunError {
                line: line.line,
                column,
                message,
            }
        })?;
        step.line = line.line;
        step.cmd = line.cmd.to_string();
        if !matches!(*line.command, language::Command::Expect(_)) {
            self.last = Step {
                obs: None,
                ..step.clone()
            };
        }
        Ok(step)
    }

    /// The machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The machine, for driving it by other means than lines (the player's slices of time).
    pub fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// Live processes and their regions, oldest first.
    pub fn processes(&self) -> &[ProcessNames] {
        &self.names
    }

    /// `expect` lines that failed so far.
    pub fn failed_expectations(&self) -> &[String] {
        &self.failed
    }

    pub(crate) fn process_named(&self, name: &str) -> Result<&ProcessNames, Bad> {
        self.names.iter().find(|p| p.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.names.iter().map(|p| p.name.as_str()).collect();
            let hint = if known.is_empty() {
                format!("make it with `proc {name}`")
            } else {
                format!("there are {}", known.join(", "))
            };
            Bad::new(name, format!("no process `{name}`: {hint}"))
        })
    }

    pub(crate) fn name_of_pid(&self, pid: Pid) -> Option<&str> {
        self.names
            .iter()
            .find(|p| p.pid == pid)
            .map(|p| p.name.as_str())
    }
}

/// What a whole script gave: the JSON of `mm run --json`.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Every step up to the first error.
    pub steps: Vec<Step>,
    /// Why the script stopped early.
    pub error: Option<RunError>,
    /// `expect` lines that failed.
    pub expect_failed: Vec<String>,
    /// The session at the end.
    pub session: Option<Session>,
}

impl Outcome {
    /// The JSON object that the comparison with the kernel reads.
    pub fn to_json(&self, script: &str) -> serde_json::Value {
        self.to_value(script).into()
    }

    /// The same object as a value of our own, for where no JSON library is.
    pub fn to_value(&self, script: &str) -> Value {
        let error = |e: &RunError| object! {"line" => e.line, "column" => e.column, "message" => &e.message};
        let failed = self.expect_failed.iter().map(Value::from);
        object! {
            "script" => script.to_owned(),
            "kernel" => "mm-engine 6.18",
            "error" => self.error.as_ref().map(error),
            "expect_failed" => failed.collect::<Vec<_>>(),
            "steps" => self.steps.iter().map(Step::to_json).collect::<Vec<_>>(),
        }
    }
}

/// Runs a whole script with named trace pages.
///
/// ```
/// use mm_script::{language, session};
///
/// let script = language::parse("proc p\np mmap a 8K\np write b\nproc q\n").unwrap();
/// let outcome = session::run(&script);
/// // A line that asks for what does not exist ends the script, and says so.
/// let error = outcome.error.unwrap();
/// assert_eq!((error.line, error.column), (3, 9));
/// assert_eq!(outcome.steps.len(), 3);
/// ```
pub fn run(script: &Script) -> Outcome {
    let mut out = Outcome {
        steps: Vec::new(),
        error: None,
        expect_failed: Vec::new(),
        session: None,
    };
    let mut session = match Session::new(script.machine.as_ref()) {
        Ok(s) => s,
        Err(e) => {
            out.error = Some(e);
            return out;
        }
    };
    session.name_traced_pages(true);
    for line in &script.lines {
        match session.exec(line) {
            Ok(step) => out.steps.push(step),
            Err(e) => {
                out.steps.push(Step::failed(line, &e));
                out.error = Some(e);
                break;
            }
        }
    }
    out.expect_failed = session.failed_expectations().to_vec();
    out.session = Some(session);
    out
}

pub(crate) fn errno_text(e: Errno) -> String {
    format!("{}: {}", e.name(), e.text())
}
