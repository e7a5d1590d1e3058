//! After a panic the wasm's memory is as the panic left it: JavaScript is told,
//! and instantiates it anew before the next call (`js/instance.ts`). In a Rust
//! Worker the crate `worker` does both.

use std::panic;

use js_sys::{Error, Function};
use wasm_bindgen::prelude::*;

use super::js::console_error_of;

/// Has `panicked` called at each panic. To be called once for an instance.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(panicked: Function) {
    panic::set_hook(Box::new(move |info| {
        console_error_of("Critical", &Error::new(&format!("Rust panic: {info}")));
        // What it throws would be one more panic.
        let _ = panicked.call0(&JsValue::UNDEFINED);
    }));
}
