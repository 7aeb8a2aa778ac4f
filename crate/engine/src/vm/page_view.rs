//! One page as a person sees it: the class letter, who shares it, how often it is mapped.
//!
//! The letters are those of the recorded answers: `.` nothing, `a` small anonymous, `T` huge by a PMD, `t` a whole
//! huge folio by entries, `1`..`8` part of a folio of that order, `k` KSM, `z` zero page, `Z` huge zero page, `s` swapped,
//! `g` guard, `H` hugetlb; `m`, `M`, `n` shared memory and `f`, `F`, `l` a file: smaller than 2 MiB, huge by a PMD, huge
//! by entries.

use super::addr::{HPAGE_PMD_ORDER, MmId, Pfn, Pid, pte_index};
use super::pte::{Pte, SwapKind};
use super::table::Pmd;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;

/// What two mappings must have in common to share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum PageKey {
    /// A frame.
    Frame(Pfn),
    /// A slot of a swap area.
    Swap(u64),
}

/// One page of an address space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageState {
    /// Class letter.
    pub class: char,
    /// Order of its folio if that belongs to a file, else 0.
    pub file_order: u8,
    /// `x` mapped once, `s` shared, `-` no page.
    pub exclusive: char,
    /// Mappings of the page.
    pub mapcount: Option<i32>,
    /// What it shares with others.
    pub key: Option<PageKey>,
    /// Flags of its folio.
    pub flags: FrameFlags,
}

impl PageState {
    const NOTHING: PageState = PageState {
        class: '.',
        file_order: 0,
        exclusive: '-',
        mapcount: None,
        key: None,
        flags: FrameFlags::NONE,
    };
}

impl Machine {
    /// The page at `addr`; nothing for an unknown process.
    pub fn page_state(&self, pid: Pid, addr: u64) -> PageState {
        self.process(pid)
            .map_or(PageState::NOTHING, |p| self.page_state_mm(p.mm, addr))
    }

    /// The page at `addr` of an address space.
    pub fn page_state_mm(&self, mm: MmId, addr: u64) -> PageState {
        match self.pmd(mm, addr) {
            Pmd::Huge(e) => self.entry_state(e.with_pfn(e.pfn().add(pte_index(addr)))),
            Pmd::Table(t) => self.entry_state(self.tables.get(t, pte_index(addr))),
            Pmd::NonPresent(e) => self.entry_state(e),
            Pmd::None | Pmd::Missing => PageState::NOTHING,
        }
    }

    /// Class letters of the `out.len()` pages from `addr`, the same letters as [`page_state`](Self::page_state), by
    /// whole tables: for views.
    pub fn page_classes(&self, mm: MmId, addr: u64, out: &mut [u8]) {
        let mut done = 0;
        while done < out.len() {
            let at = addr + ((done as u64) << super::addr::PAGE_SHIFT);
            let first = pte_index(at);
            let n = (512 - first).min(out.len() - done);
            let part = &mut out[done..done + n];
            match self.pmd(mm, at) {
                Pmd::Huge(e) => part.fill(self.class_of(e) as u8),
                Pmd::Table(t) => {
                    let entries = self.tables.all(t);
                    for (cell, e) in part.iter_mut().zip(&entries[first..]) {
                        *cell = self.class_of(*e) as u8;
                    }
                }
                Pmd::None | Pmd::Missing | Pmd::NonPresent(_) => part.fill(b'.'),
            }
            done += n;
        }
    }

    /// Frame that the entry for `addr` maps, zero pages included.
    pub fn mapped_frame(&self, pid: Pid, addr: u64) -> Option<Pfn> {
        let pte = self.pte(self.process(pid)?.mm, addr);
        pte.present().then(|| pte.pfn())
    }

    pub(crate) fn class_of(&self, e: Pte) -> char {
        if !e.present() {
            return match e.swap_kind() {
                None => '.',
                Some(SwapKind::Guard) => 'g',
                Some(_) => 's',
            };
        }
        if e.special() {
            return if e.huge() { 'Z' } else { 'z' };
        }
        let head = self.frames.head(e.pfn());
        let flags = self.frames.flags(head);
        if flags.has(FrameFlags::KSM) {
            return 'k';
        }
        if (e.huge() || self.frames.order(head) == 4) && self.folio_hugetlb(head) {
            return 'H';
        }
        if !flags.has(FrameFlags::ANON) {
            let letters = if flags.has(FrameFlags::SWAPBACKED) {
                ['m', 'M', 'n']
            } else {
                ['f', 'F', 'l']
            };
            return match self.frames.order(head) {
                HPAGE_PMD_ORDER if e.huge() => letters[1],
                HPAGE_PMD_ORDER => letters[2],
                _ => letters[0],
            };
        }
        match self.frames.order(head) {
            0 => 'a',
            HPAGE_PMD_ORDER if e.huge() => 'T',
            HPAGE_PMD_ORDER => 't',
            order => char::from(b'0' + order),
        }
    }

    fn entry_state(&self, e: Pte) -> PageState {
        let class = self.class_of(e);
        if !e.present() {
            let key = (class == 's').then(|| PageKey::Swap(e.swap_value()));
            return PageState {
                class,
                key,
                ..PageState::NOTHING
            };
        }
        if e.special() {
            return PageState {
                class,
                ..PageState::NOTHING
            };
        }
        let page = e.pfn();
        let head = self.frames.head(page);
        // A PMD asks its first page and answers for all.
        let asked = if e.huge() { head } else { page };
        let file = !self.frames.has(head, FrameFlags::ANON);
        PageState {
            class,
            file_order: if file { self.frames.order(head) } else { 0 },
            exclusive: if self.page_mapcount(asked) == 1 {
                'x'
            } else {
                's'
            },
            mapcount: Some(self.page_mapcount(page)),
            key: Some(PageKey::Frame(page)),
            flags: self.frames.flags(head),
        }
    }
}
