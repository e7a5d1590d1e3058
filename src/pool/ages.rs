//! The warm containers by when they are to be replaced, so that no event has to
//! look at all of them.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::config::Config;
use super::container::Container;
use super::identity::ContainerId;

/// The part of its age before whose end a container's replacement is started.
const LEAD_SHARE: u64 = 10;

/// What a container's age and revision are measured by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// The age at which it is not handed out any more; 0: none.
    pub ttl_ms: u64,
    lead_ms: u64,
    revision: Option<Rc<str>>,
}

impl Measure {
    /// One that takes its whole time to start must have some left to serve, and
    /// its replacement is started early enough to be ready by then.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let ttl_ms = match config.container_ttl_ms {
            0 => 0,
            ttl_ms => ttl_ms.max(2 * config.start_timeout_ms),
        };
        let lead_ms = config.start_timeout_ms.min(ttl_ms / LEAD_SHARE);
        Self { ttl_ms, lead_ms, revision: config.revision.clone() }
    }

    /// When its replacement is to be started.
    #[must_use]
    pub fn retires_at_ms(&self, container: &Container) -> u64 {
        container.expires_at_ms(self.ttl_ms) - self.lead_ms
    }

    /// Whether it is of the revision in force.
    #[must_use]
    pub fn is_of_revision(&self, container: &Container) -> bool {
        container.revision == self.revision
    }
}

/// Warm containers, by one measure.
#[derive(Debug, Default)]
pub struct Ages {
    measure: Measure,
    retiring: BTreeSet<(u64, ContainerId)>,
    /// Of another revision, whatever their age.
    outdated: BTreeSet<(u64, ContainerId)>,
}

impl Ages {
    /// Begins anew, by another measure.
    #[must_use]
    pub fn by<'a>(measure: Measure, warm: impl Iterator<Item = &'a Container>) -> Self {
        let mut ages = Self { measure, ..Self::default() };
        warm.for_each(|container| ages.insert(container));
        ages
    }

    /// What they are measured by.
    #[must_use]
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// A container becomes warm.
    pub fn insert(&mut self, container: &Container) {
        let entry = (self.measure.retires_at_ms(container), container.id);
        self.retiring.insert(entry);
        if !self.measure.is_of_revision(container) {
            self.outdated.insert(entry);
        }
    }

    /// It is warm no more.
    pub fn remove(&mut self, container: &Container) {
        let entry = (self.measure.retires_at_ms(container), container.id);
        self.retiring.remove(&entry);
        self.outdated.remove(&entry);
    }

    /// How many are to be replaced, for their age or for their revision.
    #[must_use]
    pub fn retiring(&self, now_ms: u64) -> usize {
        let old = self.retiring.iter().take_while(|(at_ms, _)| *at_ms <= now_ms).count();
        old + self.outdated.iter().filter(|(at_ms, _)| *at_ms > now_ms).count()
    }

    /// When the next one is to be replaced that is not yet.
    #[must_use]
    pub fn next_ms(&self, now_ms: u64) -> Option<u64> {
        self.retiring.iter().map(|(at_ms, _)| *at_ms).find(|at_ms| *at_ms > now_ms)
    }
}
