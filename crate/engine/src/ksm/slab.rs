//! Objects of one kind by id, as the kernel's `ksm_rmap_item` and `ksm_stable_node` caches.

use crate::chunked::ChunkedVec;

/// An object that can keep the id of the next free one while it is free itself.
pub(super) trait SlabObject: Copy + Default {
    fn next_free(&self) -> u32;
    fn set_next_free(&mut self, id: u32);
}

/// Objects by id; ids count from 1, 0 is none. A freed id is given out again first.
#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    objects: ChunkedVec<T>,
    free: u32,
    nr_live: usize,
}

impl<T: SlabObject> Default for Slab<T> {
    fn default() -> Self {
        Slab {
            objects: ChunkedVec::new(1),
            free: 0,
            nr_live: 0,
        }
    }
}

impl<T: SlabObject> Slab<T> {
    pub(super) fn insert(&mut self, object: T) -> u32 {
        self.nr_live += 1;
        let id = self.free;
        if id == 0 {
            self.objects.push(object);
            return self.objects.len() as u32 - 1;
        }
        self.free = self.objects.get(id as usize).next_free();
        self.objects.set(id as usize, object);
        id
    }

    pub(super) fn remove(&mut self, id: u32) {
        debug_assert!(id != 0 && self.nr_live > 0);
        self.nr_live -= 1;
        let free = self.free;
        let object = self.objects.get_mut(id as usize);
        *object = T::default();
        object.set_next_free(free);
        self.free = id;
    }

    #[inline]
    pub(super) fn get(&self, id: u32) -> T {
        self.objects.get(id as usize)
    }

    #[inline]
    pub(super) fn at(&self, id: u32) -> &T {
        self.objects.at(id as usize)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: u32) -> &mut T {
        self.objects.get_mut(id as usize)
    }

    pub(super) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        self.objects.unshared_bytes(before.map(|b| &b.objects))
    }

    pub(super) fn nr_live(&self) -> usize {
        self.nr_live
    }
}
