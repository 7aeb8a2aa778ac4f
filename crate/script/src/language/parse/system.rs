//! Commands to the machine: settings, files, daemons, time.

use super::args::{Args, one_word_of};
use super::process::MAX_CPU_NUMBER;
use crate::language::command::{Command, Daemon, Drive, Swap};
use crate::language::error::Fault;
use crate::language::number::{bits, number, size, time_ns};
use crate::language::spec::Scope;
use crate::language::table::{command_words, commands};
use crate::language::word::Word;
use crate::language::{
    DEFAULT_SWAP_BYTES, MAX_RUN_NS, MAX_SCANS, MAX_SLEEP_MS, MAX_STEPS, MAX_SWAP_BYTES,
};

type Read = Result<Command, Fault>;

/// Options of `mount` that a tmpfs of a script does not have.
const HUGETLBFS_ONLY: [&str; 6] = ["pagesize", "min_size", "nr_inodes", "mode", "uid", "gid"];

pub fn proc(args: &mut Args<'_>) -> Read {
    let word = args.word("the name of a process")?;
    let name = args.names.process(word)?;
    let cpu = args
        .options()?
        .number("cpu", 0..=MAX_CPU_NUMBER)?
        .map(|cpu| cpu as u32);
    Ok(Command::Proc { name, cpu })
}

pub fn memfd(args: &mut Args<'_>) -> Read {
    let options;
    Ok(Command::Memfd {
        name: args.file()?,
        size_bytes: args.size("a size")?,
        hugetlb: {
            options = args.options()?;
            options.flag("hugetlb")
        },
        pagesize: options.size("pagesize")?,
    })
}

pub fn mount(args: &mut Args<'_>) -> Read {
    let name = args.file()?;
    let options = args.options()?;
    if options.flag("hugetlbfs") {
        let given = options.all().filter(|o| o.0 != "hugetlbfs");
        let given: Vec<String> = given.map(|(k, v)| format!("{k}={}", v.text)).collect();
        return Ok(Command::Mount {
            name,
            hugetlbfs: Some(given.join(",").into()),
            hugetlbfs_only: None,
            huge: None,
            size_bytes: None,
            noswap: false,
        });
    }
    let mut keys = options.all().map(|o| o.0);
    let hugetlbfs_only = keys.find(|k| HUGETLBFS_ONLY.contains(k));
    let bytes = options.value("size").map(|word| size(word, "size"));
    Ok(Command::Mount {
        name,
        hugetlbfs: None,
        hugetlbfs_only,
        huge: options.value("huge").map(|word| word.text.into()),
        size_bytes: bytes.transpose()?,
        noswap: options.flag("noswap"),
    })
}

pub fn file(args: &mut Args<'_>) -> Read {
    let (name, size_bytes) = (args.file()?, args.size("a size")?);
    let options = args.options()?;
    let mount = options.value("mount").map(|word| args.names.file(word));
    Ok(Command::File {
        name,
        size_bytes,
        read_only: options.flag("ro"),
        mount: mount.transpose()?,
    })
}

pub fn swap(args: &mut Args<'_>) -> Read {
    let word = args.word("on or off")?;
    let swap = match one_word_of(word, "", &["on", "off"])? {
        0 => Swap::On {
            size_bytes: match args.optional() {
                None => DEFAULT_SWAP_BYTES,
                Some(word) => match size(word, "a size")? {
                    bytes @ 0..=MAX_SWAP_BYTES => bytes,
                    _ => return Err(Fault::new(word, "a swap area of at most 1G")),
                },
            },
        },
        _ => Swap::Off,
    };
    Ok(Command::Swap(swap))
}

/// Folders of `/sys/kernel/mm/` that `sys` reaches.
const SYS_FOLDERS: [&str; 3] = ["transparent_hugepage", "ksm", "hugepages"];

pub fn sys(args: &mut Args<'_>) -> Read {
    let word = args.word("a file below /sys/kernel/mm/")?;
    let folder = word.text.split('/').next().unwrap_or_default();
    if !SYS_FOLDERS.contains(&folder) {
        let fault = Fault::new(
            word.head(folder.len()),
            "transparent_hugepage/…, ksm/… or hugepages/…",
        );
        return Err(fault.suggest(folder, SYS_FOLDERS));
    }
    let name = &word.text[folder.len()..];
    let is_path = name.len() > 1
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_/.-".contains(c))
        && !name.contains("..");
    if !is_path {
        return Err(Fault::new(word, format!("a file of {folder}/")));
    }
    Ok(Command::Sys {
        path: word.text.into(),
        value: args.optional().map(|value| value.text.into()),
    })
}

pub fn vm(args: &mut Args<'_>) -> Read {
    Ok(Command::Vm {
        name: args.choice("a file of /proc/sys/vm/")?,
        value: args.word("a value")?.text.into(),
    })
}

pub fn khugepaged(args: &mut Args<'_>) -> Read {
    scan_or_wake(args, Daemon::Khugepaged)
}

pub fn ksmd(args: &mut Args<'_>) -> Read {
    scan_or_wake(args, Daemon::Ksmd)
}

fn scan_or_wake(args: &mut Args<'_>, daemon: Daemon) -> Read {
    let word = args.word("scan or wake")?;
    let drive = match one_word_of(word, "", &["scan", "wake"])? {
        0 => Drive::Scan,
        _ => Drive::Wake,
    };
    Ok(Command::Daemon {
        daemon,
        drive,
        times: args.times("how often", MAX_SCANS)?,
    })
}

pub fn step(args: &mut Args<'_>) -> Read {
    let daemon = args.choice("a daemon")?;
    Ok(Command::Daemon {
        daemon,
        drive: Drive::Step,
        times: args.times("how many units", MAX_STEPS)?,
    })
}

pub fn observe(args: &mut Args<'_>) -> Read {
    let label = args.rest().first().map_or("", |word| word.text);
    Ok(Command::Observe {
        label: label.into(),
    })
}

pub fn why(args: &mut Args<'_>) -> Read {
    let word = args.word("a page")?;
    Ok(Command::Why(args.names.page(word)?))
}

pub fn run(args: &mut Args<'_>) -> Read {
    let what = "a time";
    Ok(Command::Run {
        ns: time_ns(args.word(what)?, what, MAX_RUN_NS)?,
    })
}

pub fn sleep(args: &mut Args<'_>) -> Read {
    let what = "milliseconds";
    Ok(Command::Sleep {
        ms: number(args.word(what)?, what, 0..=MAX_SLEEP_MS)?,
    })
}

pub fn cat(args: &mut Args<'_>) -> Read {
    Ok(Command::Cat { path: path(args)? })
}

pub fn ls(args: &mut Args<'_>) -> Read {
    Ok(Command::Ls { path: path(args)? })
}

fn path(args: &mut Args<'_>) -> Result<Box<str>, Fault> {
    absolute(args.word("a path")?)
}

fn absolute(word: Word<'_>) -> Result<Box<str>, Fault> {
    match word.text.starts_with('/') {
        true => Ok(word.text.into()),
        false => Err(Fault::new(word, "an absolute path, such as /proc/meminfo")),
    }
}

/// `echo TEXT > PATH`: as a shell reads it, blanks run together and one pair of quotes around the text taken away.
pub fn echo(args: &mut Args<'_>) -> Read {
    let words = args.rest();
    let Some((i, at)) = words
        .iter()
        .enumerate()
        .rev()
        .find_map(|(i, word)| Some((i, word.text.rfind('>')?)))
    else {
        return Err(args.missing("`>` and a path"));
    };
    let (before, target) = (words[i].head(at), words[i].tail(at + 1));
    let append = before.text.ends_with('>');
    let before = before.text.strip_suffix('>').unwrap_or(before.text);
    let (target, excess) = match (target.text, &words[i + 1..]) {
        ("", []) => return Err(args.missing("a path")),
        ("", [target, excess @ ..]) => (*target, excess),
        (_, excess) => (target, excess),
    };
    if let Some(&word) = excess.first() {
        return Err(Fault::new(word, "nothing after the path"));
    }
    let text: Vec<&str> = words[..i]
        .iter()
        .map(|word| word.text)
        .chain(Some(before).filter(|text| !text.is_empty()))
        .collect();
    let text = text.join(" ");
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(&text);
    Ok(Command::Echo {
        text: unquoted.into(),
        path: absolute(target)?,
        append,
    })
}

pub fn fragment(args: &mut Args<'_>) -> Read {
    let word = args.word("a percentage")?;
    let Some(digits) = word.text.strip_suffix('%') else {
        return Err(Fault::new(word, "a percentage from 0% to 100%"));
    };
    let percent = number(word.head(digits.len()), "a percentage", 0..=100)? as u32;
    let options = args.options()?;
    let seed = options
        .value("seed")
        .map_or(Ok(0), |word| bits(word, "seed"))?;
    Ok(Command::Fragment {
        percent,
        seed,
        movable: options.flag("movable"),
    })
}

pub fn hog(args: &mut Args<'_>) -> Read {
    Ok(Command::Hog {
        bytes: args.size("a size")?,
    })
}

pub fn charge(args: &mut Args<'_>) -> Read {
    let limit = args.word("`limit`")?;
    if limit.text != "limit" {
        return Err(Fault::new(limit, "`limit`").suggest(limit.text, ["limit"]));
    }
    let what = "a size or `max`";
    let word = args.word(what)?;
    let limit_bytes = if word.text == "max" {
        None
    } else {
        Some(size(word, what)?)
    };
    Ok(Command::Charge { limit_bytes })
}

pub fn help(args: &mut Args<'_>) -> Read {
    let topic = args.optional().map(|word| {
        let found = commands()
            .find(|spec| spec.word == word.text)
            .map(|spec| spec.word);
        found.ok_or_else(|| {
            let words = command_words(Scope::Machine).chain(command_words(Scope::Process));
            Fault::new(word, "a command; `help` lists them").suggest(word.text, words)
        })
    });
    Ok(Command::Help {
        topic: topic.transpose()?,
    })
}
