//! `mm export`: a scenario for a real machine, a machine for real tools.

mod c;
mod proc;

use crate::arguments::ExportArguments;
use crate::output::Output;
use crate::scenario::{Failure, load};
use std::io::Write;
use std::process::ExitCode;

/// Writes what was asked for.
pub fn export(arguments: &ExportArguments) -> Result<ExitCode, Failure> {
    let file = &arguments.file;
    let (text, script) = load(file)?;
    if let Some(dir) = &arguments.proc {
        proc::write(dir, file, &script)?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut out = Output::open(arguments.out.as_deref())?;
    let written = out.write_all(c::program(&name, &text).as_bytes());
    written.map_err(|e| out.failed(e))?;
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}
