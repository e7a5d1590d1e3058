//! A pool with its rows, its callers and the platform under it. The platform is
//! naive: whatever the pool asks for is carried out when the input says so, but
//! within the time the real one would take at most.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cf_warm_pool::pool::{
    Change, ClaimId, Command, Config, Container, ContainerId, ContainerName, Counters, Decision, Event,
    Failure, FailureClass, Fresh, Generation, Grant, Identity, Life, Memory, Outcome, Pool, PoolRow, Reply,
    Seen, Session, State, Stats, StopCause,
};

const FIRST_MS: u64 = 1_763_000_000_000;
/// Past events that can be told again.
const TOLD_MAX: usize = 16;
/// Steps within which a pool without faults must come to rest.
const REST_STEPS: usize = 3_000;
/// `stop()`, `destroy()` and looks are answered by then.
const ANSWER_MS: u64 = 15_000;

/// Names that are never used twice, and chance that repeats.
#[derive(Default)]
pub struct Names(u64);

impl Fresh for Names {
    fn identity(&mut self) -> Identity {
        self.0 += 1;
        let (mut id, mut name) = ([0; 32], [0; 16]);
        // Ids are not in the order in which they are made.
        id[..8].copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        id[24..].copy_from_slice(&self.0.to_be_bytes());
        name[8..].copy_from_slice(&self.0.to_be_bytes());
        Identity { id: ContainerId(id), name: ContainerName(name) }
    }

    fn random(&mut self) -> u64 {
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// What the pool asked for and the platform has not ended.
struct Effect {
    command: Command,
    asked_at_ms: u64,
    /// Which memory waits for the outcome.
    memory: u64,
}

impl Effect {
    /// When it has ended, whatever happens: the platform gets a start's time
    /// once for the instance and again for its ports.
    fn ends_at_ms(&self) -> u64 {
        self.asked_at_ms
            + match &self.command {
                Command::Start { timeout_ms, .. } => 2 * timeout_ms - 1,
                Command::Probe { timeout_ms, .. } => *timeout_ms,
                Command::Stop { .. } | Command::Destroy { .. } => ANSWER_MS,
            }
    }
}

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
    granted: BTreeMap<ContainerId, Session>,
    recorded: BTreeSet<ContainerId>,
    /// Starts that ended well, so that the container was seen healthy.
    healthy: BTreeSet<ContainerId>,
    /// The sessions that wait for a container, in the order they came.
    line: Vec<Session>,
    /// When this memory last saw a container alive, and failed looks since.
    seen: BTreeMap<ContainerId, (u64, u32)>,
    /// When this memory last asked for a look at a container.
    looked: BTreeMap<ContainerId, u64>,
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
        let Ok(session) = Session::new(&format!("session {}", n % 10)) else { return };
        self.asked.insert(claim, session.clone());
        self.tell(Event::Claimed { claim, session, config });
    }

    /// The pool is told what to be.
    pub fn configure(&mut self, config: Rc<Config>) {
        let (memory, before) = (self.memory, Rc::clone(self.pool.config()));
        self.tell(Event::Configured { config: Rc::clone(&config) });
        // No binding means the one there is, and containers keep theirs.
        let binding = config.container_binding.clone().or(before.container_binding.clone());
        let refused = binding != before.container_binding && !self.rows.is_empty();
        if memory == self.memory && !refused {
            let expected = Config { container_binding: binding, ..(*config).clone() };
            assert_eq!(**self.pool.config(), expected, "a configuration was not taken");
            let refresh_by_ms = self.now_ms + config.refresh_interval_ms;
            let warm = self.pool.stats(self.now_ms).warm > 0;
            assert!(
                !warm || self.alarm_at_ms.is_some_and(|at_ms| at_ms <= refresh_by_ms),
                "an interval was not shortened"
            );
        }
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
                self.end(at, false, false);
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

    /// Effect `n` ends, well or not, having had its effect or not.
    pub fn end(&mut self, n: usize, ok: bool, effective: bool) {
        if self.effects.is_empty() {
            return;
        }
        let Effect { command, memory, .. } = self.effects.remove(n % self.effects.len());
        let result = if ok { Ok(()) } else { Err(self.failure()) };
        let event = match command {
            Command::Start { life, .. } => {
                if effective {
                    self.running.insert(life.id);
                }
                match result {
                    Ok(()) => Event::StartSucceeded { life },
                    Err(failure) => Event::StartFailed { life, failure },
                }
            }
            Command::Probe { life, .. } => {
                let seen = match result {
                    Err(failure) => Seen::Unknown(failure),
                    Ok(()) if self.running.contains(&life.id) => Seen::Alive,
                    Ok(()) => Seen::Stopped,
                };
                Event::Probed { life, seen, renewal_failed: !ok }
            }
            Command::Stop { life, .. } => {
                // A signal ends a container some time later, or never.
                if effective && !ok {
                    self.running.remove(&life.id);
                }
                Event::StopAnswered { life, result }
            }
            Command::Destroy { life, conclusive, .. } => {
                if effective {
                    self.running.remove(&life.id);
                }
                Event::DestroyAnswered { life, conclusive, result }
            }
        };
        if memory == self.memory {
            self.tell(event);
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
        | Event::StopAnswered { life, .. }
        | Event::DestroyAnswered { life, .. }) = &mut event
        else {
            return;
        };
        life.generation = Generation(life.generation.0 + 1);
        let id = life.id;
        let before = self.rows.get(&id).cloned();
        self.commit_refused = false;
        self.handle(event);
        assert_eq!(self.rows.get(&id).cloned(), before, "changed by the outcome of another life");
    }

    /// A container ends by itself.
    pub fn die(&mut self, n: usize, reported: bool) {
        if self.running.is_empty() {
            return;
        }
        let at = n % self.running.len();
        let Some(id) = self.running.iter().nth(at).copied() else { return };
        self.running.remove(&id);
        if reported {
            self.tell(Event::StopReported { id });
        }
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

    /// Faults end, and nobody calls any more. All who asked are answered, what
    /// runs is what is recorded, and the pool is at its target.
    pub fn come_to_rest(&mut self) {
        self.commit_refused = false;
        let mut calm = 0;
        for _ in 0..REST_STEPS {
            if !self.effects.is_empty() {
                self.end(0, true, true);
            } else if let Some(at_ms) = self.alarm_at_ms.into_iter().chain(self.timer_at_ms).min() {
                let stats = self.pool.stats(self.now_ms);
                let moving = stats.starting + stats.stopping + stats.waiting > 0;
                calm = if moving || stats.warm != self.wanted() { 0 } else { calm + 1 };
                if calm > 3 {
                    break;
                }
                self.now_ms = self.now_ms.max(at_ms);
                self.deadline();
            } else {
                break;
            }
        }
        assert!(self.asked.is_empty(), "{} claims were never answered", self.asked.len());
        let stats = self.pool.stats(self.now_ms);
        let under_way = stats.starting + stats.stopping + stats.waiting;
        assert_eq!((under_way, stats.warm), (0, self.wanted()), "not at rest: {stats:?}");
        for id in &self.running {
            assert!(self.rows.contains_key(id), "{id} runs and nobody knows");
        }
        self.tell(Event::StatsAsked);
        let stats = self.pool.stats(self.now_ms);
        assert_eq!(stats.counters, self.counters_row, "shown and not recorded");
    }

    fn wanted(&self) -> usize {
        let stats = self.pool.stats(self.now_ms);
        let target = if stats.primed && stats.config.enabled { stats.config.warm_target } else { 0 };
        let others = stats.total() - stats.warm;
        match stats.config.max_instances {
            0 => target,
            declared => target.min(declared.saturating_sub(others)),
        }
    }

    fn deadline(&mut self) {
        self.tell(Event::DeadlineReached);
        let armed = [self.alarm_at_ms, self.timer_at_ms];
        for at_ms in armed.into_iter().flatten() {
            assert!(at_ms > self.now_ms, "woken at {}, and again at {at_ms}", self.now_ms);
        }
    }

    fn handle(&mut self, event: Event) {
        let decision = self.pool.handle(self.now_ms, &mut self.names, event.clone());
        self.pool.check_invariants().unwrap_or_else(|broken| panic!("after {event:?}: {broken}"));
        if std::mem::take(&mut self.commit_refused) && !decision.changes.is_empty() {
            return self.wake(true);
        }
        self.note_seen(&event);
        self.check_decision(&event, &decision);
        self.commit(&event, decision);
        self.check_figures();
        self.check_event(&event);
    }

    fn wake(&mut self, commit_refused: bool) {
        self.answered += self.asked.len() as u64;
        self.asked.clear();
        self.memory += 1;
        self.line.clear();
        self.seen.clear();
        self.answered_at_ms = 0;
        self.pool = Pool::load(self.pool_row.clone(), self.counters_row, self.rows.values().cloned());
        if commit_refused {
            self.pool.count_storage_failure();
        }
        self.tell(Event::Woke);
    }

    fn commit(&mut self, event: &Event, decision: Decision) {
        for change in decision.changes {
            match change {
                Change::PutContainer(container) => {
                    self.recorded.insert(container.id);
                    self.rows.insert(container.id, Container { memory: Memory::default(), ..container });
                }
                Change::DeleteContainer(id) => {
                    assert!(!self.may_run(id), "after {event:?}: {id} is forgotten and may run");
                    self.rows.remove(&id);
                }
                Change::PutPool(row) => self.pool_row = row,
                Change::PutCounters(counters) => self.counters_row = counters,
            }
        }
        if let Event::StartSucceeded { life } = event {
            self.healthy.insert(life.id);
        }
        for reply in decision.replies {
            let asked = self.asked.remove(&reply.claim);
            let Some(session) = asked else { panic!("after {event:?}: {reply:?} to nobody") };
            self.answered += 1;
            match reply.result {
                Ok(grant) => self.check_grant(grant.id, &session),
                Err(error) => assert!((400..=599).contains(&error.http_status()), "{error:?}"),
            }
        }
        for command in decision.commands {
            let id = life(&command).id;
            assert!(self.rows.contains_key(&id), "after {event:?}: {command:?} is about no row");
            if let Command::Probe { .. } = command {
                self.looked.insert(id, self.now_ms);
            }
            let effect = Effect { command, asked_at_ms: self.now_ms, memory: self.memory };
            self.effects.push(effect);
        }
        self.alarm_at_ms = decision.alarm_at_ms;
        self.timer_at_ms = decision.timer_at_ms;
    }

    /// What an outcome says about a container's health. Silence counts only
    /// where another container answered meanwhile.
    fn note_seen(&mut self, event: &Event) {
        if let Event::Probed { seen: Seen::Alive | Seen::Stopped, .. } = event {
            self.answered_at_ms = self.now_ms;
        }
        match event {
            Event::StartSucceeded { life } | Event::Probed { life, seen: Seen::Alive, .. } => {
                self.seen.insert(life.id, (self.now_ms, 0));
            }
            Event::Probed { life, seen: Seen::Unknown(_), .. }
                if self.looked.get(&life.id).is_some_and(|asked_ms| *asked_ms <= self.answered_at_ms) =>
            {
                self.seen.entry(life.id).or_default().1 += 1;
            }
            _ => {}
        }
    }

    /// Looks at a decision beside the rows before it.
    fn check_decision(&mut self, event: &Event, decision: &Decision) {
        let stats = self.pool.stats(self.now_ms);
        self.check_starts(event, decision, &stats);
        for change in &decision.changes {
            if let Change::PutContainer(container) = change {
                self.check_change(event, container, &stats);
            }
        }
        self.check_order(event, decision);
    }

    /// As many as are called for, within what is allowed.
    fn check_starts(&self, event: &Event, decision: &Decision, stats: &Stats) {
        let new = |change: &&Change| matches!(change, Change::PutContainer(one) if !self.recorded.contains(&one.id));
        if decision.changes.iter().filter(new).count() == 0 {
            return;
        }
        let config = &stats.config;
        let (starting, total, declared) = (stats.starting, stats.total(), config.max_instances);
        assert!(starting <= config.start_concurrency, "after {event:?}: {starting} start at once");
        assert!(declared == 0 || total <= declared, "after {event:?}: {total} of {declared} exist");
        let target = if stats.primed && config.enabled { config.warm_target } else { 0 };
        let refused = decision.replies.iter().filter(|reply| reply.result.is_err()).count();
        let wanted = stats.waiting + refused + target.saturating_sub(stats.warm);
        assert!(starting <= wanted, "after {event:?}: {starting} start, {wanted} are wanted");
    }

    /// Nobody loses a container for want of an answer, or to make room.
    fn check_change(&self, event: &Event, container: &Container, stats: &Stats) {
        let State::Stopping { cause, .. } = container.state else { return };
        let before = self.rows.get(&container.id).map(|row| &row.state);
        if let Some(State::Assigned { .. }) = before {
            let wanted = matches!(cause, StopCause::Surplus | StopCause::Shutdown);
            assert!(!wanted, "after {event:?}: {} is in use and stopped", container.id);
        }
        if cause == StopCause::Unhealthy && !matches!(before, Some(State::Stopping { .. })) {
            let (_, failures) = self.seen.get(&container.id).copied().unwrap_or_default();
            assert!(
                failures >= stats.config.health.unhealthy_after,
                "after {event:?}: {failures} failed looks"
            );
        }
    }

    /// First come, first served, and from the container warm longest; a held one
    /// is vouched for only if it was seen lately.
    fn check_order(&self, event: &Event, decision: &Decision) {
        let mut line = self.line.iter();
        for Reply { claim, result } in &decision.replies {
            let (Ok(Grant { id, outcome, .. }), Some(session)) = (result, self.asked.get(claim)) else {
                continue;
            };
            match outcome {
                Outcome::Miss if self.line.contains(session) => {
                    let first = line.next();
                    assert_eq!(first, Some(session), "after {event:?}: {:?} wait", self.line);
                }
                Outcome::Hit => {
                    let ready = |id| match self.rows.get(id).map(|row| &row.state) {
                        Some(State::Warm { ready_at_ms }) => Some(*ready_at_ms),
                        _ => None,
                    };
                    let longest = self.rows.keys().filter_map(ready).min();
                    assert_eq!(ready(id), longest, "after {event:?}: another was warm longer");
                }
                Outcome::Sticky if matches!(event, Event::Claimed { .. }) => {
                    let seen = self.seen.get(id).map_or(0, |(at_ms, _)| *at_ms);
                    let verify_after_ms = self.pool.config().verify_after_ms();
                    assert!(self.now_ms - seen < verify_after_ms, "after {event:?}: {id} was not looked at");
                }
                _ => {}
            }
        }
    }

    /// What an event by itself must have led to.
    fn check_event(&mut self, event: &Event) {
        let stats = self.pool.stats(self.now_ms);
        match event {
            Event::StopReported { id } => {
                let state = self.rows.get(id).map(|row| &row.state);
                assert!(matches!(state, None | Some(State::Stopping { .. })), "reported, and {state:?}");
            }
            Event::PrewarmedShutDown => assert!(!stats.primed && stats.warm == 0, "shut down: {stats:?}"),
            _ => {}
        }
        let holders: BTreeSet<&Session> = self.rows.values().filter_map(Container::session).collect();
        let waits = |session: &Session| {
            !holders.contains(session) && self.asked.values().any(|asked| asked == session)
        };
        self.line.retain(|session| waits(session));
        for session in self.asked.values() {
            if waits(session) && !self.line.contains(session) {
                self.line.push(session.clone());
            }
        }
    }

    /// A container serves one session, and was seen healthy before it did.
    fn check_grant(&mut self, id: ContainerId, session: &Session) {
        let owner = self.granted.entry(id).or_insert_with(|| session.clone());
        assert_eq!(owner, session, "{id} serves two sessions");
        assert!(self.healthy.contains(&id), "{id} was never seen healthy");
        let row = self.rows.get(&id).map(|row| &row.state);
        let held = matches!(row, Some(State::Assigned { session: held, .. }) if held == session);
        assert!(held, "{id} was granted to {session:?} and is {row:?}");
    }

    fn check_figures(&self) {
        let stats = self.pool.stats(self.now_ms);
        assert_eq!(stats.total(), self.rows.len(), "rows and memory differ");
        assert_eq!(stats.started(), self.recorded.len() as u64, "started = gone + tracked");
        let answered = self.claims - self.asked.len() as u64;
        assert!(stats.counters.claims() <= answered, "more claims counted than answered");
        assert_eq!(self.answered, answered);
        let pending = stats.total() - stats.assigned + stats.waiting > 0 || stats.assigned > 0;
        assert!(!pending || self.alarm_at_ms.or(self.timer_at_ms).is_some(), "nothing armed: {stats:?}");
    }

    /// Whether it runs, or a start under way may yet make it run, and no
    /// `destroy()` that is under way ends it.
    fn may_run(&self, id: ContainerId) -> bool {
        let starts =
            |effect: &Effect| matches!(&effect.command, Command::Start { life, .. } if life.id == id);
        self.running.contains(&id) || self.effects.iter().any(starts)
    }

    fn failure(&self) -> Failure {
        Failure::new(self.class, "it was not to be")
    }
}

fn life(command: &Command) -> Life {
    match command {
        Command::Start { life, .. }
        | Command::Probe { life, .. }
        | Command::Stop { life, .. }
        | Command::Destroy { life, .. } => *life,
    }
}
