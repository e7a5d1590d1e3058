//! What becomes of a container whose session has left.

use super::backoff::doubled_ms;
use super::config::OnRelease;
use super::container::{Container, Memory, State, StopCause};
use super::decision::Command;
use super::failure::Failure;
use super::identity::{ContainerId, Life};
use super::limits::{DESTROY_PATIENCE_MS, STOP_CALL_TIMEOUT_MS, STOP_POLL_BASE_MS, STOP_POLL_MAX_MS};
use super::{Pool, Step};

impl Pool {
    /// A draining container's next moment has come: look again whether its
    /// requests have ended, or end its draining.
    pub(super) fn drain_due(&mut self, step: &mut Step, id: ContainerId) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let State::Draining { deadline_at_ms, .. } = container.state else { return };
        if container.memory.resetting {
            return self.reset_failed(step, id, STOP_CALL_TIMEOUT_MS);
        }
        if (deadline_at_ms <= step.now_ms && !planted!(DrainNeverEnds))
            || (container.memory.attempts > 2 && planted!(DrainIgnoresRequests))
        {
            return self.drained(step, id);
        }
        let pause_ms = match container.memory.probing_since_ms {
            // As long again as it has taken: one that hangs is not waited for ever more often.
            Some(since_ms) => step.now_ms.saturating_sub(since_ms).clamp(STOP_POLL_BASE_MS, STOP_POLL_MAX_MS),
            // A look from before the session left shows what was then.
            None => {
                self.probe(step, &mut container, false);
                container.memory.attempts += 1;
                doubled_ms(STOP_POLL_BASE_MS, STOP_POLL_MAX_MS, container.memory.attempts - 1)
            }
        };
        container.memory.next_at_ms = Some((step.now_ms + pause_ms).min(deadline_at_ms));
        self.ledger.put(container);
    }

    /// A draining container says that no request is under way.
    pub(super) fn seen_idle(&mut self, step: &mut Step, container: &Container) {
        let looked_since = container.memory.attempts > 0;
        if looked_since && !container.memory.resetting {
            self.drained(step, container.id);
        }
    }

    /// Its requests have ended, or had their time. What nobody would get any
    /// more is not made ready for anybody.
    fn drained(&mut self, step: &mut Step, id: ContainerId) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let State::Draining { cause, on_release, .. } = container.state else { return };
        match on_release {
            OnRelease::Restart if planted!(RestartedWithoutDestroy) => {
                container.generation = container.generation.next();
                self.become_warm(step, container);
            }
            OnRelease::Restart if self.target() > 0 => self.destroy_now(step, id, StopCause::Restart),
            // A request that goes on could carry something over to the next session.
            OnRelease::Reset if !container.memory.busy && self.may_return(step.now_ms, &container) => {
                container.memory.resetting = true;
                container.memory.next_at_ms = Some(step.now_ms + DESTROY_PATIENCE_MS);
                step.decision.commands.push(Command::Reset { life: container.life(), name: container.name });
                self.ledger.put(container);
            }
            _ => self.stop_gently(step, id, cause),
        }
    }

    /// A container that was cleaned up begins a new life, and is warm. Any
    /// other answer means that something of its last session may be left.
    pub(super) fn reset_answered(&mut self, step: &mut Step, life: Life, result: &Result<bool, Failure>) {
        let Some(mut container) = self.ledger.living(life) else { return };
        let State::Draining { cause, on_release, .. } = container.state else { return };
        if !container.memory.resetting {
            return;
        }
        match result {
            Ok(true) => {}
            Ok(false) if planted!(RefusedResetIsWarm) => {}
            Ok(false) => return self.reset_failed(step, life.id, 0),
            Err(_) => return self.reset_failed(step, life.id, STOP_CALL_TIMEOUT_MS),
        }
        if on_release != OnRelease::Reset || !self.may_return(step.now_ms, &container) {
            return self.stop_gently(step, life.id, cause);
        }
        self.counters.resets += 1;
        container.generation = planted!(container.generation.next(), ResetKeepsLife => container.generation);
        let unheard_until_ms = container.memory.unheard_until_ms;
        container.memory = Memory { unheard_until_ms, ..Memory::default() };
        self.become_warm(step, container);
    }

    /// A container is gone that is to be started again: in its place, and only
    /// if one is still missing.
    pub(super) fn restart(&mut self, step: &mut Step, gone: &Container) {
        let wanted = self.missing_for_waiting() + self.missing_for_target(step.now_ms);
        if wanted.min(self.startable(step.now_ms)).min(self.start_slots()) > 0 {
            self.counters.restarts += 1;
            let next = planted!(gone.generation.next(), RestartKeepsLife => gone.generation);
            self.start(step, gone.identity(), next);
        }
    }

    /// Where the class has not answered it may still be at work for a while, and
    /// reach the container.
    fn reset_failed(&mut self, step: &mut Step, id: ContainerId, works_on_ms: u64) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let works_until_ms = step.now_ms + works_on_ms;
        container.memory.unheard_until_ms = container.memory.unheard_until_ms.max(works_until_ms);
        self.ledger.put(container);
        self.counters.reset_failures += 1;
        self.destroy_now(step, id, StopCause::ResetFailed);
    }

    fn may_return(&self, now_ms: u64, container: &Container) -> bool {
        self.target() > 0 && self.is_current(now_ms, container)
    }
}
