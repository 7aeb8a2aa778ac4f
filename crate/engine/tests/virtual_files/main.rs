//! The text of virtual files, and what others read in it.

mod parsers;
mod snapshots;

use mm_engine::machine::Machine;
use mm_engine::phys::content::Pattern;
use mm_engine::vm::addr::{PAGE_SIZE, Pid};
use mm_engine::vm::fault::Access;
use mm_engine::vm::uapi::{Advice, MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, PROT_READ, PROT_WRITE};
use mm_engine::{MachineConfig, thp::Enabled};

const BASE: u64 = 1 << 44;

/// Two processes: `heap` with huge pages, locked and lazily freed ones, guards and holes; `child` its copy, which
/// broke some pages away.
struct World {
    m: Machine,
    heap: Pid,
    child: Pid,
}

fn at(page: u64) -> u64 {
    BASE + page * PAGE_SIZE
}

impl World {
    fn new() -> World {
        let mut m = Machine::new(MachineConfig {
            thp_enabled: Enabled::Madvise,
            ..MachineConfig::default()
        })
        .unwrap();
        let heap = m.spawn("heap").unwrap();
        let mut w = World {
            m,
            heap,
            child: heap,
        };
        w.map(0, 2048, Some(Advice::HugePage));
        w.write(heap, 0, 1100);
        w.read(1536);
        w.map(3000, 20, None);
        w.write(heap, 3000, 3015);
        w.m.mlock(heap, at(3000), 5 * PAGE_SIZE, 0).unwrap();
        w.advise(3010, 3, Advice::Free);
        w.advise(3018, 2, Advice::GuardInstall);
        w.map(4000, 8, Some(Advice::Mergeable));
        w.child = w.m.fork(heap, "child").unwrap();
        w.write(w.child, 5, 6);
        w.write(w.child, 3005, 3008);
        w.m.mprotect(w.child, at(0), 512 * PAGE_SIZE, PROT_READ)
            .unwrap();
        w
    }

    fn map(&mut self, page: u64, pages: u64, advice: Option<Advice>) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        self.m
            .mmap(
                self.heap,
                at(page),
                pages * PAGE_SIZE,
                PROT_READ | PROT_WRITE,
                flags,
            )
            .unwrap();
        if let Some(advice) = advice {
            self.advise(page, pages, advice);
        }
    }

    fn advise(&mut self, page: u64, pages: u64, advice: Advice) {
        self.m
            .madvise(self.heap, at(page), pages * PAGE_SIZE, advice as i32)
            .unwrap();
    }

    fn write(&mut self, pid: Pid, from: u64, to: u64) {
        for page in from..to {
            self.m
                .store(pid, at(page), Pattern::Word(page))
                .unwrap()
                .unwrap();
        }
    }

    fn read(&mut self, page: u64) {
        self.m
            .access_each(self.heap, BASE, page..page + 1, Access::Read, |_, _, _| {})
            .unwrap()
            .unwrap();
    }

    fn cat(&self, path: &str) -> String {
        self.m
            .read_file(path)
            .unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}
