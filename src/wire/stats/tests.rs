use serde_json::{Value, json};

use super::*;
use crate::pool::{Config, Counters, Durations, Idle, Minute, PoolError};
use crate::wire::claim_to_json;

/// Figures of which no two are the same.
pub fn figures() -> Stats {
    Stats {
        config: Config { warm_target: 12, ..Config::default() },
        primed: true,
        starting: 1,
        warm: 2,
        assigned: 3,
        draining: 6,
        stopping: 4,
        waiting: 5,
        claims_waiting: 8,
        oldest_warm_ms: Some(65),
        oldest_assigned_ms: Some(66),
        limit: Some(61),
        learned_limit: Some(62),
        breaker_open: true,
        retry_at_ms: Some(63),
        last_failure: Some(Failure::new(FailureClass::RateLimit, "too \"many\"\n")),
        alarm_at_ms: Some(64),
        counters: Counters {
            sticky: 20,
            hits: 30,
            misses: 10,
            errors: 7,
            callers_left: 48,
            gone: 40,
            start_failures: [51, 52, 53, 54, 55],
            health_failures: [41, 56, 57],
            renewal_failures: 47,
            stop_failures: 42,
            reports: 43,
            unknown_reports: 44,
            evictions: 45,
            expirations: 31,
            replacements: 32,
            releases: 33,
            lease_ends: 34,
            restarts: 35,
            resets: 36,
            reset_failures: 37,
            passed_over: 38,
            storage_failures: 46,
            claim_durations: [durations(0, 20), durations(1, 30), durations(7, 10), durations(9, 7)],
            start_durations: [durations(5, 4), durations(6, 3), durations(10, 2), durations(2, 1)],
            idle: Idle { ms: 3_600_049, until_ms: 58 },
        },
        last_hour: Minute {
            number: 59,
            sticky: 71,
            hits: 72,
            misses: 73,
            errors: 74,
            starts: 75,
            durations: durations(7, 290),
            idle_ms: 76,
            reported: true,
        },
    }
}

/// So many in that bucket, each of 100 ms.
fn durations(bucket: usize, count: u64) -> Durations {
    let mut durations = Durations { sum_ms: 100 * count, ..Durations::default() };
    durations.counts[bucket] = count;
    durations
}

/// The same as it is written.
fn written(bucket: usize, count: u64) -> Value {
    let counts: Vec<u64> = (0..14).map(|at| if at == bucket { count } else { 0 }).collect();
    json!({ "counts": counts, "sumMs": 100 * count })
}

fn value(stats: &Stats) -> Value {
    serde_json::from_str(&stats_to_json(stats)).unwrap()
}

fn quiet() -> Stats {
    Stats {
        limit: None,
        learned_limit: None,
        retry_at_ms: None,
        last_failure: None,
        alarm_at_ms: None,
        oldest_warm_ms: None,
        oldest_assigned_ms: None,
        counters: Counters::default(),
        last_hour: Minute::default(),
        ..figures()
    }
}

#[test]
fn every_figure_is_under_its_name() {
    let expected = json!({
        "warm": 2,
        "assigned": 3,
        "acquired": 3,
        "warming": 1,
        "total": 16,
        "config": config_value(&figures().config),
        "maxInstances": 61,
        "starting": 1,
        "draining": 6,
        "stopping": 4,
        "waiting": 5,
        "claimsWaiting": 8,
        "oldestWarmMs": 65,
        "oldestAssignedMs": 66,
        "primed": true,
        "hits": 30,
        "misses": 10,
        "sticky": 20,
        "errors": 7,
        "claims": 67,
        "callersLeft": 48,
        "hitRate": 0.75,
        "onDemandBootMsMean": 100,
        "durationBoundsMs": [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 120_000, 600_000],
        "claimDurations": {
            "sticky": written(0, 20), "hit": written(1, 30), "miss": written(7, 10), "error": written(9, 7)
        },
        "startDurations": {
            "ready": written(5, 4), "failed": written(6, 3), "timed_out": written(10, 2), "abandoned": written(2, 1)
        },
        "idleMs": 3_600_049,
        "lastHour": {
            "sticky": 71, "hits": 72, "misses": 73, "errors": 74, "claimP50Ms": 1750, "claimP99Ms": 2485
        },
        "started": 56,
        "gone": 40,
        "evictions": 45,
        "expirations": 31,
        "replacements": 32,
        "releases": 33,
        "leaseEnds": 34,
        "restarts": 35,
        "resets": 36,
        "resetFailures": 37,
        "passedOver": 38,
        "startFailures": {
            "capacity": 51, "rate_limit": 52, "overload": 53, "transient": 54, "permanent": 55
        },
        "healthFailures": { "liveness": 41, "readiness": 56, "resources": 57 },
        "renewalFailures": 47,
        "stopFailures": 42,
        "reports": 43,
        "unknownReports": 44,
        "storageFailures": 46,
        "learnedLimit": 62,
        "breakerOpen": true,
        "retryAt": 63,
        "lastError": { "class": "rate_limit", "message": "too \"many\"\n" },
        "nextWakeAt": 64
    });
    assert_eq!(value(&figures()), expected);
}

#[test]
fn what_is_not_known_is_null_and_not_absent() {
    let value = value(&quiet());
    for name in [
        "maxInstances",
        "learnedLimit",
        "retryAt",
        "lastError",
        "nextWakeAt",
        "oldestWarmMs",
        "oldestAssignedMs",
    ] {
        assert_eq!(value.get(name), Some(&Value::Null), "{name}");
    }
    for name in ["claimP50Ms", "claimP99Ms"] {
        assert_eq!(value["lastHour"].get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(value["hitRate"], 1.0);
}

#[test]
fn figures_of_another_version_are_read_as_far_as_they_go() {
    let text = r#"{"warm":4,"total":6,"paused":1,"lastError":{"class":"new"}}"#;
    let expected = PoolStats {
        warm: 4,
        total: 6,
        last_error: Some(LastError { class: "new".to_owned(), message: String::new() }),
        ..PoolStats::default()
    };
    assert_eq!(stats_from_json(text), Ok(expected));
    let read = stats_from_json(&stats_to_json(&figures())).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), value(&figures()));
}

#[test]
fn an_error_in_place_of_the_figures_is_not_read_as_zeros() {
    let error = PoolError::PoolUnavailable { message: "the pool's storage failed".to_owned() };
    let answer = stats_from_json(&claim_to_json(Err(error.clone())));
    assert_eq!(answer, Err(error.into()));
    for text in ["", "null", "{\"warm\":\"two\"}", "{\"warm\":-1}", "{\"hits\":", &" ".repeat(1 << 20)] {
        assert_eq!(stats_from_json(text).unwrap_err().code, "pool_unavailable", "{text}");
    }
}

#[test]
fn the_types_that_are_shipped_name_every_figure_and_class() {
    let types = include_str!("../../../js/types/stats.ts");
    let value = value(&figures());
    for name in value.as_object().unwrap().keys() {
        assert!(types.contains(&format!("\n  {name}: ")), "{name}");
    }
    let classes = FailureClass::ALL.map(FailureClass::as_str);
    let ends = ClaimEnd::ALL.map(ClaimEnd::as_str).into_iter().chain(StartEnd::ALL.map(StartEnd::as_str));
    for word in classes.into_iter().chain(HealthKind::ALL.map(HealthKind::as_str)).chain(ends) {
        assert!(types.contains(&format!("\"{word}\"")), "{word}");
    }
}
