//! `mm doc`: the table of every tunable.

use crate::arguments::DocFormat;
use crate::output::Output;
use crate::scenario::Failure;
use mm_engine::machine::Machine;
use mm_engine::vfs::tunable::{Accepts, Tunable};
use mm_engine::{Errno, MachineConfig};
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Prints the tunables whose path contains `filter`.
pub fn doc(format: DocFormat, filter: &str) -> Result<ExitCode, Failure> {
    let machine = booted()?;
    let rows: Vec<Row> = machine
        .tunables()
        .into_iter()
        .filter(|t| t.path.contains(filter))
        .map(|t| Row::new(&machine, t))
        .collect();
    if rows.is_empty() {
        return Err(Failure(format!(
            "no tunable has `{filter}` in its path: `mm doc` prints them all"
        )));
    }
    let mut out = Output::open(None)?;
    let written = match format {
        DocFormat::Text => out.write_all(text(&rows).as_bytes()),
        DocFormat::Markdown => out.write_all(markdown(&rows).as_bytes()),
        DocFormat::Json => {
            let rows: Vec<_> = rows.iter().map(Row::json).collect();
            writeln!(out, "{}", serde_json::Value::from(rows))
        }
    };
    written.map_err(|e| out.failed(e))?;
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// A machine as it boots when nothing is said of it.
pub fn booted() -> Result<Machine, Failure> {
    Machine::new(MachineConfig::default()).map_err(|e| Failure(e.to_string()))
}

/// What a tunable accepts, in words.
pub fn accepted(t: &Tunable) -> String {
    match t.accepts {
        Accepts::Words(words) => words.join(" "),
        Accepts::Range(0, u64::MAX) => "0..".into(),
        Accepts::Range(min, u64::MAX) => format!("{min}.."),
        Accepts::Range(min, max) => format!("{min}..={max}"),
        Accepts::Nothing => "read-only".into(),
    }
}

struct Row {
    tunable: Tunable,
    accepts: String,
    refused: Option<Errno>,
}

impl Row {
    fn new(machine: &Machine, tunable: Tunable) -> Row {
        Row {
            accepts: accepted(&tunable),
            refused: refusal(machine, &tunable),
            tunable,
        }
    }

    fn refused(&self) -> &'static str {
        self.refused.map_or("-", Errno::name)
    }

    fn json(&self) -> serde_json::Value {
        let t = &self.tunable;
        let (words, min, max) = match t.accepts {
            Accepts::Words(words) => (Some(words), None, None),
            Accepts::Range(min, max) => (None, Some(min), Some(max)),
            Accepts::Nothing => (None, None, None),
        };
        json!({
            "path": t.path, "mode": format!("{:o}", t.mode), "default": t.default, "words": words, "min": min,
            "max": max, "refused": self.refused.map(Errno::name), "help": t.help,
        })
    }
}

/// What a wrong value gives: asked of a machine, not written down a second time.
fn refusal(machine: &Machine, t: &Tunable) -> Option<Errno> {
    let wrong = match t.accepts {
        Accepts::Range(_, max) if max < u64::MAX => (max + 1).to_string(),
        Accepts::Range(min, _) if min > 0 => (min - 1).to_string(),
        Accepts::Range(..) | Accepts::Words(_) => "wrong".to_owned(),
        Accepts::Nothing => "1".to_owned(),
    };
    machine.clone().write_file(&t.path, &wrong).err()
}

const HEADS: [&str; 5] = ["path", "default", "accepts", "refused", "meaning"];

fn cells(row: &Row) -> [&str; 5] {
    let t = &row.tunable;
    [&t.path, &t.default, &row.accepts, row.refused(), t.help]
}

fn text(rows: &[Row]) -> String {
    let lines: Vec<[&str; 5]> = std::iter::once(HEADS)
        .chain(rows.iter().map(cells))
        .collect();
    let width = |c: usize| {
        lines
            .iter()
            .map(|l| l[c].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(width).collect();
    let line = |l: &[&str; 5]| {
        let padded = widths
            .iter()
            .zip(l)
            .map(|(w, cell)| format!("{cell:<w$}  "));
        format!("{}{}\n", padded.collect::<String>(), l[4])
    };
    lines.iter().map(line).collect()
}

fn markdown(rows: &[Row]) -> String {
    let line =
        |cells: [&str; 5]| format!("| {} |\n", cells.map(|c| c.replace('|', "\\|")).join(" | "));
    let mut out = line(HEADS);
    out += "|---|---|---|---|---|\n";
    for row in rows {
        let mut shown = cells(row).map(str::to_owned);
        shown[0] = format!("`{}`", shown[0]);
        out += &line(shown.each_ref().map(String::as_str));
    }
    out
}
