//! A warm pool for Cloudflare Containers: containers that are started before
//! anyone asks, one to a session, none of them lost.
//!
//! An event comes in, the pure state machine decides, the store records, and
//! only then are commands carried out:
//!
//! | module | what it is | what it does not know |
//! |---|---|---|
//! | [`platform`] | what the platform's errors mean | everything else |
//! | [`pool`] | the state machine: events in, decisions out | JS, SQL, clock, randomness |
//! | [`prices`] | what a container costs while it waits | the same |
//! | [`route`] | what a cached hint and an observed state mean | the same |
//! | [`runtimes`] | the names of runtimes, their bindings and variables | the same |
//! | [`store`] | SQLite rows behind a one-method port | the platform |
//! | [`wire`] | what crosses RPC, KV and HTTP, the only serde types | |
//! | `text` | how a message shows the text of others | everything else |
//! | `runtime` | wasm only: object host, client host, HTTP | pool policy |
//! | `client` | wasm only: the pool from a Rust Worker | the same |
//!
//! Who writes a Worker in Rust needs `client` alone, and [`pool::Config`] for what
//! the pool is to be. It is there on `wasm32-unknown-unknown`:
//! `cargo doc --target wasm32-unknown-unknown --open`.

// The figures, as a test writes them out.
#![cfg_attr(test, recursion_limit = "256")]

#[cfg(all(target_arch = "wasm32", not(any(feature = "package", feature = "worker"))))]
pub mod client;
pub mod platform;
pub mod pool;
pub mod prices;
pub mod route;
pub mod runtimes;
pub mod store;
mod text;
pub mod wire;

#[cfg(target_arch = "wasm32")]
#[cfg_attr(
    not(all(feature = "package", feature = "worker")),
    allow(dead_code, reason = "each build uses a part")
)]
mod runtime;
