//! The first refusal of a row of tests, for the thread and for `why` alike.

use super::scan_pmd::{ScanCounts, at_entry};
use super::{KhugepagedSettings, ScanResult};
use crate::explain::Explain;

/// Runs the tests on the entries of one range. In operation the first refusal ends it; while recording the tests go
/// on, each rule is reported once, and the first refusal is still the result.
pub(super) struct Verdict<'a, E> {
    x: &'a mut E,
    refused: Option<ScanResult>,
    /// Rules already reported; stays empty, and unallocated, in operation.
    reported: Vec<&'static str>,
}

impl<'a, E: Explain> Verdict<'a, E> {
    pub(super) fn new(x: &'a mut E) -> Self {
        Verdict {
            x,
            refused: None,
            reported: Vec::new(),
        }
    }

    /// A test failed. True: stop here.
    #[inline]
    pub(super) fn refuse(
        &mut self,
        rule: &'static str,
        result: ScanResult,
        detail: impl FnOnce() -> String,
    ) -> bool {
        if self.refused.is_none() {
            self.refused = Some(result);
        }
        if self.x.records() {
            if self.reported.contains(&rule) {
                return false;
            }
            self.reported.push(rule);
        }
        self.x.fails(rule, true, result.as_str(), detail)
    }

    /// After all entries: the test held for every one of them.
    pub(super) fn held(&mut self, rule: &'static str, detail: impl FnOnce() -> String) {
        if self.x.records() && !self.reported.contains(&rule) {
            self.x.fails(rule, false, "", detail);
        }
    }

    pub(super) fn records(&self) -> bool {
        self.x.records()
    }

    /// The first refusal, or success.
    pub(super) fn result(&self) -> ScanResult {
        self.refused.unwrap_or(ScanResult::Succeed)
    }

    // The rules that the scan and the isolation share.

    /// An empty or zero-page entry too many, or any where userfaultfd waits for missing pages.
    pub(super) fn refuse_none(&mut self, uffd: bool, n: u32, max: u32, i: usize) -> bool {
        let result = ScanResult::ExceedNonePte;
        if uffd {
            return self.refuse("userfaultfd", result, || {
                format!("entry {i} is empty and userfaultfd is registered")
            });
        }
        self.refuse("max_ptes_none", result, || at_entry(n, max, i))
    }

    pub(super) fn refuse_shared(&mut self, n: u32, max: u32, i: usize) -> bool {
        self.refuse("max_ptes_shared", ScanResult::ExceedSharedPte, || {
            at_entry(n, max, i)
        })
    }

    pub(super) fn refuse_uffd_wp(&mut self, i: usize) -> bool {
        self.refuse("uffd_wp", ScanResult::PteUffdWp, || {
            format!("entry {i} is write-protected by userfaultfd")
        })
    }

    pub(super) fn refuse_special(&mut self, i: usize) -> bool {
        self.refuse("ordinary_page", ScanResult::PageNull, || {
            format!("entry {i} maps no ordinary page")
        })
    }

    pub(super) fn refuse_locked(&mut self, i: usize) -> bool {
        self.refuse("page_lock", ScanResult::PageLock, || {
            format!("page of entry {i} is locked")
        })
    }

    pub(super) fn refuse_count(&mut self, refs: i32, expected: i32, i: usize) -> bool {
        let detail =
            || format!("{refs} references, {expected} explained by mappings, at entry {i}");
        self.refuse("refcount", ScanResult::PageCount, detail)
    }

    /// Reports what held of the rules on all entries, with the numbers.
    pub(super) fn held_limits(&mut self, c: &ScanCounts, limits: &KhugepagedSettings) {
        let within = |n: u32, max: u32| move || format!("{n} <= {max}");
        self.held("max_ptes_swap", within(c.unmapped, limits.max_ptes_swap));
        self.held(
            "max_ptes_none",
            within(c.none_or_zero, limits.max_ptes_none),
        );
        self.held("max_ptes_shared", within(c.shared, limits.max_ptes_shared));
        self.held("page_lock", || "no page is locked".into());
        self.held("refcount", || {
            "every page has only the references its mappings explain".into()
        });
    }
}
