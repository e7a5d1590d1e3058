//! A pool with its rows, its callers and the platform under it. The platform is
//! naive: whatever the pool asks for is carried out when the input says so, but
//! within the time the real one would take at most.
//!
//! | file | what it is |
//! |---|---|
//! | `model` | the world, and what can happen in it |
//! | `names` | identities and chance |
//! | `platform` | effects under way, and how they end |
//! | `record` | a decision carried out: rows, answers, commands |
//! | `lives` | what a container's row may become |
//! | `starts` | how many may be started, and who may be replaced |
//! | `order` | who is served, and with which container |
//! | `rest` | what is left when the faults have ended |

mod lives;
mod names;
mod order;
mod platform;
mod record;
mod rest;
mod starts;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cf_warm_pool::pool::{
    ClaimId, Config, Container, ContainerId, Counters, Event, FailureClass, Generation, Life, Pool, PoolRow,
    Session,
};

pub use names::Names;
use platform::Effect;
pub use platform::How;

const FIRST_MS: u64 = 1_763_000_000_000;
/// Past events that can be told again.
const TOLD_MAX: usize = 16;

/// Everything there is in one run.
pub struct World {
    pool: Pool,
    names: Names,
    now_ms: u64,
    class: FailureClass,
    // What is recorded.
    pool_row: PoolRow,
    counters_row: Counters,
    rows: BTreeMap<ContainerId, Container>,
    // The platform.
    running: BTreeSet<ContainerId>,
    effects: Vec<Effect>,
    memory: u64,
    told: Vec<Event>,
    commit_refused: bool,
    // The callers.
    asked: BTreeMap<ClaimId, Session>,
    claims: u64,
    answered: u64,
    granted: BTreeMap<Life, Session>,
    /// When a session last claimed what it holds.
    claimed_at_ms: BTreeMap<Session, u64>,
    recorded: BTreeSet<ContainerId>,
    /// Lives that were seen healthy: their start ended well, or their clean-up.
    healthy: BTreeSet<Life>,
    /// The sessions that wait for a container, in the order they came.
    line: Vec<Session>,
    /// When this memory last saw a life alive, and failed looks since.
    seen: BTreeMap<Life, (u64, u32)>,
    /// When this memory last asked for a look at a life.
    looked: BTreeMap<Life, u64>,
    /// When a look last brought an answer.
    answered_at_ms: u64,
    alarm_at_ms: Option<u64>,
    timer_at_ms: Option<u64>,
}

impl World {
    /// A new pool.
    pub fn new() -> Self {
        let mut world = Self {
            pool: Pool::default(),
            names: Names::default(),
            now_ms: FIRST_MS,
            class: FailureClass::Transient,
            pool_row: PoolRow::default(),
            counters_row: Counters::default(),
            rows: BTreeMap::new(),
            running: BTreeSet::new(),
            effects: Vec::new(),
            memory: 0,
            told: Vec::new(),
            commit_refused: false,
            asked: BTreeMap::new(),
            claims: 0,
            answered: 0,
            granted: BTreeMap::new(),
            claimed_at_ms: BTreeMap::new(),
            recorded: BTreeSet::new(),
            healthy: BTreeSet::new(),
            line: Vec::new(),
            seen: BTreeMap::new(),
            looked: BTreeMap::new(),
            answered_at_ms: 0,
            alarm_at_ms: None,
            timer_at_ms: None,
        };
        world.tell(Event::Woke);
        world
    }

    /// Session `n` asks for its container.
    pub fn claim(&mut self, n: usize, config: Option<Rc<Config>>) {
        self.claims += 1;
        let claim = ClaimId(self.claims);
        let Some(session) = session(n) else { return };
        self.asked.insert(claim, session.clone());
        self.tell(Event::Claimed { claim, session, config });
    }

    /// Session `n` gives its container up, if it has one.
    pub fn release(&mut self, n: usize) {
        if let Some(session) = session(n) {
            self.tell(Event::Released { session });
        }
    }

    /// Of the callers who wait, the one at `n` goes away; or one who was answered.
    pub fn leave(&mut self, n: usize) {
        let waiting = self.asked.keys().nth(n % (self.asked.len() + 1)).copied();
        self.tell(Event::CallerLeft { claim: waiting.unwrap_or(ClaimId(n as u64)) });
    }

    /// The pool is told what to be.
    pub fn configure(&mut self, config: Rc<Config>) {
        let (memory, before) = (self.memory, Rc::clone(self.pool.config()));
        let earlier = self.pool.is_earlier(&config);
        self.tell(Event::Configured { config: Rc::clone(&config) });
        // No binding means the one there is, and containers keep theirs.
        let binding = config.container_binding.clone().or(before.container_binding.clone());
        let refused = binding != before.container_binding && !self.rows.is_empty();
        if memory != self.memory || refused || earlier {
            let same = *self.pool.config() == before;
            assert!(!earlier || memory != self.memory || same, "an earlier configuration was taken");
            return;
        }
        let mut expected = Config { container_binding: binding, ..(*config).clone() };
        if config.revision.is_none() && before.revision.is_some() {
            expected.revision.clone_from(&before.revision);
            expected.revision_order_ms = before.revision_order_ms;
        }
        assert_eq!(**self.pool.config(), expected, "a configuration was not taken");
        let refresh_by_ms = self.now_ms + config.refresh_interval_ms;
        let warm = self.pool.stats(self.now_ms).warm > 0;
        assert!(
            !warm || self.alarm_at_ms.is_some_and(|at_ms| at_ms <= refresh_by_ms),
            "an interval was not shortened"
        );
    }

    /// Failures are of this class from here on.
    pub fn fail_with(&mut self, class: FailureClass) {
        self.class = class;
    }

    /// Time passes; effects whose time is over end, and the alarm rings, on the way.
    pub fn pass(&mut self, ms: u64) {
        let until_ms = self.now_ms + ms;
        loop {
            let wakes = [self.alarm_at_ms, self.timer_at_ms].into_iter().flatten();
            let ends = self.effects.iter().map(Effect::ends_at_ms);
            let Some(at_ms) = wakes.chain(ends).min().filter(|at_ms| *at_ms <= until_ms) else { break };
            self.now_ms = self.now_ms.max(at_ms);
            if let Some(at) = self.effects.iter().position(|effect| effect.ends_at_ms() <= self.now_ms) {
                self.end(at, How::Failed);
            } else {
                self.deadline();
            }
        }
        self.now_ms = until_ms;
    }

    /// The alarm rings when it is due.
    pub fn ring(&mut self) {
        if let Some(at_ms) = self.alarm_at_ms {
            self.pass(at_ms.saturating_sub(self.now_ms));
        }
    }

    /// The timer of the waiting claims ends when it is due.
    pub fn tick(&mut self) {
        if let Some(at_ms) = self.timer_at_ms {
            self.pass(at_ms.saturating_sub(self.now_ms));
        }
    }

    /// An outcome comes a second time, late.
    pub fn tell_again(&mut self, n: usize) {
        if !self.told.is_empty() {
            let at = self.told.len() - 1 - n % self.told.len();
            let event = self.told[at].clone();
            self.handle(event);
        }
    }

    /// An outcome comes for a life that the container does not live: it changes
    /// nothing about it.
    pub fn tell_another_life(&mut self, n: usize) {
        let Some(at) = self.told.len().checked_sub(1) else { return };
        let mut event = self.told[at - n % (at + 1)].clone();
        let (Event::StartSucceeded { life }
        | Event::StartFailed { life, .. }
        | Event::Probed { life, .. }
        | Event::ResetAnswered { life, .. }
        | Event::StopAnswered { life, .. }
        | Event::DestroyAnswered { life, .. }) = &mut event
        else {
            return;
        };
        let id = life.id;
        let before = self.rows.get(&id).cloned();
        let lived = before.as_ref().map_or(life.generation, |row| row.generation.max(life.generation));
        life.generation = Generation(lived.0 + 1);
        self.commit_refused = false;
        self.handle(event);
        assert_eq!(self.rows.get(&id).cloned(), before, "changed by the outcome of another life");
    }

    /// Somebody says that a container has stopped, of which nothing is known.
    pub fn report(&mut self, n: usize) {
        let known = self.recorded.iter().nth(n % (self.recorded.len() + 1)).copied();
        self.tell(Event::StopReported { id: known.unwrap_or(ContainerId([7; 32])) });
    }

    /// The object is evicted: callers die with it, effects go on unheard.
    pub fn lose_memory(&mut self) {
        self.wake(false);
    }

    /// The storage refuses what the next event changes.
    pub fn refuse_commit(&mut self) {
        self.commit_refused = true;
    }

    /// Something happened.
    pub fn tell(&mut self, event: Event) {
        let outcome = !matches!(event, Event::Claimed { .. } | Event::Configured { .. } | Event::Woke);
        if outcome {
            self.told.push(event.clone());
            if self.told.len() > TOLD_MAX {
                self.told.remove(0);
            }
        }
        self.handle(event);
    }

    fn deadline(&mut self) {
        self.tell(Event::DeadlineReached);
        let armed = [self.alarm_at_ms, self.timer_at_ms];
        for at_ms in armed.into_iter().flatten() {
            assert!(at_ms > self.now_ms, "woken at {}, and again at {at_ms}", self.now_ms);
        }
    }

    /// Warm containers the pool is to keep.
    fn target(&self) -> usize {
        let stats = self.pool.stats(self.now_ms);
        if stats.primed && stats.config.enabled { stats.config.warm_target } else { 0 }
    }
}

fn session(n: usize) -> Option<Session> {
    Session::new(&format!("session {}", n % 10)).ok()
}
