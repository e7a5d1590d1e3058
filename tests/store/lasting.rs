//! What a pool keeps and shows does not grow with what it has done.

use std::rc::Rc;

use cf_warm_pool::pool::limits::{HISTORY_CHUNKS_MAX, MINUTES_MAX};
use cf_warm_pool::pool::{ClaimId, Config, Event, Pool, PoolRow, Seen, Session, State, latest};
use cf_warm_pool::store::{Sql, Statement, Store, Value};
use cf_warm_pool::wire::{activity_to_json, stats_to_json};

use super::sqlite::Sqlite;
use super::{Chance, NOW_MS};

/// A pool of which one session claims again and again, its looks answered.
struct Claimed {
    sqlite: Sqlite,
    store: Store<Sqlite>,
    pool: Pool,
    chance: Chance,
    now_ms: u64,
}

impl Claimed {
    fn new() -> Self {
        let config = Config { warm_target: 1, verify_after_ms: Some(u64::MAX), ..Config::default() };
        let row = PoolRow { config: Some(Rc::new(config)), primed: true, ..PoolRow::default() };
        let sqlite = Sqlite::new();
        let store = Store::open(sqlite.clone()).unwrap();
        store.commit(&[cf_warm_pool::pool::Change::PutPool(row)]).unwrap();
        let pool = store.load().unwrap();
        let mut claimed = Self { sqlite, store, pool, chance: Chance(7), now_ms: NOW_MS };
        claimed.handle(Event::Woke);
        claimed
    }

    fn handle(&mut self, event: Event) {
        let decision = self.pool.handle(self.now_ms, &mut self.chance, event);
        self.store.commit(&decision.changes).unwrap();
    }

    /// Starts that are under way succeed, and every look is answered.
    fn answer(&mut self) {
        let lives: Vec<_> = self
            .pool
            .containers()
            .map(|one| (one.life(), one.state.clone(), one.memory.probing_since_ms))
            .collect();
        for (life, state, asked) in lives {
            self.handle(match state {
                State::Starting { .. } => Event::StartSucceeded { life },
                _ => Event::Probed {
                    life,
                    asked_at_ms: asked.unwrap_or(0),
                    seen: Seen::Alive,
                    renewal_failed: false,
                },
            });
        }
    }

    /// So many claims, 20 a second.
    fn claim(&mut self, count: u64) {
        let session = Session::new("alice").unwrap();
        for number in 0..count {
            self.now_ms += 50;
            let claim = ClaimId(number);
            self.handle(Event::Claimed { claim, session: session.clone(), config: None });
            if number % 200 == 0 {
                self.handle(Event::DeadlineReached);
                self.answer();
            }
        }
        self.handle(Event::StatsAsked);
    }

    fn rows(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}").leak();
        let count = self.sqlite.run(&[Statement::new(sql)]).unwrap().remove(0).remove(0).remove(0);
        if let Value::Integer(rows) = count { rows } else { -1 }
    }

    /// Bytes of the figures, and of what happened lately.
    fn shown(&self) -> [usize; 2] {
        let (transitions, dropped) = latest(&self.store.latest().unwrap());
        let activity =
            activity_to_json(&self.pool.minutes(), &transitions, dropped, &|_| "0123456789abcdef".to_owned());
        [stats_to_json(&self.pool.stats(self.now_ms)).len(), activity.len()]
    }
}

#[test]
fn after_a_million_claims_a_pool_keeps_and_shows_as_much_as_after_an_hour() {
    let mut claimed = Claimed::new();
    claimed.claim(10);
    let [few, _] = claimed.shown();
    claimed.claim(20 * 3_600);
    let [_, an_hours] = claimed.shown();
    claimed.claim(1_000_000 - 20 * 3_600);
    let [many, activity] = claimed.shown();

    let stats = claimed.pool.stats(claimed.now_ms);
    assert_eq!(stats.counters.claims(), 1_000_010);
    // The digits of what grew.
    assert!(many <= few + 100, "{few} bytes of figures became {many}");
    assert!(activity <= an_hours + 500, "{an_hours} bytes of activity became {activity}");
    assert_eq!((claimed.rows("counters"), claimed.rows("minute")), (1, MINUTES_MAX as i64));
    assert!(claimed.rows("history") <= HISTORY_CHUNKS_MAX as i64);
    let loaded = claimed.store.load().unwrap();
    assert_eq!(loaded.stats(claimed.now_ms).counters, stats.counters);
    assert_eq!(loaded.minutes(), claimed.pool.minutes());
}
