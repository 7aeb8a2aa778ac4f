//! What a process is told to do: `PROCESS VERB …`.

use super::mapping::{Mmap, Mremap};
use super::region::{Name, RegionRange};
use super::vocabulary::vocabulary;

/// A command to one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessCommand {
    /// `mmap(2)`: makes a region.
    Mmap(Mmap),
    /// `munmap(2)`.
    Munmap(RegionRange),
    /// `mprotect(2)`.
    Mprotect {
        /// The pages.
        range: RegionRange,
        /// Their new protection.
        protection: Protection,
    },
    /// `madvise(2)`. With a step, one call a page, `faults` summed and the last call's error kept.
    Madvise {
        /// The pages.
        range: RegionRange,
        /// The advice.
        advice: Advice,
    },
    /// `mremap(2)`.
    Mremap(Mremap),
    /// `mlock2(2)`.
    Mlock {
        /// The pages.
        range: RegionRange,
        /// `MLOCK_ONFAULT`.
        onfault: bool,
    },
    /// `munlock(2)`.
    Munlock(RegionRange),
    /// `msync(2)` with `MS_SYNC`.
    Msync(RegionRange),
    /// Stores to each page.
    Write {
        /// The pages, in this order.
        range: RegionRange,
        /// What is stored.
        contents: Contents,
        /// Added to the page number where [`Contents`] use it.
        index: u64,
    },
    /// Loads the first byte of each page.
    Read(RegionRange),
    /// Compares each page with what `write` would have stored.
    Check {
        /// The pages, in this order.
        range: RegionRange,
        /// What is expected.
        contents: Contents,
        /// Added to the page number where [`Contents`] use it.
        index: u64,
    },
    /// `execve(2)`; its regions are gone.
    Exec,
    /// `fork(2)`; the child knows the same regions and files by the same names.
    Fork {
        /// The child's name.
        child: Name,
    },
    /// `exit(2)`.
    Exit,
    /// `sched_setaffinity(2)` to one CPU.
    Cpu(u32),
    /// `prctl(2)`.
    Prctl {
        /// What is set.
        option: PrctlOption,
        /// Arguments 2 to 5, absent ones 0.
        args: [u64; 4],
    },
    /// Writes `PID,START,END[,ORDER]` to the debugfs file `split_huge_pages`.
    Split {
        /// The pages.
        range: RegionRange,
        /// Order to split to.
        order: Option<u32>,
        /// The page of each folio around which it is split; without it into equal parts.
        offset: Option<u64>,
    },
    /// `fallocate(2)`.
    Fallocate {
        /// A memfd or file.
        file: Name,
        /// What to do.
        mode: FallocateMode,
        /// Where, in bytes.
        offset_bytes: u64,
        /// How much, in bytes.
        len_bytes: u64,
    },
    /// `pwrite(2)`: page `i` of the file gets what it would have stored whole, [`Contents::Byte`] every byte.
    Pwrite {
        /// A memfd or file.
        file: Name,
        /// Where, in bytes.
        offset_bytes: u64,
        /// How much, in bytes.
        len_bytes: u64,
        /// What is written.
        contents: Contents,
        /// Added to the page number where [`Contents`] use it.
        index: u64,
    },
    /// `pread(2)`.
    Pread {
        /// A memfd or file.
        file: Name,
        /// Where, in bytes.
        offset_bytes: u64,
        /// How much, in bytes.
        len_bytes: u64,
    },
    /// `ftruncate(2)`.
    Truncate {
        /// A memfd or file.
        file: Name,
        /// New size, in bytes.
        size_bytes: u64,
    },
    /// `posix_fadvise(2)` over the whole file.
    Fadvise {
        /// A memfd or file.
        file: Name,
        /// The advice.
        advice: FadviseAdvice,
    },
    /// Takes a long-term reference to each page (`pin_user_pages` with `FOLL_LONGTERM`).
    Pin(RegionRange),
    /// Drops it.
    Unpin(RegionRange),
    /// Holds the folio lock of each page.
    Lock(RegionRange),
    /// Releases it.
    Unlock(RegionRange),
    /// Takes each page off the reclaim lists.
    Isolate(RegionRange),
    /// Puts it back.
    Putback(RegionRange),
    /// What another thread does to the pages during the next collapse there.
    Meanwhile {
        /// The pages.
        range: RegionRange,
        /// What happens.
        event: MeanwhileEvent,
    },
    /// Registers the pages with userfaultfd.
    Uffd {
        /// The pages.
        range: RegionRange,
        /// For what.
        mode: UffdMode,
    },
    /// Accesses pages in a pattern.
    Touch(Touch),
    /// `mbind(2)`.
    Mbind {
        /// The pages.
        range: RegionRange,
        /// Their policy.
        policy: NodePolicy,
        /// What becomes of pages that lie elsewhere; they stay by default.
        moving: Option<Moving>,
    },
}

/// What a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// One byte at the page's start, the rest as it was.
    Byte(u8),
    /// All 4096 bytes this.
    Fill(u8),
    /// Pseudo-random words of this seed and the page's index.
    Seed(u64),
    /// The page's index in every 64-bit word.
    Idx,
    /// All zero, the same bytes as `Fill(0)`.
    Zero,
}

/// Accesses in a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The pages.
    pub range: RegionRange,
    /// Their order.
    pub pattern: TouchPattern,
    /// How many accesses; `None` is one for each page of the range.
    pub count: Option<u64>,
    /// For the random patterns.
    pub seed: u64,
    /// Stores instead of loads.
    pub write: bool,
}

/// In which order pages are touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TouchPattern {
    /// One after the other.
    Seq,
    /// Uniformly.
    Random,
    /// Few pages often, many seldom.
    Zipf,
    /// Every so many bytes.
    Stride {
        /// Distance, in bytes, at least 1.
        bytes: u64,
    },
}

vocabulary! {
    /// What happens while a collapse has let go of its locks, or what its later steps meet.
    pub enum MeanwhileEvent {
        /// `munmap`.
        Munmap = "munmap",
        /// Shared memory is mapped over the pages.
        Remap = "remap",
        /// `prctl(PR_SET_THP_DISABLE)`.
        ThpDisable = "thp_disable",
        /// `MADV_NOHUGEPAGE`.
        Nohugepage = "nohugepage",
        /// `MADV_DONTNEED`.
        Dontneed = "dontneed",
        /// `MADV_PAGEOUT`.
        Pageout = "pageout",
        /// `MADV_REMOVE`.
        Remove = "remove",
        /// The pages are taken off the reclaim lists.
        Isolate = "isolate",
        /// A memory error in a page.
        Poison = "poison",
        /// A hole of the file is filled.
        Fill = "fill",
        /// No memory for the page cache's own nodes.
        Nomem = "nomem",
        /// The filesystem keeps its buffers.
        Private = "private",
    }
}

vocabulary! {
    /// What userfaultfd is told to watch. Nobody answers: what it stops is SIGBUS.
    pub enum UffdMode {
        /// Accesses to pages that are not there.
        Missing = "missing",
        /// Stores to protected pages.
        Wp = "wp",
        /// Protects the pages that are there now.
        Protect = "protect",
        /// Takes the protection away.
        Unprotect = "unprotect",
        /// Nothing more.
        Off = "off",
    }
}

vocabulary! {
    /// Names of [`TouchPattern`].
    pub enum PatternName {
        /// One after the other.
        Seq = "seq",
        /// Uniformly.
        Random = "random",
        /// Few pages often, many seldom.
        Zipf = "zipf",
    }
}

/// The policy of a range of addresses, as `mbind(2)` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodePolicy {
    /// What the nodes are for.
    pub mode: PolicyMode,
    /// Bit `n` is node `n`; 0 for the modes that take none.
    pub nodes: u64,
}

vocabulary! {
    /// `MPOL_*`; the words are those of `numa_maps` and of tmpfs's `mpol=`.
    pub enum PolicyMode {
        /// `MPOL_DEFAULT`.
        Default = "default" = 0,
        /// `MPOL_PREFERRED`.
        Prefer = "prefer" = 1,
        /// `MPOL_BIND`.
        Bind = "bind" = 2,
        /// `MPOL_INTERLEAVE`.
        Interleave = "interleave" = 3,
        /// `MPOL_LOCAL`.
        Local = "local" = 4,
    }
}

vocabulary! {
    /// Which pages `mbind` moves.
    pub enum Moving {
        /// `MPOL_MF_MOVE`: those no other process maps.
        Move = "move",
        /// `MPOL_MF_MOVE_ALL`.
        MoveAll = "move_all",
    }
}

impl PolicyMode {
    /// Whether the mode needs nodes.
    pub const fn takes_nodes(self) -> bool {
        !matches!(self, PolicyMode::Default | PolicyMode::Local)
    }
}

vocabulary! {
    /// `PROT_*` bits: 1 read, 2 write, 4 execute.
    pub enum Protection {
        /// `PROT_NONE`.
        None = "none" = 0,
        /// Read.
        R = "r" = 1,
        /// Write only; x86 gives read too.
        W = "w" = 2,
        /// Read and write.
        Rw = "rw" = 3,
        /// Read and execute.
        Rx = "rx" = 5,
        /// Everything.
        Rwx = "rwx" = 7,
    }
}

vocabulary! {
    /// `MADV_*`; the value is the kernel's number.
    pub enum Advice {
        /// `MADV_NORMAL`.
        Normal = "normal" = 0,
        /// `MADV_RANDOM`.
        Random = "random" = 1,
        /// `MADV_SEQUENTIAL`.
        Sequential = "sequential" = 2,
        /// `MADV_WILLNEED`.
        Willneed = "willneed" = 3,
        /// `MADV_DONTNEED`.
        Dontneed = "dontneed" = 4,
        /// `MADV_FREE`.
        Free = "free" = 8,
        /// `MADV_REMOVE`.
        Remove = "remove" = 9,
        /// `MADV_DONTFORK`.
        Dontfork = "dontfork" = 10,
        /// `MADV_DOFORK`.
        Dofork = "dofork" = 11,
        /// `MADV_MERGEABLE`.
        Mergeable = "mergeable" = 12,
        /// `MADV_UNMERGEABLE`.
        Unmergeable = "unmergeable" = 13,
        /// `MADV_HUGEPAGE`.
        Hugepage = "hugepage" = 14,
        /// `MADV_NOHUGEPAGE`.
        Nohugepage = "nohugepage" = 15,
        /// `MADV_DONTDUMP`.
        Dontdump = "dontdump" = 16,
        /// `MADV_DODUMP`.
        Dodump = "dodump" = 17,
        /// `MADV_WIPEONFORK`.
        Wipeonfork = "wipeonfork" = 18,
        /// `MADV_KEEPONFORK`.
        Keeponfork = "keeponfork" = 19,
        /// `MADV_COLD`.
        Cold = "cold" = 20,
        /// `MADV_PAGEOUT`.
        Pageout = "pageout" = 21,
        /// `MADV_POPULATE_READ`.
        PopulateRead = "populate_read" = 22,
        /// `MADV_POPULATE_WRITE`.
        PopulateWrite = "populate_write" = 23,
        /// `MADV_COLLAPSE`.
        Collapse = "collapse" = 25,
        /// `MADV_HWPOISON`.
        Hwpoison = "hwpoison" = 100,
        /// `MADV_GUARD_INSTALL`.
        GuardInstall = "guard_install" = 102,
        /// `MADV_GUARD_REMOVE`.
        GuardRemove = "guard_remove" = 103,
    }
}

vocabulary! {
    /// What `prctl` sets; the value is the kernel's number.
    pub enum PrctlOption {
        /// `PR_SET_THP_DISABLE`.
        ThpDisable = "thp_disable" = 41,
        /// `PR_SET_MEMORY_MERGE`.
        MemoryMerge = "memory_merge" = 67,
    }
}

vocabulary! {
    /// Modes of `fallocate`; the value is the kernel's.
    pub enum FallocateMode {
        /// Allocates, growing the file.
        Alloc = "alloc" = 0,
        /// `FALLOC_FL_KEEP_SIZE`.
        Keep = "keep" = 1,
        /// `FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE`.
        Punch = "punch" = 3,
    }
}

vocabulary! {
    /// `POSIX_FADV_*`; the value is the kernel's number.
    pub enum FadviseAdvice {
        /// `POSIX_FADV_WILLNEED`.
        Willneed = "willneed" = 3,
        /// `POSIX_FADV_DONTNEED`.
        Dontneed = "dontneed" = 4,
    }
}
