//! The stories that come with the page: each runs to its end, and everything its `expect` lines say is seen.

use mm_script::language;
use mm_script::session;
use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/src/scenarios");

/// What must be seen in the stories that a page opens on, after a line of theirs: their scripts have no `expect`, which
/// the page's first file of the engine need not know.
const SEEN: &[(&str, &str, &str)] = &[
    (
        "rss-climb",
        "run 22m\n",
        "observe\nexpect redis.heap.Rss 2097152\nexpect redis.heap.AnonHugePages 2097152\n",
    ),
    (
        "rss-climb",
        "run 10m\n",
        "observe\nexpect redis.heap.Rss 63552\nexpect khugepaged.pages_collapsed 0\n",
    ),
    (
        "vm-fleet",
        "run 20s\n",
        "observe\nexpect ksm.pages_shared 12416\n",
    ),
];

/// Name, script and words of each.
fn stories() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(FOLDER).expect("folder") {
        let path = entry.expect("entry").path();
        if path.extension().is_some_and(|e| e == "mm") {
            let text = |path: &Path| fs::read_to_string(path).expect("text");
            let name = path.file_stem().expect("name").to_string_lossy();
            let words = text(&path.with_extension("ts"));
            let mut script = text(&path);
            for (_, line, checks) in SEEN.iter().filter(|seen| seen.0 == name) {
                assert!(script.contains(line), "{name}: {line}");
                script = script.replace(line, &[line, *checks].concat());
            }
            found.push((name.into_owned(), script, words));
        }
    }
    found.sort();
    found
}

#[test]
fn every_story_shows_what_it_says() {
    let stories = stories();
    assert!(stories.len() >= 12);
    for (name, text, _) in stories {
        let script = language::parse(&text).unwrap_or_else(|e| panic!("{name}: {}", e[0]));
        let expected = script.lines.iter().filter(|l| l.cmd.starts_with("expect "));
        assert!(expected.count() > 0, "{name} expects nothing");
        let outcome = session::run(&script);
        assert!(outcome.error.is_none(), "{name}: {:?}", outcome.error);
        assert_eq!(outcome.expect_failed, Vec::<String>::new(), "{name}");
        let machine = outcome.session.expect("session");
        assert_eq!(machine.machine().check(), Ok(()), "{name}");
    }
}

/// What a reader is offered to try can be read and names what the story has made.
#[test]
fn every_line_to_try_can_be_run_when_the_story_is_over() {
    for (name, text, words) in stories() {
        let script = language::parse(&text).expect("checked above");
        let mut session = session::run(&script).session.expect("session");
        let list = words.split_once("tries: [").expect("tries").1;
        let list = list.split_once("],\n").expect("end").0;
        let tries: Vec<&str> = list.split('\'').skip(1).step_by(2).collect();
        assert!(tries.len() >= 2, "{name}");
        for line in tries {
            let lines = language::parse_line(line).unwrap_or_else(|e| panic!("{name}: {}", e[0]));
            if let Err(e) = session.exec(&lines[0]) {
                panic!("{name}: {line}: {}", e.message);
            }
        }
    }
}
