//! The half that lives in wasm: it asks the pure code what to do, and does it.
//!
//! | file | what |
//! |---|---|
//! | `object` | the pool object as the TypeScript class calls it |
//! | `host` | what it does: event in, rows committed, commands out |
//! | `wakeups` | its alarm, and the timer of those who wait |
//! | `waiting` | its callers who wait for an answer |
//! | `legacy` | what an earlier package left in it |
//! | `log` | what it writes to the console |
//! | `analytics` | its data points |
//! | `effects` | carrying out commands, each answered by one event |
//! | `health` | asking a container whether it is ready |
//! | `client` | a claim from a Worker's side |
//! | `hints` | its hint cache: hint, confirmation |
//! | `http` | the default Worker's requests |
//! | `scheduled` | its timed invocations |
//! | `pools` | its pools, one to a runtime |
//! | `bindings` | finding the container namespace |
//! | `objects` | the objects of a class, where the configuration says they are |
//! | `texts` | what was read of the configurations that claims bring |
//! | `given` | what callers hand over, checked |
//! | `keys` | the API keys |
//! | `sql` | the store's port on the platform's SQLite |
//! | `js` | the platform's JavaScript, as types |
//! | `panics` | what follows a panic |
//! | `delay` | waiting for a time to pass |
//! | `call` | calls with a time limit, and what their errors mean |
//!
//! What JavaScript calls is there for the npm package alone: pool object and
//! client in one wasm (feature `package`), the default Worker in another (feature
//! `worker`). The rest serves [`crate::client`] too.

#[cfg(feature = "package")]
mod analytics;
pub mod bindings;
pub mod call;
pub mod client;
mod delay;
mod effects;
mod given;
mod health;
mod hints;
#[cfg(feature = "package")]
mod host;
#[cfg(feature = "worker")]
mod http;
pub mod js;
#[cfg(feature = "worker")]
mod keys;
#[cfg(feature = "package")]
mod legacy;
#[cfg(any(feature = "package", feature = "worker"))]
mod log;
#[cfg(feature = "package")]
mod object;
pub mod objects;
#[cfg(any(feature = "package", feature = "worker"))]
mod panics;
#[cfg(feature = "worker")]
mod pools;
#[cfg(feature = "worker")]
mod scheduled;
#[cfg(any(feature = "package", feature = "worker"))]
mod sql;
#[cfg(feature = "package")]
mod texts;
#[cfg(feature = "package")]
mod waiting;
#[cfg(feature = "package")]
mod wakeups;
