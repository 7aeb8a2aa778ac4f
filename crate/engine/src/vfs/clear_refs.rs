//! `/proc/PID/clear_refs`: takes the accessed bits of a process away, to see what it touches afterwards.
//!
//! Counterpart in `fs/proc/task_mmu.c`: `clear_refs_write`.

use super::parse::{ParseError, parse_int};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{MmId, VmaId, pte_index};
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;

impl Machine {
    /// 1 all pages, 2 anonymous areas, 3 areas of files, 4 soft-dirty bits (of which there are none), 5 `VmHWM`
    /// starts again. EINVAL for anything else, ERANGE beyond an int.
    pub(super) fn clear_refs_store(&mut self, mm: MmId, text: &str) -> Result<(), Errno> {
        let kind = parse_int(text.trim_ascii()).map_err(|e| match e {
            ParseError::Overflow => Errno::ERANGE,
            ParseError::Invalid => Errno::EINVAL,
        })?;
        match kind {
            1..=3 => {
                let vmas: Vec<VmaId> = self.mm(mm).vmas.values().copied().collect();
                for vma in vmas {
                    let v = self.vma(vma);
                    let wanted = kind == 1 || v.is_anonymous() == (kind == 2);
                    if wanted && !v.flags.any(VmFlags::PFNMAP.with(VmFlags::HUGETLB)) {
                        self.clear_refs_area(vma);
                    }
                }
            }
            4 => {}
            5 => {
                let m = self.mm_mut(mm);
                m.hiwater_rss = m.rss.anon + m.rss.file + m.rss.shmem;
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// Every entry becomes old and every folio unreferenced; zero pages stay as they are, but for the huge one.
    fn clear_refs_area(&mut self, vma: VmaId) {
        let v = self.vma(vma);
        let spans: Vec<_> = self.pmd_spans(v.mm, v.start, v.end).collect();
        for span in spans {
            match span.pmd {
                Pmd::Huge(pmd) => {
                    self.tables
                        .set(span.slot.table, span.slot.index, pmd.with_young(false));
                    self.frames.clear(pmd.pfn(), FrameFlags::REFERENCED);
                }
                Pmd::Table(table) => {
                    let first = pte_index(span.addr);
                    for i in first..first + Self::ptes_to(span.addr, span.end) {
                        let pte = self.tables.get(table, i);
                        if pte.present() && !pte.special() {
                            self.tables.set(table, i, pte.with_young(false));
                            let head = self.frames.head(pte.pfn());
                            self.frames.clear(head, FrameFlags::REFERENCED);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
