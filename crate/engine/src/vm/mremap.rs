//! mremap: growing, shrinking and moving mappings.
//!
//! Counterpart: `mm/mremap.c`.

use super::addr::{
    HPAGE_PMD_SIZE, MmId, PAGE_SHIFT, PAGE_SIZE, Pid, TASK_SIZE, VmaId, page_aligned, pmd_aligned,
    pmd_down, pte_index,
};
use super::mm::MAX_MAP_COUNT;
use super::pte::Pte;
use super::table::Pmd;
use super::uapi::{MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE};
use super::uffd::ARMED;
use super::vma::{VmFlags, Vma};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::{Call, EventKind};

impl Machine {
    /// Resizes `[addr, addr + old_len)` to `new_len`, or moves it; returns where it is now.
    ///
    /// # Errors
    /// EINVAL: flags, alignment, lengths, overlap. EFAULT: no mapping, or beyond the end of one. ENOMEM: no room,
    /// or too many areas.
    #[inline(never)]
    pub fn mremap(
        &mut self,
        pid: Pid,
        addr: u64,
        old_len: u64,
        new_len: u64,
        flags: u32,
        new_addr: u64,
    ) -> Result<u64, Errno> {
        self.syscall(pid, |m, mm| {
            let round = |l: u64| l.checked_next_multiple_of(PAGE_SIZE).ok_or(Errno::EINVAL);
            let (old_len, new_len) = (round(old_len)?, round(new_len)?);
            m.check_mremap(mm, addr, old_len, new_len, flags, new_addr)?;
            let at = m.do_mremap(mm, addr, old_len, new_len, flags, new_addr)?;
            m.emit(EventKind::Call {
                mm,
                addr: at,
                pages: new_len >> PAGE_SHIFT,
                call: Call::Mremap,
            });
            Ok(at)
        })
    }

    fn check_mremap(
        &self,
        mm: MmId,
        addr: u64,
        old: u64,
        new: u64,
        flags: u32,
        to: u64,
    ) -> Result<(), Errno> {
        let moves = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) != 0;
        let bad = flags & !7 != 0
            || !page_aligned(addr)
            || new == 0
            || new > TASK_SIZE
            || moves && (!page_aligned(to) || to > TASK_SIZE - new)
            || moves && flags & MREMAP_MAYMOVE == 0
            || flags & MREMAP_DONTUNMAP != 0 && old != new
            || moves && addr + old > to && to + new > addr;
        if bad {
            return Err(Errno::EINVAL);
        }
        if self.mm(mm).vmas.len() + 2 >= MAX_MAP_COUNT - 3 {
            return Err(Errno::ENOMEM);
        }
        Ok(())
    }

    fn do_mremap(
        &mut self,
        mm: MmId,
        addr: u64,
        old: u64,
        new: u64,
        flags: u32,
        to: u64,
    ) -> Result<u64, Errno> {
        let vma = self.vma_lookup(mm, addr).ok_or(Errno::EFAULT)?;
        let fixed = flags & MREMAP_FIXED != 0;
        if fixed && old == new {
            return self.move_range(mm, addr, old, flags, to);
        }
        let (old, new) = self.align_hugetlb(vma, addr, to, old, new)?;
        if !fixed && flags & MREMAP_DONTUNMAP == 0 && new <= old && old > 0 {
            // Shrinking only unmaps the tail, whatever areas it belongs to.
            if new < old {
                self.unmap_overlap(mm, addr + new, addr + old)?;
            }
            return Ok(addr);
        }
        let v = self.vma(vma);
        if old == 0 {
            return Err(if v.flags.any(VmFlags::MAYSHARE) {
                Errno::ENODEV
            } else {
                Errno::EINVAL
            });
        }
        self.may_stay_behind(vma, flags)?;
        let v = self.vma(vma);
        if old > v.end - addr {
            return Err(Errno::EFAULT);
        }
        if new > old && v.flags.any(VmFlags::DONTEXPAND.with(VmFlags::PFNMAP)) {
            return Err(Errno::EFAULT);
        }
        if fixed || flags & MREMAP_DONTUNMAP != 0 {
            let to = if fixed {
                to
            } else {
                self.area_for(vma, addr, new)?
            };
            return self.move_resized(mm, addr, old, new, flags, to);
        }
        if addr + old == self.vma(vma).end && self.grow_in_place(vma, new - old) {
            self.populate_grown(mm, addr + old, new - old);
            return Ok(addr);
        }
        if flags & MREMAP_MAYMOVE == 0 {
            return Err(Errno::ENOMEM);
        }
        let to = self.area_for(vma, addr, new)?;
        self.move_resized(mm, addr, old, new, flags, to)
    }

    /// A free place of `len` bytes for what an area maps at `addr` (`vrm_set_new_addr`).
    fn area_for(&self, vma: VmaId, addr: u64, len: u64) -> Result<u64, Errno> {
        let v = self.vma(vma);
        let shared = v.flags.any(VmFlags::MAYSHARE);
        let file = v.file.map(|id| (id, v.page_index(addr) << PAGE_SHIFT));
        self.get_file_area(v.mm, 0, len, shared, file)
    }

    /// DONTUNMAP leaves no area behind that cannot grow.
    fn may_stay_behind(&self, vma: VmaId, flags: u32) -> Result<(), Errno> {
        let refused = VmFlags::DONTEXPAND.with(VmFlags::PFNMAP);
        if flags & MREMAP_DONTUNMAP != 0 && self.vma(vma).flags.any(refused) {
            return Err(Errno::EINVAL);
        }
        Ok(())
    }

    /// Extends an area if the space after it is free; the new part may merge with the next area.
    fn grow_in_place(&mut self, vma: VmaId, more: u64) -> bool {
        let v = self.vma(vma);
        let (mm, end) = (v.mm, v.end);
        if end + more > TASK_SIZE || !self.is_unmapped(mm, end, end + more) {
            return false;
        }
        let new = Vma {
            start: end,
            end: end + more,
            pgoff: v.page_index(end),
            anon_vma: v.anon_vma,
            ..v.clone()
        };
        self.vma_merge_new_range(&new).is_some()
    }

    fn populate_grown(&mut self, mm: MmId, start: u64, len: u64) {
        let locked = self
            .vma_lookup(mm, start)
            .is_some_and(|v| self.vma(v).flags.has(VmFlags::LOCKED));
        if locked {
            self.mm_populate(mm, start, len);
        }
    }

    /// A move with another length: shrinks first, grows after.
    fn move_resized(
        &mut self,
        mm: MmId,
        addr: u64,
        old: u64,
        new: u64,
        flags: u32,
        to: u64,
    ) -> Result<u64, Errno> {
        if flags & MREMAP_FIXED != 0 {
            self.unmap_overlap(mm, to, to + new)?;
        }
        let mut len = old;
        if new < old {
            self.unmap_overlap(mm, addr + new, addr + old)?;
            len = new;
        }
        let vma = self.vma_lookup(mm, addr).ok_or(Errno::EFAULT)?;
        self.move_vma(vma, addr, len, new, flags, to)?;
        if new > len {
            self.populate_grown(mm, to + len, new - len);
        }
        Ok(to)
    }

    /// A pure move to a fixed place: every area and gap of the range keeps its distance (6.17 and later).
    fn move_range(
        &mut self,
        mm: MmId,
        addr: u64,
        len: u64,
        flags: u32,
        to: u64,
    ) -> Result<u64, Errno> {
        if let Some(first) = self.vma_lookup(mm, addr) {
            self.align_hugetlb(first, addr, to, len, len)?;
            self.may_stay_behind(first, flags)?;
            if self.vma(first).flags.any(ARMED) && self.vma(first).end < addr + len {
                return Err(Errno::EFAULT);
            }
        }
        self.unmap_overlap(mm, to, to + len)?;
        let mut at = addr;
        while at < addr + len {
            let Some(vma) = self
                .find_vma(mm, at)
                .filter(|v| self.vma(*v).start < addr + len)
            else {
                break;
            };
            let start = self.vma(vma).start.max(at);
            if start > addr && self.vma(vma).flags.any(ARMED) {
                return Err(Errno::EFAULT);
            }
            let part = self.vma(vma).end.min(addr + len) - start;
            let dst = to + (start - addr);
            let (part, _) = self.align_hugetlb(vma, start, dst, part, part)?;
            self.may_stay_behind(vma, flags)?;
            self.unmap_overlap(mm, dst, dst + part)?;
            self.move_vma(vma, start, part, part, flags, dst)?;
            at = start + part;
        }
        Ok(to)
    }

    /// Moves `old` bytes from `addr` to a free place of `new` bytes at `to` (`move_vma`).
    fn move_vma(
        &mut self,
        vma: VmaId,
        addr: u64,
        old: u64,
        new: u64,
        flags: u32,
        to: u64,
    ) -> Result<(), Errno> {
        let v = self.vma(vma);
        let mm = v.mm;
        if v.flags.has(VmFlags::MERGEABLE) && v.anon_vma.is_some() {
            self.unmerge_ksm_pages(vma, addr, addr + old)?;
        }
        let keep = flags & MREMAP_DONTUNMAP != 0;
        let moved = self.copy_vma(vma, addr, to, new);
        // The new place may have merged with the very area the pages come from.
        let vma = self.vma_lookup(mm, addr).ok_or(Errno::EFAULT)?;
        self.move_page_tables(vma, addr, to, old);
        if self.vma(vma).flags.has(VmFlags::HUGETLB) {
            self.clear_vma_resv_huge_pages(vma, addr, old);
        }
        if keep {
            self.dontunmap_complete(vma, moved, addr, addr + old);
        } else {
            self.unmap_overlap(mm, addr, addr + old)?;
        }
        Ok(())
    }

    /// The area the pages move to: merged with a neighbour if it fits, else a copy (`copy_vma`). Untouched
    /// anonymous memory takes the page offset of its new place; touched memory keeps its own.
    fn copy_vma(&mut self, vma: VmaId, addr: u64, to: u64, len: u64) -> VmaId {
        let v = self.vma(vma);
        let mm = v.mm;
        let untouched = v.is_anonymous() && v.anon_vma.is_none();
        let pgoff = if untouched {
            to >> PAGE_SHIFT
        } else {
            v.page_index(addr)
        };
        let new = Vma {
            start: to,
            end: to + len,
            pgoff,
            flags: v.flags.without(ARMED),
            ..v.clone()
        };
        if let Some(merged) = self.vma_merge_new_range(&new) {
            if let Some(source) = self.vma_lookup(mm, addr)
                && source != merged
            {
                self.dup_anon_vma(merged, source);
            }
            return merged;
        }
        let anon_vma = new.anon_vma;
        let copy = self.insert_vma(new);
        if let Some(a) = anon_vma {
            self.anon_vma_mut(a).num_active_vmas += 1;
        }
        copy
    }

    /// The old place of MREMAP_DONTUNMAP stays mapped and unlocked; an area that moved whole loses its anchors
    /// (`dontunmap_complete`).
    fn dontunmap_complete(&mut self, vma: VmaId, moved: VmaId, start: u64, end: u64) {
        let v = self.vma_mut(vma);
        v.flags = v
            .flags
            .without(VmFlags::LOCKED)
            .without(VmFlags::LOCKONFAULT);
        if vma != moved && (v.start, v.end) == (start, end) {
            self.unlink_anon_vmas(vma);
        }
    }

    /// Moves entries, whole tables and huge PMDs where both places are aligned alike (`move_page_tables`).
    fn move_page_tables(&mut self, from: VmaId, addr: u64, to: u64, len: u64) {
        let mm = self.vma(from).mm;
        if self.vma(from).flags.has(VmFlags::HUGETLB) {
            return self.move_hugetlb_page_tables(from, addr, to, len);
        }
        let mut done = 0;
        while done < len {
            let (a, b) = (addr + done, to + done);
            let room = |x: u64| pmd_down(x) + HPAGE_PMD_SIZE - x;
            let extent = room(a).min(room(b)).min(len - done);
            let whole = extent == HPAGE_PMD_SIZE && pmd_aligned(a) && pmd_aligned(b);
            if let Some(slot) = self.pmd_slot(mm, a) {
                let entry = self.tables.get(slot.table, slot.index).with_uffd_wp(false);
                let armed = self.vma(from).flags.any(ARMED);
                match self.pmd_at(slot) {
                    found @ (Pmd::Huge(_) | Pmd::Table(_))
                        if whole && !(armed && matches!(found, Pmd::Table(_))) =>
                    {
                        if let Some(dst) = self.pmd_slot_alloc(mm, b)
                            && self.free_empty_table_at(mm, dst)
                        {
                            self.tables.set(slot.table, slot.index, Pte::NONE);
                            self.tables.set(dst.table, dst.index, entry);
                        } else {
                            self.move_ptes(from, mm, a, b, extent);
                        }
                    }
                    Pmd::Huge(_) | Pmd::Table(_) => self.move_ptes(from, mm, a, b, extent),
                    _ => {}
                }
            }
            done += extent;
        }
    }

    /// A table left over at the new place makes way if it is empty. False if something is in it.
    fn free_empty_table_at(&mut self, mm: MmId, slot: super::table::PmdSlot) -> bool {
        match self.pmd_at(slot) {
            Pmd::None => true,
            Pmd::Table(t) if self.tables.all(t).iter().all(|e| e.is_none()) => {
                self.tables.set(slot.table, slot.index, Pte::NONE);
                self.free_table(mm, t, false);
                true
            }
            _ => false,
        }
    }

    fn move_ptes(&mut self, from: VmaId, mm: MmId, addr: u64, to: u64, len: u64) {
        self.split_huge_pmd(from, addr);
        let Some(src) = self.pte_table(mm, addr) else {
            return;
        };
        let Some(dst) = self.pte_alloc(mm, to) else {
            return;
        };
        for i in 0..Self::ptes_to(addr, addr + len) {
            let pte = self.tables.get(src, pte_index(addr) + i);
            if !pte.is_none() {
                self.tables.set(src, pte_index(addr) + i, Pte::NONE);
                self.tables
                    .set(dst, pte_index(to) + i, pte.with_uffd_wp(false));
            }
        }
    }
}
