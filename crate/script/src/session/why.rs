//! `why`: the check lists of the engine, and their words.

use super::{Bad, Session, Step};
use crate::language::PageTarget;
use mm_engine::explain::CheckList;

/// Titles of the rules, by their stable names.
const TITLES: &[(&str, &str)] = &[
    ("registered", "The process is registered"),
    ("enabled", "The settings allow huge pages here"),
    ("nohugepage", "The area is not marked NOHUGEPAGE"),
    ("thp_disable", "The process has not disabled THP"),
    ("ordinary_area", "The area has ordinary pages"),
    ("fits_aligned", "The area holds an aligned 2 MiB range"),
    ("anon_vma", "The area has been written to"),
    ("max_ptes_none", "Empty entries <= max_ptes_none"),
    ("max_ptes_swap", "Swapped entries <= max_ptes_swap"),
    ("max_ptes_shared", "Shared pages <= max_ptes_shared"),
];

/// English title of a rule; rules without one show their name.
pub fn check_title(rule: &str) -> &str {
    TITLES.iter().find(|t| t.0 == rule).map_or(rule, |t| t.1)
}

/// A check list as lines of text.
pub fn check_lines(list: &CheckList) -> Vec<String> {
    let mut out = vec![format!("{}: {}", list.who, list.refused.unwrap_or("yes"))];
    for c in &list.checks {
        let mark = match (c.passed, c.reached) {
            (true, true) => "ok  ",
            (false, true) => "FAIL",
            (true, false) => "(ok)",
            (false, false) => "(no)",
        };
        out.push(format!("  {mark} {}: {}", check_title(c.rule), c.detail));
        if !c.remedy.is_empty() {
            out.push(format!("       try: {}", c.remedy));
        }
    }
    out
}

impl Session {
    pub(crate) fn why(&mut self, target: &PageTarget) -> Result<Step, Bad> {
        let (pid, addr) = self.address(target)?;
        let lists = self.machine.why(pid, addr).map_err(|e| Bad::new(&*target.process, e.text()))?;
        Ok(Step { why: Some(lists), ..Step::default() })
    }
}
