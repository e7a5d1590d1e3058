//! What comes back of the object's calls, or does not.

use cf_warm_pool::pool::{Event, Failure, Seen};

use super::fault::Fault;
use super::happening::{Call, Fate, Happening, failure};
use super::knobs::SECOND_MS;
use super::world::World;

impl World {
    pub fn answer_start(&mut self, call: Call, result: Result<(), &'static str>) {
        let failed = result.map_err(failure).err();
        match failed.filter(|failure| !cf_warm_pool::platform::means_started(failure)) {
            Some(failure) => {
                self.answer(call, call.fate, 0, Event::StartFailed { life: call.life, failure });
            }
            None => self.becomes_ready(call),
        }
    }

    /// Brings an outcome back to the object, as the fate of its call has it.
    pub fn answer(&mut self, call: Call, fate: Fate, delay_ms: u64, event: Event) {
        let delay_ms = delay_ms + self.chance.platform.between(1, 20);
        let waits_ms = call.limit_at_ms.saturating_sub(self.now_ms);
        if fate == Fate::Hangs || delay_ms > waits_ms {
            // A start is waited for without end, and so `limit_at_ms` is when
            // the platform ends a call that hangs.
            let event = without_answer(&event, "no answer within the time it had");
            return self.outcome_in(waits_ms, call.epoch, event);
        }
        let event = match fate {
            Fate::LostBefore | Fate::LostAfter => without_answer(&event, "Network connection lost."),
            _ => event,
        };
        self.outcome_in(delay_ms, call.epoch, event);
    }

    pub fn outcome_in(&mut self, delay_ms: u64, epoch: u64, event: Event) {
        if self.fault(Fault::OutcomeTwice) {
            let later_ms = delay_ms + self.chance.platform.below(5 * SECOND_MS);
            self.after(later_ms, Happening::Answer { epoch, event: Box::new(event.clone()), counted: false });
        }
        if !self.fault(Fault::OutcomeLost) {
            self.after(delay_ms, Happening::Answer { epoch, event: Box::new(event), counted: true });
        }
    }
}

/// The outcome of the same call when nobody says what came of it.
pub fn without_answer(event: &Event, words: &str) -> Event {
    let failure: Failure = failure(words);
    match event {
        Event::StartSucceeded { life } | Event::StartFailed { life, .. } => {
            Event::StartFailed { life: *life, failure }
        }
        Event::Probed { life, asked_at_ms, renewal_failed, .. } => Event::Probed {
            life: *life,
            asked_at_ms: *asked_at_ms,
            seen: Seen::Unknown(failure),
            renewal_failed: *renewal_failed,
        },
        Event::StopAnswered { life, .. } => Event::StopAnswered { life: *life, result: Err(failure) },
        Event::DestroyAnswered { life, conclusive, .. } => {
            Event::DestroyAnswered { life: *life, conclusive: *conclusive, result: Err(failure) }
        }
        Event::ResetAnswered { life, .. } => Event::ResetAnswered { life: *life, result: Err(failure) },
        other => other.clone(),
    }
}
