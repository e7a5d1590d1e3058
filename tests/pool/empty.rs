//! What a claim does that finds nothing warm.

use cf_warm_pool::pool::limits::{CLAIMS_WAITING_MAX, WAITING_MAX};
use cf_warm_pool::pool::{
    ClaimId, Config, Event, FailureClass, OnRelease, Outcome, PoolError, StopCause, WhenEmpty,
};

use crate::driver::{Driver, NONE, T0, refused, session, starts, target};
use crate::expected::{Expected, assigned, draining, nothing, starting, stopping};
use crate::life::{served, stops};

use WhenEmpty::{Fail, Start, Wait};

fn config(when_empty: WhenEmpty, warm_target: usize) -> Config {
    Config { when_empty, ..target(warm_target) }
}

/// One container, and a session has it; the refill's start is under way.
fn taken(when_empty: WhenEmpty) -> Driver {
    let mut driver = Driver::filled(config(when_empty, 1));
    driver.claim("a");
    driver
}

#[test]
fn to_start_has_one_started_beside_the_refill() {
    let mut driver = taken(Start);
    let waits = driver.pass(5).claim("b");
    let expected = nothing().put(starting(3, T0 + 5)).start(3).alarm(T0 + 10_000).timer(T0 + 10_005);
    assert_eq!(waits, expected);
}

#[test]
fn to_wait_has_none_started_and_takes_the_refills() {
    let mut driver = taken(Wait);
    assert_eq!(driver.pass(5).claim("b"), nothing().alarm(T0 + 10_000).timer(T0 + 10_005));
    let ready = driver.pass(5).started(2);
    // The next is the refill's, one at a time.
    let expected = nothing()
        .put(assigned(2, T0, "b", T0 + 10))
        .put(starting(3, T0 + 10))
        .granted(2, 2, Outcome::Miss)
        .start(3)
        .alarm(T0 + 10_000);
    assert_eq!(ready, expected);
}

#[test]
fn to_wait_grows_the_pool_by_one_at_a_time_past_its_target() {
    let mut driver = Driver::filled(config(Wait, 3));
    let texts = ["a", "b", "c", "d", "e"];
    let started: Vec<_> = texts.iter().map(|text| starts(&driver.claim(text))).collect();
    assert_eq!(started, [vec![4], vec![], vec![], vec![], vec![]]);
    for n in 4..=7 {
        assert_eq!(starts(&driver.started(n)), [n + 1], "{n}");
    }
    driver.started(8);
    assert_eq!((driver.warm(), driver.starting()), (vec![6, 7, 8], vec![]));
}

#[test]
fn to_wait_takes_what_comes_back() {
    let on_release = OnRelease::Reset;
    let mut driver = Driver::filled(Config { on_release, ..config(Wait, 1) });
    driver.claim("a");
    driver.claim("b");
    driver.released("a");
    driver.idle(1);
    let back = driver.reset_answered(1, Ok(true));
    assert_eq!(back.replies, nothing().granted(2, 1, Outcome::Miss).in_life(1, 2).hint(0).replies);
}

#[test]
fn to_wait_ends_after_queue_timeout_though_a_start_is_coming() {
    let mut driver = taken(Wait);
    driver.claim("b");
    assert_eq!(driver.after(9_999).replies, []);
    let over = driver.after(1);
    assert_eq!(over.replies, nothing().refused(2, PoolError::QueueTimeout { waited_ms: 10_000 }).replies);
    // To start lasts as long as its start may take.
    let mut driver = taken(Start);
    driver.claim("b");
    assert_eq!(driver.after(10_000).replies, []);
}

#[test]
fn to_wait_says_at_its_end_why_nothing_came() {
    let mut driver = taken(Wait);
    driver.claim("b");
    driver.failed(2, FailureClass::Permanent);
    assert_eq!(driver.figures()[4], 1, "it may come back, so the wait goes on");
    let over = driver.after(10_000);
    let code = refused(&over).code();
    assert_eq!(code, "start_failed");
    let mut driver = Driver::filled(Config { max_instances: 1, ..config(Wait, 1) });
    driver.claim("a");
    driver.claim("b");
    let full = PoolError::CapacityExhausted { tracked: 1, limit: 1, retry_after_ms: 1_000 };
    assert_eq!(*refused(&driver.after(10_000)), full);
}

#[test]
fn to_fail_refuses_at_once_and_the_refill_goes_on() {
    let mut driver = taken(Fail);
    let error = PoolError::NoneWarm { retry_after_ms: 1_000 };
    assert_eq!(error.code(), "capacity_exhausted");
    assert_eq!(driver.pass(5).claim("b"), nothing().refused(2, error).alarm(T0 + 10_000));
    assert_eq!(driver.starting(), [2]);
    driver.started(2);
    assert_eq!(served(&driver.claim("b")), [(3, 2)]);
    assert_eq!(served(&driver.claim("a")), [(4, 1)], "it has its own");
    assert_eq!(driver.counters().errors, 1);
}

#[test]
fn to_fail_has_the_first_claim_of_a_new_pool_start_the_fill() {
    let mut driver = Driver::new();
    let first = driver.claim_with(1, "a", config(Fail, 2));
    assert_eq!((refused(&first).code(), starts(&first)), ("capacity_exhausted", vec![1, 2]));
}

/// Nothing else could ever serve them.
#[test]
fn where_none_are_kept_every_claim_has_one_started() {
    for when_empty in [Start, Wait, Fail] {
        for config in [config(when_empty, 0), Config { enabled: false, ..config(when_empty, 3) }] {
            let mut driver = Driver::configured(config);
            let waits = driver.claim("a");
            let expected = nothing().put(starting(1, T0)).start(1).alarm(T0 + 30_000).timer(T0 + 10_000);
            assert_eq!(waits, expected);
            assert_eq!(driver.started(1).replies, nothing().granted(1, 1, Outcome::Miss).replies);
        }
    }
}

#[test]
fn a_changed_choice_counts_for_those_who_wait() {
    let mut driver = taken(Wait);
    driver.claim("b");
    driver.claim("c");
    assert_eq!(starts(&driver.configure(config(Start, 1))), [3, 4]);
    for n in [2, 3] {
        driver.started(n);
    }
    assert_eq!(driver.figures()[4], 0);
}

#[test]
fn those_who_wait_are_served_in_the_order_they_came_whatever_serves_them() {
    let on_release = OnRelease::Reset;
    let mut driver = Driver::filled(Config { on_release, ..config(Wait, 1) });
    for text in ["a", "b", "c", "d", "b"] {
        driver.claim(text);
    }
    driver.released("a");
    driver.idle(1);
    // The first comes back, the second is the refill's, the third comes back.
    assert_eq!(served(&driver.reset_answered(1, Ok(true))), [(2, 1), (5, 1)]);
    assert_eq!(served(&driver.started(2)), [(3, 2)]);
    driver.released("b");
    driver.idle(1);
    assert_eq!(served(&driver.reset_answered(1, Ok(true))), [(4, 1)]);
}

#[test]
fn past_the_most_claims_that_may_wait_one_that_joins_is_refused() {
    let mut driver = Driver::configured(config(Start, 0));
    let mut claim = |n: usize, text: &str| {
        let event = Event::Claimed { claim: ClaimId(n as u64), session: session(text), config: None };
        driver.pool.handle(T0, &mut driver.fresh, event)
    };
    for n in 1..=CLAIMS_WAITING_MAX {
        assert_eq!(claim(n, "a").replies, []);
    }
    for text in ["a", "b"] {
        let over = claim(CLAIMS_WAITING_MAX + 1, text);
        assert_eq!(*refused(&over), PoolError::TooManyWaiting { limit: WAITING_MAX });
        assert_eq!((over.changes, over.commands), (vec![], vec![]));
    }
    // One that leaves makes room for one.
    let left = Event::CallerLeft { claim: ClaimId(1) };
    driver.pool.handle(T0, &mut driver.fresh, left);
    let event = Event::Claimed { claim: ClaimId(0), session: session("b"), config: None };
    assert_eq!(driver.pool.handle(T0, &mut driver.fresh, event).replies, []);
}

#[test]
fn a_session_that_waits_is_not_one_that_holds() {
    let mut driver = taken(Wait);
    driver.claim("b");
    driver.released("b");
    assert_eq!((driver.draining(), driver.figures()[4]), (NONE.to_vec(), 1));
    let row = draining(1, T0, StopCause::Released, T0 + 30_000);
    assert_eq!(driver.released("a").changes, nothing().put(row).changes);
    let row = stopping(1, T0, StopCause::Released, T0, T0 + 30_000);
    let idle = driver.idle(1);
    assert_eq!((idle.changes.first(), stops(&idle)), (nothing().put(row).changes.first(), vec![1]));
}
