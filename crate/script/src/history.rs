//! Rewind: a session with the log of what was done to it.
//!
//! The log has one entry for each line and for each stretch of played time. A *position* is a number of entries:
//! 0 is the machine as it booted, [`length`](History::length) the newest. [`seek`](History::seek) takes the nearest
//! checkpoint below and replays the entries between; equal logs give equal machines, so that is the
//! machine as it was.
//!
//! ```
//! use mm_script::history::History;
//! use mm_script::language;
//!
//! let mut history = History::new(None)?;
//! for line in language::parse_line("proc p\np mmap a 8K\np write a").unwrap() {
//!     history.exec(&line)?;
//! }
//! let written = history.session().machine().state_hash();
//! history.seek(2);
//! assert_eq!((history.position(), history.length()), (2, 3));
//! history.seek(3);
//! assert_eq!(history.session().machine().state_hash(), written);
//! # Ok::<(), mm_script::session::RunError>(())
//! ```
//!
//! There is one future: whatever changes the machine after a seek back drops the entries that followed. Lines that only
//! look (`cat`, `ls`, `why`, `help`) drop nothing, and are in the log only at its end.
//!
//! Played time is cut into slices by the budget of whoever plays it, anywhere, and logged as one entry until it is
//! [cut](History::cut). A slice that ended because its budget was used up leaves daemons in the middle of a moment.
//! Before anything else happens that moment is finished, so that the entry replays to the same machine in one piece.

mod checkpoint;
mod seek;

use crate::language::{Command, Line, MachineLine};
use crate::session::{RunError, Session, Step};
use checkpoint::Checkpoints;
use mm_engine::machine::Machine;
use std::fmt::Write;

pub use checkpoint::{CHECKPOINT_BYTES, MAX_CHECKPOINTS};

/// Most entries of a log. At the bound lines are refused, and stretches of time are no longer cut.
pub const MAX_ENTRIES: usize = 1 << 18;

/// What was done.
#[derive(Clone, Debug)]
pub enum Done {
    /// A line was run.
    Line(Line),
    /// So much virtual time passed.
    Time {
        /// In ns.
        ns: u64,
    },
}

/// One entry of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was done.
    pub done: Done,
    /// Virtual time when it began.
    pub start_ns: u64,
}

/// What comes next when the log is played forward again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next<'a> {
    /// Nothing: the position is the log's end.
    End,
    /// A line.
    Line(&'a Line),
    /// The rest of a stretch of time.
    Time {
        /// In ns, above 0.
        ns: u64,
    },
}

/// A place in the log: so many entries, and so much of the stretch that follows.
type Target = (usize, u64);

/// A session that remembers how it came about.
#[derive(Clone, Debug)]
pub struct History {
    machine: Option<MachineLine>,
    session: Session,
    log: Vec<Entry>,
    position: usize,
    /// Of the stretch at `position`, while the log is played forward: the part that has passed.
    partial_ns: u64,
    /// The last entry is a stretch that goes on.
    open: bool,
    /// The daemons were stopped in the middle of a moment.
    unsettled: bool,
    target: Option<Target>,
    checkpoints: Checkpoints,
}

impl History {
    /// A machine as `machine` describes it, and an empty log.
    ///
    /// # Errors
    /// As [`Session::new`].
    pub fn new(machine: Option<&MachineLine>) -> Result<History, RunError> {
        let session = Session::new(machine)?;
        Ok(History {
            machine: machine.cloned(),
            checkpoints: Checkpoints::new(&session),
            session,
            log: Vec::new(),
            position: 0,
            partial_ns: 0,
            open: false,
            unsettled: false,
            target: None,
        })
    }

    /// The session at the present position.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// As [`Session::name_traced_pages`], for the lines to come.
    pub fn name_traced_pages(&mut self) {
        self.session.name_traced_pages(true);
    }

    /// Entries done: where the session stands in the log. A stretch that is being played forward counts when it is over.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Entries of the log.
    pub fn length(&self) -> usize {
        self.log.len()
    }

    /// The log, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.log
    }

    /// Runs a line, after what has been played. A seek under way is finished first.
    ///
    /// # Errors
    /// As [`Session::exec`], and when the log is full; nothing has changed then.
    pub fn exec(&mut self, line: &Line) -> Result<Step, RunError> {
        self.finish_seek();
        let looks = matches!(
            *line.command,
            Command::Cat { .. } | Command::Ls { .. } | Command::Why(_) | Command::Help { .. }
        );
        if looks && !self.at_end() {
            return self.session.exec(line);
        }
        if self.position >= MAX_ENTRIES {
            let message = format!(
                "the log is full: {MAX_ENTRIES} entries. Save the script and load it again"
            );
            return Err(RunError {
                line: line.line,
                column: 1,
                message,
            });
        }
        self.settle();
        let start_ns = self.session.machine().now_ns();
        let step = self.session.exec(line)?;
        self.branch();
        self.open = false;
        self.push(Entry {
            done: Done::Line(line.clone()),
            start_ns,
        });
        Ok(step)
    }

    /// Lets up to `ns` of virtual time pass, but stops after `max_units` units of the daemons. Returns what passed, as
    /// [`Machine::advance_bounded`] does. A seek under way is finished first.
    pub fn advance(&mut self, ns: u64, max_units: u64) -> u64 {
        self.finish_seek();
        if ns == 0 || max_units == 0 {
            return 0;
        }
        if !self.at_end() {
            self.settle();
            self.branch();
        }
        if !self.open {
            let start_ns = self.session.machine().now_ns();
            self.push(Entry {
                done: Done::Time { ns: 0 },
                start_ns,
            });
            self.open = true;
        }
        let passed = self.session.machine_mut().advance_bounded(ns, max_units);
        if let Some(Entry {
            done: Done::Time { ns: total },
            ..
        }) = self.log.last_mut()
        {
            *total += passed;
        }
        self.unsettled = passed < ns;
        if self.checkpoints.is_far(self.session.machine()) {
            self.settle();
            let place = self.inside();
            self.checkpoints.note(place, &self.session);
        }
        passed
    }

    /// The place inside the last stretch, which goes on.
    fn inside(&self) -> Target {
        match self.log.last() {
            Some(Entry {
                done: Done::Time { ns },
                ..
            }) if self.open => (self.log.len() - 1, *ns),
            _ => (self.position, self.partial_ns),
        }
    }

    /// Ends the stretch of time being played, unless the daemons are in the middle of a moment or the log is full:
    /// what passes from now on is an entry of its own.
    pub fn cut(&mut self) {
        if self.open && !self.unsettled && self.log.len() < MAX_ENTRIES {
            self.open = false;
            self.note();
        }
    }

    /// What comes next when the log is played forward.
    pub fn next(&self) -> Next<'_> {
        match self.log.get(self.position).map(|e| &e.done) {
            None => Next::End,
            Some(Done::Line(line)) => Next::Line(line),
            Some(Done::Time { ns }) => Next::Time {
                ns: ns - self.partial_ns,
            },
        }
    }

    /// Plays the line at the position again. Nothing unless [`next`](Self::next) is a line.
    pub fn replay_line(&mut self) -> Option<Step> {
        let Some(Entry {
            done: Done::Line(line),
            ..
        }) = self.log.get(self.position)
        else {
            return None;
        };
        // It ran before from the same state, so it runs again.
        let step = self.session.exec(line).ok();
        self.step_over();
        step
    }

    /// Plays up to `ns` of the stretch at the position again, at most `max_units` units. Returns what passed; nothing
    /// unless [`next`](Self::next) is a stretch.
    pub fn replay_time(&mut self, ns: u64, max_units: u64) -> u64 {
        let Next::Time { ns: rest } = self.next() else {
            return 0;
        };
        let wanted = ns.min(rest);
        let passed = self
            .session
            .machine_mut()
            .advance_bounded(wanted, max_units);
        self.partial_ns += passed;
        self.unsettled = passed < wanted;
        if passed == rest && !self.unsettled {
            self.step_over();
        } else if !self.unsettled {
            self.note();
        }
        passed
    }

    /// Checkpoints, and the host memory they take in bytes.
    pub fn checkpoints(&self) -> (usize, u64) {
        (self.checkpoints.len(), self.checkpoints.bytes())
    }

    /// A script that makes this machine again: the log as lines, stretches of time in a row as one `run`.
    pub fn script(&self) -> String {
        let mut text = String::new();
        if let Some(m) = &self.machine {
            let _ = writeln!(text, "{}", m.cmd);
        }
        let mut run_ns = 0;
        for entry in &self.log {
            match &entry.done {
                Done::Time { ns } => run_ns += ns,
                Done::Line(line) => {
                    write_run(&mut text, &mut run_ns);
                    let _ = writeln!(text, "{}", line.cmd);
                }
            }
        }
        write_run(&mut text, &mut run_ns);
        text
    }

    fn at_end(&self) -> bool {
        self.position == self.log.len() && self.partial_ns == 0
    }

    /// Finishes the moment that the daemons were stopped in; the stretch grows by the nanosecond after it.
    fn settle(&mut self) {
        if !self.unsettled {
            return;
        }
        self.unsettled = false;
        let passed = self.session.machine_mut().advance_bounded(1, u64::MAX);
        if self.position < self.log.len() {
            self.partial_ns += passed;
        } else if let Some(Entry {
            done: Done::Time { ns },
            ..
        }) = self.log.last_mut()
        {
            *ns += passed;
        }
    }

    /// Drops what followed the position.
    fn branch(&mut self) {
        if self.at_end() {
            return;
        }
        let partial_ns = std::mem::take(&mut self.partial_ns);
        self.checkpoints.truncate((self.position, partial_ns));
        self.log
            .truncate(self.position + usize::from(partial_ns > 0));
        if partial_ns > 0
            && let Some(Entry {
                done: Done::Time { ns },
                ..
            }) = self.log.last_mut()
        {
            *ns = partial_ns;
            self.position += 1;
        }
        self.open = false;
    }

    fn push(&mut self, entry: Entry) {
        let is_line = matches!(entry.done, Done::Line(_));
        self.log.push(entry);
        self.position = self.log.len();
        if is_line {
            self.note();
        }
    }

    fn step_over(&mut self) {
        self.position += 1;
        self.partial_ns = 0;
        self.note();
    }

    /// An entry is complete: perhaps a checkpoint.
    fn note(&mut self) {
        let place = (self.position, self.partial_ns);
        self.checkpoints.note(place, &self.session);
    }
}

/// Writes `run` for the time that has passed, in the largest unit that says it exactly.
fn write_run(text: &mut String, ns: &mut u64) {
    /// Longest `run` of the language.
    const MOST: u64 = crate::language::MAX_RUN_NS;
    let mut left = std::mem::take(ns);
    while left > 0 {
        let part = left.min(MOST);
        let _ = writeln!(text, "run {}", duration(part));
        left -= part;
    }
}

/// A time as the language writes it, exact.
pub fn duration(ns: u64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    let (size, unit) = UNITS
        .into_iter()
        .find(|u| ns > 0 && ns.is_multiple_of(u.0))
        .unwrap_or((1, "ns"));
    format!("{}{unit}", ns / size)
}

/// Work done by a machine since boot, in pages taken, given back or faulted, and CPU time of the daemons, which is about
/// WORK_NS for what costs the engine as much: what replaying costs.
fn work_done(m: &Machine) -> u64 {
    const WORK_NS: u64 = 200;
    let s = &m.stats().vm;
    let pages = s.pgalloc_dma + s.pgalloc_dma32 + s.pgalloc_normal + s.pgfree + s.pgfault;
    pages.unsigned_abs() + m.daemons_cpu_ns().iter().sum::<u64>() / WORK_NS
}
