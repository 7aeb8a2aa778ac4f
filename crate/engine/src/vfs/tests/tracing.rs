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
        Ok(["enable", "filter", "format", "hist", "id", "trigger"]
            .map(String::from)
            .to_vec())
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

const SCAN: &str = "/sys/kernel/tracing/events/huge_memory/mm_khugepaged_scan_pmd";

/// Two ranges: one full and collapsed, one empty.
fn full_and_empty(w: &mut World, at: u64) {
    w.map(at, 1024, None);
    w.write(w.p, at, at + 512);
    w.advise(at, 1024, Advice::HugePage);
    w.m.khugepaged_do_scan();
}

#[test]
fn filters_keep_lines_away() {
    let mut w = World::new();
    let filter = format!("{SCAN}/filter");
    assert_eq!(w.cat(&filter), "none\n");
    w.echo(&format!("{SCAN}/enable"), "1");
    full_and_empty(&mut w, 0);
    assert_eq!(lines(&w).len(), 2);
    w.echo(&filter, " status != 1 \n");
    assert_eq!(w.cat(&filter), "status != 1\n");
    full_and_empty(&mut w, 1024);
    let shown = lines(&w);
    assert_eq!(
        shown.len(),
        5,
        "one range is huge, two are empty: {shown:?}"
    );
    assert!(shown[2..].iter().all(|l| !l.contains("status=succeeded")));
    for text in ["status = 1", "isolated == 1", "status != 1 &&", ""] {
        w.refuses(&filter, text, Errno::EINVAL);
    }
    w.echo(&filter, "0");
    assert_eq!(w.cat(&filter), "none\n");
    // A group's filter is for those of its events that have the fields.
    let group = format!("{EVENTS}/huge_memory/filter");
    w.echo(&group, "isolated == 1");
    assert_eq!(w.cat(&filter), "none\n");
    assert_eq!(
        w.cat(&format!(
            "{EVENTS}/huge_memory/mm_collapse_huge_page/filter"
        )),
        "isolated == 1\n"
    );
    w.refuses(&group, "nothing == 1", Errno::EINVAL);
    assert!(w.cat(&group).starts_with("### global filter ###\n"));
}

#[test]
fn histograms_count_without_the_event_being_enabled() {
    let mut w = World::new();
    let (trigger, hist) = (format!("{SCAN}/trigger"), format!("{SCAN}/hist"));
    assert!(w.cat(&trigger).starts_with("# Available triggers:\n"));
    assert_eq!(w.cat(&hist), "");
    w.echo(&trigger, "hist:keys=status:sort=hitcount\n");
    assert_eq!(w.cat(&format!("{SCAN}/enable")), "0*\n");
    let line = "hist:keys=status:vals=hitcount:sort=hitcount:size=2048 [active]\n";
    assert_eq!(w.cat(&trigger), line);
    w.refuses(&trigger, "hist:keys=status", Errno::EEXIST);
    w.map(0, 512 * 4, None);
    w.write(w.p, 0, 512 * 3);
    w.advise(0, 512 * 4, Advice::HugePage);
    w.m.khugepaged_do_scan();
    assert_eq!(lines(&w), [""; 0]);
    assert_eq!(
        w.cat(&hist),
        format!(
            "# event histogram\n#\n# trigger info: {line}#\n\n\
             {{ status:          3 }} hitcount:          1\n\
             {{ status:          1 }} hitcount:          3\n\n\
             Totals:\n    Hits: 4\n    Entries: 2\n    Dropped: 0\n"
        )
    );
    w.echo(
        &trigger,
        "hist:keys=status.hex,common_pid:vals=none_or_zero:sort=status.descending,hitcount:size=200 if status == 1",
    );
    let second = "hist:keys=status.hex,common_pid:vals=hitcount,none_or_zero:sort=status.hex.descending,hitcount:size=256 if status == 1 [active]\n";
    assert_eq!(w.cat(&trigger), format!("{line}{second}"));
    w.echo(&trigger, "hist:keys=status:pause");
    full_and_empty(&mut w, 4096);
    let text = w.cat(&hist);
    assert!(
        text.contains("[paused]\n") && text.contains("Hits: 4\n"),
        "{text}"
    );
    assert!(
        text.ends_with(
            "{ status: 1, common_pid:         40 } hitcount:          1  none_or_zero:          0\n\n\
             Totals:\n    Hits: 1\n    Entries: 1\n    Dropped: 0\n"
        ),
        "{text}"
    );
    w.echo(&trigger, "hist:keys=status:clear");
    assert!(w.cat(&hist).contains("Hits: 0\n"));
    w.echo(&trigger, "!hist:keys=status");
    w.refuses(&trigger, "!hist:keys=status", Errno::ENOENT);
    for text in [
        "hist:keys=nothing",
        "hist:keys=",
        "hist:",
        "hist:keys=status:vals=filename",
        "hist:keys=status:sort=mm",
        "hist:keys=status:size=3",
        "hist:keys=status:what=1",
        "hist:keys=mm,pfn,status,unmapped",
        "hist:keys=status if what == 1",
        "traceoff",
        "",
    ] {
        w.refuses(&trigger, text, Errno::EINVAL);
    }
    assert_eq!(w.cat(&trigger), second);
}
