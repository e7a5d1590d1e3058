//! The default Worker: a request in, an answer out. A session's requests go to
//! its container, the rest to the routes of those who run the pools.
//!
//! | file | what |
//! |---|---|
//! | `session` | a request with a session id |
//! | `operators` | those without |
//! | `dashboard` | the page over them |
//! | `body` | what they send, bounded |
//! | `answer` | what the Worker answers itself |

mod answer;
mod body;
mod dashboard;
mod operators;
mod session;

use wasm_bindgen::prelude::*;
use web_sys::{Request, Response, Url};

use crate::route::{Destination, SESSION_HEADER, destination};
use crate::wire::RemoteError;

/// Handles one request. A failure is an answer in JSON; it rejects only if the
/// platform refuses to build the answer. `dashboard` is the page and its policy.
#[wasm_bindgen]
pub async fn fetch(
    request: Request,
    env: JsValue,
    ctx: JsValue,
    dashboard: JsValue,
) -> Result<Response, JsValue> {
    match respond(&request, &env, &ctx, &dashboard).await {
        Ok(response) => Ok(response),
        Err(error) => answer::error(&error),
    }
}

async fn respond(
    request: &Request,
    env: &JsValue,
    ctx: &JsValue,
    dashboard: &JsValue,
) -> Result<Response, RemoteError> {
    let url = Url::new(&request.url()).map_err(|error| answer::unbuilt(&error))?;
    match destination(&request.method(), &url.pathname(), header(request, SESSION_HEADER).as_deref())? {
        Destination::Session(session) => session::to_container(request, env, ctx, &session).await,
        Destination::Dashboard => dashboard::page(dashboard, env, header(request, "x-api-key").as_deref()),
        Destination::Operators { operation, segment } => {
            let query = url.search();
            operators::answer(operation, &segment, query.trim_start_matches('?'), request, env, ctx).await
        }
    }
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}
