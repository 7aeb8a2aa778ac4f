//! One wake-up of the thread: passes, budget and the end of it.
//!
//! Counterpart: `khugepaged_do_scan`. A run that starts between two passes makes at most one pass; one that starts in
//! the middle finishes that pass and, budget left, makes another.

use super::scan_mm::Visit;
use super::{Khugepaged, ScanResult};
use crate::machine::Machine;
use crate::trace::{Actor, EventKind};
use crate::vm::addr::MmId;

/// What one unit of the thread was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KhugepagedWork {
    /// There is no thread.
    NotRunning,
    /// Nobody is queued, or the pass was over already.
    Nothing,
    /// The 2 MiB range at `addr` was looked at.
    Range {
        /// Address space.
        mm: MmId,
        /// Start of the range.
        addr: u64,
        /// What came of it.
        result: ScanResult,
    },
    /// An address space had no range left, was dying, had THP disabled or its lock was held.
    Left {
        /// Address space.
        mm: MmId,
    },
}

/// One unit of the thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KhugepagedStep {
    /// What was done.
    pub work: KhugepagedWork,
    /// What it cost of the budget `pages_to_scan`.
    pub progress: u64,
    /// It ended a pass: `full_scans` went up.
    pub full_scan: bool,
    /// It ended the run: the thread sleeps.
    pub run_over: bool,
}

/// A run under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Run {
    /// `pages_to_scan`, sampled once.
    pages: u64,
    progress: u64,
    /// Passes begun (`pass_through_head`).
    passes: u32,
    /// The alloc sleep is still to be had.
    wait: bool,
    /// An empty queue counts as a pass.
    anchored: bool,
    visit: Option<Visit>,
}

/// How a run goes on after a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    Unit,
    AllocSleep,
    Over,
}

/// One unit with its consequences for the thread.
pub(super) struct Unit {
    pub step: KhugepagedStep,
    pub next: Next,
    /// Virtual time it took.
    pub spent_ns: u64,
}

impl Khugepaged {
    /// A new run with the present `pages_to_scan`.
    pub(super) fn new_run(&self, commanded: bool) -> Run {
        Run {
            pages: self.settings.pages_to_scan.into(),
            progress: 0,
            passes: 0,
            wait: true,
            anchored: commanded || self.parked,
            visit: None,
        }
    }

    /// What the head of the loop would find: no pass to begin or to go on with.
    fn pass_over(&self, run: &Run) -> bool {
        self.cursor.is_none() && (run.passes > 0 || self.queue.is_empty() && !run.anchored)
    }
}

impl Machine {
    /// The next unit of a run.
    pub(super) fn khugepaged_run_unit(&mut self, run: &mut Run) -> Unit {
        let before = self.khugepaged.full_scans;
        let (mut progress, mut spent_ns, mut result) = (0, 0, ScanResult::Fail);
        let mut work = KhugepagedWork::Nothing;
        if run.visit.is_some() || !self.khugepaged.pass_over(run) && self.hugepage_pmd_enabled() {
            if run.visit.is_none() && self.khugepaged.cursor.is_none() {
                run.passes += 1;
            }
            if self.khugepaged.queue.is_empty() {
                progress = 1;
                self.khugepaged_count_full_scan();
            } else {
                let mut visit = run
                    .visit
                    .take()
                    .unwrap_or(Visit::new(run.pages - run.progress));
                let part = self.khugepaged_scan_mm_slot(&mut visit);
                (work, progress, spent_ns, result) =
                    (part.work, part.progress, part.spent_ns, visit.result);
                run.visit = (!part.over).then_some(visit);
            }
            run.progress += progress;
        } else {
            run.progress = run.pages;
        }
        let next = self.khugepaged_next(run, result);
        let full_scan = self.khugepaged.full_scans != before;
        let step = KhugepagedStep {
            work,
            progress,
            full_scan,
            run_over: next == Next::Over,
        };
        self.khugepaged.last = Some(step);
        Unit {
            step,
            next,
            spent_ns,
        }
    }

    /// Only an allocation failure with budget left sends the thread to its alloc sleep, once in a run; the second
    /// ends the run.
    fn khugepaged_next(&self, run: &mut Run, result: ScanResult) -> Next {
        if run.visit.is_some() {
            Next::Unit
        } else if run.progress >= run.pages {
            Next::Over
        } else if result == ScanResult::AllocHugePageFail {
            if std::mem::take(&mut run.wait) {
                Next::AllocSleep
            } else {
                Next::Over
            }
        } else if self.khugepaged.pass_over(run) {
            Next::Over
        } else {
            Next::Unit
        }
    }

    /// A pass is over.
    pub(super) fn khugepaged_count_full_scan(&mut self) {
        self.khugepaged.full_scans = self.khugepaged.full_scans.wrapping_add(1);
        let count = self.khugepaged.full_scans.into();
        self.emit(EventKind::FullScan {
            actor: Actor::Khugepaged,
            count,
        });
    }
}
