//! The figures of all pools, as the default Worker shows them.

use super::error::RemoteError;
use super::json::{Object, Value};
use super::stats::{LastError, PoolStats, stats_from_json};

/// Writes the HTTP status of the pools, each with its runtime's name and the
/// text its `getStats` answered:
///
/// `{ "enabled", "pools": { "<runtime>": { "size", "available", "in_use", … } },
/// "total_hits", "total_misses", "hit_rate" }`
///
/// `enabled` is what the Worker declares. `size` is how many warm containers the
/// pool is to keep, `available` are warm, `in_use` are assigned; times are ms
/// since 1970. The hit rate is rounded to three decimals, and 1 while there are
/// neither hits nor misses. A pool whose figures could not be had is
/// `{ "error": { "code", "message" } }` and adds nothing to the totals: one
/// pool's trouble does not hide the others.
#[must_use]
pub fn status_to_json(enabled: bool, pools: &[(String, Result<String, RemoteError>)]) -> String {
    let mut shown = Object::new();
    let (mut hits, mut misses) = (0_u64, 0_u64);
    for (runtime, answer) in pools {
        let pool = match answer.as_deref().map_err(Clone::clone).and_then(stats_from_json) {
            Ok(stats) => {
                hits = hits.saturating_add(stats.hits);
                misses = misses.saturating_add(stats.misses);
                figures(&stats)
            }
            Err(error) => trouble(&error),
        };
        shown.put(runtime.clone(), pool);
    }
    let status = Object::new()
        .with("enabled", enabled)
        .with("pools", shown)
        .with("total_hits", hits)
        .with("total_misses", misses)
        .with("hit_rate", hit_rate(hits, misses));
    Value::from(status).to_string()
}

/// What stands in the place of a pool's figures, or of what became of it.
pub(super) fn trouble(error: &RemoteError) -> Value {
    let error = Object::new().with("code", error.code.as_str()).with("message", error.message.as_str());
    Object::new().with("error", error).into()
}

fn figures(stats: &PoolStats) -> Value {
    Object::new()
        .with("size", stats.config["warmTarget"].clone())
        .with("available", stats.warm)
        .with("in_use", stats.assigned)
        .with("starting", stats.starting)
        .with("draining", stats.draining)
        .with("stopping", stats.stopping)
        .with("waiting", stats.waiting)
        .with("capacity", stats.max_instances)
        .with("breaker", if stats.breaker_open { "open" } else { "closed" })
        .with("last_error", stats.last_error.as_ref().map(LastError::to_value))
        .with("next_wake_at", stats.next_wake_at)
        .into()
}

fn hit_rate(hits: u64, misses: u64) -> f64 {
    match hits.saturating_add(misses) {
        0 => 1.0,
        asked => (hits as f64 / asked as f64 * 1_000.0).round() / 1_000.0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::stats::stats_to_json;
    use super::super::stats::tests::figures;
    use super::*;
    use crate::pool::PoolError;

    type Answers<'a> = Vec<(&'a str, Result<String, RemoteError>)>;

    fn status(pools: Answers<'_>) -> Value {
        let pools: Vec<_> = pools.into_iter().map(|(name, stats)| (name.to_owned(), stats)).collect();
        serde_json::from_str(&status_to_json(true, &pools)).unwrap()
    }

    fn said(text: &str) -> Result<String, RemoteError> {
        Ok(text.to_owned())
    }

    fn down(message: &str) -> Result<String, RemoteError> {
        Err(PoolError::PoolUnavailable { message: message.to_owned() }.into())
    }

    #[test]
    fn a_pool_is_shown_under_its_runtimes_name() {
        let expected = json!({
            "enabled": true,
            "pools": {
                "python": {
                    "size": 12,
                    "available": 2,
                    "in_use": 3,
                    "starting": 1,
                    "draining": 6,
                    "stopping": 4,
                    "waiting": 5,
                    "capacity": 61,
                    "breaker": "open",
                    "last_error": { "class": "rate_limit", "message": "too \"many\"\n" },
                    "next_wake_at": 64
                }
            },
            "total_hits": 30,
            "total_misses": 10,
            "hit_rate": 0.75
        });
        assert_eq!(status(vec![("python", Ok(stats_to_json(&figures())))]), expected);
    }

    #[test]
    fn the_totals_are_those_of_all_pools() {
        let pools = vec![
            ("python", said(r#"{"hits":1500,"misses":2}"#)),
            ("node", said(r#"{"hits":23,"misses":10}"#)),
        ];
        let status = status(pools);
        assert_eq!((&status["total_hits"], &status["total_misses"]), (&json!(1523), &json!(12)));
        assert_eq!(status["hit_rate"], 0.992);
    }

    #[test]
    fn the_rate_is_one_until_there_is_something_to_rate() {
        assert_eq!(status(vec![("a", said("{}"))])["hit_rate"], 1.0);
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
            "available": 0,
            "in_use": 0,
            "starting": 0,
            "draining": 0,
            "stopping": 0,
            "waiting": 0,
            "capacity": null,
            "breaker": "closed",
            "last_error": null,
            "next_wake_at": null
        });
        assert_eq!(status(vec![("a", said("{}"))])["pools"]["a"], expected);
    }

    #[test]
    fn a_pool_without_figures_does_not_hide_the_others() {
        let pools = vec![
            ("down", down("reset")),
            ("failed", said(r#"{"error":{"code":"paused","message":"m","status":503}}"#)),
            ("garbled", said("{")),
            ("up", Ok(stats_to_json(&figures()))),
        ];
        let status = status(pools);
        let shown = &status["pools"];
        assert_eq!(shown["down"], json!({ "error": { "code": "pool_unavailable", "message": "reset" } }));
        assert_eq!(shown["failed"], json!({ "error": { "code": "paused", "message": "m" } }));
        assert_eq!(shown["garbled"]["error"]["code"], "pool_unavailable");
        assert_eq!(shown["up"]["available"], 2);
        assert_eq!(status["total_hits"], 30);
    }
}
