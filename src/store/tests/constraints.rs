use super::*;

/// A row that is as it should be, changed by one statement at a time: the
/// database refuses, and says why.
fn refused(changes: &[Change], statement: &str, why: &str) {
    let (sqlite, _) = database(changes);
    let before = recorded(&sqlite).unwrap();
    let update = Statement::new(statement.to_owned().leak());
    let error = sqlite.run(&[update]).expect_err(statement).to_string();
    assert!(error.contains(why), "{statement}: {error}");
    assert_eq!(recorded(&sqlite).unwrap(), before, "{statement}");
}

/// The columns that belong to some states only, the states that have them, and
/// a value that fits.
const STATE_COLUMNS: [(&str, &[&str], &str); 8] = [
    ("deadline_at_ms", &["starting", "draining"], "1"),
    ("ready_at_ms", &["warm"], "1"),
    ("session", &["assigned"], "'bob'"),
    ("claimed_at_ms", &["assigned"], "1"),
    ("on_release", &["assigned", "draining"], "'reset'"),
    ("stop_cause", &["draining", "stopping"], "'surplus'"),
    ("destroy_at_ms", &["stopping"], "1"),
    ("settled_at_ms", &["stopping"], "1"),
];

const STATES: [&str; 5] = ["starting", "warm", "assigned", "draining", "stopping"];

#[test]
fn two_containers_cannot_have_one_session() {
    let (_, store) = database(&[put(1, assigned("alice"))]);
    let error = store.commit(&[put(2, assigned("alice"))]).unwrap_err();
    assert_eq!(error, StoreError::new("UNIQUE constraint failed: container.session"));
    store.commit(&[put(2, assigned("Alice")), put(1, stopping(StopCause::Stopped))]).unwrap();
}

#[test]
fn a_container_is_in_one_of_the_five_states() {
    for statement in ["UPDATE container SET state = 'gone'", "UPDATE container SET state = 'Warm'"] {
        let why = "state IN ('starting', 'warm', 'assigned', 'draining', 'stopping')";
        refused(&[put(1, warm())], statement, why);
    }
    refused(&[put(1, warm())], "UPDATE container SET state = NULL", "NOT NULL");
}

#[test]
fn each_state_has_its_own_columns_and_none_of_another() {
    for (name, state) in STATES.into_iter().zip(states()) {
        for (column, owners, value) in STATE_COLUMNS {
            let value = if owners.contains(&name) { "NULL" } else { value };
            let statement = format!("UPDATE container SET {column} = {value}");
            refused(&[put(1, state.clone())], &statement, &format!("{column} IS NOT NULL"));
        }
    }
}

#[test]
fn no_state_becomes_another_with_the_columns_it_had() {
    for (name, state) in STATES.into_iter().zip(states()) {
        for other in STATES.into_iter().filter(|other| *other != name) {
            let statement = format!("UPDATE container SET state = '{other}'");
            refused(&[put(1, state.clone())], &statement, "CHECK constraint failed");
        }
    }
}

#[test]
fn an_id_is_32_bytes_and_a_name_a_uuid_in_lower_case() {
    for statement in [
        "UPDATE container SET id = x''",
        "UPDATE container SET id = substr(id, 2)",
        "UPDATE container SET id = zeroblob(33)",
    ] {
        refused(&[put(0xab, warm())], statement, "length(id) = 32");
    }
    for statement in [
        "UPDATE container SET name = ''",
        "UPDATE container SET name = replace(name, '-', '')",
        "UPDATE container SET name = name || '0'",
        "UPDATE container SET name = upper(name)",
        "UPDATE container SET name = 'g' || substr(name, 2)",
        "UPDATE container SET name = '-' || substr(name, 2)",
        "UPDATE container SET name = name || char(0) || 'x'",
    ] {
        refused(&[put(0xab, warm())], statement, "name GLOB");
    }
}

#[test]
fn a_session_is_1_to_512_bytes() {
    for statement in [
        "UPDATE container SET session = ''",
        "UPDATE container SET session = printf('%513s', '')",
        // 171 characters of 3 bytes.
        "UPDATE container SET session = replace(printf('%171s', ''), ' ', '€')",
    ] {
        refused(&[put(1, assigned("alice"))], statement, "length(CAST(session AS BLOB)) BETWEEN 1 AND 512");
    }
}

#[test]
fn a_revision_is_absent_or_1_to_128_bytes() {
    for statement in [
        "UPDATE container SET revision = ''",
        "UPDATE container SET revision = printf('%129s', '')",
        // 43 characters of 3 bytes.
        "UPDATE container SET revision = replace(printf('%43s', ''), ' ', '€')",
        "UPDATE container SET revision = char(0) || printf('%128s', '')",
    ] {
        refused(&[put(1, warm())], statement, "length(CAST(revision AS BLOB)) BETWEEN 1 AND 128");
    }
    let (_, store) = database(&[]);
    for revision in [None, Some("v".into()), Some("x".repeat(128).into()), Some("\0".into())] {
        let container = Container { revision, ..container(1, warm()) };
        store.commit(&[Change::PutContainer(container)]).unwrap();
    }
}

#[test]
fn what_becomes_of_a_container_is_one_of_three_words() {
    for state in [assigned("a"), draining(StopCause::LeaseEnded, OnRelease::Destroy)] {
        for word in ["''", "'Destroy'", "'keep'"] {
            let statement = format!("UPDATE container SET on_release = {word}");
            let why = "on_release IN ('destroy', 'restart', 'reset')";
            refused(&[put(1, state.clone())], &statement, why);
        }
    }
}

#[test]
fn generations_begin_at_1_and_moments_at_0() {
    for (statement, why) in [
        ("UPDATE container SET generation = 0", "generation BETWEEN 1"),
        ("UPDATE container SET generation = 4294967296", "generation BETWEEN 1"),
        ("UPDATE container SET created_at_ms = -1", "created_at_ms >= 0"),
    ] {
        refused(&[put(1, warm())], statement, why);
    }
    for (name, state) in STATES.into_iter().zip(states()) {
        let moments = |(column, owners, _): &(&str, &[&str], &str)| {
            column.ends_with("_at_ms") && owners.contains(&name)
        };
        for (column, ..) in STATE_COLUMNS.into_iter().filter(moments) {
            let statement = format!("UPDATE container SET {column} = -1");
            refused(&[put(1, state.clone())], &statement, &format!("{column} >= 0"));
        }
    }
}

#[test]
fn a_column_holds_its_type() {
    for statement in [
        "UPDATE container SET ready_at_ms = 'soon'",
        "UPDATE container SET ready_at_ms = 1.5",
        "UPDATE container SET id = lower(hex(id))",
        "UPDATE container SET name = x'00'",
        "UPDATE container SET revision = x'00'",
    ] {
        refused(&[put(1, warm())], statement, "cannot store");
    }
}

#[test]
fn the_pool_and_the_counters_have_one_row_each() {
    let rows = [Change::PutPool(full_pool_row()), Change::PutCounters(Box::default())];
    for statement in ["UPDATE pool SET only_row = 2", "UPDATE counters SET only_row = 0"] {
        refused(&rows, statement, "only_row = 1");
    }
}

#[test]
fn each_lesson_in_the_pools_row_is_whole_or_absent() {
    for (statement, why) in [
        ("UPDATE pool SET config = '{'", "json_valid(config)"),
        ("UPDATE pool SET replaced = '['", "json_valid(replaced)"),
        ("UPDATE pool SET replaced = '{}'", "json_type(replaced)"),
        ("UPDATE pool SET replaced = NULL", "NOT NULL"),
        ("UPDATE pool SET replaced_wanted_since_ms = -1", "replaced_wanted_since_ms >= 0"),
        ("UPDATE pool SET primed = 2", "primed IN (0, 1)"),
        ("UPDATE pool SET primed = NULL", "NOT NULL"),
        ("UPDATE pool SET leases_from_ms = -1", "leases_from_ms >= 0"),
        ("UPDATE pool SET leases_from_ms = NULL", "NOT NULL"),
        ("UPDATE pool SET assigned_checked_at_ms = -1", "assigned_checked_at_ms >= 0"),
        ("UPDATE pool SET assigned_checked_at_ms = NULL", "NOT NULL"),
        ("UPDATE pool SET failures = -1", "failures BETWEEN 0"),
        ("UPDATE pool SET failures = 4294967296", "failures BETWEEN 0"),
        ("UPDATE pool SET pause_class = 'odd'", "pause_class IN"),
        ("UPDATE pool SET pause_class = NULL", "pause_retry_at_ms IS NULL"),
        ("UPDATE pool SET pause_retry_at_ms = NULL", "pause_retry_at_ms IS NULL"),
        ("UPDATE pool SET pause_retry_at_ms = -1", "pause_retry_at_ms >= 0"),
        ("UPDATE pool SET pause_demand_at_ms = NULL", "pause_demand_at_ms IS NULL"),
        ("UPDATE pool SET pause_demand_at_ms = -1", "pause_demand_at_ms >= 0"),
        ("UPDATE pool SET pause_step = NULL", "pause_step IS NULL"),
        ("UPDATE pool SET pause_step = 4294967296", "pause_step BETWEEN 0"),
        (
            "UPDATE pool SET pause_class = NULL, pause_retry_at_ms = NULL, pause_step = NULL",
            "pause_demand_at_ms IS NULL",
        ),
        ("UPDATE pool SET learned_limit = NULL", "learned_retry_at_ms IS NULL"),
        ("UPDATE pool SET learned_retry_at_ms = NULL", "learned_retry_at_ms IS NULL"),
        ("UPDATE pool SET learned_step = NULL", "learned_step IS NULL"),
        ("UPDATE pool SET last_failure_class = 'odd'", "last_failure_class IN"),
        ("UPDATE pool SET last_failure_message = NULL", "last_failure_message IS NULL"),
        (
            "UPDATE pool SET last_failure_class = NULL, last_failure_message = NULL",
            "last_failure_retry_after_ms IS NULL",
        ),
    ] {
        refused(&[Change::PutPool(full_pool_row())], statement, why);
    }
}

#[test]
fn a_minute_stands_in_its_place_and_nothing_of_it_is_missing() {
    for (statement, why) in [
        ("UPDATE minute SET slot = 60", "slot BETWEEN 0 AND 59"),
        ("UPDATE minute SET slot = 21", "number % 60 = slot"),
        ("UPDATE minute SET number = number + 1", "number % 60 = slot"),
        ("UPDATE minute SET reported = 2", "reported IN (0, 1)"),
        ("UPDATE minute SET durations = '['", "json_valid(durations)"),
        ("UPDATE minute SET durations = NULL", "NOT NULL"),
        ("UPDATE minute SET hits = -1", "hits >= 0"),
        ("UPDATE minute SET idle_ms = NULL", "NOT NULL"),
    ] {
        refused(&[Change::PutMinute(full_minute())], statement, why);
    }
    let counters = [Change::PutCounters(Box::default())];
    refused(&counters, "UPDATE counters SET durations = ''", "json_valid(durations)");
}

#[test]
fn every_counter_is_there_and_not_below_0() {
    for column in counters_row::COLUMNS {
        for (value, why) in [("-1", ">= 0"), ("NULL", "NOT NULL"), ("'one'", "cannot store")] {
            let statement = format!("UPDATE counters SET {column} = {value}");
            refused(&[Change::PutCounters(Box::default())], &statement, why);
        }
    }
}
