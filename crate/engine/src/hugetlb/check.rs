//! Invariants of hugetlb: pools against frames, mappings against counts, promises against maps.

use super::{GIGANTIC_PART, RESTORE_RESERVE, SUBPOOL_SHIFT, mark_size};
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{PAGE_SIZE, Pfn};
use crate::vm::vma::VmFlags;
use std::collections::BTreeMap;

macro_rules! ensure {
    ($cond:expr, $($msg:tt)*) => { if !$cond { return Err(format!($($msg)*)); } };
}

impl Machine {
    /// Recomputes every count of hugetlb.
    pub(crate) fn check_hugetlb(&self) -> Result<(), String> {
        let mut mapped: BTreeMap<Pfn, i32> = BTreeMap::new();
        let mut promised: Vec<i64> = self.hugetlb.hstates.iter().map(|h| h.lost as i64).collect();
        let mut used = vec![0u64; self.hugetlb.mounts.len() + 1];
        let mut map_users = vec![0u32; self.hugetlb.maps.len()];
        for v in self.vmas.iter().flatten() {
            if !v.flags.has(VmFlags::HUGETLB) {
                ensure!(v.hugetlb.resv_map == 0, "{v:?} holds a reserve map");
                continue;
            }
            let order = self.vma_hstate(v).1;
            let size = PAGE_SIZE << order;
            ensure!(
                v.start % size == 0 && v.end % size == 0,
                "hugetlb area {:#x} is not aligned",
                v.start
            );
            if v.hugetlb.resv_map > 0 {
                map_users[v.hugetlb.resv_map as usize - 1] += 1;
                let unused = self.unused(v, v.start, v.end);
                promised[self.vma_hstate(v).0] += unused as i64;
                used[v
                    .file
                    .map_or(0, |f| usize::from(self.hugetlb.file(f).mount))] += unused;
            }
            for addr in (v.start..v.end).step_by(size as usize) {
                let pte = self.huge_pte(v.mm, addr, order);
                if !pte.is_none() {
                    ensure!(
                        self.hugetlb_size(pte.pfn()) == Some(self.vma_hstate(v).0),
                        "hugetlb area maps {pte:?} at {addr:#x}"
                    );
                    *mapped.entry(pte.pfn()).or_default() += 1;
                }
            }
        }
        for (i, map) in self.hugetlb.maps.iter().enumerate() {
            let refs = map.as_ref().map_or(0, |m| m.refs);
            ensure!(
                refs == map_users[i],
                "reserve map {i}: {} areas, counts {refs}",
                map_users[i]
            );
        }
        let cached = self.check_hugetlb_files()?;
        for f in self.hugetlb.files.iter().flatten() {
            let reserved = f.resv.count(0, u64::MAX);
            promised[usize::from(f.hstate)] += reserved as i64 - f.pages.len() as i64;
            used[usize::from(f.mount)] += reserved;
        }
        let (mut in_use, mut pages, mut whole_in_use) = (0i64, 0i64, false);
        for head in self.frames.touched() {
            if self.frames.head(head) != head || !self.folio_hugetlb(head) {
                continue;
            }
            let mark = self.hugetlb_mark(head);
            let size = 1i64 << self.frames.order(head);
            pages += size;
            if mark & GIGANTIC_PART != 0 {
                in_use += if whole_in_use { size } else { 0 };
                continue;
            }
            let (n, refs) = (
                mapped.remove(&head).unwrap_or(0),
                self.frames.refcount(head),
            );
            let expected = n + i32::from(cached.contains(&head));
            ensure!(
                self.folio_mapcount(head) == n && self.folio_entire_mapcount(head) == n,
                "hugetlb page {head:?} is mapped {n} times, counts {}",
                self.folio_mapcount(head)
            );
            let pinned = self.frames.has(head, FrameFlags::PINNED);
            ensure!(
                refs == expected || pinned && refs > expected,
                "hugetlb page {head:?}: {refs} references, {expected} users"
            );
            whole_in_use = refs > 0;
            // What goes back to its owner when it is freed is promised to it already.
            let restored = mark & RESTORE_RESERVE != 0;
            if whole_in_use && restored {
                promised[mark_size(mark)] -= 1;
            } else if whole_in_use && !cached.contains(&head) {
                used[(mark >> SUBPOOL_SHIFT) as usize] += 1;
            }
            in_use += if whole_in_use { size } else { 0 };
        }
        ensure!(
            mapped.is_empty(),
            "hugetlb areas map other pages: {mapped:?}"
        );
        for (m, used) in self.hugetlb.mounts.iter().zip(&used[1..]) {
            ensure!(
                m.is_right(*used),
                "{m:?}: {used} pages are promised or in use"
            );
        }
        let (mut nr, mut free) = (0, 0);
        for (size, h) in self.hugetlb.hstates.iter().enumerate() {
            let of_mounts = self
                .hugetlb
                .mounts
                .iter()
                .map(|m| m.reserved(size))
                .sum::<u64>();
            let promised = promised[size] + of_mounts as i64;
            ensure!(
                promised == h.resv,
                "{promised} pages of order {} are promised, resv counts {}",
                h.order,
                h.resv
            );
            nr += (h.nr() << h.order) as i64;
            free += (h.free() << h.order) as i64;
            for (nid, n) in h.nodes.iter().enumerate() {
                ensure!(
                    n.surplus <= n.nr && n.free.len() as u64 <= n.nr,
                    "node {nid}: {} pages, {} surplus, {} free",
                    n.nr,
                    n.surplus,
                    n.free.len()
                );
                for page in &n.free {
                    ensure!(
                        self.hugetlb_size(*page) == Some(size)
                            && self.frames.refcount(*page) == 0
                            && self.page_to_nid(*page) == nid,
                        "{page:?} is on the free list of node {nid}"
                    );
                }
            }
        }
        ensure!(
            nr == pages && nr == free + in_use,
            "{pages} base pages are of hugetlb, {in_use} in use, the pools count {nr} and {free} free"
        );
        ensure!(
            self.stat.nr_hugetlb == in_use,
            "{in_use} base pages in use, nr_hugetlb {}",
            self.stat.nr_hugetlb
        );
        Ok(())
    }

    /// Users of every file; returns the pages in files.
    fn check_hugetlb_files(&self) -> Result<std::collections::BTreeSet<Pfn>, String> {
        let mut cached = std::collections::BTreeSet::new();
        for (i, f) in self.hugetlb.files.iter().enumerate() {
            let Some(f) = f else { continue };
            let id = crate::vm::addr::FileId(i as u32 | super::HUGETLBFS);
            let areas = self.hugetlb_areas(Some(id)).len();
            ensure!(
                areas == f.vmas as usize && (areas > 0 || f.open),
                "hugetlb file {i}: {areas} areas, counts {}",
                f.vmas
            );
            for (index, page) in &f.pages {
                ensure!(
                    f.resv.count(*index, *index + 1) == 1,
                    "page {index} of hugetlb file {i} is not in its reserve map"
                );
                cached.insert(*page);
            }
        }
        Ok(cached)
    }
}
