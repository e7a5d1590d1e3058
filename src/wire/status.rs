//! The figures of all pools, as the default Worker shows them.

use serde::Serialize;
use serde_json::Value;

use super::durations::LastHour;
use super::json;
use super::pools::{ByRuntime, Figures, PoolFigures, Totals};
use super::stats::LastError;
use crate::prices::PRICES_OF;

#[derive(Serialize)]
struct Status<'a> {
    enabled: bool,
    pools: ByRuntime<'a, PoolStatus<'a>>,
    total_hits: u64,
    total_misses: u64,
    hit_rate: f64,
}

#[derive(Serialize)]
struct PoolStatus<'a> {
    size: &'a Value,
    target: &'a Value,
    available: u64,
    in_use: u64,
    starting: u64,
    draining: u64,
    stopping: u64,
    waiting: u64,
    claims_waiting: u64,
    capacity: Option<u64>,
    learned_capacity: Option<u64>,
    breaker: &'static str,
    last_error: Option<&'a LastError>,
    next_wake_at: Option<u64>,
    oldest_warm_ms: Option<u64>,
    oldest_assigned_ms: Option<u64>,
    idle: Idle,
    last_hour: Hour,
}

#[derive(Serialize)]
struct Idle {
    container_seconds: u64,
    instance_type: &'static str,
    estimated_usd: f64,
    prices_of: &'static str,
}

#[derive(Serialize)]
struct Hour {
    sticky: u64,
    hits: u64,
    misses: u64,
    errors: u64,
    hit_rate: f64,
    claim_p50_ms: Option<u64>,
    claim_p99_ms: Option<u64>,
}

/// Writes the HTTP status of the pools, each under its runtime's name:
///
/// `{ "enabled", "pools": { "<runtime>": { "size", "available", "in_use", … } },
/// "total_hits", "total_misses", "hit_rate" }`
///
/// `enabled` is what the Worker declares. `size` is how many warm containers the
/// pool is to keep, and so is `target`; `available` are warm, `in_use` are
/// assigned. `capacity` is how many may exist, `learned_capacity` what the
/// platform taught of it. `next_wake_at` is ms since 1970, what ends in `_ms`
/// lasted so long. `idle` is what being ready has cost since the pool's first
/// day: the dollars are an estimate by the prices of that date. Hit rates are
/// rounded to three decimals, and 1 while there are neither hits nor misses. A
/// pool whose figures could not be had is `{ "error": { "code", "message" } }`
/// and adds nothing to the totals: one pool's trouble does not hide the others.
#[must_use]
pub fn status_to_json(enabled: bool, pools: &PoolFigures) -> String {
    let totals = Totals::of_all(pools);
    json::write(&Status {
        enabled,
        pools: ByRuntime::new(pools, PoolStatus::from),
        total_hits: totals.hits,
        total_misses: totals.misses,
        hit_rate: hit_rate(totals.hits, totals.misses),
    })
}

impl<'a> From<&'a Figures> for PoolStatus<'a> {
    fn from(figures: &'a Figures) -> Self {
        let stats = &figures.stats;
        let target = &stats.config["warmTarget"];
        Self {
            size: target,
            target,
            available: stats.warm,
            in_use: stats.assigned,
            starting: stats.starting,
            draining: stats.draining,
            stopping: stats.stopping,
            waiting: stats.waiting,
            claims_waiting: stats.claims_waiting,
            capacity: stats.max_instances,
            learned_capacity: stats.learned_limit,
            breaker: if stats.breaker_open { "open" } else { "closed" },
            last_error: stats.last_error.as_ref(),
            next_wake_at: stats.next_wake_at,
            oldest_warm_ms: stats.oldest_warm_ms,
            oldest_assigned_ms: stats.oldest_assigned_ms,
            idle: figures.into(),
            last_hour: (&stats.last_hour).into(),
        }
    }
}

impl From<&Figures> for Idle {
    fn from(figures: &Figures) -> Self {
        Self {
            container_seconds: figures.stats.idle_ms / 1_000,
            instance_type: figures.instance_type.name,
            estimated_usd: figures.idle_micro_usd() as f64 / 1e6,
            prices_of: PRICES_OF,
        }
    }
}

impl From<&LastHour> for Hour {
    fn from(hour: &LastHour) -> Self {
        Self {
            sticky: hour.sticky,
            hits: hour.hits,
            misses: hour.misses,
            errors: hour.errors,
            hit_rate: hit_rate(hour.hits, hour.misses),
            claim_p50_ms: hour.claim_p50_ms,
            claim_p99_ms: hour.claim_p99_ms,
        }
    }
}

fn hit_rate(hits: u64, misses: u64) -> f64 {
    (crate::pool::hit_rate(hits, misses) * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::pools::tests::{down, said};
    use super::super::stats::stats_to_json;
    use super::super::stats::tests::figures;
    use super::{PoolFigures, hit_rate, status_to_json};
    use crate::prices::PRICES_OF;

    fn status(pools: &PoolFigures) -> Value {
        serde_json::from_str(&status_to_json(true, pools)).unwrap()
    }

    #[test]
    fn a_pool_is_shown_under_its_runtimes_name() {
        let expected = json!({
            "enabled": true,
            "pools": {
                "python": {
                    "size": 12,
                    "target": 12,
                    "available": 2,
                    "in_use": 3,
                    "starting": 1,
                    "draining": 6,
                    "stopping": 4,
                    "waiting": 5,
                    "claims_waiting": 8,
                    "capacity": 61,
                    "learned_capacity": 62,
                    "breaker": "open",
                    "last_error": { "class": "rate_limit", "message": "too \"many\"\n" },
                    "next_wake_at": 64,
                    "oldest_warm_ms": 65,
                    "oldest_assigned_ms": 66,
                    "idle": {
                        "container_seconds": 3600,
                        "instance_type": "lite",
                        "estimated_usd": 0.002754,
                        "prices_of": PRICES_OF
                    },
                    "last_hour": {
                        "sticky": 71,
                        "hits": 72,
                        "misses": 73,
                        "errors": 74,
                        "hit_rate": 0.497,
                        "claim_p50_ms": 1750,
                        "claim_p99_ms": 2485
                    }
                }
            },
            "total_hits": 30,
            "total_misses": 10,
            "hit_rate": 0.75
        });
        assert_eq!(status(&[said("python", &stats_to_json(&figures()))]), expected);
    }

    #[test]
    fn the_totals_are_those_of_all_pools() {
        let status = status(&[
            said("python", r#"{"hits":1500,"misses":2}"#),
            said("node", r#"{"hits":23,"misses":10}"#),
        ]);
        assert_eq!((&status["total_hits"], &status["total_misses"]), (&json!(1523), &json!(12)));
        assert_eq!(status["hit_rate"], 0.992);
    }

    #[test]
    fn the_rate_is_one_until_there_is_something_to_rate() {
        assert_eq!(status(&[said("a", "{}")])["hit_rate"], 1.0);
        assert_eq!(hit_rate(0, 1), 0.0);
        assert_eq!(hit_rate(u64::MAX, u64::MAX), 1.0);
    }

    #[test]
    fn enabled_is_what_the_worker_declares() {
        for enabled in [true, false] {
            let expected = json!({
                "enabled": enabled, "pools": {}, "total_hits": 0, "total_misses": 0, "hit_rate": 1.0
            });
            assert_eq!(serde_json::from_str::<Value>(&status_to_json(enabled, &[])).unwrap(), expected);
        }
    }

    #[test]
    fn what_a_pool_does_not_say_is_null_or_zero() {
        let expected = json!({
            "size": null,
            "target": null,
            "available": 0,
            "in_use": 0,
            "starting": 0,
            "draining": 0,
            "stopping": 0,
            "waiting": 0,
            "claims_waiting": 0,
            "capacity": null,
            "learned_capacity": null,
            "breaker": "closed",
            "last_error": null,
            "next_wake_at": null,
            "oldest_warm_ms": null,
            "oldest_assigned_ms": null,
            "idle": {
                "container_seconds": 0,
                "instance_type": "lite",
                "estimated_usd": 0.0,
                "prices_of": PRICES_OF
            },
            "last_hour": {
                "sticky": 0,
                "hits": 0,
                "misses": 0,
                "errors": 0,
                "hit_rate": 1.0,
                "claim_p50_ms": null,
                "claim_p99_ms": null
            }
        });
        assert_eq!(status(&[said("a", "{}")])["pools"]["a"], expected);
    }

    #[test]
    fn a_pool_without_figures_does_not_hide_the_others() {
        let status = status(&[
            down("down", "reset"),
            said("failed", r#"{"error":{"code":"paused","message":"m","status":503}}"#),
            said("garbled", "{"),
            said("up", &stats_to_json(&figures())),
        ]);
        let shown = &status["pools"];
        assert_eq!(shown["down"], json!({ "error": { "code": "pool_unavailable", "message": "reset" } }));
        assert_eq!(shown["failed"], json!({ "error": { "code": "paused", "message": "m" } }));
        assert_eq!(shown["garbled"]["error"]["code"], "pool_unavailable");
        assert_eq!(shown["up"]["available"], 2);
        assert_eq!(status["total_hits"], 30);
    }
}
