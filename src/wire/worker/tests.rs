use serde_json::{Value, json};

use super::super::config_from_json;
use super::*;
use crate::pool::Config;

/// Variables as JSON texts.
fn set<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |wanted| variables.iter().find(|(name, _)| *name == wanted).map(|(_, text)| (*text).to_owned())
}

fn options(runtime: &str, variables: &[(&str, &str)]) -> Result<Value, PoolError> {
    let runtime = Runtime::parse(runtime).unwrap();
    let text = worker_config(&runtime, "CONTAINER_X", &set(variables))?;
    Ok(serde_json::from_str(&text).unwrap())
}

fn config(runtime: &str, variables: &[(&str, &str)]) -> Config {
    config_from_json(&options(runtime, variables).unwrap().to_string()).unwrap()
}

fn assert_refused(variables: &[(&str, &str)], message: &str) {
    let error = options("python", variables).unwrap_err();
    assert_eq!((error.code(), error.http_status()), ("misconfigured", 500), "{error}");
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_pool_of_a_worker_without_variables_has_the_defaults() {
    let expected = json!({
        "enabled": true,
        "warmTarget": 3,
        "containerTtl": 3_600_000,
        "refreshInterval": 30_000,
        "drainTimeout": 30_000,
        "containerBinding": "CONTAINER_X"
    });
    assert_eq!(options("python", &[]), Ok(expected));
    assert_eq!(worker_enabled(&set(&[])), Ok(true));
    assert_eq!(worker_runtimes(&set(&[])), Ok(Runtimes::default()));
}

#[test]
fn every_variable_becomes_an_option_there_is() {
    let variables = [
        ("WARM_POOL_ENABLED", "\"false\""),
        ("WARM_POOL_SIZE_PER_RUNTIME", "\"8\""),
        ("WARM_POOL_CONTAINER_TTL", "\"7200\""),
        ("WARM_POOL_HEALTH_CHECK_INTERVAL", "\"15\""),
        ("WARM_POOL_GRACEFUL_SHUTDOWN", "\"0\""),
    ];
    let config = config("python", &variables);
    let expected = Config {
        enabled: false,
        warm_target: 8,
        container_ttl_ms: 7_200_000,
        refresh_interval_ms: 15_000,
        drain_timeout_ms: 0,
        container_binding: Some("CONTAINER_X".to_owned()),
        ..Config::default()
    };
    assert_eq!(config, expected);
}

#[test]
fn text_and_json_mean_the_same() {
    for text in ["12", "12.0", "1.2e1", "\"12\"", "\" 12\\n\"", "\"012\""] {
        assert_eq!(config("python", &[("WARM_POOL_SIZE_PER_RUNTIME", text)]).warm_target, 12, "{text}");
        let interval = config("python", &[("WARM_POOL_HEALTH_CHECK_INTERVAL", text)]).refresh_interval_ms;
        assert_eq!(interval, 12_000, "{text}");
    }
    for (text, expected) in [("true", true), ("\"true\"", true), ("false", false), ("\" false \"", false)] {
        assert_eq!(config("python", &[("WARM_POOL_ENABLED", text)]).enabled, expected, "{text}");
        assert_eq!(worker_enabled(&set(&[("WARM_POOL_ENABLED", text)])), Ok(expected), "{text}");
    }
}

#[test]
fn a_runtime_has_the_size_of_its_own_variable_under_any_of_its_names() {
    let all = ("WARM_POOL_SIZE_PER_RUNTIME", "\"2\"");
    let python = ("WARM_POOL_PYTHON_SIZE", "\"0\"");
    assert_eq!(config("python", &[all, python]).warm_target, 0);
    assert_eq!(config("node", &[all, python]).warm_target, 2);
    for name in ["WARM_POOL_NODE_SIZE", "WARM_POOL_JAVASCRIPT_SIZE"] {
        assert_eq!(config("node", &[all, (name, "7")]).warm_target, 7, "{name}");
        assert_eq!(config("javascript", &[all, (name, "7")]).warm_target, 7, "{name}");
    }
}

#[test]
fn a_size_set_under_two_names_is_refused() {
    let both = [("WARM_POOL_NODE_SIZE", "1"), ("WARM_POOL_JAVASCRIPT_SIZE", "1")];
    let error = options("node", &both).unwrap_err();
    let expected = "variables WARM_POOL_NODE_SIZE and WARM_POOL_JAVASCRIPT_SIZE are of the same runtime, \
                    node: set one of them";
    assert_eq!((error.code(), error.to_string().as_str()), ("misconfigured", expected));
}

#[test]
fn a_wrong_size_is_refused_with_the_variable_it_came_from() {
    let bounds = "is not a whole number of containers from 0 to 1000";
    for name in ["WARM_POOL_SIZE_PER_RUNTIME", "WARM_POOL_PYTHON_SIZE"] {
        for text in ["1001", "\"1001\"", "\"\"", "\"three\"", "-1", "1.5", "true", "\"true\"", "null", "[3]"]
        {
            assert_refused(&[(name, text)], &format!("invalid variable {name}: {text} {bounds}"));
        }
    }
}

#[test]
fn a_wrong_duration_is_refused_with_its_bounds_in_seconds() {
    let table = [
        ("WARM_POOL_HEALTH_CHECK_INTERVAL", "a whole number of s from 1 to 3600", ["0", "3601"]),
        ("WARM_POOL_GRACEFUL_SHUTDOWN", "a whole number of s from 0 to 900", ["-1", "901"]),
    ];
    for (name, bounds, past) in table {
        let others = ["\"30s\"", "1.5", "\"99999999999999999999\"", "18446744073709551", "1e300", "false"];
        for text in past.into_iter().chain(others) {
            assert_refused(&[(name, text)], &format!("invalid variable {name}: {text} is not {bounds}"));
        }
    }
    for text in ["\"never\"", "-1", "1e300"] {
        let error = options("python", &[("WARM_POOL_CONTAINER_TTL", text)]).unwrap_err().to_string();
        let expected = format!("invalid variable WARM_POOL_CONTAINER_TTL: {text} is not a whole number of s");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn what_is_neither_true_nor_false_is_refused() {
    for text in ["\"\"", "\"yes\"", "\"1\"", "1", "0", "{}", "\"TRUE\""] {
        let message = format!("invalid variable WARM_POOL_ENABLED: {text} is not true or false");
        assert_refused(&[("WARM_POOL_ENABLED", text)], &message);
        let error = worker_enabled(&set(&[("WARM_POOL_ENABLED", text)])).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_long_value_is_shown_shortened() {
    for length in [1_000, 1 << 20] {
        let text = format!("\"{}\"", "x".repeat(length));
        let message =
            format!("invalid variable WARM_POOL_ENABLED: \"{}… is not true or false", "x".repeat(98));
        assert_refused(&[("WARM_POOL_ENABLED", &text)], &message);
    }
}

#[test]
fn the_runtimes_are_text() {
    let listed = worker_runtimes(&set(&[("WARM_POOL_RUNTIMES", "\"python,node\"")])).unwrap();
    assert_eq!(listed, Runtimes::parse("python,node").unwrap());
    for text in ["3", "true", "[\"python\"]", "{}", "null"] {
        let error = worker_runtimes(&set(&[("WARM_POOL_RUNTIMES", text)])).unwrap_err();
        let expected = format!(
            "invalid variable WARM_POOL_RUNTIMES: {text} is not text: names of runtimes with commas between them"
        );
        assert_eq!((error.code(), error.to_string()), ("misconfigured", expected));
    }
}

fn instance_type(variables: &[(&str, &str)]) -> Result<&'static str, PoolError> {
    let runtime = Runtime::parse("node").unwrap();
    worker_instance_type(&runtime, &set(variables)).map(|instance| instance.name)
}

#[test]
fn a_runtimes_containers_are_as_large_as_its_own_variable_says_or_the_one_of_all() {
    let all = ("WARM_POOL_INSTANCE_TYPE", "\"basic\"");
    assert_eq!(instance_type(&[]), Ok("lite"));
    assert_eq!(instance_type(&[all]), Ok("basic"));
    for own in ["WARM_POOL_NODE_INSTANCE_TYPE", "WARM_POOL_JAVASCRIPT_INSTANCE_TYPE"] {
        assert_eq!(instance_type(&[all, (own, "\" standard-4\"")]), Ok("standard-4"), "{own}");
    }
    assert_eq!(instance_type(&[all, ("WARM_POOL_PYTHON_INSTANCE_TYPE", "\"standard-1\"")]), Ok("basic"));
}

#[test]
fn a_size_there_is_not_is_refused_with_those_there_are() {
    let names = "one of lite, basic, standard-1, standard-2, standard-3, standard-4";
    for name in ["WARM_POOL_INSTANCE_TYPE", "WARM_POOL_NODE_INSTANCE_TYPE"] {
        for text in ["\"\"", "\"standard\"", "\"Lite\"", "1", "null", "{}"] {
            let error = instance_type(&[(name, text)]).unwrap_err();
            let expected = format!("invalid variable {name}: {text} is not {names}");
            assert_eq!((error.code(), error.to_string()), ("misconfigured", expected));
        }
    }
    let both =
        [("WARM_POOL_NODE_INSTANCE_TYPE", "\"lite\""), ("WARM_POOL_JAVASCRIPT_INSTANCE_TYPE", "\"lite\"")];
    assert!(instance_type(&both).unwrap_err().to_string().ends_with("node: set one of them"));
}
