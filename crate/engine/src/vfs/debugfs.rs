//! `/sys/kernel/debug`: fragmentation of the free memory, and splitting huge pages by hand.
//!
//! Counterparts: `extfrag_show_print`, `unusable_show_print` (`mm/vmstat.c`), `split_huge_pages_write`
//! (`mm/huge_memory.c`).

use super::zone_files::zone_label;
use crate::errno::Errno;
use crate::file::Inode;
use crate::machine::Machine;
use crate::phys::buddy::NR_PAGE_ORDERS;
use crate::phys::frame::FrameFlags;
use crate::phys::zone::Zone;
use crate::thp::Cut;
use crate::vm::addr::{
    FileId, HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pfn, Pid, TASK_SIZE, VmaId, pte_index,
};
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
enum SplitRequest<'a> {
    All,
    /// Pages mapped in a range of addresses.
    Range(u32, Numbers),
    /// Pages of a file by index.
    File(&'a str, Numbers),
}

/// START, END, ORDER and OFFSET.
type Numbers = (u64, u64, i64, i64);

/// Reads `1`, `PID,0xSTART,0xEND[,ORDER[,OFFSET]]` or the same with a path, as `sscanf` would: numbers may have blanks
/// before them, and what follows the last that can be read is ignored.
fn parse_split(text: &str) -> Option<SplitRequest<'_>> {
    let text = &text[..text.floor_char_boundary(MAX_INPUT)];
    if text.starts_with('/') {
        let (path, rest) = text.split_once(',')?;
        return Some(SplitRequest::File(path, split_numbers(rest)?));
    }
    let (pid, rest) = leading_number(text.trim_start(), 10)?;
    match rest.strip_prefix(',').and_then(split_numbers) {
        Some(numbers) => Some(SplitRequest::Range(u32::try_from(pid).ok()?, numbers)),
        // Whatever stops the parser right after a lone 1, it is a lone 1.
        None if pid == 1 && !rest.starts_with(",0x") => Some(SplitRequest::All),
        None => None,
    }
}

fn split_numbers(text: &str) -> Option<Numbers> {
    let (start, rest) = leading_number(text.strip_prefix("0x")?, 16)?;
    let (end, rest) = leading_number(rest.strip_prefix(",0x")?, 16)?;
    let signed = |text: &str| {
        let text = text.strip_prefix(',')?.trim_start();
        let (minus, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (n, rest) = leading_number(digits, 10)?;
        let n = i64::try_from(n).ok()?;
        Some((if minus { -n } else { n }, rest.len()))
    };
    let (order, left) = signed(rest).unwrap_or((0, 0));
    let (offset, _) = signed(&rest[rest.len() - left..]).unwrap_or((-1, 0));
    Some((start, end, order, offset))
}

fn leading_number(text: &str, radix: u32) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((u64::from_str_radix(digits, radix).ok()?, rest))
}

/// What a folio of `order` is split into; `None` if it is as small as asked for.
fn wanted_cut(order: u8, (_, _, to, offset): Numbers) -> Option<Cut> {
    let to = u8::try_from(to).ok().filter(|to| *to < order)?;
    let at = usize::try_from(offset).ok().filter(|at| at >> order == 0);
    Some(Cut { order: to, at })
}

impl Machine {
    /// A file of `extfrag`.
    #[inline(never)]
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

    /// `split_huge_pages`: every large folio, those mapped in a range of a process, or those of a file are split. Success
    /// even if nothing could be.
    ///
    /// EINVAL: none of the forms, no such file. ESRCH: no such process.
    ///
    /// Deviation: a file is named as in `maps`, memfds as well.
    #[inline(never)]
    pub(super) fn split_huge_pages_store(&mut self, text: &str) -> Result<(), Errno> {
        match parse_split(text).ok_or(Errno::EINVAL)? {
            SplitRequest::All => self.split_huge_pages_all(),
            SplitRequest::Range(pid, numbers) => {
                let mm = self.mm_of(Pid(pid))?;
                self.split_huge_pages_range(mm, numbers);
            }
            SplitRequest::File(path, numbers) => {
                let named = |i: &Inode| i.name.trim_end_matches(" (deleted)") == path;
                let id = self
                    .files
                    .iter()
                    .position(|i| i.as_ref().is_some_and(named));
                let id = FileId(id.ok_or(Errno::EINVAL)? as u32);
                let mut index = numbers.0;
                while let Some(head) = self.next_folio(id, index, numbers.1) {
                    index = self.folio_next_index(head);
                    self.split_if_free(head, numbers);
                }
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
            self.split_if_free(head, (0, 0, 0, -1));
        }
    }

    /// From area to area until the first address without one.
    fn split_huge_pages_range(&mut self, mm: MmId, numbers: Numbers) {
        let (start, end) = (numbers.0, numbers.1.min(TASK_SIZE));
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
            self.split_huge_pages_area(vma, addr, stop.min(end), numbers);
            addr = stop;
        }
    }

    fn split_huge_pages_area(&mut self, vma: VmaId, start: u64, end: u64, numbers: Numbers) {
        let mm = self.vma(vma).mm;
        let spans: Vec<_> = self.pmd_spans(mm, start, end).collect();
        for span in spans {
            let mut addr = span.addr;
            while addr < span.end {
                // Looked up anew: a split turns a huge page into a table.
                let (pte, mut step) = match self.pmd_at(span.slot) {
                    Pmd::Huge(pmd) => (pmd, HPAGE_PMD_SIZE),
                    Pmd::Table(table) => (self.tables.get(table, pte_index(addr)), PAGE_SIZE),
                    _ => break,
                };
                if pte.present() && !pte.special() {
                    // Folios that somebody else holds are passed over without being counted as failures.
                    let head = self.frames.head(pte.pfn());
                    let alone = self.frames.refcount(head) == self.folio_expected_refs(head);
                    if alone && self.split_if_free(head, numbers) {
                        step = PAGE_SIZE;
                    }
                }
                addr += step;
            }
        }
    }

    /// Splits a folio unless it is locked or small enough. A failure is counted where it happens.
    fn split_if_free(&mut self, head: Pfn, numbers: Numbers) -> bool {
        let cut = wanted_cut(self.frames.order(head), numbers);
        let free = !self.frames.has(head, FrameFlags::LOCKED);
        cut.is_some_and(|cut| {
            let page = head.add(cut.at.unwrap_or(0));
            free && self.split_folio_to(page, cut, 0).is_ok()
        })
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
        let range = |pid, start, end, order, offset| {
            Some(SplitRequest::Range(pid, (start, end, order, offset)))
        };
        let cases = [
            ("1", Some(SplitRequest::All)),
            ("1\n", Some(SplitRequest::All)),
            ("1,4096,8192", Some(SplitRequest::All)),
            ("1,0x1000", None),
            ("2", None),
            ("", None),
            ("x", None),
            ("100,0x1000,0x2000\n", range(100, 0x1000, 0x2000, 0, -1)),
            ("100,0x1000,0x2000,0", range(100, 0x1000, 0x2000, 0, -1)),
            ("1,0x1000,0x2000", range(1, 0x1000, 0x2000, 0, -1)),
            ("100,0x1000,0x2000,4", range(100, 0x1000, 0x2000, 4, -1)),
            ("100,0x1000,0x2000, 4,x", range(100, 0x1000, 0x2000, 4, -1)),
            ("100,0x1000,0x2000,x,5", range(100, 0x1000, 0x2000, 0, -1)),
            ("100,0x1000,0x2000,0,5\n", range(100, 0x1000, 0x2000, 0, 5)),
            ("100,4096,8192", None),
            (
                "/memfd:m,0x0,0x400,3",
                Some(SplitRequest::File("/memfd:m", (0, 0x400, 3, -1))),
            ),
            ("/memfd:m", None),
            ("/memfd:m,0,4", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse_split(text), want, "{text:?}");
        }
        assert!(wanted_cut(9, (0, 0, 9, -1)).is_none());
        assert_eq!(
            wanted_cut(9, (0, 0, 3, 600)).map(|c| (c.order, c.at)),
            Some((3, None))
        );
        assert_eq!(
            wanted_cut(9, (0, 0, 3, 5)).map(|c| (c.order, c.at)),
            Some((3, Some(5)))
        );
    }
}
