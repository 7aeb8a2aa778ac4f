//! Pressure made by a script: memory held by something outside, free memory in fragments, the limit of the memory cgroup.
//!
//! Counterparts: `memory.max`, `mem_cgroup_charge`. All processes are in one cgroup; its usage is the pages of folios they
//! have, anonymous and of files.
//!
//! Deviation: page tables are not charged; nothing is reclaimed at the limit or to get below it, a charge just fails.

use super::buddy::{MigrateType, PAGEBLOCK_ORDER};
use super::frame::FrameFlags;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::{PAGE_SIZE, Pfn};
use std::rc::Rc;

/// Blocks that are held: first page and order.
type Held = Rc<Vec<(Pfn, u8)>>;

/// Why there is no folio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoFolio {
    /// No free block.
    Memory,
    /// The cgroup is at its limit.
    Charge,
}

/// What a script took away from the machine.
#[derive(Clone, Debug, Default)]
pub struct Pressure {
    /// By `hog`.
    hog: Held,
    /// One page of each block that `fragment` broke.
    fragments: Held,
    /// Limit of the cgroup in pages, `None` for `max`.
    limit: Option<u64>,
    /// Its usage in pages.
    charged: u64,
}

/// One step of splitmix64.
fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

impl Machine {
    /// Something outside holds `bytes`, rounded up to pages, instead of what it held before.
    ///
    /// # Errors
    /// ENOMEM: not so much is free; it holds nothing then.
    #[inline(never)]
    pub fn hog(&mut self, bytes: u64) -> Result<(), Errno> {
        self.give_back(|p| &mut p.hog);
        let (mut left, mut order) = (bytes.div_ceil(PAGE_SIZE), PAGEBLOCK_ORDER);
        let mut held = Vec::new();
        while left > 0 {
            let block = (left >> order > 0)
                .then(|| self.alloc_pages(order, MigrateType::Movable))
                .flatten();
            if let Some(page) = block {
                held.push((page, order));
                left -= 1 << order;
            } else if order > 0 {
                order -= 1;
            } else {
                break;
            }
        }
        self.pressure.hog = held.into();
        if left > 0 {
            self.give_back(|p| &mut p.hog);
            return Err(Errno::ENOMEM);
        }
        Ok(())
    }

    /// Breaks `percent` of the free 2 MiB blocks, chosen by `seed`, by holding the first page of each; what an earlier call
    /// held is given back first.
    #[inline(never)]
    pub fn fragment(&mut self, percent: u32, seed: u64) {
        self.give_back(|p| &mut p.fragments);
        let mut blocks = Vec::new();
        // Past the watermarks: a whole block that is left could be had as soon as the others are free again.
        for z in &mut self.zones {
            while let Some(page) =
                z.rmqueue(&mut self.frames, PAGEBLOCK_ORDER, MigrateType::Movable)
            {
                blocks.push(page);
            }
        }
        let n = blocks.len() as u64;
        let mut wanted = n * u64::from(percent.min(100)) / 100;
        let mut held = Vec::new();
        for (i, page) in (0..n).zip(blocks) {
            // Drawn evenly from the blocks that are left (selection sampling).
            if mix(seed ^ mix(i)) % (n - i) >= wanted {
                self.free_pages(page, PAGEBLOCK_ORDER);
                continue;
            }
            wanted -= 1;
            let kept = FrameFlags::ALLOCATED;
            self.frames.format(page, 0, kept, FrameFlags::NONE);
            held.push((page, 0));
            for order in 0..PAGEBLOCK_ORDER {
                self.free_pages(page.add(1 << order), order);
            }
        }
        self.pressure.fragments = held.into();
    }

    fn give_back(&mut self, which: fn(&mut Pressure) -> &mut Held) {
        for (page, order) in std::mem::take(which(&mut self.pressure)).iter() {
            self.free_pages(*page, *order);
        }
    }

    /// Sets the limit of the memory cgroup in bytes, rounded down to pages; `None` is no limit. What is used already
    /// stays (`memory.max`).
    pub fn charge_limit(&mut self, bytes: Option<u64>) {
        self.pressure.limit = bytes.map(|b| b / PAGE_SIZE);
    }

    /// Charges `nr` pages (`mem_cgroup_charge`).
    pub(super) fn charge(&mut self, nr: u64) -> bool {
        let usage = self.pressure.charged + nr;
        let fits = self.pressure.limit.is_none_or(|limit| usage <= limit);
        if fits {
            self.pressure.charged = usage;
        }
        fits
    }

    pub(super) fn uncharge(&mut self, nr: u64) {
        debug_assert!(self.pressure.charged >= nr);
        self.pressure.charged -= nr;
    }

    /// The usage is the pages of all folios that are in use and were not taken by the script itself.
    pub(crate) fn check_charges(&self) -> Result<(), String> {
        let p = &self.pressure;
        let held: u64 = p.hog.iter().chain(&*p.fragments).map(|b| 1u64 << b.1).sum();
        let others = FrameFlags::TAIL
            .and(FrameFlags::PGTABLE)
            .and(FrameFlags::RESERVED)
            .and(FrameFlags::ZERO);
        let mut used = 0;
        for pfn in self.frames.touched() {
            let flags = self.frames.flags(pfn);
            if flags.has(FrameFlags::ALLOCATED) && !flags.any(others) && !self.folio_hugetlb(pfn) {
                used += self.folio_nr_pages(pfn) as u64;
            }
        }
        if used == p.charged + held {
            return Ok(());
        }
        Err(format!(
            "{used} pages in use, {} charged, {held} held",
            p.charged
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MachineConfig;

    #[test]
    fn what_is_held_comes_back() {
        let mut m = Machine::new(MachineConfig::default()).expect("a machine");
        let free = m.nr_free_pages();
        m.hog((5 << 20) + 1).expect("there is room");
        assert_eq!(m.nr_free_pages(), free - 2 * 512 - 257);
        assert_eq!(m.hog(1 << 40), Err(Errno::ENOMEM));
        assert_eq!(m.nr_free_pages(), free);
        let blocks = |m: &Machine| -> u64 {
            let of = |o| m.zones.iter().map(|z| z.free.nr_free(o)).sum::<u64>();
            of(9) + 2 * of(10)
        };
        let whole = blocks(&m);
        for (percent, seed) in [(70, 1), (70, 2), (100, 1), (0, 1)] {
            m.fragment(percent, seed);
            m.check().expect("holds");
            let broken = whole - blocks(&m);
            let most = whole * u64::from(percent) / 100;
            assert!(
                broken <= most && broken + whole / 20 >= most,
                "{percent}: {broken} of {whole}"
            );
        }
        assert_eq!((m.nr_free_pages(), blocks(&m)), (free, whole));
    }
}
