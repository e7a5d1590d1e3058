//! A caller's options and a recorded configuration, read and written.

mod random;
mod values;

use serde_json::Value;

use super::*;
use crate::pool::{Health, OnRelease, Refill, Rollout, WhenEmpty};

const CONTAINERS_1000: &str = "a whole number of containers from 0 to 1000";
const MS_1S_TO_1H: &str = "a whole number of ms from 1000 to 3600000";
const PORTS: &str = "a port or an array of at most 16 different ports, each a whole number from 1 to 65535";
const CONFIG: &str = "a JSON object of options, at most 65536 bytes long";
const KNOWN: &str = "the value of an option there is (warmTarget, maxInstances, refreshInterval, enabled, \
                     startConcurrency, startTimeout, ports, whenEmpty, queueTimeout, refill, containerTtl, \
                     leaseTimeout, onRelease, drainTimeout, verifyAfter, assignedCheckInterval, health, \
                     revision, revisionOrder, rollout, containerBinding, locationHint, jurisdiction)";
const KNOWN_IN_HEALTH: &str =
    "the value of an option there is (path, timeout, unhealthyAfter, maxMemoryRatio, maxCpuRatio)";
const KNOWN_IN_ROLLOUT: &str = "the value of an option there is (maxSurge, maxUnavailable)";
const CONTAINERS_100: &str = "a whole number of containers from 0 to 100";
const RATIO: &str = "a number from 0.001 to 1";
const PATH: &str = "a path of 1 to 256 printable ASCII characters that begins with / and has no # in it";

/// The numbers there are: name, lowest, highest, the words for it.
const NUMBERS: [(&str, u64, u64, &str); 16] = [
    ("warmTarget", 0, 1_000, CONTAINERS_1000),
    ("maxInstances", 0, 10_000, "a whole number of containers from 0 to 10000"),
    ("refreshInterval", 1_000, 3_600_000, MS_1S_TO_1H),
    ("startConcurrency", 1, 20, "a whole number of starts from 1 to 20"),
    ("startTimeout", 1_000, 600_000, "a whole number of ms from 1000 to 600000"),
    ("queueTimeout", 0, 300_000, "a whole number of ms from 0 to 300000"),
    ("containerTtl", 60_000, 2_592_000_000, "0 or a whole number of ms from 60000 to 2592000000"),
    ("leaseTimeout", 1_000, 2_592_000_000, "0 or a whole number of ms from 1000 to 2592000000"),
    ("drainTimeout", 0, 900_000, "a whole number of ms from 0 to 900000"),
    ("verifyAfter", 0, 3_600_000, "a whole number of ms from 0 to 3600000"),
    ("assignedCheckInterval", 1_000, 3_600_000, MS_1S_TO_1H),
    ("health.timeout", 100, 60_000, "a whole number of ms from 100 to 60000"),
    ("health.unhealthyAfter", 1, 10, "a whole number of looks from 1 to 10"),
    ("revisionOrder", 0, 100_000_000_000_000, "a whole number of ms since 1970 from 0 to 100000000000000"),
    ("rollout.maxSurge", 0, 100, CONTAINERS_100),
    ("rollout.maxUnavailable", 0, 100, CONTAINERS_100),
];

/// Those that may be 0 too, for none.
const NUMBERS_OR_NONE: [&str; 2] = ["containerTtl", "leaseTimeout"];

const RATIOS: [&str; 2] = ["health.maxMemoryRatio", "health.maxCpuRatio"];

fn options(name: &str, value: &str) -> String {
    match name.split_once('.') {
        Some((group, name)) => format!("{{\"{group}\":{{\"{name}\":{value}}}}}"),
        None => options_of(name, value),
    }
}

fn options_of(name: &str, value: &str) -> String {
    format!("{{\"{name}\":{value}}}")
}

/// What a configuration shows for an option.
fn shown(config: &Config, name: &str) -> Value {
    name.split('.').fold(written(config), |value, name| value[name].clone())
}

fn written(config: &Config) -> Value {
    serde_json::to_value(config_value(config)).unwrap()
}

fn assert_refused(text: &str, option: &str, value: &str, bounds: &str) {
    let expected = PoolError::InvalidConfig {
        option: option.to_owned(),
        value: value.to_owned(),
        bounds: bounds.to_owned(),
    };
    assert_eq!(config_from_json(text), Err(expected), "{text}");
}

#[test]
fn nothing_named_is_the_default() {
    for text in ["{}", " { } ", r#"{"warmTarget":null,"ports":null,"health":null}"#, r#"{"health":{}}"#] {
        assert_eq!(config_from_json(text), Ok(Config::default()), "{text}");
    }
    for name in names_of_all() {
        assert_eq!(config_from_json(&options(&name, "null")), Ok(Config::default()), "{name}");
    }
}

/// Every option there is, those of groups behind the group's name.
fn names_of_all() -> Vec<String> {
    let mut all = Vec::new();
    for row in &OPTIONS {
        all.push(row.name.to_owned());
        if let Shape::Group(rows) = row.shape {
            all.extend(rows.iter().map(|inner| format!("{}.{}", row.name, inner.name)));
        }
    }
    all
}

#[test]
fn an_unknown_option_is_refused_with_those_there_are() {
    for name in [
        "warmtarget",
        "containerTTL",
        "maxSurge",
        "rollout.maxSurge",
        "poolName",
        "idCache",
        "health.timeout",
        "",
        "__proto__",
    ] {
        assert_refused(&options_of(name, "5"), name, "5", KNOWN);
        assert_refused(&options_of(name, "null"), name, "null", KNOWN);
    }
    assert_refused(r#"{"health":{"url":"/ready"}}"#, "health.url", "\"/ready\"", KNOWN_IN_HEALTH);
    assert_refused(r#"{"rollout":{"surge":1}}"#, "rollout.surge", "1", KNOWN_IN_ROLLOUT);
    assert_refused(r#"{"health":{"timeout.x":{"a":1}}}"#, "health.timeout.x", r#"{"a":1}"#, KNOWN_IN_HEALTH);
}

#[test]
fn of_two_options_with_one_name_the_last_counts() {
    let config = config_from_json(r#"{"warmTarget":7,"warmTarget":9}"#).unwrap();
    assert_eq!(config.warm_target, 9);
    assert_eq!(config_from_json(r#"{"warmTarget":7,"warmTarget":null}"#).unwrap(), Config::default());
    assert_refused(r#"{"warmTarget":7,"warmTarget":"9"}"#, "warmTarget", "\"9\"", CONTAINERS_1000);
}

#[test]
fn what_is_no_json_object_is_refused_as_a_whole() {
    for text in
        ["", " ", "{", "{} {}", "NaN", "{warmTarget:5}", r#"{"warmTarget":NaN}"#, r#"{"warmTarget":1e999}"#]
    {
        assert_refused(text, "config", &serde_json::to_string(text).unwrap(), CONFIG);
    }
    for text in ["null", "5", r#""{}""#, "[]", "true"] {
        assert_refused(text, "config", text, CONFIG);
    }
}

#[test]
fn text_too_long_or_too_deep_is_refused_and_shown_shortened() {
    let long = format!("{{\"warmTarget\":5{}}}", " ".repeat(1 << 20));
    let deep = format!("{}{}", "{\"health\":".repeat(5_000), "}".repeat(5_000));
    let split = format!("[\"{}\"]", "🦀".repeat(200));
    for text in [long, deep, split] {
        let error = config_from_json(&text).unwrap_err();
        let PoolError::InvalidConfig { option, value, bounds } = error else { panic!("{error}") };
        assert_eq!((option.as_str(), bounds.as_str()), ("config", CONFIG));
        assert_eq!(value.chars().count(), 100, "{value}");
    }
    let fits = format!("{{\"warmTarget\":6{}}}", " ".repeat(TEXT_BYTES_MAX - 16));
    assert_eq!(config_from_json(&fits).unwrap().warm_target, 6);
}

#[test]
fn an_unknown_name_is_shown_shortened_and_without_control_characters() {
    let error = config_from_json(&options_of(&"n".repeat(60_000), "1")).unwrap_err();
    let PoolError::InvalidConfig { option, .. } = error else { panic!("{error}") };
    assert_eq!(option.chars().count(), 100);
    assert_refused(r#"{"a\n\u001b[31m":1}"#, r"a\n\u{1b}[31m", "1", KNOWN);
}

#[test]
fn every_option_is_written_and_read_back() {
    // All fields, so that one that has no row does not compile.
    let config = Config {
        warm_target: 1,
        max_instances: 2,
        refresh_interval_ms: 3_000,
        enabled: false,
        start_concurrency: 4,
        start_timeout_ms: 5_000,
        ports: vec![6, 7],
        when_empty: WhenEmpty::Fail,
        queue_timeout_ms: 8,
        refill: Refill::Interval,
        container_ttl_ms: 0,
        lease_timeout_ms: 11_000,
        on_release: OnRelease::Reset,
        drain_timeout_ms: 9,
        verify_after_ms: Some(0),
        assigned_check_interval_ms: 10_000,
        health: Health {
            path: Some("/ready".into()),
            timeout_ms: 1_100,
            unhealthy_after: 3,
            memory_permille_max: Some(900),
            cpu_permille_max: Some(1_000),
        },
        revision: Some("v12".into()),
        revision_order_ms: Some(1_763_000_000_000),
        rollout: Rollout { surge_max: 0, unavailable_max: 14 },
        container_binding: Some("PYTHON".to_owned()),
        location_hint: Some("weur"),
        jurisdiction: Some("eu"),
    };
    let expected = serde_json::json!({
        "warmTarget": 1,
        "maxInstances": 2,
        "refreshInterval": 3000,
        "enabled": false,
        "startConcurrency": 4,
        "startTimeout": 5000,
        "ports": [6, 7],
        "whenEmpty": "fail",
        "queueTimeout": 8,
        "refill": "interval",
        "containerTtl": 0,
        "leaseTimeout": 11000,
        "onRelease": "reset",
        "drainTimeout": 9,
        "verifyAfter": 0,
        "assignedCheckInterval": 10000,
        "health": {
            "path": "/ready",
            "timeout": 1100,
            "unhealthyAfter": 3,
            "maxMemoryRatio": 0.9,
            "maxCpuRatio": 1.0
        },
        "revision": "v12",
        "revisionOrder": 1_763_000_000_000_u64,
        "rollout": { "maxSurge": 0, "maxUnavailable": 14 },
        "containerBinding": "PYTHON",
        "locationHint": "weur",
        "jurisdiction": "eu"
    });
    assert_eq!(written(&config), expected);
    for config in [config, Config::default()] {
        let text = config_to_json(&config);
        assert_eq!(config_from_json(&text).as_ref(), Ok(&config));
        assert_eq!(config_to_json(&config_from_json(&text).unwrap()), text);
    }
}

#[test]
fn the_types_that_are_shipped_name_every_option_with_its_bounds_and_default() {
    let types =
        concat!(include_str!("../../../js/types/options.ts"), include_str!("../../../js/types/config.ts"));
    let doc_of = |name: &str| {
        let (before, _) = types.split_once(&format!("  {name}?: ")).unwrap_or_else(|| panic!("{name}"));
        before.rsplit("/**").next().unwrap_or_default()
    };
    let (_, in_force) = types.split_once("export interface PoolConfigInForce {").unwrap();
    let (in_force, _) = in_force.split_once("\n}").unwrap();
    for name in names_of_all() {
        let name = name.rsplit('.').next().unwrap();
        doc_of(name);
        let groups = ["maxSurge", "maxUnavailable"];
        assert!(groups.contains(&name) || in_force.contains(&format!(" {name}: ")), "{name} in force");
    }
    for (name, min, max, _) in NUMBERS {
        // Its bounds are those of a moment: nobody is near them.
        if name == "revisionOrder" {
            continue;
        }
        let doc = doc_of(name.rsplit('.').next().unwrap());
        let default = match shown(&Config::default(), name) {
            Value::Null => "the refresh interval".to_owned(),
            number => number.to_string(),
        };
        for words in [format!("{min} "), format!("to {max}"), format!("@default {default}\n")] {
            assert!(doc.replace("\n   * to", " to").contains(&words), "{name} without {words}: {doc}");
        }
    }
}

#[test]
fn a_recorded_configuration_of_a_later_version_keeps_what_is_known_of_it() {
    let config = config_from_row(
        r#"{"warmTarget":7,"standby":1,"leaseTimeout":1,"onRelease":"freeze","refreshInterval":1,
            "health":{"x":1,"timeout":200,"maxCpuRatio":1.5,"path":"ready"},"rollout":{"pace":2}}"#,
    )
    .unwrap();
    let health = Health { timeout_ms: 200, ..Health::default() };
    assert_eq!(config, Config { warm_target: 7, health, ..Config::default() });
    assert_eq!(config_from_row("[]").unwrap_err().code(), "invalid_config");
}

#[test]
fn an_earlier_name_is_taken_for_the_option_and_not_beside_it() {
    for (earlier, name) in super::super::options::ALSO {
        let named = config_from_json(&format!(r#"{{ "{name}": 7000 }}"#));
        assert_eq!(config_from_json(&format!(r#"{{ "{earlier}": 7000 }}"#)).is_ok(), named.is_ok(), "{name}");
        let both = config_from_json(&format!(r#"{{ "{earlier}": 7000, "{name}": 7000 }}"#)).unwrap_err();
        assert!(both.to_string().contains(earlier) && both.to_string().contains(name), "{both}");
        assert!(config_from_json(&format!(r#"{{ "{earlier}": null, "{name}": null }}"#)).is_ok());
    }
    let config = config_from_json(r#"{ "minContainers": 3, "acquireTimeout": 1000 }"#).unwrap();
    assert_eq!((config.warm_target, config.lease_timeout_ms), (3, 1_000));
}

#[test]
fn a_recorded_rollout_that_gets_nowhere_is_the_default() {
    for rollout in [
        r#"{"maxSurge":0,"maxUnavailable":0}"#,
        r#"{"maxSurge":0}"#,
        // Of a later version, in which more may be unavailable.
        r#"{"maxSurge":0,"maxUnavailable":101}"#,
    ] {
        let config = config_from_row(&format!(r#"{{"warmTarget":7,"rollout":{rollout}}}"#));
        assert_eq!(config, Ok(Config { warm_target: 7, ..Config::default() }), "{rollout}");
    }
    let kept = config_from_row(r#"{"rollout":{"maxSurge":0,"maxUnavailable":1}}"#).unwrap();
    assert_eq!(kept.rollout, Rollout { surge_max: 0, unavailable_max: 1 });
}
