//! A claim from a Worker's side: the hint cache, and else one call to the pool.

use js_sys::Function;
use wasm_bindgen::prelude::*;
#[cfg(feature = "package")]
use wasm_bindgen_futures::future_to_promise;

use super::call::{message_of, settled, within};
use super::hints::HintCache;
use super::js::{ContainerStub, Namespace, PoolStub};
#[cfg(feature = "package")]
use super::js::{object, property};
use super::objects::Objects;
use crate::pool::limits::POOL_CALL_TIMEOUT_MS;
#[cfg(feature = "package")]
use crate::pool::{Config, ContainerId, ContainerName};
use crate::pool::{Grant, Identity, OnRelease, PoolError, Session};
use crate::wire::{self, PoolName, RemoteError};

/// The part of the client of `js/client.ts` that is written in Rust.
#[cfg(feature = "package")]
#[wasm_bindgen]
pub struct PoolClient {
    client: std::rc::Rc<Client>,
}

#[cfg(feature = "package")]
#[wasm_bindgen]
impl PoolClient {
    /// Creates a client of the pool `pool_name`. `config` is an object of options
    /// as JSON text, `hints` a KV namespace or undefined. `keep_alive` is called
    /// with promises that may outlive the answer.
    #[wasm_bindgen(constructor)]
    pub fn new(
        pools: Namespace,
        containers: Namespace,
        pool_name: JsValue,
        config: JsValue,
        hints: JsValue,
        keep_alive: Function,
    ) -> Self {
        let places = places_of(pools, containers, &config);
        Self { client: std::rc::Rc::new(Client { places, pool_name, config, hints, keep_alive }) }
    }

    /// Returns the namespaces that the client calls, or an error's JSON text.
    pub fn targets(&self) -> JsValue {
        self.client.targets().unwrap_or_else(error_text)
    }

    /// Checks that the container namespace makes ids of Durable Objects. Returns
    /// null, or an error's JSON text. A claim that did not check would leave its
    /// container assigned.
    #[wasm_bindgen(js_name = checkContainers)]
    pub fn check_containers(&self) -> Option<String> {
        let checked =
            self.client.places().and_then(|places| places.containers.check_ids("containerNamespace"));
        checked.err().map(|error| wire::claim_to_json::<RemoteError>(Err(error.into())))
    }

    /// Returns a stub of the container that the pool granted, or an error's JSON
    /// text.
    pub fn container(&self, name: &str, id: &str) -> JsValue {
        let identity = ContainerName::parse(name).zip(ContainerId::parse(id));
        let container = identity.map(|(name, id)| self.client.container(Identity { name, id }));
        let container = container.unwrap_or_else(|| Err(not_asked("its answer names no container")));
        container.map_or_else(error_text, Into::into)
    }

    /// Resolves to a grant as JSON text ([`wire::claim_to_json`]) if a hint names a
    /// container that confirms it, else to undefined. It does not reject.
    pub fn hinted(&self, session: JsValue) -> js_sys::Promise {
        let client = std::rc::Rc::clone(&self.client);
        future_to_promise(async move {
            let Ok((_, Some(cache))) = client.session_and_cache(&session) else {
                return Ok(JsValue::UNDEFINED);
            };
            let granted = cache.confirmed(&client.keep_alive).await;
            Ok(granted
                .map_or(JsValue::UNDEFINED, |grant| wire::claim_to_json::<RemoteError>(Ok(grant)).into()))
        })
    }

    /// Writes the hint that the pool's answer to a claim allows, after the answer.
    pub fn remember(&self, session: &JsValue, answer: &str) {
        if let Ok(grant) = wire::claim_from_json(answer)
            && let Ok((_, Some(cache))) = self.client.session_and_cache(session)
        {
            cache.remember(grant, &self.client.keep_alive);
        }
    }

    /// Deletes the hint of a session that gives its container up.
    #[wasm_bindgen(js_name = forgetHint)]
    pub fn forget_hint(&self, session: &JsValue) {
        self.client.forget_hint(session);
    }

    /// Returns the error's JSON text for a claim whose call to the pool threw
    /// `error`.
    pub fn unasked(&self, error: &JsValue) -> String {
        wire::claim_to_json::<RemoteError>(Err(not_asked(&message_of(error))))
    }

    /// Returns the error's JSON text for a session id that the client does not
    /// send.
    pub fn refused(&self, session: &JsValue) -> String {
        let error = super::given::session_of(session)
            .map_or_else(RemoteError::from, |_| not_asked("the session id was not sent, though it is valid"));
        wire::claim_to_json::<RemoteError>(Err(error))
    }
}

/// The namespaces that a configuration names. Only these words are read here:
/// the pool refuses an invalid configuration.
#[cfg(feature = "package")]
fn places_of(pools: Namespace, containers: Namespace, config: &JsValue) -> Result<Places, PoolError> {
    let config = js_sys::JSON::parse(&config.as_string().unwrap_or_default()).unwrap_or_default();
    let word = |name, words: &[&'static str]| {
        let given = property(&config, name).as_string()?;
        words.iter().find(|word| **word == given).copied()
    };
    let jurisdiction = word("jurisdiction", Config::JURISDICTIONS);
    Places::new(pools, containers, jurisdiction, word("locationHint", Config::LOCATION_HINTS))
}

#[cfg(feature = "package")]
fn error_text(error: RemoteError) -> JsValue {
    wire::claim_to_json(Err(error)).into()
}

/// Where the pool's object and its containers are.
#[derive(Clone)]
pub struct Places {
    /// The pool class.
    pub pools: Objects,
    /// The container class.
    pub containers: Objects,
}

impl Places {
    /// Both in that jurisdiction; the pool near that region, if it is made yet.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where the platform refuses the jurisdiction.
    pub fn new(
        pools: Namespace,
        containers: Namespace,
        jurisdiction: Option<&str>,
        location_hint: Option<&str>,
    ) -> Result<Self, PoolError> {
        let containers = Objects::of(containers, jurisdiction)?;
        Ok(Self { pools: Objects::of(pools, jurisdiction)?.near(location_hint), containers })
    }
}

/// Where claims go, and what the pool is to be.
#[derive(Clone)]
pub struct Client {
    /// Or why there is no such place.
    pub places: Result<Places, PoolError>,
    /// Which pool: a string, as the caller gave it.
    pub pool_name: JsValue,
    /// The pool's configuration as JSON text.
    pub config: JsValue,
    /// The hint cache, or undefined.
    pub hints: JsValue,
    /// Called with promises that may outlive the answer.
    pub keep_alive: Function,
}

/// What a pool is asked beside claims.
pub enum Ask<'a> {
    /// Its figures, answered with JSON text.
    Stats,
    /// To fill itself, as the client is configured.
    Prime,
    /// One of the calls that `callText` of js/pool.ts takes, with its argument.
    Call(&'a str, JsValue),
}

impl Client {
    /// Returns the session's container.
    ///
    /// # Errors
    /// The pool's, or `pool_unavailable` if the call to the pool failed.
    pub async fn claim(&self, session: &JsValue, ticket: &JsValue) -> Result<Grant, RemoteError> {
        let pool_name = self.pool_name()?;
        let (session, cache) = self.session_and_cache(session)?;
        if let Some(cache) = &cache
            && let Some(grant) = cache.confirmed(&self.keep_alive).await
        {
            return Ok(grant);
        }
        let grant = self.ask_pool(&pool_name, &session, ticket).await?;
        if let Some(cache) = cache {
            cache.remember(grant, &self.keep_alive);
        }
        Ok(grant)
    }

    /// Asks the pool these, one after the other, until one is refused. The answer
    /// to the last that was asked.
    ///
    /// # Errors
    /// `pool_unavailable` where the pool could not be asked, or did not answer in
    /// time. The pool's own errors are in the answer: the text of one's JSON.
    pub async fn ask(&self, asks: &[Ask<'_>]) -> Result<JsValue, RemoteError> {
        let mut answer = JsValue::NULL;
        for ask in asks {
            let pool = self.pool()?;
            let call = match ask {
                Ask::Stats => pool.stats_text(),
                Ask::Prime => pool.prime_text(&self.config),
                Ask::Call(call, argument) => pool.call_text(call, argument),
            };
            answer =
                within(POOL_CALL_TIMEOUT_MS, call).await.map_err(|failure| not_asked(&failure.message))?;
            if answer.is_string() {
                break;
            }
        }
        Ok(answer)
    }

    /// Forgets the hint of a session that gives its container up.
    pub fn forget_hint(&self, session: &JsValue) {
        if let Ok((_, Some(cache))) = self.session_and_cache(session) {
            cache.forget(&self.keep_alive);
        }
    }

    /// The session of a caller, and its entry of the hint cache if there is one.
    fn session_and_cache(&self, session: &JsValue) -> Result<(Session, Option<HintCache>), PoolError> {
        let pool_name = self.pool_name()?;
        let session = super::given::session_of(session)?;
        let cache = self.hint_cache(&pool_name, &session);
        Ok((session, cache))
    }

    #[cfg(feature = "package")]
    fn targets(&self) -> Result<JsValue, RemoteError> {
        let pool_name = self.pool_name()?;
        let places = self.places()?;
        let id = places.pools.id_of(pool_name.as_str()).map_err(|error| not_asked(&message_of(&error)))?;
        Ok(object(&[
            ("pools", places.pools.namespace()),
            ("poolId", id.into()),
            ("poolOptions", places.pools.options()),
            ("containers", places.containers.namespace()),
        ]))
    }

    /// A stub of the pool object.
    ///
    /// # Errors
    /// `invalid_config` where the pool's name is none, `misconfigured` where there
    /// is no such jurisdiction.
    pub fn pool(&self) -> Result<PoolStub, RemoteError> {
        self.stub_of(&self.pool_name()?)
    }

    /// A stub of the container that a claim was answered with.
    ///
    /// # Errors
    /// `misconfigured` where the pool has its containers elsewhere.
    pub fn container(&self, identity: Identity) -> Result<ContainerStub, RemoteError> {
        Ok(self.places()?.containers.container(identity)?)
    }

    fn stub_of(&self, pool_name: &PoolName) -> Result<PoolStub, RemoteError> {
        let stub = self.places()?.pools.by_name(pool_name.as_str());
        stub.map_err(|error| not_asked(&message_of(&error)))
    }

    /// Where the pool and its containers are.
    ///
    /// # Errors
    /// `misconfigured` where there is no such jurisdiction.
    pub fn places(&self) -> Result<&Places, PoolError> {
        self.places.as_ref().map_err(Clone::clone)
    }

    async fn ask_pool(
        &self,
        pool_name: &PoolName,
        session: &Session,
        ticket: &JsValue,
    ) -> Result<Grant, RemoteError> {
        let call = self.stub_of(pool_name)?.claim(session.as_str(), &self.config, ticket);
        let answer = settled(call).await.map_err(|error| not_asked(&message_of(&error)))?;
        wire::claim_from_json(&answer.as_string().unwrap_or_default())
    }

    fn pool_name(&self) -> Result<PoolName, PoolError> {
        wire::pool_name(&self.pool_name.as_string().unwrap_or_default())
    }

    fn hint_cache(&self, pool_name: &PoolName, session: &Session) -> Option<HintCache> {
        if self.hints.is_falsy() {
            return None;
        }
        // With a configuration that the pool has to refuse no hint is used.
        let config = wire::config_from_json(&self.config.as_string().unwrap_or_default()).ok()?;
        Some(HintCache {
            kv: self.hints.clone().unchecked_into(),
            key: wire::hint_key(pool_name, session),
            containers: self.places().ok()?.containers.clone(),
            pool_name: pool_name.clone(),
            session: session.clone(),
            needs_confirmation: config.on_release != OnRelease::Destroy,
            hint_ttl_ms: config.hint_ttl_ms(),
        })
    }
}

fn not_asked(problem: &str) -> RemoteError {
    PoolError::PoolUnavailable { message: format!("the pool could not be asked: {problem}") }.into()
}
