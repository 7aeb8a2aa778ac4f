//! Room in WebAssembly's memory, before it is needed.
//!
//! The allocator asks for memory 64 KiB at a time, and each time the host replaces its view of the memory and may
//! collect garbage: about 0.7 ms. A machine that goes on after a checkpoint copies what it writes, and spent most of
//! its time on that. Asked for in large steps it costs next to nothing; pages that nothing touches take no memory.

use std::hint::black_box;

/// What one call of the machine seldom goes beyond, in bytes.
const ROOM: usize = 16 << 20;

/// Sees to it that [`ROOM`] bytes in one piece are free. Where the host has no more, what is asked for next fails.
pub(crate) fn make_room() {
    let mut room: Vec<u8> = Vec::new();
    if room.try_reserve_exact(ROOM).is_ok() {
        // Not to be left out as an allocation without use.
        black_box(&mut room);
    }
}
