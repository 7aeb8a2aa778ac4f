//! Which tracepoints are enabled, and since when; their filters and triggers.
//!
//! The ring records everything always; a tracepoint that was off, or whose filter refused the event, leaves no line in
//! `trace`. So what is kept is when each was on, as numbers of events, and with which filter. Histograms count as events
//! happen.

use super::filter::{MAX_FILTER, passes};
use super::hist::{self, Hist};
use super::record::Record;
use super::tracepoint::TRACEPOINTS;
use super::{Event, EventRing};
use crate::errno::Errno;
use std::rc::Rc;

/// Triggers of one tracepoint at most.
const MAX_TRIGGERS: usize = 16;

/// The events `[start, end)` were recorded while a tracepoint was on and had this filter, empty for none.
type Span = (u64, u64, Rc<str>);

/// Switches of all tracepoints, off at boot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tracing {
    /// `trace` begins with this event: it was cleared there.
    from_seq: u64,
    /// For each of [`TRACEPOINTS`], oldest first; the end of the last is `u64::MAX` while it is on.
    spans: Vec<Vec<Span>>,
    /// For each its filter, empty for none.
    filters: Vec<Rc<str>>,
    /// For each its histograms.
    hists: Vec<Rc<Vec<Hist>>>,
    /// Any of them is there.
    counts: bool,
}

impl Default for Tracing {
    fn default() -> Self {
        let n = TRACEPOINTS.len();
        Tracing {
            from_seq: 0,
            spans: vec![Vec::new(); n],
            filters: vec!["".into(); n],
            hists: vec![Rc::default(); n],
            counts: false,
        }
    }
}

impl Tracing {
    /// Whether tracepoint `index` is on.
    pub fn enabled(&self, index: usize) -> bool {
        self.spans[index].last().is_some_and(|s| s.1 == u64::MAX)
    }

    /// Everything but the lines, for the state hash.
    pub(crate) fn hash_text(&self, out: &mut dyn std::fmt::Write) {
        for i in 0..self.spans.len() {
            let on = u8::from(self.enabled(i));
            let _ = write!(out, "{on}{}{:?}", self.filters[i], self.hists[i]);
        }
    }

    /// Switches tracepoint `index` from the next event on. Bounded: spans the ring has forgotten are dropped.
    pub fn enable(&mut self, index: usize, on: bool, ring: &EventRing) {
        if self.enabled(index) == on {
            return;
        }
        let (oldest, next) = (ring.first_seq().max(self.from_seq), ring.next_seq());
        let spans = &mut self.spans[index];
        if on {
            spans.push((next, u64::MAX, self.filters[index].clone()));
        } else if let Some(last) = spans.last_mut() {
            last.1 = next;
        }
        spans.retain(|s| s.1 > oldest && s.0 < s.1);
    }

    /// Forgets every line so far.
    pub fn clear(&mut self, ring: &EventRing) {
        self.from_seq = ring.next_seq();
        for spans in &mut self.spans {
            spans.retain(|s| s.1 == u64::MAX);
        }
    }

    /// Whether `trace` shows this record of event `seq`.
    fn shown(&self, seq: u64, r: &Record<'_>) -> bool {
        let passes = |f: &str| f.is_empty() || passes(f, r.index, Some(r)) == Some(true);
        let mut spans = self.spans[r.index].iter();
        spans.any(|s| (s.0..s.1).contains(&seq) && passes(&s.2))
    }

    /// What `filter` shows.
    pub(crate) fn filter_show(&self, index: usize) -> String {
        let text = &*self.filters[index];
        format!("{}\n", if text.is_empty() { "none" } else { text })
    }

    /// Sets the filter of tracepoint `index` for the events to come; `0` takes it away.
    ///
    /// # Errors
    /// EINVAL: the expression cannot be read, or names fields the event has not.
    pub fn set_filter(&mut self, index: usize, text: &str, ring: &EventRing) -> Result<(), Errno> {
        let mut text = text.trim();
        if text == "0" {
            text = "";
        } else if text.len() > MAX_FILTER || passes(text, index, None).is_none() {
            return Err(Errno::EINVAL);
        }
        let on = self.enabled(index);
        self.enable(index, false, ring);
        self.filters[index] = text.into();
        self.enable(index, on, ring);
        Ok(())
    }

    /// What `trigger` shows.
    pub(crate) fn trigger_show(&self, index: usize) -> String {
        hist::show_triggers(&self.hists[index])
    }

    /// What `hist` shows.
    pub(crate) fn hist_show(&self, index: usize) -> String {
        hist::show_hists(&self.hists[index])
    }

    /// Whether a trigger keeps tracepoint `index` on without lines in `trace`.
    pub(crate) fn has_trigger(&self, index: usize) -> bool {
        !self.hists[index].is_empty()
    }

    /// Adds, changes or removes a histogram of tracepoint `index`.
    ///
    /// # Errors
    /// EINVAL, EEXIST, ENOENT as the kernel; ENOMEM beyond `MAX_TRIGGERS`.
    pub fn set_trigger(&mut self, index: usize, text: &str) -> Result<(), Errno> {
        let hists = Rc::make_mut(&mut self.hists[index]);
        hist::write_trigger(hists, index, text)?;
        if hists.len() > MAX_TRIGGERS {
            hists.pop();
            return Err(Errno::ENOMEM);
        }
        self.counts = self.hists.iter().any(|h| !h.is_empty());
        Ok(())
    }

    /// Whether any histogram counts tracepoints now.
    #[inline]
    pub(crate) fn counts(&self) -> bool {
        self.counts
    }

    /// The histograms of tracepoint `index`, to be counted in and given back.
    pub(crate) fn take_hists(&mut self, index: usize) -> Rc<Vec<Hist>> {
        std::mem::take(&mut self.hists[index])
    }

    pub(crate) fn give_hists(&mut self, index: usize, hists: Rc<Vec<Hist>>) {
        self.hists[index] = hists;
    }
}

impl crate::machine::Machine {
    /// Events that `trace` shows, oldest first, as they were recorded.
    pub(super) fn trace_shown(&self) -> impl Iterator<Item = (&Event, Record<'_>)> {
        self.events.since(self.tracing.from_seq).filter_map(|e| {
            let r = self.trace_record(e)?;
            self.tracing.shown(e.seq, &r).then_some((e, r))
        })
    }

    /// Counts the event just emitted in the histograms of its tracepoint.
    #[cold]
    pub(crate) fn trace_count(&mut self, event: &Event) {
        let Some(index) = self.trace_record(event).map(|r| r.index) else {
            return;
        };
        let mut hists = self.tracing.take_hists(index);
        if let Some(r) = self.trace_record(event)
            && !hists.is_empty()
        {
            Rc::make_mut(&mut hists)
                .iter_mut()
                .for_each(|h| h.record(&r));
        }
        self.tracing.give_hists(index, hists);
    }
}
