//! The files of one process, but for the long ones.
//!
//! Counterparts: `tgid_base_stuff` of `fs/proc/base.c`, `proc_pid_statm`.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pid};
use crate::vm::mm::Process;
use crate::vm::vma::{VmFlags, Vma};

/// Files of `/proc/PID`. `pagemap` is binary.
pub(super) const FILES: &[(&str, u16)] = &[
    ("clear_refs", 0o200),
    ("comm", 0o644),
    ("ksm_merging_pages", 0o400),
    ("ksm_stat", 0o400),
    ("maps", 0o444),
    ("numa_maps", 0o444),
    ("pagemap", 0o400),
    ("smaps", 0o444),
    ("smaps_rollup", 0o444),
    ("statm", 0o444),
    ("status", 0o444),
];

/// Bytes of a name the kernel keeps (`TASK_COMM_LEN` less its end).
const COMM_LEN: usize = 15;

impl Process {
    /// Its name as the kernel keeps it: 15 bytes, cut between characters.
    pub fn comm(&self) -> &str {
        &self.name[..self.name.floor_char_boundary(COMM_LEN)]
    }
}

/// Sizes of a process in pages, by what its areas are for (`vm_stat_account`).
#[derive(Clone, Copy, Default)]
pub(super) struct AreaPages {
    pub total: u64,
    pub exec: u64,
    pub stack: u64,
    pub data: u64,
}

impl Machine {
    /// Text of a file; EINVAL for a binary one.
    #[inline(never)]
    pub(super) fn process_show(&self, pid: Pid, name: &str) -> Result<String, Errno> {
        let mm = self.mm_of(pid)?;
        Ok(match name {
            "comm" => format!("{}\n", self.process(pid).ok_or(Errno::ESRCH)?.comm()),
            "ksm_merging_pages" => format!("{}\n", self.mm(mm).ksm_merging_pages),
            "ksm_stat" => self.ksm_stat(mm),
            "maps" => self.maps_show(mm),
            "numa_maps" => self.numa_maps_show(mm),
            "smaps" => self.smaps_show(mm),
            "smaps_rollup" => self.smaps_rollup_show(mm),
            "statm" => self.statm_show(mm),
            "status" => self.status_show(pid, mm)?,
            _ => return Err(Errno::EINVAL),
        })
    }

    /// Writes a file. Only a thread of the process may change `comm`: EINVAL.
    #[inline(never)]
    pub(super) fn process_store(&mut self, pid: Pid, name: &str, text: &str) -> Result<(), Errno> {
        let mm = self.mm_of(pid)?;
        match name {
            "clear_refs" => self.clear_refs_store(mm, text),
            _ => Err(Errno::EINVAL),
        }
    }

    pub(super) fn area_pages(&self, mm: MmId) -> AreaPages {
        let mut n = AreaPages::default();
        for v in self.mm(mm).vmas.values().map(|v| self.vma(*v)) {
            let pages = Vma::pages(v);
            n.total += pages;
            let only = |mask: VmFlags, set: VmFlags| v.flags.0 & mask.0 == set.0;
            let stack = VmFlags::GROWSDOWN;
            if only(
                VmFlags::EXEC.with(VmFlags::WRITE).with(stack),
                VmFlags::EXEC,
            ) {
                n.exec += pages;
            } else if v.flags.has(stack) {
                n.stack += pages;
            } else if only(VmFlags::WRITE.with(VmFlags::SHARED), VmFlags::WRITE) {
                n.data += pages;
            }
        }
        n
    }

    /// `size resident shared text lib data dt` in pages. No program is loaded, so text is 0.
    fn statm_show(&self, mm: MmId) -> String {
        let (n, rss) = (self.area_pages(mm), self.mm(mm).rss);
        let shared = rss.file + rss.shmem;
        format!(
            "{} {} {shared} 0 0 {} 0\n",
            n.total,
            rss.anon + shared,
            n.data + n.stack
        )
    }
}
