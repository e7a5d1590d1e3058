//! What one seed makes of a run: the pool's two configurations, its load, the
//! platform's size, and the faults. Everything a shrunk run may be smaller in.

use cf_warm_pool::pool::Config;

use super::chance::Chance;
use super::configs;
use super::fault::{Fault, Faults};

pub const SECOND_MS: u64 = 1_000;
pub const MINUTE_MS: u64 = 60 * SECOND_MS;
pub const HOUR_MS: u64 = 60 * MINUTE_MS;
pub const DAY_MS: u64 = 24 * HOUR_MS;

/// Happenings a run is sized for: busy pools run for hours, idle ones for weeks.
const BUDGET: u64 = 60_000;
const RUN_MIN_MS: u64 = 2 * HOUR_MS;
const RUN_MAX_MS: u64 = 42 * DAY_MS;

/// How long faults last, and whether the run goes on to see the pool come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Faults for ever.
    Safety,
    /// A tenth of the time with faults, then rest.
    Liveness,
    /// All of the time with faults, then rest.
    Both,
}

#[derive(Clone, Debug)]
pub struct Knobs {
    pub seed: u64,
    pub mode: Mode,
    pub faults: Faults,
    /// How long faults and load last.
    pub faulty_ms: u64,
    pub configs: [Config; 2],
    pub load: Load,
    /// How much faster containers start than was measured. A pool that gives
    /// them less time than they need is a run in which nothing happens.
    pub pace: u64,
    /// Containers the platform has room for in calm weather.
    pub room: u64,
    /// How long a container that nobody uses stays up.
    pub sleep_after_ms: u64,
    /// How long the object stays in memory without anything to do.
    pub evict_after_ms: u64,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Load {
    /// Mean time between two arrivals.
    pub gap_ms: u64,
    /// Sessions that arrive together.
    pub burst: u64,
    /// Sessions that come back, of 100 that arrive.
    pub returning: u64,
    /// Mean number of requests in a visit.
    pub requests: u64,
    /// Time between two of them.
    pub think_ms: u64,
    /// The longest a request takes; 0: all are done at once.
    pub request_ms: u64,
}

impl Knobs {
    pub fn draw(seed: u64, mode: Mode, budget_divisor: u64) -> Self {
        let mut chance = Chance::stream(seed, 1);
        let faults = Faults::draw(&mut Chance::stream(seed, 2));
        let mut lives = Chance::stream(seed, 8);
        let [first, second] = configs::pair(&mut chance, &mut lives);
        let load = Load {
            gap_ms: chance.spread(500, 2 * HOUR_MS),
            burst: *chance.pick(&[1, 1, 2, 10, 40]),
            returning: chance.below(100),
            requests: *chance.pick(&[1, 2, 5, 20]),
            think_ms: chance.spread(100, 10 * MINUTE_MS),
            request_ms: *lives.pick(&[0, 0, 1_000, 20_000, 10 * MINUTE_MS]),
        };
        let widest = first.warm_target.max(second.warm_target) as u64;
        let longest_ms = first.refresh_interval_ms.max(second.refresh_interval_ms);
        let shortest_ms = first.refresh_interval_ms.min(second.refresh_interval_ms);
        let sleep_after_ms =
            chance.spread(30 * SECOND_MS, 2 * HOUR_MS).min(600 * shortest_ms).max(3 * longest_ms);
        let pace = match first.start_timeout_ms {
            0..5_000 => *chance.pick(&[2, 4, 4, 4]),
            _ => 1,
        };
        let room = widest + chance.between(1, 60);
        let mut knobs = Self {
            seed,
            mode,
            faults,
            faulty_ms: 0,
            configs: [first, second],
            load,
            pace,
            room,
            sleep_after_ms,
            evict_after_ms: chance.between(10 * SECOND_MS, 2 * MINUTE_MS),
        };
        let day_ms = BUDGET * DAY_MS / knobs.happenings_a_day().max(1);
        knobs.faulty_ms = day_ms.clamp(RUN_MIN_MS, RUN_MAX_MS) / budget_divisor;
        if mode == Mode::Liveness {
            knobs.faulty_ms /= 10;
        }
        knobs
    }

    /// About how much happens in a day.
    fn happenings_a_day(&self) -> u64 {
        let config = &self.configs[0];
        let warm = config.warm_target as u64;
        let sessions = DAY_MS / self.load.gap_ms * self.load.burst;
        let claims = sessions * self.load.requests;
        let assigned = (sessions * (self.sleep_after_ms + self.load.requests * self.load.think_ms) / DAY_MS)
            .min(self.room);
        let looks = DAY_MS / config.refresh_interval_ms * (1 + 3 * warm)
            + DAY_MS / config.assigned_check_interval_ms * (1 + 3 * assigned);
        let replaced = self.configs.iter().map(|config| match config.container_ttl_ms {
            0 => 0,
            ttl_ms => DAY_MS / ttl_ms * warm,
        });
        looks + claims * 6 + sessions * 40 + replaced.max().unwrap_or(0) * 20
    }

    pub fn without(&self, fault: Fault) -> Self {
        Self { faults: self.faults.clone().without(fault), ..self.clone() }
    }
}
