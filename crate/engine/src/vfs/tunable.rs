//! The one description of a file that can be tuned: the engine, the page and the documents read it.

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
    /// Nothing: read-only.
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
        FileSpec { name, mode: 0o644, default, accepts: Accepts::Words(words), help }
    }

    /// A file of a number.
    pub const fn range(name: &'static str, default: &'static str, min: u64, max: u64, help: &'static str) -> Self {
        FileSpec { name, mode: 0o644, default, accepts: Accepts::Range(min, max), help }
    }

    /// A counter.
    pub const fn read_only(name: &'static str, default: &'static str, help: &'static str) -> Self {
        FileSpec { name, mode: 0o444, default, accepts: Accepts::Nothing, help }
    }
}
