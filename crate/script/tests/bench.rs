//! Every benchmark does the work it counts.

use mm_script::bench::{BENCHMARKS, HEAP_SPREAD, MIN_PAGES, SPREAD, run};

#[test]
fn benchmarks_run_and_count() {
    for b in BENCHMARKS {
        let mut clock = 0.0;
        let mut now_s = || {
            clock += 0.5;
            clock
        };
        let rate = run(b.name, 1, &mut now_s).expect("a name of the list");
        assert_eq!((rate.name, rate.unit, rate.seconds), (b.name, b.unit, 0.5));
        assert_eq!(rate.rate, rate.units as f64 / 0.5);
        assert!(
            [
                MIN_PAGES,
                MIN_PAGES * 4,
                MIN_PAGES / 16,
                MIN_PAGES * 25 / 16,
                MIN_PAGES / 512,
                MIN_PAGES * SPREAD / 512,
                MIN_PAGES * HEAP_SPREAD / 512
            ]
            .contains(&rate.units),
            "{}",
            b.name
        );
    }
    assert_eq!(run("no such thing", 1, &mut || 0.0), None);
}
