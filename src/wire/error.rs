//! Errors as RPC and HTTP carry them.

use std::fmt;

use super::json::{Object, Value};
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteError {
    /// The stable code.
    pub code: String,
    /// What went wrong, for a person.
    pub message: String,
    /// When trying again is worth it, ms from now; `None` where waiting does
    /// not help.
    pub retry_after_ms: Option<u64>,
    /// The HTTP status that goes with the code, 400 to 599.
    pub status: u16,
}

impl RemoteError {
    /// The error for an answer that cannot be read: `pool_unavailable`, with
    /// what is wrong with it.
    #[must_use]
    pub fn unreadable(what: &str, problem: &str) -> Self {
        PoolError::PoolUnavailable { message: format!("{what} cannot be read: {problem}") }.into()
    }

    /// `{ "code", "message", "retryAfterMs"?, "status" }`
    pub(super) fn to_value(&self) -> Value {
        let mut error = Object::new().with("code", self.code.as_str()).with("message", self.message.as_str());
        if let Some(retry_after_ms) = self.retry_after_ms {
            error = error.with("retryAfterMs", retry_after_ms);
        }
        error.with("status", self.status).into()
    }

    /// The error that a value is, which names its code at least, with a status
    /// that an HTTP answer can carry and that is an error's.
    pub(super) fn of_value(error: &Value) -> Option<Self> {
        let status = error["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        Some(Self {
            code: error["code"].as_str()?.to_owned(),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            retry_after_ms: error["retryAfterMs"].as_u64(),
            status: status.filter(|status| (400..=599).contains(status)).unwrap_or(STATUS_UNKNOWN),
        })
    }
}

/// The status of a code that came without a usable one: trying again may help.
const STATUS_UNKNOWN: u16 = 503;

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
    let mut error = Object::new().with("code", code).with("message", message);
    if let Some(retry_after_ms) = retry_after_ms {
        error = error.with("retry_after_ms", retry_after_ms);
    }
    Value::from(Object::new().with("error", error)).to_string()
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
    fn a_status_no_error_has_becomes_503() {
        for (status, expected) in
            [(0_u64, 503), (200, 503), (399, 503), (400, 400), (599, 599), (600, 503), (65_936, 503)]
        {
            let error = Object::new().with("code", "x").with("status", status);
            assert_eq!(RemoteError::of_value(&error.into()).unwrap().status, expected, "{status}");
        }
    }
}
