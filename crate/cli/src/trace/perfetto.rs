//! Chrome's JSON trace events, which ui.perfetto.dev opens: tracepoints on the thread that made them, the lines of the
//! scenario as slices, counters. Times are virtual, in microseconds. The page writes the same (`www/src/export`).

use super::{COUNTERS, Shown, Stop, play};
use crate::output::Output;
use mm_script::language::Script;
use regex::Regex;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Groups of tracks. Pids of the machine begin at 100; those of its threads below that are the daemons'.
const SCRIPT: u32 = 1;
const KERNEL: u32 = 2;
const COUNTED: u32 = 3;

/// Writes the trace of a script. Returns the events that were lost.
pub fn write(script: &Script, out: &mut Output) -> Result<u64, Stop> {
    out.write_all(b"{\"displayTimeUnit\":\"ms\",\"otherData\":{\"source\":\"mm-playground\",\"clock\":\"virtual\"},\"traceEvents\":[")?;
    let mut writer = Writer::new(out);
    for (pid, name) in [
        (SCRIPT, "script"),
        (KERNEL, "machine"),
        (COUNTED, "counters"),
    ] {
        writer.meta("process_name", pid, 0, name)?;
    }
    writer.meta("thread_name", SCRIPT, 1, "lines")?;
    let lost = play(script, |ns, shown| match shown {
        Shown::Line(text) => writer.line(ns, text),
        Shown::Tracepoint(line) => writer.tracepoint(&line),
        Shown::Counters(values) => writer.counters(ns, values),
    })?;
    out.write_all(b"\n]}\n")?;
    Ok(lost)
}

struct Writer<'a> {
    out: &'a mut Output,
    tracepoint: Regex,
    field: Regex,
    /// Threads that have been named.
    tasks: BTreeSet<(u64, String)>,
    /// The line that runs, and since when.
    running: Option<(u64, String)>,
    last: [Option<i64>; COUNTERS.len()],
    first: bool,
}

impl<'a> Writer<'a> {
    fn new(out: &'a mut Output) -> Writer<'a> {
        let regex = |text| Regex::new(text).expect("a pattern of this program");
        Writer {
            out,
            tracepoint: regex(r"^\s*(.+)-(\d+)\s+\[(\d+)\] \S+\s+([\d.]+): (\w+): ?(.*)$"),
            field: regex(r"(\w+)[= ](\S+?)(?:,|$| )"),
            tasks: BTreeSet::new(),
            running: None,
            last: [None; COUNTERS.len()],
            first: true,
        }
    }

    fn event(&mut self, event: &Value) -> io::Result<()> {
        let before = if std::mem::take(&mut self.first) {
            "\n"
        } else {
            ",\n"
        };
        write!(self.out, "{before}{event}")
    }

    fn meta(&mut self, what: &str, pid: u32, tid: u64, name: &str) -> io::Result<()> {
        self.event(&json!({"name": what, "ph": "M", "ts": 0, "pid": pid, "tid": tid, "args": {"name": name}}))
    }

    /// The line before ends, another begins; none with an empty text.
    fn line(&mut self, ns: u64, text: &str) -> io::Result<()> {
        if let Some((start, name)) = self.running.take() {
            let (ts, dur) = (micros(start), micros(ns - start));
            self.event(
                &json!({"name": name, "ph": "X", "ts": ts, "dur": dur, "pid": SCRIPT, "tid": 1}),
            )?;
        }
        self.running = (!text.is_empty()).then(|| (ns, text.to_owned()));
        Ok(())
    }

    fn tracepoint(&mut self, line: &str) -> io::Result<()> {
        let Some(found) = self.tracepoint.captures(line) else {
            return Ok(());
        };
        let (_, [task, tid, cpu, seconds, name, fields]) = found.extract();
        let tid: u64 = tid.parse().unwrap_or(0);
        let ts = (seconds.parse::<f64>().unwrap_or(0.0) * 1e6).round() as u64;
        let mut args = Map::new();
        args.insert("cpu".into(), number(cpu));
        for field in self.field.captures_iter(fields) {
            args.insert(field[1].to_owned(), number(&field[2]));
        }
        if self.tasks.insert((tid, task.to_owned())) {
            self.meta("thread_name", KERNEL, tid, task)?;
        }
        self.event(&json!({"name": name, "ph": "i", "ts": ts, "pid": KERNEL, "tid": tid, "s": "t", "args": args}))
    }

    /// A counter that stays is told once.
    fn counters(&mut self, ns: u64, values: [i64; COUNTERS.len()]) -> io::Result<()> {
        for (at, value) in values.into_iter().enumerate() {
            if self.last[at].replace(value) != Some(value) {
                let (name, ts) = (COUNTERS[at], micros(ns));
                self.event(&json!({"name": name, "ph": "C", "ts": ts, "pid": COUNTED, "tid": 0, "args": {"value": value}}))?;
            }
        }
        Ok(())
    }
}

/// ns as microseconds.
fn micros(ns: u64) -> Value {
    match ns % 1000 {
        0 => (ns / 1000).into(),
        _ => (ns as f64 / 1000.0).into(),
    }
}

/// A number where it is one.
fn number(text: &str) -> Value {
    text.parse::<i64>()
        .map_or_else(|_| text.into(), Value::from)
}
