//! What is counted, and which rows an event writes.

use cf_warm_pool::pool::{Counters, Event, FailureClass, Pool};

use crate::driver::{Driver, T0, target};
use crate::expected::{Expected, nothing};

#[test]
fn a_sticky_claim_writes_no_row() {
    let mut driver = Driver::filled(target(2));
    driver.claim("a");
    for _ in 0..100 {
        assert_eq!(driver.pass(1).claim("a").changes, []);
    }
}

#[test]
fn a_warm_hit_writes_the_containers_row_and_its_replacements_however_many_there_are() {
    for size in [1, 5, 50] {
        let mut driver = Driver::filled(target(size));
        for text in ["a", "b", "c"] {
            let changes = driver.claim(text).changes;
            assert_eq!(changes.len(), 2, "{changes:?}");
            assert!(changes.iter().all(|change| change.container().is_some()));
            driver.all_start();
        }
    }
}

#[test]
fn counters_are_recorded_ten_seconds_after_the_first_change_and_not_before() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.pass(5_000).claim("a");
    assert_eq!(driver.after(4_999).changes, []);
    let counters = Counters { misses: 1, sticky: 1, ..Counters::default() };
    assert_eq!(driver.after(1), nothing().put_counters(counters).alarm(T0 + 60_000));
}

#[test]
fn counters_that_did_not_change_are_not_recorded_again() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(driver.handle(Event::StatsAsked), nothing().alarm(T0 + 10_000));
}

#[test]
fn counters_are_recorded_before_they_are_shown() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    let expected = Counters { hits: 1, ..Counters::default() };
    let decision = driver.handle(Event::StatsAsked);
    assert_eq!(decision, nothing().put_counters(expected).alarm(T0 + 30_000));
    assert_eq!(driver.counters_row, driver.pool.stats(T0).counters);
}

#[test]
fn a_deleted_row_is_counted_in_the_same_commit() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.reported(1);
    let counters = Counters { gone: 1, misses: 1, reports: 1, ..Counters::default() };
    // The alarm is for the minute, whose row can wait.
    assert_eq!(driver.destroyed(1), nothing().delete(1).put_counters(counters).alarm(T0 + 10_000));
}

#[test]
fn every_claim_is_counted_once_by_how_it_ended() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    driver.claim("a");
    driver.claim("b");
    driver.claim("b");
    driver.started(2);
    driver.started(3);
    driver.claim("b");
    driver.configure(cf_warm_pool::pool::Config { max_instances: 1, queue_timeout_ms: 0, ..target(0) });
    driver.claim("c");
    let counters = driver.counters();
    assert_eq!((counters.hits, counters.misses, counters.sticky, counters.errors), (1, 1, 3, 1));
    assert_eq!(counters.claims(), 6);
    assert!((counters.hit_rate() - 0.5).abs() < f64::EPSILON);
}

#[test]
fn failed_starts_are_counted_by_class() {
    for (at, class) in FailureClass::ALL.into_iter().enumerate() {
        let mut driver = Driver::configured(target(2));
        driver.failed(1, class);
        driver.failed(1, class);
        driver.failed(2, class);
        let mut counted = [0; 5];
        counted[at] = 2;
        assert_eq!(driver.counters().start_failures, counted);
    }
}

#[test]
fn started_are_those_gone_and_those_tracked() {
    let mut driver = Driver::filled(target(3));
    driver.claim("a");
    driver.all_start();
    driver.reported(1);
    driver.destroyed(1);
    driver.failed(5, FailureClass::Transient);
    assert_eq!(driver.pool.stats(T0).started(), u64::from(driver.fresh.made));
}

#[test]
fn a_refused_commit_is_counted_and_recorded_with_the_next_counters() {
    let mut driver = Driver::filled(target(1));
    driver.pool = Pool::load(driver.pool_row.clone(), driver.counters_row, driver.rows.clone());
    driver.pool.count_storage_failure();
    driver.handle(Event::Woke);
    driver.handle(Event::StatsAsked);
    assert_eq!(driver.counters_row.storage_failures, 1);
}
