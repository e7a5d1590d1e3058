//! Where the run asks the reference, and holds the rows against what really runs.

use std::collections::BTreeMap;

use cf_warm_pool::pool::{Change, Command, Decision, Event};

use super::happening::Number;
use super::machine::number_of;
use super::reference::{Commit, EndedEarly, Violation, hold, look_patience_ms};
use super::world::World;

/// Wake-ups that a container without a row saw.
pub type Orphans = BTreeMap<Number, u32>;

impl World {
    pub fn check_commit(&mut self, event: &Event, decision: &Decision, clock_ms: u64) {
        let Some(pool) = self.object.memory.as_ref().and_then(|memory| memory.pool.as_ref()) else { return };
        let configs = self.knobs.configs.iter().chain([&**pool.config()]);
        let look_patience_ms = configs.map(look_patience_ms).max().unwrap_or(0);
        let commit = Commit { event, decision, pool, clock_ms, now_ms: self.now_ms, look_patience_ms };
        let checked = pool
            .check_invariants()
            .map_err(|text| Violation::new("1 the pool's own", text))
            .and_then(|()| self.reference.committed(&commit));
        if let Err(violation) = checked.and_then(|()| self.check_truth(event, decision)) {
            self.break_rule(violation);
        }
    }

    /// Whatever runs has a row, at the latest after two wake-ups.
    fn check_truth(&mut self, event: &Event, decision: &Decision) -> Result<(), Violation> {
        for change in &decision.changes {
            if let Change::DeleteContainer(id) = change {
                let number = number_of(*id);
                if self.platform.machines[number].running {
                    let text = format!("container {number} runs, and its row was deleted");
                    return Err(Violation::new("7 orphan", text));
                }
            }
        }
        // A look that is told twice shows what was when it was told first: looks
        // have no number by which the pool could know.
        for ended in self.reference.ended_early.iter().filter(|_| !self.told_twice) {
            let EndedEarly { number, left_at_ms } = *ended;
            let requests = self.platform.machines[number].under_way(self.now_ms, left_at_ms);
            hold!(
                "11 draining",
                requests == 0,
                "the draining of container {number} ends with {requests} of its session's requests under way"
            );
        }
        if !matches!(event, Event::Woke | Event::DeadlineReached) {
            return Ok(());
        }
        let rows = &self.reference.rows;
        let without: Vec<_> =
            self.platform.running.iter().copied().filter(|number| !rows.contains_key(number)).collect();
        self.orphans.retain(|number, _| without.contains(number));
        for number in without {
            let seen = self.orphans.entry(number).or_default();
            *seen += 1;
            if *seen > 2 {
                return Err(Violation::new("7 orphan", format!("container {number} runs, and has no row")));
            }
        }
        Ok(())
    }

    pub fn check_command(&mut self, command: &Command) {
        if let Err(violation) = self.reference.command_sent(command) {
            self.break_rule(violation);
        }
    }

    pub fn check_alarm(&mut self) {
        let Some(pool) = self.object.memory.as_ref().and_then(|memory| memory.pool.as_ref()) else { return };
        let checked = self.reference.check_alarm(self.object.alarm_at_ms, self.clock_ms(), pool.config());
        if let Err(violation) = checked {
            self.break_rule(violation);
        }
    }

    pub fn check_figures(&mut self) {
        let Some(pool) = self.object.memory.as_ref().and_then(|memory| memory.pool.as_ref()) else { return };
        let stats = pool.stats(self.clock_ms());
        let checked = self.reference.figures_shown(&stats, self.clock_ms());
        if let Err(violation) = checked {
            self.break_rule(violation);
        }
    }
}
