//! The end of all warm containers.

use cf_warm_pool::pool::{Event, PoolRow, Seen, StopCause};

use crate::driver::{Driver, NONE, T0, destroys, starts, target};
use crate::expected::{Expected, nothing, primed, starting, stopping, unsettled};

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
