//! What `cf-container-warm-pool`, and the `WarmPool` of `@cloudflare/sandbox/bridge`
//! that is made after it, stored in their object. It is read as far as it goes:
//! what cannot be read is counted, and does not keep the rest from being read.

use serde_json::{Map, Value};

use super::json::{self, shortened};
use super::limits::{LEGACY_BYTES_MAX, LEGACY_SHOWN_MAX};
use super::options::{ALSO, OPTIONS};
use super::shape::whole;
use crate::pool::{Config, ContainerName, Session};
use crate::text::escaped;

/// Most containers there can be: the bound of `maxInstances`.
const LIMIT_MAX: u64 = 10_000;

/// An option that the bridge stores always, and `cf-container-warm-pool` has not.
const OF_THE_BRIDGE: &str = "scaleBatchSize";

/// An earlier package's pool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Legacy {
    /// Its containers that were nobody's, in its order.
    pub warm: Vec<ContainerName>,
    /// Its containers that had a session, in its order.
    pub assigned: Vec<(ContainerName, Session)>,
    /// Containers of sessions whose ids are none here.
    pub released: Vec<ContainerName>,
    /// What it was to be, over the defaults; a number past its bounds is the
    /// nearest within them.
    pub config: Config,
    /// The most containers the platform had room for, if it was taught that.
    pub limit: Option<usize>,
    /// Whether it is the bridge's, whose containers are bound as `Sandbox`.
    pub of_the_bridge: bool,
    /// What could not be read.
    pub unreadable: Unreadable,
}

/// What could not be read, in words that name no session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unreadable {
    /// How many values.
    pub count: usize,
    /// The first of them.
    pub shown: Vec<String>,
}

impl Unreadable {
    fn add(&mut self, place: &str, problem: &str) {
        self.count += 1;
        if self.shown.len() < LEGACY_SHOWN_MAX {
            self.shown.push(format!("{place} {problem}"));
        }
    }
}

/// Reads the stored values: a JSON object with a JSON text to each key, so that
/// one that cannot be read spoils no other. `None` where neither containers nor
/// sessions are listed: a `config` alone may be anybody's.
#[must_use]
pub fn legacy_from_json(text: &str) -> Option<Legacy> {
    let stored: Value = json::read_up_to(LEGACY_BYTES_MAX, text).ok()?;
    let stored = |key: &str| -> Option<Value> {
        Some(json::read_up_to(LEGACY_BYTES_MAX, stored.get(key)?.as_str()?).unwrap_or_default())
    };
    let (warm, assigned) = (stored("warmContainers"), stored("assignments"));
    if !warm.iter().chain(&assigned).any(Value::is_array) {
        return None;
    }
    let mut legacy = Legacy::default();
    for (place, value) in listed("warmContainers", warm, &mut legacy.unreadable) {
        legacy.read_warm(&place, &value);
    }
    for (place, value) in listed("assignments", assigned, &mut legacy.unreadable) {
        legacy.read_assigned(&place, &value);
    }
    match stored("config") {
        None => {}
        Some(Value::Object(options)) => legacy.read_config(&options),
        Some(_) => legacy.unreadable.add("config", "is no object"),
    }
    if let Some(known) = stored("knownMaxInstances") {
        legacy.limit = whole(&known).filter(|limit| *limit <= LIMIT_MAX).map(|limit| limit as usize);
        if legacy.limit.is_none() {
            let problem = format!("is no whole number up to {LIMIT_MAX}: {}", shown(&known));
            legacy.unreadable.add("knownMaxInstances", &problem);
        }
    }
    Some(legacy)
}

impl Legacy {
    fn read_warm(&mut self, place: &str, value: &Value) {
        match name_of(value) {
            Some(name) => self.warm.push(name),
            None => self.unreadable.add(place, &not_a_name(value)),
        }
    }

    fn read_assigned(&mut self, place: &str, value: &Value) {
        let Some([session, container]) = value.as_array().map(Vec::as_slice) else {
            return self.unreadable.add(place, "is no pair of a session and a container");
        };
        let Some(name) = name_of(container) else {
            return self.unreadable.add(place, &not_a_name(container));
        };
        match session.as_str().and_then(|text| Session::new(text).ok()) {
            Some(session) => self.assigned.push((name, session)),
            None => self.released.push(name),
        }
    }

    fn read_config(&mut self, options: &Map<String, Value>) {
        for (given, value) in options {
            self.of_the_bridge |= given == OF_THE_BRIDGE;
            let also = ALSO.iter().find(|(earlier, _)| earlier == given);
            let name = also.map_or(given.as_str(), |(_, name)| name);
            let row = OPTIONS.iter().find(|row| row.name == name);
            if !row.is_some_and(|row| row.shape.accept_nearest(value, &mut self.config)) {
                let option = shortened(&escaped(given));
                self.unreadable.add(&format!("config.{option}"), &format!("is {}", shown(value)));
            }
        }
    }
}

/// The entries of a list, each with where it stands.
fn listed(key: &str, value: Option<Value>, unreadable: &mut Unreadable) -> Vec<(String, Value)> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => {
            (0..).zip(values).map(|(at, value): (usize, _)| (format!("{key}[{at}]"), value)).collect()
        }
        Some(_) => {
            unreadable.add(key, "is no list");
            Vec::new()
        }
    }
}

/// A name in upper case would be written back in lower case, and lead to
/// another container.
fn name_of(value: &Value) -> Option<ContainerName> {
    let text = value.as_str()?;
    ContainerName::parse(text).filter(|name| name.to_string() == text)
}

fn not_a_name(value: &Value) -> String {
    format!("is no UUID in lower case: {}", shown(value))
}

fn shown(value: &Value) -> String {
    shortened(&value.to_string())
}

#[cfg(test)]
mod tests;
