//! Somebody says that a container has stopped.

use super::container::{State, StopCause};
use super::identity::{ContainerId, Generation, Life};
use super::{Pool, Step};

impl Pool {
    /// The assignment ends at once and the refill starts; the container is
    /// destroyed, so that a report that is early or false leaks nothing. Of one
    /// that lives again, the report may be of the life before: it is looked at.
    pub(super) fn stop_reported(&mut self, step: &mut Step, id: ContainerId) {
        self.counters.reports += 1;
        match self.ledger.container(id) {
            None => self.counters.unknown_reports += 1,
            Some(container) if container.generation > Generation::FIRST => self.look_after_report(step, id),
            Some(held) if planted!(AssignmentSurvivesReport) && held.session().is_some() => {}
            Some(_) => self.ended(step, id, StopCause::Stopped),
        }
    }

    /// The same of one life of it. The end of an earlier one is old news, and of
    /// one that is gone no surprise: the pool may have ended it itself.
    pub(super) fn exit_reported(&mut self, step: &mut Step, life: Life) {
        self.counters.reports += 1;
        if self.ledger.living(life).is_some() {
            self.ended(step, life.id, StopCause::Stopped);
        }
    }

    /// A report of what cannot be a container changes nothing.
    pub(super) fn garbage_reported(&mut self) {
        self.counters.reports += 1;
        self.counters.unknown_reports += 1;
    }

    /// A start and a stop under way tell by themselves how they end.
    fn look_after_report(&mut self, step: &mut Step, id: ContainerId) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let settled = !matches!(container.state, State::Starting { .. } | State::Stopping { .. });
        if settled && container.memory.probing_since_ms.is_none() {
            self.probe(step, &mut container, false);
            self.ledger.put(container);
        }
    }
}
