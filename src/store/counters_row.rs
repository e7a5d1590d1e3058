//! The counters' row.

use super::cell::{Cell, values};
use super::{Statement, StoreError, Value};
use crate::pool::Counters;

const TABLE: &str = "counters";

/// The row, its columns in the order of the schema.
pub const SELECT: &str = "SELECT * FROM counters";

const PUT: &str = "
    INSERT OR REPLACE INTO counters
    VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The columns in the order of [`each`] and of the schema.
pub const COLUMNS: [&str; 28] = [
    "sticky",
    "hits",
    "misses",
    "errors",
    "callers_left",
    "gone",
    "start_failures_capacity",
    "start_failures_rate_limit",
    "start_failures_overload",
    "start_failures_transient",
    "start_failures_permanent",
    "health_failures_liveness",
    "health_failures_readiness",
    "health_failures_resources",
    "renewal_failures",
    "stop_failures",
    "reports",
    "unknown_reports",
    "evictions",
    "expirations",
    "replacements",
    "releases",
    "lease_ends",
    "restarts",
    "resets",
    "reset_failures",
    "passed_over",
    "storage_failures",
];

/// Writes the row.
pub fn put(counters: &Counters) -> Statement {
    let mut counters = *counters;
    Statement { sql: PUT, params: each(&mut counters).iter().map(|count| Value::count(**count)).collect() }
}

/// What the row of [`SELECT`] says.
pub fn read(row: Vec<Value>) -> Result<Counters, StoreError> {
    let [key, counts @ ..] = values::<29>(TABLE, &row)?;
    let mut counters = Counters::default();
    for (at, count) in each(&mut counters).iter_mut().enumerate() {
        **count = Cell { table: TABLE, key, column: COLUMNS[at], value: &counts[at] }.count()?;
    }
    Ok(counters)
}

/// Every counter, so that one list serves both ways. A counter added to
/// [`Counters`] does not compile until it is here.
fn each(counters: &mut Counters) -> [&mut u64; COLUMNS.len()] {
    let Counters {
        sticky,
        hits,
        misses,
        errors,
        callers_left,
        gone,
        start_failures: [capacity, rate_limit, overload, transient, permanent],
        health_failures: [liveness, readiness, resources],
        renewal_failures,
        stop_failures,
        reports,
        unknown_reports,
        evictions,
        expirations,
        replacements,
        releases,
        lease_ends,
        restarts,
        resets,
        reset_failures,
        passed_over,
        storage_failures,
    } = counters;
    [
        sticky,
        hits,
        misses,
        errors,
        callers_left,
        gone,
        capacity,
        rate_limit,
        overload,
        transient,
        permanent,
        liveness,
        readiness,
        resources,
        renewal_failures,
        stop_failures,
        reports,
        unknown_reports,
        evictions,
        expirations,
        replacements,
        releases,
        lease_ends,
        restarts,
        resets,
        reset_failures,
        passed_over,
        storage_failures,
    ]
}
