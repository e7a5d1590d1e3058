//! The default Worker: a session's requests go to its container, the rest to
//! the routes of those who run the pool.

use wasm_bindgen::prelude::*;
use web_sys::{Headers, Request, Response, ResponseInit, Url};

use super::call::{message_of, settled};
use super::client::Client;
use super::js::{ContainerStub, now_ms};
use super::keys::authorize;
use super::pools::Pools;
use crate::pool::{PoolError, Session};
use crate::route::{Destination, SESSION_HEADER, destination};
use crate::runtimes::RUNTIME_HEADER;
use crate::wire::{self, RemoteError};

/// Handles one request. It does not throw: what fails is answered as JSON.
#[wasm_bindgen]
pub async fn fetch(request: Request, env: JsValue, ctx: JsValue) -> Result<Response, JsValue> {
    match respond(&request, &env, &ctx).await {
        Ok(response) => Ok(response),
        Err(error) => error_response(&error),
    }
}

async fn respond(request: &Request, env: &JsValue, ctx: &JsValue) -> Result<Response, RemoteError> {
    let header = |name: &str| request.headers().get(name).ok().flatten();
    let path = Url::new(&request.url()).map(|url| url.pathname()).unwrap_or_default();
    match destination(&request.method(), &path, header(SESSION_HEADER).as_deref())? {
        Destination::Session(session) => {
            let client = Pools::new(env, ctx)?.asked(header(RUNTIME_HEADER).as_deref())?;
            to_container(request, &client, &session).await
        }
        Destination::Status => {
            authorize(env, header("x-api-key").as_deref())?;
            let pools = Pools::new(env, ctx)?;
            let enabled = pools.enabled()?;
            let figures = pools.each(async |client: Client| client.stats_text().await).await;
            let body = wire::status_to_json(enabled, &figures);
            json_response(200, &body, None).map_err(|error| internal(&error))
        }
    }
}

/// Claims the session's container and passes the request on, both bodies streamed.
async fn to_container(
    request: &Request,
    client: &Client,
    session: &Session,
) -> Result<Response, RemoteError> {
    let asked_ms = now_ms();
    let grant = client.claim(&JsValue::from_str(session.as_str()), &JsValue::UNDEFINED).await?;
    let claimed_ms = now_ms();
    let container = client.containers.by_name::<ContainerStub>(&grant.name.to_string());
    let answer = settled(container.and_then(|container| container.fetch(request))).await;
    let answer: Response = answer.map_err(|error| unreachable_container(&error))?.unchecked_into();
    let timing = format!("claim;dur={}, container;dur={}", claimed_ms - asked_ms, now_ms() - claimed_ms);
    with_headers(&answer, &[("x-warm-pool", grant.outcome.as_str()), ("server-timing", &timing)])
        .map_err(|error| internal(&error))
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

fn error_response(error: &RemoteError) -> Result<Response, JsValue> {
    json_response(
        error.status,
        &wire::error_body(&error.code, &error.message, error.retry_after_ms),
        error.retry_after_ms,
    )
}

fn json_response(status: u16, body: &str, retry_after_ms: Option<u64>) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    if let Some(retry_after_ms) = retry_after_ms {
        headers.set("retry-after", &retry_after_ms.div_ceil(1_000).to_string())?;
    }
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(body), &init)
}

fn unreachable_container(error: &JsValue) -> RemoteError {
    PoolError::PoolUnavailable {
        message: format!("the session's container did not answer: {}", message_of(error)),
    }
    .into()
}

fn internal(error: &JsValue) -> RemoteError {
    PoolError::PoolUnavailable { message: format!("the answer could not be built: {}", message_of(error)) }
        .into()
}
