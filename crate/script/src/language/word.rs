//! Words of a line: what stands between blanks, with its place.

/// A word, or a part of one, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    /// Byte offset in the expanded line.
    pub at: usize,
}

impl<'a> Word<'a> {
    /// The part from byte `from` on.
    pub fn tail(self, from: usize) -> Word<'a> {
        Word {
            text: &self.text[from..],
            at: self.at + from,
        }
    }

    /// The part before byte `to`.
    pub fn head(self, to: usize) -> Word<'a> {
        Word {
            text: &self.text[..to],
            at: self.at,
        }
    }

    /// The parts before and after the first `separator`.
    pub fn split(self, separator: &str) -> Option<(Word<'a>, Word<'a>)> {
        let i = self.text.find(separator)?;
        Some((self.head(i), self.tail(i + separator.len())))
    }

    /// The offset just past the word.
    pub fn end(self) -> usize {
        self.at + self.text.len()
    }
}

/// The words of a line.
pub(super) fn words(line: &str) -> Vec<Word<'_>> {
    let place = |text: &str| text.as_ptr() as usize - line.as_ptr() as usize;
    line.split_whitespace()
        .map(|text| Word {
            text,
            at: place(text),
        })
        .collect()
}
