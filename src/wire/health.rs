//! What a container tells of itself at `health.path`.

use serde_json::{Map, Value};

use super::json;
use super::shape::used_permille;
use crate::pool::Usage;

/// Reads `{ "memory_used_ratio": 0.25, "cpu_used_ratio": 0.1 }`. What is not
/// there, or not a number from 0 on, is not told; text that is no JSON tells
/// nothing, and is no failure.
///
/// ```
/// use cf_warm_pool::wire::usage_from_json;
/// let usage = usage_from_json(r#"{ "status": "ok", "memory_used_ratio": 0.912 }"#);
/// assert_eq!((usage.memory_permille, usage.cpu_permille), (Some(912), None));
/// ```
#[must_use]
pub fn usage_from_json(text: &str) -> Usage {
    let body: Map<String, Value> = json::read(text).unwrap_or_default();
    let permille = |name: &str| body.get(name).and_then(Value::as_f64).and_then(used_permille);
    Usage { memory_permille: permille("memory_used_ratio"), cpu_permille: permille("cpu_used_ratio") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_ratio_is_not_told() {
        for text in [
            "",
            "ok",
            "[]",
            "[0.5,0.5]",
            "null",
            r#"{"memory_used_ratio":"1"}"#,
            r#"{"cpu_used_ratio":-0.1}"#,
            "{",
        ] {
            assert_eq!(usage_from_json(text), Usage::default(), "{text}");
        }
        let long = format!(r#"{{"cpu_used_ratio":0.1{}}}"#, " ".repeat(1 << 20));
        assert_eq!(usage_from_json(&long), Usage::default());
    }

    #[test]
    fn one_that_is_no_ratio_does_not_hide_the_other() {
        for other in ["null", "true", r#""0.5""#, "[0.5]", "{}", "-1"] {
            let text = format!(r#"{{"memory_used_ratio":{other},"cpu_used_ratio":0.5}}"#);
            let expected = Usage { memory_permille: None, cpu_permille: Some(500) };
            assert_eq!(usage_from_json(&text), expected, "{text}");
        }
    }

    #[test]
    fn more_than_there_is_can_be_used() {
        let usage = usage_from_json(r#"{"memory_used_ratio":0,"cpu_used_ratio":3.9999}"#);
        assert_eq!(usage, Usage { memory_permille: Some(0), cpu_permille: Some(4_000) });
        assert_eq!(usage_from_json(r#"{"cpu_used_ratio":1e300}"#).cpu_permille, Some(u32::MAX));
    }
}
