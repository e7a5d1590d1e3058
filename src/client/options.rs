//! What the client is told, as the pool and the platform take it.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::error::Error;
use crate::pool::Config;
use crate::wire::{config_from_json, config_to_json};

#[wasm_bindgen(module = "cloudflare:workers")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = waitUntil)]
    static WAIT_UNTIL: Function;
}

/// The platform's function for work that may outlive the answer of whichever
/// request is under way.
pub fn wait_until() -> Function {
    WAIT_UNTIL.with(Clone::clone)
}

/// The configuration as JSON text, with the binding that is meant where it names
/// none. The text is read back, since that is what checks bounds.
///
/// # Errors
/// `invalid_config` with the first option that is out of its bounds.
pub fn checked(mut config: Config, container_binding: &str) -> Result<String, Error> {
    config.container_binding.get_or_insert_with(|| container_binding.to_owned());
    let text = config_to_json(&config);
    config_from_json(&text)?;
    Ok(text)
}
