//! `observe`: everything that can be seen, in the form of the recorded answers.

use super::{Bad, Region, Session};
use crate::language::{MAX_OBSERVED_PAGES, VMA_FIELDS};
use crate::output::{RunLength, rle_ids};
use mm_engine::machine::Machine;
use mm_engine::phys::frame::FrameFlags;
use mm_engine::vfs::SmapsEntry;
use mm_engine::vm::addr::{PAGE_SIZE, Pid};
use mm_engine::vm::page_view::PageKey;
use serde_json::{Map, Value, json};

/// Counters at the last observation; an observation shows what was added since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    groups: Vec<(&'static str, Vec<(String, i64)>)>,
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

impl Baseline {
    pub(crate) fn of(m: &Machine) -> Baseline {
        let (mut vmstat, mut noisy) = (Vec::new(), Vec::new());
        for (k, v) in m.stats().vm.entries() {
            if VMSTAT_PREFIXES.iter().any(|p| k.starts_with(p)) {
                vmstat.push((k.to_owned(), v));
            } else if NOISY.contains(&k) {
                noisy.push((k.to_owned(), v));
            }
        }
        let mthp = (1..=9u8).flat_map(|o| {
            let entries = m.stats().mthp(o).entries();
            entries
                .map(move |(k, v)| (format!("{}kB/{k}", 4 << o), v))
                .collect::<Vec<_>>()
        });
        let files = |dir: &str, names: &[&str]| {
            names
                .iter()
                .map(|n| ((*n).to_owned(), number(m, &format!("{dir}/{n}"))))
                .collect()
        };
        Baseline {
            groups: vec![
                ("vmstat", vmstat),
                ("mthp", mthp.collect()),
                (
                    "khugepaged",
                    files(
                        "/sys/kernel/mm/transparent_hugepage/khugepaged",
                        &["pages_collapsed", "full_scans"],
                    ),
                ),
                ("noisy", noisy),
                (
                    "ksm_delta",
                    files(
                        "/sys/kernel/mm/ksm",
                        &["full_scans", "pages_scanned", "pages_skipped"],
                    ),
                ),
            ],
        }
    }

    fn delta(&self, before: &Baseline, group: &str) -> Value {
        let find = |b: &Baseline| {
            b.groups
                .iter()
                .find(|g| g.0 == group)
                .map(|g| g.1.clone())
                .unwrap_or_default()
        };
        let old = find(before);
        let mut out = Map::new();
        for (i, (k, v)) in find(self).into_iter().enumerate() {
            let d = v - old.get(i).map_or(0, |o| o.1);
            if d != 0 {
                out.insert(k, d.into());
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
    vmas: Value,
}

impl Session {
    /// # Errors
    /// More than [`MAX_OBSERVED_PAGES`] pages have names.
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
        let regions: Map<String, Value> = regions
            .into_iter()
            .map(|r| (r.name.clone(), region_json(&r, &ids)))
            .collect();
        let procs: Map<String, Value> = self
            .names
            .iter()
            .map(|p| (p.name.clone(), self.ksm_stat(p.pid)))
            .collect();
        let ksm: Map<String, Value> = KSM_GAUGES
            .iter()
            .map(|g| {
                (
                    (*g).to_owned(),
                    number(&self.machine, &format!("/sys/kernel/mm/ksm/{g}")),
                )
            })
            .filter(|g| g.1 != 0)
            .map(|(k, v)| (k, v.into()))
            .collect();
        let delta = |group| now.delta(&self.baseline, group);
        let obs = json!({
            "label": label,
            "regions": regions,
            "procs": procs,
            "vmstat": delta("vmstat"),
            "mthp": delta("mthp"),
            "khugepaged": delta("khugepaged"),
            "noisy": delta("noisy"),
            "ksm": ksm,
            "ksm_delta": delta("ksm_delta"),
            "hugetlb": self.hugetlb_observed(),
            "trace": trace,
        });
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
        let vmas: Vec<Value> = smaps
            .iter()
            .filter(|v| v.start < end && v.end > r.base)
            .map(|v| {
                let mut o = Map::new();
                let at = (v.start as i64 - r.base as i64) / PAGE_SIZE as i64;
                o.insert("at".into(), at.into());
                o.insert("pages".into(), ((v.end - v.start) / PAGE_SIZE).into());
                o.insert("perm".into(), v.flags.perm().into());
                for (k, kb) in v.fields() {
                    let shown = VMA_FIELDS.contains(&k) && (k != "KernelPageSize" || kb != 4);
                    if shown && (kb != 0 || k == "Rss") {
                        o.insert(k.into(), kb.into());
                    }
                }
                o.insert("THPeligible".into(), i32::from(v.thp_eligible).into());
                o.insert("VmFlags".into(), v.flags.codes().into());
                o.into()
            })
            .collect();
        RegionPages {
            name: format!("{}.{}", p.name, r.name),
            runs,
            keys,
            vmas: vmas.into(),
        }
    }

    fn ksm_stat(&self, pid: Pid) -> Value {
        let text = self
            .machine
            .read_file(&format!("/proc/{}/ksm_stat", pid.0))
            .unwrap_or_default();
        let mut out = Map::new();
        for line in text.lines() {
            let Some((k, v)) = line.split_once(' ') else {
                continue;
            };
            let (k, v) = (k.trim_end_matches(':'), v.trim());
            match v.parse::<i64>() {
                Ok(0) => {}
                Ok(n) => {
                    out.insert(k.into(), n.into());
                }
                Err(_) if v == "no" => {}
                Err(_) => {
                    out.insert(k.into(), v.into());
                }
            }
        }
        json!({ "ksm_stat": out })
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
        let mut all: Vec<PageKey> = keys().collect();
        all.sort_unstable();
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

fn region_json(r: &RegionPages, ids: &SharingIds) -> Value {
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
    let mut o = json!({
        "classes": classes.finish(),
        "exclusive": exclusive.finish(),
        "group": rle_ids(&groups),
        "mapcount": mapcount.finish(),
        "vmas": r.vmas,
    });
    if locked {
        o["unevictable"] = unevictable.finish().into();
    }
    o
}

/// An observation in a few lines, for people.
pub(crate) fn brief(obs: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (name, r) in obs["regions"].as_object().into_iter().flatten() {
        out.push(format!(
            "{name}: {}",
            r["classes"].as_str().unwrap_or_default()
        ));
    }
    for group in [
        "vmstat",
        "mthp",
        "khugepaged",
        "ksm",
        "ksm_delta",
        "hugetlb",
    ] {
        let counts = obs[group].as_object().into_iter().flatten();
        let counts: Vec<String> = counts.map(|(k, v)| format!("{k} {v}")).collect();
        if !counts.is_empty() {
            out.push(format!("{group}: {}", counts.join(", ")));
        }
    }
    out
}
