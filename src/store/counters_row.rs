//! The counters' row.

use super::cell::{Cell, values};
use super::{Statement, StoreError, Value};
use crate::pool::{BUCKETS, Counters, Durations, Idle};
use crate::wire::{counts_from_json, counts_to_json};

const TABLE: &str = "counters";

/// The row, its columns in the order of the schema.
pub const SELECT: &str = "SELECT * FROM counters";

const PUT: &str = "
    INSERT OR REPLACE INTO counters
    VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The columns in the order of [`each`] and of the schema.
pub const COLUMNS: [&str; 30] = [
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
    "idle_ms",
    "idle_until_ms",
];

/// The column after them: the durations of claims and then of starts, one after
/// the other, each with its counts and its sum.
const DURATIONS: &str = "durations";

/// Numbers in it.
const DURATIONS_COUNT: usize = 8 * (BUCKETS + 1);

/// Writes the row.
pub fn put(counters: &Counters) -> Statement {
    let mut counters = *counters;
    let mut durations = Vec::with_capacity(DURATIONS_COUNT);
    for one in counters.claim_durations.iter().chain(&counters.start_durations) {
        durations.extend_from_slice(&one.counts);
        durations.push(one.sum_ms);
    }
    let mut params: Vec<Value> = each(&mut counters).iter().map(|count| Value::count(**count)).collect();
    params.push(Value::Text(counts_to_json(&durations)));
    Statement { sql: PUT, params }
}

/// What the row of [`SELECT`] says.
pub fn read(row: Vec<Value>) -> Result<Counters, StoreError> {
    let [key, counts @ .., durations] = values::<32>(TABLE, &row)?;
    let mut counters = Counters::default();
    for (at, count) in each(&mut counters).iter_mut().enumerate() {
        **count = Cell { table: TABLE, key, column: COLUMNS[at], value: &counts[at] }.count()?;
    }
    let cell = Cell { table: TABLE, key, column: DURATIONS, value: durations };
    let numbers =
        cell.parsed("as many counts as there are buckets", |text| counts_from_json(text, DURATIONS_COUNT))?;
    let kinds = counters.claim_durations.iter_mut().chain(&mut counters.start_durations);
    for (durations, numbers) in kinds.zip(numbers.chunks_exact(BUCKETS + 1)) {
        *durations = read_durations(numbers);
    }
    Ok(counters)
}

/// Durations from their counts and their sum.
pub fn read_durations(numbers: &[u64]) -> Durations {
    let mut durations = Durations::default();
    let (counts, sum) = numbers.split_at(BUCKETS.min(numbers.len()));
    durations.counts.iter_mut().zip(counts).for_each(|(count, number)| *count = *number);
    durations.sum_ms = sum.first().copied().unwrap_or(0);
    durations
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
        idle: Idle { ms: idle_ms, until_ms: idle_until_ms },
        claim_durations: _,
        start_durations: _,
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
        idle_ms,
        idle_until_ms,
    ]
}
