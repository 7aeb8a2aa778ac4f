//! The machine as it was: what the checks said when an event happened, beside the machine that is shown.
//!
//! A clone of the history goes to the entry of the log in which the event happened and from there unit by unit until
//! it happens again; the machine before that unit is the answer. Equal logs give equal machines, and equal events.

use crate::heap::make_room;
use crate::inspect::page_facts;
use crate::playground::Playground;
use crate::wire::to_js;
use mm_script::history::{History, Next};
use mm_script::session::Session;
use wasm_bindgen::prelude::*;

/// On the way to an event.
pub(crate) struct Past {
    history: History,
    seq: u64,
    at_ns: u64,
    /// The machine at the event's moment, and the units done since.
    moment: Option<(Session, u64)>,
    /// Entries of the log before the one of the event.
    position: usize,
    found: Option<Session>,
}

impl Past {
    fn happened(&self) -> bool {
        self.history.session().machine().events().next_seq() > self.seq
    }

    /// One line, or a part of a stretch of time. True when the search is over.
    fn step(&mut self, max_units: u64) -> bool {
        let now = self.history.session().machine().now_ns();
        if now > self.at_ns {
            return true;
        }
        self.position = self.history.position();
        match self.history.next() {
            Next::End => return true,
            Next::Line(_) => {
                self.moment = None;
                let before = self.history.session().clone();
                self.history.replay_line();
                if self.happened() {
                    self.found = Some(before);
                }
            }
            Next::Time { .. } if now < self.at_ns => {
                self.history.replay_time(self.at_ns - now, max_units);
            }
            Next::Time { ns } => {
                let (_, units) = self
                    .moment
                    .get_or_insert_with(|| (self.history.session().clone(), 0));
                *units += 1;
                self.history.replay_time(ns, 1);
                if self.happened()
                    && let Some((mut session, units)) = self.moment.take()
                {
                    session.machine_mut().advance_bounded(ns, units - 1);
                    self.found = Some(session);
                }
            }
        }
        self.found.is_some() || self.happened()
    }
}

#[wasm_bindgen]
impl Playground {
    /// Begins to look for the moment of an event, by its sequence number and time; `pastOn` goes on with it.
    #[wasm_bindgen(js_name = pastBegin)]
    pub fn past_begin(&mut self, seq: f64, at_ns: f64) {
        let (seq, at_ns) = (seq as u64, at_ns as u64);
        let mut history = self.history.clone();
        let entries = history.entries();
        let entry = entries.partition_point(|e| e.start_ns < at_ns);
        history.seek_begin(entry.saturating_sub(1));
        self.past = Some(Past {
            history,
            seq,
            at_ns,
            moment: None,
            position: 0,
            found: None,
        });
    }

    /// Goes on for about `max_units`. True when it is over.
    #[wasm_bindgen(js_name = pastOn)]
    pub fn past_on(&mut self, max_units: u32) -> bool {
        let Some(past) = &mut self.past else {
            return true;
        };
        make_room();
        past.history.seek_on(max_units.into()) && past.step(max_units.into())
    }

    /// Where on the timeline the event happened: the entries before its own.
    #[wasm_bindgen(js_name = pastPosition)]
    pub fn past_position(&self) -> u32 {
        self.past.as_ref().map_or(0, |past| past.position as u32)
    }

    /// As `inspect`, of the machine just before the event; null also if the event was not found. Ends the search.
    #[wasm_bindgen(js_name = pastInspect, unchecked_return_type = "PageFacts | null")]
    pub fn past_inspect(&mut self, process: &str, region: &str, index: u32) -> JsValue {
        self.past
            .take()
            .and_then(|past| page_facts(&past.found?, process, region, index))
            .map_or(JsValue::NULL, |facts| to_js(&facts))
    }
}
