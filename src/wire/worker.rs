//! The default Worker's variables, as a pool's options.
//!
//! A variable is text, as `wrangler` and the dashboard write it, or whatever
//! JSON `vars` holds: `"3"` and `3` are the same number, `"false"` and `false`
//! the same answer. Here it is the JSON text of its value.

use serde_json::{Map, Value};

use super::json;
use super::options::{OPTIONS, Row};
use super::shape::whole;
use crate::pool::{Config, PoolError};
use crate::prices::{INSTANCE_TYPES, InstanceType};
use crate::runtimes::{RUNTIMES_VARIABLE, Runtime, Runtimes};

/// What a variable is set to, as JSON text; `None` where it is not set.
pub type Variables<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A variable, and the option of a pool that it becomes. The option's bounds
/// are the variable's.
struct Variable {
    name: &'static str,
    option: &'static str,
    /// Seconds, where the option is ms.
    in_seconds: bool,
    default: fn() -> Value,
}

const ENABLED: Variable =
    Variable { name: "WARM_POOL_ENABLED", option: "enabled", in_seconds: false, default: || true.into() };

/// Warm containers of a runtime that has no variable of its own.
const SIZE: Variable = Variable {
    name: "WARM_POOL_SIZE_PER_RUNTIME",
    option: "warmTarget",
    in_seconds: false,
    default: || 3_u64.into(),
};

/// How large the containers are of a runtime that has no variable of its own.
const INSTANCE_TYPE: &str = "WARM_POOL_INSTANCE_TYPE";

/// The durations.
const SECONDS: [Variable; 3] = [
    Variable {
        name: "WARM_POOL_CONTAINER_TTL",
        option: "containerTtl",
        in_seconds: true,
        default: || 3_600_u64.into(),
    },
    Variable {
        name: "WARM_POOL_HEALTH_CHECK_INTERVAL",
        option: "refreshInterval",
        in_seconds: true,
        default: || 30_u64.into(),
    },
    Variable {
        name: "WARM_POOL_GRACEFUL_SHUTDOWN",
        option: "drainTimeout",
        in_seconds: true,
        default: || 30_u64.into(),
    },
];

/// The runtimes that `WARM_POOL_RUNTIMES` lists; `default` where it is not set.
///
/// # Errors
/// [`PoolError::Misconfigured`] where it is no list of them.
pub fn worker_runtimes(variables: &Variables<'_>) -> Result<Runtimes, PoolError> {
    let Some(text) = variables(RUNTIMES_VARIABLE) else { return Ok(Runtimes::default()) };
    match json::read(&text) {
        Ok(Value::String(list)) => Runtimes::parse(&list),
        _ => Err(invalid(RUNTIMES_VARIABLE, &text, "text: names of runtimes with commas between them")),
    }
}

/// Whether containers are kept warm: `WARM_POOL_ENABLED`.
///
/// # Errors
/// [`PoolError::Misconfigured`] where it is neither true nor false.
pub fn worker_enabled(variables: &Variables<'_>) -> Result<bool, PoolError> {
    Ok(ENABLED.option_value(ENABLED.name, variables)? == Value::Bool(true))
}

/// The options of a runtime's pool, whose container class is bound as `binding`,
/// as [`config_from_json`](super::config_from_json) reads them.
///
/// ```
/// use cf_warm_pool::runtimes::Runtimes;
/// use cf_warm_pool::wire::worker_config;
/// let runtimes = Runtimes::parse("python")?;
/// let variables = |name: &str| (name == "WARM_POOL_PYTHON_SIZE").then(|| "\"8\"".to_owned());
/// let options = worker_config(runtimes.asked(None)?, "CONTAINER_PYTHON", &variables)?;
/// assert!(options.contains(r#""containerBinding":"CONTAINER_PYTHON""#));
/// assert!(options.contains(r#""warmTarget":8"#));
/// # Ok::<(), cf_warm_pool::pool::PoolError>(())
/// ```
///
/// # Errors
/// [`PoolError::Misconfigured`] with the first variable that is wrong, its
/// value and its bounds, and where a runtime's size is set under two names.
pub fn worker_config(
    runtime: &Runtime,
    binding: &str,
    variables: &Variables<'_>,
) -> Result<String, PoolError> {
    let size = variable_of(runtime, "SIZE", SIZE.name, variables)?;
    let mut options = Map::new();
    options.insert("containerBinding".to_owned(), binding.into());
    options.insert(ENABLED.option.to_owned(), ENABLED.option_value(ENABLED.name, variables)?);
    options.insert(SIZE.option.to_owned(), SIZE.option_value(&size, variables)?);
    for variable in SECONDS {
        options.insert(variable.option.to_owned(), variable.option_value(variable.name, variables)?);
    }
    Ok(json::write(&options))
}

/// How large the runtime's containers are, for what they cost while they wait:
/// `WARM_POOL_<RUNTIME>_INSTANCE_TYPE`, else `WARM_POOL_INSTANCE_TYPE`, else what
/// `wrangler` takes where none is named.
///
/// # Errors
/// [`PoolError::Misconfigured`] with the variable, its value and the names there
/// are, and where it is set under two names.
pub fn worker_instance_type(
    runtime: &Runtime,
    variables: &Variables<'_>,
) -> Result<&'static InstanceType, PoolError> {
    let name = variable_of(runtime, "INSTANCE_TYPE", INSTANCE_TYPE, variables)?;
    let Some(text) = variables(&name) else { return Ok(&INSTANCE_TYPES[0]) };
    let value: Value = json::read(&text).unwrap_or_default();
    value.as_str().and_then(|value| InstanceType::parse(value.trim())).ok_or_else(|| {
        let names: Vec<&str> = INSTANCE_TYPES.iter().map(|instance| instance.name).collect();
        invalid(&name, &text, &format!("one of {}", names.join(", ")))
    })
}

/// The runtime's own variable where it is set, else the one of all.
fn variable_of(
    runtime: &Runtime,
    ending: &str,
    of_all: &str,
    variables: &Variables<'_>,
) -> Result<String, PoolError> {
    let mut set: Vec<String> =
        runtime.variables(ending).into_iter().filter(|name| variables(name).is_some()).collect();
    if set.len() > 1 {
        return Err(PoolError::Misconfigured {
            message: format!(
                "variables {} are of the same runtime, {}: set one of them",
                set.join(" and "),
                runtime.as_str()
            ),
        });
    }
    Ok(set.pop().unwrap_or_else(|| of_all.to_owned()))
}

impl Variable {
    /// What the option becomes where `name` is the variable that is looked at.
    fn option_value(&self, name: &str, variables: &Variables<'_>) -> Result<Value, PoolError> {
        let text = variables(name);
        let value = text.as_deref().map_or_else(|| Some((self.default)()), read);
        let value = if self.in_seconds { value.as_ref().and_then(to_ms) } else { value };
        let row = OPTIONS.iter().find(|row| row.name == self.option).ok_or_else(|| unknown(self))?;
        match value {
            Some(value) if row.shape.accept(&value, &mut Config::default()) => Ok(value),
            _ => Err(invalid(name, &text.unwrap_or_default(), &self.bounds(row))),
        }
    }

    fn bounds(&self, row: &Row) -> String {
        if self.in_seconds { row.shape.bounds_in_seconds() } else { row.shape.bounds() }
    }
}

/// The number, or true or false, that a variable is; `None` where it is neither.
fn read(text: &str) -> Option<Value> {
    match json::read(text).ok()? {
        Value::String(text) => {
            let number = text.trim().parse::<u64>().ok().map(Value::from);
            number.or_else(|| text.trim().parse::<bool>().ok().map(Value::from))
        }
        value => Some(value),
    }
}

fn to_ms(seconds: &Value) -> Option<Value> {
    whole(seconds)?.checked_mul(1_000).map(Value::from)
}

/// The error for a variable whose value, as JSON text, is none it may have.
pub(super) fn invalid(name: &str, value: &str, bounds: &str) -> PoolError {
    PoolError::Misconfigured {
        message: format!("invalid variable {name}: {} is not {bounds}", json::shortened(value)),
    }
}

fn unknown(variable: &Variable) -> PoolError {
    PoolError::Misconfigured {
        message: format!("variable {} is of the option {}, which is none", variable.name, variable.option),
    }
}

#[cfg(test)]
mod tests;
