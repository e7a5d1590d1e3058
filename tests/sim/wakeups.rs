//! What wakes the object: its alarm, which outlives its memory, and its timer,
//! which does not.

use cf_warm_pool::pool::Event;

use super::fault::Fault;
use super::happening::Happening;
use super::host::RECOVERY_MS;
use super::knobs::SECOND_MS;
use super::mutants::{HostBug, host_bug};
use super::object::Halt;
use super::world::{World, note};

impl World {
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

    pub fn arm_timer(&mut self, at_ms: Option<u64>) {
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
        let _ = self.object_event(Event::DeadlineReached);
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
