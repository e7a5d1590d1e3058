//! The pool is asked to fill itself, and fills itself again after whatever it
//! went through.

use cf_warm_pool::pool::{Config, Event, FailureClass, PoolError, PoolRow, Refill, Seen};

use crate::driver::{Driver, NONE, T0, starts, target};
use crate::expected::{Expected, first_two_started, nothing, primed, starting};

fn interval(warm_target: usize) -> Config {
    Config { refill: Refill::Interval, ..target(warm_target) }
}

#[test]
fn a_new_pool_is_filled() {
    let mut driver = Driver::new();
    assert_eq!(driver.prime(Some(target(2))), first_two_started());
}

#[test]
fn one_without_a_config_is_filled_with_the_defaults_and_records_none() {
    let mut driver = Driver::new();
    let asked = driver.prime(None);
    assert_eq!(starts(&asked), [1, 2, 3, 4, 5]);
    let row = PoolRow { primed: true, ..PoolRow::default() };
    assert_eq!(asked.changes.last(), nothing().put_pool(row).changes.last());
}

#[test]
fn a_second_time_starts_nothing_twice_and_writes_nothing() {
    let mut driver = Driver::new();
    driver.prime(Some(target(2)));
    for config in [None, Some(target(2))] {
        assert_eq!(driver.prime(config), nothing().alarm(T0 + 30_000));
    }
    driver.all_start();
    assert_eq!(driver.prime(None), nothing().alarm(T0 + 10_000));
    assert_eq!(driver.figures(), [0, 2, 0, 0, 0]);
}

#[test]
fn a_pool_that_refills_at_refreshes_is_filled_at_once() {
    let mut driver = Driver::filled(interval(2));
    driver.pass(1_000);
    assert_eq!(starts(&driver.claim("a")), NONE);
    let asked = driver.prime(None);
    assert_eq!(asked, nothing().put(starting(3, T0 + 1_000)).start(3).alarm(T0 + 10_000));
    driver.started(3);
    // It does not fill itself at once from then on.
    assert_eq!(starts(&driver.claim("b")), NONE);
}

#[test]
fn its_starts_wait_for_their_turn_and_none_is_forgotten() {
    let mut driver = Driver::configured(Config { start_concurrency: 2, ..interval(0) });
    let all = Config { start_concurrency: 2, ..interval(5) };
    let mut started = starts(&driver.prime(Some(all)));
    while let Some(n) = driver.starting().first() {
        started.extend(starts(&driver.started(*n)));
    }
    assert_eq!((started, driver.warm().len()), (vec![1, 2, 3, 4, 5], 5));
}

#[test]
fn one_that_was_shut_down_is_filled_again() {
    let mut driver = Driver::filled(target(2));
    driver.shut_down_all();
    assert_eq!(starts(&driver.prime(None)), [3, 4]);
    assert!(driver.pool_row.primed);
}

#[test]
fn a_disabled_one_is_not_filled() {
    let mut driver = Driver::new();
    let disabled = Config { enabled: false, ..target(2) };
    assert_eq!(driver.prime(Some(disabled.clone())), nothing().put_pool(primed(disabled)));
}

#[test]
fn a_pause_is_kept() {
    let mut driver = Driver::configured(target(1));
    driver.failed(1, FailureClass::RateLimit);
    assert_eq!(starts(&driver.prime(None)), NONE);
    assert_eq!(starts(&driver.after(1_600)), [2]);
}

#[test]
fn a_refused_config_fills_nothing_and_is_told() {
    let mut driver = Driver::filled(target(1));
    driver.shut_down();
    let other = Config { container_binding: Some("OTHER".to_owned()), ..target(3) };
    let asked = driver.prime(Some(other));
    assert!(matches!(asked.refused, Some(PoolError::Misconfigured { .. })));
    assert_eq!((starts(&asked), driver.pool_row.primed), (vec![], false));
}

#[test]
fn after_a_loss_of_memory_the_pool_comes_back_to_its_target_by_itself() {
    for (config, missing) in [(target(3), vec![]), (interval(3), vec![4])] {
        let mut driver = Driver::filled(config);
        driver.claim("a");
        driver.all_start();
        // What a refill at refreshes waited for is started at the wake.
        assert_eq!(starts(&driver.pass(70_000).wake()), missing);
        // Two have ended with the memory.
        for n in [2, 3] {
            driver.seen(n, Seen::Stopped);
            driver.destroyed(n);
        }
        driver.after(10_000);
        driver.all_start();
        assert_eq!(driver.figures(), [0, 3, 1, 0, 0]);
        assert_eq!(starts(&driver.after(10_000)), NONE);
    }
}

#[test]
fn a_pool_whose_memory_is_lost_again_and_again_doubles_nothing() {
    let mut driver = Driver::configured(target(3));
    for _ in 0..10 {
        assert_eq!(starts(&driver.pass(1_000).wake()), [1, 2, 3]);
    }
    driver.all_start();
    for _ in 0..10 {
        assert_eq!(starts(&driver.pass(10_000).wake()), NONE);
    }
    assert_eq!((driver.warm(), driver.fresh.made), (vec![1, 2, 3], 3));
}

#[test]
fn a_pool_that_was_never_primed_wakes_to_nothing() {
    let mut driver = Driver::new();
    assert_eq!(driver.wake(), nothing());
    assert_eq!(driver.handle(Event::StatsAsked), nothing());
}
