//! What can go wrong for a Rust Worker.

use std::fmt;

use worker::Response;

use crate::pool::PoolError;
use crate::wire::{RemoteError, error_body};

/// Why a call to the pool was not answered with what it asked for.
///
/// It becomes a [`worker::Error`] with `?`, and a response with
/// [`Self::to_response`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(RemoteError);

impl Error {
    /// The stable code, as over HTTP and in metrics: `invalid_session`,
    /// `capacity_exhausted`, … A pool of a later version may have more of them.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The HTTP status that goes with the code, 400 to 599.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.0.status
    }

    /// When trying again is worth it, ms from now; `None` where waiting does not
    /// help.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.0.retry_after_ms
    }

    /// The answer to a request that failed with it, as the default Worker gives
    /// it: `{ "error": { "code", "message", "retry_after_ms"? } }` with the status,
    /// and `Retry-After` in seconds where that helps.
    ///
    /// # Errors
    /// The platform's, where the response cannot be built.
    pub fn to_response(&self) -> worker::Result<Response> {
        let body = error_body(self.code(), &self.0.message, self.retry_after_ms());
        let mut response = Response::builder()
            .with_status(self.http_status())
            .with_header("content-type", "application/json")?
            .with_header("cache-control", "no-store")?;
        if let Some(retry_after_ms) = self.retry_after_ms() {
            response = response.with_header("retry-after", &retry_after_ms.div_ceil(1_000).to_string())?;
        }
        Ok(response.fixed(body.into_bytes()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<RemoteError> for Error {
    fn from(error: RemoteError) -> Self {
        Self(error)
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        Self(error.into())
    }
}

/// The code ends the message, as it does in JavaScript.
impl From<Error> for worker::Error {
    fn from(error: Error) -> Self {
        Self::RustError(format!("{error} [{}]", error.code()))
    }
}
