//! The options there are: one row each. A row is all an option needs.

use serde_json::Value;

use super::config::show;
use super::shape::Shape::{self, Flag, Group, Number, NumberOrNone, OneOf, Path, Ports, Ratio, Text, Word};
use crate::pool::{Config, OnRelease, Refill, WhenEmpty};

/// Longest times an option may name where nothing else bounds them: 30 days.
const DAYS_30_MS: u64 = 30 * 86_400_000;

/// Latest moment a version may say it was made: the year 5138.
const MOMENT_MAX_MS: u64 = 100_000_000_000_000;

/// One option.
pub struct Row {
    /// The caller's name for it.
    pub name: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// What it is.
    pub show: fn(&Config) -> Value,
}

/// The options a caller may name.
pub static OPTIONS: [Row; 23] = [
    Row {
        name: "warmTarget",
        shape: Number { unit: "containers", min: 0, max: 1_000, set: |c, n| c.warm_target = n as usize },
        show: |c| c.warm_target.into(),
    },
    Row {
        name: "maxInstances",
        shape: Number { unit: "containers", min: 0, max: 10_000, set: |c, n| c.max_instances = n as usize },
        show: |c| c.max_instances.into(),
    },
    Row {
        name: "refreshInterval",
        shape: Number { unit: "ms", min: 1_000, max: 3_600_000, set: |c, ms| c.refresh_interval_ms = ms },
        show: |c| c.refresh_interval_ms.into(),
    },
    Row { name: "enabled", shape: Flag { set: |c, flag| c.enabled = flag }, show: |c| c.enabled.into() },
    Row {
        name: "startConcurrency",
        shape: Number { unit: "starts", min: 1, max: 20, set: |c, n| c.start_concurrency = n as usize },
        show: |c| c.start_concurrency.into(),
    },
    Row {
        name: "startTimeout",
        shape: Number { unit: "ms", min: 1_000, max: 600_000, set: |c, ms| c.start_timeout_ms = ms },
        show: |c| c.start_timeout_ms.into(),
    },
    Row {
        name: "ports",
        shape: Ports { set: |c, ports| c.ports = ports },
        show: |c| c.ports.iter().map(|port| (*port).into()).collect::<Vec<Value>>().into(),
    },
    Row {
        name: "whenEmpty",
        shape: Word(&[
            ("start", |c| c.when_empty = WhenEmpty::Start),
            ("wait", |c| c.when_empty = WhenEmpty::Wait),
            ("fail", |c| c.when_empty = WhenEmpty::Fail),
        ]),
        show: |c| match c.when_empty {
            WhenEmpty::Start => "start".into(),
            WhenEmpty::Wait => "wait".into(),
            WhenEmpty::Fail => "fail".into(),
        },
    },
    Row {
        name: "queueTimeout",
        shape: Number { unit: "ms", min: 0, max: 300_000, set: |c, ms| c.queue_timeout_ms = ms },
        show: |c| c.queue_timeout_ms.into(),
    },
    Row {
        name: "refill",
        shape: Word(&[
            ("eager", |c| c.refill = Refill::Eager),
            ("interval", |c| c.refill = Refill::Interval),
        ]),
        show: |c| match c.refill {
            Refill::Eager => "eager".into(),
            Refill::Interval => "interval".into(),
        },
    },
    Row {
        name: "containerTtl",
        shape: NumberOrNone {
            unit: "ms",
            min: 60_000,
            max: DAYS_30_MS,
            set: |c, ms| c.container_ttl_ms = ms,
        },
        show: |c| c.container_ttl_ms.into(),
    },
    Row {
        name: "leaseTimeout",
        shape: NumberOrNone { unit: "ms", min: 1_000, max: DAYS_30_MS, set: |c, ms| c.lease_timeout_ms = ms },
        show: |c| c.lease_timeout_ms.into(),
    },
    Row {
        name: "onRelease",
        shape: Word(&[
            ("destroy", |c| c.on_release = OnRelease::Destroy),
            ("restart", |c| c.on_release = OnRelease::Restart),
            ("reset", |c| c.on_release = OnRelease::Reset),
        ]),
        show: |c| c.on_release.as_str().into(),
    },
    Row {
        name: "drainTimeout",
        shape: Number { unit: "ms", min: 0, max: 900_000, set: |c, ms| c.drain_timeout_ms = ms },
        show: |c| c.drain_timeout_ms.into(),
    },
    Row {
        name: "verifyAfter",
        shape: Number { unit: "ms", min: 0, max: 3_600_000, set: |c, ms| c.verify_after_ms = Some(ms) },
        show: |c| c.verify_after_ms.into(),
    },
    Row {
        name: "assignedCheckInterval",
        shape: Number {
            unit: "ms",
            min: 1_000,
            max: 3_600_000,
            set: |c, ms| c.assigned_check_interval_ms = ms,
        },
        show: |c| c.assigned_check_interval_ms.into(),
    },
    Row { name: "health", shape: Group(&HEALTH), show: |c| show(&HEALTH, c) },
    Row {
        name: "revision",
        shape: Text { bytes_max: 128, set: |c, text| c.revision = Some(text.into()) },
        show: |c| c.revision.as_deref().into(),
    },
    Row {
        name: "revisionOrder",
        shape: Number {
            unit: "ms since 1970",
            min: 0,
            max: MOMENT_MAX_MS,
            set: |c, ms| c.revision_order_ms = Some(ms),
        },
        show: |c| c.revision_order_ms.into(),
    },
    Row { name: "rollout", shape: Group(&ROLLOUT), show: |c| show(&ROLLOUT, c) },
    Row {
        name: "containerBinding",
        shape: Text { bytes_max: 128, set: |c, text| c.container_binding = Some(text) },
        show: |c| c.container_binding.as_deref().into(),
    },
    Row {
        name: "locationHint",
        shape: OneOf { words: Config::LOCATION_HINTS, set: |c, word| c.location_hint = Some(word) },
        show: |c| c.location_hint.into(),
    },
    Row {
        name: "jurisdiction",
        shape: OneOf { words: Config::JURISDICTIONS, set: |c, word| c.jurisdiction = Some(word) },
        show: |c| c.jurisdiction.into(),
    },
];

/// What an earlier package called an option, and its name here.
pub static ALSO: [(&str, &str); 6] = [
    ("minContainers", "warmTarget"),
    ("maxContainers", "maxInstances"),
    ("healthCheckInterval", "refreshInterval"),
    ("scaleBatchSize", "startConcurrency"),
    ("startupTimeout", "startTimeout"),
    ("acquireTimeout", "leaseTimeout"),
];

/// The options within `health`.
static HEALTH: [Row; 5] = [
    Row {
        name: "path",
        shape: Path { bytes_max: 256, set: |c, path| c.health.path = Some(path.into()) },
        show: |c| c.health.path.as_deref().into(),
    },
    Row {
        name: "timeout",
        shape: Number { unit: "ms", min: 100, max: 60_000, set: |c, ms| c.health.timeout_ms = ms },
        show: |c| c.health.timeout_ms.into(),
    },
    Row {
        name: "unhealthyAfter",
        shape: Number { unit: "looks", min: 1, max: 10, set: |c, n| c.health.unhealthy_after = n as u32 },
        show: |c| c.health.unhealthy_after.into(),
    },
    Row {
        name: "maxMemoryRatio",
        shape: Ratio { set: |c, permille| c.health.memory_permille_max = Some(permille) },
        show: |c| ratio(c.health.memory_permille_max),
    },
    Row {
        name: "maxCpuRatio",
        shape: Ratio { set: |c, permille| c.health.cpu_permille_max = Some(permille) },
        show: |c| ratio(c.health.cpu_permille_max),
    },
];

/// The options within `rollout`.
static ROLLOUT: [Row; 2] = [
    Row {
        name: "maxSurge",
        shape: Number { unit: "containers", min: 0, max: 100, set: |c, n| c.rollout.surge_max = n as usize },
        show: |c| c.rollout.surge_max.into(),
    },
    Row {
        name: "maxUnavailable",
        shape: Number {
            unit: "containers",
            min: 0,
            max: 100,
            set: |c, n| c.rollout.unavailable_max = n as usize,
        },
        show: |c| c.rollout.unavailable_max.into(),
    },
];

fn ratio(permille: Option<u32>) -> Value {
    permille.map(|permille| f64::from(permille) / 1_000.0).into()
}
