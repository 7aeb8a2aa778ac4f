//! Memory blocks that go off-line and come back: what moves, what stays, and what KSM forgets.

use super::{cat, classes, run, then, vmstat};
use mm_engine::Errno;
use mm_engine::phys::frame::FrameFlags;
use mm_engine::trace::{EventKind, MemoryNotice};
use mm_engine::vm::addr::Pfn;
use mm_script::session::Session;

/// Pages of a block of 128 MiB.
const BLOCK: u64 = 32768;
const KSM: &str = "/sys/kernel/mm/ksm";

/// Writes a word to `state` of a block.
fn set(s: &mut Session, block: u32, word: &str) -> Option<Errno> {
    let line = format!("echo {word} > /sys/devices/system/memory/memory{block}/state");
    then(s, &line).errno
}

fn file(s: &Session, block: u32, name: &str) -> String {
    let text = cat(
        s,
        &format!("/sys/devices/system/memory/memory{block}/{name}"),
    );
    text.trim_end().to_owned()
}

fn ksm(s: &Session, names: [&str; 4]) -> [i64; 4] {
    names.map(|n| {
        cat(s, &format!("{KSM}/{n}"))
            .trim()
            .parse()
            .expect("number")
    })
}

/// A line of meminfo in kB.
fn meminfo(s: &Session, name: &str) -> i64 {
    let text = cat(s, "/proc/meminfo");
    let line = text.lines().find_map(|l| l.strip_prefix(name));
    let kb = line.expect("a line").trim_end_matches("kB").trim();
    kb.parse().expect("a number")
}

/// Blocks that the pages of a region lie in, each once.
fn blocks_of(s: &Session, process: &str, region: &str) -> Vec<u64> {
    let p = s.processes().iter().find(|p| p.name == process);
    let p = p.expect("a process");
    let r = p.regions.iter().find(|r| &*r.name == region);
    let r = r.expect("a region");
    let words = s
        .machine()
        .pagemap(p.pid, r.base >> 12, (r.len >> 12) as usize);
    let frames = words.iter().filter(|w| *w >> 63 != 0);
    let mut blocks: Vec<u64> = frames.map(|w| (w & ((1 << 55) - 1)) / BLOCK).collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks
}

fn notices(s: &Session) -> Vec<(u32, MemoryNotice)> {
    let told = s.machine().events().since(0);
    told.filter_map(|e| match e.kind {
        EventKind::MemoryBlock { block, notice } => Some((block, notice)),
        _ => None,
    })
    .collect()
}

#[test]
fn a_block_of_free_memory_leaves_and_comes_back() {
    let (mut s, _) = run("machine mem=512M\nproc p1\np1 mmap a 4M\np1 write a seed=1\n");
    let files = ["/proc/zoneinfo", "/proc/buddyinfo", "/proc/pagetypeinfo"];
    let before = (meminfo(&s, "MemTotal:"), files.map(|f| cat(&s, f)));
    assert_eq!(
        cat(&s, "/sys/devices/system/memory/block_size_bytes"),
        "8000000\n"
    );
    assert_eq!(
        then(&mut s, "ls /sys/devices/system/memory").text.unwrap(),
        "block_size_bytes\nmemory0/\nmemory1/\nmemory2/\nmemory3/"
    );
    let one = ["state", "online", "valid_zones", "phys_index", "removable"];
    assert_eq!(
        one.map(|n| file(&s, 3, n)),
        ["online", "1", "DMA32", "00000003", "1"]
    );
    assert_eq!(set(&mut s, 3, "offline"), None);
    assert_eq!(
        one.map(|n| file(&s, 3, n)),
        ["offline", "0", "DMA32 Movable", "00000003", "1"]
    );
    assert_eq!(meminfo(&s, "MemTotal:"), before.0 - 131_072);
    let zones = cat(&s, "/proc/zoneinfo");
    let dma32 = &zones[zones.find("DMA32").expect("a zone")..];
    let value = |name: &str| {
        let line = dma32.lines().find_map(|l| l.trim().strip_prefix(name));
        line.expect(name).trim().parse::<u64>().expect("a number")
    };
    // At the end of its zone, which ends before it now.
    assert_eq!(
        (value("spanned"), value("present"), value("managed")),
        (3 * BLOCK - 4096, 3 * BLOCK - 4096, 3 * BLOCK - 4096 - 1984)
    );
    // khugepaged wants a share of what there is.
    let min_free = cat(&s, "/proc/sys/vm/min_free_kbytes");
    assert_eq!(
        min_free.trim().parse(),
        Ok(meminfo(&s, "MemTotal:") / 4 / 20 * 4)
    );
    assert_eq!(s.machine().kpageflags(Pfn(3 * BLOCK as u32)), 1 << 20);
    assert_eq!(set(&mut s, 3, "offline"), Some(Errno::EINVAL));
    // It is nobody's memory: more than the rest cannot be had.
    assert_eq!(then(&mut s, "hog 400M").errno, Some(Errno::ENOMEM));
    // In the middle there is a hole.
    assert_eq!(set(&mut s, 2, "offline"), None);
    assert_eq!(set(&mut s, 3, "online_movable"), None);
    assert!(cat(&s, "/proc/zoneinfo").contains(&format!("spanned  {}", 4 * BLOCK - 4096)));
    assert_eq!(set(&mut s, 2, "online_kernel"), None);
    assert_eq!(meminfo(&s, "MemTotal:"), before.0);
    assert_eq!(files.map(|f| cat(&s, f)), before.1);
    use MemoryNotice::{GoingOffline, GoingOnline, Offline, Online};
    assert_eq!(
        notices(&s),
        [
            (3, GoingOffline),
            (3, Offline),
            (2, GoingOffline),
            (2, Offline),
            (3, GoingOnline),
            (3, Online),
            (2, GoingOnline),
            (2, Online)
        ]
    );
    for word in ["online", "on", "offline now", ""] {
        assert_eq!(set(&mut s, 3, word), Some(Errno::EINVAL), "{word}");
    }
    // The other file takes what is so already.
    let online = "/sys/devices/system/memory/memory3/online";
    for (word, errno) in [
        ("1", None),
        ("0", None),
        ("0", None),
        ("?", Some(Errno::EINVAL)),
    ] {
        assert_eq!(
            then(&mut s, &format!("echo {word} > {online}")).errno,
            errno
        );
    }
    assert_eq!(file(&s, 3, "state"), "offline");
}

#[test]
fn what_can_move_keeps_contents_and_mappings() {
    let (mut s, _) = run(
        "machine mem=512M\nproc p1\nhog 98M\np1 mmap a 8M\np1 write a seed=1\np1 madvise a mergeable\np1 mmap t 4M\np1 madvise t hugepage\np1 write t seed=9\np1 mmap b 8M\np1 madvise b mergeable\np1 write b seed=1\np1 fork p2\necho 1 > /sys/kernel/mm/ksm/run\nksmd scan\nksmd scan\nksmd scan\n",
    );
    for region in ["a", "b", "t"] {
        assert!(blocks_of(&s, "p1", region).contains(&1), "{region}");
    }
    assert_eq!(classes(&s, "p1", "a"), "k*2048");
    let look = |s: &Session| {
        let counts = [
            "pages_shared",
            "pages_sharing",
            "full_scans",
            "pages_unshared",
        ];
        let p = &s.processes()[0];
        let pages = p.regions.iter().flat_map(|r| {
            let at = (0..r.len).step_by(4096).map(|i| r.base + i);
            at.map(|a| s.machine().page_state(p.pid, a))
                .map(|state| {
                    // A huge page that moves leaves the queue of those that may be split.
                    let flags = state.flags.0 & !FrameFlags::DEFERRED.0;
                    (state.class, state.mapcount, flags)
                })
                .collect::<Vec<_>>()
        });
        (pages.collect::<Vec<_>>(), ksm(s, counts))
    };
    let before = look(&s);
    assert_eq!(set(&mut s, 1, "offline"), None);
    let after = look(&s);
    let differ = (0..before.0.len()).find(|i| after.0[*i] != before.0[*i]);
    assert_eq!(differ.map(|i| (i, after.0[i], before.0[i])), None);
    assert_eq!(after.1, before.1);
    for region in ["a", "b", "t"] {
        assert!(!blocks_of(&s, "p1", region).contains(&1), "{region}");
        let seed = if region == "t" { 9 } else { 1 };
        let check = then(&mut s, &format!("p2 check {region} seed={seed}"));
        assert_eq!(check.differ, Some((0, None)), "{region}");
    }
    assert!(vmstat(&s, "pgmigrate_success") >= 2048 + 1024);
    assert_eq!(vmstat(&s, "pgmigrate_fail"), 0);
    // ksmd finds its pages where they are now: nothing is to be done.
    then(&mut s, "ksmd scan");
    assert_eq!(look(&s).1[..2], before.1[..2]);
    assert_eq!(set(&mut s, 1, "online"), None);
    // The pages stay where they are; the block is the last to be used.
    assert!(!blocks_of(&s, "p1", "a").contains(&1));
}

#[test]
fn without_room_for_it_whole_a_huge_page_moves_in_pieces() {
    let (mut s, _) = run(
        "machine mem=512M\nproc p1\nhog 98M\np1 mmap t 8M\np1 madvise t hugepage\np1 write t seed=9\nfragment 100%\n",
    );
    assert_eq!(classes(&s, "p1", "t"), "T*2048");
    // What holds the fragments cannot be moved.
    let hash = s.machine().state_hash();
    assert_eq!(set(&mut s, 1, "offline"), Some(Errno::EBUSY));
    assert_eq!(s.machine().state_hash(), hash);
    assert_eq!(notices(&s), []);
    then(&mut s, "fragment 100% movable");
    assert_eq!(set(&mut s, 1, "offline"), None);
    assert!(vmstat(&s, "thp_migration_split") > 0);
    assert!(!blocks_of(&s, "p1", "t").contains(&1));
    let check = then(&mut s, "p1 check t seed=9");
    assert_eq!(check.differ, Some((0, None)));
}

#[test]
fn what_cannot_move_keeps_the_block() {
    let (mut s, _) = run("machine mem=512M\nproc p1\nhog 98M\np1 mmap a 8M\np1 write a seed=1\n");
    // Two zones, and the memory of the machine itself.
    assert_eq!(file(&s, 0, "valid_zones"), "none");
    assert_eq!(set(&mut s, 0, "offline"), Some(Errno::EINVAL));
    for (hold, release) in [("pin", "unpin"), ("lock", "unlock")] {
        then(&mut s, &format!("p1 {hold} a[1900]"));
        let before = meminfo(&s, "MemTotal:");
        // The kernel would try again until somebody interrupts it.
        assert_eq!(set(&mut s, 1, "offline"), Some(Errno::EINTR), "{hold}");
        assert_eq!(
            (file(&s, 1, "state"), meminfo(&s, "MemTotal:")),
            ("online".into(), before)
        );
        assert_eq!(
            notices(&s).last(),
            Some(&(1, MemoryNotice::CancelOffline)),
            "{hold}"
        );
        then(&mut s, &format!("p1 {release} a[1900]"));
    }
    let check = then(&mut s, "p1 check a seed=1");
    assert_eq!(check.differ, Some((0, None)));
    assert_eq!(set(&mut s, 1, "offline"), None);
    // No room elsewhere.
    let (mut s, _) = run(
        "machine mem=512M\nproc p1\nhog 98M\np1 mmap a 128M\np1 write a seed=1\np1 mmap b 220M\np1 write b seed=2\n",
    );
    assert_eq!(set(&mut s, 2, "offline"), Some(Errno::EINTR));
    assert!(vmstat(&s, "pgmigrate_fail") > 0);
    // A block that is not whole, and one that starts with the memory map of its node.
    let (mut s, _) = run("machine mem=640M nodes=2\nproc p1\n");
    assert_eq!(set(&mut s, 2, "offline"), Some(Errno::EINVAL));
    let (mut s, _) = run("machine mem=520M\nproc p1\n");
    assert_eq!(file(&s, 4, "valid_zones"), "DMA32");
    assert_eq!(set(&mut s, 4, "offline"), Some(Errno::EINVAL));
    let (mut s, _) = run("machine mem=512M nodes=2\nproc p1\n");
    assert_eq!(set(&mut s, 2, "offline"), Some(Errno::EBUSY));
    assert_eq!(set(&mut s, 3, "offline"), None);
}

#[test]
fn nodes_of_pages_that_are_gone_leave_the_stable_tree() {
    // One page each in the block, a chain of three, and one that lives on.
    let (mut s, _) = run(&format!(
        "machine mem=512M\nproc p1\nhog 98M\necho 2 > {KSM}/run\necho 2 > {KSM}/max_page_sharing\necho 1 > {KSM}/run\np1 mmap pad 8M\np1 write pad seed=3\np1 mmap a 8K\np1 mmap b 24K\np1 mmap c 8K\np1 write a fill=1\np1 write b fill=2\np1 write c fill=3\np1 madvise a mergeable\np1 madvise b mergeable\np1 madvise c mergeable\nksmd scan\nksmd scan\nksmd scan\n"
    ));
    let names = [
        "pages_shared",
        "pages_sharing",
        "stable_node_chains",
        "stable_node_dups",
    ];
    assert_eq!(ksm(&s, names), [5, 5, 1, 3]);
    for region in ["a", "b", "c"] {
        assert_eq!(blocks_of(&s, "p1", region), [1]);
    }
    then(&mut s, "p1 munmap a");
    then(&mut s, "p1 munmap b");
    assert_eq!(ksm(&s, names), [5, 5, 1, 3], "ksmd has not looked");
    assert_eq!(set(&mut s, 1, "offline"), None);
    assert_eq!(ksm(&s, names), [1, 1, 0, 0]);
    assert!(!blocks_of(&s, "p1", "c").contains(&1));
    let removed = s.machine().events().since(0);
    let removed = removed.filter(|e| matches!(e.kind, EventKind::KsmRemoveKsmPage { .. }));
    assert_eq!(removed.count(), 4);
    then(&mut s, "ksmd scan");
    assert_eq!(ksm(&s, names), [1, 1, 0, 0]);
}

#[test]
fn pages_go_to_the_other_node() {
    let (mut s, _) = run(&format!(
        "machine mem=1G nodes=2\nproc p1\necho 2 > {KSM}/run\necho 0 > {KSM}/merge_across_nodes\necho 1 > {KSM}/run\nhog 98M\np1 mmap a 8M\np1 write a seed=1\np1 madvise a mergeable\np1 mmap b 8M\np1 write b seed=1\np1 madvise b mergeable\nksmd scan\nksmd scan\nksmd scan\n"
    ));
    assert!(blocks_of(&s, "p1", "a").contains(&1));
    assert_eq!(set(&mut s, 1, "offline"), None);
    let blocks = blocks_of(&s, "p1", "a");
    assert!(blocks.iter().all(|b| *b == 0 || *b >= 4), "{blocks:?}");
    for _ in 0..3 {
        then(&mut s, "ksmd scan");
    }
    assert_eq!(classes(&s, "p1", "a"), "k*2048");
    let node = cat(&s, "/sys/devices/system/node/node0/meminfo");
    let total = meminfo(&s, "MemTotal:");
    assert!(
        node.contains(&format!("MemTotal: {:>14} kB", total - 524_288 + 8192)),
        "{node}"
    );
}

#[test]
fn free_hugetlb_pages_leave_their_pool() {
    let pool = "/proc/sys/vm/nr_hugepages";
    let (mut s, _) = run(&format!(
        "machine mem=512M\nproc p1\nhog 98M\necho 20 > {pool}\n"
    ));
    assert_eq!(set(&mut s, 1, "offline"), None);
    let left: u64 = cat(&s, pool).trim().parse().expect("a number");
    assert!(left < 20, "{left}");
    // In use, or all promised: they stay.
    for lines in [
        "p1 mmap h 40M hugetlb\n",
        "p1 mmap h 40M hugetlb\np1 write h\n",
    ] {
        let (mut s, _) = run(&format!(
            "machine mem=512M\nproc p1\nhog 98M\necho 20 > {pool}\n{lines}"
        ));
        assert_eq!(set(&mut s, 1, "offline"), Some(Errno::EBUSY), "{lines}");
        assert_eq!(cat(&s, pool), "20\n", "{lines}");
    }
}

#[test]
fn large_machines_have_large_blocks() {
    for (mem, bytes) in [
        ("4G", "8000000"),
        ("60G", "8000000"),
        ("63G", "80000000"),
        ("64G", "40000000"),
    ] {
        let (s, _) = run(&format!("machine mem={mem}\nproc p1\n"));
        assert_eq!(
            cat(&s, "/sys/devices/system/memory/block_size_bytes").trim(),
            bytes,
            "{mem}"
        );
    }
}
