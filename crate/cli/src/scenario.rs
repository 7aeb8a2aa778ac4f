//! Scenario files: reading and parsing, and what is said when that fails.

use mm_script::language::{self, Script, ScriptError};
use mm_script::session::RunError;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// Exit status when an `expect` failed.
pub const EXPECT_FAILED: u8 = 1;
/// Exit status for an error of a script, and whatever else keeps a command from running.
pub const SCRIPT_ERROR: u8 = 2;

/// Why a command could not do its work: a sentence that names the place and the remedy.
#[derive(Debug)]
pub struct Failure(pub String);

impl Failure {
    /// A file that cannot be used, and why.
    pub fn of_file(file: &Path, why: impl fmt::Display) -> Failure {
        Failure(format!("{}: {why}", file.display()))
    }

    /// An error of a line, where editors look for it.
    pub fn of_line(file: &Path, e: &RunError) -> Failure {
        let RunError {
            line,
            column,
            message,
        } = e;
        Failure(format!("{}:{line}:{column}: {message}", file.display()))
    }

    /// Says it, and ends with the status that scripts look for.
    pub fn report(&self) -> ExitCode {
        eprintln!("{}", self.0);
        ExitCode::from(SCRIPT_ERROR)
    }
}

/// Text of a script file, or why it cannot be read.
pub fn read(file: &Path) -> Result<String, RunError> {
    let error = |message| RunError {
        line: 1,
        column: 1,
        message,
    };
    let len = std::fs::metadata(file)
        .map_err(|e| error(format!("{}: {e}", file.display())))?
        .len();
    if len > language::MAX_SCRIPT_BYTES as u64 {
        return Err(error(format!(
            "a script is at most {} bytes, this one has {len}",
            language::MAX_SCRIPT_BYTES
        )));
    }
    std::fs::read_to_string(file).map_err(|e| error(format!("{}: {e}", file.display())))
}

/// Reads and parses a script.
///
/// # Errors
/// All errors of the script.
pub fn parse(file: &Path) -> Result<Script, Vec<RunError>> {
    let text = read(file).map_err(|e| vec![e])?;
    language::parse(&text).map_err(|errors| errors.iter().map(from_script).collect())
}

/// As [`parse`], all errors in one failure; the text comes with it.
pub fn load(file: &Path) -> Result<(String, Script), Failure> {
    let told = |errors: Vec<RunError>| {
        let lines = errors.iter().map(|e| Failure::of_line(file, e).0);
        Failure(lines.collect::<Vec<_>>().join("\n"))
    };
    let text = read(file).map_err(|e| told(vec![e]))?;
    match language::parse(&text) {
        Ok(script) => Ok((text, script)),
        Err(errors) => Err(told(errors.iter().map(from_script).collect())),
    }
}

/// An error of the text as one of a line.
pub fn from_script(e: &ScriptError) -> RunError {
    RunError {
        line: e.line,
        column: e.column,
        message: e.message(),
    }
}
