//! A pool, its rows, its callers and a naive platform, under random events: what
//! must never happen is looked for after each, and when the faults end the pool
//! has to come to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cf_warm_pool::pool::{
    Change, ClaimId, Config, Container, ContainerId, Counters, Decision, Durations, Event, Generation, Idle,
    Life, Memory, OnRelease, Outcome, Pool, PoolRow, Refill, Rollout, Seen, Session, State, WhenEmpty,
};

use crate::model::{Chance, Faults, Names, Platform};

/// What a run is made of, besides its seed.
#[derive(Clone, Copy)]
pub struct Plan {
    pub faults: Faults,
    /// Percent of the steps in which memory is lost, and the pool sleeps until
    /// its alarm or the next call.
    pub losses: u64,
    /// Percent of the decisions whose commit is refused.
    pub refused_commits: u64,
}

pub struct World {
    plan: Plan,
    config: Rc<Config>,
    /// `None` while the object sleeps.
    pool: Option<Pool>,
    pool_row: PoolRow,
    counters_row: Counters,
    rows: BTreeMap<ContainerId, Container>,
    platform: Platform,
    names: Names,
    chance: Chance,
    now_ms: u64,
    alarm_at_ms: Option<u64>,
    timer_at_ms: Option<u64>,
    /// Claims that wait for an answer, and whose they are.
    asked: BTreeMap<ClaimId, Session>,
    claims: u64,
    granted: BTreeMap<Life, Session>,
    recorded: BTreeSet<ContainerId>,
    fired: u64,
    seed: u64,
}

impl World {
    pub fn new(seed: u64, plan: Plan) -> Self {
        let mut chance = Chance(seed);
        let max_instances = [0, 3, 8][chance.below(3) as usize];
        let config = Rc::new(Config {
            warm_target: chance.below(6) as usize,
            max_instances,
            start_concurrency: 1 + chance.below(6) as usize,
            start_timeout_ms: 5_000,
            queue_timeout_ms: [0, 3_000, 10_000][chance.below(3) as usize],
            refill: if chance.percent(25) { Refill::Interval } else { Refill::Eager },
            when_empty: [WhenEmpty::Start, WhenEmpty::Start, WhenEmpty::Wait, WhenEmpty::Fail]
                [chance.below(4) as usize],
            container_ttl_ms: [0, 60_000][chance.below(2) as usize],
            rollout: [(1, 0), (0, 1), (2, 1)]
                .map(|(surge_max, unavailable_max)| Rollout { surge_max, unavailable_max })
                [chance.below(3) as usize],
            lease_timeout_ms: [0, 0, 20_000][chance.below(3) as usize],
            on_release: OnRelease::ALL[chance.below(3) as usize],
            drain_timeout_ms: [0, 5_000][chance.below(2) as usize],
            verify_after_ms: [None, Some(0)][chance.below(2) as usize],
            ..Config::default()
        });
        Self {
            plan,
            config,
            pool: None,
            pool_row: PoolRow::default(),
            counters_row: Counters::default(),
            rows: BTreeMap::new(),
            platform: Platform::new(plan.faults, Chance(chance.next())),
            names: Names { made: 0, chance: Chance(chance.next()) },
            chance,
            now_ms: 1_700_000_000_000,
            alarm_at_ms: None,
            timer_at_ms: None,
            asked: BTreeMap::new(),
            claims: 0,
            granted: BTreeMap::new(),
            recorded: BTreeSet::new(),
            fired: 0,
            seed,
        }
    }

    fn rebuild(&mut self, refused_commit: bool) {
        self.asked.clear(); // callers die with the memory
        let mut pool = Pool::load(self.pool_row.clone(), self.counters_row, self.rows.values().cloned());
        if refused_commit {
            pool.count_storage_failure();
        }
        self.pool = Some(pool);
        self.handle_awake(Event::Woke, false);
    }

    fn handle(&mut self, event: Event) {
        if self.pool.is_none() {
            self.rebuild(false);
        }
        let may_be_refused = self.chance.percent(self.plan.refused_commits);
        self.handle_awake(event, may_be_refused);
    }

    fn handle_awake(&mut self, event: Event, commit_refused: bool) {
        let Some(pool) = self.pool.as_mut() else { return };
        let decision = pool.handle(self.now_ms, &mut self.names, event.clone());
        let seed = self.seed;
        pool.check_invariants().unwrap_or_else(|broken| panic!("seed {seed}, after {event:?}: {broken}"));
        if commit_refused && !decision.changes.is_empty() {
            return self.rebuild(true);
        }
        self.check(&event, &decision);
        self.carry_out(decision);
    }

    fn check(&self, event: &Event, decision: &Decision) {
        let (seed, now_ms) = (self.seed, self.now_ms);
        let stats = self.pool.as_ref().unwrap().stats(now_ms);
        if *event == Event::DeadlineReached {
            for at_ms in [decision.alarm_at_ms, decision.timer_at_ms].into_iter().flatten() {
                assert!(at_ms > now_ms, "seed {seed}: woken at {now_ms}, and again at {at_ms}");
            }
        }
        let declared = self.config.max_instances;
        assert!(declared == 0 || stats.total() <= declared, "seed {seed}: {} exist", stats.total());
        assert!(stats.starting <= self.config.start_concurrency, "seed {seed}: {} start", stats.starting);
    }

    fn carry_out(&mut self, decision: Decision) {
        let seed = self.seed;
        for change in decision.changes {
            match change {
                Change::PutContainer(container) | Change::MoveContainer(container) => {
                    self.recorded.insert(container.id);
                    self.rows.insert(container.id, Container { memory: Memory::default(), ..container });
                }
                Change::DeleteContainer(id) => {
                    assert!(!self.platform.may_run(id), "seed {seed}: {id} is forgotten and may run");
                    self.rows.remove(&id);
                }
                Change::PutPool(row) => self.pool_row = row,
                Change::PutCounters(counters) => self.counters_row = *counters,
                Change::PutMinute(_) | Change::PutHistory(_) => {}
            }
        }
        for reply in decision.replies {
            let session = self.asked.remove(&reply.claim);
            let session = session.unwrap_or_else(|| panic!("seed {seed}: {reply:?} to nobody"));
            if let Ok(grant) = reply.result {
                let life = Life { id: grant.id, generation: grant.generation };
                let owner = self.granted.entry(life).or_insert_with(|| session.clone());
                assert_eq!(*owner, session, "seed {seed}: {} serves two sessions", grant.id);
                if grant.outcome != Outcome::Sticky {
                    let row = &self.rows[&grant.id];
                    let config = self.pool_row.config.as_ref().unwrap();
                    let gave_up = self.pool_row.gate.failures >= 3;
                    assert!(gave_up || row.revision == config.revision, "seed {seed}: {} is stale", grant.id);
                    let expires_at_ms = row.expires_at_ms(config.container_ttl_ms);
                    assert!(self.now_ms < expires_at_ms, "seed {seed}: {} is past its age", grant.id);
                }
                let row = &self.rows[&grant.id].state;
                assert!(matches!(row, State::Assigned { session: held, .. } if *held == session));
            }
        }
        for command in decision.commands {
            self.platform.carry_out(self.now_ms, command);
        }
        self.alarm_at_ms = decision.alarm_at_ms;
        self.timer_at_ms = decision.timer_at_ms;
    }

    /// A later version is deployed; its callers bring it.
    fn deploy(&mut self) {
        let order_ms = self.config.revision_order_ms.unwrap_or(0) + 1;
        let config = Rc::make_mut(&mut self.config);
        config.revision = Some(format!("r{order_ms}").into());
        config.revision_order_ms = Some(order_ms);
    }

    fn claim(&mut self) {
        self.claims += 1;
        let claim = ClaimId(self.claims);
        let session = Session::new(&format!("s{}", self.chance.below(12))).unwrap();
        let config = Some(Rc::clone(&self.config));
        if self.pool.is_none() {
            self.rebuild(false);
        }
        self.asked.insert(claim, session.clone());
        self.handle(Event::Claimed { claim, session, config });
    }

    fn lose_memory(&mut self) {
        self.pool = None;
        self.platform.memory += 1;
        self.timer_at_ms = None;
        self.asked.clear();
    }

    /// A caller goes away.
    fn one_leaves(&mut self) {
        if let Some((claim, _)) = self.asked.pop_first() {
            self.handle(Event::CallerLeft { claim });
        }
    }

    /// An outcome of something nobody asked for.
    fn nonsense(&mut self) {
        let at = self.chance.below(self.recorded.len().max(1) as u64) as usize;
        let Some(id) = self.recorded.iter().nth(at).copied() else { return };
        let life = Life { id, generation: Generation(2 + self.chance.below(3) as u32) };
        let event = match self.chance.below(6) {
            0 => Event::StartSucceeded { life },
            1 => Event::Probed { life, asked_at_ms: 0, seen: Seen::Stopped, renewal_failed: false },
            2 => Event::DestroyAnswered { life, conclusive: self.chance.percent(50), result: Ok(()) },
            3 => Event::GarbageReported,
            4 => Event::StatsAsked,
            _ => Event::DeadlineReached,
        };
        self.handle(event);
    }

    pub fn step(&mut self) {
        match self.chance.below(100) {
            0..35 => self.claim(),
            35..40 => self.nonsense(),
            40..45 => self.platform.one_dies(self.now_ms),
            45..47 => self.handle(Event::PrewarmedShutDown),
            49..55 => {
                let session = Session::new(&format!("s{}", self.chance.below(12))).unwrap();
                self.handle(Event::Released { session });
            }
            55..57 => self.one_leaves(),
            57 => self.handle(Event::ShutDown),
            58 => self.deploy(),
            47..49 => {
                let reported = self.rows.keys().next().copied();
                if let Some(id) = reported {
                    self.handle(Event::StopReported { id });
                }
            }
            _ => {}
        }
        if self.chance.percent(self.plan.losses) {
            self.lose_memory();
        }
        let jump_ms = if self.chance.percent(2) { 600_000 } else { 1_500 };
        let until_ms = self.now_ms + self.chance.below(jump_ms);
        self.pass_until(until_ms);
    }

    /// Lets time pass from one thing that happens to the next.
    fn pass_until(&mut self, until_ms: u64) {
        loop {
            let wakes_at_ms = self.alarm_at_ms.into_iter().chain(self.timer_at_ms).min();
            let next_ms = wakes_at_ms.into_iter().chain(self.platform.next_at_ms()).min();
            match next_ms {
                Some(at_ms) if at_ms <= until_ms => self.now_ms = self.now_ms.max(at_ms),
                _ => {
                    self.now_ms = until_ms;
                    return;
                }
            }
            for event in self.platform.happen(self.now_ms) {
                self.handle(event);
            }
            if wakes_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms) {
                self.fired += 1;
                self.handle(Event::DeadlineReached);
            }
        }
    }

    /// Faults end. Whatever is owed is delivered; nobody calls any more.
    pub fn come_to_rest(&mut self) {
        let seed = self.seed;
        self.plan.refused_commits = 0;
        self.platform.faults = Faults::NONE;
        if self.config.container_ttl_ms > 0 {
            Rc::make_mut(&mut self.config).container_ttl_ms = 0;
            self.handle(Event::Configured { config: Rc::clone(&self.config) });
        }
        self.pass_until(self.now_ms + 3_600_000);
        assert!(self.asked.is_empty(), "seed {seed}: {:?} were never answered", self.asked);
        let before = self.fired;
        self.pass_until(self.now_ms + 600_000);
        let fired = self.fired - before;
        // A refresh every 10 s, a look at the assigned ones every 60 s.
        assert!(fired <= 60 + 10 + 1, "seed {seed}: woken {fired} times in 10 min");
        let left: Vec<_> = self.rows.values().map(|row| &row.state).collect();
        let settled = |state: &&&State| matches!(state, State::Warm { .. } | State::Assigned { .. });
        assert_eq!(left.iter().filter(settled).count(), left.len(), "seed {seed}: {left:?}");
        let warm = left.iter().filter(|state| matches!(state, State::Warm { .. })).count();
        let room = match self.config.max_instances {
            0 => usize::MAX,
            declared => declared - (left.len() - warm),
        };
        let target = if self.pool_row.primed { self.config.warm_target.min(room) } else { 0 };
        assert_eq!(warm, target, "seed {seed}: {left:?}");
        let config = self.pool_row.config.as_ref();
        for row in self.rows.values().filter(|row| matches!(row.state, State::Warm { .. })) {
            let gave_up = self.pool_row.gate.failures >= 3;
            assert!(
                gave_up || Some(&row.revision) == config.map(|config| &config.revision),
                "seed {seed}: {} is stale",
                row.id
            );
        }
        if left.is_empty() && target == 0 && !self.pool_row.primed {
            assert_eq!(self.alarm_at_ms, None, "seed {seed}: armed with nothing to do");
        }
        for id in self.platform.running() {
            assert!(self.rows.contains_key(&id), "seed {seed}: {id} runs and nobody knows");
        }
        self.counters_add_up();
    }

    fn counters_add_up(&mut self) {
        let seed = self.seed;
        self.handle(Event::StatsAsked);
        let stats = self.pool.as_ref().unwrap().stats(self.now_ms);
        let recorded = Idle { until_ms: stats.counters.idle.until_ms, ..self.counters_row.idle };
        let recorded = Counters { idle: recorded, ..self.counters_row };
        assert_eq!(stats.counters, recorded, "seed {seed}: shown before they are recorded");
        let counts = stats.counters.claim_durations.map(|durations| durations.count());
        assert_eq!(
            counts.iter().sum::<u64>(),
            stats.counters.claims(),
            "seed {seed}: claims that took so long"
        );
        let ended: u64 = stats.counters.start_durations.iter().map(Durations::count).sum();
        let [_, failed, late, _] = stats.counters.start_durations.map(|durations| durations.count());
        let failures: u64 = stats.counters.start_failures.iter().sum();
        assert_eq!(failed + late, failures, "seed {seed}: starts that failed");
        let restarts = stats.counters.restarts;
        assert_eq!(stats.started() - restarts, self.recorded.len() as u64, "seed {seed}: started");
        if self.plan.losses == 0 && self.plan.refused_commits == 0 && stats.counters.storage_failures == 0 {
            let answered = stats.counters.claims() + stats.counters.callers_left;
            assert_eq!(answered, self.claims, "seed {seed}: claims");
            assert_eq!(ended + stats.starting as u64, stats.started(), "seed {seed}: starts that ended");
        }
    }
}
