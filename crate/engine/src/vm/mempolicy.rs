//! Memory policies of areas: from which node their pages come.
//!
//! Counterparts: `do_mbind`, `policy_nodemask`, `interleave_nid` (`mm/mempolicy.c`). Without a policy pages come from the node
//! of the processor that touches them, then from the others.
//!
//! Deviation: all nodes are equally far apart. The tables that a fault needs come from where its page does. Hugetlb pages
//! are not moved.

use super::addr::{HPAGE_PMD_ORDER, PAGE_SHIFT, PAGE_SIZE, Pfn, Pid, VmaId};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::phys::buddy::MigrateType;
use crate::trace::Actor;

/// `MPOL_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// The processor's node first.
    #[default]
    Default,
    /// The first node first, then any.
    Prefer,
    /// These nodes alone.
    Bind,
    /// These nodes in turn, by page offset.
    Interleave,
    /// As default, said expressly.
    Local,
}

/// A policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    /// What the nodes are for.
    pub mode: Mode,
    /// Bit n is node n.
    pub nodes: u64,
}

/// Where the allocator looks: from a node round, only at nodes in `allowed`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub first: u8,
    pub allowed: u64,
    /// Nodes that take turns instead of `first`; a huge page does not insist on one then.
    pub in_turn: u64,
    /// What their turns are counted by: the address, its area's start and place in its file in pages.
    counted: (u64, u64, u64),
}

impl Default for Place {
    fn default() -> Self {
        Place {
            first: 0,
            allowed: u64::MAX,
            in_turn: 0,
            counted: (0, 0, 0),
        }
    }
}

impl Place {
    /// Any node but `nid`, the next one first; itself if there is no other.
    pub fn away_from(nid: u8, nodes: u8) -> Place {
        let others = if nodes > 1 { !(1 << nid) } else { u64::MAX };
        Place {
            first: nid,
            allowed: others,
            ..Place::default()
        }
    }

    /// The node looked at first for a folio of an order; turns count by folios of that size (`get_vma_policy`).
    #[inline]
    pub fn first_of(&self, order: u8) -> u8 {
        match self.in_turn {
            0 => self.first,
            _ => self.whose_turn(order),
        }
    }

    #[inline(never)]
    fn whose_turn(&self, order: u8) -> u8 {
        let (addr, start, pgoff) = self.counted;
        let shift = PAGE_SHIFT + u32::from(order);
        let turn = (pgoff >> order) + ((addr >> shift << shift).saturating_sub(start) >> shift);
        let n = (turn % u64::from(self.in_turn.count_ones())) as usize;
        let nid = (0..64).filter(|b| self.in_turn >> b & 1 != 0).nth(n);
        nid.unwrap_or(0)
    }
}

impl Policy {
    /// As `numa_maps` shows it.
    pub fn show(self) -> String {
        let word = match self.mode {
            Mode::Default => "default",
            Mode::Prefer => "prefer",
            Mode::Bind => "bind",
            Mode::Interleave => "interleave",
            Mode::Local => "local",
        };
        let mut out = word.to_owned();
        let mut sep = ':';
        let mut nid = 0;
        while self.nodes >> nid != 0 && nid < 64 {
            let run = (self.nodes >> nid).trailing_ones();
            if run == 0 {
                nid += 1;
                continue;
            }
            out.push(sep);
            out.push_str(&nid.to_string());
            if run > 1 {
                out.push_str(&format!("-{}", nid + run - 1));
            }
            sep = ',';
            nid += run;
            if nid >= 64 {
                break;
            }
        }
        out
    }
}

impl Machine {
    /// Sets the policy of `[addr, addr + len)` (`mbind`, without flags).
    ///
    /// # Errors
    /// ESRCH; EINVAL: misaligned, or none of the nodes exists; EFAULT: a hole, unless the policy is the default; ENOMEM: too
    /// many areas.
    pub fn mbind(&mut self, pid: Pid, addr: u64, len: u64, policy: Policy) -> Result<(), Errno> {
        let online = (1u64 << self.config.nodes) - 1;
        let takes = !matches!(policy.mode, Mode::Default | Mode::Local);
        let nodes = policy.nodes & online;
        let policy = Policy { nodes, ..policy };
        self.syscall(pid, |m, mm| {
            let end = addr.checked_add(len).ok_or(Errno::EINVAL)?;
            if !addr.is_multiple_of(PAGE_SIZE) || takes && nodes == 0 {
                return Err(Errno::EINVAL);
            }
            let end = end.next_multiple_of(PAGE_SIZE);
            let areas = m.vmas_in(mm, addr, end);
            let mut covered = addr;
            for v in &areas {
                let v = m.vma(*v);
                if v.start <= covered {
                    covered = v.end;
                }
            }
            if end > addr && (areas.is_empty() || covered < end && policy.mode != Mode::Default) {
                return Err(Errno::EFAULT);
            }
            let mut at = addr;
            while at < end {
                let Some(vma) = m.find_vma(mm, at).filter(|v| m.vma(*v).start < end) else {
                    break;
                };
                let v = m.vma(vma);
                let (start, stop, flags) = (v.start.max(at), v.end.min(end), v.flags);
                if v.policy != policy {
                    m.vma_modify(vma, start, stop, flags, policy)?;
                }
                at = stop;
            }
            Ok(())
        })
    }

    /// [`mbind`](Self::mbind), and pages of the range that lie elsewhere move: those no other process maps, or with `all`
    /// every one (`MPOL_MF_MOVE`, `MPOL_MF_MOVE_ALL`). What is pinned or locked stays.
    ///
    /// # Errors
    /// As `mbind`; none for pages that stay.
    #[inline(never)]
    pub fn mbind_move(
        &mut self,
        pid: Pid,
        addr: u64,
        len: u64,
        policy: Policy,
        all: bool,
    ) -> Result<(), Errno> {
        self.mbind(pid, addr, len, policy)?;
        self.syscall(pid, |m, mm| {
            let mut at = addr;
            while at < addr + len {
                let pte = m.pte(mm, at);
                let here = at;
                at += PAGE_SIZE;
                if !pte.present() || pte.special() {
                    continue;
                }
                let head = m.frames.head(pte.pfn());
                let there = policy.nodes >> m.page_to_nid(head) & 1 != 0;
                let shared = m.folio_maybe_mapped_shared(head) && !m.folio_in_file(head);
                let Some(vma) = m.vma_lookup(mm, here) else {
                    continue;
                };
                if there || shared && !all || m.folio_hugetlb(head) {
                    continue;
                }
                m.migrate_to_policy(vma, here, head);
            }
            Ok(())
        })
    }

    /// Moves a folio to where the area at `addr` wants its pages (`alloc_migration_target_by_mpol`, `migrate_pages`).
    fn migrate_to_policy(&mut self, vma: VmaId, addr: u64, head: Pfn) {
        let order = self.frames.order(head);
        let pages = 1i64 << order;
        let thp = i64::from(order == HPAGE_PMD_ORDER);
        let movable = MigrateType::Movable;
        let to = match self.folio_can_migrate(head) {
            true => self.with_policy(vma, addr, |m| m.alloc_pages(order, movable)),
            false => None,
        };
        let Some(to) = to else {
            self.stat.pgmigrate_fail += pages;
            self.stat.thp_migration_fail += thp;
            return;
        };
        self.migrate_folio(head, to);
        self.free_pages(head, order);
        self.stat.pgmigrate_success += pages;
        self.stat.thp_migration_success += thp;
        self.emit_migrated(head, to, pages as u32);
    }

    /// Node of a processor: they are dealt out in blocks.
    fn node_of_cpu(&self, cpu: u32) -> u8 {
        let nodes = u32::from(self.config.nodes);
        let of = |nid: u32| self.config.cpus * nid / nodes;
        (0..nodes).rev().find(|n| of(*n) <= cpu).unwrap_or(0) as u8
    }

    /// Where a page of an area at `addr` comes from.
    fn place_of(&self, vma: VmaId, addr: u64) -> Place {
        let cpu = match self.actor {
            Actor::Process(pid) => self.process(pid).map_or(0, |p| p.cpu),
            _ => 0,
        };
        let v = self.vma(vma);
        let Policy { mode, nodes } = v.policy;
        let lowest = nodes.trailing_zeros() as u8;
        let local = self.node_of_cpu(cpu);
        let (first, allowed) = match mode {
            Mode::Default | Mode::Local => (local, u64::MAX),
            Mode::Prefer => (lowest, u64::MAX),
            Mode::Bind if nodes >> local & 1 != 0 => (local, nodes),
            Mode::Bind => (lowest, nodes),
            Mode::Interleave => (lowest, u64::MAX),
        };
        Place {
            first,
            allowed,
            in_turn: if mode == Mode::Interleave { nodes } else { 0 },
            counted: (addr, v.start, v.pgoff),
        }
    }

    /// Runs `f` with pages taken as the area at `addr` wants them.
    pub(crate) fn with_policy<T>(
        &mut self,
        vma: VmaId,
        addr: u64,
        f: impl FnOnce(&mut Machine) -> T,
    ) -> T {
        if self.config.nodes == 1 {
            return f(self);
        }
        let place = self.place_of(vma, addr);
        let before = std::mem::replace(&mut self.place, place);
        let result = f(self);
        self.place = before;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_print_as_lists() {
        let show = |mode, nodes| Policy { mode, nodes }.show();
        assert_eq!(show(Mode::Default, 0), "default");
        assert_eq!(show(Mode::Bind, 0b1), "bind:0");
        assert_eq!(show(Mode::Interleave, 0b1011_0110), "interleave:1-2,4-5,7");
        assert_eq!(show(Mode::Prefer, 1 << 63), "prefer:63");
        assert_eq!(show(Mode::Bind, u64::MAX), "bind:0-63");
    }
}
