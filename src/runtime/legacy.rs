//! What an earlier package left in the object, until it is taken over.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::bindings::{container_namespace, namespace};
use super::call::message_of;
use super::log::Log;
use super::objects::Objects;
use crate::pool::{ContainerName, Event, Identity, PoolError, Stats};
use crate::wire::{self, Legacy, Level, Unreadable};

/// Where the bridge of the Sandbox SDK finds its containers.
const BINDING_OF_THE_BRIDGE: &str = "Sandbox";

/// What was found when the object was constructed.
pub struct LegacyPool {
    found: RefCell<Option<Legacy>>,
    forget: Function,
}

impl LegacyPool {
    /// Reads the stored values; `forget` deletes them.
    pub fn new(text: &JsValue, forget: Function) -> Self {
        let found = text.as_string().and_then(|text| wire::legacy_from_json(&text));
        Self { found: RefCell::new(found), forget }
    }

    /// Whether there is something to take over.
    pub fn is_there(&self) -> bool {
        self.found.borrow().is_some()
    }

    /// The binding of its containers, where that is not the first of the usual.
    pub fn binding(&self, env: &JsValue) -> Option<&'static str> {
        let of_the_bridge = self.found.borrow().as_ref().is_some_and(|found| found.of_the_bridge);
        (of_the_bridge && namespace(env, BINDING_OF_THE_BRIDGE).is_some()).then_some(BINDING_OF_THE_BRIDGE)
    }

    /// The event that takes it over, into a pool whose containers are bound as
    /// `binding`; `None` where there is nothing.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where the binding makes no ids.
    pub fn adopted(&self, env: &JsValue, binding: Option<String>) -> Result<Option<Event>, PoolError> {
        let found = self.found.borrow();
        let Some(found) = found.as_ref() else { return Ok(None) };
        let containers = Objects::of(container_namespace(env, binding.as_deref())?, None)?;
        let mut config = found.config.clone();
        config.container_binding = binding;
        let assigned = found
            .assigned
            .iter()
            .map(|(name, session)| containers.identity_of(*name).map(|identity| (identity, session.clone())));
        Ok(Some(Event::Adopted {
            warm: identities(&containers, &found.warm)?,
            assigned: assigned.collect::<Result<_, _>>()?,
            released: identities(&containers, &found.released)?,
            config: config.into(),
            limit: found.limit,
        }))
    }

    /// It is taken over: the rows are written, and in the same synchronous
    /// stretch what they were made from is deleted. The platform commits the two
    /// together before it lets out an answer or a call, so this happens once.
    pub fn taken(&self, stats: &Stats, log: &Log) {
        let Some(found) = self.found.take() else { return };
        if let Err(error) = self.forget.call0(&JsValue::UNDEFINED) {
            let message = format!("what was taken over was not deleted: {}", message_of(&error));
            log.event(Level::Error, "storage_failed", &message);
        }
        log.event(Level::Warn, "taken_over", &told(&found, stats));
    }

    /// The pool has rows of its own, and keeps to them.
    pub fn passed_over(&self, log: &Log) {
        if let Some(found) = self.found.take() {
            let message = format!(
                "not taking over {} warm and {} assigned containers that an earlier package has \
                 listed since: this pool has rows of its own",
                found.warm.len(),
                found.assigned.len() + found.released.len(),
            );
            log.event(Level::Warn, "passed_over", &message);
        }
    }
}

fn identities(containers: &Objects, names: &[ContainerName]) -> Result<Vec<Identity>, PoolError> {
    names.iter().map(|name| containers.identity_of(*name)).collect()
}

/// What became of it, in words.
fn told(found: &Legacy, stats: &Stats) -> String {
    let Stats { warm, assigned, .. } = stats;
    let mut text = format!("took over {warm} warm and {assigned} assigned containers of an earlier package");
    let leaving = stats.draining + stats.stopping;
    if leaving > 0 {
        text += &format!(", and {leaving} that go: their session is none here, or the target is lower");
    }
    let listed = found.warm.len() + found.assigned.len() + found.released.len();
    let twice = listed.saturating_sub(warm + assigned + leaving);
    if twice > 0 {
        text += &format!("; {twice} were listed twice");
    }
    let Unreadable { count, shown } = &found.unreadable;
    if *count > 0 {
        text += &format!("; could not read {count} of its values: {}", shown.join("; "));
    }
    text
}
