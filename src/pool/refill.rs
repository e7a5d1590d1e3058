//! How many containers are missing, and how many are too many.

use super::config::Refill;
use super::container::{Container, StopCause};
use super::decision::Command;
use super::{Pool, Step};

impl Pool {
    /// Starts what the waiting sessions and the target call for, within what
    /// is allowed. A start serves whoever waits first, so live demand comes
    /// before the refill by itself.
    pub(super) fn start_missing(&mut self, step: &mut Step) {
        let count = self.missing().min(self.startable(step.now_ms)).min(self.start_slots());
        for _ in 0..count {
            let identity = step.fresh.identity();
            let container = Container::starting(identity, step.now_ms, self.config.start_timeout_ms);
            self.command_start(step, &container, self.config.start_timeout_ms);
            self.ledger.put(container);
        }
        // Starts that wait for their turn belong to the same refill.
        self.sweep.refill_due &= self.missing_for_target() > 0;
    }

    /// Stops the warm containers past the target, those ready longest first.
    pub(super) fn stop_surplus(&mut self, step: &mut Step) {
        let warm = self.ledger.warm();
        let staying = self.ledger.tracked() - self.ledger.stopping();
        let past_limit = match self.config.max_instances {
            0 => 0,
            declared => staying.saturating_sub(declared).min(warm),
        };
        let surplus = warm.saturating_sub(self.target()).max(past_limit);
        let ids: Vec<_> = self.ledger.warm_ids().take(surplus).collect();
        for id in ids {
            self.counters.evictions += 1;
            self.stop_gently(step, id, StopCause::Surplus);
        }
    }

    pub(super) fn command_start(&self, step: &mut Step, container: &Container, timeout_ms: u64) {
        step.decision.commands.push(Command::Start {
            life: container.life(),
            name: container.name,
            ports: self.config.ports.clone(),
            timeout_ms,
        });
    }

    /// Has the pool fill itself from here on, the first time at once.
    pub(super) fn prime(&mut self) {
        self.sweep.refill_due |= !self.primed;
        self.primed = true;
    }

    /// Warm containers to keep at the moment.
    pub(super) fn target(&self) -> usize {
        if self.primed && self.config.enabled { self.config.warm_target } else { 0 }
    }

    /// Starts that are called for and not under way.
    pub(super) fn missing(&self) -> usize {
        self.missing_for_waiting() + if self.refill_now() { self.missing_for_target() } else { 0 }
    }

    /// Whether something is missing, now or at the next refresh.
    pub(super) fn is_short(&self) -> bool {
        self.missing_for_waiting() + self.missing_for_target() > 0
    }

    /// The first so many waiting sessions have a start under way, or one that
    /// is only waiting for its turn.
    pub(super) fn starts_coming(&self, now_ms: u64) -> usize {
        self.ledger.starting().saturating_add(self.startable(now_ms))
    }

    /// How many containers may exist at the moment; `None`: no limit is known.
    pub(super) fn limit(&self, now_ms: u64) -> Option<usize> {
        self.gate.limit(now_ms, self.config.max_instances, self.ledger.starting())
    }

    /// Starts that capacity and the gate allow, whatever is under way.
    pub(super) fn startable(&self, now_ms: u64) -> usize {
        let room = self.limit(now_ms).map_or(usize::MAX, |limit| limit.saturating_sub(self.ledger.tracked()));
        room.min(self.gate.starts_allowed(now_ms, self.ledger.starting()))
    }

    fn start_slots(&self) -> usize {
        self.config.start_concurrency.saturating_sub(self.ledger.starting())
    }

    fn missing_for_waiting(&self) -> usize {
        self.queue.len().saturating_sub(self.ledger.starting())
    }

    fn missing_for_target(&self) -> usize {
        let spare = self.ledger.starting().saturating_sub(self.queue.len());
        self.target().saturating_sub(self.ledger.warm() + spare)
    }

    fn refill_now(&self) -> bool {
        self.config.refill == Refill::Eager || self.sweep.refill_due
    }
}
