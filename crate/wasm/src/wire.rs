//! What crosses as JavaScript objects, and its TypeScript types.

use mm_script::language::ScriptError;
use mm_script::session::{RunError, Step};
use serde::{Deserialize, Serialize};
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
  theme: 'light' | 'dark'; letters: boolean; flash: boolean; selected: PageName | null; hovered: PageName | null;
}
/** Colours of one class letter, `#rrggbb`. */
export interface Colours { letter: string; light: string; dark: string; lightInk: string; darkInk: string }
"#;

/// One page of one process.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct PageName {
    pub process: String,
    pub region: String,
    pub index: u32,
}

/// A mistake in a script.
#[derive(Serialize)]
pub(crate) struct LineError {
    pub line: u32,
    pub column: u32,
    pub message: String,
}

impl From<&ScriptError> for LineError {
    fn from(e: &ScriptError) -> Self {
        LineError {
            line: e.line,
            column: e.column,
            message: e.message(),
        }
    }
}

impl From<&RunError> for LineError {
    fn from(e: &RunError) -> Self {
        LineError {
            line: e.line,
            column: e.column,
            message: e.message.clone(),
        }
    }
}

/// What one line gave.
#[derive(Serialize)]
pub(crate) struct LineResult {
    pub cmd: String,
    pub text: String,
    pub failed: Option<&'static str>,
}

impl From<&Step> for LineResult {
    fn from(step: &Step) -> Self {
        LineResult {
            cmd: step.cmd.clone(),
            text: step.lines().join("\n"),
            failed: step.failure(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct ProcessNames {
    pub name: String,
    pub pid: u32,
    pub regions: Vec<RegionNames>,
}

#[derive(Serialize)]
pub(crate) struct RegionNames {
    pub name: String,
    pub perm: String,
    pub flags: String,
}

#[derive(Serialize)]
pub(crate) struct TunableFacts {
    pub path: String,
    pub group: String,
    pub name: String,
    pub default: String,
    pub choices: Option<Vec<String>>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub help: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DaemonFacts {
    pub running: bool,
    pub at: Option<PageName>,
    pub last: String,
    pub last_detail: String,
    pub full_scans: u32,
    pub next_ns: Option<f64>,
}

#[derive(Serialize)]
pub(crate) struct PageFacts {
    #[serde(rename = "ref")]
    pub page: PageName,
    pub address: String,
    pub frame: Option<u32>,
    pub letter: char,
    pub facts: Vec<(&'static str, String)>,
    pub sharers: Vec<PageName>,
    pub why: Vec<CheckFacts>,
}

#[derive(Serialize)]
pub(crate) struct CheckFacts {
    pub who: &'static str,
    pub verdict: &'static str,
    pub ok: bool,
    pub checks: Vec<OneCheck>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OneCheck {
    pub rule: &'static str,
    pub title: String,
    pub detail: String,
    pub outcome: &'static str,
    pub remedy: String,
    pub remedy_line: String,
}

#[derive(Serialize)]
pub(crate) struct Picked {
    pub page: Option<PageName>,
    pub frame: Option<u32>,
    pub letter: char,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogPart {
    pub from: u32,
    pub lines: Vec<String>,
    pub start_ns: Vec<f64>,
}

/// Which map is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum View {
    Spaces,
    Memory,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// How the canvas looks.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Viewport {
    pub view: View,
    pub width: f64,
    pub height: f64,
    pub dpr: f64,
    pub cell: f64,
    pub scroll_y: f64,
    pub theme: Theme,
    pub letters: bool,
    pub flash: bool,
    pub selected: Option<PageName>,
    pub hovered: Option<PageName>,
}

/// Colours of one class letter.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Colours {
    pub letter: char,
    pub light: String,
    pub dark: String,
    pub light_ink: String,
    pub dark_ink: String,
}

/// To a JavaScript object, with `null` for what is none. Only a number beyond 2^53 could fail, and none is sent.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}
