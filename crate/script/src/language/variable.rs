//! Loop variables: `$i` in a line, and the way back from an expanded line to its source.

use std::fmt::Write;

use super::MAX_LINE_BYTES;
use super::error::Fault;
use super::word::Word;

/// The variable of a loop that is being executed.
pub(super) struct Variable<'a> {
    pub name: &'a str,
    pub value: u64,
}

/// Whether `c` can stand in the name of a variable.
pub(super) fn is_variable_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The value of a variable; inner loops hide outer ones of the same name.
fn value(name: &str, variables: &[Variable<'_>]) -> Option<u64> {
    variables
        .iter()
        .rev()
        .find(|variable| variable.name == name)
        .map(|variable| variable.value)
}

/// A part of a line: text as it stands, or `$name` at an offset.
enum Piece<'a> {
    Text(&'a str),
    Variable { at: usize, name: &'a str },
}

/// The parts of a line, at each `$NAME`.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let name = rest
            .strip_prefix('$')
            .map(|name| &name[..name.find(|c| !is_variable_char(c)).unwrap_or(name.len())]);
        let start = at;
        match name {
            _ if rest.is_empty() => None,
            Some(name) if !name.is_empty() => {
                at += 1 + name.len();
                Some(Piece::Variable { at: start, name })
            }
            _ => {
                let len = rest
                    .match_indices('$')
                    .map(|(i, _)| i)
                    .find(|&i| i > 0)
                    .unwrap_or(rest.len());
                at += len;
                Some(Piece::Text(&rest[..len]))
            }
        }
    })
}

/// Appends `text` to `expanded`, its variables replaced by their values. Offsets of faults count in `text`.
pub(super) fn expand(
    text: &str,
    variables: &[Variable<'_>],
    expanded: &mut String,
) -> Result<(), Fault> {
    if !text.contains('$') {
        expanded.push_str(text);
        return Ok(());
    }
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => expanded.push_str(text),
            Piece::Variable { at, name } => {
                let Some(value) = value(name, variables) else {
                    let word = Word {
                        text: &text[at..at + 1 + name.len()],
                        at,
                    };
                    let fault = Fault::new(word, "a variable of a `for` around it");
                    return Err(fault.suggest(name, variables.iter().map(|variable| variable.name)));
                };
                let _ = write!(expanded, "{value}");
            }
        }
    }
    if expanded.len() > MAX_LINE_BYTES {
        let expected = format!("at most {MAX_LINE_BYTES} bytes once its variables have values");
        let whole = Word { text, at: 0 };
        return Err(Fault::new(whole, expected));
    }
    Ok(())
}

/// The offset in `text` of what stands at `offset` in the expanded line; inside a value, that of its variable.
pub(super) fn source_offset(text: &str, variables: &[Variable<'_>], offset: usize) -> usize {
    let mut expanded = 0;
    let mut source = 0;
    for piece in pieces(text) {
        let (source_len, expanded_len) = match piece {
            Piece::Text(text) => (text.len(), text.len()),
            Piece::Variable { name, .. } => (
                1 + name.len(),
                value(name, variables).unwrap_or(0).to_string().len(),
            ),
        };
        if offset < expanded + expanded_len {
            return match piece {
                Piece::Text(_) => source + offset - expanded,
                Piece::Variable { at, .. } => at,
            };
        }
        source += source_len;
        expanded += expanded_len;
    }
    text.len()
}
