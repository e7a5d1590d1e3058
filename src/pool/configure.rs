//! A caller says what the pool should be.

use std::rc::Rc;

use super::config::Config;
use super::error::PoolError;
use super::{Pool, Step};

impl Pool {
    /// Takes effect at once: what is missing is started and what is too much
    /// stopped when the event settles. A configuration equal to the recorded
    /// one changes nothing.
    pub(super) fn configured(&mut self, step: &mut Step, config: Rc<Config>) {
        if let Err(error) = self.apply_config(step, config) {
            step.decision.refused = Some(error);
        }
    }

    /// A caller that names no binding, no revision or no order of it means those
    /// the pool has.
    /// One of an earlier version is passed over whole: it gets what it asks for
    /// from the pool as it is.
    pub(super) fn apply_config(&mut self, step: &mut Step, mut config: Rc<Config>) -> Result<(), PoolError> {
        if self.is_earlier(&config) {
            self.counters.passed_over += 1;
            return Ok(());
        }
        if config.container_binding.is_none() && self.config.container_binding.is_some() {
            Rc::make_mut(&mut config).container_binding.clone_from(&self.config.container_binding);
        }
        if config.revision.is_none() && self.config.revision.is_some() {
            Rc::make_mut(&mut config).revision.clone_from(&self.config.revision);
        }
        if config.revision_order_ms.is_none() && self.config.revision_order_ms.is_some() {
            Rc::make_mut(&mut config).revision_order_ms = self.config.revision_order_ms;
        }
        if self.configured && config == self.config {
            return Ok(());
        }
        self.check_binding(&config)?;
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
        let before = std::mem::replace(&mut self.config, config);
        self.configured = true;
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

    /// Containers are found through their binding: while there are any, it
    /// cannot change without losing them. To name none is to mean the pool's.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] with the two bindings.
    pub fn check_binding(&self, config: &Config) -> Result<(), PoolError> {
        if !self.configured
            || self.is_earlier(config)
            || config.container_binding.is_none()
            || config.container_binding == self.config.container_binding
            || self.ledger.tracked() == 0
        {
            return Ok(());
        }
        let named = |binding: &Option<String>| binding.clone().unwrap_or_else(|| "the default".to_owned());
        Err(PoolError::Misconfigured {
            message: format!(
                "the pool holds {} containers of binding {} and cannot serve binding {} (use another poolName for it)",
                self.ledger.tracked(),
                named(&self.config.container_binding),
                named(&config.container_binding),
            ),
        })
    }

    /// A shorter interval moves the next look forward, a longer one leaves it.
    fn shorten_intervals(&mut self, now_ms: u64, before: &Config) {
        if self.config.refresh_interval_ms < before.refresh_interval_ms {
            let soon_ms = now_ms + self.config.refresh_interval_ms;
            self.sweep.refresh_at_ms = self.sweep.refresh_at_ms.min(soon_ms);
        }
        if self.config.assigned_check_interval_ms < before.assigned_check_interval_ms {
            let soon_ms = now_ms + self.config.assigned_check_interval_ms;
            self.sweep.assigned_check_at_ms = self.sweep.assigned_check_at_ms.min(soon_ms);
        }
    }
}
