//! JSON text: reads it within bounds, and writes it.

use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limits::{DEPTH_MAX, SHOWN_CHARS_MAX, TEXT_BYTES_MAX};

/// Reads text of at most [`TEXT_BYTES_MAX`] bytes.
///
/// # Errors
/// What is wrong with the text, at most [`SHOWN_CHARS_MAX`] characters.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    read_up_to(TEXT_BYTES_MAX, text)
}

/// Reads text of at most `bytes_max` bytes.
///
/// # Errors
/// As [`read`].
pub fn read_up_to<T: DeserializeOwned>(bytes_max: usize, text: &str) -> Result<T, String> {
    check_bounds(bytes_max, text)?;
    serde_json::from_str(text).map_err(|error| shortened(&error.to_string()))
}

/// Reads an object of at most `bytes_max` bytes. A derived struct alone would
/// accept an array of its fields' values too.
///
/// # Errors
/// As [`read`].
pub fn read_object<T: DeserializeOwned>(bytes_max: usize, text: &str) -> Result<T, String> {
    if text.trim_ascii_start().starts_with('{') {
        read_up_to(bytes_max, text)
    } else {
        Err("it is not a JSON object".to_owned())
    }
}

/// Reads a field that is never a reason to refuse the others: a value of another
/// type counts as the default.
pub fn or_default<'de, D: Deserializer<'de>, T: Default + DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Writes a value. Only a map whose keys are not strings could fail, and nothing
/// here has one.
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns at most [`SHOWN_CHARS_MAX`] characters of `text`, the last one an
/// ellipsis if some are left out.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN_CHARS_MAX - 1).chain(['…']).collect(),
    }
}

fn check_bounds(bytes_max: usize, text: &str) -> Result<(), String> {
    if text.len() > bytes_max {
        return Err(format!("it has {} bytes, more than {bytes_max}", text.len()));
    }
    if is_too_deep(text) {
        return Err(format!("it nests deeper than {DEPTH_MAX} levels"));
    }
    Ok(())
}

/// Counts brackets outside strings. `serde_json` has a limit of its own, which is
/// higher and does not cover the fields that a struct ignores.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    text.bytes().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEPTH_MAX
    })
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    #[test]
    fn text_over_the_byte_limit_is_refused() {
        let fits = format!("\"{}\"", "x".repeat(TEXT_BYTES_MAX - 2));
        assert!(read::<Value>(&fits).is_ok());
        let problem = read::<Value>(&format!("{fits} ")).unwrap_err();
        assert_eq!(problem, "it has 65537 bytes, more than 65536");
        assert_eq!(read_up_to::<u8>(1, "12").unwrap_err(), "it has 2 bytes, more than 1");
    }

    #[test]
    fn nesting_over_the_depth_limit_is_refused() {
        assert!(read_up_to::<Value>(usize::MAX, &"[".repeat(1 << 20)).is_err());
        assert!(read_up_to::<Value>(usize::MAX, &"{\"a\":".repeat(1 << 20)).is_err());
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read::<Value>(&nested(100)).is_ok());
        let problem = "it nests deeper than 100 levels";
        assert_eq!(read::<Value>(&nested(101)).unwrap_err(), problem);
        assert_eq!(read::<IgnoredAny>(&nested(101)).unwrap_err(), problem);
        assert_eq!(read::<Value>(&format!("[\"\\\\\",{}]", nested(100))).unwrap_err(), problem);
    }

    #[test]
    fn brackets_in_strings_and_side_by_side_are_not_nesting() {
        assert!(read::<Value>(&format!("\"\\\"{}\"", "[".repeat(1_000))).is_ok());
        assert!(read::<Value>(&format!("[{}[]]", "{},[],".repeat(1_000))).is_ok());
    }

    #[test]
    fn half_a_surrogate_pair_and_a_number_past_the_doubles_are_refused() {
        for text in [r#""\ud83e""#, r#""\udd80""#, r#""\ud83e\u0041""#, "1e309", "-1e999", "NaN", "01", "1 2"]
        {
            assert!(read::<Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn problem_that_repeats_the_text_is_shortened() {
        let problem = read::<u64>(&format!("\"{}\"", "x".repeat(60_000))).unwrap_err();
        assert_eq!(problem.chars().count(), SHOWN_CHARS_MAX);
    }

    #[test]
    fn object_is_not_read_from_an_array_or_a_scalar() {
        #[derive(Debug, Default, Deserialize, PartialEq)]
        #[serde(default)]
        struct Fields {
            a: u64,
        }
        assert_eq!(read_object(100, " \n{\"a\":1,\"b\":[]}"), Ok(Fields { a: 1 }));
        for text in ["[1]", "[]", "null", "1", "", "\"{}\""] {
            assert_eq!(read_object::<Fields>(100, text).unwrap_err(), "it is not a JSON object", "{text}");
        }
        assert!(read_object::<Fields>(3, "{  }").is_err());
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shortened(&"é".repeat(100)), "é".repeat(100));
        assert_eq!(shortened(&"🦀".repeat(101)), format!("{}…", "🦀".repeat(99)));
    }
}
