//! The memory manager of Linux 6.18 as a deterministic value.
//!
//! One [`Machine`] holds physical memory, address spaces, khugepaged and KSM.
//! System calls, writes to virtual files and virtual time change it; everything
//! a person could see is an event. One folder a kernel subsystem: `phys`
//! (frames, buddy allocator, contents), `vm` (address spaces, faults), `thp`,
//! `khugepaged`, `ksm`, `vfs` (the files of `/proc` and `/sys`), `trace`.
//!
//! ```
//! use mm_engine::phys::content::Pattern;
//! use mm_engine::vm::uapi::{Advice, MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE};
//! use mm_engine::{Machine, MachineConfig};
//!
//! let mut machine = Machine::new(MachineConfig::default())?;
//! let pid = machine.spawn("p1")?;
//! let (prot, flags) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
//! let addr = machine.mmap(pid, 0, 2 << 20, prot, flags)?;
//! machine.madvise(pid, addr, 2 << 20, Advice::HugePage as i32)?;
//! assert_eq!(machine.store(pid, addr, Pattern::Fill(7))?, Ok(()));
//! // One fault mapped a whole huge page.
//! assert_eq!(machine.page_state(pid, addr + 4096).class, 'T');
//! assert_eq!(machine.stats().thp_fault_alloc, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Architecture invariant: no I/O, no clock, no randomness, no JavaScript, no
//! serialization here.

mod check;
pub mod chunked;
mod clock;
pub mod config;
pub mod errno;
pub mod explain;
pub mod file;
mod hash;
pub mod hugetlb;
pub mod khugepaged;
pub mod ksm;
pub mod machine;
pub mod phys;
mod sharing;
pub mod stat;
pub mod thp;
pub mod tlb;
pub mod trace;
pub mod vfs;
pub mod vm;

pub use config::MachineConfig;
pub use errno::Errno;
pub use machine::Machine;
