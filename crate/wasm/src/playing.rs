//! Lines and time: what runs next, how far, and the log of it.

use crate::playground::Playground;
use crate::wire::{line_result, run_error, script_errors, step_result, texts, to_js};
use mm_script::history::{Done, Next, duration};
use mm_script::language::{self, Command, Line};
use mm_script::object;
use mm_script::output::Value;
use mm_script::session::{Outcome, Step};
use std::collections::VecDeque;
use wasm_bindgen::prelude::*;

/// Parts that a typed `run` is cut into on the timeline, so that one can go back inside it.
const RUN_PARTS: u64 = 32;

/// Lines that wait, and how much of a `run` at their front is left.
#[derive(Default)]
pub(crate) struct Queue {
    lines: VecDeque<Line>,
    run_left_ns: Option<u64>,
    since_cut_ns: u64,
    /// A `run` stays one entry of the log.
    whole_runs: bool,
}

impl Queue {
    pub fn new(lines: Vec<Line>) -> Queue {
        Queue {
            lines: lines.into(),
            ..Queue::default()
        }
    }

    fn pop(&mut self) -> Option<Line> {
        (self.run_left_ns, self.since_cut_ns) = (None, 0);
        self.lines.pop_front()
    }
}

/// What plays next.
enum Upcoming {
    Line,
    Time(u64),
    Nothing,
}

#[wasm_bindgen]
impl Playground {
    /// What plays next: -1 a line; 0 nothing, time simply goes on; else so many ns of the log or of a `run` line.
    pub fn upcoming(&self) -> f64 {
        match self.next_up() {
            Upcoming::Line => -1.0,
            Upcoming::Time(ns) => ns as f64,
            Upcoming::Nothing => 0.0,
        }
    }

    /// Lines of the script that are still to be played.
    #[wasm_bindgen(js_name = pendingLines)]
    pub fn pending_lines(&self) -> u32 {
        self.script.lines.len() as u32
    }

    /// The lines of the script that are still to be played, as text.
    #[wasm_bindgen(js_name = pendingScript)]
    pub fn pending_script(&self) -> String {
        let mut lines: Vec<String> = self
            .script
            .lines
            .iter()
            .map(|l| l.cmd.to_string())
            .collect();
        if let (Some(left), Some(first)) = (self.script.run_left_ns, lines.first_mut()) {
            *first = format!("run {}", duration(left));
        }
        lines.join("\n")
    }

    /// Drops the next `count` lines of the script: they have been played before a crash.
    #[wasm_bindgen(js_name = dropPending)]
    pub fn drop_pending(&mut self, count: u32) {
        for _ in 0..count {
            self.script.pop();
        }
    }

    /// Text of the line that runs next: typed, of the log, or of the script. Undefined if time is next.
    #[wasm_bindgen(js_name = nextCommand)]
    pub fn next_command(&self) -> Option<String> {
        if let Some(line) = self.typed.lines.front() {
            return Some(line.cmd.to_string());
        }
        match self.history.next() {
            Next::Line(line) => Some(line.cmd.to_string()),
            Next::Time { .. } => None,
            Next::End => self.script.lines.front().map(|line| line.cmd.to_string()),
        }
    }

    /// Plays the next line, of the log or of the script. Undefined if time is next. A line that cannot be run ends the
    /// script: `failed` is then `error`.
    #[wasm_bindgen(js_name = playLine, unchecked_return_type = "LineResult | undefined")]
    pub fn play_line(&mut self) -> JsValue {
        let step = if self.history.position() < self.history.length() {
            self.history.replay_line().map(|s| step_result(&s))
        } else if self
            .script
            .lines
            .front()
            .is_some_and(|l| !matches!(*l.command, Command::Run { .. }))
        {
            self.script
                .pop()
                .map(|line| match self.history.exec(&line) {
                    Ok(step) => step_result(&step),
                    Err(e) => {
                        self.script = Queue::default();
                        line_result(&line.cmd, e.to_string(), Some("error"))
                    }
                })
        } else {
            None
        };
        self.changed();
        step.map_or(JsValue::UNDEFINED, |s| to_js(&s))
    }

    /// Plays up to `ns` of what is next, at most `max_units` units of the daemons. Returns the ns that passed: less
    /// than asked when the units are used up, or when a line is next.
    #[wasm_bindgen(js_name = playTime)]
    pub fn play_time(&mut self, ns: f64, max_units: u32) -> f64 {
        let (ns, units) = (ns.clamp(0.0, 1e18) as u64, u64::from(max_units));
        let passed = match self.next_up() {
            Upcoming::Line => 0,
            Upcoming::Nothing => self.history.advance(ns, units),
            Upcoming::Time(_) if self.history.position() < self.history.length() => {
                self.history.replay_time(ns, units)
            }
            Upcoming::Time(left) => {
                let passed = self.history.advance(ns.min(left), units);
                self.script.run_left_ns = Some(left - passed);
                if left == passed {
                    self.script.pop();
                }
                passed
            }
        };
        self.aged();
        passed as f64
    }

    /// The `run` line that the script is at, when its time begins: for the console. Undefined otherwise.
    #[wasm_bindgen(js_name = beginningRun)]
    pub fn beginning_run(&mut self) -> Option<String> {
        if self.history.position() < self.history.length() || self.script.run_left_ns.is_some() {
            return None;
        }
        let line = self.script.lines.front()?;
        let Command::Run { ns } = *line.command else {
            return None;
        };
        self.script.run_left_ns = Some(ns);
        Some(line.cmd.to_string())
    }

    /// Ends the entry of the timeline that played time makes.
    pub fn cut(&mut self) {
        self.history.cut();
    }

    /// Reads typed lines, to be run by `typedNext`. With errors, which are returned, none of them will be.
    #[wasm_bindgen(js_name = typed, unchecked_return_type = "LineError[]")]
    pub fn typed_lines(&mut self, text: &str) -> JsValue {
        match language::parse_line(text) {
            Ok(lines) => {
                self.typed = Queue::new(lines);
                to_js(&script_errors(&[]))
            }
            Err(errors) => to_js(&script_errors(&errors)),
        }
    }

    /// As `typed`, for entries of a log: a `run` stays one entry.
    #[wasm_bindgen(unchecked_return_type = "LineError[]")]
    pub fn restore(&mut self, text: &str) -> JsValue {
        let errors = self.typed_lines(text);
        self.typed.whole_runs = true;
        errors
    }

    /// Typed lines that have not been run to their end.
    #[wasm_bindgen(js_name = typedLeft)]
    pub fn typed_left(&self) -> u32 {
        self.typed.lines.len() as u32
    }

    /// Runs the next typed line, or a part of it that costs about `max_units`. Undefined while the line is not done.
    ///
    /// # Errors
    /// A [`LineError`] for a line that asks for something that does not exist; the lines after it are dropped.
    #[wasm_bindgen(js_name = typedNext, unchecked_return_type = "LineResult | undefined")]
    pub fn typed_next(&mut self, max_units: u32) -> Result<JsValue, JsValue> {
        let Some(line) = self.typed.lines.front().cloned() else {
            return Ok(JsValue::UNDEFINED);
        };
        if let Command::Run { ns } = *line.command {
            return Ok(self
                .run_part(&line, ns, max_units.into())
                .map_or(JsValue::UNDEFINED, |r| to_js(&r)));
        }
        let before = self.place();
        match self.history.exec(&line) {
            Ok(step) => {
                self.typed.pop();
                self.branched(before);
                self.changed();
                Ok(to_js(&step_result(&step)))
            }
            Err(e) => {
                self.typed = Queue::default();
                Err(to_js(&run_error(e)))
            }
        }
    }

    /// Runs all lines that wait, those that were typed or else those of the script, in one go. Returns the JSON object
    /// of `mm run --json`: what each line gave up to the first that cannot be run, which drops the lines after it.
    pub fn answers(&mut self, script: &str) -> String {
        let typed = std::mem::take(&mut self.typed.lines);
        let lines = if typed.is_empty() {
            std::mem::take(&mut self.script).lines
        } else {
            typed
        };
        let before = self.place();
        self.history.name_traced_pages();
        let mut outcome = Outcome::default();
        for line in &lines {
            match self.history.exec(line) {
                Ok(step) => outcome.steps.push(step),
                Err(e) => {
                    outcome.steps.push(Step::failed(line, &e));
                    outcome.error = Some(e);
                    break;
                }
            }
        }
        self.branched(before);
        self.changed();
        outcome.expect_failed = self.session().failed_expectations().to_vec();
        outcome.to_value(script).to_string()
    }

    /// Lets up to `ns` of virtual time pass, at most `max_units` units of the daemons. Returns what passed.
    pub fn advance(&mut self, ns: f64, max_units: u32) -> f64 {
        let passed = self
            .history
            .advance(ns.clamp(0.0, 1e18) as u64, max_units.into());
        self.aged();
        passed as f64
    }

    /// Entries of the log that are done: where the machine stands.
    #[wasm_bindgen(getter)]
    pub fn position(&self) -> u32 {
        self.history.position() as u32
    }

    /// Entries of the log.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> u32 {
        self.history.length() as u32
    }

    /// Begins to go to a position of the log; `seekOn` goes on with it.
    pub fn seek(&mut self, position: u32) {
        self.history.seek_begin(position as usize);
        self.moved();
    }

    /// Goes on with a seek for about `max_units`. True when the machine is there.
    #[wasm_bindgen(js_name = seekOn)]
    pub fn seek_on(&mut self, max_units: u32) -> bool {
        let done = self.history.seek_on(max_units.into());
        self.moved();
        done
    }

    /// A script that makes this machine again.
    #[wasm_bindgen(js_name = script)]
    pub fn script_text(&self) -> String {
        self.history.script()
    }

    /// Entries of the log that were added or changed since the call before.
    #[wasm_bindgen(js_name = takeLog, unchecked_return_type = "LogPart")]
    pub fn take_log(&mut self) -> JsValue {
        let entries = self.history.entries();
        let from = self.log_from.min(entries.len());
        let text = |done: &Done| match done {
            Done::Line(line) => line.cmd.to_string(),
            Done::Time { ns } => format!("run {}", duration(*ns)),
        };
        let lines: Vec<String> = entries[from..].iter().map(|e| text(&e.done)).collect();
        let starts = entries[from..].iter().map(|e| Value::from(e.start_ns));
        let part = object! {
            "from" => from,
            "lines" => texts(&lines),
            "startNs" => starts.collect::<Vec<_>>(),
        };
        // The newest entry may be a stretch that goes on.
        self.log_from = entries.len().saturating_sub(1);
        to_js(&part)
    }
}

impl Playground {
    fn next_up(&self) -> Upcoming {
        match self.history.next() {
            Next::Line(_) => return Upcoming::Line,
            Next::Time { ns } => return Upcoming::Time(ns),
            Next::End => {}
        }
        match self.script.lines.front().map(|l| &*l.command) {
            None => Upcoming::Nothing,
            Some(Command::Run { ns }) => Upcoming::Time(self.script.run_left_ns.unwrap_or(*ns)),
            Some(_) => Upcoming::Line,
        }
    }

    /// Position and length of the log.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.history.position(), self.history.length())
    }

    /// After what may have dropped entries of the log that followed `before`: the rest of the script belongs to a
    /// future that is gone.
    pub(crate) fn branched(&mut self, (position, length): (usize, usize)) {
        if position < length && self.history.position() == self.history.length() {
            self.script = Queue::default();
            self.log_from = self.log_from.min(position);
        }
    }

    /// A part of a typed `run`; its result when it is over.
    fn run_part(&mut self, line: &Line, ns: u64, max_units: u64) -> Option<Value> {
        let before = self.place();
        if self.typed.run_left_ns.is_none() {
            self.history.cut();
        }
        let left = self.typed.run_left_ns.unwrap_or(ns);
        let part = if self.typed.whole_runs {
            ns
        } else {
            (ns / RUN_PARTS).max(1)
        };
        let wanted = left.min(part - self.typed.since_cut_ns);
        let passed = self.history.advance(wanted, max_units);
        self.branched(before);
        self.typed.run_left_ns = Some(left - passed);
        self.typed.since_cut_ns += passed;
        if self.typed.since_cut_ns == part || left == passed {
            self.history.cut();
            self.typed.since_cut_ns = 0;
        }
        self.aged();
        if left > passed {
            return None;
        }
        self.typed.pop();
        Some(line_result(&line.cmd, String::new(), None))
    }
}
