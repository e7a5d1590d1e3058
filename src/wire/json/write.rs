//! Tree to text: without white space, and with no more escapes than JSON needs.

use std::fmt;

use super::Value;

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
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ..' ' => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out.push('"');
}
