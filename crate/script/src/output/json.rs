//! JSON with one observation field a line: readable, and two of them compare well line by line.

use std::io::{self, Write};

use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// A value is put on one line if it ends before this column.
const WIDTH: usize = 118;

/// The value as text without newline at its end: what fits on one line is on one line, the rest has a member a line.
/// Outside of ASCII everything is escaped, so that bytes, characters and columns agree.
pub fn compact(value: &Value) -> String {
    let mut text = String::new();
    append(&mut text, value, 0);
    text
}

/// `depth` is the depth of nesting, which is also the indentation. Recursion is bounded by the parser's or builder's depth.
fn append(text: &mut String, value: &Value, depth: usize) {
    let line = one_line(value);
    match value {
        Value::Object(object) if !object.is_empty() && line.len() + depth >= WIDTH => {
            block(
                text,
                '{',
                '}',
                depth,
                object.iter(),
                |text, (key, value)| {
                    *text += &one_line(&Value::from(key.as_str()));
                    *text += ": ";
                    append(text, value, depth + 1);
                },
            );
        }
        Value::Array(items) if !items.is_empty() && line.len() + depth >= WIDTH => {
            block(text, '[', ']', depth, items.iter(), |text, value| {
                append(text, value, depth + 1)
            });
        }
        _ => *text += &line,
    }
}

fn block<T>(
    text: &mut String,
    open: char,
    close: char,
    depth: usize,
    members: impl Iterator<Item = T>,
    member: impl Fn(&mut String, T),
) {
    let indent = " ".repeat(depth);
    text.push(open);
    for (i, item) in members.enumerate() {
        *text += if i == 0 { "\n " } else { ",\n " };
        *text += &indent;
        member(text, item);
    }
    text.push('\n');
    *text += &indent;
    text.push(close);
}

fn one_line(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, OneLine);
    serde::Serialize::serialize(value, &mut serializer)
        .expect("a value has no keys but strings, and memory does not fail");
    String::from_utf8(bytes).expect("ASCII")
}

/// `{"a": 1, "b": [2, 3]}`, in ASCII.
struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            match c.is_ascii() {
                true => writer.write_all(&[c as u8])?,
                false => c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_ascii_with_blanks() {
        let check = |json: &str, expected: &str| {
            assert_eq!(compact(&serde_json::from_str(json).unwrap()), expected)
        };
        check(
            r#"{"a":1,"b":[2,true,null],"c":{}}"#,
            r#"{"a": 1, "b": [2, true, null], "c": {}}"#,
        );
        check(
            r#""é中😀\n\u0001\"""#,
            r#""\u00e9\u4e2d\ud83d\ude00\n\u0001\"""#,
        );
        check("-3", "-3");
    }

    #[test]
    fn long_values_have_a_member_a_line() {
        let long = "x".repeat(120);
        let value = serde_json::json!({"a": [1, 2], "b": [long, {"c": long}]});
        let expected = format!(
            "{{\n \"a\": [1, 2],\n \"b\": [\n  \"{long}\",\n  {{\n   \"c\": \"{long}\"\n  }}\n ]\n}}"
        );
        assert_eq!(compact(&value), expected);
    }

    #[test]
    fn the_width_is_that_of_the_recorded_answers() {
        // {"k": "…"} has 9 characters besides the string
        for (len, lines) in [(WIDTH - 10, 1), (WIDTH - 9, 3)] {
            let value = serde_json::json!({ "k": "x".repeat(len) });
            assert_eq!(compact(&value).lines().count(), lines, "{len}");
        }
    }
}
