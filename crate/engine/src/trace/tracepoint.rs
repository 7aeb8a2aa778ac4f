//! The kernel's description of its tracepoints: names, ids, fields, print formats.
//!
//! Counterparts: `include/trace/events/huge_memory.h`, `ksm.h`; `f_show` of `kernel/trace/trace_events.c`. Later
//! groups (compaction, kmem, thp) are further rows of the table.

use crate::khugepaged::ScanResult;
use std::fmt::Write;

/// A directory below `events`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// `huge_memory`
    HugeMemory,
    /// `ksm`
    Ksm,
}

impl Group {
    /// All, by name.
    pub const ALL: [Group; 2] = [Group::HugeMemory, Group::Ksm];

    /// Name of its directory.
    pub fn name(self) -> &'static str {
        match self {
            Group::HugeMemory => "huge_memory",
            Group::Ksm => "ksm",
        }
    }
}

/// A field: declaration, offset and size in bytes, signed.
pub(super) type Field = (&'static str, u32, u32, bool);

/// One tracepoint.
#[derive(Clone, Copy, Debug)]
pub struct Tracepoint {
    /// Group it belongs to.
    pub group: Group,
    /// Name, as in `trace`.
    pub name: &'static str,
    /// `id`: differs from build to build of the kernel.
    pub id: u32,
    /// Fields after the common ones.
    pub fields: &'static [Field],
    /// Format string of the text.
    pub print: &'static str,
    /// Arguments of the format string; `<NAME>` is the word for the scan result in field NAME.
    pub args: &'static str,
}

const COMMON: &[Field] = &[
    ("unsigned short common_type", 0, 2, false),
    ("unsigned char common_flags", 2, 1, false),
    ("unsigned char common_preempt_count", 3, 1, false),
    ("int common_pid", 4, 4, true),
];

const MM: Field = ("struct mm_struct * mm", 8, 8, false);

const fn event(
    group: Group,
    name: &'static str,
    id: u32,
    fields: &'static [Field],
    print: &'static str,
    args: &'static str,
) -> Tracepoint {
    Tracepoint {
        group,
        name,
        id,
        fields,
        print,
        args,
    }
}

/// All tracepoints.
pub const TRACEPOINTS: &[Tracepoint] = &[
    event(
        Group::HugeMemory,
        "mm_collapse_huge_page",
        758,
        &[
            MM,
            ("int isolated", 16, 4, true),
            ("int status", 20, 4, true),
        ],
        "mm=%p, isolated=%d, status=%s",
        "REC->mm, REC->isolated, <status>",
    ),
    event(
        Group::HugeMemory,
        "mm_collapse_huge_page_isolate",
        757,
        &[
            ("unsigned long pfn", 8, 8, false),
            ("int none_or_zero", 16, 4, true),
            ("int referenced", 20, 4, true),
            ("int status", 24, 4, true),
        ],
        "scan_pfn=0x%lx, none_or_zero=%d, referenced=%d, status=%s",
        "REC->pfn, REC->none_or_zero, REC->referenced, <status>",
    ),
    event(
        Group::HugeMemory,
        "mm_collapse_huge_page_swapin",
        756,
        &[
            MM,
            ("int swapped_in", 16, 4, true),
            ("int referenced", 20, 4, true),
            ("int ret", 24, 4, true),
        ],
        "mm=%p, swapped_in=%d, referenced=%d, ret=%d",
        "REC->mm, REC->swapped_in, REC->referenced, REC->ret",
    ),
    event(
        Group::HugeMemory,
        "mm_khugepaged_collapse_file",
        754,
        &[
            MM,
            ("unsigned long hpfn", 16, 8, false),
            ("unsigned long index", 24, 8, false),
            ("unsigned long addr", 32, 8, false),
            ("bool is_shmem", 40, 1, false),
            ("__data_loc char[] filename", 44, 4, false),
            ("int nr", 48, 4, true),
            ("int result", 52, 4, true),
        ],
        "mm=%p, hpage_pfn=0x%lx, index=%ld, addr=%lx, is_shmem=%d, filename=%s, nr=%d, result=%s",
        "REC->mm, REC->hpfn, REC->index, REC->addr, REC->is_shmem, __get_str(filename), REC->nr, <result>",
    ),
    event(
        Group::HugeMemory,
        "mm_khugepaged_scan_file",
        755,
        &[
            MM,
            ("unsigned long pfn", 16, 8, false),
            ("__data_loc char[] filename", 24, 4, false),
            ("int present", 28, 4, true),
            ("int swap", 32, 4, true),
            ("int result", 36, 4, true),
        ],
        "mm=%p, scan_pfn=0x%lx, filename=%s, present=%d, swap=%d, result=%s",
        "REC->mm, REC->pfn, __get_str(filename), REC->present, REC->swap, <result>",
    ),
    event(
        Group::HugeMemory,
        "mm_khugepaged_scan_pmd",
        759,
        &[
            MM,
            ("unsigned long pfn", 16, 8, false),
            ("int referenced", 24, 4, true),
            ("int none_or_zero", 28, 4, true),
            ("int status", 32, 4, true),
            ("int unmapped", 36, 4, true),
        ],
        "mm=%p, scan_pfn=0x%lx, referenced=%d, none_or_zero=%d, status=%s, unmapped=%d",
        "REC->mm, REC->pfn, REC->referenced, REC->none_or_zero, <status>, REC->unmapped",
    ),
    event(
        Group::Ksm,
        "ksm_advisor",
        741,
        &[
            ("s64 scan_time", 8, 8, true),
            ("unsigned long pages_to_scan", 16, 8, false),
            ("unsigned int cpu_percent", 24, 4, false),
        ],
        "ksm scan time %lld pages_to_scan %lu cpu percent %u",
        "REC->scan_time, REC->pages_to_scan, REC->cpu_percent",
    ),
    event(
        Group::Ksm,
        "ksm_enter",
        747,
        &[("void * mm", 8, 8, false)],
        "mm %p",
        "REC->mm",
    ),
    event(
        Group::Ksm,
        "ksm_exit",
        746,
        &[("void * mm", 8, 8, false)],
        "mm %p",
        "REC->mm",
    ),
    event(
        Group::Ksm,
        "ksm_merge_one_page",
        745,
        &[
            ("unsigned long pfn", 8, 8, false),
            ("void * rmap_item", 16, 8, false),
            ("void * mm", 24, 8, false),
            ("int err", 32, 4, true),
        ],
        "ksm pfn %lu rmap_item %p mm %p error %d",
        "REC->pfn, REC->rmap_item, REC->mm, REC->err",
    ),
    event(
        Group::Ksm,
        "ksm_merge_with_ksm_page",
        744,
        &[
            ("void * ksm_page", 8, 8, false),
            ("unsigned long pfn", 16, 8, false),
            ("void * rmap_item", 24, 8, false),
            ("void * mm", 32, 8, false),
            ("int err", 40, 4, true),
        ],
        "%spfn %lu rmap_item %p mm %p error %d",
        "(REC->ksm_page ? \"ksm \" : \"\"), REC->pfn, REC->rmap_item, REC->mm, REC->err",
    ),
    event(
        Group::Ksm,
        "ksm_remove_ksm_page",
        743,
        &[("unsigned long pfn", 8, 8, false)],
        "pfn %lu",
        "REC->pfn",
    ),
    event(
        Group::Ksm,
        "ksm_remove_rmap_item",
        742,
        &[
            ("unsigned long pfn", 8, 8, false),
            ("void * rmap_item", 16, 8, false),
            ("void * mm", 24, 8, false),
        ],
        "pfn %lu rmap_item %p mm %p",
        "REC->pfn, REC->rmap_item, REC->mm",
    ),
    event(
        Group::Ksm,
        "ksm_start_scan",
        749,
        &[("int seq", 8, 4, true), ("u32 rmap_entries", 12, 4, false)],
        "seq %d rmap size %d",
        "REC->seq, REC->rmap_entries",
    ),
    event(
        Group::Ksm,
        "ksm_stop_scan",
        748,
        &[("int seq", 8, 4, true), ("u32 rmap_entries", 12, 4, false)],
        "seq %d rmap size %d",
        "REC->seq, REC->rmap_entries",
    ),
];

impl Tracepoint {
    /// Text of `format`.
    pub fn format(&self) -> String {
        let mut out = format!("name: {}\nID: {}\nformat:\n", self.name, self.id);
        let line = |out: &mut String, (field, offset, size, signed): Field| {
            let signed = u8::from(signed);
            let _ = writeln!(
                out,
                "\tfield:{field};\toffset:{offset};\tsize:{size};\tsigned:{signed};"
            );
        };
        COMMON.iter().for_each(|f| line(&mut out, *f));
        out.push('\n');
        self.fields.iter().for_each(|f| line(&mut out, *f));
        let _ = writeln!(
            out,
            "\nprint fmt: \"{}\", {}",
            self.print,
            self.symbolic_args()
        );
        out
    }

    /// The arguments with the words of scan results spelled out.
    fn symbolic_args(&self) -> String {
        let Some((before, rest)) = self.args.split_once('<') else {
            return self.args.to_owned();
        };
        let Some((field, after)) = rest.split_once('>') else {
            return self.args.to_owned();
        };
        let words: Vec<String> = ScanResult::ALL
            .iter()
            .map(|r| format!("{{{}, \"{}\"}}", *r as u8, r.as_str()))
            .collect();
        format!(
            "{before}__print_symbolic(REC->{field}, {}){after}",
            words.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_the_kernel() {
        let t = TRACEPOINTS
            .iter()
            .find(|t| t.name == "ksm_start_scan")
            .expect("in the table");
        assert_eq!(
            t.format(),
            "name: ksm_start_scan\nID: 749\nformat:\n\
             \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\
             \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n\
             \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n\
             \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n\
             \tfield:int seq;\toffset:8;\tsize:4;\tsigned:1;\n\
             \tfield:u32 rmap_entries;\toffset:12;\tsize:4;\tsigned:0;\n\n\
             print fmt: \"seq %d rmap size %d\", REC->seq, REC->rmap_entries\n"
        );
        let t = TRACEPOINTS
            .iter()
            .find(|t| t.name == "mm_khugepaged_scan_pmd")
            .expect("in the table");
        let text = t.format();
        assert!(
            text.contains(", __print_symbolic(REC->status, {0, \"failed\"}, {1, \"succeeded\"}, "),
            "{text}"
        );
        assert!(
            text.ends_with("{30, \"page_filled\"}), REC->unmapped\n"),
            "{text}"
        );
    }

    #[test]
    fn listed_by_group_and_name() {
        let names: Vec<_> = TRACEPOINTS
            .iter()
            .map(|t| (t.group.name(), t.name))
            .collect();
        assert!(names.is_sorted());
    }
}
