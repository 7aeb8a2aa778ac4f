//! The words after a command's own: first those with a place, then options in any order.

use std::ops::RangeInclusive;

use super::names::Names;
use crate::language::error::{Fault, one_of, quoted};
use crate::language::number;
use crate::language::region::{Name, RegionRange};
use crate::language::spec::{CommandSpec, OptionSpec};
use crate::language::vocabulary::{Vocabulary, place};
use crate::language::word::Word;

/// Words yet to be read.
pub struct Args<'a> {
    spec: &'static CommandSpec,
    words: &'a [Word<'a>],
    next: usize,
    end: usize,
    pub names: &'a mut Names,
}

impl<'a> Args<'a> {
    /// `words` follow the command's word; `end` is the length of the line.
    pub fn new(
        spec: &'static CommandSpec,
        words: &'a [Word<'a>],
        end: usize,
        names: &'a mut Names,
    ) -> Self {
        Args {
            spec,
            words,
            next: 0,
            end,
            names,
        }
    }

    /// The next word with a place, if there is one.
    pub fn optional(&mut self) -> Option<Word<'a>> {
        let word = self.words.get(self.next).copied();
        self.next += usize::from(word.is_some());
        word
    }

    /// The next word with a place, called `what` in errors.
    pub fn word(&mut self, what: &str) -> Result<Word<'a>, Fault> {
        self.optional().ok_or_else(|| self.missing(what))
    }

    /// The line ends where `what` should stand.
    pub fn missing(&self, what: &str) -> Fault {
        Fault::missing(self.end, format!("{what}: `{}`", self.spec.usage))
    }

    /// All words that are left.
    pub fn rest(&mut self) -> &'a [Word<'a>] {
        let rest = &self.words[self.next..];
        self.next = self.words.len();
        rest
    }

    /// A word of a vocabulary.
    pub fn choice<T: Vocabulary>(&mut self, what: &str) -> Result<T, Fault> {
        choice(self.word(what)?, what)
    }

    /// Pages of a region, without a step.
    pub fn range(&mut self) -> Result<RegionRange, Fault> {
        let word = self.word("pages of a region")?;
        self.names.range(word)
    }

    /// Pages of a region, with or without a step.
    pub fn stepped_range(&mut self) -> Result<RegionRange, Fault> {
        let word = self.word("pages of a region")?;
        self.names.stepped_range(word)
    }

    /// The name of a memfd or file.
    pub fn file(&mut self) -> Result<Name, Fault> {
        let word = self.word("a memfd or file")?;
        self.names.file(word)
    }

    /// A size in bytes.
    pub fn size(&mut self, what: &str) -> Result<u64, Fault> {
        number::size(self.word(what)?, what)
    }

    /// How often something is done: a number from 1 to `max`, 1 if absent.
    pub fn times(&mut self, what: &str, max: u64) -> Result<u64, Fault> {
        self.optional()
            .map_or(Ok(1), |word| number::number(word, what, 1..=max))
    }

    /// All words that are left, as options of this command.
    pub fn options(&mut self) -> Result<Options<'a>, Fault> {
        let mut given: Vec<(&'static OptionSpec, Word<'a>, Word<'a>)> = Vec::new();
        for &word in self.rest() {
            let (key, value) = word
                .split("=")
                .map_or((word, None), |(key, value)| (key, Some(value)));
            let Some(option) = self.spec.option(key.text) else {
                return Err(self.unknown_option(word, key));
            };
            let value = match (option.value, value) {
                (None, None) => word,
                (Some(_), Some(value)) => value,
                (None, Some(_)) => {
                    return Err(Fault::new(
                        word,
                        format!("`{}` without a value", option.key),
                    ));
                }
                (Some(_), None) => {
                    return Err(
                        Fault::missing(word.end(), format!("`{}=VALUE`", option.key)).found(word),
                    );
                }
            };
            if !self.spec.is_repeatable(option)
                && given.iter().any(|(other, ..)| other.key == option.key)
            {
                return Err(Fault::new(word, format!("`{}` only once", option.key)));
            }
            given.push((option, word, value));
        }
        Ok(Options { given })
    }

    fn unknown_option(&self, word: Word<'_>, key: Word<'_>) -> Fault {
        if self.spec.options.is_empty() {
            return self.too_much(word);
        }
        let usage: Vec<String> = self.spec.options.iter().map(OptionSpec::usage).collect();
        let usage: Vec<&str> = usage.iter().map(String::as_str).collect();
        let words = self.spec.options.iter().map(|option| option.key);
        Fault::new(
            word,
            format!(
                "an option of {}: {}",
                quoted(self.spec.word),
                one_of(&usage)
            ),
        )
        .suggest(key.text, words)
    }

    fn too_much(&self, word: Word<'_>) -> Fault {
        Fault::new(word, format!("nothing more: `{}`", self.spec.usage))
    }

    /// Nothing may be left.
    pub fn finish(self) -> Result<(), Fault> {
        self.words
            .get(self.next)
            .map_or(Ok(()), |&word| Err(self.too_much(word)))
    }
}

/// A word of a vocabulary, called `what` in errors.
pub fn choice<T: Vocabulary>(word: Word<'_>, what: &str) -> Result<T, Fault> {
    one_word_of(word, what, T::ALL_WORDS).map(|at| T::ALL_VALUES[at])
}

/// The place of a word in a list, called `what` in errors.
pub fn one_word_of(word: Word<'_>, what: &str, words: &[&str]) -> Result<usize, Fault> {
    place(word.text, words).ok_or_else(|| {
        let expected = match what {
            "" => one_of(words),
            _ => format!("{what}: {}", one_of(words)),
        };
        Fault::new(word, expected).suggest(word.text, words.iter().copied())
    })
}

/// The options of a line.
pub struct Options<'a> {
    given: Vec<(&'static OptionSpec, Word<'a>, Word<'a>)>,
}

impl<'a> Options<'a> {
    /// Whether the flag `key` is there.
    pub fn flag(&self, key: &str) -> bool {
        self.word(key).is_some()
    }

    /// The whole word of option `key`.
    pub fn word(&self, key: &str) -> Option<Word<'a>> {
        self.given
            .iter()
            .find(|(option, ..)| option.key == key)
            .map(|&(_, word, _)| word)
    }

    /// The value of option `key`.
    pub fn value(&self, key: &str) -> Option<Word<'a>> {
        self.given
            .iter()
            .find(|(option, ..)| option.key == key)
            .map(|&(.., value)| value)
    }

    /// All options in their order: key and value.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, Word<'a>)> {
        self.given
            .iter()
            .map(|&(option, _, value)| (option.key, value))
    }

    /// The size of option `key`, 0 if absent.
    pub fn size(&self, key: &str) -> Result<u64, Fault> {
        self.value(key)
            .map_or(Ok(0), |word| number::size(word, key))
    }

    /// The number of option `key`.
    pub fn number(&self, key: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, Fault> {
        self.value(key)
            .map(|word| number::number(word, key, range))
            .transpose()
    }

    /// The one of `keys` that is there, with its value; two of them are an error.
    pub fn at_most_one(&self, keys: &[&str]) -> Result<Option<(&'static str, Word<'a>)>, Fault> {
        let mut found = self
            .given
            .iter()
            .filter(|(option, ..)| keys.contains(&option.key));
        let Some(&(first, _, value)) = found.next() else {
            return Ok(None);
        };
        match found.next() {
            Some(&(other, second, _)) => Err(Fault::new(
                second,
                format!("`{}` or `{}`, not both", first.key, other.key),
            )),
            None => Ok(Some((first.key, value))),
        }
    }
}
