//! How many rows an event writes. The platform bills each, so none may cost
//! more where there are more containers.

use std::rc::Rc;

use cf_warm_pool::pool::{
    Change, ClaimId, Config, Container, Decision, Event, Fresh, Generation, Life, OnRelease, Outcome, Pool,
    PoolRow, Seen, Session, State,
};
use cf_warm_pool::store::Store;

use super::sqlite::Sqlite;
use super::{Chance, NOW_MS, life};

const MANY: [u64; 2] = [10, 1_000];

/// A pool on real rows, and how many each event adds to them.
struct Ledger {
    sqlite: Sqlite,
    store: Store<Sqlite>,
    pool: Pool,
    chance: Chance,
    now_ms: u64,
}

impl Ledger {
    /// `assigned` assigned containers and one warm one, for a pool that replaces
    /// what is taken, awake, and session 3's just seen.
    fn new(assigned: u64, config: Config) -> Self {
        let mut chance = Chance(assigned);
        let on_release = config.on_release;
        let row = PoolRow { config: Some(Rc::new(config)), primed: true, ..PoolRow::default() };
        let mut changes = vec![Change::PutPool(row)];
        for number in 0..=assigned {
            let state = match number {
                0 => State::Warm { ready_at_ms: NOW_MS },
                _ => State::Assigned { session: session(number), claimed_at_ms: NOW_MS, on_release },
            };
            changes.push(Change::PutContainer(container(&mut chance, state)));
        }
        let sqlite = Sqlite::new();
        let store = Store::open(sqlite.clone()).unwrap();
        store.commit(&changes).unwrap();
        let pool = store.load().unwrap();
        let mut ledger = Self { sqlite, store, pool, chance, now_ms: NOW_MS };
        assert_eq!(ledger.pool.stats(NOW_MS).assigned as u64, assigned);
        ledger.handle(Event::Woke);
        if let Some(held) = ledger.pool.lookup(&session(3)) {
            let life = Life { id: held.id, generation: held.generation };
            ledger.handle(Event::Probed {
                life,
                asked_at_ms: NOW_MS,
                seen: Seen::Alive,
                renewal_failed: false,
            });
        }
        ledger
    }

    /// What an event leads to, and how many rows that is.
    fn handle(&mut self, event: Event) -> (Decision, u64) {
        let before = self.sqlite.total_changes();
        let decision = self.pool.handle(self.now_ms, &mut self.chance, event);
        self.store.commit(&decision.changes).unwrap();
        (decision, self.sqlite.total_changes() - before)
    }

    fn claim(&mut self, session: Session) -> (Outcome, u64) {
        let (decision, rows) = self.handle(Event::Claimed { claim: ClaimId(1), session, config: None });
        (decision.replies[0].result.as_ref().unwrap().outcome, rows)
    }

    fn release(&mut self, number: u64) -> (Decision, u64) {
        self.handle(Event::Released { session: session(number) })
    }
}

fn container(chance: &mut Chance, state: State) -> Container {
    let container = Container::starting(chance.identity(), Generation::FIRST, None, NOW_MS - 100_000, 30_000);
    Container { state, ..container }
}

fn session(number: u64) -> Session {
    Session::new(&format!("session-{number}")).unwrap()
}

fn one_warm() -> Config {
    Config { warm_target: 1, ..Config::default() }
}

fn leased(lease_timeout_ms: u64) -> Config {
    Config { lease_timeout_ms, ..one_warm() }
}

/// The one container a decision asks something of.
fn asked(decision: &Decision) -> Life {
    assert_eq!(decision.commands.len(), 1, "{:?}", decision.commands);
    life(&decision.commands[0])
}

#[test]
fn a_claim_writes_as_many_rows_among_10_containers_as_among_10_000() {
    let claim = |assigned, config| Ledger::new(assigned, config).claim(session(0));
    let taken_and_started = (Outcome::Hit, 2);
    assert_eq!([10, 10_000].map(|assigned| claim(assigned, one_warm())), [taken_and_started; 2]);
    for config in [leased(60_000), Config { on_release: OnRelease::Reset, ..one_warm() }] {
        assert_eq!(MANY.map(|assigned| claim(assigned, config.clone())), [taken_and_started; 2]);
    }
}

#[test]
fn a_sticky_claim_writes_nothing() {
    for config in [one_warm(), leased(60_000)] {
        assert_eq!(Ledger::new(10, config).claim(session(3)), (Outcome::Sticky, 0));
    }
}

#[test]
fn a_lease_is_renewed_with_one_row_once_an_eighth_of_it_has_passed() {
    for assigned in MANY {
        let mut ledger = Ledger::new(assigned, leased(72_000));
        for (now_ms, rows) in [(8_999, 0), (9_000, 1), (9_000, 0), (9_999, 0)] {
            ledger.now_ms = NOW_MS + now_ms;
            assert_eq!(ledger.claim(session(3)), (Outcome::Sticky, rows), "after {now_ms} ms");
        }
    }
}

#[test]
fn a_release_writes_the_row_of_its_container() {
    for assigned in MANY {
        for drain_timeout_ms in [0, 30_000] {
            for on_release in OnRelease::ALL {
                let config = Config { drain_timeout_ms, on_release, ..one_warm() };
                let mut ledger = Ledger::new(assigned, config);
                let (_, rows) = ledger.release(3);
                assert_eq!(rows, 1, "{on_release:?} after {drain_timeout_ms} ms");
                assert_eq!(ledger.release(3).1, 0, "and a second one nothing");
                let stranger = Event::Released { session: Session::new("stranger").unwrap() };
                assert_eq!(ledger.handle(stranger).1, 0, "nor one of a session that holds nothing");
            }
        }
    }
}

#[test]
fn a_container_that_ends_costs_its_row_and_the_counters() {
    for assigned in MANY {
        let mut ledger = Ledger::new(assigned, Config { drain_timeout_ms: 0, ..one_warm() });
        let life = asked(&ledger.release(3).0);
        let (decision, rows) =
            ledger.handle(Event::DestroyAnswered { life, conclusive: true, result: Ok(()) });
        assert_eq!(decision.changes[0], Change::DeleteContainer(life.id));
        assert_eq!(rows, 2, "{:?}", decision.changes);
    }
}

#[test]
fn what_returns_takes_the_place_of_what_is_taken_and_costs_its_row() {
    for assigned in MANY {
        for (on_release, expected) in [(OnRelease::Restart, 2), (OnRelease::Reset, 1)] {
            let mut ledger = Ledger::new(assigned, Config { drain_timeout_ms: 0, on_release, ..one_warm() });
            let life = asked(&ledger.release(3).0);
            assert_eq!(ledger.claim(session(0)), (Outcome::Hit, 1), "none is started for one that returns");
            let (decision, rows) = ledger.handle(match on_release {
                OnRelease::Reset => Event::ResetAnswered { life, result: Ok(true) },
                _ => Event::DestroyAnswered { life, conclusive: true, result: Ok(()) },
            });
            let Some(again) = decision.changes[0].container() else { panic!("{decision:?}") };
            assert_eq!((again.id, again.generation), (life.id, life.generation.next()));
            assert_eq!(rows, expected, "a life that is over is counted: {:?}", decision.changes);
        }
    }
}

#[test]
fn a_lease_that_ends_writes_the_row_of_its_container() {
    for assigned in [1, 10, 100] {
        let mut ledger = Ledger::new(assigned, leased(8_000));
        // A moment before the lease and its grace are over, and then.
        for (now_ms, ended) in [(9_999, 0), (10_000, assigned)] {
            ledger.now_ms = NOW_MS + now_ms;
            let before = ledger.pool.stats(ledger.now_ms).draining as u64;
            let (_, rows) = ledger.handle(Event::DeadlineReached);
            assert_eq!(ledger.pool.stats(ledger.now_ms).draining as u64 - before, ended);
            assert_eq!(rows, ended, "after {now_ms} ms");
        }
    }
}

#[test]
fn a_changed_configuration_writes_one_row_and_an_equal_one_none() {
    for assigned in MANY {
        let mut ledger = Ledger::new(assigned, one_warm());
        for (config, rows) in [(one_warm(), 0), (leased(60_000), 1), (leased(60_000), 0)] {
            let config = Rc::new(config);
            assert_eq!(ledger.handle(Event::Configured { config }).1, rows);
        }
    }
}

#[test]
fn a_claim_that_brings_a_configuration_writes_no_row_more() {
    let mut ledger = Ledger::new(10, one_warm());
    let brings = |config: Config| Event::Claimed {
        claim: ClaimId(1),
        session: session(3),
        config: Some(Rc::new(config)),
    };
    let other = Config { refresh_interval_ms: 60_000, ..one_warm() };
    let claims = [(one_warm(), 0), (other.clone(), 1), (other.clone(), 0)];
    // Passed over, which is noted once, and then both in turn.
    let in_turn = [(one_warm(), 1), (one_warm(), 0), (other, 0), (one_warm(), 0)];
    for (config, rows) in claims.into_iter().chain(in_turn) {
        assert_eq!(ledger.handle(brings(config)).1, rows);
    }
    assert_eq!(ledger.pool.stats(NOW_MS).counters.passed_over, 3);
}

#[test]
fn a_caller_that_leaves_writes_nothing() {
    let mut ledger = Ledger::new(10, Config { max_instances: 11, ..one_warm() });
    assert_eq!(ledger.claim(session(0)), (Outcome::Hit, 1), "there is no room for another");
    let (decision, _) = ledger.handle(Event::Claimed {
        claim: ClaimId(7),
        session: Session::new("new").unwrap(),
        config: None,
    });
    assert_eq!((decision.replies, ledger.pool.stats(NOW_MS).waiting), (vec![], 1));
    for claim in [7, 7, 8] {
        assert_eq!(ledger.handle(Event::CallerLeft { claim: ClaimId(claim) }).1, 0);
        assert_eq!(ledger.pool.stats(NOW_MS).waiting, 0);
    }
}
