//! `mm trace`: a scenario's tracepoints, written as they happen.
//!
//! The engine remembers so many events; time is therefore played in short stretches, and what happened in each is
//! taken before the next.

mod perfetto;

use crate::arguments::TraceFormat;
use crate::output::Output;
use crate::scenario::{Failure, load};
use crate::sweep::memory;
use mm_engine::machine::Machine;
use mm_script::language::{Command, Script};
use mm_script::session::{RunError, Session};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Units of the daemons in one stretch: each makes far fewer events than the engine remembers for all of them.
const STRETCH_UNITS: u64 = 128;
/// Samples of the counters in one `run` line, and the least time between two.
const RUN_SAMPLES: u64 = 250;
const SAMPLE_NS: u64 = 1_000_000;

/// What the tracing file says above its lines.
const HEAD: &str = "\
# tracer: nop
#
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
";

/// Names of the counters, as the page has them.
pub const COUNTERS: [&str; 11] = [
    "rss",
    "anonHuge",
    "free",
    "swap",
    "pagesSharing",
    "pagesShared",
    "pagesUnshared",
    "pagesScanned",
    "pagesCollapsed",
    "pgfault",
    "thpFaultAlloc",
];

/// Something that a trace shows.
pub enum Shown<'a> {
    /// A line of the scenario begins.
    Line(&'a str),
    /// A tracepoint, as a line of ftrace.
    Tracepoint(String),
    /// Values of [`COUNTERS`]; sizes in kB.
    Counters([i64; 11]),
}

/// Runs a scenario and writes its trace.
pub fn trace(format: TraceFormat, out: Option<&Path>, file: &Path) -> Result<ExitCode, Failure> {
    let (_, script) = load(file)?;
    let mut out = Output::open(out)?;
    let lost = match format {
        TraceFormat::Ftrace => ftrace(&script, &mut out),
        TraceFormat::Perfetto => perfetto::write(&script, &mut out),
    };
    let lost = lost.map_err(|stop| match stop {
        Stop::Line(e) => Failure::of_line(file, &e),
        Stop::Write(e) => out.failed(e),
    })?;
    out.finish()?;
    if lost > 0 {
        eprintln!(
            "{}: {lost} events of single lines are left out: the engine remembers the newest {}. Split those lines",
            file.display(),
            mm_engine::trace::RING_EVENTS
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Why a trace ended early.
pub enum Stop {
    /// A line could not be run.
    Line(RunError),
    /// The output could not be written.
    Write(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(e: std::io::Error) -> Stop {
        Stop::Write(e)
    }
}

fn ftrace(script: &Script, out: &mut Output) -> Result<u64, Stop> {
    out.write_all(HEAD.as_bytes())?;
    play(script, |_, shown| match shown {
        Shown::Tracepoint(line) => writeln!(out, "{line}"),
        Shown::Line(_) | Shown::Counters(_) => Ok(()),
    })
}

/// Plays a script, and tells what it shows with the virtual time in ns. Returns the events that were lost.
pub fn play(
    script: &Script,
    mut tell: impl FnMut(u64, Shown<'_>) -> std::io::Result<()>,
) -> Result<u64, Stop> {
    let mut session = Session::new(script.machine.as_ref()).map_err(Stop::Line)?;
    let (mut next, mut lost) = (0, 0);
    let mut take = |m: &Machine, tell: &mut dyn FnMut(u64, Shown<'_>) -> std::io::Result<()>| {
        let events = m.events();
        lost += events.first_seq().saturating_sub(next);
        for e in events.since(next) {
            if let Some(line) = m.trace_line(e) {
                tell(e.now_ns, Shown::Tracepoint(line))?;
            }
        }
        next = events.next_seq();
        Ok::<(), std::io::Error>(())
    };
    tell(0, Shown::Counters(counters(session.machine())))?;
    for line in &script.lines {
        tell(session.machine().now_ns(), Shown::Line(&line.cmd))?;
        let Command::Run { ns } = *line.command else {
            let done = session.exec(line);
            take(session.machine(), &mut tell)?;
            done.map_err(Stop::Line)?;
            let m = session.machine();
            tell(m.now_ns(), Shown::Counters(counters(m)))?;
            continue;
        };
        let sample = (ns / RUN_SAMPLES).max(SAMPLE_NS);
        let mut left = ns;
        while left > 0 {
            let mut stretch = left.min(sample);
            left -= stretch;
            while stretch > 0 {
                stretch -= session
                    .machine_mut()
                    .advance_bounded(stretch, STRETCH_UNITS);
                take(session.machine(), &mut tell)?;
            }
            let m = session.machine();
            tell(m.now_ns(), Shown::Counters(counters(m)))?;
        }
    }
    tell(session.machine().now_ns(), Shown::Line(""))?;
    Ok(lost)
}

fn counters(m: &Machine) -> [i64; 11] {
    let ((rss, swap), stats, ksm) = (memory(m), m.stats(), m.ksm_gauges());
    [
        rss * 4,
        stats.nr_anon_transparent_hugepages * 2048,
        m.nr_free_pages() as i64 * 4,
        swap * 4,
        ksm.pages_sharing,
        ksm.pages_shared,
        ksm.pages_unshared,
        ksm.pages_scanned,
        i64::from(m.khugepaged_pages_collapsed()),
        stats.vm.pgfault,
        stats.vm.thp_fault_alloc,
    ]
}
