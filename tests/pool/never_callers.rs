//! What must never happen to sessions, and to the pool as a whole, by the number
//! it has in the design: as in [`crate::never`].

use std::collections::BTreeMap;

use cf_warm_pool::pool::{
    ClaimId, Config, Counters, Decision, Durations, Event, FailureClass, Idle, OnRelease, Outcome, PoolError,
    Seen, WhenEmpty,
};

use crate::driver::{Driver, NONE, T0, name, starts, target};
use crate::expected::nothing;
use crate::life::{revision, served};

#[test]
fn never_8_is_an_assignment_lost_to_one_failed_look() {
    let held = || {
        let mut driver = Driver::filled(target(1));
        driver.claim("a");
        driver.started(2);
        driver.after(60_000);
        driver.pass(1).alive(2);
        driver
    };
    let mut driver = held();
    driver.unknown(1);
    driver.unknown(1);
    assert_eq!(driver.assigned(), [1], "one look, told twice");
    driver.claim("a");
    assert_eq!(served(&driver.alive(1)), [(2, 1)]);
    // What does end it: a definite stop, a report, and the threshold.
    let ends: [fn(&mut Driver); 3] = [
        |driver| drop(driver.seen(1, Seen::Stopped)),
        |driver| drop(driver.reported(1)),
        |driver| {
            driver.unknown(1);
            driver.after(60_000);
            driver.pass(1).alive(2);
            driver.unknown(1);
        },
    ];
    for end in ends {
        let mut driver = held();
        end(&mut driver);
        assert_eq!(driver.assigned(), NONE);
    }
}

/// Starts, looks and stops that are never answered.
#[test]
fn never_9_has_a_claim_no_end_or_two() {
    for when_empty in [WhenEmpty::Start, WhenEmpty::Wait, WhenEmpty::Fail] {
        let config = Config { when_empty, verify_after_ms: Some(0), max_instances: 3, ..target(2) };
        let mut driver = Driver::filled(config);
        let mut ends: BTreeMap<ClaimId, u64> = BTreeMap::new();
        let mut timer_at_ms = None;
        let note = |driver: &Driver, decision: Decision, ends: &mut BTreeMap<ClaimId, u64>| {
            for reply in decision.replies {
                let code = reply.result.as_ref().err().map(PoolError::code);
                assert_eq!(ends.insert(reply.claim, driver.now_ms), None, "{code:?}");
            }
            decision.alarm_at_ms.into_iter().chain(decision.timer_at_ms).min()
        };
        for text in ["a", "b", "c", "d", "a", "e", "c"] {
            let decision = driver.claim(text);
            timer_at_ms = note(&driver, decision, &mut ends);
        }
        while let Some(at_ms) = timer_at_ms.filter(|at_ms| *at_ms < T0 + 600_000) {
            driver.now_ms = at_ms;
            let decision = driver.handle_due();
            timer_at_ms = note(&driver, decision, &mut ends);
        }
        // Two batches of starts at most, besides queueTimeout.
        assert_eq!(ends.len(), 7, "{when_empty:?}");
        assert!(ends.values().all(|at_ms| *at_ms <= T0 + 70_000), "{when_empty:?}: {ends:?}");
    }
}

#[test]
fn never_10_is_a_later_one_served_first_or_one_that_left_at_all() {
    let mut driver = Driver::filled(Config { max_instances: 2, ..target(2) });
    for text in ["a", "b", "c", "d", "e"] {
        driver.claim(text);
    }
    driver.caller_left(3);
    let mut order = Vec::new();
    // Whatever becomes free, and however: a report, a release, another report.
    driver.reported(2);
    driver.released("a");
    driver.idle(1);
    driver.seen(1, Seen::Stopped);
    for n in [1, 2] {
        driver.destroyed(n);
    }
    for n in [4, 3] {
        order.extend(served(&driver.started(n)));
    }
    assert_eq!(order, [(4, 4), (5, 3)]);
    assert_eq!((driver.assigned(), driver.figures()[4]), (vec![3, 4], 0));
}

#[test]
fn never_11_is_one_stopped_that_a_session_uses() {
    let config = |warm_target| Config { container_ttl_ms: 60_000, ..target(warm_target) };
    let mut driver = Driver::filled(config(2));
    driver.claim("a");
    driver.claim("b");
    driver.all_start();
    let harmless: [fn(&mut Driver, &Config) -> Decision; 7] = [
        |driver, config| driver.configure(Config { warm_target: 0, ..config.clone() }),
        |driver, config| driver.configure(Config { max_instances: 1, ..config.clone() }),
        |driver, config| driver.configure(Config { enabled: false, ..config.clone() }),
        |driver, config| driver.configure(revision("b", 2, config.clone())),
        |driver, _| driver.after(3_600_000),
        |driver, _| driver.shut_down(),
        |driver, _| driver.wake(),
    ];
    for event in harmless {
        event(&mut driver, &config(2));
        for n in driver.assigned() {
            driver.alive(n);
        }
        assert_eq!(driver.assigned(), [1, 2]);
    }
    for (text, n) in [("a", 1), ("b", 2)] {
        let sticky = driver.claim(text);
        assert_eq!(sticky.replies[0].result.as_ref().map(|grant| (grant.name, grant.outcome)), {
            Ok((name(n), Outcome::Sticky))
        });
    }
}

#[test]
fn never_12_do_the_counters_not_add_up() {
    let on_release = OnRelease::Restart;
    let config = Config { on_release, queue_timeout_ms: 1_000, max_instances: 5, ..target(2) };
    let mut driver = Driver::filled(config);
    let mut replies = 0;
    for round in 0..40_u8 {
        let text = |factor| format!("s{}", u32::from(round) * factor % 9);
        let mut decisions = vec![driver.released(&text(1)), driver.released(&text(4))];
        decisions.extend([1, 5, 7, 5].map(|factor| driver.claim(&text(factor))));
        for n in driver.starting() {
            let fails = round % 4 == 3;
            let outcome = if fails { driver.failed(n, FailureClass::Transient) } else { driver.started(n) };
            decisions.push(outcome);
        }
        for n in driver.draining() {
            decisions.push(driver.idle(n));
        }
        for n in driver.stopping() {
            decisions.push(driver.destroyed(n));
        }
        decisions.push(driver.after(2_000));
        replies += decisions.iter().map(|decision| decision.replies.len()).sum::<usize>();
        driver.handle(Event::StatsAsked);
        let stats = driver.pool.stats(driver.now_ms);
        let counters = stats.counters;
        let recorded = Idle { until_ms: counters.idle.until_ms, ..driver.counters_row.idle };
        let recorded = Counters { idle: recorded, ..driver.counters_row };
        assert_eq!(counters, recorded, "shown before they are recorded");
        assert_eq!(
            counters.claim_durations.map(|durations| durations.count()),
            [counters.sticky, counters.hits, counters.misses, counters.errors]
        );
        let ended: u64 = counters.start_durations.iter().map(Durations::count).sum();
        assert_eq!(ended + stats.starting as u64, stats.started(), "starts, in round {round}");
        assert_eq!(counters.claims(), counters.sticky + counters.hits + counters.misses + counters.errors);
        assert_eq!(counters.claims() as usize, replies);
        let lives = u64::from(driver.fresh.made) + counters.restarts;
        assert_eq!(stats.started(), lives, "gone and tracked, in round {round}");
    }
    let counters = driver.counters();
    let each = [counters.sticky, counters.hits, counters.misses, counters.errors, counters.restarts];
    assert!(each.iter().all(|count| *count > 0), "{counters:?}");
}

/// The last fault ends, and the pool is at its target without being called.
#[test]
fn never_13_does_a_pool_not_come_to_rest() {
    let mut driver = Driver::configured(target(2));
    for n in [1, 2] {
        driver.failed(n, FailureClass::Capacity);
        driver.destroy_failed(n);
    }
    let mut woken = 0;
    for _ in 0..1_000 {
        let due = driver.handle_due();
        for n in starts(&due) {
            driver.started(n);
        }
        for n in driver.stopping() {
            driver.destroyed(n);
        }
        let Some(at_ms) = driver.pool.stats(driver.now_ms).alarm_at_ms else { panic!("nothing armed") };
        assert!(at_ms > driver.now_ms, "woken again at once");
        if at_ms > T0 + 600_000 {
            break;
        }
        driver.now_ms = at_ms;
        woken += 1;
    }
    assert_eq!(driver.figures(), [0, 2, 0, 0, 0]);
    // A refresh every 10 s, and what the faults called for.
    assert!((60..=70).contains(&woken), "{woken}");
    // With nothing to do, nothing is armed.
    driver.configure(target(0));
    driver.after(30_000);
    for n in driver.stopping() {
        driver.destroyed(n);
    }
    assert_eq!((driver.handle_due(), driver.pool.containers().count()), (nothing(), 0));
}
