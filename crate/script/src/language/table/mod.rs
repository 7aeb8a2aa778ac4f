//! All commands of the language.

mod machine;
mod process;

use super::spec::{CommandSpec, Scope};

static PROCESS: &[CommandSpec] = process::COMMANDS;
static MACHINE: &[CommandSpec] = machine::COMMANDS;

/// All commands: what parsing, completion and help are driven by. Within a group they are in the order of the help.
pub fn commands() -> impl Iterator<Item = &'static CommandSpec> {
    MACHINE.iter().chain(PROCESS)
}

/// The command that `word` names in this scope.
pub(super) fn find(word: &str, scope: Scope) -> Option<&'static CommandSpec> {
    commands().find(|spec| spec.word == word && spec.scope() == scope)
}

/// The words of all commands of this scope.
pub(super) fn command_words(scope: Scope) -> impl Iterator<Item = &'static str> {
    commands()
        .filter(move |spec| spec.scope() == scope)
        .map(|spec| spec.word)
}
