//! Why khugepaged does, or does not, collapse the range around an address.
//!
//! The thread's own tests run with a recorder instead of silence. What only the collapse itself can tell is tried on a
//! clone of the machine.

use super::scan_pmd::ScanCounts;
use super::{CollapseControl, ScanResult};
use crate::explain::{CheckList, Explain};
use crate::machine::Machine;
use crate::thp::{SizeEnabled, TvaType};
use crate::vm::addr::{HPAGE_PMD_NR, HPAGE_PMD_ORDER, MmId, VmaId, pmd_down};

const SYSFS: &str = "/sys/kernel/mm/transparent_hugepage";

impl Machine {
    /// Every test between the range around `addr` and a huge page, in the order they are made. Tests behind the first
    /// refusal are made too, as far as they still mean something.
    pub fn khugepaged_why(&self, mm: MmId, addr: u64) -> CheckList {
        let mut list = CheckList::new("khugepaged");
        let base = pmd_down(addr);
        self.why_process(mm, &mut list);
        let Some(vma) = self.vma_lookup(mm, addr) else {
            list.fails("vma", true, ScanResult::VmaNull.as_str(), || {
                format!("nothing is mapped at {addr:#x}")
            });
            return list;
        };
        self.why_area(vma, addr, &mut list);
        if let Some(id) = self.vma(vma).cached_file() {
            if self.pmd_block_in_vma(vma, base).is_some() {
                let cc = CollapseControl {
                    is_khugepaged: true,
                };
                let start = self.vma(vma).page_index(base);
                self.scan_file(id, start, cc, &mut list);
            }
            return list;
        }
        let pmd = self.find_pmd_or_thp_or_none(mm, base, &mut list);
        if pmd == Err(ScanResult::PmdNone) || pmd == Err(ScanResult::PmdNull) {
            list.remedy(
                "pmd",
                format!("{} write a page of the range", self.why_name(mm)),
            );
        }
        let Ok(table) = pmd else { return list };
        if self.pmd_block_in_vma(vma, base).is_none() {
            return list;
        }
        let cc = CollapseControl {
            is_khugepaged: true,
        };
        let (_, counts) = self.scan_ptes(vma, table, cc, &mut list);
        self.why_remedies(mm, &counts, &mut list);
        if list.refused.is_none() {
            self.clone()
                .collapse_huge_page(mm, base, counts, cc, &mut list);
            list.remedy(
                "huge_page_alloc",
                "free memory until a whole 2 MiB block is free".into(),
            );
            list.remedy(
                "swapin",
                format!("{} madvise guard_remove of the range", self.why_name(mm)),
            );
        }
        list
    }

    fn why_name(&self, mm: MmId) -> &str {
        self.owner_of(mm)
            .and_then(|pid| self.process(pid))
            .map_or("the process", |p| p.name.as_str())
    }

    fn why_process(&self, mm: MmId, list: &mut CheckList) {
        let m = self.mm(mm);
        let name = self.why_name(mm);
        list.fails("registered", !m.vm_hugepage, "not_registered", || {
            let queue = &self.khugepaged.queue;
            match queue.iter().position(|q| *q == mm) {
                Some(place) => format!("{name} is number {} of {} in the queue", place + 1, queue.len()),
                None => format!("{name} was never queued: no fault could take a huge page, no advice after a touch"),
            }
        });
        list.remedy(
            "registered",
            format!("{name} madvise hugepage, on an area that was written to"),
        );
        list.fails(
            "khugepaged_running",
            !self.khugepaged_running(),
            "not_running",
            || {
                let state = if self.khugepaged_running() {
                    "exists"
                } else {
                    "does not exist: PMD-sized pages are off"
                };
                format!("the thread {state}")
            },
        );
        let switch = match self.thp.size_enabled[HPAGE_PMD_ORDER as usize] {
            SizeEnabled::Never => format!("echo madvise > {SYSFS}/hugepages-2048kB/enabled"),
            _ => format!("echo madvise > {SYSFS}/enabled"),
        };
        list.remedy("khugepaged_running", switch);
        let result = ScanResult::AnyProcess.as_str();
        list.fails(
            "process",
            self.hpage_collapse_test_exit_or_disable(mm),
            result,
            || match (m.users, m.disable_thp_completely) {
                (0, _) => format!("{name} is exiting"),
                (_, true) => format!("{name} has THP disabled by prctl"),
                _ => format!("{name} lives and has THP enabled"),
            },
        );
        list.remedy("process", format!("{name} prctl thp_disable 0"));
        list.fails("mmap_lock", m.mmap_locked, "contended", || {
            (if m.mmap_locked {
                "held for writing: the visit ends at once"
            } else {
                "free"
            })
            .into()
        });
    }

    fn why_area(&self, vma: VmaId, addr: u64, list: &mut CheckList) {
        let v = self.vma(vma);
        let name = self.why_name(v.mm);
        let base = pmd_down(addr);
        self.thp_vma_allowable_explained(vma, v.flags, TvaType::Khugepaged, HPAGE_PMD_ORDER, list);
        list.remedy(
            "enabled",
            format!("{name} madvise hugepage, or echo always > {SYSFS}/enabled"),
        );
        list.remedy("nohugepage", format!("{name} madvise hugepage"));
        list.remedy("thp_disable", format!("{name} prctl thp_disable 0"));
        list.remedy("anon_vma", format!("{name} write a page of the area"));
        let inside = self.pmd_block_in_vma(vma, base).is_some();
        list.fails(
            "range_in_area",
            !inside,
            ScanResult::AddressRange.as_str(),
            || format!("{base:#x} + 2 MiB, area {:#x}-{:#x}", v.start, v.end),
        );
    }

    /// What would have to change for each rule on entries that refused.
    fn why_remedies(&self, mm: MmId, c: &ScanCounts, list: &mut CheckList) {
        let name = self.why_name(mm);
        let most = HPAGE_PMD_NR as u32 - 1;
        for (file, n) in [
            ("max_ptes_none", c.none_or_zero),
            ("max_ptes_swap", c.unmapped),
            ("max_ptes_shared", c.shared),
        ] {
            let remedy = if n <= most {
                format!("echo {n} > {SYSFS}/khugepaged/{file}")
            } else {
                format!(
                    "all 512 entries count: {file} cannot be above {most}; {name} write one of them"
                )
            };
            list.remedy(file, remedy);
        }
        list.remedy("referenced", format!("{name} read pages of the range"));
        list.remedy("refcount", "unpin the page".into());
        list.remedy("page_lock", "unlock the page".into());
    }
}
