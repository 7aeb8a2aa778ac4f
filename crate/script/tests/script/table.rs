//! The table of commands agrees with itself and with the parser.

use mm_script::language::{Scope, commands, help, parse, parse_line};

#[test]
fn examples_parse() {
    for spec in commands() {
        let text = match spec.word {
            "for" => format!("{}\nend", spec.example),
            "end" => format!("for i in 0..1\n{}", spec.example),
            _ => spec.example.to_owned(),
        };
        assert!(parse(&text).is_ok(), "{text}: {:?}", parse(&text));
        assert!(
            spec.example.split(' ').any(|word| word == spec.word),
            "{}",
            spec.example
        );
    }
}

#[test]
fn usages_name_every_argument_and_option() {
    for spec in commands() {
        let prefix = if spec.scope() == Scope::Process {
            "PROCESS "
        } else {
            ""
        };
        assert!(
            spec.usage.starts_with(&format!("{prefix}{}", spec.word)),
            "{}",
            spec.usage
        );
        for option in spec.options {
            assert!(
                spec.usage.contains(option.key),
                "{} misses {}",
                spec.usage,
                option.key
            );
        }
        assert!(
            !spec.summary.is_empty() && !spec.summary.ends_with('.'),
            "{}",
            spec.word
        );
    }
}

#[test]
fn words_are_unique() {
    let mut words: Vec<_> = commands().map(|spec| spec.word).collect();
    words.sort_unstable();
    assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
}

/// Every option is taken by the parser of its command, and every word of an argument.
#[test]
fn every_option_and_word_parses() {
    use mm_script::language::Kind;
    let sample = |kind: Kind| match kind {
        Kind::Word(words) => words[0].to_owned(),
        Kind::Range => "b[1..2]".to_owned(),
        _ => "1".to_owned(),
    };
    for spec in commands().filter(|spec| !["machine", "mremap"].contains(&spec.word)) {
        let (place, _) = spec
            .example
            .split_once('=')
            .map_or((spec.example, ""), |(line, _)| {
                (line.rsplit_once(' ').map_or(line, |(line, _)| line), "")
            });
        for option in spec.options {
            let option = option.value.map_or(option.key.to_owned(), |kind| {
                format!("{}={}", option.key, sample(kind))
            });
            let line = format!("{place} {option}").replace(" onfault onfault", " onfault");
            assert!(parse_line(&line).is_ok(), "{line}: {:?}", parse_line(&line));
        }
    }
}

#[test]
fn help_lists_all_and_explains_each() {
    let overview = help(None).expect("the overview");
    for spec in commands() {
        assert!(
            overview.contains(&format!("\n  {:<11} {}\n", spec.word, spec.summary)),
            "{}",
            spec.word
        );
        assert!(
            help(Some(spec.word)).is_some_and(|text| text.contains(spec.usage)),
            "{}",
            spec.word
        );
    }
    assert_eq!(help(Some("nothing")), None);
    insta::assert_snapshot!(help(Some("mmap")).expect("help"));
}
