//! A Worker in Rust that sends each session's requests to the session's container.
//!
//! | request | answer |
//! |---|---|
//! | anything with an `x-session-id` | the container's |
//! | `DELETE /session` with one | the container is given up |
//! | `GET /stats` without one | the pool's figures |

use cf_warm_pool::client::{Config, Error, WarmPool};
use worker::{Context, Env, Method, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let session = request.headers().get("x-session-id")?;
    match pool(&env) {
        Ok(pool) => respond(&pool, session.as_deref(), request).await,
        Err(error) => error.to_response(),
    }
}

/// Costs no call, so each request may make its own.
fn pool(env: &Env) -> std::result::Result<WarmPool, Error> {
    WarmPool::new(env, "WARM_POOL", "CONTAINER")?
        .with_config(Config { warm_target: 3, ..Config::default() })?
        .with_hint_cache("HINTS")
}

async fn respond(pool: &WarmPool, session: Option<&str>, request: Request) -> Result<Response> {
    match (request.method(), request.path().as_str(), session) {
        (Method::Get, "/stats", None) => match pool.stats().await {
            Ok(stats) => Response::from_json(&stats),
            Err(error) => error.to_response(),
        },
        (Method::Delete, "/session", Some(session)) => match pool.release(session).await {
            Ok(had_one) => Response::from_json(&had_one),
            Err(error) => error.to_response(),
        },
        // Without a session id the pool's error says what one is.
        (_, _, session) => match pool.forward(session.unwrap_or_default(), request).await {
            Ok(answer) => Ok(answer),
            Err(error) => error.to_response(),
        },
    }
}
