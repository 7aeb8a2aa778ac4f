//! No text makes the parser panic, and what it takes it takes again.

use std::sync::LazyLock;

use mm_script::language::{Names, complete, parse, parse_line};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::scenarios;

/// All lines of all scenarios, and of the table's examples.
static LINES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let examples = mm_script::language::commands().map(|spec| spec.example.to_owned());
    let scripts = scenarios()
        .into_iter()
        .flat_map(|(_, script, _)| script.lines().map(str::to_owned).collect::<Vec<_>>());
    let mut lines: Vec<String> = scripts.chain(examples).collect();
    lines.sort();
    lines.dedup();
    lines
});

/// A change to a line.
#[derive(Clone, Debug)]
enum Change {
    Delete(Index),
    Insert(Index, char),
    Duplicate(Index, Index),
    Truncate(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let chars = prop_oneof![
        prop::sample::select("[]..:=$#>.-% \t0x9KMGT*é\u{0}".chars().collect::<Vec<_>>()),
        any::<char>()
    ];
    prop_oneof![
        any::<Index>().prop_map(Change::Delete),
        (any::<Index>(), chars).prop_map(|(at, c)| Change::Insert(at, c)),
        any::<(Index, Index)>().prop_map(|(from, to)| Change::Duplicate(from, to)),
        any::<Index>().prop_map(Change::Truncate),
    ]
}

fn changed(at: &Index, changes: &[Change]) -> String {
    let line: &String = at.get(&LINES);
    let mut chars: Vec<char> = line.chars().collect();
    for change in changes.iter().filter(|_| !line.is_empty()) {
        let len = chars.len().max(1);
        match change {
            Change::Delete(at) if !chars.is_empty() => drop(chars.remove(at.index(len))),
            Change::Delete(_) => {}
            Change::Insert(at, c) => chars.insert(at.index(chars.len() + 1), *c),
            Change::Duplicate(from, to) if !chars.is_empty() => {
                let (from, to) = (from.index(len), to.index(len));
                chars.extend_from_within(from.min(to)..from.max(to));
            }
            Change::Duplicate(..) => {}
            Change::Truncate(at) => chars.truncate(at.index(chars.len() + 1)),
        }
    }
    chars.into_iter().collect()
}

/// Errors stand inside of the text, one for each line; lines taken are taken again alone.
fn judge(text: &str) {
    match parse(text) {
        Ok(script) => {
            for line in script.lines.iter().take(100) {
                let again = parse_line(&line.cmd).expect("a line of a right script is right");
                assert_eq!(again.len(), 1);
                assert_eq!(again[0].command, line.command);
            }
        }
        Err(errors) => {
            let lines: Vec<&str> = text.split('\n').collect();
            for error in &errors {
                let columns = lines[error.line as usize - 1].chars().count();
                assert!(
                    (1..=columns + 1).contains(&(error.column as usize)),
                    "{error} in {text:?}"
                );
            }
            assert!(errors.windows(2).all(|pair| pair[0].line <= pair[1].line));
        }
    }
}

struct Nothing;

impl Names for Nothing {
    fn processes(&self) -> Vec<String> {
        vec!["p1".into()]
    }
    fn regions(&self, _: &str) -> Vec<String> {
        vec!["a".into()]
    }
    fn files(&self) -> Vec<String> {
        Vec::new()
    }
    fn paths(&self, prefix: &str) -> Vec<String> {
        vec![format!("{prefix}x")]
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "(?s).{0,200}") {
        judge(&text);
    }

    #[test]
    fn words_of_the_language(words in prop::collection::vec(prop_oneof![
        prop::sample::select(LINES.iter().flat_map(|line| line.split(' ')).collect::<Vec<_>>()),
        prop::sample::select(vec!["\n", "for i in 0..3\n", "end\n", "$i", "0xffffffffffffffff", "a[..]"]),
    ], 0..40)) {
        judge(&words.join(" "));
    }

    #[test]
    fn changed_lines(at in any::<Index>(), changes in prop::collection::vec(change(), 1..6)) {
        judge(&changed(&at, &changes));
    }

    #[test]
    fn changed_lines_in_loops(lines in prop::collection::vec((any::<Index>(), prop::collection::vec(change(), 0..2)), 1..8)) {
        let lines: Vec<String> = lines.iter().map(|(at, changes)| changed(at, changes)).collect();
        judge(&format!("for i in 0..3\n{}\nend", lines.join("\n")));
    }

    #[test]
    fn completion(at in any::<Index>(), changes in prop::collection::vec(change(), 0..4), cursor in 0..80usize) {
        let line = changed(&at, &changes);
        let (from, _) = complete(&line, cursor, &Nothing);
        prop_assert!(line.is_char_boundary(from) && from <= line.floor_char_boundary(cursor));
    }
}
