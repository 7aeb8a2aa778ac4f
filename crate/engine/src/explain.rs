//! One code path decides and explains.
//!
//! The fault handler, khugepaged and ksmd pass every test of theirs through
//! [`Explain::fails`]. In operation that is [`Silent`]: the first refusal ends
//! it and nothing is recorded. For `why` it is a [`CheckList`]: every outcome
//! is kept with the numbers compared, and the tests after the first refusal
//! are made as well, to say whether they would pass.

/// Receives the outcome of each test, in the kernel's order.
pub trait Explain {
    /// Reports a test. `rule` is its stable name, `verdict` the reason code if it is the first to fail.
    /// True: the caller must stop here.
    fn fails(
        &mut self,
        rule: &'static str,
        failed: bool,
        verdict: &'static str,
        detail: impl FnOnce() -> String,
    ) -> bool;

    /// Whether anything is recorded: callers may skip costly numbers otherwise.
    fn records(&self) -> bool;
}

/// Records nothing; the first failure stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Explain for Silent {
    #[inline]
    fn fails(
        &mut self,
        _: &'static str,
        failed: bool,
        _: &'static str,
        _: impl FnOnce() -> String,
    ) -> bool {
        failed
    }

    #[inline]
    fn records(&self) -> bool {
        false
    }
}

/// One test and how it came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// Stable name: the tunable or condition, as `max_ptes_none`.
    pub rule: &'static str,
    /// The numbers compared.
    pub detail: String,
    /// It held.
    pub passed: bool,
    /// Nothing before it had failed.
    pub reached: bool,
    /// A line of the scenario language, or words, that would make it pass; may be empty.
    pub remedy: String,
}

/// Every test of one decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckList {
    /// Who decides: `fault`, `khugepaged`, `ksmd`.
    pub who: &'static str,
    /// Tests in the kernel's order.
    pub checks: Vec<Check>,
    /// Reason code of the first failure.
    pub refused: Option<&'static str>,
}

impl CheckList {
    /// An empty list.
    pub fn new(who: &'static str) -> Self {
        CheckList {
            who,
            checks: Vec::new(),
            refused: None,
        }
    }

    /// Says how the newest check could be made to pass.
    pub fn remedy(&mut self, rule: &'static str, remedy: String) {
        if let Some(c) = self
            .checks
            .iter_mut()
            .rev()
            .find(|c| c.rule == rule && !c.passed)
        {
            c.remedy = remedy;
        }
    }
}

impl Explain for CheckList {
    fn fails(
        &mut self,
        rule: &'static str,
        failed: bool,
        verdict: &'static str,
        detail: impl FnOnce() -> String,
    ) -> bool {
        let reached = self.refused.is_none();
        self.checks.push(Check {
            rule,
            detail: detail(),
            passed: !failed,
            reached,
            remedy: String::new(),
        });
        if failed && reached {
            self.refused = Some(verdict);
        }
        false
    }

    fn records(&self) -> bool {
        true
    }
}
