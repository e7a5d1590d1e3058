//! What can go wrong between the pool and its rows.

use std::fmt;

/// Why the rows could not be written or read. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The database refused a statement or did not answer as it must.
    Failed {
        /// Its words.
        message: String,
    },
    /// A value is none this crate writes.
    Unreadable {
        /// The table.
        table: &'static str,
        /// The row's key, shortened.
        key: String,
        /// The column.
        column: &'static str,
        /// What it holds, shortened.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// A later version of this crate wrote the database.
    Newer {
        /// The last migration it had.
        found: u64,
        /// The last this version knows.
        known: u64,
    },
}

impl StoreError {
    /// The database's refusal, in its words.
    #[must_use]
    pub fn new(message: &str) -> Self {
        Self::Failed { message: message.to_owned() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { message } => write!(f, "storage failed: {message}"),
            Self::Unreadable { table, key, column, value, expected } => {
                write!(f, "unreadable row {key} of table {table}: {column} is {value}, not {expected}")
            }
            Self::Newer { found, known } => write!(
                f,
                "the pool's rows are of schema {found}, this version knows {known} (deploy the version that wrote them, or a later one)"
            ),
        }
    }
}

impl std::error::Error for StoreError {}
