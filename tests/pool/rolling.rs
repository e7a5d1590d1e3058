//! A rollout of a hundred warm containers beside fifty of sessions, under
//! claims, in simulated time.

use std::collections::BTreeSet;
use std::rc::Rc;

use cf_warm_pool::pool::{Config, Container, ContainerId, Event, Life, Rollout, Session, State, StopCause};

use crate::driver::{T0, target};
use crate::event_loop::EventLoop;
use crate::life::revision;

const TARGET: usize = 100;
const ASSIGNED: usize = 50;
const START_MS: u64 = 1_500;
/// Claims come for so long.
const CLAIMS_MS: u64 = 30_000;

fn of(text: &str, order_ms: u64, rollout: Rollout) -> Config {
    let config = Config { rollout, start_concurrency: 20, refresh_interval_ms: 60_000, ..target(TARGET) };
    revision(text, order_ms, config)
}

/// What there was before an event.
struct Before {
    warm: BTreeSet<ContainerId>,
    assigned: Vec<(Life, Session)>,
    waiting: usize,
}

fn before(event_loop: &EventLoop) -> Before {
    let warm = |one: &&Container| matches!(one.state, State::Warm { .. });
    let assigned = |one: &Container| one.session().map(|session| (one.life(), session.clone()));
    Before {
        warm: event_loop.pool.containers().filter(warm).map(|one| one.id).collect(),
        assigned: event_loop.pool.containers().filter_map(assigned).collect(),
        waiting: event_loop.pool.stats(event_loop.now_ms).waiting,
    }
}

/// Rolls out revision b; the figures at the end are how long it took and how
/// many claims were served meanwhile.
fn roll_out(rollout: Rollout) -> (u64, usize) {
    let mut event_loop = EventLoop::new(of("a", 1, rollout), START_MS);
    for n in 0..ASSIGNED {
        event_loop.claim_at(T0 + 20_000, &format!("held {n}"));
    }
    event_loop.run(T0 + 40_000);
    let begin_ms = event_loop.now_ms;
    let stats = event_loop.pool.stats(begin_ms);
    assert_eq!((stats.warm, stats.assigned, stats.total()), (TARGET, ASSIGNED, TARGET + ASSIGNED));
    event_loop.at(begin_ms, Event::Configured { config: Rc::new(of("b", 2, rollout)) });
    for n in 0..60 {
        event_loop.claim_at(begin_ms + CLAIMS_MS / 60 * n, &format!("new {n}"));
    }
    let mut done_ms = None;
    let mut was = before(&event_loop);
    let goes_on = |done_ms: Option<u64>| done_ms.is_none_or(|took_ms| took_ms < CLAIMS_MS);
    while goes_on(done_ms)
        && let Some((event, decision)) = event_loop.step(begin_ms + 600_000)
    {
        let stats = event_loop.pool.stats(event_loop.now_ms);
        // None that a session holds is stopped, or changed at all.
        for (life, session) in &was.assigned {
            assert_eq!(
                event_loop.pool.lookup(session).map(|held| Life { id: held.id, generation: held.generation }),
                Some(*life)
            );
        }
        // None of the earlier revision is handed out.
        for grant in decision.replies.iter().map(|reply| reply.result.as_ref().unwrap()) {
            let is = event_loop.pool.containers().find(|container| container.id == grant.id).unwrap();
            assert_eq!(is.revision.as_deref(), Some("b"), "after {event:?}");
        }
        // Those the pool stops by itself leave enough.
        let stopped = event_loop.pool.containers().any(|container| {
            matches!(container.state, State::Stopping { cause: StopCause::Outdated, .. })
                && was.warm.contains(&container.id)
        });
        assert!(!stopped || stats.warm >= TARGET - rollout.unavailable_max, "{} ready", stats.warm);
        // Those that are leaving apart, there are never more than may be.
        let most = TARGET + rollout.surge_max + stats.assigned + stats.waiting.max(was.waiting);
        assert!(stats.total() - stats.stopping <= most, "{} of {most} after {event:?}", stats.total());
        was = before(&event_loop);
        let stale = event_loop
            .pool
            .containers()
            .any(|container| container.revision.as_deref() == Some("a") && container.session().is_none());
        done_ms = (!stale).then_some(event_loop.now_ms - begin_ms);
    }
    event_loop.run(event_loop.now_ms + 5_000);
    let stats = event_loop.pool.stats(event_loop.now_ms);
    assert_eq!((stats.warm, stats.total(), event_loop.unanswered()), (TARGET, TARGET + ASSIGNED + 60, 0));
    (done_ms.expect("it is done"), event_loop.granted() - ASSIGNED)
}

#[test]
fn a_hundred_warm_beside_fifty_of_sessions_are_replaced_within_the_bounds_under_claims() {
    for (surge_max, unavailable_max) in [(1, 0), (0, 1), (3, 2), (100, 0), (10, 10)] {
        let (took_ms, served) = roll_out(Rollout { surge_max, unavailable_max });
        assert_eq!(served, 60);
        // As many at a time as may be missing or too many, each in its start's time.
        let batches = TARGET.div_ceil(surge_max + unavailable_max).max(TARGET / 20) as u64;
        let most_ms = CLAIMS_MS.max((batches + 8) * (START_MS + 700)) + 2 * START_MS;
        assert!(took_ms <= most_ms, "{surge_max}/{unavailable_max}: {took_ms} ms");
    }
}
