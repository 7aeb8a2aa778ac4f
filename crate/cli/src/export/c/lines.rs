//! Single lines of the scenario language as steps of the C program.

use super::names::NameTable;
use super::{pattern, uncomment};
use regex::Regex;
use std::sync::LazyLock;

const THP: &str = "/sys/kernel/mm/transparent_hugepage/khugepaged";
const KSM: &str = "/sys/kernel/mm/ksm";

/// Lines that no process says.
const SYSTEM: [&str; 23] = [
    "proc",
    "memfd",
    "file",
    "sys",
    "vm",
    "echo",
    "cat",
    "khugepaged",
    "ksmd",
    "run",
    "observe",
    "expect",
    "swap",
    "step",
    "why",
    "ls",
    "fragment",
    "hog",
    "charge",
    "help",
    "machine",
    "sleep",
    "mount",
];

static RANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([^\[]+)(?:\[([^.\]]*)(?:(\.\.)([^:\]]*)(?::([^\]]+))?)?\])?$"));
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\$((?-u:\w)+)"));
static ECHO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^echo (.*?) ?>>? ?(\S+)$"));
static PROCESS_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^/proc/([^/]+)/(.+)$"));
static NO_PROCESS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:sys|pressure|self|\d+)$"));

/// One line as a step, or as a comment if only the engine can run it.
pub fn translate(line: &str, names: &mut NameTable) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let [first, second] = [word(&words, 0), word(&words, 1)];
    let is_system = SYSTEM.contains(&first);
    let mut translator = Translator { names };
    let code = if is_system {
        translator.system(&words)
    } else {
        translator.process(second, words.get(2..).unwrap_or_default())
    };
    let Some(code) = code else {
        return format!(
            "/* {}: not on a real kernel, or not from here */",
            uncomment(line)
        );
    };
    let text = line.replace('%', "%%");
    let format = VARIABLE.replace_all(&text, "%ld");
    let used: String = VARIABLE
        .captures_iter(line)
        .map(|v| format!(", n_{}", &v[1]))
        .collect();
    let who = if is_system {
        "SCRIPT".to_owned()
    } else {
        names.id('p', first)
    };
    format!("STEP({who}, {}{used}) {{ {code} }}", quote(&format))
}

fn word<'a>(words: &[&'a str], at: usize) -> &'a str {
    words.get(at).copied().unwrap_or_default()
}

fn rest(words: &[&str], from: usize) -> String {
    words.get(from..).unwrap_or_default().join(" ")
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A number of the language, with a unit of 1024s, for C.
pub fn size(text: &str) -> String {
    let units = [
        ('K', 1u64 << 10),
        ('M', 1 << 20),
        ('G', 1 << 30),
        ('T', 1 << 40),
    ];
    let hex = text.strip_prefix("0x");
    let unit = units.iter().find(|(letter, _)| text.ends_with(*letter));
    let (number, unit) = unit.map_or((text, 1), |(_, unit)| (&text[..text.len() - 1], *unit));
    let whole = match hex {
        Some(_) => u64::from_str_radix(number.get(2..).unwrap_or_default(), 16).ok(),
        None => number.parse().ok(),
    };
    match (whole, number.parse::<f64>()) {
        (Some(n), _) => (u128::from(n) * u128::from(unit)).to_string(),
        (None, Ok(n)) if number.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            ((n * unit as f64).round() as u64).to_string()
        }
        _ => "0".into(),
    }
}

/// A time of the language in ns.
fn duration(text: &str) -> String {
    let units = [
        ("ns", 1.0),
        ("us", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("m", 60e9),
        ("h", 3600e9),
    ];
    let found = units
        .iter()
        .find_map(|(unit, ns)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * ns));
    (found.unwrap_or(0.0).round() as u64).to_string()
}

/// Value of `key=…` among options.
fn given<'a>(options: &[&'a str], key: &str) -> Option<&'a str> {
    options
        .iter()
        .find_map(|o| o.strip_prefix(key)?.strip_prefix('='))
}

fn protection(text: &str) -> &'static str {
    match text {
        "r" => "PROT_READ",
        "w" => "PROT_WRITE",
        "rw" => "PROT_READ | PROT_WRITE",
        "rx" => "PROT_READ | PROT_EXEC",
        "rwx" => "PROT_READ | PROT_WRITE | PROT_EXEC",
        _ => "PROT_NONE",
    }
}

/// Pages of a region: its C name, and C for the first, the end and the step.
struct Range {
    region: String,
    from: String,
    to: String,
    by: String,
}

struct Translator<'a> {
    names: &'a mut NameTable,
}

impl Translator<'_> {
    /// A page number: digits, or the counter of a loop.
    fn number(&self, text: &str) -> String {
        match text.strip_prefix('$') {
            Some(counter) => format!("(size_t)n_{counter}"),
            None => size(text),
        }
    }

    fn range(&mut self, text: &str) -> Range {
        let found = RANGE.captures(text);
        let part = |at: usize| found.as_ref().and_then(|f| f.get(at)).map(|m| m.as_str());
        let region = self.names.id('r', part(1).unwrap_or_default());
        let whole = format!("{region}.bytes / PAGE");
        let from = match part(2) {
            None | Some("") => "0".to_owned(),
            Some(first) => self.number(first),
        };
        let to = match (part(2), part(3), part(4)) {
            (None, ..) | (_, Some(_), None | Some("")) => whole,
            (_, None, _) => format!("{from} + 1"),
            (_, _, Some(last)) => self.number(last),
        };
        let by = part(5).map_or_else(|| "1".to_owned(), |by| self.number(by));
        Range {
            region,
            from,
            to,
            by,
        }
    }

    /// Address and length of a range, as arguments.
    fn span(&mut self, text: &str) -> String {
        let Range {
            region, from, to, ..
        } = self.range(text);
        format!("{region}.at + ({from}) * PAGE, (({to}) - ({from})) * PAGE")
    }

    /// Address behind a range.
    fn end(&mut self, text: &str) -> String {
        let Range { region, to, .. } = self.range(text);
        format!("{region}.at + ({to}) * PAGE")
    }

    /// The region and its pages, as the functions of `runtime.c` that go page by page take them.
    fn pages(&mut self, text: &str) -> String {
        let Range {
            region,
            from,
            to,
            by,
        } = self.range(text);
        format!("&{region}, {from}, {to}, {by}")
    }

    fn contents(&self, options: &[&str]) -> String {
        let index = self.number(given(options, "index").unwrap_or("0"));
        for (key, kind) in [("seed", "SEED"), ("fill", "FILL"), ("byte", "BYTE")] {
            if let Some(value) = given(options, key) {
                return format!("{kind}, {}, {index}", self.number(value));
            }
        }
        let (kind, value) = match options {
            _ if options.contains(&"idx") => ("IDX", 0),
            _ if options.contains(&"zero") => ("FILL", 0),
            _ => ("BYTE", 1),
        };
        format!("{kind}, {value}, {index}")
    }

    /// What a process does, as C; none for what no real kernel can be told.
    fn process(&mut self, verb: &str, args: &[&str]) -> Option<String> {
        let [first, second] = [word(args, 0), word(args, 1)];
        let options = args.get(1..).unwrap_or_default();
        Some(match verb {
            "mmap" => self.mmap(first, second, args.get(2..).unwrap_or_default()),
            "munmap" => format!("CALL(munmap({}));", self.span(first)),
            "mprotect" => format!(
                "CALL(mprotect({}, {}));",
                self.span(first),
                protection(second)
            ),
            "madvise" => {
                let pages = self.pages(first);
                format!("advise({pages}, MADV_{});", second.to_uppercase())
            }
            "mremap" => self.mremap(first, options),
            "mlock" => {
                let flags = if second == "onfault" {
                    "MLOCK_ONFAULT"
                } else {
                    "0"
                };
                format!("CALL(syscall(SYS_mlock2, {}, {flags}));", self.span(first))
            }
            "munlock" => format!("CALL(munlock({}));", self.span(first)),
            "msync" => format!("CALL(msync({}, MS_SYNC));", self.span(first)),
            "write" | "read" | "check" => {
                let pages = self.pages(first);
                let contents = self.contents(options);
                format!("pages('{}', {pages}, {contents});", &verb[..1])
            }
            "fork" => format!("become({});", self.names.id('p', first)),
            "exit" => "leave();".into(),
            "cpu" => format!(
                "cpu_set_t cpus; CPU_ZERO(&cpus); CPU_SET({}, &cpus); CALL(sched_setaffinity(0, sizeof(cpus), &cpus));",
                size(first)
            ),
            "prctl" => {
                let values = options
                    .iter()
                    .copied()
                    .chain(["0"; 4])
                    .filter(|w| !w.is_empty())
                    .take(4);
                let values: Vec<String> = values.map(|w| format!("{}ul", size(w))).collect();
                format!(
                    "CALL(prctl(PR_SET_{}, {}));",
                    first.to_uppercase(),
                    values.join(", ")
                )
            }
            "fallocate" => {
                let mode = match second {
                    "keep" => "FALLOC_FL_KEEP_SIZE",
                    "punch" => "FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE",
                    _ => "0",
                };
                let [offset, length] =
                    [2, 3].map(|at| args.get(at).map_or_else(|| "0".into(), |w| size(w)));
                format!(
                    "on_file({}, file_allocate, {offset}, {length}, {mode});",
                    self.names.id('f', first)
                )
            }
            "truncate" => format!(
                "on_file({}, file_truncate, {}, 0, 0);",
                self.names.id('f', first),
                size(second)
            ),
            "fadvise" => format!(
                "on_file({}, file_advise, 0, 0, POSIX_FADV_{});",
                self.names.id('f', first),
                second.to_uppercase()
            ),
            _ => return None,
        })
    }

    fn mmap(&mut self, name: &str, bytes: &str, options: &[&str]) -> String {
        let file = given(options, "memfd").or_else(|| given(options, "file"));
        let mut flags = vec![if options.contains(&"shared") {
            "MAP_SHARED"
        } else {
            "MAP_PRIVATE"
        }];
        if file.is_none() {
            flags.push("MAP_ANONYMOUS");
        }
        let named = [
            ("hugetlb", "MAP_HUGETLB"),
            ("populate", "MAP_POPULATE"),
            ("noreserve", "MAP_NORESERVE"),
            ("locked", "MAP_LOCKED"),
            ("growsdown", "MAP_GROWSDOWN"),
        ];
        flags.extend(
            named
                .iter()
                .filter(|(word, _)| options.contains(word))
                .map(|(_, flag)| *flag),
        );
        let (after, at) = (given(options, "after"), given(options, "at"));
        let bytes = size(bytes);
        let mut place = format!(
            "new_place({bytes}, {})",
            size(given(options, "off").unwrap_or("0"))
        );
        if let Some(after) = after {
            place = self.end(after);
        }
        if let Some(at) = at {
            let Range { region, from, .. } = self.range(at);
            place = format!("{region}.at + ({from}) * PAGE");
        }
        if options.contains(&"where=kernel") {
            place = "NULL".into();
        } else {
            flags.push(if at.is_none() {
                "MAP_FIXED_NOREPLACE"
            } else {
                "MAP_FIXED"
            });
        }
        let fd = file.map_or_else(|| "NR_FILES".into(), |file| self.names.id('f', file));
        format!(
            "map(&{}, {place}, {bytes}, {}, {}, {fd}, {});",
            self.names.id('r', name),
            protection(given(options, "prot").unwrap_or("rw")),
            flags.join(" | "),
            size(given(options, "fileoff").unwrap_or("0"))
        )
    }

    fn mremap(&mut self, what: &str, options: &[&str]) -> String {
        let Range {
            region, from, to, ..
        } = self.range(what);
        let second = word(options, 0);
        if second != "to" {
            let moves = u8::from(options.contains(&"maymove"));
            return format!("resize(&{region}, {}, {moves});", size(second));
        }
        let target = self.names.id('r', word(options, 1));
        let options = options.get(2..).unwrap_or_default();
        let fresh = match given(options, "after") {
            Some(after) => self.end(after),
            None => format!(
                "new_place((({to}) - ({from})) * PAGE, {})",
                size(given(options, "off").unwrap_or("0"))
            ),
        };
        let stays = u8::from(options.contains(&"dontunmap"));
        format!(
            "move(&{region}, {from}, {to}, &{target}, {target}.at ? {target}.at : {fresh}, {stays});"
        )
    }

    /// What the script itself does: files, settings, daemons, time.
    fn system(&mut self, words: &[&str]) -> Option<String> {
        let [verb, first, second] = [0, 1, 2].map(|at| word(words, at));
        Some(match verb {
            "proc" => {
                let id = self.names.id('p', first);
                let bound = given(words, "cpu").and_then(|cpu| self.process("cpu", &[cpu]));
                let bound =
                    bound.map_or_else(String::new, |code| format!(" if (me == {id}) {{ {code} }}"));
                format!("become({id});{bound}")
            }
            "memfd" => format!(
                "make_memfd({}, {}, {}, {});",
                self.names.id('f', first),
                quote(first),
                size(second),
                u8::from(words.contains(&"hugetlb"))
            ),
            "file" => format!(
                "make_file({}, {});",
                self.names.id('f', first),
                size(second)
            ),
            "sys" => setting(&format!("/sys/kernel/mm/{first}"), &rest(words, 2)),
            "vm" => setting(&format!("/proc/sys/vm/{first}"), &rest(words, 2)),
            "echo" => {
                let line = words.join(" ");
                let found = ECHO.captures(&line);
                let part = |at: usize| {
                    found
                        .as_ref()
                        .map_or("", |f| f.get(at).map_or("", |m| m.as_str()))
                };
                setting(part(2), part(1))
            }
            "cat" => match PROCESS_FILE.captures(first) {
                Some(file) if !NO_PROCESS.is_match(&file[1]) => {
                    format!(
                        "show({}, {});",
                        self.names.id('p', &file[1]),
                        quote(&file[2])
                    )
                }
                _ => format!("show(SCRIPT, {});", quote(first)),
            },
            "khugepaged" | "ksmd" if first == "scan" => {
                let n = size(if second.is_empty() { "1" } else { second });
                let (dir, run, sleep) = match verb {
                    "ksmd" => (
                        KSM,
                        format!("set(\"{KSM}/run\", \"1\"); "),
                        "sleep_millisecs",
                    ),
                    _ => (THP, String::new(), "scan_sleep_millisecs"),
                };
                format!(
                    "{run}scans(\"{dir}/full_scans\", \"{dir}/pages_to_scan\", \"{dir}/{sleep}\", {n});"
                )
            }
            "run" => format!("wait_ns({});", duration(first)),
            "observe" => "observe();".into(),
            "expect" => return check(first, &rest(words, 2)),
            _ => return None,
        })
    }
}

fn setting(path: &str, value: &str) -> String {
    match value {
        "" => format!("show(SCRIPT, {});", quote(path)),
        _ => format!("set({}, {});", quote(path), quote(value)),
    }
}

fn check(subject: &str, value: &str) -> Option<String> {
    Some(match subject {
        "ok" => "expect(!shared->error && !shared->caught);".into(),
        "errno" => format!(
            "expect(shared->error == {});",
            if value == "ok" { "0" } else { value }
        ),
        "signal" => format!("expect(shared->caught == {value});"),
        "faults" => format!("expect(shared->faults == {});", size(value)),
        _ => return None,
    })
}
