//! How a container ends. There is one way out of the rows: a `destroy()` that
//! succeeded after everything else that was asked of the container had ended.

use super::backoff::doubled_ms;
use super::container::{Container, State, StopCause};
use super::decision::Command;
use super::failure::Failure;
use super::identity::{ContainerId, Life};
use super::limits::{
    DESTROY_PATIENCE_MS, DESTROY_RETRY_BASE_MS, DESTROY_RETRY_MAX_MS, STOP_POLL_BASE_MS, STOP_POLL_MAX_MS,
};
use super::{Pool, Step};

impl Pool {
    /// Signals the container and gives it `drainTimeout` to end by itself.
    pub(super) fn stop_gently(&mut self, step: &mut Step, id: ContainerId, cause: StopCause) {
        let drain_ms = self.config.drain_timeout_ms;
        if drain_ms == 0 {
            return self.destroy_now(step, id, cause);
        }
        let Some(mut container) = self.begin_stop(step, id, cause, step.now_ms + drain_ms) else { return };
        self.command_stop(step, &mut container);
        self.ledger.put(container);
    }

    /// Destroys the container without waiting for it to end by itself.
    pub(super) fn destroy_now(&mut self, step: &mut Step, id: ContainerId, cause: StopCause) {
        let Some(mut container) = self.begin_stop(step, id, cause, step.now_ms) else { return };
        self.command_destroy(step, &mut container);
        self.ledger.put(container);
    }

    /// A `stop()` that failed is not repeated: `destroy()` takes over.
    pub(super) fn stop_answered(&mut self, step: &mut Step, life: Life, result: Result<(), Failure>) {
        planted!(StopFreesTheSlot => if result.is_ok() { return self.forget_living(life) });
        if result.is_err() && self.ledger.living(life).is_some() {
            self.counters.stop_failures += 1;
            self.hasten(step, life.id);
        }
    }

    /// Gone, if the destroy was conclusive; else it is sent again when it can be.
    pub(super) fn destroy_answered(
        &mut self,
        step: &mut Step,
        life: Life,
        conclusive: bool,
        result: Result<(), Failure>,
    ) {
        let Some(mut container) = self.ledger.living(life) else { return };
        let State::Stopping { cause, settled_at_ms, .. } = container.state else { return };
        if !std::mem::take(&mut container.memory.destroying) {
            return;
        }
        match planted!(result, FailedDestroyTakenAsGone => Ok(())) {
            Ok(()) if conclusive => {
                self.counters.gone += 1;
                self.ledger.remove(life.id);
                if cause == StopCause::Restart {
                    self.restart(step, &container);
                }
                return;
            }
            Ok(()) if settled_at_ms <= step.now_ms => self.command_destroy(step, &mut container),
            Ok(()) => container.memory.next_at_ms = Some(settled_at_ms),
            Err(_) => {
                self.counters.stop_failures += 1;
                let pause_ms =
                    doubled_ms(DESTROY_RETRY_BASE_MS, DESTROY_RETRY_MAX_MS, container.memory.attempts);
                container.memory.attempts += 1;
                container.memory.next_at_ms = Some(step.now_ms + pause_ms);
            }
        }
        self.ledger.put(container);
    }

    /// The start that was under way inside a stopping container has ended.
    pub(super) fn start_settled(&mut self, step: &mut Step, id: ContainerId) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let State::Stopping { settled_at_ms, .. } = &mut container.state else { return };
        // Told twice, it must not hurry a destroy that backs off.
        if *settled_at_ms <= step.now_ms {
            return;
        }
        *settled_at_ms = step.now_ms.max(container.memory.unheard_until_ms).min(*settled_at_ms);
        container.memory.start_pending = false;
        self.ledger.put(container);
        self.hasten(step, id);
    }

    /// What is known of a stopping container says that it has ended, or that
    /// asking politely will not end it.
    pub(super) fn hasten(&mut self, step: &mut Step, id: ContainerId) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let State::Stopping { destroy_at_ms, .. } = &mut container.state else { return };
        *destroy_at_ms = step.now_ms.min(*destroy_at_ms);
        if !container.memory.destroying {
            self.command_destroy(step, &mut container);
        }
        self.ledger.put(container);
    }

    /// A stopping container's next moment has come: look again whether it has
    /// ended, or destroy it.
    pub(super) fn stop_due(&mut self, step: &mut Step, id: ContainerId) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let State::Stopping { destroy_at_ms, .. } = container.state else { return };
        if destroy_at_ms <= step.now_ms && !planted!(StopNeverEscalates) {
            self.command_destroy(step, &mut container);
        } else {
            let pause_ms = doubled_ms(STOP_POLL_BASE_MS, STOP_POLL_MAX_MS, container.memory.attempts);
            container.memory.attempts += 1;
            container.memory.next_at_ms = Some((step.now_ms + pause_ms).min(destroy_at_ms));
            if container.memory.probing_since_ms.is_none() {
                self.probe(step, &mut container, false);
            }
        }
        self.ledger.put(container);
    }

    pub(super) fn command_stop(&self, step: &mut Step, container: &mut Container) {
        container.memory.next_at_ms = Some(step.now_ms + STOP_POLL_BASE_MS);
        step.decision.commands.push(Command::Stop { life: container.life(), name: container.name });
    }

    pub(super) fn command_destroy(&self, step: &mut Step, container: &mut Container) {
        let State::Stopping { settled_at_ms, .. } = container.state else { return };
        container.memory.next_at_ms = Some(step.now_ms + DESTROY_PATIENCE_MS);
        container.memory.destroying = true;
        step.decision.commands.push(Command::Destroy {
            life: container.life(),
            name: container.name,
            conclusive: settled_at_ms <= step.now_ms || planted!(FirstDestroyConclusive),
        });
    }

    /// Records the stop. A session that held the container holds none from here
    /// on; claims that waited for a look at it are served anew.
    fn begin_stop(
        &mut self,
        step: &mut Step,
        id: ContainerId,
        cause: StopCause,
        destroy_at_ms: u64,
    ) -> Option<Container> {
        let mut container = self.ledger.container(id)?.clone();
        if let State::Starting { .. } = container.state
            && !planted!(StartEndsUncounted)
        {
            self.start_ended(step.now_ms, &container, cause.into());
        }
        let session = container.session().cloned();
        let settled_at_ms = match container.state {
            State::Stopping { .. } => return None,
            State::Starting { .. } if container.memory.start_pending => container.start_ends_at_ms(0),
            _ => step.now_ms,
        };
        let settled_at_ms =
            settled_at_ms.max(container.memory.unheard_until_ms).max(self.look_settles_ms(&container));
        container.state = State::Stopping { cause, destroy_at_ms, settled_at_ms };
        container.memory.attempts = 0;
        let verifying = std::mem::take(&mut container.memory.verifying);
        self.ledger.put(container.clone());
        if let Some(session) = session {
            step.displace(session, verifying);
        }
        Some(container)
    }
}
