//! The end of all faults: the pool comes to rest at its target, serves who
//! comes, and then does nothing that is not called for.

use cf_warm_pool::pool::{Config, Refill};

use super::knobs::{MINUTE_MS, SECOND_MS};
use super::platform::Weather;
use super::reference::{Violation, hold};
use super::world::{World, note};

/// Longest that something drawn before the end of the faults is still to come:
/// a late report of a container whose end was seen late, a start that hangs.
const FAULTS_ECHO_MS: u64 = 25 * MINUTE_MS;

/// Longest pauses of breaker and learned limit, with their jitter, twice.
const GATE_MS: u64 = 2 * (144 + 360) * SECOND_MS;

/// Alarms that may find nothing to do in the time watched: those armed before.
const IDLE_ALARMS_MAX: u64 = 5;

/// Refreshes the pool at rest is watched for.
const WATCHED: u64 = 20;

impl World {
    /// Ends the faults and sees what becomes of the pool.
    pub fn come_to_rest(&mut self) {
        note!(self, "no more faults");
        self.faulty = false;
        self.platform.weather = Weather::calm(self.knobs.room);
        let settle_ms = FAULTS_ECHO_MS + GATE_MS + self.knobs.sleep_after_ms + 2 * self.round_ms();
        self.run_until(self.now_ms + settle_ms);
        self.check(Self::at_rest);
        for _ in 0..3 {
            self.one_comes();
        }
        let settle_ms = MINUTE_MS + self.knobs.sleep_after_ms + 2 * self.round_ms();
        self.run_until(self.now_ms + settle_ms);
        self.check(Self::at_rest);
        self.watch();
    }

    fn check(&mut self, rule: fn(&Self) -> Result<(), Violation>) {
        if self.broken.is_none()
            && let Err(violation) = rule(self)
        {
            self.break_rule(violation);
        }
    }

    fn config_in_force(&self) -> Config {
        self.reference.pool_row.config.as_deref().cloned().unwrap_or_default()
    }

    /// Time in which whatever is due comes round once.
    fn round_ms(&self) -> u64 {
        let config = self.config_in_force();
        let refreshes = match config.refill {
            Refill::Eager => 2,
            Refill::Interval => 2 + config.warm_target / config.start_concurrency,
        };
        config.refresh_interval_ms * refreshes as u64
            + config.assigned_check_interval_ms * 2
            + config.start_timeout_ms * (3 + config.warm_target as u64 / 2)
            + config.drain_timeout_ms
            + MINUTE_MS
    }

    fn at_rest(&self) -> Result<(), Violation> {
        let reference = &self.reference;
        let (starting, stopping, waiting) = (reference.starting(), reference.stopping(), reference.waiting());
        hold!(
            "13 rest",
            (starting, stopping, waiting) == (0, 0, 0) && self.everybody_was_told(),
            "{starting} start, {stopping} stop, {waiting} wait long after the last fault"
        );
        let config = self.config_in_force();
        let most = if config.max_instances == 0 { usize::MAX } else { config.max_instances };
        let room = most.min(self.knobs.room as usize).saturating_sub(reference.assigned());
        let (warm, target) = (reference.warm(), reference.target().min(room));
        hold!("13 rest", warm == target, "{warm} are warm long after the last fault, not {target}");
        let running = &self.platform.running;
        for number in reference.rows.keys() {
            let ready = self.platform.machines[*number].ready;
            hold!("13 rest", ready, "container {number} has a row and does not run");
        }
        for number in running {
            let tracked = reference.rows.contains_key(number);
            hold!("7 orphan", tracked, "container {number} runs, and has no row");
        }
        if reference.rows.is_empty() && target == 0 {
            let alarm = self.object.alarm_at_ms;
            hold!("13 alarm", alarm.is_none(), "the alarm is {alarm:?}, and nothing is due");
        }
        Ok(())
    }

    /// A session comes alone: no trial is under way that it would have to fail
    /// beside.
    fn one_comes(&mut self) {
        if self.broken.is_some() {
            return;
        }
        let config = self.config_in_force();
        let tracked = self.reference.rows.len();
        let declared = config.max_instances == 0 || tracked < config.max_instances;
        let room = declared && (tracked as u64) < self.knobs.room;
        let served = room || self.reference.warm() > 0;
        self.clients.calm.clear();
        self.newcomer();
        let answered_ms = 2 * config.start_timeout_ms + config.queue_timeout_ms + 5 * SECOND_MS;
        self.run_until(self.now_ms + answered_ms);
        if self.broken.is_none() && served && self.clients.calm != [None] {
            let told = &self.clients.calm;
            let text = format!("a session that comes long after the last fault is told {told:?}");
            self.break_rule(Violation::new("13 rest", text));
        }
    }

    /// Alarms go on only for what they find.
    fn watch(&mut self) {
        let config = self.config_in_force();
        let before = self.reference.idle_alarms;
        let alarms = self.reference.alarms;
        self.run_until(self.now_ms + WATCHED * config.refresh_interval_ms);
        let idle = self.reference.idle_alarms - before;
        if self.broken.is_none() && idle > IDLE_ALARMS_MAX {
            let alarms = self.reference.alarms - alarms;
            let text = format!("{idle} of {alarms} alarms found nothing to do");
            self.break_rule(Violation::new("13 rest", text));
        }
    }
}
