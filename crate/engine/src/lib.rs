//! The memory manager of Linux 6.18 as a deterministic value.
//!
//! One [`Machine`] holds physical memory, address spaces, khugepaged and KSM.
//! System calls, writes to virtual files and virtual time change it; everything
//! a person could see is an event. One folder a kernel subsystem: `phys`
//! (frames, buddy allocator, contents), `vm` (address spaces, faults), `thp`,
//! `khugepaged`, `ksm`, `vfs` (the files of `/proc` and `/sys`), `trace`.
//!
//! Architecture invariant: no I/O, no clock, no randomness, no JavaScript, no
//! serialization here.

mod check;
pub mod chunked;
mod clock;
pub mod config;
pub mod errno;
pub mod explain;
mod hash;
pub mod khugepaged;
pub mod ksm;
pub mod machine;
pub mod phys;
pub mod stat;
pub mod thp;
pub mod trace;
pub mod vfs;
pub mod vm;

pub use config::MachineConfig;
pub use errno::Errno;
pub use machine::Machine;
