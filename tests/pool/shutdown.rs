//! The end of all warm containers, or of all.

use cf_warm_pool::pool::{Config, Event, OnRelease, Outcome, PoolRow, Seen, StopCause};

use crate::driver::{Driver, NONE, T0, destroys, starts, target};
use crate::expected::{
    Expected, Row, draining, nothing, primed, primed_after, starting, stopping, unsettled,
};

fn resting() -> PoolRow {
    PoolRow { primed: false, ..primed(target(2)) }
}

#[test]
fn what_is_warm_is_stopped_and_nothing_is_started() {
    let mut driver = Driver::filled(target(2));
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Shutdown, T0 + 5, T0 + 30_005))
        .put(stopping(2, T0, StopCause::Shutdown, T0 + 5, T0 + 30_005))
        .put_pool(resting())
        .stop(1)
        .stop(2)
        .alarm(T0 + 505);
    assert_eq!(driver.pass(5).shut_down(), expected);
}

#[test]
fn what_is_starting_for_nobody_is_destroyed() {
    let mut driver = Driver::configured(target(2));
    let expected = nothing()
        .put(unsettled(1, T0, StopCause::Shutdown, T0 + 5, T0 + 60_000))
        .put(unsettled(2, T0, StopCause::Shutdown, T0 + 5, T0 + 60_000))
        .put_pool(resting())
        .destroy_early(1)
        .destroy_early(2);
    let shut_down = driver.pass(5).shut_down();
    assert_eq!((&shut_down.changes, &shut_down.commands), (&expected.changes, &expected.commands));
    for n in [1, 2] {
        driver.destroyed(n);
        assert_eq!(destroys(&driver.started(n)), [n], "it became ready after all");
        driver.destroyed(n);
    }
    assert_eq!(driver.figures(), [0; 5]);
}

#[test]
fn what_a_session_waits_for_or_holds_is_left_alone() {
    let mut driver = Driver::filled(target(2));
    driver.claim("a");
    driver.claim("b");
    driver.claim("c");
    assert_eq!(driver.figures(), [3, 0, 2, 0, 1]);
    driver.shut_down();
    assert_eq!(driver.figures(), [1, 0, 2, 2, 1]);
    driver.all_start();
    assert_eq!(driver.figures(), [0, 0, 3, 2, 0]);
}

#[test]
fn the_refill_rests_until_a_new_session_claims() {
    let mut driver = Driver::filled(target(2));
    driver.claim("a");
    driver.all_start();
    driver.shut_down();
    assert_eq!(starts(&driver.after(100_000)), NONE);
    driver.alive(1);
    let sticky = driver.claim("a");
    assert_eq!((sticky.replies.len(), starts(&sticky)), (1, vec![]));
    let fresh = driver.claim("b");
    assert_eq!(starts(&fresh), [4, 5, 6]);
    assert!(driver.pool_row.primed);
}

#[test]
fn the_refill_rests_over_a_loss_of_memory() {
    let mut driver = Driver::filled(target(2));
    driver.shut_down();
    assert_eq!(starts(&driver.wake()), NONE);
    assert_eq!(starts(&driver.after(100_000)), NONE);
}

#[test]
fn an_equal_config_does_not_wake_it_and_a_changed_one_does() {
    let mut driver = Driver::filled(target(2));
    driver.shut_down();
    assert_eq!(starts(&driver.configure(target(2))), NONE);
    assert_eq!(starts(&driver.configure(target(3))), [3, 4, 5]);
}

#[test]
fn a_second_shut_down_changes_nothing() {
    let mut driver = Driver::filled(target(2));
    driver.shut_down();
    assert_eq!(driver.shut_down(), nothing().alarm(T0 + 500));
    assert_eq!(driver.counters().evictions, 2);
}

#[test]
fn a_pool_shut_down_comes_to_rest_without_an_alarm() {
    let mut driver = Driver::filled(target(2));
    driver.shut_down();
    driver.after(500);
    for n in [1, 2] {
        driver.seen(n, Seen::Stopped);
        driver.destroyed(n);
    }
    assert_eq!(driver.handle(Event::DeadlineReached), nothing());
    assert_eq!(driver.figures(), [0; 5]);
}

/// Seen to fail: the start nearest its end is destroyed, and the session waits
/// for the youngest.
#[test]
fn the_start_that_began_first_is_kept_for_the_session_that_waits() {
    let mut driver = Driver::configured(target(1));
    driver.pass(20_000).claim("a");
    driver.shut_down();
    assert_eq!(driver.rows.iter().filter(|row| **row == starting(1, T0)).count(), 1);
}

/// Two sessions hold theirs, one under each of two policies; 3 is warm.
fn held() -> Driver {
    let mut driver = Driver::filled(Config { on_release: OnRelease::Reset, ..target(1) });
    driver.claim("a");
    driver.started(2);
    driver.configure(Config { on_release: OnRelease::Restart, ..target(1) });
    driver.claim("b");
    driver.started(3);
    driver
}

#[test]
fn the_end_of_all_has_those_of_sessions_drain_to_be_destroyed_whatever_their_policy() {
    let mut driver = held();
    let now_ms = T0 + 5;
    let [before, config] =
        [OnRelease::Reset, OnRelease::Restart].map(|on_release| Config { on_release, ..target(1) });
    let expected = nothing()
        .put(draining(1, T0, StopCause::Shutdown, now_ms + 30_000))
        .put(draining(2, T0, StopCause::Shutdown, now_ms + 30_000))
        .put(stopping(3, T0, StopCause::Shutdown, now_ms, now_ms + 30_000))
        .put_pool(PoolRow { primed: false, ..primed_after([before], config) })
        .stop(3)
        .probe(1)
        .probe(2)
        .alarm(now_ms + 500);
    assert_eq!(driver.pass(5).shut_down_all(), expected);
    for n in [1, 2] {
        let row = stopping(n, T0, StopCause::Shutdown, now_ms, now_ms + 30_000);
        assert_eq!(driver.idle(n), nothing().put(row).stop(n).alarm(now_ms + 500));
    }
}

#[test]
fn the_end_of_all_is_no_release_and_none_is_left_after_it() {
    let mut driver = held();
    driver.shut_down_all();
    assert_eq!(driver.counters().releases, 0);
    assert_eq!(driver.shut_down_all(), nothing().alarm(T0 + 500), "a second changes nothing");
    driver.after(30_000);
    driver.after(30_000);
    for n in 1..=3 {
        driver.destroyed(n);
    }
    assert_eq!((driver.figures(), driver.after(0)), ([0; 5], nothing()));
}

#[test]
fn those_that_drain_already_are_not_made_ready_for_anybody() {
    for on_release in [OnRelease::Reset, OnRelease::Restart] {
        let mut driver = Driver::filled(Config { on_release, ..target(1) });
        driver.claim("a");
        driver.released("a");
        driver.shut_down_all();
        let row = draining(1, T0, StopCause::Released, T0 + 30_000).under(OnRelease::Destroy);
        assert!(driver.rows.contains(&row));
        // Not even where somebody has claimed since.
        driver.claim("b");
        let row = stopping(1, T0, StopCause::Released, T0, T0 + 30_000);
        assert_eq!(driver.idle(1).changes[0], nothing().put(row).changes[0]);
    }
}

#[test]
fn one_that_stops_to_be_started_again_is_not_started_again() {
    let mut driver = Driver::called_for(Config { on_release: OnRelease::Restart, ..target(1) });
    driver.idle(1);
    driver.shut_down_all();
    assert_eq!((driver.stopping(), starts(&driver.destroyed(1))), (vec![1], vec![]));
    assert_eq!(driver.counters().restarts, 0);
}

#[test]
fn after_the_end_of_all_a_claim_gets_a_fresh_one_and_fills_the_pool() {
    let mut driver = held();
    driver.shut_down_all();
    let again = driver.claim("a");
    assert_eq!((starts(&again), again.replies.len()), (vec![4, 5], 0));
    assert!(driver.pool_row.primed);
    assert_eq!(driver.started(4).replies, nothing().granted(3, 4, Outcome::Miss).hint(0).replies);
}

#[test]
fn the_end_of_all_keeps_the_starts_that_sessions_wait_for() {
    let mut driver = Driver::configured(target(1));
    driver.pass(5).claim("a");
    let ended = driver.shut_down_all();
    assert_eq!((destroys(&ended), driver.starting()), (vec![2], vec![1]));
    assert_eq!(driver.started(1).replies, nothing().granted(1, 1, Outcome::Miss).replies);
}

#[test]
fn the_end_of_all_goes_on_after_a_loss_of_memory() {
    let mut driver = held();
    driver.shut_down_all();
    assert_eq!(starts(&driver.pass(40_000).wake()), NONE);
    assert_eq!((driver.assigned(), driver.draining()), (NONE.to_vec(), NONE.to_vec()));
    assert_eq!(driver.stopping(), [1, 2, 3]);
}
