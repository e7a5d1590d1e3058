//! Errors as RPC and HTTP carry them.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};

use super::json;
use crate::pool::PoolError;

/// An error from the other end of a wire, which may be of a later version: its
/// code may be one that is not known here, and is passed on as it is.
///
/// ```
/// use cf_warm_pool::pool::PoolError;
/// use cf_warm_pool::wire::RemoteError;
/// let error = RemoteError::from(PoolError::QueueTimeout { waited_ms: 10_000 });
/// assert_eq!((error.code.as_str(), error.status, error.retry_after_ms), ("queue_timeout", 503, Some(1_000)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteError {
    /// The stable code.
    pub code: String,
    /// What went wrong, for a person.
    #[serde(default, deserialize_with = "json::or_default")]
    pub message: String,
    /// When trying again is worth it, ms from now; `None` where waiting does
    /// not help.
    #[serde(default, deserialize_with = "json::or_default", skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The HTTP status that goes with the code, 400 to 599.
    #[serde(default = "status_unknown", deserialize_with = "error_status")]
    pub status: u16,
}

impl RemoteError {
    /// The error for an answer that cannot be read: `pool_unavailable`, with
    /// what is wrong with it.
    #[must_use]
    pub fn unreadable(what: &str, problem: &str) -> Self {
        PoolError::PoolUnavailable { message: format!("{what} cannot be read: {problem}") }.into()
    }
}

/// The status of a code that came without a usable one: trying again may help.
const fn status_unknown() -> u16 {
    503
}

/// Reads a status that an HTTP answer can carry and that is an error's.
fn error_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status: u16 = json::or_default(deserializer)?;
    Ok(if (400..=599).contains(&status) { status } else { status_unknown() })
}

/// Reads what a pool replied, `what` in words: a `T`, which is an object of at most
/// `bytes_max` bytes, or `{ "error": { "code", … } }` in its place.
///
/// # Errors
/// The pool's error, with its code as it came; `pool_unavailable` if the reply
/// cannot be read.
pub(super) fn reply_from_json<T: DeserializeOwned>(
    text: &str,
    bytes_max: usize,
    what: &str,
) -> Result<T, RemoteError> {
    #[derive(Deserialize)]
    struct Failed {
        error: Option<RemoteError>,
    }
    let unreadable = |problem: String| RemoteError::unreadable(what, &problem);
    match json::read_object(bytes_max, text).map_err(unreadable)? {
        Failed { error: Some(error) } => Err(error),
        Failed { error: None } => json::read_object(bytes_max, text).map_err(unreadable),
    }
}

impl From<PoolError> for RemoteError {
    fn from(error: PoolError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            retry_after_ms: error.retry_after_ms(),
            status: error.http_status(),
        }
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RemoteError {}

/// The body of an HTTP error:
/// `{ "error": { "code", "message", "retry_after_ms"? } }`.
///
/// ```
/// use cf_warm_pool::wire::error_body;
/// let body = error_body("not_found", "there is nothing at GET /x", None);
/// assert_eq!(body, r#"{"error":{"code":"not_found","message":"there is nothing at GET /x"}}"#);
/// ```
#[must_use]
pub fn error_body(code: &str, message: &str, retry_after_ms: Option<u64>) -> String {
    json::write(&ErrorBody { error: ErrorFields { code, message, retry_after_ms } })
}

/// An error as HTTP carries it.
#[derive(Serialize)]
pub(super) struct ErrorBody<'a> {
    error: ErrorFields<'a>,
}

#[derive(Serialize)]
struct ErrorFields<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl<'a> ErrorBody<'a> {
    /// The error of one pool among several, whose status and pause are not the
    /// answer's.
    pub(super) fn of_one_pool(error: &'a RemoteError) -> Self {
        Self { error: ErrorFields { code: &error.code, message: &error.message, retry_after_ms: None } }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::pool::FailureClass;

    #[test]
    fn a_body_carries_when_to_try_again_only_where_that_helps() {
        let body: Value = serde_json::from_str(&error_body("rate_limited", "a \"b\"\n", Some(0))).unwrap();
        assert_eq!(
            body,
            json!({ "error": { "code": "rate_limited", "message": "a \"b\"\n", "retry_after_ms": 0 } })
        );
        let body: Value = serde_json::from_str(&error_body("", "", None)).unwrap();
        assert_eq!(body, json!({ "error": { "code": "", "message": "" } }));
    }

    #[test]
    fn the_types_that_are_shipped_name_every_code_with_its_status() {
        let text = String::new;
        let (retry_after_ms, waited_ms) = (1, 1);
        let errors = [
            PoolError::InvalidSession { problem: text() },
            PoolError::InvalidConfig { option: text(), value: text(), bounds: text() },
            PoolError::Unauthorized { message: text() },
            PoolError::NotFound { what: text() },
            PoolError::RateLimited { retry_after_ms },
            PoolError::StartFailed { class: FailureClass::Transient, message: text(), retry_after_ms },
            PoolError::CapacityExhausted { tracked: 1, limit: 1, retry_after_ms },
            PoolError::QueueTimeout { waited_ms },
            PoolError::TooManyWaiting { limit: 1 },
            PoolError::StartTimeout { waited_ms },
            PoolError::PoolUnavailable { message: text() },
            PoolError::Misconfigured { message: text() },
        ];
        let types = include_str!("../../js/types/error.ts");
        for error in errors {
            let (_, before) = types.split_once("export type WarmPoolErrorCode").unwrap();
            let (before, _) = before.split_once(&format!("  | \"{}\"", error.code())).unwrap();
            let doc = before.rsplit("/** ").next().unwrap();
            assert!(doc.starts_with(&format!("{}: ", error.http_status())), "{}: {doc}", error.code());
        }
    }

    #[test]
    fn error_with_fields_of_other_types_keeps_its_code() {
        let odd = json!({ "code": "x", "message": 7, "retryAfterMs": 0.5, "status": "418" });
        let expected =
            RemoteError { code: "x".to_owned(), message: String::new(), retry_after_ms: None, status: 503 };
        assert_eq!(serde_json::from_value::<RemoteError>(odd).unwrap(), expected);
        assert!(serde_json::from_value::<RemoteError>(json!({ "message": "m" })).is_err());
    }

    #[test]
    fn a_status_no_error_has_becomes_503() {
        for (status, expected) in
            [(0_u64, 503), (200, 503), (399, 503), (400, 400), (599, 599), (600, 503), (65_936, 503)]
        {
            let error: RemoteError =
                serde_json::from_value(json!({ "code": "x", "status": status })).unwrap();
            assert_eq!(error.status, expected, "{status}");
        }
    }
}
