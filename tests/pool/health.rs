//! Who is looked at, and what was seen.

use cf_warm_pool::pool::{Config, Event, Outcome, Seen, StopCause};

use crate::driver::{Driver, NONE, T0, destroys, life, probes, target};
use crate::expected::{Expected, assigned, nothing, starting, stopping};

#[test]
fn warm_containers_are_looked_at_and_renewed_at_every_refresh() {
    let mut driver = Driver::filled(target(2));
    assert_eq!(driver.after(10_000), nothing().renew(1).renew(2).alarm(T0 + 20_000));
    assert_eq!(driver.alive(1), nothing().alarm(T0 + 20_000));
    driver.alive(2);
    assert_eq!(driver.after(10_000), nothing().renew(1).renew(2).alarm(T0 + 30_000));
}

#[test]
fn a_look_under_way_is_not_taken_twice() {
    let mut driver = Driver::filled(target(2));
    driver.after(10_000);
    driver.alive(2);
    assert_eq!(probes(&driver.after(10_000)), [2]);
}

#[test]
fn a_warm_container_that_has_stopped_is_destroyed_and_replaced() {
    let mut driver = Driver::filled(target(1));
    let now_ms = T0 + 10_000;
    driver.after(10_000);
    let expected = nothing()
        .put(stopping(1, T0, StopCause::Stopped, now_ms, now_ms))
        .put(starting(2, now_ms))
        .destroy(1)
        .start(2);
    let stopped = driver.seen(1, Seen::Stopped);
    assert_eq!((&stopped.changes, &stopped.commands), (&expected.changes, &expected.commands));
    assert_eq!(driver.counters().evictions, 1);
}

#[test]
fn two_looks_without_an_answer_evict_a_warm_container_while_others_answer() {
    let mut driver = Driver::filled(target(2));
    driver.after(10_000);
    driver.pass(10).alive(1);
    driver.pass(4_990).unknown(2);
    assert_eq!(driver.figures(), [0, 2, 0, 0, 0], "once is chance");
    driver.after(5_000);
    driver.pass(10).alive(1);
    let now_ms = T0 + 25_000;
    let expected = nothing()
        .put(stopping(2, T0, StopCause::Unhealthy, now_ms, now_ms))
        .put(starting(3, now_ms))
        .destroy(2)
        .start(3);
    let unhealthy = driver.pass(4_990).unknown(2);
    assert_eq!((&unhealthy.changes[..2], &unhealthy.commands), (&expected.changes[..], &expected.commands));
}

#[test]
fn an_answer_between_them_starts_the_count_again() {
    let mut driver = Driver::filled(target(2));
    for look in 0..6 {
        driver.after(10_000);
        driver.pass(1).alive(1);
        if look % 2 == 0 {
            driver.unknown(2)
        } else {
            driver.alive(2)
        };
    }
    assert_eq!(driver.figures(), [0, 2, 0, 0, 0]);
}

#[test]
fn a_platform_that_answers_for_nobody_loses_nobody() {
    let mut driver = Driver::filled(target(3));
    driver.claim("a");
    driver.all_start();
    for _ in 0..20 {
        let looked_at = probes(&driver.after(10_000));
        driver.pass(5_000);
        for n in looked_at {
            driver.unknown(n);
        }
    }
    assert_eq!(driver.figures(), [0, 3, 1, 0, 0]);
}

#[test]
fn assigned_containers_are_looked_at_less_often_and_not_renewed() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.after(10_000);
    assert_eq!(driver.after(49_999), nothing().alarm(T0 + 60_000));
    let due = driver.after(1);
    assert_eq!(due.commands, nothing().probe(1).commands);
    assert_eq!(due.alarm_at_ms, Some(T0 + 120_000));
}

#[test]
fn an_assigned_container_seen_meanwhile_is_left_alone() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.pass(30_000).claim("a");
    driver.alive(1);
    assert_eq!(probes(&driver.after(30_000)), NONE);
}

#[test]
fn an_assigned_container_that_has_stopped_is_destroyed_and_its_next_claim_served_anew() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    driver.started(2);
    driver.pass(60_000).handle(Event::DeadlineReached);
    driver.alive(2);
    assert_eq!(destroys(&driver.seen(1, Seen::Stopped)), [1]);
    let next = driver.claim("a");
    let expected = nothing()
        .put(assigned(2, T0, "a", T0 + 60_000))
        .put(starting(3, T0 + 60_000))
        .granted(2, 2, Outcome::Hit)
        .start(3);
    assert_eq!((next.changes, next.replies, next.commands), {
        (expected.changes, expected.replies, expected.commands)
    });
}

#[test]
fn an_assignment_survives_one_look_without_an_answer_and_not_two() {
    let mut driver = Driver::filled(target(1));
    driver.claim("a");
    driver.started(2);
    for held in [1, 0] {
        driver.pass(60_000).handle(Event::DeadlineReached);
        driver.alive(2);
        driver.unknown(1);
        assert_eq!(driver.figures()[2], held);
    }
}

#[test]
fn claims_that_wait_for_a_look_at_an_unhealthy_container_are_served_anew() {
    let mut driver = Driver::filled(Config { verify_after_ms: Some(0), ..target(1) });
    driver.claim("a");
    driver.started(2);
    for claim in [2, 3] {
        driver.pass(10_000).claim("a");
        driver.handle(Event::DeadlineReached);
        driver.pass(1).alive(2);
        let answer = driver.unknown(1);
        let expected = if claim == 2 {
            nothing().granted(2, 1, Outcome::Sticky)
        } else {
            nothing().granted(3, 2, Outcome::Hit)
        };
        assert_eq!(answer.replies, expected.replies);
    }
}

#[test]
fn a_failed_renewal_is_counted_and_nothing_else() {
    let mut driver = Driver::filled(target(1));
    driver.after(10_000);
    let seen = driver.handle(Event::Probed {
        life: life(1),
        asked_at_ms: T0,
        seen: Seen::Alive,
        renewal_failed: true,
    });
    assert_eq!(seen, nothing().alarm(T0 + 20_000));
    assert_eq!(driver.counters().renewal_failures, 1);
}

/// Seen to fail: the second copy of one answer counts as a second look.
#[test]
fn a_look_without_an_answer_told_twice_counts_once() {
    let mut driver = Driver::filled(target(2));
    driver.after(10_000);
    driver.pass(5_000).alive(1);
    driver.unknown(2);
    driver.unknown(2);
    assert_eq!(driver.figures(), [0, 2, 0, 0, 0]);
}

/// Seen to fail: a claim waits for ever for an answer that was lost.
#[test]
fn a_claim_ends_though_the_look_it_waits_for_is_never_answered() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.pass(20_000).claim("a");
    let mut replies = 0;
    for _ in 0..100 {
        let decision = driver.after(10_000);
        replies += decision.replies.len();
    }
    assert_eq!(replies, 1);
}

/// Seen to fail: looks whose answers were lost hold their places for ever.
#[test]
fn looks_that_were_never_answered_do_not_end_all_looking() {
    let mut driver = Driver::filled(target(70));
    driver.after(10_000);
    let looked_at: usize = (0..10).map(|_| probes(&driver.after(10_000)).len()).sum();
    assert!(looked_at > 0);
}
