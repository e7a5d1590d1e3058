//! What those who run the pools send with a request that steers them, and what
//! they are answered.

use serde_json::{Map, Value};

use super::claim::claim_from_json;
use super::config::{invalid, warmup_count};
use super::error::RemoteError;
use super::json;
use super::limits::STEERING_BYTES_MAX;
use super::pools::{ByRuntime, Pools};
use crate::pool::PoolError;

/// What such a request asks for beside what its route says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steering {
    /// The one runtime that is meant.
    pub runtime: Option<String>,
    /// How many containers to have warm, 1 to 1000.
    pub count: Option<u32>,
}

/// Reads a body: nothing, or a JSON object `{ "runtime"?, "count"? }`. A field
/// that is null is absent. `in_query` is the runtime that the query names.
///
/// # Errors
/// [`PoolError::InvalidConfig`] with the first field by name that is unknown, or not
/// what it has to be, or a runtime beside the query's; with the option `body`
/// where it is no JSON object.
pub fn steering_from_json(
    body: &[u8],
    in_query: Option<String>,
    takes_count: bool,
) -> Result<Steering, PoolError> {
    let text = str::from_utf8(body).map_err(|_| no_object("bytes that are no UTF-8"))?;
    let mut steering = Steering { runtime: in_query, count: None };
    if text.trim().is_empty() {
        return Ok(steering);
    }
    let given: Map<String, Value> = json::read(text).map_err(|_| no_object(&json::write(text)))?;
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let bounds = match (name.as_str(), value) {
            ("runtime", Value::String(runtime)) if steering.runtime.is_none() => {
                steering.runtime = Some(runtime.clone());
                continue;
            }
            ("runtime", Value::String(_)) => "to be named in the query and in the body",
            ("runtime", _) => "a runtime's name",
            ("count", _) if takes_count => {
                steering.count = Some(warmup_count(value.as_f64())? as u32);
                continue;
            }
            _ if takes_count => "the value of a field there is (runtime, count)",
            _ => "the value of a field there is (runtime)",
        };
        return Err(invalid(name, &value.to_string(), bounds.to_owned()));
    }
    Ok(steering)
}

/// The error for a body that is longer than [`STEERING_BYTES_MAX`].
#[must_use]
pub fn body_too_long() -> PoolError {
    no_object(&format!("more than {STEERING_BYTES_MAX} bytes"))
}

fn no_object(value: &str) -> PoolError {
    invalid("body", value, format!("nothing, or a JSON object of at most {STEERING_BYTES_MAX} bytes"))
}

/// Reads what a pool answers that was told something: null, or an error.
///
/// # Errors
/// The pool's, and `pool_unavailable` where the answer cannot be read.
pub fn told_from_json(text: &str) -> Result<(), RemoteError> {
    if text == "null" { Ok(()) } else { claim_from_json(text).map(drop) }
}

/// Writes what became of each pool, by its runtime's name and from what it
/// answered: `{ "pools": { "<runtime>": word or { "error": { "code", "message" } } } }`.
///
/// # Errors
/// The first pool's, where none did what was asked.
pub fn told_to_json(
    word: &str,
    pools: Vec<(String, Result<String, RemoteError>)>,
) -> Result<String, RemoteError> {
    let read = |answer: Result<String, RemoteError>| answer.and_then(|text| told_from_json(&text));
    let answers: Vec<_> = pools.into_iter().map(|(runtime, answer)| (runtime, read(answer))).collect();
    let has_succeeded = answers.iter().any(|(_, answer)| answer.is_ok());
    match answers.iter().find_map(|(_, answer)| answer.as_ref().err()) {
        Some(error) if !has_succeeded => Err(error.clone()),
        _ => Ok(json::write(&Pools { pools: ByRuntime::new(&answers, |()| word) })),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_names_a_runtime_a_count_or_nothing() {
        let python = || Some("python".to_owned());
        let table = [
            ("", None, None),
            (" \r\n", None, None),
            ("{}", None, None),
            (r#"{"runtime":null,"count":null}"#, None, None),
            (r#"{"runtime":"python"}"#, python(), None),
            (r#"{"runtime":"python","count":2.0}"#, python(), Some(2)),
            (r#"{"count":1000}"#, None, Some(1_000)),
        ];
        for (body, runtime, count) in table {
            assert_eq!(
                steering_from_json(body.as_bytes(), None, true),
                Ok(Steering { runtime, count }),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_no_body_of_ours_is_refused_with_what_it_was() {
        let bounds = "nothing, or a JSON object of at most 1024 bytes";
        let count = "a whole number of containers from 1 to 1000";
        let table: [(&[u8], String); 11] = [
            (b"[]", format!("body: \"[]\" is not {bounds}")),
            (b"{", format!("body: \"{{\" is not {bounds}")),
            (b"null", format!("body: \"null\" is not {bounds}")),
            (b"{}{}", format!("body: \"{{}}{{}}\" is not {bounds}")),
            (b"\xff", format!("body: bytes that are no UTF-8 is not {bounds}")),
            (br#"{"runtime":5}"#, "runtime: 5 is not a runtime's name".to_owned()),
            (br#"{"count":0}"#, format!("count: 0 is not {count}")),
            (br#"{"count":1.5}"#, format!("count: 1.5 is not {count}")),
            (br#"{"count":"3"}"#, format!("count: no number is not {count}")),
            (br#"{"size":1}"#, "size: 1 is not the value of a field there is (runtime, count)".to_owned()),
            (br#"{"a\nb":1}"#, "a\\nb: 1 is not the value of a field there is (runtime, count)".to_owned()),
        ];
        for (body, expected) in table {
            let error = steering_from_json(body, None, true).unwrap_err();
            assert_eq!(error.code(), "invalid_config");
            assert_eq!(error.to_string(), format!("invalid option {expected}"));
        }
        let error = steering_from_json(br#"{"count":1}"#, None, false).unwrap_err().to_string();
        assert_eq!(error, "invalid option count: 1 is not the value of a field there is (runtime)");
    }

    #[test]
    fn body_and_query_name_a_runtime_between_them_once() {
        let named = |body: &str| steering_from_json(body.as_bytes(), Some("a".to_owned()), true);
        for body in ["", r#"{"count":1}"#, r#"{"runtime":null}"#] {
            assert_eq!(named(body).unwrap().runtime.as_deref(), Some("a"), "{body}");
        }
        let error = named(r#"{"runtime":"a"}"#).unwrap_err().to_string();
        assert_eq!(error, "invalid option runtime: \"a\" is not to be named in the query and in the body");
    }

    #[test]
    fn a_pool_that_failed_does_not_hide_the_others() {
        let down = || -> RemoteError { PoolError::PoolUnavailable { message: "reset".to_owned() }.into() };
        let said = |text: &str| Ok(text.to_owned());
        let refused = r#"{"error":{"code":"paused","message":"m","status":418}}"#;
        let pools = |answers: Vec<Result<String, RemoteError>>| {
            ["a", "b", "c"].into_iter().map(str::to_owned).zip(answers).collect()
        };
        let expected = json!({ "pools": {
            "a": { "error": { "code": "pool_unavailable", "message": "reset" } },
            "b": "primed",
            "c": { "error": { "code": "paused", "message": "m" } }
        } });
        let one = pools(vec![Err(down()), said("null"), said(refused)]);
        assert_eq!(told_to_json("primed", one), Ok(expected.to_string()));
        let none = pools(vec![said(refused), Err(down())]);
        assert_eq!(
            told_to_json("primed", none).map_err(|error| (error.code, error.status)),
            Err(("paused".to_owned(), 418))
        );
        assert_eq!(told_to_json("primed", Vec::new()), Ok(r#"{"pools":{}}"#.to_owned()));
        assert_eq!(told_from_json("true").unwrap_err().code, "pool_unavailable");
    }
}
