//! A pool, callers and a platform in simulated time, without chance: what must
//! hold of minutes with thousands of events is looked for after each.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cf_warm_pool::pool::{
    ClaimId, Command, Config, ContainerId, Counters, Decision, Event, FailureClass, Grant, Pool, PoolError,
    PoolRow, Seen, Session,
};

use crate::driver::{T0, failure};
use crate::model::{Chance, Names};

/// Whatever the platform answers at once takes this long.
const ROUND_TRIP_MS: u64 = 5;
/// A container ends so long after it was asked to.
const STOP_MS: u64 = 100;
/// A start that fails does so after this time.
const FAIL_MS: u64 = 100;

/// What a claim came to.
#[derive(Debug)]
pub struct Answer {
    pub session: Session,
    pub asked_at_ms: u64,
    pub at_ms: u64,
    pub result: Result<Grant, PoolError>,
}

pub struct EventLoop {
    pub pool: Pool,
    pub now_ms: u64,
    /// How long a start takes.
    pub start_ms: u64,
    /// What every start fails with, if any does.
    pub down: Option<FailureClass>,
    /// When starts were asked for.
    pub starts: Vec<u64>,
    pub answers: Vec<Answer>,
    /// Containers that exist or may exist, at most so far.
    pub most: usize,
    names: Names,
    due: BTreeMap<(u64, u64), Event>,
    planned: u64,
    asked: BTreeMap<ClaimId, (Session, u64)>,
    ends_at_ms: BTreeMap<ContainerId, u64>,
    wakes_at_ms: Option<u64>,
    claims: u64,
}

impl EventLoop {
    pub fn new(config: Config, start_ms: u64) -> Self {
        let mut event_loop = Self {
            pool: Pool::load(PoolRow::default(), Counters::default(), []),
            now_ms: T0,
            start_ms,
            down: None,
            starts: Vec::new(),
            answers: Vec::new(),
            most: 0,
            names: Names { made: 0, chance: Chance(7) },
            due: BTreeMap::new(),
            planned: 0,
            asked: BTreeMap::new(),
            ends_at_ms: BTreeMap::new(),
            wakes_at_ms: None,
            claims: 0,
        };
        event_loop.at(T0, Event::Configured { config: Rc::new(config) });
        event_loop
    }

    /// Has something happen then.
    pub fn at(&mut self, at_ms: u64, event: Event) {
        self.planned += 1;
        self.due.insert((at_ms, self.planned), event);
    }

    /// Has a session claim then.
    pub fn claim_at(&mut self, at_ms: u64, text: &str) {
        self.claims += 1;
        let (claim, session) = (ClaimId(self.claims), Session::new(text).unwrap());
        self.asked.insert(claim, (session.clone(), at_ms));
        self.at(at_ms, Event::Claimed { claim, session, config: None });
    }

    pub fn release_at(&mut self, at_ms: u64, session: Session) {
        self.at(at_ms, Event::Released { session });
    }

    /// Claims that have not been answered.
    pub fn unanswered(&self) -> usize {
        self.asked.len()
    }

    /// The next thing that happens before `until_ms`, and what was decided.
    pub fn step(&mut self, until_ms: u64) -> Option<(Event, Decision)> {
        let planned_ms = self.due.keys().next().map(|(at_ms, _)| *at_ms);
        let next_ms = planned_ms.into_iter().chain(self.wakes_at_ms).min()?;
        if next_ms >= until_ms {
            self.now_ms = until_ms;
            return None;
        }
        self.now_ms = self.now_ms.max(next_ms);
        let event = match self.due.first_entry() {
            Some(entry) if entry.key().0 <= next_ms => entry.remove(),
            _ => Event::DeadlineReached,
        };
        let decision = self.pool.handle(self.now_ms, &mut self.names, event.clone());
        if let Err(broken) = self.pool.check_invariants() {
            panic!("after {event:?}: {broken}");
        }
        self.most = self.most.max(self.pool.stats(self.now_ms).total());
        self.wakes_at_ms = decision.alarm_at_ms.into_iter().chain(decision.timer_at_ms).min();
        if event == Event::DeadlineReached {
            assert!(self.wakes_at_ms.is_none_or(|at_ms| at_ms > self.now_ms), "woken again at once");
        }
        for reply in &decision.replies {
            let (session, asked_at_ms) = self.asked.remove(&reply.claim).expect("an answer to nobody");
            let result = reply.result.clone();
            self.answers.push(Answer { session, asked_at_ms, at_ms: self.now_ms, result });
        }
        for command in &decision.commands {
            self.carry_out(command);
        }
        Some((event, decision))
    }

    /// Everything that happens before `until_ms`.
    pub fn run(&mut self, until_ms: u64) {
        while self.step(until_ms).is_some() {}
    }

    fn carry_out(&mut self, command: &Command) {
        let soon_ms = self.now_ms + ROUND_TRIP_MS;
        match command {
            Command::Start { life, .. } => {
                self.starts.push(self.now_ms);
                match self.down {
                    None => self.at(self.now_ms + self.start_ms, Event::StartSucceeded { life: *life }),
                    Some(class) => {
                        let failed = Event::StartFailed { life: *life, failure: failure(class) };
                        self.at(self.now_ms + FAIL_MS, failed);
                    }
                }
            }
            Command::Probe { life, asked_at_ms, .. } => {
                let ended = self.ends_at_ms.get(&life.id).is_some_and(|at_ms| *at_ms <= soon_ms);
                let seen = if ended { Seen::Stopped } else { Seen::Idle };
                self.at(
                    soon_ms,
                    Event::Probed { life: *life, asked_at_ms: *asked_at_ms, seen, renewal_failed: false },
                );
            }
            Command::Reset { life, .. } => {
                self.at(soon_ms, Event::ResetAnswered { life: *life, result: Ok(true) });
            }
            Command::Stop { life, .. } => {
                self.ends_at_ms.insert(life.id, self.now_ms + STOP_MS);
                self.at(soon_ms, Event::StopAnswered { life: *life, result: Ok(()) });
            }
            Command::Destroy { life, conclusive, .. } => {
                let (life, conclusive) = (*life, *conclusive);
                self.at(soon_ms, Event::DestroyAnswered { life, conclusive, result: Ok(()) });
            }
        }
    }

    /// Every claim that was answered with a container, and how many were not.
    pub fn granted(&self) -> usize {
        self.answers.iter().filter(|answer| answer.result.is_ok()).count()
    }

    /// The containers that were ever granted.
    pub fn used(&self) -> BTreeSet<ContainerId> {
        self.answers.iter().filter_map(|answer| Some(answer.result.as_ref().ok()?.id)).collect()
    }
}
