//! The rows behind the state machine: a [`Pool`] is a shadow of them.
//!
//! | file | what it is |
//! |---|---|
//! | `mod` | [`Sql`], the one-method port, and [`Store`] over it |
//! | `schema` | the tables, their constraints, and the numbered migrations |
//! | `changes` | a decision's changes as statements, in an order the constraints allow |
//! | `container_row`, `pool_row`, `counters_row`, `minute_row`, `history_row`, `about_row` | one table each: how a row is written and read |
//! | `pages` | all containers, some rows at a time |
//! | `cell` | a row's values read by column, or an error that names the one |
//! | `error` | what can go wrong |
//!
//! Nothing here knows the platform: the object host brings a [`Sql`] over its
//! storage, the tests one over rusqlite.

mod about_row;
mod cell;
mod changes;
mod container_row;
mod counters_row;
mod error;
mod history_row;
mod minute_row;
mod pages;
mod pool_row;
mod schema;
#[cfg(test)]
#[path = "../../tests/support/sqlite.rs"]
mod sqlite;
#[cfg(test)]
mod tests;

pub use about_row::About;
pub use error::StoreError;

use pages::Pages;

use crate::pool::{Change, Chunk, Pool};

/// Greatest integer that is recorded as it is: numbers cross to the platform's
/// SQLite as doubles, which are exact up to here. As a time it lies 285,000
/// years ahead.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// A SQLite database that belongs to one pool.
pub trait Sql {
    /// Runs the statements in order, all or none of them, and returns each
    /// one's rows.
    ///
    /// # Errors
    /// [`StoreError::Failed`] with the database's message, or where an UPDATE
    /// finds no row. Nothing has changed.
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError>;
}

/// One SQL statement, and what its question marks stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub sql: &'static str,
    /// One value to a question mark.
    pub params: Vec<Value>,
}

impl Statement {
    /// A statement without question marks.
    #[must_use]
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, params: Vec::new() }
    }

    /// Whether it answers with rows.
    #[must_use]
    pub fn reads(&self) -> bool {
        self.begins("SELECT")
    }

    /// What is wrong with `changed` rows, if anything: an UPDATE is of a row
    /// there is.
    #[must_use]
    pub fn missed(&self, changed: u64) -> Option<&'static str> {
        (changed == 0 && self.begins("UPDATE")).then_some("there is no such row to update")
    }

    fn begins(&self, word: &str) -> bool {
        self.sql.trim_start().starts_with(word)
    }
}

/// A statement's result: a row to a line, a value to a column.
pub type Rows = Vec<Vec<Value>>;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number between -[`INTEGER_MAX`] and [`INTEGER_MAX`].
    Integer(i64),
    /// UTF-8.
    Text(String),
}

impl Value {
    /// A count or a moment. Past [`INTEGER_MAX`] it is recorded as that: a
    /// commit that fails would lose more than such a number is worth.
    #[must_use]
    pub fn count(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(INTEGER_MAX).min(INTEGER_MAX))
    }

    /// What there is, or nothing.
    #[must_use]
    pub fn optional<T>(value: Option<T>, some: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, some)
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }
}

/// A pool's rows.
#[derive(Debug)]
pub struct Store<S> {
    sql: S,
}

impl<S: Sql> Store<S> {
    /// The rows in `sql`, with the tables they need. A database that has them
    /// is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a later version of this crate wrote it,
    /// [`StoreError::Failed`] when the database refused. Nothing has changed.
    pub fn open(sql: S) -> Result<Self, StoreError> {
        schema::migrate(&sql)?;
        Ok(Self { sql })
    }

    /// The pool the rows describe, with nothing in its memory. An empty
    /// database describes a new pool.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] at the first value that is none this crate
    /// writes: to skip a row is to lose a container. [`StoreError::Failed`]
    /// when the database did not answer.
    pub fn load(&self) -> Result<Pool, StoreError> {
        let asked = [
            Statement::new(pool_row::SELECT),
            Statement::new(counters_row::SELECT),
            container_row::select_after(""),
            Statement::new(history_row::SELECT_LAST),
            Statement::new(minute_row::SELECT),
        ];
        let answered = self.sql.run(&asked)?;
        let [pool, counters, page, last, minutes] = <[Rows; 5]>::try_from(answered).map_err(|rows| {
            StoreError::new(&format!("{} answers to {} statements", rows.len(), asked.len()))
        })?;
        let pool = pool.into_iter().next().map(pool_row::read).transpose()?.unwrap_or_default();
        let counters = counters.into_iter().next().map(counters_row::read).transpose()?.unwrap_or_default();
        let last = last.into_iter().next().map(history_row::read).transpose()?.unwrap_or_default();
        let minutes = minutes.into_iter().map(minute_row::read).collect::<Result<_, _>>()?;
        let mut unreadable = None;
        let containers = Pages::from(&self.sql, page, &mut unreadable);
        let pool = Pool::load(pool, counters, containers).with_history(last).with_minutes(minutes);
        unreadable.map_or(Ok(pool), Err)
    }

    /// What happened to containers as far as it is kept, the oldest first.
    ///
    /// # Errors
    /// As of [`Store::load`].
    pub fn history(&self) -> Result<Vec<Chunk>, StoreError> {
        let answered = self.sql.run(&[Statement::new(history_row::SELECT)])?;
        answered.into_iter().flatten().map(history_row::read).collect()
    }

    /// What is recorded of the pool for its log, after what is known was added to
    /// it: its name, and a key of 1 to 64 bytes. The first of each is kept.
    ///
    /// # Errors
    /// As of [`Store::load`].
    pub fn about(&self, name: Option<&str>, log_key: &str) -> Result<About, StoreError> {
        let params = vec![Value::optional(name, Value::text), Value::text(log_key)];
        let answered = self.sql.run(&[Statement { sql: about_row::ADD, params }, about_row::SELECT])?;
        about_row::read(answered.into_iter().flatten().next().unwrap_or_default())
    }

    /// The last of it: two chunks, which have at least as much as is shown at
    /// once, in the order they happened.
    ///
    /// # Errors
    /// As of [`Store::load`].
    pub fn latest(&self) -> Result<Vec<Chunk>, StoreError> {
        let answered = self.sql.run(&[Statement::new(history_row::SELECT_LATEST)])?;
        let rows = answered.into_iter().flatten().rev();
        rows.map(history_row::read).collect()
    }

    /// Writes what an event changed, all or nothing: one row to a change, and
    /// the entry of its session, however many containers there are. Where
    /// several changes name one row, the last of them counts. No changes: the
    /// database is not called.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the database refused, as it does rows that
    /// break a constraint. Nothing has changed: the pool that decided this is
    /// to be thrown away, and [`Store::load`] gives the one before.
    pub fn commit<'a>(&self, changes: impl IntoIterator<Item = &'a Change>) -> Result<(), StoreError> {
        let statements = changes::statements(changes);
        if statements.is_empty() {
            return Ok(());
        }
        self.sql.run(&statements).map(drop)
    }
}
