use super::*;

const SCHEMA: Statement = Statement::new("SELECT name, sql FROM sqlite_schema ORDER BY name");

fn schema(sqlite: &Sqlite) -> Rows {
    sqlite.run(&[SCHEMA]).unwrap().remove(0)
}

#[test]
fn an_empty_database_gets_the_tables_and_describes_a_new_pool() {
    let (sqlite, store) = database(&[]);
    let names: Vec<_> = schema(&sqlite).into_iter().map(|row| row[0].clone()).collect();
    let expected =
        ["about", "container", "container_session", "counters", "history", "migration", "minute", "pool"];
    assert_eq!(names, expected.map(Value::text), "and no index that is not asked for");
    let pool = store.load().unwrap();
    assert_eq!(pool.containers().count(), 0);
    assert_eq!(pool.stats(0), crate::pool::Pool::default().stats(0));
}

#[test]
fn opening_again_applies_nothing_and_keeps_everything() {
    let (sqlite, _) = database(&[
        put(1, assigned("alice")),
        put(2, warm()),
        Change::PutPool(full_pool_row()),
        Change::PutCounters(Box::new(Counters { hits: 1, ..Counters::default() })),
    ]);
    let before = (schema(&sqlite), recorded(&sqlite).unwrap(), sqlite.total_changes());
    for _ in 0..3 {
        Store::open(sqlite.clone()).unwrap();
        assert_eq!((schema(&sqlite), recorded(&sqlite).unwrap(), sqlite.total_changes()), before);
    }
}

#[test]
fn a_migration_that_fails_halfway_is_not_half_applied() {
    let sqlite = Sqlite::new();
    sqlite.run(&[Statement::new("CREATE TABLE counters (stranger TEXT)")]).unwrap();
    let error = Store::open(sqlite.clone()).unwrap_err();
    assert!(error.to_string().starts_with("storage failed: table counters already exists"), "{error}");
    let names: Vec<_> = schema(&sqlite).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, ["counters", "migration"].map(Value::text));
    sqlite.run(&[Statement::new("DROP TABLE counters")]).unwrap();
    Store::open(sqlite).unwrap().load().unwrap();
}

#[test]
fn the_rows_of_a_later_version_are_left_alone() {
    let (sqlite, _) = database(&[put(1, warm())]);
    sqlite.run(&[Statement::new("INSERT INTO migration (number) VALUES (7)")]).unwrap();
    let error = Store::open(sqlite).unwrap_err();
    assert_eq!(error, StoreError::Newer { found: 7, known: 1 });
    assert!(error.to_string().contains("schema 7, this version knows 1"), "{error}");
}
