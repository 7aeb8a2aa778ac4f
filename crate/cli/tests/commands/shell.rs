//! What `mm` says of itself: help, manual, completions, the table of tunables.

use super::Folder;

const COMMANDS: [&str; 9] = [
    "run",
    "why",
    "bench",
    "sweep",
    "trace",
    "export",
    "doc",
    "completions",
    "man",
];

#[test]
fn every_command_is_in_help_manual_and_completions() {
    let folder = Folder::new("shell");
    let help = folder.mm(&["--help"]).printed();
    let manual = folder.mm(&["man"]).printed();
    for command in COMMANDS {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}: {help}"
        );
        assert!(manual.contains(command), "{command}");
        let own = folder.mm(&[command, "--help"]).printed();
        assert!(own.contains("Usage: mm "), "{own}");
    }
    assert!(
        manual.starts_with(".ie") && manual.contains(".TH mm 1"),
        "{manual}"
    );
    folder.mm(&["man", "--dir", "man1"]).printed();
    for page in ["mm", "mm-sweep", "mm-sweep-merge", "mm-export"] {
        assert!(
            folder.read(&format!("man1/{page}.1")).contains(".SH"),
            "{page}"
        );
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.mm(&["completions", shell]).printed();
        assert!(
            COMMANDS.iter().all(|c| script.contains(c)) && script.contains("shard"),
            "{shell}"
        );
    }
}

#[test]
fn scenarios_of_the_help_run() {
    let folder = Folder::new("teaches");
    let help = folder.mm(&["--help"]).printed();
    let printf = help
        .split("printf '")
        .nth(1)
        .and_then(|t| t.split('\'').next())
        .expect("a scenario");
    folder.write("first.mm", &printf.replace("\\n", "\n"));
    folder.mm(&["run", "first.mm"]).printed();
    folder.mm(&["why", "first.mm", "p.a[3]"]).printed();
    let rows = folder.mm(&[
        "sweep",
        "first.mm",
        "--set",
        "khugepaged/max_ptes_none=0,64,511",
    ]);
    assert_eq!(rows.printed().lines().count(), 4);
}

#[test]
fn the_table_has_every_tunable() {
    let folder = Folder::new("doc");
    let text = folder.mm(&["doc"]).printed();
    let rows: serde_json::Value =
        serde_json::from_str(&folder.mm(&["doc", "--format", "json"]).printed()).expect("JSON");
    let rows = rows.as_array().expect("a list");
    assert_eq!(text.lines().count(), rows.len() + 1);
    assert!(rows.len() > 70);
    let of = |end: &str| {
        let path = |r: &&serde_json::Value| r["path"].as_str().is_some_and(|p| p.ends_with(end));
        rows.iter().find(path).unwrap_or_else(|| panic!("no {end}"))
    };
    let none = of("khugepaged/max_ptes_none");
    assert_eq!(
        (&none["default"], &none["max"], &none["refused"]),
        (&"511".into(), &511.into(), &"EINVAL".into())
    );
    assert_eq!(of("ksm/pages_shared")["refused"], "EACCES");
    let table = folder
        .mm(&["doc", "--format", "markdown", "ksm/run"])
        .printed();
    assert_eq!(table.lines().count(), 3);
    assert!(
        table
            .lines()
            .all(|l| l.starts_with('|') && l.matches('|').count() == 6),
        "{table}"
    );
    assert!(folder.mm(&["doc", "nothing"]).refused().contains("mm doc"));
}
