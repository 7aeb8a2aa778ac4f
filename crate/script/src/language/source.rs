//! From text to the lines to execute: comments and `for` … `end`.

use super::error::{Fault, ScriptError};
use super::number::number;
use super::variable::{Variable, expand, is_variable_char, source_offset};
use super::word::{Word, words};
use super::{
    MAX_ERRORS, MAX_EXPANDED_BYTES, MAX_LINE_BYTES, MAX_LINES, MAX_LOOP_DEPTH, MAX_LOOP_TURNS,
    MAX_SCRIPT_BYTES,
};

/// A line of the source that is not blank.
struct Statement<'a> {
    /// From 1.
    line: u32,
    /// The line as it stands in the source.
    whole: &'a str,
    /// Without comment and surrounding blanks.
    text: &'a str,
    kind: StatementKind<'a>,
}

/// Places of other statements are indices into [`Source::statements`].
enum StatementKind<'a> {
    Command,
    For {
        name: &'a str,
        first: u64,
        end: u64,
        end_at: usize,
    },
    End {
        for_at: usize,
    },
}

/// A script as text: its statements, and what is wrong with its loops.
pub(super) struct Source<'a> {
    statements: Vec<Statement<'a>>,
    errors: Vec<ScriptError>,
}

impl<'a> Source<'a> {
    /// Finds the statements and matches `for` with `end`.
    pub fn new(text: &'a str) -> Self {
        let mut source = Source {
            statements: Vec::new(),
            errors: Vec::new(),
        };
        if text.len() > MAX_SCRIPT_BYTES {
            let found = format!("a script of {} bytes", text.len());
            source
                .errors
                .push(limit_error(1, found, format!("at most {MAX_SCRIPT_BYTES}")));
            return source;
        }
        let mut open: Vec<usize> = Vec::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, whole) in (1..).zip(text.split('\n')) {
            let text = whole.split('#').next().unwrap_or_default().trim();
            if !text.is_empty() {
                source.add(
                    Statement {
                        line,
                        whole,
                        text,
                        kind: StatementKind::Command,
                    },
                    &mut open,
                );
            }
        }
        while let Some(for_at) = open.pop() {
            let statement = &source.statements[for_at];
            source.errors.push(
                statement.error(
                    Fault::missing(0, "an `end` further down for it").found(statement.word()),
                ),
            );
            source.close(for_at, for_at);
        }
        source
    }

    fn add(&mut self, mut statement: Statement<'a>, open: &mut Vec<usize>) {
        let here = self.statements.len();
        match statement.text.split_whitespace().next() {
            _ if statement.text.len() > MAX_LINE_BYTES => {
                let found = format!("a line of {} bytes", statement.text.len());
                self.errors.push(limit_error(
                    statement.line,
                    found,
                    format!("at most {MAX_LINE_BYTES}"),
                ));
                return;
            }
            Some("for") => {
                if open.len() == MAX_LOOP_DEPTH {
                    let fault = Fault::new(
                        statement.word(),
                        format!("at most {MAX_LOOP_DEPTH} loops inside each other"),
                    );
                    self.errors.push(statement.error(fault));
                }
                statement.kind = loop_header(statement.text).unwrap_or_else(|fault| {
                    self.errors.push(statement.error(fault));
                    StatementKind::For {
                        name: "",
                        first: 0,
                        end: 1,
                        end_at: here,
                    }
                });
                open.push(here);
            }
            Some("end") => {
                let excess = words(statement.text)
                    .get(1)
                    .map(|&word| Fault::new(word, "nothing after `end`"));
                let Some(for_at) = open.pop() else {
                    self.errors
                        .push(statement.error(Fault::new(statement.word(), "a `for` before it")));
                    return;
                };
                self.errors
                    .extend(excess.map(|fault| statement.error(fault)));
                statement.kind = StatementKind::End { for_at };
                self.close(for_at, here);
            }
            _ => {}
        }
        self.statements.push(statement);
    }

    fn close(&mut self, for_at: usize, at: usize) {
        if let StatementKind::For { end_at, .. } = &mut self.statements[for_at].kind {
            *end_at = at;
        }
    }

    /// Executes the loops and gives every line, with its number, to `read`. Returns all errors in the order of lines.
    ///
    /// If the loops themselves are wrong, each line is read once, so that other errors are found too.
    pub fn for_each_line(
        self,
        mut read: impl FnMut(u32, &str) -> Result<(), Fault>,
    ) -> Vec<ScriptError> {
        let mut walk = Walk::new(&self);
        let mut errors = self.errors.clone();
        while let Some((statement, result)) = walk.next_line(&mut read) {
            errors.extend(result.err().map(|fault| statement.error(fault)));
            if let Some(expected) = walk.exceeded() {
                errors.push(limit_error(
                    statement.line,
                    "a longer script".into(),
                    expected,
                ));
                break;
            }
            if errors.len() >= MAX_ERRORS {
                break;
            }
        }
        // Only the first are kept, so that each has but few before it.
        let mut first: Vec<ScriptError> = Vec::new();
        for e in errors {
            let at = first.partition_point(|f| (f.line, f.column) <= (e.line, e.column));
            if at < MAX_ERRORS {
                first.truncate(MAX_ERRORS - 1);
                first.insert(at, e);
            }
        }
        first
    }
}

/// A way through the statements of a source, loops executed.
struct Walk<'s, 'a> {
    statements: &'s [Statement<'a>],
    loops_are_right: bool,
    /// The next statement.
    at: usize,
    /// Loops around it, the innermost last.
    variables: Vec<Variable<'a>>,
    /// Statements that were wrong once: they are not read again in later turns.
    failed: Vec<bool>,
    /// The line last read.
    expanded: String,
    nr_lines: usize,
    nr_bytes: usize,
    nr_turns: usize,
}

impl<'s, 'a> Walk<'s, 'a> {
    fn new(source: &'s Source<'a>) -> Self {
        Walk {
            statements: &source.statements,
            loops_are_right: source.errors.is_empty(),
            at: 0,
            variables: Vec::new(),
            failed: vec![false; source.statements.len()],
            expanded: String::new(),
            nr_lines: 0,
            nr_bytes: 0,
            nr_turns: 0,
        }
    }

    /// Goes on to the next command, or until a bound is passed, and gives the statement where that is.
    fn next_line(
        &mut self,
        read: &mut impl FnMut(u32, &str) -> Result<(), Fault>,
    ) -> Option<(&'s Statement<'a>, Result<(), Fault>)> {
        loop {
            let here = self.at;
            let statement = self.statements.get(here)?;
            self.at += 1;
            match statement.kind {
                StatementKind::Command if self.failed[here] => self.nr_lines += 1,
                StatementKind::Command => {
                    let result = self.read(statement, read);
                    self.failed[here] = result.is_err();
                    return Some((statement, result));
                }
                _ if !self.loops_are_right => {}
                StatementKind::For {
                    first, end, end_at, ..
                } if first >= end => self.at = end_at + 1,
                StatementKind::For { name, first, .. } => {
                    self.nr_turns += 1;
                    self.variables.push(Variable { name, value: first });
                }
                StatementKind::End { for_at } => self.turn(for_at),
            }
            if self.exceeded().is_some() {
                return Some((statement, Ok(())));
            }
        }
    }

    /// At the end of a loop: the next turn, or on.
    fn turn(&mut self, for_at: usize) {
        let StatementKind::For { end, .. } = self.statements[for_at].kind else {
            unreachable!("`end` was matched with `for`")
        };
        let variable = self.variables.last_mut().expect("a loop is open");
        variable.value += 1;
        if variable.value < end {
            self.nr_turns += 1;
            self.at = for_at + 1;
        } else {
            self.variables.pop();
        }
    }

    fn read(
        &mut self,
        statement: &Statement<'a>,
        read: &mut impl FnMut(u32, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.nr_lines += 1;
        self.expanded.clear();
        let is_expanded = expand(statement.text, &self.variables, &mut self.expanded);
        self.nr_bytes += self.expanded.len();
        match is_expanded {
            Err(_) if !self.loops_are_right => Ok(()),
            Ok(()) => read(statement.line, &self.expanded).map_err(|mut fault| {
                fault.at = source_offset(statement.text, &self.variables, fault.at);
                fault
            }),
            wrong => wrong,
        }
    }

    /// The bound that is passed, if one is.
    fn exceeded(&self) -> Option<String> {
        let is_exceeded = self.nr_lines > MAX_LINES
            || self.nr_turns > MAX_LOOP_TURNS
            || self.nr_bytes > MAX_EXPANDED_BYTES;
        let lines = format_args!("{MAX_LINES} lines and {MAX_EXPANDED_BYTES} bytes");
        is_exceeded.then(|| format!("at most {lines} once its loops are expanded"))
    }
}

impl<'a> Statement<'a> {
    /// The first word.
    fn word(&self) -> Word<'a> {
        words(self.text)[0]
    }

    /// Puts a fault, whose offset counts in `text`, at its line and column.
    fn error(&self, fault: Fault) -> ScriptError {
        let indent = self.text.as_ptr() as usize - self.whole.as_ptr() as usize;
        let column = self.whole[..indent + fault.at].chars().count() + 1;
        fault.at_line(self.line, column as u32)
    }
}

fn limit_error(line: u32, found: String, expected: String) -> ScriptError {
    ScriptError {
        line,
        column: 1,
        found,
        expected,
        suggestion: None,
    }
}

/// `for VAR in FIRST..LAST`
fn loop_header(text: &str) -> Result<StatementKind<'_>, Fault> {
    let form = "`for VAR in FIRST..LAST`";
    let words = words(text);
    let word = |i: usize| {
        words
            .get(i)
            .copied()
            .ok_or_else(|| Fault::missing(text.len(), form))
    };
    let (variable, keyword, range) = (word(1)?, word(2)?, word(3)?);
    if !variable.text.chars().all(is_variable_char) {
        return Err(Fault::new(
            variable,
            "a variable of letters, digits and `_`",
        ));
    }
    if keyword.text != "in" {
        return Err(Fault::new(keyword, format!("`in`: {form}")));
    }
    let (first, end) = range
        .split("..")
        .ok_or_else(|| Fault::new(range, "a range such as 0..8"))?;
    let bound = |word| number(word, "a bound of the loop", 0..=u64::from(u32::MAX));
    let (first, end) = (bound(first)?, bound(end)?);
    match words.get(4) {
        Some(&excess) => Err(Fault::new(excess, format!("nothing more: {form}"))),
        None => Ok(StatementKind::For {
            name: variable.text,
            first,
            end,
            end_at: 0,
        }),
    }
}
