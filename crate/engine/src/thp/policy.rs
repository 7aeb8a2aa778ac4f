//! Which folio sizes an area may have (`thp_vma_allowable_orders`).

use super::{Enabled, ShmemEnabled, ShmemSizeEnabled, SizeEnabled};
use crate::explain::{Explain, Silent};
use crate::machine::Machine;
use crate::vm::addr::{PAGE_SHIFT, VmaId};
use crate::vm::vma::VmFlags;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TvaType {
    /// smaps `THPeligible`.
    Smaps,
    /// A fault.
    Pagefault,
    /// khugepaged.
    Khugepaged,
    /// MADV_COLLAPSE.
    ForcedCollapse,
}

/// Orders 2..=9 as a mask: what anonymous memory can have.
pub(crate) const THP_ORDERS_ALL_ANON: u32 = 0b11_1111_1100;

impl Machine {
    /// The orders of the mask `orders` that `vma`, were its flags `flags`, may have.
    pub(crate) fn thp_vma_allowable_orders(
        &self,
        vma: VmaId,
        flags: VmFlags,
        tva: TvaType,
        orders: u32,
    ) -> u32 {
        self.thp_vma_allowable_orders_explained(vma, flags, tva, orders, &mut Silent)
    }

    /// Whether `vma`, were its flags `flags`, may have folios of `order`.
    pub(crate) fn thp_vma_allowable(
        &self,
        vma: VmaId,
        flags: VmFlags,
        tva: TvaType,
        order: u8,
    ) -> bool {
        self.thp_vma_allowable_explained(vma, flags, tva, order, &mut Silent)
    }

    /// [`thp_vma_allowable`](Self::thp_vma_allowable) with its reasons.
    pub(crate) fn thp_vma_allowable_explained<E: Explain>(
        &self,
        vma: VmaId,
        flags: VmFlags,
        tva: TvaType,
        order: u8,
        x: &mut E,
    ) -> bool {
        self.thp_vma_allowable_orders_explained(vma, flags, tva, 1 << order, x) != 0
    }

    /// [`thp_vma_allowable_orders`](Self::thp_vma_allowable_orders) with its reasons.
    pub(crate) fn thp_vma_allowable_orders_explained<E: Explain>(
        &self,
        vma: VmaId,
        flags: VmFlags,
        tva: TvaType,
        orders: u32,
        x: &mut E,
    ) -> u32 {
        const NO: &str = "vma_check_failed";
        let v = self.vma(vma);
        let mm = self.mm(v.mm);
        let forced = tva == TvaType::ForcedCollapse;
        let mut left = orders;
        if v.is_anonymous() {
            left &= THP_ORDERS_ALL_ANON;
            if !forced {
                left &= self.thp.anon_orders[usize::from(flags.has(VmFlags::HUGEPAGE))];
                if x.fails("enabled", left == 0, NO, || self.enabled_words(flags)) {
                    return 0;
                }
            }
        } else {
            left &= 0b11_1111_1110;
        }
        if x.fails("nohugepage", flags.has(VmFlags::NOHUGEPAGE), NO, || {
            format!("VmFlags {}", flags.codes())
        }) {
            return 0;
        }
        let advised = flags.has(VmFlags::HUGEPAGE) || forced;
        let disabled = mm.disable_thp_completely || mm.disable_thp_except_advised && !advised;
        if x.fails("thp_disable", disabled, NO, || {
            let mode = match (mm.disable_thp_completely, mm.disable_thp_except_advised) {
                (true, _) => "completely",
                (_, true) => "except advised",
                _ => "no",
            };
            format!("PR_SET_THP_DISABLE: {mode}")
        }) {
            return 0;
        }
        if matches!(tva, TvaType::Khugepaged | TvaType::ForcedCollapse) {
            let bad = flags.any(VmFlags::SPECIAL.with(VmFlags::HUGETLB));
            if x.fails("ordinary_area", bad, NO, || {
                format!("VmFlags {}", flags.codes())
            }) {
                return 0;
            }
        }
        if tva != TvaType::Pagefault {
            let fits = self.suitable_orders(vma, orders);
            left &= fits;
            if x.fails("fits_aligned", fits == 0, NO, || {
                format!(
                    "{:#x}-{:#x} must hold a naturally aligned block",
                    v.start, v.end
                )
            }) {
                return 0;
            }
            if v.file.is_some() {
                let allowed = self.file_allowable_orders(vma, flags, tva, left);
                x.fails("file", allowed == 0, NO, || self.file_words(vma));
                return allowed;
            }
        }
        let needs_anon_vma =
            matches!(tva, TvaType::Khugepaged | TvaType::ForcedCollapse) && v.is_anonymous();
        if x.fails(
            "anon_vma",
            needs_anon_vma && v.anon_vma.is_none(),
            NO,
            || {
                (if v.anon_vma.is_some() {
                    "has an anon_vma"
                } else {
                    "never written to: no anon_vma"
                })
                .into()
            },
        ) {
            return 0;
        }
        left
    }

    fn file_words(&self, vma: VmaId) -> String {
        let v = self.vma(vma);
        if !self.vma_is_shmem(vma) {
            let open = v
                .cached_file()
                .is_some_and(|id| self.inode(id).open_for_write);
            return match (self.config.read_only_thp_for_fs, open) {
                (false, _) => "a file on disk: no READ_ONLY_THP_FOR_FS".into(),
                (_, true) => "a file on disk that is open for writing".into(),
                _ => self.enabled_words(v.flags),
            };
        }
        let word = |w: String| w.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
        format!(
            "shmem_enabled={} 2048kB={}",
            word(self.thp.shmem_enabled.show()),
            word(self.thp.shmem_size_enabled[9].show())
        )
    }

    fn enabled_words(&self, flags: VmFlags) -> String {
        let word = |w: String| w.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
        format!(
            "enabled={} 2048kB={} area {}",
            word(self.thp.enabled.show()),
            word(self.thp.size_enabled[9].show()),
            if flags.has(VmFlags::HUGEPAGE) {
                "advised (hg)"
            } else {
                "not advised"
            }
        )
    }

    /// Orders of the mask of which the area holds an aligned block, looking at its end as the kernel does.
    fn suitable_orders(&self, vma: VmaId, orders: u32) -> u32 {
        let v = self.vma(vma);
        let mut left = orders;
        for order in (1..=9u8).rev().filter(|o| orders & 1 << o != 0) {
            let size = 1u64 << (PAGE_SHIFT + u32::from(order));
            let congruent = v.file.is_none()
                || ((v.start >> PAGE_SHIFT).wrapping_sub(v.pgoff)).is_multiple_of(1 << order);
            let base = v.end & !(size - 1);
            if congruent && base >= size && base - size >= v.start {
                break;
            }
            left &= !(1 << order);
        }
        left
    }

    /// Areas of files: shared memory by its own settings, asked with the flags the area has now, not those it will have;
    /// files on disk never, in a kernel without `READ_ONLY_THP_FOR_FS`.
    fn file_allowable_orders(&self, vma: VmaId, flags: VmFlags, tva: TvaType, orders: u32) -> u32 {
        let v = self.vma(vma);
        match v.cached_file() {
            Some(id) if self.inode(id).shmem => {
                let forced = tva == TvaType::ForcedCollapse;
                orders & self.shmem_allowable_huge_orders(id, Some(vma), v.pgoff, 0, forced)
            }
            Some(id) => {
                let advised = flags.has(VmFlags::HUGEPAGE) || tva == TvaType::ForcedCollapse;
                let on = match self.thp.enabled {
                    Enabled::Always => true,
                    Enabled::Madvise => advised,
                    Enabled::Never => tva == TvaType::ForcedCollapse,
                };
                let takes = self.config.read_only_thp_for_fs && !self.inode(id).open_for_write;
                if on && takes { orders } else { 0 }
            }
            None => 0,
        }
    }

    /// Whether anything could ever have a PMD-mapped huge page: khugepaged runs then (`hugepage_pmd_enabled`).
    pub(crate) fn hugepage_pmd_enabled(&self) -> bool {
        let anon = match self.thp.size_enabled[9] {
            SizeEnabled::Always | SizeEnabled::Madvise => true,
            SizeEnabled::Inherit => self.thp.enabled != Enabled::Never,
            SizeEnabled::Never => false,
        };
        let shmem = self.thp.shmem_enabled != ShmemEnabled::Deny
            && match self.thp.shmem_size_enabled[9] {
                ShmemSizeEnabled::Always
                | ShmemSizeEnabled::Advise
                | ShmemSizeEnabled::WithinSize => true,
                ShmemSizeEnabled::Inherit => self.thp.shmem_enabled != ShmemEnabled::Never,
                ShmemSizeEnabled::Never => false,
            };
        let files = self.config.read_only_thp_for_fs && self.thp.enabled != Enabled::Never;
        anon || shmem || files
    }
}
