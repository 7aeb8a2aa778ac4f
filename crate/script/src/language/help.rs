//! Help, from the table of commands.

use std::fmt::Write;

use super::spec::{Backend, CommandSpec, Group};
use super::table::commands;

/// The text of `help` (`topic` is `None`), or of `help COMMAND`; `None` if there is no such command.
pub fn help(topic: Option<&str>) -> Option<String> {
    match topic {
        None => Some(overview()),
        Some(word) => commands().find(|spec| spec.word == word).map(explain),
    }
}

fn overview() -> String {
    let mut text = String::from(
        "`help COMMAND` tells more. PROCESS, REGION and FILE are names that you give.\n",
    );
    for group in Group::ALL {
        let _ = write!(text, "\n{}\n", group.title());
        for spec in commands().filter(|spec| spec.group == group) {
            let _ = writeln!(text, "  {:<11} {}", spec.word, spec.summary);
        }
    }
    text
}

fn explain(spec: &CommandSpec) -> String {
    let mut text = format!("{}: {}\n\n  {}\n", spec.word, spec.summary, spec.usage);
    if !spec.options.is_empty() {
        let options: Vec<_> = spec.options.iter().map(|option| option.usage()).collect();
        let _ = write!(text, "\nOptions: {}\n", options.join(" "));
    }
    let _ = write!(text, "\nExample: {}\n", spec.example);
    if spec.backend == Backend::Engine {
        text += "\nOnly here: a real kernel cannot replay this line.\n";
    }
    text
}
