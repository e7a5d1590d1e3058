//! What is noted as it happens: how long claims and starts took, how long
//! containers were warm, and when a minute is over.

use super::container::{Container, State, StopCause};
use super::decision::{Change, Outcome};
use super::durations::{ClaimEnd, StartEnd};
use super::identity::ClaimId;
use super::minutes::MINUTE_MS;
use super::stats_line::StatsLine;
use super::{Pool, Step};

/// Time that containers were warm, which is what being ready costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Idle {
    /// Of all containers together, ms.
    pub ms: u64,
    /// Until when it is counted.
    pub until_ms: u64,
}

impl Pool {
    /// Notes how long a claim waits from here on, unless it waits already.
    pub(super) fn waits(&mut self, now_ms: u64, claim: ClaimId) {
        if let Err(at) = self.asked.binary_search_by_key(&claim, |(other, _)| *other) {
            self.asked.insert(at, (claim, now_ms));
        }
    }

    /// It waits no longer: when it came, if it did wait.
    pub(super) fn waited_since_ms(&mut self, claim: ClaimId) -> Option<u64> {
        let at = self.asked.binary_search_by_key(&claim, |(other, _)| *other).ok()?;
        Some(self.asked.remove(at).1)
    }

    /// Counts a claim that is answered. One that did not wait took no time.
    pub(super) fn claim_ended(&mut self, now_ms: u64, claim: ClaimId, end: ClaimEnd) {
        let asked_at_ms = self.waited_since_ms(claim).filter(|_| !planted!(WaitForgotten)).unwrap_or(now_ms);
        let took_ms = now_ms.saturating_sub(asked_at_ms);
        match end {
            ClaimEnd::Sticky => self.counters.sticky += 1,
            ClaimEnd::Hit => self.counters.hits += 1,
            ClaimEnd::Miss => self.counters.misses += 1,
            ClaimEnd::Error => self.counters.errors += 1,
        }
        self.counters.claim_durations[end as usize].note(took_ms);
        self.minutes.current.claim_ended(end, took_ms);
        self.minutes.unrecorded = true;
    }

    /// Counts a start that has ended. One asked for again after memory was lost
    /// is still the same.
    pub(super) fn start_ended(&mut self, now_ms: u64, container: &Container, end: StartEnd) {
        let took_ms = now_ms.saturating_sub(container.created_at_ms);
        self.counters.start_durations[end as usize].note(took_ms);
        self.minutes.current.starts += 1;
        self.minutes.unrecorded = true;
    }

    /// Has time pass: what is warm was so until now, and a minute may be over.
    pub(super) fn time_passes(&mut self, step: &mut Step) {
        let (from_ms, now_ms) = (self.counters.idle.until_ms, step.now_ms);
        let minute = self.minutes.current;
        self.minutes.current.idle_ms +=
            self.idle_between(from_ms.max(minute.at_ms()), now_ms.min(minute.at_ms() + MINUTE_MS));
        let number = now_ms / MINUTE_MS;
        if number != minute.number {
            self.minute_is_over(step);
            self.minutes.turn_to(number);
            self.minutes.current.idle_ms += self.idle_between(from_ms.max(number * MINUTE_MS), now_ms);
        }
        self.counters.idle.ms += self.idle_between(from_ms, now_ms);
        self.counters.idle.until_ms = now_ms;
        self.idle_is_counted = true;
    }

    /// How long containers were warm in between, where that is up to now: since
    /// the last event the same ones, and before a memory was lost those that
    /// are warm still. None where the clock was put back.
    fn idle_between(&self, from_ms: u64, to_ms: u64) -> u64 {
        if self.idle_is_counted {
            return self.ledger.warm() as u64 * to_ms.saturating_sub(from_ms);
        }
        let since = |container: &Container| match container.state {
            State::Warm { ready_at_ms } if planted!(IdleCountedAgain) => ready_at_ms,
            State::Warm { ready_at_ms } => ready_at_ms.max(container.created_at_ms).max(from_ms),
            _ => to_ms,
        };
        self.ledger.warm_containers().map(|container| to_ms.saturating_sub(since(container))).sum()
    }

    /// The minute is recorded as it was, and has its line, once: so that too is
    /// recorded with it, and so are the figures it shows.
    fn minute_is_over(&mut self, step: &mut Step) {
        let minute = &mut self.minutes.current;
        let unrecorded = std::mem::take(&mut self.minutes.unrecorded);
        if !minute.is_eventful() || (minute.reported && !unrecorded) {
            return;
        }
        if !std::mem::replace(&mut minute.reported, !planted!(LineTwice)) {
            step.count = !self.counters.same_but_idle(&self.recorded_counters);
            step.decision.stats_line = Some(StatsLine::of(&self.counters, self.started()));
        }
        step.decision.changes.push(Change::PutMinute(self.minutes.current));
    }
}

impl From<Outcome> for ClaimEnd {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Sticky => Self::Sticky,
            Outcome::Hit => Self::Hit,
            Outcome::Miss => Self::Miss,
        }
    }
}

impl From<StopCause> for StartEnd {
    /// How a start has ended whose container is stopped before it was ready.
    fn from(cause: StopCause) -> Self {
        match cause {
            StopCause::StartTimeout => Self::TimedOut,
            StopCause::StartFailed | StopCause::NoRoom | StopCause::Stopped | StopCause::Unhealthy => {
                Self::Failed
            }
            _ => Self::Abandoned,
        }
    }
}
