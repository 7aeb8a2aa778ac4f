//! A JSON value whose members keep their order: observations and steps, and what crosses to the page.
//!
//! Whole numbers only, and nothing that reads JSON: a tenth of the code that a JSON library brings to the wasm.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write};
use std::ops::Index;

/// Members of an object, in their order.
pub type Members = Vec<(Cow<'static, str>, Value)>;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number from 0 on.
    Number(u64),
    /// A number below 0.
    Negative(i64),
    /// A string.
    Text(Cow<'static, str>),
    /// `[…]`
    List(Vec<Value>),
    /// `{…}`
    Object(Members),
}

/// `object! { "name" => value, }`: a [`Value::Object`] of these members.
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),+ $(,)?) => {{
        let mut members = $crate::output::Members::new();
        $($crate::output::put(&mut members, $key, $crate::output::Value::from($value));)+
        $crate::output::Value::Object(members)
    }};
}

/// Adds a member.
#[inline(never)]
pub fn put(members: &mut Members, key: &'static str, value: Value) {
    members.push((key.into(), value));
}

impl Value {
    /// Members, none if this is no object.
    pub fn members(&self) -> &[(Cow<'static, str>, Value)] {
        match self {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// Items, none if this is no list.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        *self == Value::Null
    }
}

/// Members by name; what is not there is `null`.
impl Index<&str> for Value {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        let found = self.members().iter().find(|(key, _)| key == name);
        found.map_or(&Value::Null, |(_, value)| value)
    }
}

/// Without blanks, as [`compact`](super::compact) gives what fits on a line with them.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(b) => f.write_str(if *b { "true" } else { "false" }),
            Value::Number(n) => Display::fmt(n, f),
            Value::Negative(n) => Display::fmt(n, f),
            Value::Text(text) => quote(text, f),
            Value::List(items) => {
                let mut before = '[';
                for item in items {
                    f.write_char(before)?;
                    Display::fmt(item, f)?;
                    before = ',';
                }
                f.write_str(if before == '[' { "[]" } else { "]" })
            }
            Value::Object(members) => {
                let mut before = '{';
                for (key, value) in members {
                    f.write_char(before)?;
                    quote(key, f)?;
                    f.write_char(':')?;
                    Display::fmt(value, f)?;
                    before = ',';
                }
                f.write_str(if before == '{' { "{}" } else { "}" })
            }
        }
    }
}

fn quote(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                f.write_char('\\')?;
                f.write_char(c)?;
            }
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            '\0'..=' ' if c != ' ' => write!(f, "\\u{:04x}", c as u32)?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

macro_rules! from {
    ($($of:ty, $value:ident => $to:expr;)+) => {
        $(impl From<$of> for Value {
            #[inline]
            fn from($value: $of) -> Value {
                $to
            }
        })+
    };
}

from! {
    bool, b => Value::Bool(b);
    u64, n => Value::Number(n);
    u32, n => Value::Number(n.into());
    usize, n => Value::Number(n as u64);
    i64, n => if n < 0 { Value::Negative(n) } else { Value::Number(n as u64) };
    i32, n => i64::from(n).into();
    char, c => c.to_string().into();
    String, text => Value::Text(text.into());
    &String, text => text.clone().into();
    &'static str, text => Value::Text(text.into());
    Vec<Value>, items => Value::List(items);
    Members, members => Value::Object(members);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// For the library whose values the comparison and the command line use.
impl From<Value> for serde_json::Value {
    fn from(value: Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => b.into(),
            Value::Number(n) => n.into(),
            Value::Negative(n) => n.into(),
            Value::Text(text) => text.into_owned().into(),
            Value::List(items) => items.into_iter().map(serde_json::Value::from).collect(),
            Value::Object(members) => {
                let members = members.into_iter();
                let member = |(key, v): (Cow<'static, str>, Value)| (key.into_owned(), v.into());
                serde_json::Value::Object(members.map(member).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_that_of_the_library() {
        let value = object! {
            "none" => None::<u64>,
            "yes" => true,
            "numbers" => vec![u64::MAX.into(), Value::from(-3), 0u32.into(), i64::MIN.into()],
            "\"é\\" => "\u{1}\n\t\r\u{8}\u{c} /\u{7f}😀",
            "empty" => vec![Value::List(Vec::new()), Value::Object(Vec::new())],
            "letter" => 'x',
        };
        assert_eq!(
            value.to_string(),
            serde_json::Value::from(value).to_string()
        );
    }

    #[test]
    fn members_are_found_by_name() {
        let value = object! {"a" => object! {"b" => 1u64}};
        assert_eq!(
            (&value["a"]["b"], &value["b"]["a"]),
            (&Value::Number(1), &Value::Null)
        );
    }
}
