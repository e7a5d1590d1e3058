//! A session leaves: it gives its container up, or its lease ends.

use super::config::OnRelease;
use super::container::{Container, State, StopCause};
use super::identity::{ContainerId, Session};
use super::limits::{LEASE_GRACE_SHARE, LEASE_RENEWAL_SHARE};
use super::{Pool, Step};

impl Pool {
    /// The session holds nothing from here on. One that holds nothing already
    /// changes nothing.
    pub(super) fn released(&mut self, step: &mut Step, session: &Session) {
        let Some(id) = self.ledger.held_by(session).map(|container| container.id) else { return };
        self.counters.releases += 1;
        planted!(ReleaseForgotten => return);
        self.let_go(step, id, StopCause::Released);
    }

    /// Ends every lease that is over.
    pub(super) fn end_leases(&mut self, step: &mut Step) {
        let over =
            |claimed_at_ms| self.lease_ends_ms(claimed_at_ms).is_some_and(|at_ms| at_ms <= step.now_ms);
        let leases = self.ledger.leases().take_while(|(claimed_at_ms, _)| over(*claimed_at_ms));
        let ids: Vec<_> = leases.map(|(_, id)| id).collect();
        self.counters.lease_ends += ids.len() as u64;
        for id in ids {
            self.let_go(step, id, StopCause::LeaseEnded);
        }
    }

    /// When the next lease is over.
    pub(super) fn next_lease_ends_ms(&self) -> Option<u64> {
        let (claimed_at_ms, _) = self.ledger.leases().next()?;
        self.lease_ends_ms(claimed_at_ms)
    }

    /// `leaseTimeout` after the claim that was recorded last, and a share more
    /// for those that were not.
    fn lease_ends_ms(&self, claimed_at_ms: u64) -> Option<u64> {
        let lease_ms = self.config.lease_timeout_ms;
        let from_ms = claimed_at_ms.max(self.leases_from_ms);
        let grace_ms = planted!(lease_ms / LEASE_GRACE_SHARE, LeaseWithoutGrace => 0);
        (lease_ms > 0).then_some(from_ms + lease_ms + grace_ms)
    }

    /// A claim renews its session's lease. Most claims come soon after one that
    /// was recorded, and are not.
    pub(super) fn renew_lease(&mut self, step: &Step, container: &mut Container) {
        let lease_ms = self.config.lease_timeout_ms;
        let State::Assigned { claimed_at_ms, .. } = &mut container.state else { return };
        planted!(LeaseNotRenewed => return);
        if lease_ms > 0 && step.now_ms >= *claimed_at_ms + lease_ms / LEASE_RENEWAL_SHARE {
            *claimed_at_ms = step.now_ms;
            self.ledger.put(container.clone());
        }
    }

    /// How long a hint may name the container without its saying whom it serves:
    /// not at all where another session may get it.
    pub(super) fn hint_ttl_ms(&self, container: &Container) -> u64 {
        match container.state {
            State::Assigned { on_release: OnRelease::Destroy, .. } => self.confirmed_hint_ttl_ms(),
            _ => 0,
        }
    }

    /// How long a hint may name a container that does.
    pub(super) fn confirmed_hint_ttl_ms(&self) -> u64 {
        self.config.hint_ttl_ms()
    }

    /// The container no longer belongs to its session, which gets another with
    /// its next claim. Requests under way may end first.
    pub(super) fn let_go(&mut self, step: &mut Step, id: ContainerId, cause: StopCause) {
        let Some(mut container) = self.ledger.container(id).cloned() else { return };
        let State::Assigned { session, on_release, .. } = container.state else { return };
        let on_release = if cause == StopCause::Shutdown { OnRelease::Destroy } else { on_release };
        let deadline_at_ms = step.now_ms + self.config.drain_timeout_ms;
        container.state = State::Draining { cause, deadline_at_ms, on_release };
        container.memory.attempts = 0;
        let verifying = std::mem::take(&mut container.memory.verifying);
        self.ledger.put(container);
        self.drain_due(step, id);
        step.displace(session, verifying);
    }
}
