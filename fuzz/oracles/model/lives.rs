//! What a container's row may become: a life goes forward, and nobody loses a
//! container but for a reason.

use cf_warm_pool::pool::{
    Change, Container, Decision, Event, Generation, OnRelease, Session, State, StopCause,
};

use super::World;

impl World {
    /// Looks at the changed rows beside those before them.
    pub(super) fn check_lives(&self, event: &Event, decision: &Decision) {
        for change in &decision.changes {
            if let Some(container) = change.container() {
                self.check_life(event, container);
                self.check_end(event, container);
            }
        }
        if let Event::Released { session } = event
            && let Some(held) = self.holder(session)
        {
            let given_up = |change: &Change| {
                change.container().is_some_and(|one| one.id == held.id && one.session() != Some(session))
            };
            assert!(decision.changes.iter().any(given_up), "{session:?} released {}, and keeps it", held.id);
        }
    }

    /// In one life the states come in their order. Another one begins with a
    /// start where the last was destroyed for it, or warm where it was cleaned up.
    fn check_life(&self, event: &Event, container: &Container) {
        let Some(before) = self.rows.get(&container.id) else {
            let first = container.generation == Generation::FIRST;
            assert!(first && rank(&container.state) == 0, "after {event:?}: {container:?} out of nothing");
            return;
        };
        if before.generation == container.generation {
            let forward = rank(&before.state) <= rank(&container.state);
            assert!(forward, "after {event:?}: {before:?} became {container:?}");
            return;
        }
        let next = before.generation.next() == container.generation;
        let begins = match (&before.state, &container.state) {
            (State::Stopping { cause: StopCause::Restart, .. }, State::Starting { .. }) => {
                matches!(event, Event::DestroyAnswered { result: Ok(()), conclusive: true, .. })
            }
            // Whoever waited may have got it at once.
            (
                State::Draining { on_release: OnRelease::Reset, .. },
                State::Warm { .. } | State::Assigned { .. } | State::Stopping { .. },
            ) => matches!(event, Event::ResetAnswered { result: Ok(true), .. }),
            _ => false,
        };
        assert!(next && begins, "after {event:?}: {before:?} became {container:?}");
    }

    /// A session keeps its container until it leaves, or the container ends. It
    /// loses none to make room, for its age or its revision, or for want of an
    /// answer.
    fn check_end(&self, event: &Event, container: &Container) {
        let cause = match container.state {
            State::Draining { cause, .. } | State::Stopping { cause, .. } => cause,
            _ => return,
        };
        let before = self.rows.get(&container.id);
        let ends_already =
            before.is_some_and(|row| matches!(row.state, State::Draining { .. } | State::Stopping { .. }));
        if cause == StopCause::Unhealthy && !ends_already {
            let (_, failures) = self.seen.get(&container.life()).copied().unwrap_or_default();
            let most = self.pool.config().health.unhealthy_after;
            assert!(failures >= most, "after {event:?}: {failures} failed looks");
        }
        let Some(session) = before.and_then(Container::session) else { return };
        let allowed = match (event, cause) {
            (_, StopCause::Stopped | StopCause::Unhealthy) => true,
            (Event::Released { session: left }, StopCause::Released | StopCause::Restart) => left == session,
            (Event::ShutDown, StopCause::Shutdown) => true,
            (Event::DeadlineReached | Event::Woke, StopCause::LeaseEnded | StopCause::Restart) => {
                self.lease_is_over(session)
            }
            _ => false,
        };
        assert!(allowed, "after {event:?}: {} of {session:?} ends: {cause:?}", container.id);
    }

    /// At the earliest `leaseTimeout` after the session's last claim.
    fn lease_is_over(&self, session: &Session) -> bool {
        let lease_ms = self.pool.config().lease_timeout_ms;
        let claimed_at_ms = self.claimed_at_ms.get(session).copied().unwrap_or_default();
        lease_ms > 0 && self.now_ms >= claimed_at_ms + lease_ms
    }

    /// The container recorded as the session's.
    pub(super) fn holder(&self, session: &Session) -> Option<&Container> {
        self.rows.values().find(|row| row.session() == Some(session))
    }
}

fn rank(state: &State) -> u32 {
    match state {
        State::Starting { .. } => 0,
        State::Warm { .. } => 1,
        State::Assigned { .. } => 2,
        State::Draining { .. } => 3,
        State::Stopping { .. } => 4,
    }
}
