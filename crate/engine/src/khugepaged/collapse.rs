//! A 2 MiB range becomes one huge page.
//!
//! Counterparts: `collapse_huge_page`, `alloc_charge_folio`, `hugepage_vma_revalidate`, `__collapse_huge_page_copy`,
//! `__collapse_huge_page_copy_succeeded`.
//!
//! The huge page is allocated first, swapped pages come in, every page is isolated, then all is copied. Whatever is
//! refused on the way leaves the range as it was and frees the huge page; that it was allocated stays counted.

use super::meanwhile::Event;
use super::{CollapseControl, ScanResult};
use crate::explain::Explain;
use crate::khugepaged::scan_pmd::ScanCounts;
use crate::machine::Machine;
use crate::phys::direct_compact::Gfp;
use crate::phys::folio::FreeRun;
use crate::phys::pressure::NoFolio;
use crate::thp::TvaType;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_NR, HPAGE_PMD_ORDER, MmId, Pfn, TableId, VmaId};
use crate::vm::pte::Pte;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;

/// How a collapse ended, and how many pages it copied and cleared.
pub(super) struct Collapse {
    pub result: ScanResult,
    pub copied: u32,
    pub cleared: u32,
}

impl CollapseControl {
    /// In whose name areas are asked for.
    pub(super) fn tva(self) -> TvaType {
        if self.is_khugepaged {
            TvaType::Khugepaged
        } else {
            TvaType::ForcedCollapse
        }
    }
}

impl Machine {
    /// Collapses the range at `addr`, which a scan has just found fit (`collapse_huge_page`).
    pub(super) fn collapse_huge_page<E: Explain>(
        &mut self,
        mm: MmId,
        addr: u64,
        scan: ScanCounts,
        cc: CollapseControl,
        x: &mut E,
    ) -> Collapse {
        let before = self.place;
        self.place.first = self.hpage_collapse_find_target_node(mm, addr);
        let folio = self.alloc_charge_folio(cc, x);
        self.place = before;
        let (result, copied, cleared) = match folio {
            Err(result) => (result, 0, 0),
            Ok(folio) => match self.collapse_into(folio, mm, addr, scan, cc, x) {
                Ok((copied, cleared)) => (ScanResult::Succeed, copied, cleared),
                Err(result) => {
                    self.folio_put(folio, 1);
                    (result, 0, 0)
                }
            },
        };
        let isolated = result == ScanResult::Succeed;
        self.emit(EventKind::CollapseHugePage {
            mm,
            addr,
            isolated,
            status: result,
        });
        Collapse {
            result,
            copied,
            cleared,
        }
    }

    /// The lowest of the nodes that most pages of the range are on.
    fn hpage_collapse_find_target_node(&self, mm: MmId, addr: u64) -> u8 {
        let mut load = [0u32; crate::config::MAX_NODES as usize];
        if self.config.nodes > 1
            && let Pmd::Table(table) = self.pmd(mm, addr)
        {
            for pte in self.tables.all(table).iter() {
                let zone = self.zones.iter().find(|z| z.contains(pte.pfn()));
                if pte.present()
                    && !pte.special()
                    && let Some(z) = zone
                {
                    load[usize::from(z.nid)] += 1;
                }
            }
        }
        let most = load.iter().max().copied().unwrap_or(0);
        load.iter().position(|n| *n == most).unwrap_or(0) as u8
    }

    /// A zeroed huge folio (`alloc_charge_folio`). MADV_COLLAPSE always works for it, khugepaged if `defrag` is set.
    #[inline(never)]
    pub(super) fn alloc_charge_folio<E: Explain>(
        &mut self,
        cc: CollapseControl,
        x: &mut E,
    ) -> Result<Pfn, ScanResult> {
        let gfp = if !cc.is_khugepaged || self.khugepaged.settings.defrag {
            Gfp::DIRECT_RECLAIM
        } else {
            Gfp::LIGHT
        };
        let folio = self.alloc_folio_gfp(HPAGE_PMD_ORDER, gfp);
        let (rule, result) = match folio {
            Err(NoFolio::Charge) => ("charge", ScanResult::CgroupChargeFail),
            _ => ("huge_page_alloc", ScanResult::AllocHugePageFail),
        };
        x.fails(rule, folio.is_err(), result.as_str(), || match folio {
            Ok(_) => "a free 2 MiB block above the watermarks".into(),
            Err(NoFolio::Charge) => "the memory cgroup has no 2 MiB left below its limit".into(),
            Err(NoFolio::Memory) => format!(
                "no free 2 MiB block among {} free pages; the allocation {}",
                self.nr_free_pages(),
                gfp.what()
            ),
        });
        // What the cgroup refuses was allocated before.
        if folio == Err(NoFolio::Memory) {
            self.stat.thp_collapse_alloc_failed += 1;
        } else {
            self.stat.thp_collapse_alloc += 1;
        }
        folio.map_err(|_| result)
    }

    /// Whether the range may still be collapsed (`hugepage_vma_revalidate`): it was asked before, but the mmap lock was
    /// let go since.
    pub(super) fn hugepage_vma_revalidate<E: Explain>(
        &self,
        mm: MmId,
        addr: u64,
        expect_anon: bool,
        cc: CollapseControl,
        x: &mut E,
    ) -> Result<VmaId, ScanResult> {
        let found = self.revalidate(mm, addr, expect_anon, cc);
        if let Err(result) = found {
            x.fails("revalidate", true, result.as_str(), || {
                format!("asked again without the lock: {}", result.as_str())
            });
        }
        found
    }

    #[inline(never)]
    fn revalidate(
        &self,
        mm: MmId,
        addr: u64,
        expect_anon: bool,
        cc: CollapseControl,
    ) -> Result<VmaId, ScanResult> {
        if self.hpage_collapse_test_exit_or_disable(mm) {
            return Err(ScanResult::AnyProcess);
        }
        let vma = self.find_vma(mm, addr).ok_or(ScanResult::VmaNull)?;
        if self.pmd_block_in_vma(vma, addr).is_none() {
            return Err(ScanResult::AddressRange);
        }
        let v = self.vma(vma);
        if !self.thp_vma_allowable(vma, v.flags, cc.tva(), HPAGE_PMD_ORDER) {
            return Err(ScanResult::VmaCheck);
        }
        if expect_anon && !v.is_anonymous() {
            return Err(ScanResult::PageAnon);
        }
        Ok(vma)
    }

    /// Fills `folio` and puts it in place. Gives the pages copied and cleared.
    fn collapse_into<E: Explain>(
        &mut self,
        folio: Pfn,
        mm: MmId,
        addr: u64,
        scan: ScanCounts,
        cc: CollapseControl,
        x: &mut E,
    ) -> Result<(u32, u32), ScanResult> {
        self.collapse_unlocked(mm, addr);
        let vma = self.hugepage_vma_revalidate(mm, addr, true, cc, x)?;
        let table = self.find_pmd_or_thp_or_none(mm, addr, &mut crate::explain::Silent);
        if let Err(result) = table {
            x.fails("revalidate", true, result.as_str(), || {
                format!("asked again without the lock: {}", result.as_str())
            });
        }
        let table = table?;
        if scan.unmapped > 0 {
            let swapped_in = self.collapse_huge_page_swapin(vma, addr, scan.referenced);
            x.fails(
                "swapin",
                swapped_in.is_err(),
                swapped_in.err().map_or("", ScanResult::as_str),
                || {
                    let how = match swapped_in {
                        Ok(()) => "all came back",
                        Err(ScanResult::PageLock) => "one is being read from disk",
                        Err(_) => "a guard or poison marker cannot come back",
                    };
                    format!("entries not present: {}; {how}", scan.unmapped)
                },
            );
            swapped_in?;
        }
        let vma_again = self.hugepage_vma_revalidate(mm, addr, true, cc, x)?;
        if vma_again != vma
            || self.find_pmd_or_thp_or_none(mm, addr, &mut crate::explain::Silent)? != table
        {
            return Err(ScanResult::Fail);
        }
        self.collapse_huge_page_isolate(vma, addr, table, cc, x)?;
        let poisoned = self.collapse_meets(mm, addr, Event::Poison);
        if x.fails("copy", poisoned, ScanResult::CopyMc.as_str(), || {
            (if poisoned {
                "a memory error in a page"
            } else {
                "no memory error"
            })
            .into()
        }) {
            return Err(ScanResult::CopyMc);
        }
        let copied = self.collapse_huge_page_copy(folio, vma, table);
        self.install_huge_page(folio, vma, addr, table);
        Ok((copied, HPAGE_PMD_NR as u32 - copied))
    }

    /// Copies every page into its place in `folio` and lets go of it; empty and zero-page entries leave zeroes and are
    /// charged to the process now. The table is empty then. Gives the pages copied.
    fn collapse_huge_page_copy(&mut self, folio: Pfn, vma: VmaId, table: TableId) -> u32 {
        let mm = self.vma(vma).mm;
        let mut copied = 0;
        let mut freed = FreeRun::default();
        let mut i = 0;
        while i < HPAGE_PMD_NR {
            let pte = self.tables.get(table, i);
            if pte.is_none() || pte.special() {
                self.mm_mut(mm).rss.anon += 1;
                if pte.special() {
                    self.tables.set(table, i, Pte::NONE);
                    if pte.dirty() {
                        self.ksm_zero_page_unmapped(mm);
                    }
                }
                i += 1;
                continue;
            }
            if self.sole_anon(pte.pfn()) {
                self.move_content(folio.add(i), pte.pfn());
                self.tables.set(table, i, Pte::NONE);
                self.free_sole_anon(pte.pfn(), &mut freed);
                copied += 1;
                i += 1;
                continue;
            }
            // In batches, so that a large folio that goes whole is never seen partially mapped.
            let n = self.folio_pte_batch(table, i, HPAGE_PMD_NR, pte.pfn());
            let head = self.frames.head(pte.pfn());
            for k in 0..n {
                self.copy_content(folio.add(i + k), pte.pfn().add(k));
            }
            self.tables.clear(table, i, n);
            self.remove_rmap_ptes(pte.pfn(), n, vma);
            self.free_swap_cache(head);
            self.folio_put_batched(head, n as i32, &mut freed);
            copied += n as u32;
            i += n;
        }
        self.free_run(&mut freed);
        copied
    }

    /// Maps the filled `folio` by a huge PMD; the emptied table is deposited for the day of a split. Every page counts
    /// as written to, so hints like MADV_FREE are lost.
    fn install_huge_page(&mut self, folio: Pfn, vma: VmaId, addr: u64, table: TableId) {
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        let slot = self.pmd_slot(mm, addr).expect("a table was found below it");
        let writable = flags.has(VmFlags::WRITE);
        let pmd = Pte::for_area(folio, flags)
            .with_huge(true)
            .with_dirty(true)
            .with_write(writable);
        self.add_new_anon_rmap(folio, vma, addr, true);
        self.lru_add_new_anon(folio, vma);
        self.deposit_table(mm, table);
        self.tables.set(slot.table, slot.index, pmd);
        self.deferred_split_folio(folio, false);
    }
}
