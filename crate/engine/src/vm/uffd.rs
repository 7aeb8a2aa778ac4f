//! userfaultfd, as far as huge pages can tell: areas registered for missing pages or for write protection.
//!
//! Counterparts: `userfaultfd_register`, `uffd_wp_range`, `userfaultfd_unregister` (`fs/userfaultfd.c`). Nobody answers
//! events here: the context has `UFFD_FEATURE_SIGBUS`, so an access that would be one ends in SIGBUS. It has neither
//! `EVENT_FORK` nor `EVENT_REMAP`: children and moved areas are not registered. Empty entries are not write-protected (no
//! `WP_UNPOPULATED`).
//!
//! Deviation: only private anonymous memory can be registered.

use super::addr::{PAGE_SIZE, Pid, VmaId};
use super::vma::VmFlags;
use crate::errno::Errno;
use crate::machine::Machine;

/// What an area is registered for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Uffd {
    /// No more.
    Off,
    /// Missing pages (`UFFDIO_REGISTER_MODE_MISSING`).
    Missing,
    /// Write protection, of no page yet (`UFFDIO_REGISTER_MODE_WP`).
    Wp,
    /// Pages that are there, or in swap, are write-protected (`UFFDIO_WRITEPROTECT_MODE_WP`).
    Protect,
    /// They are no more.
    Unprotect,
}

/// Either registration.
pub(crate) const ARMED: VmFlags = VmFlags::UFFD_MISSING.with(VmFlags::UFFD_WP);

impl Machine {
    /// Registers the areas of `[addr, addr + len)`, instead of what they were registered for, or protects their pages.
    ///
    /// # Errors
    /// ESRCH; EINVAL: misaligned, empty, no area there, or one that is not private anonymous memory; ENOENT: protection of
    /// what is not registered for it; ENOMEM: too many areas.
    pub fn userfaultfd(&mut self, pid: Pid, addr: u64, len: u64, to: Uffd) -> Result<(), Errno> {
        self.syscall(pid, |m, mm| {
            let end = addr.checked_add(len).ok_or(Errno::EINVAL)?;
            if !(addr | len).is_multiple_of(PAGE_SIZE) || len == 0 {
                return Err(Errno::EINVAL);
            }
            let areas = m.vmas_in(mm, addr, end);
            let private = |v: &VmaId| m.vma(*v).is_anonymous() && m.vma(*v).file.is_none();
            if areas.is_empty() || !areas.iter().all(private) {
                return Err(Errno::EINVAL);
            }
            let mut at = addr;
            while at < end {
                let Some(vma) = m.find_vma(mm, at).filter(|v| m.vma(*v).start < end) else {
                    break;
                };
                let (start, stop) = (m.vma(vma).start.max(at), m.vma(vma).end.min(end));
                m.uffd_register_vma(vma, start, stop, to)?;
                at = stop;
            }
            Ok(())
        })
    }

    fn uffd_register_vma(
        &mut self,
        vma: VmaId,
        start: u64,
        end: u64,
        to: Uffd,
    ) -> Result<(), Errno> {
        let old = self.vma(vma).flags;
        if let Uffd::Protect | Uffd::Unprotect = to {
            if !old.has(VmFlags::UFFD_WP) {
                return Err(Errno::ENOENT);
            }
            self.change_protection(vma, start, end, Some(to == Uffd::Protect));
            return Ok(());
        }
        let flags = old.without(ARMED).with(match to {
            Uffd::Missing => VmFlags::UFFD_MISSING,
            Uffd::Wp => VmFlags::UFFD_WP,
            _ => VmFlags(0),
        });
        if old.has(VmFlags::UFFD_WP) && to != Uffd::Wp {
            self.change_protection(vma, start, end, Some(false));
        }
        if flags != old {
            self.vma_modify_flags(vma, start, end, flags)?;
        }
        Ok(())
    }
}
