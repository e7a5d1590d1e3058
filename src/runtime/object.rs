//! The pool object. An event comes in; the pool decides; the store records;
//! only then are answers given and commands carried out. Between the event and
//! the commit nothing is awaited, so one object's events are atomic, and the
//! platform holds every answer and call back until the rows are durable.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use super::bindings::{container_namespace, identity_of, usual_binding};
use super::effects::carry_out;
use super::given::{session_of, type_of};
use super::js::{self, Namespace, ObjectState, now_ms};
use super::legacy::LegacyPool;
use super::sql::ObjectSql;
use super::waiting::{Answer, Waiting};
use super::wakeups::{Alarm, Timer};
use crate::pool::limits::HISTORY_CHUNK_MAX;
use crate::pool::{
    Command, Config, ContainerId, ContainerName, Decision, Event, Fresh, Generation, Grant, Identity, Life,
    Pool, PoolError, Session, explain,
};
use crate::store::Store;
use crate::wire;

/// When a wake-up that failed is tried again by a pool that could not be loaded.
const RECOVERY_MS: u64 = 10_000;

/// What the TypeScript class `WarmPool` delegates to.
#[wasm_bindgen]
pub struct PoolObject {
    host: Rc<Host>,
}

struct Host {
    env: JsValue,
    store: Store<ObjectSql>,
    legacy: LegacyPool,
    /// `None` until loaded, and again after a commit that failed.
    pool: RefCell<Option<Pool>>,
    /// Whether the loaded pool has asked again for what was under way.
    woken: Cell<bool>,
    storage_failures: Cell<u64>,
    containers: RefCell<Option<(Option<String>, Namespace)>>,
    waiting: Waiting,
    /// The caller's configuration that is in force, as it came.
    applied: RefCell<Option<String>>,
    alarm: Alarm,
    timer: Timer,
}

#[wasm_bindgen]
impl PoolObject {
    /// The object over its rows. `built` is called once for every construction:
    /// a second one for the same object follows a panic. `legacy` is what an
    /// earlier package stored in the object ([`wire::legacy_from_json`]) or
    /// undefined, and `forget_legacy` is called when it is taken over.
    ///
    /// # Errors
    /// When the rows' schema cannot be brought up to date.
    #[wasm_bindgen(constructor)]
    pub fn new(
        state: ObjectState,
        env: JsValue,
        built: js_sys::Function,
        legacy: &JsValue,
        forget_legacy: js_sys::Function,
    ) -> Result<Self, JsValue> {
        built.call0(&JsValue::UNDEFINED)?;
        let store =
            Store::open(ObjectSql(state.storage())).map_err(|error| JsValue::from_str(&error.to_string()))?;
        Ok(Self {
            host: Rc::new(Host {
                env,
                store,
                legacy: LegacyPool::new(legacy, forget_legacy),
                pool: RefCell::new(None),
                woken: Cell::new(false),
                storage_failures: Cell::new(0),
                containers: RefCell::new(None),
                waiting: Waiting::default(),
                applied: RefCell::new(None),
                alarm: Alarm::new(state.storage()),
                timer: Timer::default(),
            }),
        })
    }

    /// One claim. Answers JSON text ([`wire::claim_to_json`]), at once where
    /// nothing has to be waited for, else a promise of it; it does not throw.
    /// `ticket` is what [`Self::leave`] may be called with, or undefined.
    pub fn claim(&self, session: &JsValue, config: &JsValue, ticket: &JsValue) -> JsValue {
        match self.host.claim(session, config, ticket.as_string()) {
            Claimed::Answered(answer) => wire::claim_to_json(answer).into(),
            Claimed::Waits(receiver) => future_to_promise(async move {
                let answer = receiver.await.unwrap_or_else(|_| Err(lost()));
                Ok(wire::claim_to_json(answer).into())
            })
            .into(),
        }
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
            self.host.dispatch(Event::Released { session })?;
            Ok(held)
        });
        released.map_or_else(|error| wire::claim_to_json(Err(error)).into(), JsValue::from_bool)
    }

    /// Has the pool fill itself, with a configuration as in a claim. Answers an
    /// error's JSON, or null.
    pub fn prime(&self, config: &JsValue) -> JsValue {
        let result = self.host.config(config).and_then(|config| match config {
            Some((text, config)) => {
                self.host.dispatch_configured(&text, Event::Primed { config: Some(config) })
            }
            None => self.host.dispatch(Event::Primed { config: None }),
        });
        outcome(result)
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

    /// Takes a configuration, as JSON text. Answers an error's JSON, or null.
    pub fn configure(&self, config: &JsValue) -> JsValue {
        let result = self.host.config(config).and_then(|config| match config {
            Some((text, config)) => self.host.dispatch_configured(&text, Event::Configured { config }),
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
        outcome(self.host.dispatch(Event::PrewarmedShutDown))
    }

    /// Stops everything. Answers once all of it is recorded as draining or
    /// stopping.
    pub fn shutdown(&self) -> JsValue {
        outcome(self.host.dispatch(Event::ShutDown))
    }

    /// The figures as JSON text, or an error's JSON.
    pub fn stats(&self) -> JsValue {
        let asked = match self.host.dispatch(Event::StatsAsked) {
            // Its binding may be named by a caller yet to come, and its figures need none.
            Err(PoolError::Misconfigured { .. }) if self.host.is_new() => Ok(()),
            asked => asked,
        };
        let stats = asked.and_then(|()| self.host.stats_text());
        stats.unwrap_or_else(|error| wire::claim_to_json(Err(error))).into()
    }

    /// The alarm. It does not throw: what fails is counted, and tried again.
    pub fn alarm(&self) {
        let host = &self.host;
        host.alarm.fired(now_ms() + host.recovery_ms());
        match host.dispatch(Event::DeadlineReached) {
            Ok(()) => host.alarm.settle(),
            Err(error) => worker::console_error!("warm pool: the alarm could not be handled: {error}"),
        }
    }
}

enum Claimed {
    Answered(Answer),
    Waits(oneshot::Receiver<Answer>),
}

impl Host {
    fn claim(self: &Rc<Self>, session: &JsValue, config: &JsValue, ticket: Option<String>) -> Claimed {
        let asked = session_of(session).and_then(|session| Ok((session, self.config(config)?)));
        let (session, config) = match asked {
            Ok(asked) => asked,
            Err(error) => return Claimed::Answered(Err(error)),
        };
        let (claim, mut receiver) = self.waiting.join(ticket);
        let dispatched = match config {
            Some((text, config)) => {
                let event = Event::Claimed { claim, session, config: Some(config) };
                self.dispatch_configured(&text, event)
            }
            None => self.dispatch(Event::Claimed { claim, session, config: None }),
        };
        if let Err(error) = dispatched {
            self.waiting.leave(claim);
            return Claimed::Answered(Err(error));
        }
        match receiver.try_recv() {
            Ok(Some(answer)) => Claimed::Answered(answer),
            _ => Claimed::Waits(receiver),
        }
    }

    /// The caller's configuration, unless it is the one in force.
    fn config(&self, config: &JsValue) -> Result<Option<(String, Rc<Config>)>, PoolError> {
        if config.is_undefined() || config.is_null() {
            return Ok(None);
        }
        let text = config.as_string().ok_or_else(|| PoolError::InvalidConfig {
            option: "config".to_owned(),
            value: format!("a value of type {}", type_of(config)),
            bounds: "JSON text".to_owned(),
        })?;
        if self.applied.borrow().as_ref() == Some(&text) {
            return Ok(None);
        }
        let mut config = wire::config_from_json(&text)?;
        if config.container_binding.is_none() {
            config.container_binding = self.binding_in_force()?;
        }
        Ok(Some((text, Rc::new(config))))
    }

    /// The binding a caller means who names none: recorded by its name, so that
    /// one who names it later means the same.
    fn binding_in_force(&self) -> Result<Option<String>, PoolError> {
        self.ensure_loaded()?;
        let pool = self.pool.borrow();
        let recorded = pool.as_ref().ok_or_else(lost)?.config().container_binding.clone();
        Ok(recorded.or_else(|| self.binding_found()))
    }

    /// The binding of a pool whose callers name none.
    fn binding_found(&self) -> Option<String> {
        self.legacy.binding(&self.env).or_else(|| usual_binding(&self.env)).map(str::to_owned)
    }

    fn dispatch_configured(self: &Rc<Self>, text: &str, event: Event) -> Result<(), PoolError> {
        self.dispatch(event)?;
        *self.applied.borrow_mut() = Some(text.to_owned());
        Ok(())
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

    fn id_of(&self, name: ContainerName) -> Option<ContainerId> {
        let containers = self.ensure_loaded().and_then(|()| self.containers()).ok()?;
        identity_of(&containers, name).ok().map(|identity| identity.id)
    }

    fn explain(self: &Rc<Self>, session: &Session) -> Result<JsValue, PoolError> {
        self.dispatch(Event::StatsAsked)?;
        let chunks = self.store.history().map_err(unavailable)?;
        let dropped = chunks.first().map_or(0, |first| first.number * HISTORY_CHUNK_MAX as u64);
        let transitions: Vec<_> = chunks.iter().flat_map(|chunk| chunk.transitions.iter().cloned()).collect();
        let held = self.lookup(session)?;
        Ok(wire::explanation_to_json(held, &explain(session, &transitions), dropped).into())
    }

    fn lookup(self: &Rc<Self>, session: &Session) -> Result<Option<Grant>, PoolError> {
        self.ensure_loaded()?;
        if self.legacy.is_there() {
            self.ensure_woken(&Event::StatsAsked)?;
        }
        let pool = self.pool.borrow();
        Ok(pool.as_ref().ok_or_else(lost)?.lookup(session))
    }

    fn stats_text(&self) -> Result<String, PoolError> {
        let pool = self.pool.borrow();
        let pool = pool.as_ref().ok_or_else(lost)?;
        Ok(wire::stats_to_json(&pool.stats(now_ms())))
    }

    /// Decides, records, and only then acts.
    fn dispatch(self: &Rc<Self>, event: Event) -> Result<(), PoolError> {
        self.ensure_woken(&event)?;
        let containers = self.containers_for(&event)?;
        self.decide_and_act(containers, event)
    }

    /// A rebuilt pool first asks again for whatever was under way. A new one
    /// has nothing under way, and may learn its binding from `event` only.
    fn ensure_woken(self: &Rc<Self>, event: &Event) -> Result<(), PoolError> {
        self.ensure_loaded()?;
        if self.woken.get() {
            return Ok(());
        }
        let containers = if self.is_new() { self.containers_for(event)? } else { self.containers()? };
        self.decide_and_act(containers, Event::Woke)?;
        self.take_over(event)?;
        self.woken.set(true);
        Ok(())
    }

    /// What an earlier package left is taken over by a pool that has nothing of
    /// its own, before `event` can give it something. Where that fails, it is
    /// tried again at the next event.
    fn take_over(self: &Rc<Self>, event: &Event) -> Result<(), PoolError> {
        if !self.legacy.is_there() {
            return Ok(());
        }
        let untouched = self.pool.borrow().as_ref().is_some_and(Pool::is_untouched);
        if !untouched {
            self.legacy.passed_over();
            return Ok(());
        }
        let named = config_of(event).and_then(|config| config.container_binding.clone());
        let Some(adopted) = self.legacy.adopted(&self.env, named.or_else(|| self.binding_found()))? else {
            return Ok(());
        };
        let containers = self.containers_for(&adopted)?;
        self.decide_and_act(containers, adopted)?;
        let pool = self.pool.borrow();
        self.legacy.taken(&pool.as_ref().ok_or_else(lost)?.stats(now_ms()));
        Ok(())
    }

    fn ensure_loaded(&self) -> Result<(), PoolError> {
        if self.pool.borrow().is_some() {
            return Ok(());
        }
        let mut pool = self.store.load().map_err(unavailable)?;
        for _ in 0..self.storage_failures.take() {
            pool.count_storage_failure();
        }
        *self.pool.borrow_mut() = Some(pool);
        self.woken.set(false);
        Ok(())
    }

    fn decide_and_act(self: &Rc<Self>, containers: Namespace, event: Event) -> Result<(), PoolError> {
        let decision = {
            let mut slot = self.pool.borrow_mut();
            let pool = slot.as_mut().ok_or_else(lost)?;
            let decision = pool.handle(now_ms(), &mut Platform { containers: &containers }, event);
            if let Err(error) = self.store.commit(&decision.changes) {
                *slot = None;
                drop(slot);
                return Err(self.commit_failed(&unavailable(error)));
            }
            decision
        };
        self.act(containers, decision)
    }

    fn act(self: &Rc<Self>, containers: Namespace, decision: Decision) -> Result<(), PoolError> {
        self.alarm.arm(decision.alarm_at_ms);
        self.arm_timer(decision.timer_at_ms);
        for reply in decision.replies {
            self.waiting.answer(reply.claim, reply.result);
        }
        for command in decision.commands {
            self.spawn(containers.clone(), command);
        }
        decision.refused.map_or(Ok(()), Err)
    }

    fn spawn(self: &Rc<Self>, containers: Namespace, command: Command) {
        let host = Rc::downgrade(self);
        spawn_local(async move {
            let event = carry_out(containers, command).await;
            deliver(&host, event);
        });
    }

    /// Memory no longer matches the rows: everyone who waits is told, and the
    /// next event finds the pool loaded anew. The alarm sees to it that one comes.
    fn commit_failed(&self, error: &PoolError) -> PoolError {
        worker::console_error!("warm pool: {error}");
        self.storage_failures.set(self.storage_failures.get() + 1);
        *self.applied.borrow_mut() = None;
        self.waiting.fail_all(error);
        self.alarm.arm(Some(now_ms() + RECOVERY_MS));
        error.clone()
    }

    /// The namespace that the configuration the event brings names, or else the
    /// one in force: checked before anything is decided, since whatever else
    /// the event leads to would be started in it.
    fn containers_for(&self, event: &Event) -> Result<Namespace, PoolError> {
        let Some(config) = config_of(event) else { return self.containers() };
        let pool = self.pool.borrow();
        let pool = pool.as_ref().ok_or_else(lost)?;
        pool.check_binding(config)?;
        match config.container_binding.as_deref().filter(|_| !pool.is_earlier(config)) {
            Some(named) => container_namespace(&self.env, Some(named)),
            None => self.containers(),
        }
    }

    /// Whether the pool knows of no container and of no binding.
    fn is_new(&self) -> bool {
        let pool = self.pool.borrow();
        pool.as_ref().is_some_and(|pool| {
            pool.config().container_binding.is_none() && pool.containers().next().is_none()
        })
    }

    /// The namespace of the configuration in force.
    fn containers(&self) -> Result<Namespace, PoolError> {
        let pool = self.pool.borrow();
        let binding = &pool.as_ref().ok_or_else(lost)?.config().container_binding;
        let mut cached = self.containers.borrow_mut();
        if let Some((of, namespace)) = cached.as_ref()
            && of == binding
        {
            return Ok(namespace.clone());
        }
        let namespace = container_namespace(&self.env, binding.as_deref())?;
        *cached = Some((binding.clone(), namespace.clone()));
        Ok(namespace)
    }

    /// The next refresh, which is mostly what the pool asks for too, and then
    /// costs no second row.
    fn recovery_ms(&self) -> u64 {
        self.pool.borrow().as_ref().map_or(RECOVERY_MS, |pool| pool.config().refresh_interval_ms)
    }

    fn arm_timer(self: &Rc<Self>, at_ms: Option<u64>) {
        let host = Rc::downgrade(self);
        self.timer.arm(at_ms, move || {
            let host = host.clone();
            spawn_local(async move {
                if let Some(host) = host.upgrade() {
                    host.timer.fired();
                }
                deliver(&host, Event::DeadlineReached);
            });
        });
    }
}

/// The configuration that an event's caller brings.
fn config_of(event: &Event) -> Option<&Rc<Config>> {
    match event {
        Event::Claimed { config, .. } | Event::Primed { config } => config.as_ref(),
        Event::Configured { config } | Event::Adopted { config, .. } => Some(config),
        _ => None,
    }
}

/// Brings the outcome of an effect back as an event. An object that is gone
/// looks again when it is rebuilt.
fn deliver(host: &Weak<Host>, event: Event) {
    let Some(host) = host.upgrade() else { return };
    if let Err(error) = host.dispatch(event) {
        worker::console_error!("warm pool: the outcome of an effect could not be handled: {error}");
    }
}

/// Names and chance from the platform.
struct Platform<'a> {
    containers: &'a Namespace,
}

impl Fresh for Platform<'_> {
    fn identity(&mut self) -> Identity {
        // The platform's UUIDs parse, and it takes any name.
        #[allow(clippy::expect_used, reason = "the platform's own UUID")]
        let name = ContainerName::parse(&js::random_uuid()).expect("crypto.randomUUID makes a UUID");
        #[allow(clippy::expect_used, reason = "the platform's own id")]
        identity_of(self.containers, name).expect("idFromName takes any name")
    }

    fn random(&mut self) -> u64 {
        (js_sys::Math::random() * (1_u64 << 53) as f64) as u64
    }
}

fn outcome(result: Result<(), PoolError>) -> JsValue {
    result.map_or_else(|error| wire::claim_to_json(Err(error)).into(), |()| JsValue::NULL)
}

fn unavailable(error: crate::store::StoreError) -> PoolError {
    PoolError::PoolUnavailable { message: format!("the pool's storage failed: {error}") }
}

fn lost() -> PoolError {
    PoolError::PoolUnavailable { message: "the pool lost its memory while this call waited".to_owned() }
}
