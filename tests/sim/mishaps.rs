//! What comes from outside without anybody's asking: weather, deploys, clocks,
//! reports of nothing, operators.

use std::rc::Rc;

use cf_warm_pool::pool::{ContainerId, Event, Failure, FailureClass, Generation, Life, Seen};

use super::fault::Fault;
use super::happening::{Happening, Number};
use super::knobs::{HOUR_MS, MINUTE_MS, SECOND_MS};
use super::platform::Weather;
use super::world::{World, note};

/// How far the clock is put forward while starts are under way. A start is
/// given up by the clock, and `startTimeout` is at least 1 s.
const FORWARD_WITH_STARTS_MS: u64 = 100;

impl World {
    pub fn weather_changes(&mut self) {
        if !self.faulty {
            return;
        }
        let chance = &mut self.chance.weather;
        let next_ms = chance.spread(MINUTE_MS, 6 * HOUR_MS);
        let kind = chance.below(10);
        let amount = chance.below(6);
        let mode = chance.below(2) as usize + 1;
        let faults = &self.knobs.faults;
        let mut weather = Weather::calm(self.knobs.room);
        match kind {
            0 | 1 if faults.has(Fault::Capacity) => weather.room = amount,
            2 if faults.has(Fault::Capacity) => weather.room = self.knobs.room / 2,
            3 if faults.has(Fault::Rate) => weather.starts_a_second = Some(amount / 2),
            4 if faults.has(Fault::Image) => weather.bad_image = true,
            5 if faults.has(Fault::Silence) => weather.silent = true,
            6 if faults.has(Fault::Slow) => weather.mode = mode,
            _ => {}
        }
        note!(self, "{weather:?}");
        self.platform.weather = weather;
        self.after(next_ms, Happening::Weather);
    }

    pub fn mishaps(&mut self) {
        if !self.faulty {
            return;
        }
        self.after(10 * MINUTE_MS, Happening::Mishaps);
        let within_ms = self.chance.weather.below(10 * MINUTE_MS);
        if self.fault(Fault::Deploy) {
            self.crash("by a deploy");
        }
        if self.fault(Fault::Clock) {
            self.clock_jumps();
        }
        if self.fault(Fault::ReportFalse) {
            let running = self.platform.running.len() as u64;
            let at = self.chance.weather.below(running + 1) as usize;
            let what = match self.platform.running.iter().nth(at) {
                Some(number) => Happening::Report { number: *number },
                None => Happening::Garbage,
            };
            self.after(within_ms, what);
        }
        if self.fault(Fault::Configure) {
            let version = self.chance.weather.below(2) as usize;
            self.after(within_ms, Happening::Configure { version });
        }
        if self.fault(Fault::Prime) {
            let version = self.chance.weather.below(2) as usize;
            self.after(within_ms, Happening::Prime { version });
        }
        if self.fault(Fault::ShutDown) {
            self.after(within_ms, Happening::ShutDown);
        }
        if self.fault(Fault::ShutDownAll) {
            self.after(within_ms, Happening::ShutDownAll);
        }
        if self.fault(Fault::OutcomeStale) {
            self.stale_outcome();
        }
        if self.chance.weather.one_in(6) {
            self.after(within_ms, Happening::StatsAsked);
        }
    }

    /// Back by anything, forward by little while the platform works on starts:
    /// the time they are given is all the pool knows of their end.
    fn clock_jumps(&mut self) {
        let starts = self.platform.booting > 0 || self.reference.starting() > 0;
        // A lease may end before its session hears that it has one.
        let quiet = !starts && self.everybody_was_told();
        let chance = &mut self.chance.weather;
        let jump_ms = match chance.below(3) {
            0 => -(chance.spread(SECOND_MS, 10 * MINUTE_MS) as i64),
            1 if quiet => chance.spread(SECOND_MS, HOUR_MS) as i64,
            _ => chance.below(FORWARD_WITH_STARTS_MS) as i64,
        };
        note!(self, "the clock jumps by {jump_ms} ms");
        self.object.offset_ms += jump_ms;
        self.reference.clock_jumped(jump_ms);
        // The platform goes by the same clock.
        let alarm_at_ms = self.object.alarm_at_ms;
        if alarm_at_ms.is_some() {
            self.hold_alarm(alarm_at_ms);
        }
    }

    pub fn report_comes(&mut self, number: Number) {
        let id = self.platform.machines[number].id;
        let _ = self.object_event(Event::StopReported { id });
    }

    pub fn garbage_comes(&mut self) {
        let event = match self.chance.weather.below(2) {
            0 => Event::GarbageReported,
            _ => Event::StopReported { id: ContainerId([0xee; 32]) },
        };
        let _ = self.object_event(event);
    }

    pub fn configuration_comes(&mut self, version: usize) {
        let config = Rc::clone(&self.configs[version]);
        let _ = self.object_event(Event::Configured { config });
    }

    pub fn prime_comes(&mut self, version: usize) {
        let _ = self.object_prime(version);
    }

    pub fn shut_down_comes(&mut self, event: Event) {
        let _ = self.object_event(event);
    }

    pub fn figures_are_asked(&mut self) {
        if self.object_event(Event::StatsAsked).is_ok() {
            self.check_figures();
        }
    }

    /// The outcome of an effect on a life of a container that is not the one it
    /// lives: nothing may come of it.
    fn stale_outcome(&mut self) {
        let tracked = self.reference.tracked_lives();
        if tracked.is_empty() {
            return;
        }
        let chance = &mut self.chance.weather;
        let Life { id, generation: Generation(lives) } = *chance.pick(&tracked);
        let life = Life { id, generation: Generation(*chance.pick(&[lives - 1, lives + 1, lives + 6])) };
        let failure = Failure::new(FailureClass::Transient, "the life before");
        let event = match chance.below(6) {
            5 => Event::ResetAnswered { life, result: Ok(true) },
            0 => Event::StartSucceeded { life },
            1 => Event::StartFailed { life, failure },
            2 => Event::Probed { life, asked_at_ms: 0, seen: Seen::Stopped, renewal_failed: false },
            3 => Event::StopAnswered { life, result: Ok(()) },
            _ => Event::DestroyAnswered { life, conclusive: true, result: Ok(()) },
        };
        let _ = self.object_event(event);
    }
}
