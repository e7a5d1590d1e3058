//! What a path and a query say, percent-decoded.

use percent_encoding::percent_decode_str;

use crate::pool::PoolError;
use crate::text::escaped;

/// The one name a query may hold.
const RUNTIME: &str = "runtime";

/// Longest part of a path or a query that an error repeats, characters.
const SHOWN_CHARS_MAX: usize = 64;

/// The runtime that a query narrows to, `None` where it names none. `query` is
/// what follows the `?`, and may be empty.
///
/// # Errors
/// [`PoolError::InvalidConfig`] with the first name that is none here, with a
/// runtime that is named twice, and with what is no percent-encoded UTF-8.
pub fn runtime_asked(query: &str) -> Result<Option<String>, PoolError> {
    let mut runtime = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name != RUNTIME {
            return Err(invalid(name, value, "the value of a name that a query may hold (runtime)"));
        }
        let value = decoded(value, true).ok_or_else(|| invalid(name, value, "percent-encoded UTF-8"))?;
        if runtime.replace(value).is_some() {
            return Err(invalid(name, query, "a query that names one runtime"));
        }
    }
    Ok(runtime)
}

/// Percent-decodes the text, and in a query reads `+` as a space. Returns `None`
/// if a `%` is not followed by two hex digits, or the result is not UTF-8.
pub(super) fn decoded(text: &str, in_query: bool) -> Option<String> {
    let is_escape = |after: &str| {
        after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    // The crate would keep what is not an escape as it is.
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let text = if in_query { text.replace('+', " ") } else { text.to_owned() };
    Some(percent_decode_str(&text).decode_utf8().ok()?.into_owned())
}

fn invalid(name: &str, value: &str, bounds: &str) -> PoolError {
    let option = shortened(name);
    let value = format!("\"{}\"", shortened(value));
    PoolError::InvalidConfig { option, value, bounds: bounds.to_owned() }
}

/// A caller's text, so that it breaks no line.
pub(super) fn shortened(text: &str) -> String {
    let kept: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    let rest = if kept.len() < text.len() { "…" } else { "" };
    format!("{}{rest}", escaped(&kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_a_runtime_or_none() {
        let table = [
            ("", None),
            ("&", None),
            ("runtime=python", Some("python")),
            ("&runtime=py%2d3&", Some("py-3")),
            ("runtime=a+b%2B", Some("a b+")),
            ("runtime=", Some("")),
            ("runtime", Some("")),
            ("runtime=a=b", Some("a=b")),
        ];
        for (query, expected) in table {
            assert_eq!(runtime_asked(query), Ok(expected.map(str::to_owned)), "{query}");
        }
    }

    #[test]
    fn what_is_no_query_of_ours_is_refused_with_what_it_was() {
        let long = format!("{}=1", "x".repeat(1 << 16));
        let only = "the value of a name that a query may hold (runtime)";
        let table = [
            ("pool=a", format!("pool: \"a\" is not {only}")),
            ("Runtime=a", format!("Runtime: \"a\" is not {only}")),
            ("runtime=a&b\"=\u{7}", format!("b\\\": \"\\u{{7}}\" is not {only}")),
            (&long, format!("{}…: \"1\" is not {only}", "x".repeat(64))),
            ("runtime=%", "runtime: \"%\" is not percent-encoded UTF-8".to_owned()),
            ("runtime=%ff", "runtime: \"%ff\" is not percent-encoded UTF-8".to_owned()),
            (
                "runtime=a&runtime=a",
                "runtime: \"runtime=a&runtime=a\" is not a query that names one runtime".to_owned(),
            ),
        ];
        for (query, expected) in table {
            let error = runtime_asked(query).unwrap_err();
            assert_eq!(error.code(), "invalid_config");
            assert_eq!(error.to_string(), format!("invalid option {expected}"), "{query}");
        }
    }

    #[test]
    fn text_is_decoded_once() {
        let table = [
            ("a%2Fb", Some("a/b")),
            ("a+b", Some("a+b")),
            ("%F0%9f%A6%80", Some("🦀")),
            ("%2541", Some("%41")),
            ("%00", Some("\0")),
            ("🦀", Some("🦀")),
            ("%4", None),
            ("%", None),
            ("%+1", None),
            ("%🦀", None),
            ("%c3", None),
        ];
        for (text, expected) in table {
            assert_eq!(decoded(text, false).as_deref(), expected, "{text}");
        }
    }
}
