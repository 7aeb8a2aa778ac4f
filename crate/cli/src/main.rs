//! `mm`: runs scenarios natively.

mod bench;
mod run;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The memory manager of Linux 6.18, driven by scenarios.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario. Exit status: 0, 1 if an `expect` failed, 2 for a script error.
    Run {
        /// Print the JSON that is compared with recorded answers of the kernel.
        #[arg(long)]
        json: bool,
        /// Add the tracepoints in ftrace's format.
        #[arg(long)]
        trace: bool,
        /// Print one line for each event with its virtual time.
        #[arg(long)]
        timeline: bool,
        /// The scenario.
        file: PathBuf,
    },
    /// Run a scenario, then say why a page is as it is.
    Why {
        /// The scenario.
        file: PathBuf,
        /// The page, as `p1.a[3]`.
        page: String,
    },
    /// Measure the engine.
    Bench {
        /// Print a JSON list of {name, unit, rate}.
        #[arg(long)]
        json: bool,
        /// Pages that each workload works on: 256 MiB, as the kernel was measured. At least 1024.
        #[arg(long, default_value_t = 65_536, value_parser = clap::value_parser!(u64).range(1024..=65_536))]
        pages: u64,
        /// Only workloads whose name contains this.
        #[arg(default_value = "")]
        filter: String,
    },
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run {
            json,
            trace,
            timeline,
            file,
        } => run::run(&file, json, trace, timeline),
        Command::Why { file, page } => run::why(&file, &page),
        Command::Bench {
            json,
            pages,
            filter,
        } => bench::bench(json, &filter, pages),
    }
}
