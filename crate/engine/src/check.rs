//! The invariants of a machine: every count is recomputed from what it counts.
//!
//! Counterparts: page table check, `CONFIG_DEBUG_VM`. A full walk; for tests and debug builds.

use crate::machine::Machine;
use crate::phys::buddy::{MigrateType, NR_PAGE_ORDERS};
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;
use crate::vm::addr::{
    HPAGE_PMD_NR, HPAGE_PMD_SIZE, MmId, PAGE_SIZE, Pfn, VmaId, pmd_down, pte_index,
};
use crate::vm::mm::RssStat;
use crate::vm::pte::SwapKind;
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;
use std::collections::BTreeMap;

macro_rules! ensure {
    ($cond:expr, $($msg:tt)*) => { if !$cond { return Err(format!($($msg)*)); } };
}

/// Mappings found by a walk over all page tables.
#[derive(Default)]
struct Found {
    /// PTEs that map each page.
    ptes: BTreeMap<Pfn, i32>,
    /// PMDs that map each head.
    pmds: BTreeMap<Pfn, i32>,
    /// Entries that name each slot, and the exclusive ones of them.
    slots: BTreeMap<SwapEntry, (u32, u32)>,
}

impl Machine {
    /// Checks every invariant.
    ///
    /// # Errors
    /// A description of the first that is broken.
    pub fn check(&self) -> Result<(), String> {
        self.check_zones()?;
        self.check_memory_blocks()?;
        let mut found = Found::default();
        for (i, mm) in self.mms.iter().enumerate() {
            if mm.as_ref().is_some_and(|m| m.users > 0) {
                self.check_mm(MmId(i as u32), &mut found)?;
            }
        }
        self.check_frames(&found)?;
        self.check_files(&found.ptes, &found.pmds)?;
        self.check_anon_vmas()?;
        self.check_deferred()?;
        for inode in self.files.iter().flatten().filter(|i| i.shmem) {
            for e in inode.stored.values() {
                let e = SwapEntry::from_value(u64::from(*e));
                found.slots.entry(e).or_default().0 += 1;
            }
        }
        self.check_charges()?;
        self.check_swap(&found)?;
        self.check_hugetlb()?;
        self.check_khugepaged()?;
        self.check_ksm()
    }

    /// Free lists: every block is marked, of its order, in its zone; the counts agree.
    fn check_zones(&self) -> Result<(), String> {
        for z in &self.zones {
            let mut free = 0u64;
            for order in 0..NR_PAGE_ORDERS {
                for mt in MigrateType::ALL {
                    let mut n = 0;
                    for pfn in z.free.blocks_of(&self.frames, order, mt) {
                        n += 1;
                        ensure!(
                            self.frames.has(pfn, FrameFlags::BUDDY),
                            "{pfn:?} is on a free list but not free"
                        );
                        ensure!(
                            usize::from(self.frames.order(pfn)) == order,
                            "{pfn:?} is on the list of order {order}"
                        );
                        ensure!(z.contains(pfn), "{pfn:?} is free in another zone");
                        ensure!(
                            z.pageblock_type(pfn) == mt,
                            "{pfn:?} is on the list of {}",
                            mt.name()
                        );
                    }
                    ensure!(
                        n + z.free.nr_untouched(order, mt) == z.free.nr_free_type(order, mt),
                        "free list of order {order} counts wrong"
                    );
                    free += z.free.nr_free_type(order, mt) << order;
                }
            }
            ensure!(
                free == z.nr_free,
                "zone {} has {free} free pages, counts {}",
                z.kind.name(),
                z.nr_free
            );
        }
        Ok(())
    }

    fn check_mm(&self, id: MmId, found: &mut Found) -> Result<(), String> {
        let mm = self.mm(id);
        let (mut last, mut rss, mut huge) = (0, RssStat::default(), 0usize);
        for (&start, &vma) in &mm.vmas {
            let v = self.vma(vma);
            ensure!(
                v.mm == id && v.start == start,
                "{vma:?} is filed under {start:#x}"
            );
            ensure!(
                v.start < v.end && v.start >= last,
                "{vma:?} overlaps what lies below {:#x}",
                v.start
            );
            ensure!(
                v.start.is_multiple_of(PAGE_SIZE) && v.end.is_multiple_of(PAGE_SIZE),
                "{vma:?} is not aligned"
            );
            ensure!(
                v.anon_vma.is_none_or(|a| v.chain.contains(&a)),
                "{vma:?} is not linked to its anchor"
            );
            last = v.end;
            self.walk_vma(vma, &mut rss, &mut huge, found)?;
        }
        ensure!(rss == mm.rss, "{id:?}: maps {rss:?}, counts {:?}", mm.rss);
        ensure!(
            huge == mm.deposit.len(),
            "{id:?}: {huge} huge PMDs, {} tables deposited",
            mm.deposit.len()
        );
        Ok(())
    }

    fn walk_vma(
        &self,
        vma: VmaId,
        rss: &mut RssStat,
        huge: &mut usize,
        found: &mut Found,
    ) -> Result<(), String> {
        let v = self.vma(vma);
        if v.flags.has(VmFlags::HUGETLB) {
            return Ok(());
        }
        let mut addr = v.start;
        while addr < v.end {
            let stop = v.end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            match self.pmd(v.mm, addr) {
                Pmd::Huge(e) => {
                    ensure!(
                        stop - addr == HPAGE_PMD_SIZE,
                        "huge PMD at {addr:#x} sticks out of its area"
                    );
                    let file = !e.special() && !self.frames.has(e.pfn(), FrameFlags::ANON);
                    *huge += usize::from(!file);
                    if !e.special() {
                        *self.rss_kind(rss, e.pfn()) += HPAGE_PMD_NR as i64;
                        *found.pmds.entry(e.pfn()).or_default() += 1;
                    }
                }
                Pmd::Table(t) => {
                    let first = pte_index(addr);
                    for (i, e) in self.tables.all(t)[first..first + Self::ptes_to(addr, stop)]
                        .iter()
                        .enumerate()
                    {
                        if e.present() && !e.special() {
                            *self.rss_kind(rss, self.frames.head(e.pfn())) += 1;
                            *found.ptes.entry(e.pfn()).or_default() += 1;
                            self.check_anchor(vma, addr + i as u64 * PAGE_SIZE, e.pfn())?;
                        } else if e.swap_kind() == Some(SwapKind::Swap) {
                            rss.swap += 1;
                            let slot = found
                                .slots
                                .entry(SwapEntry::from_value(e.swap_value()))
                                .or_default();
                            slot.0 += 1;
                            slot.1 += u32::from(e.swap_exclusive());
                        }
                    }
                }
                Pmd::None | Pmd::Missing | Pmd::NonPresent(_) => {}
            }
            addr = stop;
        }
        Ok(())
    }

    fn rss_kind<'a>(&self, rss: &'a mut RssStat, head: Pfn) -> &'a mut i64 {
        let flags = self.frames.flags(head);
        match (
            flags.has(FrameFlags::ANON),
            flags.has(FrameFlags::SWAPBACKED),
        ) {
            (true, _) => &mut rss.anon,
            (_, true) => &mut rss.shmem,
            _ => &mut rss.file,
        }
    }

    /// An anonymous page can be found again from its anchor and index.
    fn check_anchor(&self, vma: VmaId, addr: u64, page: Pfn) -> Result<(), String> {
        let head = self.frames.head(page);
        if self.frames.has(head, FrameFlags::KSM) {
            return Ok(());
        }
        let v = self.vma(vma);
        let index = self.frames.index(head) + u64::from(page.0 - head.0);
        ensure!(
            v.page_index(addr) == index,
            "{page:?} at {addr:#x} has index {index}"
        );
        if !self.frames.has(head, FrameFlags::ANON) {
            let of_file = v.file.is_some_and(|f| f.0 == self.frames.anchor(head));
            ensure!(of_file, "{page:?} at {addr:#x} is not of its area's file");
            return Ok(());
        }
        let anchored = v.chain.iter().any(|a| a.0 == self.frames.anchor(head));
        ensure!(
            anchored,
            "{page:?} at {addr:#x} is anchored outside its area"
        );
        Ok(())
    }

    /// Counts of every frame against the walk: mapcount, refcount, statistics.
    fn check_frames(&self, found: &Found) -> Result<(), String> {
        let (mut anon, mut thps, mut tables, mut mlocked) = (0i64, 0i64, 0i64, 0i64);
        for pfn in self.frames.touched() {
            let flags = self.frames.flags(pfn);
            let ptes = found.ptes.get(&pfn).copied().unwrap_or(0);
            if !flags.any(FrameFlags::RESERVED.and(FrameFlags::PGTABLE))
                && !flags.has(FrameFlags::BUDDY)
            {
                let in_tail_use = flags.has(FrameFlags::ALLOCATED);
                ensure!(
                    !in_tail_use || self.frames.mapcount(pfn) == ptes,
                    "{pfn:?} is mapped {ptes} times, counts {}",
                    self.frames.mapcount(pfn)
                );
            }
            ensure!(
                ptes == 0 || flags.has(FrameFlags::ALLOCATED),
                "{pfn:?} is mapped but not allocated"
            );
            tables += i64::from(flags.has(FrameFlags::PGTABLE));
            if !flags.has(FrameFlags::ALLOCATED) || flags.any(FrameFlags::TAIL) {
                continue;
            }
            if flags.has(FrameFlags::MLOCKED) {
                mlocked += self.folio_nr_pages(pfn) as i64;
            }
            if !flags.has(FrameFlags::ANON) || self.folio_hugetlb(pfn) {
                continue;
            }
            let n = self.folio_nr_pages(pfn);
            let pmds = found.pmds.get(&pfn).copied().unwrap_or(0);
            let pages = (0..n).map(|i| found.ptes.get(&pfn.add(i)).copied().unwrap_or(0));
            let mapped = pmds + pages.clone().sum::<i32>();
            ensure!(
                self.folio_mapcount(pfn) == mapped,
                "folio {pfn:?} is mapped {mapped} times, counts {}",
                self.folio_mapcount(pfn)
            );
            ensure!(
                self.folio_entire_mapcount(pfn) == pmds,
                "folio {pfn:?}: {pmds} PMDs, counts {}",
                self.folio_entire_mapcount(pfn)
            );
            let refs = self.frames.refcount(pfn);
            let pinned = flags.has(FrameFlags::PINNED);
            ensure!(
                refs - i32::from(!flags.has(FrameFlags::LRU)) == self.folio_expected_refs(pfn)
                    || refs == self.folio_expected_refs(pfn)
                    || pinned && refs > mapped,
                "folio {pfn:?}: {refs} references, {mapped} mappings"
            );
            anon += if pmds > 0 {
                n as i64
            } else {
                pages.filter(|p| *p > 0).count() as i64
            };
            thps += i64::from(pmds > 0);
        }
        ensure!(
            anon == self.stat.nr_anon_pages,
            "{anon} anonymous pages, nr_anon_pages {}",
            self.stat.nr_anon_pages
        );
        ensure!(
            thps == self.stat.nr_anon_transparent_hugepages,
            "{thps} PMD-mapped folios, counts {}",
            self.stat.nr_anon_transparent_hugepages
        );
        ensure!(
            tables == self.stat.nr_page_table_pages,
            "{tables} page tables, counts {}",
            self.stat.nr_page_table_pages
        );
        for (&pfn, &n) in &self.mlock_counts {
            let counted = n != 1 && self.frames.has(pfn, FrameFlags::MLOCKED);
            ensure!(counted, "{pfn:?} counts {n} locks that are not its own");
        }
        ensure!(
            mlocked == self.stat.nr_mlock,
            "{mlocked} mlocked pages, nr_mlock {}",
            self.stat.nr_mlock
        );
        let live: u64 = self
            .mms
            .iter()
            .flatten()
            .filter(|m| m.users > 0)
            .map(|m| m.nr_tables + 1)
            .sum();
        ensure!(
            live == tables as u64,
            "address spaces own {live} tables of {tables}"
        );
        Ok(())
    }

    /// Slots: users and cache of each, the counts of areas and clusters, and who may be exclusive.
    fn check_swap(&self, found: &Found) -> Result<(), String> {
        let (mut users, mut cached) = (0, 0i64);
        for (i, area) in self.swap.areas() {
            let mut in_use = 0;
            for offset in 0..=area.pages as u32 {
                let e = SwapEntry::new(i, offset);
                let slot = self.swap.slot(e);
                let (named, exclusive) = found.slots.get(&e).copied().unwrap_or_default();
                ensure!(
                    slot.users == named,
                    "{e:?}: {named} entries, counts {}",
                    slot.users
                );
                ensure!(
                    exclusive == 0 || named == 1,
                    "{e:?} is marked exclusive but has {named} entries"
                );
                users += usize::from(named > 0);
                in_use += u64::from(!slot.is_free());
                if let Some(page) = slot.cached() {
                    cached += 1;
                    let head = self.frames.head(page);
                    ensure!(
                        self.frames.has(head, FrameFlags::SWAPCACHE),
                        "{e:?} caches {page:?}, which does not know"
                    );
                    ensure!(
                        self.swap.entry_of(page) == e,
                        "{page:?} names {:?} in place of {e:?}",
                        self.swap.entry_of(page)
                    );
                    ensure!(
                        exclusive == 0 || !self.frames.has(page, FrameFlags::ANON_EXCLUSIVE),
                        "{page:?} is exclusive in the cache"
                    );
                }
            }
            let c = &area.clusters;
            let taken = u64::from(c.nr_used() - c.nr_beyond()) - 1;
            ensure!(
                in_use == area.in_use && in_use == taken,
                "area {i}: {in_use} slots in use, counts {} and {taken}",
                area.in_use
            );
        }
        ensure!(
            users == found.slots.len(),
            "swap entries name slots of no area"
        );
        let marked = |p: &Pfn| self.frames.flags(*p).has(FrameFlags::SWAPCACHE);
        let pages: i64 = self
            .frames
            .touched()
            .filter(marked)
            .map(|p| self.folio_nr_pages(p) as i64)
            .sum();
        ensure!(
            cached == self.stat.nr_swapcached && pages == cached,
            "{cached} pages cached, {pages} marked, nr_swapcached {}",
            self.stat.nr_swapcached
        );
        Ok(())
    }

    fn check_anon_vmas(&self) -> Result<(), String> {
        for (i, a) in self.anon_vmas.iter().enumerate() {
            let Some(a) = a else { continue };
            let own = self
                .vmas
                .iter()
                .flatten()
                .filter(|v| v.anon_vma.is_some_and(|x| x.index() == i))
                .count();
            ensure!(
                a.num_active_vmas as usize == own,
                "anon_vma {i}: {own} areas use it, counts {}",
                a.num_active_vmas
            );
            for v in &a.vmas {
                let linked = self.vmas[v.index()]
                    .as_ref()
                    .is_some_and(|v| v.chain.iter().any(|x| x.index() == i));
                ensure!(
                    linked,
                    "anon_vma {i} names {v:?}, which is not linked to it"
                );
            }
        }
        Ok(())
    }

    fn check_deferred(&self) -> Result<(), String> {
        for (place, head) in &self.thp.deferred {
            ensure!(
                self.frames.has(*head, FrameFlags::DEFERRED),
                "{head:?} is queued at {place} without its flag"
            );
        }
        let marked = self
            .frames
            .touched()
            .filter(|p| self.frames.has(*p, FrameFlags::DEFERRED))
            .count();
        ensure!(
            marked == self.thp.deferred.len(),
            "{marked} folios marked deferred, {} queued",
            self.thp.deferred.len()
        );
        Ok(())
    }
}
