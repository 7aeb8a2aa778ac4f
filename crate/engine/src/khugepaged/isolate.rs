//! Taking the pages of a range for oneself before they are copied.
//!
//! Counterparts: `__collapse_huge_page_isolate`, `release_pte_pages`. The scan looked without locks; this repeats its
//! tests with each folio locked. In this engine nothing happens in between, but one thing comes out only here: a small
//! folio that two entries map (a KSM page) is already locked at the second.
//!
//! Deviation: taking folios off the LRU lists and back is not shown; nothing could look at the lists meanwhile.

use super::verdict::Verdict;
use super::{CollapseControl, ScanResult};
use crate::explain::Explain;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_NR, Pfn, TableId, VmaId};
use crate::vm::vma::VmFlags;

/// Folios locked so far, in order: those that could be met again.
struct Held {
    folios: [Pfn; HPAGE_PMD_NR],
    n: usize,
}

impl Held {
    fn push(&mut self, head: Pfn) {
        self.folios[self.n] = head;
        self.n += 1;
    }

    /// Looked up from the end: entries in a row mostly map one folio.
    fn contains(&self, head: Pfn) -> bool {
        self.folios[..self.n].iter().rev().any(|h| *h == head)
    }
}

impl Machine {
    /// Locks and tests every page of the range. The locks are gone again when it returns: the caller goes on at once.
    pub(super) fn collapse_huge_page_isolate<E: Explain>(
        &mut self,
        vma: VmaId,
        addr: u64,
        table: TableId,
        cc: CollapseControl,
        x: &mut E,
    ) -> Result<(), ScanResult> {
        let mm = self.vma(vma).mm;
        let mut held = Held {
            folios: [Pfn(0); HPAGE_PMD_NR],
            n: 0,
        };
        let isolated = self.isolate_ptes(vma, table, cc, &mut held, x);
        for head in &held.folios[..held.n] {
            self.frames.clear(*head, FrameFlags::LOCKED);
            if isolated.result != ScanResult::Succeed {
                self.mlock_count_lost(*head);
            }
        }
        self.count_exceeded(isolated.result);
        self.emit(EventKind::CollapseHugePageIsolate {
            mm,
            addr,
            pfn: isolated.folio,
            none_or_zero: isolated.none_or_zero as i32,
            referenced: isolated.referenced as i32,
            status: isolated.result,
        });
        if isolated.result == ScanResult::Succeed {
            Ok(())
        } else {
            Err(isolated.result)
        }
    }

    fn isolate_ptes<E: Explain>(
        &mut self,
        vma: VmaId,
        table: TableId,
        cc: CollapseControl,
        held: &mut Held,
        x: &mut E,
    ) -> Isolated {
        let limits = self.khugepaged.settings;
        let uffd = self
            .vma(vma)
            .flags
            .any(VmFlags::UFFD_MISSING.with(VmFlags::UFFD_WP));
        let mut c = Isolated::default();
        let mut shared = 0;
        let mut v = Verdict::new(x);
        for i in 0..HPAGE_PMD_NR {
            let pte = self.tables.get(table, i);
            if pte.is_none() || pte.pfn() == self.zero_pfn && pte.present() {
                c.none_or_zero += 1;
                let over = cc.is_khugepaged && c.none_or_zero > limits.max_ptes_none;
                if (uffd || over) && v.refuse_none(uffd, c.none_or_zero, limits.max_ptes_none, i) {
                    break;
                }
                continue;
            }
            if !pte.present() {
                let detail = || format!("entry {i} is not present");
                if v.refuse("present", ScanResult::PteNonPresent, detail) {
                    break;
                }
                continue;
            }
            if pte.uffd_wp() && v.refuse_uffd_wp(i) || pte.special() && v.refuse_special(i) {
                break;
            }
            if pte.uffd_wp() || pte.special() {
                continue;
            }
            // Nothing below refuses the commonest kind, nor marks it: it will not be met again.
            if self.sole_anon(pte.pfn()) {
                c.folio = Some(pte.pfn());
                c.folios += 1;
                let referenced = || self.frames.has(pte.pfn(), FrameFlags::REFERENCED);
                c.referenced += u32::from(cc.is_khugepaged && (pte.young() || referenced()));
                continue;
            }
            let head = self.frames.head(pte.pfn());
            c.folio = Some(head);
            if self.folio_maybe_mapped_shared(head) {
                shared += 1;
                let max = limits.max_ptes_shared;
                if cc.is_khugepaged && shared > max && v.refuse_shared(shared, max, i) {
                    break;
                }
            }
            let already = self.folio_large(head) && held.contains(head);
            if !already && !self.isolate_folio(head, i, held, &mut v) {
                if v.records() {
                    continue;
                }
                break;
            }
            c.folios += u32::from(!already);
            if cc.is_khugepaged && (pte.young() || self.frames.has(head, FrameFlags::REFERENCED)) {
                c.referenced += 1;
            }
        }
        if cc.is_khugepaged && c.referenced == 0 && v.result() == ScanResult::Succeed {
            v.refuse("referenced", ScanResult::LackReferencedPage, || {
                "no entry accessed".into()
            });
        }
        c.result = v.result();
        if c.result == ScanResult::Succeed {
            v.held("isolate", || {
                format!("{} folios locked and isolated", c.folios)
            });
        }
        c
    }

    /// Locks one folio and takes it off its list. False: refused.
    fn isolate_folio<E: Explain>(
        &mut self,
        head: Pfn,
        i: usize,
        held: &mut Held,
        v: &mut Verdict<'_, E>,
    ) -> bool {
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::LOCKED) {
            v.refuse_locked(i);
            return false;
        }
        let (refs, expected) = (self.frames.refcount(head), self.folio_expected_refs(head));
        if refs != expected {
            v.refuse_count(refs, expected, i);
            return false;
        }
        if !flags.has(FrameFlags::LRU) {
            v.refuse("lru", ScanResult::DelPageLru, || {
                format!("page of entry {i} is on no reclaim list")
            });
            return false;
        }
        // A page mapped once will not be met again.
        let once = expected == 1 && !self.folio_large(head) && !flags.has(FrameFlags::MLOCKED);
        if !once {
            self.frames.set(head, FrameFlags::LOCKED);
            held.push(head);
        }
        true
    }
}

/// What the isolation counted.
struct Isolated {
    result: ScanResult,
    none_or_zero: u32,
    referenced: u32,
    folios: u32,
    folio: Option<Pfn>,
}

impl Default for Isolated {
    fn default() -> Self {
        Isolated {
            result: ScanResult::Succeed,
            none_or_zero: 0,
            referenced: 0,
            folios: 0,
            folio: None,
        }
    }
}
