//! What wrong scripts are told.

use mm_script::language::{parse, parse_line};

/// One wrong line each: the error points at the word and says what would be right.
#[test]
fn wrong_lines() {
    let lines = [
        "obsrve now",
        "p1",
        "p1 madvize a hugepage",
        "mmap a 4M",
        "nonsense nonsense",
        "swpa on 64M",
        "heap madvize a hugepage",
        "p1 madvise a hugepge",
        "p1 madvise a",
        "p1 madvise a HUGEPAGE",
        "p1 mmap a",
        "p1 mmap a 4X",
        "p1 mmap a 99999999999G",
        "p1 mmap a 4M hugetbl",
        "p1 mmap a 4M prot=wr",
        "p1 mmap a 4M at",
        "p1 mmap a 4M shared=1",
        "p1 mmap a 4M after=b off=4K",
        "p1 mmap a 4M memfd=m file=f",
        "p1 mmap a 4M shared shared",
        "p1 mmap a 4M where=user",
        "p1 mmap a.b 4M",
        "p1 munmap a[5",
        "p1 munmap a[]",
        "p1 munmap a[x..5]",
        "p1 munmap a[7..5]",
        "p1 munmap a[0..8:2]",
        "p1 read a[0..8:0]",
        "p1 munmap a[99999999999]",
        "p1 munmap a b",
        "p1 mremap a[0..4] 8M",
        "p1 mremap a into b",
        "p1 mremap a to b maymove",
        "p1 mremap a 8M dontunmap",
        "p1 write a fill=256",
        "p1 write a fill=1 seed=2",
        "p1 write a random",
        "p1 prctl thp_disabled 1",
        "p1 prctl thp_disable",
        "p1 prctl thp_disable 1 2 3 4 5",
        "p1 fallocate m hole 0 4K",
        "p1 touch a pattern=zip",
        "p1 touch a stride=0",
        "p1 touch a count=2G",
        "p1 mbind a bind",
        "p1 mbind a local:1",
        "p1 mbind a bind:9",
        "p1 mbind a bind:3-1",
        "proc observe",
        "proc 17",
        "proc p1 cpu=x",
        "p1 fork p!",
        "swap of",
        "swap on 2G",
        "sys kms/run 1",
        "sys ksm/../run 1",
        "vm swappiness 10",
        "khugepaged scan 0",
        "khugepaged sacn",
        "step kswapd",
        "expect",
        "expect error EINVAL",
        "expect errno",
        "expect ok EINVAL",
        "expect p1.a.class T*512",
        "expect p1.a.AnonHugepages 2048",
        "expect vmsta.thp_split_pmd 1",
        "expect vmstat. 1",
        "run 10",
        "run 10sec",
        "run 31h5",
        "run 9999h",
        "sleep 1s",
        "cat proc/meminfo",
        "echo 255",
        "echo 255 >",
        "echo 255 > /sys/a b",
        "why p1.a",
        "why a[3]",
        "fragment 70",
        "fragment 170%",
        "charge 64M",
        "machine mem=4G",
        "help mmpa",
        "end",
        "for i in 0..8",
        "for i 0..8\nend",
        "for i in 0-8\nend",
        "for i in 0..n\nend",
        "for i in 0..8 9\nend",
        "observe $i",
        "    p1 madvise  a\thugepge  # a comment",
        "p1 mmap 名 4M where=内核",
    ];
    let mut table = String::new();
    for line in lines {
        let errors = parse_line(line).expect_err(line);
        assert_eq!(errors.len(), 1, "{line}: {errors:?}");
        table += &format!("{}\n    {}\n", line.replace('\n', "⏎"), errors[0]);
    }
    insta::assert_snapshot!(table);
}

fn messages(text: &str) -> String {
    parse(text)
        .expect_err(text)
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn all_errors_at_once_in_the_order_of_lines() {
    insta::assert_snapshot!(messages(
        "machine mem=1T\nproc p1\np1 mmp a 4M\nfor i in 0..1000\n  p1 write a[$i..1] seed=$\n  p1 read a[$i] $j\n  p1 read a[$i]\nend\nmachine cpus=2\nrun 5"
    ));
}

#[test]
fn loops_left_open_do_not_hide_other_errors() {
    insta::assert_snapshot!(messages(
        "for a in 0..2\nfor b in 0..2\nfor c in 0..2\nfor d in 0..2\nfor e in 0..2\nobsreve $a\nend\nend\nend\nend\nobserv"
    ));
}

/// A word inside the expanded text is shown at the place of its source.
#[test]
fn columns_count_characters_of_the_source() {
    let check = |text: &str, line: u32, column: u32| {
        let errors = parse(text).expect_err(text);
        assert_eq!(
            (errors[0].line, errors[0].column),
            (line, column),
            "{text}: {}",
            errors[0]
        );
    };
    check("p1 read a b", 1, 11);
    check("\t p1 read a b", 1, 13);
    check("proc ü\nü read ä b", 2, 10);
    check("for i in 1000..1001\np1 read a[$i..$i] b\nend", 2, 19);
    check("for i in 1000..1001\np1 read a[$i..5] b\nend", 2, 15);
    check("for i in 1000..1001\np1 read a[5..4$i] $i\nend", 2, 19);
    check("p1 read", 1, 8);
    check("   p1 read   # no region", 1, 11);
}

/// Options of another filesystem are refused where the line runs, with what would do.
#[test]
fn a_tmpfs_has_no_options_of_hugetlbfs() {
    let script = mm_script::language::parse("mount t min_size=4M").expect("it parses");
    let error = mm_script::session::run(&script)
        .error
        .expect("it does not run");
    assert_eq!(
        error.message,
        "`min_size=` is an option of hugetlbfs: put `hugetlbfs` before it"
    );
    assert_eq!((error.line, error.column), (1, 9));
}
