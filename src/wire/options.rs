//! The options there are: one row each. A row is all an option needs.

use serde_json::Value;

use super::config::show;
use super::shape::Shape::{self, Flag, Group, Number, Ports, Text, Word};
use crate::pool::{Config, Refill};

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
pub static OPTIONS: [Row; 14] = [
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
        show: |c| c.ports.as_slice().into(),
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
        name: "containerBinding",
        shape: Text { bytes_max: 128, set: |c, text| c.container_binding = Some(text) },
        show: |c| c.container_binding.as_deref().into(),
    },
];

/// The options within `health`.
static HEALTH: [Row; 2] = [
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
];
