//! Which rows an event has changed.

use std::rc::Rc;

use super::decision::{Change, PoolRow};
use super::limits::COUNTERS_FLUSH_MS;
use super::{Pool, Step};

impl Pool {
    /// Adds the rows of what has changed to the decision.
    pub(super) fn record(&mut self, step: &mut Step) {
        let changes = &mut step.decision.changes;
        for (id, before) in self.ledger.take_stale() {
            let after = self.ledger.container(id);
            self.history.note(step.now_ms, before.as_ref(), after);
            changes.push(match after.cloned() {
                None => Change::DeleteContainer(id),
                Some(after) if before.is_some_and(|before| before.same_but_state(&after)) => {
                    Change::MoveContainer(after)
                }
                Some(after) => Change::PutContainer(after),
            });
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
        self.record_figures(step);
        let changes = &mut step.decision.changes;
        changes.append(&mut self.history.take_changes(step.now_ms, step.flush));
        step.decision.transitions = self.history.take_noted();
    }

    /// Records what was counted: at the latest some time after it changed, and
    /// before it is shown.
    fn record_figures(&mut self, step: &mut Step) {
        let changes = &mut step.decision.changes;
        let due = self.flush_at_ms.is_some_and(|at_ms| at_ms <= step.now_ms);
        // A deleted row must not take its count along.
        let gone = self.counters.gone != self.recorded_counters.gone && !planted!(CountersLostOnDelete);
        let must = due || gone || (step.count && !planted!(FiguresNotRecorded));
        // Being warm changes nothing else, and is recorded when it is shown.
        let idle = step.flush
            && !planted!(FiguresNotRecorded)
            && self.counters.idle.ms != self.recorded_counters.idle.ms;
        if idle || (must && !self.counters.same_but_idle(&self.recorded_counters)) {
            self.recorded_counters = self.counters;
            changes.push(Change::PutCounters(Box::new(self.counters)));
        }
        if self.minutes.current.is_eventful() && (idle || ((due || step.flush) && self.minutes.unrecorded)) {
            self.minutes.unrecorded = false;
            changes.push(Change::PutMinute(self.minutes.current));
        }
        let waits = self.minutes.unrecorded || !self.counters.same_but_idle(&self.recorded_counters);
        let flush_at_ms = self.flush_at_ms.unwrap_or(step.now_ms + COUNTERS_FLUSH_MS);
        self.flush_at_ms = waits.then_some(flush_at_ms);
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
}
