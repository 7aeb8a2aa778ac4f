//! Reservations: how many pages are promised in all, and to which offsets of a file or a private mapping.
//!
//! Counterparts in `mm/hugetlb.c`: `hugetlb_acct_memory`, `gather_surplus_pages`, `region_add`, `region_del`,
//! `vma_needs_reservation`, `hugetlb_reserve_pages`, `hugetlb_vm_op_close`.

use super::{HugetlbVma, ResvMap, shift};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::{FileId, VmaId};
use crate::vm::vma::{VmFlags, Vma};

impl ResvMap {
    fn part(&self, from: u64, to: u64) -> std::ops::Range<usize> {
        let at = |x| self.offsets.partition_point(|o| *o < x);
        at(from)..at(to)
    }

    /// Offsets in `[from, to)`.
    pub(super) fn count(&self, from: u64, to: u64) -> u64 {
        self.part(from, to).len() as u64
    }

    /// Adds `[from, to)`; returns how many were new.
    pub(super) fn add(&mut self, from: u64, to: u64) -> u64 {
        let part = self.part(from, to);
        let new = to - from - part.len() as u64;
        let after = self.offsets.split_off(part.end);
        self.offsets.truncate(part.start);
        self.offsets.extend(from..to);
        self.offsets.extend_from_slice(&after);
        new
    }

    /// Removes `[from, to)`; returns how many there were.
    pub(super) fn del(&mut self, from: u64, to: u64) -> u64 {
        let part = self.part(from, to);
        let n = part.len() as u64;
        self.offsets.drain(part);
        n
    }
}

/// Whose map decides whether a page was promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    /// A file: what is in its map is reserved.
    File(FileId),
    /// The owner of a private mapping, by index of its map: what is in it is used up.
    Owner(usize),
    /// Nobody: a child, or a private mapping without reservation.
    Nobody,
}

impl Machine {
    pub(super) fn holder(&self, vma: VmaId) -> Holder {
        let v = self.vma(vma);
        match (v.flags.has(VmFlags::MAYSHARE), v.file, v.hugetlb.resv_map) {
            (true, Some(file), _) => Holder::File(file),
            (false, _, map) if map > 0 => Holder::Owner(map as usize - 1),
            _ => Holder::Nobody,
        }
    }

    fn map_mut(&mut self, map: usize) -> &mut ResvMap {
        self.hugetlb.maps[map]
            .as_mut()
            .expect("a reserve map lives as long as an area holds it")
    }

    /// True if a page at this offset was not promised (`vma_needs_reservation`).
    pub(super) fn needs_reservation(&self, holder: Holder, index: u64) -> bool {
        match holder {
            Holder::File(f) => self.hugetlb.file(f).resv.count(index, index + 1) == 0,
            Holder::Owner(m) => self.hugetlb.maps[m]
                .as_ref()
                .is_some_and(|m| m.count(index, index + 1) > 0),
            Holder::Nobody => true,
        }
    }

    /// Notes that the page is there: reserved for good in a file, used up for an owner (`vma_commit_reservation`).
    pub(super) fn commit_reservation(&mut self, holder: Holder, index: u64) {
        match holder {
            Holder::File(f) => {
                self.hugetlb.file_mut(f).resv.add(index, index + 1);
            }
            Holder::Owner(m) => {
                self.map_mut(m).add(index, index + 1);
            }
            Holder::Nobody => {}
        }
    }

    /// An owner's page is gone and promised again (`vma_add_reservation`).
    pub(super) fn restore_reservation(&mut self, map: usize, index: u64) {
        self.map_mut(map).del(index, index + 1);
    }

    /// Promises `delta` pages of a size more, making surplus pages for what is not free (`hugetlb_acct_memory`,
    /// `gather_surplus_pages`).
    ///
    /// # Errors
    /// ENOMEM: not enough pages; nothing changes but the counters of the allocator.
    #[inline(never)]
    pub(super) fn reserve(&mut self, size: usize, delta: u64) -> Result<(), Errno> {
        let h = &self.hugetlb.hstates[size];
        let needed = (h.resv.saturating_add_unsigned(delta)).saturating_sub_unsigned(h.free());
        let mut made = Vec::new();
        while (made.len() as i64) < needed {
            let Some(page) = self.alloc_surplus(size) else {
                break;
            };
            made.push(page);
        }
        let enough = made.len() as i64 >= needed;
        for page in made {
            if enough {
                let nid = self.page_to_nid(page);
                self.hugetlb.hstates[size].nodes[nid].free.push(page);
            } else {
                self.free_huge_folio(page);
            }
        }
        if !enough {
            return Err(Errno::ENOMEM);
        }
        let h = &mut self.hugetlb.hstates[size];
        h.resv += delta as i64;
        // Can only fail while the count of promises is below zero.
        if delta > h.free() {
            self.unreserve(size, delta);
            return Err(Errno::ENOMEM);
        }
        Ok(())
    }

    /// Promises `n` pages of a mount: what it has of its own, the rest of the pool.
    fn reserve_in_mount(&mut self, size: usize, mount: u8, n: u64) -> Result<(), Errno> {
        let of_pool = self.subpool_get(mount, n).ok_or(Errno::ENOMEM)?;
        self.reserve(size, of_pool).inspect_err(|_| {
            let over = self.subpool_put(mount, n - of_pool);
            self.unreserve(size, over);
            self.subpool_unuse(mount, of_pool);
        })
    }

    /// Takes `n` promises back, and as many free surplus pages.
    pub(super) fn unreserve(&mut self, size: usize, n: u64) {
        if n > 0 {
            self.hugetlb.hstates[size].resv -= n as i64;
            self.free_unused_surplus(size, n);
        }
    }

    /// Reserves for a new mapping of `[from, to)` of a file (`hugetlb_reserve_pages`); returns what the area keeps.
    ///
    /// # Errors
    /// ENOMEM.
    pub(super) fn hugetlb_reserve_pages(
        &mut self,
        file: FileId,
        from: u64,
        to: u64,
        flags: VmFlags,
    ) -> Result<HugetlbVma, Errno> {
        let mut kept = HugetlbVma::default();
        if flags.has(VmFlags::NORESERVE) {
            return Ok(kept);
        }
        let shared = flags.has(VmFlags::MAYSHARE);
        let f = self.hugetlb.file(file);
        let there = if shared { f.resv.count(from, to) } else { 0 };
        self.reserve_in_mount(f.hstate.into(), f.mount, to - from - there)?;
        if shared {
            self.hugetlb.file_mut(file).resv.add(from, to);
            return Ok(kept);
        }
        let free = self.hugetlb.maps.iter().position(Option::is_none);
        let at = free.unwrap_or_else(|| {
            self.hugetlb.maps.push(None);
            self.hugetlb.maps.len() - 1
        });
        self.hugetlb.maps[at] = Some(ResvMap::default());
        kept.resv_map = at as u32 + 1;
        Ok(kept)
    }

    /// An area that shares file and map with another came to be: a new one, a split or a move (`hugetlb_vm_op_open`).
    pub(crate) fn hugetlb_vm_open(&mut self, vma: VmaId) {
        let v = self.vma(vma);
        let (file, map) = (v.file, v.hugetlb.resv_map);
        if let Some(f) = file {
            self.hugetlb.file_mut(f).vmas += 1;
        }
        if map > 0 {
            self.map_mut(map as usize - 1).refs += 1;
        }
    }

    /// An area is gone: what it was promised and has not used goes back (`hugetlb_vm_op_close`), and with its last area
    /// an unnamed file.
    pub(crate) fn hugetlb_vm_close(&mut self, v: &Vma) {
        if v.hugetlb.resv_map > 0 {
            let map = v.hugetlb.resv_map as usize - 1;
            let (size, unused) = (self.vma_hstate(v).0, self.unused(v, v.start, v.end));
            self.put_resv_map(map);
            let mount = v.file.map_or(0, |f| self.hugetlb.file(f).mount);
            let of_pool = self.subpool_put(mount, unused);
            self.unreserve(size, of_pool);
        }
        if let Some(f) = v.file {
            self.hugetlb.file_mut(f).vmas -= 1;
            self.hugetlb_file_put(f);
        }
    }

    fn put_resv_map(&mut self, map: usize) {
        let m = self.map_mut(map);
        m.refs -= 1;
        if m.refs == 0 {
            self.hugetlb.maps[map] = None;
        }
    }

    /// The pages at `addr` of an area have moved away, `len` bytes: it no longer owns a reservation, not even for a part
    /// that stays, which is promised to nobody from then on (`clear_vma_resv_huge_pages`).
    pub(crate) fn clear_vma_resv_huge_pages(&mut self, vma: VmaId, addr: u64, len: u64) {
        let v = self.vma(vma);
        if v.hugetlb.resv_map > 0 {
            let map = v.hugetlb.resv_map as usize - 1;
            let size = self.vma_hstate(v).0;
            let lost = self.unused(v, v.start, v.end) - self.unused(v, addr, addr + len);
            self.hugetlb.hstates[size].lost += lost;
            self.subpool_lose(self.subpool_vma(vma), lost);
            self.put_resv_map(map);
        }
        self.vma_mut(vma).hugetlb = HugetlbVma::default();
    }

    /// Pages of an owner's area that it was promised and has not used.
    #[inline(never)]
    pub(super) fn unused(&self, v: &Vma, start: u64, end: u64) -> u64 {
        let map = self
            .hugetlb
            .maps
            .get((v.hugetlb.resv_map as usize).wrapping_sub(1));
        let Some(map) = map.and_then(Option::as_ref) else {
            return 0;
        };
        let from = self.hugecache_offset(v, start);
        let n = (end - start) >> shift(self.vma_hstate(v).1);
        n - map.count(from, from + n)
    }
}
