//! A decision's changes as statements.

use std::collections::BTreeMap;

use super::{Statement, container_row, counters_row, history_row, minute_row, pool_row};
use crate::pool::{Change, Chunk, Container, ContainerId};

/// What becomes of a container's row.
enum Fate<'a> {
    Put(&'a Container),
    Move(&'a Container),
    Delete,
}

impl Fate<'_> {
    fn gets_a_session(&self) -> bool {
        let (Self::Put(container) | Self::Move(container)) = self else { return false };
        container.session().is_some()
    }

    fn statement(&self, id: ContainerId) -> Statement {
        match self {
            Self::Put(container) => container_row::put(container),
            Self::Move(container) => container_row::change_state(container),
            Self::Delete => container_row::delete(id),
        }
    }
}

/// One statement to a row. SQLite holds each statement by itself to the index
/// on sessions, so whoever gives one up comes before whoever gets it.
pub fn statements<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<Statement> {
    let mut containers: BTreeMap<ContainerId, Fate<'_>> = BTreeMap::new();
    let mut pool = None;
    let mut counters = None;
    let mut minutes = Vec::new();
    let mut history: Vec<&Chunk> = Vec::new();
    for change in changes {
        match change {
            Change::PutContainer(container) => {
                containers.insert(container.id, Fate::Put(container));
            }
            Change::MoveContainer(container) => {
                let is_new = matches!(containers.get(&container.id), Some(Fate::Put(_)));
                let fate = if is_new { Fate::Put(container) } else { Fate::Move(container) };
                containers.insert(container.id, fate);
            }
            Change::DeleteContainer(id) => {
                containers.insert(*id, Fate::Delete);
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
        let fates = containers.iter().filter(|(_, fate)| fate.gets_a_session() == gets_a_session);
        statements.extend(fates.map(|(id, fate)| fate.statement(*id)));
    }
    statements.extend(pool.map(pool_row::put));
    statements.extend(counters.map(counters_row::put));
    statements.extend(minutes.into_iter().map(minute_row::put));
    for chunk in history {
        statements.extend(history_row::put(chunk));
    }
    statements
}
