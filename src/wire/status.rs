//! The figures of all pools, as the default Worker shows them.

use super::durations::LastHour;
use super::error::RemoteError;
use super::json::{Object, Value};
use super::pools::{Figures, PoolFigures, Totals};
use super::stats::LastError;
use crate::prices::PRICES_OF;

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
    let status = Object::new()
        .with("enabled", enabled)
        .with("pools", shown(pools, figures))
        .with("total_hits", totals.hits)
        .with("total_misses", totals.misses)
        .with("hit_rate", hit_rate(totals.hits, totals.misses));
    Value::from(status).to_string()
}

/// Each pool under its runtime's name, or why it could not be asked.
pub(super) fn shown<T>(pools: &[(String, Result<T, RemoteError>)], show: impl Fn(&T) -> Value) -> Object {
    let mut shown = Object::new();
    for (runtime, answer) in pools {
        shown.put(runtime.clone(), answer.as_ref().map_or_else(trouble, &show));
    }
    shown
}

/// What stands in the place of a pool's figures, or of what became of it.
pub(super) fn trouble(error: &RemoteError) -> Value {
    let error = Object::new().with("code", error.code.as_str()).with("message", error.message.as_str());
    Object::new().with("error", error).into()
}

fn figures(figures: &Figures) -> Value {
    let stats = &figures.stats;
    let target = &stats.config["warmTarget"];
    Object::new()
        .with("size", target.clone())
        .with("target", target.clone())
        .with("available", stats.warm)
        .with("in_use", stats.assigned)
        .with("starting", stats.starting)
        .with("draining", stats.draining)
        .with("stopping", stats.stopping)
        .with("waiting", stats.waiting)
        .with("claims_waiting", stats.claims_waiting)
        .with("capacity", stats.max_instances)
        .with("learned_capacity", stats.learned_limit)
        .with("breaker", if stats.breaker_open { "open" } else { "closed" })
        .with("last_error", stats.last_error.as_ref().map(LastError::to_value))
        .with("next_wake_at", stats.next_wake_at)
        .with("oldest_warm_ms", stats.oldest_warm_ms)
        .with("oldest_assigned_ms", stats.oldest_assigned_ms)
        .with("idle", idle(figures))
        .with("last_hour", last_hour(&stats.last_hour))
        .into()
}

fn idle(figures: &Figures) -> Object {
    Object::new()
        .with("container_seconds", figures.stats.idle_ms / 1_000)
        .with("instance_type", figures.instance_type.name)
        .with("estimated_usd", figures.idle_micro_usd() as f64 / 1e6)
        .with("prices_of", PRICES_OF)
}

fn last_hour(hour: &LastHour) -> Object {
    Object::new()
        .with("sticky", hour.sticky)
        .with("hits", hour.hits)
        .with("misses", hour.misses)
        .with("errors", hour.errors)
        .with("hit_rate", hit_rate(hour.hits, hour.misses))
        .with("claim_p50_ms", hour.claim_p50_ms)
        .with("claim_p99_ms", hour.claim_p99_ms)
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
