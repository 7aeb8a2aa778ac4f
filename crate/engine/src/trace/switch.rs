//! Which tracepoints are enabled, and since when.
//!
//! The ring records everything always; a tracepoint that was off leaves no line in `trace`. So what is kept is when
//! each was on, as numbers of events. Filters, triggers and histograms will stand beside `spans`, one row each.

use super::tracepoint::TRACEPOINTS;
use super::{Event, EventRing};

/// Switches of all tracepoints, off at boot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tracing {
    /// `trace` begins with this event: it was cleared there.
    from_seq: u64,
    /// For each of [`TRACEPOINTS`] the events `[start, end)` recorded while it was on, oldest first; the end of the
    /// last is `u64::MAX` while it is on.
    spans: Vec<Vec<(u64, u64)>>,
}

impl Default for Tracing {
    fn default() -> Self {
        Tracing {
            from_seq: 0,
            spans: vec![Vec::new(); TRACEPOINTS.len()],
        }
    }
}

impl Tracing {
    /// Whether tracepoint `index` is on.
    pub fn enabled(&self, index: usize) -> bool {
        self.spans[index].last().is_some_and(|s| s.1 == u64::MAX)
    }

    /// The tracepoints that are on, as bits: what the state hash knows of them.
    pub fn enabled_mask(&self) -> u32 {
        (0..self.spans.len())
            .filter(|i| self.enabled(*i))
            .fold(0, |mask, i| mask | 1 << i)
    }

    /// Switches tracepoint `index` from the next event on. Bounded: spans the ring has forgotten are dropped.
    pub fn enable(&mut self, index: usize, on: bool, ring: &EventRing) {
        if self.enabled(index) == on {
            return;
        }
        let (oldest, next) = (ring.first_seq().max(self.from_seq), ring.next_seq());
        let spans = &mut self.spans[index];
        if on {
            spans.push((next, u64::MAX));
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

    /// Events that `trace` shows, oldest first.
    pub fn shown<'a>(&'a self, ring: &'a EventRing) -> impl Iterator<Item = &'a Event> {
        ring.since(self.from_seq).filter(|e| {
            let Some(name) = e.kind.tracepoint() else {
                return false;
            };
            let index = TRACEPOINTS.iter().position(|t| t.name == name);
            index.is_some_and(|i| self.spans[i].iter().any(|s| (s.0..s.1).contains(&e.seq)))
        })
    }
}
