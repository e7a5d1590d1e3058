//! The state machine from outside: events in, decisions out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adopt;
mod breaker;
mod capacity;
mod claim;
mod configure;
mod counters;
mod deadlines;
mod driver;
mod expected;
mod health;
mod history;
mod model;
mod random;
mod refill;
mod report;
mod shutdown;
mod start;
mod stop;
mod wake;
mod world;
