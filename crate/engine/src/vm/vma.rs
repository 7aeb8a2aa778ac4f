//! Areas of an address space (`struct vm_area_struct`) and their flags.

use super::addr::{AnonVmaId, FileId, MmId, PAGE_SHIFT};

/// Flags of an area, with the kernel's bit values.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct VmFlags(pub u64);

macro_rules! vm_flags {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        impl VmFlags { $($(#[$doc])* pub const $name: VmFlags = VmFlags($value);)* }
    };
}

vm_flags! {
    /// Readable.
    READ = 0x1;
    /// Writable.
    WRITE = 0x2;
    /// Executable.
    EXEC = 0x4;
    /// Shared mapping.
    SHARED = 0x8;
    /// mprotect may make it readable.
    MAYREAD = 0x10;
    /// mprotect may make it writable.
    MAYWRITE = 0x20;
    /// mprotect may make it executable.
    MAYEXEC = 0x40;
    /// Mapped MAP_SHARED.
    MAYSHARE = 0x80;
    /// A stack: grows down.
    GROWSDOWN = 0x100;
    /// Registered with userfaultfd for missing pages.
    UFFD_MISSING = 0x200;
    /// Raw frame numbers, no pages.
    PFNMAP = 0x400;
    /// A guard region may be inside; stays once set.
    MAYBE_GUARD = 0x800;
    /// Registered with userfaultfd for write protection.
    UFFD_WP = 0x1000;
    /// mlocked.
    LOCKED = 0x2000;
    /// Device memory.
    IO = 0x4000;
    /// MADV_SEQUENTIAL.
    SEQ_READ = 0x8000;
    /// MADV_RANDOM.
    RAND_READ = 0x1_0000;
    /// MADV_DONTFORK.
    DONTCOPY = 0x2_0000;
    /// May not grow by mremap.
    DONTEXPAND = 0x4_0000;
    /// mlock2 with MLOCK_ONFAULT.
    LOCKONFAULT = 0x8_0000;
    /// Counted towards the commit limit.
    ACCOUNT = 0x10_0000;
    /// MAP_NORESERVE.
    NORESERVE = 0x20_0000;
    /// hugetlb.
    HUGETLB = 0x40_0000;
    /// Synchronous faults of a DAX file.
    SYNC = 0x80_0000;
    /// MADV_WIPEONFORK.
    WIPEONFORK = 0x200_0000;
    /// MADV_DONTDUMP.
    DONTDUMP = 0x400_0000;
    /// Soft-dirty tracking.
    SOFTDIRTY = 0x800_0000;
    /// Pages and raw frame numbers.
    MIXEDMAP = 0x1000_0000;
    /// MADV_HUGEPAGE.
    HUGEPAGE = 0x2000_0000;
    /// MADV_NOHUGEPAGE.
    NOHUGEPAGE = 0x4000_0000;
    /// KSM may merge its pages.
    MERGEABLE = 0x8000_0000;
}

/// Two-letter codes of smaps `VmFlags`, in printed order.
const CODES: [(VmFlags, &str); 29] = [
    (VmFlags::READ, "rd"),
    (VmFlags::WRITE, "wr"),
    (VmFlags::EXEC, "ex"),
    (VmFlags::SHARED, "sh"),
    (VmFlags::MAYREAD, "mr"),
    (VmFlags::MAYWRITE, "mw"),
    (VmFlags::MAYEXEC, "me"),
    (VmFlags::MAYSHARE, "ms"),
    (VmFlags::GROWSDOWN, "gd"),
    (VmFlags::UFFD_MISSING, "um"),
    (VmFlags::PFNMAP, "pf"),
    (VmFlags::MAYBE_GUARD, "gu"),
    (VmFlags::UFFD_WP, "uw"),
    (VmFlags::LOCKED, "lo"),
    (VmFlags::IO, "io"),
    (VmFlags::SEQ_READ, "sr"),
    (VmFlags::RAND_READ, "rr"),
    (VmFlags::DONTCOPY, "dc"),
    (VmFlags::DONTEXPAND, "de"),
    (VmFlags::LOCKONFAULT, "lf"),
    (VmFlags::ACCOUNT, "ac"),
    (VmFlags::NORESERVE, "nr"),
    (VmFlags::HUGETLB, "ht"),
    (VmFlags::SYNC, "sf"),
    (VmFlags::WIPEONFORK, "wf"),
    (VmFlags::DONTDUMP, "dd"),
    (VmFlags::MIXEDMAP, "mm"),
    (VmFlags::HUGEPAGE, "hg"),
    (VmFlags::NOHUGEPAGE, "nh"),
];

impl VmFlags {
    /// READ, WRITE and EXEC.
    pub const ACCESS: VmFlags = VmFlags(0x7);
    /// Areas without ordinary pages: they never merge, never lock, and most advice refuses them.
    pub const SPECIAL: VmFlags = VmFlags(0x1000_0000 | 0x4_0000 | 0x400 | 0x4000);
    /// Kept by merges rather than compared.
    pub const STICKY: VmFlags = VmFlags(0x800_0000 | 0x800);

    /// True if all of `other` is set.
    #[inline]
    pub const fn has(self, other: VmFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if any of `other` is set.
    #[inline]
    pub const fn any(self, other: VmFlags) -> bool {
        self.0 & other.0 != 0
    }

    /// With `other` set.
    #[must_use]
    pub const fn with(self, other: VmFlags) -> VmFlags {
        VmFlags(self.0 | other.0)
    }

    /// With `other` cleared.
    #[must_use]
    pub const fn without(self, other: VmFlags) -> VmFlags {
        VmFlags(self.0 & !other.0)
    }

    /// `rw-p` of `/proc/PID/maps`.
    pub fn perm(self) -> String {
        let c = |f, yes, no| if self.any(f) { yes } else { no };
        [
            c(VmFlags::READ, 'r', '-'),
            c(VmFlags::WRITE, 'w', '-'),
            c(VmFlags::EXEC, 'x', '-'),
            c(VmFlags::MAYSHARE, 's', 'p'),
        ]
        .iter()
        .collect()
    }

    /// The codes of smaps `VmFlags`, separated by spaces, in printed order.
    pub fn codes(self) -> String {
        let mut codes: Vec<&str> = CODES
            .iter()
            .filter(|(f, _)| self.any(*f))
            .map(|c| c.1)
            .collect();
        if self.any(VmFlags::MERGEABLE) {
            codes.push("mg");
        }
        codes.join(" ")
    }
}

/// One area: `[start, end)` with the same rights and policies throughout.
#[derive(Clone, Debug)]
pub struct Vma {
    /// The address space it is part of.
    pub mm: MmId,
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Page offset of `start`: in the file, or for anonymous memory the page number at the time of mmap.
    pub pgoff: u64,
    /// Flags.
    pub flags: VmFlags,
    /// The file, `None` for private anonymous memory.
    pub file: Option<FileId>,
    /// Where its anonymous pages are anchored; `None` until the first of them.
    pub anon_vma: Option<AnonVmaId>,
    /// Every anchor a page in it may have: its own and those inherited by fork (`anon_vma_chain`).
    pub chain: Vec<AnonVmaId>,
    /// From which nodes its pages come.
    pub policy: super::mempolicy::Policy,
    /// Reservation of a hugetlb area.
    pub hugetlb: crate::hugetlb::HugetlbVma,
}

impl Vma {
    /// Pages.
    pub fn pages(&self) -> u64 {
        (self.end - self.start) >> PAGE_SHIFT
    }

    /// The file whose cached pages the area maps: none for hugetlbfs, which keeps its pages itself.
    #[inline]
    pub fn cached_file(&self) -> Option<FileId> {
        self.file.filter(|_| !self.flags.has(VmFlags::HUGETLB))
    }

    /// Private anonymous: no operations of a file (`vma_is_anonymous`).
    pub fn is_anonymous(&self) -> bool {
        self.file.is_none()
    }

    /// Page offset of an address in it (`linear_page_index`).
    #[inline]
    pub fn page_index(&self, addr: u64) -> u64 {
        self.pgoff + ((addr - self.start) >> PAGE_SHIFT)
    }

    /// Address of a page offset, if it lies inside (`vma_address`).
    pub fn address_of(&self, index: u64) -> Option<u64> {
        let page = index.checked_sub(self.pgoff)?;
        (page < self.pages()).then(|| self.start + (page << PAGE_SHIFT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_print_in_kernel_order() {
        let f = VmFlags::READ
            .with(VmFlags::WRITE)
            .with(VmFlags::MAYREAD)
            .with(VmFlags::HUGEPAGE)
            .with(VmFlags::MERGEABLE)
            .with(VmFlags::ACCOUNT);
        assert_eq!(
            (f.codes().as_str(), f.perm().as_str()),
            ("rd wr mr ac hg mg", "rw-p")
        );
    }
}
