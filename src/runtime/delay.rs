//! Waiting for a time to pass.

use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::js::{clear_timeout, set_timeout};

/// Ends after its time. Dropped before, it leaves no timer behind.
pub struct Delay {
    timer: JsValue,
    over: JsFuture,
}

impl Delay {
    /// A delay that begins here.
    pub fn ms(delay_ms: u64) -> Self {
        let mut timer = JsValue::UNDEFINED;
        let over = Promise::new(&mut |resolve, _| timer = set_timeout(&resolve, delay_ms as f64));
        Self { timer, over: JsFuture::from(over) }
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.over).poll(context).map(drop)
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
    }
}
