//! A decision carried out: checked beside the rows before it, committed or
//! refused, answered, and asked for.

use cf_warm_pool::pool::{
    Change, Command, Container, Counters, Decision, Event, Memory, Pool, Reply, Seen, State,
};

use super::World;
use super::platform::{Effect, life};

impl World {
    pub(super) fn handle(&mut self, event: Event) {
        let decision = self.pool.handle(self.now_ms, &mut self.names, event.clone());
        self.pool.check_invariants().unwrap_or_else(|broken| panic!("after {event:?}: {broken}"));
        if std::mem::take(&mut self.commit_refused) && !decision.changes.is_empty() {
            return self.wake(true);
        }
        self.note_seen(&event);
        self.check_starts(&event, &decision);
        self.check_lives(&event, &decision);
        self.check_order(&event, &decision);
        self.commit(&event, decision);
        self.check_figures();
        self.check_event(&event);
    }

    pub(super) fn wake(&mut self, commit_refused: bool) {
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
        if decision.refused.is_none() {
            self.note_claim(event);
        }
        for change in decision.changes {
            self.record(event, change);
        }
        if let Event::StartSucceeded { life } = event {
            self.healthy.insert(*life);
        }
        for Reply { claim, result } in decision.replies {
            let asked = self.asked.remove(&claim);
            let Some(session) = asked else { panic!("after {event:?}: {claim:?} is nobody's") };
            self.answered += 1;
            match result {
                Ok(grant) => self.check_grant(event, &grant, &session),
                Err(error) => assert!((400..=599).contains(&error.http_status()), "{error:?}"),
            }
        }
        for command in decision.commands {
            self.check_command(event, &command);
            if let Command::Probe { life, .. } = command {
                self.looked.insert(life, self.now_ms);
            }
            let effect = Effect { command, asked_at_ms: self.now_ms, memory: self.memory };
            self.effects.push(effect);
        }
        self.alarm_at_ms = decision.alarm_at_ms;
        self.timer_at_ms = decision.timer_at_ms;
    }

    /// A claim of a session that holds a container renews its lease; a caller
    /// that leaves is told nothing any more.
    fn note_claim(&mut self, event: &Event) {
        match event {
            Event::Claimed { session, .. } if self.claimed_at_ms.contains_key(session) => {
                self.claimed_at_ms.insert(session.clone(), self.now_ms);
            }
            Event::CallerLeft { claim } => {
                self.answered += u64::from(self.asked.remove(claim).is_some());
            }
            _ => {}
        }
    }

    fn record(&mut self, event: &Event, change: Change) {
        match change {
            Change::PutContainer(container) | Change::MoveContainer(container) => {
                let row = Container { memory: Memory::default(), ..container };
                let before = self.rows.insert(row.id, row.clone());
                self.recorded.insert(row.id);
                if let State::Assigned { session, .. } = &row.state
                    && before.as_ref().and_then(Container::session) != Some(session)
                {
                    self.claimed_at_ms.insert(session.clone(), self.now_ms);
                }
                if before.as_ref().is_some_and(|before| before.generation != row.generation) {
                    let starts = matches!(row.state, State::Starting { .. });
                    assert!(!starts || !self.may_run(row.id), "after {event:?}: {} may run twice", row.id);
                    if !starts {
                        self.healthy.insert(row.life());
                        self.seen.insert(row.life(), (self.now_ms, 0));
                    }
                }
            }
            Change::DeleteContainer(id) => {
                assert!(!self.may_run(id), "after {event:?}: {id} is forgotten and may run");
                self.rows.remove(&id);
            }
            Change::PutPool(row) => self.pool_row = row,
            Change::PutCounters(counters) => self.counters_row = *counters,
            Change::PutMinute(_) | Change::PutHistory(_) => {}
        }
    }

    /// A command is about a row, and only who is nobody's is asked at the path:
    /// a request would keep a session's container awake.
    fn check_command(&self, event: &Event, command: &Command) {
        let life = life(command);
        let row = self.rows.get(&life.id).filter(|row| row.generation == life.generation);
        let Some(row) = row else { panic!("after {event:?}: {command:?} is about no row") };
        let warm = matches!(row.state, State::Warm { .. });
        let health = &self.pool.config().health;
        match command {
            Command::Start { readiness, .. } => {
                let path = readiness.as_ref().map(|readiness| &readiness.path);
                assert_eq!(path, health.path.as_ref(), "after {event:?}");
            }
            Command::Probe { renew, path, .. } => {
                assert!((*renew || path.is_none()) && (warm || !renew), "after {event:?}: {command:?}");
            }
            Command::Reset { .. } => {
                assert!(matches!(row.state, State::Draining { .. }), "after {event:?}: {command:?}");
            }
            Command::Stop { .. } | Command::Destroy { .. } => {
                assert!(matches!(row.state, State::Stopping { .. }), "after {event:?}: {command:?}");
            }
        }
    }

    /// What an outcome says about a container's health. Silence counts only
    /// where another container answered meanwhile.
    fn note_seen(&mut self, event: &Event) {
        match event {
            Event::StartSucceeded { life } => {
                self.seen.insert(*life, (self.now_ms, 0));
            }
            Event::Probed { life, seen, .. } => {
                let asked_at_ms = self.looked.get(life);
                let others = asked_at_ms.is_some_and(|asked_ms| *asked_ms <= self.answered_at_ms);
                match seen {
                    Seen::Alive | Seen::Busy | Seen::Idle => {
                        self.seen.insert(*life, (self.now_ms, 0));
                    }
                    // Of what it uses the ceilings decide, which may have changed since.
                    Seen::Ready(usage) if usage.memory_permille.is_none() => {
                        self.seen.insert(*life, (self.now_ms, 0));
                    }
                    Seen::Ready(_) => {
                        let (_, failures) = self.seen.get(life).copied().unwrap_or_default();
                        self.seen.insert(*life, (self.now_ms, failures + 1));
                    }
                    Seen::Unknown(_) if !others => {}
                    Seen::NotReady(_) | Seen::Stopped | Seen::Unknown(_) => {
                        self.seen.entry(*life).or_default().1 += 1;
                    }
                }
                if !matches!(seen, Seen::Unknown(_)) {
                    self.answered_at_ms = self.now_ms;
                }
            }
            _ => {}
        }
    }

    fn check_figures(&self) {
        let stats = self.pool.stats(self.now_ms);
        assert_eq!(stats.total(), self.rows.len(), "rows and memory differ");
        let lives = self.recorded.len() as u64 + stats.counters.restarts;
        assert_eq!(stats.started(), lives, "started = gone + tracked");
        let answered = self.claims - self.asked.len() as u64;
        let counted = stats.counters.claims() + stats.counters.callers_left;
        assert!(counted <= answered, "more claims counted than answered");
        assert_eq!(self.answered, answered);
        let pending = stats.total() + stats.waiting > 0;
        assert!(!pending || self.alarm_at_ms.or(self.timer_at_ms).is_some(), "nothing armed: {stats:?}");
    }

    /// The counters as they are recorded.
    pub(super) fn recorded_counters(&self) -> Counters {
        self.counters_row
    }
}
