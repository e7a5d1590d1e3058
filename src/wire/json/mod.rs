//! JSON as this crate needs it: a tree of values, read from bounded text and
//! written to text.
//!
//! `serde_json` would bring tables and code for floating point that are a fifth
//! of what a Worker uploads. Numbers here stay the text they came as, and the
//! few that are fractions are read and written without tables.
//!
//! | file | what |
//! |---|---|
//! | `value` | the tree, and how it is asked |
//! | `number` | a number as text, and what it is worth |
//! | `parse` | text to tree |
//! | `write` | tree to text |

mod number;
mod parse;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use number::Number;
pub use parse::parse;
pub use value::{Object, Value};

use super::limits::{SHOWN_CHARS_MAX, TEXT_BYTES_MAX};

/// Reads `text`; what is wrong with it, in words, if anything is.
pub fn read(text: &str) -> Result<Value, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("it has {} bytes, more than {TEXT_BYTES_MAX}", text.len()));
    }
    parse(text)
}

/// A text as JSON spells it, quotes included.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    write::text(text, &mut quoted);
    quoted
}

/// At most [`SHOWN_CHARS_MAX`] characters of `text`, the last an ellipsis
/// where some are left out.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN_CHARS_MAX - 1).chain(['…']).collect(),
    }
}
