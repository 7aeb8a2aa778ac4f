//! The normal forms of an answer, as the recorded answers of the real kernel have them.

mod json;
mod run_length;
mod trace;
mod value;

pub use json::compact;
pub use run_length::{RunLength, rle, rle_ids};
pub use trace::{Indexed, TraceGroup, group_trace};
pub use value::{Members, Value, put};
