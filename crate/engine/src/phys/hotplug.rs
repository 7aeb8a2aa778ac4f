//! Memory that goes off-line and comes back, a block of 128 MiB at a time.
//!
//! Counterparts: `offline_pages`, `online_pages` (`mm/memory_hotplug.c`), `drivers/base/memory.c`.
//!
//! Deviation: a block with pages that cannot be moved is refused at once (EBUSY), where the kernel may try for ever; a
//! block that is off-line stays a part of its zone.

use super::buddy::MAX_PAGE_ORDER;
use super::frame::FrameFlags;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::EventKind;
use crate::vm::addr::{HPAGE_PMD_ORDER, PAGE_SHIFT, Pfn};

/// log2 of the pages of a block.
const BLOCK_ORDER: u8 = 15;
/// Bytes of a block.
pub(crate) const BLOCK_BYTES: u64 = 1 << (BLOCK_ORDER as u32 + PAGE_SHIFT);

impl Machine {
    /// Numbers of the blocks there are, on-line or not.
    pub(crate) fn memory_blocks(&self) -> Vec<u32> {
        let of = |first: u32, pages: u64| {
            first >> BLOCK_ORDER..=(first + pages as u32 - 1) >> BLOCK_ORDER
        };
        let blocks = self.zones.iter().flat_map(|z| of(z.start.0, z.spanned));
        let mut all: Vec<u32> = blocks.collect();
        all.dedup();
        all
    }

    /// Whether a block is on-line.
    pub(crate) fn memory_online(&self, block: u32) -> bool {
        !self.offline.contains(&block)
    }

    /// Takes a block away, or brings it back.
    ///
    /// # Errors
    /// EINVAL: it is so already, or lies in two zones. EBUSY: something in it cannot be moved.
    #[inline(never)]
    pub(crate) fn set_memory_online(&mut self, block: u32, online: bool) -> Result<(), Errno> {
        let (start, pages) = (block << BLOCK_ORDER, 1u32 << BLOCK_ORDER);
        let (first, last) = (Pfn(start), Pfn(start + pages - 1));
        let zone = self
            .zones
            .iter()
            .position(|z| z.contains(first) && z.contains(last));
        let zone = zone.ok_or(Errno::EINVAL)?;
        if self.memory_online(block) == online {
            return Err(Errno::EINVAL);
        }
        if online {
            self.offline.retain(|b| *b != block);
            self.zones[zone].managed += u64::from(pages);
            for at in (start..start + pages).step_by(1 << MAX_PAGE_ORDER) {
                self.free_pages(Pfn(at), MAX_PAGE_ORDER);
            }
        } else {
            let folios = self.movable_range(zone, start, pages).ok_or(Errno::EBUSY)?;
            if !self.alloc_contig_range(zone, start, pages, folios) {
                return Err(Errno::EBUSY);
            }
            for at in (start..start + pages).step_by(1 << HPAGE_PMD_ORDER) {
                let gone = FrameFlags::RESERVED;
                self.frames.format(Pfn(at), HPAGE_PMD_ORDER, gone, gone);
            }
            self.offline.push(block);
            self.zones[zone].managed -= u64::from(pages);
            self.ksm_memory_offline(first, last);
        }
        self.set_recommended_min_free_kbytes();
        self.emit(EventKind::MemoryBlock { block, online });
        Ok(())
    }
}
