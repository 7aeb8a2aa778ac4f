//! The tree of directories and files, and what a path names in it.
//!
//! A directory lists its entries; a path is found by going down the lists, so that what can be opened can be listed.
//! Files of the system are named by their own name, those of a process, a node, a size or a tracepoint by that too.

use super::{debugfs, memory, node, process, sysctl, sysfs, tracefs, zone_files};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::stat::MthpStat;
use crate::thp::THP_FILES;
use crate::trace::ftrace::{Group, TRACEPOINTS};
use crate::vfs::tunable::FileSpec;
use crate::vm::addr::{HPAGE_PMD_ORDER, Pid};
use std::borrow::Cow;

/// A directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dir {
    Root,
    /// `/proc`
    Proc,
    /// `/proc/PID`
    Process(Pid),
    /// `/proc/sys`
    ProcSys,
    /// `/proc/sys/vm`
    Vm,
    /// `/sys`
    Sys,
    /// `/sys/kernel`
    Kernel,
    /// `/sys/kernel/mm`
    Mm,
    /// `/sys/kernel/mm/transparent_hugepage`
    Thp,
    Khugepaged,
    /// `hugepages-<N>kB` of an order
    ThpSize(u8),
    ThpStats(u8),
    /// `/sys/kernel/mm/ksm`
    Ksm,
    /// `/sys/kernel/mm/hugepages`, or that of a node
    Hugepages(Option<u8>),
    /// One size of it, an index as in `hugetlb_orders`
    HugepagesSize(Option<u8>, usize),
    /// `/sys/power`
    Power,
    /// `/sys/devices`
    Devices,
    /// `/sys/devices/system`
    System,
    /// `/sys/devices/system/node`
    Nodes,
    Node(u8),
    /// `/sys/devices/system/memory`
    Memory,
    MemoryBlock(u32),
    /// `/sys/kernel/debug`
    Debug,
    Extfrag,
    /// `/sys/kernel/tracing`, also below debug
    Tracing,
    Events,
    EventGroup(Group),
    /// Directory of one tracepoint, an index into [`TRACEPOINTS`]
    Event(usize),
}

/// A file. The names are those of the tables that list them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum File {
    Proc(&'static str),
    Process(Pid, &'static str),
    Sysctl(&'static FileSpec),
    Thp(&'static str),
    Khugepaged(&'static str),
    ThpSize(u8, &'static str),
    ThpStat(u8, &'static str),
    Ksm(&'static str),
    Hugetlb(Option<u8>, usize, &'static str),
    Nodes(&'static str),
    Node(u8, &'static str),
    /// `block_size_bytes`
    Memory,
    MemoryBlock(u32, &'static str),
    Debug(&'static str),
    /// `/sys/power/state`
    PowerState,
    Trace,
    /// A file of all events or of a group
    Events(Option<Group>, &'static str),
    Event(usize, &'static str),
}

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Node {
    Dir(Dir),
    /// A file with its mode bits
    File(File, u16),
}

type Entry = (Cow<'static, str>, Node);

fn dir(name: &'static str, dir: Dir) -> Entry {
    (name.into(), Node::Dir(dir))
}

/// Entries of a table of names and modes.
#[inline(never)]
fn files(table: &[(&'static str, u16)], file: &dyn Fn(&'static str) -> File) -> Vec<Entry> {
    table
        .iter()
        .map(|&(name, mode)| (name.into(), Node::File(file(name), mode)))
        .collect()
}

/// Entries of a table of tunables.
#[inline(never)]
fn specs(table: &'static [FileSpec], file: &dyn Fn(&'static FileSpec) -> File) -> Vec<Entry> {
    table
        .iter()
        .map(|f| (f.name.into(), Node::File(file(f), f.mode)))
        .collect()
}

impl Machine {
    /// Entries of a directory.
    pub(super) fn dir_entries(&self, d: Dir) -> Vec<Entry> {
        let orders = 1..=HPAGE_PMD_ORDER;
        match d {
            Dir::Root => vec![dir("proc", Dir::Proc), dir("sys", Dir::Sys)],
            Dir::Proc => {
                let mut out = files(zone_files::PROC_FILES, &File::Proc);
                out.push(dir("sys", Dir::ProcSys));
                out.extend(
                    self.procs
                        .keys()
                        .map(|pid| (pid.0.to_string().into(), Node::Dir(Dir::Process(*pid)))),
                );
                out
            }
            Dir::Process(pid) => files(process::FILES, &|name| File::Process(pid, name)),
            Dir::ProcSys => vec![dir("vm", Dir::Vm)],
            Dir::Vm => specs(sysctl::VM_FILES, &File::Sysctl),
            Dir::Sys => vec![
                dir("devices", Dir::Devices),
                dir("kernel", Dir::Kernel),
                dir("power", Dir::Power),
            ],
            Dir::Power => vec![("state".into(), Node::File(File::PowerState, 0o644))],
            Dir::Devices => vec![dir("system", Dir::System)],
            Dir::System => vec![dir("memory", Dir::Memory), dir("node", Dir::Nodes)],
            Dir::Memory => {
                let mut out = files(memory::SYSTEM_FILES, &|_| File::Memory);
                out.extend(
                    self.memory_blocks()
                        .map(|b| (format!("memory{b}").into(), Node::Dir(Dir::MemoryBlock(b)))),
                );
                out
            }
            Dir::MemoryBlock(b) => files(memory::FILES, &|name| File::MemoryBlock(b, name)),
            Dir::Kernel => vec![
                dir("debug", Dir::Debug),
                dir("mm", Dir::Mm),
                dir("tracing", Dir::Tracing),
            ],
            Dir::Mm => vec![
                dir("hugepages", Dir::Hugepages(None)),
                dir("ksm", Dir::Ksm),
                dir("transparent_hugepage", Dir::Thp),
            ],
            Dir::Ksm => specs(crate::ksm::KSM_FILES, &|f| File::Ksm(f.name)),
            Dir::Thp => {
                let mut out = specs(THP_FILES, &|f| File::Thp(f.name));
                out.push(dir("khugepaged", Dir::Khugepaged));
                out.extend(orders.map(|o| (sysfs::size_dir(o).into(), Node::Dir(Dir::ThpSize(o)))));
                out
            }
            Dir::Khugepaged => specs(crate::khugepaged::KHUGEPAGED_FILES, &|f| {
                File::Khugepaged(f.name)
            }),
            Dir::ThpSize(o) => {
                let mut out = specs(sysfs::THP_SIZE_FILES, &|f| File::ThpSize(o, f.name));
                out.retain(|(name, _)| self.thp_show(&sysfs::size_file(o, name)).is_some());
                out.push(dir("stats", Dir::ThpStats(o)));
                out
            }
            Dir::ThpStats(o) => {
                let stat = MthpStat::default();
                let names = stat
                    .entries()
                    .map(|e| e.0)
                    .filter(|name| self.thp_show(&sysfs::stat_file(o, name)).is_some());
                names
                    .map(|name| (name.into(), Node::File(File::ThpStat(o, name), 0o444)))
                    .collect()
            }
            Dir::Nodes => {
                let mut out = files(node::SYSTEM_FILES, &File::Nodes);
                out.extend(
                    (0..self.config.nodes)
                        .map(|n| (format!("node{n}").into(), Node::Dir(Dir::Node(n)))),
                );
                out
            }
            Dir::Node(n) => {
                let mut out = files(node::FILES, &|name| File::Node(n, name));
                out.push(dir("hugepages", Dir::Hugepages(Some(n))));
                out
            }
            Dir::Hugepages(n) => self
                .hugetlb_orders()
                .enumerate()
                .map(|(i, order)| {
                    let name = sysfs::size_dir(order).into();
                    (name, Node::Dir(Dir::HugepagesSize(n, i)))
                })
                .collect(),
            Dir::HugepagesSize(n, i) => {
                specs(self.hugetlb_table(n, i), &|f| File::Hugetlb(n, i, f.name))
            }
            Dir::Debug => {
                let mut out = files(debugfs::FILES, &File::Debug);
                out.extend([dir("extfrag", Dir::Extfrag), dir("tracing", Dir::Tracing)]);
                out
            }
            Dir::Extfrag => files(debugfs::EXTFRAG_FILES, &File::Debug),
            Dir::Tracing => vec![
                dir("events", Dir::Events),
                ("trace".into(), Node::File(File::Trace, 0o640)),
            ],
            Dir::Events => {
                let mut out = files(tracefs::ENABLE, &|name| File::Events(None, name));
                out.extend(Group::ALL.map(|g| dir(g.name(), Dir::EventGroup(g))));
                out
            }
            Dir::EventGroup(g) => {
                let mut out = files(tracefs::GROUP_FILES, &|name| File::Events(Some(g), name));
                let events = TRACEPOINTS.iter().enumerate().filter(|(_, t)| t.group == g);
                out.extend(events.map(|(i, t)| dir(t.name, Dir::Event(i))));
                out
            }
            Dir::Event(i) => files(tracefs::EVENT_FILES, &|name| File::Event(i, name)),
        }
    }

    /// One step down. Below `/proc` the name of a process stands for its pid.
    fn step_down(&self, d: Dir, name: &str) -> Option<Node> {
        if d == Dir::Proc {
            if name.bytes().all(|b| b.is_ascii_digit()) {
                let pid = Pid(name.parse().ok()?);
                return self
                    .procs
                    .contains_key(&pid)
                    .then_some(Node::Dir(Dir::Process(pid)));
            }
            let by_name = || {
                self.processes()
                    .find(|(_, p)| p.name == name)
                    .map(|(pid, _)| Node::Dir(Dir::Process(pid)))
            };
            let table = files(zone_files::PROC_FILES, &File::Proc);
            let file = table.into_iter().find(|e| e.0 == name).map(|e| e.1);
            return file
                .or_else(|| (name == "sys").then_some(Node::Dir(Dir::ProcSys)))
                .or_else(by_name);
        }
        self.dir_entries(d)
            .into_iter()
            .find(|e| e.0 == name)
            .map(|e| e.1)
    }

    /// What an absolute path names. `.` and `..` and repeated slashes mean what they do in Linux.
    ///
    /// ENOENT: nothing of that name, a relative path, an empty one. ENOTDIR: the path goes on after a file.
    pub(super) fn lookup(&self, path: &str) -> Result<Node, Errno> {
        let rest = path.strip_prefix('/').ok_or(Errno::ENOENT)?;
        let mut above = vec![Dir::Root];
        let mut node = Node::Dir(Dir::Root);
        for name in rest.split('/') {
            let Node::Dir(at) = node else {
                return Err(Errno::ENOTDIR);
            };
            match name {
                "" | "." => {}
                ".." => {
                    if above.len() > 1 {
                        above.pop();
                    }
                    node = Node::Dir(above[above.len() - 1]);
                }
                _ => {
                    node = self.step_down(at, name).ok_or(Errno::ENOENT)?;
                    if let Node::Dir(below) = node {
                        above.push(below);
                    }
                }
            }
        }
        Ok(node)
    }
}
