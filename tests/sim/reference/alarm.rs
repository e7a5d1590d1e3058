//! Something due has an alarm.

use cf_warm_pool::pool::{Config, State};

use super::{Checked, Reference, hold};

/// No stopping container rests for longer: a start that was given up may take
/// twice the longest `startTimeout`.
const STOPPING_RESTS_MS: u64 = 21 * 60_000;

impl Reference {
    /// Checks the alarm the platform holds against the rows.
    pub fn check_alarm(&self, alarm_at_ms: Option<u64>, clock_ms: u64, config: &Config) -> Checked {
        let within = |interval_ms: u64| clock_ms + self.back_ms + interval_ms;
        if self.warm() > 0 {
            Self::by(alarm_at_ms, within(config.refresh_interval_ms), "warm containers are looked at")?;
        }
        if self.assigned() > 0 {
            let at_ms = within(config.assigned_check_interval_ms);
            Self::by(alarm_at_ms, at_ms, "assigned containers are looked at")?;
        }
        if self.stopping() > 0 {
            let at_ms = within(STOPPING_RESTS_MS);
            Self::by(alarm_at_ms, at_ms, "a stopping container is attended to")?;
        }
        if self.starting() > 0 {
            let deadline = |state: &State| match state {
                State::Starting { deadline_at_ms } => Some(*deadline_at_ms),
                _ => None,
            };
            let first_ms = self.rows.values().filter_map(|row| deadline(&row.state)).min();
            Self::by(alarm_at_ms, first_ms.unwrap_or(u64::MAX), "a start is given up")?;
        }
        Ok(())
    }

    fn by(alarm_at_ms: Option<u64>, at_ms: u64, what: &str) -> Checked {
        let armed = alarm_at_ms.is_some_and(|alarm_at_ms| alarm_at_ms <= at_ms);
        hold!("13 alarm", armed, "the alarm is {alarm_at_ms:?}, {what} by {at_ms}");
        Ok(())
    }
}
