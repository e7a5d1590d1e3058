//! What a container says when it is asked: its state, whether it is ready, and
//! what came of a reset.

use cf_warm_pool::pool::limits::READINESS_PAUSE_MS;
use cf_warm_pool::pool::{Event, Failure, Seen, Usage};
use cf_warm_pool::route::seen_of_state;

use super::fault::Fault;
use super::happening::{Call, Fate, Happening, Number, failure};
use super::knobs::{MINUTE_MS, SECOND_MS};
use super::world::{World, note};

/// What a container says of its memory and processor, in thousandths, that is
/// well, and one that is not.
const USED_PERMILLE: u32 = 300;
const USED_HOT_PERMILLE: u32 = 950;

/// Time from the state's answer to the question at the path.
const THEN_ASKS_MS: u64 = 5;

/// A container that a request starts is up after that time.
const STARTED_BY_REQUEST_MS: u64 = 2 * SECOND_MS;

impl World {
    pub fn probe_arrives(&mut self, call: Call, asked_at_ms: u64, renew: bool, asks_ms: Option<u64>) {
        let silent = self.platform.weather.silent;
        let machine = &mut self.platform.machines[call.number];
        let renewal_failed = renew && (silent || call.fate != Fate::Answered);
        if renew && !renewal_failed {
            machine.used_at_ms = machine.used_at_ms.max(self.now_ms);
        }
        let seen = self.state_of(call.number);
        let fate = if silent { Fate::Hangs } else { call.fate };
        match asks_ms.filter(|_| fate == Fate::Answered && matches!(seen, Seen::Alive | Seen::Idle)) {
            None => self.answer(
                call,
                fate,
                5,
                Event::Probed { life: call.life, asked_at_ms, seen, renewal_failed },
            ),
            Some(limit_ms) => {
                let (seen, takes_ms) = self.ask(call.number, limit_ms);
                // Each question has the whole time to itself.
                let call = Call { limit_at_ms: u64::MAX, ..call };
                self.answer(
                    call,
                    fate,
                    takes_ms,
                    Event::Probed { life: call.life, asked_at_ms, seen, renewal_failed },
                );
            }
        }
    }

    /// What `getState` says of it, and of its requests.
    pub fn state_of(&self, number: Number) -> Seen {
        let machine = &self.platform.machines[number];
        let tells = !self.knobs.faults.has(Fault::NotTold);
        let in_flight = tells.then(|| machine.under_way(self.now_ms, u64::MAX) as f64);
        seen_of_state(machine.stored, in_flight)
    }

    /// What it answers at its health path, and how long that takes.
    fn ask(&mut self, number: Number, limit_ms: u64) -> (Seen, u64) {
        if self.fault(Fault::NotReady) {
            self.turn_unready(number);
        }
        if self.fault(Fault::Hot) {
            let hot_ms = self.chance.platform.spread(SECOND_MS, 10 * MINUTE_MS);
            self.platform.machines[number].hot_until_ms = self.now_ms + hot_ms;
        }
        if self.fault(Fault::HealthSlow) {
            // The head of the answer in time, its body too late.
            let takes_ms = limit_ms + self.chance.platform.below(limit_ms);
            return (Seen::NotReady(failure("no answer within the time it had")), takes_ms);
        }
        self.request_at_path(number);
        let (now_ms, machine) = (self.now_ms, &self.platform.machines[number]);
        if !machine.ready {
            return (Seen::NotReady(failure("the container is not listening")), THEN_ASKS_MS);
        }
        if machine.unready_until_ms > now_ms {
            return (Seen::NotReady(unready()), THEN_ASKS_MS);
        }
        let used = if machine.hot_until_ms > now_ms { USED_HOT_PERMILLE } else { USED_PERMILLE };
        let usage =
            Usage { memory_permille: Some(used), cpu_permille: number.is_multiple_of(2).then_some(used) };
        (Seen::Ready(usage), THEN_ASKS_MS)
    }

    pub fn turn_unready(&mut self, number: Number) {
        let unready_ms = self.chance.platform.spread(100, 10 * MINUTE_MS);
        self.platform.machines[number].unready_until_ms = self.now_ms + unready_ms;
    }

    /// The ports of a started container answer; its start goes on until its
    /// path does.
    pub fn becomes_ready(&mut self, call: Call) {
        match call.readiness_ms {
            None => self.answer(call, call.fate, 0, Event::StartSucceeded { life: call.life }),
            Some(limit_ms) => self.asks(call, call.asked_until_ms.min(self.now_ms + limit_ms)),
        }
    }

    /// The object asks, as long as its memory lasts.
    pub fn asks(&mut self, call: Call, until_ms: u64) {
        if call.epoch != self.object.epoch {
            return;
        }
        if until_ms < self.now_ms {
            let failed = Event::StartFailed { life: call.life, failure: unready() };
            return self.answer(call, call.fate, 0, failed);
        }
        self.request_at_path(call.number);
        let machine = &self.platform.machines[call.number];
        if machine.ready && machine.unready_until_ms <= self.now_ms {
            return self.answer(call, call.fate, 0, Event::StartSucceeded { life: call.life });
        }
        let pause_ms = READINESS_PAUSE_MS.max(until_ms.saturating_sub(self.now_ms) / 8);
        if self.now_ms + pause_ms >= until_ms {
            let failed = Event::StartFailed { life: call.life, failure: unready() };
            return self.answer(call, call.fate, 0, failed);
        }
        self.after(pause_ms, Happening::Asks { call, until_ms });
    }

    /// The object's own question starts a container that has ended.
    fn request_at_path(&mut self, number: Number) {
        let machine = &self.platform.machines[number];
        if self.knobs.faults.has(Fault::AskingStarts) && !machine.running && machine.booting == 0 {
            note!(self, "container {number} is started by a question");
            self.runs(number, Some(STARTED_BY_REQUEST_MS));
        }
    }

    /// What was under way ends with a reset that cleans up.
    pub fn reset_arrives(&mut self, call: Call) {
        if let Err(violation) = self.reference.reset_strikes(call.number) {
            self.break_rule(violation);
        }
        let takes_ms = self.chance.platform.spread(5, 3 * SECOND_MS);
        let throws = self.fault(Fault::ResetThrows);
        let refuses = self.fault(Fault::ResetRefused);
        let before = throws && self.chance.platform.one_in(2);
        let cleans = !refuses && !before;
        let machine = &mut self.platform.machines[call.number];
        let result = match machine.running {
            false => Err(failure("the container is not running")),
            true if throws => Err(failure("TypeError: cannot read properties of undefined")),
            true => Ok(!refuses),
        };
        if machine.running && cleans {
            machine.wipe();
        }
        note!(self, "reset of container {}: {result:?}", call.number);
        self.answer(call, call.fate, takes_ms, Event::ResetAnswered { life: call.life, result });
    }
}

fn unready() -> Failure {
    failure("GET /ready was answered with status 503")
}
