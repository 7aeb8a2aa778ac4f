//! Numbers of processes, regions, zones and daemons, and where their lanes lie.

use crate::classes::{self, Sums};
use crate::events::LastWord;
use crate::lanes::{Grid, Lane, content_height};
use crate::playground::Playground;
use crate::wire::{PageName, View, Viewport, to_js};
use mm_engine::machine::Machine;
use mm_engine::vm::addr::{MmId, PAGE_SHIFT};
use mm_script::object;
use mm_script::output::Value;
use mm_script::session::Session;
use wasm_bindgen::prelude::*;
use xxhash_rust::xxh64::xxh64;

const KB_PER_PAGE: u64 = 4;

/// Flags of areas that people look for in smaps.
const SHOWN_FLAGS: [&str; 6] = ["hg", "nh", "mg", "lo", "gu", "dc"];

/// What a lane of the address-space view shows.
#[derive(Clone, Debug)]
pub(crate) struct RegionLane {
    /// The same for the same region as long as it lives.
    pub id: u64,
    pub mm: MmId,
    pub process: String,
    pub region: String,
    pub sums: Sums,
}

/// Both views laid out, and the names in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Grows with every change of places.
    pub stamp: u64,
    pub regions: Vec<RegionLane>,
    pub spaces: Vec<Lane>,
    pub zones: Vec<Lane>,
    names: Vec<(String, u32, usize)>,
    labels: Vec<(String, String)>,
    names_version: u32,
    before: (u64, Vec<u64>),
}

impl Layout {
    /// Lane of the region of a page.
    pub fn lane_of(&self, page: &PageName) -> Option<usize> {
        self.regions
            .iter()
            .position(|r| r.process == page.process && r.region == page.region)
    }

    fn ids(&self, view: View) -> Vec<u64> {
        match view {
            View::Spaces => self.regions.iter().map(|r| r.id).collect(),
            View::Memory => (0..self.zones.len() as u64).collect(),
        }
    }

    /// Reads the names and lays out both views.
    pub fn arrange(&mut self, session: &Session, viewport: Option<&Viewport>) {
        let view = viewport.map_or(View::Spaces, |v| v.view);
        self.before = (self.stamp, self.ids(view));
        let machine = session.machine();
        let sums = std::mem::take(&mut self.regions);
        let sums_of = |id: u64| {
            sums.iter()
                .find(|r| r.id == id)
                .map_or(Sums::default(), |r| r.sums)
        };
        let (mut places, mut names, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for p in session.processes() {
            let Some(mm) = machine.process(p.pid).map(|found| found.mm) else {
                continue;
            };
            names.push((p.name.clone(), p.pid.0, p.regions.len()));
            for r in &p.regions {
                let id = xxh64(
                    format!("{} {} {:#x}", p.pid.0, r.name, r.base).as_bytes(),
                    0,
                );
                let (process, region) = (p.name.clone(), r.name.to_string());
                self.regions.push(RegionLane {
                    id,
                    mm,
                    process,
                    region,
                    sums: sums_of(id),
                });
                places.push((r.base >> PAGE_SHIFT, r.pages()));
                labels.push(area_labels(machine, mm, r.base, r.base + r.len));
            }
        }
        if (&names, &labels) != (&self.names, &self.labels) || self.names_version == 0 {
            self.names_version += 1;
        }
        (self.names, self.labels) = (names, labels);
        let (width, cell) = viewport.map_or((800.0, 4.0), |v| (v.width, v.cell));
        self.spaces = Grid::new(View::Spaces, width, cell).stack(&places);
        let zones = machine
            .zones()
            .iter()
            .map(|z| (u64::from(z.start.0), z.spanned))
            .collect::<Vec<_>>();
        self.zones = Grid::new(View::Memory, width, cell).stack(&zones);
        self.stamp += 1;
    }

    /// Sums up the pages of all regions.
    fn measure(&mut self, machine: &Machine) {
        for (r, lane) in self.regions.iter_mut().zip(&self.spaces) {
            r.sums = classes::sums(machine, r.mm, lane.start, lane.length);
        }
    }
}

/// Rights and flags of the areas of a range, each once.
fn area_labels(m: &Machine, mm: MmId, start: u64, end: u64) -> (String, String) {
    let (mut perms, mut flags): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    for vma in m.vmas_in(mm, start, end) {
        let f = m.vma(vma).flags;
        let perm = f.perm();
        if !perms.contains(&perm) {
            perms.push(perm);
        }
        let codes = f.codes();
        for code in SHOWN_FLAGS {
            if !flags.contains(&code) && codes.split(' ').any(|c| c == code) {
                flags.push(code);
            }
        }
    }
    (perms.join("/"), flags.join(" "))
}

/// The named place of an address.
pub(crate) fn locate(session: &Session, mm: MmId, addr: u64) -> Option<PageName> {
    let owner = session.machine().owner_of(mm)?;
    let p = session.processes().iter().find(|p| p.pid == owner)?;
    let r = p
        .regions
        .iter()
        .find(|r| (r.base..r.base + r.len).contains(&addr))?;
    let index = ((addr - r.base) >> PAGE_SHIFT) as u32;
    Some(PageName {
        process: p.name.clone(),
        region: r.name.to_string(),
        index,
    })
}

#[wasm_bindgen]
impl Playground {
    /// Sums up the pages of all regions, for `regionRows`. Costs a look at every page table.
    pub fn measure(&mut self) {
        self.arrange();
        let (layout, session) = self.layout_and_session();
        layout.measure(session.machine());
    }

    /// Grows when what `names` returns has changed.
    #[wasm_bindgen(js_name = namesVersion)]
    pub fn names_version(&mut self) -> u32 {
        self.arrange();
        self.layout().names_version
    }

    /// Names, rights and flags of processes and their regions.
    #[wasm_bindgen(unchecked_return_type = "ProcessNames[]")]
    pub fn names(&mut self) -> JsValue {
        self.arrange();
        let layout = self.layout();
        let mut regions = layout.regions.iter().zip(&layout.labels);
        let mut names = Vec::new();
        for (name, pid, nr) in &layout.names {
            let region = |(r, (perm, flags)): (&RegionLane, &(String, String))| object! {"name" => &r.region, "perm" => perm, "flags" => flags};
            let regions: Vec<Value> = regions.by_ref().take(*nr).map(region).collect();
            names.push(object! {"name" => name, "pid" => *pid, "regions" => regions});
        }
        to_js(&names.into())
    }

    /// Eight numbers a region, in the order of `names`: first page number, pages; RSS, anonymous huge, merged and swapped
    /// kB as of the last `measure`; top and height of its lane.
    #[wasm_bindgen(js_name = regionRows)]
    pub fn region_rows(&mut self) -> Vec<f64> {
        self.arrange();
        let layout = self.layout();
        let kb = |pages: u64| (pages * KB_PER_PAGE) as f64;
        let row = |(r, l): (&RegionLane, &Lane)| {
            let s = r.sums;
            let sizes = [kb(s.rss), kb(s.anon_huge), kb(s.ksm), kb(s.swap)];
            [
                l.start as f64,
                l.length as f64,
                sizes[0],
                sizes[1],
                sizes[2],
                sizes[3],
                l.top,
                l.height,
            ]
        };
        layout
            .regions
            .iter()
            .zip(&layout.spaces)
            .flat_map(row)
            .collect()
    }

    /// Class letters that occur in any region, as of the last `measure`, and `o` while memory is off-line.
    pub fn letters(&self) -> String {
        let bits = self
            .layout()
            .regions
            .iter()
            .fold(0, |b, r| b | r.sums.kinds);
        let shown = classes::LETTERS
            .iter()
            .enumerate()
            .filter(|(i, _)| bits >> i & 1 == 1);
        let mut zones = self.session().machine().zones().iter();
        let offline = zones.any(|z| z.present < z.spanned).then_some('o');
        shown.map(|(_, l)| char::from(*l)).chain(offline).collect()
    }

    /// Two numbers a process: RSS and swap in kB.
    #[wasm_bindgen(js_name = processRows)]
    pub fn process_rows(&mut self) -> Vec<f64> {
        self.arrange();
        let machine = self.session().machine();
        let row = |p: &mm_script::session::ProcessNames| {
            let rss = machine
                .process(p.pid)
                .map(|found| machine.mm(found.mm).rss)?;
            Some([
                (rss.anon + rss.file + rss.shmem) as f64 * 4.0,
                rss.swap as f64 * 4.0,
            ])
        };
        self.session()
            .processes()
            .iter()
            .filter_map(row)
            .flatten()
            .collect()
    }

    /// `DMA32`, `Normal`; with several nodes `Node 1 Normal`.
    #[wasm_bindgen(js_name = zoneNames)]
    pub fn zone_names(&self) -> Vec<String> {
        let machine = self.session().machine();
        let several = machine.config().nodes > 1;
        let name = |z: &mm_engine::phys::zone::Zone| match several {
            true => format!("Node {} {}", z.nid, z.kind.name()),
            false => z.kind.name().to_owned(),
        };
        machine.zones().iter().map(name).collect()
    }

    /// Five numbers a zone: first frame, frames, free kB, top and height of its lane.
    #[wasm_bindgen(js_name = zoneRows)]
    pub fn zone_rows(&mut self) -> Vec<f64> {
        self.arrange();
        let zones = self
            .session()
            .machine()
            .zones()
            .iter()
            .zip(&self.layout().zones);
        zones
            .flat_map(|(z, l)| {
                [
                    l.start as f64,
                    l.length as f64,
                    z.nr_free as f64 * 4.0,
                    l.top,
                    l.height,
                ]
            })
            .collect()
    }

    /// Height of the current view's content in CSS pixels.
    #[wasm_bindgen(js_name = contentHeight)]
    pub fn content_height(&mut self) -> f64 {
        self.arrange();
        content_height(self.lanes_in_view().1)
    }

    /// Totals: MemTotal, MemFree, RSS and AnonHugePages in kB; pages_shared, pages_sharing, pages_collapsed; swap in use
    /// in kB; pages_unshared, pages_scanned; pgfault, thp_fault_alloc; CPU time of khugepaged and ksmd in ns.
    pub fn totals(&self) -> Vec<f64> {
        let m = self.session().machine();
        let (rss, swap) = m
            .processes()
            .map(|(_, p)| m.mm(p.mm).rss)
            .fold((0, 0), |(rss, swap), r| {
                (rss + r.anon + r.file + r.shmem, swap + r.swap)
            });
        let (ksm, stats, cpu) = (m.ksm_gauges(), &m.stats().vm, m.daemons_cpu_ns());
        vec![
            m.nr_managed_pages() as f64 * 4.0,
            m.nr_free_pages() as f64 * 4.0,
            rss as f64 * 4.0,
            stats.nr_anon_transparent_hugepages as f64 * 2048.0,
            ksm.pages_shared as f64,
            ksm.pages_sharing as f64,
            f64::from(m.khugepaged_pages_collapsed()),
            swap as f64 * 4.0,
            ksm.pages_unshared as f64,
            ksm.pages_scanned as f64,
            stats.pgfault as f64,
            stats.thp_fault_alloc as f64,
            cpu[0] as f64,
            cpu[1] as f64,
        ]
    }

    /// What khugepaged is at.
    #[wasm_bindgen(unchecked_return_type = "DaemonFacts")]
    pub fn khugepaged(&self) -> JsValue {
        let m = self.session().machine();
        self.daemon(
            &self.events_fed().khugepaged,
            m.khugepaged_cursor().is_some(),
            m.khugepaged_running(),
            m.khugepaged_scans(),
            m.khugepaged_next_wake_ns(),
        )
    }

    /// What ksmd is at.
    #[wasm_bindgen(unchecked_return_type = "DaemonFacts")]
    pub fn ksmd(&self) -> JsValue {
        let m = self.session().machine();
        let running = m
            .read_file("/sys/kernel/mm/ksm/run")
            .is_ok_and(|t| t.trim() == "1");
        self.daemon(
            &self.events_fed().ksmd,
            running,
            running,
            m.ksm_gauges().full_scans as u32,
            m.ksmd_next_wake_ns().filter(|_| running),
        )
    }

    fn daemon(
        &self,
        last: &LastWord,
        has_place: bool,
        running: bool,
        full_scans: u32,
        next_ns: Option<u64>,
    ) -> JsValue {
        let at = last
            .place
            .filter(|_| has_place)
            .and_then(|(mm, addr)| locate(self.session(), mm, addr));
        to_js(&object! {
            "running" => running,
            "at" => at,
            "last" => last.reason,
            "lastDetail" => &last.detail,
            "fullScans" => full_scans,
            "nextNs" => next_ns,
        })
    }
}

impl Playground {
    /// Id that the lane had in the layout the canvas was painted with, if that was the one before or is the present.
    pub(crate) fn old_lane_id(&self, stamp: u64, lane: usize) -> Option<u64> {
        let layout = self.layout();
        if stamp == layout.stamp {
            return Some(self.lane_id(lane));
        }
        (stamp == layout.before.0)
            .then(|| layout.before.1.get(lane).copied())
            .flatten()
    }
}
