//! Configurations that another one replaced. Two versions of a Worker live side
//! by side for as long as a deployment takes, and two Workers for ever: if each
//! call had its way, containers would be started and stopped in turn.

use std::rc::Rc;

use super::config::Config;
use super::limits::{CONFIG_RETURN_MS, CONFIG_WANTED_NOTED_MS, CONFIGS_REPLACED_MAX};

/// What was in force before, and whether it is asked for. It is recorded, since
/// a deployment ends every object's memory, and then of all times it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    /// The latest last; at most [`CONFIGS_REPLACED_MAX`].
    pub configs: Vec<Rc<Config>>,
    /// Since when one of them is asked for and the one in force is not.
    pub wanted_since_ms: Option<u64>,
}

impl Replaced {
    /// Somebody asks for the configuration in force.
    pub(super) fn in_force_asked(&mut self) {
        self.wanted_since_ms = planted!(None, ReplacedHeardAlone => self.wanted_since_ms);
    }

    /// Whether `config`, which somebody asks for, is to wait: it was replaced,
    /// and the one in force may still be asked for.
    pub(super) fn holds_back(&mut self, now_ms: u64, config: &Rc<Config>) -> bool {
        if !self.configs.iter().any(|replaced| config.completed_by(replaced) == *replaced) {
            return false;
        }
        // A clock that was put back begins anew.
        let since_ms = self.wanted_since_ms.unwrap_or(now_ms).min(now_ms);
        self.wanted_since_ms = Some(since_ms);
        let soon = now_ms - since_ms < CONFIG_RETURN_MS || planted!(ReplacedStaysAway);
        soon && !planted!(ReplacedComesBack)
    }

    /// `before`, if there was one, gives way to `config`.
    pub(super) fn replace(&mut self, before: Option<Rc<Config>>, config: &Rc<Config>) {
        self.configs.retain(|replaced| replaced != config);
        self.configs.extend(before);
        let too_many = self.configs.len().saturating_sub(CONFIGS_REPLACED_MAX);
        self.configs.drain(..too_many);
        self.wanted_since_ms = None;
    }

    /// Whether `recorded` says the same, or so nearly that it need not be
    /// written again: who asks in turn would cost a row each time.
    pub(super) fn is_noted_in(&self, recorded: &Self, now_ms: u64) -> bool {
        let near = match (self.wanted_since_ms, recorded.wanted_since_ms) {
            (None, None) => true,
            (Some(_), None) => false,
            (None, Some(noted_ms)) => now_ms.abs_diff(noted_ms) < CONFIG_WANTED_NOTED_MS,
            (Some(since_ms), Some(noted_ms)) => since_ms.abs_diff(noted_ms) < CONFIG_WANTED_NOTED_MS,
        };
        near && self.configs == recorded.configs
    }
}

impl Config {
    /// This configuration, with what it does not name as `other` has it.
    pub(super) fn completed_by(self: &Rc<Self>, other: &Self) -> Rc<Self> {
        let mut config = Rc::clone(self);
        if config.container_binding.is_none() && other.container_binding.is_some() {
            Rc::make_mut(&mut config).container_binding.clone_from(&other.container_binding);
        }
        if config.jurisdiction.is_none() && other.jurisdiction.is_some() {
            Rc::make_mut(&mut config).jurisdiction = other.jurisdiction;
        }
        if config.revision.is_none() && other.revision.is_some() {
            Rc::make_mut(&mut config).revision.clone_from(&other.revision);
        }
        if config.revision_order_ms.is_none() && other.revision_order_ms.is_some() {
            Rc::make_mut(&mut config).revision_order_ms = other.revision_order_ms;
        }
        config
    }
}
