//! The comparison of answers: an answer matches itself, and every change that counts is noticed.

use std::collections::HashSet;

use mm_script::compare::{Global, compare};
use serde_json::{Value, json};

use crate::scenarios;

/// A step from a value to one of its members.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    Item(usize),
}

fn leaves(value: &Value, path: &mut Vec<Key>, found: &mut Vec<Vec<Key>>) {
    let members: Vec<(Key, &Value)> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (Key::Name(name.clone()), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, value)| (Key::Item(i), value))
            .collect(),
        _ => return found.push(path.clone()),
    };
    for (key, member) in members {
        path.push(key);
        leaves(member, path, found);
        path.pop();
    }
}

fn at<'a>(value: &'a mut Value, path: &[Key]) -> &'a mut Value {
    path.iter().fold(value, |value, key| match key {
        Key::Name(name) => &mut value[name.as_str()],
        Key::Item(i) => &mut value[*i],
    })
}

fn changed(leaf: &Value) -> Value {
    match leaf {
        Value::Bool(b) => json!(!b),
        Value::Number(n) => n.as_i64().map_or_else(
            || json!(n.as_u64().expect("an integer") - 1),
            |n| json!(n + 1),
        ),
        Value::String(text) => json!(format!("{text}?")),
        other => json!(format!("{other}?")),
    }
}

const STRICT_VMA: [&str; 6] = ["at", "pages", "perm", "Rss", "THPeligible", "VmFlags"];

/// One leaf of each kind in each answer, changed and removed.
#[test]
fn every_change_is_noticed() {
    let mut nr_changes = 0;
    for (name, _, answer) in scenarios() {
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let same = compare(&answer, &answer, Global::Compared);
        assert!(
            same.differences.is_empty() && same.matched == same.observations,
            "{name}: {:?}",
            same.differences
        );
        let (mut paths, mut kinds) = (Vec::new(), HashSet::new());
        leaves(&answer, &mut Vec::new(), &mut paths);
        for path in paths {
            let names: Vec<&str> = path
                .iter()
                .filter_map(|key| {
                    if let Key::Name(name) = key {
                        Some(name.as_str())
                    } else {
                        None
                    }
                })
                .collect();
            let kind: Vec<String> = names
                .iter()
                .filter(|name| !name.contains('.'))
                .map(|name| (*name).to_owned())
                .collect();
            if !kinds.insert(kind) {
                continue;
            }
            let last = names.last().copied().unwrap_or_default();
            let is_ignored = ["script", "kernel"].contains(&names[0])
                || names.contains(&"noisy")
                || ["Referenced", "label"].contains(&last);
            let in_observation = names.contains(&"obs");
            let mut altered = answer.clone();
            let leaf = at(&mut altered, &path);
            let was_zero = *leaf == json!(0);
            *leaf = changed(leaf);
            let mut variants = vec![(altered.clone(), is_ignored)];
            if let (Some(Key::Name(key)), parent) = (path.last(), &path[..path.len() - 1]) {
                at(&mut altered, parent)
                    .as_object_mut()
                    .expect("an object")
                    .remove(key);
                let absent_is_zero = was_zero
                    && in_observation
                    && !STRICT_VMA.contains(&last)
                    && !names.contains(&"trace");
                variants.push((altered, is_ignored || absent_is_zero));
            }
            for (variant, is_same) in variants {
                nr_changes += 1;
                let result = compare(&answer, &variant, Global::Compared);
                assert_eq!(
                    result.differences.is_empty(),
                    is_same,
                    "{name}: {path:?}: {:?}",
                    result.differences
                );
                if in_observation && !is_same {
                    assert_eq!(result.matched + 1, result.observations, "{name}: {path:?}");
                }
                if names.iter().any(|name| ["vmstat", "mthp"].contains(name)) {
                    assert!(
                        compare(&answer, &variant, Global::Ignored)
                            .differences
                            .is_empty(),
                        "{name}: {path:?}"
                    );
                }
            }
        }
    }
    assert!(nr_changes > 10_000, "{nr_changes} changes tried");
}

#[test]
fn another_number_of_steps_is_noticed() {
    for (name, _, answer) in scenarios() {
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let steps = answer["steps"].as_array().expect("steps").clone();
        let (last, init) = steps.split_last().expect("a step");
        for cut in [
            Vec::new(),
            init.to_vec(),
            [&steps[..], std::slice::from_ref(last)].concat(),
        ] {
            let mut other = answer.clone();
            other["steps"] = cut.into();
            assert!(
                !compare(&answer, &other, Global::Compared)
                    .differences
                    .is_empty(),
                "{name}"
            );
        }
    }
}

/// Whatever has the wrong shape is a difference, never a failure.
#[test]
fn junk_is_a_difference() {
    let (_, _, answer) = scenarios().into_iter().next().expect("a scenario");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let observed = answer["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .position(|step| step.get("obs").is_some())
        .expect("an observation");
    let check = |other: Value| {
        assert!(
            !compare(&answer, &other, Global::Compared)
                .differences
                .is_empty(),
            "{other}"
        )
    };
    for junk in [
        json!(null),
        json!([]),
        json!({}),
        json!({"steps": 1}),
        json!({"steps": [1]}),
        json!({"steps": [{}]}),
    ] {
        check(junk);
    }
    for part in [
        "regions",
        "procs",
        "vmstat",
        "mthp",
        "khugepaged",
        "ksm",
        "ksm_delta",
        "hugetlb",
        "trace",
    ] {
        for junk in [json!(null), json!(1), json!("x"), json!([1]), json!([[1]])] {
            let mut other = answer.clone();
            other["steps"][observed]["obs"][part] = junk;
            check(other);
        }
    }
    for junk in [
        json!(null),
        json!(1),
        json!([]),
        json!({"p1.a": 1}),
        json!({"p1.a": {"vmas": 1}}),
        json!({"p1.a": {"vmas": [1]}}),
    ] {
        let mut other = answer.clone();
        other["steps"][observed]["obs"]["regions"] = junk;
        check(other);
    }
}

/// Differences between two answers of one step.
fn check(expected: Value, got: Value, differences: &[&str]) {
    let answer = |step: Value| {
        let mut full = json!({"line": 7, "cmd": "p1 write a"});
        full.as_object_mut()
            .expect("an object")
            .extend(step.as_object().expect("an object").clone());
        json!({"error": null, "expect_failed": [], "steps": [full]})
    };
    let result = compare(&answer(expected), &answer(got), Global::Compared);
    let shown: Vec<String> = result.differences.iter().map(ToString::to_string).collect();
    let expected: Vec<String> = differences
        .iter()
        .map(|difference| format!("line 7 `p1 write a`: {difference}"))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn differences_of_a_step() {
    check(
        json!({"faults": 512}),
        json!({"faults": 511}),
        &["faults: expected 512, got 511"],
    );
    check(
        json!({"faults": 1}),
        json!({}),
        &["faults: expected 1, got (absent)"],
    );
    check(
        json!({"faults": 0}),
        json!({}),
        &["faults: expected 0, got (absent)"],
    );
    check(
        json!({"faults": 3, "majfaults": 2}),
        json!({"faults": 5}),
        &[],
    );
    check(
        json!({"faults": 3}),
        json!({"faults": 1, "majfaults": 2}),
        &[],
    );
    check(
        json!({"faults": 0}),
        json!({"faults": 0, "errno": "EINVAL"}),
        &["errno: expected (absent), got \"EINVAL\""],
    );
}

#[test]
fn a_shifted_step_ends_the_comparison() {
    let answer = |cmds: &[&str]| {
        let steps: Vec<Value> = cmds
            .iter()
            .map(|cmd| json!({"line": 1, "cmd": cmd}))
            .collect();
        json!({"error": null, "expect_failed": [], "steps": steps})
    };
    let result = compare(
        &answer(&["a", "b", "c"]),
        &answer(&["x", "y", "c"]),
        Global::Compared,
    );
    assert_eq!(result.differences.len(), 1);
    assert_eq!(
        result.differences[0].to_string(),
        "line 1 `a`: step: expected \"present\", got \"x\""
    );
}
