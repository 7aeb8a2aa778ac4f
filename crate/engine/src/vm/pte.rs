//! Page-table entries, packed in 64 bits like x86's.

use super::addr::Pfn;
use super::vma::VmFlags;

/// An entry of any level. 0 is none.
///
/// Present: bits 0..12 flags, 12..52 frame number. Not present and not 0: a
/// swap-format entry, its [`SwapKind`] in bits 1..4, its value from bit 12.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Pte(pub u64);

/// What a non-present entry stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwapKind {
    /// A slot of a swap area; the value is the slot.
    Swap,
    /// A guard marker: access gives SIGSEGV.
    Guard,
    /// The page is being migrated.
    Migration,
    /// Poisoned: access gives SIGBUS.
    Poison,
    /// Write-protected by userfaultfd while empty.
    UffdWp,
}

const PRESENT: u64 = 1;
const WRITE: u64 = 1 << 1;
const ACCESSED: u64 = 1 << 5;
const DIRTY: u64 = 1 << 6;
const HUGE: u64 = 1 << 7;
const PROTNONE: u64 = 1 << 8;
const SPECIAL: u64 = 1 << 9;
const UFFD_WP: u64 = 1 << 10;
const SWAP_EXCLUSIVE: u64 = 1 << 5;
const KIND_SHIFT: u32 = 1;
const VALUE_SHIFT: u32 = 12;
const VALUE_MASK: u64 = ((1 << 40) - 1) << VALUE_SHIFT;

impl Pte {
    /// Nothing mapped.
    pub const NONE: Pte = Pte(0);

    /// A present, old, clean, read-only entry for a frame.
    #[inline]
    pub const fn page(pfn: Pfn) -> Pte {
        Pte((pfn.0 as u64) << VALUE_SHIFT | PRESENT)
    }

    /// An entry of an upper level that points to the table in frame `pfn`.
    #[inline]
    pub const fn table(pfn: Pfn) -> Pte {
        Pte((pfn.0 as u64) << VALUE_SHIFT | PRESENT | WRITE | ACCESSED)
    }

    /// A non-present entry.
    pub const fn swap(kind: SwapKind, value: u64) -> Pte {
        let code = match kind {
            SwapKind::Swap => 1,
            SwapKind::Guard => 2,
            SwapKind::Migration => 3,
            SwapKind::Poison => 4,
            SwapKind::UffdWp => 5,
        };
        Pte(value << VALUE_SHIFT & VALUE_MASK | code << KIND_SHIFT)
    }

    /// True for 0.
    #[inline]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The hardware would use it.
    #[inline]
    pub const fn present(self) -> bool {
        self.0 & PRESENT != 0
    }

    /// A 2 MiB leaf of the PMD level.
    #[inline]
    pub const fn huge(self) -> bool {
        self.present() && self.0 & HUGE != 0
    }

    /// Writes allowed.
    #[inline]
    pub const fn writable(self) -> bool {
        self.0 & WRITE != 0
    }

    /// The accessed bit.
    #[inline]
    pub const fn young(self) -> bool {
        self.present() && self.0 & ACCESSED != 0
    }

    /// The dirty bit.
    #[inline]
    pub const fn dirty(self) -> bool {
        self.present() && self.0 & DIRTY != 0
    }

    /// No ordinary page behind it: the zero page.
    #[inline]
    pub const fn special(self) -> bool {
        self.present() && self.0 & SPECIAL != 0
    }

    /// Write-protected by userfaultfd.
    #[inline]
    pub const fn uffd_wp(self) -> bool {
        self.0 & UFFD_WP != 0
    }

    /// Frame of a present entry.
    #[inline]
    pub const fn pfn(self) -> Pfn {
        Pfn((self.0 >> VALUE_SHIFT) as u32)
    }

    /// What a non-present entry is; `None` for none and present entries.
    pub const fn swap_kind(self) -> Option<SwapKind> {
        if self.present() {
            return None;
        }
        match self.0 >> KIND_SHIFT & 7 {
            1 => Some(SwapKind::Swap),
            2 => Some(SwapKind::Guard),
            3 => Some(SwapKind::Migration),
            4 => Some(SwapKind::Poison),
            5 => Some(SwapKind::UffdWp),
            _ => None,
        }
    }

    /// Value of a non-present entry: the swap slot.
    pub const fn swap_value(self) -> u64 {
        (self.0 & VALUE_MASK) >> VALUE_SHIFT
    }

    /// The swap entry belongs to this mapping alone.
    pub const fn swap_exclusive(self) -> bool {
        !self.present() && self.0 & SWAP_EXCLUSIVE != 0
    }

    /// Mapped, but every access faults (PROT_NONE).
    #[inline]
    pub const fn protnone(self) -> bool {
        self.present() && self.0 & PROTNONE != 0
    }

    /// Sets or clears the exclusive mark of a swap entry.
    #[must_use]
    pub const fn with_swap_exclusive(self, on: bool) -> Pte {
        self.with(SWAP_EXCLUSIVE, on)
    }

    const fn with(self, bit: u64, on: bool) -> Pte {
        Pte(if on { self.0 | bit } else { self.0 & !bit })
    }

    /// With the write bit so.
    #[inline]
    #[must_use]
    pub const fn with_write(self, on: bool) -> Pte {
        self.with(WRITE, on)
    }

    /// With the accessed bit so.
    #[inline]
    #[must_use]
    pub const fn with_young(self, on: bool) -> Pte {
        self.with(ACCESSED, on)
    }

    /// With the dirty bit so.
    #[inline]
    #[must_use]
    pub const fn with_dirty(self, on: bool) -> Pte {
        self.with(DIRTY, on)
    }

    /// With the special bit so.
    #[must_use]
    pub const fn with_special(self, on: bool) -> Pte {
        self.with(SPECIAL, on)
    }

    /// With the PROT_NONE bit so.
    #[must_use]
    pub const fn with_protnone(self, on: bool) -> Pte {
        self.with(PROTNONE, on)
    }

    /// A present, young, clean, read-only entry as an area with these flags starts with (`vm_page_prot`).
    #[must_use]
    pub const fn for_area(pfn: Pfn, flags: VmFlags) -> Pte {
        Pte::page(pfn)
            .with_young(true)
            .with_protnone(!flags.any(VmFlags::ACCESS))
    }

    /// With the huge (PS) bit so.
    #[must_use]
    pub const fn with_huge(self, on: bool) -> Pte {
        self.with(HUGE, on)
    }

    /// With the userfaultfd write-protect bit so.
    #[must_use]
    pub const fn with_uffd_wp(self, on: bool) -> Pte {
        self.with(UFFD_WP, on)
    }

    /// The same flags for another frame.
    #[must_use]
    pub const fn with_pfn(self, pfn: Pfn) -> Pte {
        Pte(self.0 & !VALUE_MASK | (pfn.0 as u64) << VALUE_SHIFT)
    }
}

impl std::fmt::Debug for Pte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_none() {
            return f.write_str("none");
        }
        if let Some(kind) = self.swap_kind() {
            return write!(f, "{kind:?}({:#x})", self.swap_value());
        }
        write!(f, "{:#x}", self.pfn().0)?;
        for (on, c) in [
            (self.writable(), 'w'),
            (self.young(), 'a'),
            (self.dirty(), 'd'),
            (self.huge(), 'h'),
            (self.special(), 's'),
            (self.protnone(), 'n'),
        ] {
            if on {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}
