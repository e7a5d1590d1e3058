use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

const UUID: &str = "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f";
const OTHER: &str = "2e2e2e2e-2e2e-2e2e-2e2e-2e2e2e2e2e2e";

/// The text as the TypeScript side makes it: each value a JSON text by itself.
fn stored(values: &Value) -> String {
    let texts = values.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.to_string()));
    json!(texts.collect::<BTreeMap<_, _>>()).to_string()
}

fn read(values: &Value) -> Legacy {
    legacy_from_json(&stored(values)).unwrap()
}

fn name(text: &str) -> ContainerName {
    ContainerName::parse(text).unwrap()
}

fn unreadable(legacy: &Legacy) -> Vec<&str> {
    assert_eq!(legacy.unreadable.count, legacy.unreadable.shown.len());
    legacy.unreadable.shown.iter().map(String::as_str).collect()
}

#[test]
fn what_the_package_stored_is_read_whole() {
    let legacy = read(&json!({
        "warmContainers": [UUID],
        "assignments": [["alice", OTHER]],
        "config": { "warmTarget": 3, "refreshInterval": 5000 },
        "knownMaxInstances": 8,
    }));
    let expected = Legacy {
        warm: vec![name(UUID)],
        assigned: vec![(name(OTHER), Session::new("alice").unwrap())],
        config: Config { warm_target: 3, refresh_interval_ms: 5_000, ..Config::default() },
        limit: Some(8),
        ..Legacy::default()
    };
    assert_eq!(legacy, expected);
}

#[test]
fn what_the_bridge_stored_is_read_whole() {
    let legacy = read(&json!({
        "warmContainers": [],
        "assignments": [],
        "config": { "warmTarget": 0, "refreshInterval": 10000, "maxInstances": 20, "scaleBatchSize": 5 },
    }));
    let config = Config { warm_target: 0, max_instances: 20, start_concurrency: 5, ..Config::default() };
    assert_eq!(legacy, Legacy { config, of_the_bridge: true, ..Legacy::default() });
}

#[test]
fn a_config_without_containers_is_nobodys() {
    assert_eq!(legacy_from_json(&stored(&json!({ "config": { "warmTarget": 3 } }))), None);
    assert_eq!(legacy_from_json(&stored(&json!({ "warmContainers": 3, "knownMaxInstances": 3 }))), None);
    for text in ["", "null", "[]", "{}", "{\"warmContainers\":[]}", "{\"assignments\":7}"] {
        assert_eq!(legacy_from_json(text), None, "{text}");
    }
}

#[test]
fn the_container_of_a_session_that_is_none_here_is_not_lost() {
    let long = "x".repeat(513);
    let sessions = [json!(""), json!("a\nb"), json!("\u{fffd}"), json!(long), json!(7), Value::Null];
    let assignments: Vec<_> = sessions.iter().map(|session| json!([session, UUID])).collect();
    let legacy = read(&json!({ "assignments": assignments }));
    assert_eq!(legacy, Legacy { released: vec![name(UUID); sessions.len()], ..Legacy::default() });
}

#[test]
fn garbage_is_named_and_spoils_nothing_else() {
    let legacy = read(&json!({
        "warmContainers": ["pool-1", UUID.to_uppercase(), 7, UUID],
        "assignments": [["alice"], ["alice", "secret", OTHER], ["bob", {}], "carol", ["dave", OTHER]],
        "config": [],
        "knownMaxInstances": "many",
    }));
    assert_eq!(legacy.warm, [name(UUID)]);
    assert_eq!(legacy.assigned, [(name(OTHER), Session::new("dave").unwrap())]);
    assert_eq!((legacy.config.clone(), legacy.limit), (Config::default(), None));
    let upper = format!("warmContainers[1] is no UUID in lower case: \"{}\"", UUID.to_uppercase());
    assert_eq!(
        unreadable(&legacy),
        [
            "warmContainers[0] is no UUID in lower case: \"pool-1\"",
            &upper,
            "warmContainers[2] is no UUID in lower case: 7",
            "assignments[0] is no pair of a session and a container",
            "assignments[1] is no pair of a session and a container",
            "assignments[2] is no UUID in lower case: {}",
            "assignments[3] is no pair of a session and a container",
            "config is no object",
            "knownMaxInstances is no whole number up to 10000: \"many\"",
        ]
    );
}

#[test]
fn a_key_that_is_no_list_or_no_json_spoils_no_other() {
    let texts = json!({
        "warmContainers": "{\"size\":3}",
        "assignments": json!([["alice", UUID]]).to_string(),
        "config": "[".repeat(10_000),
    });
    let legacy = legacy_from_json(&texts.to_string()).unwrap();
    assert_eq!(legacy.assigned, [(name(UUID), Session::new("alice").unwrap())]);
    assert_eq!(unreadable(&legacy), ["warmContainers is no list", "config is no object"]);
}

#[test]
fn a_config_out_of_our_bounds_is_the_nearest_within_them() {
    let config = |options: Value| read(&json!({ "assignments": [], "config": options }));
    let high = config(json!({ "warmTarget": 5000, "refreshInterval": 1e300, "maxInstances": 1e6 }));
    let expected = Config {
        warm_target: 1_000,
        refresh_interval_ms: 3_600_000,
        max_instances: 10_000,
        ..Config::default()
    };
    assert_eq!((high.config, high.unreadable.count), (expected, 0));
    let low = config(
        json!({ "warmTarget": -1, "refreshInterval": 0.5, "acquireTimeout": 0, "minContainers": null }),
    );
    let expected = Config { warm_target: 0, refresh_interval_ms: 1_000, ..Config::default() };
    assert_eq!(low.config, expected);
    assert_eq!(unreadable(&low), ["config.minContainers is null"]);
}

#[test]
fn an_option_that_is_none_here_is_named() {
    let legacy = read(&json!({ "assignments": [], "config": { "warmTarget": "3", "odd\n": 1 } }));
    assert_eq!(unreadable(&legacy), ["config.odd\\n is 1", "config.warmTarget is \"3\""]);
    assert_eq!(legacy.config, Config::default());
}

#[test]
fn of_much_garbage_the_first_is_shown_and_all_is_counted() {
    let warm: Vec<_> = (0..1_000).map(|n| json!(format!("{n}: {}", "x".repeat(1 << 10)))).collect();
    let legacy = read(&json!({ "warmContainers": warm }));
    assert_eq!((legacy.unreadable.count, legacy.unreadable.shown.len()), (1_000, LEGACY_SHOWN_MAX));
    assert!(legacy.unreadable.shown.iter().all(|line| line.len() < 200));
}

#[test]
fn ten_thousand_containers_are_read() {
    let names: Vec<_> = (0..10_000).map(|n| format!("1f1f1f1f-1f1f-1f1f-1f1f-{n:012x}")).collect();
    assert_eq!(read(&json!({ "warmContainers": names })).warm.len(), 10_000);
    assert_eq!(legacy_from_json(&" ".repeat(LEGACY_BYTES_MAX + 1)), None);
}
