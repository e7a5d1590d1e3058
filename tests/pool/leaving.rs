//! Callers that go away before they are answered.

use cf_warm_pool::pool::{Config, Outcome};

use crate::driver::{Driver, T0, starts, target};
use crate::expected::{Expected, assigned, nothing};
use crate::life::{served, stops};

/// Three sessions wait, each with a start under way.
fn waiting() -> Driver {
    let mut driver = Driver::configured(target(0));
    for text in ["a", "b", "c"] {
        driver.claim(text);
    }
    driver
}

#[test]
fn one_that_waits_gets_nothing_and_its_start_serves_the_next() {
    let mut driver = waiting();
    let left = driver.pass(5).caller_left(1);
    assert_eq!(left, nothing().alarm(T0 + 10_005).timer(T0 + 10_000));
    assert_eq!((driver.counters().callers_left, driver.figures()), (1, [3, 0, 0, 0, 2]));
    let ready = driver.pass(5).started(1);
    let row = assigned(1, T0, "b", T0 + 10);
    let expected = nothing().put(row).granted(2, 1, Outcome::Miss).alarm(T0 + 10_005).timer(T0 + 10_000);
    assert_eq!(ready, expected);
}

#[test]
fn when_all_have_left_what_becomes_ready_is_nobodys() {
    let mut driver = waiting();
    for claim in [3, 1, 2] {
        driver.caller_left(claim);
    }
    assert_eq!(driver.caller_left(1).replies, []);
    let ready: Vec<_> = (1..=3).map(|n| stops(&driver.started(n))).collect();
    assert_eq!(ready, [[1], [2], [3]], "the target is 0");
    assert_eq!((driver.counters().callers_left, driver.counters().claims()), (3, 0));
}

#[test]
fn a_start_left_behind_is_the_refills_where_there_is_one() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    assert_eq!(starts(&driver.claim("b")), [3]);
    driver.caller_left(2);
    assert_eq!(starts(&driver.claim("c")), [0_u8; 0], "one is for c, one for the target");
    assert_eq!(served(&driver.started(3)), [(3, 3)]);
    driver.started(2);
    assert_eq!((driver.warm(), driver.starting()), (vec![2], vec![]));
}

#[test]
fn the_first_of_joined_claims_leaves_its_place_to_the_second() {
    let mut driver = Driver::configured(Config { start_concurrency: 1, ..target(0) });
    for text in ["a", "b", "a", "a"] {
        driver.claim(text);
    }
    driver.caller_left(1);
    let ready = driver.pass(5).started(1);
    let row = assigned(1, T0, "a", T0 + 5);
    let expected = nothing().put(row).granted(3, 1, Outcome::Miss).granted(4, 1, Outcome::Sticky);
    assert_eq!((&ready.changes[..1], ready.replies), (&expected.changes[..], expected.replies));
    assert_eq!(driver.figures()[4], 1, "b waits on");
}

#[test]
fn the_last_of_joined_claims_takes_their_place_along() {
    let mut driver = waiting();
    driver.claim("a");
    driver.caller_left(1);
    driver.caller_left(4);
    assert_eq!(driver.figures()[4], 2);
    assert_eq!(served(&driver.started(2)), [(2, 2)]);
    // Who comes again comes last.
    driver.claim("a");
    assert_eq!(served(&driver.started(1)), [(3, 1)]);
    assert_eq!(served(&driver.started(3)), [(5, 3)]);
}

#[test]
fn one_that_waits_for_a_look_gets_nothing_and_the_others_do() {
    let config = Config { verify_after_ms: Some(0), ..target(0) };
    let mut driver = Driver::configured(config);
    driver.claim("a");
    driver.started(1);
    driver.pass(10_000).claim("a");
    driver.claim("a");
    let left = driver.caller_left(2);
    assert_eq!(left.replies, []);
    let seen = driver.pass(5).alive(1);
    assert_eq!(seen.replies, nothing().granted(3, 1, Outcome::Sticky).replies);
    assert_eq!(driver.counters().callers_left, 1);
}

/// The look goes on, and nothing waits for it: no timer.
#[test]
fn when_all_that_wait_for_a_look_have_left_it_ends_without_them() {
    let mut driver = Driver::configured(Config { verify_after_ms: Some(0), ..target(0) });
    driver.claim("a");
    driver.started(1);
    let asked = driver.pass(10_000).claim("a");
    assert_eq!(asked.timer_at_ms, Some(T0 + 40_000));
    assert_eq!(driver.caller_left(2).timer_at_ms, None);
    assert_eq!(driver.alive(1).replies, []);
    assert_eq!(driver.assigned(), [1], "the session keeps it");
}

#[test]
fn one_that_was_answered_or_never_asked_cannot_leave() {
    let mut driver = waiting();
    driver.started(1);
    for claim in [1, 99] {
        assert_eq!(driver.caller_left(claim).changes, []);
    }
    assert_eq!((driver.counters().callers_left, driver.assigned()), (0, vec![1]));
}

#[test]
fn a_caller_that_left_does_not_count_for_the_starts_that_are_missing() {
    let mut driver = Driver::configured(Config { start_concurrency: 1, ..target(0) });
    driver.claim("a");
    driver.claim("b");
    driver.caller_left(2);
    assert_eq!(starts(&driver.started(1)), [0_u8; 0]);
}
