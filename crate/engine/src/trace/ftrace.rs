//! Events as the text of `/sys/kernel/tracing/trace`.
//!
//! Counterparts: `trace_print_context`, `print_func_help_header_irq`, the TP_printk of each event.

use super::record::Record;
use super::{Actor, Event, EventKind};
use crate::machine::Machine;
use std::fmt::Write;

pub use super::tracepoint::{Group, TRACEPOINTS, Tracepoint};

/// Pid of the khugepaged thread in traces.
pub const KHUGEPAGED_PID: u32 = 40;
/// Pid of the ksmd thread in traces.
pub const KSMD_PID: u32 = 37;
/// Pid of the shell that writes to virtual files.
pub const SCRIPT_PID: u32 = 1;

/// `EVENT: TEXT` of an event that is a tracepoint, exactly as the kernel prints it.
#[cfg(test)]
fn tracepoint_text(kind: &EventKind) -> Option<String> {
    let event = Event {
        seq: 0,
        now_ns: 0,
        actor: Actor::Script,
        kind: *kind,
    };
    Record::new(&event, ("sh", SCRIPT_PID, 0), "").map(|r| r.text())
}

impl Machine {
    /// An event as its tracepoint records it, `None` if it is no tracepoint. Daemons and the shell run on CPU 0; a process
    /// that is gone is `<...>`, as in the kernel.
    pub(super) fn trace_record(&self, event: &Event) -> Option<Record<'_>> {
        let task = match event.actor {
            Actor::Khugepaged => ("khugepaged", KHUGEPAGED_PID, 0),
            Actor::Ksmd => ("ksmd", KSMD_PID, 0),
            Actor::Script => ("sh", SCRIPT_PID, 0),
            Actor::Process(pid) => match self.process(pid) {
                Some(p) => (p.comm(), pid.0, p.cpu),
                None => ("<...>", pid.0, 0),
            },
        };
        let filename = match event.kind {
            EventKind::KhugepagedScanFile { file, .. }
            | EventKind::KhugepagedCollapseFile { file, .. } => self.trace_filename(file),
            _ => "",
        };
        Record::new(event, task, filename)
    }

    /// A line of `trace` for an event that is a tracepoint: `TASK-PID [CPU] FLAGS SECONDS.MICROS: EVENT: TEXT`.
    pub fn trace_line(&self, event: &Event) -> Option<String> {
        self.trace_record(event).map(|r| line(event, &r))
    }

    /// Name of a file as its directory entry has it.
    fn trace_filename(&self, id: crate::vm::addr::FileId) -> &str {
        let inode = self.files.get(id.index()).and_then(Option::as_ref);
        let path = inode.map_or("(gone)", |i| i.name.as_str());
        path.trim_start_matches('/').trim_end_matches(" (deleted)")
    }

    /// Text of `trace`: the lines of the enabled tracepoints that the ring still holds.
    #[inline(never)]
    pub(crate) fn trace_show(&self) -> String {
        let lines: Vec<String> = self.trace_shown().map(|(e, r)| line(e, &r)).collect();
        let mut out = format!(
            "# tracer: nop\n#\n# entries-in-buffer/entries-written: {0}/{0}   #P:{1}\n#\n",
            lines.len(),
            self.config.cpus
        );
        out.push_str(HEADER);
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
        out
    }
}

fn line(event: &Event, r: &Record<'_>) -> String {
    let micros = (event.now_ns + 500) / 1000;
    let (secs, micros) = (micros / 1_000_000, micros % 1_000_000);
    format!(
        "{:>16}-{:<7} [{:03}] ..... {secs:5}.{micros:06}: {}",
        r.comm,
        r.pid,
        r.cpu,
        r.text()
    )
}

const HEADER: &str = "\
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::khugepaged::ScanResult;
    use crate::trace::record::pointer;
    use crate::vm::addr::{MmId, Pfn};

    fn text(kind: EventKind) -> String {
        tracepoint_text(&kind).expect("a tracepoint")
    }

    #[test]
    fn texts_as_the_kernel_prints_them() {
        let mm = MmId(0);
        let p = format!("{:016x}", pointer(mm.0.into()));
        assert_eq!((p.len(), &p[..8]), (16, "00000000"));
        let scan = |pfn| EventKind::KhugepagedScanPmd {
            mm,
            addr: 0,
            pfn,
            referenced: 512,
            none_or_zero: 0,
            status: ScanResult::Succeed,
            unmapped: 0,
        };
        assert_eq!(
            text(scan(Some(Pfn(0x11f3ff)))),
            format!(
                "mm_khugepaged_scan_pmd: mm={p}, scan_pfn=0x11f3ff, referenced=512, none_or_zero=0, status=succeeded, unmapped=0"
            )
        );
        assert!(text(scan(None)).contains("scan_pfn=0xffffffffffffffff,"));
        let merge = EventKind::KsmMergeWithKsmPage {
            mm,
            addr: 4096,
            stable: false,
            pfn: Pfn(81234),
            err: -14,
        };
        let item = format!("{:016x}", pointer(4096 | 1 << 48));
        assert_eq!(
            text(merge),
            format!("ksm_merge_with_ksm_page: pfn 81234 rmap_item {item} mm {p} error -14")
        );
        assert_eq!(
            text(EventKind::KsmStartScan { seq: 1, rmap: 6 }),
            "ksm_start_scan: seq 1 rmap size 6"
        );
        let swapin = EventKind::CollapseHugePageSwapin {
            mm,
            addr: 0,
            swapped_in: 3,
            referenced: 509,
            ret: ScanResult::Succeed,
        };
        assert_eq!(
            text(swapin),
            format!("mm_collapse_huge_page_swapin: mm={p}, swapped_in=3, referenced=509, ret=1")
        );
        assert_eq!(
            tracepoint_text(&EventKind::FullScan {
                actor: Actor::Ksmd,
                count: 1
            }),
            None
        );
    }

    #[test]
    fn every_tracepoint_of_an_event_is_in_the_table() {
        let kinds = [
            EventKind::KsmEnter { mm: MmId(1) },
            EventKind::KsmExit { mm: MmId(1) },
            EventKind::KsmRemoveKsmPage { pfn: Pfn(1) },
            EventKind::KsmAdvisor {
                scan_time: 1,
                pages_to_scan: 2,
                cpu_percent: 3,
            },
            EventKind::CollapseHugePage {
                mm: MmId(1),
                addr: 0,
                isolated: true,
                status: ScanResult::Succeed,
            },
        ];
        for kind in kinds {
            let name = kind.tracepoint().expect("a tracepoint");
            assert!(TRACEPOINTS.iter().any(|t| t.name == name), "{name}");
            assert!(text(kind).starts_with(&format!("{name}: ")));
        }
    }
}
