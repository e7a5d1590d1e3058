//! The tables. Their constraints state the pool's invariants a second time,
//! beside the code.
//!
//! The platform's SQLite knows no `user_version`, no `BEGIN`, only patterns of
//! up to 50 bytes, and counts each b-tree entry written as a row: so no table
//! has an index that its constraints do not need.

use super::cell::Cell;
use super::{Sql, Statement, StoreError, Value};

/// What each migration runs, the first of them being number 1. One that was
/// ever deployed is not edited: a change is a further one.
const MIGRATIONS: &[&[&str]] = &[&[CONTAINER, CONTAINER_SESSION, POOL, COUNTERS, MINUTE, HISTORY, ABOUT]];

const MIGRATION: &str = "
    CREATE TABLE IF NOT EXISTS migration (
        number INTEGER PRIMARY KEY CHECK (number >= 1)
    ) STRICT";
const MIGRATION_LAST: &str = "SELECT coalesce(max(number), 0) FROM migration";
const MIGRATION_DONE: &str = "INSERT INTO migration (number) VALUES (?)";

/// A row to a container that exists or may exist. The name needs no index: the
/// id is made from it. The id is bytes, half of its digits, since it stands in
/// the index on sessions too, and a claim writes a page of both. The lengths of
/// text are counted in bytes too, since as text they, like patterns, end at the
/// first NUL.
const CONTAINER: &str = "
    CREATE TABLE container (
        id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
        name TEXT NOT NULL
            CHECK (name GLOB '????????-????-????-????-????????????'
                AND length(replace(name, '-', '')) = 32
                AND replace(name, '-', '') NOT GLOB '*[^0-9a-f]*'
                AND length(CAST(name AS BLOB)) = 36),
        generation INTEGER NOT NULL CHECK (generation BETWEEN 1 AND 4294967295),
        created_at_ms INTEGER NOT NULL CHECK (created_at_ms >= 0),
        revision TEXT CHECK (length(CAST(revision AS BLOB)) BETWEEN 1 AND 128),
        state TEXT NOT NULL CHECK (state IN ('starting', 'warm', 'assigned', 'draining', 'stopping')),
        deadline_at_ms INTEGER CHECK (deadline_at_ms >= 0),
        ready_at_ms INTEGER CHECK (ready_at_ms >= 0),
        session TEXT CHECK (length(CAST(session AS BLOB)) BETWEEN 1 AND 512),
        claimed_at_ms INTEGER CHECK (claimed_at_ms >= 0),
        on_release TEXT CHECK (on_release IN ('destroy', 'restart', 'reset')),
        stop_cause TEXT,
        destroy_at_ms INTEGER CHECK (destroy_at_ms >= 0),
        settled_at_ms INTEGER CHECK (settled_at_ms >= 0),
        CHECK ((deadline_at_ms IS NOT NULL) = (state IN ('starting', 'draining'))),
        CHECK ((ready_at_ms IS NOT NULL) = (state = 'warm')),
        CHECK ((session IS NOT NULL) = (state = 'assigned')),
        CHECK ((claimed_at_ms IS NOT NULL) = (state = 'assigned')),
        CHECK ((on_release IS NOT NULL) = (state IN ('assigned', 'draining'))),
        CHECK ((stop_cause IS NOT NULL) = (state IN ('draining', 'stopping'))),
        CHECK ((destroy_at_ms IS NOT NULL) = (state = 'stopping')),
        CHECK ((settled_at_ms IS NOT NULL) = (state = 'stopping'))
    ) STRICT, WITHOUT ROWID";

/// A session has one container.
const CONTAINER_SESSION: &str =
    "CREATE UNIQUE INDEX container_session ON container (session) WHERE state = 'assigned'";

/// The pool's own row, absent until there is something to say.
const POOL: &str = "
    CREATE TABLE pool (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        config TEXT CHECK (json_valid(config)),
        replaced TEXT NOT NULL CHECK (json_valid(replaced) AND json_type(replaced) = 'array'),
        replaced_wanted_since_ms INTEGER CHECK (replaced_wanted_since_ms >= 0),
        primed INTEGER NOT NULL CHECK (primed IN (0, 1)),
        extra INTEGER NOT NULL CHECK (extra >= 0),
        leases_from_ms INTEGER NOT NULL CHECK (leases_from_ms >= 0),
        assigned_checked_at_ms INTEGER NOT NULL CHECK (assigned_checked_at_ms >= 0),
        failures INTEGER NOT NULL CHECK (failures BETWEEN 0 AND 4294967295),
        pause_class TEXT
            CHECK (pause_class IN ('capacity', 'rate_limit', 'overload', 'transient', 'permanent')),
        pause_retry_at_ms INTEGER CHECK (pause_retry_at_ms >= 0),
        pause_demand_at_ms INTEGER CHECK (pause_demand_at_ms >= 0),
        pause_step INTEGER CHECK (pause_step BETWEEN 0 AND 4294967295),
        learned_limit INTEGER CHECK (learned_limit >= 0),
        learned_retry_at_ms INTEGER CHECK (learned_retry_at_ms >= 0),
        learned_step INTEGER CHECK (learned_step BETWEEN 0 AND 4294967295),
        last_failure_class TEXT
            CHECK (last_failure_class IN ('capacity', 'rate_limit', 'overload', 'transient', 'permanent')),
        last_failure_message TEXT,
        last_failure_retry_after_ms INTEGER CHECK (last_failure_retry_after_ms >= 0),
        CHECK ((pause_retry_at_ms IS NULL) = (pause_class IS NULL)),
        CHECK ((pause_demand_at_ms IS NULL) = (pause_class IS NULL)),
        CHECK ((pause_step IS NULL) = (pause_class IS NULL)),
        CHECK ((learned_retry_at_ms IS NULL) = (learned_limit IS NULL)),
        CHECK ((learned_step IS NULL) = (learned_limit IS NULL)),
        CHECK ((last_failure_message IS NULL) = (last_failure_class IS NULL)),
        CHECK (last_failure_retry_after_ms IS NULL OR last_failure_class IS NOT NULL)
    ) STRICT";

/// Apart from the pool's row, since it changes at other times.
const COUNTERS: &str = "
    CREATE TABLE counters (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        sticky INTEGER NOT NULL CHECK (sticky >= 0),
        hits INTEGER NOT NULL CHECK (hits >= 0),
        misses INTEGER NOT NULL CHECK (misses >= 0),
        errors INTEGER NOT NULL CHECK (errors >= 0),
        callers_left INTEGER NOT NULL CHECK (callers_left >= 0),
        gone INTEGER NOT NULL CHECK (gone >= 0),
        start_failures_capacity INTEGER NOT NULL CHECK (start_failures_capacity >= 0),
        start_failures_rate_limit INTEGER NOT NULL CHECK (start_failures_rate_limit >= 0),
        start_failures_overload INTEGER NOT NULL CHECK (start_failures_overload >= 0),
        start_failures_transient INTEGER NOT NULL CHECK (start_failures_transient >= 0),
        start_failures_permanent INTEGER NOT NULL CHECK (start_failures_permanent >= 0),
        health_failures_liveness INTEGER NOT NULL CHECK (health_failures_liveness >= 0),
        health_failures_readiness INTEGER NOT NULL CHECK (health_failures_readiness >= 0),
        health_failures_resources INTEGER NOT NULL CHECK (health_failures_resources >= 0),
        renewal_failures INTEGER NOT NULL CHECK (renewal_failures >= 0),
        stop_failures INTEGER NOT NULL CHECK (stop_failures >= 0),
        reports INTEGER NOT NULL CHECK (reports >= 0),
        unknown_reports INTEGER NOT NULL CHECK (unknown_reports >= 0),
        evictions INTEGER NOT NULL CHECK (evictions >= 0),
        expirations INTEGER NOT NULL CHECK (expirations >= 0),
        replacements INTEGER NOT NULL CHECK (replacements >= 0),
        releases INTEGER NOT NULL CHECK (releases >= 0),
        lease_ends INTEGER NOT NULL CHECK (lease_ends >= 0),
        restarts INTEGER NOT NULL CHECK (restarts >= 0),
        resets INTEGER NOT NULL CHECK (resets >= 0),
        reset_failures INTEGER NOT NULL CHECK (reset_failures >= 0),
        passed_over INTEGER NOT NULL CHECK (passed_over >= 0),
        storage_failures INTEGER NOT NULL CHECK (storage_failures >= 0),
        idle_ms INTEGER NOT NULL CHECK (idle_ms >= 0),
        idle_until_ms INTEGER NOT NULL CHECK (idle_until_ms >= 0),
        durations TEXT NOT NULL CHECK (json_valid(durations))
    ) STRICT";

/// The minutes of the last hour, each in the place of the one an hour before.
const MINUTE: &str = "
    CREATE TABLE minute (
        slot INTEGER PRIMARY KEY CHECK (slot BETWEEN 0 AND 59),
        number INTEGER NOT NULL CHECK (number % 60 = slot),
        sticky INTEGER NOT NULL CHECK (sticky >= 0),
        hits INTEGER NOT NULL CHECK (hits >= 0),
        misses INTEGER NOT NULL CHECK (misses >= 0),
        errors INTEGER NOT NULL CHECK (errors >= 0),
        starts INTEGER NOT NULL CHECK (starts >= 0),
        idle_ms INTEGER NOT NULL CHECK (idle_ms >= 0),
        reported INTEGER NOT NULL CHECK (reported IN (0, 1)),
        durations TEXT NOT NULL CHECK (json_valid(durations))
    ) STRICT";

/// What happened, in chunks.
const HISTORY: &str = "
    CREATE TABLE history (
        number INTEGER PRIMARY KEY CHECK (number >= 0),
        transitions TEXT NOT NULL CHECK (json_valid(transitions))
    ) STRICT";

/// What the pool's log needs beside the pool: an object that its alarm wakes is
/// not told its name.
const ABOUT: &str = "
    CREATE TABLE about (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        name TEXT,
        log_key TEXT NOT NULL CHECK (length(CAST(log_key AS BLOB)) BETWEEN 1 AND 64)
    ) STRICT";

/// Runs the migrations that are missing, all or none of them.
pub fn migrate(sql: &impl Sql) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as u64;
    let found = last_migration(sql)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let missing: Vec<_> = (1..)
        .zip(MIGRATIONS)
        .filter(|(number, _)| *number > found)
        .flat_map(|(number, statements)| {
            let done = Statement { sql: MIGRATION_DONE, params: vec![Value::count(number)] };
            statements.iter().map(|sql| Statement::new(sql)).chain([done])
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { sql.run(&missing).map(drop) }
}

fn last_migration(sql: &impl Sql) -> Result<u64, StoreError> {
    let answers = sql.run(&[Statement::new(MIGRATION), Statement::new(MIGRATION_LAST)])?;
    let last = answers.last().and_then(|rows| rows.first()).and_then(|row| row.first());
    let value = last.unwrap_or(&Value::Null);
    Cell { table: "migration", key: value, column: "number", value }.count()
}
