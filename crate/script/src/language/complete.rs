//! Completion of a line at the cursor.

use std::collections::BinaryHeap;

use super::MAX_COMPLETIONS;
use super::command::{CountGroup, RunLengthField, StepField, VMA_FIELDS};
use super::spec::{CommandSpec, Kind, Scope};
use super::table::{command_words, commands, find};
use super::word::{Word, words};

/// The names that exist at this moment, asked only when they could stand at the cursor.
pub trait Names {
    /// All processes.
    fn processes(&self) -> Vec<String>;
    /// The regions of a process; of an unknown one, none.
    fn regions(&self, process: &str) -> Vec<String>;
    /// All memfds and files.
    fn files(&self) -> Vec<String>;
    /// Paths of the virtual file system that begin with `prefix`, directories with `/` at their end.
    fn paths(&self, prefix: &str) -> Vec<String>;
}

/// The words that could stand at the cursor, sorted, at most [`MAX_COMPLETIONS`], each to replace the line from byte `from`
/// to the cursor. `cursor` is a byte offset, moved back to the line's end or the character's start if it is none.
pub fn complete(line: &str, cursor: usize, names: &dyn Names) -> (usize, Vec<String>) {
    let before = &line[..line.floor_char_boundary(cursor)];
    if before.contains('#') {
        return (before.len(), Vec::new());
    }
    let mut words = words(before);
    let last = words.pop_if(|word| word.end() == before.len());
    let typed = last.unwrap_or(Word {
        text: "",
        at: before.len(),
    });
    let mut found = Vec::new();
    let replaced = match words.split_first() {
        None => {
            add(&mut found, "", &mut command_words(Scope::Machine), "");
            found.extend(names.processes());
            typed
        }
        Some((first, rest)) => match find(first.text, Scope::Machine) {
            Some(spec) => arguments(spec, rest, typed, "", names, &mut found),
            None => match rest.split_first() {
                None => {
                    add(&mut found, "", &mut command_words(Scope::Process), "");
                    typed
                }
                Some((verb, rest)) => match find(verb.text, Scope::Process) {
                    Some(spec) => arguments(spec, rest, typed, first.text, names, &mut found),
                    None => typed,
                },
            },
        },
    };
    let typed = replaced;
    found.retain(|word| word.starts_with(typed.text) && word != typed.text);
    // A heap sorts in much less code than the library's sort.
    let mut found = BinaryHeap::from(found).into_sorted_vec();
    found.dedup();
    found.truncate(MAX_COMPLETIONS);
    (typed.at, found)
}

/// Adds words, each between `before` and `after`.
fn add(out: &mut Vec<String>, before: &str, words: &mut dyn Iterator<Item = &str>, after: &str) {
    for word in words {
        out.push([before, word, after].concat());
    }
}

/// What could stand after a command and the words `before`; returns the part of the typed word that it would replace.
fn arguments<'a>(
    spec: &'static CommandSpec,
    before: &[Word<'_>],
    typed: Word<'a>,
    process: &str,
    names: &dyn Names,
    out: &mut Vec<String>,
) -> Word<'a> {
    let resizes = spec.word == "mremap" && before.get(1).is_some_and(|word| word.text != "to");
    let nr_args = if resizes { 2 } else { spec.args.len() };
    if spec.word == "echo" {
        if before.last().is_some_and(|word| word.text.ends_with('>')) {
            out.extend(names.paths(typed.text));
        }
        return typed;
    }
    if let Some(arg) = spec.args[..nr_args].get(before.len()) {
        values(arg.kind, typed.text, process, names, out);
        return typed;
    }
    if let Some((key, value)) = typed.split("=") {
        if let Some(kind) = spec.option(key.text).and_then(|option| option.value) {
            values(kind, value.text, process, names, out);
        }
        return value;
    }
    let given = |key: &str| {
        before[nr_args..]
            .iter()
            .any(|word| word.text.split('=').next() == Some(key))
    };
    for option in spec.options {
        if spec.is_repeatable(option) || !given(option.key) {
            let equals = if option.value.is_some() { "=" } else { "" };
            out.push([option.key, equals].concat());
        }
    }
    typed
}

fn values(kind: Kind, typed: &str, process: &str, names: &dyn Names, out: &mut Vec<String>) {
    match kind {
        Kind::Word(words) => add(out, "", &mut words.iter().copied(), ""),
        Kind::Range => out.extend(names.regions(process)),
        Kind::File => out.extend(names.files()),
        Kind::Page => {
            for process in names.processes() {
                let regions = names.regions(&process);
                let before = process + ".";
                add(out, &before, &mut regions.iter().map(String::as_str), "");
            }
        }
        Kind::Path => out.extend(names.paths(typed)),
        Kind::SysPath => {
            const ROOT: &str = "/sys/kernel/mm/";
            let paths = names.paths(&[ROOT, typed].concat());
            let below = paths.iter().filter_map(|path| path.strip_prefix(ROOT));
            add(out, "", &mut { below }, "");
        }
        Kind::Command => add(out, "", &mut commands().map(|spec| spec.word), ""),
        Kind::Subject => subjects(typed, names, out),
        Kind::NewName | Kind::Size | Kind::Time | Kind::Number | Kind::Text => {}
    }
}

/// What `expect` could ask: the step's fields, maps of counters, regions and then their fields.
fn subjects(typed: &str, names: &dyn Names, out: &mut Vec<String>) {
    match typed.rsplit_once('.') {
        Some((region, _)) if region.contains('.') => {
            let before = [region, "."].concat();
            add(out, &before, &mut RunLengthField::WORDS.iter().copied(), "");
            add(out, &before, &mut VMA_FIELDS.into_iter(), "");
        }
        Some((process, _)) => {
            let regions = names.regions(process);
            let regions = &mut regions.iter().map(String::as_str);
            add(out, &[process, "."].concat(), regions, ".");
        }
        None => {
            out.push("ok".into());
            add(out, "", &mut StepField::WORDS.iter().copied(), "");
            add(out, "", &mut CountGroup::WORDS.iter().copied(), ".");
            let processes = names.processes();
            add(out, "", &mut processes.iter().map(String::as_str), ".");
        }
    }
}
