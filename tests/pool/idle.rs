//! Time that containers are warm, which is what being ready costs.

use cf_warm_pool::pool::{Change, Config, Event, OnRelease};

use crate::driver::{Driver, T0, target};

fn idle_ms(driver: &Driver) -> u64 {
    driver.pool.stats(driver.now_ms).counters.idle.ms
}

/// What is shown at that moment.
fn shown(driver: &mut Driver) -> u64 {
    driver.handle(Event::StatsAsked);
    idle_ms(driver)
}

#[test]
fn it_is_the_sum_over_what_is_warm_up_to_the_moment_it_is_shown() {
    let mut driver = Driver::filled(target(3));
    assert_eq!(shown(driver.pass(1_000)), 3_000);
    driver.claim("a");
    // Two are warm, and the third is while its start is under way.
    assert_eq!(shown(driver.pass(500)), 4_000);
    driver.all_start();
    assert_eq!(shown(driver.pass(100)), 4_300);
}

#[test]
fn neither_who_serves_a_session_nor_who_starts_or_stops_is_idle() {
    let mut driver = Driver::configured(target(1));
    assert_eq!(shown(driver.pass(700)), 0);
    driver.started(1);
    driver.shut_down();
    assert_eq!(shown(driver.pass(700)), 0);
    driver.claim("a");
    driver.all_start();
    driver.shut_down();
    assert_eq!(shown(driver.pass(700)), 0);
}

#[test]
fn a_container_that_returns_is_idle_again() {
    let mut driver =
        Driver::configured(Config { on_release: OnRelease::Reset, drain_timeout_ms: 0, ..target(1) });
    driver.started(1);
    driver.pass(10).claim("a");
    driver.shut_down();
    assert_eq!(shown(driver.pass(1_000)), 10);
}

#[test]
fn what_was_shown_is_never_less_after_memory_was_lost() {
    let mut driver = Driver::filled(target(2));
    let before = shown(driver.pass(5_000));
    assert_eq!(before, 10_000);
    // Taken and not recorded: its time since it was last shown is lost, no more.
    driver.pass(1_000).claim("a");
    driver.wake();
    assert_eq!(shown(&mut driver), 11_000);
    assert_eq!(shown(driver.pass(1_000)), 12_000);
}

#[test]
fn the_time_nobody_was_awake_counts() {
    let mut driver = Driver::filled(target(2));
    driver.pass(3_600_000);
    driver.wake();
    assert_eq!(idle_ms(&driver), 7_200_000);
    driver.wake();
    assert_eq!(idle_ms(&driver), 7_200_000, "and only once");
}

#[test]
fn a_pool_at_rest_writes_nothing_for_it_until_somebody_asks() {
    let mut driver = Driver::filled(Config { refresh_interval_ms: 3_600_000, ..target(2) });
    for _ in 0..10 {
        let decision = driver.after(3_600_000);
        assert_eq!(decision.changes, []);
        driver.alive(1);
        driver.alive(2);
    }
    let row = driver.counters_row;
    assert_eq!(row.idle.ms, 0, "{row:?}");
    assert_eq!(shown(&mut driver), 2 * 36_000_000);
    assert_eq!(driver.counters_row.idle.ms, 2 * 36_000_000, "recorded before it is shown");
}

#[test]
fn a_clock_put_back_takes_nothing_away() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(shown(driver.pass(1_000)), 1_000);
    driver.now_ms -= 900_000;
    assert_eq!(shown(&mut driver), 1_000);
    driver.wake();
    assert_eq!(shown(&mut driver), 1_000, "it became ready later than this");
    assert_eq!(shown(driver.pass(50)), 1_050);
}

#[test]
fn a_container_taken_over_is_idle_from_then_on() {
    use crate::driver::{id, name};
    use cf_warm_pool::pool::Identity;
    let mut driver = Driver::new();
    let warm = vec![Identity { name: name(1), id: id(1) }];
    let config = std::rc::Rc::new(target(1));
    let adopted = Event::Adopted { warm, assigned: vec![], released: vec![], config, limit: None };
    driver.handle(adopted);
    driver.pass(2_000);
    // Not looked at yet, its row says that it is ready since 1970.
    driver.wake();
    assert_eq!(shown(&mut driver), 2_000);
    assert_eq!(driver.pool.stats(driver.now_ms).oldest_warm_ms, Some(2_000));
}

#[test]
fn ages_are_those_of_the_oldest() {
    let mut driver = Driver::filled(target(2));
    let ages = |driver: &Driver| {
        let stats = driver.pool.stats(driver.now_ms);
        (stats.oldest_warm_ms, stats.oldest_assigned_ms)
    };
    assert_eq!(ages(driver.pass(10)), (Some(10), None));
    driver.claim("a");
    driver.pass(5).claim("b");
    assert_eq!(ages(driver.pass(5)), (None, Some(10)));
    driver.all_start();
    assert_eq!(ages(driver.pass(3)), (Some(3), Some(13)));
    assert_eq!(driver.now_ms, T0 + 23);
}

#[test]
fn a_scrape_of_a_pool_at_rest_writes_the_counters_row_and_no_other() {
    let mut driver = Driver::filled(target(2));
    driver.after(60_000);
    driver.handle(Event::StatsAsked);
    driver.pass(15_000);
    let before = driver.counters_row;
    let mut fresh = std::mem::take(&mut driver.fresh);
    let decision = driver.pool.handle(driver.now_ms, &mut fresh, Event::StatsAsked);
    assert!(matches!(decision.changes[..], [Change::PutCounters(_)]), "{:?}", decision.changes);
    assert_eq!(before.idle.ms + 30_000, idle_ms(&driver));
}
