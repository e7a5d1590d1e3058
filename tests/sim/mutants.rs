//! Bugs planted on purpose, in the state machine (`src/pool/planted.rs`) and
//! in the simulated host. The simulation must find each within 1,000 seeds, or
//! it is not good enough.
//!
//! For each bug `planted_seeds.txt` has a seed that finds it. That seed is
//! tried first; if it no longer finds the bug, the seeds from the first on are
//! tried one after the other. A bug counts as found only if this run breaks a
//! rule with it, and the same seed breaks none without it.

use std::cell::Cell;

use super::options::Options;

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

/// Returns whether that bug is planted in this thread.
pub fn host_bug(bug: HostBug) -> bool {
    IN_FORCE.get() == Some(bug)
}

#[cfg(not(planted))]
pub fn run_all(_: &Options) -> bool {
    eprintln!("planted bugs are compiled in only with --cfg planted");
    false
}

#[cfg(planted)]
pub use search::run_all;

#[cfg(planted)]
mod search {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use cf_warm_pool::pool::{Bug, plant};

    use super::super::fleet::{Total, run_seeds};
    use super::super::log::Log;
    use super::super::run::run;
    use super::{HostBug, IN_FORCE, Options};

    /// Seeds within which a bug must be found.
    const SEEDS_MAX: u64 = 1_000;

    /// A line: the bug's name and a seed that finds it.
    const KNOWN: &str = include_str!("planted_seeds.txt");

    const HOST_BUGS: [HostBug; 3] =
        [HostBug::AlarmNotRearmed, HostBug::CommandsBeforeCommit, HostBug::MemoryNotRebuilt];

    /// A bug of the state machine or of the host.
    #[derive(Clone, Copy, Debug)]
    enum Mutant {
        Pool(Bug),
        Host(HostBug),
    }

    /// The seed that finds a bug, and the rule that breaks.
    #[derive(Clone, Copy, Debug)]
    struct Found {
        seed: u64,
        rule: &'static str,
    }

    impl Mutant {
        fn all() -> impl Iterator<Item = Self> {
            let pool = Bug::ALL.iter().copied().map(Self::Pool);
            pool.chain(HOST_BUGS.into_iter().map(Self::Host))
        }

        fn name(self) -> String {
            match self {
                Self::Pool(bug) => format!("{bug:?}"),
                Self::Host(bug) => format!("{bug:?}"),
            }
        }
    }

    /// Plants the bug in this thread, in place of the one before.
    fn plant_here(mutant: Option<Mutant>) {
        let (bug, host_bug) = match mutant {
            None => (None, None),
            Some(Mutant::Pool(bug)) => (Some(bug), None),
            Some(Mutant::Host(bug)) => (None, Some(bug)),
        };
        plant(bug);
        IN_FORCE.set(host_bug);
    }

    /// Prints for each bug the seed that finds it and the rule that breaks.
    pub fn run_all(options: &Options) -> bool {
        let mut known = match known_seeds() {
            Ok(known) => known,
            Err(problem) => {
                eprintln!("{problem}");
                return false;
            }
        };
        let in_range = options.seed..options.seed.saturating_add(SEEDS_MAX);
        known.retain(|_, seed| in_range.contains(seed));
        let is_chosen =
            |mutant: &Mutant| options.only.as_ref().is_none_or(|only| mutant.name().contains(only.as_str()));
        let mutants: Vec<_> = Mutant::all().filter(is_chosen).collect();
        let by_known_seed = in_parallel(options.threads, &mutants, |mutant| {
            let seed = *known.get(&mutant.name())?;
            run_one(options, Some(*mutant), seed)
        });
        println!("| planted bug | seed | broken rule |\n|---|---|---|");
        let mut found = Vec::new();
        for (mutant, by_known_seed) in mutants.iter().zip(by_known_seed) {
            let name = mutant.name();
            match by_known_seed.or_else(|| search(options, *mutant)) {
                Some(one) => {
                    println!("| {name} | {} | {} |", one.seed, one.rule);
                    if by_known_seed.is_none() {
                        eprintln!(
                            "{name} is found by a search: put \"{name} {}\" into planted_seeds.txt",
                            one.seed
                        );
                    }
                    found.push(one.seed);
                }
                None => println!("| {name} | not within {SEEDS_MAX} | |"),
            }
        }
        let sound = sound_seeds(options, &found);
        found.retain(|seed| sound.contains(seed));
        println!("\n{} of {} found", found.len(), mutants.len());
        !mutants.is_empty() && found.len() == mutants.len()
    }

    fn known_seeds() -> Result<BTreeMap<String, u64>, String> {
        let names: BTreeSet<_> = Mutant::all().map(Mutant::name).collect();
        let mut known = BTreeMap::new();
        for line in KNOWN.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let pair = line.split_once(' ');
            let pair = pair.and_then(|(name, seed)| Some((names.get(name)?, seed.parse().ok()?)));
            let (name, seed) =
                pair.ok_or(format!("planted_seeds.txt: \"{line}\" is not a planted bug and a seed"))?;
            known.insert(name.clone(), seed);
        }
        Ok(known)
    }

    /// Tries seeds from the first on until one finds the bug.
    fn search(options: &Options, mutant: Mutant) -> Option<Found> {
        let enough = |seed: u64, _: &Total| seed >= options.seed + SEEDS_MAX;
        let plant = || plant_here(Some(mutant));
        let (_, broken) = run_seeds(options.seed, options.threads, |seed| options.knobs(seed), enough, plant);
        broken.map(|broken| Found { seed: broken.knobs.seed, rule: broken.violation.rule })
    }

    /// Returns the seeds that break no rule when nothing is planted.
    fn sound_seeds(options: &Options, seeds: &[u64]) -> BTreeSet<u64> {
        let seeds: Vec<_> = BTreeSet::from_iter(seeds).into_iter().copied().collect();
        let broken = in_parallel(options.threads, &seeds, |seed| run_one(options, None, *seed));
        let sound = |(seed, broken): (u64, Option<Found>)| match broken {
            None => Some(seed),
            Some(Found { rule, .. }) => {
                println!("seed {seed} proves nothing: it breaks \"{rule}\" without a planted bug");
                None
            }
        };
        seeds.into_iter().zip(broken).filter_map(sound).collect()
    }

    fn run_one(options: &Options, mutant: Option<Mutant>, seed: u64) -> Option<Found> {
        plant_here(mutant);
        let broken = run(&options.knobs(seed), Log::Off).broken?;
        Some(Found { seed, rule: broken.rule })
    }

    /// Calls `each` for every item, in so many threads, and returns what it
    /// returned in the order of the items.
    fn in_parallel<T: Sync, R: Send>(threads: usize, items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let results = Mutex::new(BTreeMap::new());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(at) else { return };
                        let result = each(item);
                        results.lock().unwrap().insert(at, result);
                    }
                });
            }
        });
        results.into_inner().unwrap().into_values().collect()
    }
}
