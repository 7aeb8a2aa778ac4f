//! The event log as rows of numbers and a growing list of words.
//!
//! A row names words by their place in the list, so that nothing but numbers crosses for an event. `detail` is a word
//! with `{x}` and `{y}` in it, which stand for the row's numbers.

use crate::measure::locate;
use crate::playground::Playground;
use crate::told::{Told, is_another_call, tell};
use mm_engine::trace::{Actor, Event};
use mm_engine::vm::addr::MmId;
use wasm_bindgen::prelude::*;

/// Numbers of a row: seq, ns, who, kind, process or -1, region, page index, pages, reason, ok, detail, x, y.
pub(crate) const ROW: usize = 13;

/// Events looked at for one batch of rows, at most; older ones count as dropped.
const MAX_LOOKED_AT: u64 = 65_536;

/// Of the daemons' events, which come by the ten thousands, only so many of the newest are put into words.
const MAX_OF_DAEMONS: u64 = 4096;

/// Where a daemon was last and what it said.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastWord {
    pub place: Option<(MmId, u64)>,
    pub reason: &'static str,
    pub detail: String,
}

/// What has been told of the event log.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFeed {
    words: Vec<String>,
    /// Their numbers in the order of the alphabet.
    sorted: Vec<u32>,
    told: u64,
    pub khugepaged: LastWord,
    pub ksmd: LastWord,
}

impl EventFeed {
    fn word(&mut self, text: &str) -> f64 {
        let words = &mut self.words;
        let found = self
            .sorted
            .binary_search_by(|n| words[*n as usize].as_str().cmp(text));
        let at = found.unwrap_or_else(|at| {
            self.sorted.insert(at, words.len() as u32);
            words.push(text.to_owned());
            at
        });
        f64::from(self.sorted[at])
    }

    /// The machine is another one: nothing of it has been told, so its newest events will be.
    pub fn start_over(&mut self) {
        self.told = 0;
        (self.khugepaged, self.ksmd) = (LastWord::default(), LastWord::default());
    }

    fn remember(&mut self, actor: Actor, told: &Told) {
        let last = match actor {
            Actor::Khugepaged => &mut self.khugepaged,
            Actor::Ksmd => &mut self.ksmd,
            _ => return,
        };
        *last = LastWord {
            place: told.place,
            reason: told.reason,
            detail: told.detail_text(),
        };
    }
}

#[wasm_bindgen]
impl Playground {
    /// Rows of what happened since the call before, oldest first: the newest `max` of them, 13 numbers each. Before
    /// them stands the number of events that are not told.
    ///
    /// A row: sequence number, ns, who, kind, process (-1: none), region, first page, pages, reason, 1 if it went well,
    /// detail, x, y. Words are places in the list of `words`.
    pub fn events(&mut self, max: u32) -> Vec<f64> {
        let (feed, session) = self.events_and_session();
        let m = session.machine();
        let (from, next) = (feed.told, m.events().next_seq());
        feed.told = next;
        let first = from
            .max(m.events().first_seq())
            .max(next.saturating_sub(MAX_LOOKED_AT));
        let mut told: Vec<(Event, Told)> = Vec::new();
        let mut last = [None; 2];
        let mut left_out = first - from.min(first);
        for e in m.events().since(first) {
            let of_daemon = matches!(e.actor, Actor::Khugepaged | Actor::Ksmd);
            if of_daemon && e.seq + MAX_OF_DAEMONS < next {
                left_out += 1;
                continue;
            }
            let Some(t) = tell(m, e) else { continue };
            // Only the last word is put together: there are thousands.
            if of_daemon && t.place.is_some() && !t.reason.is_empty() {
                last[usize::from(e.actor == Actor::Ksmd)] = Some((e.actor, t));
            }
            match told.last_mut() {
                Some((before, row)) if is_another_call(before, e) => {
                    let calls = row.x.max(1) + 1;
                    (row.detail, row.x) = ("{x} calls", calls);
                }
                _ => told.push((*e, t)),
            }
        }
        for (actor, t) in last.into_iter().flatten() {
            feed.remember(actor, &t);
        }
        let skip = told.len().saturating_sub(max as usize);
        let mut rows = Vec::with_capacity(1 + ROW * (told.len() - skip));
        rows.push((left_out + skip as u64) as f64);
        for (e, t) in &told[skip..] {
            let who = match e.actor {
                Actor::Process(pid) => match m.process(pid) {
                    Some(p) => feed.word(&p.name),
                    None => feed.word(&format!("pid {}", pid.0)),
                },
                Actor::Khugepaged => feed.word("khugepaged"),
                Actor::Ksmd => feed.word("ksmd"),
                Actor::Kcompactd => feed.word("kcompactd"),
                Actor::Script => feed.word("script"),
            };
            let place = t.place.and_then(|(mm, addr)| locate(session, mm, addr));
            let (process, region, index) = match &place {
                Some(p) => (
                    feed.word(&p.process),
                    feed.word(&p.region),
                    f64::from(p.index),
                ),
                None => (-1.0, -1.0, 0.0),
            };
            let (kind, reason, detail) =
                (feed.word(t.kind), feed.word(t.reason), feed.word(t.detail));
            let ok = f64::from(u8::from(t.ok));
            let (seq, ns, pages) = (e.seq as f64, e.now_ns as f64, t.pages as f64);
            rows.extend([
                seq, ns, who, kind, process, region, index, pages, reason, ok, detail,
            ]);
            rows.extend([t.x as f64, t.y as f64]);
        }
        rows
    }

    /// Words that rows name, from number `from` on.
    pub fn words(&self, from: u32) -> Vec<String> {
        self.events_fed()
            .words
            .get(from as usize..)
            .unwrap_or_default()
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn words_keep_their_numbers() {
        let mut feed = EventFeed::default();
        assert_eq!(
            [feed.word("a"), feed.word("b"), feed.word("a")],
            [0.0, 1.0, 0.0]
        );
    }
}
