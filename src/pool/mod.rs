//! The state machine of a warm pool: an event in, a decision out.
//!
//! [`Pool::handle`] is the only way in. A handler to a file:
//!
//! | file | decides |
//! |---|---|
//! | `adopt` | what an earlier package left in the object |
//! | `claim` | which container a session gets, and who waits |
//! | `release` | when a session leaves its container |
//! | `drain` | what becomes of the container then |
//! | `refill` | how many containers to start |
//! | `retire` | which warm containers go, and whether their replacements come first |
//! | `start` | what the outcome of a start means |
//! | `health` | whom to look at, and what was seen |
//! | `sweep` | how many to look at at once |
//! | `stop` | how a container ends, and when it is gone |
//! | `report` | what somebody says has stopped |
//! | `configure` | what a changed configuration means |
//! | `replaced` | which configurations were in force before, and when one may come back |
//! | `shutdown` | the end of all containers, or of the warm ones |
//! | `measure` | how long things took, and when a minute is over |
//! | `record` | which rows an event changes, and when what was counted is recorded |
//! | `wake` | what a rebuilt memory does first |
//! | `deadlines` | what is due, and when to be woken next |
//!
//! Time, names and chance are arguments. Nothing here knows JS, SQL or serde.

#[macro_use]
mod planted;

mod adopt;
mod ages;
mod backoff;
mod claim;
mod config;
mod configure;
mod container;
mod deadlines;
mod decision;
mod drain;
mod durations;
mod error;
mod event;
mod failure;
mod gate;
mod health;
mod history;
mod identity;
mod invariants;
mod ledger;
pub mod limits;
mod measure;
mod minutes;
mod queue;
mod record;
mod refill;
mod release;
mod replaced;
mod report;
mod retire;
mod shutdown;
mod start;
mod stats;
mod stats_line;
mod step;
mod stop;
mod sweep;
mod wake;

pub use config::{Config, Health, OnRelease, Refill, Rollout, WhenEmpty};
pub use container::{Container, Memory, State, StopCause};
pub use decision::{Change, Command, Decision, Grant, Outcome, PoolRow, Readiness, Reply};
pub use durations::{BUCKETS, ClaimEnd, Durations, StartEnd};
pub use error::PoolError;
pub use event::{Event, Seen, Usage};
pub use failure::{Failure, FailureClass};
pub use gate::{Gate, Learned, Pause};
pub use history::{Chunk, Place, Transition, explain, latest};
pub use identity::{ClaimId, ContainerId, ContainerName, Fresh, Generation, Identity, Life, Session};
pub use measure::Idle;
pub use minutes::{MINUTE_MS, Minute};
#[cfg(planted)]
pub use planted::{Bug, plant};
pub use replaced::Replaced;
pub use stats::{Counters, HealthKind, Stats, hit_rate, hit_rate_bp};
pub use stats_line::StatsLine;

use std::rc::Rc;

use ages::Measure;
use history::History;
use ledger::Ledger;
use minutes::Minutes;
use queue::Queue;
use step::Step;
use sweep::Sweep;

/// One pool: a shadow of its rows, and the callers who wait.
#[derive(Debug, Default)]
pub struct Pool {
    config: Rc<Config>,
    /// Whether a caller ever named a configuration.
    configured: bool,
    replaced: Replaced,
    primed: bool,
    /// Containers that were asked for beyond the target, once.
    extra: usize,
    /// From when on leases run, if later than the claim.
    leases_from_ms: u64,
    gate: Gate,
    ledger: Ledger,
    queue: Queue,
    /// The claims that wait and when they came, in the order of the claims.
    asked: Vec<(ClaimId, u64)>,
    sweep: Sweep,
    counters: Counters,
    minutes: Minutes,
    /// Whether [`Counters::idle`] goes up to the last event: not so in a memory
    /// that has seen none.
    idle_is_counted: bool,
    history: History,
    /// The rows as they were last recorded.
    recorded_pool: PoolRow,
    recorded_counters: Counters,
    flush_at_ms: Option<u64>,
    /// When the last event was handled.
    handled_at_ms: u64,
}

impl Pool {
    /// The pool its rows describe. It wants [`Event::Woke`] before any other event.
    #[must_use]
    pub fn load(row: PoolRow, counters: Counters, containers: impl IntoIterator<Item = Container>) -> Self {
        let config = row.config.clone().unwrap_or_default();
        let measure = Measure::of(&config);
        Self {
            config,
            configured: row.config.is_some(),
            replaced: planted!(row.replaced.clone(), ReplacedForgotten => Replaced::default()),
            primed: row.primed,
            extra: row.extra,
            leases_from_ms: row.leases_from_ms,
            gate: row.gate.clone(),
            ledger: Ledger::load(measure, containers),
            sweep: Sweep::resume(row.assigned_checked_at_ms),
            counters,
            recorded_pool: row,
            recorded_counters: counters,
            ..Self::default()
        }
    }

    /// The same pool, whose record of what happened goes on after `last`.
    #[must_use]
    pub fn with_history(self, last: Chunk) -> Self {
        Self { history: History::resume(last), ..self }
    }

    /// The same pool, which knows what the recorded minutes were like.
    #[must_use]
    pub fn with_minutes(self, minutes: Vec<Minute>) -> Self {
        Self { minutes: Minutes::load(minutes), ..self }
    }

    /// Decides about one event.
    ///
    /// Memory is changed as if the decision's rows were already committed: where
    /// the commit fails, this pool is to be thrown away and loaded anew.
    pub fn handle(&mut self, now_ms: u64, fresh: &mut dyn Fresh, event: Event) -> Decision {
        let mut step = Step::new(now_ms, fresh);
        self.time_passes(&mut step);
        match event {
            Event::Adopted { warm, assigned, released, config, limit } => {
                self.adopted(&mut step, warm, assigned, released, config, limit);
            }
            Event::Claimed { claim, session, config } => self.claimed(&mut step, claim, session, config),
            Event::CallerLeft { claim } => self.caller_left(claim),
            Event::Released { session } => self.released(&mut step, &session),
            Event::WarmedUp { count } => self.warmed_up(count),
            Event::Primed { config } => self.primed(&mut step, config),
            Event::Configured { config } => self.configured(&mut step, config),
            Event::StopReported { id } => self.stop_reported(&mut step, id),
            Event::ExitReported { life } => self.exit_reported(&mut step, life),
            Event::GarbageReported => self.garbage_reported(),
            Event::PrewarmedShutDown => self.prewarmed_shut_down(&mut step),
            Event::ShutDown => self.shut_down(&mut step),
            Event::StatsAsked => (step.flush, step.count) = (true, true),
            Event::StartSucceeded { life } => self.start_succeeded(&mut step, life),
            Event::StartFailed { life, failure } => self.start_failed(&mut step, life, &failure),
            Event::Probed { life, asked_at_ms, seen, renewal_failed } => {
                self.counters.renewal_failures += u64::from(renewal_failed);
                self.probed(&mut step, life, asked_at_ms, seen);
            }
            Event::ResetAnswered { life, result } => self.reset_answered(&mut step, life, &result),
            Event::StopAnswered { life, result } => self.stop_answered(&mut step, life, result),
            Event::DestroyAnswered { life, conclusive, result } => {
                self.destroy_answered(&mut step, life, conclusive, result);
            }
            Event::DeadlineReached => self.deadline_reached(&mut step),
            Event::Woke => self.woke(&mut step),
        }
        self.settle(&mut step);
        self.handled_at_ms = now_ms;
        step.decision
    }

    /// The figures at `now_ms`. Ask for [`Event::StatsAsked`] first, so that
    /// what is shown is recorded.
    #[must_use]
    pub fn stats(&self, now_ms: u64) -> Stats {
        Stats {
            config: (*self.config).clone(),
            primed: self.primed,
            starting: self.ledger.starting(),
            warm: self.ledger.warm(),
            assigned: self.ledger.assigned(),
            draining: self.ledger.draining(),
            stopping: self.ledger.stopping(),
            waiting: self.queue.len(),
            claims_waiting: self.asked.len(),
            oldest_warm_ms: self.oldest_warm_at_ms().map(|at_ms| now_ms.saturating_sub(at_ms)),
            oldest_assigned_ms: self.ledger.leases().next().map(|(at_ms, _)| now_ms.saturating_sub(at_ms)),
            limit: self.gate.known_limit(self.config.max_instances),
            learned_limit: self.gate.learned.map(|learned| learned.limit),
            breaker_open: self.gate.breaker_open(),
            retry_at_ms: self.gate.retry_at_ms(now_ms),
            last_failure: self.gate.last_failure.clone(),
            alarm_at_ms: self.alarm_at_ms(now_ms),
            counters: self.counters,
            last_hour: self.minutes.sum(),
        }
    }

    /// The minutes of the last hour in which something happened, the earliest
    /// first: at most [`limits::MINUTES_MAX`]. Ask for [`Event::StatsAsked`]
    /// first, as for [`Pool::stats`].
    #[must_use]
    pub fn minutes(&self) -> Vec<Minute> {
        self.minutes.last_hour()
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> &Rc<Config> {
        &self.config
    }

    /// The container that belongs to `session`. Asking claims nothing.
    #[must_use]
    pub fn lookup(&self, session: &Session) -> Option<Grant> {
        self.ledger.held_by(session).map(|container| self.grant_of(container, Outcome::Sticky))
    }

    /// Lives of containers ever started: those over and those still tracked.
    fn started(&self) -> u64 {
        self.counters.gone + self.ledger.tracked() as u64
    }

    /// When the warm container became ready that has been so longest. One that
    /// was taken over counts from then.
    fn oldest_warm_at_ms(&self) -> Option<u64> {
        let oldest = self.ledger.warm_containers().next()?;
        let State::Warm { ready_at_ms } = oldest.state else { return None };
        Some(ready_at_ms.max(oldest.created_at_ms))
    }

    /// The containers the pool knows of, by id.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.ledger.iter()
    }

    /// Counts a commit the storage refused. Called on the pool loaded after it.
    pub fn count_storage_failure(&mut self) {
        self.counters.storage_failures += 1;
    }

    /// Brings the pool to rest after an event: whoever can be served is, what
    /// is missing is started, what is too much is stopped, and what changed is
    /// recorded.
    fn settle(&mut self, step: &mut Step) {
        self.serve_displaced(step);
        self.serve_waiting(step);
        self.start_missing(step);
        self.turn_away(step);
        self.stop_surplus(step);
        self.look_at_more(step);
        self.record(step);
        step.decision.alarm_at_ms = self.alarm_at_ms(step.now_ms);
        let timers_ms =
            [self.queue.next_check_ms(), self.next_look_ends_ms(), self.sweep.next_turn_ms(step.now_ms)];
        step.decision.timer_at_ms = timers_ms.into_iter().flatten().min();
    }
}
