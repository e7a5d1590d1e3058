//! Reports a panic. The wasm instance cannot go on after it: `js/instance.ts`
//! instantiates the module anew before the next call. In a Rust Worker the crate
//! `worker` does both.

use std::panic;

use js_sys::Function;
use wasm_bindgen::prelude::*;

/// Registers a callback for the panics of this instance, after the panic is
/// logged with its JavaScript stack.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(callback: Function) {
    panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        // An exception from here would be a second panic.
        let _ = callback.call0(&JsValue::UNDEFINED);
    }));
}
