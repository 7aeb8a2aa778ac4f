//! What somebody else does while a collapse goes on: races, as a script makes them.
//!
//! A collapse lets go of the mmap lock to allocate its huge page, and looks again afterwards (`hugepage_vma_revalidate`).
//! Nothing runs in between by itself here, so a script says beforehand what does; it happens once. The last four words
//! are no calls but what the later steps of the collapse meet.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::{HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pid};
use crate::vm::uapi::{self, Advice};

/// What happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// `munmap`.
    Munmap,
    /// Shared memory is mapped over it.
    Remap,
    /// `prctl(PR_SET_THP_DISABLE)` of the process.
    ThpDisable,
    /// `madvise` with this advice.
    Advice(Advice),
    /// The pages are taken off the reclaim lists.
    Isolate,
    /// Copying the first page meets a memory error.
    Poison,
    /// A hole of the file is filled while its pages are copied.
    Fill,
    /// No memory for the page cache's own nodes.
    NoMem,
    /// The filesystem does not let go of the page's buffers.
    Private,
}

/// An event to come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Meanwhile {
    pid: Pid,
    addr: u64,
    len: u64,
    event: Event,
}

/// For the state hash; names would be code that nobody reads.
impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = match self.event {
            Event::Munmap => 0,
            Event::Remap => 1,
            Event::ThpDisable => 2,
            Event::Isolate => 3,
            Event::Poison => 4,
            Event::Fill => 5,
            Event::NoMem => 6,
            Event::Private => 7,
            Event::Advice(advice) => 8 + advice as i32,
        };
        write!(f, "{} {} {} {number}", self.pid.0, self.addr, self.len)
    }
}

/// Most events to come.
const MAX_EVENTS: usize = 64;

impl Machine {
    /// Lets `event` happen to `[addr, addr + len)` of a process during the next collapse there.
    ///
    /// # Errors
    /// ESRCH: no such process. ENOMEM: too many to come.
    pub fn meanwhile(&mut self, pid: Pid, addr: u64, len: u64, event: Event) -> Result<(), Errno> {
        self.process(pid).ok_or(Errno::ESRCH)?;
        let list = &mut self.khugepaged.meanwhile;
        if list.len() == MAX_EVENTS {
            return Err(Errno::ENOMEM);
        }
        list.push(Meanwhile {
            pid,
            addr,
            len,
            event,
        });
        Ok(())
    }

    /// The mmap lock is let go of in a collapse of the range at `addr`: the calls to come there are made.
    #[inline]
    pub(super) fn collapse_unlocked(&mut self, mm: MmId, addr: u64) {
        if !self.khugepaged.meanwhile.is_empty() {
            self.happen_all(mm, addr);
        }
    }

    #[inline(never)]
    fn happen_all(&mut self, mm: MmId, addr: u64) {
        for m in self.khugepaged.meanwhile.clone() {
            let fails = matches!(
                m.event,
                Event::Poison | Event::Fill | Event::NoMem | Event::Private
            );
            if !fails && self.is_at(&m, mm, addr) {
                self.khugepaged.meanwhile.retain(|other| *other != m);
                // The process that calls is told an error; the collapse looks at what is there then.
                let _ = self.happen(m);
            }
        }
    }

    fn is_at(&self, m: &Meanwhile, mm: MmId, addr: u64) -> bool {
        self.process(m.pid).is_some_and(|p| p.mm == mm)
            && m.addr < addr + HPAGE_PMD_SIZE
            && m.addr + m.len > addr
    }

    /// Whether a step of the collapse at `addr` meets `event`; then it is over.
    #[inline(never)]
    pub(super) fn collapse_meets(&mut self, mm: MmId, addr: u64, event: Event) -> bool {
        let list = &self.khugepaged.meanwhile;
        let at = list
            .iter()
            .position(|m| m.event == event && self.is_at(m, mm, addr));
        at.map(|at| self.khugepaged.meanwhile.remove(at)).is_some()
    }

    fn happen(&mut self, m: Meanwhile) -> Result<(), Errno> {
        let (pid, addr, len) = (m.pid, m.addr, m.len);
        match m.event {
            Event::Munmap => self.munmap(pid, addr, len),
            Event::Remap => {
                let flags = uapi::MAP_SHARED | uapi::MAP_ANONYMOUS | uapi::MAP_FIXED;
                let prot = uapi::PROT_READ | uapi::PROT_WRITE;
                self.mmap(pid, addr, len, prot, flags).map(|_| ())
            }
            Event::ThpDisable => {
                let set = [1, 0, 0, 0];
                self.prctl(pid, uapi::PR_SET_THP_DISABLE, set).map(|_| ())
            }
            Event::Advice(advice) => self.madvise(pid, addr, len, advice as i32),
            Event::Isolate => (addr..addr + len)
                .step_by(PAGE_SIZE as usize)
                .try_for_each(|at| self.isolate_page(pid, at, true)),
            Event::Poison | Event::Fill | Event::NoMem | Event::Private => Ok(()),
        }
    }
}
