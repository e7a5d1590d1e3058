use std::cell::Cell;
use std::rc::Rc;

use super::*;
use crate::pool::{Config, Health, HealthKind, Idle, Minute, Refill, Rollout, WhenEmpty};
use crate::store::INTEGER_MAX;

const CAUSES: [StopCause; 13] = [
    StopCause::StartFailed,
    StopCause::NoRoom,
    StopCause::StartTimeout,
    StopCause::Stopped,
    StopCause::Unhealthy,
    StopCause::Surplus,
    StopCause::Shutdown,
    StopCause::Released,
    StopCause::LeaseEnded,
    StopCause::Restart,
    StopCause::ResetFailed,
    StopCause::Expired,
    StopCause::Outdated,
];

fn recorded_container(container: &Container) -> Container {
    let (sqlite, _) = database(&[Change::PutContainer(container.clone())]);
    recorded(&sqlite).unwrap().2.remove(0)
}

fn recorded_pool(row: &PoolRow) -> PoolRow {
    let (sqlite, _) = database(&[Change::PutPool(row.clone())]);
    recorded(&sqlite).unwrap().0.unwrap()
}

fn distinct_counters() -> Counters {
    Counters {
        sticky: 1,
        hits: 2,
        misses: 3,
        errors: 4,
        callers_left: 5,
        gone: 6,
        start_failures: [7, 8, 9, 10, 11],
        health_failures: [12, 13, 14],
        renewal_failures: 15,
        stop_failures: 16,
        reports: 17,
        unknown_reports: 18,
        evictions: 19,
        expirations: 20,
        replacements: 21,
        releases: 22,
        lease_ends: 23,
        restarts: 24,
        resets: 25,
        reset_failures: 26,
        passed_over: 27,
        storage_failures: 28,
        idle: Idle { ms: 29, until_ms: 30 },
        claim_durations: [durations(100), durations(200), durations(300), durations(400)],
        start_durations: [durations(500), durations(600), durations(700), durations(800)],
    }
}

#[test]
fn a_container_of_any_state_reads_back_as_it_was_put() {
    let leaving = OnRelease::ALL.into_iter().flat_map(|policy| CAUSES.map(|cause| draining(cause, policy)));
    let held = OnRelease::ALL.map(|on_release| State::Assigned {
        session: session("alice"),
        claimed_at_ms: 1_763_000_000_002,
        on_release,
    });
    for state in states().into_iter().chain(held).chain(leaving).chain(CAUSES.map(stopping)) {
        let container = container(0xa7, state);
        assert_eq!(recorded_container(&container), container);
    }
}

#[test]
fn a_revision_reads_back_whatever_is_in_it() {
    for revision in ["v", "'; DROP TABLE container", "\0\n", "NULL", &"x".repeat(128), &"🦀".repeat(32)] {
        let container = Container { revision: Some(revision.into()), ..container(1, warm()) };
        assert_eq!(recorded_container(&container), container);
    }
    let unversioned = Container { revision: None, ..container(1, warm()) };
    assert_eq!(recorded_container(&unversioned), unversioned);
}

#[test]
fn ids_names_and_generations_read_back_to_their_last_digit() {
    let bytes: [u8; 32] = std::array::from_fn(|at| (at as u8).wrapping_mul(37) ^ 0x5a);
    let name: [u8; 16] = std::array::from_fn(|at| (at as u8).wrapping_mul(91) ^ 0xf0);
    for generation in [1, 2, u32::MAX] {
        let container = Container {
            id: ContainerId(bytes),
            name: ContainerName(name),
            generation: Generation(generation),
            ..container(1, warm())
        };
        assert_eq!(recorded_container(&container), container);
    }
}

#[test]
fn any_session_id_reads_back() {
    for text in ["a", "O'Brien; DROP TABLE container", "%_?\"\\", &"x".repeat(512), &"🦀".repeat(128)] {
        let container = container(1, assigned(text));
        assert_eq!(recorded_container(&container), container);
    }
}

#[test]
fn what_memory_adds_is_not_recorded() {
    let memory = Memory { seen_at_ms: 5, failures: 1, start_pending: true, ..Memory::default() };
    let container = Container { memory, ..container(1, starting()) };
    assert_eq!(recorded_container(&container), Container { memory: Memory::default(), ..container });
}

#[test]
fn a_moment_past_what_the_platform_can_count_is_recorded_as_the_last_it_can() {
    let last = INTEGER_MAX as u64;
    for (written, read) in [(0, 0), (last - 1, last - 1), (last, last), (last + 1, last), (u64::MAX, last)] {
        let container = container(1, State::Warm { ready_at_ms: written });
        assert_eq!(recorded_container(&container).state, State::Warm { ready_at_ms: read });
    }
}

#[test]
fn what_is_put_stands_in_the_column_of_its_name() {
    let (sqlite, _) = database(&[
        Change::PutPool(full_pool_row()),
        Change::PutContainer(container(1, draining(StopCause::LeaseEnded, OnRelease::Reset))),
        Change::PutContainer(container(2, stopping(StopCause::Expired))),
    ]);
    for (sql, expected) in [
        ("SELECT config ->> 'warmTarget' FROM pool", 5),
        ("SELECT replaced ->> '$[0].warmTarget' FROM pool", 16),
        ("SELECT replaced_wanted_since_ms - 1763000000000 FROM pool", 17),
        ("SELECT extra FROM pool", 15),
        ("SELECT leases_from_ms - 1763000000000 FROM pool", 12),
        ("SELECT assigned_checked_at_ms - 1763000000000 FROM pool", 5),
        ("SELECT pause_retry_at_ms - 1763000000000 FROM pool", 6),
        ("SELECT pause_demand_at_ms - 1763000000000 FROM pool", 13),
        ("SELECT pause_step FROM pool", 7),
        ("SELECT learned_limit FROM pool", 8),
        ("SELECT learned_retry_at_ms - 1763000000000 FROM pool", 9),
        ("SELECT learned_step FROM pool", 10),
        ("SELECT last_failure_retry_after_ms FROM pool", 11),
        ("SELECT failures FROM pool", 3),
        ("SELECT count(*) FROM container WHERE revision = 'v1'", 2),
        ("SELECT count(*) FROM container WHERE on_release = 'reset' AND stop_cause = 'lease_ended'", 1),
        ("SELECT deadline_at_ms - 1763000000000 FROM container WHERE state = 'draining'", 30_005),
        ("SELECT destroy_at_ms - 1763000000000 FROM container WHERE stop_cause = 'expired'", 30_003),
        ("SELECT settled_at_ms - 1763000000000 FROM container WHERE stop_cause = 'expired'", 4),
    ] {
        assert_eq!(query(&sqlite, sql.to_owned()), [[Value::Integer(expected)]], "{sql}");
    }
}

#[test]
fn the_pools_row_reads_back_with_and_without_each_lesson() {
    let full = full_pool_row();
    let mut rows = vec![full.clone(), PoolRow::default()];
    for class in FailureClass::ALL {
        let pause = full.gate.pause.map(|pause| Pause { class, ..pause });
        let failure = Failure::new(class, "it's \0 \"no such image\" 🦀");
        let gate = Gate { pause, last_failure: Some(failure), ..full.gate.clone() };
        rows.push(PoolRow { gate, ..full.clone() });
    }
    for without in [
        Gate { pause: None, ..full.gate.clone() },
        Gate { learned: None, ..full.gate.clone() },
        Gate { last_failure: None, ..full.gate.clone() },
    ] {
        rows.push(PoolRow { gate: without, ..full.clone() });
    }
    for row in rows {
        assert_eq!(recorded_pool(&row), row);
    }
}

#[test]
fn a_configuration_reads_back_option_by_option() {
    let config = Config {
        warm_target: 1,
        max_instances: 20,
        ports: vec![8080, 65_535],
        when_empty: WhenEmpty::Wait,
        queue_timeout_ms: 0,
        refill: Refill::Interval,
        container_ttl_ms: 0,
        lease_timeout_ms: 2_592_000_000,
        on_release: OnRelease::Restart,
        verify_after_ms: Some(0),
        health: Health {
            path: Some("/ready?deep=1".into()),
            memory_permille_max: Some(1),
            cpu_permille_max: Some(1_000),
            ..Health::default()
        },
        revision: Some("it's \"v2\" 🦀".into()),
        revision_order_ms: Some(1_763_000_000_000),
        rollout: Rollout { surge_max: 0, unavailable_max: 100 },
        container_binding: Some("SANDBOX".to_owned()),
        location_hint: Some("apac-ne"),
        jurisdiction: Some("fedramp-high"),
        ..Config::default()
    };
    let config = Rc::new(config);
    let replaced = Replaced { configs: vec![Rc::clone(&config); 4], wanted_since_ms: None };
    let row = PoolRow { config: Some(config), replaced, ..full_pool_row() };
    assert_eq!(recorded_pool(&row), row);
}

#[test]
fn no_counter_reads_back_as_another() {
    let counters = distinct_counters();
    let (sqlite, _) = database(&[Change::PutCounters(counters.into())]);
    assert_eq!(recorded(&sqlite).unwrap().1, Some(counters));
    let named = [
        ("sticky", counters.sticky),
        ("hits", counters.hits),
        ("misses", counters.misses),
        ("errors", counters.errors),
        ("callers_left", counters.callers_left),
        ("gone", counters.gone),
        ("renewal_failures", counters.renewal_failures),
        ("stop_failures", counters.stop_failures),
        ("reports", counters.reports),
        ("unknown_reports", counters.unknown_reports),
        ("evictions", counters.evictions),
        ("expirations", counters.expirations),
        ("replacements", counters.replacements),
        ("releases", counters.releases),
        ("lease_ends", counters.lease_ends),
        ("restarts", counters.restarts),
        ("resets", counters.resets),
        ("reset_failures", counters.reset_failures),
        ("passed_over", counters.passed_over),
        ("storage_failures", counters.storage_failures),
        ("idle_ms", counters.idle.ms),
        ("idle_until_ms", counters.idle.until_ms),
    ];
    let classes = FailureClass::ALL.map(|class| format!("start_failures_{class}"));
    let kinds = HealthKind::ALL.map(|kind| format!("health_failures_{}", kind.as_str()));
    let expected: Vec<_> = named
        .into_iter()
        .map(|(column, count)| (column.to_owned(), count))
        .chain(classes.into_iter().zip(counters.start_failures))
        .chain(kinds.into_iter().zip(counters.health_failures))
        .collect();
    assert_eq!(expected.len(), counters_row::COLUMNS.len());
    for (column, count) in expected {
        let stored = query(&sqlite, format!("SELECT {column} FROM counters"));
        assert_eq!(stored, [[Value::count(count)]], "{column}");
    }
    let columns = columns(&sqlite, "counters");
    assert_eq!(columns[1..=counters_row::COLUMNS.len()], counters_row::COLUMNS);
    assert_eq!(columns.last().map(String::as_str), Some("durations"));
}

#[test]
fn a_minute_reads_back_and_takes_the_place_of_the_one_an_hour_before() {
    let (sqlite, store) = database(&[]);
    let read = || -> Vec<_> {
        let rows = sqlite.run(&[Statement::new(minute_row::SELECT)]).unwrap().remove(0);
        rows.into_iter().map(|row| minute_row::read(row).unwrap()).collect()
    };
    let hour = full_minute().number - 60;
    let earlier = [hour, hour + 1].map(|number| Minute { number, reported: false, ..full_minute() });
    store.commit(&earlier.map(Change::PutMinute)).unwrap();
    assert_eq!(read(), earlier);
    store.commit(&[Change::PutMinute(earlier[0]), Change::PutMinute(full_minute())]).unwrap();
    assert_eq!(read(), [full_minute(), earlier[1]]);
    for (column, expected) in [("slot", 20), ("idle_ms", 6), ("starts", 5), ("misses", 3), ("reported", 1)] {
        let stored = query(&sqlite, format!("SELECT {column} FROM minute WHERE slot = 20"));
        assert_eq!(stored, [[Value::count(expected)]], "{column}");
    }
}

#[test]
fn sixty_minutes_and_no_more_are_kept_and_a_pool_is_loaded_with_them() {
    let (sqlite, store) = database(&[]);
    for number in 1_000..2_000 {
        store.commit(&[Change::PutMinute(Minute { number, hits: number, ..Minute::default() })]).unwrap();
    }
    assert_eq!(query(&sqlite, "SELECT count(*) FROM minute".to_owned()), [[Value::Integer(60)]]);
    let kept: Vec<u64> = store.load().unwrap().minutes().iter().map(|minute| minute.hits).collect();
    assert_eq!(kept, (1_940..2_000).collect::<Vec<_>>());
}

#[test]
fn a_later_put_replaces_the_row_whole_and_a_delete_ends_it() {
    let mut expected = container(1, starting());
    let (sqlite, store) = database(&[Change::PutContainer(expected.clone())]);
    for state in states().into_iter().chain([starting()]) {
        expected = Container { state, generation: Generation(expected.generation.0 + 1), ..expected };
        store.commit(&[Change::PutContainer(expected.clone())]).unwrap();
        assert_eq!(recorded(&sqlite).unwrap().2, [expected.clone()]);
    }
    store.commit(&[Change::DeleteContainer(id(1))]).unwrap();
    store.commit(&[Change::DeleteContainer(id(1))]).unwrap();
    assert_eq!(recorded(&sqlite).unwrap().2, []);
}

#[test]
fn the_pools_rows_are_one_each_and_replaced_whole() {
    let (sqlite, store) = database(&[]);
    let full = (full_pool_row(), distinct_counters());
    for (pool, counters) in [full.clone(), Default::default(), full] {
        store.commit(&[Change::PutPool(pool.clone()), Change::PutCounters(counters.into())]).unwrap();
        assert_eq!(recorded(&sqlite).unwrap(), (Some(pool), Some(counters), vec![]));
        let rows = sqlite.run(&[Statement::new(pool_row::SELECT), Statement::new(counters_row::SELECT)]);
        assert_eq!(rows.unwrap().iter().map(Rows::len).collect::<Vec<_>>(), [1, 1]);
    }
}

/// A decision lists its changes by id. Seen to fail while they were written in
/// that order: container 1 got the session before container 2 had given it up.
#[test]
fn a_session_moves_to_a_container_whose_id_comes_before_its_old_ones() {
    let gone = [
        put(2, draining(StopCause::Released, OnRelease::Destroy)),
        put(2, stopping(StopCause::Stopped)),
        put(2, warm()),
        Change::DeleteContainer(id(2)),
    ];
    for gives_up in gone {
        let (sqlite, store) = database(&[put(1, warm()), put(2, assigned("alice"))]);
        store.commit(&[put(1, assigned("alice")), gives_up]).unwrap();
        assert_eq!(recorded(&sqlite).unwrap().2[0].session(), Some(&session("alice")));
    }
}

#[test]
fn of_several_changes_to_one_row_the_last_counts() {
    let (sqlite, store) = database(&[put(3, warm())]);
    let counters = |hits| Change::PutCounters(Box::new(Counters { hits, ..Counters::default() }));
    store
        .commit(&[
            put(1, assigned("alice")),
            put(2, warm()),
            Change::DeleteContainer(id(3)),
            counters(1),
            put(1, stopping(StopCause::Stopped)),
            Change::DeleteContainer(id(2)),
            put(3, assigned("bob")),
            counters(2),
        ])
        .unwrap();
    let (_, counters, containers) = recorded(&sqlite).unwrap();
    assert_eq!(counters.unwrap().hits, 2);
    assert_eq!(containers, [container(1, stopping(StopCause::Stopped)), container(3, assigned("bob"))]);
}

#[test]
fn a_failing_statement_in_the_middle_leaves_nothing_behind() {
    let (sqlite, store) = database(&[put(1, assigned("alice")), put(9, warm())]);
    let before = recorded(&sqlite).unwrap();
    let error = store
        .commit(&[
            Change::DeleteContainer(id(9)),
            put(2, starting()),
            put(3, assigned("alice")),
            Change::PutPool(full_pool_row()),
        ])
        .unwrap_err();
    assert_eq!(error.to_string(), "storage failed: UNIQUE constraint failed: container.session");
    assert_eq!(recorded(&sqlite).unwrap(), before);
    store.commit(&[put(3, assigned("bob"))]).unwrap();
}

#[test]
fn a_decision_without_changes_does_not_call_the_database() {
    struct Counted(Sqlite, Cell<u32>);
    impl Sql for &Counted {
        fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
            self.1.set(self.1.get() + 1);
            self.0.run(statements)
        }
    }
    let counted = Counted(Sqlite::new(), Cell::new(0));
    let store = Store::open(&counted).unwrap();
    let opened = counted.1.get();
    store.commit(&[]).unwrap();
    assert_eq!(counted.1.get(), opened);
    store.commit(&[put(1, warm()), put(2, warm()), Change::PutPool(PoolRow::default())]).unwrap();
    assert_eq!(counted.1.get(), opened + 1, "one call to a decision");
}

#[test]
fn the_first_name_and_the_first_key_of_the_log_are_kept() {
    let (sqlite, store) = database(&[]);
    let about = |name: Option<&str>, log_key: &str| {
        Ok(About { name: name.map(str::to_owned), log_key: log_key.to_owned() })
    };
    assert_eq!(store.about(None, "first"), about(None, "first"));
    assert_eq!(store.about(Some("a pool"), "second"), about(Some("a pool"), "first"));
    let changes = sqlite.total_changes();
    let again = Store::open(sqlite.clone()).unwrap();
    assert_eq!(again.about(None, "third"), about(Some("a pool"), "first"));
    assert_eq!(again.about(Some("another"), "third"), about(Some("a pool"), "first"));
    assert_eq!(sqlite.total_changes(), changes, "and then read only");
}

#[test]
fn what_is_no_key_of_the_log_is_refused() {
    let (_, store) = database(&[]);
    for log_key in ["", &"x".repeat(65)] {
        assert!(matches!(store.about(None, log_key), Err(StoreError::Failed { .. })));
    }
    assert_eq!(store.about(None, "later").unwrap().log_key, "later");
}

#[test]
fn a_container_that_moves_keeps_the_rest_of_its_row() {
    for (before, after) in states().iter().flat_map(|before| states().map(|after| (before.clone(), after))) {
        let moved = container(1, after);
        let (sqlite, store) = database(&[put(1, before), put(2, warm())]);
        store.commit(&[Change::MoveContainer(moved.clone())]).unwrap();
        assert_eq!(recorded(&sqlite).unwrap().2, [moved, container(2, warm())]);
    }
}

#[test]
fn a_container_that_is_not_recorded_cannot_move() {
    let (sqlite, store) = database(&[put(2, warm())]);
    let changes = [put(3, warm()), Change::MoveContainer(container(1, assigned("alice")))];
    let error = store.commit(&changes).unwrap_err();
    assert_eq!(error, StoreError::new("there is no such row to update"));
    assert_eq!(recorded(&sqlite).unwrap().2, [container(2, warm())]);
}

#[test]
fn one_that_is_put_and_moves_in_one_commit_is_put_as_it_ends() {
    let (sqlite, store) = database(&[]);
    let moved = container(1, assigned("alice"));
    store.commit(&[put(1, starting()), Change::MoveContainer(moved.clone())]).unwrap();
    assert_eq!(recorded(&sqlite).unwrap().2, [moved]);
}
