//! What a rebuilt memory does first.

use cf_warm_pool::pool::{Config, FailureClass, Outcome, StopCause};

use crate::driver::{Driver, NONE, T0, destroys, probes, starts, target};
use crate::expected::{Expected, nothing, unsettled};

#[test]
fn starts_under_way_are_asked_for_again_with_the_time_they_have_left() {
    let mut driver = Driver::configured(target(2));
    let woken = driver.pass(12_000).wake();
    let expected = nothing().start_within(1, 18_000).start_within(2, 18_000).alarm(T0 + 30_000);
    assert_eq!(woken, expected);
    driver.all_start();
    assert_eq!(driver.figures(), [0, 2, 0, 0, 0]);
}

#[test]
fn of_twenty_starts_those_past_their_deadline_are_destroyed_and_the_others_asked_for_again() {
    let config = Config { start_concurrency: 20, ..target(20) };
    let mut driver = Driver::configured(Config { warm_target: 8, ..config.clone() });
    driver.pass(10_000).configure(config);
    assert_eq!(driver.figures(), [20, 0, 0, 0, 0]);
    let woken = driver.pass(20_000).wake();
    // What became of the first eight is not known, and holds up nothing.
    assert_eq!(starts(&woken), (9..=28).collect::<Vec<_>>());
    assert_eq!(destroys(&woken), (1..=8).collect::<Vec<_>>());
    let late = unsettled(1, T0, StopCause::StartTimeout, T0 + 30_000, T0 + 60_000);
    assert_eq!(woken.changes[0], nothing().put(late).changes[0]);
    assert_eq!(driver.figures(), [20, 0, 0, 8, 0]);
    assert_eq!(driver.counters().start_failures.iter().sum::<u64>(), 8);
}

#[test]
fn stops_under_way_are_taken_up_again() {
    let mut driver = Driver::filled(target(3));
    driver.configure(target(2));
    driver.reported(2);
    driver.started(4);
    let woken = driver.pass(5_000).wake();
    // 1 was asked to stop, 2 is to be destroyed, 3 and 4 are warm.
    let expected = nothing().stop(1).destroy(2).renew(3).renew(4).alarm(T0 + 5_500);
    assert_eq!(woken, expected);
}

#[test]
fn a_drain_timeout_passed_meanwhile_has_the_container_destroyed() {
    let mut driver = Driver::filled(target(1));
    driver.configure(target(0));
    assert_eq!(destroys(&driver.pass(30_000).wake()), [1]);
}

#[test]
fn a_destroy_repeated_before_the_lost_start_can_have_ended_proves_nothing() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.after(30_000);
    driver.started(2);
    driver.pass(1_000).wake();
    driver.destroyed(1);
    assert!(driver.numbers(|_| true).contains(&1));
    assert_eq!(destroys(&driver.after(29_000)), [1]);
    driver.destroyed(1);
    assert!(!driver.numbers(|_| true).contains(&1));
}

#[test]
fn those_who_waited_are_gone_and_their_start_serves_the_next() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.wake();
    assert_eq!(driver.figures(), [1, 0, 0, 0, 0]);
    assert_eq!(starts(&driver.claim("b")), NONE);
    assert_eq!(driver.started(1).replies, nothing().granted(2, 1, Outcome::Miss).replies);
}

#[test]
fn a_session_keeps_its_container_after_one_look() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    assert_eq!(probes(&driver.pass(1).wake()), [1]);
    assert_eq!(probes(&driver.claim("a")), NONE);
    assert_eq!(driver.alive(1).replies, nothing().granted(2, 1, Outcome::Sticky).replies);
}

#[test]
fn assigned_containers_are_not_all_looked_at_again_at_each_wake() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.after(60_000);
    assert_eq!(probes(&driver.pass(10_000).wake()), NONE);
    assert_eq!(probes(&driver.after(50_000)), [1]);
}

#[test]
fn what_the_platform_taught_is_still_known() {
    let mut driver = Driver::configured(target(1));
    for n in 1..=3 {
        driver.failed(n, FailureClass::Transient);
        driver.destroyed(n);
    }
    let woken = driver.pass(100).wake();
    assert_eq!((starts(&woken), woken.alarm_at_ms), (vec![], Some(T0 + 1_600)));
    assert_eq!(starts(&driver.after(1_500)), [4]);
}

#[test]
fn a_pool_that_holds_nothing_arms_nothing() {
    let mut driver = Driver::configured(target(0));
    assert_eq!(driver.wake(), nothing());
}

/// Seen to fail: the start that was under way before the wake may go on beside
/// the one asked for after it, so the failure of one does not end the other,
/// and the row is deleted while it may still run.
#[test]
fn one_failure_does_not_end_both_starts_of_a_container() {
    let mut driver = Driver::configured(target(1));
    driver.pass(1_000).wake();
    driver.failed(1, FailureClass::Transient);
    driver.destroyed(1);
    assert!(driver.numbers(|_| true).contains(&1));
}
