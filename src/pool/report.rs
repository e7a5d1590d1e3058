//! Somebody says that a container has stopped.

use super::container::StopCause;
use super::identity::ContainerId;
use super::{Pool, Step};

impl Pool {
    /// The assignment ends at once and the refill starts; the container is
    /// destroyed, so that a report that is early or false leaks nothing.
    pub(super) fn stop_reported(&mut self, step: &mut Step, id: ContainerId) {
        self.counters.reports += 1;
        if self.ledger.container(id).is_none() {
            self.counters.unknown_reports += 1;
            return;
        }
        self.ended(step, id, StopCause::Stopped);
    }

    /// A report of what cannot be a container changes nothing.
    pub(super) fn garbage_reported(&mut self) {
        self.counters.reports += 1;
        self.counters.unknown_reports += 1;
    }
}
