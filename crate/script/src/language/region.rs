//! Names, and the pages they stand for. Whether something has the name is known only when the script runs.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The name of a process, a region or a file: cheap to clone, shared by all lines of a script that use it.
///
/// Letters, digits and `_`; processes and files may also have `-`, files `.` inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Name(text.into())
    }
}

impl Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Which 4 KiB pages of a region, counted from its start. Page numbers are at most [`MAX_PAGES`](super::MAX_PAGES).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// `a`: the region itself. `munmap` and `mremap` then also forget its name, as they do not for `a[..]`.
    Whole,
    /// `a[5]`, `a[0..512]`, `a[256..]`, `a[0..512:2]`: half open, `step` at least 1, `first <= end`.
    Range {
        /// First page.
        first: u64,
        /// The page after the last; `None` is the region's end.
        end: Option<u64>,
        /// Distance of the pages meant.
        step: u64,
    },
}

/// Pages of a region of known length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First page.
    pub first: u64,
    /// The page after the last. Below `first` if an open range begins past the region's end.
    pub end: u64,
    /// Distance of the pages meant, at least 1.
    pub step: u64,
}

impl Pages {
    /// The pages meant in a region of `len_pages`. They may lie outside of it: the kernel judges that.
    pub fn span(self, len_pages: u64) -> Span {
        match self {
            Pages::Whole => Span {
                first: 0,
                end: len_pages,
                step: 1,
            },
            Pages::Range { first, end, step } => Span {
                first,
                end: end.unwrap_or(len_pages),
                step,
            },
        }
    }
}

/// Pages of a region of the process that the line is about: `a[0..512]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionRange {
    /// The region.
    pub region: Name,
    /// Its pages meant.
    pub pages: Pages,
}

/// One page of one process: `p1.a[3]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTarget {
    /// The process.
    pub process: Name,
    /// Its region.
    pub region: Name,
    /// The page, counted from the region's start.
    pub page: u64,
}
