//! The two configurations of a run: what its clients of one version ask for,
//! and those of the other.

use std::rc::Rc;

use cf_warm_pool::pool::{Config, Health, OnRelease, Refill, Rollout, WhenEmpty};

use super::chance::Chance;
use super::knobs::{HOUR_MS, MINUTE_MS, SECOND_MS};

/// `basics` draws what every pool has, `lives` what becomes of its containers.
pub fn pair(basics: &mut Chance, lives: &mut Chance) -> [Config; 2] {
    let mut first = basic(basics);
    let mut second = other_basic(basics, &first);
    let (one, other) = (Lives::draw(lives), Lives::draw(lives));
    one.mixed(&other, lives).put_into(&mut second);
    one.put_into(&mut first);
    versions(lives, &mut first, &mut second);
    [first, second]
}

fn basic(chance: &mut Chance) -> Config {
    Config {
        warm_target: *chance.pick(&[0, 1, 1, 2, 3, 5, 5, 10, 20]),
        max_instances: *chance.pick(&[0, 0, 0, 2, 6, 12, 30]),
        refresh_interval_ms: chance.spread(SECOND_MS, HOUR_MS),
        enabled: !chance.one_in(12),
        start_concurrency: *chance.pick(&[1, 2, 6, 6, 20]),
        start_timeout_ms: *chance.pick(&[1_000, 3_000, 10_000, 30_000, 30_000, 120_000]),
        queue_timeout_ms: *chance.pick(&[0, 1_000, 10_000, 10_000, 60_000]),
        refill: *chance.pick(&[Refill::Eager, Refill::Eager, Refill::Interval]),
        drain_timeout_ms: *chance.pick(&[0, 1_000, 5_000, 30_000, 300_000]),
        verify_after_ms: *chance.pick(&[None, None, Some(0), Some(1_000), Some(600_000)]),
        assigned_check_interval_ms: chance.spread(10 * SECOND_MS, HOUR_MS),
        health: Health {
            timeout_ms: *chance.pick(&[1_000, 5_000, 5_000, 20_000]),
            unhealthy_after: *chance.pick(&[1, 2, 2, 3, 5]),
            ..Health::default()
        },
        ..Config::default()
    }
}

/// The same but for a few options.
fn other_basic(chance: &mut Chance, first: &Config) -> Config {
    let other = basic(chance);
    let mut second = first.clone();
    for _ in 0..3 {
        match chance.below(8) {
            0 | 1 => second.warm_target = other.warm_target,
            2 => second.max_instances = other.max_instances,
            3 => second.refresh_interval_ms = other.refresh_interval_ms,
            4 => second.enabled = other.enabled,
            5 => second.start_timeout_ms = other.start_timeout_ms,
            6 => second.drain_timeout_ms = other.drain_timeout_ms,
            _ => second.refill = other.refill,
        }
    }
    second
}

/// How containers are shared, and how they end.
#[derive(Clone)]
struct Lives {
    when_empty: WhenEmpty,
    container_ttl_ms: u64,
    lease_timeout_ms: u64,
    on_release: OnRelease,
    path: Option<Rc<str>>,
    memory_permille_max: Option<u32>,
    cpu_permille_max: Option<u32>,
    rollout: Rollout,
}

impl Lives {
    fn draw(chance: &mut Chance) -> Self {
        let ages = chance.one_in(2);
        let container_ttl_ms = if ages { chance.spread(MINUTE_MS, 4 * HOUR_MS) } else { 0 };
        let leases = chance.one_in(2);
        let lease_timeout_ms = if leases { chance.spread(SECOND_MS, 2 * HOUR_MS) } else { 0 };
        let rollouts = [(1, 0), (1, 0), (0, 1), (2, 0), (5, 3), (0, 2), (100, 0)];
        let (surge_max, unavailable_max) = *chance.pick(&rollouts);
        Self {
            when_empty: *chance.pick(&[
                WhenEmpty::Start,
                WhenEmpty::Start,
                WhenEmpty::Start,
                WhenEmpty::Wait,
                WhenEmpty::Fail,
            ]),
            container_ttl_ms,
            lease_timeout_ms,
            on_release: *chance.pick(&[
                OnRelease::Destroy,
                OnRelease::Destroy,
                OnRelease::Restart,
                OnRelease::Reset,
            ]),
            path: chance.one_in(3).then(|| "/ready".into()),
            memory_permille_max: *chance.pick(&[None, Some(900)]),
            cpu_permille_max: *chance.pick(&[None, Some(900)]),
            rollout: Rollout { surge_max, unavailable_max },
        }
    }

    /// Each part this one's or, now and then, the other's.
    fn mixed(&self, other: &Self, chance: &mut Chance) -> Self {
        let mut mixed = self.clone();
        for _ in 0..2 {
            match chance.below(12) {
                0 => mixed.when_empty = other.when_empty,
                1 => mixed.container_ttl_ms = other.container_ttl_ms,
                2 => mixed.lease_timeout_ms = other.lease_timeout_ms,
                3 => mixed.on_release = other.on_release,
                4 => mixed.path.clone_from(&other.path),
                5 => mixed.rollout = other.rollout,
                _ => {}
            }
        }
        mixed
    }

    fn put_into(self, config: &mut Config) {
        config.when_empty = self.when_empty;
        config.container_ttl_ms = self.container_ttl_ms;
        config.lease_timeout_ms = self.lease_timeout_ms;
        config.on_release = self.on_release;
        config.rollout = self.rollout;
        config.health.path = self.path;
        config.health.memory_permille_max = self.memory_permille_max;
        config.health.cpu_permille_max = self.cpu_permille_max;
    }
}

/// Which version of image and settings each asks for: the second is newer,
/// older, of the same moment, without an order, or names none.
fn versions(chance: &mut Chance, first: &mut Config, second: &mut Config) {
    if chance.one_in(2) {
        return;
    }
    let put = |config: &mut Config, revision: &str, order_ms| {
        config.revision = Some(revision.into());
        config.revision_order_ms = order_ms;
    };
    put(first, "second", Some(2_000));
    match chance.below(8) {
        0..3 => put(second, "third", Some(3_000)),
        3 => put(second, "first", Some(1_000)),
        4 => put(second, "other", Some(2_000)),
        5 => put(second, "second", Some(2_000)),
        6 => put(second, "unordered", None),
        _ => {}
    }
}
