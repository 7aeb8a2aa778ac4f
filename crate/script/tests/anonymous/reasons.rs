//! Every reason that khugepaged can give for anonymous memory: the event, the tracepoint and `why` name the same.
//!
//! Those that need another thread between two steps of a collapse are made by `meanwhile`. Two are never given for
//! anonymous memory: `page_null` wants an entry without an ordinary page in an area that may be huge, and
//! `could_not_delete_page_from_lru` a page that leaves its list between two tests of the same loop, of which the first
//! sees the reference that took it off.

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
    ("p1 isolate a[100]", R::PageLru, "EAGAIN"),
    ("p1 munmap b\np1 meanwhile a munmap", R::VmaNull, "EINVAL"),
    ("p1 meanwhile a[256..512] munmap", R::AddressRange, "EINVAL"),
    ("p1 meanwhile a nohugepage", R::VmaCheck, "EINVAL"),
    ("p1 meanwhile a thp_disable", R::AnyProcess, "EINVAL"),
    (
        "sys transparent_hugepage/shmem_enabled always\np1 meanwhile a remap",
        R::PageAnon,
        "EINVAL",
    ),
    ("p1 meanwhile a dontneed", R::PmdNone, "EINVAL"),
    (
        "swap on 64M\np1 write a seed=1\np1 meanwhile a[7] pageout",
        R::PteNonPresent,
        "EINVAL",
    ),
    ("p1 meanwhile a[7] isolate", R::PageCount, "EAGAIN"),
    ("p1 meanwhile a[7] poison", R::CopyMc, "EINVAL"),
];

/// Nodes too far apart to reclaim from each other: a machine of its own.
const FAR: &str = "machine nodes=2 mem=1G distance=40
echo 1 > /proc/sys/vm/zone_reclaim_mode
proc p1
p1 mmap a 2M
p1 mbind a[0..256] bind:0
p1 mbind a[256..512] bind:1
p1 write a
p1 mbind a default
p1 madvise a hugepage";

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

/// All reasons of the enumeration, but those of files and the two that anonymous memory never gives.
#[test]
fn every_reason_of_anonymous_memory_is_made() {
    use mm_engine::khugepaged::ScanResult;
    let never = [
        R::PageNull,
        R::DelPageLru,
        R::PteMappedHugepage,
        R::PageCompound,
        R::Truncated,
        R::PageHasPrivate,
        R::StoreFailed,
        R::PageFilled,
    ];
    for r in ScanResult::ALL {
        let made = r == R::ScanAbort || CASES.iter().any(|c| c.1 == r);
        assert_eq!(made, !never.contains(&r), "{}", r.as_str());
    }
}

#[test]
fn nodes_far_apart_abort_the_scan() {
    let (mut session, _) = run(FAR);
    let why = then(&mut session, "why p1.a[0]").why.expect("lists");
    let list = why.iter().find(|l| l.who == "khugepaged").expect("a list");
    assert_eq!(list.refused, Some("scan_aborted"));
    let trace = |on| format!("echo {on} > /sys/kernel/tracing/events/huge_memory/enable");
    then(&mut session, &trace(1));
    let first = session.machine().events().next_seq();
    then(&mut session, "khugepaged scan");
    let aborted = session.machine().events().since(first).any(|e| {
        matches!(
            e.kind,
            EventKind::KhugepagedScanPmd {
                status: R::ScanAbort,
                ..
            }
        )
    });
    assert!(aborted);
    assert!(cat(&session, TRACE).contains("status=scan_aborted,"));
    assert_eq!(
        then(&mut session, "p1 madvise a collapse")
            .errno
            .map(|e| e.name()),
        Some("EINVAL")
    );
    then(&mut session, "echo 0 > /proc/sys/vm/zone_reclaim_mode");
    assert_eq!(then(&mut session, "p1 madvise a collapse").errno, None);
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
