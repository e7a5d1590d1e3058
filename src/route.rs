//! What a cached hint and an observed state mean, and where a request goes.
//! Decides only: KV, containers and HTTP are asked by who carries it out.

mod hint;
mod query;
mod request;

pub use hint::{Hint, Look, Route, hint_of, judge, seen_of_state, worth_telling};
pub use query::runtime_asked;
pub use request::{Destination, Operation, SESSION_HEADER, Steer, destination, session_in_path};
