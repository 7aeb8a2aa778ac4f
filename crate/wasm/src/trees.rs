//! The trees of KSM as rows of numbers, and the way of a search through them.

use crate::inspect::place_of;
use crate::playground::Playground;
use mm_engine::ksm::TreePlace;
use mm_engine::machine::Machine;
use mm_engine::phys::content::mix;
use mm_engine::vm::addr::Pfn;
use wasm_bindgen::prelude::*;

/// Nodes told of one tree; of a larger one only the upper levels, and whether more hangs below.
const MAX_NODES: usize = 40_000;
const UPPER_LEVELS: u8 = 14;

const CHAINED: u8 = 1;
const ALIVE: u8 = 2;
const DEEPER: u8 = 4;

/// Words of a page that its colour is made from.
const SAMPLE: [usize; 5] = [0, 1, 63, 255, 511];

#[wasm_bindgen]
impl Playground {
    /// Nodes of all trees, parents before children: tree (twice the NUMA node, odd for the unstable one), depth,
    /// 1 for a right child, frame (-1 if none), sharers, flags (1 chained, 2 alive, 4 more below), first four bytes,
    /// hue of the contents. Dups of one chain follow each other.
    #[wasm_bindgen(js_name = ksmTrees)]
    pub fn ksm_trees(&self) -> Vec<f64> {
        let m = self.session().machine();
        let mut out = Vec::new();
        for nid in 0..m.config().nodes as usize {
            let (stable, unstable) = (m.ksm_stable_tree(nid), m.ksm_unstable_tree(nid));
            let mut last = last_level(stable.len());
            for n in stable {
                let flags = if n.chained { CHAINED } else { 0 } | if n.alive { ALIVE } else { 0 };
                let page = (Some(n.pfn), n.sharers, flags);
                row(&mut out, m, nid * 2, n.place, last, page);
            }
            last = last_level(unstable.len());
            for n in unstable {
                let pte = m.pte(n.mm, n.addr);
                let pfn = (pte.present() && !pte.special()).then(|| pte.pfn());
                row(&mut out, m, nid * 2 + 1, n.place, last, (pfn, 0, ALIVE));
            }
        }
        out
    }

    /// The comparisons ksmd would make for a page: 1 in the unstable tree, frame, -1 for less than that one, offset
    /// of the first byte that differs, that byte here, and there.
    #[wasm_bindgen(js_name = ksmSearch)]
    pub fn ksm_search(&self, process: &str, region: &str, index: u32) -> Vec<f64> {
        let session = self.session();
        let m = session.machine();
        let Some((mm, addr)) = place_of(session, process, region, index) else {
            return Vec::new();
        };
        let steps = m.ksm_search_path(mm, addr);
        let row = |s: &mm_engine::ksm::SearchStep| {
            let (at, here, there) = s.byte;
            let unstable = f64::from(u8::from(s.waits.is_some()));
            let order = f64::from(s.order as i8);
            [
                unstable,
                s.pfn.0.into(),
                order,
                at.into(),
                here.into(),
                there.into(),
            ]
        };
        steps.iter().flat_map(row).collect()
    }

    /// The first named page that maps a frame; null if none does.
    #[wasm_bindgen(js_name = pageOfFrame, unchecked_return_type = "PageName | null")]
    pub fn page_of_frame(&self, frame: u32) -> JsValue {
        let pages = crate::inspect::mapped_by(self.session(), Pfn(frame));
        crate::wire::to_js(&pages.into_iter().next().into())
    }
}

fn last_level(nodes: usize) -> u8 {
    if nodes > MAX_NODES {
        UPPER_LEVELS
    } else {
        u8::MAX
    }
}

fn row(
    out: &mut Vec<f64>,
    m: &Machine,
    tree: usize,
    at: TreePlace,
    last_level: u8,
    (pfn, sharers, flags): (Option<Pfn>, u32, u8),
) {
    if at.depth > last_level {
        // Parents come before their children: the newest row is one above this node.
        let above = out.len() - 3;
        out[above] = f64::from(out[above] as u8 | DEEPER);
        return;
    }
    let right = at.depth > 0 && at.path >> (at.depth - 1) & 1 == 1;
    let load = |w: usize| pfn.map_or(0, |pfn| m.contents().load(m.frames().content(pfn), w));
    let hue = SAMPLE.iter().fold(0, |hash, w| mix(hash ^ load(*w))) % 360;
    out.extend([
        tree as f64,
        at.depth.into(),
        u8::from(right).into(),
        pfn.map_or(-1.0, |p| p.0.into()),
        sharers.into(),
        flags.into(),
        (load(0) as u32).swap_bytes().into(),
        hue as f64,
    ]);
}
