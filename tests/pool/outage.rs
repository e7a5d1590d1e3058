//! The platform fails for a while: how often it is asked, what callers are
//! told, and how soon the pool is well again. In simulated time.

use cf_warm_pool::pool::{Change, Config, Event, Failure, FailureClass, Gate, Outcome, PoolError, PoolRow};

use crate::driver::{Driver, NONE, T0, failure, life, starts, target};
use crate::event_loop::EventLoop;
use crate::expected::{Expected, assigned, nothing, starting};

use FailureClass::{Capacity, Overload, Permanent, RateLimit, Transient};

const MINUTE_MS: u64 = 60_000;

#[test]
fn after_one_capacity_error_the_next_claim_past_the_back_off_gets_its_container() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.failed(1, Capacity);
    driver.destroyed(1);
    // Nobody waits any more, and nothing is kept warm: nothing is armed for it.
    driver.caller_left(1);
    assert_eq!(starts(&driver.after(3_999)), NONE);
    let waits = driver.claim("b");
    assert_eq!((starts(&waits), waits.replies.len(), waits.alarm_at_ms), (vec![], 0, Some(T0 + 4_000)));
    driver.caller_left(2);
    let asked = driver.pass(1).claim("c");
    let row = starting(2, T0 + 4_000);
    assert_eq!((&asked.changes, starts(&asked)), (&nothing().put(row).changes, vec![2]));
    let ready = driver.pass(1_000).started(2);
    let expected = nothing().put(assigned(2, T0 + 4_000, "c", T0 + 5_000)).granted(3, 2, Outcome::Miss);
    assert_eq!((&ready.changes[..1], ready.replies), (&expected.changes[..], expected.replies));
    assert_eq!(driver.pool.stats(driver.now_ms).learned_limit, None);
}

/// The pauses of a back-off from 2 s to 2 min, each shortened or lengthened by a
/// fifth: so many trials fit in ten minutes.
fn trials_ms(share: u64) -> usize {
    let mut pauses = (0..).map(|step: u32| (2_000 << step.min(6)).min(120_000) * share / 5);
    let mut at_ms = 0;
    std::iter::from_fn(|| {
        at_ms += pauses.next()?;
        (at_ms < 10 * MINUTE_MS).then_some(at_ms)
    })
    .count()
}

#[test]
fn under_a_rate_limit_the_attempts_are_those_of_the_back_off() {
    for class in [RateLimit, Overload] {
        for refresh_interval_ms in [1_000, 10_000] {
            let config = Config { start_concurrency: 6, refresh_interval_ms, ..target(20) };
            let mut event_loop = EventLoop::new(config, 1_500);
            event_loop.down = Some(class);
            event_loop.run(T0 + 10 * MINUTE_MS);
            // Six were under way when the first failed.
            let attempts = event_loop.starts.len() - 6;
            assert!((trials_ms(6)..=trials_ms(4)).contains(&attempts), "{class}: {attempts}");
            let pauses: Vec<_> = event_loop.starts[6..].windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(pauses.iter().rev().skip(1).all(|pause_ms| *pause_ms >= 1_600), "{pauses:?}");
        }
    }
}

#[test]
fn claims_under_a_rate_limit_cause_no_attempts_and_are_told_when_to_come_again() {
    let mut event_loop = EventLoop::new(target(0), 1_500);
    event_loop.down = Some(RateLimit);
    for n in 0..6_000 {
        event_loop.claim_at(T0 + 1 + 100 * n, &format!("s{n}"));
    }
    event_loop.run(T0 + 11 * MINUTE_MS);
    assert!(event_loop.starts.len() <= 4 + trials_ms(4) + 1, "{} attempts", event_loop.starts.len());
    assert_eq!(event_loop.unanswered(), 0);
    for answer in &event_loop.answers {
        assert!(
            matches!(answer.result, Err(PoolError::RateLimited { retry_after_ms: 1_000.. })),
            "{answer:?}"
        );
        // A trial under way when its time is over may still serve it.
        assert!(answer.at_ms - answer.asked_at_ms <= 10_000 + 150, "{answer:?}");
    }
}

#[test]
fn a_retry_after_longer_than_the_back_off_is_waited_for_and_a_shorter_one_does_not_hasten_it() {
    for (class, asked_ms, waits_ms) in [
        (RateLimit, 45_000, 45_000),
        (RateLimit, 10, 1_600),
        (Transient, 5_000, 5_000),
        (Overload, 7_000, 7_000),
    ] {
        let mut driver = Driver::configured(Config { start_concurrency: 1, ..target(1) });
        for n in 1..=3 {
            if driver.starting() == [n] {
                let failure = Failure { retry_after_ms: Some(asked_ms), ..failure(class) };
                driver.handle(Event::StartFailed { life: life(n), failure });
            }
        }
        // Nor does somebody who asks.
        assert_eq!(starts(&driver.pass(waits_ms - 1).claim("a")), NONE, "{class}");
        driver.caller_left(1);
        assert_eq!(starts(&driver.after(1)).len(), 1, "{class}");
    }
}

/// Ten claims a second, most of them of new sessions, for ten minutes.
fn outage(class: FailureClass) -> EventLoop {
    let mut event_loop = EventLoop::new(Config { start_concurrency: 6, ..target(3) }, 1_500);
    event_loop.run(T0 + 5_000);
    assert_eq!(event_loop.pool.stats(event_loop.now_ms).warm, 3);
    event_loop.down = Some(class);
    for n in 0..6_200 {
        let text = if n % 10 == 5 { "s0".to_owned() } else { format!("s{n}") };
        event_loop.claim_at(T0 + 5_000 + 100 * n, &text);
    }
    event_loop
}

#[test]
fn while_the_backend_is_down_every_claim_ends_in_time_and_each_back_off_has_one_start() {
    for class in [Transient, Permanent] {
        let mut event_loop = outage(class);
        let begin_ms = event_loop.now_ms;
        let (mut before_it_opened, mut steps) = (None, 0);
        while let Some((_, decision)) = event_loop.step(begin_ms + 10 * MINUTE_MS) {
            for change in decision.changes {
                let Change::PutPool(PoolRow { gate: Gate { pause: Some(pause), .. }, .. }) = change else {
                    continue;
                };
                before_it_opened.get_or_insert(event_loop.starts.len());
                steps = pause.step as usize;
            }
        }
        let trials = &event_loop.starts[before_it_opened.unwrap()..];
        // The last may not have failed yet.
        assert!(
            (steps..=steps + 1).contains(&trials.len()),
            "{class}: {} starts, {steps} steps",
            trials.len()
        );
        let pause_ms = if class == Permanent { 1_600 } else { 800 };
        assert!(trials.windows(2).all(|pair| pair[1] - pair[0] >= pause_ms), "{class}: {trials:?}");
        assert!(trials.len() > 40, "somebody asks for each: {}", trials.len());
        // What was warm was served, and who had one kept it.
        let granted: Vec<_> = event_loop.answers.iter().filter(|answer| answer.result.is_ok()).collect();
        let hits = granted.iter().filter(|answer| answer.result.as_ref().unwrap().outcome == Outcome::Hit);
        assert_eq!(hits.count(), 3);
        assert_eq!(granted.len(), 3 + 600);
        for answer in &event_loop.answers {
            let waited_ms = answer.at_ms - answer.asked_at_ms;
            assert!(waited_ms <= 1_000, "{answer:?}");
            assert!(matches!(&answer.result, Ok(_) | Err(PoolError::StartFailed { .. })), "{answer:?}");
        }
    }
}

#[test]
fn within_two_seconds_of_its_recovery_a_claim_is_served() {
    for jitter_ms in [0, 150, 350, 500, 770, 950] {
        let mut event_loop = outage(Transient);
        let recovers_ms = event_loop.now_ms + 10 * MINUTE_MS + jitter_ms;
        event_loop.run(recovers_ms);
        event_loop.down = None;
        event_loop.start_ms = 200;
        event_loop.run(recovers_ms + 15_000);
        let misses = |answer: &&crate::event_loop::Answer| {
            answer.result.as_ref().is_ok_and(|grant| grant.outcome == Outcome::Miss)
        };
        let first_ms = event_loop.answers.iter().find(misses).unwrap().at_ms;
        assert!(first_ms - recovers_ms <= 2_000, "{} ms", first_ms - recovers_ms);
        assert!(!event_loop.pool.stats(event_loop.now_ms).breaker_open);
    }
}

#[test]
fn a_pool_that_nobody_calls_is_at_its_target_again_two_minutes_after_at_most() {
    let mut event_loop = EventLoop::new(target(3), 1_500);
    event_loop.down = Some(Transient);
    event_loop.run(T0 + 60 * MINUTE_MS);
    event_loop.down = None;
    event_loop.run(T0 + 60 * MINUTE_MS + 150_000);
    assert_eq!(event_loop.pool.stats(event_loop.now_ms).warm, 3);
}

/// Starts that are never answered end by their own time limit, and so do the
/// claims that wait for them.
#[test]
fn a_backend_that_answers_nothing_holds_no_claim_past_its_deadline() {
    let mut event_loop = EventLoop::new(Config { start_timeout_ms: 5_000, ..target(2) }, u64::MAX / 2);
    for n in 0..1_200 {
        event_loop.claim_at(T0 + 1 + 100 * n, &format!("s{n}"));
    }
    event_loop.run(T0 + 5 * MINUTE_MS);
    assert_eq!((event_loop.unanswered(), event_loop.granted()), (0, 0));
    for answer in &event_loop.answers {
        // queueTimeout, and startTimeout for every batch of starts ahead.
        let code = answer.result.as_ref().unwrap_err().code();
        assert!(["start_failed", "start_timeout", "queue_timeout"].contains(&code), "{code}");
        assert!(answer.at_ms - answer.asked_at_ms <= 60_050, "{answer:?}");
    }
}
