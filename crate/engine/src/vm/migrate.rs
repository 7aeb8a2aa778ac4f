//! A folio moves to other frames; whoever maps it maps the new ones.
//!
//! Counterparts: `migrate_folio`, `try_to_migrate`, `remove_migration_ptes` (`mm/migrate.c`).
//!
//! Nothing can look in between here, so entries change from the old frame to the new one in one step, keeping all their
//! bits, and the counts go along with the frames.

use super::addr::{FileId, Pfn, pte_index};
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;

impl Machine {
    /// Whether nobody but page tables and the caches holds a folio, and nobody works on it (`folio_expected_ref_count`).
    pub(crate) fn folio_can_migrate(&self, head: Pfn) -> bool {
        let frame = self.frames.frame(head);
        frame.has(FrameFlags::LRU)
            && !frame.has(FrameFlags::LOCKED)
            && frame.refcount == self.folio_expected_refs(head)
    }

    /// Moves a folio that [may be moved](Self::folio_can_migrate) to `to`, a block of its size that the caller has taken
    /// off the free lists. Its old frames are the caller's to free; they say nothing any more.
    #[inline(never)]
    pub(crate) fn migrate_folio(&mut self, from: Pfn, to: Pfn) {
        let n = self.folio_nr_pages(from);
        let flags = self.frames.flags(from);
        if n > 1 {
            // Taken out of the tables page by page, a large folio counts as partly unmapped on the way, and its lock is lost.
            if flags.has(FrameFlags::ANON) && self.folio_nr_pages_mapped(from) > 1 {
                let order = self.frames.order(from);
                self.stat.mthp_mut(order).split_deferred += 1;
            }
            self.mlock_count_lost(from);
            self.munlock_folio(from);
            self.deferred_split_unqueue(from);
        }
        for (page, m) in self.folio_mappings(from) {
            if m.huge {
                if let Some(slot) = self.pmd_slot(m.mm, m.addr).filter(|_| page == from) {
                    let pmd = self.tables.get(slot.table, slot.index);
                    self.tables.set(slot.table, slot.index, pmd.with_pfn(to));
                }
            } else if let Some(table) = self.pte_table(m.mm, m.addr) {
                let index = pte_index(m.addr);
                let pte = self.tables.get(table, index);
                self.tables.set(
                    table,
                    index,
                    pte.with_pfn(to.add((page.0 - from.0) as usize)),
                );
            }
        }
        if let Some(count) = self.mlock_counts.remove(&from) {
            self.mlock_counts.insert(to, count);
        }
        if flags.has(FrameFlags::SWAPCACHE) {
            self.swap_cache_moved(from, to);
        } else if self.folio_in_file(from) {
            let (id, index) = (FileId(self.frames.anchor(from)), self.frames.index(from));
            let folios = &mut self.inode_mut(id).folios;
            std::rc::Rc::make_mut(folios).insert(index, to);
        } else if flags.has(FrameFlags::KSM) {
            self.ksm_migrate_page(from, to);
        }
        for i in 0..n {
            let (old, new) = (from.add(i), to.add(i));
            *self.frames.frame_mut(new) = *self.frames.frame(old);
            self.move_content(new, old);
        }
    }
}
