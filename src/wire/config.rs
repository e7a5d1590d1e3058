//! A caller's options, read over the defaults, and a configuration, written as
//! a caller would.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::json;
use super::limits::TEXT_BYTES_MAX;
use super::options::{ALSO, OPTIONS, Row};
use super::shape::{Shape, names};
use crate::pool::{Config, PoolError};
use crate::text::escaped;

/// Most containers that can be warmed up at once: the most there can be warm.
const WARMUP_MAX: u32 = 1_000;

/// Reads a caller's options, a JSON object, over the defaults. An option that is
/// absent or `null` has its default; of two with the same name the last counts,
/// as in JavaScript. The names that earlier packages had for some are taken too.
///
/// JSON has no `NaN` and no `Infinity`, and `JSON.stringify` makes `null` of
/// them, which is the default here: who writes the text has to spell them as
/// strings, so that they are refused.
///
/// ```
/// use cf_warm_pool::wire::config_from_json;
/// let config = config_from_json(r#"{ "warmTarget": 3, "health": { "timeout": 2000 } }"#)?;
/// assert_eq!((config.warm_target, config.health.timeout_ms, config.health.unhealthy_after), (3, 2000, 2));
/// let error = config_from_json(r#"{ "refreshInterval": 10 }"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid option refreshInterval: 10 is not a whole number of ms from 1000 to 3600000",
/// );
/// # Ok::<(), cf_warm_pool::pool::PoolError>(())
/// ```
///
/// # Errors
/// [`PoolError::InvalidConfig`] with the first option by name that is unknown or has a
/// value out of its bounds, or that cannot be what another makes it; with the
/// option `config` where the text is longer
/// than 64 KiB or no JSON object.
pub fn config_from_json(text: &str) -> Result<Config, PoolError> {
    let mut config = Config::default();
    let given = renamed(object(text)?)?;
    let refused = read(&OPTIONS, "", &given, &mut config).into_iter().next();
    let refused = refused.or_else(|| conflict(&config));
    refused.map_or(Ok(config), Err)
}

/// The options under the names they have here.
fn renamed(mut given: Map<String, Value>) -> Result<Map<String, Value>, PoolError> {
    for (earlier, name) in ALSO {
        let Some(value) = given.remove(earlier).filter(|value| !value.is_null()) else { continue };
        if given.get(name).is_some_and(|other| !other.is_null()) {
            return Err(invalid(
                earlier,
                &value.to_string(),
                format!("to be named beside {name}, which it is"),
            ));
        }
        given.insert(name.to_owned(), value);
    }
    Ok(given)
}

/// What the options rule out together.
fn conflict(config: &Config) -> Option<PoolError> {
    let stuck = config.rollout.surge_max == 0 && config.rollout.unavailable_max == 0;
    stuck.then(|| {
        let given = r#"{"maxSurge":0,"maxUnavailable":0}"#;
        invalid("rollout", given, "an object in which one of maxSurge and maxUnavailable is not 0".to_owned())
    })
}

/// Checks how many containers a caller wants warmed up: a whole number from 1 to
/// 1000, `None` if it was no number.
///
/// # Errors
/// [`PoolError::InvalidConfig`] for the option `count`.
pub fn warmup_count(count: Option<f64>) -> Result<usize, PoolError> {
    let fits = |count: &f64| count.fract() == 0.0 && (1.0..=f64::from(WARMUP_MAX)).contains(count);
    count.filter(fits).map(|count| count as usize).ok_or_else(|| {
        let value =
            count.filter(|count| count.is_finite()).map_or_else(|| "no number".to_owned(), number_text);
        invalid("count", &value, format!("a whole number of containers from 1 to {WARMUP_MAX}"))
    })
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 { (number as i64).to_string() } else { Value::from(number).to_string() }
}

/// Reads a recorded configuration. One that a later version wrote, before the
/// Worker was rolled back, may have options or values that are not known here:
/// they have their defaults, since a pool that cannot be read loses containers.
///
/// # Errors
/// [`PoolError::InvalidConfig`] with the option `config` where the text is no
/// JSON object.
pub fn config_from_row(text: &str) -> Result<Config, PoolError> {
    object(text).map(|given| recorded(&given))
}

/// Reads a recorded list of configurations, each as [`config_from_row`] does.
///
/// # Errors
/// [`PoolError::InvalidConfig`] with the option `config` where the text is no
/// JSON array of objects.
pub fn configs_from_row(text: &str) -> Result<Vec<Config>, PoolError> {
    let bounds = || "a JSON array of configurations".to_owned();
    let Ok(Value::Array(items)) = json::read(text) else {
        return Err(invalid("config", &json::write(text), bounds()));
    };
    let read = |item: &Value| match item {
        Value::Object(given) => Ok(recorded(given)),
        other => Err(invalid("config", &other.to_string(), bounds())),
    };
    items.iter().map(read).collect()
}

/// Writes what [`configs_from_row`] reads.
#[must_use]
pub fn configs_to_json(configs: &[Rc<Config>]) -> String {
    let configs: Vec<_> = configs.iter().map(|config| config_value(config)).collect();
    json::write(&configs)
}

fn recorded(given: &Map<String, Value>) -> Config {
    let mut config = Config::default();
    read(&OPTIONS, "", given, &mut config);
    if conflict(&config).is_some() {
        config.rollout = Config::default().rollout;
    }
    config
}

/// Writes every option, defaults too. [`config_from_json`] reads the same
/// configuration back, and the same configuration is always the same text.
#[must_use]
pub fn config_to_json(config: &Config) -> String {
    config_value(config).to_string()
}

/// The configuration in the callers' names.
pub(super) fn config_value(config: &Config) -> Value {
    show(&OPTIONS, config)
}

/// What the options of one table are.
pub(super) fn show(rows: &[Row], config: &Config) -> Value {
    rows.iter().map(|row| (row.name, (row.show)(config))).collect()
}

fn object(text: &str) -> Result<Map<String, Value>, PoolError> {
    let bounds = || format!("a JSON object of options, at most {TEXT_BYTES_MAX} bytes long");
    match json::read(text) {
        Ok(Value::Object(given)) => Ok(given),
        Ok(value) => Err(invalid("config", &value.to_string(), bounds())),
        Err(_) => Err(invalid("config", &json::write(text), bounds())),
    }
}

/// Puts every option that fits into `config`, and returns what is wrong with
/// those that do not.
fn read(rows: &[Row], group: &str, given: &Map<String, Value>, config: &mut Config) -> Vec<PoolError> {
    let mut refused = Vec::new();
    for (name, value) in given {
        let path = if group.is_empty() { name.clone() } else { format!("{group}.{name}") };
        let Some(row) = rows.iter().find(|row| row.name == name) else {
            let bounds = format!("the value of an option there is ({})", names(rows));
            refused.push(invalid(&path, &value.to_string(), bounds));
            continue;
        };
        match (&row.shape, value) {
            (_, Value::Null) => {}
            (Shape::Group(rows), Value::Object(given)) => {
                refused.append(&mut read(rows, &path, given, config))
            }
            (shape, value) if shape.accept(value, config) => {}
            (shape, value) => refused.push(invalid(&path, &value.to_string(), shape.bounds())),
        }
    }
    refused
}

/// An unknown option's name is the caller's text as much as its value is.
pub(super) fn invalid(option: &str, value: &str, bounds: String) -> PoolError {
    let option = json::shortened(&escaped(option));
    PoolError::InvalidConfig { option, value: json::shortened(value), bounds }
}

#[cfg(test)]
mod tests;
