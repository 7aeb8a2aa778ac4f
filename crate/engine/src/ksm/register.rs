//! What may be merged: advice, prctl, fork.
//!
//! Counterparts: `ksm_compatible`, `ksm_madvise`, `ksm_enable_merge_any`, `ksm_disable_merge_any`, `ksm_vma_flags`,
//! `ksm_fork`, `ksm_map_zero_page`.

use crate::errno::Errno;
use crate::explain::{Explain, Silent};
use crate::machine::Machine;
use crate::vm::addr::{MmId, VmaId};
use crate::vm::vma::VmFlags;

/// Flags that keep an area out for good (`ksm_compatible`).
const NEVER: VmFlags =
    VmFlags(VmFlags::SHARED.0 | VmFlags::MAYSHARE.0 | VmFlags::SPECIAL.0 | VmFlags::HUGETLB.0);

fn flags_compatible(flags: VmFlags, e: &mut impl Explain) -> bool {
    !e.fails("vma_kind", flags.any(NEVER), "area can never merge", || {
        if flags.any(VmFlags::HUGETLB) {
            "a hugetlb area".into()
        } else if flags.any(VmFlags::SHARED.with(VmFlags::MAYSHARE)) {
            "a shared mapping".into()
        } else if flags.any(VmFlags::SPECIAL) {
            "an area without ordinary pages".into()
        } else {
            "a private mapping".into()
        }
    })
}

impl Machine {
    /// Whether the kind of area can have merged pages.
    pub(crate) fn ksm_compatible(&self, vma: VmaId) -> bool {
        flags_compatible(self.vma(vma).flags, &mut Silent)
    }

    pub(super) fn ksm_compatible_explained(&self, vma: VmaId, e: &mut impl Explain) -> bool {
        flags_compatible(self.vma(vma).flags, e)
    }

    /// `MADV_MERGEABLE` for one piece. True: the caller sets [`VmFlags::MERGEABLE`] on it. Areas of the wrong kind
    /// and areas that have the flag are passed over without error.
    ///
    /// # Errors
    /// None here; the kernel's EAGAIN is for a slot it cannot allocate.
    pub(crate) fn ksm_madvise_mergeable(&mut self, vma: VmaId) -> Result<bool, Errno> {
        let (mm, flags) = (self.vma(vma).mm, self.vma(vma).flags);
        if flags.has(VmFlags::MERGEABLE) || !self.ksm_compatible(vma) {
            return Ok(false);
        }
        if !self.mm(mm).vm_mergeable {
            self.ksm_enter(mm);
        }
        Ok(true)
    }

    /// `PR_SET_MEMORY_MERGE`: every area that can merge does, now and later; or no area any more, including those
    /// set by madvise. Off without an earlier on does nothing.
    ///
    /// # Errors
    /// ENOMEM if a merged page cannot be copied; then everything stays on.
    pub(crate) fn ksm_prctl_set(&mut self, mm: MmId, on: bool) -> Result<(), Errno> {
        if self.mm(mm).vm_merge_any == on {
            return Ok(());
        }
        if on {
            if !self.mm(mm).vm_mergeable {
                self.ksm_enter(mm);
            }
            self.mm_mut(mm).vm_merge_any = true;
            self.ksm_add_vmas(mm);
            return Ok(());
        }
        let vmas: Vec<VmaId> = self.mm(mm).vmas.values().copied().collect();
        for vma in vmas {
            let v = self.vma(vma);
            if !v.flags.has(VmFlags::MERGEABLE) {
                continue;
            }
            let (start, end) = (v.start, v.end);
            if let Err(errno) = self.unmerge_ksm_pages(vma, start, end) {
                self.ksm_add_vmas(mm);
                return Err(errno);
            }
            let v = self.vma_mut(vma);
            v.flags = v.flags.without(VmFlags::MERGEABLE);
        }
        self.mm_mut(mm).vm_merge_any = false;
        Ok(())
    }

    fn ksm_add_vmas(&mut self, mm: MmId) {
        let vmas: Vec<VmaId> = self.mm(mm).vmas.values().copied().collect();
        for vma in vmas {
            if self.ksm_compatible(vma) {
                let v = self.vma_mut(vma);
                v.flags = v.flags.with(VmFlags::MERGEABLE);
            }
        }
    }

    /// Flags of a new area of `mm` (`ksm_vma_flags`): mergeable while the process asked for it. ksmd may have
    /// dropped the registration meanwhile. File mappings obey the same rule; a DAX file never merges.
    pub(crate) fn ksm_vma_flags(&mut self, mm: MmId, flags: VmFlags, _is_file: bool) -> VmFlags {
        if !self.mm(mm).vm_merge_any || !flags_compatible(flags, &mut Silent) {
            return flags;
        }
        if !self.mm(mm).vm_mergeable {
            self.ksm_enter(mm);
        }
        flags.with(VmFlags::MERGEABLE)
    }

    /// After a successful fork of a registered process: the child gets a slot of its own, no items, and its copies
    /// of the zero pages count.
    pub(crate) fn ksm_fork(&mut self, child: MmId, parent: MmId) {
        if !self.mm(parent).vm_mergeable {
            return;
        }
        self.ksm.zero_pages += self.mm(parent).ksm_zero_pages;
        let zero_pages = self.mm(parent).ksm_zero_pages;
        let m = self.mm_mut(child);
        (m.ksm_merging_pages, m.ksm_rmap_items, m.ksm_zero_pages) = (0, 0, zero_pages);
        self.ksm_enter(child);
    }

    /// ksmd put the zero page under an address (`ksm_map_zero_page`).
    pub(super) fn ksm_map_zero_page(&mut self, mm: MmId) {
        self.ksm.zero_pages += 1;
        self.mm_mut(mm).ksm_zero_pages += 1;
    }

    /// A zero page that ksmd had put there (special and dirty) was unmapped or written
    /// (`ksm_might_unmap_zero_page`).
    pub(crate) fn ksm_zero_page_unmapped(&mut self, mm: MmId) {
        self.ksm.zero_pages -= 1;
        self.mm_mut(mm).ksm_zero_pages -= 1;
    }
}
