//! Events in the words of the log.

use mm_engine::khugepaged::ScanResult;
use mm_engine::machine::Machine;
use mm_engine::phys::compaction::CompactResult;
use mm_engine::trace::{Call, Event, EventKind, FaultKind, KsmOutcome, MemoryNotice};
use mm_engine::vm::addr::MmId;
use mm_script::language::Advice;

/// An event in the words of the log.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    pub kind: &'static str,
    pub place: Option<(MmId, u64)>,
    pub pages: u64,
    pub reason: &'static str,
    pub ok: bool,
    pub detail: &'static str,
    pub x: i64,
    pub y: i64,
}

impl Told {
    /// Kind and reason, of something that went well and has no place.
    fn new(kind: &'static str, reason: &'static str) -> Told {
        Told {
            kind,
            place: None,
            pages: 0,
            reason,
            ok: true,
            detail: "",
            x: 0,
            y: 0,
        }
    }

    #[inline(never)]
    fn say(&mut self, kind: &'static str, reason: &'static str, ok: bool) {
        (self.kind, self.reason, self.ok) = (kind, reason, ok);
    }

    #[inline(never)]
    fn at(&mut self, mm: MmId, addr: u64, pages: u64) {
        (self.place, self.pages) = (Some((mm, addr)), pages);
    }

    #[inline(never)]
    fn detail(&mut self, detail: &'static str, x: i64, y: i64) {
        (self.detail, self.x, self.y) = (detail, x, y);
    }

    pub fn detail_text(&self) -> String {
        let hex = format!("{:#x}", self.x);
        self.detail
            .replace("{x}", &self.x.to_string())
            .replace("{y}", &self.y.to_string())
            .replace("{hex}", &hex)
    }
}

/// Whether an event is a row of the log: most steps of a success are told by its end.
pub(crate) fn tell(m: &Machine, e: &Event) -> Option<Told> {
    use EventKind as K;
    let mut told = Told::new("", "");
    let t = &mut told;
    match e.kind {
        K::KhugepagedScanPmd {
            status: ScanResult::Succeed,
            ..
        }
        | K::CollapseHugePageIsolate {
            status: ScanResult::Succeed,
            ..
        }
        | K::CollapseHugePageSwapin {
            ret: ScanResult::Succeed,
            ..
        }
        | K::KhugepagedScanFile {
            result: ScanResult::Succeed,
            ..
        }
        | K::Access { .. }
        | K::KsmStartScan { .. }
        | K::KsmStopScan { .. }
        | K::KsmRemoveRmapItem { .. }
        | K::KsmVisit {
            outcome: KsmOutcome::Merged | KsmOutcome::ZeroMerged | KsmOutcome::MergeFailed,
            ..
        } => {
            return None;
        }
        K::KhugepagedScanPmd {
            mm,
            addr,
            referenced,
            none_or_zero,
            status,
            unmapped,
            ..
        } => {
            let limits = m.khugepaged_settings();
            t.say("scan", status.as_str(), status == ScanResult::PmdMapped);
            t.at(mm, addr, 512);
            match status {
                ScanResult::ExceedNonePte => t.detail(
                    "{x} > {y}",
                    none_or_zero.into(),
                    limits.max_ptes_none.into(),
                ),
                ScanResult::ExceedSwapPte => {
                    t.detail("{x} > {y}", unmapped.into(), limits.max_ptes_swap.into());
                }
                ScanResult::LackReferencedPage => t.detail("{x} referenced", referenced.into(), 0),
                _ => {}
            }
        }
        K::CollapseHugePageIsolate {
            mm, addr, status, ..
        }
        | K::CollapseHugePage {
            mm, addr, status, ..
        } => {
            t.say("collapse", status.as_str(), status == ScanResult::Succeed);
            t.at(mm, addr, 512);
        }
        K::CollapseHugePageSwapin {
            mm,
            addr,
            swapped_in,
            ret,
            ..
        } => {
            t.say("collapse", ret.as_str(), false);
            t.at(mm, addr, 512);
            t.detail("{x} swapped in", swapped_in.into(), 0);
        }
        K::KhugepagedScanFile {
            mm, addr, result, ..
        } => {
            let ok = result == ScanResult::PteMappedHugepage;
            t.say("scan", result.as_str(), ok);
            t.at(mm, addr, 512);
        }
        K::KhugepagedCollapseFile {
            mm, addr, result, ..
        } => {
            let ok = matches!(result, ScanResult::Succeed | ScanResult::PteMappedHugepage);
            t.say("collapse", result.as_str(), ok);
            t.at(mm, addr, 512);
        }
        K::KsmEnter { mm } => {
            t.kind = "register";
            t.at(mm, 0, 0);
        }
        K::KsmExit { mm } => {
            t.kind = "unregister";
            t.at(mm, 0, 0);
        }
        K::KsmMergeOnePage { mm, addr, err, .. } => {
            let reason = if err == 0 { "zero page" } else { "failed" };
            t.say("merge", reason, err == 0);
            t.at(mm, addr, 1);
            if err != 0 {
                t.detail("error {x}", err.into(), 0);
            }
        }
        K::KsmMergeWithKsmPage {
            mm,
            addr,
            stable,
            pfn,
            err,
        } => {
            let reason = match (err, stable) {
                (0, true) => "merged",
                (0, false) => "made a KSM page",
                _ => "failed",
            };
            t.say("merge", reason, err == 0);
            t.at(mm, addr, 1);
            match err {
                0 => t.detail("frame {hex}", pfn.0.into(), 0),
                _ => t.detail("error {x}", err.into(), 0),
            }
        }
        K::KsmRemoveKsmPage { pfn } => {
            t.say("unmerge", "KSM page gone", true);
            t.detail("frame {hex}", pfn.0.into(), 0);
        }
        K::KsmAdvisor {
            pages_to_scan,
            cpu_percent,
            ..
        } => {
            t.kind = "advisor";
            let (x, y) = (pages_to_scan as i64, cpu_percent.into());
            t.detail("pages_to_scan {x}, {y} % CPU", x, y);
        }
        K::KsmVisit {
            mm,
            addr,
            outcome,
            count,
        } => {
            let ok = !matches!(
                outcome,
                KsmOutcome::ChecksumChanged | KsmOutcome::SearchAborted
            );
            t.say("scan", outcome.as_str(), ok);
            t.at(mm, addr, count.into());
        }
        K::Fault {
            mm,
            addr,
            kind,
            count,
        } => {
            let (kind, reason) = fault_words(kind);
            t.say(kind, reason, true);
            let pages = if reason == "2M" { 512 } else { count.into() };
            t.at(mm, addr, pages);
            if count > 1 {
                t.detail("{x} faults", count.into(), 0);
            }
        }
        K::Signal { mm, addr, sigbus } => {
            t.say("signal", if sigbus { "SIGBUS" } else { "SIGSEGV" }, false);
            t.at(mm, addr, 1);
        }
        K::Call {
            mm,
            addr,
            pages,
            call,
        } => {
            let (kind, reason) = call_words(call);
            t.say(kind, reason, true);
            t.at(mm, addr, pages);
        }
        K::SplitPmd { mm, addr } => {
            t.say("split", "PMD", true);
            t.at(mm, addr, 512);
        }
        K::SplitFolio { pfn, order, failed } => {
            let reason = if failed { "folio, failed" } else { "folio" };
            t.say("split", reason, !failed);
            t.detail("frame {hex}, order {y}", pfn.0.into(), order.into());
        }
        K::MigratePages { from, to, pages } => {
            t.kind = "migrate";
            t.x = pages.into();
            t.detail("frame {hex} to {y}", from.0.into(), to.0.into());
        }
        K::CompactZone {
            nid,
            migrated,
            result,
            ..
        } => {
            t.say(
                "compact",
                result.as_str(),
                result >= CompactResult::Complete,
            );
            t.detail("{x} pages moved on node {y}", migrated.into(), nid.into());
        }
        K::HugetlbPool { order, nid, step } => {
            t.say("pool", step.as_str(), true);
            t.detail("order {x}, node {y}", order.into(), nid.into());
        }
        K::MemoryBlock { block, notice } => {
            t.say(
                "memory",
                notice.as_str(),
                notice != MemoryNotice::CancelOffline,
            );
            t.detail("block {x}", block.into(), 0);
        }
        K::FullScan { count, .. } => {
            t.kind = "full scan";
            t.detail("number {x}", count as i64, 0);
        }
        K::ProcessStart { parent, .. } => {
            t.kind = if parent.is_some() { "fork" } else { "proc" };
        }
        K::ProcessExit { .. } => t.kind = "exit",
    }
    Some(told)
}

/// The same call again at the same moment, as one line does that goes through pages.
pub(crate) fn is_another_call(before: &Event, e: &Event) -> bool {
    let calls = match (before.kind, e.kind) {
        (EventKind::Call { call: a, mm: m, .. }, EventKind::Call { call: b, mm: n, .. }) => {
            (a, m) == (b, n)
        }
        _ => false,
    };
    calls && (before.actor, before.now_ns) == (e.actor, e.now_ns)
}

/// Kind and reason of a fault.
fn fault_words(kind: FaultKind) -> (&'static str, &'static str) {
    match kind {
        FaultKind::ZeroPage => ("fault", "zero page"),
        FaultKind::HugeZeroPage => ("fault", "huge zero page"),
        FaultKind::Anon(0) => ("fault", "4K"),
        FaultKind::Anon(order) => {
            const SIZES: [&str; 9] = [
                "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M", "2M",
            ];
            ("fault", SIZES[usize::from(order - 1).min(8)])
        }
        FaultKind::Cow => ("cow", "copied"),
        FaultKind::CowKsm => ("cow", "copied from KSM"),
        FaultKind::Reuse => ("cow", "reused"),
        FaultKind::Spurious => ("fault", "access bits"),
        FaultKind::SwapIn => ("fault", "swapped in"),
        FaultKind::File => ("fault", "file"),
        FaultKind::Hugetlb => ("fault", "hugetlb"),
    }
}

fn call_words(call: Call) -> (&'static str, &'static str) {
    match call {
        Call::Mmap => ("mmap", ""),
        Call::Munmap => ("munmap", ""),
        Call::Mprotect => ("mprotect", ""),
        Call::Mremap => ("mremap", ""),
        Call::Mlock => ("mlock", ""),
        Call::Munlock => ("munlock", ""),
        Call::Madvise(number) => ("madvise", advice_word(number)),
    }
}

/// Word of an advice by the kernel's number.
fn advice_word(number: i32) -> &'static str {
    Advice::ALL
        .iter()
        .find(|a| **a as i32 == number)
        .map_or("", |a| a.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn advice_has_its_word() {
        assert_eq!(
            [advice_word(14), advice_word(4), advice_word(-1)],
            ["hugepage", "dontneed", ""]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn details_are_filled_in() {
        let mut told = Told::new("scan", "exceed_none_pte");
        told.detail("{x} > {y}", 256, 255);
        assert_eq!(told.detail_text(), "256 > 255");
        told.detail("frame {hex}", 0x1a2f3, 0);
        assert_eq!(told.detail_text(), "frame 0x1a2f3");
    }
}
