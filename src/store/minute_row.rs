//! A minute's row.

use super::cell::{Cell, values};
use super::counters_row::read_durations;
use super::{Statement, StoreError, Value};
use crate::pool::{BUCKETS, Minute};
use crate::wire::{counts_from_json, counts_to_json};

const TABLE: &str = "minute";

/// All rows, their columns in the order of the schema.
pub const SELECT: &str = "SELECT * FROM minute";

const PUT: &str = "INSERT OR REPLACE INTO minute VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The columns before the durations, in the order of [`each`] and of the schema.
const COLUMNS: [&str; 7] = ["number", "sticky", "hits", "misses", "errors", "starts", "idle_ms"];

/// Writes the row, over the one of an hour before.
pub fn put(minute: &Minute) -> Statement {
    let mut params = vec![Value::count(minute.slot())];
    params.extend(each(&mut { *minute }).iter().map(|count| Value::count(**count)));
    params.push(Value::count(minute.reported.into()));
    let mut durations = minute.durations.counts.to_vec();
    durations.push(minute.durations.sum_ms);
    params.push(Value::Text(counts_to_json(&durations)));
    Statement { sql: PUT, params }
}

/// What a row of [`SELECT`] says.
pub fn read(row: Vec<Value>) -> Result<Minute, StoreError> {
    let [key, counts @ .., reported, durations] = values::<10>(TABLE, &row)?;
    let cell = |column, value| Cell { table: TABLE, key, column, value };
    let mut minute = Minute::default();
    for (at, count) in each(&mut minute).iter_mut().enumerate() {
        **count = cell(COLUMNS[at], &counts[at]).count()?;
    }
    if *key != Value::count(minute.slot()) {
        return Err(cell("number", &counts[0]).unreadable("a minute of that slot"));
    }
    minute.reported = cell("reported", reported).flag()?;
    let numbers = cell("durations", durations)
        .parsed("as many counts as there are buckets", |text| counts_from_json(text, BUCKETS + 1))?;
    minute.durations = read_durations(&numbers);
    Ok(minute)
}

/// Every count, so that one list serves both ways.
fn each(minute: &mut Minute) -> [&mut u64; COLUMNS.len()] {
    let Minute { number, sticky, hits, misses, errors, starts, idle_ms, durations: _, reported: _ } = minute;
    [number, sticky, hits, misses, errors, starts, idle_ms]
}
