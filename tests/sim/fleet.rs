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
    let next = AtomicU64::new(first);
    let stop = AtomicBool::new(false);
    let total = Mutex::new(Total::default());
    let broken: Mutex<Option<Broken>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                each_thread();
                while !stop.load(Ordering::Relaxed) {
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
                    stop.store(true, Ordering::Relaxed);
                    let found = Broken { knobs, violation, at_ms: ended.lived_ms };
                    let mut broken = broken.lock().unwrap();
                    // The lowest seed, whichever thread was faster.
                    if broken.as_ref().is_none_or(|other| found.knobs.seed < other.knobs.seed) {
                        *broken = Some(found);
                    }
                }
            });
        }
    });
    (total.into_inner().unwrap(), broken.into_inner().unwrap())
}

/// Runs so many pool-years and says how fast; false when a rule was broken.
pub fn run_years(options: &Options, years: Years) -> bool {
    let began = Instant::now();
    let target_ms = years.0 * (YEAR_MS / 1_000);
    let enough = |seed: u64, total: &Total| match target_ms {
        0 => seed > options.seed,
        target_ms => total.lived_ms >= target_ms,
    };
    let (total, broken) = run_seeds(options.seed, options.threads, |seed| options.knobs(seed), enough, || {});
    say_speed(&total, began);
    if let Some(broken) = &broken {
        shrink::report(broken, &options.commit);
    }
    broken.is_none()
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
    println!(
        "claims: {} sticky, {} hits, {} misses, {} errors; {} containers started; memory lost {} times",
        figures.stickies, figures.hits, figures.misses, figures.errors, figures.containers, figures.rebuilt
    );
}

/// Prints what happens in the run of one seed.
pub fn print_log(options: &Options) -> bool {
    let knobs = options.knobs(options.seed);
    println!("{knobs:?}");
    let ended = run(&knobs, Log::Printed);
    ended.broken.is_none()
}
