//! Small machines whose pages are letters, against the tables of the KSM document and its scenarios (E1, E2, …).

mod chains;
mod daemon;
mod nodes;
mod pages;
mod processes;
mod smart_scan;
mod trees;
mod unmerge;
mod why;

use super::KsmStep;
use crate::config::MachineConfig;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::trace::EventKind;
use crate::vm::addr::{PAGE_SIZE, Pfn, Pid};
use crate::vm::uapi::{Advice, MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, PROT_READ, PROT_WRITE};

/// Where the pages of every process are.
const BASE: u64 = 1 << 44;

/// A machine with `run` = 1 and processes whose pages hold letters: `0` is a zero-filled page, `.` one that was
/// never touched. Every change is followed by a check of all invariants.
struct Rig {
    m: Machine,
}

impl Rig {
    /// With settings as `name=value`, separated by blanks.
    fn new(settings: &str) -> Rig {
        let config = MachineConfig {
            mem: 64 << 20,
            ..MachineConfig::default()
        };
        let mut rig = Rig {
            m: Machine::new(config).unwrap(),
        };
        rig.set("run", "1").unwrap();
        for setting in settings.split_whitespace() {
            let (name, value) = setting.split_once('=').unwrap();
            rig.set(name, value).unwrap();
        }
        rig
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Errno> {
        self.m
            .ksm_store(name, &format!("{value}\n"))
            .expect("a file of ksm")
    }

    fn get(&self, name: &str) -> i64 {
        self.m.ksm_show(name).unwrap().trim().parse().unwrap()
    }

    /// A process with these pages, mergeable.
    fn spawn(&mut self, pages: &str) -> Pid {
        let pid = self.m.spawn("p").unwrap();
        self.map(pid, 0, pages.len() as u64);
        self.write(pid, 0, pages);
        self.advise(pid, 0, pages.len() as u64, Advice::Mergeable)
            .unwrap();
        pid
    }

    fn map(&mut self, pid: Pid, at: u64, n: u64) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        self.m
            .mmap(
                pid,
                BASE + at * PAGE_SIZE,
                n * PAGE_SIZE,
                PROT_READ | PROT_WRITE,
                flags,
            )
            .unwrap();
    }

    fn unmap(&mut self, pid: Pid, at: u64, n: u64) {
        self.m
            .munmap(pid, BASE + at * PAGE_SIZE, n * PAGE_SIZE)
            .unwrap();
        self.check();
    }

    /// Writes a letter to each page from `at` on.
    fn write(&mut self, pid: Pid, at: u64, pages: &str) {
        for (i, letter) in (at..).zip(pages.bytes()) {
            let fill = match letter {
                b'.' => continue,
                b'0' => 0,
                letter => letter,
            };
            self.store(pid, i, Pattern::Fill(fill));
        }
        self.check();
    }

    fn store(&mut self, pid: Pid, at: u64, pattern: Pattern) {
        self.m
            .store(pid, BASE + at * PAGE_SIZE, pattern)
            .unwrap()
            .unwrap();
    }

    fn advise(&mut self, pid: Pid, at: u64, n: u64, advice: Advice) -> Result<(), Errno> {
        let result = self
            .m
            .madvise(pid, BASE + at * PAGE_SIZE, n * PAGE_SIZE, advice as i32);
        self.check();
        result
    }

    fn scan(&mut self, n: u32) {
        for _ in 0..n {
            self.m.ksmd_full_scans(1).unwrap();
            self.check();
        }
    }

    /// Steps the thread, without time.
    fn steps(&mut self, n: u32) {
        (0..n).for_each(|_| {
            self.m.ksmd_step();
        });
        self.check();
    }

    /// The rest of the full scan in progress.
    fn finish(&mut self) {
        while !matches!(self.m.ksmd_step(), KsmStep::ScanEnded { .. }) {}
        self.check();
    }

    fn check(&self) {
        self.m.check().unwrap();
    }

    fn frame(&self, pid: Pid, at: u64) -> Option<Pfn> {
        self.m.mapped_frame(pid, BASE + at * PAGE_SIZE)
    }

    fn cow(&self) -> i64 {
        self.m.stats().cow_ksm
    }

    /// `pages_shared`, `pages_sharing`, `pages_unshared`, `pages_volatile`.
    fn pages(&self) -> [i64; 4] {
        let g = self.m.ksm_gauges();
        [
            g.pages_shared,
            g.pages_sharing,
            g.pages_unshared,
            g.pages_volatile,
        ]
    }

    /// `stable_node_chains`, `stable_node_dups`.
    fn chains(&self) -> [i64; 2] {
        let g = self.m.ksm_gauges();
        [g.stable_node_chains, g.stable_node_dups]
    }

    /// Tracepoints since event `from`, in short: the merge events as `new`, `into`, `zero` and their error.
    fn trace(&self, from: u64) -> String {
        let words: Vec<String> = self
            .m
            .events()
            .since(from)
            .filter_map(|e| match e.kind {
                EventKind::KsmStartScan { seq, .. } => Some(format!("start{seq}")),
                EventKind::KsmStopScan { seq, .. } => Some(format!("stop{seq}")),
                EventKind::KsmMergeOnePage { err, .. } => Some(format!("zero{err}")),
                EventKind::KsmMergeWithKsmPage {
                    stable: false, err, ..
                } => Some(format!("new{err}")),
                EventKind::KsmMergeWithKsmPage {
                    stable: true, err, ..
                } => Some(format!("into{err}")),
                EventKind::KsmRemoveKsmPage { .. } => Some("remove_page".into()),
                EventKind::KsmRemoveRmapItem { .. } => Some("remove_item".into()),
                EventKind::KsmEnter { .. } => Some("enter".into()),
                EventKind::KsmExit { .. } => Some("exit".into()),
                _ => None,
            })
            .collect();
        words.join(" ")
    }
}
