//! `observe`: everything that can be seen, in the form of the recorded answers.

use super::{Bad, Region, Session};
use crate::compare::COUNTS;
use crate::language::{MAX_OBSERVED_PAGES, VMA_FIELDS};
use crate::object;
use crate::output::{Members, RunLength, Value, put, rle_ids};
use mm_engine::machine::Machine;
use mm_engine::phys::frame::FrameFlags;
use mm_engine::vfs::SmapsEntry;
use mm_engine::vm::addr::{PAGE_SIZE, Pid};
use mm_engine::vm::page_view::PageKey;
use std::borrow::Cow;
use std::collections::BinaryHeap;

/// Counters at the last observation; an observation shows what was added since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    groups: [Vec<(Cow<'static, str>, i64)>; 5],
}

const VMSTAT_PREFIXES: [&str; 7] = [
    "thp_",
    "ksm_",
    "cow_ksm",
    "htlb_",
    "pswp",
    "swpin_zero",
    "swpout_zero",
];
const NOISY: [&str; 4] = ["pgfault", "pgmajfault", "pgalloc_normal", "pgfree"];
/// Counters that are files below `/sys/kernel/mm/`, with their groups.
const FILES: [(usize, &str); 5] = [
    (2, "transparent_hugepage/khugepaged/pages_collapsed"),
    (2, "transparent_hugepage/khugepaged/full_scans"),
    (4, "ksm/full_scans"),
    (4, "ksm/pages_scanned"),
    (4, "ksm/pages_skipped"),
];
const KSM_GAUGES: [&str; 8] = [
    "pages_shared",
    "pages_sharing",
    "pages_unshared",
    "pages_volatile",
    "ksm_zero_pages",
    "stable_node_chains",
    "stable_node_dups",
    "general_profit",
];

fn number(m: &Machine, path: &str) -> i64 {
    m.read_file(path)
        .ok()
        .and_then(|t| t.trim().parse().ok())
        .unwrap_or(0)
}

/// Names of the groups, in their order.
const GROUPS: [&str; 5] = ["vmstat", "mthp", "khugepaged", "noisy", "ksm_delta"];

impl Baseline {
    pub(crate) fn of(m: &Machine) -> Baseline {
        let mut groups: [Vec<(Cow<'static, str>, i64)>; 5] = Default::default();
        for (k, v) in m.stats().vm.entries() {
            if VMSTAT_PREFIXES.iter().any(|p| k.starts_with(p)) {
                groups[0].push((k.into(), v));
            } else if NOISY.contains(&k) {
                groups[3].push((k.into(), v));
            }
        }
        for order in 1..=9u8 {
            for (k, v) in m.stats().mthp(order).entries() {
                groups[1].push((format!("{}kB/{k}", 4 << order).into(), v));
            }
        }
        for (group, path) in FILES {
            let name = path.rsplit('/').next().unwrap_or_default();
            groups[group].push((name.into(), number(m, &format!("/sys/kernel/mm/{path}"))));
        }
        Baseline { groups }
    }

    fn delta(&self, before: &Baseline, group: usize) -> Value {
        let mut out = Vec::new();
        for (i, (k, v)) in self.groups[group].iter().enumerate() {
            let d = v - before.groups[group].get(i).map_or(0, |o| o.1);
            if d != 0 {
                out.push((k.clone(), d.into()));
            }
        }
        out.into()
    }
}

/// What is told of one page: class letter, order of its folio, sharing letter, mappings, unevictable.
type Shown = (char, u8, char, Option<i32>, bool);

/// The pages of one region, and for each who shares it.
struct RegionPages {
    name: String,
    /// Runs of equal pages, with their lengths.
    runs: Vec<(Shown, u64)>,
    keys: Vec<Option<PageKey>>,
    vmas: Vec<Value>,
}

impl Session {
    /// # Errors
    /// More than [`MAX_OBSERVED_PAGES`] pages have names.
    #[inline(never)]
    pub(crate) fn observe(&mut self, label: &str) -> Result<Value, Bad> {
        let named = self.names.iter().flat_map(|p| &p.regions);
        let pages: u64 = named.map(Region::pages).sum();
        if pages > MAX_OBSERVED_PAGES {
            return Err(Bad::new(
                "observe",
                format!(
                    "at most {MAX_OBSERVED_PAGES} pages with names to observe; there are {pages}: unmap some"
                ),
            ));
        }
        let trace = self.take_trace();
        let now = Baseline::of(&self.machine);
        let mut regions: Vec<RegionPages> = Vec::new();
        for p in &self.names {
            let smaps = self.machine.smaps(p.pid);
            regions.extend(p.regions.iter().map(|r| self.region_pages(p, r, &smaps)));
        }
        let ids = SharingIds::new(&regions);
        let regions = regions
            .into_iter()
            .map(|r| (r.name.clone().into(), region_json(r, &ids)));
        let regions: Members = regions.collect();
        let procs = self.names.iter();
        let procs: Members = procs
            .map(|p| (p.name.clone().into(), self.ksm_stat(p.pid)))
            .collect();
        let mut ksm = Members::new();
        for gauge in KSM_GAUGES {
            let n = number(&self.machine, &format!("/sys/kernel/mm/ksm/{gauge}"));
            if n != 0 {
                put(&mut ksm, gauge, n.into());
            }
        }
        let mut obs = Members::new();
        put(&mut obs, "label", label.to_owned().into());
        put(&mut obs, "regions", regions.into());
        put(&mut obs, "procs", procs.into());
        for (group, name) in GROUPS.into_iter().enumerate() {
            if group == 4 {
                put(&mut obs, "ksm", std::mem::take(&mut ksm).into());
            }
            put(&mut obs, name, now.delta(&self.baseline, group));
        }
        put(&mut obs, "hugetlb", self.hugetlb_observed());
        put(&mut obs, "trace", trace.into());
        let obs = Value::Object(obs);
        self.baseline = now;
        self.observed = obs.clone();
        Ok(obs)
    }

    fn region_pages(
        &self,
        p: &super::ProcessNames,
        r: &super::Region,
        smaps: &[SmapsEntry],
    ) -> RegionPages {
        let mut runs: Vec<(Shown, u64)> = Vec::new();
        let mut keys = Vec::with_capacity(r.pages() as usize);
        for i in 0..r.pages() {
            let page = self.machine.page_state(p.pid, r.base + i * PAGE_SIZE);
            let lock = page.flags.has(FrameFlags::UNEVICTABLE);
            let shown = (
                page.class,
                page.file_order,
                page.exclusive,
                page.mapcount,
                lock,
            );
            match runs.last_mut() {
                Some((last, n)) if *last == shown => *n += 1,
                _ => runs.push((shown, 1)),
            }
            keys.push(page.key);
        }
        let end = r.base + r.pages() * PAGE_SIZE;
        let mut vmas = Vec::new();
        for v in smaps.iter().filter(|v| v.start < end && v.end > r.base) {
            let at = (v.start as i64 - r.base as i64) / PAGE_SIZE as i64;
            let mut o = Members::new();
            put(&mut o, "at", at.into());
            put(&mut o, "pages", ((v.end - v.start) / PAGE_SIZE).into());
            put(&mut o, "perm", v.flags.perm().into());
            for (k, kb) in v.fields() {
                let shown = VMA_FIELDS.contains(&k) && (k != "KernelPageSize" || kb != 4);
                if shown && (kb != 0 || k == "Rss") {
                    put(&mut o, k, kb.into());
                }
            }
            put(&mut o, "THPeligible", i32::from(v.thp_eligible).into());
            put(&mut o, "VmFlags", v.flags.codes().into());
            vmas.push(o.into());
        }
        RegionPages {
            name: format!("{}.{}", p.name, r.name),
            runs,
            keys,
            vmas,
        }
    }

    fn ksm_stat(&self, pid: Pid) -> Value {
        let text = self
            .machine
            .read_file(&format!("/proc/{}/ksm_stat", pid.0))
            .unwrap_or_default();
        let mut out = Members::new();
        for line in text.lines() {
            let Some((k, v)) = line.split_once(' ') else {
                continue;
            };
            let (k, v) = (k.trim_end_matches(':'), v.trim());
            let value = match v.parse::<i64>() {
                Ok(n) => n.into(),
                Err(_) => Value::from(v.to_owned()),
            };
            if v != "0" && v != "no" {
                out.push((k.to_owned().into(), value));
            }
        }
        object! { "ksm_stat" => out }
    }
}

/// Numbers for what is mapped more than once, in order of first appearance.
struct SharingIds {
    /// Sorted.
    keys: Vec<PageKey>,
    ids: Vec<u32>,
}

impl SharingIds {
    fn new(regions: &[RegionPages]) -> Self {
        let keys = || {
            let all = regions.iter().flat_map(|r| &r.keys);
            all.filter_map(|key| *key)
        };
        // A heap sorts in much less code than the library's sort.
        let all = keys().collect::<BinaryHeap<PageKey>>().into_sorted_vec();
        let runs = all.chunk_by(|a, b| a == b);
        let shared: Vec<PageKey> = runs.filter(|run| run.len() > 1).map(|run| run[0]).collect();
        let (mut ids, mut next) = (vec![u32::MAX; shared.len()], 0);
        for at in keys().filter_map(|k| shared.binary_search(&k).ok()) {
            if ids[at] == u32::MAX {
                ids[at] = next;
                next += 1;
            }
        }
        SharingIds { keys: shared, ids }
    }

    fn of(&self, key: PageKey) -> Option<u32> {
        self.keys.binary_search(&key).ok().map(|at| self.ids[at])
    }
}

fn region_json(r: RegionPages, ids: &SharingIds) -> Value {
    let (mut classes, mut exclusive) = (RunLength::default(), RunLength::default());
    let (mut mapcount, mut unevictable) = (RunLength::default(), RunLength::default());
    let mut locked = false;
    for &((class, order, x, count, lock), n) in &r.runs {
        let order = match order {
            order @ 1..=8 => order.to_string(),
            _ => String::new(),
        };
        classes.push(format!("{class}{order}"), n);
        exclusive.push(x, n);
        mapcount.push(count.map_or_else(|| "-".to_owned(), |c| c.to_string()), n);
        locked |= lock;
        unevictable.push(if lock { 'L' } else { '-' }, n);
    }
    let groups: Vec<Option<u32>> = r.keys.iter().map(|k| k.and_then(|k| ids.of(k))).collect();
    let mut o = Members::new();
    put(&mut o, "classes", classes.finish().into());
    put(&mut o, "exclusive", exclusive.finish().into());
    put(&mut o, "group", rle_ids(&groups).into());
    put(&mut o, "mapcount", mapcount.finish().into());
    put(&mut o, "vmas", r.vmas.into());
    if locked {
        put(&mut o, "unevictable", unevictable.finish().into());
    }
    o.into()
}

/// An observation in a few lines, for people.
pub(crate) fn brief(obs: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (name, r) in obs["regions"].members() {
        out.push(format!(
            "{name}: {}",
            r["classes"].as_str().unwrap_or_default()
        ));
    }
    for group in COUNTS {
        let counts = obs[group].members().iter();
        let counts: Vec<String> = counts.map(|(k, v)| format!("{k} {v}")).collect();
        if !counts.is_empty() {
            out.push(format!("{group}: {}", counts.join(", ")));
        }
    }
    out
}
