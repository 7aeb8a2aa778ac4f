//! The state hash: two machines with the same hash are the same for everything that can follow.

use crate::machine::Machine;
use std::fmt::Write;
use xxhash_rust::xxh64::Xxh64;

/// Feeds what is written as text to the hash, without keeping it.
struct HashText(Xxh64);

impl Write for HashText {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.0.update(s.as_bytes());
        Ok(())
    }
}

impl Machine {
    /// XXH64 of all state but the log of events: the same script gives the same hash natively and in every browser.
    ///
    /// It covers frames, contents, swap, free lists, page tables, areas, processes, settings, counters and both daemons.
    ///
    /// ```
    /// use mm_engine::{Machine, MachineConfig};
    ///
    /// let mut machine = Machine::new(MachineConfig::default())?;
    /// // A machine is a value: this is a checkpoint, and costs what changes after it.
    /// let before = machine.clone();
    /// machine.spawn("p1")?;
    /// assert_ne!(machine.state_hash(), before.state_hash());
    /// machine = before.clone();
    /// assert_eq!(machine.state_hash(), before.state_hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn state_hash(&self) -> u64 {
        let mut h = HashText(Xxh64::new(0));
        for pfn in self.frames.touched() {
            let f = &self.frames;
            let flags = f.flags(pfn);
            if flags.0 == 0 {
                continue;
            }
            h.0.update(&pfn.0.to_le_bytes());
            h.0.update(&(flags.0 | u32::from(f.order(pfn)) << 24).to_le_bytes());
            h.0.update(&f.refcount(pfn).to_le_bytes());
            h.0.update(&f.mapcount(pfn).to_le_bytes());
            h.0.update(&f.anchor(pfn).to_le_bytes());
            h.0.update(&f.index(pfn).to_le_bytes());
            self.contents
                .hash_key(f.content(pfn), |bytes| h.0.update(bytes));
        }
        for z in &self.zones {
            let types: Vec<u8> = z.free.pageblock_types().collect();
            h.0.update(&types);
            h.0.update(&z.nr_free.to_le_bytes());
            let _ = write!(h, "{:?}", z.compact);
            h.0.update(
                &z.free
                    .nr_untouched(10, crate::phys::buddy::MigrateType::Movable)
                    .to_le_bytes(),
            );
        }
        for (block, offline) in self.offline_blocks.iter().enumerate() {
            if *offline {
                h.0.update(&(block as u32).to_le_bytes());
            }
        }
        for mm in self.mms.iter().flatten() {
            for vma in mm.vmas.values() {
                let v = self.vma(*vma);
                self.hash_tables_of(*vma, |bytes| h.0.update(bytes));
                // Formatting a struct covers every field it will ever have.
                let _ = write!(h, "{v:?}");
            }
            let _ = write!(h, "{:?}{:?}{:?}", mm.rss, mm.owner, mm.deposit.len());
        }
        let _ = write!(
            h,
            "{:?}{:?}{}{:?}{:?}{:?}",
            self.procs, self.stat, self.now_ns, self.sysctl, self.pressure, self.mlock_counts
        );
        self.tracing.hash_text(&mut h);
        self.hash_files(&mut h);
        let _ = write!(h, "{:?}", self.thp);
        for (i, area) in self.swap.areas() {
            let _ = write!(h, "{i}{:?}{:?}", area.backing, area.clusters);
            for (offset, slot) in area.used_slots() {
                let _ = write!(
                    h,
                    "{offset}{:?}{}{}{}",
                    slot.cached(),
                    slot.users,
                    slot.zero,
                    slot.readahead
                );
                self.contents
                    .hash_key(slot.content, |bytes| h.0.update(bytes));
            }
        }
        let _ = write!(h, "{:?}{:?}", self.hugetlb, self.kcompactd);
        let _ = write!(h, "{:?}{:?}", self.swap.mmlist, self.swap.readahead());
        self.hash_khugepaged(&mut h);
        self.hash_ksm(&mut h);
        h.0.digest()
    }

    /// Entries of the page tables of an area.
    fn hash_tables_of(&self, vma: crate::vm::addr::VmaId, mut update: impl FnMut(&[u8])) {
        use crate::vm::addr::{HPAGE_PMD_SIZE, pmd_down, pte_index};
        use crate::vm::table::Pmd;
        let v = self.vma(vma);
        let mut addr = v.start;
        while addr < v.end {
            let stop = v.end.min(pmd_down(addr) + HPAGE_PMD_SIZE);
            match self.pmd(v.mm, addr) {
                Pmd::Huge(e) | Pmd::NonPresent(e) => update(&e.0.to_le_bytes()),
                Pmd::Table(t) => {
                    let first = pte_index(addr);
                    for e in &self.tables.all(t)[first..first + Self::ptes_to(addr, stop)] {
                        update(&e.0.to_le_bytes());
                    }
                }
                Pmd::None => update(b"none"),
                Pmd::Missing => update(b"missing"),
            }
            addr = stop;
        }
    }
}
