//! How a command is described. The table of [`commands`](super::commands) drives parsing, completion and help alike.

use super::command::{BootName, Command, Machine};
use super::error::Fault;
use super::parse::Args;
use super::process::ProcessCommand;

/// A command: how it is written and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// The word that names it.
    pub word: &'static str,
    /// Where it belongs in the help.
    pub group: Group,
    /// Where it can run.
    pub backend: Backend,
    /// Its form: `[x]` may be left out, `a|b` is a choice, upper case is to be replaced.
    pub usage: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// A line that works.
    pub example: &'static str,
    /// What follows the word, in order.
    pub args: &'static [Arg],
    /// What follows after that, in any order.
    pub options: &'static [OptionSpec],
    /// Reads the words after the command's own.
    pub(super) reader: Reader,
}

/// Makes a command from its words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reader {
    Command(fn(&mut Args<'_>) -> Result<Command, Fault>),
    Process(fn(&mut Args<'_>) -> Result<ProcessCommand, Fault>),
    Machine(fn(&mut Args<'_>) -> Result<Machine, Fault>),
    /// `for` and `end`, which never reach the parser of commands.
    Block,
}

/// What the first word of a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The command itself.
    Machine,
    /// The name of a process; the command comes second.
    Process,
}

impl CommandSpec {
    /// What the first word of this command is.
    pub const fn scope(&self) -> Scope {
        match self.reader {
            Reader::Process(_) => Scope::Process,
            _ => Scope::Machine,
        }
    }

    pub(super) fn option(&self, key: &str) -> Option<&'static OptionSpec> {
        self.options.iter().find(|option| option.key == key)
    }

    /// Boot parameters may come again, as on the kernel's command line: `hugepagesz=2M hugepages=8 hugepagesz=1G …`.
    pub(super) fn is_repeatable(&self, option: &OptionSpec) -> bool {
        matches!(self.reader, Reader::Machine(_)) && BootName::WORDS.contains(&option.key)
    }
}

/// Something that stands at its place after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    /// Its name in the usage.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
}

/// `key=VALUE`, or a bare word if there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// The word, or what stands before `=`.
    pub key: &'static str,
    /// What stands after `=`.
    pub value: Option<Kind>,
}

impl OptionSpec {
    /// `key`, `key=SIZE` or `key=a|b`.
    pub fn usage(&self) -> String {
        match self.value {
            None => self.key.to_owned(),
            Some(Kind::Word(words)) => format!("{}={}", self.key, words.join("|")),
            Some(kind) => format!("{}={}", self.key, kind.placeholder()),
        }
    }
}

/// What a word may be; tells completion where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A new name.
    NewName,
    /// Pages of a region of the process: `a`, `a[5]`, `a[0..512:2]`.
    Range,
    /// A page of any process: `p1.a[3]`.
    Page,
    /// A memfd or a file.
    File,
    /// Bytes: `4096`, `64K`, `2M`.
    Size,
    /// Virtual time: `20ms`, `10s`.
    Time,
    /// A number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A path below `/sys/kernel/mm/`.
    SysPath,
    /// An absolute path of a virtual file.
    Path,
    /// A command's word.
    Command,
    /// What `expect` asks for.
    Subject,
    /// Anything.
    Text,
}

impl Kind {
    /// What stands for such a word in a usage.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Kind::NewName => "NAME",
            Kind::Range => "PAGES",
            Kind::Page => "PROCESS.REGION[PAGE]",
            Kind::File => "FILE",
            Kind::Size => "SIZE",
            Kind::Time => "TIME",
            Kind::Number => "N",
            Kind::Word(_) => "WORD",
            Kind::SysPath | Kind::Path => "PATH",
            Kind::Command => "COMMAND",
            Kind::Subject => "SUBJECT",
            Kind::Text => "VALUE",
        }
    }
}

/// Where a command can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// On the engine and on a real kernel.
    Common,
    /// On the engine only.
    Engine,
}

/// Commands that belong together, in the order of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Making and ending processes.
    Processes,
    /// Address spaces.
    Mappings,
    /// Loads and stores.
    Memory,
    /// Files and memfds.
    Files,
    /// Settings and swap.
    System,
    /// khugepaged and ksmd.
    Daemons,
    /// Observing and expecting.
    Looking,
    /// Virtual time.
    Time,
    /// `/proc`, `/sys` and tracing.
    VirtualFiles,
    /// Conditions that a kernel would only meet by chance.
    Conditions,
    /// The machine and the script itself.
    Script,
}

impl Group {
    /// All groups, in the order of the help.
    pub const ALL: [Group; 11] = [
        Group::Processes,
        Group::Mappings,
        Group::Memory,
        Group::Files,
        Group::System,
        Group::Daemons,
        Group::Looking,
        Group::Time,
        Group::VirtualFiles,
        Group::Conditions,
        Group::Script,
    ];

    /// The group's heading.
    pub const fn title(self) -> &'static str {
        match self {
            Group::Processes => "Processes",
            Group::Mappings => "Mappings",
            Group::Memory => "Memory",
            Group::Files => "Files",
            Group::System => "System",
            Group::Daemons => "Daemons",
            Group::Looking => "Looking",
            Group::Time => "Time",
            Group::VirtualFiles => "Virtual files",
            Group::Conditions => "Conditions",
            Group::Script => "Script",
        }
    }
}

pub(super) const fn arg(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind }
}

pub(super) const fn flag(key: &'static str) -> OptionSpec {
    OptionSpec { key, value: None }
}

pub(super) const fn option(key: &'static str, kind: Kind) -> OptionSpec {
    OptionSpec {
        key,
        value: Some(kind),
    }
}
