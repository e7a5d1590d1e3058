//! When the object is woken next: by the alarm, which outlives memory and
//! costs a row, and by the timer of those who wait, which dies with them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::call::{message_of, settled};
use super::js::{self, ObjectStorage, now_ms};
use super::log::Log;
use crate::wire::Level;

/// An alarm so late is left as it is: to move it would cost a row, and nothing
/// that the pool waits for is due more exactly.
const LATE_MS: u64 = 100;

/// The object's one alarm.
pub struct Alarm {
    storage: ObjectStorage,
    log: Rc<Log>,
    /// What is armed, as far as this memory knows.
    armed_at_ms: Cell<Option<u64>>,
    /// What was last asked for.
    wanted_at_ms: Cell<Option<u64>>,
}

impl Alarm {
    /// The alarm of the object with that storage; one armed by an earlier
    /// memory may still fire.
    pub fn new(storage: ObjectStorage, log: Rc<Log>) -> Self {
        Self { storage, log, armed_at_ms: Cell::new(None), wanted_at_ms: Cell::new(None) }
    }

    /// The alarm has fired: the next one is armed before anything that can fail,
    /// and so late that it is as good for what is decided some ms later.
    pub fn fired(&self, next_at_ms: u64) {
        self.armed_at_ms.set(None);
        self.arm(Some(next_at_ms + LATE_MS / 2));
    }

    /// Arms the alarm if the one armed is later, which costs a row, and leaves
    /// an earlier one to find nothing due.
    pub fn arm(&self, at_ms: Option<u64>) {
        self.wanted_at_ms.set(at_ms);
        match (at_ms, self.armed_at_ms.get()) {
            (Some(at_ms), Some(armed_ms)) if armed_ms <= at_ms + LATE_MS => {}
            (at_ms, _) => self.move_to(at_ms),
        }
    }

    /// Moves the alarm to what was asked for, or takes it away.
    pub fn settle(&self) {
        let is_there = |(at_ms, armed_ms): (u64, u64)| (at_ms..=at_ms + LATE_MS).contains(&armed_ms);
        let (wanted, armed) = (self.wanted_at_ms.get(), self.armed_at_ms.get());
        if !wanted.zip(armed).is_some_and(is_there) {
            self.move_to(wanted);
        }
    }

    fn move_to(&self, at_ms: Option<u64>) {
        if self.armed_at_ms.replace(at_ms) == at_ms {
            return;
        }
        let call = match at_ms {
            Some(at_ms) => self.storage.set_alarm(at_ms as f64),
            None => self.storage.delete_alarm(),
        };
        let log = Rc::clone(&self.log);
        spawn_local(async move {
            if let Err(error) = settled(call.map(JsValue::from)).await {
                let message = format!("the alarm could not be set: {}", message_of(&error));
                log.event(Level::Error, "alarm_failed", &message);
            }
        });
    }
}

/// The timer of the waiting claims.
#[derive(Default)]
pub struct Timer {
    armed: RefCell<Option<Armed>>,
}

struct Armed {
    at_ms: u64,
    handle: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Has `due` called at that time, and no longer at an earlier one.
    pub fn arm(&self, at_ms: Option<u64>, due: impl FnMut() + 'static) {
        let mut armed = self.armed.borrow_mut();
        if armed.as_ref().map(|armed| armed.at_ms) == at_ms {
            return;
        }
        if let Some(armed) = armed.take() {
            js::clear_timeout(&armed.handle);
        }
        *armed = at_ms.map(|at_ms| {
            let callback = Closure::new(due);
            let delay_ms = at_ms.saturating_sub(now_ms());
            let handle = js::set_timeout(callback.as_ref(), delay_ms as f64);
            Armed { at_ms, handle, _callback: callback }
        });
    }

    /// The timer is due. Not to be called from within its callback, which must
    /// not be dropped while it runs.
    pub fn fired(&self) {
        *self.armed.borrow_mut() = None;
    }
}
