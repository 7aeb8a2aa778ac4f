//! The WebAssembly facade: a [`Playground`] for the page's worker.
//!
//! It translates and delegates; what a machine does is in `mm-engine`, what a line means in `mm-script`. What there is
//! of its own is for the eye: where pages lie on the canvas and in which colour.
//!
//! | module | holds |
//! |---|---|
//! | `playground` | the object: load, look, layout |
//! | `files` | virtual files, completion, settings |
//! | `playing` | lines that wait, time, seeking, the log |
//! | `wire` | the objects that cross as JavaScript objects |
//! | `events`, `told` | the event log as rows of numbers and a list of words; which words |
//! | `inspect` | one page: facts, sharers, why |
//! | `trees` | the trees of KSM, the way of a search |
//! | `views` | page walk, heat, hugetlb pools, moments to go to, as rows of numbers |
//! | `lanes` | geometry: regions and zones as rows of 2 MiB blocks |
//! | `classes` | the class letter of every page or frame of a block |
//! | `measure` | numbers of processes, regions, zones, daemons |
//! | `heap` | room in WebAssembly's memory |
//! | `past` | one page as it was when an event happened |
//! | `palette`, `glyph`, `block` | colours, letters, one block as pixels |
//! | `canvas` | the painter: what is in view, what changed, to the screen |
//!
//! Architecture invariant: pages, areas and events cross as typed arrays; rare structs cross as objects.

mod block;
mod canvas;
mod classes;
mod events;
mod files;
mod glyph;
mod heap;
mod inspect;
mod lanes;
mod measure;
mod palette;
mod past;
mod playground;
mod playing;
mod told;
mod trees;
mod views;
mod wire;

pub use canvas::Canvas;
pub use playground::Playground;

use wasm_bindgen::prelude::*;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Where a panic leaves its words for the worker: a global of this name.
const REPORT: &str = "mmEngineReport";

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let report = JsValue::from_str(&info.to_string());
        // A global that cannot be set costs the report's first line, no more.
        let _ = js_sys::Reflect::set(&js_sys::global(), &JsValue::from_str(REPORT), &report);
    }));
}

/// Name of the global function that [`load_rest`] calls.
const REST: &str = "mmEngineRest";

/// Brings the rest of this instance, when a function of it is called for the first time: `tools/split.mjs` cuts the
/// module in two. Calls the host's global `mmEngineRest` with this instance's exports; in a module that was not cut
/// nothing calls this.
///
/// Throws what the host throws: an instance without its rest cannot go on.
#[wasm_bindgen(js_name = loadRest)]
pub fn load_rest() {
    let host = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str(REST));
    let host = host.and_then(|host| host.dyn_into::<js_sys::Function>());
    let called = host.and_then(|host| host.call1(&JsValue::UNDEFINED, &wasm_bindgen::exports()));
    called.unwrap_or_else(|error| wasm_bindgen::throw_val(error));
}

/// Version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// After a crash: the next call of anything starts a fresh instance. Objects of the old one are lost; nothing of its
/// memory is used again.
#[wasm_bindgen]
pub fn restart() {
    wasm_bindgen::handler::schedule_reinit();
}

/// Panics: for the test that a crash is survived and reported.
///
/// # Panics
/// Always.
#[wasm_bindgen]
pub fn crash() {
    panic!("crash on demand");
}

/// Runs the benchmark `name` of `mm bench` on `pages` pages. Work units a second, NaN for a name that is not one.
#[wasm_bindgen]
pub fn bench(name: &str, pages: u32) -> f64 {
    mm_script::bench::run(name, pages.into(), &mut now_s).map_or(f64::NAN, |r| r.rate)
}

/// Seconds of the clock that pages measure with.
fn now_s() -> f64 {
    js_sys::Reflect::get(&js_sys::global(), &"performance".into())
        .map(|p| p.unchecked_into::<web_sys::Performance>().now() / 1000.0)
        .unwrap_or(0.0)
}
