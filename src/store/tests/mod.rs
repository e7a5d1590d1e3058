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
use super::{
    About, Rows, Sql, Statement, Store, StoreError, Value, container_row, counters_row, minute_row, pool_row,
};
use crate::pool::{
    Change, Config, Container, ContainerId, ContainerName, Counters, Durations, Failure, FailureClass, Gate,
    Generation, Learned, Memory, Minute, OnRelease, Pause, PoolRow, Replaced, Session, State, StopCause,
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
        revision: Some("v1".into()),
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
    State::Assigned {
        session: session(text),
        claimed_at_ms: 1_763_000_000_002,
        on_release: OnRelease::Restart,
    }
}

fn draining(cause: StopCause, on_release: OnRelease) -> State {
    State::Draining { cause, deadline_at_ms: 1_763_000_030_005, on_release }
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

/// One of each state.
fn states() -> [State; 5] {
    [
        starting(),
        warm(),
        assigned("alice"),
        draining(StopCause::Released, OnRelease::Reset),
        stopping(StopCause::Surplus),
    ]
}

/// The names of a table's columns, as the database has them.
fn columns(sqlite: &Sqlite, table: &str) -> Vec<String> {
    let text = |row: Vec<Value>| match row.into_iter().next() {
        Some(Value::Text(name)) => name,
        other => panic!("{other:?} is no column's name"),
    };
    query(sqlite, format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"))
        .into_iter()
        .map(text)
        .collect()
}

/// The rows of a statement made up at run time.
fn query(sqlite: &Sqlite, sql: String) -> Rows {
    sqlite.run(&[Statement::new(sql.leak())]).unwrap().remove(0)
}

/// A row with something in every column.
fn full_pool_row() -> PoolRow {
    PoolRow {
        config: Some(std::rc::Rc::default()),
        replaced: Replaced {
            configs: vec![
                std::rc::Rc::new(Config { warm_target: 16, ..Config::default() }),
                std::rc::Rc::default(),
            ],
            wanted_since_ms: Some(1_763_000_000_017),
        },
        primed: true,
        extra: 15,
        assigned_checked_at_ms: 1_763_000_000_005,
        leases_from_ms: 1_763_000_000_012,
        gate: Gate {
            failures: 3,
            pause: Some(Pause {
                class: FailureClass::Transient,
                retry_at_ms: 1_763_000_000_006,
                demand_at_ms: 1_763_000_000_013,
                step: 7,
            }),
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

/// No two of its numbers are the same.
fn durations(first: u64) -> Durations {
    let counts = std::array::from_fn(|at| first + at as u64);
    Durations { counts, sum_ms: first + 99 }
}

/// A minute with something in every column.
fn full_minute() -> Minute {
    Minute {
        number: 29_383_340,
        sticky: 1,
        hits: 2,
        misses: 3,
        errors: 4,
        starts: 5,
        durations: durations(10),
        idle_ms: 6,
        reported: true,
    }
}

fn database(changes: &[Change]) -> (Sqlite, Store<Sqlite>) {
    let sqlite = Sqlite::new();
    let store = Store::open(sqlite.clone()).unwrap();
    store.commit(changes).unwrap();
    (sqlite, store)
}
