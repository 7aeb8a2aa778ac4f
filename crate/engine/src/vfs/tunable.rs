//! The one table of everything that can be tuned: the engine, the page and the documents read it.

use super::{sysctl, sysfs};
use crate::config::{MIN_MEM, MachineConfig};
use crate::hugetlb::HUGETLB_FILES;
use crate::hugetlb::files::NR_COMMON;
use crate::khugepaged::KHUGEPAGED_FILES;
use crate::ksm::KSM_FILES;
use crate::machine::Machine;
use crate::phys::zone;
use crate::thp::THP_FILES;
use crate::vm::addr::HPAGE_PMD_ORDER;

/// A file of one directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileSpec {
    /// Name in its directory.
    pub name: &'static str,
    /// Mode bits: 0o644, 0o444 or 0o200.
    pub mode: u16,
    /// Value after boot.
    pub default: &'static str,
    /// What it accepts.
    pub accepts: Accepts,
    /// What it does, in one line.
    pub help: &'static str,
}

/// What a file accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepts {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number in these bounds.
    Range(u64, u64),
    /// Nothing: read-only, or every write is EINVAL.
    Nothing,
}

impl FileSpec {
    /// A file of words.
    pub const fn words(
        name: &'static str,
        default: &'static str,
        words: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        FileSpec {
            name,
            mode: 0o644,
            default,
            accepts: Accepts::Words(words),
            help,
        }
    }

    /// A file of a number.
    pub const fn range(
        name: &'static str,
        default: &'static str,
        min: u64,
        max: u64,
        help: &'static str,
    ) -> Self {
        FileSpec {
            name,
            mode: 0o644,
            default,
            accepts: Accepts::Range(min, max),
            help,
        }
    }

    /// A counter.
    pub const fn read_only(name: &'static str, default: &'static str, help: &'static str) -> Self {
        FileSpec {
            name,
            mode: 0o444,
            default,
            accepts: Accepts::Nothing,
            help,
        }
    }
}

const THP_DIR: &str = "/sys/kernel/mm/transparent_hugepage";
const HUGEPAGES_DIR: &str = "/sys/kernel/mm/hugepages";
const KSM_DIR: &str = "/sys/kernel/mm/ksm";
const VM_DIR: &str = "/proc/sys/vm";

/// One file that can be tuned or watched, as this machine has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tunable {
    /// Where it is.
    pub path: String,
    /// Name of its directory: `khugepaged`, `transparent_hugepage`, `hugepages-64kB`, `ksm`, `vm`; of hugetlb
    /// `hugepages/hugepages-2048kB`.
    pub group: String,
    /// Name of the file.
    pub name: &'static str,
    /// Mode bits.
    pub mode: u16,
    /// Value after boot: the chosen word, or the number; empty for a file that can only be written.
    pub default: String,
    /// What it accepts.
    pub accepts: Accepts,
    /// What it does, in one line.
    pub help: &'static str,
}

/// The chosen one of `always [madvise] never`; any other text as it is.
pub fn chosen_word(text: &str) -> &str {
    let word = text
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(word, _)| word);
    word.unwrap_or_else(|| text.trim_end())
}

impl Machine {
    /// Every file of `/sys/kernel/mm/transparent_hugepage`, `/sys/kernel/mm/ksm` and `/proc/sys/vm` except
    /// statistics by size, group by group. Defaults are those of a machine just booted with the same configuration.
    pub fn tunables(&self) -> Vec<Tunable> {
        let mut tables = vec![
            (THP_DIR.to_owned(), THP_FILES),
            (format!("{THP_DIR}/khugepaged"), KHUGEPAGED_FILES),
        ];
        tables.extend((1..=HPAGE_PMD_ORDER).map(|o| {
            (
                format!("{THP_DIR}/{}", sysfs::size_dir(o)),
                sysfs::THP_SIZE_FILES,
            )
        }));
        tables.extend([
            (
                format!("{HUGEPAGES_DIR}/hugepages-2048kB"),
                &HUGETLB_FILES[..NR_COMMON],
            ),
            (
                format!("{HUGEPAGES_DIR}/hugepages-1048576kB"),
                HUGETLB_FILES,
            ),
            (KSM_DIR.to_owned(), KSM_FILES),
            (VM_DIR.to_owned(), sysctl::VM_FILES),
        ]);
        let fresh = self.freshly_booted();
        let mut out = Vec::new();
        for (dir, table) in tables {
            // The directories of hugetlb are named as those of THP sizes: with their parent's name they differ.
            let parts = 1 + usize::from(dir.starts_with(HUGEPAGES_DIR));
            let start = dir
                .rmatch_indices('/')
                .nth(parts - 1)
                .map_or(0, |(at, _)| at + 1);
            let group = dir[start..].to_owned();
            for f in table {
                let path = format!("{dir}/{}", f.name);
                let readable = f.mode & 0o444 != 0;
                let default = match fresh.read_file(&path) {
                    Ok(_) if f.name == "min_free_kbytes" => {
                        self.boot_min_free_kbytes(&fresh).to_string()
                    }
                    Ok(text) => chosen_word(&text).to_owned(),
                    Err(_) if readable => continue,
                    Err(_) => String::new(),
                };
                // Gigantic pages are never made on demand: the file is there and refuses everything.
                let refuses = f.name == "nr_overcommit_hugepages" && group.ends_with("1048576kB");
                let accepts = if refuses { Accepts::Nothing } else { f.accepts };
                let (name, mode, help) = (f.name, f.mode, f.help);
                out.push(Tunable {
                    path,
                    group: group.clone(),
                    name,
                    mode,
                    default,
                    accepts,
                    help,
                });
            }
        }
        out
    }

    /// The same settings with little memory: only one default depends on its size.
    fn freshly_booted(&self) -> Machine {
        let config = MachineConfig {
            mem: MIN_MEM,
            nodes: 1,
            ..self.config.clone()
        };
        Machine::new(config).expect("a machine of the least size boots")
    }

    fn boot_min_free_kbytes(&self, fresh: &Machine) -> u64 {
        let managed = self.nr_managed_pages();
        let wanted = if fresh.hugepage_pmd_enabled() {
            zone::recommended_min_free_kbytes(self.zones.len() as u64, managed)
        } else {
            0
        };
        wanted.max(zone::default_min_free_kbytes(managed))
    }
}
