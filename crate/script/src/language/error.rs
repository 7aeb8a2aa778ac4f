//! Errors of a script: where, what was found, what was expected, which word was probably meant.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::word::Word;

/// One error of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Line of the source, from 1.
    pub line: u32,
    /// Column in that line, from 1, in characters.
    pub column: u32,
    /// What stands there, ready to print: a word in backquotes, or `end of line`.
    pub found: String,
    /// What could have stood there.
    pub expected: String,
    /// The nearest word that could.
    pub suggestion: Option<String>,
}

impl ScriptError {
    /// The error without its place: ``found `hugepge`, expected advice. Did you mean `hugepage`?``
    pub fn message(&self) -> String {
        let mut text = format!("found {}, expected {}", self.found, self.expected);
        if let Some(word) = &self.suggestion {
            text += &format!(". Did you mean `{word}`?");
        }
        text
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line,
            self.column,
            self.message()
        )
    }
}

impl std::error::Error for ScriptError {}

/// An error inside one line, before its place in the source is known. Small, for everything that reads may return it.
#[derive(Debug)]
pub(super) struct Fault(Box<FaultParts>);

#[derive(Debug)]
pub(super) struct FaultParts {
    /// Byte offset in the expanded line.
    pub at: usize,
    found: String,
    expected: String,
    pub suggestion: Option<String>,
}

impl Deref for Fault {
    type Target = FaultParts;

    fn deref(&self) -> &FaultParts {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut FaultParts {
        &mut self.0
    }
}

/// Characters of a found word that are repeated in a message.
const SHOWN_CHARS: usize = 40;

impl Fault {
    /// `word` stands where `expected` should.
    pub fn new(word: Word<'_>, expected: impl Into<String>) -> Self {
        Fault::of(word.at, quoted(word.text), expected.into())
    }

    /// The line ends at `at` where `expected` should stand.
    pub fn missing(at: usize, expected: impl Into<String>) -> Self {
        Fault::of(at, "end of line".into(), expected.into())
    }

    #[inline(never)]
    fn of(at: usize, found: String, expected: String) -> Self {
        Fault(Box::new(FaultParts {
            at,
            found,
            expected,
            suggestion: None,
        }))
    }

    /// Names `word` as found; the place stays.
    pub fn found(mut self, word: Word<'_>) -> Self {
        self.found = quoted(word.text);
        self
    }

    /// Adds the nearest of `words`, if one is near.
    pub fn suggest<'w>(mut self, typed: &str, words: impl IntoIterator<Item = &'w str>) -> Self {
        self.suggestion = nearest(typed, &mut words.into_iter()).map(str::to_owned);
        self
    }

    /// Puts the fault at a place of the source.
    pub fn at_line(self, line: u32, column: u32) -> ScriptError {
        let FaultParts {
            found,
            expected,
            suggestion,
            ..
        } = *self.0;
        ScriptError {
            line,
            column,
            found,
            expected,
            suggestion,
        }
    }
}

/// A word in backquotes, shortened.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "nothing".into();
    }
    let mut shown: String = text
        .chars()
        .take(SHOWN_CHARS)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    // escape_debug also escapes quotes, which need none between backquotes
    format!("`{}`", shown.replace("\\'", "'").replace("\\\"", "\""))
}

/// `a, b or c`.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// The word nearest to `typed`: one letter wrong in a short word, two in one of four, three in one of seven or more.
/// Of words equally near, one that begins so, or of the same length: `of` is rather `off`, `wr` rather `rw` than `r`.
fn nearest<'w>(typed: &str, words: &mut dyn Iterator<Item = &'w str>) -> Option<&'w str> {
    let lower = typed.to_ascii_lowercase();
    let length = lower.chars().count();
    if length == 0 || length > super::MAX_NAME_CHARS {
        return None;
    }
    let limit = match length {
        0..4 => 1,
        4..7 => 2,
        _ => 3,
    };
    let (mut least, mut found) = ((limit + 1, true, 0), None);
    for word in words {
        // Without a hash table in it, as strsim's full Damerau-Levenshtein has.
        let n = strsim::osa_distance(&lower, &word.to_ascii_lowercase());
        let other = word.chars().count();
        let rank = (n, !word.starts_with(&lower), other.abs_diff(length));
        if n < other.max(length) && rank < least {
            (least, found) = (rank, Some(word));
        }
    }
    found
}
