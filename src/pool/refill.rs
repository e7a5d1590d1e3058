//! How many containers are missing.

use std::rc::Rc;

use super::config::{Config, Refill, WhenEmpty};
use super::container::Container;
use super::decision::{Command, Readiness};
use super::identity::{Generation, Identity};
use super::{Pool, Step};

impl Pool {
    /// Starts what the waiting sessions and the target call for, within what
    /// is allowed. A start serves whoever waits first, so live demand comes
    /// before the refill by itself.
    pub(super) fn start_missing(&mut self, step: &mut Step) {
        let missing =
            planted!(self.missing(step.now_ms), BothFillTheShortfall => 2 * self.missing(step.now_ms));
        let count = missing.min(self.startable(step.now_ms)).min(self.start_slots());
        for _ in 0..count {
            let identity = step.fresh.identity();
            self.start(step, identity, Generation::FIRST);
        }
        // Starts that wait for their turn belong to the same refill.
        self.sweep.refill_due &= self.missing_for_target(step.now_ms) > 0;
    }

    /// Records a life of a container and asks for its start.
    pub(super) fn start(&mut self, step: &mut Step, identity: Identity, generation: Generation) {
        let timeout_ms = self.config.start_timeout_ms;
        let revision = self.config.revision.clone();
        let container = Container::starting(identity, generation, revision, step.now_ms, timeout_ms);
        self.command_start(step, &container, timeout_ms);
        self.ledger.put(container);
    }

    /// Somebody wants the pool to be full. Takes effect at once, whatever
    /// `refill` says.
    pub(super) fn primed(&mut self, step: &mut Step, config: Option<Rc<Config>>) {
        if let Some(config) = config
            && let Err(error) = self.apply_config(step, config)
        {
            step.decision.refused = Some(error);
            return;
        }
        planted!(PrimeDoesNothing => return);
        self.prime();
        self.sweep.refill_due = true;
    }

    pub(super) fn command_start(&self, step: &mut Step, container: &Container, timeout_ms: u64) {
        step.decision.commands.push(Command::Start {
            life: container.life(),
            name: container.name,
            ports: self.config.ports.clone(),
            timeout_ms,
            readiness: self
                .config
                .health
                .path
                .clone()
                .map(|path| Readiness { path, timeout_ms: self.config.health.timeout_ms }),
        });
    }

    /// Has the pool fill itself from here on, the first time at once.
    pub(super) fn prime(&mut self) {
        self.sweep.refill_due |= !self.primed;
        self.primed = true;
    }

    /// Somebody wants more to be warm than the target, once.
    pub(super) fn warmed_up(&mut self, count: Option<usize>) {
        self.prime();
        self.sweep.refill_due = true;
        self.extra = count.unwrap_or(0).saturating_sub(self.config.warm_target);
    }

    /// A warm container was taken, and is replaced only up to the target.
    pub(super) fn one_taken(&mut self) {
        self.extra = self.extra.saturating_sub(1);
    }

    /// Warm containers to keep at the moment.
    pub(super) fn target(&self) -> usize {
        if self.primed && self.config.enabled { self.config.warm_target + self.extra } else { 0 }
    }

    /// What a claim does that finds nothing warm. Where nothing ever is, only a
    /// start can serve it.
    pub(super) fn when_empty(&self) -> WhenEmpty {
        if self.target() == 0 { WhenEmpty::Start } else { self.config.when_empty }
    }

    /// Starts that are called for and not under way.
    pub(super) fn missing(&self, now_ms: u64) -> usize {
        self.missing_for_waiting() + if self.refill_now() { self.missing_for_target(now_ms) } else { 0 }
    }

    /// Whether something is missing, now or at the next refresh.
    pub(super) fn is_short(&self, now_ms: u64) -> bool {
        self.missing_for_waiting() + self.missing_for_target(now_ms) > 0
    }

    /// The first so many waiting sessions have a start under way, or one that
    /// is only waiting for its turn.
    pub(super) fn starts_coming(&self, now_ms: u64) -> usize {
        self.current_starts().saturating_add(self.startable(now_ms))
    }

    /// How many containers may exist at the moment; `None`: no limit is known.
    pub(super) fn limit(&self, now_ms: u64) -> Option<usize> {
        self.gate.limit(now_ms, self.config.max_instances, self.ledger.starting())
    }

    /// Starts that capacity and the gate allow, whatever is under way.
    pub(super) fn startable(&self, now_ms: u64) -> usize {
        let ledger = &self.ledger;
        let all = ledger.tracked();
        let counted = planted!(all, CapacityIgnoresStopping => all - ledger.stopping());
        let tracked = planted!(counted, CapacityIgnoresDraining => all - ledger.draining());
        let room = self.limit(now_ms).map_or(usize::MAX, |limit| limit.saturating_sub(tracked));
        room.min(self.gate.starts_allowed(now_ms, self.ledger.starting()))
    }

    pub(super) fn start_slots(&self) -> usize {
        let most = planted!(self.config.start_concurrency, ConcurrencyUnlimited => usize::MAX);
        most.saturating_sub(self.ledger.starting())
    }

    /// Sessions that are to have a container started for them.
    fn demand(&self) -> usize {
        let starts = self.when_empty() == WhenEmpty::Start || planted!(WaitStartsForEach);
        if starts { self.queue.len() } else { 0 }
    }

    pub(super) fn missing_for_waiting(&self) -> usize {
        self.demand().saturating_sub(planted!(self.current_starts(), QueueIgnoresStartsUnderWay => 0))
    }

    /// Starts under way whose containers may be handed out.
    fn current_starts(&self) -> usize {
        self.ledger.starting_containers().filter(|container| !self.is_outdated(container)).count()
    }

    /// What brings those that are warm, or will be, back to the target. Those
    /// that are to be replaced do not count, but what comes for them has to
    /// stay within `maxSurge`, those that were replaced and are not gone yet
    /// included.
    pub(super) fn missing_for_target(&self, now_ms: u64) -> usize {
        let target = self.target();
        let warm = self.ledger.warm();
        let retiring = self.retiring(now_ms);
        let starting = planted!(self.current_starts(), InFlightNotCounted => 0);
        let coming = starting.saturating_sub(self.demand()) + self.ledger.returning();
        let missing = target.saturating_sub(warm - retiring + coming);
        let missing = match retiring + self.replaced() {
            0 => missing,
            _ if planted!(SurgeUnlimited) => missing,
            _ => {
                let most = target + self.config.rollout.surge_max;
                missing.min(most.saturating_sub(warm + coming + self.replaced()))
            }
        };
        missing.min(self.growth(retiring))
    }

    /// Containers the refill may add at the moment. Where claims wait for what
    /// comes back, it grows the pool past its target by one at a time only.
    fn growth(&self, retiring: usize) -> usize {
        if self.when_empty() != WhenEmpty::Wait {
            return usize::MAX;
        }
        let starts = self.current_starts();
        let outdated = self.ledger.starting() - starts + retiring;
        let staying = self.ledger.tracked() - self.ledger.stopping() - outdated;
        let one = 1_usize.saturating_sub(starts);
        self.target().saturating_sub(staying).max(one)
    }

    fn refill_now(&self) -> bool {
        (self.config.refill == Refill::Eager && !planted!(HitDoesNotRefill)) || self.sweep.refill_due
    }
}
