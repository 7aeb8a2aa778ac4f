//! Tracepoints in the form of the recorded answers: pages named by the regions that mapped them before the scan.

use super::Session;
use crate::output::{Indexed, Members, Value, group_trace, put};
use mm_engine::machine::Machine;
use mm_engine::trace::{Actor, Event, EventKind};
use mm_engine::vm::addr::{MmId, PAGE_SIZE, Pfn, pmd_down};
use mm_engine::vm::page_view::PageKey;
use std::collections::BinaryHeap;

/// Regions longer than this are not looked up: naming their pages is not worth the walk.
const MAX_NAMED_BYTES: u64 = 256 << 20;

/// Events since the last observation, and what named their pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct TraceLog {
    pub enabled: bool,
    next_seq: u64,
    before: Option<Box<Snapshot>>,
    events: Vec<Indexed<Named>>,
}

/// The machine before a scan, whose page tables name the frames of its events. Cheap: clones share memory.
#[derive(Clone, Debug)]
struct Snapshot {
    machine: Machine,
    names: Vec<super::ProcessNames>,
}

/// An event without its page number: the number is kept apart so that runs can be recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    fields: Members,
    page: Option<(&'static str, String)>,
}

impl Session {
    /// Remembers which page every frame is, for the events that follow.
    pub(crate) fn snapshot_pages(&mut self) {
        if self.trace.enabled {
            let snapshot = Snapshot {
                machine: self.machine.clone(),
                names: self.names.clone(),
            };
            self.trace.before = Some(Box::new(snapshot));
        }
    }

    /// Reads the events since the last time, with the names processes have now.
    pub(crate) fn drain_trace(&mut self) {
        if !self.trace.enabled {
            return;
        }
        let from = self.trace.next_seq;
        self.trace.next_seq = self.machine.events().next_seq();
        let events: Vec<Event> = self
            .machine
            .events()
            .since(from)
            .filter(|e| e.kind.tracepoint().is_some())
            .copied()
            .collect();
        if events.is_empty() {
            return;
        }
        let asked = events.iter().filter_map(|e| subject(&e.kind).1);
        let asked: BinaryHeap<PageKey> = asked.map(PageKey::Frame).collect();
        let mut frames = Frames::new(asked.into_sorted_vec());
        if let Some(before) = &self.trace.before {
            before.find(&mut frames);
        }
        for e in events {
            if let Some(named) = self.named(&e, &frames) {
                self.trace.events.push(named);
            }
        }
    }

    /// The grouped trace since the last call.
    pub(crate) fn take_trace(&mut self) -> Vec<Value> {
        self.drain_trace();
        let events = std::mem::take(&mut self.trace.events);
        let groups = group_trace(&events);
        let show = |g: &crate::output::TraceGroup| {
            g.to_json(
                &events,
                |e| e.fields.clone(),
                |e| e.page.clone().unwrap_or(("page", String::new())),
            )
        };
        groups.iter().map(show).collect()
    }

    /// `None` for events of address spaces that have no name (any more).
    fn named(&self, e: &Event, frames: &Frames) -> Option<Indexed<Named>> {
        let mut fields: Members = vec![("ev".into(), e.kind.tracepoint()?.into())];
        let by = match e.actor {
            Actor::Process(pid) => self.name_of_pid(pid).unwrap_or("other"),
            Actor::Khugepaged => "khugepaged",
            Actor::Ksmd => "ksmd",
            Actor::Kcompactd => "kcompactd",
            Actor::Script => "script",
        };
        put(&mut fields, "by", by.to_owned().into());
        let (mm, pfn, into) = subject(&e.kind);
        let mut owner = None;
        if let Some(mm) = mm {
            let name = self.names.iter().find(|p| p.mm == mm)?.name.as_str();
            put(&mut fields, "mm", name.to_owned().into());
            owner = Some(name);
        }
        numbers(&e.kind, &mut fields);
        let key = if into { "into" } else { "page" };
        let place = pfn.and_then(|p| {
            let places = &frames.places[frames.at(p)?];
            // The frame may have been another page's when the tables were read.
            if let Some(base) = range(&e.kind)
                && !places.iter().any(|p| pmd_down(p.addr) == base)
            {
                return None;
            }
            let own = places.iter().find(|p| Some(p.process.as_str()) == owner);
            own.or(places.first())
        });
        if into && place.is_none() {
            put(&mut fields, "into", Value::Null);
        }
        let page = place.map(|p| (key, format!("{}.{}", p.process, p.region)));
        Some(Indexed {
            event: Named { fields, page },
            page: place.map(|p| p.index),
        })
    }
}

struct PlaceOf {
    process: String,
    region: String,
    index: u64,
    addr: u64,
}

/// The frames that events name, sorted, and for each the pages that mapped it.
struct Frames {
    asked: Vec<PageKey>,
    places: Vec<Vec<PlaceOf>>,
}

impl Frames {
    fn new(mut asked: Vec<PageKey>) -> Frames {
        asked.dedup();
        let places = asked.iter().map(|_| Vec::new()).collect();
        Frames { asked, places }
    }

    fn at(&self, pfn: Pfn) -> Option<usize> {
        self.asked.binary_search(&PageKey::Frame(pfn)).ok()
    }
}

impl Snapshot {
    fn find(&self, frames: &mut Frames) {
        if frames.asked.is_empty() {
            return;
        }
        for p in &self.names {
            for r in p.regions.iter().filter(|r| r.len <= MAX_NAMED_BYTES) {
                for index in 0..r.pages() {
                    let addr = r.base + index * PAGE_SIZE;
                    let pfn = self.machine.mapped_frame(p.pid, addr);
                    if let Some(at) = pfn.and_then(|pfn| frames.at(pfn)) {
                        frames.places[at].push(PlaceOf {
                            process: p.name.clone(),
                            region: r.name.to_string(),
                            index,
                            addr,
                        });
                    }
                }
            }
        }
    }
}

/// The 2 MiB range that an event of khugepaged is about: its page is there.
fn range(k: &EventKind) -> Option<u64> {
    use EventKind as K;
    match *k {
        K::KhugepagedScanPmd { addr, .. }
        | K::CollapseHugePageIsolate { addr, .. }
        | K::KhugepagedCollapseFile { addr, .. } => Some(addr),
        _ => None,
    }
}

/// The address space an event is about, the frame it names, and whether that is the one merged into.
fn subject(k: &EventKind) -> (Option<MmId>, Option<Pfn>, bool) {
    use EventKind as K;
    match *k {
        K::KhugepagedScanPmd { mm, pfn, .. }
        | K::KhugepagedScanFile { mm, pfn, .. }
        | K::CollapseHugePageIsolate { mm, pfn, .. } => (Some(mm), pfn, false),
        K::KhugepagedCollapseFile { mm, hpfn, .. } => (Some(mm), hpfn, false),
        K::CollapseHugePage { mm, .. }
        | K::CollapseHugePageSwapin { mm, .. }
        | K::KsmEnter { mm }
        | K::KsmExit { mm } => (Some(mm), None, false),
        K::KsmMergeOnePage { mm, pfn, .. } | K::KsmMergeWithKsmPage { mm, pfn, .. } => {
            (Some(mm), Some(pfn), true)
        }
        K::KsmRemoveKsmPage { pfn } => (None, Some(pfn), false),
        K::KsmRemoveRmapItem { mm, pfn, .. } => (Some(mm), Some(pfn), false),
        _ => (None, None, false),
    }
}

/// Adds the numbers of an event, in the order of its tracepoint.
fn numbers(k: &EventKind, o: &mut Members) {
    use EventKind as K;
    match *k {
        K::KhugepagedScanPmd {
            referenced,
            none_or_zero,
            unmapped,
            status,
            ..
        } => {
            put(o, "referenced", referenced.into());
            put(o, "none_or_zero", none_or_zero.into());
            put(o, "unmapped", unmapped.into());
            put(o, "status", status.as_str().into());
        }
        K::CollapseHugePage {
            isolated, status, ..
        } => {
            put(o, "isolated", i32::from(isolated).into());
            put(o, "status", status.as_str().into());
        }
        K::CollapseHugePageIsolate {
            none_or_zero,
            referenced,
            status,
            ..
        } => {
            put(o, "referenced", referenced.into());
            put(o, "none_or_zero", none_or_zero.into());
            put(o, "status", status.as_str().into());
        }
        K::CollapseHugePageSwapin {
            swapped_in,
            referenced,
            ret,
            ..
        } => {
            put(o, "referenced", referenced.into());
            put(o, "swapped_in", swapped_in.into());
            put(o, "ret", (ret as i32).into());
        }
        K::KhugepagedScanFile {
            present,
            swap,
            result,
            ..
        } => {
            put(o, "present", present.into());
            put(o, "swap", swap.into());
            put(o, "status", result.as_str().into());
        }
        K::KhugepagedCollapseFile {
            index,
            is_shmem,
            nr,
            result,
            ..
        } => {
            put(o, "nr", nr.into());
            put(o, "index", index.into());
            put(o, "is_shmem", i32::from(is_shmem).into());
            put(o, "status", result.as_str().into());
        }
        K::KsmStartScan { rmap, .. } | K::KsmStopScan { rmap, .. } => {
            put(o, "rmap", rmap.into());
        }
        K::KsmMergeOnePage { err, .. } => {
            put(o, "err", err.into());
            put(o, "stable", true.into());
        }
        K::KsmMergeWithKsmPage { err, stable, .. } => {
            put(o, "err", err.into());
            put(o, "stable", stable.into());
        }
        _ => {}
    }
}
