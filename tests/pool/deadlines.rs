//! What is due, and when the pool wants to be woken next.

use cf_warm_pool::pool::{Config, Event, FailureClass, Outcome, PoolError};

use crate::driver::{Driver, T0, refused, starts, target};
use crate::expected::{Expected, nothing};

#[test]
fn a_deadline_reached_early_changes_nothing() {
    let mut driver = Driver::filled(target(2));
    assert_eq!(driver.after(9_999), nothing().alarm(T0 + 10_000));
}

#[test]
fn a_deadline_reached_late_does_once_what_was_due() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(driver.after(95_000), nothing().renew(1).alarm(T0 + 105_000));
}

#[test]
fn the_alarm_is_the_earliest_of_all_deadlines() {
    let mut driver = Driver::configured(target(1));
    assert_eq!(driver.claim("a").alarm_at_ms, Some(T0 + 30_000), "a start's");
    assert_eq!(driver.started(1).alarm_at_ms, Some(T0 + 10_000), "the counters' row");
    assert_eq!(driver.after(10_000).alarm_at_ms, Some(T0 + 30_000), "the other start's");
    assert_eq!(driver.started(2).alarm_at_ms, Some(T0 + 20_000), "the refresh");
    let evicted = driver.configure(target(0));
    assert_eq!(evicted.alarm_at_ms, Some(T0 + 10_500), "the look at the stopping one");
}

#[test]
fn a_pool_with_nothing_tracked_and_nothing_to_keep_warm_arms_no_alarm() {
    let mut driver = Driver::new();
    assert_eq!(driver.configure(target(0)).alarm_at_ms, None);
    assert_eq!(driver.after(1_000_000), nothing());
}

#[test]
fn a_claim_that_no_start_is_coming_for_ends_after_queue_timeout() {
    let mut driver = Driver::configured(Config { max_instances: 1, ..target(0) });
    driver.claim("a");
    assert_eq!(driver.pass(1).claim("b").timer_at_ms, Some(T0 + 10_000));
    // a has a start coming, and is asked after again at its own bound.
    let first = driver.after(9_999);
    assert_eq!((first.replies.len(), first.timer_at_ms), (0, Some(T0 + 10_001)));
    let second = driver.after(1);
    let error = PoolError::CapacityExhausted { tracked: 1, limit: 1, retry_after_ms: 1_000 };
    assert_eq!((refused(&second), second.timer_at_ms), (&error, Some(T0 + 40_000)));
}

#[test]
fn a_claim_that_a_start_is_coming_for_waits_past_queue_timeout() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    assert_eq!(driver.after(10_000), nothing().alarm(T0 + 30_000).timer(T0 + 40_000));
    let late = driver.pass(15_000).started(1);
    assert_eq!(late.replies, nothing().granted(1, 1, Outcome::Miss).replies);
}

#[test]
fn no_claim_waits_longer_than_its_bound_whatever_is_coming() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.after(10_000);
    assert_eq!(starts(&driver.after(20_000)), [2]);
    assert_eq!(driver.after(9_999).replies, []);
    let given_up = driver.after(1);
    assert_eq!(*refused(&given_up), PoolError::StartTimeout { waited_ms: 40_000 });
    assert_eq!(given_up.timer_at_ms, None);
}

#[test]
fn a_claim_behind_a_full_batch_of_starts_is_given_a_batch_more() {
    let mut driver = Driver::configured(Config { start_concurrency: 2, ..target(0) });
    for text in ["a", "b", "c"] {
        driver.claim(text);
    }
    for _ in 0..3 {
        assert_eq!(driver.after(10_000).replies, []);
    }
    let first_batch = driver.after(10_000);
    let ended: Vec<_> = first_batch.replies.iter().map(|reply| reply.claim.0).collect();
    assert_eq!((ended, first_batch.timer_at_ms), (vec![1, 2], Some(T0 + 70_000)));
}

#[test]
fn a_claim_past_queue_timeout_ends_when_the_start_it_waited_for_meets_no_room() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.after(10_000);
    let failed = driver.pass(1_000).failed(1, FailureClass::Capacity);
    let error = PoolError::CapacityExhausted { tracked: 1, limit: 0, retry_after_ms: 4_000 };
    assert_eq!(*refused(&failed), error);
}

#[test]
fn firing_an_alarm_moves_it() {
    let mut driver = Driver::configured(Config { max_instances: 3, ..target(2) });
    driver.claim("a");
    driver.failed(1, FailureClass::RateLimit);
    for _ in 0..200 {
        let decision = driver.handle(Event::DeadlineReached);
        let Some(next_ms) = decision.alarm_at_ms.into_iter().chain(decision.timer_at_ms).min() else {
            return;
        };
        assert!(next_ms > driver.now_ms, "{next_ms} is not after {}", driver.now_ms);
        driver.now_ms = next_ms;
    }
}

#[test]
fn after_a_wake_up_that_comes_to_nothing_the_next_is_at_the_next_deadline_or_a_refresh_later() {
    let mut driver = Driver::filled(Config { assigned_check_interval_ms: 15_000, ..target(1) });
    let refresh_ms = T0 + 10_000;
    assert_eq!(driver.pool.recovery_at_ms(T0 + 2_000), refresh_ms);
    assert_eq!(driver.pool.recovery_at_ms(refresh_ms), refresh_ms + 10_000, "none after it is known");
    driver.claim("a");
    assert_eq!(driver.pool.recovery_at_ms(refresh_ms), T0 + 15_000, "the look at the assigned one");
    assert_eq!(driver.pool.recovery_at_ms(T0 + 95_000), T0 + 105_000);
}
