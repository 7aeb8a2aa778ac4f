//! How virtual files read numbers and switches (`kstrtoul`, `kstrtobool`, `proc_get_long`).

/// Why a text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseError {
    /// Not a number in the form the file wants.
    Invalid,
    /// Too large for the type.
    Overflow,
}

/// Decimal digits with an optional leading `+` and one optional newline at the end.
fn parse_digits(text: &str) -> Result<u128, ParseError> {
    let t = text.strip_suffix('\n').unwrap_or(text);
    let t = t.strip_prefix('+').unwrap_or(t);
    if t.is_empty() || !t.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ParseError::Invalid);
    }
    t.trim_start_matches('0').get(..39).map_or_else(
        || Ok(t.parse().unwrap_or(u128::MAX)),
        |_| Err(ParseError::Overflow),
    )
}

/// A 64-bit `unsigned long`.
///
/// # Errors
/// Invalid text, or more than 2^64 - 1.
pub fn parse_ulong(text: &str) -> Result<u64, ParseError> {
    parse_digits(text).and_then(|n| u64::try_from(n).map_err(|_| ParseError::Overflow))
}

/// A 32-bit `unsigned int`.
///
/// # Errors
/// Invalid text, or more than 2^32 - 1.
pub fn parse_u32(text: &str) -> Result<u32, ParseError> {
    parse_digits(text).and_then(|n| u32::try_from(n).map_err(|_| ParseError::Overflow))
}

/// A 32-bit `int`; one leading `-` is allowed.
///
/// # Errors
/// Invalid text, or outside of `int`.
pub fn parse_int(text: &str) -> Result<i32, ParseError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    if negative && digits.starts_with('+') {
        return Err(ParseError::Invalid);
    }
    let n = parse_digits(digits)?;
    let n = i128::try_from(n).map_err(|_| ParseError::Overflow)?;
    i32::try_from(if negative { -n } else { n }).map_err(|_| ParseError::Overflow)
}

/// A switch: the first character decides (`o` needs a second), the rest is ignored.
///
/// # Errors
/// Any other first character.
pub fn parse_bool(text: &str) -> Result<bool, ParseError> {
    let b = text.as_bytes();
    match b.first().map(u8::to_ascii_lowercase) {
        Some(b'y' | b't' | b'1' | b'e') => Ok(true),
        Some(b'n' | b'f' | b'0' | b'd') => Ok(false),
        Some(b'o') => match b.get(1).map(u8::to_ascii_lowercase) {
            Some(b'n') => Ok(true),
            Some(b'f') => Ok(false),
            _ => Err(ParseError::Invalid),
        },
        _ => Err(ParseError::Invalid),
    }
}

/// A number as `/proc/sys` reads it: white space before it is skipped, `0x` is hexadecimal, a leading 0 octal, and
/// white space must follow if anything does; what comes after that is ignored. Signs are refused: no file here
/// allows a negative value. `None` for anything else, and from 2^64 on.
pub fn parse_sysctl(text: &str) -> Option<u64> {
    let space = |c: char| c.is_ascii_whitespace() || c == '\x0b';
    let word = text.trim_start_matches(space).split(space).next()?;
    let (digits, radix) = match word
        .strip_prefix('0')
        .map(|rest| (rest, rest.strip_prefix(['x', 'X'])))
    {
        Some((_, Some(hex))) => (hex, 16),
        Some((octal, None)) if !octal.is_empty() => (octal, 8),
        _ => (word, 10),
    };
    digits
        .bytes()
        .all(|b| b.is_ascii_alphanumeric())
        .then(|| u64::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_sysfs_reads_them() {
        let cases = [
            ("5", Ok(5)),
            ("+5\n", Ok(5)),
            ("007", Ok(7)),
            ("0x10", Err(ParseError::Invalid)),
            ("-1", Err(ParseError::Invalid)),
            (" 5", Err(ParseError::Invalid)),
            ("5\n\n", Err(ParseError::Invalid)),
            ("", Err(ParseError::Invalid)),
            ("4294967296", Err(ParseError::Overflow)),
            (
                "99999999999999999999999999999999999999999999",
                Err(ParseError::Overflow),
            ),
        ];
        for (text, want) in cases {
            assert_eq!(parse_u32(text), want, "{text:?}");
        }
        assert_eq!(parse_int("-3\n"), Ok(-3));
        assert_eq!(
            parse_ulong("18446744073709551616"),
            Err(ParseError::Overflow)
        );
    }

    #[test]
    fn numbers_as_sysctl_reads_them() {
        let cases = [
            ("16\n", Some(16)),
            (" \t0x10 ", Some(16)),
            ("0X1f", Some(31)),
            ("010", Some(8)),
            ("0", Some(0)),
            ("00", Some(0)),
            ("7 8", Some(7)),
            ("08", None),
            ("0x", None),
            ("7x", None),
            ("+7", None),
            ("-7", None),
            ("", None),
            (" \n", None),
            ("18446744073709551616", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse_sysctl(text), want, "{text:?}");
        }
    }

    #[test]
    fn switches_look_at_the_first_character() {
        for (text, want) in [
            ("10", Ok(true)),
            ("Yes", Ok(true)),
            ("off", Ok(false)),
            ("on", Ok(true)),
            ("D", Ok(false)),
        ] {
            assert_eq!(parse_bool(text), want, "{text:?}");
        }
        for text in ["2", "o", "", "x"] {
            assert_eq!(parse_bool(text), Err(ParseError::Invalid), "{text:?}");
        }
    }
}
