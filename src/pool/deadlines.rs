//! What is due, and when to be woken next.

use super::config::Refill;
use super::container::State;
use super::{Pool, Step};

impl Pool {
    /// Attends to everything whose time has come. Called early, it finds
    /// nothing due.
    pub(super) fn deadline_reached(&mut self, step: &mut Step) {
        for id in self.ledger.due(step.now_ms) {
            match self.ledger.container(id).map(|container| &container.state) {
                Some(State::Starting { .. }) if planted!(TimedOutStartKept) => {}
                Some(State::Starting { .. }) => self.start_timed_out(step, id),
                Some(State::Draining { .. }) => self.drain_due(step, id),
                Some(State::Stopping { .. }) => self.stop_due(step, id),
                _ => {}
            }
        }
        self.give_up_looks(step);
        self.end_leases(step);
        self.refresh_due(step);
    }

    /// The earliest deadline that must survive the loss of memory; `None` when
    /// nothing is due, ever, until somebody calls.
    pub(super) fn alarm_at_ms(&self, now_ms: u64) -> Option<u64> {
        self.deadlines_ms(now_ms).min()
    }

    /// When to be woken again if this wake-up comes to nothing: at the next
    /// deadline after it, and after a refresh interval at the latest. Mostly that
    /// is what will be asked for, and need not be armed twice.
    #[must_use]
    pub fn recovery_at_ms(&self, now_ms: u64) -> u64 {
        let at_latest_ms = now_ms + self.config.refresh_interval_ms;
        self.deadlines_ms(now_ms).filter(|at_ms| *at_ms > now_ms).fold(at_latest_ms, u64::min)
    }

    fn deadlines_ms(&self, now_ms: u64) -> impl Iterator<Item = u64> {
        let refill =
            self.config.refill == Refill::Interval && self.is_short(now_ms) && self.startable(now_ms) > 0;
        let warm = (self.ledger.warm() > 0 || refill) && !planted!(RefreshWithoutAlarm);
        [
            self.ledger.next_due_ms(),
            warm.then_some(self.sweep.refresh_at_ms),
            (self.ledger.assigned() > 0).then_some(self.sweep.assigned_check_at_ms),
            self.next_retires_ms(now_ms).filter(|_| !planted!(AgeWithoutAlarm)),
            self.next_lease_ends_ms().filter(|_| !planted!(LeaseWithoutAlarm)),
            self.gate.retry_at_ms(now_ms).filter(|_| self.is_short(now_ms)),
            self.flush_at_ms,
        ]
        .into_iter()
        .flatten()
    }
}
