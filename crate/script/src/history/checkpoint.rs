//! Checkpoints: sessions kept so that a seek need not replay everything.
//!
//! A session is cheap to clone, because large tables are shared until written; what it costs is what changes
//! afterwards, and that is counted: the blocks that a checkpoint does not share with the one before it. One is kept
//! whenever enough work has been done since the one before. When there are too many, or they take too much, the one goes
//! whose neighbours are nearest to each other: the longest way to any point stays as short as it can be, but the newest
//! ones stay, so that a step back is quick.

use super::{Target, work_done};
use crate::session::Session;
use mm_engine::machine::Machine;

/// Most checkpoints.
pub const MAX_CHECKPOINTS: usize = 160;

/// Memory that checkpoints may take, in bytes.
pub const CHECKPOINT_BYTES: u64 = 384 << 20;

/// Pages of work between two checkpoints: about 20 ms of replay.
const WORK: u64 = 100_000;

/// The newest ones, which are not thinned out.
const NEWEST: usize = 6;

/// Entries between two checkpoints at most.
const ENTRIES: usize = 32;

#[derive(Clone, Debug)]
struct Checkpoint {
    place: Target,
    work: u64,
    /// What it does not share with the one before.
    bytes: u64,
    session: Session,
}

/// Sessions at some places of a log; always one at its beginning.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    kept: Vec<Checkpoint>,
    bytes: u64,
}

impl Checkpoints {
    /// The first, at position 0.
    pub fn new(session: &Session) -> Self {
        let first = Checkpoint {
            place: (0, 0),
            work: work_done(session.machine()),
            bytes: session.machine().unshared_bytes(None),
            session: session.clone(),
        };
        Checkpoints {
            bytes: first.bytes,
            kept: vec![first],
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Host memory they take.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The session nearest below a place, and where it is.
    pub fn at_or_before(&self, place: Target) -> (Target, &Session) {
        let after = self.kept.partition_point(|c| c.place <= place);
        let c = &self.kept[after.saturating_sub(1)];
        (c.place, &c.session)
    }

    /// Forgets what lies behind a place.
    pub fn truncate(&mut self, place: Target) {
        self.kept.retain(|c| c.place <= place);
        self.bytes = self.kept.iter().map(|c| c.bytes).sum();
    }

    /// Whether a machine at the newest end has done enough since the last checkpoint to be kept.
    pub fn is_far(&self, m: &Machine) -> bool {
        let newest = self.kept.last().map_or(0, |c| c.work);
        work_done(m).saturating_sub(newest) >= WORK
    }

    /// The session stands at `place`, between two moments: keeps it if the one before is far.
    pub fn note(&mut self, place: Target, session: &Session) {
        let at = self.kept.partition_point(|c| c.place <= place);
        let before = &self.kept[at.saturating_sub(1)];
        let work = work_done(session.machine());
        let far = work.saturating_sub(before.work) >= WORK || place.0 - before.place.0 >= ENTRIES;
        if !far || before.place == place {
            return;
        }
        let checkpoint = Checkpoint {
            place,
            work,
            bytes: 0,
            session: session.clone(),
        };
        self.kept.insert(at, checkpoint);
        self.weigh(at);
        self.weigh(at + 1);
        while self.kept.len() > MAX_CHECKPOINTS
            || self.bytes > CHECKPOINT_BYTES && self.kept.len() > 2
        {
            self.thin();
        }
    }

    /// Counts what the checkpoint does not share with the one before it.
    fn weigh(&mut self, at: usize) {
        if at >= self.kept.len() {
            return;
        }
        let before = self.kept[at - 1].session.machine();
        let bytes = self.kept[at].session.machine().unshared_bytes(Some(before));
        self.bytes = self.bytes + bytes - self.kept[at].bytes;
        self.kept[at].bytes = bytes;
    }

    /// Removes the checkpoint that is missed least: whose neighbours are nearest to each other. The first stays, and
    /// the newest ones, for steps back.
    fn thin(&mut self) {
        let end = self.kept.len().saturating_sub(NEWEST).max(2);
        let gap =
            |i: &usize| self.kept.get(i + 1).map_or(u64::MAX, |c| c.work) - self.kept[i - 1].work;
        if let Some(i) = (1..end).min_by_key(gap) {
            self.bytes -= self.kept.remove(i).bytes;
            self.weigh(i);
        }
    }
}
