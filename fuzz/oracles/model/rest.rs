//! What is left when the faults have ended and nobody calls any more.

use std::rc::Rc;

use cf_warm_pool::pool::{Config, Container, Event, State};

use super::World;
use super::platform::How;

/// Steps within which a pool without faults must come to rest.
const REST_STEPS: usize = 3_000;

impl World {
    /// Faults end, and nobody calls any more. All who asked are answered, what
    /// runs is what is recorded, and the pool is at its target, with containers
    /// of its revision.
    pub fn come_to_rest(&mut self) {
        self.commit_refused = false;
        self.stop_ageing();
        let mut calm = 0;
        for _ in 0..REST_STEPS {
            if !self.effects.is_empty() {
                self.end(0, How::Well);
            } else if let Some(at_ms) = self.alarm_at_ms.into_iter().chain(self.timer_at_ms).min() {
                calm = if self.is_at_rest() { calm + 1 } else { 0 };
                if calm > 3 {
                    break;
                }
                self.now_ms = self.now_ms.max(at_ms);
                self.deadline();
            } else {
                break;
            }
        }
        assert!(self.asked.is_empty(), "{} claims were never answered", self.asked.len());
        assert!(self.is_at_rest(), "{} are wanted: {:?}", self.wanted(), self.pool.stats(self.now_ms));
        for id in &self.running {
            assert!(self.rows.contains_key(id), "{id} runs and nobody knows");
        }
        self.tell(Event::StatsAsked);
        let stats = self.pool.stats(self.now_ms);
        // Until when it is counted goes on where nothing is warm, and is not worth a row.
        let mut recorded = self.recorded_counters();
        recorded.idle.until_ms = stats.counters.idle.until_ms;
        assert_eq!(stats.counters, recorded, "shown and not recorded");
    }

    /// Where containers grow old within a minute, one is always on its way.
    fn stop_ageing(&mut self) {
        let config = Rc::clone(self.pool.config());
        if config.container_ttl_ms > 0 && self.pool.stats(self.now_ms).primed {
            self.configure(Rc::new(Config { container_ttl_ms: 0, ..(*config).clone() }));
        }
    }

    fn is_at_rest(&self) -> bool {
        let stats = self.pool.stats(self.now_ms);
        let under_way = stats.starting + stats.draining + stats.stopping + stats.waiting;
        let revision = &self.pool.config().revision;
        let outdated = |one: &&_| is_warm(one) && one.revision != *revision;
        under_way == 0 && stats.warm == self.wanted() && self.pool.containers().find(outdated).is_none()
    }

    fn wanted(&self) -> usize {
        let stats = self.pool.stats(self.now_ms);
        let target = self.target();
        let others = stats.total() - stats.warm;
        match stats.config.max_instances {
            0 => target,
            declared => target.min(declared.saturating_sub(others)),
        }
    }
}

fn is_warm(one: &Container) -> bool {
    matches!(one.state, State::Warm { .. })
}
