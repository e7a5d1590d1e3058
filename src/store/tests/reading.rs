use super::*;
use crate::store::{INTEGER_MAX, Rows, Value};

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

const SELECTS: [(&str, &str); 3] =
    [("pool", pool_row::SELECT), ("counters", counters_row::SELECT), ("container", container_row::SELECT)];

fn columns(select: &'static str) -> Vec<&'static str> {
    let (columns, _) = select.trim().strip_prefix("SELECT").unwrap().split_once("FROM").unwrap();
    columns.split(',').map(str::trim).collect()
}

fn rows(state: State) -> [Change; 3] {
    [Change::PutPool(full_pool_row()), Change::PutCounters(Counters::default()), put(1, state)]
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

#[test]
fn whatever_column_is_unreadable_the_error_names_it_its_table_and_its_value() {
    for state in [starting(), warm(), assigned("alice"), stopping(StopCause::Surplus)] {
        for (answer, (table, select)) in SELECTS.into_iter().enumerate() {
            for (at, column) in
                columns(select).into_iter().enumerate().filter(|(_, name)| *name != "only_row")
            {
                let error = loaded(&state, answer, at, &Value::Integer(-1)).expect_err(column);
                let StoreError::Unreadable { table: named, column: in_column, value, key, .. } = &error
                else {
                    panic!("{column}: {error}");
                };
                assert_eq!((*named, *in_column, value.as_str()), (table, column, "-1"));
                let expected = if table != "container" {
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
    let texts = ["", "-", "é", "\0", "warm", "stopped", "capacity", "{}", &"0".repeat(64), &"é".repeat(18)];
    let numbers = [i64::MIN, -1, 0, 1, 2, 1 << 32, INTEGER_MAX];
    let values: Vec<_> = std::iter::once(Value::Null)
        .chain(texts.into_iter().map(Value::text))
        .chain(numbers.into_iter().map(Value::Integer))
        .collect();
    let (mut read, mut refused) = (0, 0);
    for state in [starting(), warm(), assigned("alice"), stopping(StopCause::Surplus)] {
        let (sqlite, _) = database(&rows(state));
        for (table, select) in SELECTS {
            let row = sqlite.run(&[Statement::new(select)]).unwrap().remove(0).remove(0);
            for (at, column) in
                columns(select).into_iter().enumerate().filter(|(_, name)| *name != "only_row")
            {
                for value in &values {
                    let mut bent = row.clone();
                    bent[at] = value.clone();
                    let again = match table {
                        "pool" => pool_row::read(bent.clone()).map(|row| pool_row::put(&row)),
                        "counters" => counters_row::read(bent.clone()).map(|row| counters_row::put(&row)),
                        _ => container_row::read(bent.clone()).map(|row| container_row::put(&row)),
                    };
                    let Ok(again) = again else {
                        refused += 1;
                        continue;
                    };
                    read += 1;
                    let written = &again.params[again.params.len() + at - bent.len()];
                    let default = column == "config" && *value == Value::text("{}");
                    assert!(default || written == value, "{table}.{column}: {value:?} became {written:?}");
                }
            }
        }
    }
    assert!(read > 100 && refused > 1_000, "{read} read, {refused} refused");
}

#[test]
fn a_container_that_is_unreadable_among_others_is_not_skipped() {
    struct Short(Sqlite);
    impl Sql for Short {
        fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            let mut answers = self.0.run(statements)?;
            if let Some(row) = answers.last_mut().and_then(|rows| rows.get_mut(1)) {
                row[4] = Value::text("asleep");
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
fn a_configuration_of_a_later_version_does_not_close_the_pool() {
    let pool =
        loaded(&warm(), 0, 1, &Value::text(r#"{"warmTarget":1001,"startConcurrency":3,"new":1}"#)).unwrap();
    assert_eq!((pool.config().warm_target, pool.config().start_concurrency), (5, 3));
}

#[test]
fn an_answer_of_the_wrong_shape_is_an_error() {
    struct Answers(fn() -> Vec<Rows>);
    impl Sql for Answers {
        fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            Ok(if statements.len() == 3 { (self.0)() } else { vec![vec![], vec![vec![Value::Integer(1)]]] })
        }
    }
    let row = || vec![vec![vec![Value::Integer(1)]], vec![], vec![]];
    for (answers, message) in [
        (Vec::new as fn() -> Vec<Rows>, "0 answers to 3 statements"),
        (row, "a row of table pool came with 1 values instead of 14"),
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
