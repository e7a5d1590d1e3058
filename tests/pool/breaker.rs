//! Failures that stop further starts, and the trials that allow them again.

use cf_warm_pool::pool::{
    Config, Event, Failure, FailureClass, Gate, Outcome, Pause, PoolError, PoolRow, StopCause,
};

use crate::driver::{Driver, NONE, T0, failure, life, refused, starts, target};
use crate::expected::{Expected, nothing, primed, stopping};

use FailureClass::{Overload, Permanent, RateLimit, Transient};

/// A pause as the chance of these tests has it: four fifths of 2 s, doubled
/// with each step. Where the failure may pass, demand shortens it to 0.8 s.
fn pause(class: FailureClass, retry_at_ms: u64, step: u32) -> Pause {
    let demand_at_ms = match class {
        Transient => retry_at_ms - (1_600 << step) + 800,
        _ => retry_at_ms,
    };
    Pause { class, retry_at_ms, demand_at_ms, step }
}

fn paused(class: FailureClass, failures: u32, retry_at_ms: u64, step: u32) -> Gate {
    let pause = Some(pause(class, retry_at_ms, step));
    Gate { failures, pause, last_failure: Some(failure(class)), ..Gate::default() }
}

/// Three starts in a row failed at [`T0`].
fn open(config: Config) -> Driver {
    let mut driver = Driver::configured(config);
    for n in 1..=3 {
        driver.failed(n, Transient);
    }
    driver
}

fn start_failed(retry_after_ms: u64) -> PoolError {
    PoolError::StartFailed { class: Transient, message: "boom".to_owned(), retry_after_ms }
}

#[test]
fn three_failures_in_a_row_open_the_breaker() {
    let mut driver = Driver::configured(target(1));
    assert_eq!(starts(&driver.failed(1, Transient)), [2]);
    assert_eq!(starts(&driver.failed(2, Transient)), [3]);
    let expected = nothing()
        .put(stopping(3, T0, StopCause::StartFailed, T0, T0))
        .put_pool(PoolRow { gate: paused(Transient, 3, T0 + 1_600, 0), ..primed(target(1)) })
        .destroy(3)
        .alarm(T0 + 1_600);
    assert_eq!(driver.failed(3, Transient), expected);
    assert!(driver.pool.stats(T0).breaker_open);
}

#[test]
fn a_success_between_them_keeps_it_closed() {
    let mut driver = Driver::configured(target(2));
    driver.failed(1, Transient);
    driver.failed(2, Transient);
    driver.started(3);
    driver.failed(4, Transient);
    driver.failed(5, Transient);
    assert!(!driver.pool.stats(T0).breaker_open);
    assert_eq!(driver.figures(), [1, 1, 0, 4, 0]);
}

#[test]
fn while_it_is_open_claims_fail_at_once_with_the_last_error() {
    let mut driver = open(target(1));
    let refusal = driver.pass(600).claim("a");
    // What somebody asks for is tried sooner than what only fills the pool.
    let sooner = Pause { retry_at_ms: T0 + 800, ..pause(Transient, T0 + 1_600, 0) };
    let gate = Gate { pause: Some(sooner), ..paused(Transient, 3, T0 + 1_600, 0) };
    let expected = nothing()
        .put_pool(PoolRow { gate, ..primed(target(1)) })
        .refused(1, start_failed(1_000))
        .alarm(T0 + 800);
    assert_eq!(refusal, expected);
}

#[test]
fn those_who_wait_when_it_opens_fail_at_once_unless_a_start_is_coming() {
    let mut driver = Driver::configured(Config { max_instances: 4, ..target(0) });
    for text in ["a", "b", "c", "d"] {
        driver.claim(text);
    }
    let opened = driver.failed(1, Permanent);
    // Three starts are under way, for those who came first.
    assert_eq!(opened.replies.len(), 1);
    assert_eq!(opened.replies[0].claim.0, 4);
    assert_eq!(refused(&opened).code(), "start_failed");
    assert_eq!(driver.started(2).replies, nothing().granted(1, 2, Outcome::Miss).replies);
}

#[test]
fn while_it_is_open_warm_stock_is_served() {
    let mut driver = Driver::filled(target(2));
    driver.claim("a");
    for n in 3..=5 {
        driver.failed(n, Transient);
    }
    let hit = driver.claim("b");
    assert_eq!((starts(&hit), hit.replies), (vec![], nothing().granted(2, 2, Outcome::Hit).replies));
    assert_eq!(driver.claim("a").replies, nothing().granted(3, 1, Outcome::Sticky).replies);
}

#[test]
fn one_trial_is_made_after_the_back_off_and_its_success_closes_it() {
    let mut driver = open(target(4));
    for n in 4..=6 {
        driver.failed(n, Transient); // asked for before: it does not lengthen the pause
    }
    assert_eq!(starts(&driver.after(1_599)), NONE);
    assert_eq!(starts(&driver.after(1)), [7]);
    assert_eq!(starts(&driver.after(1)), NONE, "one trial at a time");
    let closed = driver.started(7);
    assert_eq!((starts(&closed), driver.pool_row.gate.pause), (vec![8, 9, 10], None));
    assert_eq!(driver.pool_row.gate.failures, 0);
}

#[test]
fn each_failed_trial_doubles_the_pause() {
    let mut driver = open(target(1));
    for (step, pause_ms) in [(1, 3_200), (2, 6_400), (3, 12_800)] {
        let retry_at_ms = driver.pool_row.gate.pause.unwrap().retry_at_ms;
        driver.now_ms = retry_at_ms;
        let [trial] = starts(&driver.handle(Event::DeadlineReached))[..] else { panic!("no trial") };
        driver.failed(trial, Transient);
        let expected = pause(Transient, retry_at_ms + pause_ms, step);
        assert_eq!(driver.pool_row.gate.pause, Some(expected));
    }
}

#[test]
fn a_permanent_failure_opens_it_at_once() {
    let mut driver = Driver::configured(target(1));
    let expected = nothing()
        .put(stopping(1, T0, StopCause::StartFailed, T0, T0))
        .put_pool(PoolRow { gate: paused(Permanent, 3, T0 + 1_600, 0), ..primed(target(1)) })
        .destroy(1)
        .alarm(T0 + 1_600);
    assert_eq!(driver.failed(1, Permanent), expected);
}

#[test]
fn a_claim_is_the_trial_once_the_pause_is_over() {
    let mut driver = open(target(0));
    assert_eq!(driver.figures(), [0, 0, 0, 0, 0], "a target of 0 starts nothing");
    driver.claim("a");
    for n in 1..=3 {
        driver.failed(n, Transient);
    }
    assert_eq!(refused(&driver.claim("b")).code(), "start_failed");
    driver.pass(1_600);
    assert_eq!(starts(&driver.claim("c")), [4]);
    assert_eq!(refused(&driver.claim("d")).code(), "start_failed", "the trial is c's");
    assert_eq!(driver.started(4).replies, nothing().granted(3, 4, Outcome::Miss).replies);
}

#[test]
fn an_open_breaker_that_nobody_needs_closed_arms_no_alarm() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    for n in 1..=3 {
        driver.failed(n, Transient);
        driver.destroyed(n);
    }
    assert_eq!(driver.after(100_000), nothing());
}

#[test]
fn a_rate_limit_pauses_and_those_who_wait_go_on_waiting() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    let limited = driver.failed(1, RateLimit);
    assert_eq!((starts(&limited), limited.replies.len()), (vec![], 0));
    assert_eq!(limited.alarm_at_ms, Some(T0 + 1_600));
    assert_eq!(starts(&driver.after(1_600)), [2]);
    assert_eq!(driver.started(2).replies, nothing().granted(1, 2, Outcome::Miss).replies);
}

#[test]
fn a_retry_after_is_honoured_and_told_to_who_waited() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    let failure = Failure { retry_after_ms: Some(30_000), ..failure(RateLimit) };
    driver.handle(Event::StartFailed { life: life(1), failure });
    assert_eq!(driver.pool_row.gate.pause.unwrap().retry_at_ms, T0 + 30_000);
    let expired = driver.after(10_000);
    assert_eq!(*refused(&expired), PoolError::RateLimited { retry_after_ms: 20_000 });
}

#[test]
fn a_retry_after_beyond_reason_is_cut() {
    let mut driver = Driver::configured(target(1));
    let failure = Failure { retry_after_ms: Some(u64::MAX), ..failure(RateLimit) };
    driver.handle(Event::StartFailed { life: life(1), failure });
    assert_eq!(driver.pool_row.gate.pause.unwrap().retry_at_ms, T0 + 120_000);
}

#[test]
fn an_overloaded_platform_is_left_alone_for_a_while() {
    let mut driver = Driver::configured(target(1));
    assert_eq!(starts(&driver.failed(1, Overload)), NONE);
    assert!(!driver.pool.stats(T0).breaker_open);
    assert_eq!(starts(&driver.after(1_600)), [2]);
}

/// Seen to fail: with the back-off over and no room for its trial, the breaker
/// never closes, and each claim fails at once, told to try again in 0 ms.
#[test]
fn a_full_pool_whose_trial_has_no_room_lets_claims_wait() {
    let mut driver = Driver::filled(Config { max_instances: 2, ..target(2) });
    driver.claim("a");
    driver.reported(1);
    driver.destroyed(1);
    for n in 3..=5 {
        driver.failed(n, Transient);
        driver.destroyed(n);
    }
    driver.claim("b");
    driver.after(1_600);
    driver.failed(6, FailureClass::Capacity);
    driver.destroyed(6);
    driver.pass(1);
    assert_eq!(driver.claim("c").replies, []);
}
