//! The routes of those who run the pools: a key, what they ask for, the answer.

use wasm_bindgen::JsValue;
use web_sys::{Request, Response};

use super::{answer, body, header};
use crate::pool::Session;
use crate::route::{Operation, Steer, runtime_asked, session_in_path};
use crate::runtime::client::Ask;
use crate::runtime::keys::authorize;
use crate::runtime::pools::Pools;
use crate::wire::{self, RemoteError, Steering};

/// Answers one of them. `segment` is what the path has in the place of a session
/// id, and `query` what follows the `?`.
///
/// # Errors
/// `unauthorized` before anything else is looked at; `invalid_session` and
/// `invalid_config` for what is asked wrongly; `not_found` for a runtime or a
/// session that is not known; `misconfigured`; and the pools' own.
pub async fn answer(
    operation: Operation,
    segment: &str,
    query: &str,
    request: &Request,
    env: &JsValue,
    ctx: &JsValue,
) -> Result<Response, RemoteError> {
    authorize(env, header(request, "x-api-key").as_deref())?;
    let in_query = runtime_asked(query)?;
    let sent = match operation {
        Operation::Steer(_) => body::bytes(request).await?,
        _ => Vec::new(),
    };
    let takes_count = operation == Operation::Steer(Steer::Warmup);
    let Steering { runtime, count } = wire::steering_from_json(&sent, in_query, takes_count)?;
    let pools = Pools::new(env, ctx)?.only(runtime.as_deref())?;
    let body = match operation {
        Operation::Status => {
            let enabled = pools.enabled()?;
            wire::status_to_json(enabled, &pools.figures().await)
        }
        Operation::Capacity => wire::capacity_to_json(&pools.figures().await),
        Operation::Metrics => {
            return answer::text(wire::METRICS_TYPE, &wire::metrics_to_text(&pools.figures().await));
        }
        Operation::Activity => {
            wire::activities_to_json(pools.each(&[Ask::Call("activity", JsValue::UNDEFINED)]).await)
        }
        Operation::Explain => {
            let session = session_in_path(segment)?;
            wire::explained_to_json(&session, pools.each(&[about("explain", &session)]).await)?
        }
        Operation::Release => {
            let session = session_in_path(segment)?;
            pools.forget_hints(&session);
            wire::released_to_json(pools.each(&[about("release", &session)]).await)?
        }
        Operation::Steer(steer) => {
            let (word, asks) = told(steer, count);
            wire::told_to_json(word, pools.each(&asks).await)?
        }
    };
    answer::json(&body)
}

/// A call that is about one session.
fn about(call: &'static str, session: &Session) -> Ask<'static> {
    Ask::Call(call, session.as_str().into())
}

/// What a pool is told, and the word for a pool that was.
fn told(steer: Steer, count: Option<u32>) -> (&'static str, Vec<Ask<'static>>) {
    match steer {
        Steer::Prime => ("primed", vec![Ask::Prime]),
        Steer::Warmup => ("warming", vec![Ask::Prime, Ask::Call("warmup", count.into())]),
        Steer::Drain => ("draining", vec![Ask::Call("shutdownPrewarmed", JsValue::UNDEFINED)]),
        Steer::Shutdown => ("shutting_down", vec![Ask::Call("shutdown", JsValue::UNDEFINED)]),
    }
}
