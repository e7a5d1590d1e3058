//! Fifty callers come at once to a pool of five, in simulated time.

use cf_warm_pool::pool::{Config, OnRelease, WhenEmpty};

use crate::driver::{T0, target};
use crate::event_loop::EventLoop;

const CALLERS: usize = 50;
const TARGET: usize = 5;
const START_MS: u64 = 1_500;
const USE_MS: u64 = 20;

/// Every caller uses its container for 20 ms and releases it.
fn burst(config: Config) -> EventLoop {
    let mut event_loop = EventLoop::new(config, START_MS);
    event_loop.run(T0 + 30_000);
    assert_eq!(event_loop.pool.stats(event_loop.now_ms).warm, TARGET);
    for n in 0..CALLERS {
        event_loop.claim_at(T0 + 30_000, &format!("caller {n}"));
    }
    let mut released = 0;
    while let Some((_, decision)) = event_loop.step(T0 + 120_000) {
        for _ in &decision.replies {
            let session = event_loop.answers[released].session.clone();
            released += 1;
            event_loop.release_at(event_loop.now_ms + USE_MS, session);
        }
    }
    assert_eq!((event_loop.unanswered(), event_loop.granted()), (0, CALLERS));
    let stats = event_loop.pool.stats(event_loop.now_ms);
    assert_eq!((stats.warm, stats.total()), (TARGET, TARGET));
    event_loop
}

fn config(when_empty: WhenEmpty, on_release: OnRelease) -> Config {
    Config { when_empty, on_release, start_concurrency: 20, ..target(TARGET) }
}

/// The longest a caller waited, ms.
fn longest_ms(event_loop: &EventLoop) -> u64 {
    event_loop.answers.iter().map(|answer| answer.at_ms - answer.asked_at_ms).max().unwrap()
}

#[test]
fn fifty_callers_who_wait_for_containers_that_come_back_need_six_at_most() {
    let event_loop = burst(config(WhenEmpty::Wait, OnRelease::Reset));
    assert!(event_loop.most <= 6, "{} containers", event_loop.most);
    assert!(event_loop.used().len() <= 6);
    assert!(longest_ms(&event_loop) < START_MS, "nobody waits for a start");
}

#[test]
fn fifty_callers_who_have_one_started_need_no_more_than_one_each_and_the_target() {
    for on_release in OnRelease::ALL {
        let event_loop = burst(config(WhenEmpty::Start, on_release));
        assert!(event_loop.most <= CALLERS + TARGET, "{on_release:?}: {} containers", event_loop.most);
    }
}

#[test]
fn they_are_served_in_the_order_they_came() {
    for when_empty in [WhenEmpty::Wait, WhenEmpty::Start] {
        let event_loop = burst(config(when_empty, OnRelease::Reset));
        let served: Vec<_> =
            event_loop.answers.iter().map(|answer| answer.session.as_str().to_owned()).collect();
        let came: Vec<_> = (0..CALLERS).map(|n| format!("caller {n}")).collect();
        assert_eq!(served, came);
    }
}
