//! A caller says what the pool should be.

use std::rc::Rc;

use cf_warm_pool::pool::{Config, Event, PoolError};

use crate::driver::{Driver, T0, starts, target};
use crate::expected::{Expected, nothing, primed, primed_after, starting};

#[test]
fn an_equal_config_changes_nothing() {
    let mut driver = Driver::filled(target(2));
    assert_eq!(driver.configure(target(2)), nothing().alarm(T0 + 10_000));
    driver.claim("a");
    driver.all_start();
    assert_eq!(driver.configure(target(2)), nothing().alarm(T0 + 10_000));
}

#[test]
fn a_config_equal_to_the_defaults_is_recorded_the_first_time() {
    let mut driver = Driver::new();
    let decision = driver.configure(Config { warm_target: 0, ..Config::default() });
    let row = primed(Config { warm_target: 0, ..Config::default() });
    assert_eq!(decision, nothing().put_pool(row));
    let mut driver = Driver::new();
    assert_eq!(starts(&driver.configure(Config::default())).len(), 5);
}

#[test]
fn a_raised_target_starts_what_is_missing_at_once() {
    let mut driver = Driver::filled(target(1));
    let expected = nothing()
        .put(starting(2, T0 + 5))
        .put_pool(primed_after([target(1)], target(2)))
        .start(2)
        .alarm(T0 + 10_000);
    assert_eq!(driver.pass(5).configure(target(2)), expected);
}

#[test]
fn a_lowered_target_evicts_warm_ones_only() {
    let mut driver = Driver::filled(target(3));
    driver.claim("a");
    driver.claim("b");
    driver.all_start();
    driver.configure(target(1));
    assert_eq!(driver.figures(), [0, 1, 2, 2, 0]);
    driver.configure(target(0));
    assert_eq!(driver.figures(), [0, 0, 2, 3, 0]);
}

#[test]
fn a_lowered_target_leaves_starts_that_sessions_wait_for() {
    let mut driver = Driver::configured(target(2));
    driver.claim("a");
    driver.configure(target(0));
    driver.all_start();
    assert_eq!(driver.figures(), [0, 0, 1, 2, 0]);
}

#[test]
fn a_shorter_refresh_interval_moves_the_alarm() {
    let mut driver = Driver::filled(target(1));
    let config = Config { refresh_interval_ms: 1_000, ..target(1) };
    let expected = nothing().put_pool(primed_after([target(1)], config.clone())).alarm(T0 + 1_100);
    assert_eq!(driver.pass(100).configure(config), expected);
    assert_eq!(driver.after(1_000), nothing().renew(1).alarm(T0 + 2_100));
}

#[test]
fn a_longer_refresh_interval_leaves_the_alarm_and_then_holds() {
    let mut driver = Driver::filled(target(1));
    let config = Config { refresh_interval_ms: 60_000, ..target(1) };
    let expected = nothing().put_pool(primed_after([target(1)], config.clone())).alarm(T0 + 10_000);
    assert_eq!(driver.pass(100).configure(config), expected);
    assert_eq!(driver.after(9_900), nothing().renew(1).alarm(T0 + 70_000));
}

#[test]
fn a_shorter_assigned_check_interval_moves_the_alarm() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.started(1);
    driver.after(10_000);
    let config = Config { assigned_check_interval_ms: 5_000, ..target(0) };
    let expected = nothing().put_pool(primed_after([target(0)], config.clone())).alarm(T0 + 15_000);
    assert_eq!(driver.configure(config), expected);
}

#[test]
fn another_binding_is_refused_while_there_are_containers() {
    let mut driver = Driver::filled(target(1));
    let other = Config { container_binding: Some("OTHER".to_owned()), ..target(1) };
    let message = "the pool holds 1 containers of binding the default and cannot serve binding OTHER \
                   (use another poolName for it)";
    let refused = Some(PoolError::Misconfigured { message: message.to_owned() });
    let mut expected = nothing().alarm(T0 + 10_000);
    expected.refused = refused;
    assert_eq!(driver.configure(other), expected);
    assert_eq!(**driver.pool.config(), target(1));
}

#[test]
fn so_is_another_jurisdiction_but_not_to_name_none() {
    let of =
        |jurisdiction| Config { jurisdiction, container_binding: Some("SANDBOX".to_owned()), ..target(1) };
    let mut driver = Driver::filled(of(Some("eu")));
    assert_eq!(driver.configure(of(None)).refused, None);
    let message = "the pool holds 1 containers of binding SANDBOX in jurisdiction eu and cannot serve binding \
                   SANDBOX in jurisdiction us (use another poolName for it)";
    let refused = driver.configure(of(Some("us"))).refused;
    assert_eq!(refused, Some(PoolError::Misconfigured { message: message.to_owned() }));
    assert_eq!(driver.pool.config().jurisdiction, Some("eu"));
}

#[test]
fn who_is_passed_over_and_has_its_containers_elsewhere_is_refused_also_by_an_empty_pool() {
    let of = |binding: &str, order_ms| Config {
        container_binding: Some(binding.to_owned()),
        revision_order_ms: Some(order_ms),
        ..target(0)
    };
    let mut driver = Driver::configured(of("SANDBOX", 2));
    assert_eq!(driver.configure(of("SANDBOX", 1)).refused, None, "passed over");
    for refused in [driver.configure(of("OTHER", 1)).refused, driver.prime(Some(of("OTHER", 1))).refused] {
        let message = "the pool holds 0 containers of binding SANDBOX and cannot serve binding OTHER \
                       (use another poolName for it)";
        assert_eq!(refused, Some(PoolError::Misconfigured { message: message.to_owned() }));
    }
}

#[test]
fn another_binding_is_taken_once_there_are_none() {
    let mut driver = Driver::filled(target(1));
    driver.configure(Config { drain_timeout_ms: 0, ..target(0) });
    driver.destroyed(1);
    let other = Config { container_binding: Some("OTHER".to_owned()), ..target(1) };
    assert_eq!(starts(&driver.configure(other)), [2]);
}

#[test]
fn a_claim_with_another_config_takes_effect_as_configure_does() {
    let mut driver = Driver::filled(target(1));
    let config = Some(Rc::new(target(3)));
    let session = crate::driver::session("a");
    let claim = cf_warm_pool::pool::ClaimId(1);
    let decision = driver.handle(Event::Claimed { claim, session, config });
    assert_eq!((starts(&decision), decision.replies.len()), (vec![2, 3, 4], 1));
    assert_eq!(driver.pool_row, primed_after([target(1)], target(3)));
}

#[test]
fn a_configured_pool_keeps_its_config_over_a_loss_of_memory() {
    let mut driver = Driver::filled(target(2));
    driver.wake();
    assert_eq!(**driver.pool.config(), target(2));
    let same = driver.configure(target(2));
    assert_eq!((same.changes.len(), same.commands.len()), (0, 0));
}

#[test]
fn a_caller_that_names_no_binding_means_the_one_the_pool_has() {
    let named = Config { container_binding: Some("SANDBOX".to_owned()), ..target(1) };
    let mut driver = Driver::configured(named);
    driver.started(1);
    let unnamed = driver.configure(target(1));
    assert_eq!((unnamed.refused, unnamed.changes), (None, vec![]));
}
