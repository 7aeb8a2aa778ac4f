//! Events in the words of the log.

use mm_engine::khugepaged::ScanResult;
use mm_engine::machine::Machine;
use mm_engine::trace::{Call, Event, EventKind, FaultKind, KsmOutcome};
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

    fn at(mut self, mm: MmId, addr: u64, pages: u64) -> Told {
        (self.place, self.pages) = (Some((mm, addr)), pages);
        self
    }

    fn ok(mut self, ok: bool) -> Told {
        self.ok = ok;
        self
    }

    fn detail(mut self, detail: &'static str, x: i64, y: i64) -> Told {
        (self.detail, self.x, self.y) = (detail, x, y);
        self
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
    Some(match e.kind {
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
            let told = Told::new("scan", status.as_str())
                .at(mm, addr, 512)
                .ok(status == ScanResult::PmdMapped);
            match status {
                ScanResult::ExceedNonePte => told.detail(
                    "{x} > {y}",
                    none_or_zero.into(),
                    limits.max_ptes_none.into(),
                ),
                ScanResult::ExceedSwapPte => {
                    told.detail("{x} > {y}", unmapped.into(), limits.max_ptes_swap.into())
                }
                ScanResult::LackReferencedPage => {
                    told.detail("{x} referenced", referenced.into(), 0)
                }
                _ => told,
            }
        }
        K::CollapseHugePageIsolate {
            mm, addr, status, ..
        } => Told::new("collapse", status.as_str())
            .at(mm, addr, 512)
            .ok(false),
        K::CollapseHugePageSwapin {
            mm,
            addr,
            swapped_in,
            ret,
            ..
        } => Told::new("collapse", ret.as_str())
            .at(mm, addr, 512)
            .ok(false)
            .detail("{x} swapped in", swapped_in.into(), 0),
        K::CollapseHugePage {
            mm, addr, status, ..
        } => Told::new("collapse", status.as_str())
            .at(mm, addr, 512)
            .ok(status == ScanResult::Succeed),
        K::KhugepagedScanFile {
            mm, addr, result, ..
        } => Told::new("scan", result.as_str())
            .at(mm, addr, 512)
            .ok(result == ScanResult::PteMappedHugepage),
        K::KhugepagedCollapseFile {
            mm, addr, result, ..
        } => Told::new("collapse", result.as_str())
            .at(mm, addr, 512)
            .ok(matches!(
                result,
                ScanResult::Succeed | ScanResult::PteMappedHugepage
            )),
        K::KsmEnter { mm } => Told::new("register", "").at(mm, 0, 0),
        K::KsmExit { mm } => Told::new("unregister", "").at(mm, 0, 0),
        K::KsmMergeOnePage { mm, addr, err, .. } => {
            let told = Told::new("merge", if err == 0 { "zero page" } else { "failed" })
                .at(mm, addr, 1)
                .ok(err == 0);
            if err == 0 {
                told
            } else {
                told.detail("error {x}", err.into(), 0)
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
            let told = Told::new("merge", reason).at(mm, addr, 1).ok(err == 0);
            if err == 0 {
                told.detail("frame {hex}", pfn.0.into(), 0)
            } else {
                told.detail("error {x}", err.into(), 0)
            }
        }
        K::KsmRemoveKsmPage { pfn } => {
            Told::new("unmerge", "KSM page gone").detail("frame {hex}", pfn.0.into(), 0)
        }
        K::KsmAdvisor {
            pages_to_scan,
            cpu_percent,
            ..
        } => Told::new("advisor", "").detail(
            "pages_to_scan {x}, {y} % CPU",
            pages_to_scan as i64,
            cpu_percent.into(),
        ),
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
            Told::new("scan", outcome.as_str())
                .at(mm, addr, count.into())
                .ok(ok)
        }
        K::Fault {
            mm,
            addr,
            kind,
            count,
        } => {
            let (kind, reason) = fault_words(kind);
            let told = Told::new(kind, reason).at(
                mm,
                addr,
                if reason == "2M" { 512 } else { count.into() },
            );
            if count > 1 {
                told.detail("{x} faults", count.into(), 0)
            } else {
                told
            }
        }
        K::Signal { mm, addr, sigbus } => {
            Told::new("signal", if sigbus { "SIGBUS" } else { "SIGSEGV" })
                .at(mm, addr, 1)
                .ok(false)
        }
        K::Call {
            mm,
            addr,
            pages,
            call,
        } => {
            let (kind, reason) = call_words(call);
            Told::new(kind, reason).at(mm, addr, pages)
        }
        K::SplitPmd { mm, addr } => Told::new("split", "PMD").at(mm, addr, 512),
        K::SplitFolio { pfn, order, failed } => {
            let told =
                Told::new("split", if failed { "folio, failed" } else { "folio" }).ok(!failed);
            told.detail("frame {hex}, order {y}", pfn.0.into(), order.into())
        }
        K::HugetlbPool { order, nid, step } => {
            Told::new("pool", step.as_str()).detail("order {x}, node {y}", order.into(), nid.into())
        }
        K::FullScan { count, .. } => {
            Told::new("full scan", "").detail("number {x}", count as i64, 0)
        }
        K::ProcessStart { parent, .. } => {
            Told::new(if parent.is_some() { "fork" } else { "proc" }, "")
        }
        K::ProcessExit { .. } => Told::new("exit", ""),
    })
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
        let told = Told::new("scan", "exceed_none_pte").detail("{x} > {y}", 256, 255);
        assert_eq!(told.detail_text(), "256 > 255");
        assert_eq!(
            Told::new("merge", "")
                .detail("frame {hex}", 0x1a2f3, 0)
                .detail_text(),
            "frame 0x1a2f3"
        );
    }
}
