//! The state machine from outside: events in, decisions out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod age;
mod breaker;
mod burst;
mod capacity;
mod claim;
mod configure;
mod counters;
mod deadlines;
mod driver;
mod empty;
mod event_loop;
mod expected;
mod halted;
mod health;
mod lease;
mod leaving;
mod life;
mod model;
mod never;
mod never_callers;
mod outage;
mod prime;
mod random;
mod readiness;
mod refill;
mod release;
mod report;
mod returning;
mod rolling;
mod rollout;
mod shutdown;
mod start;
mod stop;
mod wake;
mod world;
