//! A rollout whose starts fail: what there was is kept and handed out again,
//! until a start succeeds or another revision comes.

use cf_warm_pool::pool::{Config, FailureClass};

use crate::driver::{Driver, NONE, T0, starts, target};
use crate::expected::{Expected, Row, nothing, starting};
use crate::life::{revision, served, stops};

use FailureClass::{Permanent, Transient};

fn of(text: &str, order_ms: u64, warm_target: usize) -> Config {
    revision(text, order_ms, Config { start_concurrency: 20, ..target(warm_target) })
}

/// A pool at its target, every container of revision a.
fn filled(warm_target: usize) -> Driver {
    Driver::filled(of("a", 1, warm_target))
}

/// Three starts of revision b have failed.
fn halted(config: Config, class: FailureClass) -> Driver {
    let mut driver = Driver::filled(of("a", 1, config.warm_target));
    driver.configure(config);
    while driver.pool_row.gate.failures < 3 {
        let n = driver.starting()[0];
        driver.failed(n, class);
        driver.destroyed(n);
    }
    driver
}

#[test]
fn after_three_failed_starts_the_earlier_ones_are_kept_and_handed_out_again() {
    for class in [Transient, Permanent] {
        let mut driver = halted(of("b", 2, 2), class);
        assert_eq!((driver.warm(), driver.starting()), (vec![1, 2], vec![]));
        let mut trials = 0;
        for _ in 0..100 {
            let due = driver.after(10_000);
            assert_eq!(stops(&due), NONE);
            assert!(driver.starting().len() <= 1, "one trial at a time");
            for trial in driver.starting() {
                trials += 1;
                driver.failed(trial, class);
                driver.destroyed(trial);
            }
            driver.alive(1);
            driver.alive(2);
        }
        // As often as the back-off allows in 1,000 s, and not at each refresh.
        assert!((8..=16).contains(&trials), "{trials} trials");
        assert_eq!(served(&driver.claim("x")), [(1, 1)]);
    }
}

#[test]
fn those_who_wait_when_it_halts_get_the_earlier_ones() {
    let mut driver = filled(2);
    driver.configure(of("b", 2, 2));
    driver.claim("x");
    assert_eq!(driver.starting(), [3, 4]);
    driver.failed(3, Transient);
    driver.failed(4, Transient);
    let halts = driver.failed(driver.starting()[0], Transient);
    assert_eq!(served(&halts), [(1, 1)]);
    assert_eq!((driver.warm(), driver.figures()[4]), (vec![2], 0));
}

#[test]
fn a_later_revision_is_rolled_out_at_once_though_the_one_before_failed() {
    let mut driver = halted(of("b", 2, 2), Transient);
    let changed = driver.configure(of("c", 3, 2));
    let n = starts(&changed)[0];
    assert_eq!(changed.changes[0], nothing().put(starting(n, T0).of("c")).changes[0]);
    let gate = &driver.pool_row.gate;
    assert_eq!((gate.failures, gate.pause), (0, None));
    assert_eq!(stops(&driver.started(n)), [1]);
}

#[test]
fn going_back_to_the_earlier_revision_replaces_nothing() {
    let mut driver = halted(of("b", 2, 2), Transient);
    let back = driver.configure(of("a", 3, 2));
    assert_eq!((starts(&back), stops(&back), driver.warm()), (vec![], vec![], vec![1, 2]));
}

#[test]
fn a_trial_that_succeeds_goes_on_with_the_rollout() {
    let mut driver = halted(of("b", 2, 2), Transient);
    driver.claim("x");
    let [trial] = starts(&driver.after(1_600))[..] else { panic!("no trial") };
    let ready = driver.started(trial);
    assert_eq!((driver.warm().contains(&2), starts(&ready).len()), (true, 1), "its replacement");
    assert_eq!(stops(&driver.started(starts(&ready)[0])), [2]);
    assert_eq!((driver.assigned(), driver.warm().len()), (vec![1], 2));
}

#[test]
fn a_rate_limit_is_no_failure_of_the_revision() {
    let mut driver = filled(1);
    driver.configure(of("b", 2, 1));
    for _ in 0..4 {
        let limited = driver.starting()[0];
        driver.failed(limited, FailureClass::RateLimit);
        driver.destroyed(limited);
        driver.now_ms = driver.pool_row.gate.pause.unwrap().retry_at_ms;
        assert_eq!(starts(&driver.handle_due()).len(), 1);
    }
    assert_eq!(driver.claim("x").replies, [], "1 is of an earlier revision");
}

#[test]
fn that_it_halted_is_known_after_a_loss_of_memory() {
    let mut driver = halted(of("b", 2, 2), Transient);
    driver.wake();
    assert_eq!(served(&driver.claim("x")), [(1, 1)]);
}
