//! The counters' row.

use super::cell::{Cell, values};
use super::{Statement, StoreError, Value};
use crate::pool::Counters;

const TABLE: &str = "counters";

/// The row, in the order [`read`] wants its columns.
pub const SELECT: &str = "
    SELECT only_row, sticky, hits, misses, errors, gone,
           start_failures_capacity, start_failures_rate_limit, start_failures_overload,
           start_failures_transient, start_failures_permanent,
           probe_failures, renewal_failures, stop_failures, reports, unknown_reports, evictions,
           storage_failures
    FROM counters";

const PUT: &str = "
    INSERT INTO counters (
        only_row, sticky, hits, misses, errors, gone,
        start_failures_capacity, start_failures_rate_limit, start_failures_overload,
        start_failures_transient, start_failures_permanent,
        probe_failures, renewal_failures, stop_failures, reports, unknown_reports, evictions,
        storage_failures
    ) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (only_row) DO UPDATE SET
        sticky = excluded.sticky,
        hits = excluded.hits,
        misses = excluded.misses,
        errors = excluded.errors,
        gone = excluded.gone,
        start_failures_capacity = excluded.start_failures_capacity,
        start_failures_rate_limit = excluded.start_failures_rate_limit,
        start_failures_overload = excluded.start_failures_overload,
        start_failures_transient = excluded.start_failures_transient,
        start_failures_permanent = excluded.start_failures_permanent,
        probe_failures = excluded.probe_failures,
        renewal_failures = excluded.renewal_failures,
        stop_failures = excluded.stop_failures,
        reports = excluded.reports,
        unknown_reports = excluded.unknown_reports,
        evictions = excluded.evictions,
        storage_failures = excluded.storage_failures";

/// The columns in the order of [`each`].
pub const COLUMNS: [&str; 17] = [
    "sticky",
    "hits",
    "misses",
    "errors",
    "gone",
    "start_failures_capacity",
    "start_failures_rate_limit",
    "start_failures_overload",
    "start_failures_transient",
    "start_failures_permanent",
    "probe_failures",
    "renewal_failures",
    "stop_failures",
    "reports",
    "unknown_reports",
    "evictions",
    "storage_failures",
];

/// Writes the row.
pub fn put(counters: &Counters) -> Statement {
    let mut counters = *counters;
    Statement {
        sql: PUT,
        params: each(&mut counters).into_iter().map(|count| Value::count(*count)).collect(),
    }
}

/// What the row of [`SELECT`] says.
pub fn read(row: Vec<Value>) -> Result<Counters, StoreError> {
    let [key, counts @ ..] = &values::<18>(TABLE, row)?;
    let mut counters = Counters::default();
    for ((count, column), value) in each(&mut counters).into_iter().zip(COLUMNS).zip(counts) {
        *count = Cell { table: TABLE, key, column, value }.count()?;
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
        gone,
        start_failures: [capacity, rate_limit, overload, transient, permanent],
        probe_failures,
        renewal_failures,
        stop_failures,
        reports,
        unknown_reports,
        evictions,
        storage_failures,
    } = counters;
    [
        sticky,
        hits,
        misses,
        errors,
        gone,
        capacity,
        rate_limit,
        overload,
        transient,
        permanent,
        probe_failures,
        renewal_failures,
        stop_failures,
        reports,
        unknown_reports,
        evictions,
        storage_failures,
    ]
}
