//! Why ksmd leaves a page as it is.
//!
//! The very code of a visit runs on a copy of the machine with every outcome kept. The question is what a visit now
//! would come to, against the trees as they are now: between two scans that is the unstable tree the last one left.

use super::path::SearchStep;
use super::rmap_item::ItemId;
use super::settings::Run;
use super::slot::Cursor;
use super::visit::Candidate;
use crate::explain::{CheckList, Explain};
use crate::machine::Machine;
use crate::vm::addr::{MmId, page_down};
use crate::vm::vma::VmFlags;

impl Machine {
    /// The ordered checks of ksmd for the page at `addr`, with the numbers compared.
    pub fn ksm_why(&self, mm: MmId, addr: u64) -> CheckList {
        let (addr, mut list) = (page_down(addr), CheckList::new("ksmd"));
        if let Some(slot) = self.ksm_why_scanned(mm, addr, &mut list) {
            let mut copy = self.clone();
            copy.ksm_why_visit(mm, addr, slot, &mut list);
        }
        for (rule, remedy) in [
            (
                "VM_MERGEABLE",
                "madvise the range mergeable, or prctl memory_merge 1",
            ),
            ("run", "echo 1 > /sys/kernel/mm/ksm/run"),
            ("smart_scan", "echo 0 > /sys/kernel/mm/ksm/smart_scan"),
            (
                "checksum_unchanged",
                "leave the page unwritten from one visit to the next",
            ),
            (
                "max_page_sharing",
                "a second equal page, or a higher /sys/kernel/mm/ksm/max_page_sharing",
            ),
            ("page_references", "unpin the page"),
        ] {
            list.remedy(rule, remedy.into());
        }
        list
    }

    /// The comparisons that the next visit of the page would make, from the root of the stable tree on, then from
    /// that of the unstable tree. Empty if it would make none.
    pub fn ksm_search_path(&self, mm: MmId, addr: u64) -> Vec<SearchStep> {
        let (addr, mut list) = (page_down(addr), CheckList::new("ksmd"));
        let Some(slot) = self.ksm_why_scanned(mm, addr, &mut list) else {
            return Vec::new();
        };
        let mut copy = self.clone();
        copy.ksm_why_visit(mm, addr, slot, &mut list);
        copy.ksm.searched
    }

    /// Checks that lead the cursor to the page. `None` if there is no page a visit could be about.
    fn ksm_why_scanned(&self, mm: MmId, addr: u64, e: &mut CheckList) -> Option<usize> {
        let slot = self.slot_of(mm);
        e.fails(
            "registered",
            slot.is_none(),
            "not registered",
            || match slot {
                Some(i) => format!("address space {} of {}", i + 1, self.ksm.slots.len()),
                None => "no area of the process was ever mergeable".into(),
            },
        );
        let run = self.ksm.settings.run;
        e.fails("run", run != Run::Merge, "ksmd is stopped", || {
            format!("run is {}", run as u8)
        });
        let vma = self.vma_lookup(mm, addr);
        e.fails("mapped", vma.is_none(), "no area", || format!("{addr:#x}"));
        let vma = vma?;
        self.ksm_compatible_explained(vma, e);
        let v = self.vma(vma);
        e.fails(
            "VM_MERGEABLE",
            !v.flags.has(VmFlags::MERGEABLE),
            "area not mergeable",
            || format!("VmFlags {}", v.flags.codes()),
        );
        e.fails(
            "anon_vma",
            v.anon_vma.is_none(),
            "area never written",
            || "written pages have an anchor".into(),
        );
        self.ksm_anon_page(self.pte(mm, addr), e)?;
        slot
    }

    /// The visit itself; this machine is the copy.
    fn ksm_why_visit(&mut self, mm: MmId, addr: u64, slot: usize, e: &mut CheckList) {
        let cursor = (self.ksm.cursor.slot, self.ksm.cursor.address);
        let passed = cursor.0.is_some() && cursor > (Some(slot), addr);
        let next_scan = self.ksm.seqnr + 1 + u64::from(passed);
        if cursor.0.is_none() {
            // Items of the tree that the last scan left count as inserted in this one.
            self.ksm.seqnr = self.ksm.seqnr.saturating_sub(1);
        }
        self.ksm_disturbed();
        let (mut link, mut next) = (ItemId::NONE, self.ksm.slots[slot].rmap_list);
        while !next.is_none() && self.item(next).addr < addr {
            (link, next) = (next, self.item(next).next);
        }
        self.ksm.cursor = Cursor {
            slot: Some(slot),
            address: addr,
            link,
        };
        let item = self.get_next_rmap_item(mm, addr);
        let page = self.pte(mm, addr).pfn();
        let skips = u64::from(self.item(item).remaining_skips);
        self.should_skip_rmap_item(item, page, e);
        if let Some(check) = e.checks.last_mut().filter(|c| !c.passed) {
            check.detail += &format!("; looked at again in scan {}", next_scan + skips);
        }
        let epoch = self.ksm.epoch;
        self.cmp_and_merge_page(
            &Candidate {
                mm,
                addr,
                page,
                item,
                epoch,
            },
            e,
        );
    }
}
