//! Chunked copy-on-write vectors: what makes a 64 GiB machine cheap to hold and to clone.
//!
//! All chunks start as one shared chunk of default values, so memory is taken
//! only where something was written. A clone shares every chunk; the first
//! write on either side copies that chunk alone. Rewind keeps many machines
//! alive at once, and this is the whole of its cost.

use std::rc::Rc;

/// Elements of one chunk.
pub const CHUNK_LEN: usize = 1024;

/// A fixed-length vector of `T` in shared chunks of [`CHUNK_LEN`].
#[derive(Clone, Debug)]
pub struct ChunkedVec<T> {
    chunks: Vec<Rc<[T; CHUNK_LEN]>>,
    untouched: Rc<[T; CHUNK_LEN]>,
    len: usize,
}

impl<T: Copy + Default> ChunkedVec<T> {
    /// A vector of `len` default values that takes one chunk of memory.
    pub fn new(len: usize) -> Self {
        let untouched = Rc::new([T::default(); CHUNK_LEN]);
        let chunks = vec![untouched.clone(); len.div_ceil(CHUNK_LEN)];
        ChunkedVec {
            chunks,
            untouched,
            len,
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True for a vector of length 0.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The element at `i`; `i` must be below [`len`](Self::len).
    #[inline]
    pub fn get(&self, i: usize) -> T {
        self.chunks[i / CHUNK_LEN][i % CHUNK_LEN]
    }

    /// The element at `i`, where it is; `i` must be below [`len`](Self::len).
    #[inline]
    pub fn at(&self, i: usize) -> &T {
        &self.chunks[i / CHUNK_LEN][i % CHUNK_LEN]
    }

    /// The element at `i`, to be changed in place; copies a chunk that a clone still shares.
    #[inline]
    pub fn get_mut(&mut self, i: usize) -> &mut T {
        &mut unshare(&mut self.chunks[i / CHUNK_LEN])[i % CHUNK_LEN]
    }

    /// Stores `value` at `i`.
    #[inline]
    pub fn set(&mut self, i: usize, value: T) {
        *self.get_mut(i) = value;
    }

    /// Bytes of the chunks that `before` does not share, or, without one, that were ever written.
    pub fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        let n = crate::chunked::nr_unshared(
            &self.chunks,
            before.map_or(&[], |b| &b.chunks),
            &self.untouched,
        );
        n * size_of::<[T; CHUNK_LEN]>() as u64
    }

    /// Appends `value`.
    pub fn push(&mut self, value: T) {
        if self.len == self.chunks.len() * CHUNK_LEN {
            self.chunks.push(self.untouched.clone());
        }
        self.len += 1;
        self.set(self.len - 1, value);
    }
}

/// A block to be changed, copied first if a clone holds it as well: [`Rc::make_mut`], whose rare half is kept out of
/// the way of the common one.
#[inline]
pub(crate) fn unshare<B: Clone>(block: &mut Rc<B>) -> &mut B {
    if Rc::get_mut(block).is_none() {
        copy(block);
    }
    match Rc::get_mut(block) {
        Some(b) => b,
        None => unreachable!("it was copied"),
    }
}

#[cold]
#[inline(never)]
fn copy<B: Clone>(block: &mut Rc<B>) {
    *block = Rc::new(B::clone(block));
}

/// Blocks of `now` that are neither in their place in `before` nor the one that all begin as; and the list of blocks
/// itself, as parts of a block.
pub(crate) fn nr_unshared<B>(now: &[Rc<B>], before: &[Rc<B>], untouched: &Rc<B>) -> u64 {
    let own = |(i, block): &(usize, &Rc<B>)| {
        !Rc::ptr_eq(block, untouched) && !before.get(*i).is_some_and(|b| Rc::ptr_eq(block, b))
    };
    let list = size_of_val(now) / size_of::<B>().max(1);
    (now.iter().enumerate().filter(own).count() + list) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_do_not_see_each_other() {
        let mut a = ChunkedVec::<u32>::new(5000);
        a.set(4999, 7);
        let mut b = a.clone();
        b.set(4999, 8);
        b.set(0, 1);
        assert_eq!((a.get(4999), a.get(0)), (7, 0));
        assert_eq!((b.get(4999), b.get(0)), (8, 1));
        let taken = |v: &ChunkedVec<u32>| {
            let own = v.chunks.iter().filter(|c| !Rc::ptr_eq(c, &v.untouched));
            own.count()
        };
        assert_eq!((taken(&a), taken(&b)), (1, 2));
    }

    #[test]
    fn push_crosses_chunks() {
        let mut v = ChunkedVec::<u8>::new(CHUNK_LEN);
        v.push(3);
        assert_eq!(
            (v.len(), v.get(CHUNK_LEN), v.get(CHUNK_LEN - 1)),
            (CHUNK_LEN + 1, 3, 0)
        );
    }
}
