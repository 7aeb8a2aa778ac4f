//! kcompactd: compacts a node in the background when somebody did not want to wait; and compaction by command.
//!
//! Counterparts: `wakeup_kcompactd`, `kcompactd_do_work`, `compact_node`, `sysctl_compaction_handler`.
//!
//! Deviation: it does its work at once when time passes and takes none itself; there is no proactive compaction.

use super::compaction::{CompactResult, Control, Mode};
use crate::config::MAX_NODES;
use crate::machine::Machine;
use crate::trace::Actor;

/// The threads of all nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kcompactd {
    /// Order asked for on each node (`kcompactd_max_order`), 0 for none.
    max_order: [u8; MAX_NODES as usize],
    /// When the first of them is due.
    due_ns: Option<u64>,
}

impl Machine {
    /// Somebody who cannot wait wants a block of `order` (`wakeup_kcompactd`). A thread is woken only where it may help.
    pub(super) fn wakeup_kcompactd(&mut self, order: u8) {
        for zone in self.zonelist(order) {
            self.zones[zone].compact.reset_isolation_suitable();
            if self.compaction_suit(zone, order).is_none() {
                let max = &mut self.kcompactd.max_order[usize::from(self.zones[zone].nid)];
                *max = order.max(*max);
                self.kcompactd.due_ns.get_or_insert(self.now_ns);
            }
        }
    }

    /// When kcompactd has something to do.
    pub(crate) fn kcompactd_next_wake_ns(&self) -> Option<u64> {
        self.kcompactd.due_ns
    }

    /// The work of every thread that was woken (`kcompactd_do_work`).
    #[inline(never)]
    pub(crate) fn kcompactd_run_due(&mut self) {
        let woken = std::mem::take(&mut self.kcompactd).max_order;
        self.acting(Actor::Kcompactd, |m| {
            for (nid, order) in woken.into_iter().enumerate().filter(|w| w.1 > 0) {
                m.stat.compact_daemon_wake += 1;
                m.compact_node_for(nid as u8, order);
            }
        });
    }

    fn compact_node_for(&mut self, nid: u8, order: u8) {
        for zone in 0..self.zones.len() {
            if self.zones[zone].nid != nid
                || self.zones[zone].compact.deferred(order)
                || self.compaction_suit(zone, order).is_some()
            {
                continue;
            }
            let mut cc = Control::new(&self.zones[zone], zone, Some(order), Mode::SyncLight);
            cc.direct = false;
            let result = self.compact_zone(cc);
            let state = &mut self.zones[zone].compact;
            if result == CompactResult::Success {
                state.defer_reset(order, false);
            } else if result == CompactResult::Complete {
                state.defer(order);
            }
        }
    }

    /// Compacts every zone of a node, or of all, as far as it goes (`compact_node`).
    #[inline(never)]
    pub(crate) fn compact_nodes(&mut self, nid: Option<u8>) {
        for zone in 0..self.zones.len() {
            if nid.is_none_or(|n| n == self.zones[zone].nid) {
                let cc = Control::new(&self.zones[zone], zone, None, Mode::Sync);
                self.compact_zone(cc);
            }
        }
    }
}
