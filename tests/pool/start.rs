//! What the outcome of a start means.

use cf_warm_pool::pool::{
    Config, Counters, Event, Failure, FailureClass, Gate, Outcome, PoolRow, Seen, StopCause,
};

use crate::driver::{Driver, NONE, T0, destroys, failure, life, starts, target};
use crate::expected::{Expected, nothing, primed, starting, stopping, unsettled};

fn timed_out() -> Failure {
    Failure::new(FailureClass::Transient, "the start was not done within 30000 ms (startTimeout)")
}

fn after_failures(failures: u32, last: Failure) -> PoolRow {
    PoolRow { gate: Gate { failures, last_failure: Some(last), ..Gate::default() }, ..primed(target(1)) }
}

fn one_transient_failure() -> Counters {
    Counters { start_failures: [0, 0, 0, 1, 0], ..Counters::default() }
}

#[test]
fn a_start_past_its_deadline_is_destroyed_and_another_started() {
    let mut driver = Driver::configured(target(1));
    assert_eq!(driver.after(29_999), nothing().alarm(T0 + 30_000));
    let expected = nothing()
        .put(unsettled(1, T0, StopCause::StartTimeout, T0 + 30_000, T0 + 60_000))
        .put(starting(2, T0 + 30_000))
        .put_pool(after_failures(1, timed_out()))
        .destroy_early(1)
        .start(2);
    let given_up = driver.after(1);
    assert_eq!((&given_up.changes, &given_up.commands), (&expected.changes, &expected.commands));
}

#[test]
fn a_destroy_beside_a_start_under_way_proves_nothing() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.after(30_000);
    driver.all_start();
    assert_eq!(driver.destroyed(1).changes, []);
    assert_eq!(driver.numbers(|_| true), [1, 2], "its row stays");
    // The start is given up for good: what is sent then is proof.
    driver.pass(30_000);
    let again = driver.handle(Event::DeadlineReached);
    assert_eq!(destroys(&again), [1]);
    let gone = driver.destroyed(1);
    assert_eq!(gone.changes[0], nothing().delete(1).changes[0]);
}

#[test]
fn a_late_success_of_a_start_given_up_is_destroyed_for_good_and_counted_once() {
    let mut driver = Driver::configured(target(1));
    driver.after(30_000);
    driver.started(2);
    driver.destroyed(1);
    let late = driver.pass(5_000).started(1);
    let expected =
        nothing().put(unsettled(1, T0, StopCause::StartTimeout, T0 + 30_000, T0 + 35_000)).destroy(1);
    assert_eq!((&late.changes, &late.commands), (&expected.changes, &expected.commands));
    let gone = driver.destroyed(1);
    let counters = Counters { gone: 1, ..one_transient_failure() };
    assert_eq!(gone, nothing().delete(1).put_counters(counters).alarm(T0 + 40_000));
    assert_eq!(driver.figures(), [0, 1, 0, 0, 0]);
}

#[test]
fn a_late_failure_of_a_start_given_up_is_counted_once_too() {
    let mut driver = Driver::configured(target(1));
    driver.after(30_000);
    driver.destroyed(1);
    assert_eq!(destroys(&driver.pass(5_000).failed(1, FailureClass::Transient)), [1]);
    assert_eq!(driver.counters(), one_transient_failure());
    assert_eq!(driver.pool_row, after_failures(1, timed_out()));
}

#[test]
fn an_outcome_before_the_inconclusive_destroy_is_answered_has_it_repeated() {
    let mut driver = Driver::configured(target(1));
    driver.after(30_000);
    assert_eq!(destroys(&driver.pass(1).started(1)), NONE);
    let again = driver.pass(1).destroyed(1);
    assert_eq!((destroys(&again), again.changes), (vec![1], vec![]));
    driver.destroyed(1);
    assert_eq!(driver.numbers(|_| true), [2]);
}

#[test]
fn a_failed_start_is_destroyed_and_tried_again_with_another_container() {
    let mut driver = Driver::configured(target(1));
    let expected = nothing()
        .put(stopping(1, T0, StopCause::StartFailed, T0 + 10, T0 + 10))
        .put(starting(2, T0 + 10))
        .put_pool(after_failures(1, failure(FailureClass::Transient)))
        .destroy(1)
        .start(2);
    let failed = driver.pass(10).failed(1, FailureClass::Transient);
    assert_eq!((&failed.changes, &failed.commands), (&expected.changes, &expected.commands));
    let gone = driver.destroyed(1);
    let counters = Counters { gone: 1, ..one_transient_failure() };
    assert_eq!(gone, nothing().delete(1).put_counters(counters).alarm(T0 + 10_010));
}

#[test]
fn a_waiting_session_gets_the_start_that_follows_a_failed_one() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    assert_eq!(starts(&driver.failed(1, FailureClass::Transient)), [2]);
    assert_eq!(driver.started(2).replies, nothing().granted(1, 2, Outcome::Miss).replies);
}

#[test]
fn the_outcome_of_a_start_that_came_before_changes_nothing() {
    let mut driver = Driver::filled(target(1));
    let resting = nothing().alarm(T0 + 10_000);
    assert_eq!(driver.started(1), resting);
    assert_eq!(driver.failed(1, FailureClass::Permanent), resting);
    driver.claim("a");
    driver.all_start();
    assert_eq!(driver.started(1), resting);
    assert_eq!(driver.failed(1, FailureClass::Permanent), resting);
}

#[test]
fn a_stale_life_and_an_unknown_container_change_nothing() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    let resting = nothing().alarm(T0 + 10_000);
    let mut stale = life(1);
    stale.generation.0 += 1;
    for life in [stale, life(99)] {
        let result = Ok(());
        for event in [
            Event::StartSucceeded { life },
            Event::StartFailed { life, failure: failure(FailureClass::Permanent) },
            Event::Probed { life, asked_at_ms: T0, seen: Seen::Stopped, renewal_failed: false },
            Event::StopAnswered { life, result: result.clone() },
            Event::DestroyAnswered { life, conclusive: true, result },
        ] {
            assert_eq!(driver.handle(event), resting);
        }
    }
}

/// Seen to fail: the shorter time is applied to a start that was given the
/// longer one, and its row is deleted while it may still run.
#[test]
fn a_start_goes_on_for_the_time_it_was_given_though_the_config_has_changed() {
    let mut driver = Driver::configured(target(1));
    driver.configure(Config { start_timeout_ms: 1_000, ..target(1) });
    driver.after(30_000);
    assert!(driver.rows.contains(&unsettled(1, T0, StopCause::StartTimeout, T0 + 30_000, T0 + 60_000)));
}

/// Seen to fail: a second success of the first destroy is taken for the
/// second's, which may yet fail.
#[test]
fn an_inconclusive_destroy_answered_twice_proves_nothing() {
    let mut driver = Driver::configured(target(1));
    driver.after(30_000);
    driver.destroyed(1);
    driver.started(1);
    driver.handle(Event::DestroyAnswered { life: life(1), conclusive: false, result: Ok(()) });
    assert_eq!(driver.numbers(|_| true), [1, 2]);
}
