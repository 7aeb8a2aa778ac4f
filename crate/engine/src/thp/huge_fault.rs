//! Faults that a whole 2 MiB block answers.
//!
//! Counterparts in `mm/huge_memory.c`: `do_huge_pmd_anonymous_page`, `do_huge_zero_wp_pmd`, `do_huge_pmd_wp_page`.

use crate::explain::{Explain, Silent};
use crate::machine::Machine;
use crate::phys::direct_compact::Gfp;
use crate::phys::frame::FrameFlags;
use crate::phys::pressure::NoFolio;
use crate::thp::TvaType;
use crate::thp::settings::Defrag;
use crate::trace::FaultKind;
use crate::vm::addr::{HPAGE_PMD_NR, HPAGE_PMD_ORDER, HPAGE_PMD_SIZE, Pfn, VmaId, pmd_down};
use crate::vm::fault::{Access, FaultResult};
use crate::vm::pte::Pte;
use crate::vm::table::{Pmd, PmdSlot};
use crate::vm::vma::VmFlags;

impl Machine {
    /// Start of the block a fault at `addr` may fill with a huge page; `None`: smaller pages it is.
    pub(crate) fn huge_fault_block<E: Explain>(
        &self,
        vma: VmaId,
        addr: u64,
        x: &mut E,
    ) -> Option<u64> {
        let v = self.vma(vma);
        let pmd = self.pmd(v.mm, addr);
        let taken = !matches!(pmd, Pmd::None | Pmd::Missing);
        if x.fails("pmd_none", taken, "pmd_taken", || match pmd {
            Pmd::Huge(_) => "already mapped by a huge PMD".into(),
            Pmd::Table(_) => "a page table is there: faults fill it with smaller pages".into(),
            _ => "nothing is mapped in these 2 MiB".into(),
        }) {
            return None;
        }
        if !self.thp_vma_allowable_explained(vma, v.flags, TvaType::Pagefault, HPAGE_PMD_ORDER, x) {
            return None;
        }
        let base = self.pmd_block_in_vma(vma, addr);
        let outside = x.fails(
            "block_inside",
            base.is_none(),
            "not_suitable_address_range",
            || {
                let base = pmd_down(addr);
                format!(
                    "block {base:#x}-{:#x} in area {:#x}-{:#x}",
                    base + HPAGE_PMD_SIZE,
                    v.start,
                    v.end
                )
            },
        );
        if outside {
            None
        } else {
            Some(base.unwrap_or_else(|| pmd_down(addr)))
        }
    }

    /// First touch of an empty PMD. `None`: fall back to smaller pages.
    pub(crate) fn do_huge_pmd_anonymous_page(
        &mut self,
        vma: VmaId,
        addr: u64,
        access: Access,
    ) -> Option<FaultResult> {
        let base = self.huge_fault_block(vma, addr, &mut Silent)?;
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        self.anon_vma_prepare(vma);
        self.khugepaged_enter_vma(vma, flags);
        if flags.has(VmFlags::UFFD_MISSING) {
            return Some(FaultResult::Sigbus);
        }
        let slot = self.pmd_slot_alloc(mm, base)?;
        if access != Access::Write && self.thp.use_zero_page {
            return self.map_huge_zero_page(mm, slot);
        }
        let head = self.alloc_anon_folio_pmd(vma, &mut Silent)?;
        let Some(table) = self.alloc_table(mm, false) else {
            self.folio_put(head, 1);
            return Some(FaultResult::Oom);
        };
        self.deposit_table(mm, table);
        self.map_anon_folio_pmd(head, vma, base, slot);
        self.mm_mut(mm).rss.anon += HPAGE_PMD_NR as i64;
        Some(FaultResult::Done(FaultKind::Anon(HPAGE_PMD_ORDER)))
    }

    /// What a fault in the area may do for a large folio when none is free (`vma_thp_gfp_mask`).
    pub(crate) fn vma_thp_gfp_mask(&self, flags: VmFlags) -> Gfp {
        let advised = flags.has(VmFlags::HUGEPAGE);
        match self.thp.defrag {
            Defrag::Always if !advised => Gfp::DIRECT_RECLAIM.with(Gfp::NORETRY),
            Defrag::Always => Gfp::DIRECT_RECLAIM,
            Defrag::DeferMadvise | Defrag::Madvise if advised => Gfp::DIRECT_RECLAIM,
            Defrag::Defer | Defrag::DeferMadvise => Gfp::KSWAPD_RECLAIM,
            Defrag::Madvise | Defrag::Never => Gfp::LIGHT,
        }
    }

    /// A zeroed huge folio for a fault; a failure is counted (`vma_alloc_anon_folio_pmd`).
    pub(super) fn alloc_anon_folio_pmd<E: Explain>(
        &mut self,
        vma: VmaId,
        x: &mut E,
    ) -> Option<Pfn> {
        let flags = self.vma(vma).flags;
        let gfp = self.vma_thp_gfp_mask(flags);
        let free = if x.records() {
            self.nr_free_huge_blocks()
        } else {
            0
        };
        let head = self.alloc_huge_folio(gfp);
        x.fails("free_block", head.is_err(), "thp_fault_fallback", || {
            let word = Defrag::WORDS[self.thp.defrag as usize].0;
            let advised = if flags.has(VmFlags::HUGEPAGE) {
                "advised"
            } else {
                "not advised"
            };
            format!(
                "{free} free 2 MiB blocks; defrag={word}, {advised}: {}",
                gfp.what()
            )
        });
        if let Err(why) = head {
            let charge = i64::from(why == NoFolio::Charge);
            self.stat.thp_fault_fallback += 1;
            self.stat.thp_fault_fallback_charge += charge;
            let s = self.stat.mthp_mut(HPAGE_PMD_ORDER);
            s.anon_fault_fallback += 1;
            s.anon_fault_fallback_charge += charge;
        }
        head.ok()
    }

    /// Free blocks of 2 MiB, by the largest split.
    fn nr_free_huge_blocks(&self) -> u64 {
        let of = |o: usize| self.zones.iter().map(|z| z.free.nr_free(o)).sum::<u64>();
        of(9) + 2 * of(10)
    }

    /// Maps a new huge folio; the deposited table and the RSS are the caller's (`map_anon_folio_pmd`).
    fn map_anon_folio_pmd(&mut self, head: Pfn, vma: VmaId, base: u64, slot: PmdSlot) {
        let writable = self.vma(vma).flags.has(VmFlags::WRITE);
        let pmd = Pte::page(head)
            .with_huge(true)
            .with_young(true)
            .with_dirty(true)
            .with_write(writable);
        self.tables.set(slot.table, slot.index, pmd);
        self.add_new_anon_rmap(head, vma, base, true);
        self.lru_add_new_anon(head, vma);
        self.stat.thp_fault_alloc += 1;
        self.stat.mthp_mut(HPAGE_PMD_ORDER).anon_fault_alloc += 1;
        self.deferred_split_folio(head, false);
    }

    /// A store, or a demand for a private copy, at a read-only huge PMD. `None`: it was split, go on with its
    /// entries.
    pub(crate) fn wp_huge_pmd(
        &mut self,
        vma: VmaId,
        addr: u64,
        slot: PmdSlot,
        pmd: Pte,
        access: Access,
    ) -> Option<FaultResult> {
        if pmd.uffd_wp() && access == Access::Write {
            return Some(FaultResult::Sigbus);
        }
        if pmd.special() {
            if access == Access::Write
                && !self.config.split_huge_zero
                && let Some(head) = self.alloc_anon_folio_pmd(vma, &mut Silent)
            {
                // One fault to a whole huge page; the table deposited for the zero page stays.
                let mm = self.vma(vma).mm;
                self.anon_vma_prepare(vma);
                self.map_anon_folio_pmd(head, vma, pmd_down(addr), slot);
                self.mm_mut(mm).rss.anon += HPAGE_PMD_NR as i64;
                return Some(FaultResult::Done(FaultKind::Anon(HPAGE_PMD_ORDER)));
            }
            self.split_huge_pmd(vma, addr);
            return None;
        }
        let head = pmd.pfn();
        if !self.frames.has(head, FrameFlags::ANON) {
            // Copies of pages of a file are made one by one.
            self.split_huge_pmd(vma, addr);
            return None;
        }
        let reusable =
            self.frames.has(head, FrameFlags::ANON_EXCLUSIVE) || self.frames.refcount(head) == 1;
        if !reusable {
            self.split_huge_pmd(vma, addr);
            return None;
        }
        if !self.frames.has(head, FrameFlags::ANON_EXCLUSIVE) {
            if let Some(a) = self.vma(vma).anon_vma {
                self.frames.set_anchor(head, a.0);
            }
            self.frames.set(head, FrameFlags::ANON_EXCLUSIVE);
        }
        if access == Access::Write {
            let pmd = pmd.with_write(true).with_dirty(true).with_young(true);
            self.tables.set(slot.table, slot.index, pmd);
        }
        Some(FaultResult::Done(FaultKind::Reuse))
    }
}
