//! How many containers are started, and which are too many.

use cf_warm_pool::pool::{Config, Event, Outcome, PoolError, Refill, StopCause};

use crate::driver::{Driver, NONE, T0, refused, starts, target};
use crate::expected::{Expected, assigned, first_two_started, nothing, primed_after, stopping, warm};

#[test]
fn a_configured_pool_fills_itself_at_once() {
    let mut driver = Driver::new();
    assert_eq!(driver.configure(target(2)), first_two_started());
}

#[test]
fn a_pool_that_nobody_named_a_config_for_is_not_filled() {
    let mut driver = Driver::new();
    assert_eq!(driver.handle(Event::StatsAsked), nothing());
    assert_eq!(driver.after(100_000), nothing());
}

#[test]
fn a_container_that_nobody_waits_for_becomes_warm() {
    let mut driver = Driver::configured(target(1));
    let expected = nothing().put(warm(1, T0, T0 + 2_000)).alarm(T0 + 12_000);
    assert_eq!(driver.pass(2_000).started(1), expected);
}

#[test]
fn no_more_starts_are_under_way_than_start_concurrency() {
    let mut driver = Driver::configured(target(10));
    assert_eq!(driver.figures(), [4, 0, 0, 0, 0]);
    for n in 1..=6 {
        assert_eq!(starts(&driver.started(n)), [n + 4]);
    }
    for n in 7..=10 {
        assert_eq!(starts(&driver.started(n)), NONE);
    }
    assert_eq!(driver.figures(), [0, 10, 0, 0, 0]);
}

#[test]
fn starts_are_bounded_for_waiting_sessions_too() {
    let mut driver = Driver::configured(target(0));
    let all_starts: usize = ('a'..='j').map(|c| starts(&driver.claim(&c.to_string())).len()).sum();
    assert_eq!((all_starts, driver.figures()), (4, [4, 0, 0, 0, 10]));
    let ready = driver.started(1);
    assert_eq!((ready.replies[0].claim.0, starts(&ready)), (1, vec![5]));
}

#[test]
fn at_capacity_a_waiting_session_comes_before_the_refill() {
    let mut driver = Driver::configured(Config { max_instances: 2, ..target(2) });
    assert_eq!(starts(&driver.claim("a")), NONE);
    let expected = nothing().put(assigned(2, T0, "a", T0)).granted(1, 2, Outcome::Miss).alarm(T0 + 10_000);
    assert_eq!(driver.started(2), expected);
}

#[test]
fn a_pool_that_refills_at_refreshes_waits_for_the_next_one() {
    let mut driver = Driver::configured(Config { refill: Refill::Interval, ..target(2) });
    // The first fill is at once.
    assert_eq!(driver.figures(), [2, 0, 0, 0, 0]);
    driver.all_start();
    let hit = driver.pass(1_000).claim("a");
    let expected =
        nothing().put(assigned(1, T0, "a", T0 + 1_000)).granted(1, 1, Outcome::Hit).alarm(T0 + 10_000);
    assert_eq!(hit, expected);
    assert_eq!(starts(&driver.after(9_000)), [3]);
}

/// Seen to fail: the second was left for the next refresh.
#[test]
fn a_refill_at_a_refresh_goes_on_until_the_target_is_met() {
    let config = Config { refill: Refill::Interval, start_concurrency: 1, ..target(2) };
    let mut driver = Driver::configured(config);
    assert_eq!(starts(&driver.started(1)), [2]);
    assert_eq!(starts(&driver.started(2)), NONE);
    assert_eq!(starts(&driver.claim("a")), NONE);
}

#[test]
fn a_waiting_session_does_not_wait_for_a_refresh() {
    let mut driver = Driver::configured(Config { refill: Refill::Interval, ..target(0) });
    assert_eq!(starts(&driver.claim("a")), [1]);
}

/// Seen to fail: the alarm is armed at every refresh for ever, though nothing
/// may be started.
#[test]
fn a_pool_that_refills_at_refreshes_sleeps_while_it_is_full() {
    let config = Config { refill: Refill::Interval, max_instances: 1, ..target(1) };
    let mut driver = Driver::configured(config);
    driver.claim("a");
    driver.started(1);
    driver.after(0);
    // The counters' row, then the assigned container's look, and nothing else.
    assert_eq!(driver.after(10_000).alarm_at_ms, Some(T0 + 60_000));
}

#[test]
fn a_disabled_pool_keeps_none_warm_and_still_serves_sessions() {
    let mut driver = Driver::configured(Config { enabled: false, ..target(2) });
    assert_eq!(driver.figures(), [0, 0, 0, 0, 0]);
    assert_eq!(starts(&driver.claim("a")), [1]);
    assert_eq!(driver.started(1).replies, nothing().granted(1, 1, Outcome::Miss).replies);
    assert_eq!(driver.figures(), [0, 0, 1, 0, 0]);
}

#[test]
fn a_container_ready_after_its_claim_gave_up_is_evicted() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.after(30_000);
    let given_up = driver.after(10_000);
    assert_eq!(*refused(&given_up), PoolError::StartTimeout { waited_ms: 40_000 });
    let now_ms = T0 + 41_000;
    let ready = driver.pass(1_000).started(2);
    let evicted = stopping(2, T0 + 30_000, StopCause::Surplus, now_ms, now_ms + 30_000);
    let expected = nothing().put(evicted).stop(2);
    assert_eq!((&ready.changes[..1], ready.commands), (&expected.changes[..], expected.commands));
}

#[test]
fn what_is_warm_past_the_target_is_stopped_the_one_ready_longest_first() {
    let mut driver = Driver::configured(target(3));
    for n in [2, 1, 3] {
        driver.pass(100).started(n);
    }
    let now_ms = T0 + 300;
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Surplus, now_ms, now_ms + 30_000))
        .put(stopping(2, T0, StopCause::Surplus, now_ms, now_ms + 30_000))
        .put_pool(primed_after([target(3)], target(1)))
        .stop(2)
        .stop(1)
        .alarm(now_ms + 500);
    assert_eq!(driver.configure(target(1)), expected);
}
