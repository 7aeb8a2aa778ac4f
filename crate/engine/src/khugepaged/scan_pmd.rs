//! The look at one 2 MiB range of private anonymous memory, and what follows if it can be collapsed.
//!
//! Counterpart: `hpage_collapse_scan_pmd`. The entry at the lowest address that breaks a rule decides; the limits
//! are inclusive.

use super::verdict::Verdict;
use super::{CollapseControl, ScanResult};
use crate::explain::Explain;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_NR, MmId, Pfn, TableId, VmaId};
use crate::vm::pte::SwapKind;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;

/// What a scan counted. In operation up to the entry that ended it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ScanCounts {
    pub none_or_zero: u32,
    pub unmapped: u32,
    pub shared: u32,
    pub referenced: u32,
    /// Entries looked at.
    pub scanned: u32,
    /// Head of the last folio looked at.
    pub folio: Option<Pfn>,
}

/// One attempt at a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Attempt {
    pub result: ScanResult,
    /// The mmap lock was let go: the scan had succeeded and a collapse was tried.
    pub lock_dropped: bool,
    /// Entries looked at.
    pub scanned: u32,
    /// Pages copied into the huge page.
    pub copied: u32,
    /// Pages of the huge page cleared.
    pub cleared: u32,
}

/// Nodes up to here are near enough (`node_reclaim_distance`).
const NODE_RECLAIM_DISTANCE: u8 = 30;
/// Entries that must have been accessed if any has to be read from swap.
const REFERENCED_IF_SWAPPED: u32 = HPAGE_PMD_NR as u32 / 2;

impl Machine {
    /// Scans the range at `addr` by the rules of what it maps, and collapses it if it may be.
    pub(super) fn hpage_collapse_scan<E: Explain>(
        &mut self,
        vma: VmaId,
        addr: u64,
        cc: CollapseControl,
        x: &mut E,
    ) -> Attempt {
        if self.vma(vma).cached_file().is_some() {
            self.hpage_collapse_file(vma, addr, cc, x)
        } else {
            self.hpage_collapse_scan_pmd(vma, addr, cc, x)
        }
    }

    /// Scans the range at `addr` and collapses it if it may be. Emits what the kernel traces.
    pub(super) fn hpage_collapse_scan_pmd<E: Explain>(
        &mut self,
        vma: VmaId,
        addr: u64,
        cc: CollapseControl,
        x: &mut E,
    ) -> Attempt {
        let mm = self.vma(vma).mm;
        let (mut result, counts) = match self.find_pmd_or_thp_or_none(mm, addr, x) {
            Ok(table) => self.scan_ptes(vma, table, cc, x),
            Err(result) => (result, ScanCounts::default()),
        };
        self.count_exceeded(result);
        let lock_dropped = result == ScanResult::Succeed;
        let (mut copied, mut cleared) = (0, 0);
        if lock_dropped {
            let collapse = self.collapse_huge_page(mm, addr, counts, cc, x);
            (result, copied, cleared) = (collapse.result, collapse.copied, collapse.cleared);
        }
        self.emit(EventKind::KhugepagedScanPmd {
            mm,
            addr,
            pfn: counts.folio,
            referenced: counts.referenced as i32,
            none_or_zero: counts.none_or_zero as i32,
            status: result,
            unmapped: counts.unmapped as i32,
        });
        Attempt {
            result,
            lock_dropped,
            scanned: counts.scanned,
            copied,
            cleared,
        }
    }

    /// The page table of the range, or why there is none to scan (`find_pmd_or_thp_or_none`).
    pub(super) fn find_pmd_or_thp_or_none<E: Explain>(
        &self,
        mm: MmId,
        addr: u64,
        x: &mut E,
    ) -> Result<TableId, ScanResult> {
        let (found, words) = match self.pmd(mm, addr) {
            Pmd::Table(table) => (Ok(table), "a page table"),
            Pmd::None => (Err(ScanResult::PmdNone), "empty"),
            Pmd::Missing => (Err(ScanResult::PmdNull), "no table above it"),
            Pmd::Huge(e) if e.special() => (Err(ScanResult::PmdMapped), "the huge zero page"),
            Pmd::Huge(_) => (Err(ScanResult::PmdMapped), "already a huge page"),
            Pmd::NonPresent(_) => (Err(ScanResult::PmdMapped), "a huge page under migration"),
        };
        let verdict = found.err().map_or("", ScanResult::as_str);
        x.fails("pmd", found.is_err(), verdict, || {
            format!("PMD at {addr:#x}: {words}")
        });
        found
    }

    /// A refusal by one of the three limits is counted, once a range.
    pub(super) fn count_exceeded(&mut self, result: ScanResult) {
        match result {
            ScanResult::ExceedNonePte => self.stat.thp_scan_exceed_none_pte += 1,
            ScanResult::ExceedSwapPte => self.stat.thp_scan_exceed_swap_pte += 1,
            ScanResult::ExceedSharedPte => self.stat.thp_scan_exceed_share_pte += 1,
            _ => {}
        }
    }

    /// The tests on the 512 entries, in the kernel's order.
    pub(super) fn scan_ptes<E: Explain>(
        &self,
        vma: VmaId,
        table: TableId,
        cc: CollapseControl,
        x: &mut E,
    ) -> (ScanResult, ScanCounts) {
        let limits = &self.khugepaged.settings;
        let uffd = self
            .vma(vma)
            .flags
            .any(VmFlags::UFFD_MISSING.with(VmFlags::UFFD_WP));
        let (mut c, mut load) = (ScanCounts::default(), 0);
        let mut v = Verdict::new(x);
        for (i, &pte) in self.tables.all(table).iter().enumerate() {
            c.scanned += 1;
            if pte.is_none() || pte.pfn() == self.zero_pfn && pte.present() {
                c.none_or_zero += 1;
                let over = cc.is_khugepaged && c.none_or_zero > limits.max_ptes_none;
                if (uffd || over) && v.refuse_none(uffd, c.none_or_zero, limits.max_ptes_none, i) {
                    break;
                }
                continue;
            }
            if !pte.present() {
                c.unmapped += 1;
                if cc.is_khugepaged && c.unmapped > limits.max_ptes_swap {
                    let (n, max) = (c.unmapped, limits.max_ptes_swap);
                    if v.refuse("max_ptes_swap", ScanResult::ExceedSwapPte, || {
                        at_entry(n, max, i)
                    }) {
                        break;
                    }
                } else if (pte.uffd_wp() || pte.swap_kind() == Some(SwapKind::UffdWp))
                    && v.refuse_uffd_wp(i)
                {
                    break;
                }
                continue;
            }
            if pte.uffd_wp() {
                if v.refuse_uffd_wp(i) {
                    break;
                }
                continue;
            }
            if pte.special() {
                if v.refuse_special(i) {
                    break;
                }
                continue;
            }
            let head = self.frames.head(pte.pfn());
            c.folio = Some(head);
            let flags = self.frames.flags(head);
            if !flags.has(FrameFlags::ANON)
                && v.refuse("anonymous", ScanResult::PageAnon, || {
                    format!("entry {i} maps a page of a file")
                })
            {
                break;
            }
            if self.folio_maybe_mapped_shared(head) {
                c.shared += 1;
                let max = limits.max_ptes_shared;
                if cc.is_khugepaged && c.shared > max && v.refuse_shared(c.shared, max, i) {
                    break;
                }
            }
            if self.scan_abort(&mut load, head)
                && v.refuse("node_distance", ScanResult::ScanAbort, || {
                    let distance = self.config.distance;
                    format!("page of entry {i} is on a node {distance} away; zone_reclaim_mode")
                })
            {
                break;
            }
            if !flags.has(FrameFlags::LRU)
                && v.refuse("lru", ScanResult::PageLru, || {
                    format!("page of entry {i} is on no reclaim list")
                })
            {
                break;
            }
            if flags.has(FrameFlags::LOCKED) && v.refuse_locked(i) {
                break;
            }
            let (refs, expected) = (self.frames.refcount(head), self.folio_expected_refs(head));
            if refs != expected && v.refuse_count(refs, expected, i) {
                break;
            }
            if cc.is_khugepaged && (pte.young() || flags.has(FrameFlags::REFERENCED)) {
                c.referenced += 1;
            }
        }
        let lacks = cc.is_khugepaged
            && (c.referenced == 0 || c.unmapped > 0 && c.referenced < REFERENCED_IF_SWAPPED)
            && (v.records() || v.result() == ScanResult::Succeed);
        if lacks {
            v.refuse("referenced", ScanResult::LackReferencedPage, || {
                referenced_words(&c)
            });
        }
        v.held_limits(&c, limits);
        v.held("referenced", || referenced_words(&c));
        (v.result(), c)
    }
}

impl Machine {
    /// Whether a folio lies too far from those before it, of whose nodes `load` has the bits, while memory is to be
    /// reclaimed on each node first (`hpage_collapse_scan_abort`).
    #[inline]
    pub(super) fn scan_abort(&self, load: &mut u8, head: Pfn) -> bool {
        self.config.distance > NODE_RECLAIM_DISTANCE && self.too_far(load, head)
    }

    #[inline(never)]
    fn too_far(&self, load: &mut u8, head: Pfn) -> bool {
        let node = 1u8 << self.page_to_nid(head);
        let far = *load & !node != 0 && *load & node == 0;
        *load |= node;
        far && self.zone_reclaim_mode() & 7 != 0
    }
}

pub(super) fn at_entry(n: u32, max: u32, i: usize) -> String {
    format!("{n} > {max} at entry {i}")
}

fn referenced_words(c: &ScanCounts) -> String {
    let needed = if c.unmapped > 0 {
        REFERENCED_IF_SWAPPED
    } else {
        1
    };
    let why = if c.unmapped > 0 {
        ", because some are swapped out"
    } else {
        ""
    };
    format!("{} entries accessed, {needed} needed{why}", c.referenced)
}
