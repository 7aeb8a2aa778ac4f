//! The kernel's self tests of huge pages, KSM and hugetlb: each case by name, and the scenario that holds it.
//!
//! A scenario is one of `tests/conformance`, recorded on Linux 6.18, or one of this folder, where the recording machine
//! cannot go (two nodes, 1 GiB pages, mounts, debugfs, a kernel with `READ_ONLY_THP_FOR_FS`, userfaultfd) or holds pages
//! that no script of ours made; its `expect` lines then say what the self test asserts.

use mm_script::{language, session};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Name of the self test, case and kind of memory; scenarios.
type Case = (&'static str, &'static [&'static str]);

/// `khugepaged`, by khugepaged (K) and by MADV_COLLAPSE (M).
const KHUGEPAGED: &[Case] = &[
    ("alloc_at_fault anon", &["selftest_alloc_at_fault"]),
    (
        "collapse_full anon K",
        &["selftest_collapse_full_khugepaged"],
    ),
    ("collapse_full anon M", &["selftest_collapse_full_madvise"]),
    (
        "collapse_full anon order 2 K",
        &["selftest_mthp_full_khugepaged"],
    ),
    (
        "collapse_full anon order 2 M",
        &["selftest_mthp_full_madvise"],
    ),
    ("collapse_full file KM", &["file_full"]),
    (
        "collapse_full file, kernel without READ_ONLY_THP_FOR_FS",
        &["selftest_file_full"],
    ),
    ("collapse_full shmem K", &["selftest_shmem_full_khugepaged"]),
    ("collapse_full shmem M", &["selftest_shmem_full_madvise"]),
    ("collapse_full shmem order 4 KM", &["shmem_order_4"]),
    (
        "collapse_empty anon K",
        &["selftest_collapse_empty_khugepaged"],
    ),
    (
        "collapse_empty anon M",
        &["selftest_collapse_empty_madvise"],
    ),
    (
        "collapse_single_pte_entry anon K",
        &["selftest_single_pte_entry_khugepaged"],
    ),
    (
        "collapse_single_pte_entry anon M",
        &["selftest_single_pte_entry_madvise"],
    ),
    (
        "collapse_single_pte_entry file KM",
        &["file_single_pte_entry"],
    ),
    (
        "collapse_single_pte_entry shmem K",
        &["selftest_shmem_single_pte_entry_khugepaged"],
    ),
    (
        "collapse_single_pte_entry shmem M",
        &["selftest_shmem_single_pte_entry_madvise"],
    ),
    (
        "collapse_max_ptes_none anon K",
        &["selftest_max_ptes_none_khugepaged"],
    ),
    (
        "collapse_max_ptes_none anon M",
        &["selftest_max_ptes_none_madvise"],
    ),
    (
        "collapse_max_ptes_none anon order 2 K",
        &["selftest_mthp_max_ptes_none_khugepaged"],
    ),
    (
        "collapse_max_ptes_none anon order 2 M",
        &["selftest_mthp_max_ptes_none_madvise"],
    ),
    ("collapse_max_ptes_none file KM", &["file_max_ptes_none"]),
    (
        "collapse_single_pte_entry_compound anon K",
        &["selftest_single_pte_entry_compound_khugepaged"],
    ),
    (
        "collapse_single_pte_entry_compound anon M",
        &["selftest_single_pte_entry_compound_madvise"],
    ),
    (
        "collapse_single_pte_entry_compound file KM",
        &["file_single_pte_entry_compound"],
    ),
    (
        "collapse_full_of_compound anon K",
        &["selftest_full_of_compound_khugepaged"],
    ),
    (
        "collapse_full_of_compound anon M",
        &["selftest_full_of_compound_madvise"],
    ),
    (
        "collapse_full_of_compound file KM",
        &["file_full_of_compound"],
    ),
    (
        "collapse_full_of_compound shmem K",
        &["selftest_shmem_full_of_compound_khugepaged"],
    ),
    (
        "collapse_full_of_compound shmem M",
        &["selftest_shmem_full_of_compound_madvise"],
    ),
    (
        "collapse_compound_extreme anon K",
        &["selftest_compound_extreme_khugepaged"],
    ),
    (
        "collapse_compound_extreme anon M",
        &["selftest_compound_extreme_madvise"],
    ),
    (
        "collapse_swapin_single_pte anon K",
        &["selftest_swapin_single_pte_khugepaged"],
    ),
    (
        "collapse_swapin_single_pte anon M",
        &["selftest_swapin_single_pte_madvise"],
    ),
    (
        "collapse_max_ptes_swap anon K",
        &["selftest_max_ptes_swap_khugepaged"],
    ),
    (
        "collapse_max_ptes_swap anon M",
        &["selftest_max_ptes_swap_madvise"],
    ),
    (
        "collapse_max_ptes_swap anon order 2 K",
        &["selftest_mthp_max_ptes_swap_khugepaged"],
    ),
    (
        "collapse_max_ptes_swap anon order 2 M",
        &["selftest_mthp_max_ptes_swap_madvise"],
    ),
    ("collapse_fork anon K", &["selftest_fork_khugepaged"]),
    ("collapse_fork anon M", &["selftest_fork_madvise"]),
    (
        "collapse_fork anon order 2 K",
        &["selftest_mthp_fork_khugepaged"],
    ),
    (
        "collapse_fork anon order 2 M",
        &["selftest_mthp_fork_madvise"],
    ),
    (
        "collapse_fork_compound anon K",
        &["selftest_fork_compound_khugepaged"],
    ),
    (
        "collapse_fork_compound anon M",
        &["selftest_fork_compound_madvise"],
    ),
    (
        "collapse_max_ptes_shared anon K",
        &["selftest_max_ptes_shared_khugepaged"],
    ),
    (
        "collapse_max_ptes_shared anon M",
        &["selftest_max_ptes_shared_madvise"],
    ),
    (
        "madvise_collapse_existing_thps anon M",
        &["selftest_collapse_existing_thps"],
    ),
    (
        "madvise_collapse_existing_thps file M",
        &["file_existing_thps"],
    ),
    (
        "madvise_collapse_existing_thps shmem M",
        &["selftest_shmem_existing_thps"],
    ),
    (
        "madvise_retracted_page_tables file M",
        &["file_retracted_page_tables"],
    ),
    (
        "madvise_retracted_page_tables shmem M",
        &["selftest_retracted_page_tables"],
    ),
];

const SPLIT_HUGE_PAGE: &[Case] = &[
    ("split_pmd_zero_pages", &["split_zero_filled"]),
    ("split_pmd_thp_to_order 0, 2..8", &["split_pmd_to_order"]),
    ("split_pte_mapped_thp", &["split_pte_mapped"]),
    ("split_file_backed_thp 0..8", &["split_tmpfs_to_order"]),
    (
        "split_thp_in_pagecache_to_order 8..0",
        &["split_page_cache_to_order"],
    ),
    (
        "split_thp_in_pagecache_to_order_at",
        &["split_page_cache_offset"],
    ),
];

const PRCTL_THP_DISABLE: &[Case] = &[
    ("never", &["selftest_prctl_never"]),
    ("madvise", &["selftest_prctl_madvise"]),
    ("always", &["selftest_prctl_always"]),
];

const KSM: &[Case] = &[
    ("unmerge", &["ksm_self_unmerge"]),
    ("unmerge_zero_pages", &["ksm_self_unmerge_zero"]),
    ("unmerge_discarded", &["ksm_self_unmerge_discarded"]),
    ("unmerge_uffd_wp", &["ksm_unmerge_uffd_wp"]),
    ("prot_none", &["ksm_self_prot_none"]),
    ("prctl", &["ksm_prctl"]),
    ("prctl_fork", &["ksm_self_prctl_fork"]),
    ("prctl_fork_exec", &["ksm_prctl_exec"]),
    ("prctl_unmerge", &["ksm_self_prctl_unmerge"]),
    ("fork_ksm_merging_page_count", &["ksm_self_fork_counter"]),
    ("-M madvise", &["ksm_self_merge"]),
    ("-M prctl", &["ksm_merge_prctl"]),
    ("-M -a r", &["ksm_self_merge_readonly"]),
    ("-U", &["ksm_self_unmerge_write"]),
    ("-Z, use_zero_pages 0", &["ksm_zero"]),
    ("-Z, use_zero_pages 1", &["ksm_self_zero_merge"]),
    ("-N, merge_across_nodes 1 and 0", &["ksm_numa"]),
    ("-P merge", &["ksm_self_merge"]),
    (
        "-H merge and -D unmerge of huge pages",
        &["ksm_merge_huge", "ksm_thp_equal"],
    ),
    ("-C", &["ksm_self_cow_cost"]),
    ("KSM pages moved to another node", &["ksm_migrate"]),
];

/// The self tests of hugetlb and of huge pages, then the rules that the others among them rest on.
const HUGETLB: &[Case] = &[
    ("map_hugetlb", &["selftest_map_hugetlb"]),
    ("hugepage-mmap", &["selftest_hugepage_mmap"]),
    ("hugepage-mremap", &["selftest_hugepage_mremap"]),
    ("hugetlb-madvise", &["selftest_hugetlb_madvise"]),
    (
        "hugetlb_fault_after_madv",
        &["selftest_hugetlb_fault_after_madv"],
    ),
    ("thuge-gen", &["htlb_boot", "htlb_gigantic"]),
    ("transhuge-stress", &["selftest_transhuge_stress"]),
    ("charge_reserved_hugetlb, without cgroups", &["htlb_mount"]),
    ("pool of 10", &["htlb_pool"]),
    (
        "private mapping, one touched, unmapped",
        &["htlb_pool", "htlb_basic"],
    ),
    ("read fault takes a page", &["htlb_pool"]),
    ("length 4096", &["htlb_pool", "htlb_misc"]),
    ("more than the pool: ENOMEM", &["htlb_pool", "htlb_nomem"]),
    ("surplus for a reservation", &["htlb_pool", "htlb_surplus"]),
    ("surplus untouched and unmapped", &["htlb_pool"]),
    ("shrink below use", &["htlb_shrink", "htlb_pool_steps"]),
    ("shrink below reserved", &["htlb_shrink"]),
    ("surplus becomes persistent", &["htlb_shrink"]),
    ("grow beyond memory", &["htlb_grow"]),
    ("NORESERVE beside a promise", &["htlb_promises"]),
    ("two processes, one file", &["htlb_promises", "htlb_shared"]),
    ("fork, the child copies", &["htlb_fork"]),
    (
        "fork, the child finds none",
        &["htlb_fork", "htlb_fork_cow"],
    ),
    (
        "fork, the parent takes it back",
        &["htlb_fork", "htlb_fork_parent"],
    ),
    (
        "DONTNEED restores",
        &["htlb_dontneed", "selftest_hugetlb_fault_after_madv"],
    ),
    (
        "DONTNEED with surplus",
        &["htlb_dontneed", "htlb_dontneed_surplus"],
    ),
    ("advice", &["htlb_calls", "htlb_madvise"]),
    ("holes and truncation", &["htlb_calls", "htlb_files"]),
    ("mremap", &["htlb_calls"]),
    ("mlock", &["htlb_calls", "htlb_mlock"]),
    ("places and sizes of mmap", &["htlb_calls", "htlb_boot"]),
    ("memfd of an unknown size", &["htlb_boot"]),
    ("fallocate, ftruncate", &["htlb_calls", "htlb_fallocate"]),
    ("mount with size= and min_size=", &["htlb_mount"]),
    ("demote", &["htlb_gigantic"]),
    ("demote beside a promise", &["htlb_gigantic"]),
    ("nodes in turn", &["htlb_boot_nodes"]),
    ("gigantic pages at run time", &["htlb_contig"]),
    ("gigantic pages of hugetlb_cma=", &["htlb_cma"]),
    ("files of a node", &["htlb_boot_nodes"]),
    ("bound to a node without pages", &["htlb_boot_nodes"]),
    ("two sizes at boot", &["htlb_boot"]),
    ("default_hugepagesz=1G", &["htlb_gigantic"]),
    ("hugepages= by node", &["htlb_boot_nodes"]),
    ("values that files refuse", &["htlb_boot"]),
    ("pages moved by mbind", &["mbind_move"]),
    ("huge pages interleaved", &["thp_interleave"]),
];

const TABLES: [&[Case]; 5] = [KHUGEPAGED, SPLIT_HUGE_PAGE, PRCTL_THP_DISABLE, KSM, HUGETLB];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/selftests")
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance")
}

/// A recorded scenario is one with an answer; the run of all of them is the conformance test's.
#[test]
fn every_case_is_held_by_a_scenario() {
    let mut ours = BTreeSet::new();
    for (case, scenarios) in TABLES.iter().copied().flatten() {
        assert!(!scenarios.is_empty(), "nothing holds `{case}`");
        for name in *scenarios {
            let own = here().join(format!("{name}.mm")).exists();
            let answer = recorded().join(format!("{name}.json")).exists();
            assert!(own || answer, "`{case}`: there is no scenario {name}");
            if own {
                ours.insert(format!("{name}.mm"));
            }
        }
    }
    let names = std::fs::read_dir(here()).expect("this folder");
    let names = names.map(|e| {
        e.expect("an entry")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let there: BTreeSet<String> = names.filter(|n| n.ends_with(".mm")).collect();
    assert_eq!(there, ours, "each script of this folder is in the table");
}

/// What is not recorded says itself what the self test asserts.
#[test]
fn scenarios_give_what_the_self_tests_assert() {
    for entry in std::fs::read_dir(here()).expect("this folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "mm") {
            continue;
        }
        let name = path.display();
        let text = std::fs::read_to_string(&path).expect("a script");
        let script = language::parse(&text).unwrap_or_else(|e| panic!("{name}: {}", e[0]));
        let asserted = script.lines.iter().any(|l| l.cmd.starts_with("expect "));
        assert!(asserted, "{name} asserts nothing");
        let outcome = session::run(&script);
        assert!(outcome.error.is_none(), "{name}: {:?}", outcome.error);
        assert!(
            outcome.expect_failed.is_empty(),
            "{name}: {:?}",
            outcome.expect_failed
        );
        let session = outcome.session.expect("a machine");
        session
            .machine()
            .check()
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// What `expect` cannot ask: texts of virtual files that a script ends with.
#[test]
fn files_show_it() {
    for (name, line) in [
        ("thp_interleave", "N0=1024 N1=1024"),
        ("mbind_move", "anon=512 dirty=512 active=0 N1=512"),
        ("mbind_move", "anon=2 dirty=2 active=0 N0=1 N1=1"),
        (
            "htlb_cma",
            "CmaTotal:        2097152 kB\nCmaFree:               0 kB",
        ),
        ("htlb_contig", "pgmigrate_fail 0"),
    ] {
        let text = std::fs::read_to_string(here().join(format!("{name}.mm"))).expect("a script");
        let script = language::parse(&text).unwrap_or_else(|e| panic!("{name}: {}", e[0]));
        let steps = session::run(&script).steps;
        let shown = steps
            .last()
            .and_then(|s| s.text.as_deref())
            .expect("a text");
        assert!(shown.contains(line), "{name}: {line} in {shown}");
        assert!(
            !shown.contains("pgmigrate_success 0\n"),
            "{name}: nothing moved"
        );
    }
}
