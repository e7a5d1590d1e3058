//! Stored rows, of this version or any other.
//!
//! A line of the input is a row: the table's first letter (`p`ool, `n`umbers
//! counted, `c`ontainer) and its values in the order of the columns, separated by
//! `|`. An empty value is NULL, digits are a number, a leading `'` makes text of
//! anything. A line `@` and a number is the time at which the pool wakes.

use std::rc::Rc;

use cf_warm_pool::pool::{
    Change, ClaimId, Command, Config, Container, Counters, Event, Failure, FailureClass, Memory, Minute,
    Pool, Seen, Session, State, Stats,
};
use cf_warm_pool::store::{INTEGER_MAX, Rows, Sql, Statement, Store, StoreError, Value};

#[path = "../../tests/support/sqlite.rs"]
mod sqlite;

use super::config::check_bounds;
use super::model::Names;
use sqlite::Sqlite;

const NOW_MS: u64 = 1_763_000_000_000;
/// Rows are cheap, a database to each input is not.
const ROWS_MAX: usize = 24;
/// As far as JavaScript's clock goes; past it no moment can be recorded.
const CLOCK_MAX_MS: u64 = 8_640_000_000_000_000;
/// Key and value are cut at 80 bytes and spelled out, which may make six of one.
const MESSAGE_BYTES_MAX: usize = 2_048;
const HOURS_STEPS: usize = 12;

const INSERTS: [(&str, usize, &str); 3] = [
    ("p", 19, "INSERT INTO pool VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    (
        "n",
        32,
        "INSERT INTO counters
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                 ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    ("c", 14, "INSERT INTO container VALUES (unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
];

/// How many columns each of these tables has.
const COLUMNS: [&str; 3] = [
    "SELECT count(*) FROM pragma_table_info('pool')",
    "SELECT count(*) FROM pragma_table_info('counters')",
    "SELECT count(*) FROM pragma_table_info('container')",
];

/// Columns whose text SQL cannot judge as the code does.
const CODE_ONLY: [&str; 5] = ["config", "replaced", "session", "stop_cause", "durations"];

/// The tables without types and constraints, but for the keys: what a version
/// of another mind might have left.
const LOOSE: [&str; 6] = [
    "CREATE TABLE migration (number)",
    "INSERT INTO migration VALUES (1)",
    "CREATE TABLE pool (only_row PRIMARY KEY, config, replaced, replaced_wanted_since_ms, primed, extra,
        leases_from_ms, assigned_checked_at_ms, failures, pause_class, pause_retry_at_ms, pause_demand_at_ms, pause_step, learned_limit,
        learned_retry_at_ms, learned_step, last_failure_class, last_failure_message,
        last_failure_retry_after_ms)",
    "CREATE TABLE counters (only_row PRIMARY KEY, sticky, hits, misses, errors, callers_left, gone,
        start_failures_capacity, start_failures_rate_limit, start_failures_overload,
        start_failures_transient, start_failures_permanent, health_failures_liveness,
        health_failures_readiness, health_failures_resources, renewal_failures, stop_failures, reports,
        unknown_reports, evictions, expirations, replacements, releases, lease_ends, restarts, resets,
        reset_failures, passed_over, storage_failures, idle_ms, idle_until_ms, durations)",
    "CREATE TABLE container (id PRIMARY KEY, name, generation, created_at_ms, revision, state,
        deadline_at_ms, ready_at_ms, session, claimed_at_ms, on_release, stop_cause, destroy_at_ms,
        settled_at_ms)",
    "CREATE UNIQUE INDEX container_session ON container (session) WHERE state = 'assigned'",
];

thread_local! {
    static STRICT: Sqlite = with_schema();
    static UNCHECKED: Sqlite = {
        let sqlite = with_schema();
        run(&sqlite, "PRAGMA ignore_check_constraints = ON");
        sqlite
    };
    static UNTYPED: Sqlite = {
        let sqlite = Sqlite::new();
        for statement in LOOSE {
            run(&sqlite, statement);
        }
        sqlite
    };
}

/// What is read is a pool that works, and is written back as it was; what is
/// not is named. Code and constraints agree on which is which.
pub fn check(data: &[u8]) {
    let input = super::text(data);
    let now_ms = input.lines().find_map(|line| line.strip_prefix('@')?.parse().ok()).unwrap_or(NOW_MS);
    let now_ms = now_ms.min(CLOCK_MAX_MS);
    let rows: Vec<Statement> = input.lines().filter_map(row).take(ROWS_MAX).collect();

    let strict = STRICT.with(|sqlite| load(sqlite, &rows));
    if let Ok(Err(StoreError::Unreadable { column, value, .. })) = &strict {
        let too_great = value.parse::<i64>().is_ok_and(|number| number > INTEGER_MAX);
        assert!(CODE_ONLY.contains(column) || too_great, "{column}: the constraints take {value}");
    }
    for database in [&UNCHECKED, &UNTYPED] {
        let outcome = database.with(|sqlite| load(sqlite, &rows));
        if outcome.as_ref().is_ok_and(Result::is_ok) && rows.iter().all(has_the_usual_key) {
            let refused = strict.as_ref().err();
            assert_eq!(refused, None, "the code takes what the constraints refuse");
        }
        check_outcome(outcome, now_ms, None);
    }
    STRICT.with(|sqlite| check_outcome(strict, now_ms, Store::open(sqlite.clone()).ok()));
}

/// A pool; or why there is none; or why the rows are not even there.
type Outcome = Result<Result<Pool, StoreError>, StoreError>;

fn load(sqlite: &Sqlite, rows: &[Statement]) -> Outcome {
    for statement in ["DELETE FROM pool", "DELETE FROM counters", "DELETE FROM container"] {
        run(sqlite, statement);
    }
    for row in rows {
        sqlite.run(std::slice::from_ref(row))?;
    }
    match Store::open(sqlite.clone()) {
        Ok(store) => Ok(store.load()),
        Err(error) => panic!("the schema is up to date: {error}"),
    }
}

fn check_outcome(outcome: Outcome, now_ms: u64, store: Option<Store<Sqlite>>) {
    match outcome {
        Ok(Ok(pool)) => {
            check_bounds(pool.config());
            if let Some(store) = &store {
                check_written_back(&pool, store, now_ms);
            }
            Life { pool, store, names: Names::default(), now_ms, claims: 0 }.live();
        }
        Ok(Err(error @ StoreError::Unreadable { .. })) => {
            let message = error.to_string();
            assert!(message.starts_with("unreadable row "), "{message}");
            assert!(message.len() < MESSAGE_BYTES_MAX, "{} bytes: {message}", message.len());
            assert!(!message.contains(['\n', '\r', '\0']), "a message is one line: {message:?}");
        }
        // The port refuses what is neither text nor whole, a constraint what breaks it.
        Ok(Err(StoreError::Failed { .. })) | Err(StoreError::Failed { .. }) => {}
        other => panic!("{other:?}"),
    }
}

/// What was read is recorded again as the same rows.
fn check_written_back(pool: &Pool, store: &Store<Sqlite>, now_ms: u64) {
    let changes: Vec<Change> = pool.containers().cloned().map(Change::PutContainer).collect();
    commit(store, &changes);
    assert_eq!(shown(&reloaded(store), now_ms), shown(pool, now_ms));
}

/// A pool that was read, its rows where there are any, and the next hour.
struct Life {
    pool: Pool,
    store: Option<Store<Sqlite>>,
    names: Names,
    now_ms: u64,
    claims: u64,
}

impl Life {
    /// It wakes, learns how its containers are, serves old and new sessions,
    /// and is told to be something else.
    fn live(mut self) {
        let commands = self.happen(Event::Woke);
        self.end(&commands, true);
        let held: Vec<Session> = self.pool.containers().filter_map(|one| one.session().cloned()).collect();
        for (at, session) in held.into_iter().enumerate() {
            self.claim(session.clone());
            if at % 2 == 0 {
                let commands = self.happen(Event::Released { session });
                self.end(&commands, at % 4 == 0);
            }
        }
        if let Ok(session) = Session::new("a new one") {
            self.claim(session);
        }
        self.happen(Event::StatsAsked);
        let lives: Vec<_> = self.pool.containers().map(Container::life).collect();
        for (at, life) in lives.iter().enumerate() {
            let event = match at % 6 {
                0 => Event::StopReported { id: life.id },
                1 => Event::Probed {
                    life: *life,
                    asked_at_ms: self.now_ms,
                    seen: Seen::Stopped,
                    renewal_failed: true,
                },
                2 => Event::StartFailed { life: *life, failure: failure() },
                3 => Event::ResetAnswered { life: *life, result: Ok(true) },
                4 => Event::Probed {
                    life: *life,
                    asked_at_ms: self.now_ms,
                    seen: Seen::Idle,
                    renewal_failed: false,
                },
                _ => Event::DestroyAnswered { life: *life, conclusive: true, result: Err(failure()) },
            };
            let commands = self.happen(event);
            self.end(&commands, at % 2 == 0);
        }
        let lease_timeout_ms = 60_000;
        let revision = Some("another".into());
        let config = Config { warm_target: 1, lease_timeout_ms, revision, ..Config::default() };
        self.happen(Event::Configured { config: Rc::new(config) });
        for _ in 0..HOURS_STEPS {
            let alarm_at_ms = self.pool.stats(self.now_ms).alarm_at_ms;
            self.now_ms = alarm_at_ms.unwrap_or(0).clamp(self.now_ms + 1, self.now_ms + 600_000);
            let commands = self.happen(Event::DeadlineReached);
            self.end(&commands, true);
        }
        self.happen(Event::ShutDown);
        self.happen(Event::CallerLeft { claim: ClaimId(self.claims) });
        self.happen(Event::StatsAsked);
        let stats = self.pool.stats(self.now_ms);
        let answered = stats.counters.claims() + stats.counters.callers_left;
        assert!(answered >= self.claims && stats.started() >= stats.total() as u64);
    }

    fn claim(&mut self, session: Session) {
        self.claims += 1;
        let claim = ClaimId(self.claims);
        let commands = self.happen(Event::Claimed { claim, session, config: None });
        self.end(&commands, true);
    }

    /// What was asked for is done, or is not.
    fn end(&mut self, commands: &[Command], ok: bool) {
        for command in commands {
            let result = if ok { Ok(()) } else { Err(failure()) };
            let event = match (command, result) {
                (Command::Start { life, .. }, Ok(())) => Event::StartSucceeded { life: *life },
                (Command::Start { life, .. }, Err(failure)) => Event::StartFailed { life: *life, failure },
                (Command::Probe { life, asked_at_ms, .. }, _) => {
                    let seen = if ok { Seen::Alive } else { Seen::Unknown(failure()) };
                    Event::Probed { life: *life, asked_at_ms: *asked_at_ms, seen, renewal_failed: !ok }
                }
                (Command::Reset { life, .. }, result) => {
                    Event::ResetAnswered { life: *life, result: result.map(|()| true) }
                }
                (Command::Stop { life, .. }, result) => Event::StopAnswered { life: *life, result },
                (Command::Destroy { life, conclusive, .. }, result) => {
                    Event::DestroyAnswered { life: *life, conclusive: *conclusive, result }
                }
            };
            self.happen(event);
        }
    }

    fn happen(&mut self, event: Event) -> Vec<Command> {
        let decision = self.pool.handle(self.now_ms, &mut self.names, event.clone());
        self.pool.check_invariants().unwrap_or_else(|broken| panic!("after {event:?}: {broken}"));
        if let Some(store) = &self.store {
            commit(store, &decision.changes);
            assert_eq!(
                shown(&reloaded(store), self.now_ms),
                shown(&self.pool, self.now_ms),
                "after {event:?}"
            );
        }
        decision.commands
    }
}

fn commit(store: &Store<Sqlite>, changes: &[Change]) {
    if let Err(error) = store.commit(changes) {
        panic!("the constraints refuse what the code writes: {error}\n{changes:?}");
    }
}

fn reloaded(store: &Store<Sqlite>) -> Pool {
    store.load().unwrap_or_else(|error| panic!("the code cannot read what it writes: {error}"))
}

/// What rows and memory must agree on: counters may lag, callers die, and no
/// row knows a moment past the last.
fn shown(pool: &Pool, now_ms: u64) -> (Vec<Container>, Stats) {
    let containers = pool.containers().map(|one| {
        let mut one = Container { memory: Memory::default(), ..one.clone() };
        match &mut one.state {
            State::Starting { deadline_at_ms: at_ms }
            | State::Draining { deadline_at_ms: at_ms, .. }
            | State::Stopping { settled_at_ms: at_ms, .. }
            | State::Warm { ready_at_ms: at_ms }
            | State::Assigned { claimed_at_ms: at_ms, .. } => *at_ms = (*at_ms).min(INTEGER_MAX as u64),
        }
        one
    });
    let stats = Stats {
        waiting: 0,
        claims_waiting: 0,
        alarm_at_ms: None,
        counters: Counters::default(),
        last_hour: Minute::default(),
        ..pool.stats(now_ms)
    };
    let retry_at_ms = stats.retry_at_ms.map(|at_ms| at_ms.min(INTEGER_MAX as u64));
    (containers.collect(), Stats { retry_at_ms, ..stats })
}

fn failure() -> Failure {
    Failure::new(FailureClass::Transient, "it was not to be")
}

fn row(line: &str) -> Option<Statement> {
    let (table, values) = line.split_once(' ')?;
    let (_, columns, sql) = INSERTS.into_iter().find(|(letter, _, _)| *letter == table)?;
    let mut params: Vec<Value> = values.split('|').map(value).take(columns).collect();
    params.resize(columns, Value::Null);
    Some(Statement { sql, params })
}

fn value(text: &str) -> Value {
    match (text, text.parse()) {
        ("", _) => Value::Null,
        (_, Ok(number)) => Value::Integer(number),
        _ => Value::text(text.strip_prefix('\'').unwrap_or(text)),
    }
}

/// The constraints want the only row of a table to be called 1, which nobody reads.
fn has_the_usual_key(row: &Statement) -> bool {
    row.params.len() == 14 || row.params[0] == Value::Integer(1)
}

fn with_schema() -> Sqlite {
    let sqlite = Sqlite::new();
    if let Err(error) = Store::open(sqlite.clone()) {
        panic!("an empty database takes the schema: {error}");
    }
    // A row of fewer values than there are columns would be refused, and nothing be tested.
    for ((_, columns, _), table) in INSERTS.into_iter().zip(COLUMNS) {
        let counted = sqlite.run(&[Statement::new(table)]);
        assert_eq!(counted, Ok(vec![vec![vec![Value::Integer(columns as i64)]]]), "{table}");
    }
    sqlite
}

fn run(sqlite: &Sqlite, sql: &'static str) {
    if let Err(error) = sqlite.run(&[Statement::new(sql)]) {
        panic!("{sql}: {error}");
    }
}
