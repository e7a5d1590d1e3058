//! A pool from a Rust Worker: the same client as `createWarmPool` of the npm
//! package, on `wasm32-unknown-unknown` only.
//!
//! ```no_run
//! use cf_warm_pool::client::{Config, Error, WarmPool};
//! use worker::{Context, Env, Request, Response, Result, event};
//!
//! #[event(fetch)]
//! async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
//!     let session = request.headers().get("x-session-id")?.unwrap_or_default();
//!     let answer = forward(&env, &session, request).await;
//!     answer.or_else(|error| error.to_response())
//! }
//!
//! async fn forward(env: &Env, session: &str, request: Request) -> std::result::Result<Response, Error> {
//!     let pool = WarmPool::new(env, "WARM_POOL", "CONTAINER")?
//!         .with_config(Config { warm_target: 3, ..Config::default() })?
//!         .with_hint_cache("HINTS")?;
//!     pool.forward(session, request).await
//! }
//! # fn main() {}
//! ```
//!
//! # Where the pool's class comes from
//!
//! The runtime takes RPC calls only for classes that extend its JavaScript class
//! `DurableObject`, so the pool's class, `WarmPool`, is in the npm package, and
//! the class of the containers is JavaScript anyway. Either have both in a Worker
//! of their own and bind them with `script_name`, as `example/rust` does; or have
//! them in this Worker, whose `main` is then a JavaScript file that exports them
//! beside what worker-build made:
//!
//! ```js
//! import { Container } from "@cloudflare/containers";
//! export { WarmPool } from "cf-warm-pool";
//! export { default } from "./build/index.js";
//! export class MyContainer extends Container {
//!   defaultPort = 8080;
//! }
//! ```
//!
//! The pool looks for the container class among the bindings of *its* Worker,
//! under the name that [`WarmPool::new`] is told, or under
//! [`Config::container_binding`] where the two Workers call it differently.

mod container;
mod error;
mod options;
mod ticket;
mod warm_pool;

pub use container::Container;
pub use error::Error;
pub use warm_pool::WarmPool;

pub use crate::pool::{
    Config, ContainerId, ContainerName, Generation, Health, OnRelease, Outcome, Refill, Rollout, WhenEmpty,
};
pub use crate::wire::{
    Counts, DurationCounts, DurationsByOutcome, ExplainedStep, Explanation, Held, LastError, LastHour,
    PoolStats,
};
