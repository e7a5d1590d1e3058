//! Callers of several versions, each with its own idea of what the pool is to
//! be: it does not follow them to and fro.

use std::rc::Rc;

use cf_warm_pool::pool::limits::{CONFIG_RETURN_MS, CONFIG_WANTED_NOTED_MS, CONFIGS_REPLACED_MAX};
use cf_warm_pool::pool::{Change, ClaimId, Config, Decision, Event};

use crate::driver::{Driver, T0, session, starts, target};
use crate::expected::primed_after;
use crate::life::{revision, stops};

const MINUTE_MS: u64 = 60_000;

/// A pool at its target that the configuration of version 1 made, and that of
/// version 2 after it.
fn rolled_out() -> Driver {
    let mut driver = Driver::filled(target(1));
    driver.asks(target(2));
    driver.all_start();
    driver
}

impl Driver {
    /// A caller asks for that, in whatever way callers do.
    fn asks(&mut self, config: Config) -> Decision {
        self.prime(Some(config))
    }

    /// Whether a caller that asks for it is passed over, and nothing changes.
    fn passes_over(&mut self, config: Config) -> bool {
        let before = (self.counters().passed_over, Rc::clone(self.pool.config()));
        self.asks(config);
        let counted = self.counters().passed_over - before.0 == 1;
        assert_eq!(counted, *self.pool.config() == before.1, "it is taken or passed over");
        counted
    }

    fn warm_target(&self) -> usize {
        self.pool.config().warm_target
    }
}

#[test]
fn two_versions_in_turn_start_and_stop_nothing_to_and_fro() {
    let mut driver = rolled_out();
    for _ in 0..100 {
        for config in [target(1), target(2)] {
            let Decision { commands, .. } = driver.pass(500).asks(config);
            assert_eq!(commands, []);
        }
    }
    assert_eq!((driver.warm_target(), driver.counters().passed_over), (2, 100));
}

#[test]
fn a_claim_that_is_passed_over_gets_its_container() {
    let mut driver = rolled_out();
    let (claim, session) = (ClaimId(9), session("a"));
    let decision = driver.handle(Event::Claimed { claim, session, config: Some(Rc::new(target(1))) });
    assert_eq!((decision.replies.len(), &decision.refused), (1, &None));
    assert_eq!((starts(&decision), driver.warm_target()), (vec![3], 2), "replaced as version 2 wants it");
}

#[test]
fn a_version_that_is_rolled_back_to_takes_effect_once_nobody_asks_for_the_other() {
    let mut driver = rolled_out();
    assert!(driver.passes_over(target(1)));
    driver.pass(10_000).asks(target(2));
    assert!(driver.pass(5_000).passes_over(target(1)), "the last of version 2 was 5 s ago");
    assert!(driver.pass(CONFIG_RETURN_MS - 1).passes_over(target(1)));
    let back = driver.pass(1).asks(target(1));
    assert_eq!((stops(&back), driver.warm_target()), (vec![1], 1));
    assert!(driver.passes_over(target(2)), "the other is the one that was replaced");
}

#[test]
fn one_who_asks_now_and_then_does_not_bring_it_back() {
    let mut driver = rolled_out();
    for _ in 0..20 {
        assert!(driver.pass(10 * MINUTE_MS).passes_over(target(1)));
        driver.pass(MINUTE_MS).asks(target(2));
    }
}

#[test]
fn a_configuration_that_nobody_asked_for_before_is_taken_at_once() {
    let mut driver = rolled_out();
    for warm_target in 3..9 {
        assert!(!driver.passes_over(target(warm_target)));
    }
}

#[test]
fn as_many_versions_are_known_as_there_are_places_for() {
    let mut driver = Driver::filled(target(0));
    for warm_target in 1..=CONFIGS_REPLACED_MAX + 1 {
        driver.asks(target(warm_target));
    }
    let row = driver.pool_row.replaced.clone();
    let kept: Vec<_> = row.configs.iter().map(|config| config.warm_target).collect();
    assert_eq!(kept, (1..=CONFIGS_REPLACED_MAX).collect::<Vec<_>>(), "the first is forgotten");
    assert!((1..=CONFIGS_REPLACED_MAX).all(|warm_target| driver.passes_over(target(warm_target))));
    assert!(!driver.passes_over(target(0)));
}

#[test]
fn what_a_caller_does_not_name_it_does_not_ask_for() {
    let named = |warm_target| revision("a", 1, target(warm_target));
    let mut driver = Driver::filled(named(1));
    // Version 2 has a revision, version 1's callers from here on name none.
    driver.asks(Config { revision: Some("b".into()), revision_order_ms: Some(2), ..target(2) });
    assert!(driver.passes_over(target(1)), "it is what was in force, but for what it does not name");
    driver.asks(target(2));
    assert_eq!(driver.pool_row.replaced.wanted_since_ms, Some(T0), "noted");
    assert!(driver.pass(CONFIG_RETURN_MS).passes_over(target(1)), "version 2 was asked for without it too");
}

#[test]
fn to_configure_always_takes_effect_and_callers_of_the_other_do_not_undo_it() {
    let mut driver = rolled_out();
    assert!(driver.passes_over(target(1)));
    let expected = primed_after([target(2)], target(1));
    driver.configure(target(1));
    assert_eq!((driver.warm_target(), &driver.pool_row), (1, &expected));
    assert!(driver.passes_over(target(2)));
    driver.pass(MINUTE_MS).asks(target(1));
    driver.configure(target(1));
    assert!(driver.pass(CONFIG_RETURN_MS).passes_over(target(2)));
}

#[test]
fn a_later_order_takes_effect_at_once() {
    let of = |order_ms, warm_target| Config { revision_order_ms: Some(order_ms), ..target(warm_target) };
    let mut driver = Driver::filled(of(1, 1));
    driver.asks(of(2, 2));
    assert!(driver.passes_over(of(1, 1)));
    assert!(!driver.passes_over(of(3, 1)));
    assert!(driver.pass(10 * CONFIG_RETURN_MS).passes_over(of(2, 2)), "earlier is earlier, however long");
}

#[test]
fn the_memory_of_it_is_recorded_and_outlives_the_objects() {
    let mut driver = rolled_out();
    assert_eq!(driver.pool_row, primed_after([target(1)], target(2)));
    driver.wake();
    assert!(driver.passes_over(target(1)));
    for _ in 0..4 {
        driver.pass(MINUTE_MS).wake();
        assert!(driver.passes_over(target(1)));
    }
    driver.pass(MINUTE_MS).wake();
    assert!(!driver.passes_over(target(1)), "5 minutes, whatever became of the object");
}

#[test]
fn an_object_that_loses_its_memory_after_each_call_follows_nobody_to_and_fro() {
    let mut driver = rolled_out();
    for _ in 0..100 {
        for config in [target(1), target(2)] {
            driver.pass(90_000).wake();
            driver.asks(config);
            assert_eq!(driver.warm_target(), 2);
        }
    }
}

#[test]
fn versions_in_turn_cost_a_row_a_minute_and_one_alone_none() {
    let mut driver = rolled_out();
    let mut rows_of = |configs: &[Config]| {
        let is_row = |change: &Change| matches!(change, Change::PutPool(_));
        let asked = (0..2 * MINUTE_MS / 500).map(|at| configs[at as usize % configs.len()].clone());
        asked
            .map(|config| driver.pass(500).asks(config).changes.iter().filter(|one| is_row(one)).count())
            .sum()
    };
    let alone: usize = rows_of(&[target(2)]);
    let in_turn = rows_of(&[target(1), target(2)]);
    let again = rows_of(&[target(2)]);
    assert_eq!(2 * MINUTE_MS / CONFIG_WANTED_NOTED_MS, 2);
    assert_eq!((alone, in_turn, again), (0, 2, 1));
}

#[test]
fn a_clock_that_is_put_back_makes_it_wait_no_longer_than_from_then() {
    let mut driver = rolled_out();
    assert!(driver.pass(30 * MINUTE_MS).passes_over(target(1)));
    driver.now_ms -= 20 * MINUTE_MS;
    assert!(driver.passes_over(target(1)));
    assert!(driver.pass(CONFIG_RETURN_MS - 1).passes_over(target(1)));
    assert!(!driver.pass(1).passes_over(target(1)));
}

#[test]
fn who_names_another_binding_is_told_so_and_does_not_wait() {
    let of = |binding: &str| Config { container_binding: Some(binding.to_owned()), ..target(0) };
    let mut driver = Driver::configured(of("ONE"));
    driver.asks(of("TWO"));
    let back = driver.asks(of("ONE"));
    assert_eq!((back.refused, driver.pool.config().container_binding.as_deref()), (None, Some("ONE")));
}
