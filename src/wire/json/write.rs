//! Tree to text: without white space, and with no more escapes than JSON needs.

use std::fmt;

use super::Value;
use crate::text::hex;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        value(self, &mut text);
        f.write_str(&text)
    }
}

fn value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::String(string) => text(string, out),
        Value::Array(values) => {
            out.push('[');
            for (at, inner) in values.iter().enumerate() {
                separated(at, out);
                self::value(inner, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (at, (name, inner)) in object.iter().enumerate() {
                separated(at, out);
                text(name, out);
                out.push(':');
                self::value(inner, out);
            }
            out.push('}');
        }
    }
}

fn separated(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}

/// Writes a string, quotes included.
pub fn text(text: &str, out: &mut String) {
    out.push('"');
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            8 => "\\b",
            12 => "\\f",
            ..b' ' => "",
            _ => continue,
        };
        out.push_str(text.get(written..at).unwrap_or_default());
        written = at + 1;
        out.push_str(short);
        if short.is_empty() {
            out.push_str("\\u00");
            out.push_str(&hex(&[byte]));
        }
    }
    out.push_str(text.get(written..).unwrap_or_default());
    out.push('"');
}
