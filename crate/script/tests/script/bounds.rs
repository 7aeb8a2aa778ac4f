//! The bounds of a script, at and just past each.

use mm_script::language::{MAX_ERRORS, MAX_LINE_BYTES, MAX_LINES, MAX_SCRIPT_BYTES, parse};

fn error(text: &str) -> String {
    parse(text)
        .expect_err("a bound is passed")
        .last()
        .expect("an error")
        .to_string()
}

#[test]
fn length_of_a_script() {
    let comment = |len: usize| format!("#{}", " ".repeat(len - 1));
    assert!(parse(&comment(MAX_SCRIPT_BYTES)).is_ok());
    assert_eq!(
        error(&comment(MAX_SCRIPT_BYTES + 1)),
        "line 1, column 1: found a script of 1048577 bytes, expected at most 1048576"
    );
}

#[test]
fn length_of_a_line() {
    let line = |len: usize| format!("observe {}", "x".repeat(len - 8));
    assert!(parse(&line(MAX_LINE_BYTES)).is_ok());
    assert_eq!(
        error(&line(MAX_LINE_BYTES + 1)),
        "line 1, column 1: found a line of 4097 bytes, expected at most 4096"
    );
    let text = |nr: usize| format!("for i in 1000..1001\nobserve {}\nend", "$i".repeat(nr));
    assert!(parse(&text(1022)).is_ok());
    assert!(error(&text(1023)).contains("expected at most 4096 bytes once its variables"));
}

#[test]
fn number_of_lines() {
    let script = |n: usize| {
        format!(
            "for i in 0..{}\nfor j in 0..1000\nobserve $i\nend\nend\n{}",
            n / 1000,
            "observe\n".repeat(n % 1000)
        )
    };
    assert_eq!(
        parse(&script(MAX_LINES)).expect("parses").lines.len(),
        MAX_LINES
    );
    assert!(error(&script(MAX_LINES + 1)).contains("expected at most 100000 lines"));
    assert!(error("for i in 0..4294967295\nobserve\nend").contains("a longer script"));
}

#[test]
fn bytes_of_all_lines() {
    let text = format!("for i in 0..10000\nobserve {}\nend", "x".repeat(4000));
    assert!(error(&text).contains("33554432 bytes"));
}

/// Loops without lines end too.
#[test]
fn turns_of_empty_loops() {
    assert!(error("for i in 0..4294967295\nend").contains("a longer script"));
    let empty = "for i in 0..4000000000\nfor j in 0..4000000000\nfor k in 9..3\nend\nend\nend";
    assert!(error(empty).contains("a longer script"));
}

#[test]
fn number_of_errors() {
    let errors = parse(&"x\n".repeat(MAX_ERRORS * 3)).expect_err("wrong");
    assert_eq!(errors.len(), MAX_ERRORS);
}

/// A line that is wrong in each of many turns is reported once, and checked no further.
#[test]
fn an_error_in_a_loop_is_reported_once() {
    let errors = parse("for i in 0..100000\np1 read a[$i..5]\nend").expect_err("wrong");
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].to_string(),
        "line 2, column 15: found `5`, expected a page from 6 on, where the range begins"
    );
}
