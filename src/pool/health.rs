//! Who is looked at, and what was seen. Health is judged only by answers.

use super::config::OnRelease;
use super::container::{Container, State, StopCause};
use super::decision::Command;
use super::event::{Seen, Usage};
use super::failure::{Failure, FailureClass};
use super::identity::{ContainerId, Life};
use super::limits::STOP_CALL_TIMEOUT_MS;
use super::stats::HealthKind;
use super::{Pool, Step};

impl Pool {
    /// Queues looks at the warm containers, and when it is their turn at the
    /// assigned ones that gave no sign of life since.
    pub(super) fn refresh_due(&mut self, step: &mut Step) {
        let now_ms = step.now_ms;
        if self.sweep.refresh_at_ms <= now_ms {
            self.sweep.refresh_at_ms = now_ms + self.config.refresh_interval_ms;
            self.sweep.refill_due = true;
            let warm: Vec<_> = self.ledger.warm_containers().map(|container| container.id).collect();
            self.sweep.enqueue(warm);
        }
        if self.sweep.assigned_check_at_ms <= now_ms && self.ledger.assigned() > 0 {
            let interval_ms = self.config.assigned_check_interval_ms;
            self.sweep.assigned_checked_at_ms = now_ms;
            self.sweep.assigned_check_at_ms = now_ms + interval_ms;
            let unseen = |id: &ContainerId| {
                self.ledger
                    .container(*id)
                    .is_some_and(|container| container.memory.seen_at_ms + interval_ms <= now_ms)
            };
            let unseen: Vec<_> = self.ledger.assigned_ids().filter(unseen).collect();
            self.sweep.enqueue(unseen);
        }
    }

    /// Ends the looks that were never answered.
    pub(super) fn give_up_looks(&mut self, step: &mut Step) {
        let patience_ms = self.look_patience_ms();
        let over =
            self.sweep.under_way.iter().take_while(|(since_ms, _)| since_ms + patience_ms <= step.now_ms);
        let over: Vec<_> = over.copied().collect();
        for (since_ms, life) in over {
            self.sweep.look_ended(since_ms, life);
            let failure = Failure::new(FailureClass::Transient, "the look was not answered");
            self.probed(step, life, since_ms, Seen::Unknown(failure));
        }
    }

    /// When the next look that claims wait for is given up. The others end with
    /// a round of looks.
    pub(super) fn next_look_ends_ms(&self) -> Option<u64> {
        if self.asked.is_empty() {
            return None;
        }
        let first = self.sweep.under_way.iter().find(|(_, life)| self.is_waited_for(life.id));
        first.map(|(since_ms, _)| since_ms + self.look_patience_ms())
    }

    fn is_waited_for(&self, id: ContainerId) -> bool {
        self.ledger.container(id).is_some_and(|container| !container.memory.verifying.is_empty())
    }

    /// Longer than the platform's side waits for an answer.
    fn look_patience_ms(&self) -> u64 {
        2 * self.config.health.timeout_ms.max(STOP_CALL_TIMEOUT_MS)
    }

    /// Asks for as many of the queued looks as may be under way at once.
    pub(super) fn look_at_more(&mut self, step: &mut Step) {
        while let Some(id) = self.sweep.next(step.now_ms) {
            let Some(mut container) = self.ledger.container(id).cloned() else { continue };
            let renew = matches!(container.state, State::Warm { .. });
            if container.memory.probing_since_ms.is_none() && (renew || container.session().is_some()) {
                self.probe(step, &mut container, renew);
                self.ledger.put(container);
            }
        }
    }

    /// A sign of life is noted. A definite stop ends the container, and so do
    /// enough answers in a row that it is not well. No answer counts against it
    /// only if another container answered meanwhile: else the trouble is the
    /// platform's.
    /// An answer to an earlier look, come late or twice, leaves the one under
    /// way as it is: that one's request may still be on its way.
    pub(super) fn probed(&mut self, step: &mut Step, life: Life, asked_at_ms: u64, seen: Seen) {
        let Some(mut container) = self.ledger.living(life) else { return self.sweep.forget(life) };
        let since_ms = container.memory.probing_since_ms.filter(|since_ms| *since_ms == asked_at_ms);
        if let Some(since_ms) = since_ms {
            container.memory.probing_since_ms = None;
            self.sweep.look_ended(since_ms, life);
        }
        let warm = matches!(container.state, State::Warm { .. });
        let (wanting, counts) = match &seen {
            Seen::Ready(usage) if warm && self.past_ceiling(*usage) => (Some(HealthKind::Resources), true),
            Seen::NotReady(_) if warm && !planted!(ReadinessIgnored) => (Some(HealthKind::Readiness), true),
            // Whoever has a session is judged by whether it lives.
            Seen::Alive | Seen::Busy | Seen::Idle | Seen::Ready(_) | Seen::NotReady(_) => (None, false),
            Seen::Stopped => (Some(HealthKind::Liveness), true),
            Seen::Unknown(_) => {
                let others = since_ms.is_some_and(|since_ms| self.sweep.answered_at_ms >= since_ms);
                (Some(HealthKind::Liveness), planted!(others, SilenceCountsAgainstAll => since_ms.is_some()))
            }
        };
        if !matches!(seen, Seen::Unknown(_)) {
            self.sweep.answered_at_ms = step.now_ms;
        }
        let leaving = matches!(container.state, State::Draining { .. } | State::Stopping { .. });
        container.memory.busy = seen == Seen::Busy;
        match wanting {
            // As it should.
            Some(_) if leaving && seen == Seen::Stopped => {}
            Some(kind) => {
                self.counters.look_failed(kind);
                // An answer that comes twice is one look.
                container.memory.failures += u32::from(counts && since_ms.is_some());
            }
            None => container.seen_well(step.now_ms),
        }
        let failures_max = planted!(self.config.health.unhealthy_after, OneFailedLookDropsAssignment => 1);
        if seen == Seen::Stopped {
            self.ledger.put(container);
            self.ended(step, life.id, StopCause::Stopped);
        } else if container.memory.failures >= failures_max && !leaving {
            self.ledger.put(container);
            self.ended(step, life.id, StopCause::Unhealthy);
        } else {
            self.keep(step, container.clone());
            if seen == Seen::Idle {
                self.seen_idle(step, &container);
            }
        }
    }

    /// Asks for a look at `container`, and notes that it is under way, and no
    /// earlier one. One that is kept awake is also asked whether it is ready.
    pub(super) fn probe(&mut self, step: &mut Step, container: &mut Container, renew: bool) {
        if let Some(since_ms) = container.memory.probing_since_ms.replace(step.now_ms) {
            self.sweep.look_ended(since_ms, container.life());
        }
        self.sweep.look_asked(step.now_ms, container.life());
        step.decision.commands.push(Command::Probe {
            life: container.life(),
            name: container.name,
            asked_at_ms: step.now_ms,
            renew,
            path: self.config.health.path.clone().filter(|_| renew),
            timeout_ms: self.config.health.timeout_ms,
        });
    }

    /// Until when a look under way may send its request, which would start the
    /// container again; 0 where none may.
    pub(super) fn look_settles_ms(&self, container: &Container) -> u64 {
        match (&self.config.health.path, container.memory.probing_since_ms) {
            (Some(_), Some(since_ms)) => since_ms + self.look_at_path_ms(),
            _ => 0,
        }
    }

    /// Longest that a look takes until its request is answered: a time limit for
    /// the state and one for the answer.
    pub(super) fn look_at_path_ms(&self) -> u64 {
        2 * self.config.health.timeout_ms
    }

    fn past_ceiling(&self, usage: Usage) -> bool {
        let past =
            |used: Option<u32>, most: Option<u32>| used.zip(most).is_some_and(|(used, most)| used > most);
        let health = &self.config.health;
        (past(usage.memory_permille, health.memory_permille_max) && !planted!(CeilingIgnored))
            || past(usage.cpu_permille, health.cpu_permille_max)
    }

    /// A container that has ended, as far as anyone can tell, is destroyed to
    /// make sure.
    pub(super) fn ended(&mut self, step: &mut Step, id: ContainerId, cause: StopCause) {
        let Some(container) = self.ledger.container(id) else { return };
        match container.state {
            State::Stopping { .. } => self.hasten(step, id),
            State::Warm { .. } => {
                self.counters.evictions += 1;
                self.destroy_now(step, id, cause);
            }
            State::Assigned { .. } => self.destroy_now(step, id, cause),
            // What it was to be made ready for can be done at once.
            State::Draining { on_release: OnRelease::Restart, .. } => {
                self.destroy_now(step, id, StopCause::Restart);
            }
            State::Draining { .. } => self.destroy_now(step, id, cause),
            // One that ends as soon as it starts must not be started for ever.
            State::Starting { .. } => {
                let failure = Failure::new(FailureClass::Transient, "it stopped before it was ready");
                self.give_up_start(step, id, cause, &failure);
            }
        }
    }

    /// The container stays as it is, and those who waited for the look get it.
    fn keep(&mut self, step: &mut Step, mut container: Container) {
        let verifying = std::mem::take(&mut container.memory.verifying);
        if !verifying.is_empty() {
            self.renew_lease(step, &mut container);
        }
        self.grant_verified(step, &container, planted!(verifying, LookNeverAnswersClaims => Vec::new()));
        self.ledger.put(container);
    }
}
