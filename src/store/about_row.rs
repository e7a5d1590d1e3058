//! What the pool's log needs beside the pool: one row.

use super::cell::{Cell, values};
use super::{Statement, StoreError, Value};

const TABLE: &str = "about";

/// Adds what is not recorded yet, and writes nothing where all of it is.
pub const ADD: &str = "
    INSERT INTO about (only_row, name, log_key) VALUES (1, ?, ?)
    ON CONFLICT (only_row) DO UPDATE SET name = excluded.name
    WHERE name IS NULL AND excluded.name IS NOT NULL";

/// The row.
pub const SELECT: Statement = Statement::new("SELECT name, log_key FROM about");

/// What is recorded of a pool for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name, `None` where its object was only ever reached by its id.
    pub name: Option<String>,
    /// What session ids are digested with where no secret is configured.
    pub log_key: String,
}

/// Reads what [`SELECT`] found.
pub fn read(row: Vec<Value>) -> Result<About, StoreError> {
    let key = &Value::Integer(1);
    let [name, log_key] = values(TABLE, &row)?;
    let cell = |column, value| Cell { table: TABLE, key, column, value };
    Ok(About {
        name: match name {
            Value::Null => None,
            name => Some(cell("name", name).text()?.to_owned()),
        },
        log_key: cell("log_key", log_key).text()?.to_owned(),
    })
}
