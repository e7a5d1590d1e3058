//! Pools that live on real SQLite: after every event the rows describe the
//! pool in memory, whatever happened and whatever was lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cf_warm_pool::pool::{
    Change, ClaimId, Command, Config, Container, ContainerId, ContainerName, Counters, Decision, Event,
    Failure, FailureClass, Fresh, Generation, Health, Identity, Life, Memory, Minute, OnRelease, Pool,
    Refill, Rollout, Seen, Session, State, Stats, Usage, WhenEmpty,
};
use cf_warm_pool::store::{Rows, Sql, Statement, Store, StoreError, Value};

#[path = "store/lasting.rs"]
mod lasting;
#[path = "support/sqlite.rs"]
mod sqlite;
#[path = "store/written.rs"]
mod written;

use sqlite::Sqlite;

const NOW_MS: u64 = 1_763_000_000_000;

/// Chance that a seed repeats (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())].clone())
    }
}

impl Fresh for Chance {
    fn identity(&mut self) -> Identity {
        let mut bytes = [0; 48];
        bytes.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_be_bytes()));
        let (mut id, mut name) = ([0; 32], [0; 16]);
        id.copy_from_slice(&bytes[..32]);
        name.copy_from_slice(&bytes[32..]);
        Identity { id: ContainerId(id), name: ContainerName(name) }
    }

    fn random(&mut self) -> u64 {
        self.next()
    }
}

/// What rows and memory must agree on.
fn shown(pool: &Pool, now_ms: u64) -> (Vec<Container>, Stats) {
    let containers =
        pool.containers().map(|container| Container { memory: Memory::default(), ..container.clone() });
    // Callers and their deadlines die with memory, and counters may lag.
    let stats = Stats {
        waiting: 0,
        claims_waiting: 0,
        alarm_at_ms: None,
        counters: Counters::default(),
        last_hour: Minute::default(),
        ..pool.stats(now_ms)
    };
    (containers.collect(), stats)
}

struct World {
    chance: Chance,
    now_ms: u64,
    sqlite: Sqlite,
    store: Store<Sqlite>,
    pool: Pool,
    /// Commands that were not answered.
    asked: Vec<Command>,
    claims: u64,
    /// Whether few claim and whoever is looked at is well: else no container
    /// grows old.
    calm: bool,
    /// Containers that were ever recorded.
    recorded: BTreeSet<ContainerId>,
    /// What came by, so that a run that tests nothing is noticed.
    seen: BTreeSet<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let sqlite = Sqlite::new();
        let store = Store::open(sqlite.clone()).unwrap();
        let pool = store.load().unwrap();
        let mut world = Self {
            chance: Chance(seed),
            now_ms: NOW_MS,
            sqlite,
            store,
            pool,
            asked: Vec::new(),
            claims: 0,
            calm: seed % 4 == 3,
            recorded: BTreeSet::new(),
            seen: BTreeSet::new(),
        };
        world.happen(Event::Woke);
        world
    }

    fn step(&mut self) -> Event {
        match self.chance.below(100) {
            0..20 if !self.calm || self.chance.one_in(8) => {
                let session = self.session();
                self.claim(session)
            }
            20..61 => self.answer(),
            61..66 => Event::Released { session: self.session() },
            66 => {
                Event::CallerLeft { claim: ClaimId(self.claims - self.chance.next() % 3 % (self.claims + 1)) }
            }
            67..69 => Event::Configured { config: self.config() },
            69 => Event::Primed { config: None },
            70..72 => self.report(),
            72 => Event::GarbageReported,
            73 if self.chance.one_in(2) => Event::ShutDown,
            73 => Event::PrewarmedShutDown,
            74..76 => Event::StatsAsked,
            _ => {
                let alarm_at_ms = self.pool.stats(self.now_ms).alarm_at_ms;
                let soon_ms = self.now_ms + self.chance.next() % 10_000;
                self.now_ms =
                    alarm_at_ms.filter(|_| self.chance.one_in(2)).unwrap_or(soon_ms).max(self.now_ms);
                Event::DeadlineReached
            }
        }
    }

    fn claim(&mut self, session: Session) -> Event {
        self.claims += 1;
        let config = self.chance.one_in(30).then(|| self.config());
        Event::Claimed { claim: ClaimId(self.claims), session, config }
    }

    fn session(&mut self) -> Session {
        Session::new(&format!("session-{}", self.chance.below(10))).unwrap()
    }

    fn config(&mut self) -> Rc<Config> {
        Rc::new(Config {
            warm_target: self.chance.below(6),
            max_instances: [0, 0, 6, 12][self.chance.below(4)],
            enabled: !self.chance.one_in(8),
            start_timeout_ms: [2_000, 30_000][self.chance.below(2)],
            drain_timeout_ms: [0, 5_000][self.chance.below(2)],
            queue_timeout_ms: [0, 1_000, 10_000][self.chance.below(3)],
            refill: [Refill::Eager, Refill::Interval][self.chance.below(2)],
            health: self.health(),
            verify_after_ms: [None, Some(0), Some(60_000)][self.chance.below(3)],
            when_empty: [WhenEmpty::Start, WhenEmpty::Start, WhenEmpty::Wait, WhenEmpty::Fail]
                [self.chance.below(4)],
            container_ttl_ms: [0, 60_000, 3_600_000][self.chance.below(3)],
            lease_timeout_ms: [0, 1_000, 30_000][self.chance.below(3)],
            on_release: OnRelease::ALL[self.chance.below(3)],
            revision: [None, Some("v1"), Some("v2")][self.chance.below(3)].map(Into::into),
            rollout: Rollout { surge_max: self.chance.below(2), unavailable_max: 1 },
            ..Config::default()
        })
    }

    fn health(&mut self) -> Health {
        Health {
            path: self.chance.one_in(2).then(|| "/ready".into()),
            unhealthy_after: 1 + self.chance.below(2) as u32,
            memory_permille_max: self.chance.one_in(2).then_some(900),
            ..Health::default()
        }
    }

    fn report(&mut self) -> Event {
        let known: Vec<_> = self.recorded.iter().copied().collect();
        let stranger = ContainerId([7; 32]);
        Event::StopReported { id: self.chance.pick(&known).unwrap_or(stranger) }
    }

    /// The outcome of a command: once, twice, of a life that is over, or of one
    /// that was asked for by a memory since lost.
    fn answer(&mut self) -> Event {
        if self.asked.is_empty() {
            return Event::StatsAsked;
        }
        let at = self.chance.below(self.asked.len());
        let early = self.chance.one_in(10);
        let command = if early { self.asked[at].clone() } else { self.asked.swap_remove(at) };
        let result = if self.chance.one_in(6) { Err(self.failure()) } else { Ok(()) };
        let mut life = life(&command);
        if early && self.chance.one_in(2) {
            life.generation = Generation(life.generation.0 + 1);
        }
        match (command, result) {
            (Command::Start { .. }, Ok(())) => Event::StartSucceeded { life },
            (Command::Start { .. }, Err(failure)) => Event::StartFailed { life, failure },
            (Command::Probe { asked_at_ms, .. }, result) => {
                let used = 10 * self.chance.below(120) as u32;
                let seen = match self.chance.below(10) {
                    _ if self.calm => Seen::Alive,
                    0 => Seen::Stopped,
                    1..4 => Seen::Unknown(self.failure()),
                    4 => Seen::NotReady(self.failure()),
                    5..7 => Seen::Ready(Usage { memory_permille: Some(used), cpu_permille: None }),
                    7 => Seen::Idle,
                    _ => Seen::Alive,
                };
                Event::Probed { life, asked_at_ms, seen, renewal_failed: result.is_err() }
            }
            (Command::Reset { .. }, result) => {
                Event::ResetAnswered { life, result: result.map(|()| !self.chance.one_in(4)) }
            }
            (Command::Stop { .. }, result) => Event::StopAnswered { life, result },
            (Command::Destroy { conclusive, .. }, result) => {
                Event::DestroyAnswered { life, conclusive, result }
            }
        }
    }

    fn failure(&mut self) -> Failure {
        let class = FailureClass::ALL[self.chance.below(5)];
        let retry_after_ms = self.chance.one_in(3).then(|| self.chance.next() % 5_000);
        Failure { retry_after_ms, ..Failure::new(class, "it's \"no such image\" 🦀") }
    }

    /// One event: decided, and committed unless storage or memory is lost in
    /// between; then the rows are compared.
    fn happen(&mut self, event: Event) {
        let held = sessions(&self.pool);
        let alone = event == Event::Woke;
        let mut decisions = vec![self.pool.handle(self.now_ms, &mut self.chance, event)];
        // Claims that come at once share a commit, also with one that did more:
        // such as took the container of a session that claims.
        while !alone
            && !self.calm
            && let Some(session) = self.who_claims(&held)
        {
            let claim = self.claim(session);
            decisions.push(self.pool.handle(self.now_ms, &mut self.chance, claim));
        }
        if sessions(&self.pool).iter().any(|(session, id)| held.get(session).is_some_and(|old| old != id)) {
            self.seen.insert("moved".to_owned());
        }
        self.store.commit(decisions.iter().flat_map(|decision| &decision.changes)).unwrap();
        for decision in &decisions {
            self.note(decision);
            self.recorded.extend(decision.changes.iter().filter_map(Change::container).map(|one| one.id));
            self.asked.extend(decision.commands.iter().cloned());
        }
        self.check(&decisions);
    }

    /// Rather one that has just lost the container it held.
    fn who_claims(&mut self, held: &BTreeMap<Session, ContainerId>) -> Option<Session> {
        let holding = sessions(&self.pool);
        let lost: Vec<_> = held.keys().filter(|session| !holding.contains_key(session)).cloned().collect();
        let lost = self.chance.pick(&lost);
        let claims = self.chance.one_in(if lost.is_some() { 2 } else { 4 });
        claims.then(|| lost.unwrap_or_else(|| self.session()))
    }

    /// The decision is lost before its commit: nothing of it may remain.
    fn lose(&mut self, event: Event) {
        let before = shown(&self.store.load().unwrap(), self.now_ms);
        self.pool.handle(self.now_ms, &mut self.chance, event);
        self.wake();
        assert_eq!(before.1.config, self.pool.stats(self.now_ms).config);
    }

    /// Memory is lost, with everything that was under way; some of it answers
    /// all the same.
    fn wake(&mut self) {
        let kept = self.chance.below(self.asked.len() + 1);
        self.asked.truncate(kept);
        self.store = Store::open(self.sqlite.clone()).unwrap();
        self.pool = self.store.load().unwrap();
        self.happen(Event::Woke);
    }

    /// Those of one commit.
    fn check(&mut self, decisions: &[Decision]) {
        self.pool.check_invariants().unwrap();
        let rebuilt = self.store.load().unwrap();
        assert_eq!(shown(&rebuilt, self.now_ms), shown(&self.pool, self.now_ms));
        let stats = rebuilt.stats(self.now_ms);
        // A restart is a life more of a container that was recorded before.
        let lives = self.recorded.len() as u64 + stats.counters.restarts;
        assert_eq!(stats.started(), lives, "started = gone + tracked");
        let Some(last) = decisions.last() else { return };
        if last.changes.iter().any(|change| matches!(change, Change::PutCounters(_))) {
            assert_eq!(stats.counters, self.pool.stats(self.now_ms).counters);
        }
        for change in &last.changes {
            let Change::PutMinute(minute) = change else { continue };
            // Those of an hour ago are not shown.
            let recent = rebuilt.minutes().iter().all(|other| other.number <= minute.number);
            let kept = rebuilt.minutes().contains(minute);
            assert!(kept || !recent, "{minute:?} was recorded, and loaded are {:?}", rebuilt.minutes());
        }
        for command in decisions.iter().flat_map(|decision| &decision.commands) {
            let life = life(command);
            let found = rebuilt.containers().any(|container| container.life() == life);
            assert!(found, "{command:?} is about a container without a row");
        }
    }

    fn note(&mut self, decision: &Decision) {
        for change in &decision.changes {
            self.seen.insert(match change {
                Change::PutContainer(container) | Change::MoveContainer(container) => became(container),
                Change::DeleteContainer(_) => "deleted".to_owned(),
                Change::PutPool(row) if row.gate.pause.is_some() => "pause".to_owned(),
                Change::PutPool(row) if row.gate.learned.is_some() => "learned".to_owned(),
                Change::PutPool(_) => "pool".to_owned(),
                Change::PutCounters(_) => "counters".to_owned(),
                Change::PutMinute(_) => "minute".to_owned(),
                Change::PutHistory(_) => "history".to_owned(),
            });
        }
        for reply in &decision.replies {
            self.seen.insert(match &reply.result {
                Ok(grant) => grant.outcome.as_str().to_owned(),
                Err(error) => error.code().to_owned(),
            });
        }
    }
}

/// What has become of a container, in a word.
fn became(container: &Container) -> String {
    let again = container.generation > Generation::FIRST;
    match &container.state {
        State::Stopping { cause, .. } => cause.as_str().to_owned(),
        State::Draining { on_release, .. } => format!("draining to {}", on_release.as_str()),
        State::Starting { .. } => if again { "started again" } else { "starting" }.to_owned(),
        State::Warm { .. } => if again { "warm again" } else { "warm" }.to_owned(),
        State::Assigned { .. } => "assigned".to_owned(),
    }
}

/// Who has which container.
fn sessions(pool: &Pool) -> BTreeMap<Session, ContainerId> {
    pool.containers().filter_map(|container| Some((container.session()?.clone(), container.id))).collect()
}

fn life(command: &Command) -> Life {
    match command {
        Command::Start { life, .. }
        | Command::Probe { life, .. }
        | Command::Reset { life, .. }
        | Command::Stop { life, .. }
        | Command::Destroy { life, .. } => *life,
    }
}

#[test]
fn after_every_event_the_rows_describe_the_pool_in_memory() {
    let mut seen = BTreeSet::new();
    for seed in 0..32 {
        let mut world = World::new(seed);
        for step in 0..500 {
            let event = world.step();
            let told = format!("seed {seed}, step {step}: {event:?}");
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match world.chance.below(60) {
                    0 => world.wake(),
                    1 => world.lose(event),
                    _ => world.happen(event),
                }));
            assert!(outcome.is_ok(), "{told}");
        }
        seen.append(&mut world.seen);
    }
    let expected = [
        "assigned",
        "capacity_exhausted",
        "counters",
        "deleted",
        "draining to destroy",
        "draining to reset",
        "draining to restart",
        "expired",
        "hit",
        "learned",
        "lease_ended",
        "miss",
        "moved",
        "no_room",
        "outdated",
        "pause",
        "pool",
        "queue_timeout",
        "rate_limited",
        "released",
        "reset_failed",
        "restart",
        "shutdown",
        "start_failed",
        "start_timeout",
        "started again",
        "starting",
        "sticky",
        "stopped",
        "surplus",
        "unhealthy",
        "warm",
        "warm again",
    ];
    let missing: Vec<_> = expected.into_iter().filter(|word| !seen.contains(*word)).collect();
    assert!(missing.is_empty(), "the runs never came to {missing:?}");
}
