//! What must never happen to containers, by the number it has in the design: a
//! scenario for each that a pool which only remembers what it was told would fail.

use std::collections::{BTreeMap, BTreeSet};

use cf_warm_pool::pool::{Change, Config, Decision, FailureClass, Life, OnRelease, Seen};

use crate::driver::{Driver, destroys, id, starts, target};
use crate::life::{revision, served, stops};

fn tracked(driver: &Driver) -> usize {
    driver.pool.containers().count()
}

/// Everything about one container at once, late, twice and out of order.
#[test]
fn never_1_is_a_container_in_two_states_or_none() {
    let mut driver = Driver::configured(target(2));
    let late: [fn(&mut Driver) -> Decision; 9] = [
        |driver| driver.started(1),
        |driver| driver.claim("a"),
        |driver| driver.failed(1, FailureClass::Transient),
        |driver| driver.released("a"),
        |driver| driver.reported(1),
        |driver| driver.idle(1),
        |driver| driver.reset_answered(1, Ok(true)),
        |driver| driver.shut_down(),
        |driver| driver.after(1_000),
    ];
    for first in late {
        for second in late {
            first(&mut driver);
            second(&mut driver);
            let stats = driver.pool.stats(driver.now_ms);
            let ids: BTreeSet<_> = driver.rows.iter().map(|row| row.id).collect();
            assert_eq!((stats.total(), ids.len()), (tracked(&driver), driver.rows.len()));
            driver.prime(None);
        }
    }
    assert!(driver.fresh.made > 2);
}

#[test]
fn never_2_does_a_container_serve_two_sessions_in_one_life() {
    for on_release in OnRelease::ALL {
        let mut driver = Driver::filled(Config { on_release, max_instances: 1, ..target(1) });
        let mut owners: BTreeMap<Life, &str> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for text in ["a", "b", "c", "d", "e", "f"] {
            // It is asked for at every moment of its way back.
            let mut grants = driver.claim(text).replies;
            let mut answers: Vec<fn(&mut Driver, u8) -> Decision> = vec![
                |driver, n| driver.idle(n),
                |driver, n| driver.reset_answered(n, Ok(true)),
                |driver, n| driver.seen(n, Seen::Stopped),
                |driver, n| driver.destroyed(n),
                |driver, n| driver.started(n),
            ];
            while grants.is_empty() {
                let answer = answers.remove(0);
                for n in driver.numbers(|_| true) {
                    grants.extend(answer(&mut driver, n).replies);
                }
            }
            let grant = grants[0].result.as_ref().unwrap();
            let of_this_life = Life { id: grant.id, generation: grant.generation };
            assert_eq!(owners.insert(of_this_life, text), None, "{on_release:?}");
            assert!(ids.insert(grant.id) || on_release != OnRelease::Destroy, "by default, at all");
            driver.released(text);
        }
    }
}

/// Five calls at once on an empty pool, one after a release, one after a report.
#[test]
fn never_3_has_a_session_two_containers() {
    let mut driver = Driver::configured(target(0));
    let started: Vec<_> = (0..5).flat_map(|_| starts(&driver.claim("a"))).collect();
    assert_eq!(started, [1]);
    let ids: BTreeSet<_> = served(&driver.started(1)).into_iter().map(|(_, n)| n).collect();
    assert_eq!(ids, BTreeSet::from([1]));
    driver.released("a");
    driver.claim("a");
    driver.started(2);
    driver.reported(2);
    driver.claim("a");
    driver.claim("a");
    driver.started(3);
    let held: Vec<_> = driver.rows.iter().filter(|row| row.session().is_some()).map(|row| row.id).collect();
    assert_eq!(held, [id(3)]);
}

/// One container in each state that a claim might mistake for warm.
#[test]
fn never_4_is_one_handed_out_that_is_not_healthy_and_current() {
    let config = |text, order_ms| {
        let aging = Config { container_ttl_ms: 60_000, start_concurrency: 20, ..target(3) };
        revision(text, order_ms, aging)
    };
    let mut driver = Driver::filled(config("a", 1));
    driver.claim("drains"); // 1
    driver.started(4);
    driver.released("drains");
    driver.reported(2); // stopping
    assert_eq!(driver.starting(), [5]);
    driver.started(5);
    driver.configure(config("b", 2)); // 3, 4 and 5 are stale, 6 is starting
    let expected = (vec![6, 7], vec![3, 4, 5], vec![1], vec![2]);
    let waits = driver.claim("b");
    assert_eq!(waits.replies, []);
    assert_eq!((driver.starting(), driver.warm(), driver.draining(), driver.stopping()), expected);
    assert_eq!(served(&driver.started(7)), [(2, 7)]);
    // 6 is past its age before anybody asks.
    driver.started(6);
    assert_eq!(driver.pass(70_000).claim("c").replies, []);
}

/// Starts that fail, destroys that fail and a lost memory: what may exist counts.
#[test]
fn never_5_exist_more_than_the_limit() {
    let mut driver = Driver::configured(Config { max_instances: 3, ..target(5) });
    for round in 0..30 {
        for n in driver.starting() {
            if round % 3 == 0 {
                driver.started(n)
            } else {
                driver.failed(n, FailureClass::Transient)
            };
            assert!(tracked(&driver) <= 3);
        }
        driver.claim(&format!("s{}", round % 7));
        for n in driver.stopping() {
            if round % 2 == 0 {
                driver.destroy_failed(n)
            } else {
                driver.destroyed(n)
            };
            assert!(tracked(&driver) <= 3);
        }
        if round % 5 == 0 {
            driver.wake();
        }
        driver.released(&format!("s{}", round % 3));
        driver.after(60_000);
        assert!(tracked(&driver) <= 3);
    }
    // The learned limit counts as the declared one does.
    let mut driver = Driver::configured(target(4));
    driver.started(1);
    for n in 2..=4 {
        driver.failed(n, FailureClass::Capacity);
        driver.destroyed(n);
    }
    assert_eq!((starts(&driver.claim("a")), starts(&driver.claim("b"))), (vec![], vec![]));
    assert_eq!(tracked(&driver), 1);
}

/// A port that never opens, through ten refreshes: a pool that forgets what it
/// started leaves three more running at each.
#[test]
fn never_6_are_more_started_than_are_missing() {
    let mut driver = Driver::configured(target(3));
    for _ in 0..10 {
        let due = driver.after(10_000);
        assert!(driver.starting().len() <= 3, "{due:?}");
        for n in driver.stopping() {
            driver.destroyed(n);
        }
        assert!(tracked(&driver) <= 3 + driver.stopping().len());
    }
    // Each claim is one more, whoever asks how often.
    let mut driver = Driver::filled(Config { start_concurrency: 20, ..target(3) });
    for text in ["a", "b", "c", "d", "e", "a", "d", "d", "e"] {
        driver.claim(text);
        driver.prime(None);
        driver.handle_due();
    }
    assert_eq!(driver.starting().len(), 3 + 2);
}

/// Memory is lost between the record and the act.
#[test]
fn never_7_is_anything_asked_for_that_was_not_recorded_or_forgotten_that_was() {
    let mut driver = Driver::new();
    let asked = driver.claim_with(1, "a", target(2));
    let recorded: Vec<_> = asked.changes.iter().filter_map(recorded_start).collect();
    assert_eq!((starts(&asked), recorded), (vec![1, 2, 3], vec![1, 2, 3]));
    // Nothing of it was carried out: the first wake asks for it again.
    assert_eq!(starts(&driver.pass(1_000).wake()), [1, 2, 3]);
    // It was carried out, and nobody heard how it ended: the next wake ends it.
    let woken = driver.pass(60_000).wake();
    assert_eq!(destroys(&woken), [1, 2, 3]);
    // What stops is stopped again, until it is gone.
    let mut driver = Driver::filled(target(1));
    driver.shut_down();
    assert_eq!(stops(&driver.pass(1_000).wake()), [1]);
    assert_eq!(destroys(&driver.pass(60_000).wake()), [1]);
}

fn recorded_start(change: &Change) -> Option<u8> {
    change.container().map(|container| container.id.0[0])
}
