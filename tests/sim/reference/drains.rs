//! A session leaves: what becomes of its requests, and of its container.

use cf_warm_pool::pool::limits::DESTROY_PATIENCE_MS;
use cf_warm_pool::pool::{Command, Event, OnRelease, Seen, State, StopCause};

use super::leases::ends_lease;
use super::{Before, Checked, Commit, Move, Reference, hold};
use crate::happening::Number;
use crate::machine::number_of;

/// Draining that ended before its deadline, since the container said that
/// nothing was under way.
#[derive(Clone, Copy, Debug)]
pub struct EndedEarly {
    pub number: Number,
    /// When its session left, by the platform's time.
    pub left_at_ms: u64,
}

impl Reference {
    /// The container a session has that gives it up.
    pub(super) fn gives_up(&self, event: &Event) -> Option<Number> {
        match event {
            Event::Released { session } => self.held_by(session),
            _ => None,
        }
    }

    /// Containers leave their sessions for a reason, and have the time they were given.
    pub(super) fn check_leaving(&mut self, commit: &Commit<'_>, moves: &[Move], before: &Before) -> Checked {
        let left: Vec<_> = moves.iter().filter(|step| step.leaves()).collect();
        if let Some(number) = before.released {
            self.counted.releases += 1;
            self.totals.releases += 1;
            let gone = left.iter().any(|step| step.number == number);
            hold!("8 release", gone, "container {number} was given up, and is still assigned");
        }
        let drain_ms = commit.pool.config().drain_timeout_ms;
        for step in left {
            let Some(State::Draining { deadline_at_ms, .. }) = step.to() else { continue };
            let given_up = before.released == Some(step.number);
            hold!(
                "8 no reason",
                given_up || ends_lease(step, commit.event) || *commit.event == Event::ShutDown,
                "container {} lost its session because of {:?}",
                step.number,
                commit.event
            );
            hold!(
                "11 draining",
                *deadline_at_ms == commit.clock_ms + drain_ms,
                "container {} drains until {deadline_at_ms}, and has {drain_ms} ms",
                step.number
            );
        }
        Ok(())
    }

    /// No draining ends before its time, or before its requests: the first is
    /// checked here, the second against the machine.
    pub(super) fn check_drained(&mut self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        self.ended_early.clear();
        for step in moves {
            let Some(from) = &step.from else { continue };
            if !matches!(from.container.state, State::Draining { .. })
                || matches!(step.to(), Some(State::Draining { .. }))
            {
                continue;
            }
            let left_at_ms = from.left_at_ms;
            let deadline_at_ms = deadline_of(&from.container.state);
            let asked_at_ms = self.memory.resets.remove(&step.number);
            let reset_is_over = matches!(commit.event, Event::ResetAnswered { .. })
                || asked_at_ms.is_some_and(|at_ms| at_ms + DESTROY_PATIENCE_MS <= commit.clock_ms);
            let answers_reset =
                matches!(step.to(), Some(State::Stopping { cause: StopCause::ResetFailed, .. }));
            if answers_reset || asked_at_ms.is_some() && about(commit.event) == Some(step.number) {
                let over = reset_is_over || is_end(commit.event);
                hold!("11 draining", over, "container {} is given up during its reset", step.number);
                continue;
            }
            self.draining_ends(commit, step.number, deadline_at_ms, left_at_ms)?;
        }
        for command in &commit.decision.commands {
            let Command::Reset { life, .. } = command else { continue };
            let number = number_of(life.id);
            let Some(row) = self.rows.get_mut(&number) else { continue };
            hold!(
                "2 two sessions",
                row.policy == Some(OnRelease::Reset) && !row.reset_asked,
                "container {number} is reset a second time, and the first may come late: {row:?}"
            );
            row.reset_asked = true;
            let (deadline_at_ms, left_at_ms) = (deadline_of(&row.container.state), row.left_at_ms);
            self.memory.resets.insert(number, commit.clock_ms);
            self.draining_ends(commit, number, deadline_at_ms, left_at_ms)?;
        }
        Ok(())
    }

    fn draining_ends(
        &mut self,
        commit: &Commit<'_>,
        number: Number,
        deadline_at_ms: u64,
        left_at_ms: u64,
    ) -> Checked {
        if commit.clock_ms >= deadline_at_ms {
            return Ok(());
        }
        let theirs = about(commit.event) == Some(number);
        if theirs && matches!(commit.event, Event::Probed { seen: Seen::Idle, .. }) {
            self.ended_early.push(EndedEarly { number, left_at_ms });
            return Ok(());
        }
        hold!(
            "11 draining",
            theirs && is_end(commit.event),
            "the draining of container {number} ends at {}, before {deadline_at_ms}, because of {:?}",
            commit.clock_ms,
            commit.event
        );
        Ok(())
    }

    /// A reset reaches a container: not one that another session uses by then.
    pub fn reset_strikes(&self, number: Number) -> Checked {
        let row = self.rows.get(&number);
        let used = row.is_some_and(|row| matches!(row.container.state, State::Assigned { .. }));
        hold!("2 two sessions", !used, "a reset that comes late strikes {row:?}");
        Ok(())
    }

    /// A shut-down leaves what waiting sessions need, and what sessions have
    /// unless it is to end too.
    pub(super) fn check_shut_down(&self, commit: &Commit<'_>, before: &Before) -> Checked {
        let all = *commit.event == Event::ShutDown;
        if !all && *commit.event != Event::PrewarmedShutDown {
            return Ok(());
        }
        let needed = before.counts[0].min(before.waited);
        let left = self.starting();
        hold!("11 in use", left >= needed, "{left} starts are left, {needed} are needed");
        let kept = if all { 0 } else { before.counts[2] };
        let assigned = self.assigned();
        hold!("11 in use", assigned == kept, "{assigned} of {kept} are assigned after a shut-down");
        hold!("6 shortfall", self.warm() == 0, "{} containers are warm after a shut-down", self.warm());
        let returns = |state: &State| matches!(state, State::Draining { on_release, .. } if *on_release != OnRelease::Destroy);
        let returning = self.rows.values().filter(|row| returns(&row.container.state)).count();
        hold!(
            "6 shortfall",
            !all || returning == 0,
            "{returning} are made ready for nobody after a shut-down"
        );
        Ok(())
    }
}

fn deadline_of(state: &State) -> u64 {
    match state {
        State::Draining { deadline_at_ms, .. } => *deadline_at_ms,
        _ => 0,
    }
}

/// The container an event is about.
fn about(event: &Event) -> Option<Number> {
    match event {
        Event::Probed { life, .. } | Event::ResetAnswered { life, .. } => Some(number_of(life.id)),
        Event::StopReported { id } => Some(number_of(*id)),
        _ => None,
    }
}

/// Whether somebody says that the container has ended.
const fn is_end(event: &Event) -> bool {
    matches!(event, Event::StopReported { .. } | Event::Probed { seen: Seen::Stopped, .. })
}
