//! What the pool counts, and the figures it shows.

use super::config::Config;
use super::durations::{ClaimEnd, Durations};
use super::failure::{Failure, FailureClass};
use super::measure::Idle;
use super::minutes::Minute;

/// Everything counted since the pool's first day. Recorded before it is shown,
/// so that a figure once seen never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Claims answered from an existing assignment.
    pub sticky: u64,
    /// Claims answered from a warm container.
    pub hits: u64,
    /// Claims answered by a start.
    pub misses: u64,
    /// Claims answered with an error.
    pub errors: u64,
    /// Callers that went away before they were answered.
    pub callers_left: u64,
    /// Lives of containers that are over for certain.
    pub gone: u64,
    /// Failed starts by class, in the order of [`FailureClass::ALL`].
    pub start_failures: [u64; 5],
    /// Failed looks by kind, in the order of [`HealthKind::ALL`].
    pub health_failures: [u64; 3],
    /// Renewals of a warm container's activity timeout that failed.
    pub renewal_failures: u64,
    /// `stop()` and `destroy()` calls that failed.
    pub stop_failures: u64,
    /// Reports of a stop.
    pub reports: u64,
    /// Reports of containers the pool does not know, or of nothing at all.
    pub unknown_reports: u64,
    /// Warm containers dropped by the pool.
    pub evictions: u64,
    /// Those of them that were past their age.
    pub expirations: u64,
    /// Those of them that were of an earlier revision.
    pub replacements: u64,
    /// Sessions that gave their container up.
    pub releases: u64,
    /// Sessions whose lease ended.
    pub lease_ends: u64,
    /// Containers started again for another session.
    pub restarts: u64,
    /// Containers cleaned up for another session.
    pub resets: u64,
    /// Clean-ups that failed.
    pub reset_failures: u64,
    /// Calls whose configuration was passed over: of an earlier version, or replaced.
    pub passed_over: u64,
    /// Commits the storage refused.
    pub storage_failures: u64,
    /// Time from a claim to its answer, in the order of [`ClaimEnd::ALL`]: as
    /// many of each as are counted above.
    pub claim_durations: [Durations; 4],
    /// Time from when a start was recorded to its end, in the order of
    /// [`StartEnd::ALL`](super::StartEnd::ALL).
    pub start_durations: [Durations; 4],
    /// Time that containers were warm.
    pub idle: Idle,
}

impl Counters {
    /// Counts a failed start.
    pub fn start_failed(&mut self, class: FailureClass) {
        if let Some(at) = FailureClass::ALL.iter().position(|other| *other == class) {
            self.start_failures[at] += 1;
        }
    }

    /// Counts a failed look.
    pub fn look_failed(&mut self, kind: HealthKind) {
        self.health_failures[kind as usize] += 1;
    }

    /// Claims answered, one way or another.
    #[must_use]
    pub fn claims(&self) -> u64 {
        self.sticky + self.hits + self.misses + self.errors
    }

    /// Hits over hits and misses; 1 while there are neither.
    #[must_use]
    pub fn hit_rate(&self) -> f64 {
        hit_rate(self.hits, self.misses)
    }

    /// The same in ten-thousandths (basis points), rounded to the nearest.
    #[must_use]
    pub fn hit_rate_bp(&self) -> u64 {
        hit_rate_bp(self.hits, self.misses)
    }

    /// How long the claims waited on average that found nothing warm and got a
    /// container that was started, from the claim to its answer: ms, rounded; 0
    /// while there are none. A start that was under way already is waited for
    /// for less than it takes.
    #[must_use]
    pub fn on_demand_boot_ms_mean(&self) -> u64 {
        self.claim_durations[ClaimEnd::Miss as usize].mean_ms()
    }

    /// Whether the two are the same but for how long containers were warm,
    /// which grows without anything happening.
    pub(super) fn same_but_idle(&self, other: &Self) -> bool {
        let mut same = *self;
        same.idle = other.idle;
        same == *other
    }
}

/// Hits over hits and misses; 1 while there are neither.
#[must_use]
pub fn hit_rate(hits: u64, misses: u64) -> f64 {
    let asked = hits.saturating_add(misses);
    if asked == 0 { 1.0 } else { hits as f64 / asked as f64 }
}

/// The same in ten-thousandths (basis points), rounded to the nearest.
#[must_use]
pub fn hit_rate_bp(hits: u64, misses: u64) -> u64 {
    let asked = hits.saturating_add(misses);
    hits.saturating_mul(10_000).saturating_add(asked / 2).checked_div(asked).unwrap_or(10_000)
}

/// What a look found wanting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthKind {
    /// It has stopped, or does not answer.
    Liveness,
    /// It does not answer at `health.path` with 2xx.
    Readiness,
    /// It uses more than it may.
    Resources,
}

impl HealthKind {
    /// All kinds, in the order metrics list them.
    pub const ALL: [Self; 3] = [Self::Liveness, Self::Readiness, Self::Resources];

    /// The kind as metrics spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Liveness => "liveness",
            Self::Readiness => "readiness",
            Self::Resources => "resources",
        }
    }
}

/// The figures of one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// The configuration in force.
    pub config: Config,
    /// Whether the pool fills itself.
    pub primed: bool,
    /// Containers by state.
    pub starting: usize,
    /// Healthy and unassigned.
    pub warm: usize,
    /// Belonging to a session.
    pub assigned: usize,
    /// Left by their session, with requests under way perhaps.
    pub draining: usize,
    /// Asked to stop, not confirmed.
    pub stopping: usize,
    /// Sessions that wait.
    pub waiting: usize,
    /// Claims that wait, for a container or for a look at the one there is.
    pub claims_waiting: usize,
    /// How long ago the longest warm container became ready, ms.
    pub oldest_warm_ms: Option<u64>,
    /// How long ago the assigned container was claimed whose session's last
    /// recorded claim was the earliest, ms.
    pub oldest_assigned_ms: Option<u64>,
    /// The lower of the declared and the learned limit, if one is known. A
    /// trial start beyond the learned limit is not part of it.
    pub limit: Option<usize>,
    /// The part of it the platform taught.
    pub learned_limit: Option<usize>,
    /// Whether failures have stopped further starts.
    pub breaker_open: bool,
    /// When a start is tried again, if starts are paused.
    pub retry_at_ms: Option<u64>,
    /// The last failed start.
    pub last_failure: Option<Failure>,
    /// The alarm.
    pub alarm_at_ms: Option<u64>,
    /// Everything counted.
    pub counters: Counters,
    /// The last hour as if it were one minute.
    pub last_hour: Minute,
}

impl Stats {
    /// Containers that exist or may exist.
    #[must_use]
    pub fn total(&self) -> usize {
        self.starting + self.warm + self.assigned + self.draining + self.stopping
    }

    /// Lives of containers ever started: those over and those still tracked.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.counters.gone + self.total() as u64
    }
}
