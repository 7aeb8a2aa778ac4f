//! What pages hold: symbolic, but exactly the bytes a program would read.
//!
//! A content id names a repeated 64-bit word, a generated stream, or either
//! with some bytes written over. Only pages that were written to beyond
//! [`MAX_PATCHES`] bytes cost their 4096 bytes of host memory. Order is that of
//! `memcmp` and the checksum that of KSM, both over the real bytes.

mod read;

use crate::chunked::ChunkedVec;

use std::collections::BTreeMap;
use std::rc::Rc;

/// Content id: an index in the [`ContentStore`].
pub type ContentId = u32;

/// The content of a new page: 4096 zero bytes. Ids up to 255 are pages filled with that byte, the next
/// 256 are zero pages whose first byte is id - 256.
pub const ZERO: ContentId = 0;

/// Bytes written over a symbolic page before it is kept as real bytes.
pub const MAX_PATCHES: usize = 64;

const WORDS: usize = 512;
const FIXED: usize = 512;
const FIRST_BYTE: usize = 256;

/// What a script can write to a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// One byte at offset 0; the rest stays (`byte=V`).
    Byte(u8),
    /// One byte at an offset below 4096; the rest stays.
    ByteAt(u16, u8),
    /// Every byte (`fill=V`, `zero`).
    Fill(u8),
    /// A 64-bit word repeated (`idx`).
    Word(u64),
    /// Word `w` is `mix(start + w)` (`seed=S` of page `i`: start is [`seed_start`]).
    Stream(u64),
}

const MIX_STEP: u64 = 0x9e37_79b9_7f4a_7c15;
const MIX_FACTORS: [u64; 2] = [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb];

impl Pattern {
    /// The pattern as `write(2)` means it: no byte stays as it was.
    pub fn of_all_bytes(self) -> Pattern {
        match self {
            Pattern::Byte(v) => Pattern::Fill(v),
            other => other,
        }
    }

    /// The byte it has at an offset below 4096.
    pub fn byte(self, at: u16) -> u8 {
        let word = match self {
            Pattern::Byte(v) | Pattern::Fill(v) | Pattern::ByteAt(_, v) => return v,
            Pattern::Word(w) => w,
            Pattern::Stream(start) => mix(start.wrapping_add(u64::from(at) / 8)),
        };
        word.to_le_bytes()[usize::from(at) % 8]
    }
}

/// One step of splitmix64.
#[inline]
pub fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(MIX_STEP);
    mix_end((z ^ z >> 30).wrapping_mul(MIX_FACTORS[0]))
}

/// The step from its first product on.
#[inline]
fn mix_end(z: u64) -> u64 {
    let z = (z ^ z >> 27).wrapping_mul(MIX_FACTORS[1]);
    z ^ z >> 31
}

/// Start of the stream that `seed=` writes to page `index` of a region.
pub fn seed_start(seed: u64, index: u64) -> u64 {
    mix(seed.wrapping_mul(0x100_0000_01b3).wrapping_add(index))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
enum Kind {
    #[default]
    Unused,
    Word,
    Stream,
    Patched,
    Bytes,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    value: u64,
    refs: u32,
    checksum: u32,
    /// 0x100 + the byte that replaces byte 0 of a word or stream; 0 if none does.
    first: u16,
    kind: Kind,
    hashed: bool,
}

#[derive(Clone, Debug)]
struct Patched {
    base: ContentId,
    writes: BTreeMap<u16, u8>,
}

/// All contents of a machine, counted by the pages and swap slots that hold them.
#[derive(Clone, Debug)]
pub struct ContentStore {
    entries: ChunkedVec<Entry>,
    free: Vec<ContentId>,
    patched: BTreeMap<ContentId, Rc<Patched>>,
    bytes: BTreeMap<ContentId, Rc<[u8; 4096]>>,
}

impl Default for ContentStore {
    fn default() -> Self {
        let mut entries = ChunkedVec::new(FIXED);
        for b in 0..FIRST_BYTE {
            let value = b as u64 * 0x0101_0101_0101_0101;
            entries.set(
                b,
                Entry {
                    value,
                    kind: Kind::Word,
                    ..Entry::default()
                },
            );
            let first = 0x100 | b as u16;
            entries.set(
                FIRST_BYTE + b,
                Entry {
                    first,
                    kind: Kind::Word,
                    ..Entry::default()
                },
            );
        }
        ContentStore {
            entries,
            free: Vec::new(),
            patched: BTreeMap::new(),
            bytes: BTreeMap::new(),
        }
    }
}

impl ContentStore {
    /// Contents that exist beyond the fixed ones.
    pub fn nr_live(&self) -> usize {
        self.entries.len() - FIXED - self.free.len()
    }

    fn new_entry(&mut self, kind: Kind, value: u64) -> ContentId {
        self.insert(Entry {
            value,
            refs: 1,
            kind,
            ..Entry::default()
        })
    }

    fn insert(&mut self, entry: Entry) -> ContentId {
        if let Some(id) = self.free.pop() {
            self.entries.set(id as usize, entry);
            return id;
        }
        self.entries.push(entry);
        (self.entries.len() - 1) as ContentId
    }

    fn word(&mut self, w: u64) -> ContentId {
        let byte = w & 0xff;
        if w == byte * 0x0101_0101_0101_0101 {
            byte as ContentId
        } else {
            self.new_entry(Kind::Word, w)
        }
    }

    /// Bytes that `before` does not share, with the lists that every clone has of its own.
    pub(crate) fn unshared_bytes(&self, before: Option<&Self>) -> u64 {
        const NODE: usize = 64;
        let lists = self.free.len() * size_of::<ContentId>()
            + (self.patched.len() + self.bytes.len()) * NODE;
        let new = |id: &ContentId| before.is_none_or(|b| !b.bytes.contains_key(id));
        let bytes = self.bytes.keys().filter(|id| new(id)).count() * 4096;
        self.entries.unshared_bytes(before.map(|b| &b.entries)) + (lists + bytes) as u64
    }

    /// One more holder of `id`.
    #[inline]
    pub fn get(&mut self, id: ContentId) -> ContentId {
        if id as usize >= FIXED {
            self.entries.get_mut(id as usize).refs += 1;
        }
        id
    }

    /// One holder less; the content goes with its last.
    #[inline]
    pub fn put(&mut self, id: ContentId) {
        if (id as usize) < FIXED {
            return;
        }
        let e = self.entries.get_mut(id as usize);
        debug_assert!(e.refs > 0);
        e.refs -= 1;
        if e.refs > 0 {
            return;
        }
        let kind = e.kind;
        *e = Entry::default();
        self.free.push(id);
        match kind {
            Kind::Patched => {
                if let Some(p) = self.patched.remove(&id) {
                    self.put(p.base);
                }
            }
            Kind::Bytes => {
                self.bytes.remove(&id);
            }
            Kind::Word | Kind::Stream | Kind::Unused => {}
        }
    }

    /// Holders of `id`; 0 for the fixed contents, which are not counted.
    pub fn refs(&self, id: ContentId) -> u32 {
        self.entries.get(id as usize).refs
    }

    /// What the page of content `old` holds after `pattern` was written to it. Takes over the holder of `old`.
    pub fn write(&mut self, old: ContentId, pattern: Pattern) -> ContentId {
        let new = match pattern {
            Pattern::Byte(v) => return self.write_byte(old, 0, v),
            Pattern::ByteAt(at, v) => return self.write_byte(old, at & 4095, v),
            Pattern::Fill(v) => ContentId::from(v),
            Pattern::Word(w) => self.word(w),
            Pattern::Stream(start) => self.new_entry(Kind::Stream, start),
        };
        self.put(old);
        new
    }

    fn write_byte(&mut self, old: ContentId, at: u16, v: u8) -> ContentId {
        if self.byte(old, at as usize) == v {
            return old;
        }
        let entry = self.entries.get(old as usize);
        if at == 0 && matches!(entry.kind, Kind::Word | Kind::Stream) {
            let new = self.with_first_byte(entry, v);
            self.put(old);
            return new;
        }
        if entry.kind == Kind::Bytes {
            let mut page = *self.bytes[&old];
            page[at as usize] = v;
            self.put(old);
            return self.insert_bytes(page);
        }
        let mut p = match self.patched.get(&old) {
            Some(p) => (**p).clone(),
            None => Patched {
                base: old,
                writes: BTreeMap::new(),
            },
        };
        self.get(p.base);
        if self.byte(p.base, at as usize) == v {
            p.writes.remove(&at);
        } else {
            p.writes.insert(at, v);
        }
        if p.writes.is_empty() {
            self.put(old);
            return p.base;
        }
        if p.writes.len() > MAX_PATCHES {
            let mut page = self.read(old);
            page[at as usize] = v;
            self.put(p.base);
            self.put(old);
            return self.insert_bytes(page);
        }
        self.put(old);
        let id = self.new_entry(Kind::Patched, 0);
        self.patched.insert(id, Rc::new(p));
        id
    }

    fn with_first_byte(&mut self, entry: Entry, v: u8) -> ContentId {
        let plain = if entry.kind == Kind::Word {
            entry.value
        } else {
            mix(entry.value)
        };
        match (entry.kind, plain as u8 == v) {
            (Kind::Word, true) => self.word(entry.value),
            (Kind::Word, false) if entry.value == 0 => (FIRST_BYTE + v as usize) as ContentId,
            (kind, same) => {
                let first = if same { 0 } else { 0x100 | u16::from(v) };
                self.insert(Entry {
                    value: entry.value,
                    refs: 1,
                    first,
                    kind,
                    ..Entry::default()
                })
            }
        }
    }

    /// A content of these very bytes, with one holder.
    pub fn insert_bytes(&mut self, page: [u8; 4096]) -> ContentId {
        let first = u64::from_le_bytes(page[..8].try_into().unwrap_or_default());
        if page.chunks_exact(8).all(|c| c == &page[..8]) {
            return self.word(first);
        }
        let id = self.new_entry(Kind::Bytes, 0);
        self.bytes.insert(id, Rc::new(page));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_kernel() {
        let mut c = ContentStore::default();
        let sums: Vec<u32> = [0, 0x2a, 0xcf, 1].map(|b| c.checksum(b)).to_vec();
        assert_eq!(sums, [0x32d8_bbdb, 0x9005_251d, 0xced8_678f, 0x68da_1f79]);
    }

    #[test]
    fn checksums_are_those_of_the_bytes() {
        let mut c = ContentStore::default();
        let stream = c.write(ZERO, Pattern::Stream(seed_start(3, 9)));
        for pattern in [
            Pattern::ByteAt(4095, 1),
            Pattern::Byte(0x77),
            Pattern::ByteAt(63, 2),
        ] {
            c.get(stream);
            let id = c.write(stream, pattern);
            let want = xxhash_rust::xxh64::xxh64(&c.read(id), 0) as u32;
            assert_eq!(c.checksum(id), want);
        }
    }

    #[test]
    fn checksums_of_streams_are_xxh64_wherever_the_generator_starts() {
        let mut c = ContentStore::default();
        let carries = (0..600u64).map(|i| (i << 30).wrapping_sub(MIX_STEP.wrapping_add(i)));
        let wraps = (0..520u64).map(|i| MIX_STEP.wrapping_neg().wrapping_sub(i));
        for start in (0..2000)
            .map(|i| seed_start(1, i))
            .chain(carries)
            .chain(wraps)
        {
            let stream = c.write(ZERO, Pattern::Stream(start));
            let want = xxhash_rust::xxh64::xxh64(&c.read(stream), 0) as u32;
            assert_eq!(c.checksum(stream), want, "{start:#x}");
            let patched = c.write(stream, Pattern::Byte(start as u8));
            let want = xxhash_rust::xxh64::xxh64(&c.read(patched), 0) as u32;
            assert_eq!(c.checksum(patched), want, "{start:#x}");
            c.put(patched);
        }
    }

    #[test]
    fn a_byte_written_and_taken_back_is_the_same_content() {
        let mut c = ContentStore::default();
        let a = c.write(ZERO, Pattern::Byte(7));
        assert_ne!(a, ZERO);
        assert_eq!(c.load(a, 0), 7);
        let b = c.write(a, Pattern::Byte(0));
        assert_eq!((b, c.nr_live()), (ZERO, 0));
    }

    #[test]
    fn many_bytes_become_real_bytes_and_words_become_words_again() {
        let mut c = ContentStore::default();
        let mut id = ZERO;
        for at in 0..200 {
            id = c.write(id, Pattern::ByteAt(at * 3, 5));
        }
        let mut page = [0u8; 4096];
        (0..200).for_each(|at| page[at * 3] = 5);
        assert_eq!(c.read(id), page);
        for at in 0..200 {
            id = c.write(id, Pattern::ByteAt(at * 3, 0));
        }
        assert_eq!((id, c.nr_live()), (ZERO, 0));
    }

    #[test]
    fn order_is_that_of_memcmp() {
        let mut c = ContentStore::default();
        let ids: Vec<_> = [
            Pattern::Fill(3),
            Pattern::Word(3),
            Pattern::Word(0x0300_0000_0000_0000),
            Pattern::Stream(seed_start(1, 0)),
            Pattern::Stream(seed_start(1, 1)),
            Pattern::Byte(9),
        ]
        .map(|p| c.write(ZERO, p))
        .to_vec();
        for &a in &ids {
            for &b in &ids {
                assert_eq!(c.compare(a, b), c.read(a).cmp(&c.read(b)), "{a} {b}");
            }
        }
    }
}
