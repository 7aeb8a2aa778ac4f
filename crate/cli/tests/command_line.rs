//! The binary `mm`: exit status, JSON in every case, errors that name the place.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Runs `mm` on a script of this text.
fn mm(name: &str, script: &str, args: &[&str]) -> Output {
    let file: PathBuf =
        std::env::temp_dir().join(format!("mm-cli-{}-{name}.mm", std::process::id()));
    std::fs::write(&file, script).expect("the temporary folder is writable");
    let out = Command::new(env!("CARGO_BIN_EXE_mm"))
        .args(
            args.iter()
                .map(|a| a.replace("{}", &file.to_string_lossy())),
        )
        .output()
        .expect("mm runs");
    std::fs::remove_file(&file).expect("it was written above");
    out
}

fn json(out: &Output) -> Value {
    serde_json::from_slice(&out.stdout).expect("the JSON is printed in every case")
}

#[test]
fn a_scenario_that_holds_ends_with_0() {
    let out = mm(
        "holds",
        "proc p1\np1 mmap a 8K\np1 write a\nexpect faults 2\n",
        &["run", "--json", "{}"],
    );
    assert_eq!(out.status.code(), Some(0));
    let json = json(&out);
    assert_eq!(json["error"], Value::Null);
    assert_eq!(json["steps"][2]["faults"], 2);
    assert_eq!(json["steps"][3]["expect"], "pass");
}

#[test]
fn a_failed_expectation_ends_with_1_and_is_listed() {
    let out = mm(
        "expects",
        "proc p1\np1 mmap a 8K\np1 write a\nexpect faults 3\n",
        &["run", "--json", "{}"],
    );
    assert_eq!(out.status.code(), Some(1));
    let json = json(&out);
    assert_eq!(json["expect_failed"], serde_json::json!(["faults 3"]));
    assert_eq!(json["steps"][3]["got"], 2);
}

#[test]
fn a_script_error_ends_with_2_and_names_the_place() {
    let cases = [
        ("proc p1\np1 mmpa a 2M\n", 2, 4, "mmap"),
        ("proc p1\np1 write b\n", 2, 10, "no region `b`"),
        ("proc p1\nproc p1\n", 2, 6, "exists"),
        ("machine mem=1\n", 1, 13, "64M"),
    ];
    for (script, line, column, word) in cases {
        let out = mm("wrong", script, &["run", "--json", "{}"]);
        assert_eq!(out.status.code(), Some(2), "{script}");
        let error = &json(&out)["error"];
        assert_eq!(
            (error["line"].as_u64(), error["column"].as_u64()),
            (Some(line), Some(column)),
            "{script}: {error}"
        );
        assert!(
            error["message"].as_str().is_some_and(|m| m.contains(word)),
            "{script}: {error}"
        );
    }
}

#[test]
fn all_errors_of_a_script_are_told_at_once() {
    let out = mm(
        "many",
        "proc p1\np1 mmpa a 2M\np1 write\nfrobnicate now\n",
        &["run", "{}"],
    );
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn why_prints_the_check_lists() {
    let script = "proc p1\np1 mmap a 2M\np1 madvise a hugepage\n";
    let out = mm("why", script, &["why", "{}", "p1.a[3]"]);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(out.status.code(), Some(0), "{text}");
    for who in [
        "fault: yes",
        "khugepaged: not_registered",
        "ksmd: not registered",
    ] {
        assert!(text.contains(who), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_script_error() {
    let out = mm("gone", "", &["run", "--json", "/nowhere/at/all.mm"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        json(&out)["error"]["message"]
            .as_str()
            .is_some_and(|m| m.contains("/nowhere/at/all.mm"))
    );
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mm"))
        .args(["doc", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("mm runs");
    drop(child.stdout.take());
    let out = child.wait_with_output().expect("mm ends");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    assert_eq!(out.status.code(), Some(0));
}
