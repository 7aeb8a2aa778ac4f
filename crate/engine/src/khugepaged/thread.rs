//! The thread: when it exists, when it sleeps, what wakes it, and the commands that drive it by hand.
//!
//! Counterparts: `start_stop_khugepaged`, `khugepaged`, `khugepaged_wait_work`, `khugepaged_alloc_sleep`,
//! `__sleep_millisecs_store`, `set_recommended_min_free_kbytes`.
//!
//! Sleeps end on jiffies of 4 ms (HZ = 250). Work takes the time of the cost table; a unit begins when the one before
//! it has ended.
//!
//! Deviation: the kernel's timer wheel may end long sleeps up to an eighth later.

use super::cost;
use super::run::{KhugepagedStep, KhugepagedWork, Next, Run};
use super::settings::{PAGES_TO_SCAN_UNLIMITED, SCAN_SLEEP_DAY_MILLISECS};
use crate::clock::sleep_end;
use crate::machine::Machine;
use crate::phys::zone;
use crate::trace::Actor;

/// What the thread is about. A time of `None` never comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ThreadState {
    /// Between two runs (`khugepaged_sleep_expire`).
    ScanSleep { until_ns: Option<u64> },
    /// In the middle of a run, after a failed allocation.
    AllocSleep { run: Run, until_ns: Option<u64> },
    /// Nobody is queued: no timeout.
    QueueEmpty,
    /// At work; the next unit begins at `due_ns`.
    Running { run: Run, due_ns: u64 },
}

/// There is no thread to command: no setting allows PMD-sized pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotRunning;

impl std::fmt::Display for NotRunning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("khugepaged is not running")
    }
}

impl std::error::Error for NotRunning {}

impl Machine {
    /// After every write to a file that decides whether PMD-sized pages can exist: starts or stops the thread and
    /// sets `min_free_kbytes` (`start_stop_khugepaged`). A thread that starts scans at once.
    pub(crate) fn start_stop_khugepaged(&mut self) {
        let present = self.khugepaged.thread.is_some();
        let wanted = self.hugepage_pmd_enabled();
        if !wanted {
            self.khugepaged.thread = None;
            if let Some(c) = self.khugepaged.cursor.take() {
                self.khugepaged_collect(c.mm);
            }
        }
        self.set_recommended_min_free_kbytes();
        if wanted && !present {
            self.khugepaged.thread = Some(ThreadState::ScanSleep {
                until_ns: Some(self.now_ns),
            });
            self.khugepaged_if_parked_run();
        } else if wanted && !self.khugepaged.queue.is_empty() {
            // The wake-up ends an alloc sleep; a scan sleep looks at the clock and goes on.
            self.khugepaged_end_alloc_sleep();
        }
    }

    /// khugepaged wants some free 2 MiB blocks of every type in every zone (`set_recommended_min_free_kbytes`).
    pub(crate) fn set_recommended_min_free_kbytes(&mut self) {
        let managed = self.nr_managed_pages();
        let default = zone::default_min_free_kbytes(managed);
        let at_boot = self.sysctl.min_free_kbytes == 0;
        if at_boot
            || !self.hugepage_pmd_enabled()
                && self.sysctl.user_min_free_kbytes.is_none_or(|u| u < default)
        {
            self.sysctl.min_free_kbytes = default;
        }
        if self.hugepage_pmd_enabled() {
            let recommended = zone::recommended_min_free_kbytes(self.zones.len() as u64, managed);
            self.sysctl.min_free_kbytes = self.sysctl.min_free_kbytes.max(recommended);
        }
        zone::set_watermarks(
            &mut self.zones,
            self.sysctl.min_free_kbytes,
            self.sysctl.watermark_scale_factor,
        );
    }

    /// Memory came or went: as far as khugepaged runs, it asks for its share of free memory again.
    pub(crate) fn khugepaged_min_free_kbytes_update(&mut self) {
        if self.khugepaged.thread.is_some() {
            self.set_recommended_min_free_kbytes();
        }
    }

    /// The first address space was queued: the untimed wait ends.
    pub(super) fn khugepaged_wake_for_queue(&mut self) {
        if self.khugepaged.thread == Some(ThreadState::QueueEmpty) {
            self.khugepaged.thread = Some(ThreadState::ScanSleep {
                until_ns: Some(self.now_ns),
            });
        }
        self.khugepaged_end_alloc_sleep();
    }

    /// A sleep time was written: a sleep under way ends.
    pub(super) fn khugepaged_wake_now(&mut self) {
        if let Some(ThreadState::ScanSleep { until_ns }) = &mut self.khugepaged.thread {
            *until_ns = Some(self.now_ns);
            self.khugepaged_if_parked_run();
        }
        self.khugepaged_end_alloc_sleep();
    }

    fn khugepaged_end_alloc_sleep(&mut self) {
        if let Some(ThreadState::AllocSleep { run, .. }) = self.khugepaged.thread {
            self.khugepaged.thread = Some(ThreadState::Running {
                run,
                due_ns: self.now_ns,
            });
            self.khugepaged_if_parked_run();
        }
    }

    /// In a parked machine no time passes between a write and what the woken thread does.
    fn khugepaged_if_parked_run(&mut self) {
        if self.khugepaged.parked {
            self.khugepaged_begin(false);
            self.khugepaged_run_to_sleep();
        }
    }

    /// A run is over at `now_ns` (`khugepaged_wait_work`).
    fn khugepaged_wait_work(&self, now_ns: u64) -> ThreadState {
        let sleep = self.khugepaged.settings.scan_sleep_millisecs;
        if self.khugepaged.queue.is_empty() && !self.khugepaged.parked {
            ThreadState::QueueEmpty
        } else {
            ThreadState::ScanSleep {
                until_ns: sleep_end(now_ns, sleep),
            }
        }
    }

    /// When the thread has something to do next; `None` if only a command or a write can wake it.
    pub fn khugepaged_next_wake_ns(&self) -> Option<u64> {
        match self.khugepaged.thread? {
            ThreadState::ScanSleep { until_ns } | ThreadState::AllocSleep { until_ns, .. } => {
                until_ns
            }
            ThreadState::QueueEmpty => None,
            ThreadState::Running { due_ns, .. } => Some(due_ns),
        }
    }

    /// The unit that is due now, taking its time. Nothing if there is no thread.
    pub(crate) fn khugepaged_run_due(&mut self) {
        self.khugepaged_begin(false);
        self.khugepaged_unit(true);
    }

    /// Ends whatever sleep there is: the run in it goes on, or a new one begins.
    fn khugepaged_begin(&mut self, commanded: bool) {
        let due_ns = self.now_ns;
        let run = match self.khugepaged.thread {
            Some(ThreadState::ScanSleep { .. } | ThreadState::QueueEmpty) => {
                self.khugepaged.new_run(commanded)
            }
            Some(ThreadState::AllocSleep { run, .. }) => run,
            Some(ThreadState::Running { .. }) | None => return,
        };
        self.khugepaged.thread = Some(ThreadState::Running { run, due_ns });
    }

    /// One unit of the run under way.
    fn khugepaged_unit(&mut self, takes_time: bool) -> KhugepagedStep {
        let Some(ThreadState::Running { mut run, .. }) = self.khugepaged.thread else {
            let work = KhugepagedWork::NotRunning;
            return KhugepagedStep {
                work,
                progress: 0,
                full_scan: false,
                run_over: true,
            };
        };
        let unit = self.acting(Actor::Khugepaged, |m| m.khugepaged_run_unit(&mut run));
        self.khugepaged.cpu_ns += unit.spent_ns;
        if unit.next == Next::Over {
            self.khugepaged.cpu_ns += cost::WAKE_NS;
        }
        let (spent, wake) = if takes_time {
            (unit.spent_ns, cost::WAKE_NS)
        } else {
            (0, 0)
        };
        let end_ns = self.now_ns + spent;
        let until_ns = sleep_end(end_ns, self.khugepaged.settings.alloc_sleep_millisecs);
        self.khugepaged.thread = Some(match unit.next {
            Next::Unit => ThreadState::Running {
                run,
                due_ns: end_ns,
            },
            Next::AllocSleep => ThreadState::AllocSleep { run, until_ns },
            Next::Over => self.khugepaged_wait_work(end_ns + wake),
        });
        unit.step
    }

    fn khugepaged_run_to_sleep(&mut self) {
        while let Some(ThreadState::Running { .. }) = self.khugepaged.thread {
            self.khugepaged_unit(false);
        }
    }

    /// One unit, whatever the clock says, and no time passes: the next 2 MiB range, a visit that finds none, or the
    /// end of a pass. A sleeping thread is woken for it.
    pub fn khugepaged_step(&mut self) -> KhugepagedStep {
        self.khugepaged_begin(false);
        self.khugepaged_unit(false)
    }

    /// One whole wake-up with the present `pages_to_scan`, and no time passes. A run under way is finished first, an
    /// alloc sleep is ended. Nothing without a thread.
    pub fn khugepaged_do_scan(&mut self) {
        self.khugepaged_run_to_sleep();
        if self.khugepaged.parked {
            // What wakes a parked thread is a store of the day it sleeps.
            self.khugepaged.settings.scan_sleep_millisecs = SCAN_SLEEP_DAY_MILLISECS;
        }
        self.khugepaged_begin(true);
        self.khugepaged_run_to_sleep();
    }

    /// The script's `khugepaged scan N`: without a budget, one wake-up after the other until `full_scans` has moved,
    /// `n` times.
    ///
    /// Deviation: with nobody queued the kernel's thread would not count a pass; a commanded one does, as if an idle
    /// process were always registered.
    ///
    /// # Errors
    /// [`NotRunning`].
    pub fn khugepaged_full_scans(&mut self, n: u64) -> Result<(), NotRunning> {
        self.khugepaged.thread.ok_or(NotRunning)?;
        self.khugepaged_run_to_sleep();
        let own = std::mem::replace(
            &mut self.khugepaged.settings.pages_to_scan,
            PAGES_TO_SCAN_UNLIMITED,
        );
        for _ in 0..n {
            let before = self.khugepaged.full_scans;
            while self.khugepaged.full_scans == before {
                self.khugepaged_do_scan();
            }
        }
        self.khugepaged.settings.pages_to_scan = own;
        Ok(())
    }

    /// The script's `khugepaged wake N`: `n` wake-ups with the present `pages_to_scan`. False, and nothing done,
    /// without a thread.
    pub fn khugepaged_wakes(&mut self, n: u64) -> bool {
        if self.khugepaged.thread.is_none() {
            return false;
        }
        for _ in 0..n {
            self.khugepaged_do_scan();
        }
        true
    }
}
