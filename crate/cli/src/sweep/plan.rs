//! What a sweep runs: settings, points and parts.
//!
//! Points are numbered from 0: scenarios outermost, then settings in the order they were given, the last one fastest.

use super::measure::{Measure, USUAL};
use crate::arguments::SweepArguments;
use crate::doc::{accepted, booted};
use crate::scenario::{Failure, load};
use mm_engine::machine::Machine;
use mm_engine::vfs::tunable::Tunable;
use mm_script::language::{Command, Line, Script};
use mm_script::session::Session;
use std::path::Path;
use std::str::FromStr;
use xxhash_rust::xxh64::Xxh64;

/// Most points of a sweep.
const MAX_POINTS: u64 = 1 << 24;
/// Paths that an ambiguous or unknown name is answered with, at most.
const SHOWN_PATHS: usize = 8;

/// Part `k` of `n`, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    k: u64,
    n: u64,
}

impl Default for Shard {
    fn default() -> Self {
        Shard { k: 1, n: 1 }
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((k, n)) if (1..=n).contains(&k) => Ok(Shard { k, n }),
            _ => Err("part K of N is written K/N, with K from 1 to N: 1/4, 2/4, 3/4, 4/4".into()),
        }
    }
}

/// A setting and the values it takes.
#[derive(Debug)]
pub struct Axis {
    /// The file.
    pub path: String,
    /// What its column is called: the directory and name of the file.
    pub column: String,
    /// In the order given.
    pub values: Vec<String>,
}

/// A scenario to run.
#[derive(Debug)]
pub struct Scenario {
    /// As it was named.
    pub name: String,
    /// Its text: parsed by each thread, as scripts belong to one.
    pub text: String,
}

/// A whole sweep.
#[derive(Debug)]
pub struct Plan {
    /// Scenarios.
    pub scenarios: Vec<Scenario>,
    /// Settings.
    pub axes: Vec<Axis>,
    /// What is measured.
    pub measures: Vec<Measure>,
    /// How many points there are.
    pub points: u64,
    /// Equal for sweeps that write equal bytes.
    pub hash: u64,
}

impl Plan {
    /// Reads everything, and tries every value on the machine of every scenario.
    ///
    /// # Errors
    /// A scenario with errors, a name or value that is none, too many points.
    pub fn new(arguments: &SweepArguments) -> Result<Plan, Failure> {
        let machine = booted()?;
        let tunables = machine.tunables();
        let mut axes: Vec<Axis> = Vec::new();
        for given in &arguments.set {
            let axis = axis(given, &tunables)?;
            if axes.iter().any(|a| a.path == axis.path) {
                return Err(Failure(format!(
                    "--set {given}: {} is swept already",
                    axis.path
                )));
            }
            axes.push(axis);
        }
        let measures = arguments.measure.iter().map(|given| Measure::parse(given));
        let mut measures = measures.collect::<Result<Vec<_>, _>>()?;
        if measures.is_empty() {
            measures = USUAL.iter().map(Measure::Usual).collect();
        }
        let mut scenarios = Vec::new();
        for file in &arguments.files {
            let (text, script) = load(file)?;
            check(file, &script, &axes, &tunables)?;
            let name = file.display().to_string();
            scenarios.push(Scenario { name, text });
        }
        let mut points = scenarios.len() as u64;
        for axis in &axes {
            points = points.saturating_mul(axis.values.len() as u64);
        }
        if points > MAX_POINTS {
            return Err(Failure(format!(
                "this sweep has {points} points, at most {MAX_POINTS} are run: give fewer values"
            )));
        }
        let mut plan = Plan {
            scenarios,
            axes,
            measures,
            points,
            hash: 0,
        };
        plan.hash = plan.hashed();
        Ok(plan)
    }

    fn hashed(&self) -> u64 {
        let mut hash = Xxh64::new(0);
        let mut add = |text: &str| {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        add(env!("CARGO_PKG_VERSION"));
        for s in &self.scenarios {
            add(&s.name);
            add(&s.text);
        }
        for a in &self.axes {
            add(&a.path);
            a.values.iter().for_each(|v| add(v));
        }
        self.measures.iter().for_each(|m| add(m.column()));
        hash.digest()
    }

    /// Numbers of the points that belong to a part. Neighbours are in different parts: they cost about the same.
    pub fn points_of(&self, shard: Shard) -> Vec<u64> {
        (shard.k - 1..self.points)
            .step_by(shard.n as usize)
            .collect()
    }

    /// The scenario of a point, and its values in the order of the settings.
    pub fn point(&self, point: u64) -> (usize, Vec<&str>) {
        let mut rest = point;
        let mut values = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let n = axis.values.len() as u64;
            values.push(axis.values[(rest % n) as usize].as_str());
            rest /= n;
        }
        values.reverse();
        (rest as usize, values)
    }

    /// Names of the columns.
    pub fn columns(&self) -> Vec<String> {
        let fixed = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let mut columns = fixed(&["sweep", "point", "points", "script"]);
        columns.extend(self.axes.iter().map(|a| a.column.clone()));
        columns.extend(self.measures.iter().map(|m| m.column().to_owned()));
        columns.extend(fixed(&["expect_failed", "error", "state_hash"]));
        columns
    }

    /// Whether a line writes a file that the sweep decides.
    pub fn decides(&self, line: &Line) -> bool {
        written(&line.command).is_some_and(|path| self.axes.iter().any(|a| a.path == path))
    }
}

/// The file that a command writes.
fn written(command: &Command) -> Option<String> {
    let path = match command {
        Command::Echo { path, .. } => path.to_string(),
        Command::Sys {
            path,
            value: Some(_),
        } => format!("/sys/kernel/mm/{path}"),
        Command::Vm { name, .. } => format!("/proc/sys/vm/{}", name.word()),
        _ => return None,
    };
    let parts = path.split('/').filter(|p| !matches!(*p, "" | "."));
    Some(parts.flat_map(|p| ["/", p]).collect())
}

fn axis(given: &str, tunables: &[Tunable]) -> Result<Axis, Failure> {
    let wrong = |why: String| Failure(format!("--set {given}: {why}"));
    let Some((name, values)) = given.split_once('=') else {
        return Err(wrong("write NAME=V1,V2,…".into()));
    };
    let found: Vec<&Tunable> = tunables
        .iter()
        .filter(|t| is_named(&t.path, name))
        .collect();
    let tunable = match found[..] {
        [] => return Err(wrong(unknown(name, tunables))),
        [one] => one,
        _ => {
            let paths: Vec<&str> = found
                .iter()
                .take(SHOWN_PATHS)
                .map(|t| t.path.as_str())
                .collect();
            let paths = paths.join("\n  ");
            return Err(wrong(format!(
                "`{name}` is the end of {} paths, write more of one:\n  {paths}",
                found.len()
            )));
        }
    };
    if tunable.mode & 0o222 == 0 {
        return Err(wrong(format!("{} is read-only: measure it", tunable.path)));
    }
    let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
    if values.iter().any(String::is_empty) {
        return Err(wrong("a value is missing: write NAME=V1,V2,…".into()));
    }
    if let Some(again) = (1..values.len()).find(|i| values[..*i].contains(&values[*i])) {
        return Err(wrong(format!("{} is there twice", values[again])));
    }
    Ok(Axis {
        path: tunable.path.clone(),
        column: format!("{}/{}", tunable.group, tunable.name),
        values,
    })
}

/// Whether `name` is a path, or the end of it from one of its names on.
fn is_named(path: &str, name: &str) -> bool {
    path == name
        || !name.is_empty()
            && path
                .strip_suffix(name)
                .is_some_and(|before| before.ends_with('/'))
}

fn unknown(name: &str, tunables: &[Tunable]) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    let like = tunables
        .iter()
        .filter(|t| !last.is_empty() && t.path.contains(last));
    let like: Vec<&str> = like.take(SHOWN_PATHS).map(|t| t.path.as_str()).collect();
    match like[..] {
        [] => format!("there is no tunable `{name}`: `mm doc` prints them all"),
        _ => format!(
            "there is no tunable `{name}`. Did you mean\n  {}",
            like.join("\n  ")
        ),
    }
}

/// Tries every value on the machine that a scenario boots.
fn check(file: &Path, script: &Script, axes: &[Axis], tunables: &[Tunable]) -> Result<(), Failure> {
    let session = Session::new(script.machine.as_ref()).map_err(|e| Failure::of_line(file, &e))?;
    for axis in axes {
        for value in &axis.values {
            let mut machine: Machine = session.machine().clone();
            if let Err(e) = machine.write_file(&axis.path, value) {
                let accepts = tunables.iter().find(|t| t.path == axis.path).map(accepted);
                return Err(Failure(format!(
                    "--set {}={value}: {}: {}, on the machine of {}; it accepts {}",
                    axis.column,
                    e.name(),
                    e.text(),
                    file.display(),
                    accepts.unwrap_or_default()
                )));
            }
        }
    }
    let decided = |line: &&Line| {
        written(&line.command).is_some_and(|path| axes.iter().any(|a| a.path == path))
    };
    if let Some(line) = script.lines.iter().find(decided) {
        eprintln!(
            "{}:{}: `{}` and lines like it are left out: the sweep sets that file",
            file.display(),
            line.line,
            line.cmd
        );
    }
    Ok(())
}
