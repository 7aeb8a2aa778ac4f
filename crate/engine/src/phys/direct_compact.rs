//! What an allocation does when nothing is free: as its flags allow, it wakes kcompactd, compacts, or gives up.
//!
//! Counterparts: `__alloc_pages_slowpath`, `__alloc_pages_direct_compact`, `try_to_compact_pages`, `alloc_pages_mpol`.
//!
//! Deviation: direct reclaim frees nothing, and kswapd only passes the request on to kcompactd. Where enough is free for
//! compaction the kernel's reclaim leaves the zone alone as well (`compaction_ready`).

use super::buddy::MigrateType;
use super::compaction::{CompactResult, Control, Mode};
use super::pressure::NoFolio;
use crate::machine::Machine;
use crate::vm::addr::{HPAGE_PMD_ORDER, Pfn};

/// Above it nobody insists (`PAGE_ALLOC_COSTLY_ORDER`).
pub(super) const COSTLY_ORDER: u8 = 3;

/// What an allocation may do when nothing is free (`gfp_t`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Gfp(u8);

impl Gfp {
    /// Nothing (`GFP_TRANSHUGE_LIGHT`).
    pub const LIGHT: Gfp = Gfp(0);
    /// Compact and reclaim (`__GFP_DIRECT_RECLAIM`).
    pub const DIRECT_RECLAIM: Gfp = Gfp(1);
    /// Wake the daemons (`__GFP_KSWAPD_RECLAIM`).
    pub const KSWAPD_RECLAIM: Gfp = Gfp(2);
    /// Not for long (`__GFP_NORETRY`).
    pub const NORETRY: Gfp = Gfp(4);
    /// On one node, and only by compaction (`__GFP_THISNODE`).
    const THISNODE: Gfp = Gfp(8);

    /// Both.
    pub const fn with(self, other: Gfp) -> Gfp {
        Gfp(self.0 | other.0)
    }

    /// All of `other` is allowed.
    pub const fn has(self, other: Gfp) -> bool {
        self.0 & other.0 == other.0
    }

    /// For check lists.
    pub fn what(self) -> &'static str {
        if self.has(Gfp::DIRECT_RECLAIM) {
            "compacts"
        } else if self.has(Gfp::KSWAPD_RECLAIM) {
            "wakes kcompactd and falls back"
        } else {
            "falls back at once"
        }
    }
}

impl Machine {
    /// A folio like [`alloc_charged_folio`](Self::alloc_charged_folio); if none is free, what `gfp` allows is done.
    pub(crate) fn alloc_folio_gfp(&mut self, order: u8, gfp: Gfp) -> Result<Pfn, NoFolio> {
        let folio = self.alloc_charged_folio(order);
        if folio != Err(NoFolio::Memory) {
            return folio;
        }
        let movable = MigrateType::Movable;
        let head = self.alloc_pages_slowpath(order, movable, gfp);
        self.charge_folio(head.ok_or(NoFolio::Memory)?, order)
    }

    /// A huge folio where the policy wants it, first from one node and only by compaction. Without the right to work
    /// for it, that is all (`alloc_pages_mpol`).
    pub(crate) fn alloc_huge_folio(&mut self, gfp: Gfp) -> Result<Pfn, NoFolio> {
        let place = self.place;
        if place.in_turn == 0 && place.allowed >> place.first & 1 != 0 {
            self.place.allowed = 1 << place.first;
            let local = gfp.with(Gfp::NORETRY).with(Gfp::THISNODE);
            let folio = self.alloc_folio_gfp(HPAGE_PMD_ORDER, local);
            self.place = place;
            if folio != Err(NoFolio::Memory) || !gfp.has(Gfp::DIRECT_RECLAIM) {
                return folio;
            }
        }
        self.alloc_folio_gfp(HPAGE_PMD_ORDER, gfp)
    }

    /// The free lists could not serve (`__alloc_pages_slowpath`).
    #[inline(never)]
    pub(crate) fn alloc_pages_slowpath(
        &mut self,
        order: u8,
        mt: MigrateType,
        gfp: Gfp,
    ) -> Option<Pfn> {
        if gfp.has(Gfp::KSWAPD_RECLAIM) {
            self.wakeup_kcompactd(order);
        }
        if order == 0 || !gfp.has(Gfp::DIRECT_RECLAIM) {
            return None;
        }
        let mut mode = Mode::SyncLight;
        if order > COSTLY_ORDER {
            let (page, result) = self.alloc_pages_direct_compact(order, mt, Mode::Async);
            let hopeless = gfp.has(Gfp::THISNODE) || result <= CompactResult::Deferred;
            if page.is_some() || gfp.has(Gfp::NORETRY) && hopeless {
                return page;
            }
            if gfp.has(Gfp::NORETRY) {
                mode = Mode::Async;
            }
        }
        self.alloc_pages_direct_compact(order, mt, mode).0
    }

    fn alloc_pages_direct_compact(
        &mut self,
        order: u8,
        mt: MigrateType,
        mode: Mode,
    ) -> (Option<Pfn>, CompactResult) {
        let result = self.try_to_compact_pages(order, mt, mode);
        if result == CompactResult::Skipped {
            return (None, result);
        }
        self.stat.compact_stall += 1;
        let page = self.alloc_pages(order, mt);
        let zone = page.and_then(|p| self.zones.iter_mut().find(|z| z.contains(p)));
        if let Some(z) = zone {
            z.compact.defer_reset(order, true);
            self.stat.compact_success += 1;
        } else {
            self.stat.compact_fail += 1;
        }
        (page, result)
    }

    fn try_to_compact_pages(&mut self, order: u8, mt: MigrateType, mode: Mode) -> CompactResult {
        let mut best = CompactResult::Skipped;
        for zone in self.zonelist(order) {
            if self.zones[zone].compact.deferred(order) {
                best = best.max(CompactResult::Deferred);
                continue;
            }
            let mut cc = Control::new(&self.zones[zone], zone, Some(order), mode);
            cc.mt = mt;
            let result = self.compact_zone(cc);
            best = best.max(result);
            let state = &mut self.zones[zone].compact;
            if result == CompactResult::Success {
                state.defer_reset(order, false);
                break;
            }
            if result == CompactResult::Complete && mode != Mode::Async {
                state.defer(order);
            }
        }
        best
    }
}
