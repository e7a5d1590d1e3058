//! What the Worker answers itself.

use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};

use crate::pool::PoolError;
use crate::runtime::call::message_of;
use crate::wire::{self, RemoteError};

/// A JSON answer with status 200.
///
/// # Errors
/// `pool_unavailable` where it cannot be built.
pub fn json(body: &str) -> Result<Response, RemoteError> {
    json_with_status(200, body, None).map_err(|error| unbuilt(&error))
}

/// An answer of that content type with status 200.
///
/// # Errors
/// `pool_unavailable` where it cannot be built.
pub fn text(kind: &str, body: &str) -> Result<Response, RemoteError> {
    with_status(200, kind, body, None).map_err(|error| unbuilt(&error))
}

/// The answer that tells of an error.
///
/// # Errors
/// The platform's, where it cannot be built.
pub fn error(error: &RemoteError) -> Result<Response, JsValue> {
    let body = wire::error_body(&error.code, &error.message, error.retry_after_ms);
    json_with_status(error.status, &body, error.retry_after_ms)
}

/// The error for an answer that could not be built.
pub fn unbuilt(error: &JsValue) -> RemoteError {
    PoolError::PoolUnavailable { message: format!("the answer could not be built: {}", message_of(error)) }
        .into()
}

fn json_with_status(status: u16, body: &str, retry_after_ms: Option<u64>) -> Result<Response, JsValue> {
    // A session id may hold markup. In JSON it stands in strings only, where this means the same.
    with_status(status, "application/json", &body.replace('<', "\\u003c"), retry_after_ms)
}

fn with_status(
    status: u16,
    kind: &str,
    body: &str,
    retry_after_ms: Option<u64>,
) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", kind)?;
    headers.set("cache-control", "no-store")?;
    headers.set("x-content-type-options", "nosniff")?;
    if let Some(retry_after_ms) = retry_after_ms {
        headers.set("retry-after", &retry_after_ms.div_ceil(1_000).to_string())?;
    }
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(body), &init)
}
