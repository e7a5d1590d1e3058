//! Containers grow old: their replacements are started first, and nobody gets
//! one past its age.

use cf_warm_pool::pool::{Config, Counters, Event, OnRelease, Outcome, Rollout, Seen, StopCause};

use crate::driver::{Driver, NONE, T0, id, starts, target};
use crate::expected::{Expected, Row, assigned, nothing, starting, stopping, warm};
use crate::life::{served, stops};

/// A minute: a container expires after 54 to 66 s, by its id, and is to be
/// replaced from 6 s before that on.
const TTL_MS: u64 = 60_000;
/// When containers 1 and 2, made at [`T0`], expire.
const EXPIRES_MS: [u64; 2] = [T0 + 54_047, T0 + 54_094];
const LEAD_MS: u64 = 6_000;

fn aging(config: Config) -> Config {
    Config { container_ttl_ms: TTL_MS, refresh_interval_ms: 3_600_000, ..config }
}

fn at(driver: &mut Driver, now_ms: u64) -> &mut Driver {
    driver.now_ms = now_ms;
    driver
}

#[test]
fn ages_are_spread_over_a_tenth_to_either_side_by_the_id() {
    let expires_ms = |first: u8, second: u8| {
        let mut container = starting(1, T0);
        container.id.0[..2].copy_from_slice(&[first, second]);
        container.expires_at_ms(TTL_MS) - T0
    };
    assert_eq!((expires_ms(0, 0), expires_ms(255, 255)), (54_000, 66_000));
    assert_eq!(expires_ms(128, 0), 60_000);
    let mut tenths = [0; 10];
    for first in 0..=255 {
        tenths[((expires_ms(first, first) - 54_000) / 1_201) as usize] += 1;
    }
    assert!(tenths.iter().all(|count| (24..=28).contains(count)), "{tenths:?}");
    assert_eq!(starting(1, T0).expires_at_ms(0), u64::MAX);
}

#[test]
fn the_alarm_is_armed_for_when_the_replacement_is_to_be_started() {
    let driver = Driver::filled(aging(target(2)));
    assert_eq!(driver.pool.stats(T0).alarm_at_ms, Some(EXPIRES_MS[0] - LEAD_MS));
    // A start is not given longer than it may take.
    let config = Config { start_timeout_ms: 2_000, ..aging(target(2)) };
    assert_eq!(Driver::filled(config).pool.stats(T0).alarm_at_ms, Some(EXPIRES_MS[0] - 2_000));
}

#[test]
fn the_replacement_is_started_before_the_old_one_goes() {
    let mut driver = Driver::filled(aging(target(1)));
    let now_ms = EXPIRES_MS[0] - LEAD_MS;
    assert_eq!(at(&mut driver, now_ms - 1).handle_due(), nothing().alarm(now_ms));
    let due = driver.after(1);
    assert_eq!(due, nothing().put(starting(2, now_ms)).start(2).alarm(now_ms + 30_000));
    assert_eq!(driver.after(1), nothing().alarm(now_ms + 30_000), "one is enough");
    let ready = driver.pass(999).started(2);
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Expired, now_ms + 1_000, now_ms + 31_000))
        .put(warm(2, now_ms, now_ms + 1_000))
        .stop(1)
        .alarm(now_ms + 1_500);
    assert_eq!(ready, expected);
    let Counters { evictions, expirations, replacements, .. } = driver.counters();
    assert_eq!((evictions, expirations, replacements), (1, 1, 0));
}

#[test]
fn one_about_to_be_replaced_is_handed_out_until_its_age_is_over_and_not_past_it() {
    let mut driver = Driver::filled(aging(target(2)));
    at(&mut driver, EXPIRES_MS[0] - LEAD_MS).handle_due();
    assert_eq!(served(&at(&mut driver, EXPIRES_MS[0] - 1).claim("a")), [(1, 1)]);
    // The replacement is not there yet, and 2 is past its age.
    let waits = at(&mut driver, EXPIRES_MS[1]).claim("b");
    assert_eq!((waits.replies.len(), driver.figures()[4]), (0, 1));
    let ready = driver.started(3);
    assert_eq!(served(&ready), [(2, 3)]);
    assert_eq!(driver.assigned(), [1, 3]);
}

#[test]
fn containers_filled_in_together_are_replaced_one_after_the_other() {
    let mut driver = Driver::filled(aging(target(4)));
    at(&mut driver, EXPIRES_MS[1]).handle_due();
    let mut replaced = Vec::new();
    for n in 5..=8 {
        assert_eq!((driver.starting(), driver.warm().len()), (vec![n], 4));
        let ready = driver.pass(100).started(n);
        let [stopped] = stops(&ready)[..] else { panic!("not one goes: {ready:?}") };
        replaced.push(stopped);
        driver.reported(stopped);
        driver.destroyed(stopped);
    }
    assert_eq!(replaced, [1, 2, 3, 4]);
    assert_eq!(starts(&driver.handle_due()), NONE);
}

#[test]
fn at_capacity_the_old_one_goes_first_and_one_at_a_time() {
    let mut driver = Driver::filled(Config { max_instances: 2, ..aging(target(2)) });
    let now_ms = EXPIRES_MS[1] - LEAD_MS;
    let due = at(&mut driver, now_ms).handle_due();
    let row = stopping(1, T0, StopCause::Expired, now_ms, now_ms + 30_000);
    assert_eq!(due, nothing().put(row).stop(1).alarm(now_ms + 500));
    driver.seen(1, Seen::Stopped);
    assert_eq!((stops(&driver.handle_due()), driver.warm()), (vec![], vec![2]));
    assert_eq!(starts(&driver.destroyed(1)), [3]);
    assert_eq!(stops(&driver.handle_due()), NONE, "3 is not there yet");
    assert_eq!(stops(&driver.started(3)), [2]);
}

#[test]
fn none_may_be_beyond_the_target_so_one_goes_first() {
    let rollout = Rollout { surge_max: 0, unavailable_max: 1 };
    let mut driver = Driver::filled(Config { rollout, ..aging(target(2)) });
    let now_ms = EXPIRES_MS[0] - LEAD_MS;
    let due = at(&mut driver, now_ms).handle_due();
    let row = stopping(1, T0, StopCause::Expired, now_ms, now_ms + 30_000);
    // 2 is of the same fill, and may go when 1 is replaced.
    assert_eq!(due, nothing().put(row).stop(1).alarm(EXPIRES_MS[1] - LEAD_MS));
    let mut started = starts(&driver.seen(1, Seen::Stopped));
    started.extend(starts(&driver.destroyed(1)));
    assert_eq!(started, [3]);
}

#[test]
fn an_age_of_nothing_is_none() {
    let mut driver = Driver::filled(Config { container_ttl_ms: 0, ..aging(target(1)) });
    let year_ms = 365 * 86_400_000;
    assert_eq!(starts(&driver.after(year_ms)), NONE);
    driver.alive(1);
    assert_eq!(served(&driver.claim("a")), [(1, 1)]);
}

#[test]
fn a_changed_age_takes_effect_at_once() {
    let mut driver = Driver::filled(aging(target(1)));
    let longer = Config { container_ttl_ms: 2 * TTL_MS, ..aging(target(1)) };
    assert_eq!(driver.pass(50_000).configure(longer).alarm_at_ms, Some(T0 + 108_094 - 12_000));
    assert_eq!(starts(&driver.configure(aging(target(1)))), [2]);
    let none = driver.configure(Config { container_ttl_ms: 0, ..aging(target(1)) });
    assert_eq!(stops(&none), NONE);
    // With 2 ready there is one too many, and the one ready longest goes.
    assert_eq!(stops(&driver.started(2)), [1]);
    assert_eq!(driver.counters().expirations, 0);
}

/// At [`T0`] session a holds 1 and has left, b has taken 2.
fn called_for(on_release: OnRelease) -> Driver {
    Driver::called_for(Config { on_release, ..aging(target(1)) })
}

#[test]
fn a_container_that_is_started_again_begins_a_new_age() {
    let mut driver = called_for(OnRelease::Restart);
    driver.pass(1_000).idle(1);
    driver.destroyed(1);
    driver.pass(1_000).started(1);
    driver.handle(Event::StatsAsked);
    let row = warm(1, T0 + 1_000, T0 + 2_000).in_life(2);
    assert_eq!(driver.rows.iter().find(|row| row.id == id(1)), Some(&row));
    assert_eq!(driver.pool.stats(driver.now_ms).alarm_at_ms, Some(EXPIRES_MS[0] + 1_000 - LEAD_MS));
    at(&mut driver, EXPIRES_MS[0] + 999);
    assert_eq!(served(&driver.claim("c")), [(3, 1)]);
}

#[test]
fn a_container_that_is_cleaned_up_keeps_its_age() {
    let mut driver = called_for(OnRelease::Reset);
    driver.pass(1_000).idle(1);
    driver.reset_answered(1, Ok(true));
    let row = warm(1, T0, T0 + 1_000).in_life(2);
    assert_eq!(driver.rows.iter().find(|row| row.id == id(1)), Some(&row));
    assert_eq!(at(&mut driver, EXPIRES_MS[0]).claim("c").replies, []);
}

#[test]
fn an_assigned_container_past_its_age_is_left_alone_until_its_session_leaves() {
    let mut driver = Driver::filled(Config { on_release: OnRelease::Reset, ..aging(target(1)) });
    driver.claim("a");
    driver.started(2);
    for _ in 0..50 {
        let n = driver.handle_due();
        for n in starts(&n) {
            driver.started(n);
        }
        driver.pass(10_000);
        driver.alive(1);
    }
    let row = assigned(1, T0, "a", T0).under(OnRelease::Reset);
    assert_eq!(driver.rows.iter().find(|row| row.id == id(1)), Some(&row));
    let sticky = driver.claim("a");
    assert_eq!(sticky.replies, nothing().granted(2, 1, Outcome::Sticky).hint(0).replies);
    driver.released("a");
    // It is not cleaned up: nobody would get it.
    let row = stopping(1, T0, StopCause::Released, driver.now_ms, driver.now_ms + 30_000);
    let idle = driver.idle(1);
    assert_eq!((&idle.changes[..1], stops(&idle)), (&nothing().put(row).changes[..], vec![1]));
}

#[test]
fn a_memory_rebuilt_replaces_what_is_past_its_age() {
    let mut driver = Driver::filled(aging(target(2)));
    at(&mut driver, EXPIRES_MS[1]);
    assert_eq!(starts(&driver.wake()), [3]);
    assert_eq!(driver.claim("a").replies, []);
}
