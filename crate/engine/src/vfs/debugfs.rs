//! `/sys/kernel/debug`: fragmentation of the free memory, and splitting huge pages by hand.
//!
//! Counterparts: `extfrag_show_print`, `unusable_show_print` (`mm/vmstat.c`), `split_huge_pages_write`
//! (`mm/huge_memory.c`).

use super::zone_files::zone_label;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::buddy::NR_PAGE_ORDERS;
use crate::phys::frame::FrameFlags;
use crate::phys::zone::Zone;
use crate::vm::addr::{HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pfn, Pid, TASK_SIZE, VmaId, pte_index};
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;
use std::fmt::Write;

/// Files of the top directory.
pub(super) const FILES: &[(&str, u16)] = &[("split_huge_pages", 0o200)];
/// Files of `extfrag`.
pub(super) const EXTFRAG_FILES: &[(&str, u16)] =
    &[("extfrag_index", 0o444), ("unusable_index", 0o444)];

/// Bytes of a write to `split_huge_pages` that are looked at.
const MAX_INPUT: usize = 254;

/// Free memory of a zone as seen by a request (`struct contig_page_info`).
struct Contig {
    free_pages: i64,
    free_blocks: i64,
    /// Blocks of the order asked for, larger ones counted as several.
    suitable: i64,
}

impl Contig {
    fn new(z: &Zone, order: usize) -> Self {
        let mut c = Contig {
            free_pages: 0,
            free_blocks: 0,
            suitable: 0,
        };
        for o in 0..NR_PAGE_ORDERS {
            let n = z.free.nr_free(o) as i64;
            c.free_blocks += n;
            c.free_pages += n << o;
            if o >= order {
                c.suitable += n << (o - order);
            }
        }
        c
    }

    /// Thousandths: towards 0 a request fails for lack of memory, towards 1000 for fragmentation; -1000 it does not
    /// fail (`__fragmentation_index`).
    fn fragmentation_index(&self, order: usize) -> i64 {
        match (self.free_blocks, self.suitable) {
            (0, _) => 0,
            (_, 1..) => -1000,
            (blocks, _) => 1000 - (1000 + self.free_pages * 1000 / (1 << order)) / blocks,
        }
    }

    /// Thousandths of the free memory that a request cannot use (`unusable_free_index`).
    fn unusable_index(&self, order: usize) -> i64 {
        match self.free_pages {
            0 => 1000,
            free => (free - (self.suitable << order)) * 1000 / free,
        }
    }
}

/// What was written to `split_huge_pages`.
#[derive(PartialEq, Eq, Debug)]
enum SplitRequest {
    All,
    Range { pid: u32, start: u64, end: u64 },
}

/// Reads `1` or `PID,0xSTART,0xEND[,ORDER]`, as `sscanf` would: numbers may have blanks before them, and what follows
/// the last is ignored.
///
/// Deviation: ORDER must be 0, the sixth form with a page inside the folio is refused, and so are paths: there are no
/// files.
fn parse_split(text: &str) -> Option<SplitRequest> {
    let text = &text[..text.floor_char_boundary(MAX_INPUT)];
    let (pid, rest) = leading_number(text.trim_start(), 10)?;
    let range = || {
        let (start, rest) = leading_number(rest.strip_prefix(",0x")?, 16)?;
        let (end, rest) = leading_number(rest.strip_prefix(",0x")?, 16)?;
        Some((start, end, rest))
    };
    let Some((start, end, rest)) = range() else {
        // Whatever stops the parser right after a lone 1, it is a lone 1.
        return (pid == 1 && !rest.starts_with(",0x")).then_some(SplitRequest::All);
    };
    if let Some(order) = rest.strip_prefix(',') {
        let (order, rest) = leading_number(order.trim_start(), 10)?;
        if order != 0 || rest.starts_with(',') {
            return None;
        }
    }
    Some(SplitRequest::Range {
        pid: u32::try_from(pid).ok()?,
        start,
        end,
    })
}

fn leading_number(text: &str, radix: u32) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((u64::from_str_radix(digits, radix).ok()?, rest))
}

impl Machine {
    /// A file of `extfrag`.
    pub(super) fn extfrag_show(&self, name: &str) -> String {
        let mut out = String::new();
        for z in &self.zones {
            let _ = write!(out, "{} ", zone_label(z));
            for order in 0..NR_PAGE_ORDERS {
                let c = Contig::new(z, order);
                // Both parts are divided as C does, each with its own sign.
                let _ = if name == "extfrag_index" {
                    let index = c.fragmentation_index(order);
                    write!(out, "{:2}.{:03} ", index / 1000, index % 1000)
                } else {
                    let index = c.unusable_index(order);
                    write!(out, "{}.{:03} ", index / 1000, index % 1000)
                };
            }
            out.push('\n');
        }
        out
    }

    /// `split_huge_pages`: every large folio, or those mapped in a range of a process, become single pages. Success
    /// even if nothing could be split.
    ///
    /// EINVAL: none of the forms. ESRCH: no such process.
    pub(super) fn split_huge_pages_store(&mut self, text: &str) -> Result<(), Errno> {
        match parse_split(text).ok_or(Errno::EINVAL)? {
            SplitRequest::All => self.split_huge_pages_all(),
            SplitRequest::Range { pid, start, end } => {
                let mm = self.mm_of(Pid(pid))?;
                self.split_huge_pages_range(mm, start, end.min(TASK_SIZE));
            }
        }
        Ok(())
    }

    /// Every large folio on a reclaim list, in order of frames.
    fn split_huge_pages_all(&mut self) {
        let wanted = FrameFlags::HEAD.and(FrameFlags::LRU);
        let heads: Vec<Pfn> = self
            .frames
            .touched()
            .filter(|p| self.frames.has(*p, wanted))
            .collect();
        for head in heads {
            if !self.frames.has(head, FrameFlags::LOCKED) {
                // A failure is counted where it happens.
                let _ = self.split_folio(head, 0);
            }
        }
    }

    /// From area to area until the first address without one.
    fn split_huge_pages_range(&mut self, mm: MmId, start: u64, end: u64) {
        let mut addr = start & !(PAGE_SIZE - 1);
        while addr < end {
            let Some(vma) = self.vma_lookup(mm, addr) else {
                return;
            };
            let stop = self.vma(vma).end;
            let special = VmFlags::IO
                .with(VmFlags::PFNMAP)
                .with(VmFlags::MIXEDMAP)
                .with(VmFlags::HUGETLB);
            if self.vma(vma).flags.any(special) {
                // The kernel's loop steps on by one page more.
                addr = stop + PAGE_SIZE;
                continue;
            }
            self.split_huge_pages_area(vma, addr, stop.min(end));
            addr = stop;
        }
    }

    fn split_huge_pages_area(&mut self, vma: VmaId, start: u64, end: u64) {
        let mm = self.vma(vma).mm;
        let spans: Vec<_> = self.pmd_spans(mm, start, end).collect();
        for span in spans {
            let mut addr = span.addr;
            while addr < span.end {
                // Looked up anew: a split turns a huge page into a table.
                let (pte, step) = match self.pmd_at(span.slot) {
                    Pmd::Huge(pmd) => (pmd, HPAGE_PMD_SIZE),
                    Pmd::Table(table) => (self.tables.get(table, pte_index(addr)), PAGE_SIZE),
                    _ => break,
                };
                if pte.present() && !pte.special() {
                    self.split_if_alone(pte.pfn());
                }
                addr += step;
            }
        }
    }

    /// Folios that somebody else holds, or has locked, are passed over without being counted as failures.
    fn split_if_alone(&mut self, page: Pfn) {
        let head = self.frames.head(page);
        let alone = self.frames.refcount(head) == self.folio_expected_refs(head);
        if self.folio_large(head) && alone && !self.frames.has(head, FrameFlags::LOCKED) {
            let _ = self.split_folio(head, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_of_one_block_of_order_8() {
        let c = Contig {
            free_pages: 256,
            free_blocks: 1,
            suitable: 0,
        };
        assert_eq!(
            (c.fragmentation_index(9), c.unusable_index(9)),
            (-500, 1000)
        );
        let c = Contig {
            free_pages: 512,
            free_blocks: 512,
            suitable: 0,
        };
        assert_eq!(c.fragmentation_index(9), 997);
        let c = Contig {
            free_pages: 0,
            free_blocks: 0,
            suitable: 0,
        };
        assert_eq!((c.fragmentation_index(9), c.unusable_index(9)), (0, 1000));
        let c = Contig {
            free_pages: 1024 + 256,
            free_blocks: 2,
            suitable: 2,
        };
        assert_eq!(
            (c.fragmentation_index(9), c.unusable_index(9)),
            (-1000, 200)
        );
    }

    #[test]
    fn split_requests() {
        let range = |pid, start, end| Some(SplitRequest::Range { pid, start, end });
        let cases = [
            ("1", Some(SplitRequest::All)),
            ("1\n", Some(SplitRequest::All)),
            ("1,4096,8192", Some(SplitRequest::All)),
            ("1,0x1000", None),
            ("2", None),
            ("", None),
            ("x", None),
            ("100,0x1000,0x2000\n", range(100, 0x1000, 0x2000)),
            ("100,0x1000,0x2000,0", range(100, 0x1000, 0x2000)),
            ("1,0x1000,0x2000", range(1, 0x1000, 0x2000)),
            ("100,0x1000,0x2000,4", None),
            ("100,0x1000,0x2000,0,5", None),
            ("100,4096,8192", None),
            ("/memfd,0x0,0x1", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse_split(text), want, "{text:?}");
        }
    }
}
