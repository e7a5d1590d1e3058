//! Somebody says that a container has stopped.

use cf_warm_pool::pool::{
    Config, Event, FailureClass, Generation, Life, OnRelease, Outcome, Seen, State, StopCause,
};

use crate::driver::{Driver, T0, destroys, id, life, probes, session, starts, target};
use crate::expected::{Expected, nothing, starting, stopping};

#[test]
fn a_report_ends_the_assignment_at_once_and_has_the_container_destroyed() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    driver.started(2);
    let expected =
        nothing().put(stopping(1, T0, StopCause::Stopped, T0 + 5, T0 + 5)).destroy(1).alarm(T0 + 10_000);
    assert_eq!(driver.pass(5).reported(1), expected);
    let next = driver.claim("a");
    assert_eq!(next.replies, nothing().granted(2, 2, Outcome::Hit).replies);
}

#[test]
fn a_warm_one_that_was_reported_is_replaced_at_once() {
    let mut driver = Driver::filled(target(1));
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Stopped, T0 + 5, T0 + 5))
        .put(starting(2, T0 + 5))
        .destroy(1)
        .start(2)
        .alarm(T0 + 10_005); // the counters' row
    assert_eq!(driver.pass(5).reported(1), expected);
}

#[test]
fn a_second_report_changes_nothing_but_its_count() {
    let mut driver = Driver::filled(target(1));
    driver.reported(1);
    assert_eq!(driver.reported(1), nothing().alarm(T0 + 10_000));
    driver.destroyed(1);
    let late = driver.reported(1);
    assert_eq!((late.changes.len(), late.commands.len()), (0, 0));
    let counters = driver.counters();
    assert_eq!((counters.reports, counters.unknown_reports, counters.gone), (3, 1, 1));
}

#[test]
fn a_report_of_an_unknown_container_changes_nothing_but_its_count() {
    let mut driver = Driver::filled(target(1));
    let report = driver.handle(Event::StopReported { id: id(77) });
    assert_eq!(report, nothing().alarm(T0 + 10_000));
    let counters = driver.counters();
    assert_eq!((counters.reports, counters.unknown_reports), (1, 1));
}

#[test]
fn a_report_of_garbage_changes_nothing_but_its_count() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(driver.handle(Event::GarbageReported), nothing().alarm(T0 + 10_000));
    let counters = driver.counters();
    assert_eq!((counters.reports, counters.unknown_reports), (1, 1));
}

#[test]
fn a_starting_container_that_was_reported_is_not_gone_before_its_start_has_ended() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    let report = driver.pass(1_000).reported(1);
    assert_eq!((destroys(&report), starts(&report)), (vec![1], vec![2]));
    driver.destroyed(1);
    assert!(driver.numbers(|_| true).contains(&1));
    assert_eq!(destroys(&driver.failed(1, FailureClass::Transient)), [1]);
    driver.destroyed(1);
    assert_eq!(driver.started(2).replies, nothing().granted(1, 2, Outcome::Miss).replies);
}

#[test]
fn a_starting_container_that_was_reported_is_recorded_with_the_time_its_start_may_take() {
    let mut driver = Driver::configured(target(1));
    driver.pass(1_000).reported(1);
    let row = driver.rows.iter().find(|row| row.id == id(1)).unwrap();
    assert!(matches!(row.state, State::Stopping { settled_at_ms, .. } if settled_at_ms == T0 + 60_000));
}

#[test]
fn a_stopping_container_that_was_reported_is_destroyed_without_waiting() {
    let mut driver = Driver::filled(target(1));
    driver.configure(target(0));
    let expected = nothing().put(stopping(1, T0, StopCause::Surplus, T0, T0 + 100)).destroy(1);
    let report = driver.pass(100).reported(1);
    assert_eq!((&report.changes, &report.commands), (&expected.changes, &expected.commands));
}

/// Seen to fail: an image that ends as soon as it starts, in a class that
/// reports its stops, is started again and again without a pause, since its
/// report comes before the failure of its start.
#[test]
fn three_starts_that_end_in_a_report_open_the_breaker() {
    let mut driver = Driver::configured(target(1));
    for n in 1..=3 {
        driver.reported(n);
        driver.failed(n, FailureClass::Transient);
        driver.destroyed(n);
    }
    assert!(driver.pool.stats(T0).breaker_open);
    assert_eq!(driver.figures()[0], 0, "no fourth");
}

/// Restarted for another session: what is reported may be the end of its first life.
#[test]
fn a_report_of_a_container_that_lives_again_is_looked_into() {
    let config =
        Config { on_release: OnRelease::Restart, drain_timeout_ms: 0, max_instances: 1, ..target(1) };
    let mut driver = Driver::filled(config);
    driver.claim("a");
    driver.handle(Event::Released { session: session("a") });
    driver.destroyed(1);
    let second = Life { generation: Generation(2), ..life(1) };
    assert_eq!(driver.reported(1).commands, [], "its start tells by itself");
    driver.handle(Event::StartSucceeded { life: second });
    driver.claim("b");

    let looked_at = driver.reported(1);
    assert_eq!((probes(&looked_at), looked_at.changes), (vec![1], vec![]));
    let seen = |seen| Event::Probed { life: second, asked_at_ms: 0, seen, renewal_failed: false };
    driver.handle(seen(Seen::Alive));
    assert_eq!(driver.numbers(|state| matches!(state, State::Assigned { .. })), [1]);
    driver.reported(1);
    assert_eq!(destroys(&driver.handle(seen(Seen::Stopped))), [1]);
}

#[test]
fn an_exit_ends_the_life_that_it_is_of() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    driver.started(2);
    let expected =
        nothing().put(stopping(1, T0, StopCause::Stopped, T0 + 5, T0 + 5)).destroy(1).alarm(T0 + 10_000);
    assert_eq!(driver.pass(5).handle(Event::ExitReported { life: life(1) }), expected);
}

#[test]
fn an_exit_of_another_life_changes_nothing_but_its_count() {
    let mut driver = Driver::filled(target(1));
    let earlier = Life { generation: Generation(0), ..life(1) };
    for life in [earlier, Life { generation: Generation(2), ..life(1) }, life(77)] {
        let report = driver.handle(Event::ExitReported { life });
        assert_eq!((report.changes.len(), report.commands.len()), (0, 0), "{life:?}");
    }
    let counters = driver.counters();
    assert_eq!((counters.reports, counters.unknown_reports), (3, 0));
}
