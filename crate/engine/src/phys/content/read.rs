//! Reading contents: words, bytes, order, checksum.

use super::{
    ContentId, ContentStore, FIRST_BYTE, Kind, MIX_FACTORS, MIX_STEP, Pattern, WORDS, ZERO, mix,
    mix_end,
};
use std::cmp::Ordering;

/// Words of a group whose generator states differ in their lowest bits alone.
const GROUP: u64 = 8;

/// XXH64 with seed 0 of a stream, whose byte 0 may be replaced. The words go from the generator right into the lanes,
/// without a buffer, and new streams are most of a first scan: four multiplications a word are what it costs.
///
/// One of them is shared. The generator's state counts up by one a word, so the states of an aligned group of eight
/// have all but three bits in common, and `state ^ state >> 30` is theirs with these three changed: eight products
/// that differ by small multiples of the factor, which a table holds.
fn stream_xxh64(start: u64, first: u16) -> u64 {
    const P: [u64; 4] = [
        0x9e37_79b1_85eb_ca87,
        0xc2b2_ae3d_27d4_eb4f,
        0x1656_67b1_9e37_79f9,
        0x85eb_ca77_c2b2_ae63,
    ];
    const MULTIPLES: [u64; GROUP as usize] = {
        let mut multiples = [0; GROUP as usize];
        let mut i = 1;
        while i < multiples.len() {
            multiples[i] = MIX_FACTORS[0].wrapping_mul(i as u64);
            i += 1;
        }
        multiples
    };
    let round = |lane: u64, word: u64| {
        let sum = lane.wrapping_add(word.wrapping_mul(P[1]));
        sum.rotate_left(31).wrapping_mul(P[0])
    };
    let mut lanes = [P[0].wrapping_add(P[1]), P[1], 0, P[0].wrapping_neg()];
    let state = start.wrapping_add(MIX_STEP);
    let high = state >> 30;
    // Words before the first aligned group; at least word 0, whose first byte may be another. All words where the
    // states carry into the bits that are shifted down, once in two million pages.
    let lead = if state.wrapping_add(WORDS as u64) >> 30 == high {
        GROUP - state % GROUP
    } else {
        WORDS as u64
    };
    let groups = (WORDS as u64 - lead) / GROUP;
    let one_by_one = |lanes: &mut [u64; 4], words: std::ops::Range<u64>| {
        for w in words {
            let mut word = mix(start.wrapping_add(w));
            if w == 0 && first != 0 {
                word = word & !0xff | u64::from(first & 0xff);
            }
            lanes[w as usize % 4] = round(lanes[w as usize % 4], word);
        }
    };
    one_by_one(&mut lanes, 0..lead);
    // From here on the first word of a group goes to the first of these.
    lanes = std::array::from_fn(|i| lanes[(i + lead as usize) % 4]);
    let differ: [u64; GROUP as usize] =
        std::array::from_fn(|i| MULTIPLES[i ^ (high % GROUP) as usize]);
    let mut state = state.wrapping_add(lead);
    for _ in 0..groups {
        let product = ((state ^ high) & !(GROUP - 1)).wrapping_mul(MIX_FACTORS[0]);
        for (i, multiple) in differ.iter().enumerate() {
            let word = mix_end(product.wrapping_add(*multiple));
            lanes[i % 4] = round(lanes[i % 4], word);
        }
        state = state.wrapping_add(GROUP);
    }
    lanes = std::array::from_fn(|i| lanes[(i + WORDS - lead as usize) % 4]);
    one_by_one(&mut lanes, lead + groups * GROUP..WORDS as u64);
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
