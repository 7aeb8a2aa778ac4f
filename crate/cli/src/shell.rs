//! `mm completions` and `mm man`.

use crate::arguments::Cli;
use crate::output::Output;
use crate::scenario::Failure;
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Prints the completions of a shell.
pub fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    // Made whole before it is written: the generator knows no errors.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mm", &mut script);
    let mut out = Output::open(None)?;
    out.write_all(&script).map_err(|e| out.failed(e))?;
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page, or writes those of all commands into a folder.
pub fn manual(dir: Option<&Path>) -> Result<ExitCode, Failure> {
    match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(|e| Failure::of_file(dir, e))?;
            clap_mangen::generate_to(Cli::command(), dir).map_err(|e| Failure::of_file(dir, e))?;
        }
        None => {
            let mut out = Output::open(None)?;
            let rendered = Man::new(Cli::command()).render(&mut out);
            rendered.map_err(|e| out.failed(e))?;
            out.finish()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
