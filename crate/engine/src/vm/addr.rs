//! Page and huge page sizes, address arithmetic and the ids of things.

/// log2 of a base page.
pub const PAGE_SHIFT: u32 = 12;
/// Bytes of a base page.
pub const PAGE_SIZE: u64 = 1 << PAGE_SHIFT;
/// Order of a PMD-mapped huge page.
pub const HPAGE_PMD_ORDER: u8 = 9;
/// Base pages of a PMD-mapped huge page; also the entries of one page table.
pub const HPAGE_PMD_NR: usize = 1 << HPAGE_PMD_ORDER;
/// Bytes of a PMD-mapped huge page.
pub const HPAGE_PMD_SIZE: u64 = PAGE_SIZE << HPAGE_PMD_ORDER;
/// First address that is not user space: 2^47 minus the guard page.
pub const TASK_SIZE: u64 = (1 << 47) - PAGE_SIZE;

const _: () = assert!(HPAGE_PMD_SIZE == 2 << 20);

/// `addr` rounded down to a base page.
pub const fn page_down(addr: u64) -> u64 {
    addr & !(PAGE_SIZE - 1)
}

/// `addr` rounded down to 2 MiB.
pub const fn pmd_down(addr: u64) -> u64 {
    addr & !(HPAGE_PMD_SIZE - 1)
}

/// `addr` rounded up to 2 MiB; `addr` must be user space.
pub const fn pmd_up(addr: u64) -> u64 {
    pmd_down(addr + HPAGE_PMD_SIZE - 1)
}

/// True on a base-page boundary.
pub const fn page_aligned(addr: u64) -> bool {
    addr & (PAGE_SIZE - 1) == 0
}

/// True on a 2 MiB boundary.
pub const fn pmd_aligned(addr: u64) -> bool {
    addr & (HPAGE_PMD_SIZE - 1) == 0
}

/// Index of the entry for `addr` in its page table (`pte_index`).
pub const fn pte_index(addr: u64) -> usize {
    ((addr >> PAGE_SHIFT) & 511) as usize
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// A page frame number.
    Pfn
}
id! {
    /// A process.
    Pid
}
id! {
    /// An address space (`struct mm_struct`). Ids are never used twice in one machine.
    MmId
}
id! {
    /// An area of an address space (`struct vm_area_struct`).
    VmaId
}
id! {
    /// An anonymous reverse-map anchor (`struct anon_vma`).
    AnonVmaId
}
id! {
    /// A page-table page.
    TableId
}
id! {
    /// A file or memfd.
    FileId
}

impl Pfn {
    /// The frame `n` above this one.
    #[inline]
    pub const fn add(self, n: usize) -> Pfn {
        Pfn(self.0 + n as u32)
    }
}
