//! Run-length strings: `T*512 a*3`.

use std::fmt::{Display, Write};

/// Builds a run-length string item by item: `T*512 a*3`.
#[derive(Clone, Debug)]
pub struct RunLength<T> {
    text: String,
    run: Option<(T, u64)>,
}

impl<T> Default for RunLength<T> {
    fn default() -> Self {
        RunLength {
            text: String::new(),
            run: None,
        }
    }
}

impl<T: PartialEq + Display> RunLength<T> {
    /// Adds `count` equal items.
    pub fn push(&mut self, item: T, count: u64) {
        match &mut self.run {
            _ if count == 0 => {}
            Some((last, n)) if *last == item => *n += count,
            _ => {
                self.flush();
                self.run = Some((item, count));
            }
        }
    }

    /// The string.
    pub fn finish(mut self) -> String {
        self.flush();
        self.text
    }

    fn flush(&mut self) {
        if let Some((item, n)) = self.run.take() {
            append(&mut self.text, format_args!("{item}*{n}"));
        }
    }
}

fn append(text: &mut String, item: impl Display) {
    let separator = if text.is_empty() { "" } else { " " };
    let _ = write!(text, "{separator}{item}");
}

/// The run-length string of `items`.
pub fn rle<T: PartialEq + Display>(items: impl IntoIterator<Item = T>) -> String {
    let mut runs = RunLength::default();
    items.into_iter().for_each(|item| runs.push(item, 1));
    runs.finish()
}

/// The run-length string of group ids: `-*8` for pages alone, `3*4` for one id four times, `0..511` for ids counting up.
pub fn rle_ids(ids: &[Option<u32>]) -> String {
    let mut text = String::new();
    let mut rest = ids;
    while let [first, others @ ..] = rest {
        let same = 1 + others.iter().take_while(|id| *id == first).count();
        let len = match *first {
            None => {
                append(&mut text, format_args!("-*{same}"));
                same
            }
            Some(id) => {
                let id = u64::from(id);
                let is_next = |&(id_expected, other): &(u64, &Option<u32>)| {
                    other.map(u64::from) == Some(id_expected)
                };
                let rising = 1 + (id + 1..).zip(others).take_while(is_next).count();
                match rising {
                    1 => append(&mut text, format_args!("{id}*{same}")),
                    _ => append(&mut text, format_args!("{id}..{}", id + rising as u64 - 1)),
                }
                same.max(rising)
            }
        };
        rest = &rest[len..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs() {
        let check = |items: &str, expected: &str| assert_eq!(rle(items.chars()), expected);
        check("", "");
        check("T", "T*1");
        check("TTTaT", "T*3 a*1 T*1");
        assert_eq!(rle(["m4", "m4", "-"]), "m4*2 -*1");
    }

    #[test]
    fn whole_runs() {
        let mut runs = RunLength::default();
        for (item, count) in [
            ("a", 0),
            ("T", 512),
            ("T", 512),
            ("a", 3),
            ("T", 0),
            ("a", 1),
        ] {
            runs.push(item, count);
        }
        assert_eq!(runs.finish(), "T*1024 a*4");
    }

    #[test]
    fn ids() {
        let check = |ids: &str, expected: &str| {
            let ids: Vec<Option<u32>> = ids.split_whitespace().map(|id| id.parse().ok()).collect();
            assert_eq!(rle_ids(&ids), expected);
        };
        check("", "");
        check("- - -", "-*3");
        check("5", "5*1");
        check("3 3 3 3", "3*4");
        check("0 1 2 3", "0..3");
        check("- 0 0 1 2 - 7", "-*1 0*2 1..2 -*1 7*1");
        // a rising run takes the id that then repeats, as the recorder's does
        check("0 1 1", "0..1 1*1");
        check("2 1 0", "2*1 1*1 0*1");
        check("4294967295 4294967295", "4294967295*2");
        check("4294967295 0", "4294967295*1 0*1");
    }
}
