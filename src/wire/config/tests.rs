use super::*;
use crate::pool::{Health, Refill};

const CONTAINERS_1000: &str = "a whole number of containers from 0 to 1000";
const MS_1S_TO_1H: &str = "a whole number of ms from 1000 to 3600000";
const PORTS: &str = "a port or an array of at most 16 different ports, each a whole number from 1 to 65535";
const CONFIG: &str = "a JSON object of options, at most 65536 bytes long";
const KNOWN: &str = "the value of an option there is (warmTarget, maxInstances, refreshInterval, enabled, \
                     startConcurrency, startTimeout, ports, queueTimeout, refill, drainTimeout, verifyAfter, \
                     assignedCheckInterval, health, containerBinding)";
const KNOWN_IN_HEALTH: &str = "the value of an option there is (timeout, unhealthyAfter)";

/// The numbers there are: name, lowest, highest, the words for it.
const NUMBERS: [(&str, u64, u64, &str); 11] = [
    ("warmTarget", 0, 1_000, CONTAINERS_1000),
    ("maxInstances", 0, 10_000, "a whole number of containers from 0 to 10000"),
    ("refreshInterval", 1_000, 3_600_000, MS_1S_TO_1H),
    ("startConcurrency", 1, 20, "a whole number of starts from 1 to 20"),
    ("startTimeout", 1_000, 600_000, "a whole number of ms from 1000 to 600000"),
    ("queueTimeout", 0, 300_000, "a whole number of ms from 0 to 300000"),
    ("drainTimeout", 0, 900_000, "a whole number of ms from 0 to 900000"),
    ("verifyAfter", 0, 3_600_000, "a whole number of ms from 0 to 3600000"),
    ("assignedCheckInterval", 1_000, 3_600_000, MS_1S_TO_1H),
    ("health.timeout", 100, 60_000, "a whole number of ms from 100 to 60000"),
    ("health.unhealthyAfter", 1, 10, "a whole number of looks from 1 to 10"),
];

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
    name.split('.').fold(config_value(config), |value, name| value[name].clone())
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
    for row in &OPTIONS {
        assert_eq!(config_from_json(&options(row.name, "null")), Ok(Config::default()), "{}", row.name);
    }
    assert_eq!(config_from_json(r#"{"health":{"timeout":null}}"#), Ok(Config::default()));
}

#[test]
fn a_number_is_taken_at_both_its_ends() {
    for (name, min, max, _) in NUMBERS {
        for number in [min, max] {
            let config = config_from_json(&options(name, &number.to_string())).unwrap();
            assert_eq!(shown(&config, name), number, "{name}");
        }
    }
}

#[test]
fn a_number_past_its_ends_is_refused_with_them() {
    for (name, min, max, bounds) in NUMBERS {
        let below = min as i64 - 1;
        for value in [below.to_string(), (max + 1).to_string(), "18446744073709551615".to_owned()] {
            assert_refused(&options(name, &value), name, &value, bounds);
        }
    }
}

#[test]
fn what_is_no_whole_number_is_refused() {
    let wrong = [
        r#""5""#,
        r#""NaN""#,
        r#""Infinity""#,
        r#""""#,
        "1.5",
        "5000.0000001",
        "-1",
        "-1.5",
        "1e+300",
        "-1e+300",
        "1.8446744073709552e+19",
        "true",
        "[]",
        "[5]",
        "{}",
    ];
    for (name, _, _, bounds) in NUMBERS {
        for value in wrong {
            assert_refused(&options(name, value), name, value, bounds);
        }
    }
}

#[test]
fn a_whole_number_may_be_spelled_in_any_way_json_has() {
    for spelling in ["5", "5.0", "5e0", "0.5e1", "50E-1"] {
        let config = config_from_json(&options("warmTarget", spelling)).unwrap();
        assert_eq!(config.warm_target, 5, "{spelling}");
    }
    let config = config_from_json(&options("warmTarget", "-0")).unwrap();
    assert_eq!(config.warm_target, 0);
}

#[test]
fn a_flag_is_true_or_false_and_nothing_like_it() {
    for flag in [true, false] {
        assert_eq!(config_from_json(&options("enabled", &flag.to_string())).unwrap().enabled, flag);
    }
    for value in ["0", "1", r#""true""#, r#""""#, "[]", "{}"] {
        assert_refused(&options("enabled", value), "enabled", value, "true or false");
    }
}

#[test]
fn refill_is_one_of_its_words() {
    for (word, refill) in [("eager", Refill::Eager), ("interval", Refill::Interval)] {
        assert_eq!(config_from_json(&options("refill", &format!("\"{word}\""))).unwrap().refill, refill);
    }
    for value in [r#""""#, r#""Eager""#, r#""eager ""#, "true", "0", r#"["eager"]"#] {
        assert_refused(&options("refill", value), "refill", value, "\"eager\" or \"interval\"");
    }
}

#[test]
fn ports_are_one_or_up_to_sixteen_different_ones() {
    let sixteen: Vec<u16> = (65_520..=65_535).collect();
    let taken = [
        ("1".to_owned(), vec![1]),
        ("65535".to_owned(), vec![65_535]),
        ("[]".to_owned(), vec![]),
        ("[8080]".to_owned(), vec![8080]),
        ("[9000, 80]".to_owned(), vec![9000, 80]),
        (format!("{sixteen:?}"), sixteen),
    ];
    for (value, ports) in taken {
        assert_eq!(config_from_json(&options("ports", &value)).unwrap().ports, ports, "{value}");
    }
    let seventeen = format!("{:?}", (1..=17).collect::<Vec<u16>>()).replace(' ', "");
    let refused = [
        "0",
        "65536",
        "-1",
        "80.5",
        r#""80""#,
        "[0]",
        "[65536]",
        "[80,80]",
        "[80,null]",
        "[[80]]",
        "true",
        "{}",
    ];
    for value in refused.into_iter().chain([seventeen.as_str()]) {
        assert_refused(&options("ports", value), "ports", value, PORTS);
    }
}

#[test]
fn a_binding_is_counted_in_bytes() {
    let bounds = "a string of 1 to 128 bytes";
    for name in ["C".to_owned(), "x".repeat(128), "é".repeat(64)] {
        let config = config_from_json(&options("containerBinding", &format!("\"{name}\""))).unwrap();
        assert_eq!(config.container_binding, Some(name));
    }
    for value in [r#""""#, "5", "true", "[]", "{}"] {
        assert_refused(&options("containerBinding", value), "containerBinding", value, bounds);
    }
    for text in ["x".repeat(129), "é".repeat(65)] {
        let value = format!("\"{text}\"");
        assert_refused(
            &options("containerBinding", &value),
            "containerBinding",
            &json::shortened(&value),
            bounds,
        );
    }
}

#[test]
fn an_unknown_option_is_refused_with_those_there_are() {
    for name in [
        "warmtarget",
        "containerTtl",
        "minContainers",
        "poolName",
        "idCache",
        "health.timeout",
        "",
        "__proto__",
    ] {
        assert_refused(&options_of(name, "5"), name, "5", KNOWN);
        assert_refused(&options_of(name, "null"), name, "null", KNOWN);
    }
    assert_refused(r#"{"health":{"path":"/ready"}}"#, "health.path", "\"/ready\"", KNOWN_IN_HEALTH);
    assert_refused(r#"{"health":{"timeout.x":{"a":1}}}"#, "health.timeout.x", r#"{"a":1}"#, KNOWN_IN_HEALTH);
}

#[test]
fn health_is_an_object() {
    for value in ["5000", "true", r#""timeout""#, "[]", r#"[{"timeout":5000}]"#] {
        assert_refused(&options("health", value), "health", value, "an object of timeout, unhealthyAfter");
    }
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
        queue_timeout_ms: 8,
        refill: Refill::Interval,
        drain_timeout_ms: 9,
        verify_after_ms: Some(0),
        assigned_check_interval_ms: 10_000,
        health: Health { timeout_ms: 1_100, unhealthy_after: 3 },
        container_binding: Some("PYTHON".to_owned()),
    };
    let expected = serde_json::json!({
        "warmTarget": 1,
        "maxInstances": 2,
        "refreshInterval": 3000,
        "enabled": false,
        "startConcurrency": 4,
        "startTimeout": 5000,
        "ports": [6, 7],
        "queueTimeout": 8,
        "refill": "interval",
        "drainTimeout": 9,
        "verifyAfter": 0,
        "assignedCheckInterval": 10000,
        "health": { "timeout": 1100, "unhealthyAfter": 3 },
        "containerBinding": "PYTHON"
    });
    assert_eq!(config_value(&config), expected);
    for config in [config, Config::default()] {
        let text = config_to_json(&config);
        assert_eq!(config_from_json(&text).as_ref(), Ok(&config));
        assert_eq!(config_to_json(&config_from_json(&text).unwrap()), text);
    }
}

#[test]
fn the_types_that_are_shipped_name_every_option_with_its_bounds_and_default() {
    let types = include_str!("../../../js/types.ts");
    let doc_of = |name: &str| {
        let (before, _) = types.split_once(&format!("  {name}?: ")).unwrap_or_else(|| panic!("{name}"));
        before.rsplit("/**").next().unwrap_or_default()
    };
    for row in &OPTIONS {
        doc_of(row.name);
    }
    for (name, min, max, _) in NUMBERS {
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
        r#"{"warmTarget":7,"leaseTimeout":1,"refreshInterval":1,"health":{"x":1,"timeout":200}}"#,
    )
    .unwrap();
    assert_eq!((config.warm_target, config.refresh_interval_ms, config.health.timeout_ms), (7, 10_000, 200));
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
