//! What a plain `cargo test` runs: a few seconds of it.

use super::fleet::{Total, run_seeds};
use super::knobs::{Knobs, Mode};
use super::log::{Log, when};
use super::run::run;
use super::{found, seeds, shrink};

type Test = (&'static str, fn() -> Result<(), String>);

const TESTS: &[Test] = &[
    ("same_seed_gives_the_same_log", same_seed_gives_the_same_log),
    ("seeds_that_once_broke_a_rule_keep_it", seeds_that_once_broke_a_rule_keep_it),
    ("pools_keep_the_rules_while_faults_go_on", pools_keep_the_rules_while_faults_go_on),
    ("pools_come_to_rest_when_faults_end", pools_come_to_rest_when_faults_end),
    ("lost_connection_does_not_prove_that_a_start_ended", found::lost_connection),
    ("claim_gets_no_container_that_the_same_event_drops", found::looks::looks_given_up_together),
    ("claims_whose_looks_are_given_up_are_served_in_their_order", found::looks::looks_given_up_in_order),
    ("silence_after_the_clock_was_put_back_drops_nobody", found::looks::clock_put_back),
    ("report_of_the_life_before_does_not_end_the_next", found::lives::report_of_the_life_before),
    ("destroy_beside_a_look_that_still_asks_proves_nothing", found::lives::look_that_still_asks),
    (
        "session_keeps_a_container_that_was_asked_whether_it_is_ready",
        found::lives::session_gets_one_that_is_looked_at,
    ),
    ("look_that_is_told_twice_counts_once", found::lives::look_told_twice),
    ("container_that_becomes_current_goes_to_who_waits", found::lives::claim_that_makes_a_container_current),
];

/// Runs are so much shorter than those of `npm run sim`.
const SHORTER: u64 = if cfg!(debug_assertions) { 20 } else { 4 };
const SEEDS: u64 = 12;

/// Runs them as the test harness would, and prints what it would.
pub fn run_all(filters: &[String], list: bool) -> bool {
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    let tests: Vec<_> = TESTS.iter().filter(|(name, _)| wanted(name)).collect();
    if list {
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        return true;
    }
    println!("\nrunning {} tests", tests.len());
    let mut failed = 0;
    for (name, test) in &tests {
        match test() {
            Ok(()) => println!("test {name} ... ok"),
            Err(problem) => {
                failed += 1;
                println!("test {name} ... FAILED\n{problem}");
            }
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    let (passed, out) = (tests.len() - failed, TESTS.len() - tests.len());
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; {out} filtered out\n"
    );
    failed == 0
}

fn same_seed_gives_the_same_log() -> Result<(), String> {
    let knobs = Knobs::draw(1, Mode::Both, SHORTER);
    let logs = [0, 1].map(|_| run(&knobs, Log::hash()).log);
    match logs {
        [Log::Hash(first), Log::Hash(second)] if first == second => Ok(()),
        _ => Err("two runs of seed 1 differ".to_owned()),
    }
}

fn seeds_that_once_broke_a_rule_keep_it() -> Result<(), String> {
    for (knobs, found) in seeds::all() {
        let ended = run(&knobs, Log::Off);
        if let Some(violation) = ended.broken {
            return Err(format!(
                "seed {} ({found}) breaks {} at {}: {}",
                knobs.seed,
                violation.rule,
                when(ended.lived_ms),
                violation.text
            ));
        }
    }
    Ok(())
}

fn pools_keep_the_rules_while_faults_go_on() -> Result<(), String> {
    some_seeds(Mode::Safety)
}

fn pools_come_to_rest_when_faults_end() -> Result<(), String> {
    some_seeds(Mode::Liveness)
}

fn some_seeds(mode: Mode) -> Result<(), String> {
    let enough = |seed: u64, _: &Total| seed >= SEEDS;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (_, broken) = run_seeds(0, threads, |seed| Knobs::draw(seed, mode, SHORTER), enough, || {});
    let Some(broken) = broken else { return Ok(()) };
    shrink::report(&broken, "unknown");
    Err(format!("seed {} breaks {}", broken.knobs.seed, broken.violation.rule))
}
