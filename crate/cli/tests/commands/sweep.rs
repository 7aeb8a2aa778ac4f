//! `mm sweep`: rows are those of single runs, parts join to the whole, and what is wrong is said.

use super::Folder;

const HEAP: &str = "proc p
p mmap a 16M
p write a[0..4096:4] seed=1
p madvise a hugepage
khugepaged scan
";
const LIMITS: &str = "khugepaged/max_ptes_none=0,383,384,511";

#[test]
fn every_combination_is_a_row() {
    let folder = Folder::new("rows");
    folder.write("heap.mm", HEAP);
    let two = ["--set", LIMITS, "--set", "khugepaged/defrag=1,0"];
    let measured = [
        "--measure",
        "/proc/p/smaps_rollup:Rss",
        "--measure",
        "/sys/kernel/mm/transparent_hugepage/khugepaged/pages_collapsed",
    ];
    let args = [&["sweep", "heap.mm"][..], &two, &measured].concat();
    let csv = folder.mm(&args).printed();
    // Without the hashes.
    let rows: Vec<String> = csv
        .lines()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            cells[1..cells.len() - 1].join(" ")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "point points script khugepaged/max_ptes_none khugepaged/defrag /proc/p/smaps_rollup:Rss \
             /sys/kernel/mm/transparent_hugepage/khugepaged/pages_collapsed expect_failed error",
            "0 8 heap.mm 0 1 4096 0 0 ",
            "1 8 heap.mm 0 0 4096 0 0 ",
            "2 8 heap.mm 383 1 4096 0 0 ",
            "3 8 heap.mm 383 0 4096 0 0 ",
            "4 8 heap.mm 384 1 16384 8 0 ",
            "5 8 heap.mm 384 0 16384 8 0 ",
            "6 8 heap.mm 511 1 16384 8 0 ",
            "7 8 heap.mm 511 0 16384 8 0 ",
        ]
    );
}

#[test]
fn parts_join_to_the_bytes_of_the_whole() {
    let folder = Folder::new("parts");
    folder.write("heap.mm", HEAP);
    folder.write("small.mm", "proc p\np mmap a 4M\np write a\n");
    let sweep = ["sweep", "heap.mm", "small.mm", "--set", LIMITS];
    for format in ["csv", "json"] {
        let whole = folder
            .mm(&[&sweep[..], &["--format", format, "--jobs", "1"]].concat())
            .printed();
        let again = folder
            .mm(&[&sweep[..], &["--format", format, "--jobs", "3"]].concat())
            .printed();
        assert_eq!(whole, again, "threads do not show");
        // More parts than points: some are empty.
        for n in [1, 3, 11] {
            let mut parts: Vec<String> = Vec::new();
            for k in 1..=n {
                let (shard, part) = (format!("{k}/{n}"), format!("{n}-{k}.{format}"));
                folder
                    .mm(&[
                        &sweep[..],
                        &["--format", format, "--shard", &shard, "--out", &part],
                    ]
                    .concat())
                    .printed();
                parts.insert(0, part);
            }
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let joined = folder.mm(&[&["sweep", "merge", "--format", format][..], &parts].concat());
            assert_eq!(joined.printed(), whole, "{n} parts");
        }
    }
    let csv = folder.mm(&sweep).printed();
    let from_json = ["sweep", "merge", "3-1.json", "3-2.json", "3-3.json"];
    assert_eq!(
        folder.mm(&from_json).printed(),
        csv,
        "parts may have either format"
    );
}

#[test]
fn the_sweep_decides_over_lines_of_the_scenario() {
    let folder = Folder::new("decides");
    let line = "sys transparent_hugepage/khugepaged/max_ptes_none 0\n";
    folder.write("plain.mm", HEAP);
    folder.write(
        "sets.mm",
        &HEAP.replace("khugepaged scan", &format!("{line}khugepaged scan")),
    );
    let rss = |name: &str| {
        let ran = folder.mm(&[
            "sweep",
            name,
            "--set",
            "max_ptes_none=511",
            "--measure",
            "/proc/p/smaps_rollup:Rss",
        ]);
        let csv = ran.printed();
        let row = csv.lines().nth(1).expect("a row").to_owned();
        (
            row.split(',').nth(5).expect("the measure").to_owned(),
            ran.stderr(),
        )
    };
    assert_eq!(rss("plain.mm"), ("16384".to_owned(), String::new()));
    let (with_line, said) = rss("sets.mm");
    assert_eq!(with_line, "16384");
    assert!(
        said.starts_with("sets.mm:5: ") && said.contains("left out"),
        "{said}"
    );
}

#[test]
fn failures_are_in_their_rows() {
    let folder = Folder::new("failures");
    folder.write(
        "expects.mm",
        "proc p\np mmap a 8K\np write a\nexpect faults 3\n",
    );
    let ran = folder.mm(&["sweep", "expects.mm"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    folder.write("ends.mm", "proc p\np read b\n");
    let ran = folder.mm(&["sweep", "ends.mm", "--format", "json"]);
    assert_eq!(ran.status(), 1);
    let rows: serde_json::Value = serde_json::from_slice(&ran.0.stdout).expect("JSON");
    let error = rows[0]["error"].as_str().expect("an error");
    assert!(
        error.contains("line 2") && error.contains("no region `b`"),
        "{error}"
    );
    assert!(rows[0]["rss_kb"].is_null());
    folder.write("ok.mm", "proc p\n");
    let ran = folder.mm(&["sweep", "ok.mm", "--measure", "/proc/q/statm"]);
    assert_eq!(
        ran.status(),
        1,
        "a file that is not there is an error of the row"
    );
}

#[test]
fn what_cannot_be_swept_is_said() {
    let folder = Folder::new("refused");
    folder.write("heap.mm", HEAP);
    folder.write("wrong.mm", "proc p\np mmpa a 4M\n");
    let cases: [(&[&str], &[&str]); 12] = [
        (
            &["--set", "max_ptes_none=512", "heap.mm"],
            &["EINVAL", "0..=511"],
        ),
        (
            &["--set", "khugepaged/max_ptes_nine=1", "heap.mm"],
            &["no tunable", "mm doc"],
        ),
        (
            &["--set", "max_ptes=1", "heap.mm"],
            &["Did you mean", "max_ptes_none"],
        ),
        (
            &["--set", "enabled=always", "heap.mm"],
            &["the end of", "hugepages-64kB/enabled"],
        ),
        (
            &["--set", "khugepaged/pages_collapsed=1", "heap.mm"],
            &["read-only"],
        ),
        (&["--set", "max_ptes_none", "heap.mm"], &["NAME=V1"]),
        (
            &["--set", "max_ptes_none=1,,2", "heap.mm"],
            &["a value is missing"],
        ),
        (
            &["--set", "max_ptes_none=1,2,1", "heap.mm"],
            &["1 is there twice"],
        ),
        (
            &["--set", "max_ptes_none=1", "--set", LIMITS, "heap.mm"],
            &["swept already"],
        ),
        (&["--measure", "meminfo", "heap.mm"], &["PATH:WORD"]),
        (&["wrong.mm"], &["wrong.mm:2:3", "mmap"]),
        (&["gone.mm"], &["gone.mm"]),
    ];
    for (args, words) in cases {
        let said = folder.mm(&[&["sweep"], args].concat()).refused();
        assert!(words.iter().all(|w| said.contains(w)), "{args:?}: {said}");
    }
    for shard in ["0/2", "3/2", "1", "a/b", "1/0"] {
        let said = folder.mm(&["sweep", "heap.mm", "--shard", shard]).refused();
        assert!(said.contains("K from 1 to N"), "{shard}: {said}");
    }
}

#[test]
fn what_cannot_be_joined_is_said() {
    let folder = Folder::new("joins");
    folder.write("heap.mm", HEAP);
    folder.write("notes.csv", "a,b\n1,2\n");
    folder.write("notes.json", "[1]");
    folder.write("empty.csv", "");
    let part = |name: &str, set: &str, shard: &str| {
        folder
            .mm(&[
                "sweep", "heap.mm", "--set", set, "--shard", shard, "--out", name,
            ])
            .printed();
    };
    part("1.csv", LIMITS, "1/3");
    part("2.csv", LIMITS, "2/3");
    part("3.csv", LIMITS, "3/3");
    part("other.csv", "khugepaged/max_ptes_none=0,1,2,3", "3/3");
    part("columns.csv", "khugepaged/pages_to_scan=4096,512", "1/1");
    let cases: [(&[&str], &str); 8] = [
        (&["1.csv", "3.csv"], "1 of 4 points are missing: 1"),
        (&["1.csv", "2.csv", "3.csv", "1.csv"], "give each part once"),
        (&["1.csv", "2.csv", "other.csv"], "another sweep"),
        (&["1.csv", "columns.csv"], "another sweep"),
        (&["notes.csv"], "no part"),
        (&["notes.json"], "no part"),
        (&["empty.csv"], "no part"),
        (&["gone.csv"], "gone.csv"),
    ];
    for (parts, word) in cases {
        let said = folder.mm(&[&["sweep", "merge"], parts].concat()).refused();
        assert!(said.contains(word), "{parts:?}: {said}");
    }
}
