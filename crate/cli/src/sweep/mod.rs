//! `mm sweep`: scenarios with every combination of settings, over all cores, in parts if need be.
//!
//! ```text
//! arguments --plan--> points --shard--> some of them --threads--> rows --in the order of points--> CSV or JSON
//!                                                              parts of all shards --merge--> the same bytes
//! ```

mod measure;
mod merge;
mod plan;
mod point;
mod rows;

pub use measure::memory;
pub use merge::merge;
pub use plan::Shard;

use crate::arguments::SweepArguments;
use crate::scenario::{EXPECT_FAILED, Failure};
use indicatif::{ProgressBar, ProgressStyle};
use plan::Plan;
use point::Runner;
use rows::{Row, RowWriter};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Runs a sweep, or the part of it that was asked for, and writes its rows.
pub fn sweep(arguments: &SweepArguments) -> Result<ExitCode, Failure> {
    let plan = Plan::new(arguments)?;
    let points = plan.points_of(arguments.shard.unwrap_or_default());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let jobs = arguments.jobs.map_or(cores, usize::from);
    let mut out = RowWriter::open(&arguments.output, &plan.columns())?;
    let bar = progress(points.len() as u64, arguments.quiet);
    let good = run_all(&plan, &points, jobs, |row| {
        bar.inc(1);
        out.write(&row)
    })?;
    bar.finish_and_clear();
    out.finish()?;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXPECT_FAILED)
    })
}

/// A bar on the terminal; nothing where there is none.
fn progress(points: u64, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = "{wide_bar} {pos}/{len} points, {elapsed} gone, {eta} to go";
    let style =
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(points).with_style(style)
}

/// Runs the points on `jobs` threads and hands out their rows in order. True if no expectation and no point failed.
fn run_all(
    plan: &Plan,
    points: &[u64],
    jobs: usize,
    mut each: impl FnMut(Row) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let next = AtomicUsize::new(0);
    let (send, rows) = mpsc::channel();
    thread::scope(|threads| {
        for _ in 0..jobs.clamp(1, points.len().max(1)) {
            let (send, next) = (send.clone(), &next);
            threads.spawn(move || {
                let mut runner = Runner::new(plan);
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Nobody takes rows any more: they could not be written.
                    if send.send(runner.run(*point)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let (mut waiting, mut good) = (BTreeMap::new(), true);
        let mut order = points.iter();
        let mut due = order.next();
        for row in &rows {
            waiting.insert(row.point, row);
            while let Some(row) = due.and_then(|point| waiting.remove(point)) {
                good &= row.good;
                if let Err(failure) = each(row) {
                    drop(rows);
                    return Err(failure);
                }
                due = order.next();
            }
        }
        Ok(good)
    })
}
