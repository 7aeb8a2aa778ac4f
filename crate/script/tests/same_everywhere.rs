//! The native half of the proof that browsers give the same bytes: `crate/wasm/tests/browser.rs` holds its own answers
//! against the same file.

#[path = "../../wasm/tests/scenarios/mod.rs"]
mod scenarios;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm/tests/native.txt");

/// With `UPDATE_NATIVE=1` the file is written instead, after a change that is meant to change answers.
#[test]
fn native_answers_are_those_on_file() {
    let now = scenarios::all();
    if std::env::var_os("UPDATE_NATIVE").is_some() {
        std::fs::write(FILE, &now).expect("tests/native.txt can be written");
    }
    let on_file =
        std::fs::read_to_string(FILE).expect("tests/native.txt is part of the repository");
    assert_eq!(
        now, on_file,
        "meant? then UPDATE_NATIVE=1 cargo test -p mm-script --test same_everywhere"
    );
}
