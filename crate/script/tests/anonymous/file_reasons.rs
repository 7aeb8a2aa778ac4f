//! Every reason that khugepaged and MADV_COLLAPSE can give for a file.
//!
//! Those that need somebody between two steps of one collapse are made by `meanwhile`. Of `collapse_pte_mapped_thp`, which
//! has no tracepoint, come `pte_non_present`, here an errno, and `page_null`, `page_compound` and `vma_check_failed`, for
//! who changes the file between the collapse and the mapping: they have a test beside that function.

use super::{run, then};
use mm_engine::khugepaged::ScanResult as R;
use mm_engine::trace::EventKind;

const SHMEM: &str = "proc p1
sys transparent_hugepage/shmem_enabled advise
memfd m 2M
p1 mmap a 2M shared memfd=m
p1 write a
p1 madvise a hugepage
p1 madvise a hugepage
";
const DISK: &str = "machine read_only_thp_for_fs fs=btrfs
proc p1
";
const K: &str = "khugepaged scan";
const M: &str = "p1 madvise a collapse";

/// What is there, who collapses, the reason, and the errno.
const CASES: &[(&str, &str, &str, R, &str)] = &[
    (SHMEM, "", K, R::Succeed, ""),
    (SHMEM, "", M, R::PteMappedHugepage, ""),
    (SHMEM, M, K, R::PteMappedHugepage, ""),
    (
        SHMEM,
        "sys transparent_hugepage/khugepaged/max_ptes_none 255\np1 fallocate m punch 0 1028K",
        K,
        R::ExceedNonePte,
        "",
    ),
    (
        SHMEM,
        "swap on 64M\np1 madvise a[0..65] pageout",
        K,
        R::ExceedSwapPte,
        "",
    ),
    (SHMEM, "p1 pin a[100]", K, R::PageCount, ""),
    (SHMEM, "p1 pin a[100]", M, R::PageCount, "EAGAIN"),
    (SHMEM, "p1 lock a[100]", M, R::PageLock, "EAGAIN"),
    (SHMEM, "fragment 100%", M, R::AllocHugePageFail, "ENOMEM"),
    (SHMEM, "charge limit 2M", M, R::CgroupChargeFail, "EBUSY"),
    (
        SHMEM,
        "p1 fallocate m punch 0 2M",
        M,
        R::Truncated,
        "EINVAL",
    ),
    (
        DISK,
        "file f 2M ro\np1 mmap a 2M shared prot=r file=f\np1 read a",
        M,
        R::PteMappedHugepage,
        "",
    ),
    (
        // Nothing of it was read: the collapse does.
        DISK,
        "file f 2M ro\np1 mmap a 2M shared prot=r file=f",
        M,
        R::PteMappedHugepage,
        "",
    ),
    (
        DISK,
        "file f 1M ro\np1 mmap a 2M shared prot=r file=f\np1 read a[0]",
        M,
        R::Fail,
        "EINVAL",
    ),
    (
        // The huge page is there; its mapping by a PMD is refused with `pte_non_present`.
        SHMEM,
        "p1 madvise a collapse\np1 madvise a[7] guard_install",
        M,
        R::PteMappedHugepage,
        "EINVAL",
    ),
    (SHMEM, "p1 isolate a[100]", K, R::PageLru, ""),
    (SHMEM, "p1 isolate a[100]", M, R::PageLru, "EAGAIN"),
    (SHMEM, "p1 meanwhile a[100] isolate", K, R::DelPageLru, ""),
    (
        SHMEM,
        "p1 meanwhile a[100] isolate",
        M,
        R::DelPageLru,
        "EAGAIN",
    ),
    (SHMEM, "p1 meanwhile a remove", K, R::Truncated, ""),
    (SHMEM, "p1 meanwhile a[7] poison", M, R::CopyMc, "EINVAL"),
    (
        SHMEM,
        "p1 fallocate m punch 0 64K\np1 meanwhile a[7] nomem",
        M,
        R::StoreFailed,
        "EINVAL",
    ),
    (
        SHMEM,
        "p1 fallocate m punch 0 64K\np1 meanwhile a[7] fill",
        M,
        R::PageFilled,
        "EAGAIN",
    ),
    (
        DISK,
        "file f 2M ro\np1 mmap a 2M shared prot=r file=f\np1 read a\np1 meanwhile a[7] private",
        M,
        R::PageHasPrivate,
        "EINVAL",
    ),
    (
        "machine nodes=2 mem=1G distance=40
echo 1 > /proc/sys/vm/zone_reclaim_mode
",
        "proc p1\nmemfd m 2M\np1 mmap a 2M shared memfd=m\np1 mbind a[0..256] bind:0\np1 mbind a[256..512] bind:1\n\
         p1 write a\np1 mbind a default\nsys transparent_hugepage/shmem_enabled always",
        M,
        R::ScanAbort,
        "EINVAL",
    ),
];

#[test]
fn each_reason_has_its_event_and_errno() {
    for (base, case, who, reason, errno) in CASES {
        let (mut session, _) = run(&format!("{base}{case}"));
        let first = session.machine().events().next_seq();
        let step = then(&mut session, who);
        session.machine().check().unwrap();
        let got = session
            .machine()
            .events()
            .since(first)
            .find_map(|e| match e.kind {
                EventKind::KhugepagedScanFile { result, .. } => Some(result),
                _ => None,
            });
        assert_eq!(got, Some(*reason), "{case}: {who}");
        assert_eq!(step.errno.map_or("", |e| e.name()), *errno, "{case}: {who}");
    }
}

/// A file open for writing is left alone; where large folios cannot be written, the first writer drops them.
#[test]
fn a_writer_ends_huge_pages_of_a_file() {
    let map = "p1 mmap a 2M shared prot=r file=f\np1 read a\n";
    let (mut open, _) = run(&format!("{DISK}file f 2M\n{map}"));
    assert_eq!(then(&mut open, M).errno.map(|e| e.name()), Some("EINVAL"));
    let (mut session, _) = run(&format!("{DISK}file f 2M ro\n{map}{M}"));
    then(&mut session, "observe").obs.expect("an observation");
    assert_eq!(session.machine().stats().nr_file_hugepages, 1);
    then(&mut session, "p1 pwrite f 0 1 fill=7");
    session.machine().check().unwrap();
    assert_eq!(session.machine().stats().nr_file_hugepages, 0);
    assert_eq!(
        then(&mut session, "p1 check a[1] idx index=1").differ,
        Some((0, None))
    );
}
