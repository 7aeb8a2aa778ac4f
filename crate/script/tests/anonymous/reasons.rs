//! Every reason that khugepaged can give for anonymous memory: the event, the tracepoint and `why` name the same.
//!
//! The others need a second thread between two steps of one scan (`no_process_for_page`, `vma_null`, `vma_check_failed`,
//! `not_suitable_address_range`, `page_not_anon`, `pte_non_present`, `could_not_delete_page_from_lru`), poisoned memory,
//! files, pages that wait in per-CPU batches (`page_not_in_lru`) or nodes farther apart than any here
//! (`scan_aborted`).

use super::{Session, cat, run, then, vmstat};
use mm_engine::khugepaged::ScanResult as R;
use mm_engine::trace::EventKind;

const TRACE: &str = "/sys/kernel/tracing/trace";
const FULL: &str = "p1 mmap a 2M\np1 write a\np1 madvise a hugepage";

/// What makes the reason, the reason, and the errno that MADV_COLLAPSE of the same range gives.
const CASES: &[(&str, R, &str)] = &[
    ("p1 write b", R::Succeed, ""),
    ("p1 madvise a[7] guard_install", R::Fail, "EINVAL"),
    (
        // The first GiB has a table of PMDs, the second has none.
        "p1 munmap a\np1 mmap a 3M\np1 munmap a\np1 mmap g 2G\np1 write g[0]\np1 madvise g hugepage",
        R::PmdNull,
        "EINVAL",
    ),
    ("p1 madvise a dontneed", R::PmdNone, "EINVAL"),
    ("p1 madvise a collapse", R::PmdMapped, ""),
    (
        "p1 madvise a[0..256] dontneed\nsys transparent_hugepage/khugepaged/max_ptes_none 255",
        R::ExceedNonePte,
        "",
    ),
    (
        "swap on 64M\np1 write a seed=1\np1 madvise a[0..65] pageout",
        R::ExceedSwapPte,
        "",
    ),
    ("p1 fork p2\np1 write a[0..255]", R::ExceedSharedPte, ""),
    ("p1 uffd a wp\np1 uffd a[5] protect", R::PteUffdWp, "EINVAL"),
    ("p1 madvise a cold", R::LackReferencedPage, ""),
    ("p1 pin a[100]", R::PageCount, "EAGAIN"),
    ("p1 lock a[100]", R::PageLock, "EAGAIN"),
    ("fragment 100%", R::AllocHugePageFail, "ENOMEM"),
    ("charge limit 2M", R::CgroupChargeFail, "EBUSY"),
];

fn prepared(case: &str) -> Session {
    let (session, _) = run(&format!("proc p1\np1 mmap b 2M\n{FULL}\n{case}"));
    session
}

/// Region and page asked about, and its address.
fn target(session: &Session, reason: R) -> (&'static str, u64) {
    let (region, page) = if reason == R::PmdNull {
        ("g", 300_000)
    } else {
        ("a", 0)
    };
    let regions = &session.processes()[0].regions;
    let r = regions
        .iter()
        .find(|r| &*r.name == region)
        .expect("it is mapped");
    (region, (r.base + page * 4096) & !0x1f_ffff)
}

#[test]
fn the_event_the_tracepoint_and_why_agree() {
    for (case, reason, _) in CASES {
        let mut session = prepared(case);
        then(
            &mut session,
            "echo 1 > /sys/kernel/tracing/events/huge_memory/enable",
        );
        let (region, at) = target(&session, *reason);
        let page = (at
            - session.processes()[0]
                .regions
                .iter()
                .find(|r| &*r.name == region)
                .expect("mapped")
                .base)
            / 4096;
        let why = then(&mut session, &format!("why p1.{region}[{page}]"))
            .why
            .expect("lists");
        let list = why
            .iter()
            .find(|l| l.who == "khugepaged")
            .expect("khugepaged's list");
        let want = reason.as_str();
        let expected = (*reason != R::Succeed).then_some(want);
        assert_eq!(list.refused, expected, "why: {case}: {:?}", list.checks);
        let failed = list.checks.iter().find(|c| !c.passed && c.reached);
        assert_eq!(failed.is_some(), expected.is_some(), "{case}");
        let first = session.machine().events().next_seq();
        then(&mut session, "khugepaged scan");
        let status = session
            .machine()
            .events()
            .since(first)
            .find_map(|e| match e.kind {
                EventKind::KhugepagedScanPmd { addr, status, .. } if addr == at => Some(status),
                _ => None,
            });
        assert_eq!(status, Some(*reason), "event: {case}");
        let trace = cat(&session, TRACE);
        assert!(
            trace.contains(&format!("status={want},")),
            "trace: {case}: {trace}"
        );
    }
}

#[test]
fn madv_collapse_gives_the_errno_of_the_reason() {
    for (case, reason, errno) in CASES {
        let mut session = prepared(case);
        if errno.is_empty() && *reason == R::PmdMapped {
            session = prepared("p1 madvise a collapse");
        }
        let (region, at) = target(&session, *reason);
        let base = session.processes()[0]
            .regions
            .iter()
            .find(|r| &*r.name == region)
            .expect("mapped")
            .base;
        let page = (at - base) / 4096;
        let step = then(
            &mut session,
            &format!("p1 madvise {region}[{page}..{}] collapse", page + 512),
        );
        let got = step.errno.map_or("", |e| e.name());
        assert_eq!(got, *errno, "{case}");
    }
}

/// Each limit counts a refusal once, and an allocation is counted even if the charge fails.
#[test]
fn counters_of_refusals() {
    let counters = [
        (R::ExceedNonePte, "thp_scan_exceed_none_pte", 1),
        (R::ExceedSwapPte, "thp_scan_exceed_swap_pte", 1),
        // Parent and child.
        (R::ExceedSharedPte, "thp_scan_exceed_share_pte", 2),
        (R::AllocHugePageFail, "thp_collapse_alloc_failed", 1),
        (R::AllocHugePageFail, "thp_collapse_alloc", 0),
        (R::CgroupChargeFail, "thp_collapse_alloc_failed", 0),
        (R::CgroupChargeFail, "thp_collapse_alloc", 1),
        (R::Fail, "thp_collapse_alloc", 1),
    ];
    for (reason, name, want) in counters {
        let case = CASES.iter().find(|c| c.1 == reason).expect("a case").0;
        let mut session = prepared(case);
        let before = vmstat(&session, name);
        then(&mut session, "khugepaged scan");
        assert_eq!(vmstat(&session, name) - before, want, "{name}: {case}");
    }
}
