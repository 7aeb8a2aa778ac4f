//! Adding a swap area, and taking it away with everything in it brought back.
//!
//! Counterparts in `mm/swapfile.c`: `swapon`, `swapoff`, `try_to_unuse`, `unuse_pte`.

use super::addr::{MmId, PAGE_SHIFT, PAGE_SIZE, TableId, VmaId, pte_index};
use super::pte::{Pte, SwapKind};
use super::rmap::Exclusive;
use super::table::Pmd;
use crate::chunked::ChunkedVec;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::{
    Backing, MAX_SWAP_SLOTS, MAX_SWAPFILES, MIN_SWAP_SLOTS, SwapArea, SwapEntry,
};
use crate::phys::swap_cluster::Clusters;

impl Machine {
    /// Adds an area of `bytes`, one page of which is its header. Areas are used in the order they were added.
    ///
    /// # Errors
    /// EINVAL for fewer than [`MIN_SWAP_SLOTS`] pages or more than [`MAX_SWAP_SLOTS`], EPERM beyond
    /// [`MAX_SWAPFILES`] areas.
    #[inline(never)]
    pub fn swapon(&mut self, bytes: u64, backing: Backing) -> Result<(), Errno> {
        let slots = bytes >> PAGE_SHIFT;
        if !(MIN_SWAP_SLOTS..MAX_SWAP_SLOTS).contains(&slots) {
            return Err(Errno::EINVAL);
        }
        let at = self
            .swap
            .areas
            .iter()
            .position(Option::is_none)
            .unwrap_or(self.swap.areas.len());
        if at == MAX_SWAPFILES {
            return Err(Errno::EPERM);
        }
        let name = match backing {
            Backing::File => format!("/swapfile{at}"),
            Backing::BlockDevice => format!("/dev/vd{}", char::from(b'b' + at as u8)),
        };
        let area = SwapArea {
            backing,
            name,
            pages: slots - 1,
            in_use: 0,
            slots: ChunkedVec::new(slots as usize),
            clusters: Clusters::new(slots as u32),
        };
        if at == self.swap.areas.len() {
            self.swap.areas.push(None);
        }
        self.swap.areas[at] = Some(area);
        Ok(())
    }

    /// Brings back all pages of every area and takes the areas away.
    ///
    /// # Errors
    /// ENOMEM: memory is too short; what came back stays, the area is on as before.
    #[inline(never)]
    pub fn swapoff(&mut self) -> Result<(), Errno> {
        for i in 0..self.swap.areas.len() {
            if self.swap.areas[i].is_some() {
                self.try_to_unuse(i)?;
                self.swap.areas[i] = None;
            }
        }
        Ok(())
    }

    fn try_to_unuse(&mut self, area: usize) -> Result<(), Errno> {
        self.shmem_unuse(area)?;
        for mm in self.swap.mmlist.clone() {
            if self.mm(mm).rss.swap > 0 {
                self.unuse_mm(mm, area)?;
            }
        }
        // What only the cache still holds.
        let slots = self.swap.areas[area].as_ref().map_or(0, |a| a.pages);
        for offset in 1..=slots as u32 {
            if let Some(page) = self.swap.slot(SwapEntry::new(area, offset)).cached() {
                let head = self.frames.head(page);
                self.folio_free_swap(head);
            }
        }
        Ok(())
    }

    fn unuse_mm(&mut self, mm: MmId, area: usize) -> Result<(), Errno> {
        let vmas: Vec<VmaId> = self.mm(mm).vmas.values().copied().collect();
        for vma in vmas {
            let v = self.vma(vma);
            let (mut addr, end) = (v.start, v.end);
            while addr < end {
                let n = Self::ptes_to(addr, end) as u64;
                if let Pmd::Table(table) = self.pmd(mm, addr) {
                    for i in 0..n {
                        self.unuse_pte(vma, addr + i * PAGE_SIZE, table, area)?;
                    }
                }
                addr += n * PAGE_SIZE;
            }
        }
        Ok(())
    }

    /// Maps the page of one entry again, old and read-only (`unuse_pte_range`, `unuse_pte`).
    fn unuse_pte(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        area: usize,
    ) -> Result<(), Errno> {
        let pte = self.tables.get(table, pte_index(addr));
        let entry = SwapEntry::from_value(pte.swap_value());
        if pte.swap_kind() != Some(SwapKind::Swap) || entry.area() != area {
            return Ok(());
        }
        let page = match self.swap.slot(entry).cached() {
            Some(page) => page,
            None => {
                self.swap_cluster_readahead(entry)
                    .ok_or(Errno::ENOMEM)?
                    .page
            }
        };
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        let head = self.frames.head(page);
        let mapped = if self.ksm_might_need_to_copy(page, vma, addr) {
            let copy = self.ksm_swapin_copy(page).ok_or(Errno::ENOMEM)?;
            self.add_new_anon_rmap(copy, vma, addr, false);
            self.lru_add_new_anon(copy, vma);
            copy
        } else {
            *self.frames.refcount_mut(head) += 1;
            let exclusive = pte.swap_exclusive() && !self.frames.has(head, FrameFlags::KSM);
            self.add_swapped_in_rmap(
                page,
                1,
                vma,
                addr,
                if exclusive {
                    Exclusive::Yes
                } else {
                    Exclusive::No
                },
            );
            page
        };
        let rss = &mut self.mm_mut(mm).rss;
        rss.anon += 1;
        rss.swap -= 1;
        self.tables.set(
            table,
            pte_index(addr),
            Pte::for_area(mapped, flags).with_young(false),
        );
        self.swap_free(entry);
        self.folio_free_swap(head);
        Ok(())
    }
}
