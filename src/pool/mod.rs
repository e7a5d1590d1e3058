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
//! | `stop` | how a container ends, and when it is gone |
//! | `report` | what somebody says has stopped |
//! | `configure` | what a changed configuration means |
//! | `replaced` | which configurations were in force before, and when one may come back |
//! | `shutdown` | the end of all containers, or of the warm ones |
//! | `wake` | what a rebuilt memory does first |
//! | `deadlines` | what is due, and when to be woken next |
//!
//! Time, names and chance are arguments. Nothing here knows JS, SQL or serde.

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
mod queue;
mod refill;
mod release;
mod replaced;
mod report;
mod retire;
mod shutdown;
mod start;
mod stats;
mod stop;
mod wake;

pub use config::{Config, Health, OnRelease, Refill, Rollout, WhenEmpty};
pub use container::{Container, Memory, State, StopCause};
pub use decision::{Change, Command, Decision, Grant, Outcome, PoolRow, Readiness, Reply};
pub use error::PoolError;
pub use event::{Event, Seen, Usage};
pub use failure::{Failure, FailureClass};
pub use gate::{Gate, Learned, Pause};
pub use history::{Chunk, Place, Transition, explain};
pub use identity::{ClaimId, ContainerId, ContainerName, Fresh, Generation, Identity, Life, Session};
pub use replaced::Replaced;
pub use stats::{Counters, HealthKind, Stats};

use std::rc::Rc;

use ages::Measure;
use health::Sweep;
use history::History;
use ledger::Ledger;
use queue::Queue;

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
    sweep: Sweep,
    counters: Counters,
    history: History,
    /// The rows as they were last recorded.
    recorded_pool: PoolRow,
    recorded_counters: Counters,
    flush_at_ms: Option<u64>,
    /// When the last event was handled.
    handled_at_ms: u64,
}

/// What one event leads to, while it is being decided.
struct Step<'a> {
    now_ms: u64,
    fresh: &'a mut dyn Fresh,
    decision: Decision,
    flush: bool,
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
            replaced: row.replaced.clone(),
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

    /// Decides about one event.
    ///
    /// Memory is changed as if the decision's rows were already committed: where
    /// the commit fails, this pool is to be thrown away and loaded anew.
    pub fn handle(&mut self, now_ms: u64, fresh: &mut dyn Fresh, event: Event) -> Decision {
        let mut step = Step { now_ms, fresh, decision: Decision::default(), flush: false };
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
            Event::StatsAsked => step.flush = true,
            Event::StartSucceeded { life } => self.start_succeeded(&mut step, life),
            Event::StartFailed { life, failure } => self.start_failed(&mut step, life, &failure),
            Event::Probed { life, seen, renewal_failed } => {
                self.counters.renewal_failures += u64::from(renewal_failed);
                self.probed(&mut step, life, seen);
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
            limit: self.limit(now_ms),
            learned_limit: self.gate.learned.map(|learned| learned.limit),
            breaker_open: self.gate.breaker_open(),
            retry_at_ms: self.gate.retry_at_ms(now_ms),
            last_failure: self.gate.last_failure.clone(),
            alarm_at_ms: self.alarm_at_ms(now_ms),
            counters: self.counters,
        }
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
        self.serve_waiting(step);
        self.start_missing(step);
        self.turn_away(step);
        self.stop_surplus(step);
        self.look_at_more(step);
        self.record(step);
        step.decision.alarm_at_ms = self.alarm_at_ms(step.now_ms);
        step.decision.timer_at_ms =
            self.queue.next_check_ms().into_iter().chain(self.next_look_ends_ms()).min();
    }

    fn pool_row_is_recorded(&self, now_ms: u64) -> bool {
        let recorded = &self.recorded_pool;
        let same_config = match &recorded.config {
            Some(config) => Rc::ptr_eq(config, &self.config) || *config == self.config,
            None => !self.configured,
        };
        same_config
            && self.replaced.is_noted_in(&recorded.replaced, now_ms)
            && recorded.primed == self.primed
            && recorded.extra == self.extra
            && recorded.leases_from_ms == self.leases_from_ms
            && recorded.assigned_checked_at_ms == self.sweep.assigned_checked_at_ms
            && recorded.gate == self.gate
    }

    fn record(&mut self, step: &mut Step) {
        let changes = &mut step.decision.changes;
        for (id, before) in self.ledger.take_stale() {
            let after = self.ledger.container(id);
            self.history.note(step.now_ms, before.as_ref(), after);
            changes.push(after.cloned().map_or(Change::DeleteContainer(id), Change::PutContainer));
        }
        if !self.pool_row_is_recorded(step.now_ms) {
            self.recorded_pool = PoolRow {
                config: self.configured.then(|| Rc::clone(&self.config)),
                replaced: self.replaced.clone(),
                primed: self.primed,
                extra: self.extra,
                leases_from_ms: self.leases_from_ms,
                assigned_checked_at_ms: self.sweep.assigned_checked_at_ms,
                gate: self.gate.clone(),
            };
            changes.push(Change::PutPool(self.recorded_pool.clone()));
        }
        // A deleted row must not take its count along.
        let must = self.counters.gone != self.recorded_counters.gone || step.flush;
        let due = self.flush_at_ms.is_some_and(|at_ms| at_ms <= step.now_ms);
        if self.counters == self.recorded_counters {
            self.flush_at_ms = None;
        } else if must || due {
            self.recorded_counters = self.counters;
            self.flush_at_ms = None;
            changes.push(Change::PutCounters(self.counters));
        } else if self.flush_at_ms.is_none() {
            self.flush_at_ms = Some(step.now_ms + limits::COUNTERS_FLUSH_MS);
        }
        changes.append(&mut self.history.take_changes(step.now_ms, step.flush));
        step.decision.transitions = self.history.take_noted();
    }
}
