//! The default Worker's `scheduled` handler: pools are filled before anyone
//! asks, and stay as the variables say without a request.

use wasm_bindgen::prelude::*;

use super::client::Ask;
use super::log::Log;
use super::pools::Pools;
use crate::wire::{self, Level};

/// Primes the pool of every runtime. One that fails is logged and stops no
/// other.
///
/// # Errors
/// Names the runtimes whose pools could not be primed, so that the platform
/// counts the invocation as failed.
#[wasm_bindgen]
pub async fn scheduled(_event: JsValue, env: JsValue, ctx: JsValue) -> Result<(), JsValue> {
    let pools = Pools::new(&env, &ctx).map_err(|error| failed(&error.to_string()))?;
    let mut unprimed = Vec::new();
    for (runtime, primed) in pools.each(&[Ask::Prime]).await {
        if let Err(error) = primed.and_then(|answer| wire::told_from_json(&answer)) {
            let message = format!("the pool could not be primed: {error}");
            Log::new(&runtime, String::new(), &env).event(Level::Error, &error.code, &message);
            unprimed.push(runtime);
        }
    }
    if unprimed.is_empty() {
        return Ok(());
    }
    Err(failed(&format!("pools that could not be primed: {}", unprimed.join(", "))))
}

fn failed(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}
