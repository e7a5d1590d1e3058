//! A decision's changes as statements.

use super::{Statement, container_row, counters_row, history_row, minute_row, pool_row};
use crate::ordered::Map;
use crate::pool::{Change, Chunk, Container};

/// One statement to a row. SQLite holds each statement by itself to the index
/// on sessions, so whoever gives one up comes before whoever gets it.
pub fn statements(changes: &[Change]) -> Vec<Statement> {
    let mut containers: Map<_, Option<&Container>> = Map::default();
    let mut pool = None;
    let mut counters = None;
    let mut minutes = Vec::new();
    let mut history: Vec<&Chunk> = Vec::new();
    for change in changes {
        match change {
            Change::PutContainer(container) => {
                containers.insert(container.id, Some(container));
            }
            Change::DeleteContainer(id) => {
                containers.insert(*id, None);
            }
            Change::PutPool(row) => pool = Some(row),
            Change::PutCounters(row) => counters = Some(&**row),
            Change::PutMinute(minute) => minutes.push(minute),
            Change::PutHistory(chunk) => {
                history.retain(|other| other.number != chunk.number);
                history.push(chunk);
            }
        }
    }
    let mut statements = Vec::new();
    for gets_a_session in [false, true] {
        for (id, container) in containers.iter() {
            if container.is_some_and(|container| container.session().is_some()) == gets_a_session {
                let put = container.map(container_row::put);
                statements.push(put.unwrap_or_else(|| container_row::delete(*id)));
            }
        }
    }
    statements.extend(pool.map(pool_row::put));
    statements.extend(counters.map(counters_row::put));
    statements.extend(minutes.into_iter().map(minute_row::put));
    for chunk in history {
        statements.extend(history_row::put(chunk));
    }
    statements
}
