//! The files, and `why`.

use super::*;

#[test]
fn settings_decide_whether_the_thread_exists() {
    let mut w = World::new(true);
    w.small_pages(1);
    let kbytes = w.m.sysctl.min_free_kbytes;
    let scans = w.counters().1;
    w.m.thp_store("enabled", "never").unwrap().unwrap();
    assert!(!w.m.khugepaged_wakes(1));
    assert!(w.m.khugepaged_full_scans(1).is_err());
    assert_eq!(w.m.khugepaged_step().work, KhugepagedWork::NotRunning);
    assert!(w.m.sysctl.min_free_kbytes < kbytes);
    assert_eq!(
        (w.ranges(1).as_str(), w.m.khugepaged_queue().len()),
        (".", 1)
    );
    w.m.thp_store("enabled", "madvise").unwrap().unwrap();
    // The new thread scans at once.
    assert_eq!(
        (
            w.ranges(1).as_str(),
            w.counters().1,
            w.m.sysctl.min_free_kbytes
        ),
        ("T", scans + 1, kbytes)
    );
    w.check();
}

#[test]
fn files_answer_as_linux_does() {
    let mut w = World::new(true);
    use Errno::{EACCES, EINVAL, ERANGE};
    for (file, text, want, value) in [
        ("max_ptes_none", "512", Err(EINVAL), "511\n"),
        ("max_ptes_none", "-1", Err(EINVAL), "511\n"),
        ("max_ptes_none", "0x10", Err(EINVAL), "511\n"),
        (
            "max_ptes_none",
            "18446744073709551616",
            Err(EINVAL),
            "511\n",
        ),
        ("max_ptes_none", "+5", Ok(()), "5\n"),
        ("max_ptes_none", "", Ok(()), "5\n"),
        ("max_ptes_none", "\n", Err(EINVAL), "5\n"),
        ("max_ptes_swap", "512", Err(EINVAL), "64\n"),
        ("max_ptes_shared", "512", Err(EINVAL), "256\n"),
        ("pages_to_scan", "0", Err(EINVAL), "1073741824\n"),
        ("pages_to_scan", "4294967296", Err(EINVAL), "1073741824\n"),
        ("pages_to_scan", "4294967295\n", Ok(()), "4294967295\n"),
        (
            "scan_sleep_millisecs",
            "4294967296",
            Err(EINVAL),
            "86400000\n",
        ),
        ("alloc_sleep_millisecs", "x", Err(EINVAL), "60000\n"),
        ("defrag", "2", Err(EINVAL), "1\n"),
        ("defrag", "18446744073709551616", Err(ERANGE), "1\n"),
        ("defrag", "0", Ok(()), "0\n"),
        ("full_scans", "0", Err(EACCES), "1\n"),
        ("pages_collapsed", "0", Err(EACCES), "0\n"),
    ] {
        assert_eq!(
            w.m.khugepaged_store(file, text),
            Some(want),
            "{file} {text:?}"
        );
        assert_eq!(
            w.m.khugepaged_show(file).as_deref(),
            Some(value),
            "{file} after {text:?}"
        );
    }
    assert_eq!(
        (
            w.m.khugepaged_show("nothing"),
            w.m.khugepaged_store("nothing", "1")
        ),
        (None, None)
    );
    for spec in crate::khugepaged::KHUGEPAGED_FILES {
        let fresh = World::new(false);
        assert_eq!(
            fresh.m.khugepaged_show(spec.name),
            Some(format!("{}\n", spec.default))
        );
    }
}

#[test]
fn a_write_of_a_sleep_wakes_a_parked_thread() {
    for file in ["scan_sleep_millisecs", "alloc_sleep_millisecs"] {
        let mut w = World::new(true);
        w.small_pages(1);
        for quiet in [
            "pages_to_scan",
            "max_ptes_none",
            "max_ptes_shared",
            "max_ptes_swap",
        ] {
            w.set(quiet, 500);
            assert_eq!(w.ranges(1), ".", "{quiet} wakes nobody");
        }
        w.set(file, 3_600_000);
        assert_eq!(w.ranges(1), "T", "{file}");
    }
}

#[test]
fn why_agrees_with_what_happens_and_its_remedy_works() {
    let mut w = World::new(true);
    w.map(0, 512);
    w.write(0..212);
    w.write(213..300);
    w.set("max_ptes_none", 99);
    let mm = w.mm();
    let refused = |w: &World| w.m.khugepaged_why(mm, World::at(3)).refused;
    assert_eq!(refused(&w), Some("not_registered"));
    w.advise(0, 512, Advice::HugePage).unwrap();
    let why = w.m.khugepaged_why(mm, World::at(3));
    assert_eq!(why.refused, Some("exceed_none_pte"));
    let check = why
        .checks
        .iter()
        .find(|c| c.rule == "max_ptes_none")
        .unwrap();
    assert_eq!(check.detail, "100 > 99 at entry 398");
    assert!(check.reached && !check.passed);
    let hash = w.m.state_hash();
    let value = check
        .remedy
        .strip_prefix("echo ")
        .and_then(|r| r.split(' ').next())
        .unwrap();
    assert_eq!(value, "213");
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!(w.ranges(1), ".");
    w.set("max_ptes_none", value.parse().unwrap());
    w.m.pin_page(w.p, World::at(0)).unwrap();
    assert_eq!(refused(&w), Some("not_suitable_page_count"));
    w.m.unpin_page(w.p, World::at(0)).unwrap();
    let why = w.m.khugepaged_why(mm, World::at(3));
    assert_eq!(why.refused, None, "{why:?}");
    assert!(why.checks.iter().all(|c| c.passed) && why.checks.iter().any(|c| c.rule == "isolate"));
    assert_ne!(w.m.state_hash(), hash);
    let hash = w.m.state_hash();
    assert_eq!(
        (refused(&w), w.m.state_hash()),
        (None, hash),
        "asking changes nothing"
    );
    w.m.khugepaged_full_scans(1).unwrap();
    assert_eq!(w.ranges(1), "T");
    assert_eq!(refused(&w), Some("page_pmd_mapped"));
}
