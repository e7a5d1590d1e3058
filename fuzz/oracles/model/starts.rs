//! How many may be started, and who may be replaced. The age of a container
//! ends within a tenth of `containerTtl`, which way only the pool knows: where
//! it may be either, the check is content with either.

use cf_warm_pool::pool::{Change, Container, Decision, Event, State, Stats, StopCause, WhenEmpty};

use super::World;

impl World {
    /// As many as are called for, within what is allowed.
    pub(super) fn check_starts(&self, event: &Event, decision: &Decision) {
        let stats = self.pool.stats(self.now_ms);
        self.check_replaced(event, decision, &stats);
        if !decision.changes.iter().any(|change| self.begins(change)) {
            return;
        }
        let config = &stats.config;
        let (starting, total, declared) = (stats.starting, stats.total(), config.max_instances);
        assert!(starting <= config.start_concurrency, "after {event:?}: {starting} start at once");
        assert!(declared == 0 || total <= declared, "after {event:?}: {total} of {declared} exist");
        let target = self.target();
        let waits_for_start = config.when_empty == WhenEmpty::Start || target == 0;
        let refused = decision.replies.iter().filter(|reply| reply.result.is_err()).count();
        let demand = if waits_for_start { stats.waiting + refused } else { 0 };
        let lasting = self.warm().filter(|one| !self.may_be_retiring(one)).count();
        let wanted = demand + target.saturating_sub(lasting);
        // Those of an earlier revision are nobody's when they are ready.
        let current = self.current_starts();
        assert!(current <= wanted, "after {event:?}: {current} start, {wanted} are wanted");
        if current > demand {
            let (warm, most) = (stats.warm, target + config.rollout.surge_max);
            let coming = current - demand;
            assert!(warm + coming <= most, "after {event:?}: {coming} come for {warm}, {most} are the most");
        }
        if config.when_empty == WhenEmpty::Wait && target > 0 {
            let leaving = self.warm().filter(|one| self.may_be_retiring(one)).count();
            let staying = total - stats.stopping - leaving - (starting - current);
            assert!(staying <= target || current == 1, "after {event:?}: {staying} stay, {current} start");
        }
    }

    fn current_starts(&self) -> usize {
        let revision = &self.pool.config().revision;
        let gave_up = self.pool_row.gate.gave_up();
        let starting = self.pool.containers().filter(|one| matches!(one.state, State::Starting { .. }));
        starting.filter(|one| gave_up || one.revision == *revision).count()
    }

    /// Whether a change is the beginning of a life by a start.
    fn begins(&self, change: &Change) -> bool {
        let Some(one) = change.container() else { return false };
        let lived = self.rows.get(&one.id).map(|row| row.generation);
        lived != Some(one.generation) && matches!(one.state, State::Starting { .. })
    }

    /// Those of another revision and those past their age go, and not so many
    /// that more are missing than may be; but for one that is in the way.
    fn check_replaced(&self, event: &Event, decision: &Decision, stats: &Stats) {
        let mut replaced = 0;
        for change in &decision.changes {
            let Some(one) = change.container() else { continue };
            let State::Stopping { cause, .. } = one.state else { continue };
            let before = self.rows.get(&one.id).map(|row| &row.state);
            if !matches!(before, Some(State::Warm { .. } | State::Starting { .. })) {
                continue;
            }
            match cause {
                StopCause::Outdated => assert_ne!(one.revision, stats.config.revision, "after {event:?}"),
                StopCause::Expired => assert!(self.may_be_retiring(one), "after {event:?}: {one:?}"),
                _ => continue,
            }
            replaced += 1;
        }
        let floor = self.target().saturating_sub(stats.config.rollout.unavailable_max);
        let full = stats.limit.is_some_and(|limit| stats.total() >= limit);
        assert!(
            replaced == 0 || stats.warm >= floor || full,
            "after {event:?}: {replaced} are replaced, {} warm are left of {floor}",
            stats.warm
        );
    }

    /// The warm ones, as the pool has them.
    fn warm(&self) -> impl Iterator<Item = &Container> {
        self.pool.containers().filter(|one| matches!(one.state, State::Warm { .. }))
    }

    /// Whether a container is to be replaced, or may be by its age.
    pub(super) fn may_be_retiring(&self, container: &Container) -> bool {
        let config = self.pool.config();
        let ttl_ms = config.container_ttl_ms;
        let lead_ms = config.start_timeout_ms.min(ttl_ms / 10);
        let soonest_ms = container.created_at_ms + ttl_ms / 10 * 9 - lead_ms;
        container.revision != config.revision || (ttl_ms > 0 && self.now_ms >= soonest_ms)
    }

    /// Whether a container may be handed out, or might by its age.
    pub(super) fn may_be_current(&self, container: &Container) -> bool {
        let config = self.pool.config();
        let ttl_ms = config.container_ttl_ms;
        let latest_ms = container.created_at_ms + ttl_ms + ttl_ms / 10;
        // While starts fail, the old ones are what there is.
        let gave_up = self.pool_row.gate.gave_up();
        let outdated = container.revision != config.revision && !gave_up;
        !outdated && (ttl_ms == 0 || self.now_ms < latest_ms)
    }
}
