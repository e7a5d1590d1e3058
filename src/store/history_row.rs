//! A chunk of what happened to containers: one row, a line of JSON.

use std::rc::Rc;

use super::cell::{Cell, values};
use super::{Statement, StoreError, Value};
use crate::pool::Chunk;
use crate::pool::limits::HISTORY_CHUNKS_MAX;
use crate::wire::{transitions_from_json, transitions_to_json};

const TABLE: &str = "history";

/// The chunk that grows.
pub const SELECT_LAST: &str = "SELECT number, transitions FROM history ORDER BY number DESC LIMIT 1";

/// It and the one before it, the latest first.
pub const SELECT_LATEST: &str = "SELECT number, transitions FROM history ORDER BY number DESC LIMIT 2";

/// All of them, the oldest first.
pub const SELECT: &str = "SELECT number, transitions FROM history ORDER BY number";

const PUT: &str = "INSERT OR REPLACE INTO history VALUES (?, ?)";
const DROP: &str = "DELETE FROM history WHERE number <= ?";

/// Inserts or replaces a chunk, and drops those that are too old.
pub fn put(chunk: &Chunk) -> Vec<Statement> {
    let text = transitions_to_json(&chunk.transitions);
    let put = Statement { sql: PUT, params: vec![Value::count(chunk.number), Value::Text(text)] };
    let dropped = chunk.number.checked_sub(HISTORY_CHUNKS_MAX);
    let drop = dropped.map(|number| Statement { sql: DROP, params: vec![Value::count(number)] });
    let mut statements = vec![put];
    statements.extend(drop);
    statements
}

/// The chunk of a row of [`SELECT`].
pub fn read(row: Vec<Value>) -> Result<Chunk, StoreError> {
    let [key, transitions] = values::<2>(TABLE, &row)?;
    let cell = |column, value| Cell { table: TABLE, key, column, value };
    let text = cell("transitions", transitions);
    let read = transitions_from_json(text.text()?).map_err(|problem| text.unreadable(&problem))?;
    Ok(Chunk { number: cell("number", key).count()?, transitions: Rc::new(read) })
}
