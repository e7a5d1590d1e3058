//! The store on real SQLite, and on ports that misbehave.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod constraints;
mod migrations;
mod reading;
mod writing;

use super::sqlite::Sqlite;
use super::{Sql, Statement, Store, StoreError, container_row, counters_row, pool_row};
use crate::pool::{
    Change, Container, ContainerId, ContainerName, Counters, Failure, FailureClass, Gate, Generation,
    Learned, Memory, Pause, PoolRow, Session, State, StopCause,
};

/// The rows as they are read.
type Recorded = (Option<PoolRow>, Option<Counters>, Vec<Container>);

fn recorded(sql: &impl Sql) -> Result<Recorded, StoreError> {
    let selects = [pool_row::SELECT, counters_row::SELECT, container_row::SELECT].map(Statement::new);
    let mut answers = sql.run(&selects)?.into_iter();
    let mut rows = || answers.next().into_iter().flatten();
    Ok((
        rows().next().map(pool_row::read).transpose()?,
        rows().next().map(counters_row::read).transpose()?,
        rows().map(container_row::read).collect::<Result<_, _>>()?,
    ))
}

fn id(number: u8) -> ContainerId {
    ContainerId([number; 32])
}

fn container(number: u8, state: State) -> Container {
    Container {
        id: id(number),
        name: ContainerName([number; 16]),
        generation: Generation::FIRST,
        created_at_ms: 1_763_000_000_000,
        state,
        memory: Memory::default(),
    }
}

fn put(number: u8, state: State) -> Change {
    Change::PutContainer(container(number, state))
}

fn session(text: &str) -> Session {
    Session::new(text).unwrap()
}

fn assigned(text: &str) -> State {
    State::Assigned { session: session(text), claimed_at_ms: 1_763_000_000_002 }
}

fn starting() -> State {
    State::Starting { deadline_at_ms: 1_763_000_030_000 }
}

fn warm() -> State {
    State::Warm { ready_at_ms: 1_763_000_000_001 }
}

fn stopping(cause: StopCause) -> State {
    State::Stopping { cause, destroy_at_ms: 1_763_000_030_003, settled_at_ms: 1_763_000_000_004 }
}

/// A row with something in every column.
fn full_pool_row() -> PoolRow {
    PoolRow {
        config: Some(std::rc::Rc::default()),
        primed: true,
        assigned_checked_at_ms: 1_763_000_000_005,
        gate: Gate {
            failures: 3,
            pause: Some(Pause { class: FailureClass::Transient, retry_at_ms: 1_763_000_000_006, step: 7 }),
            learned: Some(Learned { limit: 8, retry_at_ms: 1_763_000_000_009, step: 10 }),
            last_failure: Some(Failure {
                class: FailureClass::RateLimit,
                message: "too many containers per second".to_owned(),
                retry_after_ms: Some(11),
                may_go_on: false,
            }),
        },
    }
}

fn database(changes: &[Change]) -> (Sqlite, Store<Sqlite>) {
    let sqlite = Sqlite::new();
    let store = Store::open(sqlite.clone()).unwrap();
    store.commit(changes).unwrap();
    (sqlite, store)
}
