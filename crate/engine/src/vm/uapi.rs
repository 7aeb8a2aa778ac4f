//! Numbers of the system call interface: protections, flags and advice.

/// `PROT_READ`.
pub const PROT_READ: u32 = 1;
/// `PROT_WRITE`.
pub const PROT_WRITE: u32 = 2;
/// `PROT_EXEC`.
pub const PROT_EXEC: u32 = 4;

/// `MAP_SHARED`.
pub const MAP_SHARED: u32 = 0x1;
/// `MAP_PRIVATE`.
pub const MAP_PRIVATE: u32 = 0x2;
/// `MAP_FIXED`.
pub const MAP_FIXED: u32 = 0x10;
/// `MAP_ANONYMOUS`.
pub const MAP_ANONYMOUS: u32 = 0x20;
/// `MAP_GROWSDOWN`.
pub const MAP_GROWSDOWN: u32 = 0x100;
/// `MAP_LOCKED`.
pub const MAP_LOCKED: u32 = 0x2000;
/// `MAP_NORESERVE`.
pub const MAP_NORESERVE: u32 = 0x4000;
/// `MAP_POPULATE`.
pub const MAP_POPULATE: u32 = 0x8000;
/// `MAP_HUGETLB`.
pub const MAP_HUGETLB: u32 = 0x4_0000;
/// log2 of the size of a hugetlb page from this bit on, 6 bits; 0 is the default size.
pub const MAP_HUGE_SHIFT: u32 = 26;
/// `MAP_FIXED_NOREPLACE`.
pub const MAP_FIXED_NOREPLACE: u32 = 0x10_0000;

/// `FALLOC_FL_KEEP_SIZE`.
pub const FALLOC_FL_KEEP_SIZE: u32 = 1;
/// `FALLOC_FL_PUNCH_HOLE`.
pub const FALLOC_FL_PUNCH_HOLE: u32 = 2;

/// `POSIX_FADV_WILLNEED`.
pub const POSIX_FADV_WILLNEED: u32 = 3;
/// `POSIX_FADV_DONTNEED`.
pub const POSIX_FADV_DONTNEED: u32 = 4;

/// `MREMAP_MAYMOVE`.
pub const MREMAP_MAYMOVE: u32 = 1;
/// `MREMAP_FIXED`.
pub const MREMAP_FIXED: u32 = 2;
/// `MREMAP_DONTUNMAP`.
pub const MREMAP_DONTUNMAP: u32 = 4;

/// `MLOCK_ONFAULT`.
pub const MLOCK_ONFAULT: u32 = 1;

/// `PR_SET_THP_DISABLE`.
pub const PR_SET_THP_DISABLE: u32 = 41;
/// `PR_GET_THP_DISABLE`.
pub const PR_GET_THP_DISABLE: u32 = 42;
/// `PR_SET_MEMORY_MERGE`.
pub const PR_SET_MEMORY_MERGE: u32 = 67;
/// `PR_GET_MEMORY_MERGE`.
pub const PR_GET_MEMORY_MERGE: u32 = 68;
/// `PR_THP_DISABLE_EXCEPT_ADVISED`.
pub const PR_THP_DISABLE_EXCEPT_ADVISED: u64 = 2;

macro_rules! advice {
    ($($name:ident = $value:literal, $word:literal;)*) => {
        /// Advice of `madvise`, with the kernel's numbers.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(i32)]
        #[allow(missing_docs)]
        pub enum Advice { $($name = $value,)* }

        impl Advice {
            /// All, with their words.
            pub const ALL: &'static [(&'static str, Advice)] = &[$(($word, Advice::$name),)*];

            /// The advice of a number.
            pub fn from_raw(raw: i32) -> Option<Advice> {
                Self::ALL.iter().map(|a| a.1).find(|a| *a as i32 == raw)
            }

            /// Its word in the scenario language: the kernel's name in lower case.
            pub fn word(self) -> &'static str {
                match self { $(Advice::$name => $word,)* }
            }
        }
    };
}

advice! {
    Normal = 0, "normal";
    Random = 1, "random";
    Sequential = 2, "sequential";
    WillNeed = 3, "willneed";
    DontNeed = 4, "dontneed";
    Free = 8, "free";
    Remove = 9, "remove";
    DontFork = 10, "dontfork";
    DoFork = 11, "dofork";
    Mergeable = 12, "mergeable";
    Unmergeable = 13, "unmergeable";
    HugePage = 14, "hugepage";
    NoHugePage = 15, "nohugepage";
    DontDump = 16, "dontdump";
    DoDump = 17, "dodump";
    WipeOnFork = 18, "wipeonfork";
    KeepOnFork = 19, "keeponfork";
    Cold = 20, "cold";
    PageOut = 21, "pageout";
    PopulateRead = 22, "populate_read";
    PopulateWrite = 23, "populate_write";
    DontNeedLocked = 24, "dontneed_locked";
    Collapse = 25, "collapse";
    HwPoison = 100, "hwpoison";
    GuardInstall = 102, "guard_install";
    GuardRemove = 103, "guard_remove";
}
