//! `/proc/PID/status`.
//!
//! Counterparts: `proc_pid_status`, `task_mem`. What a process has beside its memory (signals, capabilities, groups) is
//! that of root's shell at rest.

use super::node::{list_text, mask_text};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::{MmId, PAGE_SIZE, Pid};
use std::fmt::Write;

/// Node numbers the kernel is built for.
const MAX_NUMNODES: u32 = 1024;

impl Machine {
    pub(super) fn status_show(&self, pid: Pid, mm: MmId) -> Result<String, Errno> {
        let comm = self.process(pid).ok_or(Errno::ESRCH)?.comm();
        let pid = pid.0;
        let mut out = format!(
            "Name:\t{comm}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t1\n\
             TracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t \nNStgid:\t{pid}\nNSpid:\t{pid}\n\
             NSpgid:\t{pid}\nNSsid:\t{pid}\nKthread:\t0\n"
        );
        self.status_mem(&mut out, mm);
        out.push_str("CoreDumping:\t0\n");
        let _ = writeln!(
            out,
            "THP_enabled:\t{}",
            u8::from(!self.mm(mm).disable_thp_completely)
        );
        let _ = writeln!(
            out,
            "untag_mask:\t0xffffffffffffffff\nThreads:\t1\nSigQ:\t0/{}",
            self.nr_managed_pages() / 64
        );
        for name in ["SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "CapInh"] {
            let _ = writeln!(out, "{name}:\t{:016x}", 0);
        }
        for name in ["CapPrm", "CapEff", "CapBnd"] {
            let _ = writeln!(out, "{name}:\t{:016x}", (1u64 << 41) - 1);
        }
        let (cpus, nodes) = (self.config.cpus, u32::from(self.config.nodes));
        let _ = write!(
            out,
            "CapAmb:\t{:016x}\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\nSpeculation_Store_Bypass:\tvulnerable\n\
             SpeculationIndirectBranch:\talways enabled\nCpus_allowed:\t{}\nCpus_allowed_list:\t{}\n\
             Mems_allowed:\t{}\nMems_allowed_list:\t{}\n\
             voluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n",
            0,
            mask_text(cpus, |_| true),
            list_text(0, cpus),
            mask_text(MAX_NUMNODES, |n| n < nodes),
            list_text(0, nodes),
        );
        Ok(out)
    }

    /// The lines about memory. Peaks are those stored, or the present if it is higher (`task_mem`).
    fn status_mem(&self, out: &mut String, mm: MmId) {
        let m = self.mm(mm);
        let n = self.area_pages(mm);
        let rss = m.rss.anon + m.rss.file + m.rss.shmem;
        let pages = |n: i64| n.max(0) as u64;
        for (name, value) in [
            ("VmPeak", m.hiwater_vm.max(n.total)),
            ("VmSize", n.total),
            ("VmLck", self.locked_vm(mm)),
            ("VmPin", 0),
            ("VmHWM", pages(m.hiwater_rss.max(rss))),
            ("VmRSS", pages(rss)),
            ("RssAnon", pages(m.rss.anon)),
            ("RssFile", pages(m.rss.file)),
            ("RssShmem", pages(m.rss.shmem)),
            ("VmData", n.data),
            ("VmStk", n.stack),
            ("VmExe", 0),
            ("VmLib", n.exec),
            ("VmPTE", m.nr_tables),
            ("VmSwap", pages(m.rss.swap)),
            ("HugetlbPages", self.hugetlb_usage(mm)),
        ] {
            let _ = writeln!(out, "{name}:\t{:>8} kB", value * (PAGE_SIZE >> 10));
        }
    }
}
