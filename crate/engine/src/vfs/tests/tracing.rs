//! `/sys/kernel/tracing`.

use super::*;

const EVENTS: &str = "/sys/kernel/tracing/events";
const TRACE: &str = "/sys/kernel/tracing/trace";

fn lines(w: &World) -> Vec<String> {
    w.cat(TRACE)
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// One range that khugepaged collapses.
fn collapse_one(w: &mut World, at: u64) {
    w.map(at, 512, None);
    w.write(w.p, at, at + 512);
    w.advise(at, 512, Advice::HugePage);
    w.m.khugepaged_do_scan();
}

#[test]
fn only_what_was_enabled_leaves_lines() {
    let mut w = World::new();
    collapse_one(&mut w, 0);
    assert_eq!(lines(&w), [""; 0]);
    assert_eq!(w.cat(&format!("{EVENTS}/enable")), "0\n");
    w.echo(
        &format!("{EVENTS}/huge_memory/mm_khugepaged_scan_pmd/enable"),
        "1\n",
    );
    for (path, state) in [("", "X\n"), ("/huge_memory", "X\n"), ("/ksm", "0\n")] {
        assert_eq!(w.cat(&format!("{EVENTS}{path}/enable")), state, "{path}");
    }
    w.m.advance(1_500_000_499);
    collapse_one(&mut w, 512);
    let shown = lines(&w);
    let last = shown.last().expect("a line");
    assert!(
        last.starts_with(
            "      khugepaged-40      [000] .....     1.500000: mm_khugepaged_scan_pmd: mm=00000000"
        ),
        "{last}"
    );
    assert!(
        last.ends_with("referenced=512, none_or_zero=0, status=succeeded, unmapped=0"),
        "{last}"
    );
    assert!(
        shown
            .iter()
            .all(|l| l.contains(": mm_khugepaged_scan_pmd: "))
    );
    w.echo(&format!("{EVENTS}/huge_memory/enable"), "0");
    collapse_one(&mut w, 1024);
    assert_eq!(lines(&w), shown);
    w.echo(&format!("{EVENTS}/enable"), "1");
    collapse_one(&mut w, 1536);
    let more = lines(&w);
    assert_eq!(more[..shown.len()], shown);
    assert!(more.iter().any(|l| l.contains(": mm_collapse_huge_page: ")));
    let header = format!(
        "# tracer: nop\n#\n# entries-in-buffer/entries-written: {0}/{0}   #P:2\n#\n",
        more.len()
    );
    assert!(w.cat(TRACE).starts_with(&header));
    w.echo(TRACE, "");
    assert_eq!(lines(&w), [""; 0]);
    collapse_one(&mut w, 2048);
    assert!(!lines(&w).is_empty());
}

#[test]
fn a_process_that_is_gone_has_no_name() {
    let mut w = World::new();
    w.echo(&format!("{EVENTS}/ksm/enable"), "1");
    w.map(0, 8, Some(Advice::Mergeable));
    assert!(
        lines(&w)[0].starts_with(
            "              p1-100     [000] .....     0.000000: ksm_enter: mm 00000000"
        )
    );
    w.m.exit(w.p).unwrap();
    assert!(
        lines(&w)[0].starts_with("           <...>-100 "),
        "{:?}",
        lines(&w)
    );
}

#[test]
fn switches_take_0_and_1() {
    let mut w = World::new();
    let path = format!("{EVENTS}/ksm/ksm_enter/enable");
    for text in ["2", "on", "", "-1"] {
        w.refuses(&path, text, Errno::EINVAL);
    }
    assert_eq!(w.cat(&path), "0\n");
    assert_eq!(w.cat(&format!("{EVENTS}/ksm/ksm_enter/id")), "747\n");
    assert_eq!(
        w.m.list_dir(&format!("{EVENTS}/ksm/ksm_enter")),
        Ok(vec!["enable".into(), "format".into(), "id".into()])
    );
    assert!(
        w.cat("/sys/kernel/debug/tracing/events/ksm/ksm_enter/format")
            .starts_with("name: ksm_enter\nID: 747\n")
    );
    // The spans kept are bounded, however often it is switched.
    for _ in 0..1000 {
        w.echo(&path, "1");
        w.echo(&path, "0");
    }
    assert_eq!(w.m.tracing, crate::trace::Tracing::default());
}
