//! The figures of one pool, from the pool object to whoever asks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::config_value;
use super::counts::Counts;
use super::durations::{DurationsByOutcome, LastHour};
use super::error::{RemoteError, reply_from_json};
use super::json;
use super::limits::TEXT_BYTES_MAX;
use crate::pool::limits::DURATION_BOUNDS_MS;
use crate::pool::{ClaimEnd, Failure, FailureClass, HealthKind, StartEnd, Stats};

/// What `getStats` returns. `warm`, `assigned`, `total`, `config` and
/// `maxInstances` are those of `cf-container-warm-pool`; `acquired` and
/// `warming` are what its first version called `assigned` and `starting`. What
/// an older pool does not say is read as 0, false or unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PoolStats {
    /// Containers that are healthy and nobody's yet.
    pub warm: u64,
    /// Containers that belong to a session.
    pub assigned: u64,
    /// What the first version of `cf-container-warm-pool` called `assigned`.
    pub acquired: u64,
    /// What it called `starting`.
    pub warming: u64,
    /// Containers that exist or may exist: starting, warm, assigned, draining and stopping.
    pub total: u64,
    /// The configuration in force, every option of it under its caller's name.
    pub config: Value,
    /// How many containers may exist: the lower of what was declared and what the
    /// platform taught; `None` if neither.
    pub max_instances: Option<u64>,
    /// Containers whose start was asked for and is not done.
    pub starting: u64,
    /// Containers whose session has left, with requests under way perhaps.
    pub draining: u64,
    /// Containers whose stop was asked for and is not confirmed.
    pub stopping: u64,
    /// Sessions that wait for a container.
    pub waiting: u64,
    /// Claims that wait, for a container or for a look at the one the session has.
    pub claims_waiting: u64,
    /// How long the longest warm container has been so, ms; `None` if none is warm.
    pub oldest_warm_ms: Option<u64>,
    /// How long ago that assigned container was claimed whose session's last recorded
    /// claim is the earliest, ms; `None` if none is assigned.
    pub oldest_assigned_ms: Option<u64>,
    /// Whether the pool fills itself: from its first claim on, until it is shut down.
    pub primed: bool,
    /// Claims answered from a warm container.
    pub hits: u64,
    /// Claims answered by a start.
    pub misses: u64,
    /// Claims answered with the container the session held.
    pub sticky: u64,
    /// Claims answered with an error.
    pub errors: u64,
    /// All of these: `sticky + hits + misses + errors`.
    pub claims: u64,
    /// Callers that went away before they were answered. They are not among the claims.
    pub callers_left: u64,
    /// `hits / (hits + misses)`, 1 while there are neither.
    pub hit_rate: f64,
    /// How long the misses waited on average, from the claim to its answer: ms,
    /// rounded; 0 while there are none.
    pub on_demand_boot_ms_mean: u64,
    /// Upper bounds of the buckets of [`Self::claim_durations`] and
    /// [`Self::start_durations`], ms. A last bucket has what took longer.
    pub duration_bounds_ms: Vec<u64>,
    /// How long claims took until they were answered: `sticky`, `hit`, `miss`,
    /// `error`. As many of each as are counted above.
    pub claim_durations: DurationsByOutcome,
    /// How long starts took from when they were recorded: `ready`, `failed`,
    /// `timed_out`, and `abandoned` where the pool stopped the container before it
    /// was ready.
    pub start_durations: DurationsByOutcome,
    /// Time that containers were warm, all of them together, ms: what being ready
    /// costs. Grows while any is.
    pub idle_ms: u64,
    /// The claims of the last hour.
    pub last_hour: LastHour,
    /// Containers ever started, each start of one counted: `gone + total`.
    pub started: u64,
    /// Those of them that are gone for certain.
    pub gone: u64,
    /// Warm containers the pool dropped.
    pub evictions: u64,
    /// Those of them that were past their age.
    pub expirations: u64,
    /// Those of them that were of another revision.
    pub replacements: u64,
    /// Sessions that gave their container up.
    pub releases: u64,
    /// Sessions that lost theirs since they did not claim within the lease.
    pub lease_ends: u64,
    /// Containers started again for another session.
    pub restarts: u64,
    /// Containers cleaned up for another session.
    pub resets: u64,
    /// Clean-ups that failed; the containers were destroyed.
    pub reset_failures: u64,
    /// Calls whose configuration was passed over: one with a later order is in
    /// force, or one that replaced it and is still asked for.
    pub passed_over: u64,
    /// Failed starts, by what they call for: `capacity`, `rate_limit`, `overload`,
    /// `transient`, `permanent`.
    pub start_failures: Counts,
    /// Looks that found something wanting, by what that was: `liveness`, `readiness`,
    /// `resources`.
    pub health_failures: Counts,
    /// Warm containers that could not be kept awake, each time.
    pub renewal_failures: u64,
    /// Stops and destroys that failed. They are repeated.
    pub stop_failures: u64,
    /// Reports that a container has stopped.
    pub reports: u64,
    /// Those of them about no container of this pool.
    pub unknown_reports: u64,
    /// Commits the pool's storage refused.
    pub storage_failures: u64,
    /// The limit the platform taught, `None` if none. It is tried again from time to
    /// time.
    pub learned_limit: Option<u64>,
    /// Whether repeated or permanent failures have stopped further starts, but for a
    /// trial now and then.
    pub breaker_open: bool,
    /// When a start is tried again, ms since 1970; `None` if none is held back.
    pub retry_at: Option<u64>,
    /// The last start that failed, `None` if none has.
    pub last_error: Option<LastError>,
    /// When the pool wakes by itself, ms since 1970; `None` if nothing is due.
    pub next_wake_at: Option<u64>,
}

/// The last start that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastError {
    /// What it calls for, a key of [`PoolStats::start_failures`].
    pub class: String,
    /// What the platform said.
    pub message: String,
}

/// Writes the figures. Times are ms since 1970.
#[must_use]
pub fn stats_to_json(stats: &Stats) -> String {
    let counters = &stats.counters;
    let kinds = HealthKind::ALL.iter().map(|kind| kind.as_str().to_owned());
    let classes = FailureClass::ALL.iter().map(|class| class.as_str().to_owned());
    json::write(&PoolStats {
        warm: stats.warm as u64,
        assigned: stats.assigned as u64,
        acquired: stats.assigned as u64,
        warming: stats.starting as u64,
        total: stats.total() as u64,
        config: config_value(&stats.config),
        max_instances: stats.limit.map(|limit| limit as u64),
        starting: stats.starting as u64,
        draining: stats.draining as u64,
        stopping: stats.stopping as u64,
        waiting: stats.waiting as u64,
        claims_waiting: stats.claims_waiting as u64,
        oldest_warm_ms: stats.oldest_warm_ms,
        oldest_assigned_ms: stats.oldest_assigned_ms,
        primed: stats.primed,
        hits: counters.hits,
        misses: counters.misses,
        sticky: counters.sticky,
        errors: counters.errors,
        claims: counters.claims(),
        callers_left: counters.callers_left,
        hit_rate: counters.hit_rate(),
        on_demand_boot_ms_mean: counters.on_demand_boot_ms_mean(),
        duration_bounds_ms: DURATION_BOUNDS_MS.to_vec(),
        claim_durations: DurationsByOutcome::of(
            ClaimEnd::ALL.map(ClaimEnd::as_str),
            &counters.claim_durations,
        ),
        start_durations: DurationsByOutcome::of(
            StartEnd::ALL.map(StartEnd::as_str),
            &counters.start_durations,
        ),
        idle_ms: counters.idle.ms,
        last_hour: LastHour::from(&stats.last_hour),
        started: stats.started(),
        gone: counters.gone,
        evictions: counters.evictions,
        expirations: counters.expirations,
        replacements: counters.replacements,
        releases: counters.releases,
        lease_ends: counters.lease_ends,
        restarts: counters.restarts,
        resets: counters.resets,
        reset_failures: counters.reset_failures,
        passed_over: counters.passed_over,
        start_failures: classes.zip(counters.start_failures).collect(),
        health_failures: kinds.zip(counters.health_failures).collect(),
        renewal_failures: counters.renewal_failures,
        stop_failures: counters.stop_failures,
        reports: counters.reports,
        unknown_reports: counters.unknown_reports,
        storage_failures: counters.storage_failures,
        learned_limit: stats.learned_limit.map(|limit| limit as u64),
        breaker_open: stats.breaker_open,
        retry_at: stats.retry_at_ms,
        last_error: stats.last_failure.as_ref().map(LastError::from),
        next_wake_at: stats.alarm_at_ms,
    })
}

/// Reads the figures.
///
/// # Errors
/// The pool's error, if that is what it answered; `pool_unavailable` where the
/// answer cannot be read.
pub fn stats_from_json(text: &str) -> Result<PoolStats, RemoteError> {
    reply_from_json(text, TEXT_BYTES_MAX, "the pool's figures")
}

impl From<&Failure> for LastError {
    fn from(failure: &Failure) -> Self {
        Self { class: failure.class.to_string(), message: failure.message.clone() }
    }
}

#[cfg(test)]
pub(super) mod tests;
