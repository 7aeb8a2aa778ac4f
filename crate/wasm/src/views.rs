//! What the views beside the maps are drawn from, as rows of numbers: the page walk, what was touched when, the pool of
//! huge pages, and the moments one can go to.

use crate::inspect::place_of;
use crate::playground::Playground;
use mm_engine::khugepaged::ScanResult;
use mm_engine::trace::{Actor, Event, EventKind as K};
use mm_engine::vm::addr::{MmId, PAGE_SHIFT};
use mm_script::history::{CHECKPOINT_BYTES, MAX_CHECKPOINTS};
use wasm_bindgen::prelude::*;

/// Events looked at for the newest action of a daemon.
const LOOK_BACK: u64 = 8192;

/// What happened to a range of pages.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Accessed,
    Faulted,
    Collapsed,
    Merged,
}

#[wasm_bindgen]
impl Playground {
    /// The walk for a page: present translations of 4 KiB and of 2 MiB of its process, the address's page number, then
    /// a step after the other: level (3 PGD .. 0 page table), frame of the table, index, low and high half of the
    /// entry, and 512 class letters. Empty if there is no such page.
    pub fn walk(&self, process: &str, region: &str, index: u32) -> Vec<f64> {
        let session = self.session();
        let m = session.machine();
        let Some((mm, addr)) = place_of(session, process, region, index) else {
            return Vec::new();
        };
        let mut out = m.nr_translations(mm).map(|n| n as f64).to_vec();
        out.push((addr >> PAGE_SHIFT) as f64);
        for s in m.page_walk(mm, addr) {
            let (low, high) = (s.entry.0 as u32, (s.entry.0 >> 32) as u32);
            out.extend([s.level, s.table.0, s.index as u32, low, high].map(f64::from));
            out.extend(m.walk_letters(&s, mm, addr).map(f64::from));
        }
        out
    }

    /// Number of the event that comes next.
    #[wasm_bindgen(getter, js_name = eventSeq)]
    pub fn event_seq(&self) -> f64 {
        self.session().machine().events().next_seq() as f64
    }

    /// What was touched from event `from` on. A row of 7: ns, pid, first page number, pages that it spans, what (0
    /// accessed, 1 faulted, 2 collapsed, 3 merged), how often, ns that one took if it was a fault.
    pub fn touched(&self, from: f64) -> Vec<f64> {
        let m = self.session().machine();
        let mut out: Vec<f64> = Vec::new();
        let mut last = None;
        for e in m.events().since(from as u64) {
            let Some((mm, addr, pages, what, count, cost)) = touched(e) else {
                continue;
            };
            let Some(pid) = m.owner_of(mm) else { continue };
            let (page, n) = (addr >> PAGE_SHIFT, out.len());
            // ksmd merges page after page.
            let like = Some((pid, page >> 9, what, cost, e.now_ns >> 24));
            if like == last && what != What::Accessed {
                out[n - 2] += f64::from(count);
                continue;
            }
            last = like;
            let (now, what) = (e.now_ns as f64, what as u32 as f64);
            let (pages, count) = (f64::from(pages), f64::from(count));
            out.extend([
                now,
                pid.0.into(),
                page as f64,
                pages,
                what,
                count,
                cost as f64,
            ]);
        }
        out
    }

    /// The pools of huge pages, one after the other: order, NUMA node, HugePages_Total, _Free, _Rsvd and _Surp counted from
    /// its pages, number of pages; then frame and state of each page: 0 free, 1 reserved, 2 in use, 4 more for surplus.
    #[wasm_bindgen(js_name = hugetlbPools)]
    pub fn hugetlb_pools(&self) -> Vec<f64> {
        let m = self.session().machine();
        let mut out = Vec::new();
        for size in 0..m.hugetlb_orders().count() {
            for nid in 0..m.config().nodes {
                let Some(pool) = m.hugetlb_pool_view(size, nid) else {
                    continue;
                };
                out.extend([f64::from(pool.order), f64::from(nid)]);
                out.extend(pool.counts().map(|n| n as f64));
                out.push(pool.pages.len() as f64);
                for p in &pool.pages {
                    let surplus = u8::from(p.surplus) * 4;
                    out.extend([f64::from(p.pfn.0), f64::from(p.state as u8 + surplus)]);
                }
            }
        }
        out
    }

    /// Checkpoints, bytes of memory they take, and the most of both.
    pub fn checkpoints(&self) -> Vec<f64> {
        let (n, bytes) = self.history.checkpoints();
        [n as u64, bytes, MAX_CHECKPOINTS as u64, CHECKPOINT_BYTES]
            .map(|n| n as f64)
            .into()
    }

    /// Begins to go to a virtual time; `seekOn` goes on with it.
    #[wasm_bindgen(js_name = seekTime)]
    pub fn seek_time(&mut self, ns: f64) {
        self.history.seek_time(ns.max(0.0) as u64);
        self.moved();
    }

    /// Begins to go back by one line, or to this time within the stretch that lies before; `seekOn` goes on with it. False
    /// at the beginning.
    #[wasm_bindgen(js_name = backTo)]
    pub fn back_to(&mut self, ns: f64) -> bool {
        let moves = self.history.back_begin(ns.max(0.0) as u64);
        self.moved();
        moves
    }

    /// When a daemon last did something before now, -1 if it did nothing lately; and when one will next, -1 for never.
    pub fn actions(&self) -> Vec<f64> {
        let m = self.session().machine();
        let (now, next) = (m.now_ns(), m.events().next_seq());
        let daemon =
            |e: &&Event| matches!(e.actor, Actor::Khugepaged | Actor::Ksmd) && e.now_ns < now;
        let events = m.events().since(next.saturating_sub(LOOK_BACK));
        let last = events.filter(daemon).last().map(|e| e.now_ns);
        let ns = |at: Option<u64>| at.map_or(-1.0, |at| at as f64);
        vec![ns(last), ns(m.next_wake_ns())]
    }
}

/// Address space, address, pages spanned, what, how often, and ns of one fault.
fn touched(e: &Event) -> Option<(MmId, u64, u32, What, u32, u64)> {
    let one = |mm, addr, what| Some((mm, addr, 1, what, 1, 0));
    match e.kind {
        K::Access {
            mm,
            addr,
            pages,
            count,
            ..
        } => Some((mm, addr, pages, What::Accessed, count, 0)),
        K::Fault {
            mm,
            addr,
            kind,
            count,
        } => Some((mm, addr, count, What::Faulted, count, kind.cost_ns())),
        K::CollapseHugePage {
            mm,
            addr,
            status: ScanResult::Succeed,
            ..
        }
        | K::KhugepagedCollapseFile {
            mm,
            addr,
            result: ScanResult::Succeed,
            ..
        } => one(mm, addr, What::Collapsed),
        K::KsmMergeWithKsmPage {
            mm, addr, err: 0, ..
        }
        | K::KsmMergeOnePage {
            mm, addr, err: 0, ..
        } => one(mm, addr, What::Merged),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mm_script::language;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn played(text: &str) -> Playground {
        let mut p = Playground::new();
        for line in language::parse_line(text).expect("parses") {
            p.history.exec(&line).expect("runs");
        }
        p
    }

    const HUGE_AND_SMALL: &str = "proc p\np mmap a 4M\np madvise a[0..512] hugepage\n\
        p madvise a[512..1024] nohugepage\np write a[0]\np write a[512..520]";

    #[wasm_bindgen_test(unsupported = test)]
    fn a_walk_has_a_row_for_each_level_it_reads() {
        let p = played(HUGE_AND_SMALL);
        let steps = |index| (p.walk("p", "a", index).len() - 3) / (5 + 512);
        assert_eq!([steps(7), steps(513), steps(1000)], [3, 4, 4]);
        assert_eq!(p.walk("p", "a", 0)[..2], [8.0, 1.0]);
        assert!(p.walk("p", "b", 0).is_empty());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_was_touched_is_told_once() {
        let p = played(HUGE_AND_SMALL);
        let rows = p.touched(0.0);
        let base = rows[2];
        let told: Vec<[f64; 4]> = rows
            .chunks(7)
            .map(|r| [r[2] - base, r[4], r[5], r[6]])
            .collect();
        let expected = [
            [0.0, 1.0, 1.0, 172_860.0],
            [0.0, 0.0, 1.0, 0.0],
            [512.0, 1.0, 8.0, 1_500.0],
            [512.0, 0.0, 8.0, 0.0],
        ];
        assert_eq!(told, expected);
        assert!(p.touched(p.event_seq()).is_empty());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn pools_checkpoints_and_actions_are_rows() {
        let p = played("echo 2 > /proc/sys/vm/nr_hugepages");
        assert_eq!(p.hugetlb_pools()[..7], [9.0, 0.0, 2.0, 2.0, 0.0, 0.0, 2.0]);
        assert_eq!(p.checkpoints()[0], 1.0);
        assert_eq!(p.actions().len(), 2);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn frames_are_coloured_by_order_owner_and_pageblock() {
        use crate::classes::{PLANE, of_frames_by, owners};
        use crate::wire::Colouring::{Order, Owner, Pageblock};
        let p = played("proc p\np mmap a 4K\np write a");
        let m = p.session().machine();
        let pids: Vec<_> = p.session().processes().iter().map(|p| p.pid).collect();
        let by = |colouring| {
            let owners = owners(m, pids.iter().copied());
            let page = owners.iter().position(|o| *o == PLANE + b'a').unwrap_or(0) as u64;
            let mut letters = [0; 512];
            let block = page / 512 * 512;
            of_frames_by(m, colouring, &owners, block, &mut letters);
            let whole = letters.map(|l| l - PLANE);
            (whole[(page - block) as usize], whole)
        };
        assert_eq!(by(Owner).0, b'a');
        assert_eq!(by(Order).0, b'x');
        assert!(
            by(Order).1.iter().any(|l| l.is_ascii_digit()),
            "free blocks beside it"
        );
        assert_eq!(by(Pageblock).0, b'M');
        assert!(by(Pageblock).1.contains(&b'm'), "and free in it");
    }
}
