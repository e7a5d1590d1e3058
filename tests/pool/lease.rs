//! A session that does not claim again loses its container.

use cf_warm_pool::pool::{ClaimId, Config, Counters, Event, Health, OnRelease, Outcome, PoolRow, StopCause};

use crate::driver::{Driver, T0, destroys, probes, target};
use crate::expected::{Expected, Row, assigned, draining, nothing, primed_after, starting};

fn config(lease_timeout_ms: u64) -> Config {
    Config { lease_timeout_ms, verify_after_ms: Some(3_600_000), ..target(0) }
}

/// Session a holds 1 from [`T0`] on, and the counters are recorded.
fn held(lease_timeout_ms: u64) -> Driver {
    let mut driver = Driver::configured(config(lease_timeout_ms));
    driver.claim("a");
    driver.started(1);
    driver.after(10_000);
    driver.now_ms = T0;
    driver
}

/// When the session loses its container, by the alarm.
fn ends_at_ms(driver: &mut Driver) -> u64 {
    for _ in 0..1_000 {
        let due = driver.handle_due();
        if !driver.draining().is_empty() {
            return driver.now_ms;
        }
        driver.now_ms = due.alarm_at_ms.expect("it is never lost");
    }
    panic!("it is never lost");
}

#[test]
fn a_lease_ends_a_quarter_after_its_time_and_the_alarm_knows() {
    let mut driver = held(40_000);
    assert_eq!(driver.after(49_999), nothing().alarm(T0 + 50_000));
    let row = draining(1, T0, StopCause::LeaseEnded, T0 + 80_000);
    let counters = Counters { misses: 1, lease_ends: 1, ..Counters::default() };
    // The counters wait for their row; the drained one is looked at again sooner.
    assert_eq!(driver.after(1), nothing().put(row).probe(1).alarm(T0 + 50_500));
    assert_eq!(driver.counters(), counters);
    assert_eq!(driver.after(0), nothing().alarm(T0 + 50_500), "it ends once");
}

#[test]
fn a_session_whose_lease_has_ended_gets_another_container() {
    let mut driver = held(40_000);
    driver.after(50_000);
    let now_ms = T0 + 50_000;
    let again = driver.claim("a");
    let expected = nothing().put(starting(2, now_ms)).start(2).alarm(now_ms + 500).timer(now_ms + 10_000);
    assert_eq!(again, expected);
}

/// Whose lease ends and whose look is given up with one event are served in the
/// order of their claims.
#[test]
fn a_session_whose_lease_ends_while_it_asks_is_served_in_its_turn() {
    let health = Health { unhealthy_after: 1, ..Config::default().health };
    let config = Config { verify_after_ms: Some(0), lease_timeout_ms: 12_000, health, ..target(1) };
    let mut driver = Driver::filled(config);
    for session in ["a", "b"] {
        driver.claim(session);
        driver.all_start();
    }
    // The look for b's first claim goes on when its caller has left.
    driver.pass(1_000).claim("b");
    driver.handle(Event::CallerLeft { claim: ClaimId(3) });
    driver.pass(1).claim("a");
    driver.pass(1).claim("b");
    driver.alive(3);
    let ended = driver.after(29_998);
    assert_eq!(ended.replies, nothing().granted(4, 3, Outcome::Hit).hint(1_500).replies);
    assert_eq!((driver.draining(), destroys(&ended)), (vec![1], vec![2]));
}

#[test]
fn what_its_lease_ends_for_is_what_the_policy_of_the_claim_says() {
    for policy in OnRelease::ALL {
        let config = Config { on_release: policy, lease_timeout_ms: 40_000, ..target(1) };
        let mut driver = Driver::filled(config);
        driver.claim("a");
        driver.started(2);
        let ended = driver.after(50_000);
        let row = draining(1, T0, StopCause::LeaseEnded, T0 + 80_000).under(policy);
        assert_eq!(ended.changes[0], nothing().put(row).changes[0]);
    }
}

#[test]
fn a_claim_renews_it_and_is_recorded_after_an_eighth_of_it() {
    let mut driver = held(40_000);
    let hint = |claim| nothing().granted(claim, 1, Outcome::Sticky).hint(5_000);
    let counters_ms = T0 + 14_999; // their row
    assert_eq!(driver.pass(4_999).claim("a"), hint(2).alarm(counters_ms));
    let renewed = driver.pass(1).claim("a");
    let row = assigned(1, T0, "a", T0 + 5_000);
    assert_eq!(renewed, hint(3).put(row).alarm(counters_ms));
    assert_eq!(driver.pass(4_999).claim("a").changes, []);
    assert_eq!(ends_at_ms(&mut driver), T0 + 55_000);
}

/// Whatever a claim or a hint that it gave did last, was done less than a
/// quarter of the lease after the claim that is recorded.
#[test]
fn no_lease_ends_before_its_time_after_a_claim_that_was_not_recorded() {
    for last_ms in [1, 2_500, 4_999, 5_000, 9_999] {
        let mut driver = held(40_000);
        driver.pass(last_ms / 2).claim("a");
        driver.now_ms = T0 + last_ms;
        driver.claim("a");
        assert!(ends_at_ms(&mut driver) >= T0 + last_ms + 40_000, "{last_ms}");
    }
}

#[test]
fn a_hint_lasts_an_eighth_of_the_lease_and_an_hour_at_most() {
    for (lease_ms, hint_ms) in [(0, 3_600_000), (1_000, 125), (80_000, 10_000), (86_400_000, 3_600_000)] {
        let mut driver = Driver::configured(config(lease_ms));
        driver.claim("a");
        let expected = nothing().granted(1, 1, Outcome::Miss).hint(hint_ms);
        assert_eq!(driver.started(1).replies, expected.replies);
    }
}

#[test]
fn without_a_lease_a_session_keeps_its_container_and_a_claim_costs_no_row() {
    let mut driver = held(0);
    driver.after(86_400_000);
    driver.alive(1);
    assert_eq!(driver.claim("a").changes, []);
    assert_eq!(driver.assigned(), [1]);
}

#[test]
fn a_loss_of_memory_neither_shortens_nor_lengthens_it() {
    let mut driver = held(40_000);
    driver.pass(5_000).claim("a");
    for _ in 0..5 {
        driver.pass(9_000).wake();
    }
    assert_eq!(driver.after(4_999).alarm_at_ms, Some(T0 + 55_000));
    assert_eq!(ends_at_ms(&mut driver), T0 + 55_000);
}

#[test]
fn a_lease_that_ended_while_nobody_was_awake_ends_at_the_next_wake() {
    let mut driver = held(40_000);
    driver.pass(3_600_000).wake();
    assert_eq!(driver.draining(), [1]);
}

#[test]
fn a_changed_lease_runs_from_its_change() {
    for lease_ms in [4_000, 400_000] {
        let mut driver = held(40_000);
        let changed = driver.pass(30_000).configure(config(lease_ms));
        let ends_ms = T0 + 30_000 + lease_ms / 4 * 5;
        let row = PoolRow { leases_from_ms: T0 + 30_000, ..primed_after([config(40_000)], config(lease_ms)) };
        assert_eq!(changed, nothing().put_pool(row).alarm(ends_ms.min(T0 + 60_000)));
        driver.wake(); // it is recorded
        assert_eq!(ends_at_ms(&mut driver), ends_ms);
    }
}

#[test]
fn a_change_of_anything_else_leaves_it_as_it_was() {
    let mut driver = held(40_000);
    let other = Config { queue_timeout_ms: 5_000, ..config(40_000) };
    let changed = driver.pass(30_000).configure(other.clone());
    let row = PoolRow { leases_from_ms: T0, ..primed_after([config(40_000)], other) };
    assert_eq!(changed, nothing().put_pool(row).alarm(T0 + 50_000));
}

#[test]
fn a_lease_turned_on_runs_from_then_and_one_turned_off_ends_never() {
    let mut driver = held(0);
    driver.pass(1_000_000).handle_due();
    driver.alive(1);
    driver.configure(config(40_000));
    driver.pass(49_999).handle_due();
    assert_eq!(driver.assigned(), [1]);
    driver.configure(config(0));
    driver.pass(1_000_000).handle_due();
    assert_eq!(driver.assigned(), [1]);
    driver.configure(config(40_000));
    driver.after(50_000);
    assert_eq!(driver.draining(), [1]);
}

#[test]
fn the_one_claimed_longest_ago_is_lost_first() {
    let mut driver = Driver::configured(config(40_000));
    for (text, n) in [("a", 1), ("b", 2)] {
        driver.claim(text);
        driver.started(n);
    }
    driver.pass(20_000).claim("a");
    driver.after(30_000);
    assert_eq!((driver.draining(), driver.assigned()), (vec![2], vec![1]));
    driver.after(20_000);
    assert_eq!(driver.assigned(), [0_u8; 0]);
    assert_eq!(driver.counters().lease_ends, 2);
}

/// A claim renews the lease before the look it waits for is asked for.
#[test]
fn a_claim_that_waits_for_a_look_renews_the_lease_first() {
    let config = Config { verify_after_ms: Some(0), ..config(40_000) };
    let mut driver = Driver::configured(config);
    driver.claim("a");
    driver.started(1);
    let now_ms = T0 + 49_999;
    let asked = driver.pass(49_999).claim("a");
    // The counters' row, long due, is recorded with it.
    assert_eq!(asked.changes[0], nothing().put(assigned(1, T0, "a", now_ms)).changes[0]);
    assert_eq!((probes(&asked), asked.replies.len()), (vec![1], 0));
    driver.after(1);
    let expected = nothing().granted(2, 1, Outcome::Sticky).hint(5_000);
    assert_eq!(driver.alive(1).replies, expected.replies);
}

/// A look may take longer than a short lease: whoever waits for it is served
/// anew, and not with what is no longer the session's.
#[test]
fn a_claim_that_waits_for_a_look_when_the_lease_ends_gets_another_container() {
    let config = Config { verify_after_ms: Some(0), lease_timeout_ms: 8_000, ..target(1) };
    let mut driver = Driver::filled(config);
    driver.claim("a");
    driver.started(2);
    driver.pass(500).claim("a");
    let ended = driver.after(9_500);
    let now_ms = T0 + 10_000;
    let expected = nothing()
        .put(draining(1, T0, StopCause::LeaseEnded, now_ms + 30_000))
        .put(assigned(2, T0, "a", now_ms))
        .put(starting(3, now_ms))
        .granted(2, 2, Outcome::Hit)
        .hint(1_000);
    assert_eq!((&ended.changes[..3], ended.replies), (&expected.changes[..], expected.replies));
    assert_eq!(driver.alive(1).replies, []);
}
