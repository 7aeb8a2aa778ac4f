//! The advisor: `pages_to_scan` so that a full scan takes `advisor_target_scan_time`.
//!
//! Counterparts: `scan_time_advisor`, `set_advisor_defaults`. All integers, as in the kernel.

use super::settings::{AdvisorMode, DEFAULT_PAGES_TO_SCAN, KsmSettings};
use crate::machine::Machine;
use crate::trace::EventKind;

/// Percent that the newest change weighs (`EWMA_WEIGHT`).
const EWMA_WEIGHT: u64 = 30;
/// Least share of a CPU in percent (`KSM_ADVISOR_MIN_CPU`).
const MIN_CPU: u64 = 10;

/// What it remembers (`struct advisor_ctx`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Advisor {
    /// When the scan began.
    start_ns: u64,
    /// Seconds of the last scan; 0 before the first.
    scan_time_s: u64,
    /// Smoothed change of the scan time in percent.
    change: u64,
    /// CPU time of ksmd at the last evaluation.
    cpu_ns: u64,
}

/// Result of one evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Advice {
    scan_time_s: u64,
    pages_to_scan: u64,
    cpu_percent: u64,
}

impl Advisor {
    /// A scan that ended at `now_ns` with `cpu_ns` used in all.
    fn advise(&mut self, s: &KsmSettings, now_ns: u64, cpu_ns: u64) -> Advice {
        let scan_time_s = ((now_ns - self.start_ns) / 1_000_000_000).max(1);
        let cpu_ms = (cpu_ns - self.cpu_ns) / 1_000_000;
        let cpu_percent = (cpu_ms * 100 / (scan_time_s * 1000)).max(1);
        let last = if self.scan_time_s == 0 {
            scan_time_s
        } else {
            self.scan_time_s
        };
        let factor = (s.advisor_target_scan_time.saturating_mul(100) / scan_time_s).max(1);
        let change = (scan_time_s * 100 / last).max(1);
        let change = ((100 - EWMA_WEIGHT) * self.change + EWMA_WEIGHT * change) / 100;
        let pages = s.pages_to_scan.saturating_mul(100) / factor;
        let pages = pages.saturating_mul(change) / 100;
        let per_page_cost = (s.pages_to_scan / cpu_percent).max(1);
        let pages_to_scan = pages
            .min(per_page_cost.saturating_mul(u64::from(s.advisor_max_cpu)))
            .max(per_page_cost.saturating_mul(MIN_CPU))
            .min(s.advisor_max_pages_to_scan);
        (self.change, self.scan_time_s, self.cpu_ns) = (change, scan_time_s, cpu_ns);
        Advice {
            scan_time_s,
            pages_to_scan,
            cpu_percent,
        }
    }
}

impl Machine {
    /// `advisor_mode` changes.
    pub(super) fn set_advisor_mode(&mut self, mode: AdvisorMode) {
        let ksm = &mut self.ksm;
        if ksm.settings.advisor_mode == mode {
            return;
        }
        ksm.settings.advisor_mode = mode;
        ksm.settings.pages_to_scan = match mode {
            AdvisorMode::None => DEFAULT_PAGES_TO_SCAN,
            AdvisorMode::ScanTime => {
                ksm.advisor = Advisor::default();
                ksm.settings.advisor_min_pages_to_scan
            }
        };
    }

    pub(super) fn advisor_start_scan(&mut self) {
        if self.ksm.settings.advisor_mode == AdvisorMode::ScanTime {
            self.ksm.advisor.start_ns = self.now_ns;
        }
    }

    pub(super) fn advisor_stop_scan(&mut self) {
        if self.ksm.settings.advisor_mode != AdvisorMode::ScanTime {
            return;
        }
        let (now_ns, ksm) = (self.now_ns, &mut self.ksm);
        let a = ksm.advisor.advise(&ksm.settings, now_ns, ksm.cpu_ns);
        ksm.settings.pages_to_scan = a.pages_to_scan;
        self.emit(EventKind::KsmAdvisor {
            scan_time: a.scan_time_s as i64,
            pages_to_scan: a.pages_to_scan,
            cpu_percent: a.cpu_percent as u32,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// pages_to_scan 500, first evaluation: (scan seconds, CPU ms) and what comes out.
    #[test]
    fn follows_the_documented_examples() {
        let s = KsmSettings {
            pages_to_scan: 500,
            ..KsmSettings::default()
        };
        for ((scan_s, cpu_ms), (pages, percent)) in
            [((400, 20_000), (1000, 5)), ((40, 2_400), (830, 6))]
        {
            let advice = Advisor::default().advise(&s, scan_s * 1_000_000_000, cpu_ms * 1_000_000);
            assert_eq!(
                advice,
                Advice {
                    scan_time_s: scan_s,
                    pages_to_scan: pages,
                    cpu_percent: percent
                }
            );
        }
    }

    #[test]
    fn remembers_the_last_scan() {
        let s = KsmSettings {
            pages_to_scan: 1000,
            advisor_target_scan_time: 100,
            ..KsmSettings::default()
        };
        let mut a = Advisor::default();
        a.advise(&s, 100_000_000_000, 50_000_000_000);
        assert_eq!((a.change, a.scan_time_s), (30, 100));
        // Twice as long: change (70 * 30 + 30 * 200) / 100 = 81; factor 50; 2000 * 81 % = 1620.
        a.start_ns = 100_000_000_000;
        let advice = a.advise(&s, 300_000_000_000, 150_000_000_000);
        assert_eq!(
            (a.change, advice.cpu_percent, advice.pages_to_scan),
            (81, 50, 1400)
        );
    }
}
