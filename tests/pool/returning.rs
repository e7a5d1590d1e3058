//! A container whose session has left is to be warm again: started anew under
//! its name, or cleaned up while it runs. Else it is destroyed.

use cf_warm_pool::pool::{
    Config, Counters, Decision, Event, FailureClass, Generation, Life, OnRelease, Outcome, Seen, StopCause,
};

use crate::driver::{Driver, NONE, T0, destroys, failure, id, life, probes, starts, target};
use crate::expected::{Expected, Row, draining, nothing, starting, stopping, unsettled, warm};
use crate::life::{life_of, resets, revision, stops};

use OnRelease::{Destroy, Reset, Restart};

fn config(on_release: OnRelease) -> Config {
    Config { on_release, ..target(1) }
}

/// At [`T0`] session a has left 1, which is looked at, and session b has taken
/// 2: the pool is short of one, and waits for 1 to come back.
fn called_for(on_release: OnRelease) -> Driver {
    Driver::called_for(config(on_release))
}

#[test]
fn an_idle_container_is_destroyed_to_be_started_again() {
    let mut driver = called_for(Restart);
    let row = stopping(1, T0, StopCause::Restart, T0 + 20, T0 + 20);
    assert_eq!(driver.pass(20).idle(1), nothing().put(row).destroy(1).alarm(T0 + 10_000));
    let counters = Counters { hits: 2, gone: 1, releases: 1, restarts: 1, ..Counters::default() };
    let expected = nothing()
        .put(starting(1, T0 + 50).in_life(2))
        .put_counters(counters)
        .start(1)
        .in_life(1, 2)
        .alarm(T0 + 30_050);
    let gone = driver.pass(30).destroyed(1);
    assert_eq!(Decision { alarm_at_ms: expected.alarm_at_ms, ..gone }, expected);
    let late = driver.handle(Event::StartSucceeded { life: life(1) });
    assert_eq!(late.changes, [], "of the life before");
    let expected = nothing().put(warm(1, T0 + 50, T0 + 60).in_life(2));
    assert_eq!(driver.pass(10).started(1).changes, expected.changes);
    assert_eq!(
        driver.claim("c").replies,
        nothing().granted(3, 1, Outcome::Hit).in_life(1, 2).hint(0).replies
    );
}

#[test]
fn one_that_nobody_calls_for_is_not_started_again() {
    let mut driver = Driver::filled(config(Restart));
    driver.claim("a");
    driver.started(2);
    driver.released("a");
    driver.idle(1);
    let counters = Counters { hits: 1, gone: 1, releases: 1, ..Counters::default() };
    assert_eq!(driver.destroyed(1), nothing().delete(1).put_counters(counters).alarm(T0 + 10_000));
    // Nor is one of a pool that keeps none warm even destroyed for it.
    let mut driver = called_for(Restart);
    driver.configure(Config { on_release: Restart, ..target(0) });
    let row = stopping(1, T0, StopCause::Released, T0, T0 + 30_000);
    assert_eq!(driver.idle(1), nothing().put(row).stop(1).alarm(T0 + 500));
}

/// A container that stops while it drains has nothing more to finish.
#[test]
fn a_report_of_a_stop_while_it_drains_does_what_it_drained_for_at_once() {
    for policy in OnRelease::ALL {
        let mut driver = called_for(policy);
        let cause = if policy == Restart { StopCause::Restart } else { StopCause::Stopped };
        let row = stopping(1, T0, cause, T0 + 5, T0 + 5);
        let reported = driver.pass(5).reported(1);
        let expected = nothing().put(row).destroy(1);
        let expected = match policy {
            // It was to come back, and does not.
            Reset => expected.put(starting(3, T0 + 5)).start(3),
            Destroy | Restart => expected,
        };
        assert_eq!(
            (reported.changes, reported.commands),
            (expected.changes, expected.commands),
            "{policy:?}"
        );
    }
}

#[test]
fn one_seen_stopped_while_it_drains_is_no_failed_look() {
    let mut driver = called_for(Restart);
    assert_eq!(destroys(&driver.seen(1, Seen::Stopped)), [1]);
    assert_eq!(driver.counters().health_failures, [0; 3]);
}

#[test]
fn an_idle_container_is_cleaned_up_by_its_class() {
    let mut driver = called_for(Reset);
    // It drains, in its row, until the answer is there.
    assert_eq!(driver.pass(20).idle(1), nothing().reset(1).alarm(T0 + 10_000));
    assert_eq!(driver.pass(5).idle(1), nothing().alarm(T0 + 10_000), "told twice");
    let clean = driver.pass(5).reset_answered(1, Ok(true));
    let row = warm(1, T0, T0 + 30).in_life(2);
    assert_eq!(clean, nothing().put(row).alarm(T0 + 10_000));
    assert_eq!(driver.counters().resets, 1);
    assert_eq!(
        driver.claim("c").replies,
        nothing().granted(3, 1, Outcome::Hit).in_life(1, 2).hint(0).replies
    );
}

#[test]
fn an_answer_to_another_life_or_to_nothing_asked_cleans_nothing_up() {
    let mut driver = called_for(Reset);
    assert_eq!(driver.reset_answered(1, Ok(true)), nothing().alarm(T0 + 500), "not asked for");
    driver.idle(1);
    let other = Event::ResetAnswered { life: life_of(1, 2), result: Ok(true) };
    assert_eq!(driver.handle(other).changes, []);
    driver.reset_answered(1, Ok(true));
    let again = Event::ResetAnswered { life: life(1), result: Ok(false) };
    assert_eq!(driver.handle(again), nothing().alarm(T0 + 10_000), "told twice");
    assert_eq!(driver.warm(), [1]);
}

#[test]
fn a_clean_up_that_says_no_or_fails_or_never_answers_has_the_container_destroyed_and_replaced() {
    let error = || Err(failure(FailureClass::Transient));
    // Where the class has not answered it may be at work for 15 s more.
    for (pause_ms, result, works_on_ms) in
        [(40, Some(Ok(false)), 0), (40, Some(error()), 15_000), (30_020, None, 15_000)]
    {
        let mut driver = called_for(Reset);
        driver.pass(20).idle(1);
        driver.now_ms = T0 + pause_ms;
        let decision = match result {
            Some(result) => driver.reset_answered(1, result),
            None => driver.handle(Event::DeadlineReached),
        };
        let now_ms = T0 + pause_ms;
        let expected = nothing()
            .put(unsettled(1, T0, StopCause::ResetFailed, now_ms, now_ms + works_on_ms))
            .put(starting(3, now_ms));
        let expected = if works_on_ms > 0 { expected.destroy_early(1) } else { expected.destroy(1) };
        let expected = expected.start(3);
        assert_eq!((&decision.changes[..2], decision.commands), (&expected.changes[..], expected.commands));
        assert_eq!((driver.counters().reset_failures, driver.counters().resets), (1, 0));
        assert_eq!(driver.reset_answered(1, Ok(true)).changes, [], "too late");
    }
}

/// What is to become of a container that nobody would get: it is not made
/// ready, whether that shows before the clean-up or after.
#[test]
fn what_is_no_longer_wanted_is_not_cleaned_up() {
    let unwanted = [
        Config { on_release: Reset, ..target(0) },
        Config { enabled: false, ..config(Reset) },
        revision("b", 1, config(Reset)),
        Config { container_ttl_ms: 60_000, ..config(Reset) },
    ];
    for unwanted in unwanted {
        for before in [true, false] {
            let mut driver = called_for(Reset);
            let changed = |driver: &mut Driver| {
                driver.now_ms = T0 + 70_000 * u64::from(unwanted.container_ttl_ms > 0);
                driver.configure(unwanted.clone());
            };
            if before {
                changed(&mut driver);
            } else {
                driver.idle(1);
                changed(&mut driver);
            }
            let decision = if before { driver.idle(1) } else { driver.reset_answered(1, Ok(true)) };
            let row = stopping(1, T0, StopCause::Released, driver.now_ms, driver.now_ms + 30_000);
            assert_eq!(decision.changes[0], nothing().put(row).changes[0]);
            assert_eq!((stops(&decision), resets(&decision)), (vec![1], vec![]));
            assert_eq!(driver.counters().resets, 0);
        }
    }
}

#[test]
fn a_report_of_a_stop_during_the_clean_up_ends_it() {
    let mut driver = called_for(Reset);
    driver.idle(1);
    assert_eq!(destroys(&driver.reported(1)), [1]);
    assert_eq!(driver.reset_answered(1, Ok(true)).changes, []);
    assert_eq!(driver.stopping(), [1]);
}

/// A clean-up that the lost memory may have asked for could come late, for the
/// next session: it is not asked for any more.
#[test]
fn a_memory_lost_while_it_drains_goes_on_with_what_is_safe() {
    for policy in OnRelease::ALL {
        let mut driver = called_for(policy);
        let woken = driver.pass(5_000).wake();
        let safe = if policy == Reset { Destroy } else { policy };
        let row = draining(1, T0, StopCause::Released, T0 + 30_000).under(safe);
        assert_eq!(driver.rows.iter().find(|row| row.id == id(1)), Some(&row));
        assert!(probes(&woken).contains(&1), "{policy:?}");
    }
}

#[test]
fn a_memory_lost_past_the_drain_timeout_ends_the_draining() {
    for policy in OnRelease::ALL {
        let mut driver = called_for(policy);
        let now_ms = T0 + 70_000;
        let woken = driver.pass(70_000).wake();
        let row = match policy {
            Restart => stopping(1, T0, StopCause::Restart, now_ms, now_ms),
            Destroy | Reset => stopping(1, T0, StopCause::Released, now_ms, now_ms + 30_000),
        };
        assert_eq!(woken.changes[0], nothing().put(row).changes[0], "{policy:?}");
    }
}

/// A clean-up under way could come late, for the next session.
#[test]
fn a_memory_lost_during_the_clean_up_has_the_container_destroyed_and_never_cleaned_up() {
    let mut driver = called_for(Reset);
    driver.idle(1);
    let woken = driver.pass(100).wake();
    assert_eq!((resets(&woken), starts(&woken)), (vec![], vec![3]));
    assert_eq!(driver.reset_answered(1, Ok(true)).changes, []);
    // The start of its first life may go on unheard until 60 s are over.
    let row = unsettled(1, T0, StopCause::Released, T0 + 30_100, T0 + 60_000);
    assert_eq!(driver.idle(1).changes, nothing().put(row).changes);
}

#[test]
fn a_memory_lost_while_it_stops_to_be_started_again_starts_it_again() {
    let mut driver = called_for(Restart);
    driver.idle(1);
    let woken = driver.pass(70_000).wake();
    assert_eq!((destroys(&woken), starts(&woken)), (vec![1], vec![]));
    let gone = driver.destroyed(1);
    assert_eq!(gone.commands, nothing().start(1).in_life(1, 2).commands);
    assert_eq!(gone.changes[0], nothing().put(starting(1, T0 + 70_000).in_life(2)).changes[0]);
}

#[test]
fn a_container_goes_through_many_lives_and_each_has_its_number() {
    let mut driver = called_for(Reset);
    for generation in 2..10 {
        driver.idle(1);
        driver.reset_answered(1, Ok(true));
        assert_eq!(driver.life(1), Life { id: id(1), generation: Generation(generation) });
        let hit = driver.claim("a");
        assert_eq!(hit.replies[0].result.as_ref().unwrap().generation, Generation(generation));
        driver.released("a");
    }
    assert_eq!(starts(&driver.idle(1)), NONE);
}
