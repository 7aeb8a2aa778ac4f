//! The scenario language and what is printed when a scenario runs.
//!
//! * [`language`]: text to typed commands, completion and help. It knows nothing of the engine.
//! * [`output`]: the normal forms of an answer: run-length strings, the grouped trace, JSON with one field a line.
//! * [`session`]: a machine and the names its lines use; runs lines and observes.
//! * [`bench`](mod@bench): the workloads whose speed is measured.
//! * [`history`]: a session with its log: rewind and replay.
//! * [`compare`]: two answers held against each other, the rules by which conformance is judged.
//!
//! ```
//! let script = mm_script::language::parse("proc p1\np1 mmap a 8K\np1 write a\nexpect faults 2\n").unwrap();
//! let outcome = mm_script::session::run(&script);
//! assert_eq!(outcome.error, None);
//! assert!(outcome.expect_failed.is_empty());
//! assert_eq!(outcome.steps[2].faults, Some(2));
//! ```

pub mod bench;
pub mod compare;
pub mod history;
pub mod language;
pub mod output;
pub mod session;
