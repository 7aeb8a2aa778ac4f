//! The files of `/proc` and `/sys`: reading, writing, listing, and the table of everything that can be tuned.
//!
//! | file | holds |
//! |---|---|
//! | `path` | the tree of directories |
//! | `sysfs`, `sysctl`, `tunable` | settings: transparent huge pages, KSM, `/proc/sys/vm`; the table of them |
//! | `meminfo`, `vmstat`, `zone_files`, `node` | the whole machine, its zones and NUMA nodes |
//! | `memory` | memory blocks that go off-line |
//! | `process`, `status`, `maps`, `smaps`, `numa_maps` | one process |
//! | `pagemap` | the binary files: one 64-bit word a page |
//! | `clear_refs` | taking away referenced bits |
//! | `debugfs`, `tracefs` | fragmentation, splitting by hand; tracepoints |
//! | `parse`, `walk` | numbers as the kernel reads them; page-table walks |
//!
//! The writer is root. Formats are those of Linux 6.18, byte for byte.

mod clear_refs;
mod debugfs;
mod maps;
mod meminfo;
mod memory;
mod node;
mod numa_maps;
mod pagemap;
pub mod parse;
mod path;
mod process;
mod smaps;
mod status;
mod sysctl;
mod sysfs;
#[cfg(test)]
mod tests;
mod tracefs;
pub mod tunable;
mod vmstat;
mod walk;
mod zone_files;

pub(crate) use debugfs::fragmentation_index;
pub use smaps::SmapsEntry;
pub use sysctl::Sysctl;

use crate::errno::Errno;
use crate::machine::Machine;
use path::{File, Node};

/// sysfs and `/proc/sys` refuse to open a file in a way its mode bits do not allow, even for root, and do not hand an
/// empty write to the file. Elsewhere root may open anything, and then fails.
fn checked_at_open(file: File) -> bool {
    !matches!(
        file,
        File::Proc(_)
            | File::Process(..)
            | File::Debug(_)
            | File::Trace
            | File::Events(..)
            | File::Event(..)
    )
}

/// What a file answers to a use its mode bits do not allow.
fn refused(file: File) -> Errno {
    match file {
        _ if checked_at_open(file) => Errno::EACCES,
        File::Proc(_) => Errno::EIO,
        _ => Errno::EINVAL,
    }
}

impl Machine {
    /// Text of a virtual file. Reading changes nothing.
    ///
    /// Below `/proc` a process may be named instead of numbered (`/proc/p1/smaps`). The binary files `pagemap`,
    /// `kpageflags` and `kpagecount` have no text: use [`pagemap`](Machine::pagemap),
    /// [`kpageflags`](Machine::kpageflags) and [`kpagecount`](Machine::kpagecount).
    ///
    /// # Errors
    /// ENOENT, ENOTDIR, EISDIR; EACCES or EINVAL for a file that can only be written; EINVAL for a binary file.
    pub fn read_file(&self, path: &str) -> Result<String, Errno> {
        let Node::File(file, mode) = self.lookup(path)? else {
            return Err(Errno::EISDIR);
        };
        if mode & 0o444 == 0 {
            return Err(refused(file));
        }
        match file {
            File::Proc(name) => self.proc_show(name),
            File::Process(pid, name) => self.process_show(pid, name),
            File::Sysctl(spec) => Ok(self.sysctl_show(spec)),
            File::Thp(name) => self.thp_show(name).ok_or(Errno::ENOENT),
            File::Khugepaged(name) => self.khugepaged_show(name).ok_or(Errno::ENOENT),
            File::ThpSize(order, name) => self
                .thp_show(&sysfs::size_file(order, name))
                .ok_or(Errno::ENOENT),
            File::ThpStat(order, name) => self
                .thp_show(&sysfs::stat_file(order, name))
                .ok_or(Errno::ENOENT),
            File::Ksm(name) => self.ksm_show(name).ok_or(Errno::ENOENT),
            File::Hugetlb(nid, size, name) => Ok(self.hugetlb_show(nid, size, name)),
            File::Nodes(name) => Ok(self.nodes_show(name)),
            File::Node(nid, name) => Ok(self.node_show(nid, name)),
            File::Memory => Ok(self.memory_show()),
            File::MemoryBlock(block, name) => Ok(self.memory_block_show(block, name)),
            File::Debug(name) => Ok(self.extfrag_show(name)),
            File::PowerState => Ok("freeze mem\n".into()),
            File::Trace => Ok(self.trace_show()),
            File::Events(group, name) => Ok(self.events_show(group, name)),
            File::Event(index, name) => Ok(self.event_show(index, name)),
        }
    }

    /// Writes `text` to a virtual file as `echo -n text > path` does. State is unchanged if it fails, unless the
    /// kernel itself goes half way.
    ///
    /// # Errors
    /// ENOENT, ENOTDIR, EISDIR; EACCES, EIO or EINVAL for a file that cannot be written; else what the file answers
    /// to the text, mostly EINVAL.
    ///
    /// ```
    /// use mm_engine::{Errno, Machine, MachineConfig};
    ///
    /// let mut machine = Machine::new(MachineConfig::default())?;
    /// let limit = "/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none";
    /// assert_eq!(machine.read_file(limit)?, "511\n");
    /// machine.write_file(limit, "64")?;
    /// assert_eq!(machine.read_file(limit)?, "64\n");
    /// assert_eq!(machine.write_file(limit, "512"), Err(Errno::EINVAL));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_file(&mut self, path: &str, text: &str) -> Result<(), Errno> {
        let Node::File(file, mode) = self.lookup(path)? else {
            return Err(Errno::EISDIR);
        };
        if mode & 0o222 == 0 {
            return Err(refused(file));
        }
        if text.is_empty() && checked_at_open(file) {
            return Ok(());
        }
        let stored = match file {
            File::Process(pid, name) => Some(self.process_store(pid, name, text)),
            File::Sysctl(spec) => Some(self.sysctl_store(spec, text)),
            File::Thp(name) => self.thp_store(name, text),
            File::Khugepaged(name) => self.khugepaged_store(name, text),
            File::ThpSize(order, name) => self.thp_store(&sysfs::size_file(order, name), text),
            File::Ksm(name) => self.ksm_store(name, text),
            File::Hugetlb(nid, size, name) => self.hugetlb_store(nid, size, name, text),
            File::Node(nid, _) => {
                self.compact_nodes(Some(nid));
                Some(Ok(()))
            }
            File::MemoryBlock(block, name) => Some(self.memory_block_store(block, name, text)),
            File::Debug(_) => Some(self.split_huge_pages_store(text)),
            // Deviation: the system is awake again at once, and only ksmd notices.
            File::PowerState => Some(match text.trim_end() {
                "freeze" | "mem" => {
                    self.ksmd_freeze();
                    Ok(())
                }
                _ => Err(Errno::EINVAL),
            }),
            File::Trace => {
                self.trace_clear();
                Some(Ok(()))
            }
            File::Events(group, name) => Some(self.events_store(group, name, text)),
            File::Event(index, name) => Some(self.event_store(index, name, text)),
            File::Proc(_) | File::ThpStat(..) | File::Nodes(_) | File::Memory => None,
        };
        stored.unwrap_or_else(|| Err(refused(file)))
    }

    /// Names in a directory, sorted; those of directories end with `/`.
    ///
    /// # Errors
    /// ENOENT; ENOTDIR for a file.
    pub fn list_dir(&self, path: &str) -> Result<Vec<String>, Errno> {
        let Node::Dir(dir) = self.lookup(path)? else {
            return Err(Errno::ENOTDIR);
        };
        let mut names: Vec<String> = Vec::new();
        for (name, node) in self.dir_entries(dir) {
            let slash = matches!(node, Node::Dir(_))
                .then_some("/")
                .unwrap_or_default();
            let place = names.partition_point(|n| *n.trim_end_matches('/') < *name);
            names.insert(place, format!("{name}{slash}"));
        }
        Ok(names)
    }
}
