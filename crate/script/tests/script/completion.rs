//! Completion at the cursor.

use mm_script::language::{Names, complete};

struct Machine;

impl Names for Machine {
    fn processes(&self) -> Vec<String> {
        vec!["p1".into(), "redis".into()]
    }

    fn regions(&self, process: &str) -> Vec<String> {
        match process {
            "redis" => vec!["heap".into(), "huge".into(), "stack".into()],
            "p1" => vec!["a".into()],
            _ => Vec::new(),
        }
    }

    fn files(&self) -> Vec<String> {
        vec!["m".into(), "data.bin".into()]
    }

    fn paths(&self, prefix: &str) -> Vec<String> {
        let all = [
            "/proc/",
            "/proc/meminfo",
            "/proc/redis/",
            "/sys/kernel/mm/ksm/run",
            "/sys/kernel/mm/ksm/full_scans",
        ];
        all.iter()
            .filter(|path| path.starts_with(prefix))
            .map(|path| (*path).to_owned())
            .collect()
    }
}

/// `|` is the cursor; the words are written behind what they leave of the line.
fn check(line: &str, expected: &str) {
    let cursor = line.find('|').expect("a cursor");
    let (from, words) = complete(&line.replacen('|', "", 1), cursor, &Machine);
    assert_eq!(
        format!("{}: {}", &line[..from], words.join(" ")),
        expected,
        "{line}"
    );
}

#[test]
fn first_word() {
    check("khu|", ": khugepaged");
    check("re|", ": redis");
    check("p|", ": p1 proc");
    check("  st|", "  : step");
    check("e|", ": echo end expect");
}

#[test]
fn verbs() {
    check("redis mun|", "redis : munlock munmap");
    check("redis p|", "redis : pin prctl pread putback pwrite");
    check("unknown mmap a 4M po|", "unknown mmap a 4M : populate");
    check("redis nothing |", "redis nothing : ");
}

#[test]
fn places() {
    check("redis madvise h|", "redis madvise : heap huge");
    check(
        "redis madvise heap gu|",
        "redis madvise heap : guard_install guard_remove",
    );
    check("p1 read |", "p1 read : a");
    check("p1 truncate |", "p1 truncate : data.bin m");
    check("vm n|", "vm : nr_hugepages nr_overcommit_hugepages");
    check("ksmd |", "ksmd : scan wake");
    check("step k|", "step : khugepaged ksmd");
    check("swap o|", "swap : off on");
    check("why redis.h|", "why : redis.heap redis.huge");
    check("help pr|", "help : prctl pread proc");
    check("run |", "run : ");
}

#[test]
fn options() {
    check("p1 mmap b 4M sh|", "p1 mmap b 4M : shared");
    check(
        "p1 mmap b 4M shared |",
        "p1 mmap b 4M shared : after= at= file= fileoff= growsdown hugetlb locked memfd= noreserve off= pagesize= populate prot= where=",
    );
    check("p1 mmap b 4M prot=r|", "p1 mmap b 4M prot=: rw rwx rx");
    check("p1 mmap b 4M memfd=|", "p1 mmap b 4M memfd=: data.bin m");
    check(
        "redis mmap b 4M after=h|",
        "redis mmap b 4M after=: heap huge",
    );
    check("p1 mmap b 4M nothing=|", "p1 mmap b 4M nothing=: ");
    check("p1 mremap a |", "p1 mremap a : to");
    check("p1 mremap a 8M may|", "p1 mremap a 8M : maymove");
    check("p1 mremap a to b do|", "p1 mremap a to b : dontunmap");
    check(
        "machine hugepagesz=2M hugep|",
        "machine hugepagesz=2M : hugepages= hugepagesz=",
    );
}

#[test]
fn paths() {
    check("cat /proc/m|", "cat : /proc/meminfo");
    check("sys ksm/|", "sys : ksm/full_scans ksm/run");
    check(
        "echo 1 > /sys/kernel/mm/ksm/r|",
        "echo 1 > : /sys/kernel/mm/ksm/run",
    );
    check(
        "echo always defer > /proc/|",
        "echo always defer > : /proc/meminfo /proc/redis/",
    );
}

#[test]
fn expectations() {
    check("expect ma|", "expect : majfaults");
    check("expect ksm|", "expect : ksm. ksm_delta.");
    check("expect redis.s|", "expect : redis.stack.");
    check(
        "expect redis.heap.Anon|",
        "expect : redis.heap.AnonHugePages redis.heap.Anonymous",
    );
}

#[test]
fn within_the_line_and_past_it() {
    check("re|dis madvise", ": redis");
    check("observe # re|", "observe # re: ");
    assert_eq!(complete("né", 2, &Machine).0, 0);
    assert_eq!(
        complete("swap o", 99, &Machine),
        (5, vec!["off".to_owned(), "on".to_owned()])
    );
}
