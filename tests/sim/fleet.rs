//! Many seeds at once: a thread to a core, each run on its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use super::knobs::{DAY_MS, Knobs};
use super::log::Log;
use super::options::{Options, Years};
use super::reference::Violation;
use super::run::{Figures, run};
use super::shrink;

const YEAR_MS: u64 = 365 * DAY_MS;

/// A run that broke a rule.
pub struct Broken {
    pub knobs: Knobs,
    pub violation: Violation,
    pub at_ms: u64,
}

/// What all runs amounted to.
#[derive(Default)]
pub struct Total {
    pub runs: u64,
    pub lived_ms: u64,
    pub figures: Figures,
}

/// Runs seeds from `first` on until one breaks a rule or `enough` says so,
/// which is asked before each.
pub fn run_seeds(
    first: u64,
    threads: usize,
    knobs: impl Fn(u64) -> Knobs + Sync,
    enough: impl Fn(u64, &Total) -> bool + Sync,
    each_thread: impl Fn() + Sync,
) -> (Total, Option<Broken>) {
    let found = AtomicBool::new(false);
    let enough = |seed: u64, total: &Total| found.load(Ordering::Relaxed) || enough(seed, total);
    let (total, broken) =
        run_all_seeds(first, threads, knobs, enough, each_thread, |_| found.store(true, Ordering::Relaxed));
    // The lowest seed, whichever thread was faster.
    (total, broken.into_iter().min_by_key(|broken| broken.knobs.seed))
}

/// The same, and goes on after one that breaks a rule.
fn run_all_seeds(
    first: u64,
    threads: usize,
    knobs: impl Fn(u64) -> Knobs + Sync,
    enough: impl Fn(u64, &Total) -> bool + Sync,
    each_thread: impl Fn() + Sync,
    found: impl Fn(&Violation) + Sync,
) -> (Total, Vec<Broken>) {
    let next = AtomicU64::new(first);
    let total = Mutex::new(Total::default());
    // Knobs stay in their thread: the seed says what they were.
    let broken: Mutex<Vec<(u64, Violation, u64)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                each_thread();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if enough(seed, &total.lock().unwrap()) {
                        return;
                    }
                    let knobs = knobs(seed);
                    let ended = run(&knobs, Log::Off);
                    let mut total = total.lock().unwrap();
                    total.runs += 1;
                    total.lived_ms += ended.lived_ms;
                    total.figures.add(&ended.figures);
                    let Some(violation) = ended.broken else { continue };
                    found(&violation);
                    broken.lock().unwrap().push((seed, violation, ended.lived_ms));
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap();
    let broken = broken
        .into_iter()
        .map(|(seed, violation, at_ms)| Broken { knobs: knobs(seed), violation, at_ms })
        .collect();
    (total.into_inner().unwrap(), broken)
}

/// Runs so many pool-years and says how fast; false when a rule was broken.
pub fn run_years(options: &Options, years: Years) -> bool {
    let began = Instant::now();
    let target_ms = years.0 * (YEAR_MS / 1_000);
    let enough = |seed: u64, total: &Total| match target_ms {
        0 => seed > options.seed,
        target_ms => total.lived_ms >= target_ms,
    };
    let knobs = |seed| options.knobs(seed);
    if options.all {
        let (total, broken) = run_all_seeds(options.seed, options.threads, knobs, enough, || {}, |_| {});
        say_speed(&total, began);
        broken.iter().for_each(Broken::say);
        return broken.is_empty();
    }
    let (total, broken) = run_seeds(options.seed, options.threads, knobs, enough, || {});
    say_speed(&total, began);
    if let Some(broken) = &broken {
        shrink::report(broken, &options.commit);
    }
    broken.is_none()
}

impl Broken {
    /// Which rule, in a line.
    fn say(&self) {
        let Violation { rule, text } = &self.violation;
        println!("BROKEN {rule}: {text}, seed {}", self.knobs.seed);
    }
}

fn say_speed(total: &Total, began: Instant) {
    let took_ms = (began.elapsed().as_millis() as u64).max(1);
    let figures = &total.figures;
    println!(
        "{} runs, {}.{:02} pool-years, {} events in {}.{:03} s: {} times as fast as real time",
        total.runs,
        total.lived_ms / YEAR_MS,
        total.lived_ms % YEAR_MS * 100 / YEAR_MS,
        figures.happenings,
        took_ms / 1_000,
        took_ms % 1_000,
        total.lived_ms / took_ms,
    );
    let totals = &figures.totals;
    println!(
        "claims: {} sticky, {} hits, {} misses, {} errors, {} callers left; {} containers; memory lost {} times",
        totals.stickies,
        totals.hits,
        totals.misses,
        totals.errors,
        totals.left,
        figures.containers,
        figures.rebuilt
    );
    println!(
        "sessions: {} releases, {} lease ends; {} restarts, {} resets, {} replaced by age or revision",
        totals.releases, totals.lease_ends, totals.restarts, totals.resets, totals.replaced
    );
}

/// Prints what happens in the run of one seed.
pub fn print_log(options: &Options) -> bool {
    let knobs = options.knobs(options.seed);
    println!("{knobs:?}");
    let ended = run(&knobs, Log::Printed);
    ended.broken.is_none()
}
