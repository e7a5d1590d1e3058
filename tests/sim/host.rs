//! The pool object as the platform runs it. Mirrors `src/runtime/object.rs`:
//! load, wake, decide, commit, arm the alarm, answer, carry out. What the
//! platform adds is here too: rows and alarm land together, and what leaves the
//! object leaves after they have.

use std::collections::BTreeMap;

use cf_warm_pool::pool::{ClaimId, Decision, Event, Fresh, Identity, Pool, PoolError};
use cf_warm_pool::store::Store;

use super::brief::{BriefDecision, BriefEvent};
use super::chance::Chance;
use super::fault::Fault;
use super::happening::{CallerId, Happening};
use super::knobs::SECOND_MS;
use super::machine::{Machine, identity};
use super::mutants::{HostBug, host_bug};
use super::storage::Storage;
use super::world::{World, note};

/// The object's clock when the run begins, ms since 1970.
const BEGINS_MS: i64 = 1_763_000_000_000;

/// As in the object host.
const RECOVERY_MS: u64 = 10_000;

pub struct Object {
    storage: Storage,
    /// The alarm the platform holds, by the object's clock.
    pub alarm_at_ms: Option<u64>,
    pub alarm_token: u64,
    /// How far the object's clock is ahead.
    pub offset_ms: i64,
    /// Which memory this is.
    pub epoch: u64,
    pub memory: Option<Memory>,
}

/// What an eviction takes away.
pub struct Memory {
    store: Store<Storage>,
    pub pool: Option<Pool>,
    storage_failures: u64,
    pub waiting: BTreeMap<ClaimId, CallerId>,
    next_claim: u64,
    /// The version of the client whose configuration is in force.
    applied: Option<usize>,
    alarm_at_ms: Option<u64>,
    wanted_alarm_at_ms: Option<u64>,
    /// What was last asked of the platform's alarm and has not landed.
    moved_alarm: Option<Option<u64>>,
    timer: Option<(u64, u64)>,
    next_timer: u64,
    in_flight: u64,
    active_at_ms: u64,
}

/// Why a call into the object did not get to its end.
pub enum Halt {
    /// The process ended; whoever waited knows.
    Crashed,
    Failed(PoolError),
}

impl Object {
    pub fn new() -> Self {
        Self {
            storage: Storage::new(),
            alarm_at_ms: None,
            alarm_token: 0,
            offset_ms: 0,
            epoch: 0,
            memory: None,
        }
    }
}

struct Names<'a> {
    machines: &'a mut Vec<Machine>,
    chance: &'a mut Chance,
}

impl Fresh for Names<'_> {
    fn identity(&mut self) -> Identity {
        let identity = identity(self.machines.len(), self.chance);
        self.machines.push(Machine::new(identity.id));
        identity
    }

    fn random(&mut self) -> u64 {
        self.chance.next()
    }
}

impl World {
    /// What the object takes for the time.
    pub fn clock_ms(&self) -> u64 {
        (BEGINS_MS + self.now_ms as i64 + self.object.offset_ms) as u64
    }

    /// The object is called. After a while without anything to do it is rebuilt.
    fn enter(&mut self) -> Result<(), Halt> {
        let idle_at_ms = self.object.memory.as_ref().and_then(|memory| {
            let idle = memory.in_flight == 0 && memory.waiting.is_empty() && memory.timer.is_none();
            idle.then_some(memory.active_at_ms + self.knobs.evict_after_ms)
        });
        if idle_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms) && self.knobs.faults.has(Fault::Evict) {
            note!(self, "evicted");
            self.lose_memory();
        }
        if let Some(memory) = &mut self.object.memory {
            memory.active_at_ms = self.now_ms;
            return Ok(());
        }
        if self.fault(Fault::Storage) {
            self.object.storage.refuse_next();
        }
        let store = Store::open(self.object.storage.clone()).map_err(|error| unavailable(&error))?;
        self.object.memory = Some(Memory {
            store,
            pool: None,
            storage_failures: 0,
            waiting: BTreeMap::new(),
            next_claim: 0,
            applied: None,
            alarm_at_ms: None,
            wanted_alarm_at_ms: None,
            moved_alarm: None,
            timer: None,
            next_timer: 0,
            in_flight: 0,
            active_at_ms: self.now_ms,
        });
        Ok(())
    }

    fn memory(&mut self) -> Result<&mut Memory, Halt> {
        self.object.memory.as_mut().ok_or(Halt::Crashed)
    }

    /// A claim, as the object's method takes it.
    pub fn object_claim(
        &mut self,
        caller: CallerId,
        event: impl FnOnce(ClaimId, &World, bool) -> Event,
        version: usize,
    ) {
        if let Err(halt) = self.enter() {
            return self.tell_unavailable(caller, halt);
        }
        let Ok(memory) = self.memory() else { return };
        let claim = ClaimId(memory.next_claim);
        memory.next_claim += 1;
        memory.waiting.insert(claim, caller);
        let brings = memory.applied != Some(version);
        let event = event(claim, self, brings);
        match self.dispatch(event) {
            Ok(()) if brings => {
                if let Ok(memory) = self.memory() {
                    memory.applied = Some(version);
                }
            }
            Err(Halt::Failed(error)) => {
                let waited = self.object.memory.as_mut().and_then(|memory| memory.waiting.remove(&claim));
                if waited.is_some() {
                    self.tell_unavailable(caller, Halt::Failed(error));
                }
            }
            Ok(()) | Err(Halt::Crashed) => {}
        }
        self.leave();
    }

    /// Any other call but the alarm.
    pub fn object_event(&mut self, event: Event, version: Option<usize>) -> Result<(), Halt> {
        self.enter()?;
        let result = self.dispatch(event);
        if result.is_ok()
            && version.is_some()
            && let Ok(memory) = self.memory()
        {
            memory.applied = version;
        }
        self.leave();
        result
    }

    /// The alarm, as the object's method handles it.
    pub fn object_alarm(&mut self) -> Result<(), Halt> {
        self.enter()?;
        let clock_ms = self.clock_ms();
        let memory = self.memory()?;
        memory.alarm_at_ms = None;
        let recovery_ms = memory.pool.as_ref().map_or(RECOVERY_MS, |pool| pool.config().refresh_interval_ms);
        memory.arm_alarm(Some(clock_ms + recovery_ms));
        match self.dispatch(Event::DeadlineReached) {
            Ok(()) if !host_bug(HostBug::AlarmNotRearmed) => {
                let memory = self.memory()?;
                memory.move_alarm(memory.wanted_alarm_at_ms);
            }
            Ok(()) => self.memory()?.move_alarm(None),
            Err(Halt::Crashed) => return Err(Halt::Crashed),
            Err(Halt::Failed(_)) => {}
        }
        self.leave();
        Ok(())
    }

    /// The end of a synchronous stretch: what was written has landed.
    fn leave(&mut self) {
        self.land_alarm();
        self.check_alarm();
    }

    fn dispatch(&mut self, event: Event) -> Result<(), Halt> {
        if self.memory()?.pool.is_none() {
            self.load()?;
            self.decide_and_act(Event::Woke)?;
        }
        self.decide_and_act(event)
    }

    fn load(&mut self) -> Result<(), Halt> {
        if self.fault(Fault::Storage) {
            self.object.storage.refuse_next();
        }
        let memory = self.memory()?;
        let mut pool = memory.store.load().map_err(|error| unavailable(&error))?;
        for _ in 0..std::mem::take(&mut memory.storage_failures) {
            pool.count_storage_failure();
        }
        let checked = self.reference.loaded(&pool);
        self.memory()?.pool = Some(pool);
        if let Err(violation) = checked {
            self.break_rule(violation);
        }
        Ok(())
    }

    fn decide_and_act(&mut self, event: Event) -> Result<(), Halt> {
        let clock_ms = self.clock_ms();
        if self.log.wants(BriefEvent(&event).is_news()) {
            note!(self, "> {} (clock {clock_ms})", BriefEvent(&event));
        }
        let memory = self.object.memory.as_mut().ok_or(Halt::Crashed)?;
        let pool = memory.pool.as_mut().ok_or(Halt::Crashed)?;
        let mut names = Names { machines: &mut self.platform.machines, chance: &mut self.chance.host };
        let decision = pool.handle(clock_ms, &mut names, event.clone());
        if self.log.wants(BriefDecision(&decision).is_news()) {
            note!(self, "< {}", BriefDecision(&decision));
        }
        if host_bug(HostBug::CommandsBeforeCommit) {
            for command in &decision.commands {
                self.carry_out(command.clone());
            }
        }
        if self.fault(Fault::Crash) {
            return Err(self.crash("before the commit"));
        }
        if self.fault(Fault::Storage) && !decision.changes.is_empty() {
            self.object.storage.refuse_next();
        }
        let memory = self.memory()?;
        if let Err(error) = memory.store.commit(&decision.changes) {
            if !self.object.refused_on_purpose(&error.to_string()) {
                self.break_rule(super::reference::Violation::new("1 one state", error.to_string()));
            }
            return Err(self.commit_failed(unavailable(&error)));
        }
        self.check_commit(&event, &decision, clock_ms);
        self.act(decision)
    }

    fn act(&mut self, decision: Decision) -> Result<(), Halt> {
        let memory = self.memory()?;
        memory.arm_alarm(decision.alarm_at_ms);
        self.land_alarm();
        if self.fault(Fault::Crash) {
            return Err(self.crash("after the commit"));
        }
        self.arm_timer(decision.timer_at_ms);
        for reply in decision.replies {
            let caller = self.memory()?.waiting.remove(&reply.claim);
            if let Some(caller) = caller {
                self.tell(caller, reply.result);
            }
        }
        if !host_bug(HostBug::CommandsBeforeCommit) {
            for command in decision.commands {
                if self.fault(Fault::Crash) {
                    return Err(self.crash("between two commands"));
                }
                self.carry_out(command);
            }
        }
        decision.refused.map_or(Ok(()), |error| Err(Halt::Failed(error)))
    }

    /// Memory no longer matches the rows.
    fn commit_failed(&mut self, halt: Halt) -> Halt {
        note!(self, "the commit failed");
        self.reference.commit_failed();
        let at_ms = self.clock_ms() + RECOVERY_MS;
        let Ok(memory) = self.memory() else { return Halt::Crashed };
        if !host_bug(HostBug::MemoryNotRebuilt) {
            memory.pool = None;
        }
        memory.storage_failures += 1;
        memory.applied = None;
        let waiting = std::mem::take(&mut memory.waiting);
        memory.arm_alarm(Some(at_ms));
        for caller in waiting.into_values() {
            self.tell_unavailable(caller, Halt::Crashed);
        }
        halt
    }

    /// The process ends here and now.
    pub fn crash(&mut self, when: &str) -> Halt {
        note!(self, "crash {when}");
        self.lose_memory();
        Halt::Crashed
    }

    pub fn lose_memory(&mut self) {
        self.object.epoch += 1;
        let memory = self.object.memory.take();
        for caller in memory.into_iter().flat_map(|memory| memory.waiting.into_values()) {
            self.tell_unavailable(caller, Halt::Crashed);
        }
        self.reference.memory_lost();
    }

    /// The outcome of a call comes back, to the memory that made it or to none.
    pub fn answer_comes(&mut self, epoch: u64, event: Event, counted: bool) {
        if epoch != self.object.epoch {
            return;
        }
        if let Ok(memory) = self.memory()
            && counted
        {
            memory.in_flight = memory.in_flight.saturating_sub(1);
        }
        let _ = self.object_event(event, None);
    }

    pub fn count_call(&mut self) {
        if let Ok(memory) = self.memory() {
            memory.in_flight += 1;
        }
    }

    fn arm_timer(&mut self, at_ms: Option<u64>) {
        let (now_ms, epoch) = (self.clock_ms(), self.object.epoch);
        let late_ms = self.chance.host.below(20);
        let Ok(memory) = self.memory() else { return };
        if memory.timer.map(|(armed_ms, _)| armed_ms) == at_ms {
            return;
        }
        memory.next_timer += 1;
        let token = memory.next_timer;
        memory.timer = at_ms.map(|at_ms| (at_ms, token));
        if let Some(at_ms) = at_ms {
            self.after(at_ms.saturating_sub(now_ms) + late_ms, Happening::Timer { epoch, token });
        }
    }

    pub fn timer_fires(&mut self, epoch: u64, token: u64) {
        if epoch != self.object.epoch {
            return;
        }
        let Ok(memory) = self.memory() else { return };
        if memory.timer.is_none_or(|(_, armed)| armed != token) {
            return;
        }
        memory.timer = None;
        let _ = self.object_event(Event::DeadlineReached, None);
    }

    /// The alarm last asked for is the one the platform holds.
    pub fn land_alarm(&mut self) {
        let moved = self.object.memory.as_mut().and_then(|memory| memory.moved_alarm.take());
        if let Some(at_ms) = moved {
            self.hold_alarm(at_ms);
        }
    }

    pub fn hold_alarm(&mut self, at_ms: Option<u64>) {
        self.object.alarm_token += 1;
        self.object.alarm_at_ms = at_ms;
        if let Some(at_ms) = at_ms {
            let mut delay_ms = at_ms.saturating_sub(self.clock_ms());
            if self.fault(Fault::AlarmLate) {
                delay_ms += self.chance.host.below(60 * SECOND_MS);
            }
            let token = self.object.alarm_token;
            self.after(delay_ms, Happening::Alarm { token });
        }
    }

    /// The platform's alarm: by the object's clock, which may have been put back.
    pub fn alarm_is_due(&mut self, token: u64) {
        if token != self.object.alarm_token {
            return;
        }
        let early_ms = self.object.alarm_at_ms.map_or(0, |at_ms| at_ms.saturating_sub(self.clock_ms()));
        if early_ms > 0 {
            return self.after(early_ms, Happening::Alarm { token });
        }
        self.object.alarm_at_ms = None;
        if self.fault(Fault::AlarmTwice) {
            let again_ms = self.chance.host.below(5 * SECOND_MS);
            self.after(again_ms, Happening::AlarmAgain);
        }
        self.alarm_fires();
    }

    /// At least once: a run that did not end is repeated, unless a later alarm
    /// was set before it ended.
    pub fn alarm_fires(&mut self) {
        note!(self, "alarm");
        self.reference.alarm_began();
        let ended = self.object_alarm();
        if let Err(violation) = self.reference.alarm_ended(self.now_ms) {
            self.break_rule(violation);
        }
        if ended.is_err() && self.object.alarm_at_ms.is_none() {
            let again_at_ms = self.clock_ms() + 2 * SECOND_MS;
            self.hold_alarm(Some(again_at_ms));
        }
    }
}

impl Object {
    fn refused_on_purpose(&self, error: &str) -> bool {
        error.contains("disk I/O error")
    }
}

impl Memory {
    fn arm_alarm(&mut self, at_ms: Option<u64>) {
        self.wanted_alarm_at_ms = at_ms;
        match (at_ms, self.alarm_at_ms) {
            (Some(at_ms), Some(armed_ms)) if armed_ms <= at_ms => {}
            (at_ms, _) => self.move_alarm(at_ms),
        }
    }

    fn move_alarm(&mut self, at_ms: Option<u64>) {
        if self.alarm_at_ms != at_ms {
            self.alarm_at_ms = at_ms;
            self.moved_alarm = Some(at_ms);
        }
    }
}

fn unavailable(error: &cf_warm_pool::store::StoreError) -> Halt {
    Halt::Failed(PoolError::PoolUnavailable { message: format!("the pool's storage failed: {error}") })
}
