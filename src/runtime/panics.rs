//! After a panic: it is reported, and the wasm of the isolate is instantiated
//! anew at the next call. In a Rust Worker the crate `worker` does both.

use std::panic;

use js_sys::{Error, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::js::{console_error_of, property};

/// Where the state is that outlives the wasm's memory.
const STATE: &str = "__worker_init_state";

#[wasm_bindgen(start, private)]
fn init() {
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        default_hook(info);
        console_error_of("Critical", &Error::new(&format!("Rust panic: {info}")));
        put("criticalError", JsValue::TRUE);
    }));
    put("instanceId", (property(&state(), "instanceId").as_f64().unwrap_or_default() + 1.0).into());
    wasm_bindgen::handler::set_on_abort(wasm_bindgen::handler::schedule_reinit);
}

/// What the JavaScript that worker-build makes asks before each call: whether the
/// wasm has to be instantiated anew, and how often it was.
#[wasm_bindgen(js_name = "__worker_init_state")]
pub fn state() -> JsValue {
    let global = js_sys::global();
    let state = property(&global, STATE);
    if !state.is_undefined() {
        return state;
    }
    let state = JsValue::from(Object::new());
    // An ordinary object takes any property.
    let _ = Reflect::set(&global, &STATE.into(), &state);
    put("criticalError", JsValue::FALSE);
    state
}

fn put(name: &str, value: JsValue) {
    let _ = Reflect::set(&state(), &name.into(), &value);
}
