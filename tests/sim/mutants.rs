//! Bugs planted on purpose, in the state machine (feature `planted-bugs`) and
//! in the simulated host. Each is to be found within 1,000 seeds, or the
//! simulation is not good enough.

use std::cell::Cell;

use super::options::Options;

/// Seeds within which a bug is to be found.
#[cfg(feature = "planted-bugs")]
const SEEDS_MAX: u64 = 1_000;

/// Bugs of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostBug {
    AlarmNotRearmed,
    CommandsBeforeCommit,
    MemoryNotRebuilt,
}

thread_local! {
    static IN_FORCE: Cell<Option<HostBug>> = const { Cell::new(None) };
}

/// Whether that bug is in force in this thread.
pub fn host_bug(bug: HostBug) -> bool {
    IN_FORCE.get() == Some(bug)
}

#[cfg(not(feature = "planted-bugs"))]
pub fn run_all(_: &Options) -> bool {
    eprintln!("planted bugs are compiled in only with --features planted-bugs");
    false
}

/// Prints for each bug how many seeds it took, and which rule it broke.
#[cfg(feature = "planted-bugs")]
pub fn run_all(options: &Options) -> bool {
    use cf_warm_pool::pool::{Bug, plant};

    use super::fleet::{Total, run_seeds};

    let host = [HostBug::AlarmNotRearmed, HostBug::CommandsBeforeCommit, HostBug::MemoryNotRebuilt];
    let bugs: Vec<(String, Option<Bug>, Option<HostBug>)> = Bug::ALL
        .iter()
        .map(|bug| (format!("{bug:?}"), Some(*bug), None))
        .chain(host.iter().map(|bug| (format!("{bug:?} (host)"), None, Some(*bug))))
        .filter(|(name, ..)| options.only.as_ref().is_none_or(|only| name.contains(only.as_str())))
        .collect();
    println!("| planted bug | seeds needed | broken rule |\n|---|---|---|");
    let mut missed = 0;
    for (name, bug, host_bug) in &bugs {
        let enough = |seed: u64, _: &Total| seed >= options.seed + SEEDS_MAX;
        let plant_here = || {
            plant(*bug);
            IN_FORCE.set(*host_bug);
        };
        let (_, broken) =
            run_seeds(options.seed, options.threads, |seed| options.knobs(seed), enough, plant_here);
        match broken {
            Some(broken) => {
                let needed = broken.knobs.seed - options.seed + 1;
                println!("| {name} | {needed} | {} |", broken.violation.rule);
            }
            None => {
                missed += 1;
                println!("| {name} | not within {SEEDS_MAX} | |");
            }
        }
    }
    println!("\n{} of {} found", bugs.len() - missed, bugs.len());
    missed == 0
}
