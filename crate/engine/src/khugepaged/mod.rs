//! khugepaged: the thread that rebuilds huge pages behind a program's back, and MADV_COLLAPSE.
//!
//! Counterpart: `mm/khugepaged.c`. An address space is *queued* once (`slot`) and stays so until it dies. The
//! *thread* sleeps, wakes and makes a *run* (`thread`, `run`). A run visits the queued address spaces in order
//! (`scan_mm`), looks at one 2 MiB range after the other (`scan_pmd`) and collapses what it can (`collapse`,
//! `isolate`, `swapin`). The cursor keeps its place between runs. MADV_COLLAPSE (`madvise`) uses the same scan and
//! collapse with other limits. `why` asks the same tests and keeps every answer.
//!
//! The thread is a state machine: one unit is one 2 MiB range, or a visit that finds none. Everything the next unit
//! needs is in [`Khugepaged`], so that a run can stop after any unit and a machine can be cloned there.
//!
//! Architecture invariant: only the operation on one range allocates memory or changes an address space; a scan
//! reads.

mod check;
mod collapse;
mod cost;
mod file;
mod files;
mod isolate;
mod madvise;
pub mod meanwhile;
mod result;
mod run;
mod scan_mm;
mod scan_pmd;
mod settings;
mod slot;
mod swapin;
#[cfg(test)]
mod tests;
mod thread;
mod verdict;
mod why;

pub use files::KHUGEPAGED_FILES;
pub use result::ScanResult;
pub use run::{KhugepagedStep, KhugepagedWork};
pub use settings::KhugepagedSettings;
pub use thread::NotRunning;

use crate::machine::Machine;
use crate::vm::addr::MmId;
use thread::ThreadState;

/// Place of the next look (`khugepaged_scan.mm_slot`, `.address`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cursor {
    mm: MmId,
    addr: u64,
}

/// State of khugepaged.
#[derive(Clone, Debug)]
pub struct Khugepaged {
    /// On the machine that records scenarios one idle process stays registered and the scan sleep is a day: a
    /// wake-up always finds a queue, and happens only when something tells the thread to.
    parked: bool,
    settings: KhugepagedSettings,
    /// Registered address spaces in the order of registration (`khugepaged_scan.mm_head`).
    queue: Vec<MmId>,
    /// `None`: the next visit starts a new pass at the head of the queue.
    cursor: Option<Cursor>,
    /// `None`: no thread, because no setting allows PMD-sized pages.
    thread: Option<ThreadState>,
    pages_collapsed: u32,
    full_scans: u32,
    last: Option<KhugepagedStep>,
    /// CPU time of the thread so far, by the cost table.
    cpu_ns: u64,
    /// Races a script wants to see.
    meanwhile: Vec<meanwhile::Meanwhile>,
}

impl Khugepaged {
    /// At boot, before the thread is started.
    pub fn new(parked: bool) -> Self {
        Khugepaged {
            parked,
            settings: if parked {
                KhugepagedSettings::parked()
            } else {
                KhugepagedSettings::default()
            },
            queue: Vec::new(),
            cursor: None,
            thread: None,
            pages_collapsed: 0,
            full_scans: 0,
            last: None,
            cpu_ns: 0,
            meanwhile: Vec::new(),
        }
    }
}

/// Who scans and collapses (`struct collapse_control`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct CollapseControl {
    /// The thread, with its limits; else MADV_COLLAPSE, which has none of them.
    is_khugepaged: bool,
}

impl Machine {
    /// Where khugepaged looks next; `None` between two passes.
    pub fn khugepaged_cursor(&self) -> Option<(MmId, u64)> {
        self.khugepaged.cursor.map(|c| (c.mm, c.addr))
    }

    /// CPU time since boot of khugepaged and of ksmd, by their cost tables, in ns. Commanded scans count although they
    /// take no virtual time.
    pub fn daemons_cpu_ns(&self) -> [u64; 2] {
        [self.khugepaged.cpu_ns, self.ksm.cpu_ns()]
    }

    /// Whether the thread exists.
    pub fn khugepaged_running(&self) -> bool {
        self.khugepaged.thread.is_some()
    }

    /// The last unit of work.
    pub fn khugepaged_last(&self) -> Option<KhugepagedStep> {
        self.khugepaged.last
    }

    /// `pages_collapsed`: huge pages made by the thread since boot, in 2 MiB units.
    pub fn khugepaged_pages_collapsed(&self) -> u32 {
        self.khugepaged.pages_collapsed
    }

    /// `full_scans`: passes over the whole queue since boot.
    pub fn khugepaged_scans(&self) -> u32 {
        self.khugepaged.full_scans
    }

    /// The tunables in force.
    pub fn khugepaged_settings(&self) -> &KhugepagedSettings {
        &self.khugepaged.settings
    }

    /// Registered address spaces, oldest first.
    pub fn khugepaged_queue(&self) -> &[MmId] {
        &self.khugepaged.queue
    }

    /// `max_ptes_none`, which is also the threshold of the shrinker of underused huge pages.
    pub(crate) fn khugepaged_max_ptes_none(&self) -> u32 {
        self.khugepaged.settings.max_ptes_none
    }
}
