//! Reading contents: words, bytes, order, checksum.

use super::{ContentId, ContentStore, FIRST_BYTE, Kind, Pattern, WORDS, ZERO, mix};
use std::cmp::Ordering;

/// XXH64 with seed 0 of a stream, whose byte 0 may be replaced. The words go from the generator right into the lanes:
/// half as fast again as writing them down and hashing them, and new streams are most of a first scan.
fn stream_xxh64(start: u64, first: u16) -> u64 {
    const P: [u64; 4] = [
        0x9e37_79b1_85eb_ca87,
        0xc2b2_ae3d_27d4_eb4f,
        0x1656_67b1_9e37_79f9,
        0x85eb_ca77_c2b2_ae63,
    ];
    let round = |lane: u64, word: u64| {
        let sum = lane.wrapping_add(word.wrapping_mul(P[1]));
        sum.rotate_left(31).wrapping_mul(P[0])
    };
    let mut lanes = [P[0].wrapping_add(P[1]), P[1], 0, P[0].wrapping_neg()];
    let mut replaced = mix(start);
    if first != 0 {
        replaced = replaced & !0xff | u64::from(first & 0xff);
    }
    for w in (0..WORDS as u64).step_by(4) {
        let word = if w == 0 {
            replaced
        } else {
            mix(start.wrapping_add(w))
        };
        lanes[0] = round(lanes[0], word);
        for (lane, at) in lanes[1..].iter_mut().zip(w + 1..) {
            *lane = round(*lane, mix(start.wrapping_add(at)));
        }
    }
    let mut hash = 0u64;
    for (lane, turn) in lanes.iter().zip([1, 7, 12, 18]) {
        hash = hash.wrapping_add(lane.rotate_left(turn));
    }
    for lane in lanes {
        hash = (hash ^ round(0, lane))
            .wrapping_mul(P[0])
            .wrapping_add(P[3]);
    }
    hash = hash.wrapping_add(WORDS as u64 * 8);
    hash = (hash ^ hash >> 33).wrapping_mul(P[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(P[2]);
    hash ^ hash >> 32
}

impl ContentStore {
    /// 64-bit word `w` (0..512), as the processor would load it.
    #[inline]
    pub fn load(&self, id: ContentId, w: usize) -> u64 {
        let e = self.entries.get(id as usize);
        let plain = match e.kind {
            Kind::Word | Kind::Unused => e.value,
            Kind::Stream => mix(e.value.wrapping_add(w as u64)),
            Kind::Patched => {
                let p = &self.patched[&id];
                let mut word = self.load(p.base, w).to_le_bytes();
                for (at, v) in p.writes.range(w as u16 * 8..w as u16 * 8 + 8) {
                    word[*at as usize % 8] = *v;
                }
                u64::from_le_bytes(word)
            }
            Kind::Bytes => {
                let page = &self.bytes[&id];
                u64::from_le_bytes(page[w * 8..w * 8 + 8].try_into().unwrap_or_default())
            }
        };
        if w == 0 && e.first != 0 {
            plain & !0xff | u64::from(e.first & 0xff)
        } else {
            plain
        }
    }

    /// Byte at an offset below 4096.
    pub fn byte(&self, id: ContentId, at: usize) -> u8 {
        self.load(id, at / 8).to_le_bytes()[at % 8]
    }

    /// All bytes.
    pub fn read(&self, id: ContentId) -> [u8; 4096] {
        let e = self.entries.get(id as usize);
        let mut page = [0; 4096];
        let words = page.chunks_exact_mut(8);
        match e.kind {
            Kind::Word | Kind::Unused => {
                words.for_each(|out| out.copy_from_slice(&e.value.to_le_bytes()))
            }
            Kind::Stream => {
                for (w, out) in words.enumerate() {
                    out.copy_from_slice(&mix(e.value.wrapping_add(w as u64)).to_le_bytes());
                }
            }
            Kind::Patched => {
                let p = &self.patched[&id];
                page = self.read(p.base);
                p.writes.iter().for_each(|(at, v)| page[*at as usize] = *v);
            }
            Kind::Bytes => page = *self.bytes[&id],
        }
        if e.first != 0 {
            page[0] = e.first as u8;
        }
        page
    }

    /// `memcmp` of the two pages as unsigned bytes.
    pub fn compare(&self, a: ContentId, b: ContentId) -> Ordering {
        match self.first_difference(a, b) {
            None => Ordering::Equal,
            Some(at) => self.byte(a, at).cmp(&self.byte(b, at)),
        }
    }

    /// Offset of the first differing byte, `None` if the pages are equal.
    pub fn first_difference(&self, a: ContentId, b: ContentId) -> Option<usize> {
        if a == b {
            return None;
        }
        let (ea, eb) = (self.entries.get(a as usize), self.entries.get(b as usize));
        if ea.kind == eb.kind
            && matches!(ea.kind, Kind::Word | Kind::Stream)
            && (ea.value, ea.first) == (eb.value, eb.first)
        {
            return None;
        }
        let w = (0..WORDS).find(|&w| self.load(a, w) != self.load(b, w))?;
        let differ = self.load(a, w) ^ self.load(b, w);
        Some(w * 8 + differ.trailing_zeros() as usize / 8)
    }

    /// True if the bytes are equal.
    pub fn same(&self, a: ContentId, b: ContentId) -> bool {
        self.first_difference(a, b).is_none()
    }

    /// True for 4096 zero bytes.
    pub fn is_zero(&self, id: ContentId) -> bool {
        self.same(id, ZERO)
    }

    /// KSM's checksum: the low 32 bits of XXH64 with seed 0 over the page. Computed once for each content.
    pub fn checksum(&mut self, id: ContentId) -> u32 {
        let e = self.entries.get(id as usize);
        if e.hashed {
            return e.checksum;
        }
        let checksum = match e.kind {
            Kind::Bytes => xxhash_rust::xxh64::xxh64(&*self.bytes[&id], 0),
            Kind::Stream => stream_xxh64(e.value, e.first),
            _ => xxhash_rust::xxh64::xxh64(&self.read(id), 0),
        } as u32;
        let e = self.entries.get_mut(id as usize);
        (e.checksum, e.hashed) = (checksum, true);
        checksum
    }

    /// True if `pattern` written to a page of content `id` would change nothing.
    pub fn matches(&self, id: ContentId, pattern: Pattern) -> bool {
        match pattern {
            Pattern::Byte(v) => self.byte(id, 0) == v,
            Pattern::ByteAt(at, v) => self.byte(id, at as usize & 4095) == v,
            Pattern::Fill(v) => self.same(id, ContentId::from(v)),
            Pattern::Word(w) => (0..WORDS).all(|i| self.load(id, i) == w),
            Pattern::Stream(start) => {
                let e = self.entries.get(id as usize);
                (e.kind == Kind::Stream && e.value == start && e.first == 0)
                    || (0..WORDS).all(|i| self.load(id, i) == mix(start.wrapping_add(i as u64)))
            }
        }
    }

    /// Feeds `update` with bytes that are equal for equal representations: for the state hash.
    pub fn hash_key(&self, id: ContentId, mut update: impl FnMut(&[u8])) {
        let e = self.entries.get(id as usize);
        match e.kind {
            Kind::Patched | Kind::Bytes => update(&self.read(id)),
            _ => {
                update(&[e.kind as u8]);
                update(&e.value.to_le_bytes());
                update(&e.first.to_le_bytes());
            }
        }
    }

    /// How the inspector names a content: `zero`, `0x41 repeated`, `stream …`, `bytes`.
    pub fn describe(&self, id: ContentId) -> String {
        let e = self.entries.get(id as usize);
        if e.first != 0 {
            let plain = match e.kind {
                Kind::Stream => format!("stream {:#018x}", e.value),
                _ if e.value == 0 => "zero".into(),
                _ => format!("word {:#x} repeated", e.value),
            };
            return format!("{plain}, first byte 0x{:02x}", e.first & 0xff);
        }
        match e.kind {
            Kind::Word if e.value == 0 => "zero".into(),
            Kind::Word if (id as usize) < FIRST_BYTE => format!("0x{id:02x} repeated"),
            Kind::Word | Kind::Unused => format!("word {:#x} repeated", e.value),
            Kind::Stream => format!("stream {:#018x}", e.value),
            Kind::Patched => {
                let p = &self.patched[&id];
                format!(
                    "{} with {} bytes written",
                    self.describe(p.base),
                    p.writes.len()
                )
            }
            Kind::Bytes => "bytes".into(),
        }
    }
}
