//! Drives one pool by hand: the test moves the clock, chooses the chance and
//! answers the commands.

use std::collections::BTreeMap;

use std::rc::Rc;

use cf_warm_pool::pool::{
    Change, Chunk, ClaimId, Command, Config, Container, ContainerId, ContainerName, Counters, Decision,
    Event, Failure, FailureClass, Fresh, Generation, Health, Identity, Life, Memory, Minute, OnRelease, Pool,
    PoolError, PoolRow, Refill, Reply, Rollout, Seen, Session, State, StatsLine, Transition, WhenEmpty,
};

/// When every test begins, ms.
pub const T0: u64 = 1_000_000;

/// Names 1, 2, 3 and so on, and the chance the test chose: 0 makes every
/// jittered pause its shortest, four fifths of its middle.
#[derive(Default)]
pub struct Ids {
    pub made: u8,
    pub random: u64,
}

impl Fresh for Ids {
    fn identity(&mut self) -> Identity {
        self.made += 1;
        Identity { name: name(self.made), id: id(self.made) }
    }

    fn random(&mut self) -> u64 {
        self.random
    }
}

pub fn id(n: u8) -> ContainerId {
    ContainerId([n; 32])
}

pub fn name(n: u8) -> ContainerName {
    ContainerName([n; 16])
}

pub fn life(n: u8) -> Life {
    Life { id: id(n), generation: Generation::FIRST }
}

pub fn session(text: &str) -> Session {
    Session::new(text).unwrap()
}

pub fn failure(class: FailureClass) -> Failure {
    Failure::new(class, "boom")
}

/// A small pool whose numbers are easy to follow: 2 warm, 4 starts at once,
/// refreshed every 10 s, starts given 30 s, claims 10 s; no age, no leases.
pub fn small() -> Config {
    Config {
        warm_target: 2,
        max_instances: 0,
        refresh_interval_ms: 10_000,
        enabled: true,
        start_concurrency: 4,
        start_timeout_ms: 30_000,
        ports: vec![8080],
        when_empty: WhenEmpty::Start,
        queue_timeout_ms: 10_000,
        refill: Refill::Eager,
        container_ttl_ms: 0,
        lease_timeout_ms: 0,
        on_release: OnRelease::Destroy,
        drain_timeout_ms: 30_000,
        verify_after_ms: None,
        assigned_check_interval_ms: 60_000,
        health: Health::default(),
        revision: None,
        revision_order_ms: None,
        rollout: Rollout { surge_max: 1, unavailable_max: 0 },
        container_binding: None,
        location_hint: None,
        jurisdiction: None,
    }
}

/// What [`small`] is but for its target.
pub fn target(warm_target: usize) -> Config {
    Config { warm_target, ..small() }
}

pub struct Driver {
    pub pool: Pool,
    pub now_ms: u64,
    pub fresh: Ids,
    /// The rows as committed.
    pub pool_row: PoolRow,
    pub counters_row: Counters,
    pub rows: Vec<Container>,
    /// All chunks, also those that the store drops.
    pub history: Vec<Chunk>,
    /// What decisions said became of containers.
    pub noted: Vec<Transition>,
    pub minutes: BTreeMap<u64, Minute>,
    /// The lines of the log.
    pub lines: Vec<StatsLine>,
    claims: u64,
    /// What the last destroy of each said of itself.
    conclusive: BTreeMap<Life, bool>,
}

impl Driver {
    /// A pool that nobody ever asked for anything.
    pub fn new() -> Self {
        Self {
            pool: Pool::load(PoolRow::default(), Counters::default(), []),
            now_ms: T0,
            fresh: Ids::default(),
            pool_row: PoolRow::default(),
            counters_row: Counters::default(),
            rows: Vec::new(),
            history: Vec::new(),
            noted: Vec::new(),
            minutes: BTreeMap::new(),
            lines: Vec::new(),
            claims: 0,
            conclusive: BTreeMap::new(),
        }
    }

    /// A pool just configured, its first starts under way.
    pub fn configured(config: Config) -> Self {
        let mut driver = Self::new();
        driver.configure(config);
        driver
    }

    /// A configured pool at its target, every container ready at [`T0`], and
    /// that recorded.
    pub fn filled(config: Config) -> Self {
        let mut driver = Self::configured(config);
        driver.all_start();
        driver.handle(Event::StatsAsked);
        driver
    }

    /// Hands the pool one event, checks the pool against itself and commits.
    /// What memory adds to a container is no part of a decision, and is left out;
    /// what happened and how long it took is the business of the tests of that.
    pub fn handle(&mut self, event: Event) -> Decision {
        let mut decision = self.pool.handle(self.now_ms, &mut self.fresh, event.clone());
        if let Err(broken) = self.pool.check_invariants() {
            panic!("after {event:?}: {broken}");
        }
        let before = counts(&self.counters_row);
        for change in &mut decision.changes {
            if let Some(container) = change.container() {
                // Whether its row is put or moved is the business of the store's tests.
                let without = Container { memory: Memory::default(), ..container.clone() };
                *change = Change::PutContainer(without);
            }
            self.commit(change);
        }
        for command in &mut decision.commands {
            if let Command::Probe { asked_at_ms, .. } = command {
                assert_eq!(std::mem::take(asked_at_ms), self.now_ms);
            }
        }
        self.noted.append(&mut decision.transitions);
        self.lines.extend(decision.stats_line.take());
        decision.changes.retain(|change| !matches!(change, Change::PutHistory(_) | Change::PutMinute(_)));
        for change in &mut decision.changes {
            if let Change::PutCounters(counters) = change {
                **counters = counts(counters);
            }
        }
        decision.changes.retain(|change| *change != Change::PutCounters(before.into()));
        for command in &decision.commands {
            if let Command::Destroy { life, conclusive, .. } = command {
                self.conclusive.insert(*life, *conclusive);
            }
        }
        decision
    }

    fn commit(&mut self, change: &Change) {
        match change {
            Change::PutContainer(container) | Change::MoveContainer(container) => {
                self.rows.retain(|row| row.id != container.id);
                self.rows.push(container.clone());
            }
            Change::DeleteContainer(id) => self.rows.retain(|row| row.id != *id),
            Change::PutPool(row) => self.pool_row = row.clone(),
            Change::PutCounters(counters) => self.counters_row = **counters,
            Change::PutMinute(minute) => {
                self.minutes.insert(minute.slot(), *minute);
            }
            Change::PutHistory(chunk) => {
                self.history.retain(|other| other.number != chunk.number);
                self.history.push(chunk.clone());
            }
        }
    }

    /// Memory is lost, and the pool is rebuilt from what was committed.
    pub fn wake(&mut self) -> Decision {
        let last = self.history.last().cloned().unwrap_or_default();
        let pool = Pool::load(self.pool_row.clone(), self.counters_row, self.rows.clone());
        self.pool = pool.with_history(last).with_minutes(self.minutes.values().copied().collect());
        self.handle(Event::Woke)
    }

    pub fn pass(&mut self, ms: u64) -> &mut Self {
        self.now_ms += ms;
        self
    }

    /// Lets `ms` pass and reaches the deadline that lies there.
    pub fn after(&mut self, ms: u64) -> Decision {
        self.pass(ms).handle(Event::DeadlineReached)
    }

    pub fn configure(&mut self, config: Config) -> Decision {
        self.handle(Event::Configured { config: Rc::new(config) })
    }

    /// The next claim, numbered 1, 2, 3 and so on.
    pub fn claim(&mut self, text: &str) -> Decision {
        self.claims += 1;
        self.handle(Event::Claimed { claim: ClaimId(self.claims), session: session(text), config: None })
    }

    pub fn started(&mut self, n: u8) -> Decision {
        self.handle(Event::StartSucceeded { life: self.life(n) })
    }

    pub fn failed(&mut self, n: u8, class: FailureClass) -> Decision {
        self.handle(Event::StartFailed { life: self.life(n), failure: failure(class) })
    }

    pub fn alive(&mut self, n: u8) -> Decision {
        self.seen(n, Seen::Alive)
    }

    pub fn seen(&mut self, n: u8, seen: Seen) -> Decision {
        let container = self.pool.containers().find(|container| container.id == id(n));
        let asked_at_ms = container.and_then(|container| container.memory.probing_since_ms).unwrap_or(0);
        self.handle(Event::Probed { life: self.life(n), asked_at_ms, seen, renewal_failed: false })
    }

    pub fn unknown(&mut self, n: u8) -> Decision {
        self.seen(n, Seen::Unknown(failure(FailureClass::Transient)))
    }

    pub fn destroyed(&mut self, n: u8) -> Decision {
        self.destroy_answered(n, Ok(()))
    }

    pub fn destroy_failed(&mut self, n: u8) -> Decision {
        self.destroy_answered(n, Err(failure(FailureClass::Transient)))
    }

    fn destroy_answered(&mut self, n: u8, result: Result<(), Failure>) -> Decision {
        let life = self.life(n);
        let conclusive = self.conclusive.get(&life).copied().unwrap_or(false);
        self.handle(Event::DestroyAnswered { life, conclusive, result })
    }

    pub fn reported(&mut self, n: u8) -> Decision {
        self.handle(Event::StopReported { id: id(n) })
    }

    pub fn shut_down(&mut self) -> Decision {
        self.handle(Event::PrewarmedShutDown)
    }

    /// Every start under way succeeds, and those that this leads to.
    pub fn all_start(&mut self) {
        while let Some(n) = self.numbers(|state| matches!(state, State::Starting { .. })).first() {
            self.started(*n);
        }
    }

    /// The numbers of the containers in such a state, in order.
    pub fn numbers(&self, such: impl Fn(&State) -> bool) -> Vec<u8> {
        self.pool.containers().filter(|container| such(&container.state)).map(|c| c.id.0[0]).collect()
    }

    /// Containers starting, warm, assigned, stopping; sessions waiting. None drains.
    pub fn figures(&self) -> [usize; 5] {
        let stats = self.pool.stats(self.now_ms);
        [stats.starting, stats.warm, stats.assigned, stats.stopping, stats.waiting]
    }

    pub fn counters(&self) -> Counters {
        counts(&self.pool.stats(self.now_ms).counters)
    }
}

/// What is counted, without how long it took.
pub fn counts(counters: &Counters) -> Counters {
    let Counters { claim_durations, start_durations, idle, .. } = Counters::default();
    Counters { claim_durations, start_durations, idle, ..*counters }
}

/// No container at all.
pub const NONE: [u8; 0] = [];

/// The containers a decision starts.
pub fn starts(decision: &Decision) -> Vec<u8> {
    lives(decision, |command| match command {
        Command::Start { life, .. } => Some(*life),
        _ => None,
    })
}

/// The containers a decision looks at.
pub fn probes(decision: &Decision) -> Vec<u8> {
    lives(decision, |command| match command {
        Command::Probe { life, .. } => Some(*life),
        _ => None,
    })
}

/// The containers a decision destroys.
pub fn destroys(decision: &Decision) -> Vec<u8> {
    lives(decision, |command| match command {
        Command::Destroy { life, .. } => Some(*life),
        _ => None,
    })
}

fn lives(decision: &Decision, which: impl Fn(&Command) -> Option<Life>) -> Vec<u8> {
    decision.commands.iter().filter_map(which).map(|life| life.id.0[0]).collect()
}

/// The error of the only reply.
pub fn refused(decision: &Decision) -> &PoolError {
    match decision.replies.as_slice() {
        [Reply { result: Err(error), .. }] => error,
        other => panic!("not one refusal: {other:?}"),
    }
}
