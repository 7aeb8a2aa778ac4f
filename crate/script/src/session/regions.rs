//! Names of processes and regions, and the places regions are put.

use super::{Bad, Session};
use crate::language::{Name, RegionRange, Span};
use mm_engine::vm::addr::{MmId, PAGE_SIZE, Pid};

/// Region n of a script starts here plus n GiB, so that it is 2 MiB-aligned and alone.
pub const FIRST_SLOT: u64 = 1 << 44;
/// Distance of slots.
pub const SLOT_BYTES: u64 = 1 << 30;

/// A named range of addresses. What is mapped there is the machine's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Name.
    pub name: Name,
    /// First byte.
    pub base: u64,
    /// Length in bytes.
    pub len: u64,
}

impl Region {
    /// Pages, the last perhaps in part.
    pub fn pages(&self) -> u64 {
        self.len.div_ceil(PAGE_SIZE)
    }
}

/// A process by name, and its regions in the order they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessNames {
    /// Name.
    pub name: String,
    /// Its pid in the machine.
    pub pid: Pid,
    /// Its address space, to name it in events that outlive it.
    pub mm: MmId,
    /// Its regions.
    pub regions: Vec<Region>,
}

impl ProcessNames {
    /// A region by name.
    pub fn region(&self, name: &str) -> Option<&Region> {
        self.regions.iter().find(|r| &*r.name == name)
    }

    pub(crate) fn require(&self, name: &str) -> Result<&Region, Bad> {
        self.region(name).ok_or_else(|| {
            let known: Vec<&str> = self.regions.iter().map(|r| &*r.name).collect();
            let hint = if known.is_empty() {
                format!("map it with `{} mmap {name} 2M`", self.name)
            } else {
                format!("it has {}", known.join(", "))
            };
            Bad::new(name, format!("no region `{name}` in {}: {hint}", self.name))
        })
    }

    /// First byte of a region, and which of its pages.
    pub(crate) fn resolve(&self, range: &RegionRange) -> Result<(u64, Span), Bad> {
        let r = self.require(&range.region)?;
        Ok((r.base, range.pages.span(r.pages())))
    }

    /// The region that contains an address, and the page in it.
    pub fn locate(&self, addr: u64) -> Option<(&Region, u64)> {
        let r = self
            .regions
            .iter()
            .find(|r| addr >= r.base && addr < r.base + r.pages() * PAGE_SIZE)?;
        Some((r, (addr - r.base) / PAGE_SIZE))
    }
}

impl Session {
    pub(crate) fn names_mut(&mut self, pid: Pid) -> &mut ProcessNames {
        self.names
            .iter_mut()
            .find(|p| p.pid == pid)
            .expect("the process was looked up before")
    }

    pub(crate) fn add_names(&mut self, name: &Name, pid: Pid, regions: Vec<Region>) {
        let mm = self.machine.process(pid).map(|p| p.mm).unwrap_or_default();
        self.names.push(ProcessNames {
            name: name.to_string(),
            pid,
            mm,
            regions,
        });
    }

    /// The next free slot for `len` bytes.
    pub(crate) fn new_slot(&mut self, len: u64) -> u64 {
        let base = FIRST_SLOT + self.next_slot * SLOT_BYTES;
        self.next_slot += len.div_ceil(SLOT_BYTES);
        base
    }

    /// Adds or replaces a region.
    pub(crate) fn set_region(&mut self, pid: Pid, region: Region) {
        let regions = &mut self.names_mut(pid).regions;
        match regions.iter_mut().find(|r| r.name == region.name) {
            Some(r) => *r = region,
            None => regions.push(region),
        }
    }

    pub(crate) fn remove_region(&mut self, pid: Pid, name: &str) {
        self.names_mut(pid).regions.retain(|r| &*r.name != name);
    }
}
