//! What happened, as typed events: the log, the charts, the page and the ftrace text all read these.
//!
//! Counterparts: `include/trace/events/huge_memory.h`, `ksm.h`. Events that are
//! kernel tracepoints say so ([`EventKind::tracepoint`]); the others are what a person would want to see.

mod filter;
pub mod ftrace;
mod hist;
mod record;
mod ring;
mod switch;
mod tracepoint;

pub use ring::{EventRing, RING_EVENTS};
pub use switch::Tracing;

use crate::khugepaged::ScanResult;
use crate::phys::compaction::CompactResult;
use crate::vm::addr::{FileId, MmId, Pfn, Pid};

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor {
    /// A process, by a system call or a fault.
    Process(Pid),
    /// The khugepaged thread.
    Khugepaged,
    /// The ksmd thread.
    Ksmd,
    /// A kcompactd thread.
    Kcompactd,
    /// A write to a virtual file that belongs to no process.
    Script,
}

/// How a fault was resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// The 4 KiB zero page was mapped.
    ZeroPage,
    /// The huge zero page was mapped.
    HugeZeroPage,
    /// A new anonymous folio of this order.
    Anon(u8),
    /// A write to a shared page copied it.
    Cow,
    /// A write to a KSM page copied it.
    CowKsm,
    /// A write reused the page in place.
    Reuse,
    /// Only access bits were missing.
    Spurious,
    /// A page came back from swap.
    SwapIn,
    /// A page of a file was mapped.
    File,
    /// A hugetlb page was mapped.
    Hugetlb,
}

/// What happened. Addresses are bytes; counts are base pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum EventKind {
    /// `mm_khugepaged_scan_pmd`
    KhugepagedScanPmd {
        mm: MmId,
        addr: u64,
        pfn: Option<Pfn>,
        referenced: i32,
        none_or_zero: i32,
        status: ScanResult,
        unmapped: i32,
    },
    /// `mm_collapse_huge_page`
    CollapseHugePage {
        mm: MmId,
        addr: u64,
        isolated: bool,
        status: ScanResult,
    },
    /// `mm_collapse_huge_page_isolate`
    CollapseHugePageIsolate {
        mm: MmId,
        addr: u64,
        pfn: Option<Pfn>,
        none_or_zero: i32,
        referenced: i32,
        status: ScanResult,
    },
    /// `mm_collapse_huge_page_swapin`
    CollapseHugePageSwapin {
        mm: MmId,
        addr: u64,
        swapped_in: i32,
        referenced: i32,
        ret: ScanResult,
    },
    /// `mm_khugepaged_scan_file`
    KhugepagedScanFile {
        mm: MmId,
        addr: u64,
        pfn: Option<Pfn>,
        file: FileId,
        present: i32,
        swap: i32,
        result: ScanResult,
    },
    /// `mm_khugepaged_collapse_file`
    KhugepagedCollapseFile {
        mm: MmId,
        addr: u64,
        hpfn: Option<Pfn>,
        index: u64,
        is_shmem: bool,
        file: FileId,
        nr: i32,
        result: ScanResult,
    },
    /// `ksm_start_scan`
    KsmStartScan {
        seq: u64,
        rmap: u64,
    },
    /// `ksm_stop_scan`
    KsmStopScan {
        seq: u64,
        rmap: u64,
    },
    /// `ksm_enter`
    KsmEnter {
        mm: MmId,
    },
    /// `ksm_exit`
    KsmExit {
        mm: MmId,
    },
    /// `ksm_merge_one_page`: merging with the zero page
    KsmMergeOnePage {
        mm: MmId,
        addr: u64,
        pfn: Pfn,
        err: i32,
    },
    /// `ksm_merge_with_ksm_page`: `pfn` is the frame merged into; `stable` false while it becomes a KSM page
    KsmMergeWithKsmPage {
        mm: MmId,
        addr: u64,
        stable: bool,
        pfn: Pfn,
        err: i32,
    },
    /// `ksm_remove_ksm_page`
    KsmRemoveKsmPage {
        pfn: Pfn,
    },
    /// `ksm_remove_rmap_item`
    KsmRemoveRmapItem {
        mm: MmId,
        addr: u64,
        pfn: Pfn,
    },
    /// `ksm_advisor`
    KsmAdvisor {
        scan_time: i64,
        pages_to_scan: u64,
        cpu_percent: u32,
    },
    /// ksmd looked at `count` pages in a row, at addresses going up from `addr`, with the same outcome: why they
    /// are as they are, in words of `why`. Extended in place within one wake-up only
    KsmVisit {
        mm: MmId,
        addr: u64,
        outcome: KsmOutcome,
        count: u32,
    },
    /// `count` faults in a row, at addresses going up from `addr`
    Fault {
        mm: MmId,
        addr: u64,
        kind: FaultKind,
        count: u32,
    },
    /// A process loaded from or stored to `count` pages, the first at `addr`, the last of them `pages - 1` further
    Access {
        mm: MmId,
        addr: u64,
        pages: u32,
        count: u32,
        write: bool,
    },
    /// A fault that ended in a signal
    Signal {
        mm: MmId,
        addr: u64,
        sigbus: bool,
    },
    /// A system call changed the areas or pages of `[addr, addr + pages)`
    Call {
        mm: MmId,
        addr: u64,
        pages: u64,
        call: Call,
    },
    /// One PMD mapping became page-table entries
    SplitPmd {
        mm: MmId,
        addr: u64,
    },
    /// A large folio was split
    SplitFolio {
        pfn: Pfn,
        order: u8,
        failed: bool,
    },
    /// `pages` pages from `from` on moved to the frames from `to` on
    MigratePages {
        from: Pfn,
        to: Pfn,
        pages: u32,
    },
    /// Compaction went over a zone of node `nid` for a block of `order`, or of the whole zone, and moved `migrated` pages
    CompactZone {
        nid: u8,
        order: Option<u8>,
        migrated: u32,
        result: CompactResult,
    },
    /// One step of a hugetlb pool: what happened to one huge page of `order` on node `nid`
    HugetlbPool {
        order: u8,
        nid: u8,
        step: PoolStep,
    },
    /// A memory block is about to go off-line or come on-line, has done so, or stays
    MemoryBlock {
        block: u32,
        notice: MemoryNotice,
    },
    /// khugepaged or ksmd finished a full scan
    FullScan {
        actor: Actor,
        count: u64,
    },
    /// A process came, by fork if `parent` is set, or left
    ProcessStart {
        pid: Pid,
        parent: Option<Pid>,
    },
    ProcessExit {
        pid: Pid,
    },
}

/// A step of a hugetlb pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoolStep {
    /// A page was made.
    Grow,
    /// A page was made beyond the number that stays.
    GrowSurplus,
    /// A free page went back to the buddy allocator.
    Shrink,
    /// A page that stays became surplus.
    ToSurplus,
    /// A surplus page became one that stays.
    FromSurplus,
    /// A page was split into 2 MiB ones.
    Demote,
    /// A page was made of memory in a row that the buddy allocator has no block for.
    GrowContig,
    /// A page was made of the area kept at boot.
    GrowCma,
}

impl PoolStep {
    /// For the log.
    pub fn as_str(self) -> &'static str {
        [
            "grown",
            "surplus page made",
            "shrunk",
            "became surplus",
            "surplus kept",
            "demoted",
            "made of memory in a row",
            "made of the CMA area",
        ][self as usize]
    }
}

/// What is told of a memory block (`memory_notify`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemoryNotice {
    /// Its pages are about to be moved away: ksmd waits.
    GoingOffline,
    /// It has left its zone.
    Offline,
    /// A page could not be moved; it stays.
    CancelOffline,
    /// It is about to come back.
    GoingOnline,
    /// Its pages are free.
    Online,
}

impl MemoryNotice {
    /// The kernel's name.
    pub fn as_str(self) -> &'static str {
        [
            "MEM_GOING_OFFLINE",
            "MEM_OFFLINE",
            "MEM_CANCEL_OFFLINE",
            "MEM_GOING_ONLINE",
            "MEM_ONLINE",
        ][self as usize]
    }
}

/// A system call, for the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Call {
    Mmap,
    Munmap,
    Mprotect,
    Mremap,
    Mlock,
    Munlock,
    Madvise(i32),
}

/// What one visit of ksmd came to, when it did not merge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KsmOutcome {
    /// Already a KSM page in its place.
    AlreadyMerged,
    /// The checksum differs from the one of the visit before.
    ChecksumChanged,
    /// Smart scan passed it over.
    Skipped,
    /// No equal page yet; it waits in the unstable tree.
    Unstable,
    /// The search met a page that is gone or the same frame; in no tree.
    SearchAborted,
    /// Mapped to the zero page.
    ZeroMerged,
    /// Merged into an existing or new KSM page.
    Merged,
    /// A merge was tried and refused.
    MergeFailed,
}

impl KsmOutcome {
    /// For the log, in the words of the KSM document.
    pub fn as_str(self) -> &'static str {
        match self {
            KsmOutcome::AlreadyMerged => "already merged",
            KsmOutcome::ChecksumChanged => "checksum changed",
            KsmOutcome::Skipped => "skipped by smart scan",
            KsmOutcome::Unstable => "unshared: in the unstable tree",
            KsmOutcome::SearchAborted => "search aborted",
            KsmOutcome::ZeroMerged => "merged with the zero page",
            KsmOutcome::Merged => "merged",
            KsmOutcome::MergeFailed => "merge failed",
        }
    }
}

/// One event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// Counts from 0 without gaps.
    pub seq: u64,
    /// Virtual time.
    pub now_ns: u64,
    /// Who.
    pub actor: Actor,
    /// What.
    pub kind: EventKind,
}

impl EventKind {
    /// The kernel's name if this is a tracepoint.
    pub fn tracepoint(&self) -> Option<&'static str> {
        use EventKind as K;
        Some(match self {
            K::KhugepagedScanPmd { .. } => "mm_khugepaged_scan_pmd",
            K::CollapseHugePage { .. } => "mm_collapse_huge_page",
            K::CollapseHugePageIsolate { .. } => "mm_collapse_huge_page_isolate",
            K::CollapseHugePageSwapin { .. } => "mm_collapse_huge_page_swapin",
            K::KhugepagedScanFile { .. } => "mm_khugepaged_scan_file",
            K::KhugepagedCollapseFile { .. } => "mm_khugepaged_collapse_file",
            K::KsmStartScan { .. } => "ksm_start_scan",
            K::KsmStopScan { .. } => "ksm_stop_scan",
            K::KsmEnter { .. } => "ksm_enter",
            K::KsmExit { .. } => "ksm_exit",
            K::KsmMergeOnePage { .. } => "ksm_merge_one_page",
            K::KsmMergeWithKsmPage { .. } => "ksm_merge_with_ksm_page",
            K::KsmRemoveKsmPage { .. } => "ksm_remove_ksm_page",
            K::KsmRemoveRmapItem { .. } => "ksm_remove_rmap_item",
            K::KsmAdvisor { .. } => "ksm_advisor",
            _ => return None,
        })
    }
}
