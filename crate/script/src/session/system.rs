//! Commands of the whole machine: settings, daemons, time, virtual files.

use super::{Bad, Session, Step};
use crate::language::{
    self, Command, Daemon, Drive, FilesystemType, KernelRelease, MachineLine, Name, Swap,
    ThpEnabled,
};
use mm_engine::config::Filesystem;
use mm_engine::file::tmpfs::TmpfsOptions;
use mm_engine::phys::swap::Backing;
use mm_engine::thp::ShmemEnabled;
use mm_engine::vm::addr::PAGE_SIZE;
use mm_engine::{Errno, MachineConfig};

const MM: &str = "/sys/kernel/mm/";
const VM: &str = "/proc/sys/vm/";

/// The configuration a `machine` line asks for.
pub(crate) fn configuration(m: &MachineLine) -> MachineConfig {
    let mut c = MachineConfig::default();
    let w = &m.machine;
    c.mem = w.mem_bytes.unwrap_or(c.mem);
    c.nodes = w.nodes.map_or(c.nodes, |n| n as u8);
    c.distance = w.distance.map_or(c.distance, |n| n as u8);
    c.cpus = w.cpus.unwrap_or(c.cpus);
    c.seed = w.seed.unwrap_or(c.seed);
    c.fs = w.fs.map_or(c.fs, |fs| match fs {
        FilesystemType::Ext4 => Filesystem::Ext4,
        FilesystemType::Xfs => Filesystem::Xfs,
        FilesystemType::Btrfs => Filesystem::Btrfs,
        FilesystemType::Bdev => Filesystem::Bdev,
    });
    c.fs_block = w.fs_block.unwrap_or(c.fs_block);
    c.read_only_thp_for_fs = w.read_only_thp_for_fs;
    c.split_huge_zero = w.kernel == Some(KernelRelease::V5_19);
    if let Some(e) = w.enabled {
        c.thp_enabled = match e {
            ThpEnabled::Always => mm_engine::thp::Enabled::Always,
            ThpEnabled::Madvise => mm_engine::thp::Enabled::Madvise,
            ThpEnabled::Never => mm_engine::thp::Enabled::Never,
        };
    }
    c.hugetlb.cont = w.hugetlb_cont;
    for b in &w.boot {
        match b.name {
            language::BootName::TransparentHugepage => {
                // The kernel warns about an unknown word and ignores it.
                c.thp_enabled =
                    mm_engine::thp::Enabled::from_word(&b.value).unwrap_or(c.thp_enabled);
            }
            language::BootName::Hugepagesz => c.hugetlb.hugepagesz(&b.value),
            language::BootName::DefaultHugepagesz => c.hugetlb.default_hugepagesz(&b.value),
            language::BootName::Hugepages => c.hugetlb.hugepages(&b.value, c.nodes),
            language::BootName::TransparentHugepageShmem => {
                c.shmem_enabled =
                    mm_engine::thp::ShmemEnabled::from_word(&b.value).unwrap_or(c.shmem_enabled);
            }
            language::BootName::HugetlbFreeVmemmap => {
                c.hugetlb.free_vmemmap = matches!(&*b.value, "on" | "1" | "y");
            }
            language::BootName::HugetlbCma => c.hugetlb.hugetlb_cma(&b.value, c.nodes),
            language::BootName::HugetlbCmaOnly => c.hugetlb.hugetlb_cma_only(&b.value),
            language::BootName::ThpAnon => c.boot_thp_anon(&b.value),
            language::BootName::ThpShmem => c.boot_thp_shmem(&b.value),
            language::BootName::TransparentHugepageTmpfs => {
                let known = ShmemEnabled::from_word(&b.value);
                c.tmpfs_huge = known
                    .filter(|e| !matches!(e, ShmemEnabled::Deny | ShmemEnabled::Force))
                    .unwrap_or(c.tmpfs_huge);
            }
        }
    }
    c
}

impl Session {
    pub(crate) fn command(&mut self, command: &Command, step: &mut Step) -> Result<(), Bad> {
        match command {
            Command::Proc { name, cpu } => self.proc(name, *cpu, step),
            Command::Process { process, command } => self.process_command(process, command, step),
            Command::Sys { path, value } => self.sys(path, value.as_deref(), step),
            Command::Vm { name, value } => self.vm(*name, value, step),
            Command::Daemon {
                daemon,
                drive,
                times,
            } => self.daemon(*daemon, *drive, *times, step),
            Command::Mount {
                hugetlbfs_only: Some(key),
                ..
            } => {
                let message =
                    format!("`{key}=` is an option of hugetlbfs: put `hugetlbfs` before it");
                Err(Bad::new(key, message))
            }
            Command::Observe { label } => {
                step.obs = Some(self.observe(label)?);
                Ok(())
            }
            Command::Why(target) => self.why(target, step),
            Command::Memfd {
                name,
                size_bytes,
                hugetlb,
                pagesize,
            } => self.memfd(name, *size_bytes, hugetlb.then_some(*pagesize), step),
            Command::File {
                name,
                size_bytes,
                read_only,
                mount,
            } => self.file(name, *size_bytes, *read_only, mount.as_ref(), step),
            _ => {
                self.simple_command(command, step);
                Ok(())
            }
        }
    }

    /// Commands that nothing can be wrong with.
    fn simple_command(&mut self, command: &Command, step: &mut Step) {
        match command {
            Command::Expect(e) => self.expect(e, step),
            Command::Run { ns } => {
                self.machine.advance(*ns);
                step.now_ns = Some(self.machine.now_ns());
            }
            Command::Cat { path } => match self.machine.read_file(path) {
                Ok(text) => step.text = Some(text),
                Err(e) => step.errno = Some(e),
            },
            Command::Ls { path } => match self.machine.list_dir(path) {
                Ok(names) => step.text = Some(names.join("\n")),
                Err(e) => step.errno = Some(e),
            },
            Command::Echo { text, path, .. } => self.store(path, text, step),
            Command::Help { topic } => step.text = language::help(*topic),
            Command::Swap(swap) => {
                self.drain_trace();
                let done = match swap {
                    Swap::On { size_bytes } => self.machine.swapon(*size_bytes, Backing::File),
                    Swap::Off => self.machine.swapoff(),
                };
                step.errno = done.err();
            }
            Command::Mount {
                name,
                hugetlbfs: Some(options),
                ..
            } => step.errno = self.machine.mount_hugetlbfs(name, options).err(),
            Command::Mount {
                name,
                hugetlbfs: None,
                hugetlbfs_only: _,
                huge,
                size_bytes,
                noswap,
            } => {
                let word = huge.as_deref().map(ShmemEnabled::from_word);
                let options = TmpfsOptions {
                    huge: word.flatten(),
                    size: *size_bytes,
                    noswap: *noswap,
                };
                step.errno = match word {
                    Some(None) => Some(Errno::EINVAL),
                    _ => self.machine.mount_tmpfs(name, options).err(),
                };
            }
            Command::Fragment {
                percent,
                seed,
                movable,
            } => self.machine.fragment(*percent, *seed, *movable),
            Command::Hog { bytes } => step.errno = self.machine.hog(*bytes).err(),
            Command::Charge { limit_bytes } => self.machine.charge_limit(*limit_bytes),
            // `sleep`: the recording waits for the wall clock; virtual time passes by `run` alone.
            _ => {}
        }
    }

    /// Writes a line to a virtual file.
    fn store(&mut self, path: &str, line: &str, step: &mut Step) {
        step.errno = self.machine.write_file(path, &format!("{line}\n")).err();
    }

    fn proc(&mut self, name: &Name, cpu: Option<u32>, step: &mut Step) -> Result<(), Bad> {
        self.new_name(name)?;
        self.drain_trace();
        match self.machine.spawn(name) {
            Ok(pid) => {
                self.add_names(name, pid, Vec::new());
                step.errno = cpu.and_then(|c| self.machine.set_cpu(pid, c).err());
            }
            Err(e) => step.errno = Some(e),
        }
        Ok(())
    }

    fn sys(&mut self, path: &str, value: Option<&str>, step: &mut Step) -> Result<(), Bad> {
        let full = format!("{MM}{path}");
        if let Err(e @ (Errno::ENOENT | Errno::EISDIR | Errno::ENOTDIR)) =
            self.machine.read_file(&full)
        {
            return Err(Bad::new(path, format!("{full}: {}", e.text())));
        }
        if let Some(value) = value {
            self.snapshot_pages();
            self.store(&full, value, step);
            if path.ends_with("enabled") || path == "ksm/run" {
                self.drain_trace();
            }
        }
        step.value = self.machine.read_file(&full).ok().map(|t| chosen(&t));
        Ok(())
    }

    fn vm(&mut self, name: language::VmName, value: &str, step: &mut Step) -> Result<(), Bad> {
        let full = format!("{VM}{}", name.word());
        if self.machine.write_file(&full, "") == Err(Errno::ENOENT) {
            return Err(Bad::unsupported(
                name.word(),
                "its subsystem is not built yet",
            ));
        }
        if name == language::VmName::DropCaches {
            self.snapshot_pages();
        }
        self.store(&full, value, step);
        if name.is_readable() {
            let text = self.machine.read_file(&full).ok();
            step.value = text.map(|v| v.trim().to_owned());
        }
        Ok(())
    }

    fn daemon(
        &mut self,
        daemon: Daemon,
        drive: Drive,
        times: u64,
        step: &mut Step,
    ) -> Result<(), Bad> {
        match (daemon, drive) {
            (Daemon::Khugepaged, Drive::Scan) => {
                self.snapshot_pages();
                self.machine.khugepaged_full_scans(times).map_err(|_| {
                    Bad::new(
                        "khugepaged",
                        "khugepaged is not running: no setting allows PMD-sized huge pages. \
                         Try `echo madvise > /sys/kernel/mm/transparent_hugepage/enabled`",
                    )
                })?;
                self.drain_trace();
            }
            (Daemon::Khugepaged, Drive::Wake) => {
                for _ in 0..times {
                    self.snapshot_pages();
                    if !self.machine.khugepaged_wakes(1) {
                        step.running = Some(false);
                        break;
                    }
                    self.drain_trace();
                }
            }
            (Daemon::Ksmd, Drive::Scan) => {
                for _ in 0..times {
                    self.snapshot_pages();
                    self.machine.ksmd_full_scans(1).map_err(|_| {
                        Bad::new("ksmd", "ksmd makes no full scan: `echo 1 > /sys/kernel/mm/ksm/run` lets it run")
                    })?;
                    self.drain_trace();
                }
            }
            (Daemon::Ksmd, Drive::Wake) => {
                for _ in 0..times {
                    self.snapshot_pages();
                    self.machine.ksmd_wake();
                    self.drain_trace();
                }
            }
            (Daemon::Khugepaged, Drive::Step) => {
                for _ in 0..times {
                    self.machine.khugepaged_step();
                }
            }
            (Daemon::Ksmd, Drive::Step) => {
                for _ in 0..times {
                    self.machine.ksmd_step();
                }
            }
        }
        Ok(())
    }

    /// Where a page of a region is.
    pub(crate) fn address(
        &self,
        target: &language::PageTarget,
    ) -> Result<(mm_engine::vm::addr::Pid, u64), Bad> {
        let p = self.process_named(&target.process)?;
        let r = p.require(&target.region)?;
        Ok((
            p.pid,
            r.base.wrapping_add(target.page.wrapping_mul(PAGE_SIZE)),
        ))
    }
}

/// The chosen word of `always [madvise] never`, else the text without its newline.
fn chosen(text: &str) -> String {
    match (text.find('['), text.find(']')) {
        (Some(a), Some(b)) if a < b => text[a + 1..b].to_owned(),
        _ => text.trim().to_owned(),
    }
}
