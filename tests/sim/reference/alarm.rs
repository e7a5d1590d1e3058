//! Something due has an alarm.

use cf_warm_pool::pool::limits::DESTROY_PATIENCE_MS;
use cf_warm_pool::pool::{Config, State};

use super::{Checked, Reference, hold};

/// No stopping container rests for longer: a start that was given up may take
/// twice the longest `startTimeout`.
const STOPPING_RESTS_MS: u64 = 21 * 60_000;

impl Reference {
    pub fn alarm_began(&mut self) {
        self.alarms += 1;
        self.did_something = false;
    }

    /// Alarms with nothing to do may come now and then, not one upon the other:
    /// one for each container whose replacement cannot be started yet.
    pub fn alarm_ended(&mut self, now_ms: u64) -> Checked {
        self.idle_alarms += u64::from(!self.did_something);
        if self.did_something || now_ms >= self.idle_since_ms + 1_000 {
            self.idle_since_ms = now_ms;
            self.idle_in_a_row = 0;
        }
        self.idle_in_a_row += 1;
        hold!(
            "13 alarm",
            self.idle_in_a_row < 20 + self.rows.len() as u32,
            "{} alarms in a second find nothing to do",
            self.idle_in_a_row
        );
        Ok(())
    }

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
        let lease_ms = config.lease_timeout_ms;
        for row in self.rows.values() {
            match &row.container.state {
                State::Starting { deadline_at_ms } => {
                    Self::by(alarm_at_ms, *deadline_at_ms, "a start is given up")?;
                }
                State::Warm { .. } if config.container_ttl_ms > 0 => {
                    let at_ms = Self::retires_at_ms(row, config);
                    if at_ms > clock_ms {
                        Self::by(alarm_at_ms, at_ms, "a container has had its time")?;
                    }
                }
                State::Assigned { .. } if lease_ms > 0 => {
                    let at_ms = self.lease_over_at_ms(row.claimed_at_ms, lease_ms);
                    Self::by(alarm_at_ms, at_ms, "a lease is over")?;
                }
                State::Draining { .. } => {
                    Self::by(
                        alarm_at_ms,
                        within(DESTROY_PATIENCE_MS),
                        "a draining container is attended to",
                    )?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn by(alarm_at_ms: Option<u64>, at_ms: u64, what: &str) -> Checked {
        let armed = alarm_at_ms.is_some_and(|alarm_at_ms| alarm_at_ms <= at_ms);
        hold!("13 alarm", armed, "the alarm is {alarm_at_ms:?}, {what} by {at_ms}");
        Ok(())
    }
}
