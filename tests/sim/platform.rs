//! The platform: machines, how many there may be, and what their answers look
//! like. Starts of one container run beside one another, as they do in its
//! object; what is under way there ends within `startTimeout` for the instance
//! and again for the ports.
//!
//! A stopped container is not started by a request here. On the platform
//! `fetch` does that, also through the stub of a client whose container was let
//! go, and nothing in the pool can prevent it before a container refuses by
//! itself.

use std::collections::BTreeSet;

use cf_warm_pool::pool::Event;

use super::fault::Fault;
use super::happening::{Call, Happening, Number, failure};
use super::knobs::{HOUR_MS, SECOND_MS};
use super::machine::Machine;
use super::times::MODES;
use super::world::{World, note};

pub struct Platform {
    pub machines: Vec<Machine>,
    /// The machines that run.
    pub running: BTreeSet<Number>,
    /// Starts that wait for an instance, which is set aside for them.
    pub booting: u64,
    pub weather: Weather,
    /// Starts in the second that began at .0.
    rate: (u64, u64),
}

/// What changes by itself.
#[derive(Clone, Debug)]
pub struct Weather {
    pub room: u64,
    pub starts_a_second: Option<u64>,
    pub bad_image: bool,
    pub silent: bool,
    /// Which of the measured [`MODES`].
    pub mode: usize,
}

impl Platform {
    pub fn new(room: u64) -> Self {
        Self {
            machines: Vec::new(),
            running: BTreeSet::new(),
            booting: 0,
            weather: Weather::calm(room),
            rate: (0, 0),
        }
    }

    /// Containers that run or get an instance.
    pub fn taken(&self) -> u64 {
        self.running.len() as u64 + self.booting
    }

    fn too_fast(&mut self, now_ms: u64) -> bool {
        let Some(limit) = self.weather.starts_a_second else { return false };
        if now_ms >= self.rate.0 + SECOND_MS {
            self.rate = (now_ms, 0);
        }
        self.rate.1 += 1;
        self.rate.1 > limit
    }
}

impl Weather {
    pub fn calm(room: u64) -> Self {
        Self { room, starts_a_second: None, bad_image: false, silent: false, mode: 0 }
    }
}

impl World {
    pub fn start_arrives(&mut self, call: Call, timeout_ms: u64) {
        let machine = &mut self.platform.machines[call.number];
        if machine.ready {
            return match self.chance.platform.below(4) {
                // The class looks first, but not everything is seen in time.
                0 => self.answer_start(
                    call,
                    Err("start() cannot be called on a container that is already running"),
                ),
                _ => self.answer_start(call, Ok(())),
            };
        }
        if machine.running {
            machine.waiters.push(call);
            let boot = machine.boot;
            return self.after(timeout_ms, Happening::PortsGivenUp { call, boot });
        }
        if let Some((after_ms, words)) = self.refusal(timeout_ms) {
            return self.start_fails_in(after_ms, call, words);
        }
        let mode = &MODES[self.platform.weather.mode];
        let draws_failure = mode.fails(&mut self.chance.platform);
        let mut takes_ms = mode.draw_ms(&mut self.chance.platform) / self.knobs.pace;
        if !self.faulty {
            takes_ms = takes_ms.min(timeout_ms / 2);
        } else if draws_failure || self.fault(Fault::StartFails) {
            let words = *self.chance.platform.pick(&[
                "Container did not start after 8000ms",
                "Network connection lost.",
                "container exited before we could determine the container health",
                "there is no container instance that can be provided to this durable object: Network connection lost.",
            ]);
            return self.start_fails_in(takes_ms.min(timeout_ms), call, words);
        }
        let boots_in_ms = takes_ms * self.chance.platform.between(1, 9) / 10;
        if boots_in_ms >= timeout_ms {
            return self.start_fails_in(timeout_ms, call, "Container did not start after the time it had");
        }
        let mute = self.fault(Fault::StartFailsRunning);
        let ready_in_ms = (!mute).then_some(takes_ms - boots_in_ms);
        let machine = &mut self.platform.machines[call.number];
        machine.booting += 1;
        let cancelled = machine.cancelled;
        self.platform.booting += 1;
        self.after(boots_in_ms, Happening::Boots { call, timeout_ms, cancelled, ready_in_ms });
    }

    /// Why the platform does not start another one, and how soon it says so.
    fn refusal(&mut self, timeout_ms: u64) -> Option<(u64, &'static str)> {
        let soon_ms = self.chance.platform.between(5, 500);
        if self.platform.weather.bad_image {
            return Some((soon_ms, "no such image available named x"));
        }
        if self.platform.too_fast(self.now_ms) {
            return Some((soon_ms, "you are requesting too many containers per second"));
        }
        if self.fault(Fault::Overload) {
            return Some((soon_ms, "Durable Object is overloaded. Requests queued for too long."));
        }
        if self.platform.taken() < self.platform.weather.room {
            return None;
        }
        Some(match self.chance.platform.below(3) {
            0 => (
                timeout_ms,
                "there is no container instance that can be provided to this durable object, try again later",
            ),
            _ => (soon_ms, "Maximum number of running container instances exceeded. Try again later"),
        })
    }

    fn start_fails_in(&mut self, delay_ms: u64, call: Call, words: &'static str) {
        let fate = call.fate;
        self.answer(call, fate, delay_ms, Event::StartFailed { life: call.life, failure: failure(words) });
    }

    pub fn boots(&mut self, call: Call, timeout_ms: u64, cancelled: u32, ready_in_ms: Option<u64>) {
        self.platform.booting -= 1;
        let machine = &mut self.platform.machines[call.number];
        machine.booting -= 1;
        if machine.cancelled != cancelled {
            return self.answer_start(call, Err("container exited before we could determine its health"));
        }
        if machine.ready {
            return self.answer_start(call, Ok(()));
        }
        machine.waiters.push(call);
        if !machine.running {
            self.runs(call.number, ready_in_ms);
        }
        let boot = self.platform.machines[call.number].boot;
        self.after(timeout_ms, Happening::PortsGivenUp { call, boot });
    }

    /// An instance begins, with an empty file system.
    pub fn runs(&mut self, number: Number, ready_in_ms: Option<u64>) {
        let machine = &mut self.platform.machines[number];
        machine.running = true;
        machine.boot += 1;
        machine.stored = "running";
        machine.used_at_ms = self.now_ms;
        machine.unready_until_ms = 0;
        machine.hot_until_ms = 0;
        machine.wipe();
        let boot = machine.boot;
        self.platform.running.insert(number);
        note!(self, "container {number} runs");
        if let Some(ready_in_ms) = ready_in_ms {
            self.after(ready_in_ms, Happening::PortsOpen { number, boot });
        }
        if self.fault(Fault::Death) {
            let dies_in_ms = self.chance.platform.below(HOUR_MS);
            self.after(dies_in_ms, Happening::Ends { number, boot });
        }
        self.after(self.knobs.sleep_after_ms, Happening::Sleeps { number, boot });
    }

    pub fn ports_open(&mut self, number: Number, boot: u32) {
        let machine = &mut self.platform.machines[number];
        if !machine.running || machine.boot != boot {
            return;
        }
        machine.ready = true;
        machine.stored = "healthy";
        if self.fault(Fault::NotReady) {
            self.turn_unready(number);
        }
        let machine = &mut self.platform.machines[number];
        for call in std::mem::take(&mut machine.waiters) {
            self.answer_start(call, Ok(()));
        }
    }

    /// The container runs on.
    pub fn ports_given_up(&mut self, call: Call, boot: u32) {
        let machine = &mut self.platform.machines[call.number];
        let waits = |waiter: &Call| waiter.epoch == call.epoch && waiter.limit_at_ms == call.limit_at_ms;
        if machine.boot != boot || !machine.waiters.iter().any(waits) {
            return;
        }
        machine.waiters.retain(|waiter| !waits(waiter));
        self.answer_start(call, Err("the container is not listening in the TCP address 10.0.0.1:8080"));
    }
}
