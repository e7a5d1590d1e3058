//! A session gives its container up: it drains, and what becomes of it then is
//! what the policy of its claim says.

use cf_warm_pool::pool::{Config, Event, OnRelease, Outcome, StopCause};

use crate::driver::{Driver, NONE, T0, probes, target};
use crate::expected::{Expected, Row, assigned, draining, nothing, starting, stopping};
use crate::life::{resets, stops};

use OnRelease::{Destroy, Reset, Restart};

fn config(on_release: OnRelease) -> Config {
    Config { on_release, ..target(1) }
}

/// At [`T0`] session a holds 1, and 2 is warm.
fn held(on_release: OnRelease) -> Driver {
    let mut driver = Driver::filled(config(on_release));
    driver.claim("a");
    driver.started(2);
    driver
}

#[test]
fn a_released_container_drains_and_is_asked_whether_it_is_idle() {
    for policy in OnRelease::ALL {
        let mut driver = held(policy);
        let row = draining(1, T0, StopCause::Released, T0 + 30_005).under(policy);
        assert_eq!(driver.pass(5).released("a"), nothing().put(row).probe(1).alarm(T0 + 505));
        assert_eq!(driver.counters().releases, 1);
    }
}

#[test]
fn one_whose_look_hangs_wakes_the_pool_ever_more_seldom() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    let mut asked = driver.released("a");
    let mut wakes = Vec::new();
    while !driver.draining().is_empty() {
        driver.now_ms = asked.alarm_at_ms.expect("it drains");
        wakes.push(driver.now_ms - T0);
        asked = driver.handle_due();
    }
    // At 10 s the counters are recorded.
    assert_eq!(wakes, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 16_000, 26_000, 30_000]);
}

#[test]
fn a_session_that_holds_nothing_releases_nothing() {
    let mut driver = held(Destroy);
    assert_eq!(driver.released("b"), nothing().alarm(T0 + 10_000));
    driver.released("a");
    assert_eq!(driver.released("a"), nothing().alarm(T0 + 500), "told twice");
    assert_eq!(driver.counters().releases, 1);
}

#[test]
fn a_session_that_waits_and_releases_goes_on_waiting() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    assert_eq!(driver.released("a"), nothing().alarm(T0 + 30_000).timer(T0 + 10_000));
    let expected = nothing().put(assigned(1, T0, "a", T0)).granted(1, 1, Outcome::Miss).alarm(T0 + 10_000);
    assert_eq!(driver.started(1), expected);
}

#[test]
fn claims_that_wait_for_a_look_when_their_session_releases_get_another() {
    let mut driver = held(Destroy);
    driver.pass(10_000).claim("a");
    let now_ms = T0 + 10_000;
    // The look is not asked for again; what it shows is from before.
    let expected = nothing()
        .put(draining(1, T0, StopCause::Released, now_ms + 30_000))
        .put(assigned(2, T0, "a", now_ms))
        .put(starting(3, now_ms))
        .granted(2, 2, Outcome::Hit)
        .start(3);
    let left = driver.released("a");
    assert_eq!((&left.changes[..3], left.replies, left.commands), {
        (&expected.changes[..], expected.replies, expected.commands)
    });
}

#[test]
fn an_idle_container_is_stopped_and_destroyed_by_the_default_policy() {
    let mut driver = held(Destroy);
    driver.released("a");
    let now_ms = T0 + 20;
    let row = stopping(1, T0, StopCause::Released, now_ms, now_ms + 30_000);
    assert_eq!(driver.pass(20).idle(1), nothing().put(row.clone()).stop(1).alarm(now_ms + 500));
    assert_eq!(driver.idle(1), nothing().alarm(now_ms + 500), "told twice");
}

#[test]
fn one_that_is_busy_is_asked_ever_less_often_until_its_deadline() {
    let mut driver = held(Destroy);
    driver.released("a");
    driver.alive(1);
    let mut looks = Vec::new();
    for at_ms in (500..30_000).step_by(500) {
        driver.now_ms = T0 + at_ms;
        let decision = driver.handle(Event::DeadlineReached);
        assert_eq!(stops(&decision), NONE);
        if probes(&decision).contains(&1) {
            looks.push(at_ms);
            driver.alive(1);
        }
    }
    assert_eq!(looks, [500, 1_500, 3_500, 7_500, 15_500, 25_500]);
    let over = driver.after(500);
    let row = stopping(1, T0, StopCause::Released, T0 + 30_000, T0 + 60_000);
    assert_eq!(over.changes, nothing().put(row).changes);
    assert_eq!(stops(&over), [1]);
}

#[test]
fn looks_that_are_not_answered_do_not_lengthen_the_draining() {
    let mut driver = held(Destroy);
    driver.released("a");
    driver.after(10_000);
    assert_eq!(driver.draining(), [1]);
    assert_eq!(stops(&driver.after(20_000)), [1]);
}

/// What it has to finish may be what keeps it from answering.
#[test]
fn one_that_gives_no_answer_while_others_do_keeps_its_time() {
    let mut driver = held(Destroy);
    driver.released("a");
    for _ in 0..5 {
        driver.pass(1).alive(2);
        driver.unknown(1);
        driver.after(5_000);
    }
    assert_eq!((driver.draining(), driver.counters().health_failures), (vec![1], [5, 0, 0]));
}

#[test]
fn without_a_drain_timeout_the_policy_is_carried_out_at_once() {
    for policy in OnRelease::ALL {
        let mut driver = Driver::filled(Config { drain_timeout_ms: 0, ..config(policy) });
        driver.claim("a");
        driver.started(2);
        let stopped = |cause| nothing().put(stopping(1, T0, cause, T0, T0)).destroy(1);
        let expected = match policy {
            Destroy => stopped(StopCause::Released),
            Restart => stopped(StopCause::Restart),
            Reset => nothing().put(draining(1, T0, StopCause::Released, T0).under(Reset)).reset(1),
        };
        assert_eq!(driver.released("a"), expected.alarm(T0 + 10_000));
    }
}

#[test]
fn what_a_look_from_before_the_release_shows_is_not_trusted() {
    let mut driver = held(Reset);
    driver.after(60_000);
    driver.alive(2);
    let now_ms = T0 + 60_000;
    let row = draining(1, T0, StopCause::Released, now_ms + 30_000).under(Reset);
    assert_eq!(driver.released("a"), nothing().put(row).alarm(now_ms + 500));
    assert_eq!(driver.idle(1), nothing().alarm(now_ms + 500));
    assert_eq!(driver.after(500), nothing().probe(1).alarm(now_ms + 1_000));
    assert_eq!(resets(&driver.idle(1)), [1]);
}

#[test]
fn the_policy_of_the_claim_counts_and_not_the_one_in_force_at_the_release() {
    for (at_claim, at_release) in [(Destroy, Reset), (Reset, Destroy), (Restart, Reset)] {
        let mut driver = held(at_claim);
        driver.configure(config(at_release));
        let row = draining(1, T0, StopCause::Released, T0 + 30_000).under(at_claim);
        assert_eq!(driver.released("a").changes, nothing().put(row).changes);
    }
}

#[test]
fn a_hint_names_no_container_that_may_serve_another_session() {
    for policy in OnRelease::ALL {
        let mut driver = Driver::filled(config(policy));
        let hit = driver.claim("a");
        let ttl_ms = if policy == Destroy { 3_600_000 } else { 0 };
        assert_eq!(hit.replies, nothing().granted(1, 1, Outcome::Hit).hint(ttl_ms).replies);
        // It goes on hanging on the policy of the claim.
        driver.configure(config(Destroy));
        assert_eq!(driver.claim("a").replies, nothing().granted(2, 1, Outcome::Sticky).hint(ttl_ms).replies);
    }
}

#[test]
fn a_session_that_claims_again_while_its_container_drains_gets_another() {
    let mut driver = held(Reset);
    driver.released("a");
    let again = driver.pass(5).claim("a");
    let row = assigned(2, T0, "a", T0 + 5).under(Reset);
    assert_eq!(again, nothing().put(row).granted(2, 2, Outcome::Hit).hint(0).alarm(T0 + 500));
    driver.idle(1);
    driver.reset_answered(1, Ok(true));
    assert_eq!((driver.assigned(), driver.warm()), (vec![2], vec![1]));
}
