//! The object's calls to containers, as `src/runtime/effects.rs` makes them:
//! each ends in one event, within its time limit; a start has none.

use cf_warm_pool::pool::limits::STOP_CALL_TIMEOUT_MS;
use cf_warm_pool::pool::{Command, Event, Life, Seen};

use super::answers::without_answer;
use super::fault::Fault;
use super::happening::{Call, Fate, Happening, failure};
use super::knobs::MINUTE_MS;
use super::machine::number_of;
use super::world::World;

/// A start that hangs is ended by the platform some time, long after anybody
/// waits for it.
const START_ENDS_MS: u64 = 15 * MINUTE_MS;

/// The epoch of a call whose answer nobody waits for any more.
const NOBODY: u64 = u64::MAX;

impl World {
    pub fn carry_out(&mut self, command: Command) {
        self.check_command(&command);
        self.count_call();
        let delay_ms = self.delay_ms();
        match command {
            Command::Start { life, timeout_ms, readiness, .. } => {
                let readiness_ms = readiness.map(|readiness| readiness.timeout_ms);
                self.send_start(life, timeout_ms, readiness_ms, delay_ms);
            }
            Command::Probe { life, asked_at_ms, renew, path, timeout_ms, .. } => {
                let call = self.call(life, timeout_ms);
                let nothing = Event::Probed { life, asked_at_ms, seen: Seen::Alive, renewal_failed: renew };
                let asks_ms = path.map(|_| timeout_ms);
                self.send(
                    call,
                    delay_ms,
                    &nothing,
                    Happening::ProbeArrives { call, asked_at_ms, renew, asks_ms },
                );
            }
            Command::Reset { life, .. } => self.send_reset(life, delay_ms),
            Command::Stop { life, .. } => {
                let call = self.call(life, STOP_CALL_TIMEOUT_MS);
                let nothing = Event::StopAnswered { life, result: Ok(()) };
                self.send(call, delay_ms, &nothing, Happening::StopArrives { call });
            }
            Command::Destroy { life, conclusive, .. } => {
                let call = self.call(life, STOP_CALL_TIMEOUT_MS);
                let nothing = Event::DestroyAnswered { life, conclusive, result: Ok(()) };
                self.send(call, delay_ms, &nothing, Happening::DestroyArrives { call, conclusive });
            }
        }
    }

    fn delay_ms(&mut self) -> u64 {
        match self.fault(Fault::CallSlow) {
            true => self.chance.platform.between(20, 900),
            false => self.chance.platform.between(1, 20),
        }
    }

    fn call(&mut self, life: Life, limit_ms: u64) -> Call {
        let fate = if self.fault(Fault::CallLost) {
            *self.chance.platform.pick(&[Fate::LostBefore, Fate::LostAfter])
        } else if self.fault(Fault::CallHangs) {
            Fate::Hangs
        } else {
            Fate::Answered
        };
        let number = number_of(life.id);
        let limit_at_ms = self.now_ms + limit_ms;
        Call {
            epoch: self.object.epoch,
            life,
            number,
            fate,
            limit_at_ms,
            readiness_ms: None,
            asked_until_ms: 0,
        }
    }

    fn send(&mut self, call: Call, delay_ms: u64, nothing: &Event, arrives: Happening) {
        if call.fate == Fate::LostBefore {
            let lost = without_answer(nothing, "Network connection lost.");
            self.outcome_in(delay_ms, call.epoch, lost);
        } else {
            self.after(delay_ms, arrives);
        }
    }

    /// A start may go on inside the object when its caller no longer hears of
    /// it, be it that the connection is lost or that it never was answered.
    fn send_start(&mut self, life: Life, timeout_ms: u64, readiness_ms: Option<u64>, delay_ms: u64) {
        let asked_until_ms = self.now_ms + timeout_ms;
        let mut call = Call { readiness_ms, asked_until_ms, ..self.call(life, START_ENDS_MS) };
        if call.fate == Fate::Hangs {
            call.fate = Fate::Answered;
        }
        if self.fault(Fault::StartHangs) {
            call.fate = Fate::Hangs;
        }
        if self.fault(Fault::StartAnswerLost) {
            let lost_in_ms = delay_ms + self.chance.platform.below(timeout_ms);
            let failure = failure("Network connection lost.");
            self.outcome_in(lost_in_ms, call.epoch, Event::StartFailed { life, failure });
            call.epoch = NOBODY;
        }
        let lost = Event::StartSucceeded { life };
        self.send(call, delay_ms, &lost, Happening::StartArrives { call, timeout_ms });
    }

    /// A reset may be carried out when its caller has given it up, or is gone.
    fn send_reset(&mut self, life: Life, delay_ms: u64) {
        let mut call = self.call(life, STOP_CALL_TIMEOUT_MS);
        let nothing = Event::ResetAnswered { life, result: Ok(true) };
        let mut delay_ms = delay_ms;
        if self.fault(Fault::ResetLate) {
            delay_ms += self.chance.platform.below(MINUTE_MS);
        }
        if delay_ms >= STOP_CALL_TIMEOUT_MS {
            let given_up = without_answer(&nothing, "no answer within the time it had");
            self.outcome_in(STOP_CALL_TIMEOUT_MS, call.epoch, given_up);
            call.epoch = NOBODY;
        }
        self.send(call, delay_ms, &nothing, Happening::ResetArrives { call });
    }
}
