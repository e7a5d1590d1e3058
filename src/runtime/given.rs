//! What callers hand over as JavaScript values, checked.

use wasm_bindgen::JsValue;

use crate::pool::{PoolError, Session};

/// A caller's session id.
///
/// # Errors
/// [`PoolError::InvalidSession`] where it is none, or no string.
pub fn session_of(session: &JsValue) -> Result<Session, PoolError> {
    let text = session.as_string().ok_or_else(|| PoolError::InvalidSession {
        problem: format!("it is of type {}", type_of(session)),
    })?;
    Session::new(&text)
}

/// What `typeof` says.
pub fn type_of(value: &JsValue) -> String {
    value.js_typeof().as_string().unwrap_or_default()
}
