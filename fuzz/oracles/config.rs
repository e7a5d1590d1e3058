//! A caller's options: any text.

use cf_warm_pool::pool::{Config, PoolError};
use cf_warm_pool::wire::{config_from_json, config_from_row, config_to_json};
use serde_json::{Map, Value};

/// A refusal repeats what was given, shortened: it fits a log line.
const MESSAGE_CHARS_MAX: usize = 600;

const RATIOS: [&str; 2] = ["maxMemoryRatio", "maxCpuRatio"];

/// Options are taken or refused by name, and what is taken reads back.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    match config_from_json(&text) {
        Ok(config) => {
            check_bounds(&config);
            check_nothing_is_ignored(&text, &config);
            let written = config_to_json(&config);
            assert_eq!(config_from_json(&written), Ok(config.clone()));
            assert_eq!(config_from_row(&text), Ok(config));
        }
        Err(error) => check_refusal(&error),
    }
    // What is recorded is read as far as it goes, whoever wrote it.
    match config_from_row(&text) {
        Ok(config) => {
            check_bounds(&config);
            assert_eq!(config_from_row(&config_to_json(&config)), Ok(config));
        }
        Err(error) => check_refusal(&error),
    }
}

fn check_refusal(error: &PoolError) {
    assert_eq!((error.code(), error.http_status()), ("invalid_config", 400));
    let message = error.to_string();
    assert!(message.chars().count() <= MESSAGE_CHARS_MAX, "{} bytes: {message}", message.len());
    assert!(!message.contains(['\n', '\r', '\0']), "a message is one line: {message:?}");
}

const DAYS_30_MS: u64 = 2_592_000_000;

/// What a request line can carry as it is.
fn is_path(text: &str) -> bool {
    let plain = |c: char| ('!'..='~').contains(&c) && c != '#';
    text.starts_with('/') && text.len() <= 256 && text.chars().all(plain)
}

/// The bounds as the README states them.
pub fn check_bounds(config: &Config) {
    let within = [
        (0..=1_000).contains(&config.warm_target),
        (0..=10_000).contains(&config.max_instances),
        (1_000..=3_600_000).contains(&config.refresh_interval_ms),
        (1..=20).contains(&config.start_concurrency),
        (1_000..=600_000).contains(&config.start_timeout_ms),
        (0..=300_000).contains(&config.queue_timeout_ms),
        config.container_ttl_ms == 0 || (60_000..=DAYS_30_MS).contains(&config.container_ttl_ms),
        config.lease_timeout_ms == 0 || (1_000..=DAYS_30_MS).contains(&config.lease_timeout_ms),
        (0..=900_000).contains(&config.drain_timeout_ms),
        config.verify_after_ms.is_none_or(|ms| (0..=3_600_000).contains(&ms)),
        (1_000..=3_600_000).contains(&config.assigned_check_interval_ms),
        (100..=60_000).contains(&config.health.timeout_ms),
        (1..=10).contains(&config.health.unhealthy_after),
        config.health.path.as_deref().is_none_or(is_path),
        config.health.memory_permille_max.is_none_or(|permille| (1..=1_000).contains(&permille)),
        config.health.cpu_permille_max.is_none_or(|permille| (1..=1_000).contains(&permille)),
        config.revision.as_ref().is_none_or(|revision| (1..=128).contains(&revision.len())),
        config.revision_order_ms.is_none_or(|ms| ms <= 100_000_000_000_000),
        config.rollout.surge_max <= 100 && config.rollout.unavailable_max <= 100,
        config.rollout.surge_max + config.rollout.unavailable_max > 0,
        config.ports.len() <= 16 && !config.ports.contains(&0),
        config.container_binding.as_ref().is_none_or(|name| (1..=128).contains(&name.len())),
    ];
    assert!(within.iter().all(|fits| *fits), "{config:?}");
    let mut ports = config.ports.clone();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), config.ports.len(), "a port twice");
}

/// Every option that was named is in force, and every other has its default.
fn check_nothing_is_ignored(text: &str, config: &Config) {
    let Ok(Value::Object(given)) = serde_json::from_str(text) else {
        panic!("taken, and no object: {text}");
    };
    let mut expected = object(config_to_json(&Config::default()));
    put(&mut expected, &given);
    assert_eq!(plain(&Value::Object(expected)), plain(&Value::Object(object(config_to_json(config)))));
}

fn put(expected: &mut Map<String, Value>, given: &Map<String, Value>) {
    for (name, value) in given {
        match (expected.get_mut(name), value) {
            (_, Value::Null) => {}
            (Some(Value::Object(inner)), Value::Object(given)) => put(inner, given),
            (Some(option), value) if name == "ports" && value.is_number() => {
                *option = Value::Array(vec![value.clone()]);
            }
            // A ratio is taken to its nearest thousandth.
            (Some(option), value) if RATIOS.contains(&name.as_str()) => {
                let thousandths = value.as_f64().map(|ratio| (ratio * 1_000.0).round() / 1_000.0);
                *option = thousandths.into();
            }
            (Some(option), value) => *option = value.clone(),
            (None, _) => panic!("an unknown option was taken: {name}"),
        }
    }
}

fn object(text: String) -> Map<String, Value> {
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => object,
        other => panic!("no object: {other:?}"),
    }
}

/// The value with every number as the double it is in JavaScript.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}
