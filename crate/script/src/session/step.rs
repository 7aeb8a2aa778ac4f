//! What one line gave.

use super::RunError;
use crate::language::Line;
use crate::object;
use crate::output::{Members, Value, put};
use mm_engine::Errno;
use mm_engine::explain::{Check, CheckList};
use mm_engine::vm::access::Signal;

/// Results of one line; fields are present exactly when the recorded answers have them.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// 1-based source line.
    pub line: u32,
    /// The line, loops expanded.
    pub cmd: String,
    /// The call failed.
    pub errno: Option<Errno>,
    /// The access ended in a signal at this page.
    pub signal: Option<(Signal, u64)>,
    /// Minor faults the call took.
    pub faults: Option<u64>,
    /// Major faults, if any.
    pub majfaults: u64,
    /// `check`: pages that differ, and the first of them.
    pub differ: Option<(u64, Option<u64>)>,
    /// `mremap`: the region is elsewhere now.
    pub moved: Option<bool>,
    /// The kernel's place is 2 MiB-aligned.
    pub aligned_2m: Option<bool>,
    /// Value of a file after a store.
    pub value: Option<String>,
    /// False if the daemon to be woken does not exist.
    pub running: Option<bool>,
    /// `observe`.
    pub obs: Option<Value>,
    /// `expect`: passed, or what was found instead.
    pub expect: Option<Result<(), Value>>,
    /// `cat`, `ls`, `help`.
    pub text: Option<String>,
    /// `why`.
    pub why: Option<Vec<CheckList>>,
    /// `run`: the time afterwards.
    pub now_ns: Option<u64>,
    /// Units of a daemon's work, for people.
    pub note: Option<String>,
    /// The line could not be run.
    pub error: Option<String>,
}

impl Step {
    /// The step of a line that could not be run.
    pub fn failed(line: &Line, e: &RunError) -> Step {
        Step {
            line: line.line,
            cmd: line.cmd.to_string(),
            error: Some(e.message.clone()),
            ..Step::default()
        }
    }

    /// As an entry of `steps`.
    pub fn to_json(&self) -> Value {
        let mut o = Members::new();
        put(&mut o, "line", self.line.into());
        put(&mut o, "cmd", (&self.cmd).into());
        let why = |lists: &Vec<CheckList>| lists.iter().map(check_list_json).collect::<Vec<_>>();
        let signal = self.signal;
        let errno = self.errno.filter(|_| signal.is_none());
        let passed = |e: &Result<(), Value>| if e.is_ok() { "pass" } else { "FAIL" };
        let got = self.expect.as_ref().and_then(|e| e.as_ref().err());
        // What is absent is not shown, but what was found instead of a value may be nothing.
        let mut add = |key: &'static str, value: Value| {
            if value != Value::Null || key == "got" && got.is_some() {
                put(&mut o, key, value);
            }
        };
        add("signal", signal.map(|s| s.0.name()).into());
        add("at", signal.map(|s| s.1).into());
        add("errno", errno.map(Errno::name).into());
        add("faults", self.faults.into());
        add("majfaults", Some(self.majfaults).filter(|n| *n > 0).into());
        add("differ", self.differ.map(|d| d.0).into());
        add("first", self.differ.and_then(|d| d.1).into());
        add("moved", self.moved.into());
        add("aligned_2M", self.aligned_2m.into());
        add("running", self.running.into());
        add("value", self.value.as_ref().into());
        add("obs", self.obs.clone().into());
        add("expect", self.expect.as_ref().map(passed).into());
        add("got", got.cloned().into());
        add("text", self.text.as_ref().into());
        add("why", self.why.as_ref().map(why).into());
        add("now_ns", self.now_ns.into());
        add("error", self.error.as_ref().into());
        o.into()
    }

    /// errno or signal name when the call failed.
    pub fn failure(&self) -> Option<&'static str> {
        self.signal
            .map(|s| s.0.name())
            .or(self.errno.map(Errno::name))
    }

    /// Lines of text for the console.
    pub fn lines(&self) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(e) = &self.error {
            out.push(format!("error: {e}"));
        }
        if let Some((signal, at)) = self.signal {
            out.push(format!("{} at page {at}", signal.name()));
        } else if let Some(e) = self.errno {
            out.push(super::errno_text(e));
        }
        match self.faults {
            Some(n) if n > 0 => out.push(format!("{n} fault{}", if n == 1 { "" } else { "s" })),
            _ => {}
        }
        match self.differ {
            Some((0, _)) => out.push("all pages equal".into()),
            Some((n, Some(first))) => out.push(format!("{n} pages differ, the first is {first}")),
            _ => {}
        }
        if self.running == Some(false) {
            out.push("the thread is not running".into());
        }
        out.extend(self.value.clone());
        out.extend(self.note.clone());
        match &self.expect {
            Some(Ok(())) => out.push("pass".into()),
            Some(Err(got)) => out.push(format!("FAIL: got {got}")),
            None => {}
        }
        if let Some(t) = &self.text {
            out.extend(t.lines().map(str::to_owned));
        }
        for list in self.why.iter().flatten() {
            out.extend(super::check_lines(list));
        }
        if let Some(obs) = &self.obs {
            out.extend(super::observe::brief(obs));
        }
        out
    }
}

fn check_list_json(list: &CheckList) -> Value {
    let check = |c: &Check| {
        object! {
            "rule" => c.rule,
            "detail" => &c.detail,
            "passed" => c.passed,
            "reached" => c.reached,
            "remedy" => &c.remedy,
        }
    };
    object! {
        "who" => list.who,
        "refused" => list.refused,
        "checks" => list.checks.iter().map(check).collect::<Vec<_>>(),
    }
}
