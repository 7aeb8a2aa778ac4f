//! Splitting areas and merging them again.
//!
//! Counterparts in `mm/vma.c`: `vma_modify`, `vma_merge_existing_range`, `vma_merge_new_range`, `split_vma`.

use super::addr::{AnonVmaId, FileId, MmId, PAGE_SHIFT, VmaId};
use super::mempolicy::Policy;
use super::mm::MAX_MAP_COUNT;
use super::vma::{VmFlags, Vma};
use crate::errno::Errno;
use crate::machine::Machine;

/// What a merged area would have to be.
#[derive(Clone, Copy)]
struct Wanted {
    start: u64,
    end: u64,
    pgoff: u64,
    flags: VmFlags,
    file: Option<FileId>,
    policy: Policy,
    anon_vma: Option<AnonVmaId>,
    /// The anchors came with a fork: see [`Machine::anon_vmas_may_merge`].
    inherited: bool,
}

impl Machine {
    /// Splits an area at `addr`; returns the upper part. The lower part keeps the id.
    ///
    /// # Errors
    /// ENOMEM at the limit of areas; EINVAL inside a hugetlb page.
    pub(crate) fn split_vma(&mut self, vma: VmaId, addr: u64) -> Result<VmaId, Errno> {
        if self.mm(self.vma(vma).mm).vmas.len() >= MAX_MAP_COUNT {
            return Err(Errno::ENOMEM);
        }
        if !addr.is_multiple_of(self.vma_pagesize(vma)) {
            return Err(Errno::EINVAL);
        }
        self.split_huge_pmd_at(vma, addr);
        let v = self.vma(vma);
        let upper = Vma {
            start: addr,
            pgoff: v.page_index(addr),
            ..v.clone()
        };
        let (start, pgoff, anon_vma) = (v.start, v.pgoff, v.anon_vma);
        self.set_vma_range(vma, start, addr, pgoff);
        let upper = self.insert_vma(upper);
        if let Some(a) = anon_vma {
            self.anon_vma_mut(a).num_active_vmas += 1;
        }
        Ok(upper)
    }

    fn may_merge(&self, other: VmaId, w: &Wanted) -> bool {
        let o = self.vma(other);
        !w.flags.any(VmFlags::SPECIAL)
            && o.file == w.file
            && o.policy == w.policy
            && o.flags.without(VmFlags::STICKY) == w.flags.without(VmFlags::STICKY)
            && self.anon_vmas_may_merge(other, w)
    }

    /// One side without anchor may take the other's, unless those came with a fork; else they must be the same
    /// (`is_mergeable_anon_vma`).
    fn anon_vmas_may_merge(&self, target: VmaId, w: &Wanted) -> bool {
        let t = self.vma(target);
        match (t.anon_vma, w.anon_vma) {
            (None, Some(_)) => !w.inherited,
            (Some(_), None) => t.chain.len() == 1,
            (a, b) => a == b,
        }
    }

    fn merge_neighbours(&self, mm: MmId, w: &Wanted) -> (Option<VmaId>, Option<VmaId>) {
        let prev = self.vma_before(mm, w.start).filter(|p| {
            let v = self.vma(*p);
            v.end == w.start && v.pgoff + v.pages() == w.pgoff && self.may_merge(*p, w)
        });
        let next = self.vma_after(mm, w.end).filter(|n| {
            let v = self.vma(*n);
            v.start == w.end
                && v.pgoff == w.pgoff + ((w.end - w.start) >> PAGE_SHIFT)
                && self.may_merge(*n, w)
        });
        match (prev, next) {
            // Both fit the new part, but their anchors may not fit each other.
            (Some(p), Some(n)) => {
                let (a, b) = (self.vma(p).anon_vma, self.vma(n).anon_vma);
                (prev, next.filter(|_| a.is_none() || b.is_none() || a == b))
            }
            both => both,
        }
    }

    /// Tries to make a new range part of a neighbour instead of an area of its own (`vma_merge_new_range`).
    /// Returns the grown area.
    pub(crate) fn vma_merge_new_range(&mut self, new: &Vma) -> Option<VmaId> {
        let w = Wanted {
            start: new.start,
            end: new.end,
            pgoff: new.pgoff,
            flags: new.flags,
            file: new.file,
            policy: new.policy,
            anon_vma: new.anon_vma,
            inherited: new.chain.len() > 1,
        };
        let target = match self.merge_neighbours(new.mm, &w) {
            (Some(prev), next) => {
                let end = next.map_or(new.end, |n| self.vma(n).end);
                if let Some(n) = next {
                    self.dup_anon_vma(prev, n);
                    self.absorb_sticky(prev, n);
                    self.remove_vma(n);
                }
                let (start, pgoff) = (self.vma(prev).start, self.vma(prev).pgoff);
                self.set_vma_range(prev, start, end, pgoff);
                prev
            }
            (None, Some(next)) => {
                let end = self.vma(next).end;
                self.set_vma_range(next, new.start, end, new.pgoff);
                next
            }
            (None, None) => return None,
        };
        let flags = self.vma(target).flags;
        self.khugepaged_enter_vma(target, flags);
        Some(target)
    }

    fn absorb_sticky(&mut self, target: VmaId, gone: VmaId) {
        let sticky = VmFlags(self.vma(gone).flags.0 & VmFlags::STICKY.0);
        let flags = self.vma(target).flags.with(sticky);
        self.vma_mut(target).flags = flags;
    }

    /// Gives `[start, end)` of an area new flags: merged with matching neighbours if possible, else split off
    /// (`vma_modify_flags`). Returns the area that now covers the range.
    ///
    /// # Errors
    /// ENOMEM at the limit of areas.
    pub(crate) fn vma_modify_flags(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        flags: VmFlags,
    ) -> Result<VmaId, Errno> {
        let policy = self.vma(vma).policy;
        self.vma_modify(vma, start, end, flags, policy)
    }

    /// [`vma_modify_flags`](Self::vma_modify_flags) that sets the policy as well (`vma_modify_policy`).
    ///
    /// # Errors
    /// As there.
    pub(crate) fn vma_modify(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        flags: VmFlags,
        policy: Policy,
    ) -> Result<VmaId, Errno> {
        if let Some(merged) = self.vma_merge_existing_range(vma, start, end, flags, policy) {
            return Ok(merged);
        }
        let mut middle = vma;
        if self.vma(middle).start < start {
            middle = self.split_vma(middle, start)?;
        }
        if self.vma(middle).end > end {
            self.split_vma(middle, end)?;
        }
        let v = self.vma_mut(middle);
        (v.flags, v.policy) = (flags, policy);
        Ok(middle)
    }

    fn vma_merge_existing_range(
        &mut self,
        middle: VmaId,
        start: u64,
        end: u64,
        flags: VmFlags,
        policy: Policy,
    ) -> Option<VmaId> {
        let m = self.vma(middle);
        let (mm, m_start, m_end) = (m.mm, m.start, m.end);
        let w = Wanted {
            start,
            end,
            pgoff: m.page_index(start),
            flags,
            file: m.file,
            policy,
            anon_vma: m.anon_vma,
            inherited: m.chain.len() > 1,
        };
        let (left, right) = (m_start == start, m_end == end);
        let (prev, next) = self.merge_neighbours(mm, &w);
        let (prev, next) = (prev.filter(|_| left), next.filter(|_| right));
        let target = prev.or(next)?;
        // Borders that move cut through huge PMDs.
        for addr in [start, end] {
            self.split_huge_pmd_at(middle, addr);
        }
        self.dup_anon_vma(target, middle);
        if let (Some(p), Some(n)) = (prev, next) {
            self.dup_anon_vma(p, n);
        }
        self.absorb_sticky(target, middle);
        match (prev, next) {
            (Some(p), Some(n)) => {
                let (p_start, p_off, n_end) =
                    (self.vma(p).start, self.vma(p).pgoff, self.vma(n).end);
                self.absorb_sticky(p, n);
                self.remove_vma(middle);
                self.remove_vma(n);
                self.set_vma_range(p, p_start, n_end, p_off);
            }
            (Some(p), None) => {
                let (p_start, p_off) = (self.vma(p).start, self.vma(p).pgoff);
                if right {
                    self.remove_vma(middle);
                } else {
                    let pgoff = self.vma(middle).page_index(end);
                    self.set_vma_range(middle, end, m_end, pgoff);
                }
                self.set_vma_range(p, p_start, end, p_off);
            }
            (None, Some(n)) => {
                let n_end = self.vma(n).end;
                if left {
                    self.remove_vma(middle);
                } else {
                    let pgoff = self.vma(middle).pgoff;
                    self.set_vma_range(middle, m_start, start, pgoff);
                }
                self.set_vma_range(n, start, n_end, w.pgoff);
            }
            (None, None) => return None,
        }
        self.khugepaged_enter_vma(target, flags);
        Some(target)
    }
}
