//! Text from elsewhere, bounded, and text for elsewhere.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::limits::{SHOWN_CHARS_MAX, TEXT_BYTES_MAX};

/// Reads `text`; what is wrong with it, in words, if anything is.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("it has {} bytes, more than {TEXT_BYTES_MAX}", text.len()));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Writes a value whose maps have strings for keys, as all here have: writing
/// it cannot fail.
pub fn write<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// At most [`SHOWN_CHARS_MAX`] characters of `text`, the last an ellipsis
/// where some are left out.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN_CHARS_MAX - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn text_past_the_limit_is_not_parsed() {
        let fits = format!("\"{}\"", "x".repeat(TEXT_BYTES_MAX - 2));
        assert!(read::<Value>(&fits).is_ok());
        let problem = read::<Value>(&format!("{fits} ")).unwrap_err();
        assert_eq!(problem, "it has 65537 bytes, more than 65536");
    }

    #[test]
    fn nesting_without_end_is_an_error_and_not_a_full_stack() {
        assert!(read::<Value>(&"[".repeat(60_000)).is_err());
        assert!(read::<Value>(&"{\"a\":".repeat(10_000)).is_err());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened(&"é".repeat(100)), "é".repeat(100));
        assert_eq!(shortened(&"🦀".repeat(101)), format!("{}…", "🦀".repeat(99)));
    }
}
