//! `mm`: runs scenarios natively.

mod arguments;
mod bench;
mod doc;
mod export;
mod output;
mod run;
mod scenario;
mod shell;
mod sweep;
mod trace;

use arguments::{Cli, Command, SweepCommand};
use clap::Parser;
use scenario::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run {
            json,
            trace,
            timeline,
            file,
        } => ended(run::run(&file, json, trace, timeline)),
        Command::Why { file, page } => ended(run::why(&file, &page)),
        Command::Bench {
            json,
            pages,
            filter,
        } => ended(bench::bench(json, &filter, pages)),
        Command::Sweep(arguments) => ended(match &arguments.command {
            Some(SweepCommand::Merge { output, parts }) => sweep::merge(output, parts),
            None => sweep::sweep(&arguments),
        }),
        Command::Trace { format, out, file } => ended(trace::trace(format, out.as_deref(), &file)),
        Command::Export(arguments) => ended(export::export(&arguments)),
        Command::Doc { format, filter } => ended(doc::doc(format, &filter)),
        Command::Completions { shell } => ended(shell::completions(shell)),
        Command::Man { dir } => ended(shell::manual(dir.as_deref())),
    }
}

/// Exit status of a command.
fn ended(result: Result<ExitCode, Failure>) -> ExitCode {
    result.unwrap_or_else(|failure| failure.report())
}
