//! Virtual files: reading, listing, completing their names, and the table of settings.

use crate::playground::Playground;
use crate::wire::to_js;
use mm_engine::vfs::tunable::{Accepts, Tunable, chosen_word};
use mm_script::language::{self, Names};
use mm_script::object;
use mm_script::output::Value;
use mm_script::session::Session;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Playground {
    /// Text of a virtual file.
    ///
    /// # Errors
    /// The name of the errno.
    pub fn read(&self, path: &str) -> Result<String, String> {
        self.session()
            .machine()
            .read_file(path)
            .map_err(|e| e.name().to_owned())
    }

    /// Names in a virtual directory, those of directories with `/` at their end; nothing if it is none.
    pub fn list(&self, path: &str) -> Vec<String> {
        self.session().machine().list_dir(path).unwrap_or_default()
    }

    /// Words that could stand at the cursor, sorted. Before them stands where the word they replace begins. Places are
    /// in UTF-16 units, as JavaScript counts.
    pub fn complete(&self, line: &str, cursor: u32) -> Vec<String> {
        let bytes_of = |units: usize| {
            let mut left = units;
            let end = line.char_indices().find(|(_, c)| {
                let over = left == 0;
                left = left.saturating_sub(c.len_utf16());
                over
            });
            end.map_or(line.len(), |(at, _)| at)
        };
        let (from, words) =
            language::complete(line, bytes_of(cursor as usize), &Known(self.session()));
        let units = line[..from].encode_utf16().count();
        std::iter::once(units.to_string()).chain(words).collect()
    }

    /// The settings, from the engine's own table. Files of single sizes and those that nothing reads yet are left out.
    #[wasm_bindgen(unchecked_return_type = "TunableFacts[]")]
    pub fn tunables(&self) -> JsValue {
        let facts = |t: Tunable| {
            let (choices, min, max) = match t.accepts {
                Accepts::Words(words) => {
                    let words = words.iter().map(|w| Value::from(*w));
                    (Some(words.collect::<Vec<_>>()), None, None)
                }
                Accepts::Range(min, max) => (None, Some(min), Some(max)),
                Accepts::Nothing => (None, None, None),
            };
            object! {
                "path" => t.path,
                "group" => t.group,
                "name" => t.name.to_owned(),
                "default" => t.default,
                "choices" => choices,
                "min" => min,
                "max" => max,
                "help" => t.help.to_owned(),
            }
        };
        let table = self.tunable_table().into_iter().map(facts);
        to_js(&table.collect::<Vec<_>>().into())
    }

    /// Their values in the same order, if one has changed since the call before.
    #[wasm_bindgen(js_name = changedValues)]
    pub fn changed_values(&mut self) -> Option<Vec<String>> {
        let m = self.session().machine();
        let value = |path: &String| chosen_word(&m.read_file(path).unwrap_or_default()).to_owned();
        let values: Vec<String> = self.tunables.iter().map(value).collect();
        (values != self.values).then(|| {
            self.values.clone_from(&values);
            values
        })
    }
}

impl Playground {
    pub(crate) fn tunable_table(&self) -> Vec<Tunable> {
        let mut table = self.session().machine().tunables();
        table.retain(|t| {
            t.mode == 0o644
                && !t.group.contains("hugepages-")
                && !t.help.ends_with("(no effect yet)")
        });
        table
    }
}

/// The names that exist, for completion.
struct Known<'a>(&'a Session);

impl Names for Known<'_> {
    fn processes(&self) -> Vec<String> {
        self.0.processes().iter().map(|p| p.name.clone()).collect()
    }

    fn regions(&self, process: &str) -> Vec<String> {
        let p = self.0.processes().iter().find(|p| p.name == process);
        p.map_or_else(Vec::new, |p| {
            p.regions.iter().map(|r| r.name.to_string()).collect()
        })
    }

    fn files(&self) -> Vec<String> {
        Vec::new()
    }

    fn paths(&self, prefix: &str) -> Vec<String> {
        let Some((dir, typed)) = prefix.rsplit_once('/') else {
            return vec!["/".into()];
        };
        let names = self
            .0
            .machine()
            .list_dir(if dir.is_empty() { "/" } else { dir })
            .unwrap_or_default();
        let mut paths: Vec<String> = names
            .iter()
            .filter(|n| n.starts_with(typed))
            .map(|n| format!("{dir}/{n}"))
            .collect();
        if dir == "/proc" {
            paths.extend(
                self.processes()
                    .iter()
                    .filter(|p| p.starts_with(typed))
                    .map(|p| format!("/proc/{p}/")),
            );
        }
        paths
    }
}
