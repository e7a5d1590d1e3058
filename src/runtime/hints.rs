//! The hint cache. KV is a hint: what it says is confirmed by the container,
//! and what it does wrong costs time under a limit and nothing else. What the
//! pool has answered is told to its container and then to KV, after the answer.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::call::{message_of, settled, within};
use super::effects::{generation_value, look};
use super::js::{ContainerStub, Kv, console_warn, now_ms, object};
use super::objects::Objects;
use crate::pool::limits::{HINT_CONFIRM_TIMEOUT_MS, KV_TIMEOUT_MS, KV_TTL_MIN_MS, PLAIN_CLASSES_MAX};
use crate::pool::{ContainerName, Generation, Grant, Identity, Outcome, Seen, Session};
use crate::route::{Hint, Look, Route, hint_of, judge, worth_telling};
use crate::wire::{self, PoolName};

thread_local! {
    /// Pools whose container class was seen not to answer whom it serves, as
    /// long as this isolate lives.
    static PLAIN_CLASSES: RefCell<Vec<PoolName>> = const { RefCell::new(Vec::new()) };
}

/// One session's place in the hint cache, and the containers it may name.
pub(super) struct HintCache {
    pub kv: Kv,
    pub key: String,
    pub containers: Objects,
    pub pool_name: PoolName,
    pub session: Session,
    /// Whether this client, by its own policy, takes no hint at its word.
    pub needs_confirmation: bool,
    /// How long a hint may last, by this client's lease.
    pub hint_ttl_ms: u64,
}

impl HintCache {
    /// The container the hint names, if the container itself says that it is
    /// alive and this session's. Any other hint is deleted.
    pub async fn confirmed(&self, keep_alive: &Function) -> Option<Grant> {
        if self.needs_confirmation && self.is_plain() {
            return None;
        }
        let hint = self.read().await;
        let route = match judge(hint.as_ref(), now_ms(), None) {
            Route::Confirm => {
                let hint = hint.as_ref()?;
                let look = self.ask(hint.name, hint.generation, false).await;
                judge(Some(hint), now_ms(), Some(&look))
            }
            route => route,
        };
        match route {
            Route::Use => hint.and_then(|hint| grant_of(&hint, &self.containers)),
            Route::Forget => {
                self.forget(keep_alive);
                None
            }
            Route::AskPool | Route::Confirm => None,
        }
    }

    /// Tells the container whom it serves, and KV who serves the session, after
    /// the answer.
    pub fn remember(self, grant: Grant, keep_alive: &Function) {
        in_background(self.tell(grant), keep_alive);
    }

    async fn tell(self, mut grant: Grant) {
        if self.needs_confirmation {
            grant.hint_ttl_ms = 0;
        }
        let confirmed = if worth_telling(&grant, self.is_plain()) {
            self.ask(grant.name, grant.generation, true).await.confirmed
        } else {
            None
        };
        if let Some(hint) = hint_of(&grant, confirmed, now_ms()) {
            log_failure(settled(self.write(&hint)).await);
        }
    }

    /// Asks a container how it is and whether it serves the session, which the
    /// pool has just given it to if it is `granted`.
    async fn ask(&self, name: ContainerName, generation: Generation, granted: bool) -> Look {
        let ask = object(&[
            ("session", JsValue::from_str(self.session.as_str())),
            ("generation", generation_value(generation)),
            ("granted", JsValue::from_bool(granted)),
        ]);
        let stub = self.containers.by_name::<ContainerStub>(&name.to_string());
        let call = stub.and_then(|container| container.state_for(&ask));
        let look = look(within(HINT_CONFIRM_TIMEOUT_MS, call).await);
        self.learn(&look);
        look
    }

    fn is_plain(&self) -> bool {
        PLAIN_CLASSES.with_borrow(|plain| plain.contains(&self.pool_name))
    }

    /// An answer without a word on the session is a plain class's.
    fn learn(&self, look: &Look) {
        if matches!(look.seen, Seen::Unknown(_)) {
            return;
        }
        PLAIN_CLASSES.with_borrow_mut(|plain| match plain.iter().position(|name| *name == self.pool_name) {
            Some(at) if look.confirmed.is_some() => drop(plain.swap_remove(at)),
            None if look.confirmed.is_none() && plain.len() < PLAIN_CLASSES_MAX => {
                plain.push(self.pool_name.clone());
            }
            _ => {}
        });
    }

    async fn read(&self) -> Option<Hint> {
        match within(KV_TIMEOUT_MS, self.kv.read(&self.key)).await {
            Ok(value) => {
                let hint = wire::hint_from_json(&value.as_string()?);
                if hint.is_none() {
                    console_warn("warm pool: the hint cache could not be read: it holds no hint");
                }
                let needs_confirmation = self.needs_confirmation;
                let hint = hint.filter(|hint| !hint.outlasts(self.hint_ttl_ms, now_ms()));
                hint.map(|hint| Hint {
                    needs_confirmation: hint.needs_confirmation || needs_confirmation,
                    ..hint
                })
            }
            Err(failure) => {
                console_warn(&format!("warm pool: the hint cache could not be read: {}", failure.message));
                None
            }
        }
    }

    fn write(&self, hint: &Hint) -> Result<JsValue, JsValue> {
        let kept_ms = hint.expires_at_ms.saturating_sub(now_ms()).max(KV_TTL_MIN_MS);
        let ttl = object(&[("expirationTtl", JsValue::from_f64(kept_ms.div_ceil(1_000) as f64))]);
        self.kv.write(&self.key, &wire::hint_to_json(hint), &ttl)
    }

    /// Deletes the hint, after the answer.
    pub fn forget(&self, keep_alive: &Function) {
        let call = self.kv.delete(&self.key);
        in_background(async { log_failure(settled(call).await) }, keep_alive);
    }
}

fn grant_of(hint: &Hint, containers: &Objects) -> Option<Grant> {
    let Identity { name, id } = containers.identity_of(hint.name).ok()?;
    let (generation, outcome) = (hint.generation, Outcome::Sticky);
    Some(Grant { id, name, generation, outcome, hint_ttl_ms: 0, confirmed_hint_ttl_ms: 0 })
}

/// Lets work end after the answer.
fn in_background(work: impl Future<Output = ()> + 'static, keep_alive: &Function) {
    let work = future_to_promise(async move {
        work.await;
        Ok(JsValue::UNDEFINED)
    });
    if let Err(error) = keep_alive.call1(&JsValue::UNDEFINED, &work) {
        console_warn(&format!("warm pool: a hint may not be written: {}", message_of(&error)));
    }
}

/// A failure of KV costs a hint.
fn log_failure(result: Result<JsValue, JsValue>) {
    if let Err(error) = result {
        console_warn(&format!("warm pool: the hint cache could not be written: {}", message_of(&error)));
    }
}
