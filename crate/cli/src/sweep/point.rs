//! One point: a fresh machine, the values put in, the scenario run, the numbers read.

use super::plan::Plan;
use super::rows::Row;
use mm_script::language::{self, Script};
use mm_script::session::Session;

/// Runs points, one after the other, on one thread.
pub struct Runner<'a> {
    plan: &'a Plan,
    /// Scripts that this thread has parsed.
    scripts: Vec<Option<Script>>,
}

impl<'a> Runner<'a> {
    /// A runner that has run nothing.
    pub fn new(plan: &'a Plan) -> Runner<'a> {
        let scripts = plan.scenarios.iter().map(|_| None).collect();
        Runner { plan, scripts }
    }

    /// The row of a point.
    pub fn run(&mut self, point: u64) -> Row {
        let plan = self.plan;
        let (scenario, values) = plan.point(point);
        // The plan has parsed it: an error cannot be.
        let script = self.scripts[scenario].get_or_insert_with(|| {
            language::parse(&plan.scenarios[scenario].text).unwrap_or_default()
        });
        let mut cells = vec![
            format!("{:016x}", plan.hash),
            point.to_string(),
            plan.points.to_string(),
            plan.scenarios[scenario].name.clone(),
        ];
        cells.extend(values.iter().map(|v| (*v).to_owned()));
        let (numbers, expect_failed, error, hash) = match played(plan, script, &values) {
            Ok(session) => {
                let mut error = None;
                let numbers = plan.measures.iter().map(|measure| {
                    let value = measure.of(session.machine());
                    value.unwrap_or_else(|e| {
                        error.get_or_insert(e);
                        String::new()
                    })
                });
                let numbers: Vec<String> = numbers.collect();
                let failed = session.failed_expectations().len();
                let hash = format!("{:016x}", session.machine().state_hash());
                (numbers, failed.to_string(), error, hash)
            }
            Err(e) => {
                let nothing = plan.measures.iter().map(|_| String::new());
                (nothing.collect(), String::new(), Some(e), String::new())
            }
        };
        let good = error.is_none() && expect_failed == "0";
        cells.extend(numbers);
        cells.extend([expect_failed, error.unwrap_or_default(), hash]);
        Row { point, cells, good }
    }
}

/// Plays a scenario to its end. An error ends it early.
fn played(plan: &Plan, script: &Script, values: &[&str]) -> Result<Session, String> {
    let mut session = Session::new(script.machine.as_ref()).map_err(|e| e.to_string())?;
    for (axis, value) in plan.axes.iter().zip(values) {
        let stored = session.machine_mut().write_file(&axis.path, value);
        // Alone each value was fine: some are refused beside others.
        stored.map_err(|e| format!("{}={value}: {}: {}", axis.column, e.name(), e.text()))?;
    }
    for line in script.lines.iter().filter(|line| !plan.decides(line)) {
        session.exec(line).map_err(|e| e.to_string())?;
    }
    Ok(session)
}
