//! The invariants of files, and their part of the state hash.

use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{FileId, Pfn};
use std::collections::BTreeMap;
use std::fmt::Write;

macro_rules! ensure {
    ($cond:expr, $($msg:tt)*) => { if !$cond { return Err(format!($($msg)*)); } };
}

impl Machine {
    /// Folios, areas and counters of all files. `ptes` and `pmds`: how often each page is mapped by entries, and each
    /// folio by PMDs.
    pub(crate) fn check_files(
        &self,
        ptes: &BTreeMap<Pfn, i32>,
        pmds: &BTreeMap<Pfn, i32>,
    ) -> Result<(), String> {
        let (mut pages, mut shmem, mut shmem_huge, mut file_huge) = (0, 0, 0, 0);
        let (mut mapped, mut shmem_pmds, mut file_pmds) = (0, 0, 0);
        for (i, inode) in self.files.iter().enumerate() {
            let Some(inode) = inode else { continue };
            let mut last = 0;
            for (index, head) in inode.cached() {
                let n = self.folio_nr_pages(head) as u64;
                let flags = self.frames.flags(head);
                ensure!(
                    self.folio_in_file(head)
                        && self.frames.anchor(head) as usize == i
                        && self.frames.index(head) == index,
                    "{head:?} does not know page {index} of file {i}"
                );
                ensure!(
                    index.is_multiple_of(n) && index >= last,
                    "{head:?} overlaps in file {i} at {index}"
                );
                ensure!(
                    flags.has(FrameFlags::SWAPBACKED) == inode.shmem,
                    "{head:?} is of the wrong kind for file {i}"
                );
                last = index + n;
                let by_pmd = pmds.get(&head).copied().unwrap_or(0);
                let by_pte = |k: u64| ptes.get(&head.add(k as usize)).copied().unwrap_or(0);
                let count = by_pmd + (0..n).map(by_pte).sum::<i32>();
                ensure!(
                    self.folio_mapcount(head) == count
                        && self.folio_entire_mapcount(head) == by_pmd,
                    "{head:?} of file {i} is mapped {count} times, counts {}",
                    self.folio_mapcount(head)
                );
                // One more holds a folio that was taken off its list.
                let isolated = i32::from(!flags.has(FrameFlags::LRU));
                let refs = self.frames.refcount(head);
                ensure!(
                    refs == count + n as i32
                        || refs - isolated == count + n as i32
                        || flags.has(FrameFlags::PINNED) && refs > count,
                    "{head:?} of file {i}: {refs} references, {count} mappings"
                );
                let huge = i64::from(n == 512);
                pages += n as i64;
                mapped += if by_pmd > 0 {
                    n as i64
                } else {
                    (0..n).filter(|k| by_pte(*k) > 0).count() as i64
                };
                if inode.shmem {
                    shmem += n as i64;
                    shmem_huge += huge;
                    shmem_pmds += i64::from(by_pmd > 0);
                } else {
                    file_huge += huge;
                    file_pmds += i64::from(by_pmd > 0);
                }
            }
            ensure!(
                inode.nr_cached
                    == inode
                        .cached()
                        .map(|(_, h)| self.folio_nr_pages(h) as u64)
                        .sum(),
                "file {i} counts {} cached pages",
                inode.nr_cached
            );
            if inode.shmem
                && let Some(both) = inode
                    .stored
                    .keys()
                    .find(|k| self.file_folio(FileId(i as u32), **k).is_some())
            {
                return Err(format!("page {both} of file {i} is cached and swapped"));
            }
            for vma in &inode.vmas {
                let known = self.vmas[vma.index()]
                    .as_ref()
                    .and_then(|v| v.cached_file());
                ensure!(
                    known == Some(FileId(i as u32)),
                    "file {i} names {vma:?}, which does not map it"
                );
            }
        }
        let linked: usize = self.files.iter().flatten().map(|i| i.vmas.len()).sum();
        let areas = self.vmas.iter().flatten();
        let areas = areas.filter(|v| v.cached_file().is_some()).count();
        ensure!(linked == areas, "{areas} areas map files, {linked} linked");
        let s = &self.stat.vm;
        for (name, found, counted) in [
            ("nr_file_pages", pages + s.nr_swapcached, s.nr_file_pages),
            ("nr_shmem", shmem, s.nr_shmem),
            ("nr_shmem_hugepages", shmem_huge, s.nr_shmem_hugepages),
            ("nr_file_hugepages", file_huge, s.nr_file_hugepages),
            ("nr_mapped", mapped, s.nr_mapped),
            ("nr_shmem_pmdmapped", shmem_pmds, s.nr_shmem_pmdmapped),
            ("nr_file_pmdmapped", file_pmds, s.nr_file_pmdmapped),
        ] {
            ensure!(found == counted, "{name}: found {found}, counts {counted}");
        }
        Ok(())
    }

    /// Everything files hold; their pages are hashed as frames.
    pub(crate) fn hash_files(&self, h: &mut impl Write) {
        let _ = write!(h, "{:?}", self.mounts);
        for inode in self.files.iter().flatten() {
            let _ = write!(
                h,
                "{}{}{}{}{}{}{}{}{:?}{:?}{:?}",
                inode.name,
                inode.size,
                inode.opens,
                inode.reserved_pages,
                inode.fallocend,
                inode.mount,
                inode.large_folios,
                inode.open_for_write,
                inode.folios,
                inode.vmas,
                inode.ra
            );
            for (index, content) in &inode.stored {
                let _ = write!(h, "{index}");
                if inode.shmem {
                    let _ = write!(h, "{content}");
                    continue;
                }
                self.contents.hash_key(*content, |bytes| {
                    let _ = write!(h, "{bytes:?}");
                });
            }
        }
    }
}
