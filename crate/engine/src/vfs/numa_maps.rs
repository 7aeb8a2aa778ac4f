//! `/proc/PID/numa_maps`: policy of every area and where its pages are.
//!
//! Counterpart in `fs/proc/task_mmu.c`: `show_numa_map`, `gather_stats`.

use crate::config::MAX_NODES;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{HPAGE_PMD_NR, MmId, PAGE_SIZE, Pfn, VmaId, pte_index};
use crate::vm::pte::Pte;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;
use std::fmt::Write;

/// Pages of an area, by kind and node (`struct numa_maps`).
#[derive(Default)]
struct NumaPages {
    pages: u64,
    anon: u64,
    active: u64,
    swapcache: u64,
    dirty: u64,
    mapcount_max: i32,
    node: [u64; MAX_NODES as usize],
}

impl Machine {
    /// Text of `/proc/PID/numa_maps`.
    pub(super) fn numa_maps_show(&self, mm: MmId) -> String {
        let mut out = String::new();
        for vma in self.mm(mm).vmas.values() {
            let v = self.vma(*vma);
            let _ = write!(out, "{:08x} {}", v.start, v.policy.show());
            if let Some(file) = v.file {
                // Blanks are written in octal, as they end a word.
                let name = self.file_place(file).2.replace(' ', "\\040");
                let _ = write!(out, " file={name}");
            }
            let huge = v.flags.has(VmFlags::HUGETLB);
            if huge {
                out.push_str(" huge");
            }
            let n = self.gather_numa_pages(*vma);
            if n.pages > 0 {
                n.write(&mut out, self.vma_pagesize(*vma));
            }
            out.push('\n');
        }
        out
    }

    fn gather_numa_pages(&self, vma: VmaId) -> NumaPages {
        let v = self.vma(vma);
        let mut n = NumaPages::default();
        for span in self.pmd_spans(v.mm, v.start, v.end) {
            match span.pmd {
                Pmd::Huge(pmd) if !pmd.special() => {
                    // Pages of hugetlb are counted as what they are.
                    let nr = match v.flags.has(VmFlags::HUGETLB) {
                        true if !span.addr.is_multiple_of(self.vma_pagesize(vma)) => continue,
                        true => 1,
                        false => HPAGE_PMD_NR as u64,
                    };
                    self.gather_numa(&mut n, pmd.pfn(), nr, pmd)
                }
                Pmd::Table(table) => {
                    let first = pte_index(span.addr);
                    let step = (self.vma_pagesize(vma) / PAGE_SIZE) as usize;
                    for pte in self.tables.all(table)
                        [first..first + Self::ptes_to(span.addr, span.end)]
                        .iter()
                        .step_by(step)
                    {
                        if pte.present() && !pte.special() {
                            self.gather_numa(&mut n, pte.pfn(), 1, *pte);
                        }
                    }
                }
                _ => {}
            }
        }
        n
    }

    fn gather_numa(&self, n: &mut NumaPages, page: Pfn, nr: u64, entry: Pte) {
        let flags = self.frames.flags(self.frames.head(page));
        let counted = |yes: bool| if yes { nr } else { 0 };
        n.pages += nr;
        n.anon += counted(flags.has(FrameFlags::ANON));
        n.active += counted(flags.any(FrameFlags::ACTIVE.and(FrameFlags::UNEVICTABLE)));
        n.swapcache += counted(flags.has(FrameFlags::SWAPCACHE));
        n.dirty += counted(entry.dirty() || flags.has(FrameFlags::DIRTY));
        n.mapcount_max = n.mapcount_max.max(self.page_mapcount(page));
        if let Some(zone) = self.zones.iter().find(|z| z.contains(page)) {
            n.node[zone.nid as usize] += nr;
        }
    }
}

impl NumaPages {
    fn write(&self, out: &mut String, size: u64) {
        let huge = size > PAGE_SIZE;
        let mut item = |shown: bool, name: &str, value: u64| {
            if shown {
                let _ = write!(out, " {name}={value}");
            }
        };
        item(self.anon > 0, "anon", self.anon);
        item(self.dirty > 0, "dirty", self.dirty);
        item(
            self.pages != self.anon && self.pages != self.dirty,
            "mapped",
            self.pages,
        );
        item(self.mapcount_max > 1, "mapmax", self.mapcount_max as u64);
        item(self.swapcache > 0, "swapcache", self.swapcache);
        item(self.active < self.pages && !huge, "active", self.active);
        for (nid, pages) in self.node.iter().enumerate() {
            item(*pages > 0, &format!("N{nid}"), *pages);
        }
        item(true, "kernelpagesize_kB", size >> 10);
    }
}
