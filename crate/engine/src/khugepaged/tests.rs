//! The thread on small machines.

mod collapse;
mod file_mapping;
mod runs;
mod settings;
mod time;

use super::{KhugepagedWork, ScanResult};
use crate::machine::Machine;
use crate::phys::content::{Pattern, mix};
use crate::trace::{Actor, EventKind};
use crate::vm::addr::{HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pid};
use crate::vm::fault::Access;
use crate::vm::table::Pmd;
use crate::vm::uapi::{
    Advice, MAP_ANONYMOUS, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE, PROT_READ, PROT_WRITE,
};
use crate::{Errno, MachineConfig};

const BASE: u64 = 1 << 40;
const SECOND: u64 = 1_000_000_000;

struct World {
    m: Machine,
    p: Pid,
}

impl World {
    fn new(parked: bool) -> World {
        let mut m = Machine::new(MachineConfig {
            mem: 256 << 20,
            parked,
            ..MachineConfig::default()
        })
        .unwrap();
        let p = m.spawn("p1").unwrap();
        World { m, p }
    }

    fn mm(&self) -> MmId {
        self.m.mm_of(self.p).unwrap()
    }

    /// Address of page `page` of the region.
    fn at(page: u64) -> u64 {
        BASE + page * PAGE_SIZE
    }

    fn map(&mut self, page: u64, pages: u64) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        self.m
            .mmap(
                self.p,
                Self::at(page),
                pages * PAGE_SIZE,
                PROT_READ | PROT_WRITE,
                flags,
            )
            .unwrap();
    }

    fn advise(&mut self, page: u64, pages: u64, advice: Advice) -> Result<(), Errno> {
        self.m
            .madvise(self.p, Self::at(page), pages * PAGE_SIZE, advice as i32)
    }

    /// Each page gets contents of its own.
    fn write(&mut self, pages: impl Iterator<Item = u64>) {
        let done = self
            .m
            .access_each(self.p, BASE, pages, Access::Write, |m, page, i| {
                m.write_content(page, Pattern::Word(i + 1))
            });
        done.unwrap().unwrap();
    }

    /// `ranges` full ranges of small pages, then the advice.
    fn small_pages(&mut self, ranges: u64) {
        self.map(0, ranges * 512);
        self.write(0..ranges * 512);
        self.advise(0, ranges * 512, Advice::HugePage).unwrap();
    }

    fn set(&mut self, file: &str, value: u64) {
        self.m
            .khugepaged_store(file, &format!("{value}\n"))
            .unwrap()
            .unwrap();
    }

    /// Ranges that are huge, as `T`, else `.`.
    fn ranges(&self, n: u64) -> String {
        let huge = |i| matches!(self.m.pmd(self.mm(), BASE + i * HPAGE_PMD_SIZE), Pmd::Huge(e) if !e.special());
        (0..n).map(|i| if huge(i) { 'T' } else { '.' }).collect()
    }

    fn counters(&self) -> (u32, u32) {
        (
            self.m.khugepaged_pages_collapsed(),
            self.m.khugepaged_scans(),
        )
    }

    fn results(&self, since: u64) -> Vec<ScanResult> {
        let scans = self.m.events().since(since).filter_map(|e| match e.kind {
            EventKind::KhugepagedScanPmd { status, .. } => Some(status),
            _ => None,
        });
        scans.collect()
    }

    fn check(&self) {
        self.m.check().unwrap();
    }
}
