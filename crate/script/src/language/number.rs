//! Numbers, sizes and times. All arithmetic is checked: a number that does not fit is an error of the script.

use std::ops::RangeInclusive;

use super::error::Fault;
use super::word::Word;

/// Digits, or `0x` and hexadecimal digits; `None` if the text is no such number, `Err` if it has more than 64 bits.
fn digits(text: &str) -> Option<Result<u64, ()>> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(hex) => (hex, 16),
        None => (text, 10),
    };
    let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    all_digits.then(|| u64::from_str_radix(digits, radix).map_err(|_| ()))
}

/// A number within `range`, called `what` in errors.
pub(super) fn number(word: Word<'_>, what: &str, range: RangeInclusive<u64>) -> Result<u64, Fault> {
    let (low, high) = (*range.start(), *range.end());
    let expected = || match high {
        u64::MAX => format!("{what}, a number below 2^64"),
        _ => format!("{what}, a number from {low} to {high}"),
    };
    match digits(word.text) {
        Some(Ok(n)) if range.contains(&n) => Ok(n),
        _ => Err(Fault::new(word, expected())),
    }
}

/// A 64-bit word, negative numbers in two's complement, as a system call takes it.
pub(super) fn bits(word: Word<'_>, what: &str) -> Result<u64, Fault> {
    let (negative, magnitude) = match word.text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.text),
    };
    match digits(magnitude) {
        Some(Ok(n)) if !negative => Ok(n),
        Some(Ok(n)) if n <= 1 << 63 => Ok(n.wrapping_neg()),
        _ => Err(Fault::new(word, format!("{what}, a 64-bit number"))),
    }
}

/// A size in bytes: `4096`, `0x1000`, `4K`, `2M`, `1G`.
pub(super) fn size(word: Word<'_>, what: &str) -> Result<u64, Fault> {
    let (number, shift) = match word.text.char_indices().next_back() {
        Some((i, 'k' | 'K')) => (&word.text[..i], 10),
        Some((i, 'm' | 'M')) => (&word.text[..i], 20),
        Some((i, 'g' | 'G')) => (&word.text[..i], 30),
        _ => (word.text, 0),
    };
    match digits(number) {
        Some(Ok(n)) if n <= u64::MAX >> shift => Ok(n << shift),
        Some(_) => Err(Fault::new(word, format!("{what} below 16 EiB"))),
        None => Err(Fault::new(
            word,
            format!("{what} in bytes, such as 4096, 0x1000, 64K, 2M or 1G"),
        )),
    }
}

/// Units of time and their ns, those that end like another first.
const TIME_UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A time with its unit, in ns, at most `max_ns`.
pub(super) fn time_ns(word: Word<'_>, what: &str, max_ns: u64) -> Result<u64, Fault> {
    let unit = TIME_UNITS
        .iter()
        .find_map(|&(unit, ns)| Some((word.text.strip_suffix(unit)?, ns)));
    let expected = || format!("{what} such as 500us, 20ms, 10s, 5m or 1h");
    let (number, unit_ns) = unit.ok_or_else(|| Fault::new(word, expected()))?;
    let n = digits(number).ok_or_else(|| Fault::new(word, expected()))?;
    match n.ok().and_then(|n| n.checked_mul(unit_ns)) {
        Some(ns) if ns <= max_ns => Ok(ns),
        _ => Err(Fault::new(
            word,
            format!("{what} of at most {} hours", max_ns / 3_600_000_000_000),
        )),
    }
}
