//! The boot parameters `thp_anon=` and `thp_shmem=`: `16K-64K,1M:always;2M:inherit`.
//!
//! Counterparts: `setup_thp_anon`, `setup_thp_shmem`. The kernel warns about what it cannot read and ignores all of it.

use super::{ShmemSizeEnabled, SizeEnabled};
use crate::config::MachineConfig;

/// `64K` as an order of at least `first`.
fn order_of(size: &str, first: u8) -> Option<u8> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &size[digits.len()..] {
        "" => 0,
        "K" | "k" => 10,
        "M" | "m" => 20,
        "G" | "g" => 30,
        _ => return None,
    };
    let bytes = digits.parse::<u64>().ok()?.checked_shl(unit)?;
    (first..=9).find(|o| bytes == 4096 << o)
}

/// Calls `set` with each order and its word. `None`: something cannot be read.
fn read(text: &str, first: u8, set: &mut dyn FnMut(u8, &str) -> bool) -> Option<()> {
    for part in text.split(';') {
        let (sizes, word) = part.split_once(':')?;
        for item in sizes.split(',') {
            let (low, high) = item.split_once('-').unwrap_or((item, item));
            let (low, high) = (order_of(low, first)?, order_of(high, first)?);
            if low > high || !(low..=high).all(|o| set(o, word)) {
                return None;
            }
        }
    }
    Some(())
}

impl MachineConfig {
    /// `thp_anon=`. Given several times the later one adds to the earlier.
    pub fn boot_thp_anon(&mut self, text: &str) {
        let mut sizes = self.thp_anon.unwrap_or([SizeEnabled::Never; 10]);
        let mut set = |o: u8, word: &str| {
            SizeEnabled::from_word(word).is_some_and(|e| {
                sizes[usize::from(o)] = e;
                true
            })
        };
        if read(text, 2, &mut set).is_some() {
            self.thp_anon = Some(sizes);
        }
    }

    /// `thp_shmem=`, with the words of the files and from order 1.
    pub fn boot_thp_shmem(&mut self, text: &str) {
        let mut sizes = self.thp_shmem.unwrap_or([ShmemSizeEnabled::Never; 10]);
        let mut set = |o: u8, word: &str| {
            ShmemSizeEnabled::from_word(word).is_some_and(|e| {
                sizes[usize::from(o)] = e;
                true
            })
        };
        if read(text, 1, &mut set).is_some() {
            self.thp_shmem = Some(sizes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_words() {
        use SizeEnabled as S;
        let sizes = |texts: &[&str]| {
            let mut c = MachineConfig::default();
            texts.iter().for_each(|t| c.boot_thp_anon(t));
            c.thp_anon
        };
        let with = |set: &[(usize, S)]| {
            let mut a = [S::Never; 10];
            set.iter().for_each(|(o, s)| a[*o] = *s);
            Some(a)
        };
        assert_eq!(sizes(&["64K:always"]), with(&[(4, S::Always)]));
        assert_eq!(
            sizes(&["16K-64K,1M:madvise;2048K:inherit"]),
            with(
                &[2, 3, 4, 8]
                    .map(|o| (o, S::Madvise))
                    .iter()
                    .copied()
                    .chain([(9, S::Inherit)])
                    .collect::<Vec<_>>()
            )
        );
        assert_eq!(
            sizes(&["64K:always", "2M:inherit"]),
            with(&[(4, S::Always), (9, S::Inherit)])
        );
        assert_eq!(sizes(&["64K:always", "x:always"]), with(&[(4, S::Always)]));
        for wrong in [
            "",
            "64K",
            "8K:always",
            "4M:always",
            "48K:always",
            "64K:sometimes",
            "1M-64K:always",
            "64K:always;",
            "64Q:always",
            "65536000000000000000:always",
        ] {
            assert_eq!(sizes(&[wrong]), None, "{wrong}");
        }
        let mut c = MachineConfig::default();
        c.boot_thp_shmem("8K:within_size");
        assert_eq!(
            c.thp_shmem.map(|a| a[1]),
            Some(ShmemSizeEnabled::WithinSize)
        );
    }
}
