//! The default Worker's pools: one to a runtime, on that runtime's container
//! class, as the variables say.

use futures::future::join_all;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::bindings::{first_bound, namespace, variable};
use super::client::{Ask, Client, Places};
use super::js::{Namespace, property};
use crate::pool::{PoolError, Session};
use crate::runtimes::{Runtime, Runtimes};
use crate::wire::{self, Figures, RemoteError};

/// What one request, or one scheduled invocation, finds its pools with.
pub struct Pools<'a> {
    env: &'a JsValue,
    ctx: &'a JsValue,
    runtimes: Runtimes,
}

impl<'a> Pools<'a> {
    /// The pools of the runtimes that are listed.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where the list is wrong, or a variable that
    /// says how much pools tell of themselves.
    pub fn new(env: &'a JsValue, ctx: &'a JsValue) -> Result<Self, PoolError> {
        let runtimes = wire::worker_runtimes(&|name| variable(env, name))?;
        wire::telling(&|name| variable(env, name))?;
        Ok(Self { env, ctx, runtimes })
    }

    /// The pool of one of them alone, or all where `runtime` is `None`.
    ///
    /// # Errors
    /// [`PoolError::NotFound`] where there is no such runtime.
    pub fn only(self, runtime: Option<&str>) -> Result<Self, PoolError> {
        let Some(runtime) = runtime else { return Ok(self) };
        Ok(Self { runtimes: self.runtimes.only(runtime)?, ..self })
    }

    /// Whether containers are kept warm.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where the variable is neither true nor false.
    pub fn enabled(&self) -> Result<bool, PoolError> {
        wire::worker_enabled(&|name| variable(self.env, name))
    }

    /// The pool of the runtime that a request's header names.
    ///
    /// # Errors
    /// [`PoolError::NotFound`] where there is no such runtime, and
    /// [`PoolError::Misconfigured`] where its binding is missing or a variable
    /// is wrong.
    pub fn asked(&self, header: Option<&str>) -> Result<Client, PoolError> {
        self.client(self.runtimes.asked(header)?)
    }

    /// Asks every pool the same at once ([`Client::ask`]). An answer as JSON text,
    /// or an error, to each, with its runtime's name.
    pub async fn each(&self, asks: &[Ask<'_>]) -> Vec<(String, Result<String, RemoteError>)> {
        let asked = self.runtimes.iter().map(|runtime| {
            let client = self.client(runtime);
            async move { Ok(json_text(&client?.ask(asks).await?)) }
        });
        let answers = join_all(asked).await;
        self.runtimes.iter().map(|runtime| runtime.as_str().to_owned()).zip(answers).collect()
    }

    /// The figures of every pool.
    pub async fn figures(&self) -> Vec<(String, Result<Figures, RemoteError>)> {
        let answers = self.each(&[Ask::Stats]).await;
        let read = |runtime: &Runtime, text: Result<String, RemoteError>| {
            let stats = wire::stats_from_json(&text?)?;
            let instance_type = wire::worker_instance_type(runtime, &|name| variable(self.env, name))?;
            Ok(Figures { stats, instance_type })
        };
        let answered = self.runtimes.iter().zip(answers);
        answered.map(|(runtime, (name, text))| (name, read(runtime, text))).collect()
    }

    /// Forgets the hints of a session that gives its containers up.
    pub fn forget_hints(&self, session: &Session) {
        let session = session.as_str().into();
        let clients = self.runtimes.iter().filter_map(|runtime| self.client(runtime).ok());
        clients.for_each(|client| client.forget_hint(&session));
    }

    fn client(&self, runtime: &Runtime) -> Result<Client, PoolError> {
        let (binding, containers) = first_bound(self.env, &runtime.bindings())?;
        let config = wire::worker_config(runtime, &binding, &|name| variable(self.env, name))?;
        let wait_until: Function = property(self.ctx, "waitUntil").unchecked_into();
        Ok(Client {
            places: Places::new(pool_namespace(self.env)?, containers, None, None),
            pool_name: JsValue::from_str(runtime.as_str()),
            config: JsValue::from_str(&config),
            hints: property(self.env, "HINTS"),
            keep_alive: wait_until.bind0(self.ctx),
        })
    }
}

/// What is no text already is true, false or null.
fn json_text(answer: &JsValue) -> String {
    let text = answer.as_string().or_else(|| answer.as_bool().map(|flag| flag.to_string()));
    text.unwrap_or_else(|| "null".to_owned())
}

fn pool_namespace(env: &JsValue) -> Result<Namespace, PoolError> {
    namespace(env, "WARM_POOL").ok_or_else(|| PoolError::Misconfigured {
        message: "the Worker has no Durable Object binding WARM_POOL of class WarmPool".to_owned(),
    })
}
