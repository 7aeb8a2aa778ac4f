//! Histogram triggers: events counted by the values of their fields.
//!
//! Counterpart: `kernel/trace/trace_events_hist.c`. Known are `keys` (also `key`), `vals` (`val`, `values`), `sort`, `size`,
//! `pause`, `cont`, `continue`, `clear`, ` if FILTER`, and the modifiers `.hex`, `.log2`, `.execname`, `.ascending` and
//! `.descending`.
//!
//! Deviation: variables, actions, names, stack traces and the other modifiers are refused with EINVAL.

use super::filter::{Kind, find_field, passes};
use super::record::Record;
use super::tracepoint::TRACEPOINTS;
use crate::errno::Errno;
use std::cmp::Ordering;
use std::fmt::Write;

/// Keys, values and sort keys at most.
const MAX_COLUMNS: [usize; 3] = [3, 3, 2];
/// The words for the three lists, the first is how the kernel prints it.
const LISTS: [&[&str]; 3] = [&["keys", "key"], &["vals", "val", "values"], &["sort"]];
const HITCOUNT: &str = "hitcount";
const DESCENDING: &str = ".descending";

/// A column: the field's number, what it holds, and its name with its modifier.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Column {
    field: usize,
    kind: Kind,
    name: String,
}

impl Column {
    fn new(index: usize, name: &str, key: bool) -> Option<Column> {
        let (field, modifier) = name.split_once('.').unwrap_or((name, ""));
        let (field, kind) = find_field(index, field)?;
        let fits = match modifier {
            "" => key || kind != Kind::Text,
            "hex" | "log2" => kind != Kind::Text,
            "execname" => key && name.starts_with("common_pid"),
            _ => false,
        };
        fits.then(|| Column {
            field,
            kind,
            name: name.to_owned(),
        })
    }

    /// The number it is sorted and told apart by.
    fn number(&self, r: &Record<'_>) -> u64 {
        let n = r.number(self.field);
        if self.name.ends_with(".log2") {
            n.checked_next_power_of_two()
                .map_or(64, |p| u64::from(p.ilog2()))
        } else {
            n
        }
    }

    /// `NAME: VALUE` of a number.
    fn show(&self, n: u64) -> String {
        match self.name.split_once('.') {
            Some((name, "hex")) => format!("{name}: {n:x}"),
            Some((name, "log2")) => format!("{name}: ~ 2^{n:<2}"),
            _ => format!("{}: {n:>10}", self.name),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    /// The keys as they are printed.
    key: String,
    /// Hits, the sums of the values, then the keys as numbers.
    numbers: Vec<u64>,
}

/// One `hist:` trigger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hist {
    keys: Vec<Column>,
    vals: Vec<Column>,
    /// Place in the numbers of a row, and whether from high to low.
    sort: Vec<(usize, bool)>,
    size: usize,
    filter: String,
    paused: bool,
    /// By key.
    rows: Vec<Row>,
    hits: u64,
    dropped: u64,
}

impl Hist {
    /// Reads what follows `hist:`; also whether it says to empty it, to stop it, to go on.
    fn parse(index: usize, text: &str) -> Option<(Hist, [bool; 3])> {
        let (text, filter) = text.split_once(" if ").unwrap_or((text, ""));
        let filter = filter.trim();
        if !filter.is_empty() {
            passes(filter, index, None)?;
        }
        let mut lists = [""; 3];
        let mut size = 2048;
        let mut said = [false; 3];
        for word in text.trim().split(':') {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            if let Some(at) = LISTS.iter().position(|names| names.contains(&name)) {
                if value.is_empty() {
                    return None;
                }
                lists[at] = value;
                continue;
            }
            match (name, value) {
                ("size", n) => {
                    let n: usize = n.parse().ok().filter(|n| *n <= 1 << 17)?;
                    size = n.next_power_of_two();
                    if n == 0 || size < 128 {
                        return None;
                    }
                }
                ("clear", "") => said[0] = true,
                ("pause", "") => said[1] = true,
                ("cont" | "continue", "") => said[2] = true,
                _ => return None,
            }
        }
        let split = |at: usize| {
            let words: Vec<&str> = lists[at].split(',').filter(|w| !w.is_empty()).collect();
            (words.len() <= MAX_COLUMNS[at]).then_some(words)
        };
        let mut h = Hist {
            keys: Vec::new(),
            vals: Vec::new(),
            sort: Vec::new(),
            size,
            filter: filter.to_owned(),
            paused: said[1],
            rows: Vec::new(),
            hits: 0,
            dropped: 0,
        };
        for name in split(0)? {
            h.keys.push(Column::new(index, name, true)?);
        }
        for name in split(1)? {
            if name != HITCOUNT {
                h.vals.push(Column::new(index, name, false)?);
            }
        }
        for name in split(2)? {
            let (name, descending) = match name.strip_suffix(DESCENDING) {
                Some(name) => (name, true),
                None => (name.strip_suffix(".ascending").unwrap_or(name), false),
            };
            let bare = |c: &&Column| c.name.split('.').next() == Some(name);
            let column = h.vals.iter().chain(&h.keys).position(|c| bare(&c));
            let at = if name == HITCOUNT { 0 } else { column? + 1 };
            h.sort.push((at, descending));
        }
        if h.sort.is_empty() {
            h.sort.push((0, false));
        }
        (!h.keys.is_empty()).then_some((h, said))
    }

    fn same(&self, other: &Hist) -> bool {
        self.keys == other.keys
            && self.vals == other.vals
            && self.sort == other.sort
            && self.filter == other.filter
    }

    /// Counts an event.
    pub(super) fn record(&mut self, r: &Record<'_>) {
        let pass = self.filter.is_empty() || passes(&self.filter, r.index, Some(r)) == Some(true);
        if self.paused || !pass {
            return;
        }
        let mut key = String::new();
        let mut numbers = vec![1];
        numbers.extend(self.vals.iter().map(|c| c.number(r)));
        for c in &self.keys {
            if !key.is_empty() {
                key.push_str(", ");
            }
            let n = c.number(r);
            key.push_str(&if c.kind == Kind::Text {
                format!("{}: {:<50}", c.name, r.text_of(c.field))
            } else if let Some(name) = c.name.strip_suffix(".execname") {
                format!("{name}: {:<16}[{n:>10}]", r.comm)
            } else {
                c.show(n)
            });
            numbers.push(n);
        }
        match self.rows.binary_search_by(|row| row.key.cmp(&key)) {
            Ok(at) => {
                let sums = 1 + self.vals.len();
                for (sum, n) in self.rows[at].numbers[..sums].iter_mut().zip(&numbers) {
                    *sum = sum.wrapping_add(*n);
                }
            }
            Err(_) if self.rows.len() == self.size => {
                self.dropped += 1;
                return;
            }
            Err(at) => self.rows.insert(at, Row { key, numbers }),
        }
        self.hits += 1;
    }

    /// Its line in `trigger`.
    fn show(&self) -> String {
        let names = |columns: &[Column]| {
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            names.join(",")
        };
        let mut out = format!("hist:keys={}:vals={HITCOUNT}", names(&self.keys));
        if !self.vals.is_empty() {
            let _ = write!(out, ",{}", names(&self.vals));
        }
        for (i, (at, descending)) in self.sort.iter().enumerate() {
            out.push_str(if i == 0 { ":sort=" } else { "," });
            let column = at
                .checked_sub(1)
                .and_then(|at| self.vals.iter().chain(&self.keys).nth(at));
            out.push_str(column.map_or(HITCOUNT, |c| &c.name));
            if *descending {
                out.push_str(DESCENDING);
            }
        }
        let _ = write!(out, ":size={}", self.size);
        if !self.filter.is_empty() {
            let _ = write!(out, " if {}", self.filter);
        }
        out.push_str(if self.paused {
            " [paused]\n"
        } else {
            " [active]\n"
        });
        out
    }

    fn compare(&self, a: &Row, b: &Row) -> Ordering {
        for (at, descending) in &self.sort {
            let column = at
                .checked_sub(1)
                .and_then(|at| self.vals.iter().chain(&self.keys).nth(at));
            let order = match column.map(|c| c.kind) {
                Some(Kind::Text) => a.key.cmp(&b.key),
                Some(Kind::Signed) => (a.numbers[*at] as i64).cmp(&(b.numbers[*at] as i64)),
                _ => a.numbers[*at].cmp(&b.numbers[*at]),
            };
            if order.is_ne() {
                return if *descending { order.reverse() } else { order };
            }
        }
        Ordering::Equal
    }

    /// Its part of `hist`.
    fn show_rows(&self, out: &mut String) {
        let _ = write!(
            out,
            "# event histogram\n#\n# trigger info: {}#\n\n",
            self.show()
        );
        let mut rows: Vec<&Row> = Vec::new();
        for row in &self.rows {
            let place = rows.partition_point(|r| self.compare(r, row) != Ordering::Greater);
            rows.insert(place, row);
        }
        for row in rows {
            let _ = write!(out, "{{ {} }} {HITCOUNT}: {:>10}", row.key, row.numbers[0]);
            for (c, n) in self.vals.iter().zip(&row.numbers[1..]) {
                let _ = write!(out, "  {}", c.show(*n));
            }
            out.push('\n');
        }
        let _ = write!(
            out,
            "\nTotals:\n    Hits: {}\n    Entries: {}\n    Dropped: {}\n",
            self.hits,
            self.rows.len(),
            self.dropped
        );
    }
}

/// The triggers of one tracepoint as `trigger` shows them.
pub(super) fn show_triggers(hists: &[Hist]) -> String {
    if hists.is_empty() {
        return "# Available triggers:\n# hist\n".into();
    }
    hists.iter().map(Hist::show).collect()
}

/// `hist`.
pub(super) fn show_hists(hists: &[Hist]) -> String {
    let mut out = String::new();
    for (i, h) in hists.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { "\n\n" });
        h.show_rows(&mut out);
    }
    out
}

/// A write to `trigger` of tracepoint `index`.
///
/// EINVAL: not to be understood. EEXIST: the same trigger again without anything new. ENOENT: nothing to remove.
pub(super) fn write_trigger(hists: &mut Vec<Hist>, index: usize, text: &str) -> Result<(), Errno> {
    debug_assert!(index < TRACEPOINTS.len());
    let text = text.trim();
    let (remove, text) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let parsed = text
        .strip_prefix("hist:")
        .and_then(|t| Hist::parse(index, t));
    let (new, [clear, pause, go_on]) = parsed.ok_or(Errno::EINVAL)?;
    let old = hists.iter().position(|h| h.same(&new));
    match old {
        Some(at) if remove => drop(hists.remove(at)),
        None if remove => return Err(Errno::ENOENT),
        Some(_) if !(clear || pause || go_on) => return Err(Errno::EEXIST),
        Some(at) => {
            let h = &mut hists[at];
            h.paused = pause || h.paused && !go_on;
            if clear {
                h.rows.clear();
                h.hits = 0;
                h.dropped = 0;
            }
        }
        // Nothing to go on with or to empty.
        None if clear || go_on => return Err(Errno::ENOENT),
        None => hists.push(new),
    }
    Ok(())
}
