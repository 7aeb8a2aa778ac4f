//! `mm bench`: the workloads of the speed table, natively.

use mm_script::bench::{BENCHMARKS, run};
use std::process::ExitCode;
use std::time::Instant;

/// The median of so many rounds is printed.
const ROUNDS: usize = 5;

/// Runs the benchmarks whose name contains `filter` on `pages` pages and prints their rates.
pub fn bench(json: bool, filter: &str, pages: u64) -> ExitCode {
    let start = Instant::now();
    let mut rows = Vec::new();
    for b in BENCHMARKS.iter().filter(|b| b.name.contains(filter)) {
        let rounds =
            (0..ROUNDS).filter_map(|_| run(b.name, pages, &mut || start.elapsed().as_secs_f64()));
        let mut rates: Vec<f64> = rounds.map(|r| r.rate).collect();
        rates.sort_by(f64::total_cmp);
        let Some(rate) = rates.get(rates.len() / 2) else {
            continue;
        };
        let unit = b.unit.per_second();
        if json {
            rows.push(serde_json::json!({"name": b.name, "unit": unit, "rate": rate}));
        } else {
            println!("{:<28} {rate:>14.0} {unit}", b.name);
        }
    }
    if json {
        println!("{}", serde_json::Value::from(rows));
    }
    ExitCode::SUCCESS
}
