//! Data points for Workers Analytics Engine, one to the outcome of a claim, of
//! a pool whose Worker binds a dataset.

use std::cell::Cell;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::call::message_of;
use super::js::{Dataset, object, property};
use super::log::Log;
use crate::wire::{Level, analytics_index};

/// The binding.
const DATASET: &str = "WARM_POOL_ANALYTICS";

/// Where data points go, if anywhere.
pub struct Analytics {
    dataset: Option<Dataset>,
    failures: Cell<u64>,
}

impl Analytics {
    /// What the Worker binds.
    pub fn new(env: &JsValue) -> Self {
        let dataset = property(env, DATASET);
        let dataset = (!dataset.is_falsy()).then(|| dataset.unchecked_into());
        Self { dataset, failures: Cell::new(0) }
    }

    /// A claim was answered after so long: `outcome` is where its container came
    /// from, or an error's code. What fails is counted, and told in the log when
    /// there were 1, 2, 4, 8 and so on.
    pub fn claim(&self, log: &Log, outcome: &str, took_ms: u64) {
        let Some(dataset) = &self.dataset else { return };
        if js_sys::Math::random() >= log.sample() {
            return;
        }
        let pool = log.pool();
        let point = object(&[
            ("indexes", Array::of1(&analytics_index(pool).into()).into()),
            ("blobs", Array::of2(&pool.into(), &outcome.into()).into()),
            ("doubles", Array::of2(&(took_ms as f64).into(), &(1.0 / log.sample()).into()).into()),
        ]);
        if let Err(error) = dataset.write(&point) {
            let failures = self.failures.get() + 1;
            self.failures.set(failures);
            if failures.is_power_of_two() {
                let message =
                    format!("{failures} data points could not be written, the last: {}", message_of(&error));
                log.event(Level::Warn, "analytics_failed", &message);
            }
        }
    }
}
