//! How many containers are looked at at once.

use cf_warm_pool::pool::{Decision, Event, Seen};

use crate::driver::{Driver, NONE, T0, probes, target};

/// A pool with so many warm containers, of which sessions have claimed some.
fn claimed_from(warm: usize) -> Driver {
    let mut driver = Driver::filled(target(warm));
    driver.claim("a");
    driver.all_start();
    driver
}

/// Answers every look as soon as it is asked for, and says how many were under way.
fn answer_all(driver: &mut Driver, first: &Decision) -> Vec<usize> {
    let mut open = probes(first);
    let mut at_once = Vec::new();
    while !open.is_empty() {
        at_once.push(open.len());
        let n = open.remove(0);
        open.extend(probes(&driver.alive(n)));
    }
    at_once
}

#[test]
fn sixty_four_looks_are_under_way_at_most_and_an_answer_makes_room_for_the_next() {
    let mut driver = Driver::filled(target(70));
    assert_eq!(probes(&driver.after(10_000)), (1..=64).collect::<Vec<_>>());
    assert_eq!(probes(&driver.alive(7)), [65]);
    assert_eq!(probes(&driver.unknown(1)), [66]);
    assert_eq!(probes(&driver.seen(2, Seen::Stopped)), [67]);
}

#[test]
fn four_are_once_a_session_has_claimed() {
    let mut driver = claimed_from(20);
    assert_eq!(probes(&driver.after(10_000)), [2, 3, 4, 5]);
    assert_eq!(probes(&driver.alive(3)), [6]);
}

#[test]
fn there_is_one_more_with_each_four_that_ended_up_to_sixty_four() {
    let mut driver = claimed_from(100);
    let first = driver.after(10_000);
    assert_eq!(answer_all(&mut driver, &first)[..9], [4, 4, 4, 4, 5, 5, 5, 5, 6]);
    for _ in 0..2 {
        let next = driver.after(10_000);
        answer_all(&mut driver, &next);
    }
    assert_eq!(probes(&driver.after(10_000)).len(), 64);
}

#[test]
fn a_further_claim_makes_them_four_again() {
    let mut driver = claimed_from(100);
    let first = driver.after(10_000);
    answer_all(&mut driver, &first);
    assert_eq!(probes(&driver.after(10_000)).len(), 4 + 100 / 4);
    let mut driver = claimed_from(100);
    let first = driver.after(10_000);
    answer_all(&mut driver, &first);
    assert_eq!(probes(&driver.claim("b")), NONE);
    assert_eq!(probes(&driver.after(10_000)).len(), 4);
}

#[test]
fn looks_that_hang_hold_up_no_others_and_are_sixty_four_at_most() {
    let mut driver = claimed_from(100);
    let first = driver.after(10_000);
    assert_eq!(first.timer_at_ms, Some(T0 + 10_025));
    let mut next_at_ms = first.timer_at_ms;
    let mut under_way = probes(&first).len();
    while let Some(at_ms) = next_at_ms {
        driver.now_ms = at_ms;
        let decision = driver.handle(Event::DeadlineReached);
        under_way += probes(&decision).len();
        next_at_ms = decision.timer_at_ms;
    }
    assert_eq!((under_way, driver.now_ms), (64, T0 + 10_400));
}

#[test]
fn a_clock_put_back_holds_up_no_look() {
    let mut driver = claimed_from(100);
    driver.after(10_000);
    driver.now_ms = T0;
    assert_eq!(probes(&driver.handle(Event::StatsAsked)).len(), 4);
}
