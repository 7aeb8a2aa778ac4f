//! What only the engine can be told: boot parameters, splits by hand, pressure, userfaultfd, patterns of access.

use super::{cat, classes, mthp, run, then, vmstat};
use mm_engine::Errno;

const SPLIT: &str = "/sys/kernel/debug/split_huge_pages";
const ONE: &str = "proc p1\np1 mmap a 2M\np1 madvise a hugepage\np1 write a seed=1\n";

#[test]
fn boot_parameters_of_sizes() {
    let (session, _) = run(
        "machine thp_anon=16K-64K,1M:always;512K:inherit thp_shmem=8K:advise transparent_hugepage_shmem=within_size\nproc p1\n",
    );
    let read = |kb: u32, file: &str| {
        let text = cat(
            &session,
            &format!("/sys/kernel/mm/transparent_hugepage/hugepages-{kb}kB/{file}"),
        );

        text.split(['[', ']'])
            .nth(1)
            .expect("a chosen word")
            .to_owned()
    };
    for (kb, word) in [
        (16, "always"),
        (64, "always"),
        (128, "never"),
        (512, "inherit"),
        (1024, "always"),
        (2048, "never"),
    ] {
        assert_eq!(read(kb, "enabled"), word, "{kb}");
    }
    assert_eq!(
        (read(8, "shmem_enabled"), read(2048, "shmem_enabled")),
        ("advise".into(), "never".into())
    );
    assert!(
        cat(
            &session,
            "/sys/kernel/mm/transparent_hugepage/shmem_enabled"
        )
        .contains("[within_size]")
    );
    // No size of 2 MiB: no thread. And the top level plays no part where a size says always.
    let (mut session, _) = run(
        "machine transparent_hugepage=always thp_anon=64K:always\nproc p1\np1 mmap a 2M\np1 write a[3]\n",
    );
    assert_eq!(classes(&session, "p1", "a"), "4*16 .*496");
    assert_eq!(mthp(&session, 64, "anon_fault_alloc"), 1);
    assert_eq!(then(&mut session, "khugepaged wake").running, Some(false));
    // What cannot be read is ignored whole.
    let (session, _) = run("machine thp_anon=64K:always;x:never\nproc p1\n");
    assert!(
        cat(
            &session,
            "/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled"
        )
        .contains("[inherit]")
    );
}

#[test]
fn stores_to_the_huge_zero_page_by_kernel() {
    for (kernel, after, counters) in [("6.18", "T*512", [1, 0]), ("5.19", "z*5 a z*506", [0, 1])] {
        let (session, steps) = run(&format!(
            "machine kernel={kernel}\nproc p1\np1 mmap a 2M\np1 madvise a hugepage\np1 read a[0]\np1 write a[5]\n"
        ));
        assert_eq!(classes(&session, "p1", "a"), after, "{kernel}");
        assert_eq!(
            ["thp_fault_alloc", "thp_split_pmd"].map(|n| vmstat(&session, n)),
            counters,
            "{kernel}"
        );
        assert_eq!(steps.last().expect("a step").faults, Some(1));
    }
}

#[test]
fn splits_into_every_order() {
    for order in [0u8, 2, 3, 4, 5, 6, 7, 8] {
        let (session, steps) = run(&format!(
            "{ONE}p1 split a order={order}\np1 check a seed=1\n"
        ));
        let class = if order == 0 {
            "a".into()
        } else {
            order.to_string()
        };
        assert_eq!(
            classes(&session, "p1", "a"),
            format!("{class}*512"),
            "{order}"
        );
        assert_eq!(steps[4].errno, None);
        assert_eq!(steps[5].differ, Some((0, None)));
        assert_eq!(
            (
                vmstat(&session, "thp_split_page"),
                vmstat(&session, "thp_split_pmd")
            ),
            (1, 1)
        );
        assert_eq!(mthp(&session, 2048, "nr_anon"), 0);
        if order > 0 {
            assert_eq!(mthp(&session, 4 << order, "nr_anon"), 512 >> order);
        }
    }
    // Anonymous memory has no order 1; nothing happens, and that is success.
    let (session, steps) = run(&format!(
        "{ONE}p1 split a order=1\np1 split a order=9\np1 split a order=63\n"
    ));
    assert_eq!(classes(&session, "p1", "a"), "T*512");
    assert!(steps.iter().all(|s| s.errno.is_none()));
    assert_eq!(mthp(&session, 2048, "split_failed"), 0);
}

#[test]
fn splits_around_a_page() {
    let (session, _) = run(&format!(
        "{ONE}p1 split a[0..1] offset=5\np1 check a seed=1\n"
    ));
    // The block with page 5 keeps halving; from order 2 it goes straight to single pages.
    assert_eq!(
        classes(&session, "p1", "a"),
        "2*4 a*4 3*8 4*16 5*32 6*64 7*128 8*256"
    );
    let (session, _) = run(&format!("{ONE}p1 split a[0..1] order=7 offset=511\n"));
    assert_eq!(classes(&session, "p1", "a"), "8*256 7*256");
    // The walk goes on and splits what is still larger.
    let (session, _) = run(&format!("{ONE}p1 split a order=7 offset=0\n"));
    assert_eq!(classes(&session, "p1", "a"), "7*512");
    // Zero pages of single size become the zero page, larger pieces keep them.
    let (session, _) = run(
        "proc p1\np1 mmap a 2M\np1 madvise a hugepage\np1 write a zero\np1 split a[0..1] offset=0\n",
    );
    assert_eq!(
        classes(&session, "p1", "a"),
        "z*4 2*4 3*8 4*16 5*32 6*64 7*128 8*256"
    );
}

#[test]
fn splits_that_are_refused() {
    // A pin: passed over without a failure. The global form counts one.
    let (mut session, _) = run(&format!("{ONE}p1 pin a[3]\np1 split a\n"));
    assert_eq!(
        (
            classes(&session, "p1", "a"),
            mthp(&session, 2048, "split_failed")
        ),
        ("T*512".into(), 0)
    );
    then(&mut session, &format!("echo 1 > {SPLIT}"));
    assert_eq!(
        (
            vmstat(&session, "thp_split_page_failed"),
            mthp(&session, 2048, "split_failed")
        ),
        (1, 1)
    );
    then(&mut session, "p1 unpin a[3]");
    then(&mut session, &format!("echo 1 > {SPLIT}"));
    assert_eq!(classes(&session, "p1", "a"), "a*512");
    for (text, errno) in [
        ("2", Some(Errno::EINVAL)),
        ("1,0x0", Some(Errno::EINVAL)),
        ("77,4096,8192", Some(Errno::EINVAL)),
        ("77,0x1000,0x2000", Some(Errno::ESRCH)),
        ("1,4096,8192", None),
        ("/nothing,0x0,0x1", Some(Errno::EINVAL)),
        ("/memfd:m", Some(Errno::EINVAL)),
    ] {
        assert_eq!(
            then(&mut session, &format!("echo {text} > {SPLIT}")).errno,
            errno,
            "{text}"
        );
    }
}

#[test]
fn splits_of_files_by_path() {
    let setup = "proc p1\nsys transparent_hugepage/shmem_enabled always\nmemfd m 2M\np1 mmap a 2M shared memfd=m\np1 write a seed=2\n";
    for order in 0..9 {
        let (session, steps) = run(&format!(
            "{setup}echo /memfd:m,0x0,0x400,{order} > {SPLIT}\np1 read a\np1 check a seed=2\n"
        ));
        assert_eq!(steps[5].errno, None);
        assert_eq!(steps[7].differ, Some((0, None)), "{order}");
        assert_eq!(
            (
                vmstat(&session, "thp_split_page"),
                mthp(&session, 2048, "split")
            ),
            (1, 1),
            "{order}"
        );
        assert_eq!(vmstat(&session, "nr_shmem_hugepages"), 0);
    }
}

#[test]
fn charges_that_fail() {
    let setup = "machine enabled=always\nproc p1\np1 mmap a 4M\np1 write a[0]\ncharge limit 3M\n";
    let (mut session, _) = run(&format!("{setup}p1 write a[512]\n"));
    assert_eq!(classes(&session, "p1", "a"), "T*512 a .*511");
    for name in ["thp_fault_fallback", "thp_fault_fallback_charge"] {
        assert_eq!(vmstat(&session, name), 1, "{name}");
    }
    for name in ["anon_fault_fallback", "anon_fault_fallback_charge"] {
        assert_eq!(mthp(&session, 2048, name), 1, "{name}");
    }
    // A single page that cannot be charged is the end of the process in Linux.
    let step = then(&mut session, "p1 write a[513..1024]");
    assert_eq!(
        step.signal.map(|(s, at)| (s.name(), at)),
        Some(("SIGKILL", 768))
    );
    then(&mut session, "charge limit max");
    assert_eq!(then(&mut session, "p1 write a").signal, None);
    let (session, _) = run(
        "machine thp_anon=64K:always\nproc p1\np1 mmap a 4M\ncharge limit 40K\np1 write a[0]\n",
    );
    assert_eq!(mthp(&session, 64, "anon_fault_fallback_charge"), 1);
    assert_eq!(classes(&session, "p1", "a"), "a .*1023");
}

#[test]
fn pressure_comes_and_goes() {
    let (mut session, steps) = run(
        "machine mem=256M enabled=always\nproc p1\np1 mmap a 4M\nhog 1G\nfragment 100% seed=3\np1 write a[0]\n",
    );
    assert_eq!(steps[2].errno, Some(Errno::ENOMEM));
    assert_eq!(classes(&session, "p1", "a"), "a .*1023");
    assert_eq!(
        (
            vmstat(&session, "thp_fault_fallback"),
            vmstat(&session, "thp_fault_fallback_charge")
        ),
        (1, 0)
    );
    then(&mut session, "fragment 0%");
    then(&mut session, "p1 write a[512]");
    assert_eq!(classes(&session, "p1", "a"), "a .*511 T*512");
    assert_eq!(then(&mut session, "hog 200M").errno, None);
    then(&mut session, "hog 0");
}

#[test]
fn userfaultfd_stops_what_it_watches() {
    let (mut session, _) = run(
        "machine enabled=always\nproc p1\np1 mmap a 4M\np1 write a[0]\np1 uffd a[512..1024] missing\n",
    );
    let signal = |step: super::Step| step.signal.map(|(s, at)| (s.name(), at));
    assert_eq!(
        signal(then(&mut session, "p1 write a[600]")),
        Some(("SIGBUS", 600))
    );
    assert_eq!(
        signal(then(&mut session, "p1 read a[600]")),
        Some(("SIGBUS", 600))
    );
    // A protected huge page: stores stop, loads go on; a part of it splits the PMD.
    let refused = then(&mut session, "p1 uffd a[0..512] protect").errno;
    assert_eq!(refused, Some(Errno::ENOENT));
    then(&mut session, "p1 uffd a[0..512] wp");
    then(&mut session, "p1 uffd a[0..512] protect");
    assert_eq!(classes(&session, "p1", "a"), "T*512 .*512");
    assert_eq!(
        signal(then(&mut session, "p1 write a[3]")),
        Some(("SIGBUS", 3))
    );
    assert_eq!(signal(then(&mut session, "p1 read a[3]")), None);
    then(&mut session, "p1 fork p2");
    assert_eq!(signal(then(&mut session, "p2 write a[3]")), None);
    then(&mut session, "p2 exit");
    then(&mut session, "p1 uffd a[0..5] unprotect");
    assert_eq!(vmstat(&session, "thp_split_pmd"), 2);
    assert_eq!(
        signal(then(&mut session, "p1 write a[0..512]")),
        Some(("SIGBUS", 5))
    );
    then(&mut session, "p1 uffd a off");
    assert_eq!(signal(then(&mut session, "p1 write a")), None);
    // It outlives a stay in swap, and a move ends it.
    then(&mut session, "swap on 64M");
    then(&mut session, "p1 uffd a[0..4] wp");
    then(&mut session, "p1 uffd a[0..4] protect");
    then(&mut session, "p1 madvise a[0..4] pageout");
    assert_eq!(
        signal(then(&mut session, "p1 write a[0..4]")),
        Some(("SIGBUS", 0))
    );
    then(&mut session, "p1 mremap a[0..4] to b");
    assert_eq!(signal(then(&mut session, "p1 write b")), None);
    then(&mut session, "memfd m 4M");
    then(&mut session, "p1 mmap f 4M shared memfd=m");
    assert_eq!(
        then(&mut session, "p1 uffd f wp").errno,
        Some(Errno::EINVAL)
    );
}

#[test]
fn patterns_of_access() {
    let touched = |line: &str| {
        let (session, steps) = run(&format!("proc p1\np1 mmap a 1M\np1 touch a {line}\n"));
        (classes(&session, "p1", "a"), steps[2].faults)
    };
    assert_eq!(touched("write"), ("a*256".into(), Some(256)));
    assert_eq!(touched("count=10"), ("z*10 .*246".into(), Some(10)));
    assert_eq!(
        touched("stride=64K count=3 write"),
        ("a .*15 a .*15 a .*223".into(), Some(3))
    );
    assert_eq!(
        touched("stride=1 count=4097 write"),
        ("a*2 .*254".into(), Some(2))
    );
    let random = touched("pattern=random seed=1 count=1K write");
    assert_eq!(random, touched("pattern=random seed=1 count=1K write"));
    assert_ne!(random, touched("pattern=random seed=2 count=1K write"));
    // Few pages often: the first pages are all hit, most of the others are not.
    let (zipf, faults) = touched("pattern=zipf seed=1 count=256 write");
    assert!(zipf.starts_with("a*") && faults < Some(160), "{zipf}");
}

#[test]
fn policies_choose_nodes() {
    let (mut session, steps) = run(
        "machine mem=1G nodes=4 cpus=4 enabled=always\nproc p1 cpu=2\n\
         p1 mmap a 64K\np1 write a\n\
         p1 mmap b 64K\np1 mbind b interleave:0,3\np1 write b\n\
         p1 mmap c 4M\np1 mbind c[0..512] bind:1\np1 mbind c[512..1024] prefer:3\np1 write c\n\
         p1 mbind a bind:5\np1 munmap b[3]\np1 mbind b local\np1 mbind b default\n",
    );
    let errnos: Vec<_> = steps.iter().filter_map(|s| s.errno).collect();
    assert_eq!(errnos, [Errno::EINVAL, Errno::EFAULT]);
    let maps = cat(&session, "/proc/p1/numa_maps");
    let line = |words: &str| {
        assert!(
            maps.lines()
                .any(|l| words.split(' ').all(|w| l.split(' ').any(|x| x == w))),
            "{words}: {maps}"
        );
    };
    line("default anon=16 N2=16");
    line("bind:1 anon=512 N1=512");
    line("prefer:3 anon=512 N3=512");
    line("default anon=12 N0=6 N3=6");
    // A bound area has nothing else to go to; a preferred node is only the first.
    then(&mut session, "p1 mmap d 512M noreserve");
    then(&mut session, "p1 mbind d bind:0");
    let full = then(&mut session, "p1 write d")
        .signal
        .map(|(s, _)| s.name());
    assert_eq!(full, Some("SIGKILL"));
    then(&mut session, "p1 mbind d prefer:0");
    assert_eq!(then(&mut session, "p1 write d[0..100000]").signal, None);
    // A collapse takes the node of most pages.
    let (session, _) = run(
        "machine mem=1G nodes=2\nproc p1\np1 mmap a 2M\np1 mbind a[0..300] bind:1\n\
         p1 write a\np1 mbind a default\np1 madvise a collapse\n",
    );
    assert!(cat(&session, "/proc/p1/numa_maps").contains("N1=512"));
}

/// Huge pages mapped by entries at places of their own, split through one of those.
#[test]
fn splits_of_moved_pages() {
    let (session, steps) = run(
        "proc p1\nfor i in 0..4\np1 mmap h$i 2M\np1 madvise h$i hugepage\np1 write h$i seed=1\nend\n\
         p1 mremap h0[0] to w\np1 mremap h1[1] to w1 after=w\np1 mremap h2[2] to w2 after=w1\np1 mremap h3[3] to w3 after=w2\n\
         p1 split w\np1 split w1\np1 split w2\np1 check h2[3..512] seed=1\n",
    );
    assert_eq!(classes(&session, "p1", "w"), "a");
    assert_eq!(classes(&session, "p1", "h3"), "t*3 . t*508");
    assert_eq!(classes(&session, "p1", "h2"), "a*2 . a*509");
    assert_eq!(vmstat(&session, "thp_split_page"), 3);
    assert_eq!(steps.last().expect("a step").differ, Some((0, None)));
    // Zeroes become the zero page.
    let (session, _) =
        run("proc p1\np1 mmap a 8M\np1 madvise a hugepage\np1 write a zero\np1 split a\n");
    assert_eq!(classes(&session, "p1", "a"), "z*2048");
    assert!(cat(&session, "/proc/p1/status").contains("RssAnon:\t       0 kB\n"));
}
