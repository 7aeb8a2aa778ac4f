//! The scenario language and what is printed when a scenario runs.
//!
//! * [`language`]: text to typed commands, completion and help. It knows nothing of the engine.
//! * [`output`]: the normal forms of an answer: run-length strings, the grouped trace, JSON with one field a line.
//! * [`session`]: a machine and the names its lines use; runs lines and observes.
//! * [`bench`]: the workloads whose speed is measured.
//! * [`history`]: a session with its log: rewind and replay.
//! * [`compare`]: two answers held against each other, the rules by which conformance is judged.

pub mod bench;
pub mod compare;
pub mod history;
pub mod language;
pub mod output;
pub mod session;
