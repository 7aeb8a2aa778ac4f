//! Address spaces: areas, page tables, faults and the calls that change them.
//!
//! Counterparts: `mm/mmap.c`, `mm/vma.c`, `mm/memory.c`, `mm/rmap.c`, `mm/madvise.c`, `mm/mprotect.c`, `mm/mremap.c`,
//! `mm/mlock.c`, `kernel/fork.c`.

pub mod access;
pub mod addr;
pub mod anon_vma;
mod condition;
mod cow;
pub mod fault;
mod fault_cost;
mod fork;
mod guard;
mod madvise;
pub mod mempolicy;
mod merge;
mod migrate;
mod mlock;
pub mod mm;
pub(crate) mod mmap;
mod mprotect;
mod mremap;
pub mod page_view;
mod populate;
mod prctl;
pub mod pte;
mod reclaim_advice;
pub mod rmap;
pub(crate) mod swap_fault;
mod swap_out;
mod swapoff;
pub mod table;
pub mod uapi;
pub mod uffd;
pub mod vma;
pub(crate) mod zap;
