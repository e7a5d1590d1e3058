//! When a session's lease ends: not before it went so long without a claim, and
//! not long after.

use cf_warm_pool::pool::{Event, State, StopCause};

use super::{Checked, Commit, Move, Reference, hold};
use crate::clients::session;
use crate::happening::{Number, SessionNo};

/// An answer on its way to a client that uses its hint from then on, and a
/// clock that is put forward by a little meanwhile.
const SLACK_MS: u64 = 250;

/// A lease is over after that share more of it, so that no claim has to be recorded.
const fn with_grace_ms(lease_ms: u64) -> u64 {
    lease_ms + lease_ms / 4
}

impl Reference {
    /// A session used a container without asking the pool. Hints written before
    /// `leaseTimeout` was changed go by the one before.
    pub fn hint_used(&mut self, number: SessionNo, container: Number, written_at_ms: u64, clock_ms: u64) {
        let session = session(number);
        if let Some(row) = self.rows.get_mut(&container).filter(|row| row.belongs_to(&session))
            && written_at_ms >= self.leases_from_ms + SLACK_MS
        {
            row.used_at_ms = clock_ms;
        }
    }

    pub(super) fn check_leases(&mut self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let lease_ms = commit.pool.config().lease_timeout_ms;
        for step in moves.iter().filter(|step| ends_lease(step, commit.event)) {
            self.counted.lease_ends += 1;
            self.totals.lease_ends += 1;
            let used_at_ms = step.from.as_ref().map_or(0, |from| from.used_at_ms);
            let over_at_ms = used_at_ms.max(self.leases_from_ms) + lease_ms;
            hold!(
                "8 lease",
                lease_ms > 0 && commit.clock_ms + SLACK_MS >= over_at_ms,
                "the lease of container {} ended at {}, not before {over_at_ms}",
                step.number,
                commit.clock_ms
            );
        }
        if lease_ms == 0 || !matches!(commit.event, Event::DeadlineReached | Event::Woke) {
            return Ok(());
        }
        for (number, row) in &self.rows {
            let over_at_ms = self.lease_over_at_ms(row.claimed_at_ms, lease_ms);
            let held = matches!(row.container.state, State::Assigned { .. });
            hold!(
                "8 lease",
                !held || commit.clock_ms < over_at_ms,
                "the lease of container {number} is over since {over_at_ms}, and it is still assigned"
            );
        }
        Ok(())
    }

    pub(super) fn lease_over_at_ms(&self, claimed_at_ms: u64, lease_ms: u64) -> u64 {
        claimed_at_ms.max(self.leases_from_ms) + with_grace_ms(lease_ms)
    }
}

/// A session that leaves at a deadline leaves because of its lease.
pub(super) fn ends_lease(step: &Move, event: &Event) -> bool {
    let cause = match step.to() {
        Some(State::Draining { cause, .. } | State::Stopping { cause, .. }) => *cause,
        _ => return false,
    };
    step.leaves()
        && matches!(event, Event::DeadlineReached | Event::Woke)
        && matches!(cause, StopCause::LeaseEnded | StopCause::Restart)
}
