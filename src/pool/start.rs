//! What the outcome of a start means.

use super::container::{Container, State, StopCause};
use super::durations::StartEnd;
use super::failure::{Failure, FailureClass};
use super::identity::{ContainerId, Life};
use super::{Pool, Step};

impl Pool {
    /// The container is warm, and goes to whoever waits longest. One that was
    /// given up meanwhile is destroyed, which proves it gone only from here on.
    pub(super) fn start_succeeded(&mut self, step: &mut Step, life: Life) {
        let Some(mut container) = self.ledger.living(life) else { return };
        match container.state {
            State::Starting { .. } => {
                container.memory.start_pending = false;
                self.start_ended(step.now_ms, &container, StartEnd::Ready);
                self.become_warm(step, container);
                // Of those still starting it is not known whether there is room for them.
                self.gate.succeeded(self.existing() - self.ledger.starting());
            }
            State::Assigned { .. } if planted!(DuplicateStartMakesTwo) => {
                container.state = State::Warm { ready_at_ms: step.now_ms };
                self.ledger.put(container);
            }
            State::Stopping { .. } => self.start_settled(step, life.id),
            State::Warm { .. } | State::Assigned { .. } | State::Draining { .. } => {}
        }
    }

    /// The container was just seen to be well, and is nobody's.
    pub(super) fn become_warm(&mut self, step: &Step, mut container: Container) {
        container.state = State::Warm { ready_at_ms: step.now_ms };
        container.memory.seen_at_ms = step.now_ms;
        if self.ledger.warm() == 0 {
            self.sweep.rest_until(step.now_ms + self.config.refresh_interval_ms);
        }
        self.ledger.put(container);
    }

    /// A failed start may have left the container running: it is destroyed,
    /// not forgotten. One whose caller lost the connection may go on, like one
    /// whose deadline has come.
    pub(super) fn start_failed(&mut self, step: &mut Step, life: Life, failure: &Failure) {
        let Some(mut container) = self.ledger.living(life) else { return };
        match container.state {
            State::Starting { .. } => {
                container.memory.start_pending = failure.may_go_on;
                self.ledger.put(container);
                let cause = match failure.class {
                    FailureClass::Capacity => StopCause::NoRoom,
                    _ => StopCause::StartFailed,
                };
                self.give_up_start(step, life.id, cause, failure);
            }
            State::Stopping { .. } if failure.may_go_on => {}
            State::Stopping { .. } => self.start_settled(step, life.id),
            State::Warm { .. } | State::Assigned { .. } | State::Draining { .. } => {}
        }
    }

    /// The deadline of a start has come. What is under way inside the object
    /// goes on, so its `destroy()` is repeated once that has ended.
    pub(super) fn start_timed_out(&mut self, step: &mut Step, id: ContainerId) {
        let message =
            format!("the start was not done within {} ms (startTimeout)", self.config.start_timeout_ms);
        self.give_up_start(
            step,
            id,
            StopCause::StartTimeout,
            &Failure::new(FailureClass::Transient, &message),
        );
    }

    /// Its deadline passed while nobody was there to hear how it ended: it may
    /// have succeeded, so it teaches nothing.
    pub(super) fn start_unheard_of(&mut self, step: &mut Step, id: ContainerId) {
        self.counters.start_failed(FailureClass::Transient);
        self.destroy_now(step, id, StopCause::StartTimeout);
    }

    pub(super) fn give_up_start(
        &mut self,
        step: &mut Step,
        id: ContainerId,
        cause: StopCause,
        failure: &Failure,
    ) {
        planted!(FailedStartForgotten => return self.forget(id));
        self.counters.start_failed(failure.class);
        self.destroy_now(step, id, cause);
        let random = step.fresh.random();
        self.gate.failed(step.now_ms, failure, self.existing(), random);
        self.queue.recheck(step.now_ms, self.config.queue_timeout_ms);
    }

    /// Containers the platform found room for, or may find it for.
    fn existing(&self) -> usize {
        let refused = self
            .ledger
            .stopping_containers()
            .filter(|container| matches!(container.state, State::Stopping { cause: StopCause::NoRoom, .. }));
        self.ledger.tracked() - refused.count()
    }
}
