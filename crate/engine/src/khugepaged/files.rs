//! Reading and writing the files of `/sys/kernel/mm/transparent_hugepage/khugepaged`.
//!
//! Counterparts in `mm/khugepaged.c`: the `*_show` and `*_store` functions of `khugepaged_attr_group`.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::vfs::parse::{ParseError, parse_u32, parse_ulong};
use crate::vfs::tunable::FileSpec;
use crate::vm::addr::HPAGE_PMD_NR;

const U32_MAX: u64 = u32::MAX as u64;
const MAX_PTES: u64 = HPAGE_PMD_NR as u64 - 1;

/// The files, for the table of tunables.
pub const KHUGEPAGED_FILES: &[FileSpec] = &[
    FileSpec::range(
        "defrag",
        "1",
        0,
        1,
        "reclaim and compact to get a huge page",
    ),
    FileSpec::range(
        "max_ptes_none",
        "511",
        0,
        MAX_PTES,
        "empty or zero pages a 2 MiB range may have; collapsing fills them with memory",
    ),
    FileSpec::range(
        "max_ptes_swap",
        "64",
        0,
        MAX_PTES,
        "swapped-out pages a 2 MiB range may have; they are read back",
    ),
    FileSpec::range(
        "max_ptes_shared",
        "256",
        0,
        MAX_PTES,
        "pages shared with others a 2 MiB range may have",
    ),
    FileSpec::range(
        "pages_to_scan",
        "4096",
        1,
        U32_MAX,
        "budget of one wake-up; a 2 MiB range costs 512",
    ),
    FileSpec::range(
        "scan_sleep_millisecs",
        "10000",
        0,
        U32_MAX,
        "sleep between wake-ups; a write wakes the thread",
    ),
    FileSpec::range(
        "alloc_sleep_millisecs",
        "60000",
        0,
        U32_MAX,
        "sleep after a failed huge page allocation",
    ),
    FileSpec::read_only(
        "pages_collapsed",
        "0",
        "huge pages made by the thread since boot",
    ),
    FileSpec::read_only(
        "full_scans",
        "0",
        "passes over all registered processes since boot",
    ),
];

impl Machine {
    /// Text of the file `name`, with its newline; `None` if there is no such file.
    pub(crate) fn khugepaged_show(&self, name: &str) -> Option<String> {
        let s = &self.khugepaged.settings;
        let value = match name {
            "defrag" => u32::from(s.defrag),
            "max_ptes_none" => s.max_ptes_none,
            "max_ptes_swap" => s.max_ptes_swap,
            "max_ptes_shared" => s.max_ptes_shared,
            "pages_to_scan" => s.pages_to_scan,
            "scan_sleep_millisecs" => s.scan_sleep_millisecs,
            "alloc_sleep_millisecs" => s.alloc_sleep_millisecs,
            "pages_collapsed" => self.khugepaged.pages_collapsed,
            "full_scans" => self.khugepaged.full_scans,
            _ => return None,
        };
        Some(format!("{value}\n"))
    }

    /// Writes the file `name`; `None` if there is no such file. A write of nothing succeeds and does nothing.
    ///
    /// EINVAL for text that is no number or out of range, ERANGE for a `defrag` beyond `unsigned long`, EACCES
    /// for the counters. A write of either sleep time wakes the thread.
    pub(crate) fn khugepaged_store(&mut self, name: &str, text: &str) -> Option<Result<(), Errno>> {
        let spec = KHUGEPAGED_FILES.iter().find(|f| f.name == name)?;
        if spec.mode & 0o200 == 0 {
            return Some(Err(Errno::EACCES));
        }
        Some(if text.is_empty() {
            Ok(())
        } else {
            self.khugepaged_store_value(name, text)
        })
    }

    fn khugepaged_store_value(&mut self, name: &str, text: &str) -> Result<(), Errno> {
        let s = &mut self.khugepaged.settings;
        match name {
            "defrag" => {
                s.defrag = match parse_ulong(text) {
                    Ok(n @ 0..=1) => n == 1,
                    Ok(_) | Err(ParseError::Invalid) => return Err(Errno::EINVAL),
                    Err(ParseError::Overflow) => return Err(Errno::ERANGE),
                }
            }
            "max_ptes_none" => s.max_ptes_none = max_ptes(text)?,
            "max_ptes_swap" => s.max_ptes_swap = max_ptes(text)?,
            "max_ptes_shared" => s.max_ptes_shared = max_ptes(text)?,
            "pages_to_scan" => match number(text)? {
                0 => return Err(Errno::EINVAL),
                n => s.pages_to_scan = n,
            },
            "scan_sleep_millisecs" => {
                s.scan_sleep_millisecs = number(text)?;
                self.khugepaged_wake_now();
            }
            _ => {
                s.alloc_sleep_millisecs = number(text)?;
                self.khugepaged_wake_now();
            }
        }
        Ok(())
    }
}

/// All these files answer EINVAL even to a number that does not fit its type.
fn number(text: &str) -> Result<u32, Errno> {
    parse_u32(text).map_err(|_| Errno::EINVAL)
}

fn max_ptes(text: &str) -> Result<u32, Errno> {
    number(text).and_then(|n| {
        if u64::from(n) <= MAX_PTES {
            Ok(n)
        } else {
            Err(Errno::EINVAL)
        }
    })
}
