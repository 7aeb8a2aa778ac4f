//! What `mm` can be asked: the arguments, and the help that teaches them.

use crate::sweep::Shard;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// The memory manager of Linux 6.18, driven by scenarios: page for page what the kernel does, and why.
///
/// A scenario is a text file, one command a line: processes map and write memory, settings are written, daemons scan.
/// `mm run` plays it and prints what the kernel would have answered.
#[derive(Debug, Parser)]
#[command(name = "mm", version, after_long_help = FIRST_STEPS)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const FIRST_STEPS: &str = "\
A first scenario:
  printf 'proc p\\np mmap a 4M\\np madvise a hugepage\\np write a\\nobserve\\n' > first.mm
  mm run first.mm              what each line gave
  mm why first.mm 'p.a[3]'     which checks of fault, khugepaged and ksmd pass for that page

From there:
  mm doc                       every tunable with default, range and meaning
  mm sweep first.mm --set khugepaged/max_ptes_none=0,64,511
  mm trace first.mm --format perfetto --out first.json
  mm export --c first.mm       the same calls as a C program for a real machine
  mm export --proc DIR first.mm   /proc and /sys as files, for tools that read them

Time in a scenario is virtual: `run 10m` takes milliseconds. The same scenario always prints the same bytes.";

#[derive(Debug, Subcommand)]
pub enum Command {
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
    /// Run scenarios with every combination of settings; one row of numbers each.
    Sweep(SweepArguments),
    /// Run a scenario and write its tracepoints: ftrace's text, or for Perfetto.
    #[command(after_long_help = TRACE_HELP)]
    Trace {
        /// What is written.
        #[arg(long, value_enum, default_value_t)]
        format: TraceFormat,
        /// The file that is written, instead of standard output.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The scenario.
        file: PathBuf,
    },
    /// Take a scenario elsewhere: as a C program, or as a tree of /proc and /sys files.
    #[command(after_long_help = EXPORT_HELP)]
    Export(ExportArguments),
    /// Print the table of every tunable: path, default, what it accepts, what a wrong value gives, meaning.
    #[command(after_long_help = DOC_HELP)]
    Doc {
        /// How the table is printed.
        #[arg(long, value_enum, default_value_t)]
        format: DocFormat,
        /// Only tunables whose path contains this.
        #[arg(default_value = "")]
        filter: String,
    },
    /// Print the completions of a shell.
    #[command(after_long_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    #[command(
        after_long_help = "Read it:  mm man | man -l -\nInstall:  mm man --dir ~/.local/share/man/man1"
    )]
    Man {
        /// The folder for mm.1, mm-run.1 and the others. It is made if it is not there.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

const TRACE_HELP: &str = "\
ftrace:    the text of /sys/kernel/tracing/trace with every tracepoint enabled, for trace-cmd, grep and eyes
perfetto:  trace events as JSON: open it at ui.perfetto.dev. Tracepoints on the thread that made them, lines of
           the scenario as slices, RSS, huge pages and what the daemons did as counters. Time is virtual.

Events are written as they happen, so that a long run loses none to the size of the ring that holds them.";

const EXPORT_HELP: &str = "\
--c makes a program that issues the same calls on a real Linux machine and checks the `expect` lines:
  mm export --c story.mm > story.c && cc -o story story.c && sudo ./story
A line that only the engine can run becomes a comment.

--proc writes every readable file of the machine as it is at the end, the binary ones too: /proc/PID/pagemap,
/proc/kpageflags and /proc/kpagecount. pagemap is sparse: it looks large and takes a few blocks; copy it with
`cp --sparse=always`. Tools that can be told where /proc is read the tree as it stands.";

const DOC_HELP: &str = "\
The table is the engine's own: what it says is what the engine does. Default is the value after boot; a wrong
value gives the error in the column Refused.
  mm doc khugepaged
  mm doc --format markdown > tunables.md";

const COMPLETIONS_HELP: &str = "\
  bash:  mm completions bash > ~/.local/share/bash-completion/completions/mm
  zsh:   mm completions zsh > ~/.zfunc/_mm
  fish:  mm completions fish > ~/.config/fish/completions/mm.fish";

/// What `mm trace` writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum TraceFormat {
    /// The text of the tracing file `trace`.
    #[default]
    Ftrace,
    /// JSON for ui.perfetto.dev.
    Perfetto,
}

/// How a table of tunables is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum DocFormat {
    /// Aligned columns.
    #[default]
    Text,
    /// A table in Markdown.
    Markdown,
    /// A list of objects.
    Json,
}

/// How rows of a sweep are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum RowFormat {
    /// One line a row, with a head.
    #[default]
    Csv,
    /// One object a row in a list, one a line.
    Json,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["c", "proc"]).required(true))]
pub struct ExportArguments {
    /// Write a C program.
    #[arg(long)]
    pub c: bool,
    /// Write the files of /proc and /sys into this folder, which must be empty or not be there.
    #[arg(long, value_name = "DIR")]
    pub proc: Option<PathBuf>,
    /// With --c: the file that is written, instead of standard output.
    #[arg(long, short, value_name = "FILE", conflicts_with = "proc")]
    pub out: Option<PathBuf>,
    /// The scenario.
    pub file: PathBuf,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_long_help = SWEEP_HELP)]
pub struct SweepArguments {
    #[command(subcommand)]
    pub command: Option<SweepCommand>,
    /// A setting and its values: `khugepaged/max_ptes_none=0,64,511`. Again for another: every combination is run.
    ///
    /// The name is the end of a path of `mm doc`, as much as it takes to be one file only. Values are put in before
    /// the first line; lines of a scenario that write the same file are left out, so that the sweep decides.
    #[arg(long, value_name = "NAME=V1,V2,…")]
    pub set: Vec<String>,
    /// A number to measure at the end instead of the usual ones: `PATH`, or `PATH:WORD` for the number after a word.
    ///
    /// As `/proc/meminfo:AnonHugePages`, `/proc/vmstat:thp_split_page`, `/proc/p1/smaps_rollup:Rss`,
    /// `/sys/kernel/mm/ksm/pages_sharing`. Again for another.
    #[arg(long, value_name = "PATH[:WORD]")]
    pub measure: Vec<String>,
    #[command(flatten)]
    pub output: RowsOutput,
    /// Scenarios run at a time. Default: the processors there are.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Run only part K of N, for machines that share a sweep: each point is in exactly one part.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Show no progress.
    #[arg(long)]
    pub quiet: bool,
    /// The scenarios.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum SweepCommand {
    /// Join the parts that `--shard` made into what one machine would have written.
    Merge {
        #[command(flatten)]
        output: RowsOutput,
        /// The parts, in any order. All of one sweep, and all of its points.
        #[arg(required = true)]
        parts: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct RowsOutput {
    /// How rows are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
    /// The file that is written, instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const SWEEP_HELP: &str = "\
What would max_ptes_none=0 do to my heap, and does it matter how fast khugepaged is?
  mm sweep heap.mm --set khugepaged/max_ptes_none=0,64,255,511 --set khugepaged/pages_to_scan=512,4096

A row has the sweep's hash, the point's number, how many points there are, the scenario, the settings, what was
measured, how many `expect` lines failed, the error that ended it early, and the hash of the machine's state.
Equal sweeps write equal bytes, whatever machines and however many cores ran them.

Too large for one machine: each point belongs to one part of --shard K/N, so that any scheduler carries it.
  Slurm       sbatch --array=1-64 --wrap 'mm sweep … --shard $SLURM_ARRAY_TASK_ID/64 --out part-$SLURM_ARRAY_TASK_ID.csv'
  Kubernetes  an indexed job: --shard $((JOB_COMPLETION_INDEX + 1))/64
  Ray         crate/cli/examples/ray_sweep.py, a worked example
  then        mm sweep merge part-*.csv --out all.csv

Exit status: 0; 1 if an `expect` failed or a point ended early; 2 if nothing could be run.";

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
