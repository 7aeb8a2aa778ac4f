//! Registered address spaces, in the order ksmd goes round them, and where it stands.
//!
//! Counterparts: `struct ksm_mm_slot`, `struct ksm_scan`, `__ksm_enter`, `__ksm_exit`.

use super::rmap_item::ItemId;
use super::settings::Run;
use crate::machine::Machine;
use crate::trace::EventKind;
use crate::vm::addr::MmId;

/// A registered address space.
#[derive(Clone, Copy, Debug)]
pub(super) struct MmSlot {
    pub mm: MmId,
    /// Its items, by address.
    pub rmap_list: ItemId,
}

/// Where ksmd stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    /// Index of the slot being scanned; `None` while no full scan is in progress.
    pub slot: Option<usize>,
    /// Next address.
    pub address: u64,
    /// Last item passed; none at the start of the slot's list.
    pub link: ItemId,
}

impl Machine {
    /// Registers an address space (`__ksm_enter`): last in the round, that is just before the cursor, so that it is
    /// not part of the scan in progress. While `run` is 2, at the end of the list.
    pub(crate) fn ksm_enter(&mut self, mm: MmId) {
        let ksm = &mut self.ksm;
        let was_empty = ksm.slots.is_empty() && !ksm.anchored;
        let slot = MmSlot {
            mm,
            rmap_list: ItemId::NONE,
        };
        match ksm.cursor.slot {
            Some(at) if ksm.settings.run != Run::Unmerge => {
                ksm.slots.insert(at, slot);
                ksm.cursor.slot = Some(at + 1);
            }
            _ => ksm.slots.push(slot),
        }
        self.mm_mut(mm).vm_mergeable = true;
        if was_empty {
            self.ksmd_wake_up();
        }
        self.emit(EventKind::KsmEnter { mm });
    }

    /// A process leaves, its pages still mapped (`__ksm_exit`). With items the slot is moved right behind the
    /// cursor: ksmd frees it next. The slot under the cursor stays for ksmd as well.
    pub(crate) fn ksm_exit(&mut self, mm: MmId) {
        if !self.mm(mm).vm_mergeable {
            return;
        }
        if let Some(i) = self.slot_of(mm)
            && self.ksm.cursor.slot != Some(i)
        {
            let slot = self.ksm.slots.remove(i);
            if let Some(at) = &mut self.ksm.cursor.slot
                && i < *at
            {
                *at -= 1;
            }
            if slot.rmap_list.is_none() {
                let m = self.mm_mut(mm);
                (m.vm_mergeable, m.vm_merge_any) = (false, false);
            } else {
                let behind = self.ksm.cursor.slot.map_or(0, |at| at + 1);
                self.ksm.slots.insert(behind, slot);
            }
        }
        self.emit(EventKind::KsmExit { mm });
    }

    pub(super) fn slot_of(&self, mm: MmId) -> Option<usize> {
        self.ksm.slots.iter().position(|s| s.mm == mm)
    }

    /// The process is gone (`ksm_test_exit`).
    pub(super) fn ksm_test_exit(&self, mm: MmId) -> bool {
        self.mm(mm).users == 0
    }

    /// Unregisters the slot at `i`, whose items are gone; an address space without process goes with it.
    pub(super) fn free_mm_slot(&mut self, i: usize) {
        let slot = self.ksm.slots.remove(i);
        debug_assert!(slot.rmap_list.is_none());
        self.mm_mut(slot.mm).vm_mergeable = false;
        self.mmdrop(slot.mm);
    }
}
