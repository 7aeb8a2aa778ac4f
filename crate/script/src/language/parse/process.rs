//! Commands to a process.

use super::args::{Args, Options, choice};
use crate::language::error::Fault;
use crate::language::mapping::{Backing, Mmap, Mremap, Place};
use crate::language::number::{bits, number, size};
use crate::language::process::{
    Contents, NodePolicy, PatternName, PolicyMode, ProcessCommand, Protection, Touch, TouchPattern,
};
use crate::language::region::{Name, Pages};
use crate::language::word::Word;
use crate::language::{MAX_NODES, MAX_TOUCHES};

type Read = Result<ProcessCommand, Fault>;

/// Highest CPU number that fits the `cpu_set_t` of `sched_setaffinity`.
pub const MAX_CPU_NUMBER: u64 = 1023;

pub fn fork(args: &mut Args<'_>) -> Read {
    let word = args.word("the child's name")?;
    Ok(ProcessCommand::Fork {
        child: args.names.process(word)?,
    })
}

pub fn exec(_: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Exec)
}

pub fn exit(_: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Exit)
}

pub fn cpu(args: &mut Args<'_>) -> Read {
    let what = "a CPU";
    Ok(ProcessCommand::Cpu(
        number(args.word(what)?, what, 0..=MAX_CPU_NUMBER)? as u32,
    ))
}

pub fn prctl(args: &mut Args<'_>) -> Read {
    let option = args.choice("an option")?;
    let mut values = [0; 4];
    values[0] = bits(args.word("a value")?, "a value")?;
    for value in &mut values[1..] {
        if let Some(word) = args.optional() {
            *value = bits(word, "a value")?;
        }
    }
    Ok(ProcessCommand::Prctl {
        option,
        args: values,
    })
}

pub fn mmap(args: &mut Args<'_>) -> Read {
    let name = args.word("the new region's name")?;
    let name = args.names.region(name)?;
    let len_bytes = args.size("its size")?;
    let options = args.options()?;
    let place = match options.at_most_one(&["off", "after", "at", "where"])? {
        Some(("after", word)) => Place::After(args.names.range(word)?),
        Some(("at", word)) => Place::At(args.names.range(word)?),
        Some(("where", word)) if word.text == "kernel" => Place::Kernel,
        Some(("where", word)) => {
            return Err(Fault::new(word, "`kernel`").suggest(word.text, ["kernel"]));
        }
        _ => Place::Slot {
            offset_bytes: options.size("off")?,
        },
    };
    let backing = match options.at_most_one(&["memfd", "file"])? {
        Some(("memfd", word)) => Some(Backing::Memfd(args.names.file(word)?)),
        Some((_, word)) => Some(Backing::File(args.names.file(word)?)),
        None => None,
    };
    let protection = options
        .value("prot")
        .map_or(Ok(Protection::Rw), |word| choice(word, "a protection"))?;
    Ok(ProcessCommand::Mmap(Mmap {
        name,
        len_bytes,
        place,
        backing,
        file_offset_bytes: options.size("fileoff")?,
        protection,
        shared: options.flag("shared"),
        hugetlb: options.flag("hugetlb"),
        pagesize: options.size("pagesize")?,
        populate: options.flag("populate"),
        noreserve: options.flag("noreserve"),
        locked: options.flag("locked"),
        growsdown: options.flag("growsdown"),
    }))
}

pub fn munmap(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Munmap(args.range()?))
}

pub fn mprotect(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Mprotect {
        range: args.range()?,
        protection: args.choice("a protection")?,
    })
}

pub fn madvise(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Madvise {
        range: args.stepped_range()?,
        advice: args.choice("advice")?,
    })
}

pub fn mremap(args: &mut Args<'_>) -> Read {
    let from_word = args.word("pages of a region")?;
    let from = args.names.range(from_word)?;
    let target = args.word("`to` and a region, or a new size")?;
    if target.text == "to" {
        let to = args.word("the region to move to")?;
        let to = args.names.region(to)?;
        let options = args.options()?;
        forbid(&options, "maymove", "an option of a move")?;
        let place = match options.at_most_one(&["off", "after"])? {
            Some(("after", word)) => Place::After(args.names.range(word)?),
            _ => Place::Slot {
                offset_bytes: options.size("off")?,
            },
        };
        return Ok(ProcessCommand::Mremap(Mremap::Move {
            from,
            to,
            place,
            dontunmap: options.flag("dontunmap"),
        }));
    }
    let len_bytes = size(target, "`to` and a region, or a new size")?;
    if from.pages != Pages::Whole {
        return Err(Fault::new(from_word, "a whole region to resize"));
    }
    let options = args.options()?;
    for key in ["off", "after", "dontunmap"] {
        forbid(&options, key, "an option of a resize")?;
    }
    Ok(ProcessCommand::Mremap(Mremap::Resize {
        region: from.region,
        len_bytes,
        maymove: options.flag("maymove"),
    }))
}

fn forbid(options: &Options<'_>, key: &str, expected: &str) -> Result<(), Fault> {
    options
        .word(key)
        .map_or(Ok(()), |word| Err(Fault::new(word, expected)))
}

pub fn mlock(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Mlock {
        range: args.range()?,
        onfault: args.options()?.flag("onfault"),
    })
}

pub fn munlock(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Munlock(args.range()?))
}

pub fn msync(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Msync(args.range()?))
}

pub fn write(args: &mut Args<'_>) -> Read {
    let range = args.stepped_range()?;
    let (contents, index) = contents(&args.options()?)?;
    Ok(ProcessCommand::Write {
        range,
        contents,
        index,
    })
}

pub fn read(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Read(args.stepped_range()?))
}

pub fn check(args: &mut Args<'_>) -> Read {
    let range = args.stepped_range()?;
    let (contents, index) = contents(&args.options()?)?;
    Ok(ProcessCommand::Check {
        range,
        contents,
        index,
    })
}

fn contents(options: &Options<'_>) -> Result<(Contents, u64), Fault> {
    let byte = |word, what| Ok(number(word, what, 0..=255)? as u8);
    let contents = match options.at_most_one(&["byte", "fill", "seed", "idx", "zero"])? {
        Some(("byte", word)) => Contents::Byte(byte(word, "byte")?),
        Some(("fill", word)) => Contents::Fill(byte(word, "fill")?),
        Some(("seed", word)) => Contents::Seed(bits(word, "seed")?),
        Some(("idx", _)) => Contents::Idx,
        Some(_) => Contents::Zero,
        None => Contents::Byte(1),
    };
    Ok((
        contents,
        options.number("index", 0..=u64::MAX)?.unwrap_or(0),
    ))
}

pub fn split(args: &mut Args<'_>) -> Read {
    let range = args.range()?;
    let options = args.options()?;
    let order = options.number("order", 0..=63)?.map(|order| order as u32);
    Ok(ProcessCommand::Split {
        range,
        order,
        offset: options.number("offset", 0..=511)?,
    })
}

pub fn fallocate(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Fallocate {
        file: args.file()?,
        mode: args.choice("a mode")?,
        offset_bytes: args.size("an offset")?,
        len_bytes: args.size("a length")?,
    })
}

pub fn pwrite(args: &mut Args<'_>) -> Read {
    let (file, offset_bytes, len_bytes) = file_bytes(args)?;
    let (contents, index) = contents(&args.options()?)?;
    Ok(ProcessCommand::Pwrite {
        file,
        offset_bytes,
        len_bytes,
        contents,
        index,
    })
}

pub fn pread(args: &mut Args<'_>) -> Read {
    let (file, offset_bytes, len_bytes) = file_bytes(args)?;
    Ok(ProcessCommand::Pread {
        file,
        offset_bytes,
        len_bytes,
    })
}

fn file_bytes(args: &mut Args<'_>) -> Result<(Name, u64, u64), Fault> {
    Ok((
        args.file()?,
        args.size("an offset")?,
        args.size("a length")?,
    ))
}

pub fn truncate(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Truncate {
        file: args.file()?,
        size_bytes: args.size("a size")?,
    })
}

pub fn fadvise(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Fadvise {
        file: args.file()?,
        advice: args.choice("advice")?,
    })
}

pub fn pin(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Pin(args.stepped_range()?))
}

pub fn unpin(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Unpin(args.stepped_range()?))
}

pub fn lock(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Lock(args.stepped_range()?))
}

pub fn unlock(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Unlock(args.stepped_range()?))
}

pub fn isolate(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Isolate(args.stepped_range()?))
}

pub fn putback(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Putback(args.stepped_range()?))
}

pub fn meanwhile(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Meanwhile {
        range: args.range()?,
        event: args.choice("what happens")?,
    })
}

pub fn uffd(args: &mut Args<'_>) -> Read {
    Ok(ProcessCommand::Uffd {
        range: args.range()?,
        mode: args.choice("what to watch")?,
    })
}

pub fn touch(args: &mut Args<'_>) -> Read {
    let range = args.range()?;
    let options = args.options()?;
    options.at_most_one(&["pattern", "stride"])?;
    let count = options.value("count").map(|word| {
        let count = size(word, "a count")?;
        if (1..=MAX_TOUCHES).contains(&count) {
            Ok(count)
        } else {
            number(word, "count", 1..=MAX_TOUCHES)
        }
    });
    Ok(ProcessCommand::Touch(Touch {
        range,
        pattern: pattern(&options)?,
        count: count.transpose()?,
        seed: options
            .value("seed")
            .map_or(Ok(0), |word| bits(word, "seed"))?,
        write: options.flag("write"),
    }))
}

/// `stride=64K` may stand alone or as the value of `pattern`.
fn pattern(options: &Options<'_>) -> Result<TouchPattern, Fault> {
    let stride = |word: Word<'_>| match size(word, "a stride")? {
        0 => Err(Fault::new(word, "a stride of at least 1 byte")),
        bytes => Ok(TouchPattern::Stride { bytes }),
    };
    if let Some(word) = options.value("stride") {
        return stride(word);
    }
    match options.value("pattern") {
        None => Ok(TouchPattern::Seq),
        Some(word) => match word.split("=") {
            Some((key, bytes)) if key.text == "stride" => stride(bytes),
            _ => Ok(match choice(word, "a pattern")? {
                PatternName::Seq => TouchPattern::Seq,
                PatternName::Random => TouchPattern::Random,
                PatternName::Zipf => TouchPattern::Zipf,
            }),
        },
    }
}

pub fn mbind(args: &mut Args<'_>) -> Read {
    let range = args.range()?;
    let word = args.word("a policy")?;
    let (name, list) = word
        .split(":")
        .map_or((word, None), |(name, list)| (name, Some(list)));
    let mode: PolicyMode = choice(name, "a policy")?;
    let nodes = match list {
        Some(list) if mode.takes_nodes() => node_list(list)?,
        Some(list) => return Err(Fault::new(list, format!("no nodes, `{mode}` alone"))),
        None if mode.takes_nodes() => {
            return Err(Fault::missing(word.end(), format!("nodes: `{mode}:0`")).found(word));
        }
        None => 0,
    };
    let moving = args.optional().map(|word| choice(word, "move or move_all"));
    Ok(ProcessCommand::Mbind {
        range,
        policy: NodePolicy { mode, nodes },
        moving: moving.transpose()?,
    })
}

/// `0`, `0,2-3`: the nodes as bits.
fn node_list(list: Word<'_>) -> Result<u64, Fault> {
    let node = |word| number(word, "a node", 0..=MAX_NODES - 1);
    let mut nodes = 0;
    let mut rest = Some(list);
    while let Some(word) = rest {
        let (item, tail) = word
            .split(",")
            .map_or((word, None), |(item, tail)| (item, Some(tail)));
        let (first, last) = match item.split("-") {
            Some((first, last)) => (node(first)?, node(last)?),
            None => (node(item)?, node(item)?),
        };
        nodes |= (first..=last).fold(0, |bits, n| bits | 1 << n);
        rest = tail;
    }
    match nodes {
        0 => Err(Fault::new(list, "nodes in ascending order")),
        _ => Ok(nodes),
    }
}
