//! Tests of the scenario language and of the comparison of answers.

mod bounds;
mod comparison;
mod completion;
mod errors;
mod lines;
mod properties;
mod recorded;
mod table;

use std::fs;
use std::path::PathBuf;

/// The recorded scenarios: name, script, answer, in the order of names.
fn scenarios() -> Vec<(String, String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).expect("tests/conformance is part of the repository") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "mm") {
            let text = |path: PathBuf| {
                fs::read_to_string(&path)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            };
            let name = path
                .file_stem()
                .expect("a file")
                .to_string_lossy()
                .into_owned();
            found.push((name, text(path.clone()), text(path.with_extension("json"))));
        }
    }
    found.sort();
    assert!(
        found.len() >= 165,
        "{} scenarios in {}",
        found.len(),
        folder.display()
    );
    found
}
