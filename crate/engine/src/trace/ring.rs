//! The bounded log of events.

use super::Event;
use crate::chunked::unshare;
use std::collections::VecDeque;
use std::rc::Rc;

/// Events kept; older ones are dropped, a block at a time.
pub const RING_EVENTS: usize = 1 << 16;
const BLOCK: usize = 512;

/// The newest events, in blocks that clones share.
#[derive(Clone, Debug, Default)]
pub struct EventRing {
    blocks: VecDeque<Rc<Vec<Event>>>,
    next_seq: u64,
}

impl EventRing {
    /// Number of the event that comes next; all below have happened.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Number of the oldest event still kept.
    pub fn first_seq(&self) -> u64 {
        self.blocks.front().map_or(self.next_seq, |b| b[0].seq)
    }

    /// Bytes of the blocks that `before` does not share.
    pub(crate) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        let shared = before.map_or(0, |b| b.next_seq);
        let own = self
            .blocks
            .iter()
            .filter(|b| b.last().is_some_and(|e| e.seq >= shared));
        (own.count() * BLOCK * size_of::<Event>()) as u64
    }

    /// Appends an event and numbers it.
    pub fn push(&mut self, mut event: Event) {
        event.seq = self.next_seq;
        self.next_seq += 1;
        match self.blocks.back_mut() {
            Some(b) if b.len() < BLOCK => unshare(b).push(event),
            _ => {
                if self.blocks.len() == RING_EVENTS / BLOCK {
                    self.blocks.pop_front();
                }
                let mut b = Vec::with_capacity(BLOCK);
                b.push(event);
                self.blocks.push_back(Rc::new(b));
            }
        }
    }

    /// The newest event, to be extended in place (a run of faults).
    pub fn last_mut(&mut self) -> Option<&mut Event> {
        self.blocks.back_mut().and_then(|b| unshare(b).last_mut())
    }

    /// Events numbered `seq` and above, oldest first; fewer if the ring has dropped some.
    pub fn since(&self, seq: u64) -> impl Iterator<Item = &Event> {
        self.blocks
            .iter()
            .skip_while(move |b| b.last().is_some_and(|e| e.seq < seq))
            .flat_map(|b| b.iter())
            .skip_while(move |e| e.seq < seq)
    }
}
