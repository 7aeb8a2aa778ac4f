//! Why a page is (not) huge, by the fault and by the daemons: what `why` prints.

use crate::errno::Errno;
use crate::explain::{CheckList, Explain};
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pid};
use crate::vm::vma::VmFlags;

impl Machine {
    /// The check lists of the fault handler, khugepaged and ksmd for the page at `addr` and its 2 MiB range.
    ///
    /// # Errors
    /// ESRCH.
    ///
    /// ```
    /// use mm_engine::vm::uapi::{MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE};
    /// use mm_engine::{Machine, MachineConfig};
    ///
    /// let mut machine = Machine::new(MachineConfig::default())?;
    /// let pid = machine.spawn("p1")?;
    /// let addr = machine.mmap(pid, 0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)?;
    /// let lists = machine.why(pid, addr)?;
    /// let ksmd = lists.iter().find(|list| list.who == "ksmd").expect("one of three");
    /// let failed = ksmd.checks.iter().find(|check| !check.passed).expect("nobody has advised the area");
    /// assert!(failed.reached);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn why(&self, pid: Pid, addr: u64) -> Result<Vec<CheckList>, Errno> {
        let mm = self.mm_of(pid)?;
        Ok(vec![
            self.fault_why(mm, addr),
            self.khugepaged_why(mm, addr),
            self.ksm_why(mm, addr),
        ])
    }

    /// Would a store at `addr` get a huge page?
    fn fault_why(&self, mm: MmId, addr: u64) -> CheckList {
        let mut list = CheckList::new("fault");
        let vma = self.vma_lookup(mm, addr);
        if list.fails("mapped", vma.is_none(), "SIGSEGV", || match vma {
            Some(v) => format!("area {:#x}-{:#x}", self.vma(v).start, self.vma(v).end),
            None => format!("no area at {addr:#x}"),
        }) {
            return list;
        }
        let Some(vma) = vma else { return list };
        let flags = self.vma(vma).flags;
        list.fails("writable", !flags.has(VmFlags::WRITE), "SIGSEGV", || {
            flags.perm()
        });
        self.huge_fault_block(vma, addr, &mut list);
        self.clone().alloc_anon_folio_pmd(vma, &mut list);
        list
    }
}
