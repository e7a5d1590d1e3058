//! Who is served, in which order, and with which container.

use std::collections::BTreeSet;

use cf_warm_pool::pool::limits::HINT_TTL_MS;
use cf_warm_pool::pool::{
    Container, Decision, Event, Grant, Life, OnRelease, Outcome, Reply, Session, State, WhenEmpty,
};

use super::World;

impl World {
    /// First come, first served, and from the container warm longest that is
    /// not too old; a held one is vouched for only if it was seen lately.
    pub(super) fn check_order(&self, event: &Event, decision: &Decision) {
        let mut line = self.line.iter();
        for Reply { claim, result } in &decision.replies {
            let (Ok(grant), Some(session)) = (result, self.asked.get(claim)) else { continue };
            match grant.outcome {
                Outcome::Miss if self.line.contains(session) => {
                    let first = line.next();
                    assert_eq!(first, Some(session), "after {event:?}: {:?} wait", self.line);
                }
                Outcome::Hit => self.check_longest(event, grant),
                Outcome::Sticky if matches!(event, Event::Claimed { .. }) => {
                    let seen = self.seen.get(&life(grant)).map_or(0, |(at_ms, _)| *at_ms);
                    let verify_after_ms = self.pool.config().verify_after_ms();
                    assert!(self.now_ms - seen < verify_after_ms, "after {event:?}: it was not looked at");
                }
                _ => {}
            }
        }
        self.check_empty(event, decision);
    }

    fn check_longest(&self, event: &Event, grant: &Grant) {
        let ready = |row: &Container| match row.state {
            State::Warm { ready_at_ms } => Some(ready_at_ms),
            _ => None,
        };
        let Some(row) = self.rows.get(&grant.id) else { panic!("after {event:?}: {grant:?} of no row") };
        let longer = |other: &&Container| ready(other).is_some_and(|at_ms| Some(at_ms) < ready(row));
        for other in self.rows.values().filter(longer) {
            let passed_over = self.may_be_retiring(other);
            assert!(passed_over, "after {event:?}: {} was warm longer than {}", other.id, grant.id);
        }
    }

    /// Where `whenEmpty` is `fail`, a session that finds nothing is told so.
    fn check_empty(&self, event: &Event, decision: &Decision) {
        let Event::Claimed { claim, session, .. } = event else { return };
        let fails = self.pool.config().when_empty == WhenEmpty::Fail && self.target() > 0;
        if fails && !self.line.contains(session) && self.holder(session).is_none() {
            let answered = decision.replies.iter().any(|reply| reply.claim == *claim);
            assert!(answered, "after {event:?}: {claim:?} waits");
        }
    }

    /// What an event by itself must have led to; and who waits after it.
    pub(super) fn check_event(&mut self, event: &Event) {
        let stats = self.pool.stats(self.now_ms);
        match event {
            Event::StopReported { id } => {
                let state = self.rows.get(id).map(|row| &row.state);
                assert!(matches!(state, None | Some(State::Stopping { .. })), "reported, and {state:?}");
            }
            Event::PrewarmedShutDown => assert!(!stats.primed && stats.warm == 0, "shut down: {stats:?}"),
            Event::ShutDown => {
                assert!(!stats.primed && stats.warm + stats.assigned == 0, "shut down: {stats:?}");
            }
            Event::Primed { .. } => assert!(stats.primed, "primed: {stats:?}"),
            _ => {}
        }
        let holders: BTreeSet<&Session> = self.rows.values().filter_map(Container::session).collect();
        self.claimed_at_ms.retain(|session, _| holders.contains(session));
        let waits = |session: &Session| {
            !holders.contains(session) && self.asked.values().any(|asked| asked == session)
        };
        self.line.retain(|session| waits(session));
        for session in self.asked.values() {
            if waits(session) && !self.line.contains(session) {
                self.line.push(session.clone());
            }
        }
    }

    /// A life serves one session, was seen healthy before it did, and is hinted
    /// at only while nobody else can get it.
    pub(super) fn check_grant(&mut self, event: &Event, grant: &Grant, session: &Session) {
        let life = life(grant);
        let owner = self.granted.entry(life).or_insert_with(|| session.clone());
        assert_eq!(owner, session, "{life:?} serves two sessions");
        assert!(self.healthy.contains(&life), "{life:?} was never seen healthy");
        let row = self.rows.get(&grant.id);
        let Some(row) = row.filter(|row| row.life() == life && row.session() == Some(session)) else {
            panic!("{life:?} was granted to {session:?} and is {row:?}")
        };
        if grant.outcome != Outcome::Sticky {
            assert!(self.may_be_current(row), "{row:?} was handed out");
        } else if !matches!(event, Event::Claimed { .. }) {
            // It waited for a look, and its lease runs from when it asked.
            return;
        }
        let State::Assigned { claimed_at_ms, on_release, .. } = row.state else { return };
        let lease_ms = self.pool.config().lease_timeout_ms;
        let most_ms = match (on_release, lease_ms) {
            (OnRelease::Destroy, 0) => HINT_TTL_MS,
            (OnRelease::Destroy, _) => {
                let ends_at_ms = claimed_at_ms.max(self.pool_row.leases_from_ms) + lease_ms;
                HINT_TTL_MS.min((ends_at_ms + lease_ms / 4).saturating_sub(self.now_ms + lease_ms))
            }
            _ => 0,
        };
        assert!(grant.hint_ttl_ms <= most_ms, "{} ms of a hint, {most_ms} are the most", grant.hint_ttl_ms);
    }
}

fn life(grant: &Grant) -> Life {
    Life { id: grant.id, generation: grant.generation }
}
