//! What tests and simulation found wrong, a scenario to each. All were seen to
//! fail before they were mended.

use cf_warm_pool::pool::{Config, Event, Health, OnRelease, Refill, Seen, Usage};

use crate::driver::{Driver, NONE, T0, destroys, starts, target};
use crate::life::{revision, served, stops};

fn aging(config: Config) -> Config {
    Config { container_ttl_ms: 60_000, refresh_interval_ms: 3_600_000, ..config }
}

fn asked_at_path(health: Health) -> Driver {
    Driver::filled(Config { health: Health { path: Some("/ready".into()), ..health }, ..target(1) })
}

#[test]
fn what_a_change_makes_fit_to_serve_goes_to_who_waits_longest() {
    let mut driver = Driver::filled(aging(target(1)));
    driver.now_ms = T0 + 60_000;
    assert_eq!(driver.claim("first").replies, []);
    let second = driver.claim_with(2, "second", Config { container_ttl_ms: 0, ..aging(target(1)) });
    assert_eq!(served(&second), [(1, 1)]);
}

#[test]
fn an_answer_that_comes_twice_does_not_settle_the_next_look() {
    let mut driver = asked_at_path(Health::default());
    let first = T0 + 10_000;
    driver.after(10_000);
    driver.ready(1, 300, 300);
    driver.after(10_000);
    let seen = Seen::Ready(Usage { memory_permille: Some(300), cpu_permille: None });
    driver.handle(Event::Probed { life: driver.life(1), asked_at_ms: first, seen, renewal_failed: false });
    driver.reported(1);
    // The second look's request may be on its way: this destroy proves nothing.
    driver.destroyed(1);
    assert_eq!(driver.stopping(), [1]);
}

#[test]
fn a_look_from_before_the_claim_does_not_end_an_assignment_for_want_of_readiness() {
    let mut driver = asked_at_path(Health { unhealthy_after: 1, ..Health::default() });
    driver.after(10_000);
    driver.claim("a");
    driver.not_ready(1);
    assert_eq!(driver.assigned(), [1]);
}

#[test]
fn nor_for_what_the_container_uses() {
    let mut driver = asked_at_path(Health { memory_permille_max: Some(900), ..Health::default() });
    driver.after(10_000);
    driver.ready(1, 950, 0);
    driver.after(10_000);
    driver.claim("a");
    driver.ready(1, 950, 0);
    assert_eq!(driver.assigned(), [1]);
}

#[test]
fn failed_looks_from_before_the_claim_do_not_count_against_the_sessions_container() {
    let mut driver = asked_at_path(Health::default());
    driver.after(10_000);
    driver.not_ready(1);
    driver.claim("a");
    driver.started(2);
    driver.after(60_000);
    driver.pass(1).alive(2);
    driver.unknown(1);
    assert_eq!(driver.assigned(), [1]);
}

#[test]
fn a_container_that_goes_on_draining_does_not_keep_the_pool_short() {
    let config = Config { on_release: OnRelease::Reset, drain_timeout_ms: 900_000, ..target(1) };
    let mut driver = Driver::filled(revision("a", 1, config.clone()));
    driver.claim("x");
    driver.started(2);
    driver.released("x");
    driver.alive(1);
    assert_eq!(starts(&driver.configure(revision("b", 2, config))), [3]);
}

#[test]
fn nor_does_one_that_is_past_its_age_when_it_has_drained() {
    let config = Config { on_release: OnRelease::Reset, drain_timeout_ms: 900_000, ..aging(target(1)) };
    let mut driver = Driver::filled(config);
    driver.claim("x");
    driver.started(2);
    driver.now_ms = T0 + 70_000;
    driver.released("x");
    driver.alive(1);
    driver.after(1);
    assert_eq!(driver.starting(), [3]);
}

#[test]
fn nor_does_a_restart_whose_destroy_fails() {
    let mut driver = Driver::called_for(Config { on_release: OnRelease::Restart, ..target(1) });
    driver.idle(1);
    driver.destroy_failed(1);
    assert_eq!(driver.starting().len(), 1);
}

#[test]
fn a_shut_down_is_not_undone_by_a_claim_that_waits_for_a_look() {
    let mut driver = Driver::filled(Config { verify_after_ms: Some(0), ..target(2) });
    driver.claim("a");
    driver.all_start();
    driver.pass(10).claim("a");
    let shut_down = driver.shut_down_all();
    assert_eq!((starts(&shut_down).len(), driver.pool_row.primed), (1, false));
}

#[test]
fn what_a_shut_down_found_cleaning_itself_up_goes_to_nobody() {
    let mut driver = Driver::filled(Config { on_release: OnRelease::Reset, ..target(1) });
    driver.claim("a");
    driver.started(2);
    driver.released("a");
    driver.idle(1);
    driver.shut_down_all();
    driver.claim("b");
    let cleaned = driver.reset_answered(1, Ok(true));
    assert_eq!((served(&cleaned), stops(&cleaned)), (vec![], vec![1]));
}

#[test]
fn a_raised_target_takes_effect_at_once_in_a_pool_that_refills_at_refreshes() {
    let config = |n| Config { refill: Refill::Interval, refresh_interval_ms: 3_600_000, ..target(n) };
    let mut driver = Driver::filled(config(1));
    assert_eq!(starts(&driver.configure(config(2))), [2]);
}

#[test]
fn a_caller_without_an_order_does_not_open_the_way_to_an_earlier_version() {
    let mut driver = Driver::filled(revision("b", 2_000, target(1)));
    driver.configure(Config { revision: Some("c".into()), ..target(1) });
    driver.configure(revision("a", 1_000, target(1)));
    assert_eq!(driver.pool.config().revision.as_deref(), Some("c"));
}

#[test]
fn a_late_report_of_the_life_before_ends_no_start() {
    let mut driver = Driver::called_for(Config { on_release: OnRelease::Restart, ..target(1) });
    driver.idle(1);
    driver.destroyed(1);
    let late = driver.reported(1);
    assert_eq!((destroys(&late), driver.counters().start_failures), (NONE.to_vec(), [0; 5]));
}

#[test]
fn a_start_of_an_earlier_revision_is_not_counted_on_by_who_may_not_get_it() {
    let mut driver = Driver::configured(revision("a", 1, target(0)));
    driver.claim("x");
    assert_eq!(starts(&driver.configure(revision("b", 2, target(0)))), [2]);
}

#[test]
fn a_container_whose_start_takes_longer_than_its_age_serves_all_the_same() {
    let config = Config { container_ttl_ms: 60_000, start_timeout_ms: 120_000, ..target(1) };
    let mut driver = Driver::configured(config);
    driver.claim("x");
    let ready: Vec<_> =
        driver.starting().into_iter().map(|n| served(&driver.pass(50_000).started(n))).collect();
    assert_eq!(ready[0], [(1, 1)]);
}

/// With a request of the last session under way nothing is clean.
#[test]
fn a_container_that_is_busy_to_the_end_of_its_time_is_not_cleaned_up_but_stopped() {
    let mut driver = Driver::filled(Config { on_release: OnRelease::Reset, ..target(1) });
    driver.claim("a");
    driver.started(2);
    driver.released("a");
    driver.seen(1, Seen::Busy);
    assert_eq!(stops(&driver.after(30_000)), [1]);
}
