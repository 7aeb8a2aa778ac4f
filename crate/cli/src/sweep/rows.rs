//! Rows as text: CSV with a head, or a list of JSON objects, one a line.
//!
//! A cell is text; what is a number in JSON follows from the text alone, so that joined parts are the bytes that one
//! machine would have written.

use crate::arguments::{RowFormat, RowsOutput};
use crate::output::Output;
use crate::scenario::Failure;
use serde_json::{Map, Value};
use std::io::Write;

/// Columns whose cells are words, whatever they look like.
const WORDS: [&str; 4] = ["sweep", "script", "error", "state_hash"];

/// What one point gave.
#[derive(Debug)]
pub struct Row {
    /// Its number.
    pub point: u64,
    /// In the order of the columns.
    pub cells: Vec<String>,
    /// Nothing failed.
    pub good: bool,
}

/// Writes rows as they come.
pub struct RowWriter {
    out: Output,
    format: RowFormat,
    columns: Vec<String>,
    written: u64,
}

impl RowWriter {
    /// Opens the output and writes the head.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn open(output: &RowsOutput, columns: &[String]) -> Result<RowWriter, Failure> {
        let mut writer = RowWriter {
            out: Output::open(output.out.as_deref())?,
            format: output.format,
            columns: columns.to_vec(),
            written: 0,
        };
        match writer.format {
            RowFormat::Csv => writer.csv(columns)?,
            RowFormat::Json => writer.text("[")?,
        }
        Ok(writer)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn write(&mut self, row: &Row) -> Result<(), Failure> {
        match self.format {
            RowFormat::Csv => self.csv(&row.cells)?,
            RowFormat::Json => {
                let cells = self.columns.iter().zip(&row.cells);
                let members = cells.map(|(column, cell)| (column.clone(), value(column, cell)));
                let object = Value::Object(members.collect::<Map<_, _>>());
                let before = if self.written == 0 { "\n" } else { ",\n" };
                self.text(&format!("{before}{object}"))?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn finish(mut self) -> Result<(), Failure> {
        if self.format == RowFormat::Json {
            self.text("\n]\n")?;
        }
        self.out.finish()
    }

    fn csv(&mut self, cells: &[String]) -> Result<(), Failure> {
        let mut line = csv::Writer::from_writer(Vec::new());
        let written = line.write_record(cells).map_err(|e| self.out.failed(e));
        written?;
        let bytes = line.into_inner().map_err(|e| self.out.failed(e))?;
        self.out.write_all(&bytes).map_err(|e| self.out.failed(e))
    }

    fn text(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.out.write_all(text.as_bytes());
        written.map_err(|e| self.out.failed(e))
    }
}

/// A cell in JSON: whole numbers are numbers, nothing is null.
fn value(column: &str, cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    let number = cell.parse::<i64>().ok().filter(|n| n.to_string() == cell);
    match number {
        Some(n) if !WORDS.contains(&column) => n.into(),
        _ => cell.into(),
    }
}

/// A cell of JSON as the text it was.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_number_follows_from_the_text() {
        for (column, cell, json) in [
            ("rss_kb", "2048", "2048"),
            ("now_ns", "9000000000000000000", "9000000000000000000"),
            ("ksm/run", "-1", "-1"),
            ("vm/x", "007", "\"007\""),
            ("enabled", "always", "\"always\""),
            ("state_hash", "1234567890123456", "\"1234567890123456\""),
            ("error", "", "null"),
        ] {
            let value = value(column, cell);
            assert_eq!(value.to_string(), json);
            assert_eq!(text_of(&value), cell);
        }
    }
}
