//! Calls across the platform: each with a time limit, its errors sorted.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use futures::FutureExt;
use futures::future::maybe_done;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::delay::Delay;
use super::js::property;
use crate::platform;
use crate::pool::{Failure, FailureClass};

/// How deep a chain of causes is followed.
const CAUSES_MAX: usize = 5;

/// Waits for what a call returned, at most `limit_ms`.
///
/// # Errors
/// The sorted error of the call, or a transient one when the time is over; the
/// call itself goes on, and its late outcome is ignored.
pub async fn within(limit_ms: u64, call: Result<JsValue, JsValue>) -> Result<JsValue, Failure> {
    let [answer] = all_within(limit_ms, [call]).await;
    answer
}

/// Waits for what calls of the same moment returned, each as [`within`] does.
pub async fn all_within<const N: usize>(
    limit_ms: u64,
    calls: [Result<JsValue, JsValue>; N],
) -> [Result<JsValue, Failure>; N] {
    let mut answers = calls.map(|call| Box::pin(maybe_done(settled(call))));
    let mut limit = pin!(Delay::ms(limit_ms));
    poll_fn(|context| {
        let waits =
            answers.iter_mut().fold(false, |waits, answer| waits | answer.poll_unpin(context).is_pending());
        if waits { limit.as_mut().poll(context) } else { Poll::Ready(()) }
    })
    .await;
    answers.map(|mut answer| match answer.as_mut().take_output() {
        Some(result) => result.map_err(|error| failure_of(&error)),
        None => Err(Failure::new(FailureClass::Transient, &format!("no answer within {limit_ms} ms"))),
    })
}

/// Waits for what a call returned. RPC returns a thenable, which only
/// `Promise.resolve` makes a promise.
///
/// # Errors
/// What the call threw or rejected with.
pub async fn settled(call: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&call?)).await
}

/// Sorts what a call threw.
pub fn failure_of(error: &JsValue) -> Failure {
    let mut messages = Vec::new();
    let mut cause = error.clone();
    while messages.len() < CAUSES_MAX && !cause.is_falsy() {
        messages.push(message_of(&cause));
        cause = property(&cause, "cause");
    }
    let flags = platform::Flags {
        retryable: property(error, "retryable").is_truthy(),
        overloaded: property(error, "overloaded").is_truthy(),
        retry_after_s: property(error, "retryAfter").as_f64(),
    };
    platform::sort(&messages, flags)
}

/// The message of anything thrown.
pub fn message_of(error: &JsValue) -> String {
    let message = property(error, "message").as_string();
    message.or_else(|| error.as_string()).unwrap_or_else(|| {
        error
            .dyn_ref::<js_sys::Object>()
            .map_or_else(|| "unknown error".to_owned(), |object| object.to_string().into())
    })
}
