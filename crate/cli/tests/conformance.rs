//! Recorded answers of Linux 6.18: every scenario of `tests/conformance` gives what the kernel gave, field by field.
//!
//! `tests/conformance/known-differences.txt` lists the scenarios that do not yet, each with its reason. The list may
//! only shrink: one that conforms must leave it, and one that is not on it must conform.

use mm_script::compare::{Global, compare};
use mm_script::{language, session};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance")
}

/// Scenario name and reason, from lines `name: reason`.
fn known_differences() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join("known-differences.txt"))
        .expect("the list is part of the repository");
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| {
            l.split_once(": ")
                .unwrap_or_else(|| panic!("`{l}` is not `name: reason`"))
        })
        .map(|(name, reason)| (name.to_owned(), reason.to_owned()))
        .collect()
}

/// The first difference of a scenario, `None` if it conforms.
fn difference(script: &Path) -> Option<String> {
    let text = fs::read_to_string(script).expect("readable");
    let recorded = fs::read_to_string(script.with_extension("json"))
        .expect("every scenario has a recorded answer");
    let expected: Value = serde_json::from_str(&recorded).expect("JSON");
    let parsed = match language::parse(&text) {
        Ok(p) => p,
        Err(errors) => return Some(errors[0].to_string()),
    };
    let outcome = session::run(&parsed);
    if let Some(session) = &outcome.session
        && let Err(broken) = session.machine().check()
    {
        return Some(format!("invariant: {broken}"));
    }
    let name = script
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let got = outcome.to_json(&name);
    compare(&expected, &got, Global::Compared)
        .differences
        .first()
        .map(ToString::to_string)
}

#[test]
fn every_scenario_gives_what_the_kernel_gave() {
    let known = known_differences();
    let mut scripts: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the scenarios are part of the repository")
        .map(|e| e.expect("readable").path())
        .filter(|p| p.extension().is_some_and(|e| e == "mm"))
        .collect();
    scripts.sort();
    let mut table: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut passed, mut wrong) = (0, Vec::new());
    for script in &scripts {
        let name = script
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let category = name.split('_').next().unwrap_or_default().to_owned();
        let row = table.entry(category).or_default();
        row.1 += 1;
        match (difference(script), known.get(&name)) {
            (None, None) => {
                row.0 += 1;
                passed += 1;
            }
            (None, Some(_)) => wrong.push(format!(
                "{name} conforms: take it off known-differences.txt"
            )),
            (Some(d), None) => wrong.push(format!("{name}: {d}")),
            (Some(_), Some(_)) => {}
        }
    }
    for name in known.keys() {
        if !folder().join(format!("{name}.mm")).exists() {
            wrong.push(format!(
                "{name} is on known-differences.txt but does not exist"
            ));
        }
    }
    for (category, (ok, all)) in &table {
        println!("{category:<12} {ok}/{all}");
    }
    println!(
        "conformance: {passed} passed, {} failed, {} known differences",
        wrong.len(),
        known.len()
    );
    assert!(
        scripts.len() >= 165,
        "only {} scenarios found",
        scripts.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
