use super::*;
use crate::store::INTEGER_MAX;
use crate::store::pages::PAGE_ROWS;

/// A database that answers [`Store::load`] with one value changed, as if the
/// constraints had not held.
struct Bent {
    sqlite: Sqlite,
    answer: usize,
    column: usize,
    value: Value,
}

impl Sql for Bent {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        let mut answers = self.sqlite.run(statements)?;
        if statements[0].sql == pool_row::SELECT {
            answers[self.answer][0][self.column] = self.value.clone();
        }
        Ok(answers)
    }
}

/// In the order of [`Store::load`]'s answers.
const SELECTS: [(usize, &str, &str); 4] = [
    (0, "pool", pool_row::SELECT),
    (1, "counters", counters_row::SELECT),
    (2, "container", container_row::SELECT),
    (4, "minute", minute_row::SELECT),
];

fn rows(state: State) -> [Change; 4] {
    [
        Change::PutPool(full_pool_row()),
        Change::PutCounters(Box::default()),
        put(1, state),
        Change::PutMinute(full_minute()),
    ]
}

fn loaded(
    state: &State,
    answer: usize,
    column: usize,
    value: &Value,
) -> Result<crate::pool::Pool, StoreError> {
    let (sqlite, _) = database(&rows(state.clone()));
    let bent = Bent { sqlite, answer, column, value: value.clone() };
    Store::open(bent)?.load()
}

/// The columns of a table with their places in its row, but for the key that
/// nobody reads.
fn read_columns(sqlite: &Sqlite, table: &str) -> Vec<(usize, String)> {
    columns(sqlite, table)
        .into_iter()
        .enumerate()
        .filter(|(_, name)| !["only_row", "slot"].contains(&name.as_str()))
        .collect()
}

/// The row of one of the tables, whatever is in it, as it would be written again.
fn rewritten(table: &str, row: Vec<Value>) -> Result<Statement, StoreError> {
    match table {
        "pool" => pool_row::read(row).map(|row| pool_row::put(&row)),
        "counters" => counters_row::read(row).map(|row| counters_row::put(&row)),
        "minute" => minute_row::read(row).map(|row| minute_row::put(&row)),
        _ => container_row::read(row).map(|row| container_row::put(&row)),
    }
}

/// What stands in the columns nobody would write there.
fn oddities() -> Vec<Value> {
    let texts = [
        "",
        "-",
        "é",
        "\0",
        "warm",
        "draining",
        "stopped",
        "lease_ended",
        "reset",
        "capacity",
        "{}",
        &"0".repeat(64),
        &"é".repeat(18),
        &"x".repeat(129),
        &"x".repeat(513),
    ];
    let numbers = [i64::MIN, -1, 0, 1, 2, 1 << 32, INTEGER_MAX];
    std::iter::once(Value::Null)
        .chain(texts.into_iter().map(Value::text))
        .chain(numbers.into_iter().map(Value::Integer))
        .collect()
}

#[test]
fn the_containers_columns_are_read_in_the_order_of_the_schema() {
    let (sqlite, _) = database(&[]);
    let (selected, _) =
        container_row::SELECT.trim().strip_prefix("SELECT").unwrap().split_once("FROM").unwrap();
    let selected = selected.replace("lower(hex(id))", "id");
    let selected: Vec<_> = selected.split(',').map(str::trim).collect();
    assert_eq!(selected, columns(&sqlite, "container"));
}

#[test]
fn whatever_column_is_unreadable_the_error_names_it_its_table_and_its_value() {
    for state in states() {
        for (answer, table, _) in SELECTS {
            for (at, column) in read_columns(&database(&[]).0, table) {
                let error = loaded(&state, answer, at, &Value::Integer(-1)).expect_err(&column);
                let StoreError::Unreadable { table: named, column: in_column, value, key, .. } = &error
                else {
                    panic!("{column}: {error}");
                };
                assert_eq!((*named, *in_column, value.as_str()), (table, column.as_str(), "-1"));
                let expected = if table == "minute" {
                    full_minute().slot().to_string()
                } else if table != "container" {
                    "1".to_owned()
                } else if column == "id" {
                    "-1".to_owned()
                } else {
                    format!("\"{}\"", id(1))
                };
                assert_eq!(*key, expected, "{error}");
            }
        }
    }
}

/// Any value in any column of a good row: either it is refused, or it is still
/// there when what was read is written again.
#[test]
fn no_value_in_any_column_panics_or_is_lost_or_is_read_as_another() {
    let (mut read, mut refused) = (0, 0);
    for state in states() {
        let (sqlite, _) = database(&rows(state));
        for (_, table, select) in SELECTS {
            let row = sqlite.run(&[Statement::new(select)]).unwrap().remove(0).remove(0);
            for (at, column) in read_columns(&sqlite, table) {
                for value in oddities() {
                    let mut bent = row.clone();
                    bent[at] = value.clone();
                    let Ok(again) = rewritten(table, bent) else {
                        refused += 1;
                        continue;
                    };
                    read += 1;
                    let written = &again.params[again.params.len() + at - row.len()];
                    let default = column == "config" && value == Value::text("{}");
                    assert!(default || *written == value, "{table}.{column}: {value:?} became {written:?}");
                }
            }
        }
    }
    assert!(read > 100 && refused > 1_000, "{read} read, {refused} refused");
}

/// Columns whose text only the code can judge.
const CODE_ONLY: [&str; 4] = ["config", "session", "stop_cause", "durations"];

#[test]
fn what_the_code_refuses_the_constraints_refuse_and_the_other_way_round() {
    let mut agreed = 0;
    for state in states() {
        let (sqlite, store) = database(&rows(state.clone()));
        for (_, table, select) in SELECTS {
            let row = sqlite.run(&[Statement::new(select)]).unwrap().remove(0).remove(0);
            for (at, column) in read_columns(&sqlite, table) {
                let place = if column == "id" { "unhex(?)" } else { "?" };
                for value in oddities() {
                    let sql = format!("UPDATE {table} SET {column} = {place}").leak();
                    let taken = sqlite.run(&[Statement { sql, params: vec![value.clone()] }]).is_ok();
                    let mut bent = row.clone();
                    bent[at] = value.clone();
                    if taken {
                        // What it holds: digits may have become the number they spell.
                        bent = sqlite.run(&[Statement::new(select)]).unwrap().remove(0).remove(0);
                        query(&sqlite, format!("DELETE FROM {table}"));
                        store.commit(&rows(state.clone())).unwrap();
                    }
                    let read = rewritten(table, bent).is_ok();
                    let excused = taken && CODE_ONLY.contains(&&*column);
                    assert!(
                        read == taken || excused,
                        "{table}.{column}: {value:?} read {read}, taken {taken}"
                    );
                    agreed += u32::from(read == taken);
                }
            }
        }
    }
    assert!(agreed > 4_000, "{agreed} agreed");
}

/// The columns that belong to some states only, with a value that fits.
const STATE_COLUMNS: [(&str, &str); 8] = [
    ("deadline_at_ms", "1"),
    ("ready_at_ms", "1"),
    ("session", "bob"),
    ("claimed_at_ms", "1"),
    ("on_release", "reset"),
    ("stop_cause", "surplus"),
    ("destroy_at_ms", "1"),
    ("settled_at_ms", "1"),
];

#[test]
fn a_state_is_read_with_all_its_columns_and_with_none_of_another() {
    let mut own = Vec::new();
    for state in states() {
        let (sqlite, _) = database(&rows(state.clone()));
        let row = sqlite.run(&[Statement::new(container_row::SELECT)]).unwrap().remove(0).remove(0);
        let columns = columns(&sqlite, "container");
        let mut has = 0;
        for (column, value) in STATE_COLUMNS {
            let at = columns.iter().position(|name| name == column).unwrap();
            let is_own = row[at] != Value::Null;
            has += u32::from(is_own);
            let bent = match (is_own, value.parse()) {
                (true, _) => Value::Null,
                (false, Ok(number)) => Value::Integer(number),
                (false, Err(_)) => Value::text(value),
            };
            let error = loaded(&state, 2, at, &bent).expect_err(column).to_string();
            let why = if is_own {
                format!("{column} is NULL, not ")
            } else {
                let shown = value.parse::<i64>().map_or(format!("\"{value}\""), |number| number.to_string());
                format!("{column} is {shown}, not NULL, as it must be in this state")
            };
            assert!(error.contains(&why), "{state:?}: {error}");
        }
        own.push(has);
    }
    assert_eq!(own, [1, 1, 3, 3, 3]);
}

#[test]
fn a_word_of_a_later_version_is_named_and_not_guessed_at() {
    let place =
        |column: &str| columns(&database(&[]).0, "container").iter().position(|name| name == column).unwrap();
    let leaving = draining(StopCause::Released, OnRelease::Restart);
    for (state, column, expected) in [
        (&warm(), "state", "a known state"),
        (&assigned("alice"), "on_release", "a known policy"),
        (&leaving, "on_release", "a known policy"),
        (&leaving, "stop_cause", "a known cause"),
        (&stopping(StopCause::Outdated), "stop_cause", "a known cause"),
    ] {
        for word in ["", "hibernating", "Restart", "restart "] {
            let error = loaded(state, 2, place(column), &Value::text(word)).unwrap_err().to_string();
            assert!(error.ends_with(&format!("{column} is {word:?}, not {expected}")), "{error}");
        }
    }
}

#[test]
fn a_lesson_in_part_is_named_by_what_is_left_of_it() {
    let (sqlite, _) = database(&[]);
    for (first, rest) in [
        ("pause_class", ["pause_retry_at_ms", "pause_demand_at_ms", "pause_step"].as_slice()),
        ("learned_limit", &["learned_retry_at_ms", "learned_step"]),
        ("last_failure_class", &["last_failure_message"]),
    ] {
        let place = |column: &str| columns(&sqlite, "pool").iter().position(|name| name == column).unwrap();
        let error = loaded(&warm(), 0, place(first), &Value::Null).unwrap_err().to_string();
        assert!(error.contains(&format!("not NULL, as it must be without {first}")), "{error}");
        for column in rest {
            let error = loaded(&warm(), 0, place(column), &Value::Null).unwrap_err().to_string();
            assert!(error.contains(&format!("{column} is NULL, not ")), "{error}");
        }
    }
}

#[test]
fn a_container_that_is_unreadable_among_others_is_not_skipped() {
    struct Short(Sqlite);
    impl Sql for Short {
        fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            let mut answers = self.0.run(statements)?;
            if let Some(row) = answers.get_mut(2).and_then(|rows| rows.get_mut(1)) {
                row[5] = Value::text("asleep");
            }
            Ok(answers)
        }
    }
    let (sqlite, _) = database(&[put(1, warm()), put(2, warm()), put(3, warm())]);
    let error = Store::open(Short(sqlite)).unwrap().load().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("unreadable row \"{}\" of table container: state is \"asleep\", not a known state", id(2))
    );
}

#[test]
fn containers_of_more_than_one_page_are_all_read_in_the_order_of_their_ids() {
    for count in [PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 2 * PAGE_ROWS, 2 * PAGE_ROWS + 1] {
        let ids: Vec<_> = (0..count).map(numbered).collect();
        let changes: Vec<_> = ids
            .iter()
            .rev()
            .map(|id| Change::PutContainer(Container { id: *id, ..container(1, warm()) }))
            .collect();
        let (sqlite, _) = database(&changes);
        let pool = Store::open(sqlite).unwrap().load().unwrap();
        assert!(pool.containers().map(|container| container.id).eq(ids), "{count}");
    }
}

#[test]
fn a_page_that_the_database_does_not_answer_is_an_error() {
    struct OnePage(Sqlite);
    impl Sql for OnePage {
        fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            match statements {
                [one] if one.sql.contains("FROM container") => Err(StoreError::new("gone")),
                all => self.0.run(all),
            }
        }
    }
    let changes: Vec<_> = (0..=PAGE_ROWS)
        .map(|at| Change::PutContainer(Container { id: numbered(at), ..container(1, warm()) }))
        .collect();
    let (sqlite, _) = database(&changes);
    assert_eq!(Store::open(OnePage(sqlite)).unwrap().load().unwrap_err(), StoreError::new("gone"));
}

/// An id, in the order of the numbers.
fn numbered(number: usize) -> ContainerId {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
    ContainerId(id)
}

#[test]
fn an_id_or_name_in_upper_case_is_refused_since_it_would_be_written_back_as_another_row() {
    let upper = |text: String| Value::Text(text.to_uppercase());
    let container = container(0xab, warm());
    for (at, value) in [(0, upper(container.id.to_string())), (1, upper(container.name.to_string()))] {
        assert!(loaded(&warm(), 2, at, &value).is_err(), "{value:?}");
    }
    for name in [
        "ababababababababababababababababab--",
        "abababab-abab-abab-abab_abababababab",
        "abababab-abab-ababa-bab-abababababab",
        "abababab-abab-abab-abab-ababababababa",
    ] {
        assert!(loaded(&warm(), 2, 1, &Value::text(name)).is_err(), "{name}");
    }
}

#[test]
fn a_configuration_that_is_not_one_is_named_with_what_is_wrong() {
    let error = loaded(&warm(), 0, 1, &Value::text(r#"["warmTarget"]"#)).unwrap_err().to_string();
    assert!(error.starts_with("unreadable row 1 of table pool: config is "), "{error}");
    assert!(error.contains("warmTarget"), "{error}");
}

#[test]
fn a_list_of_configurations_that_is_none_is_named_with_what_is_wrong() {
    for text in [r#"[["warmTarget"]]"#, "[{},7]", r#"["x"]"#] {
        let error = loaded(&warm(), 0, 2, &Value::text(text)).unwrap_err().to_string();
        assert!(error.starts_with("unreadable row 1 of table pool: replaced is "), "{error}");
        assert!(error.contains("a JSON array of configurations"), "{error}");
    }
}

#[test]
fn a_configuration_of_a_later_version_does_not_close_the_pool() {
    let pool =
        loaded(&warm(), 0, 1, &Value::text(r#"{"warmTarget":1001,"startConcurrency":3,"new":1}"#)).unwrap();
    assert_eq!((pool.config().warm_target, pool.config().start_concurrency), (5, 3));
}

#[test]
fn a_recorded_rollout_that_gets_nowhere_is_the_default_and_does_not_close_the_pool() {
    let text = r#"{"warmTarget":7,"rollout":{"maxSurge":0,"maxUnavailable":0}}"#;
    let pool = loaded(&warm(), 0, 1, &Value::text(text)).unwrap();
    let rollout = crate::pool::Config::default().rollout;
    assert_eq!((pool.config().warm_target, pool.config().rollout), (7, rollout));
}

#[test]
fn an_answer_of_the_wrong_shape_is_an_error() {
    struct Answers(fn() -> Vec<Rows>);
    impl Sql for Answers {
        fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            Ok(if statements.len() == 5 { (self.0)() } else { vec![vec![], vec![vec![Value::Integer(1)]]] })
        }
    }
    let row = || vec![vec![vec![Value::Integer(1)]], vec![], vec![], vec![], vec![]];
    for (answers, message) in [
        (Vec::new as fn() -> Vec<Rows>, "0 answers to 5 statements"),
        (row, "a row of table pool came with 1 values instead of 19"),
    ] {
        let error = Store::open(Answers(answers)).unwrap().load().unwrap_err();
        assert_eq!(error, StoreError::new(message));
    }
}

#[test]
fn a_database_that_does_not_answer_is_neither_opened_nor_loaded() {
    #[derive(Debug)]
    struct Down;
    impl Sql for Down {
        fn run(&self, _: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            Err(StoreError::new("disk I/O error"))
        }
    }
    assert_eq!(Store::open(Down).unwrap_err(), StoreError::new("disk I/O error"));
}
