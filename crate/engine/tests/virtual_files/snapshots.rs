//! Texts as they are, to be looked at.

use super::{World, at};
use insta::assert_snapshot;
use mm_engine::phys::content::Pattern;
use mm_engine::vfs::tunable::Accepts;
use mm_engine::vm::addr::PAGE_SIZE;
use mm_engine::vm::uapi::Advice;

#[test]
fn system() {
    let w = World::new();
    for file in ["meminfo", "buddyinfo", "pagetypeinfo", "zoneinfo", "swaps"] {
        assert_snapshot!(file, w.cat(&format!("/proc/{file}")));
    }
    assert_snapshot!(
        "node_meminfo",
        w.cat("/sys/devices/system/node/node0/meminfo")
    );
    assert_snapshot!(
        "extfrag_index",
        w.cat("/sys/kernel/debug/extfrag/extfrag_index")
    );
}

/// The lines of vmstat that are not 0.
#[test]
fn vmstat() {
    let w = World::new();
    let text = w.cat("/proc/vmstat");
    assert_eq!(
        text.lines().next(),
        Some(format!("nr_free_pages {}", w.m.nr_free_pages()).as_str())
    );
    assert_eq!(text.lines().last(), Some("nr_unstable 0"));
    let lines: Vec<_> = text.lines().filter(|l| !l.ends_with(" 0")).collect();
    assert_snapshot!("vmstat", lines.join("\n"));
}

#[test]
fn process() {
    let w = World::new();
    for file in [
        "maps",
        "smaps",
        "smaps_rollup",
        "status",
        "numa_maps",
        "statm",
        "ksm_stat",
    ] {
        assert_snapshot!(
            format!("child_{file}"),
            w.cat(&format!("/proc/child/{file}"))
        );
    }
}

#[test]
fn trace() {
    let mut w = World::new();
    for page in 4000..4004 {
        w.m.store(w.heap, at(page), Pattern::Fill(7))
            .unwrap()
            .unwrap();
    }
    w.map(5120, 512, Some(Advice::HugePage));
    w.m.madvise(w.heap, at(5120), 512 * PAGE_SIZE, Advice::NoHugePage as i32)
        .unwrap();
    w.write(w.heap, 5120, 5130);
    w.advise(5120, 512, Advice::HugePage);
    w.m.write_file("/sys/kernel/tracing/events/enable", "1\n")
        .unwrap();
    w.m.write_file("/sys/kernel/mm/ksm/run", "1\n").unwrap();
    w.m.advance(60_000_000);
    w.m.write_file("/sys/kernel/mm/ksm/run", "2\n").unwrap();
    assert_snapshot!("trace", w.cat("/sys/kernel/tracing/trace"));
}

/// Every file that can be tuned or watched, as the page and the documents show it.
#[test]
fn tunables() {
    let w = World::new();
    let mut out = String::new();
    let mut group = String::new();
    for t in w.m.tunables() {
        if t.group != group {
            out.push_str(&format!("{}\n", &t.path[..t.path.len() - t.name.len() - 1]));
            group = t.group.clone();
        }
        let accepts = match t.accepts {
            Accepts::Words(words) => words.join(" "),
            Accepts::Range(min, max) => format!("{min}..{max}"),
            Accepts::Nothing => String::new(),
        };
        out.push_str(&format!(
            "  {:<34} {:03o} {:<9} {accepts:<48} {}\n",
            t.name, t.mode, t.default, t.help
        ));
    }
    assert_snapshot!("tunables", out);
}

#[test]
fn listing() {
    let w = World::new();
    let mut out = String::new();
    let mut dirs = vec!["/".to_owned()];
    while let Some(dir) = dirs.pop() {
        let names = w.m.list_dir(&dir).unwrap();
        out.push_str(&format!("{dir}: {}\n", names.join(" ")));
        dirs.extend(
            names
                .iter()
                .rev()
                .filter(|n| n.ends_with('/'))
                .map(|n| format!("{dir}{n}")),
        );
    }
    assert_snapshot!("listing", out);
}
