//! What right lines mean.

use mm_script::language::{Command, Line, Pages, Span, parse, parse_line};

fn one(text: &str) -> Line {
    let mut lines = parse_line(text).unwrap_or_else(|errors| panic!("{text}: {}", errors[0]));
    assert_eq!(lines.len(), 1, "{text}");
    lines.remove(0)
}

/// Every form of every command.
#[test]
fn lines_and_their_meaning() {
    let lines = "
        proc p1
        proc redis-server cpu=1
        p1 mmap a 4M
        p1 mmap a 0x10000 shared hugetlb populate noreserve locked growsdown prot=rwx off=4K
        p1 mmap a 1 after=b prot=none
        p1 mmap a 16K at=b[10..20] memfd=m fileoff=8K shared
        p1 mmap a 2M where=kernel file=data.bin
        p1 munmap a
        p1 munmap a[..]
        p1 munmap a[100..200]
        p1 mprotect a[0..100] r
        p1 madvise a hugepage
        p1 madvise heap[0..8192:33] dontneed
        p1 madvise a[5] guard_install
        p1 mremap a to b
        p1 mremap a[256..768] to b off=4K dontunmap
        p1 mremap a[..512] to b after=c[1]
        p1 mremap a 8M
        p1 mremap a 0 maymove
        p1 mlock a[0..2] onfault
        p1 mlock a
        p1 munlock a[5..]
        p1 msync a
        p1 write a
        p1 write a byte=255
        p1 write a[0..512] fill=0x41
        p1 write a seed=-1 index=7
        p1 write a[0..512:2] idx
        p1 write a zero
        p1 read a[5]
        p1 check a seed=18446744073709551615
        p1 fork p2
        p1 exit
        p1 cpu 1
        p1 prctl thp_disable 1 0x2
        p1 prctl memory_merge 0
        p1 split a
        p1 split a order=4
        p1 fallocate m punch 1M 4K
        p1 truncate m 0
        p1 fadvise f willneed
        memfd m 4M hugetlb
        file f 128k
        swap on
        swap on 64M
        swap off
        sys ksm/full_scans
        sys transparent_hugepage/hugepages-64kB/enabled madvise
        vm drop_caches 2
        khugepaged scan
        ksmd wake 3
        step khugepaged
        step ksmd 100
        observe
        observe scan 1, one more
        expect ok
        expect errno EINVAL
        expect p1.a.classes T*512  a*3
        expect p1.a.Rss 2048
        expect vmstat.thp_split_pmd 1
        expect mthp.64kB/split -1
        expect p1.ksm_stat.ksm_merging_pages 4
        run 10s
        run 500us
        sleep 10
        cat /proc/p1/smaps
        echo 255 > /sys/kernel/mm/ksm/run
        echo  'nr  > 5' >> /sys/kernel/tracing/events/filter
        echo always>/sys/a
        echo > /sys/a
        ls /proc
        why p1.a[3]
        p1 pin a[3]
        p1 unpin a
        p1 lock a[0..2]
        p1 unlock a
        p1 touch a
        p1 touch a pattern=zipf count=1M seed=1 write
        p1 touch a pattern=stride=64K
        p1 touch a stride=64K
        p1 mbind a bind:1
        p1 mbind a interleave:0,2-3
        p1 mbind a local
        fragment 70% seed=1
        hog 1G
        charge limit 64M
        charge limit max
        help
        help mmap
    ";
    let mut table = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        table += &format!("{line}\n    {:?}\n", one(line).command);
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_script_may_begin_with_its_machine() {
    let text = "# two nodes\nmachine mem=4G nodes=2 cpus=2 seed=1 enabled=madvise hugepagesz=2M hugepages=0:2,1:4 hugepagesz=1G hugepages=1\nproc p1\n";
    let script = parse(text).expect("parses");
    insta::assert_debug_snapshot!(script.machine);
    assert_eq!(script.lines.len(), 1);
    assert_eq!(parse("").expect("parses").machine, None);
}

#[test]
fn ranges_of_a_region_of_ten_pages() {
    let check = |range: &str, first: u64, end: u64, step: u64| {
        let Command::Process {
            command: mm_script::language::ProcessCommand::Read(range),
            ..
        } = &*one(&format!("p read {range}")).command
        else {
            panic!("{range} is not read")
        };
        assert_eq!(range.pages.span(10), Span { first, end, step });
    };
    check("a", 0, 10, 1);
    check("a[..]", 0, 10, 1);
    check("a[4]", 4, 5, 1);
    check("a[4..]", 4, 10, 1);
    check("a[..4]", 0, 4, 1);
    check("a[2..4]", 2, 4, 1);
    check("a[4..4]", 4, 4, 1);
    check("a[0x4..0x14:0x2]", 4, 20, 2);
    check("a[..:3]", 0, 10, 3);
    check("a[11..]", 11, 10, 1);
    assert_ne!(
        Pages::Whole,
        Pages::Range {
            first: 0,
            end: None,
            step: 1
        }
    );
}

/// Text of all lines that a script expands to, with their line numbers.
fn expanded(text: &str) -> String {
    let script = parse(text).unwrap_or_else(|errors| panic!("{text}: {}", errors[0]));
    script
        .lines
        .iter()
        .map(|line| format!("{} {}", line.line, line.cmd))
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn loops() {
    let check = |text: &str, expected: &str| assert_eq!(expanded(text), expected, "{text}");
    check(
        "for i in 0..3\nobserve s$i\nend",
        "2 observe s0; 2 observe s1; 2 observe s2",
    );
    check("for i in 3..3\nobserve\nend\nobserve b", "4 observe b");
    check(
        "for i in 5..3\nfor j in 0..9\nobserve\nend\nend\nobserve b",
        "6 observe b",
    );
    check(
        "for i in 0..2\nfor j in 5..7\nobserve $i-$j\nend\nend",
        "3 observe 0-5; 3 observe 0-6; 3 observe 1-5; 3 observe 1-6",
    );
    check(
        "for i in 0..2\nobserve a$i$i $$i $ i\nend",
        "2 observe a00 $0 $ i; 2 observe a11 $1 $ i",
    );
    check(
        "for i in 1..2\nfor i in 7..8\nobserve $i\nend\nobserve $i\nend",
        "3 observe 7; 5 observe 1",
    );
    check(
        "  for  i  in 0..1  # once\n\tobserve   a   b # c\r\n  end # d\n",
        "2 observe   a   b",
    );
    check("for i in 0..1\nend\nobserve", "3 observe");
    check(
        "\u{feff}observe\n\n\n# only this\nobserve b",
        "1 observe; 5 observe b",
    );
    check("for é in 1..2\nobserve $é\nend", "2 observe 1");
}

#[test]
fn the_console_takes_whole_loops() {
    let lines = parse_line("proc p1\nfor i in 0..2\nksmd scan\nend").expect("parses");
    assert_eq!(
        lines.iter().map(|line| line.line).collect::<Vec<_>>(),
        [1, 3, 3]
    );
    assert_eq!(parse_line("  # nothing"), Ok(Vec::new()));
}
