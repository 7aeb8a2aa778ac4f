//! The page walk of the hardware, and what a TLB has to hold.
//!
//! Four levels as x86-64 has without LA57: the P4D is folded into the PGD. A walk ends at the first entry that is not
//! present, at a 2 MiB leaf, or in the page table.

use crate::machine::Machine;
use crate::vm::addr::{MmId, PAGE_SHIFT, Pfn, TableId, pmd_down, pte_index};
use crate::vm::pte::Pte;
use crate::vm::table::{PTRS_PER_TABLE, Pmd};

/// Levels of the walk.
pub const LEVELS: u32 = 4;

/// One step of a walk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WalkStep {
    /// 3 for the PGD, 2 PUD, 1 PMD, 0 the page table.
    pub level: u32,
    /// Frame of the table that is read.
    pub table: Pfn,
    /// Entry in it, 0..512.
    pub index: usize,
    /// What stands there.
    pub entry: Pte,
}

impl Machine {
    /// The steps of a walk for `addr`, the PGD first.
    pub fn page_walk(&self, mm: MmId, addr: u64) -> Vec<WalkStep> {
        let mut steps = Vec::new();
        let mut table = self.mm(mm).pgd;
        for level in (0..LEVELS).rev() {
            let index = (addr >> (PAGE_SHIFT + 9 * level) & 511) as usize;
            let entry = self.tables.get(table, index);
            steps.push(WalkStep {
                level,
                table: self.tables.frame(table),
                index,
                entry,
            });
            if !entry.present() || entry.huge() {
                break;
            }
            table = TableId(self.frames.anchor(entry.pfn()));
        }
        steps
    }

    /// What the entries of the table of a step are, as letters: `.` empty, `p` a lower table, else the class of the
    /// page (see `page_state`). `addr` is the address that was walked for.
    pub fn walk_letters(&self, step: &WalkStep, mm: MmId, addr: u64) -> [u8; PTRS_PER_TABLE] {
        let mut letters = [b'.'; PTRS_PER_TABLE];
        if step.level == 0 {
            self.page_classes(mm, pmd_down(addr), &mut letters);
            return letters;
        }
        let table = TableId(self.frames.anchor(step.table));
        for (letter, e) in letters.iter_mut().zip(self.tables.all(table)) {
            if e.huge() {
                *letter = self.class_of(*e) as u8;
            } else if e.present() {
                *letter = b'p';
            }
        }
        letters
    }

    /// Frames that the entries of an address space map, in runs: first frame and number. Without zero pages.
    pub fn each_mapped(&self, mm: MmId, mut f: impl FnMut(Pfn, usize)) {
        for vma in self.mm(mm).vmas.values() {
            let v = self.vma(*vma);
            for span in self.pmd_spans(mm, v.start, v.end) {
                match span.pmd {
                    Pmd::Huge(e) if !e.special() => f(e.pfn(), PTRS_PER_TABLE),
                    Pmd::Table(t) => {
                        let first = pte_index(span.addr);
                        let entries = &self.tables.all(t)[first..];
                        for e in &entries[..Self::ptes_to(span.addr, span.end)] {
                            if e.present() && !e.special() {
                                f(e.pfn(), 1);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Present translations of an address space, of 4 KiB and of 2 MiB: what a TLB that held everything would hold.
    pub fn nr_translations(&self, mm: MmId) -> [u64; 2] {
        let mut n = [0; 2];
        for vma in self.mm(mm).vmas.values() {
            let v = self.vma(*vma);
            for span in self.pmd_spans(mm, v.start, v.end) {
                match span.pmd {
                    Pmd::Huge(_) => n[1] += 1,
                    Pmd::Table(t) => {
                        let first = pte_index(span.addr);
                        let entries = &self.tables.all(t)[first..];
                        let entries = &entries[..Self::ptes_to(span.addr, span.end)];
                        n[0] += entries.iter().filter(|e| e.present()).count() as u64;
                    }
                    Pmd::Missing | Pmd::None | Pmd::NonPresent(_) => {}
                }
            }
        }
        n
    }
}

#[cfg(test)]
mod tests {
    use crate::MachineConfig;
    use crate::machine::Machine;
    use crate::phys::content::Pattern;
    use crate::vm::uapi::{Advice, MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE};

    #[test]
    fn a_walk_goes_down_to_the_page_and_a_huge_page_ends_it_early() {
        let mut m = Machine::new(MachineConfig::default()).unwrap();
        let pid = m.spawn("p").unwrap();
        let mm = m.process(pid).unwrap().mm;
        let (prot, flags) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
        let addr = m.mmap(pid, 0, 4 << 20, prot, flags).unwrap();
        assert_eq!(m.page_walk(mm, addr).len(), 1, "nothing is mapped yet");
        m.madvise(pid, addr, 2 << 20, Advice::HugePage as i32)
            .unwrap();
        m.madvise(pid, addr + (2 << 20), 2 << 20, Advice::NoHugePage as i32)
            .unwrap();
        for at in [addr, addr + (2 << 20), addr + (2 << 20) + 7 * 4096] {
            m.store(pid, at, Pattern::Fill(1)).unwrap().unwrap();
        }
        let walk = m.page_walk(mm, addr + 5 * 4096);
        assert_eq!(walk.iter().map(|s| s.level).collect::<Vec<_>>(), [3, 2, 1]);
        assert!(walk[2].entry.huge());
        let small = addr + (2 << 20) + 7 * 4096;
        let walk = m.page_walk(mm, small);
        assert_eq!((walk.len(), walk[3].index), (4, 7));
        assert_eq!(walk[3].entry, m.pte(mm, small));
        assert_eq!(
            walk[1].entry.pfn(),
            walk[2].table,
            "an entry holds the frame of the lower table"
        );
        let letters = m.walk_letters(&walk[3], mm, small);
        assert_eq!((letters[0], letters[1], letters[7]), (b'a', b'.', b'a'));
        let upper = m.walk_letters(&walk[2], mm, small);
        assert_eq!(
            (upper[walk[2].index - 1], upper[walk[2].index]),
            (b'T', b'p')
        );
        assert_eq!(m.nr_translations(mm), [2, 1]);
    }
}
