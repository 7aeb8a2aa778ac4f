//! `/proc/PID/maps`, and the line about an area that `smaps` begins with.
//!
//! Counterpart in `fs/proc/task_mmu.c`: `show_vma_header_prefix`, `show_map_vma`.

use crate::machine::Machine;
use crate::vm::addr::MmId;
use crate::vm::vma::Vma;

/// Column of the name of an area.
const NAME_COLUMN: usize = 73;

/// `START-END rwxp OFFSET MAJOR:MINOR INODE ` and the name, if any. Without one a single blank stays at the end.
pub(super) fn header(start: u64, end: u64, perm: &str, name: Option<&str>) -> String {
    let mut line = format!("{start:08x}-{end:08x} {perm} 00000000 00:00 0 ");
    if let Some(name) = name {
        line = format!("{line:<NAME_COLUMN$}{name}");
    }
    line.push('\n');
    line
}

/// The line of an area. Anonymous memory has no offset, no inode and no name; areas of files will have all three.
pub(super) fn area_header(v: &Vma) -> String {
    header(v.start, v.end, &v.flags.perm(), None)
}

impl Machine {
    /// Text of `/proc/PID/maps`.
    pub(super) fn maps_show(&self, mm: MmId) -> String {
        self.mm(mm)
            .vmas
            .values()
            .map(|v| area_header(self.vma(*v)))
            .collect()
    }
}
