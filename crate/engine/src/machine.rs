//! The machine: all state, how it boots, and the calls a process can make.
//!
//! A machine is a value. It is made from a [`MachineConfig`], changed only by
//! the public methods, cloned cheaply (large tables are shared until written)
//! and compared by [`state_hash`](Machine::state_hash). It knows no clock but
//! its own, no randomness but the seed, and does no I/O.

use crate::config::{ConfigError, MachineConfig};
use crate::errno::Errno;
use crate::hugetlb::Hugetlb;
use crate::khugepaged::Khugepaged;
use crate::ksm::Ksm;
use crate::phys::buddy::{FreeArea, MigrateType};
use crate::phys::content::ContentStore;
use crate::phys::frame::{FrameFlags, FrameTable};
use crate::phys::swap::Swap;
use crate::phys::zone::{self, Zone, ZoneKind};
use crate::stat::Stats;
use crate::thp::Thp;
use crate::trace::{Actor, Event, EventKind, EventRing};
use crate::vm::addr::{AnonVmaId, MmId, PAGE_SIZE, Pfn, Pid, VmaId};
use crate::vm::anon_vma::AnonVma;
use crate::vm::mm::{MAX_PROCESSES, Mm, Process, RssStat, VDSO};
use crate::vm::table::Tables;
use crate::vm::vma::Vma;
use std::collections::BTreeMap;

/// A simulated machine.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) config: MachineConfig,
    pub(crate) now_ns: u64,
    pub(crate) frames: FrameTable,
    pub(crate) zones: Vec<Zone>,
    /// Memory blocks that are off-line, by number; empty as long as none ever was.
    pub(crate) offline_blocks: Vec<bool>,
    pub(crate) contents: ContentStore,
    pub(crate) swap: Swap,
    pub(crate) zero_pfn: Pfn,
    pub(crate) tables: Tables,
    pub(crate) vmas: Vec<Option<Vma>>,
    pub(crate) free_vmas: Vec<VmaId>,
    pub(crate) anon_vmas: Vec<Option<AnonVma>>,
    pub(crate) free_anon_vmas: Vec<AnonVmaId>,
    pub(crate) files: Vec<Option<crate::file::Inode>>,
    pub(crate) mounts: Vec<crate::file::tmpfs::Mount>,
    pub(crate) mms: Vec<Option<Box<Mm>>>,
    pub(crate) procs: BTreeMap<Pid, Process>,
    pub(crate) next_pid: u32,
    pub(crate) pressure: crate::phys::pressure::Pressure,
    /// `mlock_count` of the mlocked folios for which it is not 1.
    pub(crate) mlock_counts: BTreeMap<Pfn, i32>,
    pub(crate) thp: Thp,
    pub(crate) khugepaged: Khugepaged,
    pub(crate) ksm: Ksm,
    pub(crate) kcompactd: crate::phys::kcompactd::Kcompactd,
    pub(crate) hugetlb: Hugetlb,
    pub(crate) sysctl: crate::vfs::Sysctl,
    pub(crate) stat: Stats,
    pub(crate) events: EventRing,
    pub(crate) tracing: crate::trace::Tracing,
    pub(crate) actor: Actor,
    /// Where the allocator looks first.
    pub(crate) place: crate::vm::mempolicy::Place,
    /// Minor and major faults of all processes; a call's own are the difference.
    pub(crate) minflt: u64,
    pub(crate) majflt: u64,
}

impl Machine {
    /// Boots a machine.
    ///
    /// # Errors
    /// The option of `config` that is out of bounds.
    pub fn new(config: MachineConfig) -> Result<Machine, ConfigError> {
        config.validate()?;
        let mem_pages = config.mem / PAGE_SIZE;
        let layout = zone::layout(mem_pages, config.nodes);
        let nr_frames = layout.iter().map(|z| z.2 + z.3).max().unwrap_or(0) as usize;
        let mut m = Machine {
            now_ns: 0,
            frames: FrameTable::new(nr_frames),
            zones: Vec::new(),
            offline_blocks: Vec::new(),
            contents: ContentStore::default(),
            swap: Swap::new(nr_frames),
            zero_pfn: Pfn(0),
            tables: Tables::default(),
            vmas: Vec::new(),
            free_vmas: Vec::new(),
            anon_vmas: Vec::new(),
            free_anon_vmas: Vec::new(),
            files: Vec::new(),
            mounts: Machine::internal_mount(),
            mms: Vec::new(),
            procs: BTreeMap::new(),
            next_pid: 100,
            pressure: Default::default(),
            mlock_counts: BTreeMap::new(),
            thp: Thp::new(&config),
            khugepaged: Khugepaged::new(config.parked),
            ksm: Ksm::new(config.parked),
            kcompactd: Default::default(),
            hugetlb: Hugetlb::new(config.nodes, &config.hugetlb),
            sysctl: crate::vfs::Sysctl::default(),
            stat: Stats::default(),
            events: EventRing::default(),
            tracing: crate::trace::Tracing::default(),
            actor: Actor::Script,
            place: Default::default(),
            minflt: 0,
            majflt: 0,
            config,
        };
        for (nid, kind, start, spanned) in layout {
            m.boot_zone(nid, kind, start, spanned);
        }
        m.zero_pfn = m
            .alloc_pages(0, MigrateType::Unmovable)
            .expect("an empty machine has a free page");
        m.frames
            .set(m.zero_pfn, FrameFlags::ZERO.and(FrameFlags::RESERVED));
        *m.frames.refcount_mut(m.zero_pfn) = 1;
        m.start_stop_khugepaged();
        m.hugetlb_boot();
        Ok(m)
    }

    /// One zone: its memory map (64 bytes a frame) is reserved at the start, the rest goes to the buddy
    /// allocator, highest block first, so that allocations begin at the lowest.
    ///
    /// Deviation: the kernel's own image, slabs and per-CPU memory are not modelled; MemTotal is larger by them.
    fn boot_zone(&mut self, nid: u8, kind: ZoneKind, start: u64, spanned: u64) {
        let reserved = (spanned / 64).max(u64::from(start == 0) * 256);
        self.frames_reserve(start, reserved);
        let mut z = Zone {
            nid,
            kind,
            start: Pfn(start as u32),
            spanned,
            present: spanned,
            managed: spanned - reserved,
            nr_free: 0,
            free: FreeArea::new(spanned),
            watermarks: Default::default(),
            lowmem_reserve: [0; 3],
            compact: Default::default(),
        };
        z.free_at_boot(&mut self.frames, start + reserved, spanned - reserved);
        self.zones.push(z);
    }

    fn frames_reserve(&mut self, start: u64, n: u64) {
        for pfn in start..start + n {
            self.frames.set(Pfn(pfn as u32), FrameFlags::RESERVED);
        }
    }

    /// The configuration it was made from.
    pub fn config(&self) -> &MachineConfig {
        &self.config
    }

    /// Virtual time since boot in ns.
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// The log of events.
    pub fn events(&self) -> &EventRing {
        &self.events
    }

    /// All statistics.
    pub fn stats(&self) -> &Stats {
        &self.stat
    }

    /// Zones, node by node, low to high.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The frame table.
    pub fn frames(&self) -> &FrameTable {
        &self.frames
    }

    /// Contents of pages.
    pub fn contents(&self) -> &ContentStore {
        &self.contents
    }

    /// Processes by pid.
    pub fn processes(&self) -> impl Iterator<Item = (Pid, &Process)> {
        self.procs.iter().map(|(pid, p)| (*pid, p))
    }

    /// A process.
    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.procs.get(&pid)
    }

    /// The owner of an address space, while it lives.
    pub fn owner_of(&self, mm: MmId) -> Option<Pid> {
        self.mm_get(mm).and_then(|m| m.owner)
    }

    #[inline]
    pub(crate) fn emit(&mut self, kind: EventKind) {
        let event = Event {
            seq: 0,
            now_ns: self.now_ns,
            actor: self.actor,
            kind,
        };
        self.events.push(event);
        if self.tracing.counts() && event.kind.tracepoint().is_some() {
            self.trace_count(&event);
        }
    }

    /// Runs `f` with events attributed to `actor`.
    pub(crate) fn acting<T>(&mut self, actor: Actor, f: impl FnOnce(&mut Machine) -> T) -> T {
        let before = std::mem::replace(&mut self.actor, actor);
        if actor != Actor::Ksmd {
            self.ksm_disturbed();
        }
        let result = f(self);
        self.actor = before;
        result
    }

    /// Address space of a process.
    pub(crate) fn mm_of(&self, pid: Pid) -> Result<MmId, Errno> {
        self.procs.get(&pid).map(|p| p.mm).ok_or(Errno::ESRCH)
    }

    pub(crate) fn new_mm(&mut self) -> Option<MmId> {
        let id = MmId(self.mms.len() as u32);
        self.mms.push(Some(Box::new(Mm {
            owner: None,
            users: 1,
            pgd: Default::default(),
            vmas: BTreeMap::new(),
            rss: RssStat::default(),
            hiwater_rss: 0,
            hiwater_vm: 0,
            nr_tables: 0,
            deposit: Vec::new(),
            mmap_base: VDSO.start,
            vm_hugepage: false,
            vm_mergeable: false,
            vm_merge_any: false,
            disable_thp_completely: false,
            disable_thp_except_advised: false,
            huge_zero_folio: false,
            ksm_merging_pages: 0,
            ksm_rmap_items: 0,
            ksm_zero_pages: 0,
            mmap_locked: false,
        })));
        let pgd = self.alloc_table(id, true);
        match pgd {
            Some(t) => {
                self.mm_mut(id).pgd = t;
                Some(id)
            }
            None => {
                self.mms[id.index()] = None;
                None
            }
        }
    }

    /// A new process with an empty address space.
    ///
    /// # Errors
    /// EAGAIN beyond [`MAX_PROCESSES`], ENOMEM without memory for its page table.
    pub fn spawn(&mut self, name: &str) -> Result<Pid, Errno> {
        if self.procs.len() >= MAX_PROCESSES {
            return Err(Errno::EAGAIN);
        }
        let mm = self.new_mm().ok_or(Errno::ENOMEM)?;
        let pid = self.add_process(name.to_owned(), mm);
        self.emit(EventKind::ProcessStart { pid, parent: None });
        Ok(pid)
    }

    pub(crate) fn add_process(&mut self, name: String, mm: MmId) -> Pid {
        let pid = Pid(self.next_pid);
        self.next_pid += 1;
        self.mm_mut(mm).owner = Some(pid);
        self.procs.insert(pid, Process { name, mm, cpu: 0 });
        pid
    }

    /// Runs a process on another CPU (`sched_setaffinity`).
    ///
    /// # Errors
    /// ESRCH, EINVAL for a CPU that does not exist.
    pub fn set_cpu(&mut self, pid: Pid, cpu: u32) -> Result<(), Errno> {
        if cpu >= self.config.cpus {
            return Err(Errno::EINVAL);
        }
        self.procs.get_mut(&pid).ok_or(Errno::ESRCH)?.cpu = cpu;
        Ok(())
    }

    /// Pages now free.
    pub fn nr_free_pages(&self) -> u64 {
        self.zones.iter().map(|z| z.nr_free).sum()
    }

    /// Pages managed by the buddy allocator.
    pub fn nr_managed_pages(&self) -> u64 {
        self.zones.iter().map(|z| z.managed).sum()
    }
}
