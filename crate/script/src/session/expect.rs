//! `expect`: checks what the last step or the last observation said.

use super::{Session, Step};
use crate::language::{Expectation, RegionField, StepField, Subject};
use crate::output::Value;

impl Session {
    #[inline(never)]
    pub(crate) fn expect(&mut self, e: &Expectation, step: &mut Step) {
        let got = self.asked(&e.subject);
        let text = match &got {
            Value::Text(s) => s.to_string(),
            Value::Null => "None".into(),
            other => other.to_string(),
        };
        let passed = text == *e.want;
        if !passed {
            self.failed.push(
                format!("{} {}", subject_text(&e.subject), e.want)
                    .trim()
                    .to_owned(),
            );
        }
        step.expect = Some(if passed { Ok(()) } else { Err(got) });
    }

    fn asked(&self, subject: &Subject) -> Value {
        let last = &self.last;
        match subject {
            Subject::Ok => last.failure().unwrap_or("ok").into(),
            Subject::Step(field) => match field {
                StepField::Errno => last.errno.map_or("ok", |e| e.name()).into(),
                StepField::Signal => last.signal.map_or(Value::from(0), |s| s.0.name().into()),
                StepField::Faults => last.faults.unwrap_or(0).into(),
                StepField::Majfaults => last.majfaults.into(),
                StepField::Differ => last.differ.map_or(0, |d| d.0).into(),
                StepField::Value => last.value.as_ref().map_or(Value::from(0), Value::from),
            },
            Subject::Region {
                process,
                region,
                field,
            } => {
                let r = &self.observed["regions"][&*format!("{process}.{region}")];
                match field {
                    RegionField::RunLength(f) => r[f.word()].clone(),
                    RegionField::Vma(f) => {
                        let number = |v: &Value| match v[f] {
                            Value::Number(n) => n as i64,
                            Value::Negative(n) => n,
                            _ => 0,
                        };
                        r["vmas"].items().iter().map(number).sum::<i64>().into()
                    }
                }
            }
            Subject::KsmStat { process, name } => {
                or_zero(&self.observed["procs"][&**process]["ksm_stat"][&**name])
            }
            Subject::Count { group, name } => or_zero(&self.observed[group.word()][&**name]),
        }
    }
}

fn or_zero(v: &Value) -> Value {
    if v.is_null() { 0.into() } else { v.clone() }
}

fn subject_text(s: &Subject) -> String {
    match s {
        Subject::Ok => "ok".into(),
        Subject::Step(f) => f.word().into(),
        Subject::Region {
            process,
            region,
            field,
        } => {
            let field = match field {
                RegionField::RunLength(f) => f.word(),
                RegionField::Vma(f) => f,
            };
            format!("{process}.{region}.{field}")
        }
        Subject::KsmStat { process, name } => format!("{process}.ksm_stat.{name}"),
        Subject::Count { group, name } => format!("{}.{name}", group.word()),
    }
}
