//! Physical memory: frames, the buddy allocator, zones and the contents of pages.
//!
//! Counterparts: `mm/page_alloc.c`, `mm/mmzone.c`, `include/linux/page-flags.h`.
//! A room kept for what belongs here and is not built yet: the LRU scanners become a file of this folder.

pub mod buddy;
pub mod compaction;
pub mod content;
mod contig;
pub(crate) mod direct_compact;
pub mod folio;
pub mod frame;
mod frame_vec;
mod isolation;
pub(crate) mod kcompactd;
pub mod memory_hotplug;
pub mod pressure;
pub mod swap;
mod swap_cache;
pub mod swap_cluster;
pub mod zone;
