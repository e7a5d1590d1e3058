//! How many are started: no more than the shortfall, capacity, concurrency and
//! what the platform taught allow, and no fewer.

use cf_warm_pool::pool::{
    Command, Config, Event, FailureClass, Gate, OnRelease, Pause, Refill, State, StopCause, WhenEmpty,
};

use super::retire::retired;
use super::{Checked, Commit, Move, Reference, hold};
use crate::machine::number_of;

/// The shortest time a lesson holds: the first back-off less its jitter.
const ROOM_HOLDS_MS: u64 = 4_000;
const PAUSE_HOLDS_MS: u64 = 1_600;
/// The same for a trial that somebody waits for.
const TRIAL_HOLDS_MS: u64 = 800;

/// Failed starts in a row after which no more are tried for a while.
pub(super) const FAILURES_MAX: u32 = 3;

/// What the platform said since a start last succeeded.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    failures: u32,
}

impl Lessons {
    /// Those of an earlier revision say nothing of the next.
    pub(super) fn forget(&mut self) {
        self.failures = 0;
    }
}

/// What starts are called for.
#[derive(Debug)]
struct Needs {
    when_empty: WhenEmpty,
    /// Sessions that wait for a start.
    demand: usize,
    /// Those that the same event turned away.
    refused: usize,
    /// Starts under way whose containers may be handed out.
    starting: usize,
    /// Containers the target is short of, as far as the rollout lets it grow:
    /// at least, if all come back that may, and at most.
    refill: (usize, usize),
    /// Containers that exist, but for those that leave or are to be replaced.
    staying: usize,
}

impl Reference {
    /// A lesson the platform gives is recorded with what it was about.
    pub(super) fn check_lessons(&mut self, commit: &Commit<'_>, moves: &[Move], before: &Gate) -> Checked {
        for step in moves {
            let ready =
                matches!(commit.event, Event::StartSucceeded { life } if number_of(life.id) == step.number);
            match (step.from(), step.to()) {
                // It may be one too many, and stopped at once.
                (Some(State::Starting { .. }), _) if ready => self.lessons.failures = 0,
                (Some(State::Starting { .. }), Some(State::Stopping { cause, .. })) => {
                    self.start_failed(commit, *cause)?;
                }
                _ => {}
            }
        }
        let after = &self.pool_row.gate;
        if let Some(pause) = after.pause.filter(|pause| Some(*pause) != before.pause) {
            self.check_pause(commit, pause, before.pause)?;
        }
        if let Some(learned) = after
            .learned
            .filter(|learned| before.learned.is_none_or(|before| before.retry_at_ms != learned.retry_at_ms))
        {
            let holds = learned.retry_at_ms >= commit.clock_ms + ROOM_HOLDS_MS;
            hold!("5 capacity", holds, "{learned:?} ends at once, at {}", commit.clock_ms);
        }
        Ok(())
    }

    /// A pause holds, and is cut short only by who waits for its trial.
    fn check_pause(&self, commit: &Commit<'_>, pause: Pause, before: Option<Pause>) -> Checked {
        let cut = before.is_some_and(|before| Pause { retry_at_ms: before.retry_at_ms, ..pause } == before);
        let holds = match cut {
            true => pause.retry_at_ms == pause.demand_at_ms,
            false => {
                let demand_holds = pause.demand_at_ms >= commit.clock_ms + TRIAL_HOLDS_MS;
                let asked_for = matches!(commit.event, Event::DeadlineReached | Event::Woke);
                demand_holds && (pause.retry_at_ms >= commit.clock_ms + PAUSE_HOLDS_MS || asked_for)
            }
        };
        hold!("6 storm", holds, "{pause:?} ends at once, at {}", commit.clock_ms);
        Ok(())
    }

    fn start_failed(&mut self, commit: &Commit<'_>, cause: StopCause) -> Checked {
        let class = match commit.event {
            // It may have succeeded, and nobody was there to hear it.
            Event::Woke => return Ok(()),
            Event::StartFailed { failure, .. } => failure.class,
            _ if cause == StopCause::StartTimeout => FailureClass::Transient,
            _ => return Ok(()),
        };
        let gate = &self.pool_row.gate;
        match class {
            FailureClass::Capacity => {
                let limit = self.existing();
                let learned = gate.learned.is_some_and(|learned| learned.limit <= limit);
                hold!("5 capacity", learned, "{limit} had room, and {:?} was learned", gate.learned);
                return Ok(());
            }
            FailureClass::Transient => self.lessons.failures += 1,
            _ => self.lessons.failures = self.lessons.failures.max(FAILURES_MAX),
        }
        let failures = self.lessons.failures;
        let paused = failures < FAILURES_MAX || gate.pause.is_some();
        hold!("6 storm", paused, "starts go on after {failures} failures");
        Ok(())
    }

    /// Containers the platform found room for, or may find it for.
    fn existing(&self) -> usize {
        let refused = |state: &State| matches!(state, State::Stopping { cause: StopCause::NoRoom, .. });
        self.rows.values().filter(|row| !refused(&row.container.state)).count()
    }

    pub(super) fn check_starts(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let config = commit.pool.config();
        let new = moves.iter().filter(|step| step.starts()).count();
        let starting = self.starting();
        let needs = self.needs(commit, moves);
        let tracked = self.rows.len();
        if new > 0 {
            let called_for = needs.demand + needs.refused + needs.refill.1;
            hold!(
                "6 shortfall",
                needs.starting <= called_for,
                "{starting} start, {called_for} are called for: {needs:?}"
            );
            hold!(
                "6 shortfall",
                needs.when_empty != WhenEmpty::Wait || needs.starting <= 1 || needs.staying <= self.target(),
                "{starting} start at once of {needs:?} where claims wait for what comes back"
            );
            let limit = config.max_instances;
            hold!("5 capacity", limit == 0 || tracked <= limit, "{tracked} exist, {limit} may");
            let slots = config.start_concurrency;
            hold!("6 shortfall", starting <= slots, "{starting} start at once, {slots} may");
            let gate = &self.pool_row.gate;
            if let Some(learned) = gate.learned.filter(|learned| commit.clock_ms < learned.retry_at_ms) {
                hold!(
                    "5 capacity",
                    tracked <= learned.limit,
                    "{tracked} exist, the platform had room for {learned:?}"
                );
            }
            let paused = gate.pause.is_some_and(|pause| commit.clock_ms < pause.retry_at_ms);
            hold!("6 storm", !paused, "{new} more are started during {:?}", gate.pause);
        }
        self.check_start_commands(commit, moves)?;
        self.check_enough(config, tracked, &needs)
    }

    /// What starts were called for when they were decided on, which is before
    /// the warm containers that are too many were stopped.
    fn needs(&self, commit: &Commit<'_>, moves: &[Move]) -> Needs {
        let config = commit.pool.config();
        let stopped: Vec<_> = moves.iter().filter_map(retired).collect();
        let old = stopped.iter().filter(|cause| **cause != StopCause::Surplus).count();
        let (mut retiring, mut returning, mut replaced, mut starting) = (old, 0, 0, 0);
        for row in self.rows.values() {
            match &row.container.state {
                State::Starting { .. } => starting += usize::from(!self.is_outdated(row, config)),
                State::Warm { .. } => {
                    retiring += usize::from(Self::is_retiring(row, config, commit.clock_ms));
                }
                State::Draining { on_release, .. } => {
                    returning += usize::from(*on_release != OnRelease::Destroy);
                }
                State::Stopping { cause: StopCause::Restart, .. } => returning += 1,
                State::Stopping { cause: StopCause::Expired | StopCause::Outdated, .. } => replaced += 1,
                _ => {}
            }
        }
        let replaced = replaced - old;
        let warm = self.warm() + stopped.len();
        let target = self.target();
        let refill = |returning: usize| {
            let short = target.saturating_sub(warm - retiring + returning);
            let most = (target + config.rollout.surge_max).saturating_sub(warm + returning + replaced);
            if retiring + replaced == 0 { short } else { short.min(most) }
        };
        let when_empty = self.when_empty();
        let starts = when_empty == WhenEmpty::Start;
        let refused = commit.decision.replies.iter().filter(|reply| reply.result.is_err()).count();
        Needs {
            when_empty,
            demand: if starts { self.waiting() } else { 0 },
            refused: if starts { refused } else { 0 },
            starting,
            refill: (refill(returning), refill(0)),
            staying: self.rows.len() + stopped.len()
                - self.stopping()
                - retiring
                - (self.starting() - starting),
        }
    }

    /// What could be started is.
    fn check_enough(&self, config: &Config, tracked: usize, needs: &Needs) -> Checked {
        let starting = needs.starting;
        let gate = &self.pool_row.gate;
        let held_back = gate.pause.is_some()
            || gate.learned.is_some()
            || self.starting() >= config.start_concurrency
            || (config.max_instances > 0 && tracked >= config.max_instances);
        let refill = match (config.refill, needs.when_empty) {
            (Refill::Interval, _) => 0,
            // At least one, and what the pool is smaller than its target.
            (Refill::Eager, WhenEmpty::Wait) => {
                let others = needs.staying - needs.starting;
                needs.refill.0.min(self.target().saturating_sub(others).max(1))
            }
            (Refill::Eager, _) => needs.refill.0,
        };
        let wanted = needs.demand + refill;
        hold!(
            "6 shortfall",
            held_back || starting >= wanted,
            "{starting} start, {wanted} are called for: {needs:?}"
        );
        Ok(())
    }

    /// Each container is started when it is recorded, and again only by a
    /// memory that does not know whether it was.
    fn check_start_commands(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let mut asked = Vec::new();
        for command in &commit.decision.commands {
            let Command::Start { life, .. } = command else { continue };
            let number = number_of(life.id);
            let new = moves.iter().any(|step| step.number == number && step.starts());
            hold!(
                "6 shortfall",
                (new || *commit.event == Event::Woke) && !asked.contains(&number),
                "container {number} is started once more"
            );
            asked.push(number);
        }
        for (number, row) in &self.rows {
            let new = moves.iter().any(|step| step.number == *number && step.starts());
            let State::Starting { deadline_at_ms } = row.container.state else { continue };
            let wakes = *commit.event == Event::Woke && deadline_at_ms > commit.clock_ms;
            hold!(
                "7 intent",
                !(new || wakes) || asked.contains(number),
                "container {number} is recorded as starting, and nobody starts it"
            );
        }
        Ok(())
    }
}
