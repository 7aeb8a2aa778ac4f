//! What crosses as JavaScript objects, and its TypeScript types.

use js_sys::{Array, Reflect};
use mm_script::language::ScriptError;
use mm_script::object;
use mm_script::output::Value;
use mm_script::session::{RunError, Step};
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** One page of one process; `index` counts 4 KiB pages from the region's start. */
export interface PageName { process: string; region: string; index: number }
/** A mistake in a script: where, and what was expected. */
export interface LineError { line: number; column: number; message: string }
/** What one line gave, in words; `failed` is the errno or signal. */
export interface LineResult { cmd: string; text: string; failed: string | null }
/** Names of processes and regions, in the order of their rows in `regionRows`. */
export interface ProcessNames { name: string; pid: number; regions: RegionNames[] }
export interface RegionNames { name: string; perm: string; flags: string }
/** A setting, from the engine's table. */
export interface TunableFacts {
  path: string; group: string; name: string; default: string;
  choices: string[] | null; min: number | null; max: number | null; help: string;
}
/** Where a daemon is and what it said last. */
export interface DaemonFacts {
  running: boolean; at: PageName | null; last: string; lastDetail: string; fullScans: number; nextNs: number | null;
}
/** Everything about one page. */
export interface PageFacts {
  ref: PageName; address: string; frame: number | null; letter: string;
  facts: [string, string][]; sharers: PageName[]; why: CheckFacts[];
}
export interface CheckFacts {
  who: string; verdict: string; ok: boolean;
  checks: {
    rule: string; title: string; detail: string;
    outcome: 'pass' | 'fail' | 'not_reached_pass' | 'not_reached_fail';
    remedy: string; remedyLine: string;
  }[];
}
/** What lies under a point of the canvas. */
export interface Picked { page: PageName | null; frame: number | null; letter: string }
/** Entries of the log from `from` on: all that were added or changed since the call before. */
export interface LogPart { from: number; lines: string[]; startNs: number[] }
/** How the canvas looks: see `Viewport` of the worker's protocol. */
export interface ViewportFacts {
  view: 'spaces' | 'memory'; width: number; height: number; dpr: number; cell: number; scrollY: number;
  theme: 'light' | 'dark'; colouring: 'state' | 'order' | 'owner' | 'pageblock'; letters: boolean; flash: boolean; selected: PageName | null; hovered: PageName | null;
}
/** Colours of one class letter, `#rrggbb`. */
export interface Colours { letter: string; light: string; dark: string; lightInk: string; darkInk: string }
"#;

/// One page of one process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PageName {
    pub process: String,
    pub region: String,
    pub index: u32,
}

impl From<PageName> for Value {
    fn from(p: PageName) -> Value {
        object! {"process" => p.process, "region" => p.region, "index" => p.index}
    }
}

/// `LineError`.
pub(crate) fn line_error(line: u32, column: u32, message: String) -> Value {
    object! {"line" => line, "column" => column, "message" => message}
}

/// `LineError[]`.
pub(crate) fn script_errors(errors: &[ScriptError]) -> Value {
    let one = |e: &ScriptError| line_error(e.line, e.column, e.message());
    errors.iter().map(one).collect::<Vec<_>>().into()
}

/// `LineError`.
pub(crate) fn run_error(e: RunError) -> Value {
    line_error(e.line, e.column, e.message)
}

/// `LineResult`.
pub(crate) fn line_result(cmd: &str, text: String, failed: Option<&'static str>) -> Value {
    object! {"cmd" => cmd.to_owned(), "text" => text, "failed" => failed}
}

/// `LineResult`.
pub(crate) fn step_result(step: &Step) -> Value {
    line_result(&step.cmd, step.lines().join("\n"), step.failure())
}

/// `Picked`.
pub(crate) fn picked(page: Option<PageName>, frame: Option<u32>, letter: u8) -> Value {
    object! {"page" => page, "frame" => frame, "letter" => char::from(letter)}
}

/// Texts as a list.
pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Value {
    texts
        .into_iter()
        .map(Value::from)
        .collect::<Vec<_>>()
        .into()
}

/// Which map is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum View {
    Spaces,
    Memory,
}

/// What the colours of the memory view say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Colouring {
    /// The class of the page.
    State,
    /// The order of the block or folio.
    Order,
    /// Which process maps it.
    Owner,
    /// The migrate type of its pageblock.
    Pageblock,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// How the canvas looks.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Viewport {
    pub view: View,
    pub width: f64,
    pub height: f64,
    pub dpr: f64,
    pub cell: f64,
    pub scroll_y: f64,
    pub theme: Theme,
    pub colouring: Colouring,
    pub letters: bool,
    pub flash: bool,
    /// The page under the pointer.
    pub hovered: Option<PageName>,
}

impl Viewport {
    /// Reads a `ViewportFacts`.
    ///
    /// # Errors
    /// Which field is missing or has another form.
    pub fn read(from: &JsValue) -> Result<Viewport, JsValue> {
        let hovered = field(from, "hovered", Some)?;
        Ok(Viewport {
            view: match word(from, "view", &["spaces", "memory"])? {
                0 => View::Spaces,
                _ => View::Memory,
            },
            width: number(from, "width")?,
            height: number(from, "height")?,
            dpr: number(from, "dpr")?,
            cell: number(from, "cell")?,
            scroll_y: number(from, "scrollY")?,
            theme: match word(from, "theme", &["light", "dark"])? {
                0 => Theme::Light,
                _ => Theme::Dark,
            },
            colouring: match word(from, "colouring", &["state", "order", "owner", "pageblock"])? {
                0 => Colouring::State,
                1 => Colouring::Order,
                2 => Colouring::Owner,
                _ => Colouring::Pageblock,
            },
            letters: flag(from, "letters")?,
            flash: flag(from, "flash")?,
            hovered: match hovered.is_null() || hovered.is_undefined() {
                true => None,
                false => Some(PageName {
                    process: text(&hovered, "process")?,
                    region: text(&hovered, "region")?,
                    index: number(&hovered, "index")? as u32,
                }),
            },
        })
    }
}

/// Colours of one class letter.
#[derive(Clone, Debug)]
pub(crate) struct Colours {
    pub letter: char,
    pub light: String,
    pub dark: String,
    pub light_ink: String,
    pub dark_ink: String,
}

impl Colours {
    /// Reads a `Colours[]`.
    ///
    /// # Errors
    /// Which field is missing or has another form.
    pub fn read(list: &JsValue) -> Result<Vec<Colours>, JsValue> {
        if !Array::is_array(list) {
            return Err(JsError::new("colours are no array").into());
        }
        let mut colours = Vec::new();
        for one in Array::from(list) {
            colours.push(Colours {
                letter: text(&one, "letter")?.chars().next().unwrap_or('.'),
                light: text(&one, "light")?,
                dark: text(&one, "dark")?,
                light_ink: text(&one, "lightInk")?,
                dark_ink: text(&one, "darkInk")?,
            });
        }
        Ok(colours)
    }
}

/// A field of an object as what `read` makes of it.
fn field<T>(
    object: &JsValue,
    name: &str,
    read: impl Fn(JsValue) -> Option<T>,
) -> Result<T, JsValue> {
    let value = Reflect::get(object, &name.into()).ok().and_then(read);
    value.ok_or_else(|| wrong(name))
}

fn wrong(name: &str) -> JsValue {
    JsError::new(&format!("field `{name}` is missing or has another form")).into()
}

fn number(object: &JsValue, name: &str) -> Result<f64, JsValue> {
    field(object, name, |v| v.as_f64())
}

fn flag(object: &JsValue, name: &str) -> Result<bool, JsValue> {
    field(object, name, |v| v.as_bool())
}

fn text(object: &JsValue, name: &str) -> Result<String, JsValue> {
    field(object, name, |v| v.as_string())
}

/// Which of some words a field is.
fn word(object: &JsValue, name: &str, words: &[&str]) -> Result<usize, JsValue> {
    let text = text(object, name)?;
    let found = words.iter().position(|w| *w == text);
    found.ok_or_else(|| wrong(name))
}

/// To a JavaScript object, with `null` for what is none. A whole number beyond 2^53 becomes the nearest.
pub(crate) fn to_js(value: &Value) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Crossing(value)
        .serialize(&serializer)
        .unwrap_or(JsValue::UNDEFINED)
}

/// A value as serde sees it.
struct Crossing<'a>(&'a Value);

impl Serialize for Crossing<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            // JavaScript's own numbers; serde-wasm-bindgen refuses whole ones that are not exact there.
            Value::Number(n) => s.serialize_f64(*n as f64),
            Value::Negative(n) => s.serialize_f64(*n as f64),
            Value::Text(text) => s.serialize_str(text),
            Value::List(items) => s.collect_seq(items.iter().map(Crossing)),
            Value::Object(members) => {
                s.collect_map(members.iter().map(|(key, value)| (key, Crossing(value))))
            }
        }
    }
}
