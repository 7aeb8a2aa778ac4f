//! Where a command writes: a file that was named, or standard output.

use crate::scenario::Failure;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A buffered file or standard output.
pub struct Output {
    to: Box<dyn Write>,
    name: PathBuf,
}

impl Output {
    /// Opens `file`, or standard output without one.
    ///
    /// # Errors
    /// A file that cannot be made.
    pub fn open(file: Option<&Path>) -> Result<Output, Failure> {
        Ok(match file {
            Some(path) => Output {
                to: Box::new(BufWriter::new(
                    File::create(path).map_err(|e| Failure::of_file(path, e))?,
                )),
                name: path.to_owned(),
            },
            None => Output {
                to: Box::new(BufWriter::new(io::stdout().lock())),
                name: "standard output".into(),
            },
        })
    }

    /// What did not go well, with the name of the file.
    pub fn failed(&self, e: impl std::fmt::Display) -> Failure {
        Failure::of_file(&self.name, e)
    }

    /// Writes all that is still kept.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish(mut self) -> Result<(), Failure> {
        let flushed = self.flush();
        flushed.map_err(|e| self.failed(e))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_closed(self.to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(self.to.flush())
    }
}

/// A reader of a pipe that has had enough (`mm run … | head`) ends the program, and that is no failure.
fn unless_closed<T>(result: io::Result<T>) -> io::Result<T> {
    if let Err(e) = &result
        && e.kind() == io::ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
    result
}
