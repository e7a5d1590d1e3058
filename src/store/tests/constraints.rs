use super::*;

/// A row that is as it should be, changed by one statement at a time: the
/// database refuses, and says why.
fn refused(changes: &[Change], statement: &'static str, why: &str) {
    let (sqlite, _) = database(changes);
    let before = recorded(&sqlite).unwrap();
    let error = sqlite.run(&[Statement::new(statement)]).expect_err(statement).to_string();
    assert!(error.contains(why), "{statement}: {error}");
    assert_eq!(recorded(&sqlite).unwrap(), before, "{statement}");
}

#[test]
fn two_containers_cannot_have_one_session() {
    let (_, store) = database(&[put(1, assigned("alice"))]);
    let error = store.commit(&[put(2, assigned("alice"))]).unwrap_err();
    assert_eq!(error, StoreError::new("UNIQUE constraint failed: container.session"));
    store.commit(&[put(2, assigned("Alice")), put(1, stopping(StopCause::Stopped))]).unwrap();
}

#[test]
fn a_container_is_in_one_of_the_four_states() {
    for statement in ["UPDATE container SET state = 'gone'", "UPDATE container SET state = 'Warm'"] {
        refused(&[put(1, warm())], statement, "state IN ('starting', 'warm', 'assigned', 'stopping')");
    }
    refused(&[put(1, warm())], "UPDATE container SET state = NULL", "NOT NULL");
}

#[test]
fn each_state_has_its_own_columns() {
    for (state, statement, why) in [
        (starting(), "UPDATE container SET deadline_at_ms = NULL", "deadline_at_ms IS NOT NULL"),
        (warm(), "UPDATE container SET ready_at_ms = NULL", "ready_at_ms IS NOT NULL"),
        (assigned("a"), "UPDATE container SET session = NULL", "session IS NOT NULL"),
        (assigned("a"), "UPDATE container SET claimed_at_ms = NULL", "claimed_at_ms IS NOT NULL"),
        (stopping(StopCause::Stopped), "UPDATE container SET stop_cause = NULL", "stop_cause IS NOT NULL"),
        (
            stopping(StopCause::Stopped),
            "UPDATE container SET destroy_at_ms = NULL",
            "destroy_at_ms IS NOT NULL",
        ),
        (
            stopping(StopCause::Stopped),
            "UPDATE container SET settled_at_ms = NULL",
            "settled_at_ms IS NOT NULL",
        ),
        (assigned("a"), "UPDATE container SET state = 'stopping'", "CHECK constraint failed"),
    ] {
        refused(&[put(1, state)], statement, why);
    }
}

#[test]
fn no_state_has_the_columns_of_another() {
    for (state, statement, why) in [
        (warm(), "UPDATE container SET deadline_at_ms = 1", "deadline_at_ms IS NOT NULL"),
        (assigned("a"), "UPDATE container SET ready_at_ms = 1", "ready_at_ms IS NOT NULL"),
        (warm(), "UPDATE container SET session = 'alice'", "session IS NOT NULL"),
        (stopping(StopCause::Stopped), "UPDATE container SET session = 'alice'", "session IS NOT NULL"),
        (warm(), "UPDATE container SET claimed_at_ms = 1", "claimed_at_ms IS NOT NULL"),
        (starting(), "UPDATE container SET stop_cause = 'stopped'", "stop_cause IS NOT NULL"),
        (starting(), "UPDATE container SET destroy_at_ms = 1", "destroy_at_ms IS NOT NULL"),
        (starting(), "UPDATE container SET settled_at_ms = 1", "settled_at_ms IS NOT NULL"),
    ] {
        refused(&[put(1, state)], statement, why);
    }
}

#[test]
fn an_id_is_64_hex_digits_and_a_name_a_uuid_in_lower_case() {
    for statement in [
        "UPDATE container SET id = ''",
        "UPDATE container SET id = substr(id, 2)",
        "UPDATE container SET id = id || '0'",
        "UPDATE container SET id = upper(id)",
        "UPDATE container SET id = 'g' || substr(id, 2)",
        "UPDATE container SET id = id || char(0) || 'x'",
    ] {
        refused(&[put(0xab, warm())], statement, "length(id) = 64");
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
fn generations_begin_at_1_and_moments_at_0() {
    for (state, statement, why) in [
        (warm(), "UPDATE container SET generation = 0", "generation BETWEEN 1"),
        (warm(), "UPDATE container SET generation = 4294967296", "generation BETWEEN 1"),
        (warm(), "UPDATE container SET created_at_ms = -1", "created_at_ms >= 0"),
        (starting(), "UPDATE container SET deadline_at_ms = -1", "deadline_at_ms >= 0"),
        (warm(), "UPDATE container SET ready_at_ms = -1", "ready_at_ms >= 0"),
        (assigned("a"), "UPDATE container SET claimed_at_ms = -1", "claimed_at_ms >= 0"),
        (stopping(StopCause::Stopped), "UPDATE container SET destroy_at_ms = -1", "destroy_at_ms >= 0"),
        (stopping(StopCause::Stopped), "UPDATE container SET settled_at_ms = -1", "settled_at_ms >= 0"),
    ] {
        refused(&[put(1, state)], statement, why);
    }
}

#[test]
fn a_column_holds_its_type() {
    for statement in [
        "UPDATE container SET ready_at_ms = 'soon'",
        "UPDATE container SET ready_at_ms = 1.5",
        "UPDATE container SET name = x'00'",
    ] {
        refused(&[put(1, warm())], statement, "cannot store");
    }
}

#[test]
fn the_pool_and_the_counters_have_one_row_each() {
    let rows = [Change::PutPool(full_pool_row()), Change::PutCounters(Counters::default())];
    for statement in ["UPDATE pool SET only_row = 2", "UPDATE counters SET only_row = 0"] {
        refused(&rows, statement, "only_row = 1");
    }
}

#[test]
fn each_lesson_in_the_pools_row_is_whole_or_absent() {
    for (statement, why) in [
        ("UPDATE pool SET config = '{'", "json_valid(config)"),
        ("UPDATE pool SET primed = 2", "primed IN (0, 1)"),
        ("UPDATE pool SET assigned_checked_at_ms = -1", "assigned_checked_at_ms >= 0"),
        ("UPDATE pool SET failures = -1", "failures BETWEEN 0"),
        ("UPDATE pool SET pause_class = 'odd'", "pause_class IN"),
        ("UPDATE pool SET pause_class = NULL", "pause_retry_at_ms IS NULL"),
        ("UPDATE pool SET pause_retry_at_ms = NULL", "pause_retry_at_ms IS NULL"),
        ("UPDATE pool SET pause_step = NULL", "pause_step IS NULL"),
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
fn no_counter_goes_below_0() {
    let sets = [
        "UPDATE counters SET sticky = -1",
        "UPDATE counters SET gone = -1",
        "UPDATE counters SET start_failures_permanent = -1",
        "UPDATE counters SET storage_failures = -1",
    ];
    for statement in sets {
        refused(&[Change::PutCounters(Counters::default())], statement, ">= 0");
    }
}
