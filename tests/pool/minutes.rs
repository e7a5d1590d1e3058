//! The last hour by minutes, and the line of each that is over.

use cf_warm_pool::pool::limits::MINUTES_MAX;
use cf_warm_pool::pool::{Config, Event, MINUTE_MS, Minute, StatsLine};

use crate::driver::{Driver, T0, target};

/// [`T0`] is 40 s into it.
const FIRST: u64 = T0 / MINUTE_MS;

/// A pool that takes no look at what it has assigned.
fn trusting(warm_target: usize) -> Config {
    Config { verify_after_ms: Some(u64::MAX), ..target(warm_target) }
}

/// Number, sticky, hits, misses, errors and starts of each.
fn told(driver: &mut Driver) -> Vec<(u64, [u64; 5])> {
    driver.handle(Event::StatsAsked);
    let minutes = driver.pool.minutes();
    let counts = |minute: &Minute| [minute.sticky, minute.hits, minute.misses, minute.errors, minute.starts];
    minutes.iter().map(|minute| (minute.number - FIRST, counts(minute))).collect()
}

/// At the beginning of so many minutes after the first.
fn at_minute(driver: &mut Driver, number: u64) {
    driver.now_ms = (FIRST + number) * MINUTE_MS;
}

#[test]
fn a_minute_has_what_ended_in_it_and_a_quiet_one_is_not_there() {
    let mut driver = Driver::filled(trusting(1));
    driver.claim("a");
    at_minute(&mut driver, 1);
    driver.claim("a");
    driver.all_start();
    at_minute(&mut driver, 3);
    driver.claim("b");
    let expected = [(0, [0, 1, 0, 0, 1]), (1, [1, 0, 0, 0, 1]), (3, [0, 1, 0, 0, 0])];
    assert_eq!(told(&mut driver), expected);
}

#[test]
fn of_a_day_the_last_hour_is_kept_in_sixty_rows() {
    let mut driver = Driver::filled(trusting(1));
    driver.claim("a");
    for number in 1..=1_440 {
        at_minute(&mut driver, number);
        driver.claim("a");
    }
    let told = told(&mut driver);
    assert_eq!(told.len() as u64, MINUTES_MAX);
    assert_eq!((told[0].0, told[59].0), (1_381, 1_440));
    assert_eq!(driver.minutes.len() as u64, MINUTES_MAX);
    let hour = driver.pool.stats(driver.now_ms).last_hour;
    assert_eq!((hour.sticky, hour.durations.count()), (60, 60));
    at_minute(&mut driver, 1_470);
    assert_eq!(self::told(&mut driver).len(), 30);
    at_minute(&mut driver, 1_500);
    assert_eq!(self::told(&mut driver).len(), 0);
    assert_eq!(driver.pool.stats(driver.now_ms).last_hour.durations.count(), 0);
}

#[test]
fn minutes_outlive_memory() {
    let mut driver = Driver::filled(trusting(1));
    driver.claim("a");
    driver.all_start();
    at_minute(&mut driver, 1);
    driver.claim("a");
    let before = told(&mut driver);
    driver.wake();
    assert_eq!(told(&mut driver), before);
    driver.claim("a");
    assert_eq!(told(&mut driver)[1], (1, [2, 0, 0, 0, 0]), "the one that runs goes on");
    at_minute(&mut driver, 2);
    driver.wake();
    assert_eq!(told(&mut driver).len(), 2);
}

#[test]
fn a_minute_has_its_line_with_the_first_event_after_it_and_once() {
    let mut driver = Driver::filled(trusting(1));
    driver.claim("a");
    driver.pass(5_000).all_start();
    assert_eq!(driver.lines, []);
    at_minute(&mut driver, 1);
    driver.handle(Event::DeadlineReached);
    let hit_rate_bp = 10_000;
    let line = StatsLine { hits: 1, misses: 0, started: 2, hit_rate_bp, on_demand_boot_ms_mean: 0 };
    assert_eq!(driver.lines, [line]);
    for number in 2..5 {
        at_minute(&mut driver, number);
        driver.handle(Event::DeadlineReached);
        driver.wake();
    }
    assert_eq!(driver.lines.len(), 1, "nothing happened since");
    driver.claim("b");
    at_minute(&mut driver, 9);
    driver.claim("b");
    assert_eq!((driver.lines.len(), driver.lines[1].hits), (2, 2), "what this claim adds is not in it");
}

#[test]
fn a_line_that_was_not_given_out_comes_after_a_loss_of_memory() {
    let mut driver = Driver::filled(trusting(1));
    driver.claim("a");
    driver.handle(Event::StatsAsked);
    at_minute(&mut driver, 7);
    driver.wake();
    assert_eq!(driver.lines.len(), 1);
    driver.wake();
    assert_eq!(driver.lines.len(), 1);
}

#[test]
fn the_figures_of_a_line_are_recorded_with_it() {
    let mut driver = Driver::filled(trusting(1));
    driver.pass(19_999).claim("a");
    driver.pass(1).handle(Event::DeadlineReached);
    assert_eq!((driver.lines[0].hits, driver.counters_row.hits), (1, 1), "before the ten seconds are over");
}

#[test]
fn no_alarm_is_armed_for_a_line() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.handle(Event::StatsAsked);
    let alarm_at_ms = driver.pool.stats(driver.now_ms).alarm_at_ms;
    assert_eq!(alarm_at_ms, Some(T0 + 60_000), "for the look at what is assigned");
}

#[test]
fn a_name_with_signs_of_its_own_is_quoted_in_the_line() {
    let line = StatsLine { hits: 0, misses: 0, started: 0, hit_rate_bp: 10_000, on_demand_boot_ms_mean: 0 };
    for (name, shown) in [("python", "python"), ("", "\"\""), ("a b", "\"a b\""), ("a\"\n", "\"a\\\"\\n\"")] {
        let text = line.text(name);
        assert!(text.starts_with(&format!("pool stats template={shown} pool_hits=0 ")), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
}

#[test]
fn idle_time_is_parted_where_a_minute_ends() {
    let mut driver = Driver::filled(trusting(2));
    driver.claim("a");
    // One is warm for 20 s of the first minute, all of the second and 5 s of the third.
    at_minute(&mut driver, 2);
    driver.pass(5_000).claim("a");
    driver.handle(Event::StatsAsked);
    let idle: Vec<u64> = driver.pool.minutes().iter().map(|minute| minute.idle_ms).collect();
    assert_eq!(idle, [20_000, 5_000], "nothing happened in the second");
    assert_eq!(driver.pool.stats(driver.now_ms).counters.idle.ms, 85_000);
}

#[test]
fn a_clock_put_back_goes_on_with_the_minute_there_was() {
    let mut driver = Driver::filled(trusting(1));
    driver.claim("a");
    at_minute(&mut driver, 1);
    driver.claim("a");
    driver.now_ms -= 30_000;
    driver.claim("a");
    assert_eq!(told(&mut driver), [(0, [1, 1, 0, 0, 1])], "what is to come is not shown");
    at_minute(&mut driver, 1);
    assert_eq!(told(&mut driver), [(0, [1, 1, 0, 0, 1]), (1, [1, 0, 0, 0, 0])]);
}
