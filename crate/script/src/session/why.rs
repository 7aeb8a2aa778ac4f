//! `why`: the check lists of the engine, and their words.

use super::{Bad, Session, Step};
use crate::language::PageTarget;
use mm_engine::explain::CheckList;

/// Titles of the rules, by their stable names.
const TITLES: &[(&str, &str)] = &[
    ("registered", "Process is registered"),
    ("khugepaged_running", "khugepaged is running"),
    ("process", "Process lives and may have huge pages"),
    ("mmap_lock", "mmap_lock is free"),
    ("mapped", "An area is mapped here"),
    ("vma", "An area is mapped here"),
    ("writable", "Area is writable"),
    ("ordinary_area", "Area is an ordinary one"),
    ("nohugepage", "Area is not advised nohugepage"),
    ("thp_disable", "Huge pages are not disabled by prctl"),
    ("enabled", "Huge pages are enabled here"),
    ("fits_aligned", "An aligned block fits"),
    ("anon_vma", "Area was written to"),
    ("block_inside", "Aligned 2 MiB lie inside the area"),
    ("range_in_area", "Range is aligned and inside"),
    ("pmd", "A page table is there"),
    ("pmd_none", "No page table is in the way"),
    ("free_block", "A free 2 MiB block exists"),
    ("huge_page_alloc", "A huge page can be allocated"),
    ("charge", "The memory cgroup has room"),
    ("max_ptes_none", "Empty entries ≤ max_ptes_none"),
    ("max_ptes_swap", "Swapped entries ≤ max_ptes_swap"),
    ("max_ptes_shared", "Shared pages ≤ max_ptes_shared"),
    ("userfaultfd", "userfaultfd waits for no page"),
    ("uffd_wp", "No entry is write-protected by userfaultfd"),
    ("present", "Entries are present"),
    ("ordinary_page", "Entries map ordinary pages"),
    ("anonymous", "Pages are anonymous"),
    ("lru", "Pages are on an LRU list"),
    ("page_lock", "No page is locked"),
    ("refcount", "No unexplained references"),
    ("referenced", "Enough pages were used lately"),
    ("revalidate", "Area is still as it was"),
    ("swapin", "Swapped pages come back"),
    ("isolate", "Pages can be isolated"),
    ("copy", "Pages can be copied"),
    ("node_distance", "Pages are on nodes near each other"),
    ("file", "The file may have huge pages"),
    ("file_page", "Pages of the file are free for it"),
    ("run", "ksmd runs"),
    ("vma_kind", "Area is of a kind that merges"),
    ("VM_MERGEABLE", "Area is advised mergeable"),
    ("anonymous_page", "An anonymous page is mapped"),
    ("smart_scan", "smart_scan does not pass it over"),
    ("not_merged_yet", "Not merged yet"),
    ("checksum_unchanged", "Unchanged since the last visit"),
    ("ksm_page_unlocked", "The KSM page is not locked"),
    ("equal_page", "An equal page is known"),
    ("use_zero_pages", "use_zero_pages"),
    (
        "max_page_sharing",
        "The KSM page has room below max_page_sharing",
    ),
    ("page_unlocked", "Page is not locked"),
    ("split_folio", "The huge page can be split"),
    ("page_references", "Only page tables hold the page"),
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
    #[inline(never)]
    pub(crate) fn why(&mut self, target: &PageTarget, step: &mut Step) -> Result<(), Bad> {
        let (pid, addr) = self.address(target)?;
        let lists = self
            .machine
            .why(pid, addr)
            .map_err(|e| Bad::new(&target.process, e.text()))?;
        step.why = Some(lists);
        Ok(())
    }
}
