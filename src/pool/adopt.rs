//! A pool takes over what an earlier package kept in the same object.

use std::rc::Rc;

use super::config::{Config, OnRelease};
use super::container::{Container, Memory, State, StopCause};
use super::decision::PoolRow;
use super::gate::Learned;
use super::identity::{Generation, Identity, Session};
use super::{Pool, Step};

/// When a container became ready that was taken over and not looked at since.
/// It is recorded like that: a memory that is lost before the look must not
/// take somebody else's word for the container either.
const READY_UNSEEN_MS: u64 = 0;

impl Pool {
    /// Whether nothing is recorded of the pool but what it counts.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.recorded_pool == PoolRow::default() && self.ledger.tracked() == 0
    }

    /// Tracks every container it is told of, however many, and has each looked
    /// at; a pool that has rows of its own keeps to them. Where a container is
    /// named twice, the first session that is said to hold it does. Whatever a
    /// session would hold beside its first container has lost its session.
    pub(super) fn adopted(
        &mut self,
        step: &mut Step,
        warm: Vec<Identity>,
        assigned: Vec<(Identity, Session)>,
        released: Vec<Identity>,
        config: Rc<Config>,
        limit: Option<usize>,
    ) {
        if !self.is_untouched() {
            return;
        }
        self.config = config;
        self.configured = true;
        // It may have been raised since, so the first start that is missing tries it.
        self.gate.learned = limit.map(|limit| Learned { limit, retry_at_ms: step.now_ms, step: 0 });
        let mut left = Vec::new();
        for (identity, session) in assigned {
            if self.ledger.held_by(&session).is_some() {
                left.push(identity);
                continue;
            }
            let on_release = self.config.on_release;
            let state = State::Assigned { session, claimed_at_ms: step.now_ms, on_release };
            self.adopt(step, identity, state);
        }
        for identity in left.into_iter().chain(released) {
            let deadline_at_ms = step.now_ms + self.config.drain_timeout_ms;
            let (cause, on_release) = (StopCause::Released, OnRelease::Destroy);
            if self.adopt(step, identity, State::Draining { cause, deadline_at_ms, on_release }) {
                self.drain_due(step, identity.id);
            }
        }
        for identity in warm {
            self.adopt(step, identity, State::Warm { ready_at_ms: READY_UNSEEN_MS });
        }
        self.prime();
        self.sweep.refresh_at_ms = step.now_ms;
        self.sweep.assigned_check_at_ms = step.now_ms;
        self.refresh_due(step);
    }

    /// False if it is tracked already. Its age is not known: it counts from here.
    fn adopt(&mut self, step: &Step, identity: Identity, state: State) -> bool {
        if self.ledger.container(identity.id).is_some() {
            return false;
        }
        self.ledger.put(Container {
            id: identity.id,
            name: identity.name,
            generation: Generation::FIRST,
            created_at_ms: step.now_ms,
            revision: None,
            state,
            memory: Memory::default(),
        });
        true
    }
}

impl Container {
    /// Whether it is warm on somebody else's word only.
    #[must_use]
    pub(super) fn awaits_first_look(&self) -> bool {
        // With a clock that begins at 0, a start may end at 0 as well.
        self.created_at_ms > 0 && self.state == State::Warm { ready_at_ms: READY_UNSEEN_MS }
    }

    /// Notes that it was seen to be well.
    pub(super) fn seen_well(&mut self, now_ms: u64) {
        if self.awaits_first_look() {
            self.state = State::Warm { ready_at_ms: now_ms };
        }
        self.memory.seen_at_ms = now_ms;
        self.memory.failures = 0;
    }
}
