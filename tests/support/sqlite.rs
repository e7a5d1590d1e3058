//! Real SQLite behind the store's port. Whoever includes this file has the
//! port's names in scope.
#![allow(dead_code, reason = "each of the crates that include it uses a part")]
#![allow(clippy::expect_used, reason = "a test without its database has failed")]

use std::rc::Rc;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::{Rows, Sql, Statement, StoreError, Value};

/// More statements than the store has, so that each is parsed once.
const STATEMENTS_CACHED: usize = 64;

/// A database in memory. A clone is a second handle to the same one, so that
/// a test can lose a pool and its store and keep the rows.
#[derive(Clone, Debug)]
pub struct Sqlite(Rc<Connection>);

impl Sqlite {
    /// An empty database.
    pub fn new() -> Self {
        let connection = Connection::open_in_memory().expect("SQLite opens a database in memory");
        connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
        // Else some statements are parsed anew for every value bound to them.
        let planned_once = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
        planned_once.expect("SQLite keeps its plans");
        Self(Rc::new(connection))
    }

    /// Rows written since the database was opened, those of failed
    /// transactions included.
    pub fn total_changes(&self) -> u64 {
        self.0.total_changes()
    }
}

impl Sql for Sqlite {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        // A single statement is a transaction by itself.
        if let [statement] = statements {
            return Ok(vec![run_one(&self.0, statement)?]);
        }
        self.run_cached("BEGIN")?;
        let answers: Result<Vec<_>, _> =
            statements.iter().map(|statement| run_one(&self.0, statement)).collect();
        let committed = answers.and_then(|answers| self.run_cached("COMMIT").map(|()| answers));
        if committed.is_err() && !self.0.is_autocommit() {
            self.run_cached("ROLLBACK")?;
        }
        committed
    }
}

impl Sqlite {
    /// Runs a statement without rows. rusqlite's own transactions parse theirs
    /// anew each time.
    fn run_cached(&self, sql: &str) -> Result<(), StoreError> {
        self.0.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(drop).map_err(failed)
    }
}

fn run_one(connection: &Connection, statement: &Statement) -> Result<Rows, StoreError> {
    let mut prepared = connection.prepare_cached(statement.sql).map_err(failed)?;
    let columns = prepared.column_count();
    let mut rows = prepared.query(params_from_iter(statement.params.iter().map(Param))).map_err(failed)?;
    let mut answer = Rows::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let mut values = Vec::with_capacity(columns);
        for at in 0..columns {
            values.push(value(row.get_ref(at).map_err(failed)?)?);
        }
        answer.push(values);
    }
    statement.missed(connection.changes()).map_or(Ok(()), |problem| Err(failed(problem)))?;
    Ok(answer)
}

struct Param<'a>(&'a Value);

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            // As on the platform, whose numbers are JavaScript's.
            Value::Integer(number) => ToSqlOutput::Borrowed(ValueRef::Real(*number as f64)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn value(value: ValueRef<'_>) -> Result<Value, StoreError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Real(number) if number.fract() == 0.0 => Ok(Value::Integer(number as i64)),
        ValueRef::Text(text) => {
            std::str::from_utf8(text).map(|text| Value::Text(text.to_owned())).map_err(failed)
        }
        ValueRef::Real(_) | ValueRef::Blob(_) => Err(failed("a value that is neither text nor whole")),
    }
}

fn failed(error: impl ToString) -> StoreError {
    StoreError::new(&error.to_string())
}
