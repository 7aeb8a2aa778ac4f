//! The files of `/sys/kernel/mm/transparent_hugepage` outside `khugepaged/`: words, defaults, reading and writing.

use crate::errno::Errno;
use crate::machine::Machine;
use crate::vfs::parse::{self, ParseError};
use crate::vfs::tunable::FileSpec;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All words in printed order.
            pub const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant),)*];

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|w| w.0 == word).map(|w| w.1)
            }

            /// `always [madvise] never`.
            pub fn show(self) -> String {
                let words = Self::WORDS.iter().map(|w| if w.1 == self { format!("[{}]", w.0) } else { w.0.into() });
                words.collect::<Vec<String>>().join(" ") + "\n"
            }
        }
    };
}

words! {
    /// `enabled`: which areas may have huge pages.
    Enabled {
        /// All.
        Always = "always",
        /// Those with MADV_HUGEPAGE.
        Madvise = "madvise",
        /// None.
        Never = "never",
    }
}

words! {
    /// `defrag`: how hard a fault tries.
    Defrag {
        /// Reclaim and compact in the fault.
        Always = "always",
        /// Wake the daemons, fall back now.
        Defer = "defer",
        /// As always where advised, as defer elsewhere.
        DeferMadvise = "defer+madvise",
        /// As always where advised, nothing elsewhere.
        Madvise = "madvise",
        /// Never.
        Never = "never",
    }
}

words! {
    /// `hugepages-<N>kB/enabled`.
    SizeEnabled {
        /// All areas.
        Always = "always",
        /// As the top-level file says.
        Inherit = "inherit",
        /// Advised areas.
        Madvise = "madvise",
        /// None.
        Never = "never",
    }
}

words! {
    /// `shmem_enabled`.
    ShmemEnabled {
        /// Everywhere.
        Always = "always",
        /// Where the whole huge page is inside the file.
        WithinSize = "within_size",
        /// Advised areas.
        Advise = "advise",
        /// Nowhere.
        Never = "never",
        /// Nowhere, whatever the mount says.
        Deny = "deny",
        /// Everywhere, for testing.
        Force = "force",
    }
}

words! {
    /// `hugepages-<N>kB/shmem_enabled`.
    ShmemSizeEnabled {
        /// Everywhere.
        Always = "always",
        /// As the top-level file says.
        Inherit = "inherit",
        /// Where it fits inside the file.
        WithinSize = "within_size",
        /// Advised areas.
        Advise = "advise",
        /// Nowhere.
        Never = "never",
    }
}

/// The top-level files, with their defaults, for the table of tunables.
pub const THP_FILES: &[FileSpec] = &[
    FileSpec::words(
        "enabled",
        "madvise",
        &["always", "madvise", "never"],
        "which areas may have huge pages",
    ),
    FileSpec::words(
        "defrag",
        "madvise",
        &["always", "defer", "defer+madvise", "madvise", "never"],
        "how hard a fault tries to get a huge page when none is free",
    ),
    FileSpec::range(
        "use_zero_page",
        "1",
        0,
        1,
        "map the huge zero page on a read fault",
    ),
    FileSpec::words(
        "shmem_enabled",
        "never",
        &["always", "within_size", "advise", "never", "deny", "force"],
        "huge pages for shared memory",
    ),
    FileSpec::range(
        "shrink_underused",
        "1",
        0,
        1,
        "split huge pages that are mostly zero when memory is short",
    ),
    FileSpec::read_only(
        "hpage_pmd_size",
        "2097152",
        "bytes of a PMD-mapped huge page",
    ),
];

fn word(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

fn flag(text: &str) -> Result<bool, Errno> {
    match parse::parse_ulong(text) {
        Ok(n) if n <= 1 => Ok(n == 1),
        Ok(_) | Err(ParseError::Invalid) => Err(Errno::EINVAL),
        Err(ParseError::Overflow) => Err(Errno::ERANGE),
    }
}

impl Machine {
    /// Text of a file below `transparent_hugepage/`, `None` if there is no such file here.
    pub(crate) fn thp_show(&self, name: &str) -> Option<String> {
        if let Some((order, file)) = size_file(name) {
            return self.thp_size_show(order, file);
        }
        let number = |n: u64| Some(format!("{n}\n"));
        match name {
            "enabled" => Some(self.thp.enabled.show()),
            "defrag" => Some(self.thp.defrag.show()),
            "shmem_enabled" => Some(self.thp.shmem_enabled.show()),
            "use_zero_page" => number(self.thp.use_zero_page.into()),
            "shrink_underused" => number(self.thp.shrink_underused.into()),
            "hpage_pmd_size" => number(crate::vm::addr::HPAGE_PMD_SIZE),
            _ => None,
        }
    }

    fn thp_size_show(&self, order: u8, file: &str) -> Option<String> {
        if let Some(stat) = file.strip_prefix("stats/") {
            let only_anon = stat.starts_with("anon_")
                || stat.starts_with("nr_anon")
                || stat == "split_deferred";
            if order == 1 && only_anon {
                return None;
            }
            let value = self.stat.mthp(order).entries().find(|e| e.0 == stat)?.1;
            return Some(format!("{value}\n"));
        }
        match file {
            "enabled" if order >= 2 => Some(self.thp.size_enabled[order as usize].show()),
            "shmem_enabled" => Some(self.thp.shmem_size_enabled[order as usize].show()),
            _ => None,
        }
    }

    /// Writes a file below `transparent_hugepage/`; `None` if there is no such file here.
    ///
    /// EINVAL for a wrong word or number, ERANGE for a number too large for the machine, EACCES for a
    /// read-only file.
    pub(crate) fn thp_store(&mut self, name: &str, text: &str) -> Option<Result<(), Errno>> {
        self.thp_show(name)?;
        Some(match size_file(name) {
            Some((order, file)) => self.thp_size_store(order, file, text),
            None => self.thp_top_store(name, text),
        })
    }

    fn thp_top_store(&mut self, name: &str, text: &str) -> Result<(), Errno> {
        match name {
            "enabled" => {
                self.thp.enabled = Enabled::from_word(word(text)).ok_or(Errno::EINVAL)?;
                self.thp.update_anon_orders();
                self.start_stop_khugepaged();
            }
            "defrag" => self.thp.defrag = Defrag::from_word(word(text)).ok_or(Errno::EINVAL)?,
            "shmem_enabled" => {
                let value = ShmemEnabled::from_word(word(text)).ok_or(Errno::EINVAL)?;
                let only_pmd_inherits = (1..=9).all(|o| {
                    (self.thp.shmem_size_enabled[o] == ShmemSizeEnabled::Inherit) == (o == 9)
                });
                if value == ShmemEnabled::Force && !only_pmd_inherits {
                    return Err(Errno::EINVAL);
                }
                self.thp.shmem_enabled = value;
                if !matches!(value, ShmemEnabled::Deny | ShmemEnabled::Force) {
                    self.thp.shmem_mount = value;
                }
                self.start_stop_khugepaged();
            }
            "use_zero_page" => self.thp.use_zero_page = flag(text)?,
            "shrink_underused" => {
                self.thp.shrink_underused = parse::parse_bool(text).map_err(|_| Errno::EINVAL)?;
            }
            _ => return Err(Errno::EACCES),
        }
        Ok(())
    }

    fn thp_size_store(&mut self, order: u8, file: &str, text: &str) -> Result<(), Errno> {
        match file {
            "enabled" => {
                self.thp.size_enabled[order as usize] =
                    SizeEnabled::from_word(word(text)).ok_or(Errno::EINVAL)?;
                self.thp.update_anon_orders();
            }
            "shmem_enabled" => {
                let value = ShmemSizeEnabled::from_word(word(text)).ok_or(Errno::EINVAL)?;
                let forced = self.thp.shmem_enabled == ShmemEnabled::Force;
                if value == ShmemSizeEnabled::Inherit && order != 9 && forced {
                    return Err(Errno::EINVAL);
                }
                self.thp.shmem_size_enabled[order as usize] = value;
            }
            _ => return Err(Errno::EACCES),
        }
        self.start_stop_khugepaged();
        Ok(())
    }
}

/// `hugepages-64kB/enabled` as (4, "enabled").
fn size_file(name: &str) -> Option<(u8, &str)> {
    let (kb, file) = name.strip_prefix("hugepages-")?.split_once("kB/")?;
    let kb: u64 = kb.parse().ok()?;
    let order = (1..=9u8).find(|o| kb == 4 << o)?;
    Some((order, file))
}
