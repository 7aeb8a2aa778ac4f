//! `/proc/PID/maps`, and the line about an area that `smaps` begins with.
//!
//! Counterpart in `fs/proc/task_mmu.c`: `show_vma_header_prefix`, `show_map_vma`.

use crate::machine::Machine;
use crate::vm::addr::{FileId, MmId, PAGE_SHIFT};
use crate::vm::vma::Vma;

/// Column of the name of an area.
const NAME_COLUMN: usize = 73;

/// `START-END rwxp OFFSET MAJOR:MINOR INODE ` and the name, if any. Without one a single blank stays at the end.
pub(super) fn header(start: u64, end: u64, perm: &str, name: Option<&str>) -> String {
    line(start, end, perm, "00000000 00:00 0", name)
}

fn line(start: u64, end: u64, perm: &str, place: &str, name: Option<&str>) -> String {
    let mut line = format!("{start:08x}-{end:08x} {perm} {place} ");
    if let Some(name) = name {
        line = format!("{line:<NAME_COLUMN$}{name}");
    }
    line.push('\n');
    line
}

impl Machine {
    /// The line of an area. Anonymous memory has no offset, no inode and no name. Shared memory is of device 0:1, files
    /// are of 8:1, those of hugetlbfs of 0:11; the inode is the number of the file.
    pub(super) fn area_header(&self, v: &Vma) -> String {
        let Some(id) = v.file else {
            return header(v.start, v.end, &v.flags.perm(), None);
        };
        let (device, number, name) = self.file_place(id);
        let place = format!("{:08x} {device} {number}", v.pgoff << PAGE_SHIFT);
        line(v.start, v.end, &v.flags.perm(), &place, Some(name))
    }

    /// Device, inode number and name of a file.
    pub(super) fn file_place(&self, id: FileId) -> (&str, u32, &str) {
        if Self::is_file_hugepages(id) {
            let (name, number) = self.hugetlb_file_name(id);
            return ("00:11", number, name);
        }
        let inode = self.inode(id);
        let device = if inode.shmem { "00:01" } else { "08:01" };
        (device, id.0, &inode.name)
    }

    /// Text of `/proc/PID/maps`.
    pub(super) fn maps_show(&self, mm: MmId) -> String {
        self.mm(mm)
            .vmas
            .values()
            .map(|v| self.area_header(self.vma(*v)))
            .collect()
    }
}
