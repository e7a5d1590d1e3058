//! What a request that steers the pools brings with it, read no further than
//! it may be long.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::{ReadableStreamDefaultReader, Request};

use crate::pool::PoolError;
use crate::runtime::call::within;
use crate::runtime::js::{now_ms, property};
use crate::wire::limits::STEERING_BYTES_MAX;
use crate::wire::{self, RemoteError};

/// How long a body may take to arrive, ms. It fits one packet.
const BODY_TIMEOUT_MS: u64 = 10_000;

/// The bytes of the body, at most [`STEERING_BYTES_MAX`].
///
/// # Errors
/// `invalid_config` where there are more, and `pool_unavailable` where they do
/// not arrive in time.
pub async fn bytes(request: &Request) -> Result<Vec<u8>, RemoteError> {
    let Some(stream) = request.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let until_ms = now_ms() + BODY_TIMEOUT_MS;
    let mut bytes = Vec::new();
    loop {
        let chunk = within(until_ms.saturating_sub(now_ms()), Ok(reader.read().into())).await;
        let chunk = chunk.map_err(|failure| unread(&failure.message))?;
        if property(&chunk, "done").is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = property(&chunk, "value").unchecked_into();
        if bytes.len() + chunk.length() as usize > STEERING_BYTES_MAX {
            // Whoever still sends is told that nobody reads.
            let _ = reader.cancel();
            return Err(wire::body_too_long().into());
        }
        bytes.extend(chunk.to_vec());
    }
}

fn unread(problem: &str) -> PoolError {
    PoolError::PoolUnavailable { message: format!("the request's body could not be read: {problem}") }
}
