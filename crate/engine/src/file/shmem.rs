//! Shared memory: which sizes a page may have, and getting one.
//!
//! Counterparts in `mm/shmem.c`: `shmem_allowable_huge_orders`, `shmem_huge_global_enabled`,
//! `shmem_suitable_orders`, `shmem_alloc_and_add_folio`, `shmem_get_folio_gfp`.
//!
//! Memfds and MAP_SHARED|MAP_ANONYMOUS are of the internal mount: its `huge=` is `shmem_enabled`, and the switches of the
//! sizes count for their faults. For files with a name in a tmpfs its own `huge=` alone decides, and deny and force.

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::pressure::NoFolio;
use crate::thp::{ShmemEnabled, ShmemSizeEnabled};
use crate::vm::addr::{FileId, HPAGE_PMD_ORDER, PAGE_SIZE, Pfn, VmaId};
use crate::vm::vma::VmFlags;

/// Why there is no page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoPage {
    /// Beyond the end of the file.
    BeyondEnd,
    /// No memory.
    NoMemory,
    /// The tmpfs has no room (`size=`).
    MountFull,
}

/// Orders 1..=9: what a file without an area may have.
const ALL_ORDERS: u32 = 0b11_1111_1110;
const PMD_ORDER: u32 = 1 << HPAGE_PMD_ORDER;

impl Machine {
    /// Orders a page at `index` may have: for a fault in `vma`, or for a write that ends at byte `write_end`.
    /// `forced`: khugepaged or MADV_COLLAPSE asks (`shmem_allowable_huge_orders`).
    pub(crate) fn shmem_allowable_huge_orders(
        &self,
        id: FileId,
        vma: Option<VmaId>,
        index: u64,
        write_end: u64,
        forced: bool,
    ) -> u32 {
        use ShmemSizeEnabled as S;
        let top = self.thp.shmem_enabled;
        let force = forced || top == ShmemEnabled::Force;
        if vma.is_some_and(|v| self.vma_thp_disabled(v, forced)) {
            return 0;
        }
        if top == ShmemEnabled::Deny {
            return 0;
        }
        let advised = vma.is_some_and(|v| self.vma(v).flags.has(VmFlags::HUGEPAGE));
        let end = self.inode(id).size.max(write_end).div_ceil(PAGE_SIZE);
        let mount = self.mount_huge(id);
        let global = shmem_global_orders(mount, vma.is_some(), advised, force, index, end);
        if vma.is_none() || self.inode(id).mount > 0 {
            return global;
        }
        let sizes = |wanted: S| {
            (1..=9)
                .filter(|o| self.thp.shmem_size_enabled[*o] == wanted)
                .fold(0, |mask, o| mask | 1 << o)
        };
        if top == ShmemEnabled::Force {
            return sizes(S::Inherit);
        }
        let mut orders = sizes(S::Always) | within_size(sizes(S::WithinSize), index, end);
        if advised {
            orders |= sizes(S::Advise);
        }
        if global != 0 {
            orders |= sizes(S::Inherit);
        }
        orders
    }

    /// No transparent huge page for this area, whatever else is set (`vma_thp_disabled`).
    pub(crate) fn vma_thp_disabled(&self, vma: VmaId, forced: bool) -> bool {
        let v = self.vma(vma);
        let mm = self.mm(v.mm);
        let advised = v.flags.has(VmFlags::HUGEPAGE) || forced;
        v.flags.has(VmFlags::NOHUGEPAGE)
            || mm.disable_thp_completely
            || mm.disable_thp_except_advised && !advised
    }

    /// Whether the block of `order` around `addr` lies in the area and is aligned in the file alike
    /// (`thp_vma_suitable_order`).
    pub(crate) fn file_block_in_vma(&self, vma: VmaId, addr: u64, order: u8) -> Option<u64> {
        let v = self.vma(vma);
        let congruent = (v.start / PAGE_SIZE)
            .wrapping_sub(v.pgoff)
            .is_multiple_of(1 << order);
        self.block_in_vma(vma, addr, order).filter(|_| congruent)
    }

    /// The page at `index`, made if there is none: `fault` gives the area and the address that ask, else it is a
    /// write that ends at byte `write_end`. The flag: it was read from swap (`shmem_get_folio_gfp`).
    pub(crate) fn shmem_get_page(
        &mut self,
        id: FileId,
        index: u64,
        fault: Option<(VmaId, u64)>,
        write_end: u64,
    ) -> Result<(Pfn, bool), NoPage> {
        if fault.is_some() && index >= self.inode(id).size_pages() {
            return Err(NoPage::BeyondEnd);
        }
        if let Some(page) = self.file_page(id, index) {
            // What fallocate left unwritten is zeroed at its first use.
            if fault.is_some() {
                let head = self.frames.head(page);
                self.frames.set(head, FrameFlags::UPTODATE);
            }
            return Ok((page, false));
        }
        if let Some(back) = self.shmem_swapin_folio(id, index) {
            return back;
        }
        let vma = fault.map(|f| f.0);
        let mut orders = self.shmem_allowable_huge_orders(id, vma, index, write_end, false);
        if let Some((vma, addr)) = fault {
            for order in 1..=HPAGE_PMD_ORDER {
                if self.file_block_in_vma(vma, addr, order).is_none() {
                    orders &= !(1 << order);
                }
            }
        }
        let flags = fault.map_or(VmFlags::default(), |f| self.vma(f.0).flags);
        let gfp = self.vma_thp_gfp_mask(flags);
        let mut free_block = false;
        for order in (1..=HPAGE_PMD_ORDER).rev().filter(|o| orders & 1 << o != 0) {
            let first = index & !((1 << order) - 1);
            // Smaller blocks lie inside: once one is free, all are.
            let end = first + (1 << order);
            free_block = free_block
                || self.next_folio(id, first, end).is_none()
                    && self.next_swapped(id, first, end).is_none();
            if !free_block {
                continue;
            }
            let charge = match self.alloc_folio_gfp(order, gfp) {
                // A full mount: a single page may still fit.
                Ok(head) if !self.shmem_acct_blocks(id, 1 << order) => {
                    self.folio_put(head, 1);
                    break;
                }
                Ok(head) => {
                    self.file_add_folio(id, first, head);
                    self.shmem_note_tail(id, head);
                    if order == HPAGE_PMD_ORDER {
                        self.stat.thp_file_alloc += 1;
                    }
                    self.stat.mthp_mut(order).shmem_alloc += 1;
                    return Ok((head.add((index - first) as usize), false));
                }
                Err(why) => i64::from(why == NoFolio::Charge),
            };
            if order == HPAGE_PMD_ORDER {
                self.stat.thp_file_fallback += 1;
                self.stat.thp_file_fallback_charge += charge;
            }
            let s = self.stat.mthp_mut(order);
            s.shmem_fallback += 1;
            s.shmem_fallback_charge += charge;
        }
        if !self.shmem_acct_blocks(id, 1) {
            return Err(NoPage::MountFull);
        }
        let page = self.alloc_user_folio(0).ok_or(NoPage::NoMemory)?;
        self.file_add_folio(id, index, page);
        Ok((page, false))
    }
}

/// What a mount with this `huge=` allows (`shmem_huge_global_enabled`).
fn shmem_global_orders(
    mount: ShmemEnabled,
    fault: bool,
    advised: bool,
    force: bool,
    index: u64,
    end: u64,
) -> u32 {
    if force {
        return PMD_ORDER;
    }
    let candidates = if fault { PMD_ORDER } else { ALL_ORDERS };
    let by_advice = if advised { PMD_ORDER } else { 0 };
    match mount {
        ShmemEnabled::Always => candidates,
        ShmemEnabled::WithinSize => match within_size(candidates, index, end) {
            0 => by_advice,
            orders => orders,
        },
        ShmemEnabled::Advise => by_advice,
        _ => 0,
    }
}

/// Of the orders, the largest whose aligned block around `index` ends by page `end`, and all below
/// (`shmem_get_orders_within_size`).
fn within_size(orders: u32, index: u64, end: u64) -> u32 {
    let mut left = orders;
    while left != 0 {
        let order = 31 - left.leading_zeros();
        if (index + 1).next_multiple_of(1 << order) <= end {
            break;
        }
        left &= !(1 << order);
    }
    left
}
