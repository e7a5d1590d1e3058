//! The containers of a database, a page of rows at a time: memory, which the
//! platform does not get back, never holds the rows of all of them.

use std::vec::IntoIter;

use super::{Rows, Sql, StoreError, Value, container_row};
use crate::pool::Container;

/// The rows that are read at once.
pub const PAGE_ROWS: usize = 500;

/// Every container from the first page on, up to the first that cannot be read.
pub struct Pages<'a, S> {
    sql: &'a S,
    page: IntoIter<Vec<Value>>,
    /// The id after which the next page begins; `None` after the last page.
    after: Option<String>,
    /// Why they ended early, if they did.
    failed: &'a mut Option<StoreError>,
}

impl<'a, S: Sql> Pages<'a, S> {
    /// Goes on after the page that [`container_row::select_after`] answers for
    /// the empty text.
    pub fn from(sql: &'a S, first: Rows, failed: &'a mut Option<StoreError>) -> Self {
        let mut pages = Self { sql, page: Rows::new().into_iter(), after: None, failed };
        pages.turn_to(first);
        pages
    }

    /// A page with room left is the last.
    fn turn_to(&mut self, page: Rows) {
        let last = page.last().filter(|_| page.len() == PAGE_ROWS).and_then(|row| row.first());
        self.after = last.and_then(|id| match id {
            Value::Text(id) => Some(id.clone()),
            _ => None,
        });
        self.page = page.into_iter();
    }

    fn next_row(&mut self) -> Result<Option<Vec<Value>>, StoreError> {
        if self.page.len() == 0
            && let Some(id) = self.after.take()
        {
            let answered = self.sql.run(&[container_row::select_after(&id)])?;
            self.turn_to(answered.into_iter().next().unwrap_or_default());
        }
        Ok(self.page.next())
    }
}

impl<S: Sql> Iterator for Pages<'_, S> {
    type Item = Container;

    fn next(&mut self) -> Option<Container> {
        let read = self.next_row().and_then(|row| row.map(container_row::read).transpose());
        read.unwrap_or_else(|error| {
            *self.failed = Some(error);
            self.page = Rows::new().into_iter();
            self.after = None;
            None
        })
    }
}
