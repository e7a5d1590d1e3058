//! The end of all faults: the pool comes to rest at its target, serves who
//! comes, and then does nothing that is not called for.

use cf_warm_pool::pool::{Refill, State, WhenEmpty};

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

/// The same for each container that is replaced meanwhile: an alarm that was
/// armed is left for a later one, since moving it costs a row.
const IDLE_ALARMS_A_LIFE: u64 = 4;

/// Refreshes the pool at rest is watched for.
const WATCHED: u64 = 20;

/// Moments at which a pool that is in motion is looked at before it is said
/// not to come to rest.
const MOMENTS: u64 = 60;

impl World {
    /// Ends the faults and sees what becomes of the pool.
    pub fn come_to_rest(&mut self) {
        note!(self, "no more faults");
        self.faulty = false;
        self.platform.weather = Weather::calm(self.knobs.room);
        // The last of those who come late say what the pool is to be.
        self.run_until(self.now_ms + FAULTS_ECHO_MS);
        let settle_ms = GATE_MS + self.knobs.sleep_after_ms + 2 * self.round_ms();
        self.run_until(self.now_ms + settle_ms);
        self.rests();
        let failed = self.reference.failed_starts;
        for _ in 0..3 {
            self.one_comes();
        }
        let settle_ms = MINUTE_MS + self.knobs.sleep_after_ms + 2 * self.round_ms();
        self.run_until(self.now_ms + settle_ms);
        self.rests();
        let failed = self.reference.failed_starts - failed;
        if self.broken.is_none() && failed > 0 {
            let text = format!("{failed} starts fail long after the last fault");
            self.break_rule(Violation::new("13 starts fail", text));
        }
        self.watch();
    }

    /// The pool is at rest, or soon: what comes of age is replaced, and sessions leave.
    fn rests(&mut self) {
        let pause_ms = self.replaced_ms() / MOMENTS;
        for moment in 1.. {
            if self.broken.is_some() {
                return;
            }
            let Err(violation) = self.at_rest() else { return };
            if moment == MOMENTS {
                return self.break_rule(violation);
            }
            self.run_until(self.now_ms + pause_ms);
        }
    }

    /// Time in which whatever is due comes round once.
    fn round_ms(&self) -> u64 {
        let config = self.reference.config();
        let refreshes = match config.refill {
            Refill::Eager => 2,
            Refill::Interval => 2 + config.warm_target / config.start_concurrency,
        };
        config.refresh_interval_ms * refreshes as u64
            + config.assigned_check_interval_ms * 2
            + config.start_timeout_ms * (3 + config.warm_target as u64 / 2)
            + config.drain_timeout_ms * 2
            + MINUTE_MS
    }

    /// Time in which all warm containers are replaced, if need be one by one,
    /// where there is no room for more.
    fn replaced_ms(&self) -> u64 {
        let config = self.reference.config();
        let turn_ms = match config.refill {
            Refill::Eager => 0,
            Refill::Interval => config.refresh_interval_ms,
        };
        let one_ms = config.start_timeout_ms + config.drain_timeout_ms + turn_ms;
        self.round_ms() + config.warm_target as u64 * one_ms
    }

    fn at_rest(&self) -> Result<(), Violation> {
        let reference = &self.reference;
        let config = self.reference.config();
        let moving = [reference.starting(), reference.draining(), reference.stopping()];
        let waiting = reference.waiting();
        hold!(
            "13 rest",
            waiting == 0 && self.everybody_was_told() && (moving == [0; 3] || config.container_ttl_ms > 0),
            "{moving:?} start, drain and stop, {waiting} wait long after the last fault"
        );
        let most = if config.max_instances == 0 { usize::MAX } else { config.max_instances };
        let room = most.min(self.knobs.room as usize).saturating_sub(reference.assigned());
        let (warm, target) = (reference.warm(), reference.target().min(room));
        // What comes of age at its own time is missing, or beside its replacement.
        let (fewer, more) = match config.container_ttl_ms {
            0 => (0, 0),
            // One goes first where there is no room for both.
            _ => (config.rollout.unavailable_max.max(1), config.rollout.surge_max),
        };
        let enough = warm + fewer >= target && warm <= target + more;
        hold!("13 rest", enough, "{warm} are warm long after the last fault, not {target}");
        let clock_ms = self.clock_ms();
        let at_rest = |state: &State| matches!(state, State::Warm { .. } | State::Assigned { .. });
        for (number, row) in reference.rows.iter().filter(|(_, row)| at_rest(&row.container.state)) {
            let ready = self.platform.machines[*number].ready;
            hold!("13 rest", ready, "container {number} has a row and does not run");
            // Those that wait for their turn are past their age meanwhile.
            let back_ms = clock_ms.saturating_sub(self.replaced_ms());
            let used = matches!(row.container.state, State::Assigned { .. });
            hold!(
                "13 rest",
                used || reference.is_current(row, &config, back_ms),
                "container {number} is warm long after the last fault, and had its time: {row:?}"
            );
        }
        for number in &self.platform.running {
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
        let config = self.reference.config();
        let tracked = self.reference.rows.len();
        let declared = config.max_instances == 0 || tracked < config.max_instances;
        let room = declared && (tracked as u64) < self.knobs.room;
        let keeps_some = config.enabled && config.warm_target > 0;
        let starts = room && (!keeps_some || config.when_empty == WhenEmpty::Start);
        // Not one that is about to be replaced.
        let soon_ms = self.clock_ms() + config.start_timeout_ms + SECOND_MS;
        let served = starts || self.reference.current_warm(&config, soon_ms) > 0;
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
        let config = self.reference.config();
        let before = self.reference.idle_alarms;
        let alarms = self.reference.alarms;
        let recorded = self.reference.recorded();
        let watched_ms = WATCHED * config.refresh_interval_ms;
        // The replacement of one that comes of age may have to wait for room until after that.
        let of_age = self.reference.come_of_age(self.clock_ms(), watched_ms);
        self.run_until(self.now_ms + watched_ms);
        let idle = self.reference.idle_alarms - before;
        let lives = self.reference.recorded() - recorded;
        if self.broken.is_none() && idle > IDLE_ALARMS_MAX + IDLE_ALARMS_A_LIFE * lives + of_age {
            let alarms = self.reference.alarms - alarms;
            let text = format!("{idle} of {alarms} alarms found nothing to do");
            self.break_rule(Violation::new("13 rest", text));
        }
    }
}
