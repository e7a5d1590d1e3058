//! The pool's own row: its configuration, and what the platform taught.

use std::rc::Rc;

use super::cell::{Cell, optional, values};
use super::{Statement, StoreError, Value};
use crate::pool::{Config, Failure, FailureClass, Gate, Learned, Pause, PoolRow, Replaced};
use crate::wire::{config_from_row, config_to_json, configs_from_row, configs_to_json};

const TABLE: &str = "pool";

/// The row, its columns in the order of the schema.
pub const SELECT: &str = "SELECT * FROM pool";

const PUT: &str =
    "INSERT OR REPLACE INTO pool VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Writes the row.
pub fn put(row: &PoolRow) -> Statement {
    let gate = &row.gate;
    let (pause, learned, last) = (gate.pause, gate.learned, gate.last_failure.as_ref());
    let params = vec![
        Value::optional(row.config.as_deref(), |config| Value::Text(config_to_json(config))),
        Value::Text(configs_to_json(&row.replaced.configs)),
        Value::optional(row.replaced.wanted_since_ms, Value::count),
        Value::count(row.primed.into()),
        Value::count(row.extra as u64),
        Value::count(row.leases_from_ms),
        Value::count(row.assigned_checked_at_ms),
        Value::count(gate.failures.into()),
        Value::optional(pause, |pause| Value::text(pause.class)),
        Value::optional(pause, |pause| Value::count(pause.retry_at_ms)),
        Value::optional(pause, |pause| Value::count(pause.demand_at_ms)),
        Value::optional(pause, |pause| Value::count(pause.step.into())),
        Value::optional(learned, |learned| Value::count(learned.limit as u64)),
        Value::optional(learned, |learned| Value::count(learned.retry_at_ms)),
        Value::optional(learned, |learned| Value::count(learned.step.into())),
        Value::optional(last, |failure| Value::text(failure.class)),
        Value::optional(last, |failure| Value::text(&failure.message)),
        Value::optional(last.and_then(|failure| failure.retry_after_ms), Value::count),
    ];
    Statement { sql: PUT, params }
}

/// What the row of [`SELECT`] says.
pub fn read(row: Vec<Value>) -> Result<PoolRow, StoreError> {
    let [key, config, replaced, wanted, primed, extra, leases_from, assigned_checked, failures, gate @ ..] =
        values::<19>(TABLE, &row)?;
    let [pause_class, pause_retry, pause_demand, pause_step, learned @ ..] = gate;
    let [learned_limit, learned_retry, learned_step, last @ ..] = learned;
    let [last_class, last_message, last_retry] = last;
    let cell = |column, value| Cell { table: TABLE, key, column, value };
    let pause = [
        cell("pause_class", pause_class),
        cell("pause_retry_at_ms", pause_retry),
        cell("pause_demand_at_ms", pause_demand),
        cell("pause_step", pause_step),
    ];
    let learned = [
        cell("learned_limit", learned_limit),
        cell("learned_retry_at_ms", learned_retry),
        cell("learned_step", learned_step),
    ];
    let last_failure = [
        cell("last_failure_class", last_class),
        cell("last_failure_message", last_message),
        cell("last_failure_retry_after_ms", last_retry),
    ];
    Ok(PoolRow {
        config: optional(&[cell("config", config)], read_config)?,
        replaced: Replaced {
            configs: read_configs(cell("replaced", replaced))?,
            wanted_since_ms: optional(&[cell("replaced_wanted_since_ms", wanted)], |[at]| at.count())?,
        },
        primed: cell("primed", primed).flag()?,
        extra: cell("extra", extra).count()?,
        leases_from_ms: cell("leases_from_ms", leases_from).count()?,
        assigned_checked_at_ms: cell("assigned_checked_at_ms", assigned_checked).count()?,
        gate: Gate {
            failures: cell("failures", failures).count()?,
            pause: optional(&pause, read_pause)?,
            learned: optional(&learned, read_learned)?,
            last_failure: optional(&last_failure, read_failure)?,
        },
    })
}

fn read_config([text]: &[Cell<'_>; 1]) -> Result<Rc<Config>, StoreError> {
    config_from_row(text.text()?)
        .map(Rc::new)
        .map_err(|error| text.unreadable(&format!("a configuration ({error})")))
}

fn read_configs(texts: Cell<'_>) -> Result<Vec<Rc<Config>>, StoreError> {
    configs_from_row(texts.text()?)
        .map(|configs| configs.into_iter().map(Rc::new).collect())
        .map_err(|error| texts.unreadable(&format!("a list of configurations ({error})")))
}

fn read_pause([class, retry, demand, step]: &[Cell<'_>; 4]) -> Result<Pause, StoreError> {
    Ok(Pause {
        class: read_class(*class)?,
        retry_at_ms: retry.count()?,
        demand_at_ms: demand.count()?,
        step: step.count()?,
    })
}

fn read_learned([limit, retry, step]: &[Cell<'_>; 3]) -> Result<Learned, StoreError> {
    Ok(Learned { limit: limit.count()?, retry_at_ms: retry.count()?, step: step.count()? })
}

fn read_failure([class, message, retry]: &[Cell<'_>; 3]) -> Result<Failure, StoreError> {
    let retry_after_ms = optional(&[*retry], |[retry]| retry.count())?;
    Ok(Failure {
        class: read_class(*class)?,
        message: message.text()?.to_owned(),
        retry_after_ms,
        may_go_on: false,
    })
}

fn read_class(cell: Cell<'_>) -> Result<FailureClass, StoreError> {
    cell.parsed("a class of failure", FailureClass::parse)
}
