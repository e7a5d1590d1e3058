//! How a container ends, and when it is gone.

use cf_warm_pool::pool::{Config, Container, Counters, Event, FailureClass, Seen, StopCause};

use crate::driver::{Driver, NONE, T0, destroys, failure, life, probes, target};
use crate::expected::{Expected, nothing, primed_after, stopping};

/// One warm container, asked to stop at [`T0`].
fn stopped() -> Driver {
    let mut driver = Driver::filled(target(1));
    driver.configure(target(0));
    driver
}

#[test]
fn a_container_is_asked_to_stop_before_it_is_destroyed() {
    let mut driver = Driver::filled(target(1));
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Surplus, T0, T0 + 30_000))
        .put_pool(primed_after([target(1)], target(0)))
        .stop(1)
        .alarm(T0 + 500);
    assert_eq!(driver.configure(target(0)), expected);
}

#[test]
fn a_stopping_container_is_looked_at_ever_less_often() {
    let mut driver = stopped();
    let mut looks = Vec::new();
    for at_ms in (0..30_000).step_by(500).skip(1) {
        driver.now_ms = T0 + at_ms;
        if driver.handle(Event::DeadlineReached).commands == nothing().probe(1).commands {
            looks.push(at_ms);
            driver.alive(1);
        }
    }
    assert_eq!(looks, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 26_000]);
}

#[test]
fn one_that_is_seen_stopped_is_destroyed_at_once_to_make_sure() {
    let mut driver = stopped();
    driver.after(500);
    let seen = driver.pass(10).seen(1, Seen::Stopped);
    let expected = nothing().put(stopping_until(T0 + 510)).destroy(1);
    assert_eq!((&seen.changes, &seen.commands), (&expected.changes, &expected.commands));
    let gone = driver.destroyed(1);
    let counters = Counters { gone: 1, evictions: 1, ..Counters::default() };
    assert_eq!(gone, nothing().delete(1).put_counters(counters));
}

fn stopping_until(destroy_at_ms: u64) -> Container {
    stopping(1, T0, StopCause::Surplus, T0, destroy_at_ms)
}

#[test]
fn after_drain_timeout_it_is_destroyed() {
    let mut driver = stopped();
    for _ in 0..6 {
        driver.after(4_999);
        driver.alive(1);
    }
    assert_eq!(destroys(&driver.after(5)), NONE);
    assert_eq!(destroys(&driver.after(1)), [1]);
    driver.destroyed(1);
    assert_eq!(driver.figures(), [0; 5]);
}

#[test]
fn without_a_drain_timeout_it_is_destroyed_at_once() {
    let mut driver = Driver::filled(target(1));
    let config = Config { drain_timeout_ms: 0, ..target(0) };
    let decision = driver.configure(config.clone());
    let row = primed_after([target(1)], config);
    let expected = nothing().put(stopping(1, T0, StopCause::Surplus, T0, T0)).put_pool(row).destroy(1);
    assert_eq!((decision.changes, decision.commands), (expected.changes, expected.commands));
}

#[test]
fn when_stop_fails_destroy_takes_over() {
    let mut driver = stopped();
    let result = Err(failure(FailureClass::Transient));
    let failed = driver.pass(100).handle(Event::StopAnswered { life: life(1), result });
    let expected = nothing().put(stopping_until(T0 + 100)).destroy(1);
    assert_eq!((&failed.changes, &failed.commands), (&expected.changes, &expected.commands));
    assert_eq!(driver.counters().stop_failures, 1);
}

#[test]
fn that_stop_was_sent_proves_nothing() {
    let mut driver = stopped();
    let sent = driver.handle(Event::StopAnswered { life: life(1), result: Ok(()) });
    assert_eq!(sent, nothing().alarm(T0 + 500));
}

#[test]
fn a_destroy_that_fails_is_repeated_ever_less_often_and_the_container_never_forgotten() {
    let mut driver = Driver::filled(target(1));
    driver.configure(Config { drain_timeout_ms: 0, ..target(0) });
    for pause_ms in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000] {
        driver.destroy_failed(1);
        assert_eq!(destroys(&driver.after(pause_ms - 1)), NONE, "{pause_ms}");
        assert_eq!(destroys(&driver.after(1)), [1], "{pause_ms}");
        assert_eq!(driver.figures(), [0, 0, 0, 1, 0]);
    }
    driver.destroyed(1);
    assert_eq!((driver.figures(), driver.counters().gone), ([0; 5], 1));
}

#[test]
fn a_second_answer_to_a_destroy_counts_no_second_container_gone() {
    let mut driver = Driver::filled(target(1));
    driver.configure(Config { drain_timeout_ms: 0, ..target(0) });
    driver.destroyed(1);
    assert_eq!(driver.destroyed(1), nothing());
    assert_eq!(driver.destroy_failed(1), nothing());
    assert_eq!(driver.counters().gone, 1);
}

#[test]
fn a_destroy_that_was_not_asked_for_removes_nothing() {
    let mut driver = stopped();
    assert_eq!(driver.destroyed(1), nothing().alarm(T0 + 500));
    assert_eq!(driver.figures(), [0, 0, 0, 1, 0]);
}

#[test]
fn looks_that_say_nothing_do_not_hurry_a_stop() {
    let mut driver = stopped();
    for _ in 0..10 {
        let decision = driver.after(1_000);
        assert_eq!(destroys(&decision), NONE);
        if probes(&decision) == [1] {
            assert_eq!(destroys(&driver.unknown(1)), NONE);
        }
    }
}

/// Seen to fail: an answer to another life's `stop()` has this one destroyed
/// before its `drainTimeout`, and is counted.
#[test]
fn a_failed_stop_of_another_life_changes_nothing() {
    let mut driver = stopped();
    let mut other = life(1);
    other.generation.0 += 1;
    for life in [other, life(99)] {
        let result = Err(failure(FailureClass::Transient));
        assert_eq!(driver.handle(Event::StopAnswered { life, result }).commands, []);
    }
    assert_eq!(driver.counters().stop_failures, 0);
}

/// Seen to fail: a second copy of the start's failure sends a destroy that is
/// backing off at once.
#[test]
fn a_failed_start_told_twice_does_not_hurry_a_destroy_that_backs_off() {
    let mut driver = Driver::configured(target(1));
    driver.failed(1, FailureClass::Transient);
    driver.destroy_failed(1);
    assert_eq!(destroys(&driver.failed(1, FailureClass::Transient)), NONE);
}

/// Seen to fail: while a destroy is under way nothing is armed, so a memory
/// lost with it leaves a container that no wake-up looks for.
#[test]
fn an_alarm_outlives_a_destroy_under_way() {
    let mut driver = Driver::filled(target(1));
    driver.configure(Config { drain_timeout_ms: 0, ..target(0) });
    let flushed = driver.after(10_000);
    assert_eq!(driver.figures(), [0, 0, 0, 1, 0]);
    assert!(flushed.alarm_at_ms.is_some());
}

/// Seen to fail: a destroy whose answer was lost is never sent again.
#[test]
fn a_destroy_that_is_never_answered_is_sent_again() {
    let mut driver = Driver::filled(target(1));
    driver.configure(Config { drain_timeout_ms: 0, ..target(0) });
    let sent: usize = (0..20).map(|_| destroys(&driver.after(60_000)).len()).sum();
    assert!(sent > 0);
}
