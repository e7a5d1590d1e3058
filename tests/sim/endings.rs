//! How containers end: by themselves, by a signal, by a destroy, asleep.

use cf_warm_pool::pool::Event;

use super::fault::Fault;
use super::happening::{Call, Happening, Number};
use super::knobs::{MINUTE_MS, SECOND_MS};
use super::world::{World, note};

impl World {
    pub fn ends(&mut self, number: Number, boot: u32) {
        let machine = &mut self.platform.machines[number];
        if !machine.running || machine.boot != boot {
            return;
        }
        machine.running = false;
        machine.ready = false;
        machine.drop_requests();
        self.platform.running.remove(&number);
        note!(self, "container {number} ends");
        for call in std::mem::take(&mut self.platform.machines[number].waiters) {
            self.answer_start(call, Err("container crashed while checking for ports"));
        }
        let lag_ms = match self.fault(Fault::StateStale) {
            true => self.chance.platform.below(10 * MINUTE_MS),
            false => self.chance.platform.between(20, 500),
        };
        self.after(lag_ms, Happening::OnStop { number, boot });
    }

    /// The container's object hears of its end, and may tell the pool.
    pub fn on_stop(&mut self, number: Number, boot: u32) {
        let machine = &mut self.platform.machines[number];
        if machine.boot == boot {
            machine.stored = *self.chance.platform.pick(&["stopped", "stopped", "stopped_with_code"]);
        }
        if self.fault(Fault::ReportLost) {
            return;
        }
        let times = 1 + u64::from(self.fault(Fault::ReportTwice));
        for _ in 0..times {
            let delay_ms = match self.fault(Fault::ReportLate) {
                true => self.chance.platform.below(10 * MINUTE_MS),
                false => self.chance.platform.between(1, 50),
            };
            self.after(delay_ms, Happening::Report { number });
        }
    }

    pub fn sleeps(&mut self, number: Number, boot: u32) {
        let machine = &self.platform.machines[number];
        if !machine.running || machine.boot != boot {
            return;
        }
        let sleeps_at_ms = machine.used_at_ms + self.knobs.sleep_after_ms;
        if sleeps_at_ms <= self.now_ms {
            self.ends(number, boot);
        } else {
            self.after(sleeps_at_ms - self.now_ms, Happening::Sleeps { number, boot });
        }
    }

    pub fn stop_arrives(&mut self, call: Call) {
        let machine = &self.platform.machines[call.number];
        let boot = machine.boot;
        if machine.running && !self.fault(Fault::StopIgnored) {
            let drains_ms = self.chance.platform.spread(50, 20 * SECOND_MS);
            self.after(drains_ms, Happening::Ends { number: call.number, boot });
        }
        self.answer(call, call.fate, 5, Event::StopAnswered { life: call.life, result: Ok(()) });
    }

    /// Kills what runs. A start that waits for an instance may be ended by it,
    /// or go on and get one later.
    pub fn destroy_arrives(&mut self, call: Call, conclusive: bool) {
        let ends_starts = self.chance.platform.one_in(2);
        let machine = &mut self.platform.machines[call.number];
        if ends_starts {
            machine.cancelled += 1;
        }
        let boot = machine.boot;
        self.ends(call.number, boot);
        let takes_ms = self.chance.platform.spread(10, 3 * SECOND_MS);
        let destroyed = Event::DestroyAnswered { life: call.life, conclusive, result: Ok(()) };
        self.answer(call, call.fate, takes_ms, destroyed);
    }
}
