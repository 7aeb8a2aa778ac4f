//! A value for each frame: what makes 64 GiB cheap to hold, to clone, and to hand out in huge pages.
//!
//! Frames are kept in blocks of 512, the pages of a PMD-mapped huge page. A
//! block is shared, copied on its first write: by clones, and by all blocks
//! whose frames say the same, as those of a huge page or of free memory do.
//! The first frames of each block are kept apart from it: heads of huge pages
//! and the tails that lend them their fields change all the time, and need not
//! cost the block.

use crate::chunked::{ChunkedVec, nr_unshared, unshare};
use std::rc::Rc;

/// Frames of a block.
pub(super) const BLOCK: usize = 512;
/// Frames at the start of a block that are kept apart, where heads and their first tails have fields of their own.
const FIRST: usize = 8;
/// Frames of a block that are not.
const REST: usize = BLOCK - FIRST;
/// Blocks of one value that are remembered, to be shared.
const UNIFORM: usize = 4;

/// A fixed-length vector of `T` by frame number.
#[derive(Clone, Debug)]
pub(super) struct FrameVec<T> {
    first: ChunkedVec<T>,
    rest: Vec<Rc<[T; REST]>>,
    /// Blocks of one value, that of untouched memory first.
    uniform: Vec<(T, Rc<[T; REST]>)>,
    len: usize,
}

impl<T: Copy + Default + PartialEq> FrameVec<T> {
    /// A vector of `len` default values that takes one block of memory.
    pub fn new(len: usize) -> Self {
        let untouched = Rc::new([T::default(); REST]);
        let blocks = len.div_ceil(BLOCK);
        FrameVec {
            first: ChunkedVec::new(blocks * FIRST),
            rest: vec![untouched.clone(); blocks],
            uniform: vec![(T::default(), untouched)],
            len,
        }
    }

    /// Bytes of the blocks that `before` does not share, or, without one, of those that are not untouched memory.
    pub fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        let rest = before.map_or(&[][..], |b| &b.rest);
        let n = nr_unshared(&self.rest, rest, &self.uniform[0].1);
        n * size_of::<[T; REST]>() as u64 + self.first.unshared_bytes(before.map(|b| &b.first))
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Value of frame `i`, which must be below [`len`](Self::len).
    #[inline]
    pub fn get(&self, i: usize) -> &T {
        match (i % BLOCK).checked_sub(FIRST) {
            Some(at) => &self.rest[i / BLOCK][at],
            None => self.get_first(i),
        }
    }

    /// Value of frame `i`, to be changed in place; copies a block that is shared.
    #[inline]
    pub fn get_mut(&mut self, i: usize) -> &mut T {
        match (i % BLOCK).checked_sub(FIRST) {
            Some(at) => &mut unshare(&mut self.rest[i / BLOCK])[at],
            None => self.get_first_mut(i),
        }
    }

    #[cold]
    #[inline(never)]
    fn get_first(&self, i: usize) -> &T {
        self.first.at(i / BLOCK * FIRST + i % BLOCK)
    }

    #[cold]
    #[inline(never)]
    fn get_first_mut(&mut self, i: usize) -> &mut T {
        self.first.get_mut(i / BLOCK * FIRST + i % BLOCK)
    }

    /// Stores `value` for the `n` frames from `start`. Whole blocks become shared ones.
    pub fn fill(&mut self, start: usize, n: usize, value: T) {
        let (mut i, end) = (start, start + n);
        while i < end {
            let (block, from) = (i / BLOCK, i % BLOCK);
            let to = (end - block * BLOCK).min(BLOCK);
            for at in from..to.min(FIRST) {
                if value != T::default() || *self.first.at(block * FIRST + at) != value {
                    self.first.set(block * FIRST + at, value);
                }
            }
            if to - from == BLOCK {
                self.rest[block] = self.uniform(value);
            } else if to > FIRST && !(value == T::default() && self.rest_is_untouched(block)) {
                Rc::make_mut(&mut self.rest[block])[from.max(FIRST) - FIRST..to - FIRST]
                    .fill(value);
            }
            i += to - from;
        }
    }

    /// A block of `value` alone.
    fn uniform(&mut self, value: T) -> Rc<[T; REST]> {
        let known = self.uniform.iter().find(|(v, _)| *v == value);
        if let Some((_, block)) = known {
            return block.clone();
        }
        let block = Rc::new([value; REST]);
        self.uniform.truncate(UNIFORM - 1);
        self.uniform.insert(1, (value, block.clone()));
        block
    }

    fn rest_is_untouched(&self, block: usize) -> bool {
        Rc::ptr_eq(&self.rest[block], &self.uniform[0].1)
    }

    /// True if all frames of the block of frame `i` have the default value, as far as is known without a look at each.
    pub fn is_untouched(&self, i: usize) -> bool {
        let block = i / BLOCK;
        let first = block * FIRST..(block + 1) * FIRST;
        self.rest_is_untouched(block)
            && first
                .into_iter()
                .all(|at| *self.first.at(at) == T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_reads_and_shares() {
        let mut v = FrameVec::<u32>::new(4 * BLOCK);
        v.fill(2, 3 * BLOCK, 7);
        let seen: Vec<u32> = [0, 1, 2, 5, 511, 512, 1535, 1536, 1537, 1538, 2047]
            .map(|i| *v.get(i))
            .into();
        assert_eq!(seen, [0, 0, 7, 7, 7, 7, 7, 7, 7, 0, 0]);
        assert!(Rc::ptr_eq(&v.rest[1], &v.rest[2]), "one block for both");
        *v.get_mut(BLOCK) = 8;
        assert!(
            Rc::ptr_eq(&v.rest[1], &v.rest[2]),
            "a head does not cost it"
        );
        *v.get_mut(BLOCK + FIRST) = 9;
        assert_eq!(
            [BLOCK, BLOCK + FIRST, 2 * BLOCK, 2 * BLOCK + FIRST].map(|i| *v.get(i)),
            [8, 9, 7, 7]
        );
    }

    #[test]
    fn clones_do_not_see_each_other() {
        let mut a = FrameVec::<u32>::new(2 * BLOCK);
        *a.get_mut(600) = 7;
        let mut b = a.clone();
        *b.get_mut(600) = 8;
        *b.get_mut(1) = 1;
        assert_eq!((*a.get(600), *a.get(1)), (7, 0));
        assert_eq!((*b.get(600), *b.get(1)), (8, 1));
        assert!(a.is_untouched(0) && !b.is_untouched(0) && !a.is_untouched(512));
        b.fill(0, 2 * BLOCK, 0);
        assert!(b.is_untouched(0) && b.is_untouched(512));
    }
}
