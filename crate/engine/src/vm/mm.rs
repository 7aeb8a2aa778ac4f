//! Address spaces (`struct mm_struct`) and processes.

use super::addr::{MmId, PAGE_SIZE, Pid, TableId, VmaId};
use super::vma::{VmFlags, Vma};
use crate::machine::Machine;
use std::collections::BTreeMap;
use std::ops::Range;

/// vvar and vdso, 8 pages at the top of what mmap may use: the only areas that a program without shared libraries has
/// there, below the stack and its gap. Nothing is randomized.
///
/// Deviation: they are in no file, count for nothing and cannot be unmapped.
pub(crate) const VDSO: Range<u64> = 0x7fff_f7ff_7000..0x7fff_f7ff_7000 + 8 * PAGE_SIZE;

/// Kinds of resident pages a process is charged with (`MM_ANONPAGES`, …), in base pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RssStat {
    /// Anonymous pages mapped.
    pub anon: i64,
    /// File pages mapped.
    pub file: i64,
    /// Shared memory pages mapped.
    pub shmem: i64,
    /// Swap entries.
    pub swap: i64,
}

/// One address space.
#[derive(Clone, Debug)]
pub struct Mm {
    /// Its process, for names in events. `None` after exit, while a daemon still holds a slot.
    pub owner: Option<Pid>,
    /// Users: 0 means that it is being torn down (`mm_users`).
    pub users: u32,
    /// Top page table.
    pub pgd: TableId,
    /// Areas by start address.
    pub vmas: BTreeMap<u64, VmaId>,
    /// Resident pages.
    pub rss: RssStat,
    /// Highest RSS so far (`hiwater_rss`), in pages.
    pub hiwater_rss: i64,
    /// Highest total size so far (`hiwater_vm`), in pages.
    pub hiwater_vm: u64,
    /// Page tables without the top one, deposited ones included.
    pub nr_tables: u64,
    /// Tables stored away by huge PMDs.
    pub deposit: Vec<TableId>,
    /// Where mmap starts to look, downward.
    pub mmap_base: u64,
    /// Registered with khugepaged (`MMF_VM_HUGEPAGE`).
    pub vm_hugepage: bool,
    /// Registered with KSM (`MMF_VM_MERGEABLE`).
    pub vm_mergeable: bool,
    /// KSM for every eligible area (`MMF_VM_MERGE_ANY`).
    pub vm_merge_any: bool,
    /// `PR_SET_THP_DISABLE` without flags (`MMF_DISABLE_THP_COMPLETELY`).
    pub disable_thp_completely: bool,
    /// `PR_SET_THP_DISABLE` with flag 2 (`MMF_DISABLE_THP_EXCEPT_ADVISED`).
    pub disable_thp_except_advised: bool,
    /// Holds a reference of the huge zero folio (`MMF_HUGE_ZERO_FOLIO`).
    pub huge_zero_folio: bool,
    /// Pages merged by KSM, of this mm.
    pub ksm_merging_pages: i64,
    /// Rmap items of this mm.
    pub ksm_rmap_items: i64,
    /// Entries that map the zero page because KSM put it there.
    pub ksm_zero_pages: i64,
    /// A script holds the mmap lock for writing: trylocks fail.
    pub mmap_locked: bool,
}

/// A process: a name and an address space.
#[derive(Clone, Debug)]
pub struct Process {
    /// Name, shown as `comm`.
    pub name: String,
    /// Its address space.
    pub mm: MmId,
    /// CPU it runs on.
    pub cpu: u32,
}

/// Most processes of a machine.
pub const MAX_PROCESSES: usize = 4096;
/// Default of `vm.max_map_count`.
pub const MAX_MAP_COUNT: usize = 65_530;

impl Machine {
    /// An address space that exists; ids are never used twice.
    #[inline]
    pub fn mm(&self, mm: MmId) -> &Mm {
        self.mms[mm.index()]
            .as_ref()
            .expect("an mm id is given out only while it lives")
    }

    /// An address space, to be changed.
    #[inline]
    pub(crate) fn mm_mut(&mut self, mm: MmId) -> &mut Mm {
        self.mms[mm.index()]
            .as_mut()
            .expect("an mm id is given out only while it lives")
    }

    /// An address space, or `None` once it is gone.
    pub fn mm_get(&self, mm: MmId) -> Option<&Mm> {
        self.mms.get(mm.index()).and_then(Option::as_deref)
    }

    /// An area.
    #[inline]
    pub fn vma(&self, id: VmaId) -> &Vma {
        self.vmas[id.index()]
            .as_ref()
            .expect("a vma id is given out only while it lives")
    }

    /// An area, to be changed.
    #[inline]
    pub(crate) fn vma_mut(&mut self, id: VmaId) -> &mut Vma {
        self.vmas[id.index()]
            .as_mut()
            .expect("a vma id is given out only while it lives")
    }

    /// The area that contains `addr` (`vma_lookup`).
    #[inline]
    pub fn vma_lookup(&self, mm: MmId, addr: u64) -> Option<VmaId> {
        let id = *self.mm(mm).vmas.range(..=addr).next_back()?.1;
        (addr < self.vma(id).end).then_some(id)
    }

    /// The area that contains `addr`, or the first above it (`find_vma`).
    pub fn find_vma(&self, mm: MmId, addr: u64) -> Option<VmaId> {
        self.vma_lookup(mm, addr)
            .or_else(|| self.mm(mm).vmas.range(addr..).next().map(|e| *e.1))
    }

    /// The area that ends at or before `addr`, nearest first.
    pub fn vma_before(&self, mm: MmId, addr: u64) -> Option<VmaId> {
        self.mm(mm).vmas.range(..addr).next_back().map(|e| *e.1)
    }

    /// The area that starts at or after `addr`, nearest first.
    pub fn vma_after(&self, mm: MmId, addr: u64) -> Option<VmaId> {
        self.mm(mm).vmas.range(addr..).next().map(|e| *e.1)
    }

    /// Areas that overlap `[start, end)`, in order.
    pub fn vmas_in(&self, mm: MmId, start: u64, end: u64) -> Vec<VmaId> {
        let first = self.vma_lookup(mm, start);
        let from = first.map_or(start, |v| self.vma(v).end).max(start);
        let rest = if from < end {
            Some(self.mm(mm).vmas.range(from..end))
        } else {
            None
        };
        first
            .into_iter()
            .chain(rest.into_iter().flatten().map(|e| *e.1))
            .collect()
    }

    /// Puts an area into its address space and links it to the anchors of its chain.
    pub(crate) fn insert_vma(&mut self, vma: Vma) -> VmaId {
        let (mm, start) = (vma.mm, vma.start);
        let chain = vma.chain.clone();
        let id = match self.free_vmas.pop() {
            Some(id) => {
                self.vmas[id.index()] = Some(vma);
                id
            }
            None => {
                self.vmas.push(Some(vma));
                VmaId(self.vmas.len() as u32 - 1)
            }
        };
        self.mm_mut(mm).vmas.insert(start, id);
        for a in chain {
            self.anon_vma_mut(a).vmas.push(id);
        }
        if self.vma(id).flags.has(VmFlags::HUGETLB) {
            self.hugetlb_vm_open(id);
        }
        self.vma_link_file(id);
        id
    }

    /// Takes an area out and unlinks it from its anchors. Pages and tables are the caller's.
    pub(crate) fn remove_vma(&mut self, id: VmaId) -> Vma {
        self.unlink_anon_vmas(id);
        let vma = self.vmas[id.index()].take().expect("removed once");
        self.free_vmas.push(id);
        self.mm_mut(vma.mm).vmas.remove(&vma.start);
        if vma.flags.has(VmFlags::HUGETLB) {
            self.hugetlb_vm_close(&vma);
        }
        self.unlink_file_vma(id, vma.cached_file());
        vma
    }

    /// Moves the bounds of an area; its pages stay where they are.
    pub(crate) fn set_vma_range(&mut self, id: VmaId, start: u64, end: u64, pgoff: u64) {
        let v = self.vma_mut(id);
        let (mm, old) = (v.mm, v.start);
        (v.start, v.end, v.pgoff) = (start, end, pgoff);
        if old != start {
            let vmas = &mut self.mm_mut(mm).vmas;
            vmas.remove(&old);
            vmas.insert(start, id);
        }
    }

    /// Total size in pages (`total_vm`).
    pub fn total_vm(&self, mm: MmId) -> u64 {
        self.mm(mm)
            .vmas
            .values()
            .map(|v| self.vma(*v).pages())
            .sum()
    }

    /// Pages of locked areas (`locked_vm`).
    pub fn locked_vm(&self, mm: MmId) -> u64 {
        let vmas = self.mm(mm).vmas.values().map(|v| self.vma(*v));
        vmas.filter(|v| v.flags.has(VmFlags::LOCKED))
            .map(Vma::pages)
            .sum()
    }
}
