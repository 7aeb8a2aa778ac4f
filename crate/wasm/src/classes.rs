//! The class letter of every page of a region and of every frame of a zone.

use crate::wire::Colouring;
use mm_engine::machine::Machine;
use mm_engine::phys::buddy::MAX_PAGE_ORDER;
use mm_engine::phys::frame::FrameFlags;
use mm_engine::vm::addr::{HPAGE_PMD_ORDER, MmId, PAGE_SIZE, Pfn, Pid};

/// Letters that stand for a whole 2 MiB page if all 512 cells of a block have them.
pub(crate) const HUGE: &[u8] = b"TZMFH";

/// Class letters of the pages from page number `page` of an address space.
pub(crate) fn of_pages(m: &Machine, mm: MmId, page: u64, out: &mut [u8]) {
    m.page_classes(mm, page * PAGE_SIZE, out);
}

/// Class letters of the frames from `pfn`: those of pages that processes map, and `b` free, `p` page table, `r` kernel
/// and reserved, `o` off-line.
pub(crate) fn of_frames(m: &Machine, pfn: u64, out: &mut [u8]) {
    let mut i = 0;
    while i < out.len() {
        let frame = Pfn(pfn as u32 + i as u32);
        // All pages of a folio or of a free block have one letter.
        let pages = 1u32 << m.frames().order(frame);
        let rest = (pages - frame.0 % pages) as usize;
        let end = out.len().min(i + rest);
        out[i..end].fill(of_frame(m, frame));
        i = end;
    }
}

/// Letters of the other colourings stand in a plane of their own.
pub(crate) const PLANE: u8 = 128;

/// Owners that have a letter of their own; those after them share these.
pub(crate) const OWNERS: u8 = 10;
const SHARED: u8 = PLANE + b'+';

/// Who maps each frame, as letters: `a` the first process, `b` the second; `+` several, 0 nobody. Costs a look at
/// every page table.
pub(crate) fn owners(m: &Machine, pids: impl Iterator<Item = Pid>) -> Vec<u8> {
    let mut owners = vec![0; m.frames().len()];
    for (i, pid) in pids.enumerate() {
        let letter = PLANE + b'a' + i as u8 % OWNERS;
        if let Some(p) = m.process(pid) {
            m.each_mapped(p.mm, |pfn, pages| {
                for owner in &mut owners[pfn.index()..pfn.index() + pages] {
                    *owner = if *owner == 0 || *owner == letter {
                        letter
                    } else {
                        SHARED
                    };
                }
            });
        }
    }
    owners
}

/// Letters of the frames from `pfn` in another colouring than by state. Blocks free or of one folio: `0`..`9`, `A` the
/// order of free ones, `x` in use. Owners: their letter, `k` the kernel, `p` page tables, `-` nobody, `.` free. Pageblocks: `U` Unmovable, `M` Movable, `R` Reclaimable, in small letters what is
/// free in them.
pub(crate) fn of_frames_by(m: &Machine, by: Colouring, owners: &[u8], pfn: u64, out: &mut [u8]) {
    of_frames(m, pfn, out);
    let zone = m.zones().iter().find(|z| z.contains(Pfn(pfn as u32)));
    let mut free = 0;
    for (i, letter) in out.iter_mut().enumerate() {
        let frame = Pfn(pfn as u32 + i as u32);
        let is_free = *letter == b'b';
        *letter = PLANE
            + match by {
                Colouring::Order if is_free => {
                    // Only the head of a free block knows its order.
                    let (frames, order) = (m.frames(), m.frames().order(frame));
                    if frames.has(frame, FrameFlags::BUDDY) {
                        free = order;
                    } else if i == 0 {
                        free = free_order(m, frame);
                    }
                    b"0123456789A"[usize::from(free)]
                }
                Colouring::Order => b'x',
                Colouring::Owner => match owners.get(frame.index()) {
                    Some(&owner) if owner > 0 => owner - PLANE,
                    _ => match *letter {
                        b'b' => b'.',
                        b'p' => b'p',
                        b'r' | b'z' | b'Z' => b'k',
                        _ => b'-',
                    },
                },
                _ => {
                    let kind = zone.map_or(1, |z| z.pageblock_type(frame) as usize);
                    if is_free { b"umr"[kind] } else { b"UMR"[kind] }
                }
            };
    }
}

/// Order of the free block that a frame lies in: its head is the nearest aligned one below. Memory never used is whole
/// blocks of the highest order.
fn free_order(m: &Machine, frame: Pfn) -> u8 {
    let head = |order: &u8| {
        let head = Pfn(frame.0 & !((1 << order) - 1));
        m.frames().has(head, FrameFlags::BUDDY) && m.frames().order(head) == *order
    };
    (0..MAX_PAGE_ORDER).find(head).unwrap_or(MAX_PAGE_ORDER)
}

/// Class letter of one frame.
pub(crate) fn of_frame(m: &Machine, pfn: Pfn) -> u8 {
    let frames = m.frames();
    let own = frames.flags(pfn);
    let order = frames.order(pfn);
    if own.has(FrameFlags::ZERO) {
        return if order == HPAGE_PMD_ORDER { b'Z' } else { b'z' };
    }
    if own.has(FrameFlags::RESERVED) {
        return if m.frame_offline(pfn) { b'o' } else { b'r' };
    }
    if own.has(FrameFlags::PGTABLE) {
        return b'p';
    }
    if !own.has(FrameFlags::ALLOCATED) {
        return b'b';
    }
    let head = frames.head(pfn);
    let flags = frames.flags(head);
    if flags.has(FrameFlags::KSM) {
        return b'k';
    }
    match order {
        _ if !flags.has(FrameFlags::ANON) && !flags.has(FrameFlags::LRU) => b'r',
        _ if !flags.has(FrameFlags::ANON) => {
            let letters = if flags.has(FrameFlags::SWAPBACKED) {
                b"mMn"
            } else {
                b"fFl"
            };
            match order {
                HPAGE_PMD_ORDER if m.folio_entire_mapcount(head) > 0 => letters[1],
                HPAGE_PMD_ORDER => letters[2],
                _ => letters[0],
            }
        }
        0 => b'a',
        HPAGE_PMD_ORDER if m.folio_entire_mapcount(head) > 0 => b'T',
        HPAGE_PMD_ORDER => b't',
        order => b'0' + order,
    }
}

/// All classes of pages of an address space.
pub(crate) const LETTERS: &[u8] = b"aTt12345678kzZsgmMnfFlH.";

/// What the pages of a region sum up to, in pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sums {
    /// Resident, without zero pages.
    pub rss: u64,
    /// In PMD-mapped anonymous huge pages.
    pub anon_huge: u64,
    /// Merged.
    pub ksm: u64,
    /// Swapped out.
    pub swap: u64,
    /// Classes that occur, as bits in the order of [`LETTERS`].
    pub kinds: u32,
}

/// Sums over `pages` pages from page number `page`.
pub(crate) fn sums(m: &Machine, mm: MmId, page: u64, pages: u64) -> Sums {
    let mut counts = [0u64; 256];
    let mut letters = [0u8; 512];
    let mut done = 0;
    while done < pages {
        let n = (512 - (page + done) % 512).min(pages - done) as usize;
        of_pages(m, mm, page + done, &mut letters[..n]);
        let first = letters[0];
        // Most ranges are of one kind.
        if letters[..n].iter().all(|l| *l == first) {
            counts[first as usize] += n as u64;
        } else {
            letters[..n].iter().for_each(|l| counts[*l as usize] += 1);
        }
        done += n as u64;
    }
    let kinds = LETTERS.iter().enumerate();
    let kinds = kinds.fold(0, |bits, (i, l)| {
        bits | u32::from(counts[*l as usize] > 0) << i
    });
    let count = |letters: &[u8]| letters.iter().map(|l| counts[*l as usize]).sum::<u64>();
    Sums {
        rss: count(b"aTt12345678kmMnfFl"),
        anon_huge: count(b"T"),
        ksm: count(b"k"),
        swap: count(b"s"),
        kinds,
    }
}
