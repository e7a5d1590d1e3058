//! The pool object as the platform runs it. Mirrors `src/runtime/host.rs`:
//! load, wake, decide, commit, arm the alarm, answer, carry out. What the
//! platform adds is here too: rows and alarm land together, and what leaves the
//! object leaves after they have.

use std::collections::BTreeMap;
use std::rc::Rc;

use cf_warm_pool::pool::{ClaimId, Decision, Event, PoolError};
use cf_warm_pool::store::Store;

use super::brief::{BriefDecision, BriefEvent};
use super::fault::Fault;
use super::happening::CallerId;
use super::mutants::{HostBug, host_bug};
use super::object::{Halt, Memory, Names};
use super::world::{World, note};

/// The object's clock when the run begins, ms since 1970.
const BEGINS_MS: i64 = 1_763_000_000_000;

/// As in the object host.
pub const RECOVERY_MS: u64 = 10_000;

impl World {
    /// What the object takes for the time.
    pub fn clock_ms(&self) -> u64 {
        (BEGINS_MS + self.now_ms as i64 + self.object.offset_ms) as u64
    }

    /// The object is called. After a while without anything to do it is rebuilt.
    pub fn enter(&mut self) -> Result<(), Halt> {
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

    pub fn memory(&mut self) -> Result<&mut Memory, Halt> {
        self.object.memory.as_mut().ok_or(Halt::Crashed)
    }

    /// A claim, as the object's method takes it.
    pub fn object_claim(&mut self, caller: CallerId, event: impl FnOnce(ClaimId, &World) -> Event) {
        if let Err(halt) = self.enter() {
            return self.tell_unavailable(caller, halt);
        }
        let Ok(memory) = self.memory() else { return };
        let claim = ClaimId(memory.next_claim);
        memory.next_claim += 1;
        memory.waiting.insert(claim, caller);
        let event = event(claim, self);
        match self.dispatch(event) {
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

    /// A caller that waits goes away. One that was answered is nobody to it.
    pub fn object_leave(&mut self, caller: CallerId) -> Result<(), Halt> {
        self.enter()?;
        let waiting = &mut self.memory()?.waiting;
        let claim = waiting.iter().find(|(_, other)| **other == caller).map(|(claim, _)| *claim);
        let result = match claim {
            Some(claim) => {
                waiting.remove(&claim);
                self.dispatch(Event::CallerLeft { claim })
            }
            None => Ok(()),
        };
        self.leave();
        result
    }

    /// The pool is to fill itself.
    pub fn object_prime(&mut self, version: usize) -> Result<(), Halt> {
        self.enter()?;
        let config = Some(Rc::clone(&self.configs[version]));
        self.object_event(Event::Primed { config })
    }

    /// Any other call but the alarm.
    pub fn object_event(&mut self, event: Event) -> Result<(), Halt> {
        self.enter()?;
        let result = self.dispatch(event);
        self.leave();
        result
    }

    /// The end of a synchronous stretch: what was written has landed.
    pub fn leave(&mut self) {
        self.land_alarm();
        self.check_alarm();
    }

    pub fn dispatch(&mut self, event: Event) -> Result<(), Halt> {
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
        self.told_twice = !counted;
        let _ = self.object_event(event);
        self.told_twice = false;
    }

    pub fn count_call(&mut self) {
        if let Ok(memory) = self.memory() {
            memory.in_flight += 1;
        }
    }
}

fn unavailable(error: &cf_warm_pool::store::StoreError) -> Halt {
    Halt::Failed(PoolError::PoolUnavailable { message: format!("the pool's storage failed: {error}") })
}
