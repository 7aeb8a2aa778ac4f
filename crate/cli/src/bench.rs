//! `mm bench`: the workloads of the speed table, natively.

use std::process::ExitCode;

/// Runs the workloads whose name contains `filter` and prints their rates.
pub fn bench(json: bool, filter: &str) -> ExitCode {
    let start = std::time::Instant::now();
    let now = || start.elapsed().as_secs_f64();
    let mut rows = Vec::new();
    for w in mm_script::bench::WORKLOADS.iter().filter(|w| w.name.contains(filter)) {
        let rate = w.run(&now);
        if json {
            rows.push(serde_json::json!({"name": w.name, "unit": w.unit, "rate": rate}));
        } else {
            println!("{:<32} {:>14.0} {}/s", w.name, rate, w.unit);
        }
    }
    if json {
        println!("{}", serde_json::Value::from(rows));
    }
    ExitCode::SUCCESS
}
