//! What the TypeScript class calls: each call is read, made an event, and its
//! answer written as JSON text. What an event leads to is the host's.

use std::rc::Rc;

use futures::channel::oneshot;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::given::session_of;
use super::host::{Host, Work, lost, unavailable};
use super::js::{ObjectState, now_ms};
use super::waiting::Answer;
use crate::pool::limits::HISTORY_CHUNK_MAX;
use crate::pool::{
    Config, ContainerId, ContainerName, Event, Generation, Life, PoolError, Session, explain, latest,
};
use crate::wire::{self, Level};

/// What the TypeScript class `WarmPool` delegates to.
#[wasm_bindgen]
pub struct PoolObject {
    host: Rc<Host>,
}

#[wasm_bindgen]
impl PoolObject {
    /// The object over its rows. `legacy` is what an earlier package stored in the
    /// object ([`wire::legacy_from_json`]) or undefined, and `forget_legacy` is
    /// called when it is taken over.
    ///
    /// # Errors
    /// When the rows' schema cannot be brought up to date.
    #[wasm_bindgen(constructor)]
    pub fn new(
        state: ObjectState,
        env: JsValue,
        legacy: &JsValue,
        forget_legacy: js_sys::Function,
    ) -> Result<Self, JsValue> {
        let host = Host::new(&state, env, legacy, forget_legacy);
        Ok(Self { host: Rc::new(host.map_err(|error| JsValue::from_str(&error.to_string()))?) })
    }

    /// One claim. Answers JSON text ([`wire::claim_to_json`]), at once where
    /// nothing has to be waited for, else a promise of it; it does not throw.
    /// `ticket` is what [`Self::leave`] may be called with, or undefined.
    pub fn claim(&self, session: &JsValue, config: &JsValue, ticket: &JsValue) -> JsValue {
        let answer = self.host.claims([(session.clone(), config.clone(), ticket.as_string())]).pop();
        answer.map_or(JsValue::UNDEFINED, answered)
    }

    /// Claims that came at once, recorded by one commit: each an array of what
    /// [`Self::claim`] is given, and answered with an array of what that answers.
    #[wasm_bindgen(js_name = claimAll)]
    pub fn claim_all(&self, calls: &Array) -> Array {
        let calls = calls.iter().map(|call| {
            let call: Array = call.unchecked_into();
            (call.get(0), call.get(1), call.get(2).as_string())
        });
        self.host.claims(calls).into_iter().map(answered).collect()
    }

    /// The caller with that ticket has gone away. Answers an error's JSON, or
    /// null; a ticket of nobody who waits is no error.
    pub fn leave(&self, ticket: &str) -> JsValue {
        let claim = self.host.waiting.claim_of(ticket);
        outcome(claim.map_or(Ok(()), |claim| {
            self.host.waiting.leave(claim);
            self.host.dispatch(Event::CallerLeft { claim })
        }))
    }

    /// A session gives its container up. Answers whether it had one, or an
    /// error's JSON.
    pub fn release(&self, session: &JsValue) -> JsValue {
        let released = session_of(session).and_then(|session| {
            let held = self.host.lookup(&session)?.is_some();
            self.host.dispatch_if_bound(Event::Released { session })?;
            Ok(held)
        });
        released.map_or_else(|error| wire::claim_to_json(Err(error)).into(), JsValue::from_bool)
    }

    /// Has the pool fill itself, with a configuration as in a claim. Answers an
    /// error's JSON, or null.
    pub fn prime(&self, config: &JsValue) -> JsValue {
        outcome(self.host.config(config).and_then(|config| self.host.dispatch(Event::Primed { config })))
    }

    /// Has so many containers warm, once; undefined: as many as the target is.
    /// Answers an error's JSON, or null.
    pub fn warmup(&self, count: &JsValue) -> JsValue {
        let count =
            if count.is_undefined() { Ok(None) } else { wire::warmup_count(count.as_f64()).map(Some) };
        outcome(count.and_then(|count| self.host.dispatch(Event::WarmedUp { count })))
    }

    /// The container of a session as JSON text, as a claim is answered, null if
    /// it has none, or an error's JSON. Nothing changes.
    pub fn lookup(&self, session: &JsValue) -> JsValue {
        match session_of(session).and_then(|session| self.host.lookup(&session)) {
            Ok(None) => JsValue::NULL,
            Ok(Some(grant)) => wire::claim_to_json::<PoolError>(Ok(grant)).into(),
            Err(error) => wire::claim_to_json(Err(error)).into(),
        }
    }

    /// Why a session has the container it has, as JSON text
    /// ([`wire::explanation_to_json`]), or an error's JSON.
    pub fn explain(&self, session: &JsValue) -> JsValue {
        let text = session_of(session).and_then(|session| self.host.explain(&session));
        text.unwrap_or_else(|error| wire::claim_to_json(Err(error)).into())
    }

    /// What happened lately as JSON text ([`wire::activity_to_json`]), or an
    /// error's JSON.
    pub fn activity(&self) -> JsValue {
        let text = self.host.activity();
        text.unwrap_or_else(|error| wire::claim_to_json(Err(error))).into()
    }

    /// Takes a configuration, as JSON text. Answers an error's JSON, or null.
    pub fn configure(&self, config: &JsValue) -> JsValue {
        let result = self.host.config(config).and_then(|config| match config {
            Some(config) => self.host.dispatch(Event::Configured { config }),
            None => Ok(()),
        });
        outcome(result)
    }

    /// Takes a report that a container has stopped, by its id or name, of which
    /// life of it where `generation` says so. Answers an error's JSON, or null; a
    /// report of nothing the pool knows is none.
    #[wasm_bindgen(js_name = reportStopped)]
    pub fn report_stopped(&self, container: &JsValue, generation: &JsValue) -> JsValue {
        let event = self.host.reported(container, generation);
        outcome(self.host.dispatch(event))
    }

    /// Stops what is warm. Answers once all of it is recorded as stopping.
    #[wasm_bindgen(js_name = shutdownPrewarmed)]
    pub fn shutdown_prewarmed(&self) -> JsValue {
        outcome(self.host.dispatch_if_bound(Event::PrewarmedShutDown))
    }

    /// Stops everything. Answers once all of it is recorded as draining or
    /// stopping.
    pub fn shutdown(&self) -> JsValue {
        outcome(self.host.dispatch_if_bound(Event::ShutDown))
    }

    /// The figures as JSON text, or an error's JSON.
    pub fn stats(&self) -> JsValue {
        let asked = self.host.dispatch_if_bound(Event::StatsAsked);
        let stats = asked.and_then(|()| self.host.stats()).map(|stats| wire::stats_to_json(&stats));
        stats.unwrap_or_else(|error| wire::claim_to_json(Err(error))).into()
    }

    /// The alarm. It does not throw: what fails is counted, and tried again.
    pub fn alarm(&self) {
        let host = &self.host;
        host.alarm.fired(host.recovery_at_ms());
        match host.dispatch(Event::DeadlineReached) {
            Ok(()) => host.alarm.settle(),
            Err(error) => {
                let message = format!("the alarm could not be handled: {error}");
                host.log.event(Level::Error, error.code(), &message);
            }
        }
    }
}

/// A claim's answer as text, or a promise of it.
fn answered(claimed: Claimed) -> JsValue {
    match claimed {
        Claimed::Answered(answer) => wire::claim_to_json(answer).into(),
        Claimed::Waits(receiver) => future_to_promise(async move {
            let answer = receiver.await.unwrap_or_else(|_| Err(lost()));
            Ok(wire::claim_to_json(answer).into())
        })
        .into(),
    }
}

enum Claimed {
    Answered(Answer),
    Waits(oneshot::Receiver<Answer>),
}

impl Host {
    /// Claims of the same moment, each with its session, configuration and ticket.
    fn claims(
        self: &Rc<Self>,
        calls: impl IntoIterator<Item = (JsValue, JsValue, Option<String>)>,
    ) -> Vec<Claimed> {
        let mut work = Work::of(self);
        let mut claimed = Vec::new();
        for (session, config, ticket) in calls {
            let asked = session_of(&session).and_then(|session| Ok((session, self.config(&config)?)));
            let decided = asked.and_then(|(session, config)| {
                let (claim, receiver) = self.waiting.join(now_ms(), ticket);
                let decided = work.decide(Event::Claimed { claim, session, config });
                decided.inspect_err(|_| self.waiting.leave(claim)).map(|()| receiver)
            });
            claimed.push(decided);
        }
        // Whatever is refused here was the answer to a claim too.
        let _ = work.finish();
        let answer_of = |decided: Result<oneshot::Receiver<Answer>, PoolError>| match decided {
            Err(error) => Claimed::Answered(Err(error)),
            Ok(mut receiver) => match receiver.try_recv() {
                Ok(Some(answer)) => Claimed::Answered(answer),
                _ => Claimed::Waits(receiver),
            },
        };
        claimed.into_iter().map(answer_of).collect()
    }

    /// The caller's configuration, if it named one.
    fn config(&self, config: &JsValue) -> Result<Option<Rc<Config>>, PoolError> {
        if config.is_undefined() || config.is_null() {
            return Ok(None);
        }
        let in_force = self.in_force()?;
        if let Some(known) = self.texts.known(config, &in_force) {
            return Ok(Some(known));
        }
        let binding = self.binding_in_force()?;
        self.texts.read(config, in_force, binding).map(Some)
    }

    fn reported(&self, container: &JsValue, generation: &JsValue) -> Event {
        let text = container.as_string().unwrap_or_default();
        let id = ContainerId::parse(&text).or_else(|| {
            let name = ContainerName::parse(&text)?;
            self.id_of(name)
        });
        match (id, generation.as_f64()) {
            (Some(id), None) => Event::StopReported { id },
            (Some(id), Some(number)) => {
                Event::ExitReported { life: Life { id, generation: Generation(number as u32) } }
            }
            (None, _) => Event::GarbageReported,
        }
    }

    /// The same for what a pool without containers has nothing to do about: its
    /// binding may be named by a caller yet to come.
    fn dispatch_if_bound(self: &Rc<Self>, event: Event) -> Result<(), PoolError> {
        match self.dispatch(event) {
            Err(PoolError::Misconfigured { .. }) if self.is_new() => Ok(()),
            dispatched => dispatched,
        }
    }

    fn activity(self: &Rc<Self>) -> Result<String, PoolError> {
        self.dispatch_if_bound(Event::StatsAsked)?;
        let (transitions, dropped) = latest(&self.store.latest().map_err(unavailable)?);
        let digest_of = |session: &Session| self.log.digest_of(session);
        Ok(wire::activity_to_json(&self.minutes()?, &transitions, dropped, &digest_of))
    }

    fn explain(self: &Rc<Self>, session: &Session) -> Result<JsValue, PoolError> {
        self.dispatch_if_bound(Event::StatsAsked)?;
        let chunks = self.store.history().map_err(unavailable)?;
        let dropped = chunks.first().map_or(0, |first| first.number * HISTORY_CHUNK_MAX as u64);
        let transitions: Vec<_> = chunks.iter().flat_map(|chunk| chunk.transitions.iter().cloned()).collect();
        let held = self.lookup(session)?;
        Ok(wire::explanation_to_json(
            held,
            &explain(session, &transitions),
            dropped,
            &self.log.digest_of(session),
        )
        .into())
    }
}

fn outcome(result: Result<(), PoolError>) -> JsValue {
    result.map_or_else(|error| wire::claim_to_json(Err(error)).into(), |()| JsValue::NULL)
}
