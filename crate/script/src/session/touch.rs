//! The order in which `touch` goes over pages.

use crate::language::{Span, Touch, TouchPattern};
use mm_engine::vm::addr::PAGE_SIZE;

/// The pages of a `touch`, in its order. Random ones come from the seed alone. For `zipf` each range of pages twice as far
/// from the start is as likely as the one before, which is the density 1/x in whole numbers.
pub(super) fn touched(touch: &Touch, span: Span) -> impl Iterator<Item = u64> {
    let (step, pattern) = (span.step.max(1), touch.pattern);
    let n = (span.end - span.first).div_ceil(step).max(1);
    let mut state = touch.seed;
    let mut random = move |below: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % below
    };
    let count = if span.first < span.end {
        touch.count.unwrap_or(n)
    } else {
        0
    };
    // Byte of a stride, around the range. At most 2^35 pages have numbers.
    let mut place = 0;
    (0..count).map(move |i| {
        let at = match pattern {
            TouchPattern::Seq => i % n,
            TouchPattern::Random => random(n),
            TouchPattern::Stride { bytes } => {
                let here = place;
                place = (place + bytes % (n * PAGE_SIZE)) % (n * PAGE_SIZE);
                here / PAGE_SIZE
            }
            TouchPattern::Zipf => loop {
                let low = 1 << random(u64::from(n.ilog2()) + 1);
                let rank = low + random(low);
                if rank <= n {
                    break rank - 1;
                }
            },
        };
        span.first + at * step
    })
}
