//! The object around the pool. An event comes in; the pool decides; the store
//! records; only then are answers given and commands carried out. Between the
//! event and the commit nothing is awaited, so one object's events are atomic,
//! and the platform holds every answer and call back until the rows are durable.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use uuid::Uuid;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::analytics::Analytics;
use super::bindings::{container_namespace, usual_binding};
use super::effects::carry_out;
use super::js::{ObjectState, now_ms};
use super::legacy::LegacyPool;
use super::log::{Log, name_of};
use super::objects::Objects;
use super::sql::ObjectSql;
use super::texts::ConfigTexts;
use super::waiting::Waiting;
use super::wakeups::{Alarm, Timer};
use crate::pool::{
    Command, Config, ContainerId, ContainerName, Decision, Event, Fresh, Grant, Identity, Minute, Pool,
    PoolError, Session, Stats,
};
use crate::store::{Store, StoreError};
use crate::wire::Level;

/// When a wake-up that failed is tried again by a pool that could not be loaded.
const RECOVERY_MS: u64 = 10_000;

/// One pool object: its rows, the pool they make, and who waits for it.
pub(super) struct Host {
    env: JsValue,
    pub(super) store: Store<ObjectSql>,
    pub(super) log: Rc<Log>,
    analytics: Analytics,
    legacy: LegacyPool,
    /// `None` until loaded, and again after a commit that failed.
    pool: RefCell<Option<Pool>>,
    /// Whether the loaded pool has asked again for what was under way.
    woken: Cell<bool>,
    storage_failures: Cell<u64>,
    /// Those of the configuration in force, as last found.
    containers: RefCell<Option<(Rc<Config>, Objects)>>,
    pub(super) waiting: Waiting,
    pub(super) texts: ConfigTexts,
    pub(super) alarm: Alarm,
    timer: Timer,
}

impl Host {
    /// The object over its rows, not loaded yet.
    ///
    /// # Errors
    /// When the rows' schema cannot be brought up to date.
    pub(super) fn new(
        state: &ObjectState,
        env: JsValue,
        legacy: &JsValue,
        forget_legacy: js_sys::Function,
    ) -> Result<Self, StoreError> {
        let store = Store::open(ObjectSql::new(state.storage()))?;
        let log = Rc::new(Log::of_object(state, &env, &store)?);
        let analytics = Analytics::new(&env);
        Ok(Self {
            env,
            store,
            log: Rc::clone(&log),
            analytics,
            legacy: LegacyPool::new(legacy, forget_legacy),
            pool: RefCell::new(None),
            woken: Cell::new(false),
            storage_failures: Cell::new(0),
            containers: RefCell::new(None),
            waiting: Waiting::default(),
            texts: ConfigTexts::default(),
            alarm: Alarm::new(state.storage(), log),
            timer: Timer::default(),
        })
    }

    /// Decides, records, and only then acts.
    pub(super) fn dispatch(self: &Rc<Self>, event: Event) -> Result<(), PoolError> {
        let mut work = Work::of(self);
        work.decide(event)?;
        work.finish()
    }

    /// What a session holds. Nothing changes.
    pub(super) fn lookup(self: &Rc<Self>, session: &Session) -> Result<Option<Grant>, PoolError> {
        self.ensure_loaded()?;
        if self.legacy.is_there() {
            self.ensure_woken(&Event::StatsAsked)?;
        }
        self.loaded(|pool| pool.lookup(session))
    }

    /// The figures as they are.
    pub(super) fn stats(&self) -> Result<Stats, PoolError> {
        self.loaded(|pool| pool.stats(now_ms()))
    }

    /// The minutes of the last hour as they are.
    pub(super) fn minutes(&self) -> Result<Vec<Minute>, PoolError> {
        self.loaded(Pool::minutes)
    }

    /// The id of the container of that name; `None` where no binding is known.
    pub(super) fn id_of(&self, name: ContainerName) -> Option<ContainerId> {
        let containers = self.ensure_loaded().and_then(|()| self.containers()).ok()?;
        containers.identity_of(name).ok().map(|identity| identity.id)
    }

    /// The binding a caller means who names none: recorded by its name, so that
    /// one who names it later means the same.
    pub(super) fn binding_in_force(&self) -> Result<Option<String>, PoolError> {
        let recorded = self.in_force()?.container_binding.clone();
        Ok(recorded.or_else(|| self.binding_found()))
    }

    /// The configuration in force.
    pub(super) fn in_force(&self) -> Result<Rc<Config>, PoolError> {
        self.ensure_loaded()?;
        self.loaded(|pool| Rc::clone(pool.config()))
    }

    /// Looks at the pool, where it is loaded.
    fn loaded<T>(&self, look: impl FnOnce(&Pool) -> T) -> Result<T, PoolError> {
        self.pool.borrow().as_ref().map(look).ok_or_else(lost)
    }

    /// The binding of a pool whose callers name none.
    fn binding_found(&self) -> Option<String> {
        self.legacy.binding(&self.env).or_else(|| usual_binding(&self.env)).map(str::to_owned)
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
            self.legacy.passed_over(&self.log);
            return Ok(());
        }
        let named = config_of(event).and_then(|config| config.container_binding.clone());
        let Some(adopted) = self.legacy.adopted(&self.env, named.or_else(|| self.binding_found()))? else {
            return Ok(());
        };
        let containers = self.containers_for(&adopted)?;
        self.decide_and_act(containers, adopted)?;
        self.legacy.taken(&self.stats()?, &self.log);
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

    fn decide_and_act(self: &Rc<Self>, containers: Objects, event: Event) -> Result<(), PoolError> {
        let mut work = Work::of(self);
        work.handle(containers, event)?;
        work.finish()
    }

    fn act(self: &Rc<Self>, containers: Objects, decision: Decision) -> Result<(), PoolError> {
        self.log.transitions(&decision.transitions);
        self.alarm.arm(decision.alarm_at_ms);
        self.arm_timer(decision.timer_at_ms);
        if let Some(line) = decision.stats_line {
            self.log.stats_line(&line);
        }
        for reply in decision.replies {
            let outcome = match &reply.result {
                Ok(grant) => grant.outcome.as_str(),
                Err(error) => error.code(),
            };
            if let Some(asked_at_ms) = self.waiting.answer(reply.claim, reply.result) {
                self.claim_ended(outcome, asked_at_ms);
            }
        }
        if !decision.commands.is_empty() {
            // The event may have changed near which region they are made.
            let containers = self.containers().unwrap_or(containers);
            for command in decision.commands {
                self.spawn(containers.clone(), command);
            }
        }
        decision.refused.map_or(Ok(()), Err)
    }

    fn claim_ended(&self, outcome: &str, asked_at_ms: u64) {
        self.analytics.claim(&self.log, outcome, now_ms().saturating_sub(asked_at_ms));
    }

    fn spawn(self: &Rc<Self>, containers: Objects, command: Command) {
        let host = Rc::downgrade(self);
        spawn_local(async move {
            let name = name_of(&command);
            let event = carry_out(containers, command).await;
            if let Some(host) = host.upgrade() {
                host.log.outcome(name, &event);
            }
            deliver(&host, event);
        });
    }

    /// Memory no longer matches the rows: everyone who waits is told, and the
    /// next event finds the pool loaded anew. The alarm sees to it that one comes.
    fn commit_failed(&self, error: &PoolError) -> PoolError {
        self.log.event(Level::Error, "storage_failed", &error.to_string());
        self.storage_failures.set(self.storage_failures.get() + 1);
        for asked_at_ms in self.waiting.fail_all(error) {
            self.claim_ended(error.code(), asked_at_ms);
        }
        self.alarm.arm(Some(now_ms() + RECOVERY_MS));
        error.clone()
    }

    /// Where the configuration that the event brings has its containers, or else
    /// the one in force: checked before anything is decided, since whatever else
    /// the event leads to would be started there.
    fn containers_for(&self, event: &Event) -> Result<Objects, PoolError> {
        let Some(config) = config_of(event) else { return self.containers() };
        if self.loaded(|pool| pool.check_place(config).map(|()| pool.means_same_place(config)))?? {
            return self.containers();
        }
        let in_force = self.in_force()?;
        let binding = config.container_binding.as_ref().or(in_force.container_binding.as_ref());
        let namespace = container_namespace(&self.env, binding.map(String::as_str))?;
        Objects::of(namespace, config.jurisdiction.or(in_force.jurisdiction))
    }

    /// Whether the pool knows of no container and of no binding.
    pub(super) fn is_new(&self) -> bool {
        let pool = self.pool.borrow();
        pool.as_ref().is_some_and(|pool| {
            pool.config().container_binding.is_none() && pool.containers().next().is_none()
        })
    }

    /// Where the configuration in force has its containers.
    fn containers(&self) -> Result<Objects, PoolError> {
        let config = self.in_force()?;
        let mut cached = self.containers.borrow_mut();
        if let Some((of, objects)) = cached.as_ref()
            && Rc::ptr_eq(of, &config)
        {
            return Ok(objects.clone());
        }
        let namespace = container_namespace(&self.env, config.container_binding.as_deref())?;
        let objects = Objects::of(namespace, config.jurisdiction)?.near(config.location_hint);
        *cached = Some((config, objects.clone()));
        Ok(objects)
    }

    /// When the alarm comes again if this one comes to nothing.
    pub(super) fn recovery_at_ms(&self) -> u64 {
        let now_ms = now_ms();
        self.loaded(|pool| pool.recovery_at_ms(now_ms)).unwrap_or(now_ms + RECOVERY_MS)
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

/// Events of the same moment: each is decided upon what those before it left,
/// all are recorded by one commit, and only then is anything done.
pub(super) struct Work<'a> {
    host: &'a Rc<Host>,
    decided: Vec<(Objects, Decision)>,
}

impl<'a> Work<'a> {
    /// None yet.
    pub(super) const fn of(host: &'a Rc<Host>) -> Self {
        Self { host, decided: Vec::new() }
    }

    /// Decides about one more event. Where that is an error, it changes nothing.
    pub(super) fn decide(&mut self, event: Event) -> Result<(), PoolError> {
        self.host.ensure_woken(&event)?;
        let containers = self.host.containers_for(&event)?;
        self.handle(containers, event)
    }

    fn handle(&mut self, containers: Objects, event: Event) -> Result<(), PoolError> {
        let mut slot = self.host.pool.borrow_mut();
        let pool = slot.as_mut().ok_or_else(lost)?;
        let decision = pool.handle(now_ms(), &mut Platform { containers: &containers }, event);
        self.decided.push((containers, decision));
        Ok(())
    }

    /// Records, and only then acts. Why an event was refused, if one was.
    pub(super) fn finish(self) -> Result<(), PoolError> {
        let changes = self.decided.iter().flat_map(|(_, decision)| &decision.changes);
        if let Err(error) = self.host.store.commit(changes) {
            *self.host.pool.borrow_mut() = None;
            return Err(self.host.commit_failed(&unavailable(error)));
        }
        let acted =
            self.decided.into_iter().map(|(containers, decision)| self.host.act(containers, decision));
        acted.fold(Ok(()), Result::and)
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
        let message = format!("the outcome of an effect could not be handled: {error}");
        host.log.event(Level::Error, error.code(), &message);
    }
}

/// Names and chance from the platform.
struct Platform<'a> {
    containers: &'a Objects,
}

impl Fresh for Platform<'_> {
    fn identity(&mut self) -> Identity {
        let name = ContainerName(Uuid::new_v4().into_bytes());
        #[allow(clippy::panic, reason = "the platform's own id")]
        self.containers
            .identity_of(name)
            .unwrap_or_else(|error| panic!("idFromName takes any name, and not {name}: {error}"))
    }

    fn random(&mut self) -> u64 {
        (js_sys::Math::random() * (1_u64 << 53) as f64) as u64
    }
}

/// What a refusal of the storage is to callers.
pub(super) fn unavailable(error: StoreError) -> PoolError {
    PoolError::PoolUnavailable { message: format!("the pool's storage failed: {error}") }
}

/// What a call gets that finds the pool not loaded.
pub(super) fn lost() -> PoolError {
    PoolError::PoolUnavailable { message: "the pool lost its memory while this call waited".to_owned() }
}
