//! A session asks for its container.

use std::rc::Rc;

use cf_warm_pool::pool::limits::WAITING_MAX;
use cf_warm_pool::pool::{ClaimId, Config, Decision, Event, Outcome, PoolError, Seen, State, StopCause};

use crate::driver::{Driver, T0, life, probes, refused, session, small, starts, target};
use crate::expected::{Expected, assigned, nothing, primed, starting, stopping};
use crate::life::revision;

#[test]
fn a_hit_hands_out_a_warm_container_and_starts_its_replacement_in_the_same_decision() {
    let mut driver = Driver::filled(target(2));
    let hit = driver.pass(5).claim("a");
    let expected = nothing()
        .put(assigned(1, T0, "a", T0 + 5))
        .put(starting(3, T0 + 5))
        .granted(1, 1, Outcome::Hit)
        .start(3)
        .alarm(T0 + 10_000);
    assert_eq!(hit, expected);
}

#[test]
fn a_session_gets_its_container_again_and_nothing_is_written() {
    let mut driver = Driver::filled(target(2));
    driver.pass(5).claim("a");
    assert_eq!(driver.pass(5).claim("a"), nothing().granted(2, 1, Outcome::Sticky).alarm(T0 + 10_000));
}

#[test]
fn the_container_ready_longest_is_handed_out() {
    let mut driver = Driver::configured(target(3));
    for n in [2, 3, 1] {
        driver.pass(100).started(n);
    }
    let order: Vec<_> = ["a", "b", "c"]
        .map(|text| driver.pass(1).claim(text).replies[0].result.clone().unwrap().id.0[0])
        .into();
    assert_eq!(order, [2, 3, 1]);
}

#[test]
fn a_miss_waits_for_the_start_it_causes() {
    let mut driver = Driver::configured(target(0));
    let asked = driver.claim("a");
    assert_eq!(asked, nothing().put(starting(1, T0)).start(1).alarm(T0 + 30_000).timer(T0 + 10_000));
    let ready = driver.pass(3_000).started(1);
    let expected =
        nothing().put(assigned(1, T0, "a", T0 + 3_000)).granted(1, 1, Outcome::Miss).alarm(T0 + 13_000); // the counters' row
    assert_eq!(ready, expected);
}

#[test]
fn second_claim_while_starting_joins_the_same_container() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    assert_eq!(driver.pass(1).claim("a"), nothing().alarm(T0 + 30_000).timer(T0 + 10_000));
    let ready = driver.pass(1).started(1);
    let expected = nothing()
        .put(assigned(1, T0, "a", T0 + 2))
        .granted(1, 1, Outcome::Miss)
        .granted(2, 1, Outcome::Sticky)
        .alarm(T0 + 10_002);
    assert_eq!(ready, expected);
}

#[test]
fn two_hundred_claims_of_one_session_on_an_empty_pool_start_one_and_the_target() {
    let mut driver = Driver::new();
    let config = Rc::new(target(2));
    let mut all_starts = Vec::new();
    for n in 1..=200 {
        let config = Some(Rc::clone(&config));
        let decision = driver.handle(Event::Claimed { claim: ClaimId(n), session: session("a"), config });
        assert_eq!(decision.replies, []);
        all_starts.extend(starts(&decision));
    }
    assert_eq!(all_starts, [1, 2, 3]);
    let ready = driver.started(2);
    assert_eq!(ready.replies.len(), 200);
    assert!(ready.replies.iter().all(|reply| reply.result.as_ref().unwrap().id.0[0] == 2));
    driver.all_start();
    assert_eq!(driver.figures(), [0, 2, 1, 0, 0]);
}

#[test]
fn the_first_claim_of_a_new_pool_records_its_config_and_starts_the_fill() {
    let mut driver = Driver::new();
    let config = Some(Rc::new(target(1)));
    let first = driver.handle(Event::Claimed { claim: ClaimId(1), session: session("a"), config });
    let expected = nothing()
        .put(starting(1, T0))
        .put(starting(2, T0))
        .put_pool(primed(target(1)))
        .start(1)
        .start(2)
        .alarm(T0 + 30_000)
        .timer(T0 + 10_000);
    assert_eq!(first, expected);
}

#[test]
fn who_came_first_is_served_first_whichever_start_ends_first() {
    let mut driver = Driver::configured(target(0));
    for text in ["a", "b", "c"] {
        driver.claim(text);
    }
    let mut served = Vec::new();
    for n in [3, 1, 2] {
        let reply = driver.pass(1).started(n).replies[0].clone();
        served.push((reply.claim.0, reply.result.unwrap().id.0[0]));
    }
    assert_eq!(served, [(1, 3), (2, 1), (3, 2)]);
}

#[test]
fn a_start_meant_for_the_refill_serves_a_waiting_session() {
    let mut driver = Driver::configured(target(1));
    let waits = driver.pass(10).claim("a");
    let expected = nothing().put(starting(2, T0 + 10)).start(2).alarm(T0 + 30_000).timer(T0 + 10_010);
    assert_eq!(waits, expected);
    let ready = driver.pass(10).started(1);
    let expected =
        nothing().put(assigned(1, T0, "a", T0 + 20)).granted(1, 1, Outcome::Miss).alarm(T0 + 10_020);
    assert_eq!(ready, expected);
}

#[test]
fn a_claim_with_a_refused_config_is_refused_and_leaves_the_pool_as_it_was() {
    let mut driver = Driver::filled(target(1));
    let config = Config { container_binding: Some("OTHER".to_owned()), ..target(1) };
    let config = Some(Rc::new(config));
    let decision = driver.handle(Event::Claimed { claim: ClaimId(1), session: session("a"), config });
    let message = "the pool holds 1 containers of binding the default and cannot serve binding OTHER \
                   (use another poolName for it)";
    let error = PoolError::Misconfigured { message: message.to_owned() };
    // The call that brought it is told too, or the host would take it for the one in force.
    let expected = Decision { refused: Some(error.clone()), ..nothing() };
    assert_eq!(decision, expected.refused(1, error).alarm(T0 + 10_000));
    assert_eq!(**driver.pool.config(), target(1));
}

#[test]
fn past_the_longest_queue_a_claim_is_refused_at_once() {
    let mut driver = Driver::configured(Config { max_instances: 1, ..target(0) });
    for n in 1..=WAITING_MAX as u64 {
        let event = Event::Claimed { claim: ClaimId(n), session: session(&n.to_string()), config: None };
        let decision = driver.pool.handle(driver.now_ms, &mut driver.fresh, event);
        assert_eq!(decision.replies, []);
    }
    let event = Event::Claimed { claim: ClaimId(0), session: session("late"), config: None };
    let decision = driver.pool.handle(driver.now_ms, &mut driver.fresh, event);
    assert_eq!(*refused(&decision), PoolError::TooManyWaiting { limit: WAITING_MAX });
    assert_eq!(decision.changes, []);
    // One that waits already may be joined.
    let event = Event::Claimed { claim: ClaimId(0), session: session("7"), config: None };
    assert_eq!(driver.pool.handle(driver.now_ms, &mut driver.fresh, event).replies, []);
}

#[test]
fn a_stale_assignment_is_looked_at_once_for_all_who_ask() {
    let mut driver = Driver::configured(Config { verify_after_ms: Some(9_000), ..target(0) });
    driver.claim("a");
    driver.started(1);
    let looks = driver.pass(9_000).claim("a");
    // A look that is never answered is given up 30 s later.
    let expected = nothing().probe(1).alarm(T0 + 10_000).timer(T0 + 39_000);
    assert_eq!(looks, expected);
    assert_eq!(driver.pass(1).claim("a"), nothing().alarm(T0 + 10_000).timer(T0 + 39_000));
    let seen = driver.pass(1).alive(1);
    let expected = nothing().granted(2, 1, Outcome::Sticky).granted(3, 1, Outcome::Sticky).alarm(T0 + 10_000);
    assert_eq!(seen, expected);
    assert_eq!(driver.claim("a").commands, []);
}

#[test]
fn a_look_without_an_answer_leaves_the_session_its_container() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    driver.all_start();
    driver.pass(10_000).claim("a");
    let expected = nothing().granted(2, 1, Outcome::Sticky).alarm(T0 + 10_000);
    assert_eq!(driver.pass(5_000).unknown(1), expected);
}

#[test]
fn a_session_whose_container_has_stopped_is_served_anew_and_the_old_one_destroyed() {
    let mut driver = Driver::filled(Config { verify_after_ms: Some(1_000), ..target(1) });
    driver.claim("a");
    driver.pass(500).started(2);
    driver.pass(1_000).claim("a");
    driver.pass(5).claim("a");
    let now_ms = T0 + 1_510;
    let stopped = driver.pass(5).seen(1, Seen::Stopped);
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Stopped, now_ms, now_ms))
        .put(assigned(2, T0, "a", now_ms))
        .put(starting(3, now_ms))
        .granted(2, 2, Outcome::Hit)
        .granted(3, 2, Outcome::Sticky)
        .destroy(1)
        .start(3)
        .alarm(T0 + 10_000);
    assert_eq!(stopped, expected);
}

#[test]
fn a_session_whose_container_has_stopped_waits_when_none_is_warm() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.pass(20_000).claim("a");
    let stopped = driver.seen(1, Seen::Stopped);
    assert_eq!((starts(&stopped), stopped.replies.len()), (vec![2], 0));
    driver.destroyed(1);
    let ready = driver.started(2);
    assert_eq!(ready.replies, nothing().granted(2, 2, Outcome::Miss).replies);
    assert_eq!(driver.numbers(|state| matches!(state, State::Assigned { .. })), [2]);
}

/// One that waited for the new revision claims for the earlier one.
#[test]
fn a_session_that_waits_gets_what_its_next_claim_makes_fit_and_waits_no_more() {
    let mut driver = Driver::filled(revision("one", 1_000, target(1)));
    let asks = |claim, config| Event::Claimed {
        claim: ClaimId(claim),
        session: session("a"),
        config: Some(Rc::new(config)),
    };
    let waits = driver.handle(asks(1, revision("two", 2_000, target(1))));
    assert_eq!((waits.replies.len(), starts(&waits)), (0, vec![2, 3]));
    let served = driver.handle(asks(2, revision("one", 3_000, target(1))));
    let both = nothing().granted(1, 1, Outcome::Miss).granted(2, 1, Outcome::Sticky);
    assert_eq!(served.replies, both.replies);
    assert_eq!(driver.pool.stats(driver.now_ms).waiting, 0);
}

#[test]
fn a_claim_does_not_wait_for_a_look_from_before_the_clock_was_put_back() {
    let mut driver = Driver::filled(Config { verify_after_ms: Some(0), ..target(1) });
    driver.claim("a");
    driver.all_start();
    let earlier = driver.now_ms + 60_000;
    assert_eq!(probes(&driver.after(60_000)), [2, 1]);
    driver.now_ms = T0;
    let asked = driver.claim("a");
    assert_eq!((probes(&asked), asked.timer_at_ms), (vec![1], Some(T0 + 30_000)));
    // The answer to the earlier one is a sign of life all the same.
    let seen =
        Event::Probed { life: life(1), asked_at_ms: earlier, seen: Seen::Alive, renewal_failed: false };
    assert_eq!(driver.handle(seen).replies, nothing().granted(2, 1, Outcome::Sticky).replies);
}

#[test]
fn a_verify_after_of_nothing_looks_before_every_answer() {
    let mut driver = Driver::filled(Config { verify_after_ms: Some(0), ..small() });
    driver.claim("a");
    assert_eq!(probes(&driver.claim("a")), [1]);
}
