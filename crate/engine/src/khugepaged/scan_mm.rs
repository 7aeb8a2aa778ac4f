//! One visit of an address space: its areas in order, range by range, from the cursor on.
//!
//! Counterpart: `khugepaged_scan_mm_slot`. The kernel's call ends when a range dropped the mmap lock, when the budget
//! is used up or when no area is left; the first two leave the cursor behind the range just done. Here a call does
//! one range, and a visit can take several calls.
//!
//! | event | budget |
//! |---|---|
//! | visit, lock obtained | 1 |
//! | lock contended | 0 |
//! | area passed over | 1 |
//! | range looked at, whatever came of it | 512 |

use super::run::KhugepagedWork;
use super::{CollapseControl, Cursor, ScanResult, cost};
use crate::explain::Silent;
use crate::machine::Machine;
use crate::thp::TvaType;
use crate::vm::addr::{
    HPAGE_PMD_NR, HPAGE_PMD_ORDER, HPAGE_PMD_SIZE, MmId, VmaId, pmd_down, pmd_up,
};

/// A visit under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Visit {
    /// What the run has left.
    budget: u64,
    progress: u64,
    entered: bool,
    /// Result of the last range.
    pub result: ScanResult,
}

impl Visit {
    pub(super) fn new(budget: u64) -> Self {
        Visit {
            budget,
            progress: 0,
            entered: false,
            result: ScanResult::Fail,
        }
    }
}

/// One call: at most one range.
pub(super) struct Part {
    pub work: KhugepagedWork,
    /// Budget used by this call.
    pub progress: u64,
    /// The visit is over.
    pub over: bool,
    pub spent_ns: u64,
}

impl Machine {
    /// True for an address space khugepaged must leave alone: dying, or THP disabled completely
    /// (`hpage_collapse_test_exit_or_disable`).
    pub(super) fn hpage_collapse_test_exit_or_disable(&self, mm: MmId) -> bool {
        self.mm(mm).users == 0 || self.mm(mm).disable_thp_completely
    }

    /// The next part of a visit. The queue must not be empty.
    pub(super) fn khugepaged_scan_mm_slot(&mut self, visit: &mut Visit) -> Part {
        let first = self.khugepaged.queue[0];
        let Cursor { mm, .. } = *self
            .khugepaged
            .cursor
            .get_or_insert(Cursor { mm: first, addr: 0 });
        let before = visit.progress;
        let mut spent_ns = 0;
        let mut finished = false;
        if !visit.entered {
            visit.entered = true;
            if self.mm(mm).mmap_locked {
                return self.khugepaged_leave(mm, true, 0, 0);
            }
            visit.progress += 1;
            spent_ns += cost::VISIT_NS;
            finished = self.hpage_collapse_test_exit_or_disable(mm);
        } else if self.hpage_collapse_test_exit_or_disable(mm) {
            // Only between two parts: the next visit is the one that finds it so from the start.
            return self.khugepaged_leave(mm, false, 1, cost::AREA_NS);
        }
        let range = if finished {
            None
        } else {
            self.khugepaged_next_range(mm, visit, &mut spent_ns)
        };
        let Some((vma, addr)) = range else {
            return self.khugepaged_leave(mm, true, visit.progress - before, spent_ns);
        };
        let cc = CollapseControl {
            is_khugepaged: true,
        };
        let attempt = self.hpage_collapse_scan(vma, addr, cc, &mut Silent);
        if attempt.result == ScanResult::Succeed {
            self.khugepaged.pages_collapsed = self.khugepaged.pages_collapsed.wrapping_add(1);
        }
        self.khugepaged.cursor = Some(Cursor {
            mm,
            addr: addr + HPAGE_PMD_SIZE,
        });
        visit.result = attempt.result;
        visit.progress += HPAGE_PMD_NR as u64;
        Part {
            work: KhugepagedWork::Range {
                mm,
                addr,
                result: attempt.result,
            },
            progress: visit.progress - before,
            over: attempt.lock_dropped || visit.progress >= visit.budget,
            spent_ns: spent_ns + cost::attempt_ns(&attempt),
        }
    }

    /// The next range at or behind the cursor in an area that may be collapsed. Areas passed over cost 1 each; an
    /// area with nothing left costs nothing.
    fn khugepaged_next_range(
        &mut self,
        mm: MmId,
        visit: &mut Visit,
        spent_ns: &mut u64,
    ) -> Option<(VmaId, u64)> {
        let mut addr = self.khugepaged.cursor?.addr;
        let mut next = self.find_vma(mm, addr);
        while let Some(vma) = next {
            let v = self.vma(vma);
            let (flags, end) = (v.flags, v.end);
            let (first, last) = (pmd_up(v.start), pmd_down(end));
            if addr > last
                || !self.thp_vma_allowable(vma, flags, TvaType::Khugepaged, HPAGE_PMD_ORDER)
            {
                visit.progress += 1;
                *spent_ns += cost::AREA_NS;
            } else {
                addr = addr.max(first);
                if addr < last {
                    return Some((vma, addr));
                }
            }
            next = self.vma_after(mm, end);
        }
        None
    }

    /// Ends a visit. `finished`, or with the process gone, the cursor moves to the next in the queue; behind the
    /// last one the pass is over.
    fn khugepaged_leave(&mut self, mm: MmId, finished: bool, progress: u64, spent_ns: u64) -> Part {
        if finished || self.mm(mm).users == 0 {
            let place = self
                .khugepaged
                .queue
                .iter()
                .position(|q| *q == mm)
                .unwrap_or(0);
            let next = self.khugepaged.queue.get(place + 1).copied();
            self.khugepaged.cursor = next.map(|mm| Cursor { mm, addr: 0 });
            if next.is_none() {
                self.khugepaged_count_full_scan();
            }
            self.khugepaged_collect(mm);
        }
        Part {
            work: KhugepagedWork::Left { mm },
            progress,
            over: true,
            spent_ns,
        }
    }
}
