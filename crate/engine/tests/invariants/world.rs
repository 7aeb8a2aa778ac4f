//! A machine with its processes and files, and the naive model of what they should read.

use crate::operations::{MEMORY_BLOCK, Op, POOL};
use crate::{BASE, FIELD, FILES, HUGE};
use mm_engine::errno::Errno;
use mm_engine::file::tmpfs::TmpfsOptions;
use mm_engine::hugetlb::boot::HugetlbBoot;
use mm_engine::machine::Machine;
use mm_engine::phys::content::Pattern;
use mm_engine::phys::swap::Backing;
use mm_engine::vm::addr::{FileId, PAGE_SIZE, Pid};
use mm_engine::vm::fault::Access;
use mm_engine::vm::mempolicy::{Mode, Policy};
use mm_engine::vm::uapi::{self, Advice};
use mm_engine::{
    MachineConfig,
    thp::{Enabled, ShmemEnabled},
};
use std::collections::{BTreeMap, BTreeSet};

/// What each process should read, by page; pages whose content an advice left open are not in it.
type Model = BTreeMap<Pid, BTreeMap<u64, u8>>;

pub struct World {
    pub machine: Machine,
    pub live: Vec<Pid>,
    model: Model,
    files: Vec<FileId>,
    /// Pages that no model covers: private ones of files, and what was moved.
    unknown: BTreeMap<Pid, BTreeSet<u64>>,
    /// Pages of files that processes share: file and page.
    shared: BTreeMap<Pid, BTreeMap<u64, (usize, u64)>>,
    /// What was written to files through them and is there still.
    written: BTreeMap<(usize, u64), u8>,
}

impl World {
    pub fn new() -> World {
        let mut hugetlb = HugetlbBoot::default();
        (hugetlb.cont, hugetlb.free_vmemmap) = (true, true);
        let config = MachineConfig {
            read_only_thp_for_fs: true,
            hugetlb,
            // Of the second node one block is whole, and holds nothing of the kernel: it can go off-line.
            mem: 492 << 20,
            nodes: 2,
            parked: true,
            thp_enabled: Enabled::Madvise,
            ..Default::default()
        };
        let mut machine = Machine::new(config).unwrap();
        let p = machine.spawn("p0").unwrap();
        machine.set_cpu(p, 1).unwrap();
        let tmpfs = TmpfsOptions {
            huge: Some(ShmemEnabled::Always),
            size: Some(3 << 20),
            noswap: false,
        };
        machine.mount_tmpfs("t", tmpfs).unwrap();
        machine
            .write_file("/sys/kernel/mm/ksm/merge_across_nodes", "0")
            .unwrap();
        machine.write_file(POOL, "2").unwrap();
        let options = "size=6M,min_size=2M,nr_inodes=2,mode=0700";
        machine.mount_hugetlbfs("h", options).unwrap();
        let files = (0..FILES.len()).map(|i| {
            let (name, bytes) = (format!("f{i}"), FILES[i] * PAGE_SIZE);
            match i {
                2 => machine.create_disk_file(&name, bytes),
                3 => machine.create_tmpfs_file("t", &name, bytes),
                4 => machine.create_hugetlbfs_file("h", &name, bytes),
                5 => machine.memfd_hugetlb(&name, bytes, HUGE[i] * PAGE_SIZE),
                _ => machine.memfd_create(&name, bytes),
            }
            .unwrap()
        });
        World {
            files: files.collect(),
            machine,
            live: vec![p],
            model: BTreeMap::from([(p, BTreeMap::new())]),
            unknown: BTreeMap::from([(p, BTreeSet::new())]),
            shared: BTreeMap::from([(p, BTreeMap::new())]),
            written: BTreeMap::new(),
        }
    }

    fn addr(page: u64) -> u64 {
        BASE + page * PAGE_SIZE
    }

    fn forget(&mut self, p: Pid, first: u64, n: u64) {
        let pages = self.model.get_mut(&p).unwrap();
        (first..first + n).for_each(|i| {
            pages.remove(&i);
        });
    }

    /// The pages belong to a file now, or to nobody knows what.
    fn hide(&mut self, p: Pid, first: u64, n: u64) {
        self.forget(p, first, n);
        for i in first..first + n {
            self.unknown.get_mut(&p).unwrap().insert(i);
            self.shared.get_mut(&p).unwrap().remove(&i);
        }
    }

    fn forget_file(&mut self, file: usize, first: u64, end: u64) {
        self.written
            .retain(|(f, i), _| *f != file || !(first..end).contains(i));
    }

    fn apply_file(&mut self, p: Pid, op: &Op) {
        let m = &mut self.machine;
        match *op {
            Op::MmapFile {
                first,
                n,
                file,
                at,
                shared,
            } => {
                let mut flags = uapi::MAP_FIXED;
                flags |= if shared || file == FILES.len() {
                    uapi::MAP_SHARED
                } else {
                    uapi::MAP_PRIVATE
                };
                let backing = self.files.get(file).map(|f| (*f, at * PAGE_SIZE));
                if backing.is_none() {
                    flags |= uapi::MAP_ANONYMOUS;
                }
                let addr = Self::addr(first);
                let mapped = m.mmap_file(p, addr, n * PAGE_SIZE, 3, flags, backing);
                let unit = HUGE.get(file).copied().unwrap_or(1);
                if !first.is_multiple_of(unit) {
                    assert_eq!(mapped, Err(Errno::EINVAL));
                    return;
                }
                // Whole huge pages are mapped, whatever the length. One that fails may leave a gap.
                let n = n.next_multiple_of(unit);
                self.hide(p, first, n);
                if mapped.is_ok() && shared && file < 4 {
                    let pages = (first..first + n).map(|i| (i, (file, at + i - first)));
                    self.shared.get_mut(&p).unwrap().extend(pages);
                }
            }
            Op::MmapHuge { window, shared } => {
                let kind = if shared {
                    uapi::MAP_SHARED
                } else {
                    uapi::MAP_PRIVATE
                };
                let flags = uapi::MAP_FIXED | uapi::MAP_ANONYMOUS | uapi::MAP_HUGETLB | kind;
                let _ = m.mmap(p, Self::addr(window * 512), 2 << 20, 3, flags);
                self.hide(p, window * 512, 512);
            }
            Op::Fallocate {
                file,
                first,
                n,
                mode,
            } => {
                let (at, len) = (first * PAGE_SIZE, n * PAGE_SIZE);
                let _ = m.fallocate(p, self.files[file], mode, at, len);
                if mode & uapi::FALLOC_FL_PUNCH_HOLE != 0 {
                    self.forget_file(file, first, first + n);
                }
            }
            Op::Pwrite {
                file,
                first,
                n,
                skip,
                value,
            } => {
                let (at, len) = (first * PAGE_SIZE + skip, n * PAGE_SIZE);
                let mut source = |_| Pattern::Byte(value);
                let done = m.pwrite(p, self.files[file], at, len, &mut source);
                let end = at + done.unwrap_or(0);
                self.forget_file(file, first, first + n + 1);
                for page in at.div_ceil(PAGE_SIZE)..end / PAGE_SIZE {
                    self.written.insert((file, page), value);
                }
            }
            Op::Pread { file, first, n } => {
                let _ = m.pread(p, self.files[file], first * PAGE_SIZE, n * PAGE_SIZE);
            }
            Op::Close { file } => m.close_writers(self.files[file]),
            Op::Truncate { file, pages } => {
                let _ = m.ftruncate(p, self.files[file], pages * PAGE_SIZE);
                self.forget_file(file, pages, u64::MAX);
            }
            Op::Fadvise { file, willneed } => {
                let advice = if willneed {
                    uapi::POSIX_FADV_WILLNEED
                } else {
                    uapi::POSIX_FADV_DONTNEED
                };
                m.posix_fadvise(p, self.files[file], advice).unwrap();
            }
            Op::Msync { first, n } => {
                let _ = m.msync(p, Self::addr(first), n * PAGE_SIZE);
            }
            Op::Set(name, value) => {
                let path = if name.starts_with('/') {
                    name.to_owned()
                } else {
                    format!("/sys/kernel/mm/transparent_hugepage/{name}")
                };
                let written = m.write_file(&path, &format!("{value}\n"));
                // A block in use may stay, and its state may be what was asked for.
                assert!(
                    written.is_ok() || name == MEMORY_BLOCK,
                    "{name}: {written:?}"
                );
            }
            _ => unreachable!("the other commands are not about files"),
        }
    }

    pub fn apply(&mut self, who: usize, op: &Op) {
        let p = self.live[who % self.live.len()];
        let m = &mut self.machine;
        match *op {
            Op::Mmap {
                first,
                n,
                prot,
                locked,
            } => {
                let mut flags = uapi::MAP_PRIVATE | uapi::MAP_ANONYMOUS | uapi::MAP_FIXED;
                if locked {
                    flags |= uapi::MAP_LOCKED;
                }
                // Only whole huge pages can be replaced.
                if m.mmap(p, Self::addr(first), n * PAGE_SIZE, prot, flags)
                    .is_err()
                {
                    return;
                }
                for i in first..first + n {
                    self.unknown.get_mut(&p).unwrap().remove(&i);
                    self.shared.get_mut(&p).unwrap().remove(&i);
                }
                let pages = self.model.get_mut(&p).unwrap();
                (first..first + n).for_each(|i| {
                    pages.insert(i, 0);
                });
            }
            Op::Munmap { first, n } => {
                if m.munmap(p, Self::addr(first), n * PAGE_SIZE).is_ok() {
                    self.hide(p, first, n);
                }
            }
            Op::Mprotect { first, n, prot } => {
                let _ = m.mprotect(p, Self::addr(first), n * PAGE_SIZE, prot);
            }
            Op::Madvise { first, n, advice } => {
                let result = m.madvise(p, Self::addr(first), n * PAGE_SIZE, advice as i32);
                match advice {
                    // These may change contents for a part even when they fail.
                    Advice::DontNeed | Advice::Free | Advice::GuardInstall => {
                        self.forget(p, first, n)
                    }
                    Advice::Remove => {
                        let shared = self.shared[&p].range(first..first + n);
                        let pages: Vec<(usize, u64)> = shared.map(|(_, page)| *page).collect();
                        pages
                            .into_iter()
                            .for_each(|(f, i)| self.forget_file(f, i, i + 1));
                    }
                    _ => assert!(result.is_ok() || result != Err(Errno::ESRCH)),
                }
            }
            Op::Mremap { first, n, to } => {
                let len = n * PAGE_SIZE;
                let flags = uapi::MREMAP_MAYMOVE | uapi::MREMAP_FIXED;
                let from = Self::addr(first);
                let areas = |m: &Machine| -> Vec<(u64, u64)> {
                    m.smaps(p).iter().map(|e| (e.start, e.end)).collect()
                };
                let before = areas(m);
                let moved = m.mremap(p, from, len, len, flags, Self::addr(to));
                if first.abs_diff(to) < n {
                    assert_eq!(moved, Err(Errno::EINVAL), "overlapping");
                    return;
                }
                // A failure in the middle leaves what was moved before it.
                if moved.is_err() && areas(m) == before {
                    return;
                }
                self.hide(p, first, n);
                self.hide(p, to, n);
            }
            Op::Mlock { first, n, lock } => {
                let _ = if lock {
                    m.mlock(p, Self::addr(first), n * PAGE_SIZE, 0)
                } else {
                    m.munlock(p, Self::addr(first), n * PAGE_SIZE)
                };
            }
            Op::Write { first, n, value } => {
                let pages = self.model.get_mut(&p).unwrap();
                let mut written = Vec::new();
                let result =
                    m.access_each(p, BASE, first..first + n, Access::Write, |m, frame, i| {
                        m.store_to_frame(frame, Pattern::Fill(value));
                        written.push(i);
                    });
                assert!(result.is_ok());
                for i in written {
                    match self.shared[&p].get(&i) {
                        Some(page) => drop(self.written.insert(*page, value)),
                        None if self.unknown[&p].contains(&i) => {}
                        None => drop(pages.insert(i, value)),
                    }
                }
            }
            Op::Read { first, n } => {
                let _ = m
                    .access_each(p, BASE, first..first + n, Access::Read, |_, _, _| {})
                    .unwrap();
            }
            Op::Mbind {
                first,
                n,
                node,
                all,
            } => {
                let policy = Policy {
                    mode: Mode::Prefer,
                    nodes: 1 << node,
                };
                let _ = m.mbind_move(p, Self::addr(first), n * PAGE_SIZE, policy, all);
            }
            Op::Meanwhile { first, n, event } => {
                let _ = m.meanwhile(p, Self::addr(first), n * PAGE_SIZE, event);
            }
            Op::Fork => {
                if self.live.len() < 4 {
                    let c = m.fork(p, "child").unwrap();
                    self.live.push(c);
                    // DONTFORK and WIPEONFORK areas differ: only what is mapped alike is compared.
                    self.model.insert(c, BTreeMap::new());
                    self.unknown.insert(c, (0..FIELD).collect());
                    let files = self.shared[&p].clone();
                    self.shared.insert(c, files);
                }
            }
            Op::Exit => {
                if self.live.len() > 1 {
                    m.exit(p).unwrap();
                    self.live.retain(|q| *q != p);
                    self.model.remove(&p);
                }
            }
            Op::KhugepagedScan => {
                let _ = m.khugepaged_full_scans(1);
            }
            Op::KsmdScan => {
                let _ = m.ksmd_full_scans(1);
            }
            Op::DropCaches(what) => m.write_file("/proc/sys/vm/drop_caches", what).unwrap(),
            Op::SwapOn { slots, whole } => {
                let backing = if whole {
                    Backing::BlockDevice
                } else {
                    Backing::File
                };
                let _ = m.swapon(slots * PAGE_SIZE, backing);
            }
            // Memory may be too short.
            Op::SwapOff => drop(m.swapoff()),
            Op::MaxPtesNone(n) => m
                .write_file(
                    "/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none",
                    &format!("{n}\n"),
                )
                .unwrap(),
            _ => self.apply_file(p, op),
        }
    }

    /// What is known to have been written is what is there.
    pub fn check_contents(&self) {
        for (p, pages) in &self.shared {
            for (i, page) in pages {
                let state = self.machine.page_state(*p, Self::addr(*i));
                if let Some(value) = self
                    .written
                    .get(page)
                    .filter(|_| !matches!(state.class, '.' | 'g'))
                {
                    let bytes = self.machine.peek(*p, Self::addr(*i)).unwrap();
                    assert!(
                        bytes.iter().all(|b| b == value),
                        "{p:?} page {i} of {page:?} reads {} not {value}",
                        bytes[0]
                    );
                }
            }
        }
        for (p, pages) in &self.model {
            for (i, value) in pages {
                let state = self.machine.page_state(*p, Self::addr(*i));
                let page = self.machine.peek(*p, Self::addr(*i)).unwrap();
                if state.class != '.' {
                    assert!(
                        page.iter().all(|b| b == value),
                        "{p:?} page {i} reads {} not {value}",
                        page[0]
                    );
                } else {
                    assert_eq!(*value, 0, "{p:?} page {i} was written and is gone");
                }
            }
        }
    }
}
