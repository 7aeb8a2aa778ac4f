//! Page tables: four levels of 512 entries, each table a real frame.
//!
//! Counterparts: `pgd_offset` … `pte_offset_map`, `__pte_alloc`, `free_pgtables`.
//! An upper entry holds the frame of the lower table; the frame's anchor is the
//! table's id here. Tables are shared between clones of a machine until written.

use super::addr::{HPAGE_PMD_SIZE, MmId, Pfn, TableId, pte_index};
use super::pte::Pte;
use crate::chunked::{nr_unshared, unshare};
use crate::machine::Machine;
use crate::phys::buddy::MigrateType;
use crate::phys::frame::FrameFlags;
use std::cell::Cell;
use std::rc::Rc;

/// Entries of a table.
pub const PTRS_PER_TABLE: usize = 512;

/// All page tables of a machine.
#[derive(Clone, Debug)]
pub struct Tables {
    entries: Vec<Rc<[Pte; PTRS_PER_TABLE]>>,
    /// What every table is until its first entry: those deposited under huge pages mostly stay so.
    empty: Rc<[Pte; PTRS_PER_TABLE]>,
    frames: Vec<Pfn>,
    free: Vec<TableId>,
    walked: Cell<Option<Walked>>,
}

/// The last walk down to a PMD table, as the hardware's paging-structure caches keep it: the next access is mostly
/// in the same GiB. Forgotten when any table is freed.
#[derive(Clone, Copy, Debug)]
struct Walked {
    mm: MmId,
    gib: u64,
    table: TableId,
}

/// State of the PMD entry for an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pmd {
    /// An upper table is missing.
    Missing,
    /// Nothing there.
    None,
    /// A page table.
    Table(TableId),
    /// A 2 MiB leaf.
    Huge(Pte),
    /// A migration entry.
    NonPresent(Pte),
}

/// Where a PMD entry lives: its table and the index in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PmdSlot {
    /// The PMD table.
    pub table: TableId,
    /// Entry, 0..512.
    pub index: usize,
}

impl Default for Tables {
    fn default() -> Self {
        Tables {
            entries: Vec::new(),
            empty: Rc::new([Pte::NONE; PTRS_PER_TABLE]),
            frames: Vec::new(),
            free: Vec::new(),
            walked: Cell::new(None),
        }
    }
}

impl Tables {
    /// The entry `index` of a table.
    #[inline]
    pub fn get(&self, table: TableId, index: usize) -> Pte {
        self.entries[table.index()][index]
    }

    /// Stores an entry.
    #[inline]
    pub fn set(&mut self, table: TableId, index: usize, pte: Pte) {
        unshare(&mut self.entries[table.index()])[index] = pte;
    }

    /// Empties `n` entries from `index` on.
    pub fn clear(&mut self, table: TableId, index: usize, n: usize) {
        Rc::make_mut(&mut self.entries[table.index()])[index..index + n].fill(Pte::NONE);
    }

    /// All entries of a table.
    #[inline]
    pub fn all(&self, table: TableId) -> &[Pte; PTRS_PER_TABLE] {
        &self.entries[table.index()]
    }

    /// Frame that holds a table.
    pub fn frame(&self, table: TableId) -> Pfn {
        self.frames[table.index()]
    }

    /// Bytes that `before` does not share.
    pub(crate) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        let tables = before.map_or(&[][..], |b| &b.entries);
        nr_unshared(&self.entries, tables, &self.empty) * 4096
    }

    /// Tables that exist.
    pub fn nr_tables(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    fn insert(&mut self, frame: Pfn) -> TableId {
        if let Some(id) = self.free.pop() {
            self.frames[id.index()] = frame;
            self.entries[id.index()] = self.empty.clone();
            return id;
        }
        self.frames.push(frame);
        self.entries.push(self.empty.clone());
        TableId(self.frames.len() as u32 - 1)
    }
}

fn level_index(addr: u64, level: u32) -> usize {
    (addr >> (12 + 9 * level) & 511) as usize
}

impl Machine {
    /// A new empty table, in an unmovable frame, counted in VmPTE unless it is the top (`__pte_alloc`).
    pub(crate) fn alloc_table(&mut self, mm: MmId, top: bool) -> Option<TableId> {
        let pfn = self.alloc_pages(0, MigrateType::Unmovable)?;
        self.frames.set(pfn, FrameFlags::PGTABLE);
        *self.frames.refcount_mut(pfn) = 1;
        let id = self.tables.insert(pfn);
        self.frames.set_anchor(pfn, id.0);
        self.stat.nr_page_table_pages += 1;
        if !top {
            self.mm_mut(mm).nr_tables += 1;
        }
        Some(id)
    }

    /// Frees a table; the entry that pointed to it is the caller's.
    pub(crate) fn free_table(&mut self, mm: MmId, table: TableId, top: bool) {
        let pfn = self.tables.frame(table);
        self.tables.walked.set(None);
        self.tables.free.push(table);
        self.frames.clear(pfn, FrameFlags::PGTABLE);
        self.free_pages(pfn, 0);
        self.stat.nr_page_table_pages -= 1;
        if !top {
            self.mm_mut(mm).nr_tables -= 1;
        }
    }

    #[inline]
    fn lower(&self, table: TableId, index: usize) -> Option<TableId> {
        let e = self.tables.get(table, index);
        (e.present() && !e.huge()).then(|| TableId(self.frames.anchor(e.pfn())))
    }

    /// Slot of the PMD entry for `addr`, `None` if an upper table is missing.
    #[inline]
    pub(crate) fn pmd_slot(&self, mm: MmId, addr: u64) -> Option<PmdSlot> {
        let gib = addr >> 30;
        let table = match self.tables.walked.get() {
            Some(w) if w.mm == mm && w.gib == gib => w.table,
            _ => {
                let pud = self.lower(self.mm(mm).pgd, level_index(addr, 3))?;
                let table = self.lower(pud, level_index(addr, 2))?;
                self.tables.walked.set(Some(Walked { mm, gib, table }));
                table
            }
        };
        Some(PmdSlot {
            table,
            index: level_index(addr, 1),
        })
    }

    /// As [`pmd_slot`](Self::pmd_slot), making upper tables. `None` when memory is exhausted.
    pub(crate) fn pmd_slot_alloc(&mut self, mm: MmId, addr: u64) -> Option<PmdSlot> {
        if let Some(slot) = self.pmd_slot(mm, addr) {
            return Some(slot);
        }
        let mut table = self.mm(mm).pgd;
        for level in [3, 2] {
            let index = level_index(addr, level);
            table = match self.lower(table, index) {
                Some(t) => t,
                None => {
                    let new = self.alloc_table(mm, false)?;
                    let frame = self.tables.frame(new);
                    self.tables.set(table, index, Pte::table(frame));
                    new
                }
            };
        }
        Some(PmdSlot {
            table,
            index: level_index(addr, 1),
        })
    }

    /// Slot of the PUD entry for `addr`, `None` if its table is missing.
    pub(crate) fn pud_slot(&self, mm: MmId, addr: u64) -> Option<PmdSlot> {
        let table = self.lower(self.mm(mm).pgd, level_index(addr, 3))?;
        let index = level_index(addr, 2);
        Some(PmdSlot { table, index })
    }

    /// As [`pud_slot`](Self::pud_slot), with the PMD table below freed if it is empty and in the way of a huge page.
    /// `None` without memory, or if the table is in use.
    pub(crate) fn pud_slot_alloc(&mut self, mm: MmId, addr: u64) -> Option<PmdSlot> {
        if self.pud_slot(mm, addr).is_none() {
            let new = self.alloc_table(mm, false)?;
            let frame = self.tables.frame(new);
            let pgd = self.mm(mm).pgd;
            self.tables
                .set(pgd, level_index(addr, 3), Pte::table(frame));
        }
        let slot = self.pud_slot(mm, addr)?;
        if let Some(below) = self.lower(slot.table, slot.index) {
            if !self.tables.all(below).iter().all(|e| e.is_none()) {
                return None;
            }
            self.tables.set(slot.table, slot.index, Pte::NONE);
            self.free_table(mm, below, false);
        }
        Some(slot)
    }

    /// The 2 MiB at `addr` of a PUD that maps 1 GiB, as a PMD would map them.
    #[cold]
    pub(crate) fn pud_part(&self, mm: MmId, addr: u64) -> Option<Pte> {
        let slot = self.pud_slot(mm, addr)?;
        let e = self.tables.get(slot.table, slot.index);
        let part = level_index(addr, 1) << 9;
        e.huge().then(|| e.with_pfn(e.pfn().add(part)))
    }

    /// State of a PMD entry.
    #[inline]
    pub(crate) fn pmd_at(&self, slot: PmdSlot) -> Pmd {
        let e = self.tables.get(slot.table, slot.index);
        if e.is_none() {
            Pmd::None
        } else if e.huge() {
            Pmd::Huge(e)
        } else if e.present() {
            Pmd::Table(TableId(self.frames.anchor(e.pfn())))
        } else {
            Pmd::NonPresent(e)
        }
    }

    /// State of the PMD entry for `addr`.
    #[inline]
    pub(crate) fn pmd(&self, mm: MmId, addr: u64) -> Pmd {
        match self.pmd_slot(mm, addr) {
            Some(slot) => self.pmd_at(slot),
            None => self.pud_part(mm, addr).map_or(Pmd::Missing, Pmd::Huge),
        }
    }

    /// Page table for `addr`, if there is one.
    #[inline]
    pub(crate) fn pte_table(&self, mm: MmId, addr: u64) -> Option<TableId> {
        match self.pmd(mm, addr) {
            Pmd::Table(t) => Some(t),
            _ => None,
        }
    }

    /// Entry that maps the 4 KiB page at `addr`: of the page table, or the huge leaf as one entry for that
    /// page (its huge bit set). None if nothing is there.
    pub fn pte(&self, mm: MmId, addr: u64) -> Pte {
        match self.pmd(mm, addr) {
            Pmd::Table(t) => self.tables.get(t, pte_index(addr)),
            Pmd::Huge(e) => e.with_pfn(e.pfn().add(pte_index(addr))),
            Pmd::NonPresent(e) => e,
            Pmd::Missing | Pmd::None => Pte::NONE,
        }
    }

    /// Puts `table` under an empty PMD slot (`pmd_populate`).
    pub(crate) fn pmd_populate(&mut self, slot: PmdSlot, table: TableId) {
        let frame = self.tables.frame(table);
        self.tables.set(slot.table, slot.index, Pte::table(frame));
    }

    /// Page table for `addr`, made if the PMD is empty (`pte_alloc`). `None` when memory is exhausted; the
    /// PMD must not be huge.
    pub(crate) fn pte_alloc(&mut self, mm: MmId, addr: u64) -> Option<TableId> {
        let slot = self.pmd_slot_alloc(mm, addr)?;
        match self.pmd_at(slot) {
            Pmd::Table(t) => Some(t),
            _ => {
                let t = self.alloc_table(mm, false)?;
                self.pmd_populate(slot, t);
                Some(t)
            }
        }
    }

    /// Stores away an empty table for the day the huge page at this PMD is split (`pgtable_trans_huge_deposit`).
    pub(crate) fn deposit_table(&mut self, mm: MmId, table: TableId) {
        self.mm_mut(mm).deposit.push(table);
    }

    /// Takes back a deposited table (`pgtable_trans_huge_withdraw`).
    pub(crate) fn withdraw_table(&mut self, mm: MmId) -> TableId {
        self.mm_mut(mm)
            .deposit
            .pop()
            .expect("every huge PMD has deposited a table")
    }

    /// Frees the tables that serve only `[floor, ceiling)` and only addresses of `[start, end)` beside it: what
    /// munmap and exit give back (`free_pgtables`). `floor` and `ceiling` are the neighbouring areas' bounds.
    pub(crate) fn free_pgtables(
        &mut self,
        mm: MmId,
        start: u64,
        end: u64,
        floor: u64,
        ceiling: u64,
    ) {
        self.free_pte_tables(mm, start, end, floor, ceiling);
        for level in [2, 3] {
            self.free_upper_tables(mm, level, start, end, floor, ceiling);
        }
    }

    /// Frees every table of an address space that maps nothing any more, areas being `[start, end)` each.
    pub(crate) fn free_all_pgtables(&mut self, mm: MmId, areas: &[(u64, u64)]) {
        for &(start, end) in areas {
            self.free_pte_tables(mm, start, end, 0, 1 << 47);
        }
        for level in [2, 3] {
            for &(start, end) in areas {
                self.free_upper_tables(mm, level, start, end, 0, 1 << 47);
            }
        }
    }

    fn free_pte_tables(&mut self, mm: MmId, start: u64, end: u64, floor: u64, ceiling: u64) {
        let mut addr = start & !(HPAGE_PMD_SIZE - 1);
        while addr < end {
            let Some(slot) = self.pmd_slot(mm, addr) else {
                // Skip what the missing table would cover.
                addr = (addr | ((1 << 30) - 1)) + 1;
                continue;
            };
            if addr >= floor
                && addr + HPAGE_PMD_SIZE <= ceiling
                && let Pmd::Table(t) = self.pmd_at(slot)
            {
                self.tables.set(slot.table, slot.index, Pte::NONE);
                self.free_table(mm, t, false);
            }
            addr += HPAGE_PMD_SIZE;
        }
    }

    /// Frees the tables below entries of `level` whose whole extent lies in `[floor, ceiling)`.
    fn free_upper_tables(
        &mut self,
        mm: MmId,
        level: u32,
        start: u64,
        end: u64,
        floor: u64,
        ceiling: u64,
    ) {
        let extent = 1u64 << (12 + 9 * level);
        let mut addr = start & !(extent - 1);
        while addr < end {
            let table = match level {
                3 => Some(self.mm(mm).pgd),
                _ => self.lower(self.mm(mm).pgd, level_index(addr, 3)),
            };
            let index = level_index(addr, level);
            if let Some(table) = table
                && addr >= floor
                && addr.saturating_add(extent) <= ceiling
                && let Some(below) = self.lower(table, index)
            {
                self.tables.set(table, index, Pte::NONE);
                self.free_table(mm, below, false);
            }
            addr += extent;
        }
    }
}
