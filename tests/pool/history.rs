//! What happened to containers, and what a session is told of it.

use cf_warm_pool::pool::limits::HISTORY_CHUNK_MAX;
use cf_warm_pool::pool::{Config, Event, Place, StopCause, Transition, explain};

use crate::driver::{Driver, T0, session, target};

use Place::{Assigned, Draining, Gone, Starting, Stopping, Warm};

/// The steps a session is told of: container, when after [`T0`], what, why.
fn told(driver: &mut Driver, text: &str) -> Vec<(u8, u64, Place, Option<StopCause>)> {
    driver.handle(Event::StatsAsked);
    let all: Vec<Transition> =
        driver.history.iter().flat_map(|chunk| chunk.transitions.iter().cloned()).collect();
    let steps = explain(&session(text), &all);
    steps.iter().map(|step| (step.name.0[0], step.at_ms - T0, step.to, step.cause)).collect()
}

#[test]
fn a_session_whose_container_crashed_is_told_of_both_containers() {
    let mut driver = Driver::filled(target(1));
    driver.pass(10).claim("a");
    driver.pass(10).started(2);
    driver.pass(10).reported(1);
    driver.pass(10).claim("a");
    driver.pass(10).destroyed(1);
    let expected = [
        (1, 0, Starting, None),
        (1, 0, Warm, None),
        (2, 10, Starting, None),
        (1, 10, Assigned, None),
        (2, 20, Warm, None),
        (1, 30, Stopping, Some(StopCause::Stopped)),
        (2, 40, Assigned, None),
        (1, 50, Gone, None),
    ];
    let mut told = told(&mut driver, "a");
    told.sort_by_key(|step| step.1);
    let mut expected = expected.to_vec();
    expected.sort_by_key(|step| step.1);
    assert_eq!(told.len(), expected.len());
    for step in expected {
        assert!(told.contains(&step), "{step:?} is not among {told:?}");
    }
}

#[test]
fn the_log_is_told_what_is_recorded_at_once_and_once() {
    let mut driver = Driver::filled(target(1));
    driver.pass(10).claim("a");
    driver.pass(10).started(2);
    driver.pass(10).reported(1);
    let last = driver.noted.last().map(|step| (step.name.0[0], step.to, step.cause));
    assert_eq!(last, Some((1, Stopping, Some(StopCause::Stopped))), "before it is recorded");
    driver.pass(10).destroyed(1);
    driver.handle(Event::StatsAsked);
    let recorded: Vec<Transition> =
        driver.history.iter().flat_map(|chunk| chunk.transitions.iter().cloned()).collect();
    assert!(recorded.len() >= 6, "{recorded:?}");
    assert_eq!(driver.noted, recorded);
}

#[test]
fn a_session_is_not_told_of_what_came_after_it() {
    let config = Config { on_release: cf_warm_pool::pool::OnRelease::Reset, ..target(1) };
    let mut driver = Driver::filled(Config { max_instances: 1, ..config });
    driver.pass(10).claim("a");
    driver.pass(10).handle(Event::Released { session: session("a") });
    driver.pass(10).seen(1, cf_warm_pool::pool::Seen::Idle);
    let life = cf_warm_pool::pool::Life { id: crate::driver::id(1), ..crate::driver::life(1) };
    driver.pass(10).handle(Event::ResetAnswered { life, result: Ok(true) });
    driver.pass(10).claim("b");
    let alices = [
        (1, 0, Starting, None),
        (1, 0, Warm, None),
        (1, 10, Assigned, None),
        (1, 20, Draining, Some(StopCause::Released)),
        (1, 40, Gone, None),
    ];
    assert_eq!(told(&mut driver, "a"), alices);
    assert_eq!(told(&mut driver, "b"), [(1, 40, Warm, None), (1, 50, Assigned, None)]);
}

#[test]
fn a_full_chunk_is_followed_by_another_and_a_lost_memory_goes_on_with_it() {
    let mut driver = Driver::filled(Config { warm_target: 0, ..target(0) });
    let sessions = HISTORY_CHUNK_MAX; // each is one start and one assignment
    for number in 0..sessions {
        driver.claim(&format!("s{number}"));
        driver.started(u8::try_from(number + 1).unwrap());
    }
    driver.handle(Event::StatsAsked);
    let lengths = |driver: &Driver| -> Vec<_> {
        driver.history.iter().map(|chunk| (chunk.number, chunk.transitions.len())).collect()
    };
    assert_eq!(lengths(&driver), [(0, HISTORY_CHUNK_MAX), (1, HISTORY_CHUNK_MAX)]);
    driver.wake();
    driver.pass(1).reported(1);
    driver.handle(Event::StatsAsked);
    assert_eq!(lengths(&driver)[2], (2, 1));
}

#[test]
fn what_is_not_asked_for_is_recorded_when_it_has_waited_for_ten_seconds() {
    let mut driver = Driver::configured(target(1));
    driver.all_start();
    assert_eq!(driver.history, []);
    driver.after(9_999);
    assert_eq!(driver.history, []);
    driver.after(1);
    assert_eq!(driver.history[0].transitions.len(), 2);
}
