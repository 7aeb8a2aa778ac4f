//! Sets of words with a type each.

/// A type whose values are written as one of a fixed set of words.
pub(super) trait Vocabulary: Copy + 'static {
    /// All words, in the order of the values.
    const ALL_WORDS: &'static [&'static str];
    /// All values.
    const ALL_VALUES: &'static [Self];
    /// The value that `word` names.
    fn find(word: &str) -> Option<Self> {
        place(word, Self::ALL_WORDS).map(|at| Self::ALL_VALUES[at])
    }
}

/// Where a word stands in a list.
pub(super) fn place(word: &str, words: &[&str]) -> Option<usize> {
    words.iter().position(|w| *w == word)
}

/// Defines an enum whose values have a word each, and possibly the kernel's number.
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $word:literal $(= $value:literal)?,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant $(= $value)?,)+ }

        impl $name {
            /// The words, in the order of the values.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
            /// All values.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that names this value in a script.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl $crate::language::vocabulary::Vocabulary for $name {
            const ALL_WORDS: &'static [&'static str] = $name::WORDS;
            const ALL_VALUES: &'static [$name] = $name::ALL;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(super) use vocabulary;
