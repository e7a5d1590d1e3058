//! What must hold of whatever crosses the border. One oracle to a target; each
//! takes any bytes and panics when something does not hold. The fuzzer calls
//! them with inputs it makes up, `tests/fuzz_corpus.rs` with those that are kept.

pub mod claim_answer;
pub mod config;
pub mod events;
pub mod hint;
pub mod identity;
mod model;
pub mod platform_error;
pub mod request;
pub mod rows;
pub mod usage;

use std::borrow::Cow;

/// An oracle, and the folder of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// Every target there is.
pub const TARGETS: [Target; 9] = [
    ("claim_answer", claim_answer::check),
    ("config", config::check),
    ("events", events::check),
    ("hint", hint::check),
    ("identity", identity::check),
    ("platform_error", platform_error::check),
    ("request", request::check),
    ("rows", rows::check),
    ("usage", usage::check),
];

/// The bytes as the platform hands them on: what is no UTF-8 is replaced.
fn text(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}
