//! Containers of an earlier revision are replaced, few at a time; those of
//! sessions finish.

use cf_warm_pool::pool::{Config, Counters, OnRelease, Outcome, Refill, Rollout, Seen, StopCause};

use crate::driver::{Driver, NONE, T0, starts, target};
use crate::expected::{Expected, Row, assigned, nothing, primed, primed_after, starting, stopping, warm};
use crate::life::{revision, served, stops};

fn of(text: &str, order_ms: u64, warm_target: usize) -> Config {
    revision(text, order_ms, Config { start_concurrency: 20, ..target(warm_target) })
}

fn within(surge_max: usize, unavailable_max: usize, config: Config) -> Config {
    Config { rollout: Rollout { surge_max, unavailable_max }, ..config }
}

/// A pool at its target, every container of revision a.
fn filled(warm_target: usize) -> Driver {
    Driver::filled(of("a", 1, warm_target))
}

/// Every stop under way ends, and what comes of it.
fn all_stop(driver: &mut Driver) -> Vec<u8> {
    let mut started = Vec::new();
    for n in driver.stopping() {
        started.extend(starts(&driver.seen(n, Seen::Stopped)));
        started.extend(starts(&driver.destroyed(n)));
    }
    started
}

#[test]
fn containers_are_started_with_the_revision_in_force() {
    let mut driver = Driver::new();
    let expected =
        nothing().put(starting(1, T0).of("a")).put_pool(primed(of("a", 1, 1))).start(1).alarm(T0 + 30_000);
    assert_eq!(driver.configure(of("a", 1, 1)), expected);
    assert_eq!(driver.started(1).changes, nothing().put(warm(1, T0, T0).of("a")).changes);
}

#[test]
fn one_more_and_none_fewer_replaces_them_one_by_one() {
    let mut driver = filled(2);
    let changed = driver.pass(5).configure(of("b", 2, 2));
    let expected = nothing()
        .put(starting(3, T0 + 5).of("b"))
        .put_pool(primed_after([of("a", 1, 2)], of("b", 2, 2)))
        .start(3)
        .alarm(T0 + 10_000);
    assert_eq!(changed, expected);
    assert_eq!(driver.handle_due().commands, [], "one at a time");
    let ready = driver.pass(1_000).started(3);
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Outdated, T0 + 1_005, T0 + 31_005).of("a"))
        .put(warm(3, T0 + 5, T0 + 1_005).of("b"))
        .stop(1)
        .alarm(T0 + 1_505);
    assert_eq!(ready, expected);
    assert_eq!(all_stop(&mut driver), [4]);
    assert_eq!(stops(&driver.started(4)), [2]);
    assert_eq!(all_stop(&mut driver), NONE);
    assert_eq!(
        (driver.warm(), driver.stopping(), starts(&driver.handle_due())),
        (vec![3, 4], vec![], vec![])
    );
    let Counters { evictions, expirations, replacements, .. } = driver.counters();
    assert_eq!((evictions, expirations, replacements), (2, 0, 2));
}

#[test]
fn one_fewer_and_none_more_stops_first() {
    let mut driver = filled(2);
    let config = within(0, 1, of("b", 2, 2));
    let changed = driver.configure(config.clone());
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Outdated, T0, T0 + 30_000).of("a"))
        .put_pool(primed_after([of("a", 1, 2)], config))
        .stop(1)
        .alarm(T0 + 500);
    assert_eq!(changed, expected);
    assert_eq!(all_stop(&mut driver), [3]);
    assert_eq!(stops(&driver.after(500)), NONE, "3 is not there yet");
    assert_eq!((stops(&driver.started(3)), all_stop(&mut driver)), (vec![2], vec![4]));
}

#[test]
fn three_more_and_two_fewer_replaces_five_at_a_time() {
    let mut driver = filled(5);
    let changed = driver.configure(within(3, 2, of("b", 2, 5)));
    assert_eq!((starts(&changed), stops(&changed)), (vec![6, 7, 8], vec![1, 2]));
    assert_eq!(all_stop(&mut driver), [9, 10]);
    // Each that is ready lets one more go, down to the three that must be there.
    let gone: Vec<_> = (6..=10).flat_map(|n| stops(&driver.started(n))).collect();
    assert_eq!((gone, driver.warm()), (vec![3, 4, 5], vec![6, 7, 8, 9, 10]));
}

#[test]
fn a_hundred_more_replaces_all_of_them_at_once() {
    let mut driver = filled(5);
    assert_eq!(starts(&driver.configure(within(100, 0, of("b", 2, 5)))), [6, 7, 8, 9, 10]);
    let gone: Vec<_> = (6..=10).flat_map(|n| stops(&driver.started(n))).collect();
    assert_eq!(gone, [1, 2, 3, 4, 5]);
}

#[test]
fn none_of_an_earlier_revision_is_handed_out() {
    let mut driver = filled(2);
    driver.configure(of("b", 2, 2));
    let waits = driver.claim("x");
    assert_eq!((waits.replies.len(), starts(&waits)), (0, vec![4]));
    let ready = driver.started(3);
    assert_eq!(served(&ready), [(1, 3)]);
    assert_eq!(driver.warm(), [1, 2]);
}

#[test]
fn the_containers_of_sessions_are_left_alone() {
    let mut driver = filled(1);
    driver.claim("x");
    driver.started(2);
    driver.configure(of("b", 2, 1));
    driver.started(3);
    all_stop(&mut driver);
    let row = assigned(1, T0, "x", T0).of("a");
    assert!(driver.rows.contains(&row));
    assert_eq!(driver.claim("x").replies, nothing().granted(2, 1, Outcome::Sticky).replies);
    assert_eq!((driver.assigned(), driver.warm()), (vec![1], vec![3]));
}

#[test]
fn a_container_started_again_gets_the_revision_in_force() {
    let policy = |config| Config { on_release: OnRelease::Restart, ..config };
    let mut driver = Driver::filled(policy(of("a", 1, 1)));
    driver.claim("x");
    driver.started(2);
    driver.released("x");
    driver.configure(policy(of("b", 2, 1)));
    driver.idle(1);
    let again = driver.destroyed(1);
    assert_eq!(again.changes[0], nothing().put(starting(1, T0).of("b").in_life(2)).changes[0]);
}

#[test]
fn a_config_of_an_earlier_revision_is_passed_over_whole() {
    let mut driver = Driver::filled(of("b", 2, 2));
    let earlier = Config { warm_target: 7, max_instances: 1, ..of("a", 1, 2) };
    assert_eq!(driver.configure(earlier.clone()), nothing().alarm(T0 + 10_000));
    assert_eq!(driver.prime(Some(earlier.clone())), nothing().alarm(T0 + 10_000));
    // Who brings it is served by the pool as it is.
    let hit = driver.claim_with(1, "x", earlier);
    let expected = nothing()
        .put(assigned(1, T0, "x", T0).of("b"))
        .put(starting(3, T0).of("b"))
        .granted(1, 1, Outcome::Hit)
        .start(3)
        .alarm(T0 + 10_000);
    assert_eq!(hit, expected);
    assert_eq!((driver.counters().passed_over, driver.pool.config().warm_target), (3, 2));
}

#[test]
fn of_two_revisions_of_the_same_moment_the_first_stays() {
    let mut driver = Driver::filled(of("a", 5, 1));
    assert_eq!(driver.configure(of("b", 5, 1)), nothing().alarm(T0 + 10_000));
    // The same revision may change its settings.
    assert_eq!(starts(&driver.configure(of("a", 5, 2))), [2]);
}

#[test]
fn a_revision_without_an_order_is_taken_as_it_comes() {
    let without = |text: &str| Config { revision_order_ms: None, ..of(text, 0, 1) };
    let mut driver = Driver::filled(without("a"));
    assert_eq!(starts(&driver.configure(without("b"))), [2]);
    driver.started(2);
    all_stop(&mut driver);
    assert_eq!(starts(&driver.configure(without("a"))), [3], "and back");
}

#[test]
fn a_caller_that_names_no_revision_means_the_one_there_is() {
    let mut driver = filled(1);
    let changed = driver.configure(Config { start_concurrency: 20, ..target(2) });
    let row = primed_after([of("a", 1, 1)], of("a", 1, 2));
    let expected = nothing().put(starting(2, T0).of("a")).put_pool(row).start(2);
    assert_eq!((changed.changes, changed.commands), (expected.changes, expected.commands));
}

#[test]
fn a_pool_that_gets_its_first_revision_replaces_those_that_have_none() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(starts(&driver.configure(of("a", 1, 1))), [2]);
    assert_eq!(stops(&driver.started(2)), [1]);
}

#[test]
fn a_changed_target_and_a_changed_revision_are_one_change() {
    let mut driver = filled(2);
    let raised = driver.configure(of("b", 2, 4));
    // Two are missing, and two more come for those that go: five at most.
    assert_eq!((starts(&raised), stops(&raised)), (vec![3, 4, 5], vec![]));
    let mut driver = filled(4);
    let lowered = driver.configure(of("b", 2, 2));
    assert_eq!((starts(&lowered), stops(&lowered)), (vec![], vec![1, 2]));
    assert_eq!(all_stop(&mut driver), [5]);
}

#[test]
fn a_target_lowered_in_the_middle_of_it_takes_the_earlier_ones_first() {
    let mut driver = filled(3);
    driver.configure(of("b", 2, 3));
    driver.started(4);
    assert_eq!((driver.warm(), driver.stopping()), (vec![2, 3, 4], vec![1]));
    assert_eq!(stops(&driver.configure(of("b", 2, 1))), [2, 3]);
    all_stop(&mut driver);
    assert_eq!((driver.warm(), driver.starting()), (vec![4], vec![]));
}

#[test]
fn a_pool_that_refills_at_refreshes_rolls_out_at_once_and_goes_on_at_refreshes() {
    let interval = |config| Config { refill: Refill::Interval, ..config };
    let mut driver = Driver::filled(interval(of("a", 1, 2)));
    let changed = driver.pass(5).configure(interval(of("b", 2, 2)));
    let row = primed_after([interval(of("a", 1, 2))], interval(of("b", 2, 2)));
    let expected = nothing().put(starting(3, T0 + 5).of("b")).put_pool(row).start(3);
    assert_eq!(changed, expected.alarm(T0 + 10_000));
    assert_eq!(stops(&driver.started(3)), [1]);
    driver.reported(1);
    assert_eq!((starts(&driver.destroyed(1)), starts(&driver.after(500))), (vec![], vec![]));
    assert_eq!(starts(&driver.after(9_495)), [4]);
}

#[test]
fn at_the_limit_one_goes_before_its_replacement_is_started() {
    let limited = |config| Config { max_instances: 3, ..config };
    let mut driver = Driver::filled(limited(of("a", 1, 2)));
    driver.claim("x");
    driver.started(3);
    let changed = driver.configure(limited(of("b", 2, 2)));
    assert_eq!((starts(&changed), stops(&changed)), (vec![], vec![2]));
    assert_eq!(stops(&driver.after(500)), NONE, "one at a time");
    assert_eq!(all_stop(&mut driver), [4]);
    assert_eq!(stops(&driver.started(4)), [3]);
    assert_eq!(all_stop(&mut driver), [5]);
    driver.started(5);
    assert_eq!((driver.warm(), driver.assigned(), driver.stopping()), (vec![4, 5], vec![1], vec![]));
}

#[test]
fn it_goes_on_after_a_loss_of_memory() {
    let mut driver = filled(2);
    driver.configure(of("b", 2, 2));
    let woken = driver.pass(100).wake();
    assert_eq!(starts(&woken), [3], "asked for again");
    assert_eq!(stops(&driver.started(3)), [1]);
}
