//! The client of one pool.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use worker::{Env, Request, Response};

use super::container::Container;
use super::error::Error;
use super::options::{checked, wait_until};
use super::ticket::Ticket;
use crate::pool::{Config, PoolError};
use crate::runtime::bindings::{first_bound, namespace};
use crate::runtime::client::{Ask, Client, Places};
use crate::runtime::js::{Namespace, property};
use crate::wire::{self, Explanation, PoolStats};

/// The pool of those who name none.
const DEFAULT_POOL_NAME: &str = "global-pool";

/// A client of one pool, for one request or for many. To make one costs no call.
///
/// It is asked with `&self`, and as often at once as there are requests.
pub struct WarmPool {
    client: Rc<Client>,
    env: Env,
    container_binding: String,
    pools: Namespace,
    containers: Namespace,
}

impl WarmPool {
    /// A client of the pool `global-pool`, with the options' defaults and no hint
    /// cache.
    ///
    /// `pool_binding` is the binding of the npm package's class `WarmPool`, and
    /// `container_binding` that of the container class.
    ///
    /// # Errors
    /// `misconfigured` where one of the two is not bound as a Durable Object, with
    /// the bindings there are.
    pub fn new(env: &Env, pool_binding: &str, container_binding: &str) -> Result<Self, Error> {
        let bindings: &JsValue = env.as_ref();
        let pools = namespace(bindings, pool_binding).ok_or_else(|| PoolError::Misconfigured {
            message: format!("the Worker has no Durable Object binding {pool_binding} of class WarmPool"),
        })?;
        let (container_binding, containers) = first_bound(bindings, &[container_binding.to_owned()])?;
        let client = Client {
            places: Places::new(pools.clone(), containers.clone(), None, None),
            pool_name: DEFAULT_POOL_NAME.into(),
            config: checked(Config::default(), &container_binding)?.into(),
            hints: JsValue::UNDEFINED,
            keep_alive: wait_until(),
        };
        Ok(Self { client: Rc::new(client), env: env.clone(), container_binding, pools, containers })
    }

    /// The same client, of the pool with that name: 1 to 128 bytes without control
    /// characters. Each kind of container needs a pool of its own.
    ///
    /// # Errors
    /// `invalid_config` for the option `poolName`.
    pub fn with_name(self, name: &str) -> Result<Self, Error> {
        let pool_name = wire::pool_name(name)?.as_str().into();
        Ok(self.changed(|client| client.pool_name = pool_name))
    }

    /// The same client, whose claims say that the pool is to be so. What `config`
    /// leaves out has its default, not what an earlier call of this one said.
    ///
    /// # Errors
    /// `invalid_config` with the first option that is out of its bounds, and
    /// `misconfigured` where the platform refuses the jurisdiction.
    pub fn with_config(self, config: Config) -> Result<Self, Error> {
        let (jurisdiction, location_hint) = (config.jurisdiction, config.location_hint);
        let config = checked(config, &self.container_binding)?.into();
        let (pools, containers) = (self.pools.clone(), self.containers.clone());
        let places = Ok(Places::new(pools, containers, jurisdiction, location_hint)?);
        Ok(self.changed(|client| (client.config, client.places) = (config, places)))
    }

    /// The same as [`Self::with_config`], with the options as a JSON object under
    /// the npm package's names, such as a variable of the Worker holds.
    ///
    /// ```no_run
    /// # use cf_warm_pool::client::{Error, WarmPool};
    /// # fn example(pool: WarmPool) -> Result<(), Error> {
    /// let pool = pool.with_options(r#"{ "warmTarget": 3, "health": { "path": "/healthz" } }"#)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `invalid_config` with the first option that is unknown, of the wrong type or
    /// out of its bounds, and where the text is no JSON object.
    pub fn with_options(self, json: &str) -> Result<Self, Error> {
        self.with_config(wire::config_from_json(json)?)
    }

    /// The same client, with a KV namespace in which it remembers which container a
    /// session has, so that most claims need not ask the pool. What is found there
    /// is confirmed with the container before it is used; KV that fails costs time
    /// under a limit, and no claim.
    ///
    /// Where [`Config::on_release`] is not to destroy, it is used only for classes that
    /// went through the npm package's `pooled`.
    ///
    /// # Errors
    /// `misconfigured` where no KV namespace is bound under that name.
    pub fn with_hint_cache(self, kv_binding: &str) -> Result<Self, Error> {
        let hints = property(self.env.as_ref(), kv_binding);
        if !property(&hints, "put").is_function() {
            let message = format!("the Worker has no KV namespace bound as {kv_binding}");
            return Err(PoolError::Misconfigured { message }.into());
        }
        Ok(self.changed(|client| client.hints = hints))
    }

    /// The session's container: the one it holds, else the one warm longest, else
    /// one that starts for it.
    ///
    /// `session` is 1 to 512 bytes of UTF-8 without control characters. Claiming
    /// again is safe, also while the first claim is under way. A claim that is
    /// dropped before it ends leaves the queue, so that who has gone away takes no
    /// container from who still waits.
    ///
    /// # Errors
    /// Within a bounded time: `invalid_session`, `invalid_config`, and, where there
    /// is no container to be had, `capacity_exhausted`, `queue_timeout`,
    /// `start_timeout`, `start_failed`, `rate_limited` or `pool_unavailable`.
    pub async fn claim(&self, session: &str) -> Result<Container, Error> {
        let ticket = Ticket::new(&self.client);
        let answer = self.client.claim(&session.into(), ticket.text()).await;
        ticket.answered();
        Ok(Container::new(answer?, &self.client.places()?.containers)?)
    }

    /// Claims the session's container and passes `request` on to it, both bodies
    /// streamed and WebSockets included.
    ///
    /// # Errors
    /// Those of [`Self::claim`], and `pool_unavailable` where the container did not
    /// answer. What the container answers is no error, whatever its status.
    pub async fn forward(&self, session: &str, request: Request) -> Result<Response, Error> {
        let container = self.claim(session).await?;
        container.fetch_request(request).await.map_err(|error| {
            let message = format!("the session's container did not answer: {error}");
            PoolError::PoolUnavailable { message }.into()
        })
    }

    /// The container that the session holds, `None` if it holds none. Asking claims
    /// nothing and starts nothing.
    ///
    /// # Errors
    /// `invalid_session`, and `pool_unavailable` where the pool did not answer.
    pub async fn lookup(&self, session: &str) -> Result<Option<Container>, Error> {
        let answer = self.client.ask(&[Ask::Call("lookup", session.into())]).await?;
        let Some(text) = answer.as_string() else { return Ok(None) };
        let grant = wire::claim_from_json(&text)?;
        Ok(Some(Container::new(grant, &self.client.places()?.containers)?))
    }

    /// What happened to the session's containers, and why it has the one it has:
    /// each step with its time and cause, as far as it is kept.
    ///
    /// ```no_run
    /// # use cf_warm_pool::client::{Error, WarmPool};
    /// # async fn example(pool: WarmPool) -> Result<(), Error> {
    /// for step in pool.explain("alice").await?.steps {
    ///     worker::console_log!("{} {}: {}", step.at_ms, step.container, step.why);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `invalid_session`, and `pool_unavailable` where the pool did not answer.
    pub async fn explain(&self, session: &str) -> Result<Explanation, Error> {
        let answer = self.client.ask(&[Ask::Call("explain", session.into())]).await?;
        Ok(wire::explanation_from_json(&answer.as_string().unwrap_or_default())?)
    }

    /// Takes the session's container away from it, as [`Config::on_release`] says.
    /// Requests under way may finish first, for at most
    /// [`Config::drain_timeout_ms`]; the session's next claim gets another container.
    ///
    /// Returns whether it had one: a second call returns false.
    ///
    /// # Errors
    /// `invalid_session`, and `pool_unavailable` where the pool did not answer.
    pub async fn release(&self, session: &str) -> Result<bool, Error> {
        let session = session.into();
        self.client.forget_hint(&session);
        let answer = self.client.ask(&[Ask::Call("release", session)]).await?;
        answer.as_bool().map_or_else(|| succeeded(&answer).map(|()| false), Ok)
    }

    /// The pool's figures. Asking changes nothing.
    ///
    /// # Errors
    /// `pool_unavailable` where the pool did not answer.
    pub async fn stats(&self) -> Result<PoolStats, Error> {
        let answer = self.client.ask(&[Ask::Stats]).await?;
        Ok(wire::stats_from_json(&answer.as_string().unwrap_or_default())?)
    }

    /// Has the pool fill itself, before any session comes and after a shut-down, as
    /// it is configured here.
    ///
    /// # Errors
    /// `invalid_config`, and `pool_unavailable` where the pool did not answer.
    pub async fn prime(&self) -> Result<(), Error> {
        self.tell(&[Ask::Prime]).await
    }

    /// Has `count` containers warm, once, also where that is more than
    /// [`Config::warm_target`]: those beyond it stay until sessions have taken them,
    /// the pool is shut down, or the target changes. 1 to 1000; `None` is the target.
    /// The pool is primed by it.
    ///
    /// # Errors
    /// `invalid_config` for the option `count`, and those of [`Self::prime`].
    pub async fn warmup(&self, count: Option<u32>) -> Result<(), Error> {
        // Before the pool takes the configuration, so that a wrong count changes nothing.
        count.map(|count| wire::warmup_count(Some(count.into()))).transpose()?;
        self.tell(&[Ask::Prime, Ask::Call("warmup", count.into())]).await
    }

    /// Stops every container that belongs to no session. Returns when all are
    /// recorded as stopping; the pool stays empty until a new session comes, it is
    /// primed, or its configuration changes.
    ///
    /// # Errors
    /// `pool_unavailable` where the pool did not answer.
    pub async fn shutdown_prewarmed(&self) -> Result<(), Error> {
        self.tell(&[Ask::Call("shutdownPrewarmed", JsValue::UNDEFINED)]).await
    }

    /// Stops every container. Those of sessions may finish the requests under way,
    /// for at most [`Config::drain_timeout_ms`]. Returns when all are recorded as
    /// draining or stopping; the pool stays empty until a new session comes, it is
    /// primed, or its configuration changes.
    ///
    /// # Errors
    /// `pool_unavailable` where the pool did not answer.
    pub async fn shutdown(&self) -> Result<(), Error> {
        self.tell(&[Ask::Call("shutdown", JsValue::UNDEFINED)]).await
    }

    /// Tells the pool that a container has stopped, by its id or name. Its session
    /// gets a new one with its next claim, and the pool is filled up. A report of
    /// one that the pool does not know changes nothing, and nor does a second one.
    ///
    /// # Errors
    /// `pool_unavailable` where the pool did not answer.
    pub async fn report_stopped(&self, container: &str) -> Result<(), Error> {
        self.tell(&[Ask::Call("reportStopped", container.into())]).await
    }

    fn changed(mut self, change: impl FnOnce(&mut Client)) -> Self {
        change(Rc::make_mut(&mut self.client));
        self
    }

    async fn tell(&self, asks: &[Ask<'_>]) -> Result<(), Error> {
        succeeded(&self.client.ask(asks).await?)
    }
}

/// An answer that is text is an error.
fn succeeded(answer: &JsValue) -> Result<(), Error> {
    let Some(text) = answer.as_string() else { return Ok(()) };
    Ok(wire::claim_from_json(&text).map(drop)?)
}
