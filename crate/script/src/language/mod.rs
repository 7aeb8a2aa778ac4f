//! The scenario language: text to [`Line`]s.
//!
//! ```text
//! text --source, variable--> lines, loops expanded --word--> words --parse, driven by table--> Command
//! ```
//!
//! The language says *what* is asked, never whether it is possible: that a process, region or file exists is known
//! only when the script runs. What can be known from the text alone (words, options, numbers, counts) is an error of
//! the script, and all such errors are reported at once, each with its place and the nearest word.
//!
//! Architecture invariant: nothing in this module knows the engine, so that the console, the lessons and the tests can
//! check a script without a machine.

mod command;
mod complete;
mod error;
mod help;
mod mapping;
mod number;
mod parse;
mod process;
mod region;
mod source;
mod spec;
mod table;
mod variable;
mod vocabulary;
mod word;

pub use command::{
    BootName, BootParameter, Command, CountGroup, Daemon, Drive, Expectation, FilesystemType,
    KernelRelease, Machine, RegionField, RunLengthField, StepField, Subject, Swap, ThpEnabled,
    VMA_FIELDS, VmName,
};
pub use complete::{Names, complete};
pub use error::ScriptError;
pub use help::help;
pub use mapping::{Backing, Mmap, Mremap, Place};
pub use process::{
    Advice, Contents, FadviseAdvice, FallocateMode, MeanwhileEvent, Moving, NodePolicy,
    PatternName, PolicyMode, PrctlOption, ProcessCommand, Protection, Touch, TouchPattern,
    UffdMode,
};
pub use region::{Name, PageTarget, Pages, RegionRange, Span};
pub use spec::{Arg, Backend, CommandSpec, Group, Kind, OptionSpec, Scope};
pub use table::commands;

use parse::{Names as Interner, Parsed};
use source::Source;
use std::rc::Rc;

/// Longest script, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 1 << 20;
/// Longest line, in bytes, before and after loop variables are put in.
pub const MAX_LINE_BYTES: usize = 4096;
/// Most lines a script may have once its loops are expanded.
pub const MAX_LINES: usize = 100_000;
/// Most bytes of expanded text, so that long lines in long loops cannot take all memory.
pub const MAX_EXPANDED_BYTES: usize = 32 << 20;
/// Deepest nesting of `for`.
pub const MAX_LOOP_DEPTH: usize = 4;
/// Most turns of all loops together: bounds loops whose bodies are empty.
pub const MAX_LOOP_TURNS: usize = MAX_LOOP_DEPTH * MAX_LINES;
/// Errors reported for one text; the rest would be noise.
pub const MAX_ERRORS: usize = 100;
/// Most words that completion offers.
pub const MAX_COMPLETIONS: usize = 200;
/// Longest name of a process, region or file, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// Pages of the 47 bits of user address space: no page number can be above it.
pub const MAX_PAGES: u64 = 1 << 35;
/// Most pages with names that an observation looks at: 128 GiB of them.
pub const MAX_OBSERVED_PAGES: u64 = 1 << 25;
/// Most scans or wake-ups one `khugepaged` or `ksmd` line asks for.
pub const MAX_SCANS: u64 = 100_000;
/// Most units (2 MiB ranges, pages) one `step` line asks for.
pub const MAX_STEPS: u64 = 1 << 24;
/// Most accesses of one `touch` line.
pub const MAX_TOUCHES: u64 = 1 << 30;
/// Longest time that passes in one `run` line: 30 days, in ns.
pub const MAX_RUN_NS: u64 = 30 * 24 * 3_600_000_000_000;
/// Longest `sleep`, in ms, as on the recording machine.
pub const MAX_SLEEP_MS: u64 = 5000;
/// Largest swap area, in bytes.
pub const MAX_SWAP_BYTES: u64 = 1 << 30;
/// Swap area of a bare `swap on`, in bytes.
pub const DEFAULT_SWAP_BYTES: u64 = 256 << 20;
/// Smallest and largest memory of a machine, in bytes.
pub const MACHINE_MEM_BYTES: std::ops::RangeInclusive<u64> = 64 << 20..=64 << 30;
/// Most NUMA nodes of a machine.
pub const MAX_NODES: u64 = 8;
/// Most CPUs of a machine.
pub const MAX_CPUS: u64 = 64;

/// A whole script, its loops expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The `machine` line, if the script begins with one.
    pub machine: Option<MachineLine>,
    /// What is executed, in order, without the `machine` line.
    pub lines: Vec<Line>,
}

/// The `machine` line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineLine {
    /// Line of the source, from 1.
    pub line: u32,
    /// The line without comment and surrounding blanks.
    pub cmd: Box<str>,
    /// What it says.
    pub machine: Machine,
}

/// One line to execute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Line of the source, from 1; the turns of a loop share it.
    pub line: u32,
    /// The line as steps print it: no comment, no surrounding blanks, loop variables put in.
    pub cmd: Rc<str>,
    /// What it says. Shared, for histories keep lines.
    pub command: Rc<Command>,
}

/// Reads a script. Its first command may be `machine`.
///
/// # Errors
/// Every error of the text (at most [`MAX_ERRORS`]), in the order of lines; one error for each line of the source.
///
/// ```
/// use mm_script::language;
///
/// let script = language::parse("machine mem=1G\nproc p\nfor i in 0..3\n  p mmap a$i 2M\nend\n").unwrap();
/// assert!(script.machine.is_some());
/// assert_eq!(&*script.lines[3].cmd, "p mmap a2 2M");
///
/// let errors = language::parse("proc p\np mmpa a 2M\n").unwrap_err();
/// assert_eq!((errors[0].line, errors[0].column), (2, 3));
/// assert!(errors[0].message().contains("Did you mean `mmap`?"));
/// ```
pub fn parse(text: &str) -> Result<Script, Vec<ScriptError>> {
    read(text, true)
}

/// Reads what was typed at the console: one or several lines, whole `for` … `end` blocks among them.
///
/// # Errors
/// As [`parse`]. `machine` is an error here: the machine already runs.
pub fn parse_line(text: &str) -> Result<Vec<Line>, Vec<ScriptError>> {
    read(text, false).map(|script| script.lines)
}

fn read(text: &str, machine_allowed: bool) -> Result<Script, Vec<ScriptError>> {
    let source = Source::new(text);
    let mut script = Script::default();
    let mut names = Interner::default();
    let errors = source.for_each_line(|line, cmd| {
        let first = script.machine.is_none() && script.lines.is_empty();
        match parse::command(cmd, &mut names, machine_allowed && first)? {
            Parsed::Command(command) => script.lines.push(Line {
                line,
                cmd: cmd.into(),
                command: Rc::new(command),
            }),
            Parsed::Machine(machine) => {
                script.machine = Some(MachineLine {
                    line,
                    cmd: cmd.into(),
                    machine,
                })
            }
        }
        Ok(())
    });
    if errors.is_empty() {
        Ok(script)
    } else {
        Err(errors)
    }
}
