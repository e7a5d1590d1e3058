//! Whether a warm container is fit for a session: it answers at its path, and
//! uses no more than it may.

use cf_warm_pool::pool::{Config, Health, Outcome, Seen, StopCause, Usage};

use crate::driver::{Driver, NONE, T0, destroys, starts, target};
use crate::expected::{Expected, nothing, primed, starting, stopping};
use crate::life::served;

fn health() -> Health {
    Health {
        path: Some("/ready".into()),
        timeout_ms: 5_000,
        unhealthy_after: 2,
        memory_permille_max: Some(900),
        cpu_permille_max: Some(800),
    }
}

fn config(warm_target: usize) -> Config {
    Config { health: health(), ..target(warm_target) }
}

/// Two warm containers; the next refresh looks at both.
fn looked_at() -> Driver {
    let mut driver = Driver::filled(config(2));
    driver.after(10_000);
    driver.alive(1);
    driver
}

#[test]
fn a_start_says_what_the_container_has_to_answer_before_it_counts_as_ready() {
    let mut driver = Driver::new();
    let expected = nothing()
        .put(starting(1, T0))
        .put_pool(primed(config(1)))
        .start(1)
        .asking_at("/ready")
        .alarm(T0 + 30_000);
    assert_eq!(driver.configure(config(1)), expected);
    // So does one that is asked for again, and one for a session.
    let woken = driver.pass(1_000).wake();
    let again = nothing().start_within(1, 29_000).asking_at("/ready").alarm(T0 + 30_000);
    assert_eq!(woken, again);
    assert_eq!(driver.claim("a").commands, nothing().start(2).asking_at("/ready").commands);
}

#[test]
fn warm_containers_are_asked_at_their_path_and_those_of_sessions_are_not() {
    let mut driver = Driver::filled(config(1));
    driver.claim("a");
    driver.started(2);
    let looks = driver.after(60_000);
    assert_eq!(looks.commands, nothing().renew(2).probe(1).asking_at("/ready").commands);
    driver.alive(1);
    // Nor before an answer, nor while one drains, nor while one stops.
    driver.pass(10_000);
    assert_eq!(driver.claim("a").commands, nothing().probe(1).commands);
    driver.alive(1);
    assert_eq!(driver.released("a").commands, nothing().probe(1).commands);
    driver.idle(1);
    assert_eq!(driver.after(500).commands, nothing().renew(2).probe(1).asking_at("/ready").commands[1..]);
}

#[test]
fn without_a_path_none_is_asked_at_one() {
    let mut driver = Driver::filled(target(1));
    assert_eq!(driver.after(10_000).commands, nothing().renew(1).commands);
}

#[test]
fn one_that_answers_and_uses_what_it_may_stays_warm() {
    let mut driver = looked_at();
    assert_eq!(driver.ready(2, 900, 800), nothing().alarm(T0 + 20_000), "at its ceilings");
    assert_eq!(driver.warm(), [1, 2]);
    assert_eq!(driver.counters().health_failures, [0; 3]);
}

#[test]
fn one_that_does_not_answer_twice_in_a_row_is_destroyed_and_replaced() {
    let mut driver = looked_at();
    assert_eq!(driver.not_ready(2), nothing().alarm(T0 + 20_000), "once is chance");
    driver.after(10_000);
    driver.alive(1);
    let now_ms = T0 + 20_000;
    let unready = driver.not_ready(2);
    let expected = nothing()
        .put(stopping(2, T0, StopCause::Unhealthy, now_ms, now_ms))
        .put(starting(3, now_ms))
        .destroy(2)
        .start(3)
        .asking_at("/ready");
    assert_eq!((&unready.changes[..2], &unready.commands), (&expected.changes[..], &expected.commands));
    assert_eq!((driver.counters().health_failures, driver.counters().evictions), ([0, 2, 0], 1));
}

#[test]
fn one_over_a_ceiling_twice_in_a_row_is_destroyed_and_replaced() {
    for (memory, cpu) in [(901, 0), (0, 801), (1_000, 1_000)] {
        let mut driver = looked_at();
        driver.ready(2, memory, cpu);
        driver.after(10_000);
        driver.alive(1);
        let over = driver.ready(2, memory, cpu);
        assert_eq!((destroys(&over), starts(&over)), (vec![2], vec![3]));
        assert_eq!(driver.counters().health_failures, [0, 0, 2], "one failure a look");
    }
}

#[test]
fn what_it_does_not_say_and_what_has_no_ceiling_counts_for_nothing() {
    let mut driver = looked_at();
    for _ in 0..5 {
        driver.seen(2, Seen::Ready(Usage::default()));
        driver.after(10_000);
        driver.alive(1);
    }
    driver.configure(Config {
        health: Health { memory_permille_max: None, cpu_permille_max: None, ..health() },
        ..target(2)
    });
    for _ in 0..5 {
        driver.ready(2, 5_000, 5_000);
        driver.after(10_000);
        driver.alive(1);
    }
    assert_eq!((driver.warm(), driver.counters().health_failures), (vec![1, 2], [0; 3]));
}

#[test]
fn failures_of_all_kinds_count_in_one_row_and_a_good_look_ends_it() {
    let looks: [fn(&mut Driver); 3] = [
        |driver| drop(driver.not_ready(2)),
        |driver| drop(driver.ready(2, 1_000, 0)),
        |driver| drop(driver.unknown(2)),
    ];
    for first in looks {
        for second in looks {
            for well_between in [true, false] {
                let mut driver = looked_at();
                let again = |driver: &mut Driver| {
                    driver.after(10_000);
                    driver.pass(1).alive(1);
                };
                first(&mut driver);
                again(&mut driver);
                if well_between {
                    driver.ready(2, 0, 0);
                    again(&mut driver);
                }
                second(&mut driver);
                assert_eq!(driver.warm().contains(&2), well_between);
                assert_eq!(driver.counters().health_failures.iter().sum::<u64>(), 2);
            }
        }
    }
}

#[test]
fn the_threshold_is_the_one_in_force() {
    for unhealthy_after in [1, 3, 10] {
        let health = Health { unhealthy_after, ..health() };
        let mut driver = Driver::filled(Config { health, ..target(1) });
        for look in 1..=unhealthy_after {
            assert_eq!(driver.warm(), [1], "before look {look} of {unhealthy_after}");
            driver.after(10_000);
            driver.not_ready(1);
        }
        assert_eq!(driver.stopping(), [1]);
    }
}

/// That it does not answer at its path is an answer: the platform is well, and
/// one that gives none meanwhile is not.
#[test]
fn an_answer_that_it_is_not_ready_is_a_sign_of_the_platform_and_not_of_its_trouble() {
    let mut driver = Driver::filled(config(2));
    for _ in 0..2 {
        driver.after(10_000);
        driver.pass(1).not_ready(1);
        driver.unknown(2);
    }
    assert_eq!((driver.warm(), driver.stopping()), (vec![], vec![1, 2]));
    assert_eq!(driver.counters().health_failures, [2, 2, 0]);
}

#[test]
fn one_that_is_no_longer_warm_when_a_failed_look_ends_is_not_stopped_twice() {
    let mut driver = looked_at();
    driver.configure(config(0));
    let late = driver.not_ready(2);
    assert_eq!((destroys(&late), late.changes), (NONE.to_vec(), vec![]));
}

#[test]
fn one_that_failed_once_is_still_handed_out() {
    let mut driver = Driver::filled(config(1));
    driver.after(10_000);
    driver.not_ready(1);
    let hit = driver.claim("a");
    assert_eq!((served(&hit), hit.replies), (vec![(1, 1)], nothing().granted(1, 1, Outcome::Hit).replies));
}
