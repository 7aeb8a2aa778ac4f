//! ksmd: when it wakes, and how far it goes.
//!
//! Counterparts: `ksm_scan_thread`, `ksm_do_scan`.

use super::cost;
use super::scan::Next;
use super::settings::{PARKED_SLEEP_MS, Run};
use crate::explain::Silent;
use crate::machine::Machine;
use crate::trace::{Actor, EventKind, KsmOutcome};
use crate::vm::addr::MmId;

/// Length of a tick: HZ is 250.
const TICK_NS: u64 = 4_000_000;

/// What the thread is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Thread {
    /// Waits to be told: `run` is not 1, or nobody is registered.
    Idle,
    /// Between two batches. A time of `None` never comes.
    Sleep { until_ns: Option<u64> },
    /// At work: pages left of the batch, and when the next unit begins.
    Batch { left: u64, due_ns: u64 },
}

impl Thread {
    /// A day, the sleep of a parked thread.
    pub(super) fn parked() -> Thread {
        Thread::Sleep {
            until_ns: sleep_end(0, PARKED_SLEEP_MS),
        }
    }
}

/// End of a sleep of `ms` that begins at `now_ns`; beyond 2^31 ms there is none.
fn sleep_end(now_ns: u64, ms: u32) -> Option<u64> {
    match (ms, i32::try_from(ms)) {
        (0, _) => Some(now_ns),
        (_, Ok(_)) => Some((now_ns / TICK_NS + Machine::msecs_to_jiffies(ms)) * TICK_NS),
        (_, Err(_)) => None,
    }
}

/// `run` is not 1: the thread cannot be commanded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KsmdStopped;

impl std::fmt::Display for KsmdStopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ksmd is stopped: /sys/kernel/mm/ksm/run is not 1")
    }
}

impl std::error::Error for KsmdStopped {}

/// The unit of work that one step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KsmStep {
    /// `run` is not 1, or nobody is registered.
    Idle,
    /// A full scan began.
    ScanStarted,
    /// One page was looked at or passed over.
    Visited {
        /// Its address space.
        mm: MmId,
        /// Its address.
        addr: u64,
        /// What came of it.
        outcome: KsmOutcome,
    },
    /// A full scan ended; `full_scans` is this now.
    ScanEnded {
        /// Full scans.
        full_scans: u64,
    },
}

impl Machine {
    pub(super) fn jiffies(&self) -> u64 {
        self.now_ns / TICK_NS
    }

    pub(super) fn msecs_to_jiffies(ms: u32) -> u64 {
        u64::from(ms).div_ceil(TICK_NS / 1_000_000)
    }

    /// The thread has something to do when it wakes (`ksmd_should_run`).
    fn ksmd_should_run(&self) -> bool {
        self.ksm.settings.run == Run::Merge && (!self.ksm.slots.is_empty() || self.ksm.anchored)
    }

    /// One unit of work: begins a full scan, visits one page, or ends the full scan. `commanded`: also with an empty
    /// list.
    ///
    /// Deviation: the kernel's ksmd does nothing while nobody is registered. Told to scan it completes an empty
    /// scan here, as on the machine that recorded the conformance scenarios, where an empty process is always
    /// registered.
    fn ksmd_unit(&mut self, commanded: bool) -> KsmStep {
        if self.ksm.cursor.slot.is_none() {
            if self.ksm.slots.is_empty() && !self.ksm.anchored && !commanded {
                return KsmStep::Idle;
            }
            self.start_scan();
            if self.ksm.cursor.slot.is_some() {
                return KsmStep::ScanStarted;
            }
        }
        let (at, outcome) = match self.scan_get_next_rmap_item() {
            Next::Skipped(at) => (at, KsmOutcome::Skipped),
            Next::Page(at) => {
                let outcome = self.cmp_and_merge_page(&at, &mut Silent);
                self.ksm.pages_scanned += 1;
                (at, outcome)
            }
            Next::ScanEnd => {
                self.end_scan();
                return KsmStep::ScanEnded {
                    full_scans: self.ksm.seqnr,
                };
            }
        };
        self.ksm.cpu_ns += cost::STEP_NS;
        self.emit_visit(at.mm, at.addr, outcome);
        KsmStep::Visited {
            mm: at.mm,
            addr: at.addr,
            outcome,
        }
    }

    /// Pages in a row with the same outcome are one event, within a wake-up.
    fn emit_visit(&mut self, mm: MmId, addr: u64, outcome: KsmOutcome) {
        if let Some(last) = self.events.last_mut()
            && last.seq >= self.ksm.visits_from
            && let EventKind::KsmVisit {
                mm: m,
                addr: first,
                outcome: o,
                count,
            } = &mut last.kind
            && (
                *m,
                *o,
                *first + u64::from(*count) * crate::vm::addr::PAGE_SIZE,
            ) == (mm, outcome, addr)
        {
            *count += 1;
            return;
        }
        self.emit(EventKind::KsmVisit {
            mm,
            addr,
            outcome,
            count: 1,
        });
    }

    /// Somebody else acted: what ksmd remembers of page tables and contents may be wrong now.
    #[inline]
    pub(crate) fn ksm_disturbed(&mut self) {
        self.ksm.epoch += 1;
    }

    /// From here on visits are told by new events: whoever has read the log has seen all before.
    pub(crate) fn ksm_tell_visits_anew(&mut self) {
        self.ksm.visits_from = self.events.next_seq();
    }

    /// Ends whatever the thread waits for: a batch begins if there is something to do.
    fn ksmd_begin(&mut self, budget: u64, commanded: bool) {
        if matches!(self.ksm.thread, Thread::Batch { .. }) {
            return;
        }
        let run = self.ksm.settings.run == Run::Merge;
        self.ksm.thread = if self.ksmd_should_run() || commanded && run {
            self.ksm.cpu_ns += cost::WAKE_NS;
            Thread::Batch {
                left: budget,
                due_ns: self.now_ns,
            }
        } else {
            Thread::Idle
        };
        self.ksmd_end_batch_if_done(false, self.now_ns);
    }

    /// At most `most` units of the batch under way; it ends with the budget or with a full scan (`ksm_do_scan`).
    /// Returns the last.
    fn ksmd_batch_units(&mut self, most: u64, takes_time: bool, commanded: bool) -> KsmStep {
        let Thread::Batch { mut left, .. } = self.ksm.thread else {
            return KsmStep::Idle;
        };
        if self.events.next_seq() != self.ksm.seen_events {
            self.ksm_disturbed();
        }
        let before = self.ksm.cpu_ns;
        let (step, over) = self.acting(Actor::Ksmd, |m| {
            let mut nr = 0;
            loop {
                let step = m.ksmd_unit(commanded);
                nr += 1;
                let over = match step {
                    KsmStep::Idle | KsmStep::ScanEnded { .. } => true,
                    KsmStep::Visited { outcome, .. } if outcome != KsmOutcome::Skipped => {
                        left -= 1;
                        false
                    }
                    KsmStep::Visited { .. } | KsmStep::ScanStarted => false,
                };
                if over || left == 0 || nr == most {
                    return (step, over);
                }
            }
        });
        self.ksm.seen_events = self.events.next_seq();
        let took = if takes_time {
            self.ksm.cpu_ns - before
        } else {
            0
        };
        let due_ns = self.now_ns + took;
        self.ksm.thread = Thread::Batch { left, due_ns };
        self.ksmd_end_batch_if_done(over, due_ns);
        step
    }

    fn ksmd_end_batch_if_done(&mut self, over: bool, now_ns: u64) {
        let Thread::Batch { left, .. } = self.ksm.thread else {
            return;
        };
        if left > 0 && !over {
            return;
        }
        self.ksm.thread = if self.ksmd_should_run() {
            // A thread that sleeps 0 ms still takes the time of waking up.
            let ms = self.ksm.settings.sleep_millisecs;
            let now_ns = if ms == 0 {
                now_ns + cost::WAKE_NS
            } else {
                now_ns
            };
            Thread::Sleep {
                until_ns: sleep_end(now_ns, ms),
            }
        } else {
            Thread::Idle
        };
    }

    /// Lets the batch under way end, without time: whoever stores to `run` waits for it.
    pub(super) fn ksmd_finish_batch(&mut self) {
        self.ksmd_batch_units(u64::MAX, false, true);
    }

    /// The system is suspended, and awake again: a batch ends where it stands, its rest is not made up for (`freezing`
    /// in `ksm_do_scan`). A sleep goes on.
    pub(crate) fn ksmd_freeze(&mut self) {
        self.ksmd_end_batch_if_done(true, self.now_ns);
    }

    /// When the thread has something to do next, in ns since boot; `None` while it waits to be told.
    pub fn ksmd_next_wake_ns(&self) -> Option<u64> {
        match self.ksm.thread {
            Thread::Idle => None,
            Thread::Sleep { until_ns } => until_ns,
            Thread::Batch { due_ns, .. } => Some(due_ns),
        }
    }

    /// The unit that is due now, taking its time.
    pub(crate) fn ksmd_run_due(&mut self) {
        self.ksmd_begin(self.ksm.settings.pages_to_scan, false);
        self.ksmd_batch_units(1, true, false);
    }

    /// One unit now, whatever the timer says, and no time passes: one page, or the begin or end of a full scan. A
    /// sleeping thread is woken for it.
    pub fn ksmd_step(&mut self) -> KsmStep {
        self.ksm_tell_visits_anew();
        self.ksmd_begin(self.ksm.settings.pages_to_scan, true);
        self.ksmd_batch_units(1, false, true)
    }

    /// The script's `ksmd wake`: one whole wake-up for the present `pages_to_scan`, and no time passes. A batch under
    /// way is finished first. Unless `run` is 1 the thread goes back to waiting to be told.
    pub fn ksmd_wake(&mut self) {
        self.ksmd_wake_for(self.ksm.settings.pages_to_scan);
    }

    fn ksmd_wake_for(&mut self, budget: u64) {
        self.ksm_tell_visits_anew();
        self.ksmd_finish_batch();
        if self.ksm.anchored {
            // What wakes a parked thread is a changed sleep.
            let toggle = (self.ksm.settings.sleep_millisecs & 1) ^ 1;
            self.ksm.settings.sleep_millisecs = PARKED_SLEEP_MS + toggle;
        }
        self.ksmd_begin(budget, true);
        self.ksmd_finish_batch();
    }

    /// The script's `ksmd scan N`: without a budget, one wake-up after the other until a full scan has ended, `n`
    /// times.
    ///
    /// # Errors
    /// [`KsmdStopped`].
    pub fn ksmd_full_scans(&mut self, n: u32) -> Result<(), KsmdStopped> {
        if self.ksm.settings.run != Run::Merge {
            return Err(KsmdStopped);
        }
        self.ksmd_finish_batch();
        for _ in 0..n {
            let before = self.ksm.seqnr;
            while self.ksm.seqnr == before {
                self.ksmd_wake_for(u64::MAX);
            }
        }
        Ok(())
    }

    /// `run` = 1 was written, or the first address space registered: ends the wait to be told, not the timed sleep.
    pub(super) fn ksmd_wake_up(&mut self) {
        if self.ksm.thread == Thread::Idle && self.ksmd_should_run() {
            self.ksmd_start();
        }
    }

    /// `sleep_millisecs` has a new value: ends the timed sleep.
    pub(super) fn ksmd_end_sleep(&mut self) {
        if matches!(self.ksm.thread, Thread::Sleep { .. }) {
            self.ksmd_start();
        }
    }

    /// The thread runs when the clock next moves; in a parked machine, where it does not, right now.
    fn ksmd_start(&mut self) {
        self.ksm.thread = Thread::Sleep {
            until_ns: Some(self.now_ns),
        };
        if self.ksm.anchored {
            self.ksm_tell_visits_anew();
            self.ksmd_begin(self.ksm.settings.pages_to_scan, false);
            self.ksmd_finish_batch();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sleep_end;

    #[test]
    fn sleeps_end_on_ticks() {
        let ms = 1_000_000;
        for (now, sleep_ms, want) in [
            (0, 20, Some(20 * ms)),
            (3_999_999, 20, Some(20 * ms)),
            (4 * ms, 1, Some(8 * ms)),
            (5, 0, Some(5)),
            (0, i32::MAX as u32 + 1, None),
        ] {
            assert_eq!(sleep_end(now, sleep_ms), want, "{now} + {sleep_ms} ms");
        }
    }
}
