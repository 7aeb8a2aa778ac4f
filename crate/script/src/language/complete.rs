//! Completion of a line at the cursor.

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
    let (typed, mut found) = match words.split_first() {
        None => (
            typed,
            command_words(Scope::Machine)
                .map(str::to_owned)
                .chain(names.processes())
                .collect(),
        ),
        Some((first, rest)) => match find(first.text, Scope::Machine) {
            Some(spec) => arguments(spec, rest, typed, "", names),
            None => match rest.split_first() {
                None => (typed, owned(command_words(Scope::Process))),
                Some((verb, rest)) => match find(verb.text, Scope::Process) {
                    Some(spec) => arguments(spec, rest, typed, first.text, names),
                    None => (typed, Vec::new()),
                },
            },
        },
    };
    found.retain(|word| word.starts_with(typed.text) && word != typed.text);
    found.sort();
    found.dedup();
    found.truncate(MAX_COMPLETIONS);
    (typed.at, found)
}

fn owned<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// What could stand after a command and the words `before`; the part of the typed word that it would replace.
fn arguments<'a>(
    spec: &'static CommandSpec,
    before: &[Word<'_>],
    typed: Word<'a>,
    process: &str,
    names: &dyn Names,
) -> (Word<'a>, Vec<String>) {
    let resizes = spec.word == "mremap" && before.get(1).is_some_and(|word| word.text != "to");
    let nr_args = if resizes { 2 } else { spec.args.len() };
    if spec.word == "echo" {
        let is_path = before.last().is_some_and(|word| word.text.ends_with('>'));
        return (
            typed,
            if is_path {
                names.paths(typed.text)
            } else {
                Vec::new()
            },
        );
    }
    if let Some(arg) = spec.args[..nr_args].get(before.len()) {
        return (typed, values(arg.kind, typed.text, process, names));
    }
    if let Some((key, value)) = typed.split("=") {
        let kind = spec.option(key.text).and_then(|option| option.value);
        return (
            value,
            kind.map_or_else(Vec::new, |kind| values(kind, value.text, process, names)),
        );
    }
    let given = |key: &str| {
        before[nr_args..]
            .iter()
            .any(|word| word.text.split('=').next() == Some(key))
    };
    let options = spec
        .options
        .iter()
        .filter(|option| spec.is_repeatable(option) || !given(option.key));
    let words = options.map(|option| {
        format!(
            "{}{}",
            option.key,
            if option.value.is_some() { "=" } else { "" }
        )
    });
    (typed, words.collect())
}

fn values(kind: Kind, typed: &str, process: &str, names: &dyn Names) -> Vec<String> {
    match kind {
        Kind::Word(words) => owned(words.iter().copied()),
        Kind::Range => names.regions(process),
        Kind::File => names.files(),
        Kind::Page => regions_of_all(names),
        Kind::Path => names.paths(typed),
        Kind::SysPath => {
            const ROOT: &str = "/sys/kernel/mm/";
            let paths = names.paths(&format!("{ROOT}{typed}"));
            paths
                .iter()
                .filter_map(|path| path.strip_prefix(ROOT))
                .map(str::to_owned)
                .collect()
        }
        Kind::Command => commands().map(|spec| spec.word.to_owned()).collect(),
        Kind::Subject => subjects(typed, names),
        Kind::NewName | Kind::Size | Kind::Time | Kind::Number | Kind::Text => Vec::new(),
    }
}

fn regions_of_all(names: &dyn Names) -> Vec<String> {
    let of = |process: &String| {
        names
            .regions(process)
            .into_iter()
            .map(|region| format!("{process}.{region}"))
            .collect::<Vec<_>>()
    };
    names.processes().iter().flat_map(of).collect()
}

/// What `expect` could ask: the step's fields, maps of counters, regions and then their fields.
fn subjects(typed: &str, names: &dyn Names) -> Vec<String> {
    match typed.rsplit_once('.') {
        Some((region, _)) if region.contains('.') => RunLengthField::WORDS
            .iter()
            .copied()
            .chain(VMA_FIELDS)
            .map(|field| format!("{region}.{field}"))
            .collect(),
        Some((process, _)) => names
            .regions(process)
            .into_iter()
            .map(|region| format!("{process}.{region}."))
            .collect(),
        None => {
            let fields = owned(StepField::WORDS.iter().copied().chain(["ok"]));
            let groups = CountGroup::WORDS.iter().map(|group| format!("{group}."));
            let processes = names
                .processes()
                .into_iter()
                .map(|process| format!("{process}."));
            fields.into_iter().chain(groups).chain(processes).collect()
        }
    }
}
