//! A decision's changes as statements.

use std::collections::BTreeMap;

use super::{Statement, container_row, counters_row, history_row, pool_row};
use crate::pool::Change;

/// One statement to a row. SQLite holds each statement by itself to the index
/// on sessions, so whoever gives one up comes before whoever gets it.
pub fn statements(changes: &[Change]) -> Vec<Statement> {
    let mut containers = BTreeMap::new();
    let mut pool = None;
    let mut counters = None;
    let mut history = BTreeMap::new();
    for change in changes {
        match change {
            Change::PutContainer(container) => {
                containers.insert(container.id, Some(container));
            }
            Change::DeleteContainer(id) => {
                containers.insert(*id, None);
            }
            Change::PutPool(row) => pool = Some(row),
            Change::PutCounters(row) => counters = Some(row),
            Change::PutHistory(chunk) => {
                history.insert(chunk.number, chunk);
            }
        }
    }
    let (assigned, others): (Vec<_>, Vec<_>) =
        containers.into_iter().partition(|(_, container)| container.is_some_and(|c| c.session().is_some()));
    let containers = others.into_iter().chain(assigned).map(|(id, container)| match container {
        Some(container) => container_row::put(container),
        None => container_row::delete(id),
    });
    containers
        .chain(pool.map(pool_row::put))
        .chain(counters.map(counters_row::put))
        .chain(history.into_values().flat_map(history_row::put))
        .collect()
}
