//! What a pool writes to the console, as JSON lines that Workers Logs reads.

use uuid::Uuid;
use wasm_bindgen::JsValue;

use super::bindings::variable;
use super::js::{ObjectState, console_debug, console_error, console_info, console_warn, now_ms, property};
use super::sql::ObjectSql;
use crate::pool::{Command, ContainerName, Event, Failure, Session, StatsLine, Transition};
use crate::store::{Store, StoreError};
use crate::wire::{self, Level, Telling};

/// The secret that session ids are digested with.
const KEY_SECRET: &str = "WARM_POOL_LOG_KEY";

/// The log of one pool.
pub struct Log {
    pool: String,
    telling: Telling,
    /// What session ids are digested with.
    key: String,
}

impl Log {
    /// The log of the pool in the object with that state: called by the object's
    /// name, or by its id as long as nobody has reached it by its name.
    ///
    /// # Errors
    /// The store's, which keeps name and key.
    pub fn of_object(
        state: &ObjectState,
        env: &JsValue,
        store: &Store<ObjectSql>,
    ) -> Result<Self, StoreError> {
        let id = property(state, "id");
        let about = store.about(property(&id, "name").as_string().as_deref(), &Uuid::new_v4().to_string())?;
        let name = about.name.unwrap_or_else(|| js_sys::Object::from(id).to_string().into());
        Ok(Self::new(&name, about.log_key, env))
    }

    /// The log of the pool of that name, which digests with `key` where no secret
    /// is configured. Where the variables are wrong, it says so and is as without
    /// them.
    pub fn new(pool: &str, key: String, env: &JsValue) -> Self {
        let telling = wire::telling(&|name| variable(env, name));
        let secret = property(env, KEY_SECRET).as_string().filter(|key| !key.is_empty());
        let log = Self {
            pool: pool.to_owned(),
            telling: telling.as_ref().copied().unwrap_or_default(),
            key: secret.unwrap_or(key),
        };
        if let Err(error) = telling {
            log.event(Level::Error, error.code(), &error.to_string());
        }
        log
    }

    /// Whose log it is.
    pub fn pool(&self) -> &str {
        &self.pool
    }

    /// The part of the claims that become data points, 0 to 1.
    pub fn sample(&self) -> f64 {
        self.telling.sample
    }

    /// Something that is no container's alone.
    pub fn event(&self, level: Level, event: &str, message: &str) {
        if self.wants(level) {
            write(level, &wire::event_line(level, event, now_ms(), &self.pool, message));
        }
    }

    /// What became of containers.
    pub fn transitions(&self, steps: &[Transition]) {
        for step in steps {
            let level = wire::level_of(step);
            if self.wants(level) {
                let digest = step.session.as_ref().map(|session| self.digest_of(session));
                write(level, &wire::transition_line(&self.pool, step, digest));
            }
        }
    }

    /// The line of a minute in which something happened.
    pub fn stats_line(&self, line: &StatsLine) {
        if self.wants(Level::Info) {
            console_info(&line.text(&self.pool));
        }
    }

    /// What came of a command to the container of that name, where it failed.
    pub fn outcome(&self, name: ContainerName, outcome: &Event) {
        match outcome {
            Event::StartFailed { failure, .. } => self.failure("start_failed", name, failure),
            Event::ResetAnswered { result: Err(failure), .. } => self.failure("reset_failed", name, failure),
            Event::StopAnswered { result: Err(failure), .. } => self.failure("stop_failed", name, failure),
            Event::DestroyAnswered { result: Err(failure), .. } => {
                self.failure("destroy_failed", name, failure);
            }
            _ => {}
        }
    }

    /// What stands for a session in this log.
    pub fn digest_of(&self, session: &Session) -> String {
        wire::session_digest(&self.key, session)
    }

    fn failure(&self, event: &str, name: ContainerName, failure: &Failure) {
        if self.wants(Level::Warn) {
            write(Level::Warn, &wire::failure_line(now_ms(), &self.pool, event, name, failure));
        }
    }

    fn wants(&self, level: Level) -> bool {
        self.telling.level.is_some_and(|least| level <= least)
    }
}

/// Whose container a command is for.
pub fn name_of(command: &Command) -> ContainerName {
    match command {
        Command::Start { name, .. }
        | Command::Probe { name, .. }
        | Command::Reset { name, .. }
        | Command::Stop { name, .. }
        | Command::Destroy { name, .. } => *name,
    }
}

fn write(level: Level, line: &str) {
    match level {
        Level::Error => console_error(line),
        Level::Warn => console_warn(line),
        Level::Info => console_info(line),
        Level::Debug => console_debug(line),
    }
}
