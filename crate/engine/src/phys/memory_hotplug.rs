//! Memory blocks: memory that goes off-line and comes back.
//!
//! Counterparts: `offline_pages`, `online_pages` (`mm/memory_hotplug.c`), `has_unmovable_pages`, `init_per_zone_wmark_min`,
//! `probe_memory_block_size` (`arch/x86/mm/init_64.c`). The files are in `vfs/memory`.
//!
//! A write to `state` is one step: nothing runs between the notices, so ksmd, which waits from MEM_GOING_OFFLINE on, is
//! never seen to wait.
//!
//! Deviation: where the kernel tries again until a signal ends it - a page is pinned or locked, or fits nowhere -, the
//! write ends at once with EINTR; what could be moved has moved, as there. Hugetlb pages in use are not moved: EBUSY. A
//! block comes back to the zone it left, also by `online_movable` (there is no zone Movable) and at the end of DMA32, which
//! the kernel gives to Normal.

use super::frame::FrameFlags;
use super::zone;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::{EventKind, MemoryNotice};
use crate::vm::addr::{PAGE_SIZE, Pfn};
use crate::vm::mempolicy::Place;

/// Least pages of a block: a section, 128 MiB.
const MIN_BLOCK: u64 = (128 << 20) / PAGE_SIZE;
/// Most pages of a block, 2 GiB.
const MAX_BLOCK: u64 = (2 << 30) / PAGE_SIZE;
/// Memory that ends here or above, in pages, has blocks as large as its end allows: 64 GiB.
const LARGE_BLOCKS_FROM: u64 = (64 << 30) / PAGE_SIZE;

impl Machine {
    /// Pages of a memory block: 128 MiB, and from 64 GiB on the largest size up to 2 GiB that the end of memory is a
    /// multiple of, as in a virtual machine (`probe_memory_block_size`).
    #[inline(never)]
    pub fn memory_block_pages(&self) -> u32 {
        let end = self.frames.len() as u64;
        let mut pages = MIN_BLOCK;
        if end >= LARGE_BLOCKS_FROM {
            while pages < MAX_BLOCK && end.is_multiple_of(2 * pages) {
                pages *= 2;
            }
        }
        pages as u32
    }

    /// Numbers of the blocks there is memory in, ascending.
    pub fn memory_blocks(&self) -> impl Iterator<Item = u32> {
        let blocks = (self.frames.len() as u32).div_ceil(self.memory_block_pages());
        (0..blocks).filter(|b| self.zones_of_block(*b).0 > 0)
    }

    /// Whether a block is on-line.
    pub fn memory_block_online(&self, block: u32) -> bool {
        let offline = self.offline_blocks.get(block as usize);
        !offline.copied().unwrap_or(false)
    }

    /// Whether a frame lies in a block that is off-line.
    #[inline]
    pub fn frame_offline(&self, pfn: Pfn) -> bool {
        !self.offline_blocks.is_empty() && self.in_offline_block(pfn)
    }

    #[inline(never)]
    fn in_offline_block(&self, pfn: Pfn) -> bool {
        !self.memory_block_online(pfn.0 / self.memory_block_pages())
    }

    /// How many zones a block has a part in, and the last of them.
    #[inline(never)]
    fn zones_of_block(&self, block: u32) -> (u32, usize) {
        let pages = self.memory_block_pages();
        let (start, end) = (block * pages, (block + 1) * pages);
        let mut found = (0, 0);
        for (i, z) in self.zones.iter().enumerate() {
            if z.start.0 < end && z.end() > start {
                found = (found.0 + 1, i);
            }
        }
        found
    }

    /// The zone of a block; none if it has more than one.
    pub(crate) fn memory_block_zone(&self, block: u32) -> Option<usize> {
        let (n, zone) = self.zones_of_block(block);
        (n == 1).then_some(zone)
    }

    /// Pages from the start of a zone to its last one on-line (`shrink_zone_span`). Its first block holds its memory map
    /// and never goes.
    pub(crate) fn zone_spanned(&self, z: &zone::Zone) -> u64 {
        let pages = self.memory_block_pages();
        let mut end = z.end();
        while self.frame_offline(Pfn(end - 1)) {
            end = (end - 1) / pages * pages;
        }
        u64::from(end - z.start.0)
    }

    /// Takes a block off-line: its pages move elsewhere, to other nodes if there are any, and it leaves its zone.
    ///
    /// # Errors
    /// EINVAL: it has a hole, or is of more than one zone. EBUSY, and nothing has changed: a page in it cannot be moved, as
    /// those of the kernel, page tables and what is taken off the lists; also when free hugetlb pages in it are promised.
    /// EINTR: a page that could move did not, see above.
    #[inline(never)]
    pub(crate) fn offline_memory_block(&mut self, block: u32) -> Result<(), Errno> {
        let pages = self.memory_block_pages();
        let start = block * pages;
        let zone = self.memory_block_zone(block).ok_or(Errno::EINVAL)?;
        if self.zones[zone].start.0 > start || self.zones[zone].end() < start + pages {
            return Err(Errno::EINVAL);
        }
        let folios = self
            .folios_of_block(zone, start, pages)
            .ok_or(Errno::EBUSY)?;
        self.ksm_disturbed();
        self.memory_notice(block, MemoryNotice::GoingOffline);
        let emptied = self.empty_block((zone, start, pages), folios);
        let z = &mut self.zones[zone];
        if let Err(errno) = emptied {
            z.undo_isolate_range(&mut self.frames, start, pages);
            self.memory_notice(block, MemoryNotice::CancelOffline);
            return Err(errno);
        }
        self.frames
            .fill(Pfn(start), pages as usize, FrameFlags::RESERVED);
        z.set_range_types(start, pages);
        z.managed -= u64::from(pages);
        z.present -= u64::from(pages);
        self.set_block_offline(block, true);
        self.init_per_zone_wmark_min();
        self.memory_notice(block, MemoryNotice::Offline);
        self.ksm_memory_offline(start..start + pages);
        Ok(())
    }

    /// Gives the memory of a block that is off-line back to its zone.
    #[inline(never)]
    pub(crate) fn online_memory_block(&mut self, block: u32) {
        let pages = self.memory_block_pages();
        let start = block * pages;
        let Some(zone) = self.memory_block_zone(block) else {
            return;
        };
        self.memory_notice(block, MemoryNotice::GoingOnline);
        self.set_block_offline(block, false);
        self.frames
            .fill(Pfn(start), pages as usize, FrameFlags::NONE);
        let z = &mut self.zones[zone];
        z.append_untouched(start, pages);
        z.managed += u64::from(pages);
        z.present += u64::from(pages);
        self.init_per_zone_wmark_min();
        self.memory_notice(block, MemoryNotice::Online);
    }

    fn set_block_offline(&mut self, block: u32, offline: bool) {
        let blocks = self.frames.len() as u32 / self.memory_block_pages();
        self.offline_blocks.resize(blocks as usize, false);
        self.offline_blocks[block as usize] = offline;
    }

    #[inline(never)]
    fn memory_notice(&mut self, block: u32, notice: MemoryNotice) {
        self.emit(EventKind::MemoryBlock { block, notice });
    }

    /// The folios that have to move, if all that is in use may be tried or is a free hugetlb page
    /// (`has_unmovable_pages`).
    fn folios_of_block(&self, zone: usize, start: u32, pages: u32) -> Option<Vec<Pfn>> {
        let mut folios = Vec::new();
        for page in self.in_use(zone, start, pages) {
            let frame = self.frames.frame(page);
            if frame.has(FrameFlags::RESERVED) {
                return None;
            }
            if self.folio_hugetlb(page) {
                if !self.hugetlb_can_dissolve(page) {
                    return None;
                }
            } else if frame.has(FrameFlags::LRU) || self.pressure.holds_movable(page) {
                folios.push(page);
            } else {
                return None;
            }
        }
        Some(folios)
    }

    /// Isolates a range and moves its folios away, the last first; free hugetlb pages leave their pools.
    fn empty_block(&mut self, range: (usize, u32, u32), folios: Vec<Pfn>) -> Result<(), Errno> {
        let (zone, start, pages) = range;
        self.zones[zone].isolate_range(&mut self.frames, start, pages);
        let away = Place::away_from(self.zones[zone].nid, self.config.nodes);
        let before = std::mem::replace(&mut self.place, away);
        let (mut left, mut stays) = (folios, false);
        while let Some(head) = left.pop() {
            stays |= !self.move_out(range, head, &mut left);
        }
        self.place = before;
        if stays {
            return Err(Errno::EINTR);
        }
        self.dissolve_free_hugetlb_folios(range)
    }

    /// `min_free_kbytes` for the memory there is now, unless more was asked for, and all watermarks
    /// (`init_per_zone_wmark_min`); khugepaged then asks for its own.
    #[inline(never)]
    fn init_per_zone_wmark_min(&mut self) {
        let above = |z: &zone::Zone| z.managed.saturating_sub(z.watermarks.high);
        let default = zone::default_min_free_kbytes(self.zones.iter().map(above).sum());
        let asked = self.sysctl.user_min_free_kbytes;
        if asked.is_none_or(|asked| default > asked) {
            self.sysctl.min_free_kbytes = default;
        }
        self.apply_watermarks();
        self.khugepaged_min_free_kbytes_update();
    }

    /// Blocks off-line against zones and frames.
    pub(crate) fn check_memory_blocks(&self) -> Result<(), String> {
        let mut present: Vec<u64> = self.zones.iter().map(|z| z.spanned).collect();
        let pages = self.memory_block_pages();
        for block in self.memory_blocks() {
            if self.memory_block_online(block) {
                continue;
            }
            let start = block * pages;
            let zone = self
                .memory_block_zone(block)
                .ok_or(format!("block {block} is off-line, of no single zone"))?;
            present[zone] -= u64::from(pages);
            for pfn in (start..start + pages).step_by(512).map(Pfn) {
                if self.frames.flags(pfn) != FrameFlags::RESERVED
                    || self.zones[zone].free.is_untouched(pfn)
                {
                    return Err(format!("{pfn:?} is in use in block {block}, off-line"));
                }
            }
        }
        for (z, present) in self.zones.iter().zip(present) {
            if z.present != present || z.managed > present {
                return Err(format!(
                    "zone {} has {present} pages, counts {}, {} managed",
                    z.kind.name(),
                    z.present,
                    z.managed
                ));
            }
        }
        Ok(())
    }
}
