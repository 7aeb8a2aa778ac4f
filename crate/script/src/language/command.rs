//! What a line says: [`Command`].

use super::process::ProcessCommand;
use super::region::{Name, PageTarget};
use super::vocabulary::vocabulary;

/// A command of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Makes a process.
    Proc {
        /// Its name.
        name: Name,
        /// The CPU it is bound to.
        cpu: Option<u32>,
    },
    /// Tells a process to do something.
    Process {
        /// Its name.
        process: Name,
        /// What it does.
        command: ProcessCommand,
    },
    /// `memfd_create(2)` and `ftruncate(2)`.
    Memfd {
        /// Its name.
        name: Name,
        /// Its size, in bytes.
        size_bytes: u64,
        /// `MFD_HUGETLB`.
        hugetlb: bool,
        /// Bytes of a huge page (`MFD_HUGE_*`); 0 is the default size.
        pagesize: u64,
    },
    /// Makes a file on disk, its pages out of the cache; word `w` of page `i` is `i + 1`.
    File {
        /// Its name.
        name: Name,
        /// Its size, in bytes.
        size_bytes: u64,
        /// Nobody has it open for writing until somebody writes.
        read_only: bool,
        /// The tmpfs or hugetlbfs it is made in, empty, instead.
        mount: Option<Name>,
    },
    /// Mounts a tmpfs, or changes one that is mounted; or mounts a hugetlbfs.
    Mount {
        /// Its name, and its place below the root.
        name: Name,
        /// A hugetlbfs, with these options of `mount -o`, unchecked.
        hugetlbfs: Option<Box<str>>,
        /// An option given for a tmpfs that only a hugetlbfs has.
        hugetlbfs_only: Option<&'static str>,
        /// `huge=`, unchecked.
        huge: Option<Box<str>>,
        /// `size=` in bytes.
        size_bytes: Option<u64>,
        /// `noswap`.
        noswap: bool,
    },
    /// `swapon(2)`, `swapoff(2)`.
    Swap(Swap),
    /// Stores to, then shows, a file below `/sys/kernel/mm/`.
    Sys {
        /// The path below `/sys/kernel/mm/`.
        path: Box<str>,
        /// What is stored; `None` only shows.
        value: Option<Box<str>>,
    },
    /// Stores to, then shows, a file of `/proc/sys/vm/`.
    Vm {
        /// The file.
        name: VmName,
        /// What is stored.
        value: Box<str>,
    },
    /// Drives a daemon.
    Daemon {
        /// Which.
        daemon: Daemon,
        /// By which unit.
        drive: Drive,
        /// How many units, at least 1.
        times: u64,
    },
    /// Prints everything; counters are since the last `observe`.
    Observe {
        /// The first word after `observe`, or nothing.
        label: Box<str>,
    },
    /// Checks the last step or observation.
    Expect(Expectation),
    /// Virtual time passes and the daemons wake by their own settings.
    Run {
        /// How long, in ns.
        ns: u64,
    },
    /// Gives the recording machine time to come to rest; no virtual time passes.
    Sleep {
        /// How long, in ms.
        ms: u64,
    },
    /// Prints a virtual file.
    Cat {
        /// Its path.
        path: Box<str>,
    },
    /// Writes a line to a virtual file.
    Echo {
        /// The text without the newline that `echo` ends it with.
        text: Box<str>,
        /// The file's path.
        path: Box<str>,
        /// `>>`: opened with `O_APPEND` instead of `O_TRUNC`.
        append: bool,
    },
    /// Lists a virtual directory.
    Ls {
        /// Its path.
        path: Box<str>,
    },
    /// Asks why a page and its 2 MiB range are as they are.
    Why(PageTarget),
    /// Fragments free memory.
    Fragment {
        /// How many of the free 2 MiB blocks lose a page, in percent.
        percent: u32,
        /// Which ones.
        seed: u64,
        /// Compaction can move them together again.
        movable: bool,
    },
    /// Something outside of the script holds so much memory.
    Hog {
        /// In bytes; 0 gives it back.
        bytes: u64,
    },
    /// The limit of the memory cgroup that all processes are in.
    Charge {
        /// `memory.max` in bytes, `None` is `max`.
        limit_bytes: Option<u64>,
    },
    /// Explains the language.
    Help {
        /// A command, or `None` for all.
        topic: Option<&'static str>,
    },
}

/// `swap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// `swap on`.
    On {
        /// Size of the swap area, in bytes.
        size_bytes: u64,
    },
    /// `swap off`.
    Off,
}

vocabulary! {
    /// A kernel thread.
    pub enum Daemon {
        /// Collapses pages to huge pages.
        Khugepaged = "khugepaged",
        /// Merges equal pages.
        Ksmd = "ksmd",
    }
}

vocabulary! {
    /// By which unit a daemon is driven.
    pub enum Drive {
        /// Full scans.
        Scan = "scan",
        /// Wake-ups with the script's own `pages_to_scan`.
        Wake = "wake",
        /// Single units: a 2 MiB range for khugepaged, a page for ksmd.
        Step = "step",
    }
}

vocabulary! {
    /// Files of `/proc/sys/vm/` that a script may write.
    pub enum VmName {
        /// Size of the pool of 2 MiB hugetlb pages.
        NrHugepages = "nr_hugepages",
        /// Most surplus pages of that pool.
        NrOvercommitHugepages = "nr_overcommit_hugepages",
        /// How memory is accounted.
        OvercommitMemory = "overcommit_memory",
        /// Drops page cache and slab.
        DropCaches = "drop_caches",
        /// Compacts all zones.
        CompactMemory = "compact_memory",
    }
}

impl VmName {
    /// Whether the file has a value to show after the store.
    pub const fn is_readable(self) -> bool {
        !matches!(self, VmName::DropCaches | VmName::CompactMemory)
    }
}

/// `expect`: what is asked, and the answer that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What is asked.
    pub subject: Subject,
    /// The answer, compared as text; `ok` for [`Subject::Ok`].
    pub want: Box<str>,
}

/// What `expect` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `ok`: the last step had neither errno nor signal.
    Ok,
    /// A field of the last step; absent is `0`, for `errno` it is `ok`.
    Step(StepField),
    /// `p1.a.Rss` of the last observation.
    Region {
        /// The process.
        process: Name,
        /// Its region.
        region: Name,
        /// What about it.
        field: RegionField,
    },
    /// `p1.ksm_stat.ksm_merging_pages` of the last observation; absent is 0.
    KsmStat {
        /// The process.
        process: Name,
        /// The counter.
        name: Box<str>,
    },
    /// `vmstat.thp_split_pmd` of the last observation; absent is 0.
    Count {
        /// Which map.
        group: CountGroup,
        /// The counter in it.
        name: Box<str>,
    },
}

vocabulary! {
    /// Fields of a step that `expect` knows.
    pub enum StepField {
        /// Name of the error.
        Errno = "errno",
        /// Name of the signal.
        Signal = "signal",
        /// Minor faults.
        Faults = "faults",
        /// Major faults.
        Majfaults = "majfaults",
        /// Pages that `check` found to differ.
        Differ = "differ",
        /// What `sys` or `vm` shows.
        Value = "value",
    }
}

vocabulary! {
    /// Maps of counters in an observation.
    pub enum CountGroup {
        /// `/proc/vmstat`, since the last observation.
        Vmstat = "vmstat",
        /// `hugepages-*/stats`, since the last observation.
        Mthp = "mthp",
        /// khugepaged's counters, since the last observation.
        Khugepaged = "khugepaged",
        /// KSM's gauges.
        Ksm = "ksm",
        /// KSM's counters, since the last observation.
        KsmDelta = "ksm_delta",
        /// `HugePages_*` of `/proc/meminfo`.
        Hugetlb = "hugetlb",
    }
}

/// What of a region `expect` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionField {
    /// A run-length string.
    RunLength(RunLengthField),
    /// The sum over the region's areas of a number of smaps, one of [`VMA_FIELDS`].
    Vma(&'static str),
}

vocabulary! {
    /// Run-length strings of a region.
    pub enum RunLengthField {
        /// What each page is.
        Classes = "classes",
        /// Mapped once or shared.
        Exclusive = "exclusive",
        /// Who shares with whom.
        Group = "group",
        /// How often mapped.
        Mapcount = "mapcount",
        /// Which pages cannot be reclaimed; absent if none.
        Unevictable = "unevictable",
    }
}

/// Numbers of an area in an observation: its place and length in pages, then those of smaps, sizes in kB.
pub const VMA_FIELDS: [&str; 22] = [
    "at",
    "pages",
    "Rss",
    "Pss",
    "Shared_Clean",
    "Shared_Dirty",
    "Private_Clean",
    "Private_Dirty",
    "Referenced",
    "Anonymous",
    "KSM",
    "LazyFree",
    "AnonHugePages",
    "ShmemPmdMapped",
    "FilePmdMapped",
    "Shared_Hugetlb",
    "Private_Hugetlb",
    "Swap",
    "SwapPss",
    "Locked",
    "THPeligible",
    "KernelPageSize",
];

/// `machine`: the machine a script asks for. What it does not say is as on the recording machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Memory, in bytes, within [`MACHINE_MEM_BYTES`](super::MACHINE_MEM_BYTES).
    pub mem_bytes: Option<u64>,
    /// NUMA nodes, 1 to [`MAX_NODES`](super::MAX_NODES).
    pub nodes: Option<u32>,
    /// Distance between nodes, 11 to 254.
    pub distance: Option<u32>,
    /// CPUs, 1 to [`MAX_CPUS`](super::MAX_CPUS).
    pub cpus: Option<u32>,
    /// Seed of everything random.
    pub seed: Option<u64>,
    /// `transparent_hugepage/enabled` once booted.
    pub enabled: Option<ThpEnabled>,
    /// The kernel whose rule for stores to the huge zero page is followed.
    pub kernel: Option<KernelRelease>,
    /// What files on disk lie on.
    pub fs: Option<FilesystemType>,
    /// Bytes of a block of that filesystem.
    pub fs_block: Option<u64>,
    /// `CONFIG_READ_ONLY_THP_FOR_FS`.
    pub read_only_thp_for_fs: bool,
    /// The hugetlb sizes 64K and 32M of arm64 as well.
    pub hugetlb_cont: bool,
    /// Boot parameters in their order. Wrong values are the kernel's to ignore.
    pub boot: Vec<BootParameter>,
}

/// A parameter of the kernel's command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootParameter {
    /// Which.
    pub name: BootName,
    /// Its value, unchecked.
    pub value: Box<str>,
}

vocabulary! {
    /// `kernel=`.
    pub enum KernelRelease {
        /// A store to the huge zero page makes a huge page.
        V6_18 = "6.18",
        /// It splits its mapping and makes one small page.
        V5_19 = "5.19",
    }
}

vocabulary! {
    /// `fs=`.
    pub enum FilesystemType {
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
        /// btrfs.
        Btrfs = "btrfs",
        /// A block device read as a file.
        Bdev = "bdev",
    }
}

vocabulary! {
    /// `transparent_hugepage/enabled`.
    pub enum ThpEnabled {
        /// Everywhere.
        Always = "always",
        /// Where advised.
        Madvise = "madvise",
        /// Nowhere.
        Never = "never",
    }
}

vocabulary! {
    /// Parameters of the kernel's command line that a machine knows.
    pub enum BootName {
        /// `enabled` at boot.
        TransparentHugepage = "transparent_hugepage",
        /// `shmem_enabled` at boot.
        TransparentHugepageShmem = "transparent_hugepage_shmem",
        /// `huge=` of tmpfs mounts.
        TransparentHugepageTmpfs = "transparent_hugepage_tmpfs",
        /// Sizes of anonymous folios: `16K-64K:always;2M:inherit`.
        ThpAnon = "thp_anon",
        /// Sizes of shmem folios.
        ThpShmem = "thp_shmem",
        /// The hugetlb size that a bare `hugepages=` means.
        DefaultHugepagesz = "default_hugepagesz",
        /// The hugetlb size that the next `hugepages=` means.
        Hugepagesz = "hugepagesz",
        /// Hugetlb pages: `64`, or by node `0:2,1:4`.
        Hugepages = "hugepages",
        /// The memory map of hugetlb pages is given away: `on`.
        HugetlbFreeVmemmap = "hugetlb_free_vmemmap",
        /// Memory kept for 1 GiB hugetlb pages: `2G`, or by node `0:1G,1:1G`.
        HugetlbCma = "hugetlb_cma",
        /// 1 GiB pages come from there alone: `on`.
        HugetlbCmaOnly = "hugetlb_cma_only",
    }
}
