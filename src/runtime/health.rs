//! Asking a container at `health.path` whether it is ready.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};

use super::call::within;
use super::delay::Delay;
use super::js::{ContainerStub, now_ms};
use crate::pool::limits::READINESS_PAUSE_MS;
use crate::pool::{Failure, FailureClass, Seen};
use crate::wire;

/// Asks once, of a container that is alive.
pub async fn look(container: &ContainerStub, path: &str, timeout_ms: u64) -> Seen {
    match ask(container, path, timeout_ms).await {
        Ok(body) => Seen::Ready(wire::usage_from_json(&body)),
        Err(failure) => Seen::NotReady(failure),
    }
}

/// Asks until the answer is 2xx.
///
/// # Errors
/// The last failure, once the time is over.
pub async fn become_ready(container: &ContainerStub, path: &str, until_ms: u64) -> Result<(), Failure> {
    loop {
        let left_ms = until_ms.saturating_sub(now_ms()).max(1);
        let Err(failure) = ask(container, path, left_ms).await else { return Ok(()) };
        if now_ms() + READINESS_PAUSE_MS >= until_ms {
            return Err(failure);
        }
        Delay::ms(READINESS_PAUSE_MS).await;
    }
}

/// The body of a 2xx answer.
async fn ask(container: &ContainerStub, path: &str, timeout_ms: u64) -> Result<String, Failure> {
    let request = Request::new_with_str(&format!("http://container{path}"));
    let answer = within(timeout_ms, request.and_then(|request| container.fetch(&request))).await?;
    let answer: Response = answer.unchecked_into();
    let body = within(timeout_ms, answer.text().map(JsValue::from)).await?;
    if answer.ok() {
        return Ok(body.as_string().unwrap_or_default());
    }
    let text = format!("GET {path} was answered with status {}", answer.status());
    Err(Failure::new(FailureClass::Transient, &text))
}
