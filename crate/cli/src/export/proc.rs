//! The virtual files of a machine as a tree of files, so that tools that read `/proc` and `/sys` read this machine.
//!
//! Files of words a page are binary as the kernel's: 64-bit words of this machine's byte order at eight times the page
//! or frame number. Where nothing is mapped they are holes.

use crate::scenario::Failure;
use mm_engine::machine::Machine;
use mm_engine::vm::addr::{PAGE_SHIFT, Pfn, Pid};
use mm_script::language::Script;
use mm_script::session::Session;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of a word.
const WORD: u64 = 8;
/// Words that are read and written at a time: 2 MiB of pages.
const CHUNK: usize = 512;
/// The binary files, which have no text.
const BINARY: [&str; 3] = ["pagemap", "kpageflags", "kpagecount"];

/// Runs a script and writes every readable file of its machine below `dir`.
///
/// # Errors
/// A folder that has something in it, a line that cannot be run, a disk that is full or knows no large files.
pub fn write(dir: &Path, script_file: &Path, script: &Script) -> Result<(), Failure> {
    let in_use = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if in_use {
        return Err(Failure::of_file(
            dir,
            "is not empty: name a new folder, so that no file of another run stays in it",
        ));
    }
    let stopped = |e| Failure::of_line(script_file, &e);
    let mut session = Session::new(script.machine.as_ref()).map_err(stopped)?;
    for line in &script.lines {
        session.exec(line).map_err(stopped)?;
    }
    let machine = session.machine();
    fs::create_dir_all(dir).map_err(|e| Failure::of_file(dir, e))?;
    tree(machine, "/", dir)
}

/// Writes what is below a virtual directory. As deep as the tree of the kernel: the engine's own has six levels.
fn tree(machine: &Machine, path: &str, dir: &Path) -> Result<(), Failure> {
    // A directory that the engine lists is there.
    for name in machine.list_dir(path).unwrap_or_default() {
        let plain = name.trim_end_matches('/');
        let (below, target) = (format!("{path}{name}"), dir.join(plain));
        if name.ends_with('/') {
            fs::create_dir(&target).map_err(|e| Failure::of_file(&target, e))?;
            tree(machine, &below, &target)?;
            continue;
        }
        file(machine, &below, &target).map_err(|e| Failure::of_file(&target, e))?;
    }
    Ok(())
}

fn file(machine: &Machine, path: &str, target: &Path) -> io::Result<()> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if BINARY.contains(&name) {
        return binary(machine, path, name, File::create(target)?);
    }
    // What can only be written is there, and empty: tools look whether it exists.
    fs::write(target, machine.read_file(path).unwrap_or_default())
}

fn binary(machine: &Machine, path: &str, name: &str, to: File) -> io::Result<()> {
    let mut words = Words {
        to: BufWriter::new(to),
        at: 0,
    };
    let frames = || {
        0..machine
            .zones()
            .iter()
            .map(|z| u64::from(z.start.0) + z.spanned)
            .max()
            .unwrap_or(0)
    };
    match name {
        "kpageflags" => words.frames(frames(), |pfn| machine.kpageflags(pfn))?,
        "kpagecount" => words.frames(frames(), |pfn| machine.kpagecount(pfn))?,
        _ => {
            let pid = path.split('/').nth(2).and_then(|pid| pid.parse().ok());
            words.pagemap(machine, Pid(pid.unwrap_or_default()))?;
        }
    }
    words.finish()
}

/// A file of words in which what is 0 is left out.
struct Words {
    to: BufWriter<File>,
    at: u64,
}

impl Words {
    fn put(&mut self, first: u64, words: &[u64]) -> io::Result<()> {
        if words.iter().any(|w| *w != 0) {
            self.to.seek(SeekFrom::Start(first * WORD))?;
            let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
            self.to.write_all(&bytes)?;
        }
        self.at = self.at.max(first + words.len() as u64);
        Ok(())
    }

    fn frames(
        &mut self,
        frames: std::ops::Range<u64>,
        word: impl Fn(Pfn) -> u64,
    ) -> io::Result<()> {
        let mut first = frames.start;
        while first < frames.end {
            let end = frames.end.min(first + CHUNK as u64);
            let words: Vec<u64> = (first..end).map(|pfn| word(Pfn(pfn as u32))).collect();
            self.put(first, &words)?;
            first = end;
        }
        Ok(())
    }

    fn pagemap(&mut self, machine: &Machine, pid: Pid) -> io::Result<()> {
        let Some(process) = machine.process(pid) else {
            return Ok(());
        };
        for vma in machine.mm(process.mm).vmas.values() {
            let vma = machine.vma(*vma);
            let (mut first, end) = (vma.start >> PAGE_SHIFT, vma.end >> PAGE_SHIFT);
            while first < end {
                let n = CHUNK.min((end - first) as usize);
                self.put(first, &machine.pagemap(pid, first, n))?;
                first += n as u64;
            }
        }
        Ok(())
    }

    /// The file ends behind its last word, also if that is a hole.
    fn finish(self) -> io::Result<()> {
        let bytes = self.at * WORD;
        let file = self
            .to
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.set_len(bytes)
    }
}
