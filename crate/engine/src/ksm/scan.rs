//! The cursor's way from page to page.
//!
//! Counterparts: `scan_get_next_rmap_item`, `should_skip_rmap_item`.

use super::rmap_item::ItemId;
use super::slot::Cursor;
use super::visit::Candidate;
use crate::explain::{Explain, Silent};
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::trace::{Actor, EventKind};
use crate::vm::addr::{HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pfn, TableId, VmaId, pmd_down, pte_index};
use crate::vm::pte::Pte;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;

/// Entries under the cursor from `start` to `end`, and their area: found once for a 2 MiB range.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Walk {
    /// Wake-up it is true for; 0 is none.
    pub epoch: u32,
    mm: MmId,
    vma: VmaId,
    start: u64,
    end: u64,
    entries: Entries,
}

#[derive(Clone, Copy, Debug)]
enum Entries {
    Table(TableId),
    /// First page of a huge page.
    Huge(Pfn),
}

impl Default for Entries {
    fn default() -> Self {
        Entries::Huge(Pfn(0))
    }
}

/// What the cursor came to.
pub(super) enum Next {
    /// A page to look at.
    Page(Candidate),
    /// A page that smart scan passes over.
    Skipped(Candidate),
    /// The end of the full scan.
    ScanEnd,
}

/// How many scans a page of this age is passed over (`skip_age`).
fn skip_age(age: u8) -> u8 {
    match age {
        0..=3 => 1,
        4..=5 => 2,
        6..=8 => 4,
        _ => 8,
    }
}

/// Visits that smart scan never passes over.
const MIN_AGE: u8 = 3;

impl Machine {
    /// A full scan begins: the unstable trees are dropped as a whole; their items stay counted until they are
    /// passed. The kernel also drains the per-CPU LRU lists here, which are not modelled.
    pub(super) fn start_scan(&mut self) {
        self.advisor_start_scan();
        self.emit(EventKind::KsmStartScan {
            seq: self.ksm.seqnr,
            rmap: self.ksm.items.nr_live() as u64,
        });
        self.prune_migrating();
        let ksm = &mut self.ksm;
        ksm.unstable_roots.fill(0);
        ksm.walk.epoch = 0;
        ksm.cursor = Cursor {
            slot: (!ksm.slots.is_empty()).then_some(0),
            ..Cursor::default()
        };
    }

    pub(super) fn end_scan(&mut self) {
        self.ksm.cursor = Cursor::default();
        self.advisor_stop_scan();
        self.emit(EventKind::KsmStopScan {
            seq: self.ksm.seqnr,
            rmap: self.ksm.items.nr_live() as u64,
        });
        self.ksm.seqnr += 1;
        self.emit(EventKind::FullScan {
            actor: Actor::Ksmd,
            count: self.ksm.seqnr,
        });
    }

    /// Moves the cursor, which stands in a slot, to the next candidate. Slots that are done on the way lose the
    /// items behind the last page, and leave the list if nothing in them can merge.
    pub(super) fn scan_get_next_rmap_item(&mut self) -> Next {
        loop {
            let Some(slot) = self.ksm.cursor.slot else {
                return Next::ScanEnd;
            };
            let mm = self.ksm.slots[slot].mm;
            if self.ksm_test_exit(mm) {
                (self.ksm.cursor.address, self.ksm.cursor.link) = (0, ItemId::NONE);
            } else if let Some((addr, page)) = self.next_anon_page(mm) {
                let item = self.get_next_rmap_item(mm, addr);
                self.ksm.cursor.address = addr + PAGE_SIZE;
                let at = Candidate {
                    mm,
                    addr,
                    page,
                    item,
                    epoch: self.ksm.epoch,
                };
                let skip = self.should_skip_rmap_item(item, page, &mut Silent);
                return if skip {
                    Next::Skipped(at)
                } else {
                    Next::Page(at)
                };
            }
            self.remove_trailing_rmap_items();
            let unused = self.ksm.cursor.address == 0;
            let next = if unused { slot } else { slot + 1 };
            if unused {
                self.free_mm_slot(slot);
            }
            self.ksm.walk.epoch = 0;
            if next == self.ksm.slots.len() {
                return Next::ScanEnd;
            }
            self.ksm.cursor = Cursor {
                slot: Some(next),
                ..Cursor::default()
            };
        }
    }

    /// The next anonymous page of a mergeable area, at or after the cursor's address.
    fn next_anon_page(&mut self, mm: MmId) -> Option<(u64, Pfn)> {
        loop {
            let walk = &self.ksm.walk;
            let mut addr = self.ksm.cursor.address;
            if walk.epoch != self.ksm.epoch || addr >= walk.end {
                if !self.next_entries(mm) {
                    return None;
                }
                continue;
            }
            let table = match walk.entries {
                Entries::Huge(head) => return Some((addr, head.add(pte_index(addr)))),
                Entries::Table(table) => table,
            };
            while addr < walk.end {
                let pte = self.tables.get(table, pte_index(addr));
                if let Some(page) = self.ksm_anon_page(pte, &mut Silent) {
                    return Some((addr, page));
                }
                addr += PAGE_SIZE;
            }
            self.ksm.cursor.address = addr;
        }
    }

    /// What is known of the place of a page that the cursor came to: its area, and its page table.
    #[inline]
    pub(super) fn walked(&self, mm: MmId, addr: u64) -> Option<(VmaId, Option<TableId>)> {
        let walk = &self.ksm.walk;
        let known = walk.epoch == self.ksm.epoch && walk.mm == mm;
        let table = match walk.entries {
            Entries::Table(table) => Some(table),
            Entries::Huge(_) => None,
        };
        (known && (walk.start..walk.end).contains(&addr)).then_some((walk.vma, table))
    }

    /// Finds the page table or huge page that holds the next pages; moves the address up over what has none.
    fn next_entries(&mut self, mm: MmId) -> bool {
        let mut next = self.find_vma(mm, self.ksm.cursor.address);
        while let Some(vma) = next {
            let (start, end) = (self.vma(vma).start, self.vma(vma).end);
            if self.vma(vma).flags.has(VmFlags::MERGEABLE) {
                let mut addr = self.ksm.cursor.address.max(start);
                if self.vma(vma).anon_vma.is_none() {
                    addr = end;
                }
                while addr < end {
                    let stop = end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
                    let entries = match self.pmd(mm, addr) {
                        Pmd::Table(table) => Some(Entries::Table(table)),
                        Pmd::Huge(pmd) => self.ksm_anon_page(pmd, &mut Silent).map(Entries::Huge),
                        Pmd::Missing | Pmd::None | Pmd::NonPresent(_) => None,
                    };
                    if let Some(entries) = entries {
                        self.ksm.walk = Walk {
                            epoch: self.ksm.epoch,
                            mm,
                            vma,
                            start: addr,
                            end: stop,
                            entries,
                        };
                        self.ksm.cursor.address = addr;
                        return true;
                    }
                    addr = stop;
                }
                self.ksm.cursor.address = addr;
            }
            next = self.find_vma(mm, end);
        }
        false
    }

    /// The page of an entry if it is present, ordinary and anonymous.
    #[inline]
    pub(super) fn ksm_anon_page(&self, pte: Pte, e: &mut impl Explain) -> Option<Pfn> {
        let page = pte.pfn();
        let absent = !pte.present() || pte.special() || !self.page_anon(page);
        let failed = e.fails("anonymous_page", absent, "no anonymous page", || {
            if pte.special() {
                "the zero page is mapped here".into()
            } else if !pte.present() {
                "nothing is mapped here".into()
            } else if absent {
                "a page of a file".into()
            } else {
                format!("page frame {}", page.0)
            }
        });
        (!failed && !absent).then_some(page)
    }

    /// Whether smart scan passes the page over (`should_skip_rmap_item`). If so the item leaves its tree.
    pub(super) fn should_skip_rmap_item(
        &mut self,
        id: ItemId,
        page: Pfn,
        e: &mut impl Explain,
    ) -> bool {
        if !self.ksm.settings.smart_scan || self.frames.has(page, FrameFlags::KSM) {
            return e.fails("smart_scan", false, "", || {
                "off, or a KSM page: looked at in every scan".into()
            });
        }
        let item = self.item_mut(id);
        let age = item.age;
        item.age = age.saturating_add(1);
        let left = item.remaining_skips;
        if age < MIN_AGE || left == 0 {
            if age >= MIN_AGE {
                item.remaining_skips = skip_age(age);
            }
            return e.fails("smart_scan", false, "", || {
                format!("visit {}: looked at", u32::from(age) + 1)
            });
        }
        item.remaining_skips = left - 1;
        self.ksm.pages_skipped += 1;
        self.remove_rmap_item_from_tree(id);
        e.fails("smart_scan", true, "skipped by smart scan", || {
            format!(
                "visit {}: passed over for {left} more scans because it has not merged so far",
                u32::from(age) + 1
            )
        })
    }
}
