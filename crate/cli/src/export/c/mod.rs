//! A scenario as a C program that makes the same calls on a real Linux machine.
//!
//! The script has been parsed, so it is taken to be right; a line that only the engine can run becomes a comment.
//! Loops stay loops where their variable is a number everywhere, and are written out elsewhere. The page makes the
//! same program (`www/src/export/c-program.ts`); tests hold the two against each other.

mod lines;
mod names;

use lines::translate;
use names::NameTable;
use regex::Regex;
use std::fmt::Write;

/// What every program begins with.
const RUNTIME: &str = include_str!("runtime.c");

/// What a script consists of.
#[derive(Clone, Debug)]
enum Node {
    Line(String),
    Loop {
        variable: String,
        from: u64,
        to: u64,
        body: Vec<Node>,
    },
    Remark(String),
}

/// The text of a program for a script that has been parsed without an error.
pub fn program(name: &str, script: &str) -> String {
    let mut names = NameTable::default();
    let mut body = Vec::new();
    for node in read(script) {
        emit(&node, &mut names, "\t", &mut body);
    }
    let mut out = format!(
        "/* {}, from mm-playground. cc -o scenario scenario.c; settings and daemons need root. */\n",
        uncomment(name)
    );
    let (processes, files) = (names.of('p'), names.of('f'));
    let _ = writeln!(out, "#define NR_PROCESSES {}", processes.len() + 1);
    let _ = writeln!(out, "#define NR_FILES {}", files.len());
    let list = processes
        .iter()
        .map(|p| serde_json::Value::from(p.as_str()).to_string());
    let list: Vec<String> = std::iter::once("\"script\"".to_owned())
        .chain(list)
        .collect();
    let _ = writeln!(out, "#define PROCESS_NAMES {{ {} }}", list.join(", "));
    let _ = write!(out, "\n{RUNTIME}\n");
    for (kind, words, first) in [('p', &processes, 1), ('f', &files, 0)] {
        for (i, word) in words.iter().enumerate() {
            let _ = writeln!(out, "#define {} {}", names.id(kind, word), i + first);
        }
    }
    out.push('\n');
    for region in names.of('r') {
        let _ = writeln!(out, "static struct region {};", names.id('r', &region));
    }
    let _ = write!(
        out,
        "\nint main(void)\n{{\n\tstart();\n{}\n\treturn finish();\n}}\n",
        body.join("\n")
    );
    out
}

/// Text that cannot end a comment.
fn uncomment(text: &str) -> String {
    text.replace("*/", "* /")
}

/// Words that stand for a pattern of this program.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this program")
}

fn read(script: &str) -> Vec<Node> {
    let start = pattern(r"^for ((?-u:\w)+) in ((?-u:\w)+)\.\.((?-u:\w)+)$");
    let mut open: Vec<(Node, Vec<Node>)> = Vec::new();
    let mut into = Vec::new();
    for text in script.split('\n') {
        let (code, comment) = match text.split_once('#') {
            Some((code, comment)) => (code, Some(comment)),
            None => (text, None),
        };
        let words = code.split_whitespace().collect::<Vec<_>>().join(" ");
        if let (Some(comment), true) = (comment, words.is_empty()) {
            into.push(Node::Remark(comment.trim().to_owned()));
        }
        if let Some(found) = start.captures(&words) {
            let number = |text: &str| lines::size(text).parse().unwrap_or(0);
            let node = Node::Loop {
                variable: found[1].to_owned(),
                from: number(&found[2]),
                to: number(&found[3]),
                body: Vec::new(),
            };
            open.push((node, std::mem::take(&mut into)));
        } else if words == "end" {
            close(&mut open, &mut into);
        } else if !words.is_empty() {
            into.push(Node::Line(words));
        }
    }
    while close(&mut open, &mut into) {}
    into
}

/// Ends the innermost loop: what was read is its body.
fn close(open: &mut Vec<(Node, Vec<Node>)>, into: &mut Vec<Node>) -> bool {
    let Some((mut node, outer)) = open.pop() else {
        return false;
    };
    let inner = std::mem::replace(into, outer);
    if let Node::Loop { body, .. } = &mut node {
        *body = inner;
    }
    into.push(node);
    true
}

/// Every use of a variable.
fn uses(variable: &str) -> Regex {
    pattern(&format!(r"\${variable}(?-u:\b)"))
}

/// Whether a variable stands for a whole number wherever it is used, so that C can count it.
fn is_number(variable: &str, body: &[Node]) -> bool {
    let ranged = pattern(r"^\S+ (?:write|read|check|madvise|mprotect|munmap|mlock|munlock|msync) ");
    let used = uses(variable);
    body.iter().all(|node| match node {
        Node::Remark(_) => true,
        Node::Loop { body, .. } => is_number(variable, body),
        Node::Line(words) if !ranged.is_match(words) => !used.is_match(words),
        Node::Line(words) => used.find_iter(words).all(|found| {
            let (before, after) = (&words[..found.start()], &words[found.end()..]);
            before.ends_with(['[', '.', ':', '='])
                && (after.is_empty() || after.starts_with([']', '.', ':', ' ']))
                && !before.ends_with("fill=")
                && !before.ends_with("byte=")
        }),
    })
}

fn substitute(nodes: &[Node], used: &Regex, value: u64) -> Vec<Node> {
    let put = |node: &Node| match node {
        Node::Line(words) => {
            let value = value.to_string();
            Node::Line(
                used.replace_all(words, regex::NoExpand(&value))
                    .into_owned(),
            )
        }
        Node::Loop {
            variable,
            from,
            to,
            body,
        } => Node::Loop {
            variable: variable.clone(),
            from: *from,
            to: *to,
            body: substitute(body, used, value),
        },
        Node::Remark(text) => Node::Remark(text.clone()),
    };
    nodes.iter().map(put).collect()
}

/// Appends the lines of a node. Loops nest as deep as the language lets them.
fn emit(node: &Node, names: &mut NameTable, indent: &str, out: &mut Vec<String>) {
    match node {
        Node::Remark(text) => out.push(format!("{indent}/* {} */", uncomment(text))),
        Node::Line(words) => out.push(format!("{indent}{}", translate(words, names))),
        Node::Loop {
            variable,
            from,
            to,
            body,
        } if is_number(variable, body) => {
            let counter = format!("n_{variable}");
            out.push(format!(
                "{indent}for (long {counter} = {from}; {counter} < {to}; {counter}++) {{"
            ));
            for inner in body {
                emit(inner, names, &format!("{indent}\t"), out);
            }
            out.push(format!("{indent}}}"));
        }
        Node::Loop {
            variable,
            from,
            to,
            body,
        } => {
            let used = uses(variable);
            for value in *from..*to {
                let turn = substitute(body, &used, value);
                let lines = turn.iter().filter(|node| !matches!(node, Node::Remark(_)));
                lines.for_each(|node| emit(node, names, indent, out));
            }
        }
    }
}
