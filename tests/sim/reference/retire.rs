//! Which containers have had their time, and when they go.

use cf_warm_pool::pool::{Config, State, StopCause};

use super::rows::Row;
use super::starts::FAILURES_MAX;
use super::{Checked, Commit, Move, Reference, hold};

/// The replacement of a container is started that share of its age ahead, or
/// `startTimeout`, whichever is less.
const LEAD_SHARE: u64 = 10;

impl Reference {
    /// Whether a container may be handed out: of the revision in force, unless
    /// its starts fail, and not past its age.
    pub fn is_current(&self, row: &Row, config: &Config, clock_ms: u64) -> bool {
        !self.is_outdated(row, config) && clock_ms < row.container.expires_at_ms(ttl_ms(config))
    }

    pub(super) fn is_outdated(&self, row: &Row, config: &Config) -> bool {
        row.container.revision != config.revision && self.pool_row.gate.failures < FAILURES_MAX
    }

    /// To be replaced, if only by a trial start while it is kept.
    pub(super) fn is_retiring(row: &Row, config: &Config, clock_ms: u64) -> bool {
        row.container.revision != config.revision || Self::retires_at_ms(row, config) <= clock_ms
    }

    pub(super) fn retires_at_ms(row: &Row, config: &Config) -> u64 {
        let ttl_ms = ttl_ms(config);
        row.container.expires_at_ms(ttl_ms) - config.start_timeout_ms.min(ttl_ms / LEAD_SHARE)
    }

    /// The warm containers whose time comes within `span_ms`.
    pub fn come_of_age(&self, clock_ms: u64, span_ms: u64) -> u64 {
        let config = self.config();
        let warm = |row: &&Row| matches!(row.container.state, State::Warm { .. });
        let ages = self.rows.values().filter(warm).map(|row| Self::retires_at_ms(row, &config));
        let of_age = ages.filter(|at_ms| (clock_ms + 1..=clock_ms + span_ms).contains(at_ms));
        if config.container_ttl_ms > 0 { of_age.count() as u64 } else { 0 }
    }

    /// The warm containers that may be handed out.
    pub fn current_warm(&self, config: &Config, clock_ms: u64) -> usize {
        let warm = |row: &&Row| matches!(row.container.state, State::Warm { .. });
        self.rows.values().filter(warm).filter(|row| self.is_current(row, config, clock_ms)).count()
    }

    pub(super) fn check_handed_out(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let config = commit.pool.config();
        for (step, row) in moves.iter().filter_map(|step| Some((step, step.assigns()?))) {
            hold!(
                "4 stale",
                self.is_current(row, config, commit.clock_ms),
                "container {} is handed out at {}, of {:?} and made at {}: the revision is {:?}, the age {} ms",
                step.number,
                commit.clock_ms,
                row.container.revision,
                row.container.created_at_ms,
                config.revision,
                config.container_ttl_ms
            );
            hold!(
                "2 two sessions",
                row.policy == Some(config.on_release),
                "container {} is handed out for {:?}",
                step.number,
                row.policy
            );
        }
        Ok(())
    }

    /// What is stopped is too much, or has had its time and can be spared.
    pub(super) fn check_retired(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let config = commit.pool.config();
        let stopped: Vec<_> = moves.iter().filter_map(|step| Some((step, retired(step)?))).collect();
        if stopped.is_empty() {
            return Ok(());
        }
        for (step, cause) in &stopped {
            let Some(from) = &step.from else { continue };
            let had_its_time = match cause {
                StopCause::Outdated => self.is_outdated(from, config),
                StopCause::Expired => Self::retires_at_ms(from, config) <= commit.clock_ms,
                _ => true,
            };
            let fair = !matches!(from.container.state, State::Assigned { .. });
            hold!(
                "11 in use",
                had_its_time && fair,
                "container {} is stopped as {}: {from:?}",
                step.number,
                cause.as_str()
            );
        }
        let (ready, target) = (self.warm(), self.target());
        let room = self.room_for_warm(config);
        let surplus = stopped.iter().any(|(_, cause)| *cause == StopCause::Surplus);
        let missing = if surplus { 0 } else { config.rollout.unavailable_max };
        let needed = target.saturating_sub(missing).min(room);
        let in_the_way = !surplus
            && stopped.len() == 1
            && (self.starting(), self.draining(), self.stopping()) == (0, 0, 1)
            && self.is_full(config);
        hold!(
            "11 in use",
            ready >= needed || in_the_way,
            "{ready} are left warm of {target}, {needed} are needed, and {} are stopped",
            stopped.len()
        );
        Ok(())
    }

    /// Warm containers the declared limit leaves room for.
    fn room_for_warm(&self, config: &Config) -> usize {
        match config.max_instances {
            0 => usize::MAX,
            limit => limit.saturating_sub(self.starting() + self.assigned()),
        }
    }

    fn is_full(&self, config: &Config) -> bool {
        let tracked = self.rows.len();
        let declared = config.max_instances > 0 && tracked >= config.max_instances;
        declared || self.pool_row.gate.learned.is_some_and(|learned| tracked >= learned.limit)
    }
}

/// Its age, which leaves it time to serve however long it took to start.
fn ttl_ms(config: &Config) -> u64 {
    match config.container_ttl_ms {
        0 => 0,
        ttl_ms => ttl_ms.max(2 * config.start_timeout_ms),
    }
}

/// Why a container was stopped that nobody had, if the pool had no other reason.
pub(super) fn retired(step: &Move) -> Option<StopCause> {
    match (step.from(), step.to()) {
        (Some(State::Stopping { .. }), _) => None,
        (_, Some(State::Stopping { cause, .. })) => {
            let retired = matches!(cause, StopCause::Surplus | StopCause::Expired | StopCause::Outdated);
            retired.then_some(*cause)
        }
        _ => None,
    }
}
