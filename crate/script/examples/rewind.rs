//! How long it takes to reach any point of a run: one million actions of the daemons on 1 GiB.
//!
//! `cargo run --release -p mm-script --example rewind`: prints the longest and the mean seek, and what the checkpoints
//! take. `npm run bench` measures the same as wasm.

use mm_script::history::History;
use mm_script::language;
use std::time::Instant;

/// Half of the memory is ksmd's, a quarter khugepaged's.
const SCRIPT: &str = include_str!("rewind.mm");

const ACTIONS: u64 = 1_000_000;
const SEEKS: u64 = 400;

fn main() {
    let script = language::parse(SCRIPT).expect("the script is right");
    let mut h = History::new(script.machine.as_ref()).expect("1 GiB is within the bounds");
    for line in &script.lines {
        h.exec(line).expect("the lines run");
    }
    let start = Instant::now();
    let slice = 1000;
    for i in 0..ACTIONS / slice {
        h.advance(60_000_000_000, slice);
        if i % 16 == 0 {
            h.cut();
        }
    }
    h.cut();
    let (end_ns, played) = (h.session().machine().now_ns(), start.elapsed());
    let k = h.session().machine().ksm_gauges();
    println!(
        "{ACTIONS} actions in {played:.2?}, {:.1} virtual s, {} entries, ksm pages scanned {}",
        end_ns as f64 / 1e9,
        h.length(),
        k.pages_scanned
    );
    let mut all = Vec::new();
    let mut z = 1u64;
    for _ in 0..SEEKS {
        z = z
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = ((u128::from(z >> 33) * u128::from(end_ns)) >> 31) as u64;
        let start = Instant::now();
        h.seek_time(at);
        while !h.seek_on(u64::MAX) {}
        all.push((start.elapsed(), at));
        assert!(h.session().machine().now_ns() >= at.min(end_ns));
    }
    all.sort();
    let (longest, at) = all[all.len() - 1];
    let mean = all.iter().map(|s| s.0).sum::<std::time::Duration>() / SEEKS as u32;
    let (n, bytes) = h.checkpoints();
    println!(
        "longest seek {longest:.1?} (to {:.1} s), 95 % {:.1?}, mean {mean:.1?}",
        at as f64 / 1e9,
        all[all.len() * 95 / 100].0
    );
    println!("{n} checkpoints, {:.1} MB", bytes as f64 / 1e6);
}
