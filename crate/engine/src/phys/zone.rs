//! Nodes, zones and their watermarks.
//!
//! Counterparts: `struct pglist_data`, `struct zone`, `__setup_per_zone_wmarks`.

use super::buddy::FreeArea;
use super::compaction::CompactState;
use crate::vm::addr::{PAGE_SIZE, Pfn};

/// Kinds of zones, low to high. Movable and Device stay empty unless configured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ZoneKind {
    /// Below 16 MiB.
    Dma,
    /// Below 4 GiB.
    Dma32,
    /// Everything above.
    Normal,
}

impl ZoneKind {
    /// As printed in `/proc/buddyinfo`.
    pub fn name(self) -> &'static str {
        match self {
            ZoneKind::Dma => "DMA",
            ZoneKind::Dma32 => "DMA32",
            ZoneKind::Normal => "Normal",
        }
    }
}

/// Watermarks in pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watermarks {
    /// Below it only urgent requests succeed.
    pub min: u64,
    /// kswapd wakes.
    pub low: u64,
    /// kswapd sleeps.
    pub high: u64,
    /// Promotion target of memory tiering.
    pub promo: u64,
}

/// A range of frames of one node with free lists of its own.
#[derive(Clone, Debug)]
pub struct Zone {
    /// NUMA node.
    pub nid: u8,
    /// Kind.
    pub kind: ZoneKind,
    /// First frame.
    pub start: Pfn,
    /// Frames spanned.
    pub spanned: u64,
    /// Those that are on-line.
    pub present: u64,
    /// Frames given to the buddy allocator at boot.
    pub managed: u64,
    /// Frames now free.
    pub nr_free: u64,
    /// Free lists.
    pub free: FreeArea,
    /// Watermarks.
    pub watermarks: Watermarks,
    /// Reserve towards requests that could use a higher zone, by its kind, in pages.
    pub lowmem_reserve: [u64; 3],
    /// What compaction remembers.
    pub compact: CompactState,
}

impl Zone {
    /// The frame behind its last one.
    pub fn end(&self) -> u32 {
        self.start.0 + self.spanned as u32
    }

    /// True if the frame lies in this zone.
    pub fn contains(&self, pfn: Pfn) -> bool {
        pfn.0 >= self.start.0 && u64::from(pfn.0) < u64::from(self.start.0) + self.spanned
    }
}

/// First frame above 16 MiB.
pub const DMA_END: u64 = (16 << 20) / PAGE_SIZE;
/// First frame above 4 GiB.
pub const DMA32_END: u64 = (4 << 30) / PAGE_SIZE;
/// First frame of the hole for devices below 4 GiB; memory that does not fit below it continues at 4 GiB.
pub const HOLE_START: u64 = (3 << 30) / PAGE_SIZE;

/// The zones of `nr_nodes` equal nodes that share `mem_pages` of memory, as (node, kind, start, pages).
///
/// Memory beyond 3 GiB continues above 4 GiB, as on the usual x86 machine.
pub fn layout(mem_pages: u64, nr_nodes: u8) -> Vec<(u8, ZoneKind, u64, u64)> {
    let below = mem_pages.min(HOLE_START);
    let mut ranges = vec![(ZoneKind::Dma, 0, below.min(DMA_END))];
    if below > DMA_END {
        ranges.push((ZoneKind::Dma32, DMA_END, below - DMA_END));
    }
    if mem_pages > below {
        ranges.push((ZoneKind::Normal, DMA32_END, mem_pages - below));
    }
    let share = (mem_pages / u64::from(nr_nodes)) & !511;
    let (mut out, mut nid, mut left) = (Vec::new(), 0u8, share);
    for (kind, mut start, mut pages) in ranges {
        while pages > 0 {
            let take = if nid + 1 == nr_nodes {
                pages
            } else {
                pages.min(left)
            };
            out.push((nid, kind, start, take));
            start += take;
            pages -= take;
            left = left.saturating_sub(take);
            if left == 0 && nid + 1 < nr_nodes {
                nid += 1;
                left = share;
            }
        }
    }
    out
}

/// `min_free_kbytes` by the default formula: isqrt(16 x low memory in kB), 128..262144.
pub fn default_min_free_kbytes(managed_pages: u64) -> u64 {
    (managed_pages * 4 * 16).isqrt().clamp(128, 262_144)
}

/// `min_free_kbytes` that khugepaged asks for while huge pages are enabled, in kB (`set_recommended_min_free_kbytes`).
pub fn recommended_min_free_kbytes(nr_zones: u64, managed_pages: u64) -> u64 {
    let pages = (512 * nr_zones * (2 + 3 * 3)).min(managed_pages / 20);
    pages * 4
}

/// Sets watermarks and reserves of all zones from `min_free_kbytes` and `watermark_scale_factor`.
pub fn set_watermarks(zones: &mut [Zone], min_free_kbytes: u64, scale_factor: u64) {
    const RESERVE_RATIO: [u64; 3] = [256, 256, 32];
    let total: u64 = zones.iter().map(|z| z.managed).sum();
    let pages_min = min_free_kbytes / 4;
    let sizes: Vec<_> = zones.iter().map(|z| (z.nid, z.kind, z.managed)).collect();
    for z in zones {
        let min = pages_min * z.managed / total.max(1);
        let step = (min / 4).max(z.managed * scale_factor / 10_000);
        z.watermarks = Watermarks {
            min,
            low: min + step,
            high: min + 2 * step,
            promo: min + 3 * step,
        };
        for (k, reserve) in z.lowmem_reserve.iter_mut().enumerate() {
            let above: u64 = sizes
                .iter()
                .filter(|(nid, kind, _)| *nid == z.nid && *kind > z.kind && *kind as usize <= k)
                .map(|s| s.2)
                .sum();
            *reserve = above / RESERVE_RATIO[z.kind as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_puts_the_rest_above_the_hole() {
        let l = layout((4 << 30) / PAGE_SIZE, 1);
        assert_eq!(
            l,
            [
                (0, ZoneKind::Dma, 0, 4096),
                (0, ZoneKind::Dma32, 4096, 782_336),
                (0, ZoneKind::Normal, 1 << 20, 262_144)
            ]
        );
        let two = layout((4 << 30) / PAGE_SIZE, 2);
        assert_eq!(
            two.iter().filter(|z| z.0 == 1).map(|z| z.3).sum::<u64>(),
            1 << 19
        );
    }

    #[test]
    fn khugepaged_asks_for_67584_kb_on_three_zones() {
        assert_eq!(recommended_min_free_kbytes(3, 1 << 20), 67_584);
    }
}
