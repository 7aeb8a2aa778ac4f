//! The object the worker holds: a machine with its history, the lines that wait, and what is shown of it.

use crate::classes;
use crate::events::EventFeed;
use crate::heap::make_room;
use crate::inspect::mapped_by;
use crate::lanes::{Grid, Lane};
use crate::measure::Layout;
use crate::past::Past;
use crate::playing::Queue;
use crate::wire::{Colouring, PageName, View, Viewport, picked, run_error, script_errors, to_js};
use mm_engine::vm::addr::{PAGE_SHIFT, Pfn};
use mm_script::history::History;
use mm_script::language;
use mm_script::output::Value;
use mm_script::session::Session;
use wasm_bindgen::prelude::*;

/// A machine being watched.
#[wasm_bindgen]
pub struct Playground {
    pub(crate) history: History,
    /// Lines of the loaded script that are still to be played.
    pub(crate) script: Queue,
    /// Lines that were typed and are being run.
    pub(crate) typed: Queue,
    /// First entry of the log that the worker does not know as it is.
    pub(crate) log_from: usize,
    version: u64,
    layout: Layout,
    stale: bool,
    viewport: Option<Viewport>,
    events: EventFeed,
    pub(crate) tunables: Vec<String>,
    pub(crate) values: Vec<String>,
    /// Who maps each frame, as of a version of the machine; only while it is shown.
    owners: (u64, Vec<u8>),
    /// A search for a moment of the past that is under way.
    pub(crate) past: Option<Past>,
}

#[wasm_bindgen]
impl Playground {
    /// A machine of 4 GiB with nothing in it, whose daemons run by their own settings.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript calls it")]
    pub fn new() -> Playground {
        make_room();
        let script = language::parse("machine mem=4G").unwrap_or_default();
        let Ok(history) = History::new(script.machine.as_ref()) else {
            unreachable!("4 GiB are within the bounds")
        };
        let mut p = Playground {
            history,
            script: Queue::default(),
            typed: Queue::default(),
            log_from: 0,
            version: 0,
            layout: Layout::default(),
            stale: true,
            viewport: None,
            events: EventFeed::default(),
            tunables: Vec::new(),
            values: Vec::new(),
            owners: (u64::MAX, Vec::new()),
            past: None,
        };
        p.tunables = p.tunable_table().into_iter().map(|t| t.path).collect();
        p
    }

    /// Replaces the machine by the one of a script, whose lines then wait to be played. With errors, which are returned,
    /// everything stays as it was.
    #[wasm_bindgen(unchecked_return_type = "LineError[]")]
    pub fn load(&mut self, script: &str) -> JsValue {
        to_js(
            &self
                .load_script(script)
                .err()
                .unwrap_or(Value::List(Vec::new())),
        )
    }

    /// What is wrong with a script; nothing is run.
    #[wasm_bindgen(unchecked_return_type = "LineError[]")]
    pub fn check(&self, script: &str) -> JsValue {
        let wrong = language::parse(script).map_err(|e| script_errors(&e));
        to_js(&wrong.err().unwrap_or(Value::List(Vec::new())))
    }

    /// Everything that can be seen, as the JSON of `observe`; the machine stays as it is.
    pub fn observe(&self) -> String {
        let line = language::parse_line("observe").unwrap_or_default();
        let step = self.session().clone().exec(&line[0]).ok();
        step.map_or_else(String::new, |s| s.to_json().to_string())
    }

    /// Lines of the tracefs file `trace` for all tracepoints that the event ring still holds, enabled or not.
    pub fn trace(&self) -> String {
        let m = self.session().machine();
        let mut text = String::new();
        for e in m.events().since(0) {
            if let Some(line) = m.trace_line(e) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }

    /// Hash of the machine's whole state but its event log, 16 hexadecimal digits: equal natively and in every browser.
    #[wasm_bindgen(js_name = stateHash)]
    pub fn state_hash(&self) -> String {
        format!("{:016x}", self.session().machine().state_hash())
    }

    /// Grows with every change of the machine.
    #[wasm_bindgen(getter, js_name = version)]
    pub fn js_version(&self) -> f64 {
        self.version as f64
    }

    /// Virtual time in ns.
    #[wasm_bindgen(getter, js_name = nowNs)]
    pub fn now_ns(&self) -> f64 {
        self.session().machine().now_ns() as f64
    }

    /// How the canvas looks from now on.
    ///
    /// # Errors
    /// An object of another form.
    #[wasm_bindgen(js_name = setViewport)]
    pub fn set_viewport(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "ViewportFacts")] viewport: JsValue,
    ) -> Result<(), JsValue> {
        let next = Viewport::read(&viewport)?;
        let shape = |v: &Viewport| (v.view, v.width, v.cell);
        self.stale |= self.viewport.as_ref().map(shape) != Some(shape(&next));
        self.viewport = Some(next);
        Ok(())
    }

    /// What lies under a point of the canvas, in CSS pixels from its corner.
    #[wasm_bindgen(unchecked_return_type = "Picked")]
    pub fn pick(&mut self, x: f64, y: f64) -> JsValue {
        self.arrange();
        to_js(
            &self
                .picked(x, y)
                .unwrap_or_else(|| picked(None, None, b'.')),
        )
    }

    /// Class letters of the pages of a region from page `first` on, at most `count`; empty if there is no such region.
    pub fn cells(&self, process: &str, region: &str, first: u32, count: u32) -> Vec<u8> {
        let session = self.session();
        let Some(p) = session.processes().iter().find(|p| p.name == process) else {
            return Vec::new();
        };
        let (Some(r), Some(found)) = (p.region(region), session.machine().process(p.pid)) else {
            return Vec::new();
        };
        let n = r.pages().saturating_sub(first.into()).min(count.into());
        let mut letters = vec![b'.'; n as usize];
        classes::of_pages(
            session.machine(),
            found.mm,
            (r.base >> PAGE_SHIFT) + u64::from(first),
            &mut letters,
        );
        letters
    }
}

impl Playground {
    fn load_script(&mut self, text: &str) -> Result<(), Value> {
        let script = language::parse(text).map_err(|e| script_errors(&e))?;
        let history =
            History::new(script.machine.as_ref()).map_err(|e| Value::List(vec![run_error(e)]))?;
        self.history = history;
        self.script = Queue::new(script.lines);
        self.typed = Queue::default();
        self.log_from = 0;
        self.values.clear();
        self.past = None;
        self.moved();
        Ok(())
    }

    /// The machine has changed by a line: names may be others.
    pub(crate) fn changed(&mut self) {
        self.stale = true;
        self.aged();
    }

    /// The machine has changed by time alone.
    pub(crate) fn aged(&mut self) {
        self.version += 1;
        make_room();
    }

    /// The machine is another: from elsewhere in its history, or new.
    pub(crate) fn moved(&mut self) {
        self.changed();
        self.events.start_over();
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn session(&self) -> &Session {
        self.history.session()
    }

    pub(crate) fn viewport(&self) -> Option<&Viewport> {
        self.viewport.as_ref()
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn layout_and_session(&mut self) -> (&mut Layout, &Session) {
        (&mut self.layout, self.history.session())
    }

    pub(crate) fn events_fed(&self) -> &EventFeed {
        &self.events
    }

    pub(crate) fn events_and_session(&mut self) -> (&mut EventFeed, &Session) {
        (&mut self.events, self.history.session())
    }

    pub(crate) fn layout_stamp(&self) -> u64 {
        self.layout.stamp
    }

    /// Lays regions and zones out again if they may have changed. Address spaces in the layout are alive after that,
    /// until the next line.
    pub(crate) fn arrange(&mut self) {
        let by = self
            .viewport
            .as_ref()
            .map_or(Colouring::State, |v| v.colouring);
        if by == Colouring::Owner && self.view() == View::Memory && self.owners.0 != self.version {
            let session = self.history.session();
            let pids = session.processes().iter().map(|p| p.pid);
            self.owners = (self.version, classes::owners(session.machine(), pids));
        }
        if std::mem::take(&mut self.stale) {
            self.layout
                .arrange(self.history.session(), self.viewport.as_ref());
        }
    }

    fn view(&self) -> View {
        self.viewport.as_ref().map_or(View::Spaces, |v| v.view)
    }

    /// Lanes of the current view and their grid.
    pub(crate) fn lanes_in_view(&self) -> (Grid, &[Lane]) {
        let (width, cell) = self
            .viewport
            .as_ref()
            .map_or((800.0, 4.0), |v| (v.width, v.cell));
        let view = self.view();
        let lanes = match view {
            View::Spaces => &self.layout.spaces,
            View::Memory => &self.layout.zones,
        };
        (Grid::new(view, width, cell), lanes)
    }

    /// Something that stays the same for a lane as long as it lives.
    pub(crate) fn lane_id(&self, lane: usize) -> u64 {
        match self.view() {
            View::Spaces => self.layout.regions[lane].id,
            View::Memory => lane as u64,
        }
    }

    /// Class letters of a block of the current view; cells that are not there stay as they are.
    pub(crate) fn block_letters(&self, lane: usize, block: u64, out: &mut [u8; 512]) {
        let (_, lanes) = self.lanes_in_view();
        let l = &lanes[lane];
        let (first, end) = l.block_range(block);
        let page = l.block_page(block) + first as u64;
        match self.view() {
            View::Spaces => {
                let mm = self.layout.regions[lane].mm;
                classes::of_pages(self.session().machine(), mm, page, &mut out[first..end]);
            }
            View::Memory => {
                let (m, out) = (self.session().machine(), &mut out[first..end]);
                match self.viewport.as_ref().map(|v| v.colouring) {
                    None | Some(Colouring::State) => classes::of_frames(m, page, out),
                    Some(by) => classes::of_frames_by(m, by, &self.owners.1, page, out),
                }
            }
        }
    }

    /// Lane id, block and cell of the page under the pointer, in the address-space view.
    pub(crate) fn hovered_cell(&self) -> Option<(u64, u64, usize)> {
        let page = self
            .viewport
            .as_ref()
            .filter(|v| v.view == View::Spaces)?
            .hovered
            .as_ref()?;
        let n = self.layout.lane_of(page)?;
        let cell = self.layout.spaces[n].start % 512 + u64::from(page.index);
        Some((self.layout.regions[n].id, cell / 512, (cell % 512) as usize))
    }

    fn picked(&self, x: f64, y: f64) -> Option<Value> {
        let scroll_y = self.viewport.as_ref()?.scroll_y;
        let (grid, lanes) = self.lanes_in_view();
        let (n, index) = grid.hit(lanes, x, y + scroll_y)?;
        let m = self.session().machine();
        match self.view() {
            View::Spaces => {
                let r = &self.layout.regions[n];
                let page = lanes[n].start + index;
                let mut letter = [b'.'];
                classes::of_pages(m, r.mm, page, &mut letter);
                let frame = m
                    .owner_of(r.mm)
                    .and_then(|pid| m.mapped_frame(pid, page << PAGE_SHIFT));
                let name = PageName {
                    process: r.process.clone(),
                    region: r.region.clone(),
                    index: index as u32,
                };
                Some(picked(Some(name), frame.map(|f| f.0), letter[0]))
            }
            View::Memory => {
                let pfn = Pfn((lanes[n].start + index) as u32);
                let page = mapped_by(self.session(), pfn).into_iter().next();
                Some(picked(page, Some(pfn.0), classes::of_frame(m, pfn)))
            }
        }
    }
}
