//! Physical memory: frames, the buddy allocator, zones and the contents of pages.
//!
//! Counterparts: `mm/page_alloc.c`, `mm/mmzone.c`, `include/linux/page-flags.h`.
//! Rooms kept for what belongs here and is not built yet: compaction and the LRU
//! scanners each become a file of this folder.

pub mod buddy;
pub mod content;
pub mod folio;
pub mod frame;
mod frame_vec;
pub mod pressure;
pub mod swap;
mod swap_cache;
pub mod swap_cluster;
pub mod zone;
