//! What the recorded scenarios say and how their answers are written.

use mm_script::language::{Command, parse};
use mm_script::output::compact;
use serde_json::Value;

use crate::scenarios;

/// Every scenario parses, and its lines and texts are those that the real kernel's recorder executed.
#[test]
fn scripts_expand_to_the_steps_recorded() {
    for (name, script, answer) in scenarios() {
        let parsed = parse(&script).unwrap_or_else(|errors| panic!("{name}: {}", errors[0]));
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let recorded: Vec<(u64, &str)> = answer["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| {
                (
                    step["line"].as_u64().expect("line"),
                    step["cmd"].as_str().expect("cmd"),
                )
            })
            .collect();
        let lines: Vec<(u64, &str)> = parsed
            .lines
            .iter()
            .map(|line| (line.line.into(), &*line.cmd))
            .collect();
        assert_eq!(lines, recorded, "{name}");
        assert_eq!(parsed.machine, None, "{name}");
    }
}

/// The label is the first word only.
#[test]
fn labels_are_those_recorded() {
    for (name, script, answer) in scenarios() {
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let recorded: Vec<&str> = answer["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .filter_map(|step| step["obs"]["label"].as_str())
            .collect();
        let script = parse(&script).expect("parses");
        let labels: Vec<&str> = script
            .lines
            .iter()
            .filter_map(|line| match &*line.command {
                Command::Observe { label } => Some(&**label),
                _ => None,
            })
            .collect();
        assert_eq!(labels, recorded, "{name}");
    }
}

/// Our JSON is written as the recorder writes it, to the byte.
#[test]
fn answers_are_printed_as_recorded() {
    for (name, _, answer) in scenarios() {
        let value: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(compact(&value) + "\n", answer, "{name}");
    }
}
