//! A pool takes over what an earlier package kept in the same object.

use std::rc::Rc;

use cf_warm_pool::pool::{
    Config, Container, Counters, Decision, Event, Gate, Identity, Learned, OnRelease, Outcome, PoolRow, Seen,
    Session, State, StopCause,
};

use crate::driver::{Driver, NONE, T0, id, name, probes, session, starts, target};
use crate::expected::{Expected, assigned, nothing, primed, warm};

/// Its look is still to come.
const UNSEEN: u64 = 0;

fn identity(n: u8) -> Identity {
    Identity { name: name(n), id: id(n) }
}

fn identities(numbers: &[u8]) -> Vec<Identity> {
    numbers.iter().copied().map(identity).collect()
}

fn sessions(held: &[(u8, &str)]) -> Vec<(Identity, Session)> {
    held.iter().map(|(n, text)| (identity(*n), session(text))).collect()
}

fn adopted(warm: &[u8], held: &[(u8, &str)], config: Config) -> Event {
    Event::Adopted {
        warm: identities(warm),
        assigned: sessions(held),
        released: Vec::new(),
        config: Rc::new(config),
        limit: None,
    }
}

/// A pool that took over those.
fn adopter(warm: &[u8], held: &[(u8, &str)], config: Config) -> Driver {
    let mut driver = Driver::new();
    driver.handle(adopted(warm, held, config));
    driver.fresh.made = 100;
    driver
}

/// The pool's row once the assigned containers are looked at.
fn looked_at(config: Config) -> PoolRow {
    PoolRow { assigned_checked_at_ms: T0, ..primed(config) }
}

fn draining(n: u8) -> Container {
    let (cause, on_release) = (StopCause::Released, OnRelease::Destroy);
    let state = State::Draining { cause, deadline_at_ms: T0 + 30_000, on_release };
    Container { state, ..warm(n, T0, T0) }
}

#[test]
fn three_warm_and_five_assigned_are_tracked_and_looked_at_and_none_is_started_or_stopped() {
    let held = [(4, "a"), (5, "b"), (6, "c"), (7, "d"), (8, "e")];
    let decision = Driver::new().handle(adopted(&[1, 2, 3], &held, target(3)));
    let mut expected = nothing();
    for n in 1..=3 {
        expected = expected.put(warm(n, T0, UNSEEN)).renew(n);
    }
    for (n, text) in held {
        expected = expected.put(assigned(n, T0, text, T0)).probe(n);
    }
    assert_eq!(decision, expected.put_pool(looked_at(target(3))).alarm(T0 + 10_000));
}

#[test]
fn a_session_gets_its_container_back_after_one_look() {
    let mut driver = adopter(&[], &[(1, "a")], target(0));
    assert_eq!(driver.claim("a").replies, vec![]);
    assert_eq!(driver.alive(1).replies, nothing().granted(1, 1, Outcome::Sticky).replies);
}

#[test]
fn a_warm_one_is_handed_out_once_it_was_seen() {
    let mut driver = adopter(&[1, 2], &[], target(2));
    assert_eq!(driver.pass(10).alive(2).changes, nothing().put(warm(2, T0, T0 + 10)).changes);
    assert_eq!(driver.claim("a").replies, nothing().granted(1, 2, Outcome::Hit).replies);
    assert_eq!(driver.claim("b").replies, vec![], "the other was not seen");
}

#[test]
fn one_who_came_before_the_first_look_gets_what_it_finds() {
    let mut driver = adopter(&[1], &[], target(1));
    assert_eq!(driver.claim("a").replies, vec![]);
    assert_eq!(driver.alive(1).replies, nothing().granted(1, 1, Outcome::Miss).replies);
}

#[test]
fn a_warm_one_found_stopped_is_replaced_and_never_handed_out() {
    let mut driver = adopter(&[1], &[], target(1));
    let found = driver.seen(1, Seen::Stopped);
    assert_eq!((starts(&found), driver.figures()), (vec![101], [1, 0, 0, 1, 0]));
}

#[test]
fn a_memory_lost_before_the_first_look_does_not_hand_out_what_nobody_saw() {
    let mut driver = adopter(&[1], &[(2, "a")], target(1));
    assert_eq!(probes(&driver.pass(1_000).wake()), [1]);
    assert_eq!(driver.claim("b").replies, vec![]);
    assert_eq!(driver.alive(1).replies, nothing().granted(1, 1, Outcome::Miss).replies);
    assert_eq!(driver.claim("a").replies, vec![]);
    assert_eq!(driver.alive(2).replies, nothing().granted(2, 2, Outcome::Sticky).replies);
}

#[test]
fn an_unanswered_first_look_leaves_it_warm_and_unseen() {
    let mut driver = adopter(&[1], &[], target(1));
    assert_eq!(driver.unknown(1).changes, vec![]);
    assert_eq!(driver.figures(), [0, 1, 0, 0, 0]);
    assert_eq!(probes(&driver.after(10_000)), [1]);
}

#[test]
fn told_twice_it_changes_nothing() {
    let mut driver = adopter(&[1], &[(2, "a")], target(1));
    let again = driver.handle(adopted(&[3], &[(4, "b")], target(5)));
    assert_eq!(again, nothing().alarm(T0 + 10_000));
}

#[test]
fn a_pool_with_rows_of_its_own_keeps_to_them() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(driver.handle(adopted(&[7], &[(8, "a")], target(9))), nothing().alarm(T0 + 10_000));
    let mut driver = Driver::configured(target(0));
    assert_eq!(driver.handle(adopted(&[7], &[], target(9))), nothing());
}

#[test]
fn what_only_counted_still_takes_over() {
    let mut driver = Driver::new();
    driver.handle(Event::GarbageReported);
    driver.handle(Event::StatsAsked);
    assert_ne!(driver.counters_row, Counters::default());
    driver.handle(adopted(&[1], &[], target(1)));
    assert_eq!(driver.figures(), [0, 1, 0, 0, 0]);
}

#[test]
fn of_two_claims_on_a_container_the_first_session_has_it() {
    let driver = adopter(&[1], &[(1, "a"), (1, "b")], target(0));
    assert_eq!(driver.rows, [assigned(1, T0, "a", T0)]);
}

#[test]
fn of_two_containers_of_a_session_the_second_has_lost_it() {
    let mut driver = Driver::new();
    let decision = driver.handle(adopted(&[2], &[(1, "a"), (2, "a")], target(0)));
    let expected = nothing().put(assigned(1, T0, "a", T0)).put(draining(2)).put_pool(looked_at(target(0)));
    assert_eq!(decision, expected.probe(2).probe(1).alarm(T0 + 500));
}

#[test]
fn the_container_of_a_session_that_is_none_here_may_finish_and_goes() {
    let mut driver = Driver::new();
    let mut event = adopted(&[1, 2], &[(2, "a")], target(0));
    if let Event::Adopted { released, .. } = &mut event {
        *released = identities(&[1, 2, 3]);
    }
    driver.handle(event);
    assert_eq!(driver.rows, [draining(1), assigned(2, T0, "a", T0), draining(3)]);
    assert_eq!(driver.numbers(|state| matches!(state, State::Draining { .. })), [1, 3]);
    driver.after(30_000);
    let leaving = |state: &State| matches!(state, State::Stopping { cause: StopCause::Released, .. });
    assert_eq!(driver.numbers(leaving), [1, 3]);
}

#[test]
fn more_than_the_target_are_tracked_before_they_are_stopped() {
    let mut driver = Driver::new();
    let decision = driver.handle(adopted(&[1, 2, 3], &[], target(1)));
    assert_eq!((decision.changes.len(), driver.figures()), (4, [0, 1, 0, 2, 0]));
}

#[test]
fn fewer_than_the_target_are_filled_up_by_the_refill() {
    let mut driver = Driver::new();
    driver.fresh.made = 100;
    assert_eq!(starts(&driver.handle(adopted(&[1], &[(2, "a")], target(3)))), [101, 102]);
}

fn limited(warm: &[u8], limit: usize, config: Config) -> (Driver, Decision) {
    let mut driver = Driver::new();
    driver.fresh.made = 100;
    let mut event = adopted(warm, &[], config);
    if let Event::Adopted { limit: known, .. } = &mut event {
        *known = Some(limit);
    }
    let decision = driver.handle(event);
    (driver, decision)
}

#[test]
fn a_known_maximum_is_tried_by_one_start_at_once() {
    let (mut driver, decision) = limited(&[1, 2], 2, target(4));
    assert_eq!(starts(&decision), [101]);
    let learned = Some(Learned { limit: 2, retry_at_ms: T0, step: 0 });
    assert_eq!(driver.pool_row, PoolRow { gate: Gate { learned, ..Gate::default() }, ..primed(target(4)) });
    assert_eq!(starts(&driver.started(101)), [102], "there is room again");
}

#[test]
fn a_known_maximum_starts_nothing_where_nothing_is_missing() {
    let (_, decision) = limited(&[1, 2], 2, target(2));
    assert_eq!(starts(&decision), NONE);
}

#[test]
fn more_than_the_known_maximum_are_all_tracked() {
    let (driver, decision) = limited(&[1, 2, 3], 1, target(3));
    assert_eq!((starts(&decision), driver.figures()), (vec![], [0, 3, 0, 0, 0]));
}

#[test]
fn a_caller_of_a_revision_has_what_was_taken_over_replaced() {
    let mut driver = adopter(&[1], &[(2, "a")], target(1));
    driver.alive(1);
    let config = Config { revision: Some("v2".into()), ..target(1) };
    assert_eq!(starts(&driver.configure(config)), [101]);
    assert_eq!(driver.figures(), [1, 1, 1, 0, 0]);
}
