//! The files of small machines.

mod processes;
mod settings;
mod system;
mod tracing;

use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::vm::addr::{PAGE_SIZE, Pid};
use crate::vm::fault::Access;
use crate::vm::uapi::{Advice, MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, PROT_READ, PROT_WRITE};
use crate::{Errno, MachineConfig};

const BASE: u64 = 1 << 40;
const THP: &str = "/sys/kernel/mm/transparent_hugepage";

/// A machine with one process, `p1`.
struct World {
    m: Machine,
    p: Pid,
}

impl World {
    fn new() -> World {
        World::with(MachineConfig {
            mem: 256 << 20,
            ..MachineConfig::default()
        })
    }

    fn with(config: MachineConfig) -> World {
        let mut m = Machine::new(config).unwrap();
        let p = m.spawn("p1").unwrap();
        World { m, p }
    }

    /// Maps `pages` pages at page `at` of the region; with advice if asked for.
    fn map(&mut self, at: u64, pages: u64, advice: Option<Advice>) {
        let (addr, len) = (BASE + at * PAGE_SIZE, pages * PAGE_SIZE);
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        self.m
            .mmap(self.p, addr, len, PROT_READ | PROT_WRITE, flags)
            .unwrap();
        if let Some(advice) = advice {
            self.advise(at, pages, advice);
        }
    }

    fn advise(&mut self, at: u64, pages: u64, advice: Advice) {
        self.m
            .madvise(
                self.p,
                BASE + at * PAGE_SIZE,
                pages * PAGE_SIZE,
                advice as i32,
            )
            .unwrap();
    }

    /// Writes different contents to pages `from..to` of the region.
    fn write(&mut self, pid: Pid, from: u64, to: u64) {
        self.m
            .access_each(pid, BASE, from..to, Access::Write, |m, page, i| {
                m.write_content(page, Pattern::Stream(i << 32))
            })
            .unwrap()
            .unwrap();
    }

    fn read(&mut self, from: u64, to: u64) {
        self.m
            .access_each(self.p, BASE, from..to, Access::Read, |_, _, _| {})
            .unwrap()
            .unwrap();
    }

    fn cat(&self, path: &str) -> String {
        self.m
            .read_file(path)
            .unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    fn echo(&mut self, path: &str, text: &str) {
        self.m
            .write_file(path, text)
            .unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    fn refuses(&mut self, path: &str, text: &str, errno: Errno) {
        assert_eq!(
            self.m.write_file(path, text),
            Err(errno),
            "{text:?} > {path}"
        );
    }

    /// A number in a file of lines `NAME[:] NUMBER ...`.
    fn number(&self, path: &str, name: &str) -> i64 {
        let text = self.cat(path);
        let line = text
            .lines()
            .find(|l| l.split([':', ' ']).next() == Some(name));
        let value = line.and_then(|l| {
            l[name.len()..]
                .trim_start_matches(':')
                .split_whitespace()
                .next()
        });
        value
            .unwrap_or_else(|| panic!("{name} in {path}"))
            .parse()
            .unwrap()
    }

    fn check(&self) {
        assert_eq!(self.m.check(), Ok(()));
    }
}
