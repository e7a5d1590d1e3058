//! A request with a session id: to its container and back.

use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use super::answer::unbuilt;
use super::header;
use crate::pool::{Identity, PoolError, Session};
use crate::runtime::call::{message_of, settled};
use crate::runtime::js::now_ms;
use crate::runtime::pools::Pools;
use crate::runtimes::RUNTIME_HEADER;
use crate::wire::RemoteError;

/// Claims the session's container and passes the request on, both bodies streamed.
///
/// # Errors
/// Those of a claim, `not_found` and `misconfigured` where the request's runtime
/// is none, and `pool_unavailable` where the container did not answer.
pub async fn to_container(
    request: &Request,
    env: &JsValue,
    ctx: &JsValue,
    session: &Session,
) -> Result<Response, RemoteError> {
    let client = Pools::new(env, ctx)?.asked(header(request, RUNTIME_HEADER).as_deref())?;
    let asked_ms = now_ms();
    let grant = client.claim(&JsValue::from_str(session.as_str()), &JsValue::UNDEFINED).await?;
    let claimed_ms = now_ms();
    let container = client.container(Identity { name: grant.name, id: grant.id })?;
    let answer = settled(container.fetch(request)).await;
    let answer: Response = answer.map_err(|error| unreachable_container(&error))?.unchecked_into();
    let timing = format!("claim;dur={}, container;dur={}", claimed_ms - asked_ms, now_ms() - claimed_ms);
    with_headers(&answer, &[("x-warm-pool", grant.outcome.as_str()), ("server-timing", &timing)])
        .map_err(|error| unbuilt(&error))
}

/// The same response, with headers added. A WebSocket is taken along, since
/// the constructor reads a response as its own options.
fn with_headers(response: &Response, headers: &[(&str, &str)]) -> Result<Response, JsValue> {
    let copy =
        Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), response.unchecked_ref())?;
    for (name, value) in headers {
        copy.headers().set(name, value)?;
    }
    Ok(copy)
}

fn unreachable_container(error: &JsValue) -> RemoteError {
    PoolError::PoolUnavailable {
        message: format!("the session's container did not answer: {}", message_of(error)),
    }
    .into()
}
