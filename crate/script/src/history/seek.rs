//! Going to a place of the log: from the nearest checkpoint below, in pieces of bounded work.

use super::{Done, History, Next};

/// What a line counts of the budget of [`History::seek_on`], in units of the daemons.
const LINE_UNITS: u64 = 256;

impl History {
    /// Goes to a position, at most the log's end, in one go.
    pub fn seek(&mut self, position: usize) {
        self.seek_begin(position);
        self.finish_seek();
    }

    /// Begins to go to a position, at most the log's end: takes the best checkpoint. The rest is done by
    /// [`seek_on`](Self::seek_on).
    pub fn seek_begin(&mut self, position: usize) {
        self.seek_inside(position, 0);
    }

    /// As [`seek_begin`](Self::seek_begin), and so many ns into the stretch that follows the position, if one does.
    pub fn seek_inside(&mut self, position: usize, ns: u64) {
        self.target = None;
        if self.at_end() {
            self.settle();
            self.open = false;
        } else {
            self.settle();
        }
        let position = position.min(self.log.len());
        let length = match self.log.get(position).map(|e| &e.done) {
            Some(Done::Time { ns }) => *ns,
            _ => 0,
        };
        let target = match ns.min(length) {
            ns if ns > 0 && ns == length => (position + 1, 0),
            ns => (position, ns),
        };
        let here = (self.position, self.partial_ns);
        let best = self.checkpoints.at_or_before(target);
        if here > target || best.0 > here {
            self.session = best.1.clone();
            (self.position, self.partial_ns) = best.0;
            self.unsettled = false;
        }
        self.target = Some(target);
    }

    /// Begins to go to a moment: before whatever is due at it, after lines that ran before.
    pub fn seek_time(&mut self, at_ns: u64) {
        let after = self.log.partition_point(|e| e.start_ns < at_ns);
        let position = after.saturating_sub(1);
        let start = self.log.get(position).map_or(0, |e| e.start_ns);
        match self.log.get(position).map(|e| &e.done) {
            Some(Done::Time { .. }) => self.seek_inside(position, at_ns.saturating_sub(start)),
            _ => self.seek_begin(after),
        }
    }

    /// Begins to go back by one line, or to this time within the stretches that lie before. False at the very beginning.
    pub fn back_begin(&mut self, at_ns: u64) -> bool {
        let mut entry = match (self.partial_ns, self.position.checked_sub(1)) {
            (0, None) => return false,
            (0, Some(before)) => before,
            _ => self.position,
        };
        // Stretches in a row are one to whoever goes back.
        let is_time = |at: usize| matches!(self.log[at].done, Done::Time { .. });
        while at_ns < self.log[entry].start_ns && entry > 0 && is_time(entry) && is_time(entry - 1)
        {
            entry -= 1;
        }
        let inside = at_ns.saturating_sub(self.log[entry].start_ns);
        match self.log[entry].done {
            // A stretch that took no time is stepped over.
            Done::Time { ns } if inside < ns => self.seek_inside(entry, inside),
            _ => self.seek_inside(entry, 0),
        }
        true
    }

    /// Goes on with a seek for about `max_units` units of the daemons, at least one entry or unit. True when it is done.
    pub fn seek_on(&mut self, max_units: u64) -> bool {
        let Some(target) = self.target else {
            return true;
        };
        let mut left = max_units.max(1);
        while (self.position, self.partial_ns) < target && left > 0 {
            match self.next() {
                Next::End => break,
                Next::Line(_) => {
                    self.replay_line();
                    left = left.saturating_sub(LINE_UNITS);
                }
                Next::Time { ns } => {
                    let ns = if self.position == target.0 {
                        target.1 - self.partial_ns
                    } else {
                        ns
                    };
                    // How many units it used is not told: a stretch that stopped early used all.
                    left = if self.replay_time(ns, left) < ns {
                        0
                    } else {
                        left.saturating_sub(LINE_UNITS)
                    };
                }
            }
        }
        let done = (self.position, self.partial_ns) >= target && !self.unsettled;
        if done {
            self.target = None;
        }
        done
    }

    /// Where a seek under way leads.
    pub fn seek_target(&self) -> Option<usize> {
        self.target.map(|t| t.0)
    }

    pub(super) fn finish_seek(&mut self) {
        while !self.seek_on(u64::MAX) {}
    }
}
