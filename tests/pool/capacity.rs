//! How many containers may exist: as declared, and as the platform taught.

use cf_warm_pool::pool::{Config, FailureClass, Gate, Learned, Outcome, PoolError, PoolRow, StopCause};

use crate::driver::{Driver, NONE, T0, failure, refused, starts, target};
use crate::expected::{Expected, nothing, primed, stopping};

/// Two sessions have theirs, and the platform had no room for a third.
fn full_at_two() -> Driver {
    let mut driver = Driver::configured(target(0));
    for (text, n) in [("a", 1), ("b", 2)] {
        driver.claim(text);
        driver.started(n);
    }
    driver.claim("c");
    driver.failed(3, FailureClass::Capacity);
    driver
}

fn learned(retry_at_ms: u64, step: u32) -> PoolRow {
    let learned = Some(Learned { limit: 2, retry_at_ms, step });
    let last_failure = Some(failure(FailureClass::Capacity));
    PoolRow { gate: Gate { learned, last_failure, ..Gate::default() }, ..primed(target(0)) }
}

#[test]
fn a_capacity_error_teaches_what_existed() {
    let mut driver = Driver::configured(target(0));
    for (text, n) in [("a", 1), ("b", 2)] {
        driver.claim(text);
        driver.started(n);
    }
    driver.claim("c");
    let expected = nothing()
        .put(stopping(3, T0, StopCause::NoRoom, T0, T0))
        .put_pool(learned(T0 + 4_000, 0))
        .destroy(3)
        .alarm(T0 + 4_000)
        .timer(T0 + 10_000);
    assert_eq!(driver.failed(3, FailureClass::Capacity), expected);
    let stats = driver.pool.stats(T0);
    assert_eq!((stats.limit, stats.learned_limit), (Some(2), Some(2)));
}

#[test]
fn at_a_learned_limit_a_claim_waits_and_then_is_told_when_to_come_again() {
    let mut driver = full_at_two();
    driver.destroyed(3);
    // The trial meets the limit again, and the next is further away.
    assert_eq!(starts(&driver.after(4_000)), [4]);
    driver.failed(4, FailureClass::Capacity);
    driver.destroyed(4);
    assert_eq!(driver.pool_row, learned(T0 + 12_000, 1));
    let expired = driver.after(6_000);
    let error = PoolError::CapacityExhausted { tracked: 2, limit: 2, retry_after_ms: 2_000 };
    assert_eq!(expired.replies, nothing().refused(3, error).replies);
    assert_eq!(driver.figures(), [0, 0, 2, 0, 0]);
    assert_eq!(driver.counters().errors, 1);
}

#[test]
fn a_declared_limit_is_met_in_the_same_way() {
    let mut driver = Driver::configured(Config { max_instances: 1, ..target(0) });
    driver.claim("a");
    driver.started(1);
    assert_eq!(driver.claim("b"), nothing().alarm(T0 + 10_000).timer(T0 + 10_000));
    let error = PoolError::CapacityExhausted { tracked: 1, limit: 1, retry_after_ms: 1_000 };
    let expired = driver.after(10_000);
    assert_eq!((refused(&expired), expired.timer_at_ms), (&error, None));
}

#[test]
fn at_capacity_a_claim_with_no_patience_is_refused_at_once() {
    let config = Config { max_instances: 1, queue_timeout_ms: 0, ..target(0) };
    let mut driver = Driver::configured(config);
    assert_eq!(driver.claim("a").replies, [], "a start is coming for this one");
    assert_eq!(refused(&driver.claim("b")).code(), "capacity_exhausted");
    assert_eq!(driver.started(1).replies, nothing().granted(1, 1, Outcome::Miss).replies);
}

#[test]
fn a_freed_place_goes_to_who_waits_longest() {
    let mut driver = Driver::configured(Config { max_instances: 1, ..target(0) });
    driver.claim("a");
    driver.started(1);
    driver.claim("b");
    driver.claim("c");
    assert_eq!(starts(&driver.reported(1)), NONE, "the stopping one counts");
    assert_eq!(starts(&driver.destroyed(1)), [2]);
    assert_eq!(driver.started(2).replies, nothing().granted(2, 2, Outcome::Miss).replies);
}

#[test]
fn after_a_learned_limit_expires_a_claim_is_the_trial_and_its_success_forgets_the_limit() {
    let mut driver = full_at_two();
    driver.destroyed(3);
    driver.after(4_000);
    driver.failed(4, FailureClass::Capacity);
    driver.destroyed(4);
    driver.after(6_000);
    // Nobody waits and the target is 0: no start, until somebody asks.
    assert_eq!(starts(&driver.after(60_000)), NONE);
    let trial = driver.claim("d");
    assert_eq!(starts(&trial), [5]);
    assert_eq!(starts(&driver.claim("e")), NONE, "one trial at a time");
    let ready = driver.started(5);
    assert_eq!(ready.replies, nothing().granted(4, 5, Outcome::Miss).replies);
    assert_eq!(driver.pool.stats(driver.now_ms).learned_limit, None);
    assert_eq!(starts(&ready), [6]);
}

#[test]
fn six_concurrent_starts_with_room_for_three_learn_three() {
    for order in [[1, 2, 3, 4, 5, 6], [4, 1, 5, 2, 6, 3], [6, 5, 4, 3, 2, 1]] {
        let mut driver = Driver::configured(Config { start_concurrency: 6, ..target(6) });
        for n in order {
            if n <= 3 {
                driver.started(n)
            } else {
                driver.failed(n, FailureClass::Capacity)
            };
        }
        assert_eq!(driver.pool.stats(T0).learned_limit, Some(3), "{order:?}");
        assert_eq!(driver.figures(), [0, 3, 0, 3, 0]);
    }
}

#[test]
fn the_first_start_of_all_meets_no_room_and_the_trial_recovers() {
    let mut driver = Driver::configured(target(1));
    driver.failed(1, FailureClass::Capacity);
    let gone = driver.destroyed(1);
    assert_eq!((starts(&gone), gone.alarm_at_ms), (vec![], Some(T0 + 4_000)));
    assert_eq!(starts(&driver.after(4_000)), [2]);
    driver.started(2);
    assert_eq!(driver.figures(), [0, 1, 0, 0, 0]);
}

#[test]
fn a_raised_limit_takes_effect_at_once() {
    let mut driver = Driver::filled(Config { max_instances: 1, ..target(3) });
    assert_eq!(driver.figures(), [0, 1, 0, 0, 0]);
    assert_eq!(starts(&driver.configure(Config { max_instances: 3, ..target(3) })), [2, 3]);
}

#[test]
fn a_raised_limit_forgets_what_was_learned_below_it() {
    let mut driver = Driver::configured(Config { max_instances: 5, ..target(5) });
    for n in [1, 2] {
        driver.started(n);
    }
    for n in [3, 4, 5] {
        driver.failed(n, FailureClass::Capacity);
        driver.destroyed(n);
    }
    assert_eq!(driver.pool.stats(T0).limit, Some(2));
    assert_eq!(starts(&driver.configure(Config { max_instances: 6, ..target(5) })), [6, 7, 8]);
}

/// Seen to fail: the start within the limit was taken for the trial's success, and starts that the
/// platform had no room for followed.
#[test]
fn start_within_a_learned_limit_does_not_forget_it_while_the_trial_is_in_flight() {
    let mut driver = full_at_two();
    driver.destroyed(3);
    assert_eq!(starts(&driver.after(4_000)), [4]);
    driver.failed(4, FailureClass::Capacity);
    driver.destroyed(4);
    driver.after(6_000);
    driver.after(60_000);
    driver.reported(2);
    driver.destroyed(2);
    assert_eq!(starts(&driver.configure(target(5))), [5, 6], "one within the limit, and the trial");
    assert_eq!(starts(&driver.started(5)), NONE);
    assert_eq!(driver.pool.stats(driver.now_ms).learned_limit, Some(2));
    assert_eq!(starts(&driver.failed(6, FailureClass::Capacity)), NONE);
    assert_eq!(driver.pool.stats(driver.now_ms).learned_limit, Some(2));
}

/// The trial that is due is one start, not a container that may stay.
#[test]
fn limit_with_a_trial_due_is_shown_as_the_platform_taught_it() {
    let mut driver = full_at_two();
    driver.destroyed(3);
    assert_eq!(starts(&driver.after(4_000)), [4]);
    driver.failed(4, FailureClass::Capacity);
    driver.destroyed(4);
    assert_eq!(refused(&driver.after(6_000)).code(), "capacity_exhausted");
    assert_eq!(starts(&driver.after(60_000)), NONE, "nobody waits for the trial");
    let stats = driver.pool.stats(driver.now_ms);
    assert_eq!((stats.limit, stats.learned_limit), (Some(2), Some(2)));
}

/// The bridge of the Sandbox SDK answers 503 instead of 502 when it reads these words.
#[test]
fn capacity_error_has_the_words_that_the_bridge_reads() {
    let error = PoolError::CapacityExhausted { tracked: 2, limit: 3, retry_after_ms: 1_000 };
    let text = error.to_string();
    assert!(text.contains("instance limit reached"), "{text}");
    assert!(text.contains("2 of 3 containers"), "{text}");
}

/// Seen to fail: more containers than `maxInstances` exist for ever.
#[test]
fn a_lowered_limit_evicts_the_warm_ones_past_it() {
    let mut driver = Driver::filled(target(4));
    driver.claim("a");
    driver.all_start();
    driver.configure(Config { max_instances: 3, ..target(4) });
    assert_eq!(driver.figures(), [0, 2, 1, 2, 0]);
}
