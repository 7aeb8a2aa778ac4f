//! The memory map of huge pages given away but for its first page, as all of it says the same (HVO).
//!
//! Counterparts in `mm/hugetlb_vmemmap.c`: `hugetlb_vmemmap_optimize_folio`, `hugetlb_vmemmap_restore_folio`. A base
//! page is described by 64 bytes, so 2 MiB give 7 pages and 1 GiB gives 4095.

use super::OPTIMIZED;
use crate::machine::Machine;
use crate::phys::buddy::MigrateType;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::Pfn;
use std::collections::BTreeMap;

/// log2 of the base pages that one page of the memory map describes.
const PAGES_PER_MAP_PAGE_SHIFT: u8 = 6;

/// The switch, and the pages of the memory map that are no longer where they were at boot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Vmemmap {
    /// `vm.hugetlb_optimize_vmemmap`: counts for pages that join a pool from now on.
    pub enabled: bool,
    /// Frames that hold a page of the map since it was taken back, by the first frame it describes in units of 64.
    taken_back: BTreeMap<u32, Pfn>,
}

impl Vmemmap {
    pub fn new(enabled: bool) -> Self {
        Vmemmap {
            enabled,
            ..Vmemmap::default()
        }
    }
}

impl Machine {
    /// Pages of the memory map that a huge page of an order can give away.
    fn vmemmap_spare(order: u8) -> usize {
        1usize
            .checked_shl(u32::from(order.saturating_sub(PAGES_PER_MAP_PAGE_SHIFT)))
            .map_or(0, |n| n - 1)
    }

    /// A page joins the pool: its memory map goes to the buddy allocator, if that is switched on.
    pub(super) fn vmemmap_optimize(&mut self, head: Pfn) {
        if !self.hugetlb.vmemmap.enabled {
            return;
        }
        let n = Self::vmemmap_spare(self.huge_page_order(head));
        if n == 0 {
            return;
        }
        let zone = self.zones.iter().position(|z| z.contains(head));
        let Some(zone) = zone else { return };
        let start = self.zones[zone].start.0;
        let first = head.0 >> PAGES_PER_MAP_PAGE_SHIFT;
        for at in first + 1..=first + n as u32 {
            let pfn = match self.hugetlb.vmemmap.taken_back.remove(&at) {
                Some(pfn) => pfn,
                None => {
                    self.zones[zone].managed += 1;
                    Pfn(start + at - (start >> PAGES_PER_MAP_PAGE_SHIFT))
                }
            };
            self.frames.clear(pfn, FrameFlags::RESERVED);
            self.frames.set(pfn, FrameFlags::ALLOCATED);
            self.free_pages(pfn, 0);
        }
        self.set_hugetlb_mark(head, self.hugetlb_mark(head) | OPTIMIZED);
    }

    /// A page leaves the pool: its memory map must be whole again. False without memory for that.
    pub(super) fn vmemmap_restore(&mut self, head: Pfn) -> bool {
        if self.hugetlb_mark(head) & OPTIMIZED == 0 {
            return true;
        }
        let nid = self.page_to_nid(head) as u8;
        let mut frames = Vec::new();
        for _ in 0..Self::vmemmap_spare(self.huge_page_order(head)) {
            let Some(pfn) = self.alloc_pages_node(nid, 0, MigrateType::Unmovable) else {
                for pfn in frames {
                    self.frames.clear(pfn, FrameFlags::RESERVED);
                    self.free_pages(pfn, 0);
                }
                return false;
            };
            self.frames.set(pfn, FrameFlags::RESERVED);
            frames.push(pfn);
        }
        let first = head.0 >> PAGES_PER_MAP_PAGE_SHIFT;
        let map = (first + 1..).zip(frames);
        self.hugetlb.vmemmap.taken_back.extend(map);
        self.set_hugetlb_mark(head, self.hugetlb_mark(head) & !OPTIMIZED);
        true
    }
}
