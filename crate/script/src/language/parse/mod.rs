//! Words to a command.

mod args;
pub(super) mod expect;
pub(super) mod machine;
mod names;
pub(super) mod process;
pub(super) mod system;

pub(super) use args::Args;
pub(super) use names::Names;

use super::command::{Command, Machine};
use super::error::{Fault, quoted};
use super::spec::{CommandSpec, Reader, Scope};
use super::table::{command_words, find};
use super::word::{Word, words};

/// What a line turned out to be.
pub(super) enum Parsed {
    Command(Command),
    Machine(Machine),
}

/// Reads one line without comment that has at least one word. `machine_allowed`: it is the first of a script.
pub(super) fn command(
    line: &str,
    names: &mut Names,
    machine_allowed: bool,
) -> Result<Parsed, Fault> {
    let words = words(line);
    let (first, rest) = words
        .split_first()
        .expect("the source gives no blank lines");
    if let Some(spec) = find(first.text, Scope::Machine) {
        return machine_command(spec, *first, rest, line, names, machine_allowed);
    }
    let Some(spec) = rest
        .first()
        .and_then(|verb| find(verb.text, Scope::Process))
    else {
        return Err(unknown(*first, rest.first().copied(), line));
    };
    let Reader::Process(reader) = spec.reader else {
        unreachable!("commands to a process have such a reader")
    };
    let process = names.process(*first)?;
    let mut args = Args::new(spec, &rest[1..], line.len(), names);
    let command = reader(&mut args)?;
    args.finish()?;
    Ok(Parsed::Command(Command::Process { process, command }))
}

fn machine_command(
    spec: &'static CommandSpec,
    first: Word<'_>,
    rest: &[Word<'_>],
    line: &str,
    names: &mut Names,
    machine_allowed: bool,
) -> Result<Parsed, Fault> {
    let mut args = Args::new(spec, rest, line.len(), names);
    let parsed = match spec.reader {
        Reader::Command(reader) => Parsed::Command(reader(&mut args)?),
        Reader::Machine(_) if !machine_allowed => {
            return Err(Fault::new(
                first,
                "`machine` only as the first command of a script",
            ));
        }
        Reader::Machine(reader) => Parsed::Machine(reader(&mut args)?),
        Reader::Process(_) | Reader::Block => return Err(Fault::new(first, "a command")),
    };
    args.finish()?;
    Ok(parsed)
}

/// Neither a command nor a process with a verb: says which of the two words is probably wrong.
fn unknown(first: Word<'_>, second: Option<Word<'_>>, line: &str) -> Fault {
    if find(first.text, Scope::Process).is_some() {
        return Fault::new(
            first,
            format!("a process before it: `PROCESS {} …`", first.text),
        );
    }
    let as_command = Fault::new(
        first,
        "a command, or a process and what it does; `help` lists the commands",
    )
    .suggest(
        first.text,
        command_words(Scope::Machine).chain(command_words(Scope::Process)),
    );
    let Some(verb) = second else {
        let missing = || {
            Fault::missing(
                line.len(),
                format!("what process {} does", quoted(first.text)),
            )
        };
        return if as_command.suggestion.is_some() {
            as_command
        } else {
            missing()
        };
    };
    let as_verb = Fault::new(verb, format!("what process {} does", quoted(first.text)))
        .suggest(verb.text, command_words(Scope::Process));
    if as_verb.suggestion.is_none() && as_command.suggestion.is_some() {
        as_command
    } else {
        as_verb
    }
}
