//! Which warm containers have had their time: those of an earlier revision and
//! those past their age. Their replacements are started before they go.

use super::container::{Container, State, StopCause};
use super::identity::ContainerId;
use super::{Pool, Step};

impl Pool {
    /// Whether a warm container may be handed out.
    pub(super) fn is_current(&self, now_ms: u64, container: &Container) -> bool {
        let outdated = self.is_outdated(container) && !planted!(StaleHandedOut);
        let expired = now_ms >= container.expires_at_ms(self.ttl_ms()) && !planted!(AgedHandedOut);
        !outdated && !expired
    }

    /// The current warm container that is ready longest, of those that were
    /// seen to be well.
    pub(super) fn next_warm(&self, now_ms: u64) -> Option<ContainerId> {
        let warm = self.ledger.warm_containers().filter(|container| !container.awaits_first_look());
        let mut current = warm.filter(|container| self.is_current(now_ms, container));
        planted!(current.next(), NewestWarmFirst => current.last()).map(|container| container.id)
    }

    /// How many warm containers are to be replaced. One of an earlier revision
    /// is even while it is kept: so a trial start is made now and then, whose
    /// success ends that.
    pub(super) fn retiring(&self, now_ms: u64) -> usize {
        if self.config.container_ttl_ms == 0 && self.config.revision.is_none() {
            return 0;
        }
        self.ledger.ages().retiring(now_ms)
    }

    /// How many of them may go. What there is of an earlier revision is kept
    /// while the starts of the new one fail.
    fn expendable(&self, now_ms: u64) -> usize {
        if self.retiring(now_ms) == 0 {
            return 0;
        }
        let cause = |container: &&Container| self.cause_to_stop(now_ms, container) != StopCause::Surplus;
        self.ledger.warm_containers().filter(cause).count()
    }

    /// When the next warm container is to be replaced.
    pub(super) fn next_retires_ms(&self, now_ms: u64) -> Option<u64> {
        if self.config.container_ttl_ms == 0 {
            return None;
        }
        self.ledger.ages().next_ms(now_ms)
    }

    /// Stops the warm containers past the target, those first that have had
    /// their time, then those ready longest.
    pub(super) fn stop_surplus(&mut self, step: &mut Step) {
        let count = self.surplus().max(self.replaceable(step.now_ms));
        if count == 0 {
            return;
        }
        let (mut first, last): (Vec<_>, Vec<_>) = self
            .ledger
            .warm_containers()
            .map(|container| (container.id, self.cause_to_stop(step.now_ms, container)))
            .partition(|(_, cause)| *cause != StopCause::Surplus);
        planted!(SurplusEvictsAssigned => first.extend(self.assigned_as_surplus()));
        first.extend(last);
        for (id, cause) in first.into_iter().take(count) {
            self.counters.evictions += 1;
            self.counters.expirations += u64::from(cause == StopCause::Expired);
            self.counters.replacements += u64::from(cause == StopCause::Outdated);
            self.stop_gently(step, id, cause);
        }
    }

    /// Those that were replaced and are not gone yet.
    pub(super) fn replaced(&self) -> usize {
        let replaced = |container: &&Container| {
            let causes = [StopCause::Expired, StopCause::Outdated];
            matches!(container.state, State::Stopping { cause, .. } if causes.contains(&cause))
        };
        self.ledger.stopping_containers().filter(replaced).count()
    }

    /// A container of an earlier revision. While the starts of the new one
    /// fail, the old one is what there is, and is kept.
    pub(super) fn is_outdated(&self, container: &Container) -> bool {
        container.revision != self.config.revision && (!self.gate.gave_up() || planted!(RolloutNeverGivesUp))
    }

    fn retires_at_ms(&self, container: &Container) -> u64 {
        self.ledger.ages().measure().retires_at_ms(container)
    }

    fn ttl_ms(&self) -> u64 {
        self.ledger.ages().measure().ttl_ms
    }

    fn cause_to_stop(&self, now_ms: u64, container: &Container) -> StopCause {
        if self.is_outdated(container) {
            StopCause::Outdated
        } else if self.retires_at_ms(container) <= now_ms {
            StopCause::Expired
        } else {
            StopCause::Surplus
        }
    }

    /// Warm containers beyond the target, or beyond the declared limit.
    fn surplus(&self) -> usize {
        let warm = self.ledger.warm();
        let staying = self.ledger.tracked() - self.ledger.stopping() - self.ledger.draining();
        let past_limit = match self.config.max_instances {
            0 => 0,
            declared => staying.saturating_sub(declared).min(warm),
        };
        warm.saturating_sub(self.target()).max(past_limit)
    }

    /// Those of the expendable that can go before their replacements are there:
    /// as many as may be unavailable, and one where there is no room for the
    /// replacement otherwise.
    fn replaceable(&self, now_ms: u64) -> usize {
        let expendable = self.expendable(now_ms);
        let unavailable_max = planted!(self.config.rollout.unavailable_max, RolloutStopsAll => usize::MAX);
        let floor = self.target().saturating_sub(unavailable_max);
        let in_the_way = expendable > 0 && self.is_full(now_ms) && self.nothing_under_way();
        expendable.min(self.ledger.warm().saturating_sub(floor).max(usize::from(in_the_way)))
    }

    fn is_full(&self, now_ms: u64) -> bool {
        self.limit(now_ms).is_some_and(|limit| self.ledger.tracked() >= limit)
    }

    fn nothing_under_way(&self) -> bool {
        self.ledger.starting() + self.ledger.draining() + self.ledger.stopping() == 0
    }
}
