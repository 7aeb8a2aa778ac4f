//! MADV_COLLAPSE: a process asks for huge pages now.
//!
//! Counterparts: `madvise_collapse`, `madvise_collapse_errno`. It ignores the settings, the three limits and whether
//! pages were accessed, but not MADV_NOHUGEPAGE, prctl, locks, pins and userfaultfd.

use super::{CollapseControl, ScanResult};
use crate::errno::Errno;
use crate::explain::Silent;
use crate::machine::Machine;
use crate::vm::addr::{HPAGE_PMD_ORDER, HPAGE_PMD_SIZE, VmaId, pmd_down, pmd_up};

/// What MADV_COLLAPSE does after a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum After {
    /// The range is huge.
    Count,
    /// It is not; the next one may be.
    Remember,
    /// It is not, and the rest is left alone.
    Stop,
}

/// `PteMappedHugepage` comes of files alone: the page cache's huge page is then mapped (`collapse_pte_mapped_thp`) and
/// that result decides.
fn after(result: ScanResult) -> After {
    use ScanResult as S;
    match result {
        S::Succeed | S::PmdMapped => After::Count,
        S::PmdNull
        | S::PteNonPresent
        | S::PteUffdWp
        | S::LackReferencedPage
        | S::PageNull
        | S::PageCount
        | S::PageLock
        | S::PageCompound
        | S::PageLru
        | S::DelPageLru => After::Remember,
        _ => After::Stop,
    }
}

/// The errno of the last failure (`madvise_collapse_errno`).
fn madvise_collapse_errno(result: ScanResult) -> Errno {
    use ScanResult as S;
    match result {
        S::AllocHugePageFail => Errno::ENOMEM,
        S::CgroupChargeFail | S::ExceedNonePte => Errno::EBUSY,
        S::PageCount | S::PageLock | S::PageLru | S::DelPageLru | S::PageFilled => Errno::EAGAIN,
        _ => Errno::EINVAL,
    }
}

impl Machine {
    /// Collapses every whole 2 MiB range of `[start, end)`, a part of one area.
    ///
    /// A part that only touches the border of a range has none and succeeds; a part strictly inside one fails.
    ///
    /// # Errors
    /// EINVAL: the area is not eligible, or a range is empty. ENOMEM: no huge page. EBUSY: userfaultfd waits for
    /// missing pages. EAGAIN: pinned, locked or unlisted pages.
    pub(crate) fn madvise_collapse(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
    ) -> Result<(), Errno> {
        let cc = CollapseControl {
            is_khugepaged: false,
        };
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        if !self.thp_vma_allowable(vma, flags, cc.tva(), HPAGE_PMD_ORDER) {
            return Err(Errno::EINVAL);
        }
        let (first, mut last) = (pmd_up(start), pmd_down(end));
        let (mut vma, mut last_fail, mut huge, mut lock_dropped) =
            (vma, ScanResult::Fail, 0, false);
        let mut addr = first;
        while addr < last {
            if lock_dropped {
                match self.hugepage_vma_revalidate(mm, addr, false, cc, &mut Silent) {
                    Ok(again) => vma = again,
                    Err(result) => {
                        last_fail = result;
                        break;
                    }
                }
                last = last.min(pmd_down(self.vma(vma).end));
            }
            let attempt = self.hpage_collapse_scan(vma, addr, cc, &mut Silent);
            lock_dropped = attempt.lock_dropped;
            match after(attempt.result) {
                After::Count => huge += 1,
                After::Remember => last_fail = attempt.result,
                After::Stop => {
                    last_fail = attempt.result;
                    break;
                }
            }
            addr += HPAGE_PMD_SIZE;
        }
        // Unsigned as in the kernel: a part inside one range wants impossibly many.
        if huge == last.wrapping_sub(first) / HPAGE_PMD_SIZE {
            Ok(())
        } else {
            Err(madvise_collapse_errno(last_fail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of "MADV_COLLAPSE" in the facts: each result, what follows, and the errno if it was the last.
    #[test]
    fn results_and_errnos() {
        use After::{Count, Remember, Stop};
        use Errno::{EAGAIN, EBUSY, EINVAL, ENOMEM};
        let rows = [
            (ScanResult::Fail, Stop, EINVAL),
            (ScanResult::Succeed, Count, EINVAL),
            (ScanResult::PmdNull, Remember, EINVAL),
            (ScanResult::PmdNone, Stop, EINVAL),
            (ScanResult::PmdMapped, Count, EINVAL),
            (ScanResult::ExceedNonePte, Stop, EBUSY),
            (ScanResult::ExceedSwapPte, Stop, EINVAL),
            (ScanResult::ExceedSharedPte, Stop, EINVAL),
            (ScanResult::PteNonPresent, Remember, EINVAL),
            (ScanResult::PteUffdWp, Remember, EINVAL),
            (ScanResult::PteMappedHugepage, Stop, EINVAL),
            (ScanResult::LackReferencedPage, Remember, EINVAL),
            (ScanResult::PageNull, Remember, EINVAL),
            (ScanResult::ScanAbort, Stop, EINVAL),
            (ScanResult::PageCount, Remember, EAGAIN),
            (ScanResult::PageLru, Remember, EAGAIN),
            (ScanResult::PageLock, Remember, EAGAIN),
            (ScanResult::PageAnon, Stop, EINVAL),
            (ScanResult::PageCompound, Remember, EINVAL),
            (ScanResult::AnyProcess, Stop, EINVAL),
            (ScanResult::VmaNull, Stop, EINVAL),
            (ScanResult::VmaCheck, Stop, EINVAL),
            (ScanResult::AddressRange, Stop, EINVAL),
            (ScanResult::DelPageLru, Remember, EAGAIN),
            (ScanResult::AllocHugePageFail, Stop, ENOMEM),
            (ScanResult::CgroupChargeFail, Stop, EBUSY),
            (ScanResult::Truncated, Stop, EINVAL),
            (ScanResult::PageHasPrivate, Stop, EINVAL),
            (ScanResult::StoreFailed, Stop, EINVAL),
            (ScanResult::CopyMc, Stop, EINVAL),
            (ScanResult::PageFilled, Stop, EAGAIN),
        ];
        assert_eq!(rows.map(|r| r.0), ScanResult::ALL);
        for (result, follows, errno) in rows {
            assert_eq!(
                (after(result), madvise_collapse_errno(result)),
                (follows, errno),
                "{}",
                result.as_str()
            );
        }
    }
}
