//! Error responses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A status and its cause; the response is `{"error": cause}`.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub cause: String,
}

impl Refusal {
    pub fn new(status: StatusCode, cause: impl Into<String>) -> Self {
        Self { status, cause: cause.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.cause }))).into_response()
    }
}
