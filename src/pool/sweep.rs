//! The round of looks under way, and how many of them there are at once.

use std::collections::{BTreeSet, VecDeque};

use super::identity::{ContainerId, Life};
use super::limits::{LOOK_SLOW_MS, LOOKS_AMONG_CLAIMS, LOOKS_AT_ONCE_MAX};

/// The round of looks under way. Lives in memory, but for when the assigned
/// ones were last looked at: a memory that is rebuilt at every alarm must not
/// wake them all each time.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// When the warm ones are looked at next.
    pub refresh_at_ms: u64,
    /// When the assigned ones are looked at next.
    pub assigned_check_at_ms: u64,
    /// When they were last.
    pub assigned_checked_at_ms: u64,
    /// Whether the refill of a pool that refills at refreshes is due.
    pub refill_due: bool,
    /// Containers still to be looked at in this round.
    backlog: VecDeque<ContainerId>,
    /// Looks asked for and not answered, by when they were asked for.
    pub under_way: BTreeSet<(u64, Life)>,
    /// When a container last answered.
    pub answered_at_ms: u64,
    /// Looks that ended since the last claim; `None`: there was none in this memory.
    ended_since_claim: Option<usize>,
}

impl Sweep {
    /// The sweep of a rebuilt pool.
    pub fn resume(assigned_checked_at_ms: u64) -> Self {
        Self { assigned_checked_at_ms, ..Self::default() }
    }

    /// The first warm container was just seen: its next look is not overdue.
    pub fn rest_until(&mut self, at_ms: u64) {
        self.refresh_at_ms = self.refresh_at_ms.max(at_ms);
    }

    /// The first assigned container was just seen.
    pub fn check_assigned_after(&mut self, at_ms: u64) {
        self.assigned_check_at_ms = self.assigned_check_at_ms.max(at_ms);
    }

    /// Queues those that are not queued already from a round that is not done.
    pub fn enqueue(&mut self, ids: Vec<ContainerId>) {
        let queued: BTreeSet<_> = self.backlog.iter().copied().collect();
        self.backlog.extend(ids.into_iter().filter(|id| !queued.contains(id)));
    }

    /// The next of those queued, if one more may be looked at now. A claim's turn
    /// comes after the answers that came before it: once a session has claimed
    /// there are few looks at once, and one more with each time as many that ended
    /// since.
    pub fn next(&mut self, now_ms: u64) -> Option<ContainerId> {
        let since_claim = |ended| LOOKS_AMONG_CLAIMS + ended / LOOKS_AMONG_CLAIMS;
        let at_once = self.ended_since_claim.map_or(LOOKS_AT_ONCE_MAX, since_claim);
        let there_is_room = !self.backlog.is_empty()
            && self.under_way.len() < LOOKS_AT_ONCE_MAX
            && self.expected(now_ms).count() < at_once;
        if there_is_room { self.backlog.pop_front() } else { None }
    }

    /// When those under way are so slow that they hold up no more of those
    /// queued. To a multiple of that time, so that a timer is seldom moved.
    pub fn next_turn_ms(&self, now_ms: u64) -> Option<u64> {
        if self.backlog.is_empty() {
            return None;
        }
        let (since_ms, _) = self.expected(now_ms).next()?;
        Some((since_ms + LOOK_SLOW_MS).next_multiple_of(LOOK_SLOW_MS))
    }

    /// Looks that may be answered any moment. Those that hang are no load.
    fn expected(&self, now_ms: u64) -> impl Iterator<Item = &(u64, Life)> {
        self.under_way
            .iter()
            .filter(move |(since_ms, _)| (*since_ms..*since_ms + LOOK_SLOW_MS).contains(&now_ms))
    }

    /// A session claims, whatever for.
    pub fn claim_came(&mut self) {
        self.ended_since_claim = Some(0);
    }

    /// A look begins. Where the clock was put back, answers from before are not
    /// later than it.
    pub fn look_asked(&mut self, now_ms: u64, life: Life) {
        if self.answered_at_ms > now_ms {
            self.answered_at_ms = 0;
        }
        self.under_way.insert((now_ms, life));
    }

    /// A look was answered, or given up. One that has ended already counts once.
    pub fn look_ended(&mut self, since_ms: u64, life: Life) {
        let ended = usize::from(self.under_way.remove(&(since_ms, life)));
        self.ended_since_claim = self.ended_since_claim.map(|before| before.saturating_add(ended));
    }

    /// The container is gone, and a look at it ends with it.
    pub fn forget(&mut self, life: Life) {
        let of_it = |sweep: &Self| sweep.under_way.iter().find(|(_, other)| *other == life).copied();
        while let Some(look) = of_it(self) {
            self.under_way.remove(&look);
        }
    }
}
