//! A session asks for its container.

use std::rc::Rc;

use super::config::{Config, WhenEmpty};
use super::container::{Container, State};
use super::decision::{Grant, Outcome, Reply};
use super::durations::ClaimEnd;
use super::error::PoolError;
use super::identity::{ClaimId, ContainerId, Session};
use super::limits::{CLAIM_DEADLINE_MAX_MS, CLAIMS_WAITING_MAX, RETRY_AFTER_MS, WAITING_MAX};
use super::queue::Waiting;
use super::{Pool, Step};

impl Pool {
    /// Held and fresh: answered at once, and nothing is written. Held but not
    /// seen alive for `verifyAfter`: one look, shared by all who ask. Not held:
    /// the container warm longest, or a place in the queue. A claim that holds
    /// one renews its lease first, whatever the look will show.
    pub(super) fn claimed(
        &mut self,
        step: &mut Step,
        claim: ClaimId,
        session: Session,
        config: Option<Rc<Config>>,
    ) {
        self.sweep.claim_came();
        if let Some(config) = config
            && let Err(error) = self.apply_config(step, config)
        {
            step.decision.refused = Some(error.clone());
            return self.refuse(step, claim, error);
        }
        let Some(mut container) = self.ledger.held_by(&session).cloned() else {
            return self.claimed_unheld(step, session, vec![claim]);
        };
        self.renew_lease(step, &mut container);
        match self.is_fresh(step, &container) {
            true => self.grant(step, claim, &container, Outcome::Sticky),
            false => self.verify(step, claim, container),
        }
    }

    /// A caller that went away gets nothing. The start it waited for serves
    /// whoever waits next.
    pub(super) fn caller_left(&mut self, claim: ClaimId) {
        let waited = self.queue.leave(claim) || self.stop_verifying(claim);
        self.waited_since_ms(claim);
        self.counters.callers_left += u64::from(waited);
    }

    /// A session without a container, with claims that may have waited for a
    /// look at the one it had.
    fn claimed_unheld(&mut self, step: &mut Step, session: Session, claims: Vec<ClaimId>) {
        self.prime();
        let too_many = self.queue.claims() + claims.len() > CLAIMS_WAITING_MAX;
        if self.queue.holds(&session) && !planted!(ClaimsDoNotJoin) {
            if too_many {
                return self.refuse_all(step, &claims, &PoolError::TooManyWaiting { limit: WAITING_MAX });
            }
            for claim in claims {
                self.waits(step.now_ms, claim);
                self.queue.join(&session, claim);
            }
            return;
        }
        // What has become fit to serve meanwhile is theirs who wait.
        self.serve_waiting(step);
        if let Some(id) = self.next_warm(step.now_ms) {
            self.one_taken();
            self.assign(step, id, session, &claims, Outcome::Hit);
        } else if self.when_empty() == WhenEmpty::Fail && !planted!(FailWaits) {
            self.refuse_all(step, &claims, &PoolError::NoneWarm { retry_after_ms: RETRY_AFTER_MS });
        } else if too_many || self.queue.len() >= WAITING_MAX {
            self.refuse_all(step, &claims, &PoolError::TooManyWaiting { limit: WAITING_MAX });
        } else {
            claims.iter().for_each(|claim| self.waits(step.now_ms, *claim));
            self.gate.asked_for();
            let deadline_at_ms = self.claim_deadline_ms(step.now_ms);
            let check_at_ms = (step.now_ms + self.config.queue_timeout_ms).min(deadline_at_ms);
            self.queue.push(Waiting {
                session,
                claims,
                queued_at_ms: step.now_ms,
                deadline_at_ms,
                check_at_ms,
            });
        }
    }

    /// Serves those who lost the container they were waiting for a look at, in the
    /// order of their claims: once everything that ends with this event has, so
    /// that none gets what is about to be dropped.
    pub(super) fn serve_displaced(&mut self, step: &mut Step) {
        for (session, claims) in std::mem::take(&mut step.displaced) {
            self.claimed_unheld(step, session, claims);
        }
    }

    /// Gives what is warm to those who came first.
    pub(super) fn serve_waiting(&mut self, step: &mut Step) {
        while !self.queue.is_empty() {
            let Some(id) = self.next_warm(step.now_ms) else { return };
            let Some(waiting) = self.queue.pop() else { return };
            self.assign(step, id, waiting.session, &waiting.claims, Outcome::Miss);
        }
    }

    /// Ends the wait of those whose deadline has come, of those no start is
    /// coming for, and, while the breaker is open, of those who need one.
    pub(super) fn turn_away(&mut self, step: &mut Step) {
        if self.queue.is_empty() || planted!(DeadlineUnanswered) {
            return;
        }
        let coming = self.starts_coming(step.now_ms);
        let no_trial = self.ledger.starting() > 0 || self.gate.paused(step.now_ms);
        if self.gate.breaker_open()
            && self.when_empty() == WhenEmpty::Start
            && no_trial
            && let Some(error) = self.gate.refusal(step.now_ms)
        {
            for waiting in self.queue.take_beyond(coming) {
                self.refuse_all(step, &waiting.claims, &error);
            }
        }
        for waiting in self.queue.take_expired(step.now_ms, coming) {
            let error = self.why_not_served(step.now_ms, &waiting);
            self.refuse_all(step, &waiting.claims, &error);
        }
    }

    /// Answers those who waited for a look at their container.
    pub(super) fn grant_verified(&mut self, step: &mut Step, container: &Container, claims: Vec<ClaimId>) {
        for claim in claims {
            self.grant(step, claim, container, Outcome::Sticky);
        }
    }

    fn is_fresh(&self, step: &Step, container: &Container) -> bool {
        let fresh_ms = planted!(self.config.verify_after_ms(), StickyWithoutLook => u64::MAX);
        step.now_ms.saturating_sub(container.memory.seen_at_ms) < fresh_ms
    }

    fn verify(&mut self, step: &mut Step, claim: ClaimId, mut container: Container) {
        self.waits(step.now_ms, claim);
        container.memory.verifying.push(claim);
        // By a clock that was put back since, a look under way ends too late.
        if container.memory.probing_since_ms.is_none_or(|since_ms| since_ms > step.now_ms) {
            self.probe(step, &mut container, false);
        }
        self.ledger.put(container);
    }

    /// Takes a claim out of those that wait for a look; false if it is not there.
    fn stop_verifying(&mut self, claim: ClaimId) -> bool {
        let verifies = |container: &&Container| container.memory.verifying.contains(&claim);
        let Some(mut container) = self.ledger.iter().find(verifies).cloned() else { return false };
        container.memory.verifying.retain(|other| *other != claim);
        self.ledger.put(container);
        true
    }

    /// The first claim is a hit or a miss; those that joined it find the
    /// session's container there, and are sticky.
    fn assign(
        &mut self,
        step: &mut Step,
        id: ContainerId,
        session: Session,
        claims: &[ClaimId],
        outcome: Outcome,
    ) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        if self.ledger.assigned() == 0 {
            self.sweep.check_assigned_after(step.now_ms + self.config.assigned_check_interval_ms);
        }
        let on_release = self.config.on_release;
        container.memory.failures = 0;
        container.state = State::Assigned { session, claimed_at_ms: step.now_ms, on_release };
        self.ledger.put(container.clone());
        for (at, claim) in claims.iter().enumerate() {
            self.grant(step, *claim, &container, if at == 0 { outcome } else { Outcome::Sticky });
        }
    }

    fn grant(&mut self, step: &mut Step, claim: ClaimId, container: &Container, outcome: Outcome) {
        self.claim_ended(step.now_ms, claim, outcome.into());
        let result = Ok(self.grant_of(container, outcome));
        step.decision.replies.push(Reply { claim, result });
    }

    pub(super) fn grant_of(&self, container: &Container, outcome: Outcome) -> Grant {
        Grant {
            id: container.id,
            name: container.name,
            generation: container.generation,
            outcome,
            hint_ttl_ms: self.hint_ttl_ms(container),
            confirmed_hint_ttl_ms: self.confirmed_hint_ttl_ms(),
        }
    }

    fn refuse_all(&mut self, step: &mut Step, claims: &[ClaimId], error: &PoolError) {
        for claim in claims {
            self.refuse(step, *claim, error.clone());
        }
    }

    fn refuse(&mut self, step: &mut Step, claim: ClaimId, error: PoolError) {
        self.claim_ended(step.now_ms, claim, ClaimEnd::Error);
        step.decision.replies.push(Reply { claim, result: Err(error) });
    }

    /// A claim ends at the latest after `queueTimeout`, and where it has one
    /// started after `startTimeout` more for that start and for every batch of
    /// `startConcurrency` ahead of it.
    fn claim_deadline_ms(&self, now_ms: u64) -> u64 {
        if self.when_empty() != WhenEmpty::Start {
            return now_ms + self.config.queue_timeout_ms;
        }
        let batches = (self.queue.len() / self.config.start_concurrency + 1) as u64;
        let patience_ms = self.config.queue_timeout_ms + self.config.start_timeout_ms.saturating_mul(batches);
        now_ms + patience_ms.min(CLAIM_DEADLINE_MAX_MS)
    }

    fn why_not_served(&self, now_ms: u64, waiting: &Waiting) -> PoolError {
        let waited_ms = now_ms.saturating_sub(waiting.queued_at_ms);
        let tracked = self.ledger.tracked();
        match self.limit(now_ms) {
            _ if now_ms >= waiting.deadline_at_ms && self.when_empty() == WhenEmpty::Start => {
                PoolError::StartTimeout { waited_ms }
            }
            Some(limit) if tracked >= limit => {
                let retry_at_ms = self.gate.retry_at_ms(now_ms).unwrap_or(now_ms + RETRY_AFTER_MS);
                PoolError::CapacityExhausted { tracked, limit, retry_after_ms: retry_at_ms - now_ms }
            }
            _ => self.gate.refusal(now_ms).unwrap_or(PoolError::QueueTimeout { waited_ms }),
        }
    }
}
