//! The files of `/sys/kernel/mm/ksm`.
//!
//! Counterparts: the `*_show` and `*_store` functions of `mm/ksm.c`. Numbers that are too large are EINVAL in most
//! of them, ERANGE in `max_page_sharing` and `merge_across_nodes`.

use super::settings::{AdvisorMode, Run};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vfs::parse::{ParseError, parse_bool, parse_int, parse_u32, parse_ulong};
use crate::vfs::tunable::FileSpec;

const U32: u64 = u32::MAX as u64;

/// Every file, as `ls` lists them.
pub const KSM_FILES: &[FileSpec] = &[
    FileSpec::range(
        "advisor_max_cpu",
        "70",
        0,
        u64::MAX,
        "Percent of a CPU the advisor lets ksmd use",
    ),
    FileSpec::range(
        "advisor_max_pages_to_scan",
        "30000",
        0,
        u64::MAX,
        "Most pages per wake-up the advisor sets",
    ),
    FileSpec::range(
        "advisor_min_pages_to_scan",
        "500",
        0,
        u64::MAX,
        "Pages per wake-up the advisor starts with",
    ),
    FileSpec::words(
        "advisor_mode",
        "none",
        &["none", "scan-time"],
        "Whether pages_to_scan follows the scan time",
    ),
    FileSpec::range(
        "advisor_target_scan_time",
        "200",
        1,
        u64::MAX,
        "Seconds a full scan should take",
    ),
    FileSpec::read_only("full_scans", "0", "Times all mergeable areas were scanned"),
    FileSpec::read_only(
        "general_profit",
        "0",
        "Bytes saved less bytes used for bookkeeping",
    ),
    FileSpec::read_only(
        "ksm_zero_pages",
        "0",
        "Zero-filled pages replaced by the zero page",
    ),
    FileSpec::range(
        "max_page_sharing",
        "256",
        2,
        i32::MAX as u64,
        "Most mappings of one KSM page",
    ),
    FileSpec::range(
        "merge_across_nodes",
        "1",
        0,
        1,
        "1: pages of different NUMA nodes may merge",
    ),
    FileSpec::read_only("pages_scanned", "0", "Pages looked at since boot"),
    FileSpec::read_only("pages_shared", "0", "KSM pages in use"),
    FileSpec::read_only(
        "pages_sharing",
        "0",
        "Further mappings of KSM pages: pages saved",
    ),
    FileSpec::read_only(
        "pages_skipped",
        "0",
        "Pages smart scan passed over since boot",
    ),
    FileSpec::range(
        "pages_to_scan",
        "100",
        0,
        U32,
        "Pages scanned before ksmd sleeps",
    ),
    FileSpec::read_only("pages_unshared", "0", "Pages that wait for an equal one"),
    FileSpec::read_only(
        "pages_volatile",
        "0",
        "Pages that change too fast or were not compared",
    ),
    FileSpec::range(
        "run",
        "0",
        0,
        2,
        "0 stop, 1 run, 2 unmerge everything and stop",
    ),
    FileSpec::range(
        "sleep_millisecs",
        "20",
        0,
        U32,
        "Milliseconds ksmd sleeps between wake-ups",
    ),
    FileSpec::range(
        "smart_scan",
        "1",
        0,
        1,
        "Look less often at pages that do not merge",
    ),
    FileSpec::read_only(
        "stable_node_chains",
        "0",
        "Contents that need several KSM pages",
    ),
    FileSpec::range(
        "stable_node_chains_prune_millisecs",
        "2000",
        0,
        U32,
        "How often a search looks at a whole chain",
    ),
    FileSpec::read_only("stable_node_dups", "0", "KSM pages in chains"),
    FileSpec::range(
        "use_zero_pages",
        "0",
        0,
        1,
        "Merge zero-filled pages with the zero page",
    ),
];

fn einval<T>(parsed: Result<T, ParseError>) -> Result<T, Errno> {
    parsed.map_err(|_| Errno::EINVAL)
}

fn erange<T>(parsed: Result<T, ParseError>) -> Result<T, Errno> {
    parsed.map_err(|e| {
        if e == ParseError::Overflow {
            Errno::ERANGE
        } else {
            Errno::EINVAL
        }
    })
}

impl Machine {
    /// Text of a file; `None` if there is no such file.
    pub fn ksm_show(&self, name: &str) -> Option<String> {
        let (s, g) = (&self.ksm.settings, self.ksm_gauges());
        let value = match name {
            "run" => (s.run as i64).to_string(),
            "pages_to_scan" => s.pages_to_scan.to_string(),
            "sleep_millisecs" => s.sleep_millisecs.to_string(),
            "merge_across_nodes" => u8::from(s.merge_across_nodes).to_string(),
            "max_page_sharing" => s.max_page_sharing.to_string(),
            "use_zero_pages" => u8::from(s.use_zero_pages).to_string(),
            "smart_scan" => u8::from(s.smart_scan).to_string(),
            "stable_node_chains_prune_millisecs" => {
                s.stable_node_chains_prune_millisecs.to_string()
            }
            "advisor_mode" => match s.advisor_mode {
                AdvisorMode::None => "[none] scan-time".into(),
                AdvisorMode::ScanTime => "none [scan-time]".into(),
            },
            "advisor_max_cpu" => s.advisor_max_cpu.to_string(),
            "advisor_min_pages_to_scan" => s.advisor_min_pages_to_scan.to_string(),
            "advisor_max_pages_to_scan" => s.advisor_max_pages_to_scan.to_string(),
            "advisor_target_scan_time" => s.advisor_target_scan_time.to_string(),
            _ => g.entries().find(|(n, _)| *n == name)?.1.to_string(),
        };
        Some(value + "\n")
    }

    /// Writes a file; `None` if there is no such file.
    ///
    /// EACCES for a read-only file; EINVAL, ERANGE, EBUSY and ENOMEM as the kernel says for each.
    pub fn ksm_store(&mut self, name: &str, text: &str) -> Option<Result<(), Errno>> {
        let spec = KSM_FILES.iter().find(|f| f.name == name)?;
        Some(if spec.mode & 0o200 == 0 {
            Err(Errno::EACCES)
        } else {
            self.ksm_store_value(name, text)
        })
    }

    fn ksm_store_value(&mut self, name: &str, text: &str) -> Result<(), Errno> {
        match name {
            "run" => return self.ksm_store_run(text),
            "sleep_millisecs" => return self.ksm_store_sleep(text),
            "merge_across_nodes" => return self.ksm_store_merge_across_nodes(text),
            "max_page_sharing" => return self.ksm_store_max_page_sharing(text),
            "advisor_mode" => {
                let mode = match text.strip_suffix('\n').unwrap_or(text) {
                    "none" => AdvisorMode::None,
                    "scan-time" => AdvisorMode::ScanTime,
                    _ => return Err(Errno::EINVAL),
                };
                self.set_advisor_mode(mode);
                return Ok(());
            }
            _ => {}
        }
        let s = &mut self.ksm.settings;
        match name {
            "pages_to_scan" if s.advisor_mode != AdvisorMode::None => return Err(Errno::EINVAL),
            "pages_to_scan" => s.pages_to_scan = u64::from(einval(parse_u32(text))?),
            "use_zero_pages" => s.use_zero_pages = einval(parse_bool(text))?,
            "smart_scan" => s.smart_scan = einval(parse_bool(text))?,
            "stable_node_chains_prune_millisecs" => {
                s.stable_node_chains_prune_millisecs = einval(parse_u32(text))?;
            }
            // The kernel keeps the low 32 bits.
            "advisor_max_cpu" => s.advisor_max_cpu = einval(parse_ulong(text))? as u32,
            "advisor_min_pages_to_scan" => s.advisor_min_pages_to_scan = einval(parse_ulong(text))?,
            "advisor_max_pages_to_scan" => s.advisor_max_pages_to_scan = einval(parse_ulong(text))?,
            "advisor_target_scan_time" => match einval(parse_ulong(text))? {
                0 => return Err(Errno::EINVAL),
                seconds => s.advisor_target_scan_time = seconds,
            },
            _ => unreachable!("every writable file of KSM_FILES is handled: {name}"),
        }
        Ok(())
    }

    /// `run`: writing the current value again does nothing but wake the thread.
    fn ksm_store_run(&mut self, text: &str) -> Result<(), Errno> {
        let run = match einval(parse_u32(text))? {
            0 => Run::Stop,
            1 => Run::Merge,
            2 => Run::Unmerge,
            _ => return Err(Errno::EINVAL),
        };
        self.ksmd_finish_batch();
        let changed = self.ksm.settings.run != run;
        self.ksm.settings.run = run;
        match run {
            Run::Unmerge if changed => {
                if let Err(errno) = self.unmerge_and_remove_all_rmap_items() {
                    self.ksm.settings.run = Run::Stop;
                    return Err(errno);
                }
            }
            Run::Merge => self.ksmd_wake_up(),
            _ => {}
        }
        Ok(())
    }

    fn ksm_store_sleep(&mut self, text: &str) -> Result<(), Errno> {
        let ms = einval(parse_u32(text))?;
        if std::mem::replace(&mut self.ksm.settings.sleep_millisecs, ms) != ms {
            self.ksmd_end_sleep();
        }
        Ok(())
    }

    fn ksm_store_merge_across_nodes(&mut self, text: &str) -> Result<(), Errno> {
        let on = match erange(parse_ulong(text))? {
            0 => false,
            1 => true,
            _ => return Err(Errno::EINVAL),
        };
        if self.ksm.settings.merge_across_nodes != on {
            self.ksm_nothing_merged()?;
            self.ksm.settings.merge_across_nodes = on;
        }
        Ok(())
    }

    fn ksm_store_max_page_sharing(&mut self, text: &str) -> Result<(), Errno> {
        let limit = erange(parse_int(text))?;
        if limit < 2 {
            return Err(Errno::EINVAL);
        }
        if self.ksm.settings.max_page_sharing != limit {
            self.ksm_nothing_merged()?;
            self.ksm.settings.max_page_sharing = limit;
        }
        Ok(())
    }

    /// EBUSY while a page is merged, or a KSM page of the past is still mapped by a child.
    fn ksm_nothing_merged(&mut self) -> Result<(), Errno> {
        self.ksmd_finish_batch();
        if self.ksm.pages_shared > 0 {
            return Err(Errno::EBUSY);
        }
        self.remove_all_stable_nodes()
    }
}
