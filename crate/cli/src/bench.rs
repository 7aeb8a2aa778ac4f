//! `mm bench`: the workloads of the speed table, natively.

use crate::output::Output;
use crate::scenario::Failure;
use mm_script::bench::{BENCHMARKS, run};
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

/// Most rounds of a workload.
const ROUNDS: usize = 15;
/// No new round of a workload begins so many seconds after its first.
const SECONDS: f64 = 4.0;

/// Runs the benchmarks whose name contains `filter` on `pages` pages and prints their rates: those of the fastest round,
/// since whatever else the computer does can only slow a round down.
pub fn bench(json: bool, filter: &str, pages: u64) -> Result<ExitCode, Failure> {
    let mut out = Output::open(None)?;
    let start = Instant::now();
    let mut now_s = || start.elapsed().as_secs_f64();
    let mut rows = Vec::new();
    for b in BENCHMARKS.iter().filter(|b| b.name.contains(filter)) {
        let (began, mut best) = (now_s(), 0.0f64);
        for _ in 0..ROUNDS {
            best = run(b.name, pages, &mut now_s).map_or(best, |r| best.max(r.rate));
            if now_s() - began > SECONDS {
                break;
            }
        }
        let unit = b.unit.per_second();
        if json {
            rows.push(serde_json::json!({"name": b.name, "unit": unit, "rate": best}));
        } else {
            // Each at once: all of them take minutes.
            writeln!(out, "{:<28} {best:>14.0} {unit}", b.name)
                .and_then(|()| out.flush())
                .map_err(|e| out.failed(e))?;
        }
    }
    if json {
        writeln!(out, "{}", serde_json::Value::from(rows)).map_err(|e| out.failed(e))?;
    }
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}
