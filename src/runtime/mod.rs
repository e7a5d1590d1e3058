//! The half that lives in wasm: it asks the pure code what to do, and does it.
//!
//! | file | what |
//! |---|---|
//! | `object` | the pool object: event in, rows committed, commands out |
//! | `wakeups` | its alarm, and the timer of those who wait |
//! | `waiting` | its callers who wait for an answer |
//! | `legacy` | what an earlier package left in it |
//! | `effects` | carrying out commands, each answered by one event |
//! | `health` | asking a container whether it is ready |
//! | `client` | a claim from a Worker's side: hint, confirmation, pool |
//! | `http` | the default Worker's requests |
//! | `scheduled` | its timed invocations |
//! | `pools` | its pools, one to a runtime |
//! | `bindings` | finding the container namespace |
//! | `keys` | the API keys |
//! | `sql` | the store's port on the platform's SQLite |
//! | `js` | the platform's JavaScript, as types |
//! | `call` | calls with a time limit, and what their errors mean |

mod bindings;
mod call;
mod client;
mod effects;
mod health;
mod http;
mod js;
mod keys;
mod legacy;
mod object;
mod pools;
mod scheduled;
mod sql;
mod waiting;
mod wakeups;
