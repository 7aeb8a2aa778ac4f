//! Events as the text of `/sys/kernel/tracing/trace`.
//!
//! Counterparts: `trace_print_context`, `print_func_help_header_irq`, the TP_printk of each event.

use super::{Actor, Event, EventKind};
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pfn};
use std::fmt::Write;

pub use super::tracepoint::{Group, TRACEPOINTS, Tracepoint};

/// Pid of the khugepaged thread in traces.
pub const KHUGEPAGED_PID: u32 = 40;
/// Pid of the ksmd thread in traces.
pub const KSMD_PID: u32 = 37;
/// Pid of the shell that writes to virtual files.
pub const SCRIPT_PID: u32 = 1;

/// `%p`: the kernel prints a hash of the pointer, 32 bits in 16 digits. Here a hash of what it would point to.
struct Pointer(u64);

impl Pointer {
    fn mm(mm: MmId) -> Pointer {
        Pointer(u64::from(mm.0))
    }

    fn rmap_item(mm: MmId, addr: u64) -> Pointer {
        Pointer(addr | u64::from(mm.0 + 1) << 48)
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // One step of splitmix64.
        let z = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        write!(f, "{:016x}", (z ^ z >> 31) as u32)
    }
}

/// Stands for the name of the file, which only the machine knows.
const FILENAME: &str = "{file}";

/// A frame as `unsigned long`, all ones for none.
fn scan_pfn(pfn: Option<Pfn>) -> u64 {
    pfn.map_or(u64::MAX, |p| p.0.into())
}

/// `EVENT: TEXT` of an event that is a tracepoint, exactly as the kernel prints it.
pub fn tracepoint_text(kind: &EventKind) -> Option<String> {
    use EventKind as K;
    let name = kind.tracepoint()?;
    let text = match *kind {
        K::KhugepagedScanPmd {
            mm,
            pfn,
            referenced,
            none_or_zero,
            status,
            unmapped,
            ..
        } => format!(
            "mm={}, scan_pfn={:#x}, referenced={referenced}, none_or_zero={none_or_zero}, status={}, unmapped={unmapped}",
            Pointer::mm(mm),
            scan_pfn(pfn),
            status.as_str()
        ),
        K::CollapseHugePage {
            mm,
            isolated,
            status,
            ..
        } => {
            format!(
                "mm={}, isolated={}, status={}",
                Pointer::mm(mm),
                u8::from(isolated),
                status.as_str()
            )
        }
        K::CollapseHugePageIsolate {
            pfn,
            none_or_zero,
            referenced,
            status,
            ..
        } => format!(
            "scan_pfn={:#x}, none_or_zero={none_or_zero}, referenced={referenced}, status={}",
            scan_pfn(pfn),
            status.as_str()
        ),
        K::CollapseHugePageSwapin {
            mm,
            swapped_in,
            referenced,
            ret,
            ..
        } => {
            format!(
                "mm={}, swapped_in={swapped_in}, referenced={referenced}, ret={}",
                Pointer::mm(mm),
                ret as u8
            )
        }
        K::KhugepagedScanFile {
            mm,
            pfn,
            present,
            swap,
            result,
            ..
        } => format!(
            "mm={}, scan_pfn={:#x}, filename={FILENAME}, present={present}, swap={swap}, result={}",
            Pointer::mm(mm),
            scan_pfn(pfn),
            result.as_str()
        ),
        K::KhugepagedCollapseFile {
            mm,
            addr,
            hpfn,
            index,
            is_shmem,
            nr,
            result,
            ..
        } => format!(
            "mm={}, hpage_pfn={:#x}, index={index}, addr={addr:x}, is_shmem={}, filename={FILENAME}, nr={nr}, result={}",
            Pointer::mm(mm),
            scan_pfn(hpfn),
            u8::from(is_shmem),
            result.as_str()
        ),
        // The sequence number is an int there.
        K::KsmStartScan { seq, rmap } | K::KsmStopScan { seq, rmap } => {
            format!("seq {} rmap size {}", seq as i32, rmap as i32)
        }
        K::KsmEnter { mm } | K::KsmExit { mm } => format!("mm {}", Pointer::mm(mm)),
        K::KsmMergeOnePage { mm, addr, pfn, err } => {
            format!(
                "ksm pfn {} rmap_item {} mm {} error {err}",
                pfn.0,
                Pointer::rmap_item(mm, addr),
                Pointer::mm(mm)
            )
        }
        K::KsmMergeWithKsmPage {
            mm,
            addr,
            stable,
            pfn,
            err,
        } => format!(
            "{}pfn {} rmap_item {} mm {} error {err}",
            if stable { "ksm " } else { "" },
            pfn.0,
            Pointer::rmap_item(mm, addr),
            Pointer::mm(mm)
        ),
        K::KsmRemoveKsmPage { pfn } => format!("pfn {}", pfn.0),
        K::KsmRemoveRmapItem { mm, addr, pfn } => {
            format!(
                "pfn {} rmap_item {} mm {}",
                pfn.0,
                Pointer::rmap_item(mm, addr),
                Pointer::mm(mm)
            )
        }
        K::KsmAdvisor {
            scan_time,
            pages_to_scan,
            cpu_percent,
        } => {
            format!(
                "ksm scan time {scan_time} pages_to_scan {pages_to_scan} cpu percent {cpu_percent}"
            )
        }
        _ => return None,
    };
    Some(format!("{name}: {text}"))
}

impl Machine {
    /// A line of `trace` for an event that is a tracepoint: `TASK-PID [CPU] FLAGS SECONDS.MICROS: EVENT: TEXT`.
    /// Daemons and the shell run on CPU 0; a process that is gone is `<...>`, as in the kernel.
    pub fn trace_line(&self, event: &Event) -> Option<String> {
        let mut text = tracepoint_text(&event.kind)?;
        if let EventKind::KhugepagedScanFile { file, .. }
        | EventKind::KhugepagedCollapseFile { file, .. } = event.kind
        {
            text = text.replace(FILENAME, self.trace_filename(file));
        }
        let (task, pid, cpu) = match event.actor {
            Actor::Khugepaged => ("khugepaged", KHUGEPAGED_PID, 0),
            Actor::Ksmd => ("ksmd", KSMD_PID, 0),
            Actor::Script => ("sh", SCRIPT_PID, 0),
            Actor::Process(pid) => match self.process(pid) {
                Some(p) => (p.comm(), pid.0, p.cpu),
                None => ("<...>", pid.0, 0),
            },
        };
        let micros = (event.now_ns + 500) / 1000;
        let (secs, micros) = (micros / 1_000_000, micros % 1_000_000);
        Some(format!(
            "{task:>16}-{pid:<7} [{cpu:03}] ..... {secs:5}.{micros:06}: {text}"
        ))
    }

    /// Name of a file as its directory entry has it.
    fn trace_filename(&self, id: crate::vm::addr::FileId) -> &str {
        let inode = self.files.get(id.index()).and_then(Option::as_ref);
        let path = inode.map_or("(gone)", |i| i.name.as_str());
        path.trim_start_matches('/').trim_end_matches(" (deleted)")
    }

    /// Text of `trace`: the lines of the enabled tracepoints that the ring still holds.
    pub(crate) fn trace_show(&self) -> String {
        let lines: Vec<String> = self
            .tracing
            .shown(&self.events)
            .filter_map(|e| self.trace_line(e))
            .collect();
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

    fn text(kind: EventKind) -> String {
        tracepoint_text(&kind).expect("a tracepoint")
    }

    #[test]
    fn texts_as_the_kernel_prints_them() {
        let mm = MmId(0);
        let p = Pointer::mm(mm).to_string();
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
        let item = Pointer::rmap_item(mm, 4096);
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
