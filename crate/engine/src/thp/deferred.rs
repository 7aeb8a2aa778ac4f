//! The deferred split queue: folios worth splitting when memory is short, and the shrinker that does it.
//!
//! Counterparts: `deferred_split_folio`, `deferred_split_scan`, `thp_underused`.

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{HPAGE_PMD_NR, HPAGE_PMD_ORDER, Pfn};

impl Machine {
    /// Queues a folio: `partially` because a part of it was unmapped, else only to be looked at once for zeroes
    /// (if `shrink_underused`).
    pub(crate) fn deferred_split_folio(&mut self, head: Pfn, partially: bool) {
        let order = self.frames.order(head);
        if order <= 1
            || self.frames.has(head, FrameFlags::SWAPCACHE)
            || !partially && !self.thp.shrink_underused
        {
            return;
        }
        if partially && !self.frames.has(head, FrameFlags::PARTIALLY_MAPPED) {
            self.frames.set(head, FrameFlags::PARTIALLY_MAPPED);
            if order == HPAGE_PMD_ORDER {
                self.stat.thp_deferred_split_page += 1;
            }
            let s = self.stat.mthp_mut(order);
            s.split_deferred += 1;
            s.nr_anon_partially_mapped += 1;
        }
        if !self.frames.has(head, FrameFlags::DEFERRED) {
            self.frames.set(head, FrameFlags::DEFERRED);
            self.queue_deferred(head);
        }
    }

    /// At the end of the queue; the folio remembers its place in a field of its fourth page.
    fn queue_deferred(&mut self, head: Pfn) {
        let place = self.thp.deferred.last_key_value().map_or(0, |e| e.0 + 1);
        self.thp.deferred.insert(place, head);
        self.frames.set_link(head.add(3), place);
    }

    /// Takes a folio off the queue because it is freed or split (`folio_unqueue_deferred_split`).
    pub(crate) fn deferred_split_unqueue(&mut self, head: Pfn) {
        if !self.frames.has(head, FrameFlags::DEFERRED) {
            return;
        }
        if self.frames.has(head, FrameFlags::PARTIALLY_MAPPED) {
            let order = self.frames.order(head);
            self.stat.mthp_mut(order).nr_anon_partially_mapped -= 1;
        }
        self.frames
            .clear(head, FrameFlags::DEFERRED.and(FrameFlags::PARTIALLY_MAPPED));
        let place = self.frames.link(head.add(3));
        if self.thp.deferred.get(&place) == Some(&head) {
            self.thp.deferred.remove(&place);
        }
    }

    /// One pass over the queue, as under memory pressure or for `drop_caches` 2 (`deferred_split_scan`).
    pub(crate) fn deferred_split_scan(&mut self) {
        for head in std::mem::take(&mut self.thp.deferred).into_values() {
            let partially = self.frames.has(head, FrameFlags::PARTIALLY_MAPPED);
            let mut underused = false;
            if !partially {
                underused = !self.frames.has(head, FrameFlags::MLOCKED) && self.thp_underused(head);
                if !underused {
                    self.frames.clear(head, FrameFlags::DEFERRED);
                    continue;
                }
            }
            // The queue was taken whole: while it is being split the folio is on it in name only.
            if self.frames.has(head, FrameFlags::LOCKED) || self.split_folio(head, 0).is_err() {
                if partially {
                    self.queue_deferred(head);
                } else {
                    self.frames.clear(head, FrameFlags::DEFERRED);
                }
            } else if underused {
                self.stat.thp_underused_split_page += 1;
            }
        }
    }

    /// More zero pages than `max_ptes_none` (`thp_underused`); never at its default of 511.
    fn thp_underused(&self, head: Pfn) -> bool {
        let limit = self.khugepaged_max_ptes_none() as usize;
        if limit == HPAGE_PMD_NR - 1 {
            return false;
        }
        let n = self.folio_nr_pages(head);
        (0..n)
            .filter(|i| self.page_is_zero(head.add(*i)))
            .take(limit + 1)
            .count()
            > limit
    }
}
