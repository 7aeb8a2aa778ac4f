//! Two answers to one script held against each other: does the engine print what the kernel printed?
//!
//! Compared are the exact fields of the oracle's README, and the global counters `vmstat` and `mthp` on request. Never
//! compared are `noisy`, `kernel`, `script`, labels and `Referenced`. A missing field is a difference, but a count that is
//! absent equals 0. Minor and major faults are compared as their sum: which swapped page still waits for the disk is a
//! matter of timing.

use std::fmt;

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Maps of counters in an observation.
pub(crate) const COUNTS: [&str; 6] = [
    "vmstat",
    "mthp",
    "khugepaged",
    "ksm",
    "ksm_delta",
    "hugetlb",
];
/// Those of them that the whole machine shares.
const GLOBAL: [&str; 2] = ["vmstat", "mthp"];
/// Fields of an area that must be on both sides; the others are counts.
const STRICT_VMA: [&str; 6] = ["at", "pages", "perm", "Rss", "THPeligible", "VmFlags"];

/// Whether the counters of the whole machine, `vmstat` and `mthp`, are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Global {
    /// They are.
    Compared,
    /// They are not.
    Ignored,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Line of the script, 0 for what belongs to no step.
    pub line: u64,
    /// The step's text.
    pub cmd: String,
    /// Where in the step: `regions.p1.a.classes`.
    pub path: String,
    /// The recorded value, `None` if there is none.
    pub expected: Option<Value>,
    /// The value to judge, `None` if there is none.
    pub got: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or("(absent)".to_owned(), crate::output::compact)
        };
        let (expected, got) = (show(&self.expected), show(&self.got));
        write!(
            f,
            "line {} `{}`: {}: expected {expected}, got {got}",
            self.line, self.cmd, self.path
        )
    }
}

/// The outcome of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// All differences, in the order of steps.
    pub differences: Vec<Difference>,
    /// `observe` steps of the recorded answer.
    pub observations: usize,
    /// Those of them that match fully.
    pub matched: usize,
}

/// Compares a recorded answer with one to judge. Nothing in `got` makes it fail: what is malformed is a difference.
pub fn compare(expected: &Value, got: &Value, global: Global) -> Comparison {
    let no_steps = Vec::new();
    let expected_steps = expected["steps"].as_array().unwrap_or(&no_steps);
    let mut result = Comparison {
        observations: expected_steps
            .iter()
            .filter(|step| step.get("obs").is_some())
            .count(),
        ..Comparison::default()
    };
    let Some(got_steps) = got["steps"].as_array() else {
        result
            .differences
            .push(outside("steps", Some("present".into()), None));
        return result;
    };
    for key in ["error", "expect_failed"] {
        let (a, b) = (
            expected.get(key).cloned().unwrap_or(Value::Null),
            got.get(key).cloned(),
        );
        if b.as_ref() != Some(&a) {
            result.differences.push(outside(key, Some(a), b));
        }
    }
    for (i, a) in expected_steps.iter().enumerate() {
        let b = got_steps.get(i).unwrap_or(&Value::Null);
        let mut found = Differences::default();
        let is_same_step = a["line"] == b["line"] && a["cmd"] == b["cmd"];
        if is_same_step {
            found.step(a, b);
            if let Some(observation) = a.get("obs") {
                let before = found.0.len();
                found.observation(observation, &b["obs"], global);
                result.matched += usize::from(found.0.len() == before);
            }
        } else {
            found.add("step", Some(&"present".into()), b.get("cmd"));
        }
        let (line, cmd) = (
            a["line"].as_u64().unwrap_or(0),
            a["cmd"].as_str().unwrap_or_default(),
        );
        let place = |(path, expected, got)| Difference {
            line,
            cmd: cmd.to_owned(),
            path,
            expected,
            got,
        };
        result.differences.extend(found.0.into_iter().map(place));
        if !is_same_step {
            break; // what follows is shifted
        }
    }
    if got_steps.len() > expected_steps.len() {
        result.differences.push(outside(
            "steps.#",
            Some(expected_steps.len().into()),
            Some(got_steps.len().into()),
        ));
    }
    result
}

fn outside(path: &str, expected: Option<Value>, got: Option<Value>) -> Difference {
    Difference {
        line: 0,
        cmd: String::new(),
        path: path.to_owned(),
        expected,
        got,
    }
}

/// Differences of one step: path, expected, got.
#[derive(Default)]
struct Differences(Vec<(String, Option<Value>, Option<Value>)>);

impl Differences {
    fn add(&mut self, path: impl Into<String>, expected: Option<&Value>, got: Option<&Value>) {
        self.0.push((path.into(), expected.cloned(), got.cloned()));
    }

    fn step(&mut self, a: &Value, b: &Value) {
        let no_fields = Object::new();
        let fields = |step: &Value| all_faults(step.as_object().unwrap_or(&no_fields));
        self.fields(&fields(a), &fields(b), "", |key| {
            !["line", "cmd", "obs"].contains(&key)
        });
    }

    /// Field by field, both sides must have it.
    fn fields(&mut self, a: &Object, b: &Object, path: &str, compared: impl Fn(&str) -> bool) {
        for key in keys(a, b).filter(|key| compared(key)) {
            if a.get(key) != b.get(key) {
                self.add(format!("{path}{key}"), a.get(key), b.get(key));
            }
        }
    }

    /// Field by field, an absent one is 0.
    fn counts(&mut self, a: &Object, b: &Object, path: &str, compared: impl Fn(&str) -> bool) {
        let zero = Value::from(0);
        for key in keys(a, b).filter(|key| compared(key)) {
            let (a, b) = (a.get(key).unwrap_or(&zero), b.get(key).unwrap_or(&zero));
            if a != b {
                self.add(format!("{path}{key}"), Some(a), Some(b));
            }
        }
    }

    /// The names on one side only.
    fn names(&mut self, a: &Object, b: &Object, path: &str) {
        let present = Value::from("present");
        for key in keys(a, b) {
            match (a.contains_key(key), b.contains_key(key)) {
                (true, true) => {}
                (in_a, in_b) => self.add(
                    format!("{path}{key}"),
                    in_a.then_some(&present),
                    in_b.then_some(&present),
                ),
            }
        }
    }

    fn observation(&mut self, a: &Value, b: &Value, global: Global) {
        let parts = ["regions", "procs"]
            .into_iter()
            .chain(COUNTS)
            .chain(["trace"]);
        for part in parts.clone() {
            let is_well_formed = if part == "trace" {
                b[part].is_array()
            } else {
                b[part].is_object()
            };
            if !is_well_formed {
                return self.add(part, Some(&"present".into()), b.get(part));
            }
        }
        self.regions(object(&a["regions"]), object(&b["regions"]));
        let (a_procs, b_procs) = (object(&a["procs"]), object(&b["procs"]));
        for (name, a) in a_procs {
            if let Some(b) = b_procs.get(name) {
                self.counts(
                    object(&a["ksm_stat"]),
                    object(&b["ksm_stat"]),
                    &format!("procs.{name}.ksm_stat."),
                    |_| true,
                );
            }
        }
        self.names(a_procs, b_procs, "procs.");
        for part in COUNTS {
            if global == Global::Compared || !GLOBAL.contains(&part) {
                self.counts(
                    object(&a[part]),
                    object(&b[part]),
                    &format!("{part}."),
                    |_| true,
                );
            }
        }
        self.trace(array(&a["trace"]), array(&b["trace"]));
    }

    fn regions(&mut self, a: &Object, b: &Object) {
        for (name, a) in a {
            if let Some(b) = b.get(name) {
                let path = format!("regions.{name}.");
                self.fields(object(a), object(b), &path, |key| key != "vmas");
                self.vmas(
                    array(&a["vmas"]),
                    array(&b["vmas"]),
                    &format!("{path}vmas."),
                );
            }
        }
        self.names(a, b, "regions.");
    }

    fn vmas(&mut self, a: &[Value], b: &[Value], path: &str) {
        if a.len() != b.len() {
            self.add(
                format!("{path}#"),
                Some(&a.len().into()),
                Some(&b.len().into()),
            );
        }
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            let (a, b, path) = (object(a), object(b), format!("{path}{i}."));
            self.fields(a, b, &path, |key| STRICT_VMA.contains(&key));
            self.counts(a, b, &path, |key| {
                !STRICT_VMA.contains(&key) && key != "Referenced"
            });
        }
    }

    /// Up to the first event that differs: what follows is shifted.
    fn trace(&mut self, a: &[Value], b: &[Value]) {
        match a.iter().zip(b).position(|(a, b)| a != b) {
            Some(i) => self.add(format!("trace.{i}"), Some(&a[i]), Some(&b[i])),
            None if a.len() != b.len() => {
                self.add("trace.#", Some(&a.len().into()), Some(&b.len().into()))
            }
            None => {}
        }
    }
}

/// The keys of both, those of `a` first.
fn keys<'a>(a: &'a Object, b: &'a Object) -> impl Iterator<Item = &'a str> {
    a.keys()
        .chain(b.keys().filter(|key| !a.contains_key(*key)))
        .map(String::as_str)
}

fn object(value: &Value) -> &Object {
    static NONE: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);
    value.as_object().unwrap_or(&NONE)
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Minor and major faults in one.
fn all_faults(step: &Object) -> Object {
    let mut step: Object = step
        .iter()
        .filter(|(key, _)| *key != "obs")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(majfaults) = step.shift_remove("majfaults") {
        let minfaults = step.get("faults").and_then(Value::as_i64).unwrap_or(0);
        let sum = majfaults
            .as_i64()
            .map_or(majfaults, |majfaults| (minfaults + majfaults).into());
        step.insert("faults".to_owned(), sum);
    }
    step
}
