//! An event as its tracepoint records it: one number a field, and the text made of them.
//!
//! Counterparts: TP_fast_assign and TP_printk of each event. Filters, histograms and `trace` read the same record.

use super::tracepoint::{Field, TRACEPOINTS};
use super::{Event, EventKind};
use crate::khugepaged::ScanResult;
use crate::vm::addr::{MmId, Pfn};
use std::fmt::Write;

/// Most fields of a tracepoint.
pub const MAX_FIELDS: usize = 8;

/// Fields that every event has beside its own; they follow after [`MAX_FIELDS`]. With them the words for the task's name
/// and its processor.
pub(super) const COMMON_NAMES: [&str; 8] = [
    "common_type",
    "common_flags",
    "common_preempt_count",
    "common_pid",
    "CPU",
    "cpu",
    "COMM",
    "comm",
];

/// `%p`: the kernel prints a hash of the pointer, 32 bits in 16 digits. Here a hash of what it would point to.
pub(super) fn pointer(to: u64) -> u64 {
    // One step of splitmix64.
    let z = to.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ z >> 31) & 0xffff_ffff
}

fn mm_pointer(mm: MmId) -> u64 {
    pointer(mm.0.into())
}

fn rmap_item(mm: MmId, addr: u64) -> u64 {
    pointer(addr | u64::from(mm.0 + 1) << 48)
}

/// A frame as `unsigned long`, all ones for none.
fn pfn_value(pfn: Option<Pfn>) -> u64 {
    pfn.map_or(u64::MAX, |p| p.0.into())
}

/// Name in a declaration as `int status` or `__data_loc char[] filename`.
pub(super) fn field_name(field: &Field) -> &'static str {
    field.0.rsplit(' ').next().unwrap_or(field.0)
}

/// The values of an event's fields in their order, numbers with a sign extended to 64 bits; a file's number stands for its
/// name.
fn values(kind: &EventKind) -> [u64; MAX_FIELDS] {
    use EventKind as K;
    let int = |n: i32| n as u64;
    let word = |r: ScanResult| r as u64;
    let mut out = [0; MAX_FIELDS];
    let mut put = |v: &[u64]| out[..v.len()].copy_from_slice(v);
    match *kind {
        K::KhugepagedScanPmd {
            mm,
            pfn,
            referenced,
            none_or_zero,
            status,
            unmapped,
            ..
        } => put(&[
            mm_pointer(mm),
            pfn_value(pfn),
            int(referenced),
            int(none_or_zero),
            word(status),
            int(unmapped),
        ]),
        K::CollapseHugePage {
            mm,
            isolated,
            status,
            ..
        } => put(&[mm_pointer(mm), isolated.into(), word(status)]),
        K::CollapseHugePageIsolate {
            pfn,
            none_or_zero,
            referenced,
            status,
            ..
        } => put(&[
            pfn_value(pfn),
            int(none_or_zero),
            int(referenced),
            word(status),
        ]),
        K::CollapseHugePageSwapin {
            mm,
            swapped_in,
            referenced,
            ret,
            ..
        } => put(&[mm_pointer(mm), int(swapped_in), int(referenced), word(ret)]),
        K::KhugepagedScanFile {
            mm,
            pfn,
            file,
            present,
            swap,
            result,
            ..
        } => put(&[
            mm_pointer(mm),
            pfn_value(pfn),
            file.0.into(),
            int(present),
            int(swap),
            word(result),
        ]),
        K::KhugepagedCollapseFile {
            mm,
            addr,
            hpfn,
            index,
            is_shmem,
            file,
            nr,
            result,
        } => put(&[
            mm_pointer(mm),
            pfn_value(hpfn),
            index,
            addr,
            is_shmem.into(),
            file.0.into(),
            int(nr),
            word(result),
        ]),
        // The sequence number is an int there.
        K::KsmStartScan { seq, rmap } | K::KsmStopScan { seq, rmap } => {
            put(&[seq as i32 as u64, u64::from(rmap as u32)]);
        }
        K::KsmEnter { mm } | K::KsmExit { mm } => put(&[mm_pointer(mm)]),
        K::KsmMergeOnePage { mm, addr, pfn, err } => {
            put(&[pfn.0.into(), rmap_item(mm, addr), mm_pointer(mm), int(err)])
        }
        K::KsmMergeWithKsmPage {
            mm,
            addr,
            stable,
            pfn,
            err,
        } => put(&[
            if stable { pointer(pfn.0.into()) } else { 0 },
            pfn.0.into(),
            rmap_item(mm, addr),
            mm_pointer(mm),
            int(err),
        ]),
        K::KsmRemoveKsmPage { pfn } => put(&[pfn.0.into()]),
        K::KsmRemoveRmapItem { mm, addr, pfn } => {
            put(&[pfn.0.into(), rmap_item(mm, addr), mm_pointer(mm)]);
        }
        K::KsmAdvisor {
            scan_time,
            pages_to_scan,
            cpu_percent,
        } => put(&[scan_time as u64, pages_to_scan, cpu_percent.into()]),
        _ => {}
    }
    out
}

/// One recorded event.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Index into [`TRACEPOINTS`].
    pub index: usize,
    /// Its fields.
    pub values: [u64; MAX_FIELDS],
    /// Name of the task.
    pub comm: &'a str,
    /// Its pid.
    pub pid: u32,
    /// The processor.
    pub cpu: u32,
    /// Name of the file the event is about, empty if it is about none.
    pub filename: &'a str,
}

impl<'a> Record<'a> {
    /// `None` for an event that is no tracepoint.
    pub(super) fn new(event: &Event, task: (&'a str, u32, u32), filename: &'a str) -> Option<Self> {
        let name = event.kind.tracepoint()?;
        Some(Record {
            index: TRACEPOINTS.iter().position(|t| t.name == name)?,
            values: values(&event.kind),
            comm: task.0,
            pid: task.1,
            cpu: task.2,
            filename,
        })
    }

    /// Value of a field by its number; text fields have none.
    pub(super) fn number(&self, field: usize) -> u64 {
        match field.checked_sub(MAX_FIELDS) {
            None => self.values[field],
            Some(0) => u64::from(TRACEPOINTS[self.index].id),
            Some(3) => self.pid.into(),
            Some(4 | 5) => self.cpu.into(),
            Some(_) => 0,
        }
    }

    /// Text of a text field.
    pub(super) fn text_of(&self, field: usize) -> &'a str {
        if field < MAX_FIELDS {
            self.filename
        } else {
            self.comm
        }
    }

    /// `EVENT: TEXT`, exactly as the kernel prints it: the format string of the tracepoint filled in.
    pub fn text(&self) -> String {
        let t = &TRACEPOINTS[self.index];
        let mut out = format!("{}: ", t.name);
        let mut args = t.args.split(", ");
        let mut parts = t.print.split('%');
        out.push_str(parts.next().unwrap_or(""));
        for part in parts {
            let at = part.find(|c: char| "pdsux".contains(c)).unwrap_or(0);
            let (conversion, rest) = part.split_at(at + 1);
            let arg = args.next().unwrap_or("");
            let name = arg.trim_start_matches("REC->").trim_matches(['<', '>']);
            let field = t.fields.iter().position(|f| field_name(f) == name);
            let value = field.map_or(0, |f| self.values[f]);
            let _ = match conversion {
                "s" if arg.starts_with('<') => {
                    out.write_str(ScanResult::ALL[value as usize].as_str())
                }
                "s" if arg.starts_with("__get_str") => out.write_str(self.filename),
                // Whether it became a KSM page before, or does now.
                "s" => out.write_str(if self.values[0] != 0 { "ksm " } else { "" }),
                "p" => write!(out, "{value:016x}"),
                "lx" => write!(out, "{value:x}"),
                "lu" | "u" => write!(out, "{value}"),
                "d" => write!(out, "{}", value as i32),
                _ => write!(out, "{}", value as i64),
            };
            out.push_str(rest);
        }
        out
    }
}
