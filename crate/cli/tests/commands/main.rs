//! The commands of `mm` beyond running a scenario.

mod exports;
mod shell;
mod sweep;
mod trace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of one test, which goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("mm-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the temporary folder is writable");
        Folder(path)
    }

    /// Writes a file and returns its name.
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        fs::write(&file, text).expect("the temporary folder is writable");
        file
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Runs `mm` here.
    fn mm(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_mm"))
            .args(args)
            .current_dir(&self.0)
            .output()
            .expect("mm runs");
        Ran(output)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What `mm` gave.
struct Ran(Output);

impl Ran {
    fn status(&self) -> i32 {
        self.0.status.code().expect("it ended by itself")
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// What it printed, if it went well.
    fn printed(&self) -> String {
        assert_eq!(self.status(), 0, "{}", self.stderr());
        String::from_utf8(self.0.stdout.clone()).expect("text")
    }

    /// What it said when it refused.
    fn refused(&self) -> String {
        assert_eq!(self.status(), 2, "{}", self.stderr());
        self.stderr()
    }
}
