//! A caller says what the pool should be.

use std::rc::Rc;

use super::ages::Measure;
use super::config::Config;
use super::error::PoolError;
use super::{Pool, Step};

impl Pool {
    /// Takes effect at once: what is missing is started and what is too much
    /// stopped when the event settles. A configuration equal to the recorded
    /// one changes nothing. One that was replaced comes back: nothing else says
    /// so plainly that it is meant.
    pub(super) fn configured(&mut self, step: &mut Step, config: Rc<Config>) {
        let applied = match self.is_earlier(&config) {
            true => self.check_place(&config).and_then(|()| self.pass_over()),
            false => self.put_in_force(step, config.completed_by(&self.config)),
        };
        step.decision.refused = applied.err();
    }

    /// What the caller of a claim or a prime wants the pool to be. One who names
    /// no binding, no revision or no order of it means those the pool has.
    /// A configuration of an earlier version, and one that was replaced while
    /// the one in force is still asked for, is passed over whole: who brings it
    /// gets what it asks for from the pool as it is.
    pub(super) fn apply_config(&mut self, step: &mut Step, config: Rc<Config>) -> Result<(), PoolError> {
        if self.is_earlier(&config) && !planted!(OldVersionPushesBack) {
            self.check_place(&config)?;
            return self.pass_over();
        }
        let completed = config.completed_by(&self.config);
        if self.configured && completed == self.config {
            self.replaced.in_force_asked();
            return Ok(());
        }
        self.check_place(&completed)?;
        // Whoever means other containers looks for its own there.
        if self.means_same_place(&completed) && self.replaced.holds_back(step.now_ms, &config) {
            return self.pass_over();
        }
        self.put_in_force(step, completed)
    }

    fn pass_over(&mut self) -> Result<(), PoolError> {
        self.counters.passed_over += 1;
        Ok(())
    }

    fn put_in_force(&mut self, step: &mut Step, config: Rc<Config>) -> Result<(), PoolError> {
        if self.configured && (config == self.config || planted!(ConfigNotApplied)) {
            self.replaced.in_force_asked();
            return Ok(());
        }
        self.check_place(&config)?;
        if config.revision != self.config.revision {
            self.gate.forget_failures();
        }
        if config.lease_timeout_ms != self.config.lease_timeout_ms && config.lease_timeout_ms > 0 {
            self.leases_from_ms = step.now_ms;
        }
        let raised = config.max_instances == 0 || config.max_instances > self.config.max_instances;
        if raised && config.max_instances != self.config.max_instances {
            self.gate.forget_limit();
        }
        if config.warm_target != self.config.warm_target {
            self.extra = 0;
        }
        self.ledger.measure(Measure::of(&config));
        let before = std::mem::replace(&mut self.config, config);
        let known = std::mem::replace(&mut self.configured, true);
        self.replaced.replace(known.then(|| Rc::clone(&before)), &self.config);
        self.prime();
        self.sweep.refill_due = true;
        self.shorten_intervals(step.now_ms, &before);
        Ok(())
    }

    /// Whether a caller's configuration is of an earlier version than the one
    /// in force. Of two versions of the same moment the first stays.
    #[must_use]
    pub fn is_earlier(&self, config: &Config) -> bool {
        let orders = config.revision_order_ms.zip(self.config.revision_order_ms);
        orders.is_some_and(|(theirs, ours)| {
            theirs < ours || (theirs == ours && config.revision != self.config.revision)
        })
    }

    /// Containers are found through their binding and their jurisdiction: while
    /// there are any, neither can change without losing them, and a caller who
    /// is passed over would look for those of the pool where its own are. To name
    /// none is to mean the pool's.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] with the two places.
    pub fn check_place(&self, config: &Config) -> Result<(), PoolError> {
        let tracked = self.ledger.tracked();
        let stays = tracked > 0 || self.is_earlier(config);
        if !self.configured || !stays || self.means_same_place(config) {
            return Ok(());
        }
        Err(PoolError::Misconfigured {
            message: format!(
                "the pool holds {tracked} containers of {} and cannot serve {} (use another poolName for it)",
                place_of(&self.config),
                place_of(config),
            ),
        })
    }

    /// Whether its containers are those of the configuration in force.
    #[must_use]
    pub fn means_same_place(&self, config: &Config) -> bool {
        let same_binding =
            config.container_binding.is_none() || config.container_binding == self.config.container_binding;
        same_binding && (config.jurisdiction.is_none() || config.jurisdiction == self.config.jurisdiction)
    }

    /// A shorter interval moves the next look forward, a longer one leaves it.
    fn shorten_intervals(&mut self, now_ms: u64, before: &Config) {
        if self.config.refresh_interval_ms < before.refresh_interval_ms && !planted!(IntervalNotShortened) {
            let soon_ms = now_ms + self.config.refresh_interval_ms;
            self.sweep.refresh_at_ms = self.sweep.refresh_at_ms.min(soon_ms);
        }
        if self.config.assigned_check_interval_ms < before.assigned_check_interval_ms {
            let soon_ms = now_ms + self.config.assigned_check_interval_ms;
            self.sweep.assigned_check_at_ms = self.sweep.assigned_check_at_ms.min(soon_ms);
        }
    }
}

/// Where its containers are, in words.
fn place_of(config: &Config) -> String {
    let binding = config.container_binding.as_deref().unwrap_or("the default");
    match config.jurisdiction {
        Some(jurisdiction) => format!("binding {binding} in jurisdiction {jurisdiction}"),
        None => format!("binding {binding}"),
    }
}
