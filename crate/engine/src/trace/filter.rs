//! Filters of tracepoints: `status != 1 && none_or_zero > 100`.
//!
//! Counterpart: `kernel/trace/trace_events_filter.c`. A filter is kept as the text it was written as and read again for
//! each event: events that pass a filter are few, and there is nothing to keep in step.
//!
//! Deviation: after a wrong filter the kernel's file shows the text with the place of the error, and the old filter is
//! gone; here it stays. Character classes in patterns are not known.

use super::record::{COMMON_NAMES, MAX_FIELDS, Record, field_name};
use super::tracepoint::TRACEPOINTS;

/// Bytes of a filter at most.
pub const MAX_FILTER: usize = 4095;
/// Brackets and negations within each other at most.
const MAX_DEPTH: u32 = 64;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Unsigned,
    Signed,
    Text,
}

/// A field of tracepoint `index` by name: its number and what it holds.
pub(super) fn find_field(index: usize, name: &str) -> Option<(usize, Kind)> {
    let fields = TRACEPOINTS[index].fields;
    if let Some(at) = fields.iter().position(|f| field_name(f) == name) {
        let kind = match fields[at] {
            (decl, ..) if decl.starts_with("__data_loc") => Kind::Text,
            (_, _, _, true) => Kind::Signed,
            _ => Kind::Unsigned,
        };
        return Some((at, kind));
    }
    let at = COMMON_NAMES.iter().position(|n| *n == name)?;
    let kind = match at {
        3..=5 => Kind::Signed,
        6.. => Kind::Text,
        _ => Kind::Unsigned,
    };
    Some((MAX_FIELDS + at, kind))
}

struct Reader<'a> {
    text: &'a str,
    index: usize,
    record: Option<&'a Record<'a>>,
    depth: u32,
}

/// Whether `record` passes the filter; without a record only whether the filter can be read. `None`: it cannot.
pub(super) fn passes(text: &str, index: usize, record: Option<&Record<'_>>) -> Option<bool> {
    let mut r = Reader {
        text,
        index,
        record,
        depth: 0,
    };
    let result = r.alternatives()?;
    r.skip_blanks();
    r.text.is_empty().then_some(result)
}

impl<'a> Reader<'a> {
    fn skip_blanks(&mut self) {
        self.text = self.text.trim_start();
    }

    fn eat(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let rest = self.text.strip_prefix(word);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn alternatives(&mut self) -> Option<bool> {
        let mut any = self.conjunction()?;
        while self.eat("||") {
            any |= self.conjunction()?;
        }
        Some(any)
    }

    fn conjunction(&mut self) -> Option<bool> {
        let mut all = self.factor()?;
        while self.eat("&&") {
            all &= self.factor()?;
        }
        Some(all)
    }

    fn factor(&mut self) -> Option<bool> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let result = if self.eat("!") {
            !self.factor()?
        } else if self.eat("(") {
            let inner = self.alternatives()?;
            if !self.eat(")") {
                return None;
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Some(result)
    }

    fn word(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        self.skip_blanks();
        let end = self.text.find(|c| !of(c)).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word
    }

    fn comparison(&mut self) -> Option<bool> {
        let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
        let (field, kind) = find_field(self.index, name)?;
        let ops = ["==", "!=", "<=", ">=", "<", ">", "&", "~"];
        let op = *ops.iter().find(|op| self.eat(op))?;
        self.skip_blanks();
        if kind == Kind::Text {
            let quote = self
                .text
                .chars()
                .next()
                .filter(|c| matches!(c, '"' | '\''))?;
            let (want, rest) = self.text[1..].split_once(quote)?;
            self.text = rest;
            let got = self.record.map_or("", |r| r.text_of(field));
            return match op {
                "==" => Some(got == want),
                "!=" => Some(got != want),
                "~" => Some(glob(want.as_bytes(), got.as_bytes())),
                _ => None,
            };
        }
        let digits = self.word(|c| c.is_ascii_alphanumeric() || c == '-');
        let want = number(digits, kind)?;
        let got = self.record.map_or(0, |r| r.number(field));
        let order = if kind == Kind::Signed {
            (got as i64).cmp(&(want as i64))
        } else {
            got.cmp(&want)
        };
        Some(match op {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "&" => got & want != 0,
            _ => return None,
        })
    }
}

/// As `kstrtoll` with base 0.
fn number(text: &str, kind: Kind) -> Option<u64> {
    let (minus, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None => (digits, 10),
    };
    if digits.starts_with('+') || minus && kind == Kind::Unsigned {
        return None;
    }
    let n = u64::from_str_radix(digits, radix).ok()?;
    if kind == Kind::Signed && n > i64::MAX as u64 + u64::from(minus) {
        return None;
    }
    Some(if minus { n.wrapping_neg() } else { n })
}

/// `*` stands for anything, `?` for one byte.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((sp, st)) => {
                    star = Some((sp, st + 1));
                    p = sp + 1;
                    t = st + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_read_as_the_kernel_reads_them() {
        let index = TRACEPOINTS
            .iter()
            .position(|t| t.name == "mm_khugepaged_scan_file")
            .expect("in the table");
        let record = Record {
            index,
            values: [5, u64::MAX, 1, 511, 0, 7, 0, 0],
            comm: "khugepaged",
            pid: 40,
            cpu: 0,
            filename: "memfd:m",
        };
        let cases = [
            ("present > 510", Some(true)),
            ("present>511||result==7", Some(true)),
            ("present > 511 && result == 7 || swap == 0", Some(true)),
            ("present > 511 && (result == 7 || swap == 0)", Some(false)),
            ("!(present == 0x1ff)", Some(false)),
            ("pfn == 0xffffffffffffffff", Some(true)),
            ("present & 1", Some(true)),
            ("filename ~ \"memfd*\" && comm == 'khugepaged'", Some(true)),
            ("filename ~ \"*z\"", Some(false)),
            ("filename ~ \"m?mf*m\"", Some(true)),
            ("common_pid == 40 && CPU != 1", Some(true)),
            ("swap > -1", Some(true)),
            ("pfn > -1", None),
            ("status == 1", None),
            ("present", None),
            ("present ==", None),
            ("present == x", None),
            ("present ~ 1", None),
            ("filename == memfd", None),
            ("filename < \"a\"", None),
            ("present == 1 &&", None),
            ("(present == 1", None),
            ("present == 1)", None),
            ("present == 9223372036854775808", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(passes(text, index, Some(&record)), want, "{text}");
            assert_eq!(
                passes(text, index, None).is_some(),
                want.is_some(),
                "{text}"
            );
        }
        let deep = |n| format!("{}swap == 0{}", "(".repeat(n), ")".repeat(n));
        assert_eq!(passes(&deep(60), index, Some(&record)), Some(true));
        assert_eq!(passes(&deep(2000), index, Some(&record)), None);
    }
}
