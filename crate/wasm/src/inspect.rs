//! One page: its facts, who shares its frame, and why it is as it is.

use crate::classes;
use crate::measure::locate;
use crate::playground::Playground;
use crate::wire::{PageName, to_js};
use mm_engine::explain::{Check, CheckList};
use mm_engine::machine::Machine;
use mm_engine::phys::frame::FrameFlags;
use mm_engine::vm::addr::{MmId, PAGE_SHIFT, PAGE_SIZE, Pfn, Pid};
use mm_engine::vm::pte::Pte;
use mm_script::language;
use mm_script::object;
use mm_script::output::Value;
use mm_script::session::{Session, check_title};
use wasm_bindgen::prelude::*;

/// Sharers told of one page.
const MAX_SHARERS: usize = 64;

/// First bytes of the contents shown.
const SHOWN_BYTES: usize = 4;

#[wasm_bindgen]
impl Playground {
    /// Everything about a page, and why; null if there is no such page.
    #[wasm_bindgen(unchecked_return_type = "PageFacts | null")]
    pub fn inspect(&self, process: &str, region: &str, index: u32) -> JsValue {
        page_facts(self.session(), process, region, index)
            .map_or(JsValue::NULL, |facts| to_js(&facts))
    }
}

/// Address space and address of a page of a region; `None` if a script has no such region.
pub(crate) fn place_of(
    session: &Session,
    process: &str,
    region: &str,
    index: u32,
) -> Option<(MmId, u64)> {
    let p = session.processes().iter().find(|p| p.name == process)?;
    let base = p.region(region)?.base;
    let mm = session.machine().process(p.pid)?.mm;
    Some((mm, base + u64::from(index) * PAGE_SIZE))
}

/// Everything about a page of a session, and why.
pub(crate) fn page_facts(
    session: &Session,
    process: &str,
    region: &str,
    index: u32,
) -> Option<Value> {
    let m = session.machine();
    let p = session.processes().iter().find(|p| p.name == process)?;
    let r = p.region(region).filter(|r| u64::from(index) < r.pages())?;
    let mm = m.process(p.pid)?.mm;
    let addr = r.base + u64::from(index) * PAGE_SIZE;
    let pte = m.pte(mm, addr);
    let frame = (pte.present() && !pte.special()).then(|| pte.pfn());
    let mut letter = [b'.'];
    classes::of_pages(m, mm, addr >> PAGE_SHIFT, &mut letter);
    let page = PageName {
        process: process.into(),
        region: region.into(),
        index,
    };
    let sharers = frame.map_or_else(Vec::new, |f| mapped_by(session, f));
    let sharers = sharers.into_iter().filter(|s| *s != page).take(MAX_SHARERS);
    let sharers: Vec<Value> = sharers.map(Value::from).collect();
    let rows = facts(m, p.pid, mm, addr, pte).into_iter();
    let rows = rows.map(|(k, v)| Value::List(vec![k.into(), v.into()]));
    let lists = m.why(p.pid, addr).unwrap_or_default();
    Some(object! {
        "ref" => page,
        "address" => format!("{addr:#x}"),
        "frame" => pte.present().then(|| pte.pfn().0),
        "letter" => char::from(letter[0]),
        "facts" => rows.collect::<Vec<_>>(),
        "sharers" => sharers,
        "why" => lists.iter().map(check_facts).collect::<Vec<_>>(),
    })
}

/// The named pages that map a frame. None for the zero pages, which have no reverse map.
pub(crate) fn mapped_by(session: &Session, frame: Pfn) -> Vec<PageName> {
    let places = session.machine().mapped_at(frame);
    places
        .into_iter()
        .filter_map(|(mm, addr)| locate(session, mm, addr))
        .collect()
}

/// Rows of the inspector.
fn facts(m: &Machine, pid: Pid, mm: MmId, addr: u64, pte: Pte) -> Vec<(&'static str, String)> {
    let mut out = vec![("address", format!("{addr:#x}")), ("entry", entry(pte))];
    if pte.present() {
        let (frames, page) = (m.frames(), pte.pfn());
        let head = frames.head(page);
        let order = frames.order(head);
        let of = if order > 0 {
            format!(" · page {} of {}", page.0 - head.0, 1u32 << order)
        } else {
            String::new()
        };
        out.push(("frame", format!("{:#x} · order {order}{of}", page.0)));
        if !pte.special() {
            out.push((
                "refs_maps",
                format!("{} / {}", frames.refcount(head), m.page_mapcount(page)),
            ));
        }
        out.push(("contents", contents(m, pid, addr, page)));
        let zone = m.zones().iter().find(|z| z.contains(page));
        out.extend(zone.map(|z| ("zone", format!("{} · node {}", z.kind.name(), z.nid))));
    }
    if let Some(id) = m.vma_lookup(mm, addr) {
        let v = m.vma(id);
        let ksm = match (m.frames(), pte.present() && !pte.special()) {
            (frames, true) if frames.has(frames.head(pte.pfn()), FrameFlags::KSM) => "merged",
            _ if v.flags.has(mm_engine::vm::vma::VmFlags::MERGEABLE) => "mergeable",
            _ => "not mergeable",
        };
        out.push(("ksm", ksm.into()));
        out.push((
            "vma",
            format!("{:#x}-{:#x} {}", v.start, v.end, v.flags.perm()),
        ));
        out.push(("flags", v.flags.codes()));
    }
    out
}

/// `present · rw · young · dirty`
fn entry(pte: Pte) -> String {
    if pte.is_none() {
        return "none".into();
    }
    if let Some(kind) = pte.swap_kind() {
        return format!("not present · {kind:?}").to_ascii_lowercase();
    }
    let words = [
        (true, "present"),
        (pte.huge(), "PMD"),
        (pte.special(), "zero page"),
        (pte.writable(), "rw"),
        (!pte.writable(), "ro"),
        (pte.protnone(), "protnone"),
        (pte.young(), "young"),
        (pte.dirty(), "dirty"),
        (pte.uffd_wp(), "uffd_wp"),
    ];
    words
        .into_iter()
        .filter(|w| w.0)
        .map(|w| w.1)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// What the page holds, and its first bytes.
fn contents(m: &Machine, pid: Pid, addr: u64, page: Pfn) -> String {
    let what = m.contents().describe(m.frames().content(page));
    let bytes = m.peek(pid, addr).unwrap_or([0; 4096]);
    let shown: Vec<String> = bytes[..SHOWN_BYTES]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    if what == "zero" {
        what
    } else {
        format!("{what} · {} …", shown.join(" "))
    }
}

fn check_facts(list: &CheckList) -> Value {
    let check = |c: &Check| {
        // A remedy that is a line of the language can be run as it stands.
        let is_line = !c.remedy.is_empty()
            && language::parse_line(&c.remedy).is_ok_and(|lines| lines.len() == 1);
        object! {
            "rule" => c.rule,
            "title" => check_title(c.rule),
            "detail" => &c.detail,
            "outcome" => match (c.reached, c.passed) {
                (true, true) => "pass",
                (true, false) => "fail",
                (false, true) => "not_reached_pass",
                (false, false) => "not_reached_fail",
            },
            "remedy" => &c.remedy,
            "remedyLine" => if is_line { c.remedy.clone() } else { String::new() },
        }
    };
    object! {
        "who" => list.who,
        "verdict" => list.refused.unwrap_or("succeeded"),
        "ok" => list.refused.is_none(),
        "checks" => list.checks.iter().map(check).collect::<Vec<_>>(),
    }
}
