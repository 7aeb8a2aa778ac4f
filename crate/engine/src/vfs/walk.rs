//! The way from an area to its page-table entries that all per-page files share.
//!
//! Counterpart: `walk_page_range`. What no upper table covers is passed over a GiB at a time.

use crate::machine::Machine;
use crate::vm::addr::{HPAGE_PMD_SIZE, MmId, pmd_down};
use crate::vm::table::{Pmd, PmdSlot};

/// Bytes that one PMD table covers.
const PMD_TABLE_SIZE: u64 = 1 << 30;

/// The part of a range that one PMD entry maps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PmdSpan {
    /// First address.
    pub addr: u64,
    /// One past the last; in the same 2 MiB.
    pub end: u64,
    pub slot: PmdSlot,
    /// A table, a huge page or a migration entry: never empty.
    pub pmd: Pmd,
}

impl Machine {
    /// Every PMD entry of `[start, end)` that is not empty, upward.
    pub(crate) fn pmd_spans(
        &self,
        mm: MmId,
        start: u64,
        end: u64,
    ) -> impl Iterator<Item = PmdSpan> + '_ {
        let mut at = start;
        std::iter::from_fn(move || {
            while at < end {
                let addr = at;
                let (slot, pmd) = match self.pmd_slot(mm, addr) {
                    Some(slot) => (slot, self.pmd_at(slot)),
                    // 1 GiB by a PUD is walked as if PMDs mapped it.
                    None => match (self.pud_part(mm, addr), self.pud_slot(mm, addr)) {
                        (Some(part), Some(slot)) => (slot, Pmd::Huge(part)),
                        _ => {
                            at = (addr | (PMD_TABLE_SIZE - 1)) + 1;
                            continue;
                        }
                    },
                };
                at = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
                if pmd != Pmd::None {
                    return Some(PmdSpan {
                        addr,
                        end: at,
                        slot,
                        pmd,
                    });
                }
            }
            None
        })
    }
}
