//! `/proc/PID/smaps` and `smaps_rollup`: what every area holds, in kB.
//!
//! Counterparts in `fs/proc/task_mmu.c`: `smaps_pte_range`, `smaps_account`, `__show_smap`.

use super::maps;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::phys::swap::SwapEntry;
use crate::thp::TvaType;
use crate::vm::addr::{HPAGE_PMD_NR, MmId, PAGE_SIZE, Pfn, Pid, VmaId, pte_index};
use crate::vm::pte::{Pte, SwapKind};
use crate::vm::table::Pmd;
use crate::vm::vma::VmFlags;
use std::fmt::Write;

/// Binary places behind the point of a proportional size.
const PSS_SHIFT: u32 = 12;
/// Orders 1..=9: every size an area may use.
const THP_ORDERS_ALL: u32 = 0b11_1111_1110;

/// What was found in an area, in bytes; proportional sizes with [`PSS_SHIFT`] more places.
#[derive(Clone, Copy, Default)]
struct MemSize {
    resident: u64,
    pss: u64,
    pss_dirty: u64,
    pss_anon: u64,
    pss_file: u64,
    pss_shmem: u64,
    pss_locked: u64,
    shared_clean: u64,
    shared_dirty: u64,
    private_clean: u64,
    private_dirty: u64,
    referenced: u64,
    anonymous: u64,
    ksm: u64,
    lazyfree: u64,
    anonymous_thp: u64,
    shmem_thp: u64,
    file_thp: u64,
    swap: u64,
    swap_pss: u64,
    shared_hugetlb: u64,
    private_hugetlb: u64,
}

/// One area of `/proc/PID/smaps`; sizes in kB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SmapsEntry {
    /// First address.
    pub start: u64,
    /// One past the last address.
    pub end: u64,
    /// Flags of the area.
    pub flags: VmFlags,
    /// `Size`
    pub size: u64,
    /// `KernelPageSize`; `MMUPageSize` is the same.
    pub kernel_page_size: u64,
    /// `Rss`: present pages, zero pages left out.
    pub rss: u64,
    /// `Pss`: each page divided by the number of its mappings.
    pub pss: u64,
    /// `Pss_Dirty`
    pub pss_dirty: u64,
    /// `Shared_Clean`
    pub shared_clean: u64,
    /// `Shared_Dirty`
    pub shared_dirty: u64,
    /// `Private_Clean`
    pub private_clean: u64,
    /// `Private_Dirty`
    pub private_dirty: u64,
    /// `Referenced`
    pub referenced: u64,
    /// `Anonymous`
    pub anonymous: u64,
    /// `KSM`
    pub ksm: u64,
    /// `LazyFree`
    pub lazy_free: u64,
    /// `AnonHugePages`: mapped by a PMD.
    pub anon_huge_pages: u64,
    /// `ShmemPmdMapped`
    pub shmem_pmd_mapped: u64,
    /// `FilePmdMapped`
    pub file_pmd_mapped: u64,
    /// `Shared_Hugetlb`
    pub shared_hugetlb: u64,
    /// `Private_Hugetlb`
    pub private_hugetlb: u64,
    /// `Swap`
    pub swap: u64,
    /// `SwapPss`
    pub swap_pss: u64,
    /// `Locked`: the `Pss` of a locked area.
    pub locked: u64,
    /// `THPeligible`: some size of huge page could be used here.
    pub thp_eligible: bool,
}

impl SmapsEntry {
    /// The sizes with their names, in the order of the file.
    #[inline(never)]
    pub fn fields(&self) -> [(&'static str, u64); 22] {
        [
            ("Size", self.size),
            ("KernelPageSize", self.kernel_page_size),
            ("MMUPageSize", self.kernel_page_size),
            ("Rss", self.rss),
            ("Pss", self.pss),
            ("Pss_Dirty", self.pss_dirty),
            ("Shared_Clean", self.shared_clean),
            ("Shared_Dirty", self.shared_dirty),
            ("Private_Clean", self.private_clean),
            ("Private_Dirty", self.private_dirty),
            ("Referenced", self.referenced),
            ("Anonymous", self.anonymous),
            ("KSM", self.ksm),
            ("LazyFree", self.lazy_free),
            ("AnonHugePages", self.anon_huge_pages),
            ("ShmemPmdMapped", self.shmem_pmd_mapped),
            ("FilePmdMapped", self.file_pmd_mapped),
            ("Shared_Hugetlb", self.shared_hugetlb),
            ("Private_Hugetlb", self.private_hugetlb),
            ("Swap", self.swap),
            ("SwapPss", self.swap_pss),
            ("Locked", self.locked),
        ]
    }

    #[inline(never)]
    fn new(start: u64, end: u64, flags: VmFlags, m: &MemSize, thp_eligible: bool) -> Self {
        let kb = |bytes: u64| bytes >> 10;
        let pss = |bytes: u64| bytes >> (PSS_SHIFT + 10);
        SmapsEntry {
            start,
            end,
            flags,
            size: kb(end - start),
            kernel_page_size: kb(PAGE_SIZE),
            rss: kb(m.resident),
            pss: pss(m.pss),
            pss_dirty: pss(m.pss_dirty),
            shared_clean: kb(m.shared_clean),
            shared_dirty: kb(m.shared_dirty),
            private_clean: kb(m.private_clean),
            private_dirty: kb(m.private_dirty),
            referenced: kb(m.referenced),
            anonymous: kb(m.anonymous),
            ksm: kb(m.ksm),
            lazy_free: kb(m.lazyfree),
            anon_huge_pages: kb(m.anonymous_thp),
            shmem_pmd_mapped: kb(m.shmem_thp),
            file_pmd_mapped: kb(m.file_thp),
            shared_hugetlb: kb(m.shared_hugetlb),
            private_hugetlb: kb(m.private_hugetlb),
            swap: kb(m.swap),
            swap_pss: pss(m.swap_pss),
            locked: pss(m.pss_locked),
            thp_eligible,
        }
    }
}

/// A line of the file: name and number fill 24 columns, with at least one blank between them.
fn line(out: &mut String, name: &str, kb: u64) {
    let width = 24 - 16.max(name.len() + 2);
    let _ = writeln!(out, "{:<16}{kb:>width$} kB", format!("{name}: "));
}

impl Machine {
    /// Every area of a process, in order of address; none for a process that does not exist.
    pub fn smaps(&self, pid: Pid) -> Vec<SmapsEntry> {
        let Ok(mm) = self.mm_of(pid) else {
            return Vec::new();
        };
        self.mm(mm)
            .vmas
            .values()
            .map(|vma| self.smaps_entry(*vma))
            .collect()
    }

    fn smaps_entry(&self, vma: VmaId) -> SmapsEntry {
        let v = self.vma(vma);
        let mut m = MemSize::default();
        self.smap_gather(vma, &mut m);
        let eligible =
            self.thp_vma_allowable_orders(vma, v.flags, TvaType::Smaps, THP_ORDERS_ALL) != 0;
        SmapsEntry {
            kernel_page_size: self.vma_pagesize(vma) >> 10,
            ..SmapsEntry::new(v.start, v.end, v.flags, &m, eligible)
        }
    }

    /// Text of `/proc/PID/smaps`.
    pub(super) fn smaps_show(&self, mm: MmId) -> String {
        let mut out = String::new();
        for vma in self.mm(mm).vmas.values() {
            let e = self.smaps_entry(*vma);
            out.push_str(&self.area_header(self.vma(*vma)));
            for (name, kb) in e.fields() {
                line(&mut out, name, kb);
            }
            let _ = writeln!(out, "THPeligible:    {:>8}", u8::from(e.thp_eligible));
            let _ = writeln!(out, "VmFlags: {} ", e.flags.codes());
        }
        out
    }

    /// Text of `/proc/PID/smaps_rollup`: the sum, from the first area to the end of the last.
    pub(super) fn smaps_rollup_show(&self, mm: MmId) -> String {
        let mut m = MemSize::default();
        let (mut start, mut end) = (None, 0);
        for vma in self.mm(mm).vmas.values() {
            start = start.or(Some(self.vma(*vma).start));
            end = self.vma(*vma).end;
            self.smap_gather(*vma, &mut m);
        }
        let start = start.unwrap_or(0);
        let e = SmapsEntry::new(start, end, VmFlags::default(), &m, false);
        let mut out = maps::header(start, end, "---p", Some("[rollup]"));
        for (name, kb) in e.fields().into_iter().skip_while(|f| f.0 != "Rss") {
            line(&mut out, name, kb);
            if name == "Pss_Dirty" {
                for (name, bytes) in [
                    ("Pss_Anon", m.pss_anon),
                    ("Pss_File", m.pss_file),
                    ("Pss_Shmem", m.pss_shmem),
                ] {
                    line(&mut out, name, bytes >> (PSS_SHIFT + 10));
                }
            }
        }
        out
    }

    #[inline(never)]
    fn smaps_hugetlb(&self, m: &mut MemSize, head: Pfn, bytes: u64) {
        *if self.folio_mapcount(head) > 1 {
            &mut m.shared_hugetlb
        } else {
            &mut m.private_hugetlb
        } += bytes;
    }

    /// Adds what the page tables of an area hold (`smap_gather_stats`).
    #[inline(never)]
    fn smap_gather(&self, vma: VmaId, m: &mut MemSize) {
        let v = self.vma(vma);
        let locked = v.flags.has(VmFlags::LOCKED);
        // Of a private area only what no entry of its own hides.
        let private = v.flags.has(VmFlags::WRITE) && !v.flags.has(VmFlags::SHARED);
        let mut swapped = self.shmem_swap_usage(vma, v.start, v.end);
        for span in self.pmd_spans(v.mm, v.start, v.end) {
            match span.pmd {
                Pmd::Huge(pmd) if v.flags.has(VmFlags::HUGETLB) => {
                    self.smaps_hugetlb(m, pmd.pfn(), span.end - span.addr);
                }
                Pmd::Table(table) if v.flags.has(VmFlags::HUGETLB) => {
                    let first = pte_index(span.addr);
                    let n = Self::ptes_to(span.addr, span.end);
                    for pte in &self.tables.all(table)[first..first + n] {
                        if pte.present() {
                            self.smaps_hugetlb(m, self.frames.head(pte.pfn()), PAGE_SIZE);
                        }
                    }
                }
                Pmd::Huge(pmd) if !pmd.special() => {
                    let flags = self.frames.flags(pmd.pfn());
                    *if flags.has(FrameFlags::ANON) {
                        &mut m.anonymous_thp
                    } else if flags.has(FrameFlags::SWAPBACKED) {
                        &mut m.shmem_thp
                    } else {
                        &mut m.file_thp
                    } += HPAGE_PMD_NR as u64 * PAGE_SIZE;
                    self.smaps_account(m, pmd.pfn(), HPAGE_PMD_NR, pmd, locked);
                }
                Pmd::Table(table) => {
                    let first = pte_index(span.addr);
                    let n = Self::ptes_to(span.addr, span.end);
                    for (i, pte) in self.tables.all(table)[first..first + n].iter().enumerate() {
                        if swapped > 0 && private && !pte.is_none() {
                            let addr = span.addr + i as u64 * PAGE_SIZE;
                            swapped -= self.shmem_swap_usage(vma, addr, addr + PAGE_SIZE);
                        }
                        if pte.present() && !pte.special() {
                            self.smaps_account(m, pte.pfn(), 1, *pte, locked);
                        } else if pte.swap_kind() == Some(SwapKind::Swap) {
                            let users = self
                                .swap
                                .slot(SwapEntry::from_value(pte.swap_value()))
                                .users;
                            m.swap += PAGE_SIZE;
                            m.swap_pss += (PAGE_SIZE << PSS_SHIFT) / u64::from(users.max(1));
                        }
                    }
                }
                _ => {}
            }
        }
        m.swap += swapped * PAGE_SIZE;
    }

    /// Counts `nr` pages from `page` on, mapped by one entry (`smaps_account`).
    #[inline(never)]
    fn smaps_account(&self, m: &mut MemSize, page: Pfn, nr: usize, entry: Pte, locked: bool) {
        let head = self.frames.head(page);
        let flags = self.frames.flags(head);
        let size = nr as u64 * PAGE_SIZE;
        let dirty = entry.dirty() || flags.has(FrameFlags::DIRTY);
        m.resident += size;
        if flags.has(FrameFlags::ANON) {
            m.anonymous += size;
            if !flags.has(FrameFlags::SWAPBACKED) && !dirty {
                m.lazyfree += size;
            }
        }
        if flags.has(FrameFlags::KSM) {
            m.ksm += size;
        }
        if entry.young() || flags.has(FrameFlags::REFERENCED) {
            m.referenced += size;
        }
        // A single reference is the one of this entry.
        if self.frames.refcount(head) == 1 {
            m.add(flags, size, size << PSS_SHIFT, dirty, locked, true);
            return;
        }
        for i in 0..nr {
            let mappings = self.page_mapcount(page.add(i)).max(1) as u64;
            m.add(
                flags,
                PAGE_SIZE,
                (PAGE_SIZE << PSS_SHIFT) / mappings,
                dirty,
                locked,
                mappings < 2,
            );
        }
    }
}

impl MemSize {
    /// Shares what depends on the number of mappings out to its lines (`smaps_page_accumulate`).
    fn add(
        &mut self,
        flags: FrameFlags,
        size: u64,
        pss: u64,
        dirty: bool,
        locked: bool,
        private: bool,
    ) {
        self.pss += pss;
        *match (
            flags.has(FrameFlags::ANON),
            flags.has(FrameFlags::SWAPBACKED),
        ) {
            (true, _) => &mut self.pss_anon,
            (_, true) => &mut self.pss_shmem,
            _ => &mut self.pss_file,
        } += pss;
        if locked {
            self.pss_locked += pss;
        }
        if dirty {
            self.pss_dirty += pss;
        }
        *match (dirty, private) {
            (true, true) => &mut self.private_dirty,
            (true, false) => &mut self.shared_dirty,
            (false, true) => &mut self.private_clean,
            (false, false) => &mut self.shared_clean,
        } += size;
    }
}
