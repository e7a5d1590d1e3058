//! How many containers are looked at at once.

use cf_warm_pool::pool::{Decision, Event, Seen};

use crate::driver::{Driver, NONE, T0, probes, target};

/// The first decision of a refresh of `warm` containers, 10 s after they are up.
fn refresh(warm: usize) -> (Driver, Decision) {
    let mut driver = Driver::filled(target(warm));
    let first = driver.after(10_000);
    (driver, first)
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
fn four_looks_are_under_way_at_first_and_an_answer_makes_room_for_the_next() {
    let (mut driver, first) = refresh(20);
    assert_eq!(probes(&first), [1, 2, 3, 4]);
    assert_eq!(probes(&driver.alive(3)), [5]);
    assert_eq!(probes(&driver.unknown(1)), [6]);
    assert_eq!(probes(&driver.seen(2, Seen::Stopped)), [7]);
}

#[test]
fn there_is_one_more_with_each_four_that_ended_up_to_sixty_four() {
    let (mut driver, mut first) = refresh(100);
    assert_eq!(answer_all(&mut driver, &first)[..9], [4, 4, 4, 4, 5, 5, 5, 5, 6]);
    for _ in 0..2 {
        first = driver.after(10_000);
        answer_all(&mut driver, &first);
    }
    assert_eq!(probes(&driver.after(10_000)).len(), 64);
}

#[test]
fn a_claim_makes_them_few_again() {
    let (mut driver, first) = refresh(100);
    answer_all(&mut driver, &first);
    assert_eq!(probes(&driver.after(10_000)).len(), 4 + 100 / 4);
    let (mut driver, first) = refresh(100);
    answer_all(&mut driver, &first);
    assert_eq!(probes(&driver.claim("a")), NONE);
    assert_eq!(probes(&driver.after(10_000)).len(), 4);
}

#[test]
fn looks_that_hang_hold_up_no_others_and_are_sixty_four_at_most() {
    let (mut driver, first) = refresh(100);
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
    let (mut driver, _) = refresh(100);
    driver.now_ms = T0;
    assert_eq!(probes(&driver.handle(Event::StatsAsked)).len(), 4);
}
