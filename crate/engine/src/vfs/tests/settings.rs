//! Paths, the table of tunables, `/proc/sys/vm`.

use super::*;
use crate::vfs::tunable::Accepts;

#[test]
fn paths_fail_as_open_does() {
    let w = World::new();
    for (path, errno) in [
        ("/nosuch", Errno::ENOENT),
        ("proc/meminfo", Errno::ENOENT),
        ("", Errno::ENOENT),
        ("/proc/999", Errno::ENOENT),
        ("/proc/99999999999999", Errno::ENOENT),
        ("/proc/p2/maps", Errno::ENOENT),
        (
            "/sys/kernel/mm/transparent_hugepage/hugepages-4kB",
            Errno::ENOENT,
        ),
        (
            "/sys/kernel/mm/transparent_hugepage/hugepages-8kB/enabled",
            Errno::ENOENT,
        ),
        (
            "/sys/kernel/mm/transparent_hugepage/hugepages-8kB/stats/nr_anon",
            Errno::ENOENT,
        ),
        ("/", Errno::EISDIR),
        ("/proc/p1", Errno::EISDIR),
        ("/sys/kernel/mm", Errno::EISDIR),
        ("/proc/meminfo/", Errno::ENOTDIR),
        ("/proc/meminfo/x", Errno::ENOTDIR),
        ("/proc/100/clear_refs", Errno::EINVAL),
        ("/proc/100/pagemap", Errno::EINVAL),
        ("/proc/kpageflags", Errno::EINVAL),
        ("/proc/sys/vm/drop_caches", Errno::EACCES),
        ("/sys/devices/system/node/node0/compact", Errno::EACCES),
        ("/sys/kernel/debug/split_huge_pages", Errno::EINVAL),
    ] {
        assert_eq!(w.m.read_file(path), Err(errno), "{path}");
    }
    assert_eq!(
        w.cat("/sys//kernel/./mm/../mm/transparent_hugepage/hpage_pmd_size"),
        "2097152\n"
    );
    assert_eq!(w.cat("/../proc/p1/../100/comm"), "p1\n");
    assert_eq!(w.m.list_dir("/proc/meminfo"), Err(Errno::ENOTDIR));
}

#[test]
fn writes_to_read_only_files_fail_as_on_linux() {
    let mut w = World::new();
    for (path, errno) in [
        ("/proc/meminfo", Errno::EIO),
        ("/proc/kpagecount", Errno::EIO),
        ("/proc/p1/maps", Errno::EINVAL),
        ("/proc/p1/comm", Errno::EINVAL),
        ("/sys/kernel/mm/ksm/pages_shared", Errno::EACCES),
        (
            "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
            Errno::EACCES,
        ),
        (
            "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/stats/nr_anon",
            Errno::EACCES,
        ),
        ("/sys/devices/system/node/online", Errno::EACCES),
        ("/proc/sys/vm/max_map_count", Errno::EACCES),
        ("/sys/kernel/debug/extfrag/extfrag_index", Errno::EINVAL),
        ("/sys/kernel/tracing/events/ksm/ksm_enter/id", Errno::EINVAL),
        ("/sys/kernel/mm/ksm", Errno::EISDIR),
    ] {
        w.refuses(path, "1\n", errno);
    }
}

/// Every file of the tree, with the directory it was found in listing it.
fn every_file(m: &Machine, dir: &str, out: &mut Vec<String>) {
    for name in m.list_dir(dir).unwrap() {
        match name.strip_suffix('/') {
            // The same tree again.
            Some("tracing") if dir.ends_with("debug/") => {}
            Some(_) => every_file(m, &format!("{dir}{name}"), out),
            None => out.push(format!("{dir}{name}")),
        }
    }
}

#[test]
fn everything_listed_can_be_read_or_only_written() {
    let mut w = World::new();
    w.map(0, 1024, Some(Advice::HugePage));
    w.write(w.p, 0, 600);
    let mut files = Vec::new();
    every_file(&w.m, "/", &mut files);
    assert!(files.len() > 250, "{}", files.len());
    let before = w.m.state_hash();
    for path in &files {
        match w.m.read_file(path) {
            // A histogram that nobody asked for is nothing.
            Ok(text) if path.ends_with("/hist") => assert_eq!(text, "", "{path}"),
            Ok(text) => assert!(text.ends_with('\n'), "{path}: {text:?}"),
            Err(e) => assert!(matches!(e, Errno::EACCES | Errno::EINVAL), "{path}: {e}"),
        }
        // Whatever is written there compacts.
        if path.ends_with("/node0/compact") {
            continue;
        }
        // Nonsense changes nothing.
        let written = w.m.write_file(path, "\u{1f980} 99999999999999999999999\n");
        let swallowed = path.ends_with("/tracing/trace");
        assert_eq!(written.is_ok(), swallowed, "{path}");
    }
    assert_eq!(w.m.state_hash(), before);
}

#[test]
fn the_table_tells_the_truth() {
    let mut w = World::new();
    let tunables = w.m.tunables();
    for t in &tunables {
        assert!(
            t.path.ends_with(&format!("{}/{}", t.group, t.name)),
            "{}",
            t.path
        );
        if t.mode & 0o444 == 0 {
            assert_eq!(
                (w.m.read_file(&t.path), t.default.as_str()),
                (Err(Errno::EACCES), ""),
                "{}",
                t.path
            );
        }
        if t.mode & 0o222 == 0 {
            assert_eq!(t.accepts, Accepts::Nothing, "{}", t.path);
            w.refuses(&t.path, "0\n", Errno::EACCES);
            continue;
        }
        if t.accepts == Accepts::Nothing {
            w.refuses(&t.path, "0\n", Errno::EINVAL);
            continue;
        }
        w.echo(&t.path, "");
        match t.accepts {
            Accepts::Words(words) => {
                assert!(words.contains(&t.default.as_str()), "{}", t.path);
                // `force` depends on another file.
                for word in words.iter().filter(|w| **w != "force") {
                    w.echo(&t.path, word);
                    // A file with one choice shows it bare.
                    let shown = w.cat(&t.path);
                    let chosen = match words.len() {
                        1 => shown == format!("{word}\n"),
                        _ => shown.contains(&format!("[{word}]")),
                    };
                    assert!(chosen, "{}: {shown}", t.path);
                }
                w.refuses(&t.path, "Always", Errno::EINVAL);
            }
            Accepts::Range(min, max) => {
                w.echo(&t.path, &format!("{min}"));
                if t.mode & 0o444 != 0 {
                    assert_eq!(w.cat(&t.path), format!("{min}\n"), "{}", t.path);
                    w.echo(&t.path, &format!("{max}"));
                    // It takes an `unsigned long` and keeps the low half.
                    let kept = if t.name == "advisor_max_cpu" {
                        max & 0xffff_ffff
                    } else {
                        max
                    };
                    if t.name.starts_with("nr_hugepages") {
                        // A pool grows as far as memory goes; then it shrinks again.
                        let pages: u64 = w.cat(&t.path).trim().parse().expect("a number");
                        assert!(pages < 1 << 20, "{}: {pages}", t.path);
                        w.echo(&t.path, "0");
                        assert_eq!(w.cat(&t.path), "0\n", "{}", t.path);
                    } else {
                        assert_eq!(w.cat(&t.path), format!("{kept}\n"), "{}", t.path);
                    }
                }
                if let Some(below) = min.checked_sub(1) {
                    w.refuses(&t.path, &below.to_string(), Errno::EINVAL);
                }
                if let (Some(above), true) = (max.checked_add(1), max != 1) {
                    let errno = w.m.write_file(&t.path, &above.to_string()).unwrap_err();
                    assert!(matches!(errno, Errno::EINVAL | Errno::ERANGE), "{}", t.path);
                }
            }
            Accepts::Nothing => unreachable!("refused above"),
        }
        if !t.default.is_empty() {
            w.echo(&t.path, &format!("{}\n", t.default));
            assert!(w.cat(&t.path).contains(&t.default), "{}", t.path);
        }
    }
    let groups: Vec<_> = tunables.iter().map(|t| t.group.as_str()).collect();
    for group in [
        "transparent_hugepage",
        "khugepaged",
        "hugepages-8kB",
        "hugepages-2048kB",
        "ksm",
        "vm",
    ] {
        assert!(groups.contains(&group), "{group}");
    }
}

#[test]
fn defaults_are_those_of_the_tables_and_of_the_configuration() {
    let tables = |m: &Machine| {
        let mut specs: Vec<_> = crate::khugepaged::KHUGEPAGED_FILES
            .iter()
            .map(|f| ("khugepaged", f))
            .collect();
        specs.extend(crate::ksm::KSM_FILES.iter().map(|f| ("ksm", f)));
        specs.extend(
            crate::thp::THP_FILES
                .iter()
                .map(|f| ("transparent_hugepage", f)),
        );
        specs.extend(crate::vfs::sysctl::VM_FILES.iter().map(|f| ("vm", f)));
        for t in m.tunables() {
            if let Some((_, spec)) = specs
                .iter()
                .find(|(group, f)| *group == t.group && f.name == t.name)
                && spec.name != "min_free_kbytes"
            {
                assert_eq!(t.default, spec.default, "{}", t.path);
            }
        }
    };
    let w = World::new();
    tables(&w.m);
    let always = MachineConfig {
        thp_enabled: crate::thp::Enabled::Always,
        mem: 4 << 30,
        ..MachineConfig::default()
    };
    let mut w = World::with(always);
    let booted = w.cat("/proc/sys/vm/min_free_kbytes");
    w.echo(&format!("{THP}/enabled"), "never");
    assert_ne!(w.cat("/proc/sys/vm/min_free_kbytes"), booted);
    assert_eq!(booted, "67584\n");
    let find = |name: &str| {
        w.m.tunables()
            .into_iter()
            .find(|t| t.name == name)
            .unwrap()
            .default
    };
    assert_eq!(
        (find("enabled").as_str(), find("min_free_kbytes").as_str()),
        ("always", "67584")
    );
}

#[test]
fn sysctl_numbers_and_words_of_sysfs() {
    let mut w = World::new();
    let vm = |name: &str| format!("/proc/sys/vm/{name}");
    w.echo(&vm("swappiness"), "0x64\n");
    assert_eq!(w.cat(&vm("swappiness")), "100\n");
    for (name, text) in [
        ("swappiness", "201"),
        ("swappiness", "-1"),
        ("swappiness", "ten"),
        ("overcommit_memory", "3"),
        ("drop_caches", "0"),
        ("drop_caches", "5"),
        ("compact_memory", "2"),
        ("watermark_scale_factor", "0"),
        ("min_free_kbytes", "2147483648"),
    ] {
        w.refuses(&vm(name), text, Errno::EINVAL);
    }
    w.echo(&vm("compact_memory"), "1");
    w.echo(&vm("overcommit_kbytes"), "8192");
    assert_eq!(
        (
            w.cat(&vm("overcommit_ratio")),
            w.number("/proc/meminfo", "CommitLimit")
        ),
        ("0\n".into(), 8192)
    );
    w.echo(&vm("overcommit_ratio"), "100");
    let total = w.number("/proc/meminfo", "MemTotal");
    assert_eq!(
        (
            w.cat(&vm("overcommit_kbytes")),
            w.number("/proc/meminfo", "CommitLimit")
        ),
        ("0\n".into(), total)
    );
    w.refuses(
        &format!("{THP}/hugepages-64kB/enabled"),
        "madvise ",
        Errno::EINVAL,
    );
    w.echo(&format!("{THP}/hugepages-64kB/enabled"), "madvise\n");
    assert_eq!(
        w.cat(&format!("{THP}/hugepages-64kB/enabled")),
        "always inherit [madvise] never\n"
    );
}

#[test]
fn watermarks_follow_min_free_kbytes() {
    let mut w = World::new();
    let low = |w: &World| w.m.zones().iter().map(|z| z.watermarks.low).sum::<u64>();
    let (before, available) = (low(&w), w.number("/proc/meminfo", "MemAvailable"));
    w.echo("/proc/sys/vm/min_free_kbytes", "32768");
    assert_eq!(w.cat("/proc/sys/vm/min_free_kbytes"), "32768\n");
    let min: u64 = w.m.zones().iter().map(|z| z.watermarks.min).sum();
    assert!((8190..=8192).contains(&min), "{min}");
    assert!(low(&w) > before && w.number("/proc/meminfo", "MemAvailable") < available);
    let step = low(&w) - min;
    w.echo("/proc/sys/vm/watermark_scale_factor", "3000");
    assert!(low(&w) - min > step);
}
