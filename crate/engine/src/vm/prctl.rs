//! prctl: switches of a whole process.

use super::addr::Pid;
use super::uapi::{
    PR_GET_MEMORY_MERGE, PR_GET_THP_DISABLE, PR_SET_MEMORY_MERGE, PR_SET_THP_DISABLE,
    PR_THP_DISABLE_EXCEPT_ADVISED,
};
use crate::errno::Errno;
use crate::machine::Machine;

impl Machine {
    /// `PR_SET_THP_DISABLE`, `PR_GET_THP_DISABLE`, `PR_SET_MEMORY_MERGE`, `PR_GET_MEMORY_MERGE`. `args` are
    /// arg2..arg5.
    ///
    /// # Errors
    /// EINVAL for other options and for arguments that must be 0; ENOMEM, EINTR of unmerging.
    pub fn prctl(&mut self, pid: Pid, option: u32, args: [u64; 4]) -> Result<i64, Errno> {
        self.syscall(pid, |m, mm| match option {
            PR_SET_THP_DISABLE => {
                let (on, flags) = (args[0] != 0, args[1]);
                let known = flags == 0 || on && flags == PR_THP_DISABLE_EXCEPT_ADVISED;
                if !known || args[2] != 0 || args[3] != 0 {
                    return Err(Errno::EINVAL);
                }
                let mm = m.mm_mut(mm);
                mm.disable_thp_completely = on && flags == 0;
                mm.disable_thp_except_advised = on && flags != 0;
                Ok(0)
            }
            PR_GET_THP_DISABLE if args == [0; 4] => {
                let mm = m.mm(mm);
                Ok(if mm.disable_thp_completely {
                    1
                } else if mm.disable_thp_except_advised {
                    3
                } else {
                    0
                })
            }
            PR_SET_MEMORY_MERGE if args[1..] == [0; 3] => {
                m.ksm_prctl_set(mm, args[0] != 0).map(|()| 0)
            }
            PR_GET_MEMORY_MERGE if args == [0; 4] => Ok(m.mm(mm).vm_merge_any.into()),
            _ => Err(Errno::EINVAL),
        })
    }
}
