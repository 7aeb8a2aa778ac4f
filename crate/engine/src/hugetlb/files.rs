//! The files of hugetlb: `/sys/kernel/mm/hugepages`, those of a node, `/proc/sys/vm`, and its lines in others.
//!
//! Counterparts in `mm/hugetlb_sysfs.c` and `mm/hugetlb.c`: `nr_hugepages_store`, `demote_store`, `hugetlb_report_meminfo`.

use super::boot::memparse;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vfs::parse::{ParseError, parse_ulong};
use crate::vfs::tunable::FileSpec;
use crate::vm::addr::HPAGE_PMD_ORDER;

const fn spec(name: &'static str, mode: u16, help: &'static str) -> FileSpec {
    let mut s = if mode == 0o444 {
        FileSpec::read_only(name, "0", help)
    } else {
        FileSpec::range(name, "0", 0, u64::MAX, help)
    };
    s.mode = mode;
    s
}

/// Files of one size; the first [`NR_COMMON`] of every size, the others of sizes that can be demoted.
pub(crate) const HUGETLB_FILES: &[FileSpec] = &[
    spec("free_hugepages", 0o444, "pages nobody uses"),
    spec(
        "nr_hugepages",
        0o644,
        "pages of this size; writing sets how many stay",
    ),
    spec(
        "nr_hugepages_mempolicy",
        0o644,
        "as nr_hugepages, on the nodes of the writer's policy",
    ),
    spec(
        "nr_overcommit_hugepages",
        0o644,
        "most surplus pages made on demand",
    ),
    spec("resv_hugepages", 0o444, "pages promised and not yet used"),
    spec("surplus_hugepages", 0o444, "pages beyond those that stay"),
    spec(
        "demote",
        0o200,
        "splits so many free pages into those of the size demote_size",
    ),
    FileSpec::words(
        "demote_size",
        "2048kB",
        &["2048kB"],
        "size demoted pages become",
    ),
];
/// Files that every size has.
pub(crate) const NR_COMMON: usize = 6;

/// As [`HUGETLB_FILES`], of one node.
pub(crate) const NODE_HUGETLB_FILES: &[FileSpec] = &[
    HUGETLB_FILES[0],
    HUGETLB_FILES[1],
    HUGETLB_FILES[5],
    HUGETLB_FILES[6],
    HUGETLB_FILES[7],
];

impl Machine {
    /// Files in the directory of a size, of a node or of all.
    pub(crate) fn hugetlb_table(&self, nid: Option<u8>, size: usize) -> &'static [FileSpec] {
        match (nid, self.hugetlb.hstates[size].demote_to) {
            (None, None) => &HUGETLB_FILES[..NR_COMMON],
            (None, _) => HUGETLB_FILES,
            (Some(_), None) => &NODE_HUGETLB_FILES[..3],
            (Some(_), _) => NODE_HUGETLB_FILES,
        }
    }

    /// Text of a file of a size.
    pub(crate) fn hugetlb_show(&self, nid: Option<u8>, size: usize, name: &str) -> String {
        if name == "demote_size" {
            let to = self.hugetlb.hstates[size].demote_to.unwrap_or(0);
            return format!("{}kB\n", self.hugetlb.hstates[to].size_kb());
        }
        let h = &self.hugetlb.hstates[size];
        let node = nid.map(|n| &h.nodes[usize::from(n)]);
        let value = match name {
            "free_hugepages" => node.map_or(h.free(), |n| n.free.len() as u64),
            "resv_hugepages" => h.resv as u64,
            "surplus_hugepages" => node.map_or(h.surplus(), |n| n.surplus),
            "nr_overcommit_hugepages" => h.overcommit,
            _ => node.map_or(h.nr(), |n| n.nr),
        };
        format!("{value}\n")
    }

    /// Writes a file of a size; `None` for one that is only read.
    ///
    /// EINVAL: no number, or overcommit of a gigantic size. ERANGE: beyond 2^64. EBUSY: see demotion.
    #[inline(never)]
    pub(crate) fn hugetlb_store(
        &mut self,
        nid: Option<u8>,
        size: usize,
        name: &str,
        text: &str,
    ) -> Option<Result<(), Errno>> {
        let value = parse_ulong(text).map_err(|e| match e {
            ParseError::Overflow => Errno::ERANGE,
            ParseError::Invalid => Errno::EINVAL,
        });
        let gigantic = self.hugetlb.hstates[size].gigantic();
        Some(match (name, value) {
            ("demote_size", _) => {
                let bytes = memparse(text.trim().trim_end_matches('B'));
                let to = bytes
                    .filter(|b| *b > 0)
                    .and_then(|b| self.hugetlb.size_to_hstate(b));
                let order = self.hugetlb.hstates[size].order;
                let smaller =
                    |s: &usize| (HPAGE_PMD_ORDER..order).contains(&self.hugetlb.hstates[*s].order);
                match to.filter(smaller) {
                    Some(to) => {
                        self.hugetlb.hstates[size].demote_to = Some(to);
                        Ok(())
                    }
                    None => Err(Errno::EINVAL),
                }
            }
            ("nr_overcommit_hugepages", _) if gigantic => Err(Errno::EINVAL),
            (_, Err(e)) => Err(e),
            ("nr_hugepages" | "nr_hugepages_mempolicy", Ok(n)) => {
                self.set_max_huge_pages(size, n, nid);
                Ok(())
            }
            ("nr_overcommit_hugepages", Ok(n)) => {
                self.hugetlb.hstates[size].overcommit = n;
                Ok(())
            }
            ("demote", Ok(n)) => self.demote(size, n, nid),
            _ => return None,
        })
    }

    /// Value of a file of `/proc/sys/vm`: of the default size, without surplus pages.
    pub(crate) fn hugetlb_sysctl(&self, name: &str) -> Option<u64> {
        let h = &self.hugetlb.hstates[self.hugetlb.default_hstate];
        Some(match name {
            "nr_hugepages" | "nr_hugepages_mempolicy" => h.max,
            "nr_overcommit_hugepages" => h.overcommit,
            "hugetlb_optimize_vmemmap" => self.hugetlb.vmemmap.enabled.into(),
            _ => return None,
        })
    }

    /// Writes a file of `/proc/sys/vm`. EINVAL: overcommit of a gigantic default size.
    pub(crate) fn hugetlb_sysctl_store(&mut self, name: &str, value: u64) -> Result<(), Errno> {
        let size = self.hugetlb.default_hstate;
        if name == "hugetlb_optimize_vmemmap" {
            self.hugetlb.vmemmap.enabled = value > 0;
        } else if name != "nr_overcommit_hugepages" {
            self.set_max_huge_pages(size, value, None);
        } else if self.hugetlb.hstates[size].gigantic() {
            return Err(Errno::EINVAL);
        } else {
            self.hugetlb.hstates[size].overcommit = value;
        }
        Ok(())
    }

    /// `HugePages_*` of meminfo, of the default size.
    pub fn hugetlb_meminfo(&self) -> [(&'static str, u64); 4] {
        let h = &self.hugetlb.hstates[self.hugetlb.default_hstate];
        [
            ("HugePages_Total:", h.nr()),
            ("HugePages_Free:", h.free()),
            ("HugePages_Rsvd:", h.resv as u64),
            ("HugePages_Surp:", h.surplus()),
        ]
    }

    /// The same of a node: total, free and surplus.
    pub(crate) fn hugetlb_node_meminfo(&self, nid: u8) -> [u64; 3] {
        let h = &self.hugetlb.hstates[self.hugetlb.default_hstate];
        let n = &h.nodes[usize::from(nid)];
        [n.nr, n.free.len() as u64, n.surplus]
    }

    /// `nr_hugetlb` of a node: base pages in use.
    pub(crate) fn node_nr_hugetlb(&self, nid: u8) -> i64 {
        let sizes = self.hugetlb.hstates.iter();
        sizes
            .map(|h| {
                let n = &h.nodes[usize::from(nid)];
                (n.nr as i64 - n.free.len() as i64) << h.order
            })
            .sum()
    }

    /// `Hugepagesize` in kB.
    pub(crate) fn default_hugepage_kb(&self) -> u64 {
        self.hugetlb.hstates[self.hugetlb.default_hstate].size_kb()
    }

    /// Base pages in all pools (`hugetlb_total_pages`).
    pub fn hugetlb_total_pages(&self) -> u64 {
        self.hugetlb.hstates.iter().map(|h| h.nr() << h.order).sum()
    }
}
