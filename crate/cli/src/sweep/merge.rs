//! `mm sweep merge`: parts become the whole.

use super::rows::{Row, RowWriter, text_of};
use crate::arguments::RowsOutput;
use crate::scenario::{EXPECT_FAILED, Failure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Places of the columns that every sweep begins with, and what they are called.
const HEAD: [&str; 3] = ["sweep", "point", "points"];

/// Points that are missing are named, at most so many.
const SHOWN_POINTS: usize = 8;

/// A part: its columns, unless it is an empty list, and its rows.
type Part = (Option<Vec<String>>, Vec<Vec<String>>);

/// Joins parts in any order, and writes what one machine would have written.
///
/// # Errors
/// A file that is no part of a sweep, parts of different sweeps, a point twice or not at all.
pub fn merge(output: &RowsOutput, parts: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut columns: Option<(Vec<String>, &Path)> = None;
    let mut rows: BTreeMap<u64, (Vec<String>, &Path)> = BTreeMap::new();
    for file in parts {
        let (head, cells) = read(file)?;
        if let Some(head) = head {
            same_columns(&mut columns, head, file)?;
        }
        for row in cells {
            let point = number(&row[1]).ok_or_else(|| no_part(file, "a point is no number"))?;
            if let Some((_, other)) = rows.get(&point) {
                let other = other.display();
                return Err(Failure::of_file(
                    file,
                    format!("point {point} is also in {other}: give each part once"),
                ));
            }
            rows.insert(point, (row, file));
        }
    }
    let Some((columns, _)) = columns else {
        return Err(Failure("the parts have no rows: nothing to join".into()));
    };
    complete(&rows)?;
    let mut out = RowWriter::open(output, &columns)?;
    let mut good = true;
    let (failed, error) = (columns.len() - 3, columns.len() - 2);
    for (point, (cells, _)) in rows {
        let row = Row {
            point,
            good: cells[failed] == "0" && cells[error].is_empty(),
            cells,
        };
        good &= row.good;
        out.write(&row)?;
    }
    out.finish()?;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXPECT_FAILED)
    })
}

fn same_columns<'a>(
    columns: &mut Option<(Vec<String>, &'a Path)>,
    head: Vec<String>,
    file: &'a Path,
) -> Result<(), Failure> {
    match columns {
        None => *columns = Some((head, file)),
        Some((known, _)) if *known == head => {}
        Some((_, first)) => return Err(of_another_sweep(file, first)),
    }
    Ok(())
}

fn of_another_sweep(file: &Path, first: &Path) -> Failure {
    let first = first.display();
    Failure::of_file(
        file,
        format!(
            "is a part of another sweep than {first}: scenarios, settings, measures and version must be the same"
        ),
    )
}

fn no_part(file: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::of_file(
        file,
        format!("{why}: this is no part that `mm sweep --shard K/N` wrote"),
    )
}

fn number(cell: &str) -> Option<u64> {
    cell.parse().ok()
}

/// Whether all rows are of one sweep and none is missing.
fn complete(rows: &BTreeMap<u64, (Vec<String>, &Path)>) -> Result<(), Failure> {
    let Some((first, file)) = rows.values().next() else {
        return Err(Failure("the parts have no rows: some are missing".into()));
    };
    for (row, other) in rows.values() {
        if (&row[0], &row[2]) != (&first[0], &first[2]) {
            return Err(of_another_sweep(other, file));
        }
    }
    let points = number(&first[2]).ok_or_else(|| no_part(file, "the number of points is none"))?;
    if let Some((point, (_, file))) = rows.range(points..).next() {
        return Err(no_part(file, format!("point {point} of {points}")));
    }
    let nr_missing = points - rows.len() as u64;
    if nr_missing > 0 {
        let missing = (0..points)
            .filter(|p| !rows.contains_key(p))
            .take(SHOWN_POINTS);
        let missing: Vec<String> = missing.map(|p| p.to_string()).collect();
        return Err(Failure(format!(
            "{nr_missing} of {points} points are missing: {}{}. With parts of N, point P is in part P modulo N + 1",
            missing.join(", "),
            if nr_missing > SHOWN_POINTS as u64 {
                ", …"
            } else {
                ""
            }
        )));
    }
    Ok(())
}

/// A part, CSV or JSON by what it begins with.
fn read(file: &Path) -> Result<Part, Failure> {
    let text = std::fs::read_to_string(file).map_err(|e| Failure::of_file(file, e))?;
    let (head, rows) = if text.starts_with('[') {
        from_json(&text).map_err(|e| no_part(file, e))?
    } else {
        from_csv(&text).map_err(|e| no_part(file, e))?
    };
    if let Some(head) = &head {
        let fits =
            head.len() >= HEAD.len() + 4 && HEAD.iter().zip(head).all(|(want, got)| want == got);
        if !fits {
            return Err(no_part(
                file,
                "the columns do not begin with sweep, point, points",
            ));
        }
    }
    Ok((head, rows))
}

fn from_csv(text: &str) -> Result<Part, csv::Error> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let head = owned(reader.headers()?);
    let rows: Result<Vec<_>, _> = reader.records().map(|r| r.map(|r| owned(&r))).collect();
    Ok((Some(head), rows?))
}

fn from_json(text: &str) -> Result<Part, String> {
    let list: Vec<Value> = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let mut head: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    for row in &list {
        let object = row.as_object().ok_or("a row is no object")?;
        let names: Vec<String> = object.keys().cloned().collect();
        if *head.get_or_insert_with(|| names.clone()) != names {
            return Err("rows have different columns".into());
        }
        rows.push(object.values().map(text_of).collect());
    }
    Ok((head, rows))
}
