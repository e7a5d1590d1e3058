//! How many are started: no more than the shortfall, capacity, concurrency and
//! what the platform taught allow, and no fewer.

use cf_warm_pool::pool::{Command, Event, FailureClass, Gate, Refill, State, StopCause};

use super::{Checked, Commit, Move, Reference, hold};
use crate::machine::number_of;

/// The shortest time a lesson holds: the first back-off less its jitter.
const ROOM_HOLDS_MS: u64 = 4_000;
const PAUSE_HOLDS_MS: u64 = 1_600;

/// Failed starts in a row after which no more are tried for a while.
const FAILURES_MAX: u32 = 3;

/// What the platform said since a start last succeeded.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    failures: u32,
}

impl Reference {
    /// A lesson the platform gives is recorded with what it was about.
    pub(super) fn check_lessons(&mut self, commit: &Commit<'_>, moves: &[Move], before: &Gate) -> Checked {
        for step in moves {
            let ready =
                matches!(commit.event, Event::StartSucceeded { life } if number_of(life.id) == step.number);
            match (&step.from, &step.to) {
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
            let holds = pause.retry_at_ms >= commit.clock_ms + PAUSE_HOLDS_MS;
            hold!("6 storm", holds, "{pause:?} ends at once, at {}", commit.clock_ms);
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

    fn start_failed(&mut self, commit: &Commit<'_>, cause: StopCause) -> Checked {
        let class = match commit.event {
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
        self.rows.values().filter(|row| !refused(&row.state)).count()
    }

    pub(super) fn check_starts(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let config = commit.pool.config();
        let new = moves.iter().filter(|step| step.from.is_none()).count();
        let starting = self.starting();
        let refused = commit.decision.replies.iter().filter(|reply| reply.result.is_err()).count();
        let short = self.target().saturating_sub(self.warm());
        let tracked = self.rows.len();
        if new > 0 {
            let called_for = self.waiting() + refused + short;
            hold!("6 shortfall", starting <= called_for, "{starting} start, {called_for} are called for");
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
        self.check_enough(commit, starting, tracked, short)
    }

    /// What could be started is.
    fn check_enough(&self, commit: &Commit<'_>, starting: usize, tracked: usize, short: usize) -> Checked {
        let config = commit.pool.config();
        let gate = &self.pool_row.gate;
        let held_back = gate.pause.is_some()
            || gate.learned.is_some()
            || starting >= config.start_concurrency
            || (config.max_instances > 0 && tracked >= config.max_instances);
        let wanted = self.waiting() + if config.refill == Refill::Eager { short } else { 0 };
        hold!("6 shortfall", held_back || starting >= wanted, "{starting} start, {wanted} are called for");
        Ok(())
    }

    /// Each container is started when it is recorded, and again only by a
    /// memory that does not know whether it was.
    fn check_start_commands(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let mut asked = Vec::new();
        for command in &commit.decision.commands {
            let Command::Start { life, .. } = command else { continue };
            let number = number_of(life.id);
            let new = moves.iter().any(|step| step.number == number && step.from.is_none());
            hold!(
                "6 shortfall",
                (new || *commit.event == Event::Woke) && !asked.contains(&number),
                "container {number} is started once more"
            );
            asked.push(number);
        }
        for (number, row) in &self.rows {
            let new = moves.iter().any(|step| step.number == *number && step.from.is_none());
            let State::Starting { deadline_at_ms } = row.state else { continue };
            let wakes = *commit.event == Event::Woke && deadline_at_ms > commit.clock_ms;
            hold!(
                "7 intent",
                !(new || wakes) || asked.contains(number),
                "container {number} is recorded as starting, and nobody starts it"
            );
        }
        Ok(())
    }

    /// A shut-down leaves what waiting sessions need.
    pub(super) fn check_shut_down(&self, commit: &Commit<'_>, before: [usize; 4], waited: usize) -> Checked {
        if *commit.event == Event::PrewarmedShutDown {
            let needed = before[0].min(waited);
            hold!(
                "11 in use",
                self.starting() >= needed,
                "{} starts are left, {needed} are needed",
                self.starting()
            );
            hold!("11 in use", self.assigned() >= before[2], "assigned containers were shut down");
            hold!("6 shortfall", self.warm() == 0, "{} containers are warm after a shut-down", self.warm());
        }
        Ok(())
    }
}
