//! What is read off a machine at the end of a point.

use crate::scenario::Failure;
use mm_engine::machine::Machine;
use mm_engine::vfs::tunable::chosen_word;

/// A number that every machine has.
#[derive(Debug)]
pub struct Usual {
    column: &'static str,
    read: fn(&Machine) -> i64,
}

/// What is measured when nothing else is asked for: `_kb` in KiB, `_ns` in virtual ns, else counts since boot.
pub static USUAL: [Usual; 14] = [
    Usual {
        column: "rss_kb",
        read: |m| memory(m).0 * 4,
    },
    Usual {
        column: "swap_kb",
        read: |m| memory(m).1 * 4,
    },
    Usual {
        column: "anon_huge_kb",
        read: |m| m.stats().nr_anon_transparent_hugepages * 2048,
    },
    Usual {
        column: "free_kb",
        read: |m| m.nr_free_pages() as i64 * 4,
    },
    Usual {
        column: "pgfault",
        read: |m| m.stats().vm.pgfault,
    },
    Usual {
        column: "thp_fault_alloc",
        read: |m| m.stats().vm.thp_fault_alloc,
    },
    Usual {
        column: "pages_collapsed",
        read: |m| i64::from(m.khugepaged_pages_collapsed()),
    },
    Usual {
        column: "khugepaged_full_scans",
        read: |m| i64::from(m.khugepaged_scans()),
    },
    Usual {
        column: "khugepaged_cpu_ns",
        read: |m| m.daemons_cpu_ns()[0] as i64,
    },
    Usual {
        column: "ksm_pages_shared",
        read: |m| m.ksm_gauges().pages_shared,
    },
    Usual {
        column: "ksm_pages_sharing",
        read: |m| m.ksm_gauges().pages_sharing,
    },
    Usual {
        column: "ksm_pages_scanned",
        read: |m| m.ksm_gauges().pages_scanned,
    },
    Usual {
        column: "ksmd_cpu_ns",
        read: |m| m.daemons_cpu_ns()[1] as i64,
    },
    Usual {
        column: "now_ns",
        read: |m| m.now_ns() as i64,
    },
];

/// Pages of all processes: resident, in swap.
pub fn memory(m: &Machine) -> (i64, i64) {
    m.processes()
        .map(|(_, p)| m.mm(p.mm).rss)
        .fold((0, 0), |(rss, swap), r| {
            (rss + r.anon + r.file + r.shmem, swap + r.swap)
        })
}

/// One measured column.
#[derive(Debug)]
pub enum Measure {
    /// A number that every machine has.
    Usual(&'static Usual),
    /// From a virtual file.
    File {
        /// As it was asked for.
        column: String,
        /// The file.
        path: String,
        /// The word before the number; without one the file says one thing.
        word: Option<String>,
    },
}

impl Measure {
    /// Reads `PATH` or `PATH:WORD`.
    ///
    /// # Errors
    /// A path that is not absolute.
    pub fn parse(given: &str) -> Result<Measure, Failure> {
        let (path, word) = match given.split_once(':') {
            Some((path, word)) => (path, Some(word.to_owned())),
            None => (given, None),
        };
        if !path.starts_with('/') || word.as_deref() == Some("") {
            let example = "write PATH or PATH:WORD, as /proc/meminfo:AnonHugePages";
            return Err(Failure(format!("--measure {given}: {example}")));
        }
        Ok(Measure::File {
            column: given.to_owned(),
            path: path.to_owned(),
            word,
        })
    }

    /// Name of its column.
    pub fn column(&self) -> &str {
        match self {
            Measure::Usual(usual) => usual.column,
            Measure::File { column, .. } => column,
        }
    }

    /// Its value as text.
    ///
    /// # Errors
    /// The file is not there or has no such word.
    pub fn of(&self, m: &Machine) -> Result<String, String> {
        let (column, path, word) = match self {
            Measure::Usual(usual) => return Ok((usual.read)(m).to_string()),
            Measure::File { column, path, word } => (column, path, word),
        };
        let text = m
            .read_file(path)
            .map_err(|e| format!("{column}: {}: {}", e.name(), e.text()))?;
        let Some(word) = word else {
            return Ok(chosen_word(&text).to_owned());
        };
        let after = text.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next()?.trim_end_matches(':') == word).then(|| words.next())?
        });
        after
            .map(str::to_owned)
            .ok_or_else(|| format!("{column}: no line of the file begins with {word}"))
    }
}
