//! A claim from a Worker's side: the hint cache, a confirmation by the
//! container, and else one call to the pool. KV is a hint: what it says is
//! confirmed, and what it does wrong costs time under a limit and nothing else.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::bindings::identity_of;
use super::call::{message_of, settled, within};
use super::effects::seen;
use super::js::{ContainerStub, Kv, Namespace, PoolStub, now_ms, object};
use crate::pool::limits::{HINT_CONFIRM_TIMEOUT_MS, KV_TIMEOUT_MS, KV_TTL_MIN_MS, POOL_CALL_TIMEOUT_MS};
use crate::pool::{Grant, Identity, OnRelease, Outcome, PoolError, Session};
use crate::route::{Hint, Route, judge};
use crate::wire::{self, PoolName, RemoteError};

/// What the TypeScript function `createWarmPool` delegates to.
#[cfg(feature = "package")]
#[wasm_bindgen]
pub struct PoolClient {
    client: std::rc::Rc<Client>,
}

#[cfg(feature = "package")]
#[wasm_bindgen]
impl PoolClient {
    /// A client of the pool `pool_name`. `hints` is a KV namespace or
    /// undefined; `keep_alive` gets promises that may outlive the answer.
    #[wasm_bindgen(constructor)]
    pub fn new(
        pools: Namespace,
        containers: Namespace,
        pool_name: JsValue,
        config: JsValue,
        hints: JsValue,
        keep_alive: Function,
    ) -> Self {
        let hints = if may_hint(&config) { hints } else { JsValue::UNDEFINED };
        let client = Client { pools, containers, pool_name, config, hints, keep_alive };
        Self { client: std::rc::Rc::new(client) }
    }

    /// One claim. A promise of JSON text ([`wire::claim_to_json`]); it does not
    /// throw. `ticket` is what the pool's `leave` may be called with, or undefined.
    pub fn claim(&self, session: JsValue, ticket: JsValue) -> js_sys::Promise {
        let client = std::rc::Rc::clone(&self.client);
        future_to_promise(async move {
            let answer = client.claim(&session, &ticket).await;
            Ok(wire::claim_to_json(answer).into())
        })
    }

    /// Forgets the hint of a session that gives its container up.
    #[wasm_bindgen(js_name = forgetHint)]
    pub fn forget_hint(&self, session: &JsValue) {
        self.client.forget_hint(session);
    }
}

/// Where claims go, and what the pool is to be.
#[derive(Clone)]
pub struct Client {
    /// The pool class.
    pub pools: Namespace,
    /// The container class.
    pub containers: Namespace,
    /// Which pool: a string, as the caller gave it.
    pub pool_name: JsValue,
    /// The pool's configuration as JSON text.
    pub config: JsValue,
    /// The hint cache, or undefined.
    pub hints: JsValue,
    /// Called with promises that may outlive the answer.
    pub keep_alive: Function,
}

impl Client {
    /// The session's container.
    ///
    /// # Errors
    /// The pool's, or `pool_unavailable` where it could not be asked.
    pub async fn claim(&self, session: &JsValue, ticket: &JsValue) -> Result<Grant, RemoteError> {
        let pool_name = self.pool_name()?;
        let session = super::given::session_of(session)?;
        let cache = self.hint_cache(&pool_name, &session);
        if let Some(cache) = &cache
            && let Some(grant) = cache.confirmed(&self.containers, &self.keep_alive).await
        {
            return Ok(grant);
        }
        let grant = self.ask_pool(&pool_name, &session, ticket).await?;
        if let Some(cache) = cache
            && grant.hint_ttl_ms > 0
        {
            cache.write(&grant, &self.keep_alive);
        }
        Ok(grant)
    }

    /// The pool's figures as JSON text.
    ///
    /// # Errors
    /// `pool_unavailable` where it could not be asked, or did not answer in time.
    pub async fn stats_text(&self) -> Result<String, RemoteError> {
        let pool = self.pools.by_name::<PoolStub>(self.pool_name()?.as_str());
        let answer = within(POOL_CALL_TIMEOUT_MS, pool.and_then(|pool| pool.stats_text())).await;
        answer.map_err(|failure| not_asked(&failure.message)).map(|text| text.as_string().unwrap_or_default())
    }

    /// Has the pool fill up, as it is configured here.
    ///
    /// # Errors
    /// The pool's, or `pool_unavailable` where it could not be asked, or did not
    /// answer in time.
    pub async fn prime(&self) -> Result<(), RemoteError> {
        let pool = self.pools.by_name::<PoolStub>(self.pool_name()?.as_str());
        let call = pool.and_then(|pool| pool.prime_text(&self.config));
        let answer =
            within(POOL_CALL_TIMEOUT_MS, call).await.map_err(|failure| not_asked(&failure.message))?;
        match answer.as_string() {
            None => Ok(()),
            Some(error) => wire::claim_from_json(&error).map(drop),
        }
    }

    /// One of the calls that `callText` of js/pool.ts takes.
    ///
    /// # Errors
    /// `pool_unavailable` where the pool could not be asked, or did not answer in
    /// time. The pool's own errors are in the answer.
    pub async fn call(&self, call: &str, argument: &JsValue) -> Result<JsValue, RemoteError> {
        let pool = self.pools.by_name::<PoolStub>(self.pool_name()?.as_str());
        let asked = pool.and_then(|pool| pool.call_text(call, argument));
        within(POOL_CALL_TIMEOUT_MS, asked).await.map_err(|failure| not_asked(&failure.message))
    }

    /// Forgets the hint of a session that gives its container up.
    pub fn forget_hint(&self, session: &JsValue) {
        let asked = self.pool_name().and_then(|name| Ok((name, super::given::session_of(session)?)));
        if let Ok((name, session)) = asked
            && let Some(cache) = self.hint_cache(&name, &session)
        {
            cache.forget(&self.keep_alive);
        }
    }

    async fn ask_pool(
        &self,
        pool_name: &PoolName,
        session: &Session,
        ticket: &JsValue,
    ) -> Result<Grant, RemoteError> {
        let pool = self.pools.by_name::<PoolStub>(pool_name.as_str());
        let call = pool.and_then(|pool| pool.claim(session.as_str(), &self.config, ticket));
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
        let kv = self.hints.clone().unchecked_into();
        Some(HintCache { kv, key: wire::hint_key(pool_name, session) })
    }
}

/// Whether hints are used at all: not where a container may serve another
/// session later, nor with a configuration that the pool has to refuse.
pub fn may_hint(config: &JsValue) -> bool {
    let config = wire::config_from_json(&config.as_string().unwrap_or_default());
    config.is_ok_and(|config| config.on_release == OnRelease::Destroy)
}

fn not_asked(problem: &str) -> RemoteError {
    PoolError::PoolUnavailable { message: format!("the pool could not be asked: {problem}") }.into()
}

/// One session's place in the hint cache.
struct HintCache {
    kv: Kv,
    key: String,
}

impl HintCache {
    /// The container the hint names, if the container itself says that it is
    /// alive. Any other hint is deleted.
    async fn confirmed(&self, containers: &Namespace, keep_alive: &Function) -> Option<Grant> {
        let hint = self.read().await;
        let route = match judge(hint.as_ref(), now_ms(), None) {
            Route::Confirm => {
                let name = hint.as_ref()?.name.to_string();
                let call = containers.by_name::<ContainerStub>(&name).and_then(|container| container.state());
                judge(hint.as_ref(), now_ms(), Some(&seen(within(HINT_CONFIRM_TIMEOUT_MS, call).await)))
            }
            route => route,
        };
        match route {
            Route::Use => hint.and_then(|hint| grant_of(&hint, containers)),
            Route::Forget => {
                self.forget(keep_alive);
                None
            }
            Route::AskPool | Route::Confirm => None,
        }
    }

    async fn read(&self) -> Option<Hint> {
        match within(KV_TIMEOUT_MS, self.kv.read(&self.key)).await {
            Ok(value) => {
                let hint = wire::hint_from_json(&value.as_string()?);
                if hint.is_none() {
                    worker::console_warn!("warm pool: the hint cache could not be read: it holds no hint");
                }
                hint
            }
            Err(failure) => {
                worker::console_warn!("warm pool: the hint cache could not be read: {}", failure.message);
                None
            }
        }
    }

    fn write(self, grant: &Grant, keep_alive: &Function) {
        let expires_at_ms = now_ms() + grant.hint_ttl_ms;
        let hint = Hint { name: grant.name, generation: grant.generation, expires_at_ms };
        let kept_ms = grant.hint_ttl_ms.max(KV_TTL_MIN_MS);
        let ttl = object(&[("expirationTtl", JsValue::from_f64(kept_ms.div_ceil(1_000) as f64))]);
        let call = self.kv.write(&self.key, &wire::hint_to_json(&hint), &ttl);
        in_background(call, keep_alive);
    }

    fn forget(&self, keep_alive: &Function) {
        in_background(self.kv.delete(&self.key), keep_alive);
    }
}

fn grant_of(hint: &Hint, containers: &Namespace) -> Option<Grant> {
    let Identity { name, id } = identity_of(containers, hint.name).ok()?;
    Some(Grant { id, name, generation: hint.generation, outcome: Outcome::Sticky, hint_ttl_ms: 0 })
}

/// Lets a call end after the answer; its failure is logged and costs a hint.
fn in_background(call: Result<JsValue, JsValue>, keep_alive: &Function) {
    let work = future_to_promise(async move {
        if let Err(error) = settled(call).await {
            worker::console_warn!("warm pool: the hint cache could not be written: {}", message_of(&error));
        }
        Ok(JsValue::UNDEFINED)
    });
    if let Err(error) = keep_alive.call1(&JsValue::UNDEFINED, &work) {
        worker::console_warn!("warm pool: a hint may not be written: {}", message_of(&error));
    }
}
