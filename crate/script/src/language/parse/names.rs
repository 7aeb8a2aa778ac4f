//! Names and ranges of pages in words.

use crate::language::error::Fault;
use crate::language::number::number;
use crate::language::region::{Name, PageTarget, Pages, RegionRange};
use crate::language::spec::Scope;
use crate::language::table;
use crate::language::word::Word;
use crate::language::{MAX_NAME_CHARS, MAX_PAGES};

/// Names that a script has used lately, so that each is mostly stored once: one for each value of a small hash.
#[derive(Default)]
pub struct Names(Vec<Option<Name>>);

/// Names remembered.
const NR_REMEMBERED: usize = 256;

impl Names {
    fn shared(&mut self, text: &str) -> Name {
        self.0.resize(NR_REMEMBERED, None);
        let hash = |h: usize, b: u8| (h * 31 + usize::from(b)) % 65_521;
        let slot = &mut self.0[text.bytes().fold(0, hash) % NR_REMEMBERED];
        match slot {
            Some(name) if name.as_str() == text => name.clone(),
            _ => slot.insert(Name::from(text)).clone(),
        }
    }

    /// A name of letters, digits and `_`, with `inside` allowed after the first character.
    fn name(&mut self, word: Word<'_>, what: &str, inside: &[char]) -> Result<Name, Fault> {
        let is_plain = |c: char| c.is_alphanumeric() || c == '_';
        let is_name = word.text.starts_with(is_plain)
            && word
                .text
                .chars()
                .all(|c| is_plain(c) || inside.contains(&c));
        if is_name && word.text.chars().count() <= MAX_NAME_CHARS {
            return Ok(self.shared(word.text));
        }
        let also: String = inside.iter().map(|c| format!(" `{c}`")).collect();
        Err(Fault::new(
            word,
            format!("{what} of letters, digits, `_`{also}, at most {MAX_NAME_CHARS} characters"),
        ))
    }

    /// The name of a process. Not a command's word, which would then mean two things, nor only digits, which is a PID.
    pub fn process(&mut self, word: Word<'_>) -> Result<Name, Fault> {
        if table::find(word.text, Scope::Machine).is_some() {
            return Err(Fault::new(
                word,
                "the name of a process, which a command's word cannot be",
            ));
        }
        if word.text.chars().all(|c| c.is_ascii_digit()) {
            return Err(Fault::new(
                word,
                "the name of a process, with at least one letter",
            ));
        }
        self.name(word, "the name of a process", &['-'])
    }

    /// The name of a region.
    pub fn region(&mut self, word: Word<'_>) -> Result<Name, Fault> {
        self.name(word, "the name of a region", &[])
    }

    /// The name of a memfd or a file.
    pub fn file(&mut self, word: Word<'_>) -> Result<Name, Fault> {
        self.name(word, "the name of a memfd or file", &['-', '.'])
    }

    /// `a`, `a[5]`, `a[0..512]`, `a[256..]`, `a[..]`.
    pub fn range(&mut self, word: Word<'_>) -> Result<RegionRange, Fault> {
        let range = self.stepped_range(word)?;
        match range.pages {
            Pages::Range { step: 2.., .. } => Err(Fault::new(word, "pages without a step")),
            _ => Ok(range),
        }
    }

    /// The same with a step: `a[0..512:2]`.
    pub fn stepped_range(&mut self, word: Word<'_>) -> Result<RegionRange, Fault> {
        let Some((region, index)) = word.split("[") else {
            return Ok(RegionRange {
                region: self.region(word)?,
                pages: Pages::Whole,
            });
        };
        let region = self.region(region)?;
        let Some(index) = index
            .text
            .strip_suffix(']')
            .map(|inner| index.head(inner.len()))
        else {
            return Err(Fault::missing(word.end(), "`]`").found(word));
        };
        Ok(RegionRange {
            region,
            pages: pages(index)?,
        })
    }

    /// `p1.a[3]`.
    pub fn page(&mut self, word: Word<'_>) -> Result<PageTarget, Fault> {
        let expected = "one page, such as p1.a[3]";
        let (process, range) = word.split(".").ok_or_else(|| Fault::new(word, expected))?;
        let process = self.process(process)?;
        let RegionRange { region, pages } = self.range(range)?;
        match pages {
            Pages::Range {
                first,
                end: Some(end),
                ..
            } if end == first + 1 => Ok(PageTarget {
                process,
                region,
                page: first,
            }),
            _ => Err(Fault::new(range, expected)),
        }
    }
}

/// What stands between the brackets.
fn pages(index: Word<'_>) -> Result<Pages, Fault> {
    let (range, step) = match index.split(":") {
        Some((range, step)) => (range, number(step, "a step", 1..=MAX_PAGES)?),
        None => (index, 1),
    };
    let page = |word| number(word, "a page", 0..=MAX_PAGES);
    let Some((first_word, end_word)) = range.split("..") else {
        let first = number(range, "a page", 0..=MAX_PAGES - 1)?;
        return Ok(Pages::Range {
            first,
            end: Some(first + 1),
            step,
        });
    };
    let first = if first_word.text.is_empty() {
        0
    } else {
        page(first_word)?
    };
    let end = if end_word.text.is_empty() {
        None
    } else {
        Some(page(end_word)?)
    };
    match end {
        Some(end) if end < first => Err(Fault::new(
            end_word,
            format!("a page from {first} on, where the range begins"),
        )),
        _ => Ok(Pages::Range { first, end, step }),
    }
}
