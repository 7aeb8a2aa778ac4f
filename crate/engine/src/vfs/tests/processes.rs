//! Files of one process.

use super::*;
use crate::vfs::SmapsEntry;
use crate::vm::uapi::{MAP_GROWSDOWN, MAP_NORESERVE, PR_SET_THP_DISABLE};

const HUGE: u64 = 512;

/// The fields that are not 0, without the size of pages.
fn sizes(e: &SmapsEntry) -> Vec<(&'static str, u64)> {
    let fields = e.fields().into_iter();
    fields
        .filter(|(name, kb)| *kb > 0 && !name.ends_with("PageSize"))
        .collect()
}

#[test]
fn maps_has_one_line_an_area() {
    let mut w = World::new();
    w.map(0, 2, None);
    w.map(4, 1, None);
    w.m.mprotect(w.p, BASE + 0x1000, 0x1000, PROT_READ).unwrap();
    let want = "10000000000-10000001000 rw-p 00000000 00:00 0 \n\
                10000001000-10000002000 r--p 00000000 00:00 0 \n\
                10000004000-10000005000 rw-p 00000000 00:00 0 \n";
    assert_eq!(w.cat("/proc/p1/maps"), want);
    assert_eq!(w.cat("/proc/100/maps"), want);
}

/// Numbers of Linux 6.18.44 for the same calls: a child that broke one page out of a shared huge page.
#[test]
fn a_huge_page_shared_and_broken() {
    let mut w = World::new();
    w.map(0, HUGE, Some(Advice::HugePage));
    w.write(w.p, 0, HUGE);
    let child = w.m.fork(w.p, "p2").unwrap();
    w.write(child, 5, 6);
    let parent = w.m.smaps(w.p);
    assert_eq!(
        sizes(&parent[0]),
        [
            ("Size", 2048),
            ("Rss", 2048),
            ("Pss", 1026),
            ("Pss_Dirty", 1026),
            ("Shared_Dirty", 2044),
            ("Private_Dirty", 4),
            ("Referenced", 2048),
            ("Anonymous", 2048),
            ("AnonHugePages", 2048)
        ]
    );
    let of_child = w.m.smaps(child);
    assert_eq!(
        sizes(&of_child[0]),
        [
            ("Size", 2048),
            ("Rss", 2048),
            ("Pss", 1026),
            ("Pss_Dirty", 1026),
            ("Shared_Dirty", 2044),
            ("Private_Dirty", 4),
            ("Referenced", 4),
            ("Anonymous", 2048)
        ]
    );
    assert!(parent[0].thp_eligible && parent[0].flags.codes() == "rd wr mr mw me ac hg");
}

#[test]
fn a_third_of_a_page_keeps_its_twelve_bits() {
    let mut w = World::new();
    w.map(0, 10, None);
    w.write(w.p, 0, 10);
    w.m.mlock(w.p, BASE, 10 << 12, 0).unwrap();
    w.m.fork(w.p, "p2").unwrap();
    w.m.fork(w.p, "p3").unwrap();
    let e = w.m.smaps(w.p)[0];
    assert_eq!(
        (e.rss, e.pss, e.shared_dirty, e.private_dirty, e.locked),
        (40, 13, 40, 0, 13)
    );
    // Two areas of one page each: 1.33 kB twice is 1 in each and 2 in sum.
    w.m.mprotect(w.p, BASE, 1 << 12, PROT_READ).unwrap();
    w.m.munmap(w.p, BASE + (2 << 12), 8 << 12).unwrap();
    let pss: Vec<u64> = w.m.smaps(w.p).iter().map(|e| e.pss).collect();
    assert_eq!(
        (pss, w.number("/proc/p1/smaps_rollup", "Pss")),
        (vec![1, 1], 2)
    );
    assert_eq!(w.number("/proc/p1/smaps_rollup", "Pss_Anon"), 2);
}

#[test]
fn zero_pages_and_lazily_freed_ones() {
    let mut w = World::new();
    w.map(0, 2 * HUGE, Some(Advice::HugePage));
    w.read(0, 1);
    assert_eq!(sizes(&w.m.smaps(w.p)[0]), [("Size", 4096)]);
    w.map(2 * HUGE, 4, None);
    w.write(w.p, 2 * HUGE, 2 * HUGE + 4);
    w.advise(2 * HUGE, 3, Advice::Free);
    let e = w.m.smaps(w.p)[1];
    assert_eq!(
        (e.rss, e.lazy_free, e.private_clean, e.private_dirty),
        (16, 12, 12, 4)
    );
    assert_eq!((e.referenced, e.thp_eligible), (4, false));
}

#[test]
fn a_large_sparse_area_is_not_walked() {
    let mut w = World::new();
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    w.m.mmap(w.p, BASE, 64 << 40, PROT_READ | PROT_WRITE, flags)
        .unwrap();
    w.write(w.p, 1 << 33, (1 << 33) + 1);
    let e = w.m.smaps(w.p)[0];
    assert_eq!((e.size, e.rss), (64 << 30, 4));
    let spans = w.m.pmd_spans(w.m.mm_of(w.p).unwrap(), e.start, e.end);
    assert_eq!(spans.count(), 1);
    assert_eq!(w.m.pagemap(w.p, (BASE >> 12) + (1 << 33), 2)[1], 0);
}

#[test]
fn pagemap_words() {
    let mut w = World::new();
    w.map(0, 2 * HUGE, Some(Advice::HugePage));
    w.read(0, 1);
    w.write(w.p, HUGE, HUGE + 1);
    w.map(2 * HUGE, 4, None);
    w.read(2 * HUGE, 2 * HUGE + 1);
    w.write(w.p, 2 * HUGE + 1, 2 * HUGE + 2);
    w.advise(2 * HUGE + 2, 1, Advice::GuardInstall);
    let words = w.m.pagemap(w.p, BASE >> 12, 2 * HUGE as usize + 5);
    let high = |i: u64| words[i as usize] >> 55;
    let pfn = |i: u64| words[i as usize] & ((1 << 40) - 1);
    // The huge zero page is no anonymous page; its frames are consecutive.
    assert_eq!((high(0), high(511), pfn(511)), (0x140, 0x140, pfn(0) + 511));
    assert_eq!(
        (high(512), high(700), pfn(700)),
        (0x102, 0x102, pfn(512) + 188)
    );
    assert_eq!((high(1024), high(1025)), (0x100, 0x102));
    assert_eq!(
        (words[1026], words[1027], words[1028]),
        (0x4400_0000_0000_009f, 0, 0)
    );
    w.m.fork(w.p, "p2").unwrap();
    assert_eq!(w.m.pagemap(w.p, (BASE >> 12) + 512, 1)[0] >> 55, 0x100);
    assert_eq!(w.m.pagemap(Pid(1), 0, 4), [0; 0]);
    // Only part of a huge page.
    assert_eq!(
        w.m.pagemap(w.p, (BASE >> 12) + 600, 2)[1] & 0xff_ffff,
        pfn(601)
    );
}

#[test]
fn status_and_statm() {
    let mut w = World::new();
    w.map(0, 1024, None);
    w.write(w.p, 0, 100);
    w.m.mmap(
        w.p,
        BASE + (1 << 30),
        0x5000,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN,
    )
    .unwrap();
    w.m.mprotect(w.p, BASE + (1000 << 12), 24 << 12, PROT_READ)
        .unwrap();
    w.m.mlock(w.p, BASE, 10 << 12, 0).unwrap();
    let field = |w: &World, name: &str| w.number("/proc/p1/status", name);
    assert_eq!(
        (field(&w, "VmSize"), field(&w, "VmData"), field(&w, "VmStk")),
        (4116, 4000, 20)
    );
    assert_eq!(
        (field(&w, "VmRSS"), field(&w, "RssAnon"), field(&w, "VmLck")),
        (400, 400, 40)
    );
    assert_eq!((field(&w, "VmHWM"), field(&w, "THP_enabled")), (400, 1));
    assert_eq!(w.cat("/proc/p1/statm"), "1029 100 0 0 0 1005 0\n");
    w.advise(50, 50, Advice::DontNeed);
    w.m.munmap(w.p, BASE + (1 << 30), 0x5000).unwrap();
    assert_eq!((field(&w, "VmRSS"), field(&w, "VmHWM")), (200, 400));
    assert_eq!((field(&w, "VmSize"), field(&w, "VmPeak")), (4096, 4116));
    w.echo("/proc/p1/clear_refs", "5");
    assert_eq!(field(&w, "VmHWM"), 200);
    w.m.prctl(w.p, PR_SET_THP_DISABLE, [1, 2, 0, 0]).unwrap();
    assert_eq!(field(&w, "THP_enabled"), 1);
    w.m.prctl(w.p, PR_SET_THP_DISABLE, [1, 0, 0, 0]).unwrap();
    assert_eq!(field(&w, "THP_enabled"), 0);
}

#[test]
fn names_are_cut_as_in_the_kernel() {
    let mut w = World::new();
    let pid = w.m.spawn("a-very-long-process-name").unwrap();
    assert_eq!(w.cat(&format!("/proc/{}/comm", pid.0)), "a-very-long-pro\n");
    assert_eq!(
        w.cat("/proc/a-very-long-process-name/comm"),
        "a-very-long-pro\n"
    );
    // A name that is a file's does not hide the file.
    w.m.spawn("meminfo").unwrap();
    assert!(w.cat("/proc/meminfo").starts_with("MemTotal:"));
}

#[test]
fn referenced_bits_are_cleared() {
    let mut w = World::new();
    w.map(0, 2 * HUGE, Some(Advice::HugePage));
    w.map(2 * HUGE, 4, None);
    w.write(w.p, 0, 1);
    w.write(w.p, 2 * HUGE, 2 * HUGE + 4);
    let referenced = |w: &World| w.number("/proc/p1/smaps_rollup", "Referenced");
    assert_eq!(referenced(&w), 2048 + 16);
    w.echo("/proc/p1/clear_refs", "3\n");
    assert_eq!(referenced(&w), 2048 + 16);
    w.echo("/proc/p1/clear_refs", " 2\n");
    assert_eq!(referenced(&w), 0);
    w.read(2 * HUGE, 2 * HUGE + 1);
    assert_eq!(referenced(&w), 4);
    w.echo("/proc/p1/clear_refs", "+1");
    assert_eq!(referenced(&w), 0);
    for (text, errno) in [
        ("", Errno::EINVAL),
        ("0", Errno::EINVAL),
        ("6", Errno::EINVAL),
        ("-1", Errno::EINVAL),
        ("x", Errno::EINVAL),
        ("99999999999", Errno::ERANGE),
    ] {
        w.refuses("/proc/p1/clear_refs", text, errno);
    }
    w.check();
}

#[test]
fn numa_maps_counts_pages() {
    let mut w = World::new();
    w.map(0, HUGE, Some(Advice::HugePage));
    w.map(2 * HUGE, 4, None);
    w.map(3 * HUGE, 1, None);
    w.write(w.p, 0, 1);
    w.write(w.p, 2 * HUGE, 2 * HUGE + 3);
    w.advise(2 * HUGE, 1, Advice::Free);
    w.m.fork(w.p, "p2").unwrap();
    assert_eq!(
        w.cat("/proc/p1/numa_maps"),
        "10000000000 default anon=512 dirty=512 mapmax=2 active=0 N0=512 kernelpagesize_kB=4\n\
         10000400000 default anon=3 dirty=2 mapmax=2 active=0 N0=3 kernelpagesize_kB=4\n\
         10000600000 default\n"
    );
}

#[test]
fn ksm_files_of_a_process() {
    let mut w = World::new();
    w.map(0, 8, Some(Advice::Mergeable));
    assert_eq!(w.cat("/proc/p1/ksm_merging_pages"), "0\n");
    assert!(
        w.cat("/proc/p1/ksm_stat")
            .ends_with("ksm_merge_any: no\nksm_mergeable: yes\n")
    );
}
