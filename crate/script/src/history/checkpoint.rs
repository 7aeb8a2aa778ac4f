//! Checkpoints: sessions kept so that a seek need not replay everything.
//!
//! A session is cheap to clone, because large tables are shared until written; what it costs is what changes
//! afterwards. One is kept whenever enough work has been done since the one before. They thin out with age: when there
//! are too many, the one goes whose neighbours are nearest to each other for its age, so that a step back from the
//! newest position is quick and the way to an old one not much longer than it must be.

use super::work_done;
use crate::session::Session;
use mm_engine::machine::Machine;

/// Most checkpoints.
pub const MAX_CHECKPOINTS: usize = 64;

/// Memory that checkpoints may take, in bytes, even if they shared nothing.
pub const CHECKPOINT_BYTES: u64 = 384 << 20;

/// Pages of work between two checkpoints: about 20 ms of replay.
const WORK: u64 = 100_000;

/// Entries between two checkpoints at most.
const ENTRIES: usize = 32;

#[derive(Clone, Debug)]
struct Checkpoint {
    position: usize,
    work: u64,
    session: Session,
}

/// Sessions at some positions of a log; always one at 0.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    kept: Vec<Checkpoint>,
}

impl Checkpoints {
    /// The first, at position 0.
    pub fn new(session: &Session) -> Self {
        let first = Checkpoint {
            position: 0,
            work: work_done(session.machine()),
            session: session.clone(),
        };
        Checkpoints { kept: vec![first] }
    }

    /// The session nearest below a position, and where it is.
    pub fn at_or_before(&self, position: usize) -> (usize, &Session) {
        let after = self.kept.partition_point(|c| c.position <= position);
        let c = &self.kept[after.saturating_sub(1)];
        (c.position, &c.session)
    }

    /// Forgets what lies behind a position.
    pub fn truncate(&mut self, position: usize) {
        self.kept.retain(|c| c.position <= position);
    }

    /// The session stands at `position`, between two entries: keeps it if the one before is far.
    pub fn note(&mut self, position: usize, session: &Session) {
        let at = self.kept.partition_point(|c| c.position <= position);
        let before = &self.kept[at.saturating_sub(1)];
        let work = work_done(session.machine());
        let far = work.saturating_sub(before.work) >= WORK || position - before.position >= ENTRIES;
        if !far || before.position == position {
            return;
        }
        self.kept.insert(
            at,
            Checkpoint {
                position,
                work,
                session: session.clone(),
            },
        );
        let most = (CHECKPOINT_BYTES / bytes(session.machine())).clamp(1, MAX_CHECKPOINTS as u64);
        while self.kept.len() as u64 > most {
            self.thin();
        }
    }

    /// Removes the checkpoint that is missed least. The first stays.
    fn thin(&mut self) {
        let newest = self.kept.last().map_or(0, |c| c.work);
        let gap = |i: usize| {
            let next = self.kept.get(i + 1).map_or(newest + WORK, |c| c.work);
            let age = newest.saturating_sub(self.kept[i].work) + WORK;
            next.saturating_sub(self.kept[i - 1].work) as f64 / age as f64
        };
        let least = (1..self.kept.len()).min_by(|a, b| gap(*a).total_cmp(&gap(*b)));
        if let Some(i) = least {
            self.kept.remove(i);
        }
    }
}

/// What a machine takes if it shares nothing: frames in use with their contents and entries, page tables, KSM items.
fn bytes(m: &Machine) -> u64 {
    const FRAME: u64 = 64;
    const ITEM: u64 = 96;
    const BASE: u64 = 1 << 20;
    let used = m.nr_managed_pages() - m.nr_free_pages();
    let items: i64 = m.processes().map(|(_, p)| m.mm(p.mm).ksm_rmap_items).sum();
    let tables = m.stats().vm.nr_page_table_pages.unsigned_abs();
    BASE + used * FRAME + tables * 4096 + items.unsigned_abs() * ITEM
}
