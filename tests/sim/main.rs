//! A deterministic simulation of whole pools: the real state machine and the
//! real store, on SQLite in memory, against a model of the platform and many
//! clients, in simulated time. A seed is a whole run.
//!
//! | file | what it is |
//! |---|---|
//! | `main` | what was asked for on the command line |
//! | `tests`, `found`, `seeds` | what a plain `cargo test` runs |
//! | `fleet`, `run`, `shrink`, `mutants` | many seeds, one seed, less of one seed, planted bugs |
//! | `knobs`, `configs`, `fault`, `chance` | what a seed makes of a run |
//! | `world`, `happening` | everything there is, and the time |
//! | `object`, `host`, `wakeups`, `storage` | the pool object as the platform runs it |
//! | `calls`, `answers` | what it asks of containers, and what comes back |
//! | `platform`, `endings`, `looks`, `machine`, `times` | containers as they really are |
//! | `clients`, `hints`, `mishaps` | who calls the pool |
//! | `reference`, `checks` | what is really so, and the rules |
//! | `rest` | the end of faults: what a pool must come to |
//! | `log`, `brief` | what happened, in lines |
//!
//! What the platform could do and the model does not, because nothing in the
//! pool could prevent what follows: a request that starts a stopped container
//! again through the stub of a client whose container was let go; a call that
//! takes longer to arrive than `startTimeout`; a clock put forward by more than
//! that while a start is under way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a run that cannot go on has failed"
)]

mod answers;
mod brief;
mod calls;
mod chance;
mod checks;
mod clients;
mod configs;
mod endings;
mod fault;
mod fleet;
mod found;
mod happening;
mod hints;
mod host;
mod knobs;
mod log;
mod looks;
mod machine;
mod mishaps;
mod mutants;
mod object;
mod options;
mod platform;
mod reference;
mod rest;
mod run;
mod seeds;
mod shrink;
mod storage;
mod tests;
mod times;
mod wakeups;
mod world;

use std::process::ExitCode;

use mimalloc::MiMalloc;
use options::{Options, Task};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    // A run that panics has broken a rule, and says so itself.
    std::panic::set_hook(Box::new(|_| {}));
    let held = match options.task {
        Task::Tests => tests::run_all(&options.filters, options.list),
        Task::Log => fleet::print_log(&options),
        Task::Years(years) => fleet::run_years(&options, years),
        Task::Mutants => mutants::run_all(&options),
    };
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
