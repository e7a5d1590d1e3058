//! The rows on real SQLite, in memory, which may refuse.

use std::cell::Cell;
use std::rc::Rc;

use cf_warm_pool::store::{Rows, Sql, Statement, StoreError, Value};

#[path = "../support/sqlite.rs"]
mod sqlite;

use sqlite::Sqlite;

/// A handle to one database; clones share it.
#[derive(Clone, Debug)]
pub struct Storage {
    rows: Sqlite,
    refuses: Rc<Cell<bool>>,
}

impl Storage {
    pub fn new() -> Self {
        Self { rows: Sqlite::new(), refuses: Rc::new(Cell::new(false)) }
    }

    /// Has the next call refused.
    pub fn refuse_next(&self) {
        self.refuses.set(true);
    }
}

impl Sql for Storage {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        if self.refuses.replace(false) {
            return Err(StoreError::new("disk I/O error"));
        }
        self.rows.run(statements)
    }
}
